"""Condor terms, corridor, stress and coverage, carry and budget, delta drift."""

from dataclasses import replace

import numpy as np
import pytest

from pricing.budget import carry_budget, layer_units, leg_carry
from pricing.condor import (
    CondorReason,
    CondorTerms,
    Wings,
    condor_terms,
    probability_between,
    weighted_break_evens,
)
from pricing.corridor import Band, corridor
from pricing.drift import (
    MarginRule,
    SyntheticReason,
    drifts,
    futures_needed,
    synthetic_forwards,
)
from pricing.legs import LegKind, Legs, Market, measure_legs
from pricing.moves import VixCurve
from pricing.priced_from import PricedFrom
from pricing.stress import Stress, coverage, index_loss_max, scenario_grid
from pricing.verdict import Verdict

NAN = float("nan")
MARKET = Market(np.array(5000.0), np.array(18.0))
RULE = MarginRule("15 % of notional, an assumption", 0.15, 10.0)


@pytest.fixture
def book() -> Legs:
    """Ten condors 4600/4700/5300/5420 for a credit of 20, and four VIX calls."""
    return Legs(
        kind=np.array([LegKind.INDEX_OPTION] * 4 + [LegKind.VIX_OPTION]),
        right=np.array([-1.0, -1.0, 1.0, 1.0, 1.0]),
        strike=np.array([4600.0, 4700.0, 5300.0, 5420.0, 22.0]),
        years=np.array([0.125] * 4 + [0.3]), quantity=np.array([10.0, -10.0, -10.0, 10.0, 4.0]),
        multiplier=np.array(100.0), forward=np.array([5015.0] * 4 + [19.5]),
        discount=np.array(0.99), volatility=np.array([0.2, 0.18, 0.14, 0.13, 0.8]),
        entry_price=np.array([10.0, 22.0, 20.0, 12.0, 2.0]),
        priced_from=np.array(PricedFrom.SURFACE, dtype=np.uint8),
    )  # fmt: skip


def _wings(*numbers: float) -> Wings:
    return Wings(*(np.array(one) for one in numbers))


@pytest.mark.parametrize(
    ("strikes", "prices", "reason"),
    [
        ((90, 95, 105, 110), (1, 2, 2, 1), CondorReason.OK),
        ((90, 95, 105, 110), (2, 1, 1, 2), CondorReason.NO_CREDIT),
        ((90, 95, 105, 110), (1, 5, 5, 1), CondorReason.CREDIT_ABOVE_WIDTH),
        ((90, 95, 105, 110), (NAN, 2, 2, 1), CondorReason.UNKNOWN_PRICE),
        ((90, 95, 105, 110), (1, -2, 7, 1), CondorReason.UNKNOWN_PRICE),
        ((95, 90, 105, 110), (1, 2, 2, 1), CondorReason.STRIKES_NOT_ORDERED),
        ((90, 106, 105, 110), (1, 2, 2, 1), CondorReason.STRIKES_NOT_ORDERED),
        ((90, NAN, 105, 110), (1, 2, 2, 1), CondorReason.STRIKES_NOT_ORDERED),
    ],
)
def test_condor_reasons(
    strikes: tuple[float, ...], prices: tuple[float, ...], reason: CondorReason
) -> None:
    """Quotes that make no condor are named and leave every number unknown."""
    found = condor_terms(_wings(*strikes), _wings(*prices))
    assert found.reason == reason
    assert np.isfinite(found[:4]).all() == (reason == CondorReason.OK)


def test_wider_wing_decides_the_loss() -> None:
    """Of unequal wings the wider one less the credit can be lost."""
    found = condor_terms(_wings(90, 95, 105, 115), _wings(1, 2, 2, 1))
    assert [float(one) for one in found[:4]] == [2.0, 8.0, 93.0, 107.0]


def test_break_evens_weighted_by_credit() -> None:
    """Twice the credit or twice the contracts counts twice; what is not held counts nothing."""
    terms = CondorTerms(
        np.array([1.0, 2.0, NAN]), np.array([9.0, 8.0, NAN]), np.array([90.0, 96.0, NAN]),
        np.array([110.0, 104.0, NAN]), np.zeros(3, np.uint8),
    )  # fmt: skip
    assert weighted_break_evens(np.array([2.0, 1.0, 0.0]), terms) == pytest.approx((93.0, 107.0))
    assert np.isnan(weighted_break_evens(np.array([2.0, 1.0, 1.0]), terms)).all()
    assert np.isnan(weighted_break_evens(np.zeros(3), terms)).all()


