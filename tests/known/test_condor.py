"""KAT-16: a condor of ten units with and without VIX call spreads, from end to end."""

from dataclasses import replace

import numpy as np
import pytest

from pricing.black import black76_greeks
from pricing.budget import leg_carry
from pricing.condor import CondorReason, Wings, condor_terms, probability_between
from pricing.corridor import expected_band
from pricing.curve import samuelson, spot_beta
from pricing.legs import LegKind, Legs, Market, leg_price, measure_book, measure_legs
from pricing.moves import VixCurve, change
from pricing.payoff import BreakEvenReason, break_evens, profit_at_expiry
from pricing.priced_from import PricedFrom
from pricing.stress import Stress, stress_move

RATE, YIELD, SPOT, VOL = 0.04, 0.013, 5000.0, 0.16
CONDOR, HEDGE = 45.0 / 365.0, 110.0 / 365.0
STRIKES = Wings(*(np.array(one) for one in (4600.0, 4700.0, 5300.0, 5400.0)))
MARKET = Market(np.array(SPOT), np.array(18.0))


@pytest.fixture
def position() -> Legs:
    """Ten condors and four VIX 22/32 call spreads, entered at today's price."""
    index, vix = [LegKind.INDEX_OPTION] * 4, [LegKind.VIX_OPTION] * 2
    years = np.array([CONDOR] * 4 + [HEDGE] * 2)
    forward = SPOT * np.exp((RATE - YIELD) * CONDOR)
    legs = Legs(
        kind=np.array(index + vix),
        right=np.array([-1.0, -1.0, 1.0, 1.0, 1.0, 1.0]),
        strike=np.array([*STRIKES, 22.0, 32.0]),
        years=years,
        quantity=np.array([10.0, -10.0, -10.0, 10.0, 4.0, -4.0]),
        multiplier=np.array(100.0),
        forward=np.array([forward] * 4 + [19.5] * 2),
        discount=np.exp(-RATE * years),
        volatility=np.array([VOL] * 4 + [0.75] * 2),
        entry_price=np.zeros(6),
        priced_from=np.array(PricedFrom.MODEL, dtype=np.uint8),
    )
    return replace(legs, entry_price=leg_price(legs), entry_extrinsic=None)


def test_legs(position: Legs) -> None:
    """Prices and deltas of the six options, and the forward."""
    found = measure_legs(position, MARKET)
    prices = [7.1209, 16.4959, 25.0365, 12.9463, 2.2491, 0.5586]
    assert found.price == pytest.approx(prices, abs=7e-5)
    deltas = found.delta[:4] / position.size[:4]
    assert deltas == pytest.approx([-0.0579, -0.1171, 0.1708, 0.0997], abs=6e-5)
    assert position.forward[0] == pytest.approx(5016.67, abs=5e-3)
    assert found.capture == pytest.approx(np.zeros(6), abs=1e-12)


def test_condor_alone(position: Legs) -> None:
    """Credit, largest loss, break-evens, one deviation and probability of the condor."""
    terms = condor_terms(STRIKES, Wings(*leg_price(position)[:4]))
    assert terms.reason == CondorReason.OK
    assert terms.credit == pytest.approx(21.4652, abs=5e-5)
    assert terms.loss_max == pytest.approx(78.535, abs=5e-4)
    assert [terms.down, terms.up] == pytest.approx([4678.535, 5321.465], abs=5e-4)
    vol = np.array(VOL)
    chance = probability_between(
        position.forward[0], np.array(CONDOR), terms.down, terms.up, vol, vol
    )
    assert chance == pytest.approx(0.7471, abs=5e-5)
    band = expected_band(MARKET.spot, vol, np.array(CONDOR * 252.0))
    assert SPOT * np.log(band.up / SPOT) == pytest.approx(280.90, abs=5e-3)


def test_map_at_expiry() -> None:
    """At the condors' expiry the hedges' future has 65 days left and makes 0.53618 of a move."""
    assert samuelson(np.array(65.0 / 365.0)) == pytest.approx(0.53618, abs=5e-6)
    assert spot_beta(np.array(CONDOR * 252.0)) == pytest.approx(3.3)


def test_weighted_break_evens(position: Legs) -> None:
    """With the call spreads: both roots, and the loss at 4600 beside the bare condors' own."""
    whole, bare = (break_evens(one, MARKET) for one in (position, position.part(position.is_index)))
    assert whole.reason == bare.reason == BreakEvenReason.OK
    assert whole.roots == pytest.approx([4678.315, 5321.090], abs=5e-4)
    assert [whole.down, whole.up] == pytest.approx([4678.315, 5321.090], abs=5e-4)
    assert bare.roots == pytest.approx([4678.535, 5321.465], abs=5e-4)
    at = np.array(4600.0)
    assert profit_at_expiry(position, MARKET, at) == pytest.approx(-78_205, abs=0.5)
    condors = position.part(position.is_index)
    assert profit_at_expiry(condors, MARKET, at) == pytest.approx(-78_535, abs=0.5)


@pytest.mark.parametrize(
    ("delta", "cost", "carry", "gain"),
    [(0.50, 2_180.0, 11_900.0, 6_900.0), (0.30, 1_070.0, 8_100.0, 5_700.0)],
)
def test_cost_and_gain_of_layers(delta: float, cost: float, carry: float, gain: float) -> None:
    """A 4/4/2 set of calls at a VIX of 18: premium, carry a year, gain to 38 (methodology 2.3).

    The figures there are rounded and leave out rates and the rounding of strikes.
    """
    days, forward = np.array([30.0, 110.0, 220.0]), np.array([18.8, 20.0, 21.0])
    vol, years = np.array([0.90, 0.70, 0.55]), days / 365.0
    ladder = np.linspace(10.0, 60.0, 50_001)
    nearest = [
        np.abs(
            black76_greeks(f, ladder, t, v, 1.0, np.ones_like(ladder)).delta_forward - delta
        ).argmin()
        for f, t, v in zip(forward, years, vol, strict=True)
    ]
    legs = Legs(
        kind=np.array(LegKind.VIX_OPTION),
        right=np.array(1.0),
        strike=ladder[nearest],
        years=years,
        quantity=np.array([4.0, 4.0, 2.0]),
        multiplier=np.array(100.0),
        forward=forward,
        discount=np.array(1.0),
        volatility=vol,
        entry_price=np.array(0.0),
        priced_from=np.array(PricedFrom.MODEL, dtype=np.uint8),
    )
    curve = VixCurve(np.append(0.0, days), np.append(18.0, forward))
    assert measure_book(legs, MARKET).value == pytest.approx(cost, rel=0.05)
    assert leg_carry(legs, MARKET, curve).cost.sum() == pytest.approx(carry, rel=0.12)
    shock = stress_move(Stress(), MARKET)
    assert change(legs, MARKET, shock).sum() == pytest.approx(gain, rel=0.12)