def test_probability_with_skew() -> None:
    """A higher volatility below takes probability away below only; crossed levels have none."""
    given = np.array(100.0), np.array(0.25), np.array(90.0), np.array(110.0)
    flat, skewed = (probability_between(*given, np.array(v), np.array(0.2)) for v in (0.2, 0.3))
    # N(1.003102) - N(-1.003605), d = (ln(B / 100) + 0.005) / 0.1, from a table of the normal.
    assert flat == pytest.approx(0.84210 - 0.15779, abs=1e-5)
    assert skewed < flat
    crossed = probability_between(*given[:2], given[3], given[2], np.array(0.2), np.array(0.2))
    assert np.isnan(crossed)
    assert np.isnan(probability_between(*given, np.array(NAN), np.array(0.2)))


def test_corridor_verdicts() -> None:
    """C-1 fails where the range leaves the break-evens, C-2 where they leave its tail."""
    down, up = np.array([4600.0, 4900.0, 3500.0, NAN]), np.array([5400.0, 5100.0, 6500.0, 5400.0])
    spot, sessions = np.array(5000.0), np.array(25.2)
    found = corridor(Band(down, up), spot, sessions, np.array(0.18), np.array(0.30))
    # One deviation is 0.18 sqrt(0.1) = 5.69 %, two of the outer 18.97 %.
    assert found.inner.down == pytest.approx(5000.0 * np.exp(-0.0569210))
    assert found.outer.up == pytest.approx(5000.0 * np.exp(0.1897367))
    assert list(found.c1) == [Verdict.HOLDS, Verdict.FAILS, Verdict.HOLDS, Verdict.UNKNOWN]
    assert list(found.c2) == [Verdict.HOLDS, Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN]
    assert found.c1_room[0] == pytest.approx(5400.0 - 5000.0 * np.exp(0.0569210), abs=0.01)


def test_loss_by_side(book: Legs) -> None:
    """Each side loses its own width less the credit; naked calls lose without bound."""
    assert index_loss_max(book, MARKET, is_down=True) == pytest.approx(80_000.0)
    assert index_loss_max(book, MARKET, is_down=False) == pytest.approx(100_000.0)
    naked = replace(book, quantity=np.array([0.0, 0.0, -10.0, 0.0, 4.0]))
    assert index_loss_max(naked, MARKET, is_down=False) == np.inf
    put = replace(book, quantity=np.array([0.0, -1.0, 0.0, 0.0, 4.0]))
    assert index_loss_max(put, MARKET, is_down=True) == pytest.approx(100.0 * (4700.0 - 22.0))
    blind = replace(book, entry_price=np.array([10.0, NAN, 20.0, 12.0, 2.0]))
    assert np.isnan(index_loss_max(blind, MARKET, is_down=True))


def test_coverage(book: Legs) -> None:
    """Hedges gain what the futures' share of 20 points makes, over the loss on the shock's side."""
    found = coverage(book, MARKET)
    assert found.loss_max == pytest.approx(80_000.0)
    assert found.ratio == pytest.approx(found.hedge_gain / 80_000.0)
    future = 19.5 * (38.0 / 18.0) ** np.exp(-3.5 * 0.3)
    shocked = replace(book, forward=np.append(np.full(4, 5015.0), future))
    before, after = (measure_legs(one, MARKET).value[4] for one in (book, shocked))
    assert found.hedge_gain == pytest.approx(after - before)
    assert found.index_gain < 0.0
    assert np.isnan(coverage(book.part(~book.is_index), MARKET).ratio)
    up = coverage(book, MARKET, Stress(0.08, -5.0))
    assert up.loss_max == pytest.approx(100_000.0)
    assert up.hedge_gain < 0.0


def test_grid(book: Legs) -> None:
    """Every cell is its own move; nothing moved is nothing gained; bad levels are unknown."""
    levels = np.array([12.0, 18.0, 38.0, -1.0])
    found = scenario_grid(book, MARKET, np.array([-0.08, 0.0, 0.08, -1.5]), levels)
    assert found.shape == (4, 4)
    assert found[1, 1] == pytest.approx(0.0, abs=1e-9)
    shock = coverage(book, MARKET)
    assert found[0, 2] == pytest.approx(shock.hedge_gain + shock.index_gain)
    assert np.isnan(found[:, 3]).all()
    assert np.isnan(found[3]).all()


def test_carry(book: Legs) -> None:
    """Roll-down is delta times the way along the curve per session; options on an index have none."""
    curve = VixCurve(np.array([0.0, 0.3 * 365.0]), np.array([16.5, 19.5]))
    found = leg_carry(book, MARKET, curve)
    legs = measure_legs(book, MARKET)
    # 3 points over 0.3 years are 10 a year, 10 / 252 a session.
    assert found.roll_down == pytest.approx([0.0] * 4 + [-10.0 / 252.0 * legs.delta[4]])
    assert found.cost == pytest.approx(-(legs.theta + found.roll_down) * 252.0)
    short = VixCurve(np.array([100.0, 200.0]), np.array([18.0, 20.0]))
    assert np.isnan(leg_carry(book, MARKET, short).cost[4])
    assert np.isfinite(leg_carry(book, MARKET, short).cost[:4]).all()
    settled = replace(book, years=np.array([0.125] * 4 + [0.0]))
    assert leg_carry(settled, MARKET, curve).roll_down[4] == 0.0


def test_budget() -> None:
    """1.5 % a year and 0.5 % a purchase; without a net asset value nobody knows."""
    cost, value = np.array([14_000.0, 15_001.0, 1.0, NAN]), np.array([1e6, 1e6, 0.0, 1e6])
    found = carry_budget(cost, value, renewals=1_000.0, purchase=np.array([5e3, 5.1e3, 0, 0]))
    assert list(found.carry) == [Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN, Verdict.UNKNOWN]
    assert list(found.purchase) == [
        Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN, Verdict.HOLDS,
    ]  # fmt: skip


def test_layer_units() -> None:
    """Half a contract rounds up; never beyond twice the base of that many condors."""
    base, condors = np.array([4.0, 4.0, 2.0, 2.0, NAN]), np.array([10.0, 20.0, 10.0, 10.0, 10.0])
    thickness = np.array([0.5, 3.0, 1.25, 0.0, 1.0])
    found = layer_units(base, thickness, np.array(1.0), condors)
    assert found == pytest.approx([2.0, 16.0, 3.0, 0.0, NAN], nan_ok=True)


def test_drift_needs_two_closes() -> None:
    """One close within 0.5 % settles it; one unknown beside one beyond does not."""
    delta = np.array([[6e3, -7e3], [6e3, 4e3], [NAN, 4e3], [NAN, 6e3]])
    found = drifts(delta, np.full(4, 1e6))
    assert list(found) == [Verdict.HOLDS, Verdict.FAILS, Verdict.FAILS, Verdict.UNKNOWN]


def test_futures_are_only_bought() -> None:
    """N = D$ / (1000 F 4.2 gamma), whole, never below none or above the cap; margin by its rule."""
    delta = np.array([100_000.0, -50_000.0, 1e7, NAN, 10_000.0])
    found = futures_needed(delta, np.full(5, 20.0), np.full(5, 0.2), 5.0, RULE)
    each = 20_000.0 * 4.2 * np.exp(-0.7)  # 41,713
    assert found.unrounded[0] == pytest.approx(100_000.0 / each)
    assert found.contracts == pytest.approx([2.0, 0.0, 5.0, NAN, 0.0], nan_ok=True)
    assert found.delta_left[0] == pytest.approx(100_000.0 - 2.0 * each)
    assert found.margin[0] == pytest.approx(2.0 * (3_000.0 + 10.0))
    assert found.rule == RULE.name
    reasons = SyntheticReason
    assert list(found.reason) == [
        reasons.OK, reasons.LESS_THAN_ONE, reasons.OK, reasons.UNKNOWN_INPUT, reasons.LESS_THAN_ONE,
    ]  # fmt: skip


def test_synthetic_forwards() -> None:
    """Contracts are -excess / (100 D), whole; none for one contract or less or at a poor edge."""
    excess = np.array([247.0, -260.0, 98.0, 247.0, NAN, 50.0])
    edge = np.array([0.0, -5.0, 0.0, -6.0, 0.0, NAN])
    found = synthetic_forwards(excess, np.full(6, 0.98), edge, np.array(5000.0), RULE)
    assert found.contracts == pytest.approx([-3.0, 3.0, 0.0, 0.0, NAN, 0.0], nan_ok=True)
    reasons = SyntheticReason
    assert list(found.reason) == [
        reasons.OK, reasons.OK, reasons.LESS_THAN_ONE, reasons.EDGE_TOO_LOW,
        reasons.UNKNOWN_INPUT, reasons.LESS_THAN_ONE,
    ]  # fmt: skip
    assert found.margin[:3] == pytest.approx([3 * 75_010.0, 3 * 75_010.0, 0.0])
    assert found.delta_left[0] == pytest.approx((247.0 - 294.0) * 5000.0)
    no_edge = synthetic_forwards(
        np.array(247.0), np.array(0.98), np.array(NAN), np.array(5000.0), RULE
    )
    assert no_edge.reason == reasons.UNKNOWN_INPUT
