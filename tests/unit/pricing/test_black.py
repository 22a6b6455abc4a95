"""Option prices against a scalar twin, Greeks against differences, and the edges of both."""

import math
import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from pricing.black import (
    Carry,
    Greeks,
    Reason,
    black76_greeks,
    black76_price,
    bsm_greeks,
    bsm_price,
    implied_vol,
)

Floats = NDArray[np.float64]
Market = tuple[Floats, Floats, Floats, Floats, Floats, Floats]


@pytest.fixture(scope="module")
def market() -> Market:
    """Two thousand forwards, strikes, times, volatilities, discount factors and kinds."""
    draw = np.random.default_rng(4)
    forward = draw.uniform(10, 6_000, 2_000)
    years = draw.uniform(0.01, 2.0, 2_000)
    return (
        forward,
        forward * np.exp(draw.normal(0.0, 0.15, 2_000)),
        years,
        draw.uniform(0.08, 1.2, 2_000),
        np.exp(-draw.uniform(-0.01, 0.08, 2_000) * years),
        draw.choice([-1.0, 1.0], 2_000),
    )


def test_price_is_the_formula(market: Market) -> None:
    """Every price is D w (F N(w d1) - K N(w d2)), to 1e-12 of the larger term."""
    forward, strike, years, volatility, discount, sign = market
    deviation = volatility * np.sqrt(years)
    first = np.log(forward / strike) / deviation + deviation / 2
    terms = forward * ndtr(sign * first), strike * ndtr(sign * (first - deviation))
    twin = discount * sign * (terms[0] - terms[1])
    assert (np.abs(black76_price(*market) - twin) <= 1e-12 * np.maximum(*terms)).all()


def test_far_tail_keeps_its_digits() -> None:
    """Calls ten to thirty deviations out agree with logarithms of normal tails to 1e-9."""
    strike = np.exp(np.linspace(2.0, 6.0, 9))  # forward 1, deviation 0.2
    d2 = -np.log(strike) / 0.2 - 0.1
    log_terms = log_ndtr(d2 + 0.2), np.log(strike) + log_ndtr(d2)
    twin = log_terms[0] + np.log(-np.expm1(log_terms[1] - log_terms[0]))
    found = black76_price(1.0, strike, 1.0, 0.2, 1.0, is_call=True)
    assert np.log(found) == pytest.approx(twin, abs=1e-9)
    assert found[-1] < 1e-190


def test_spot_and_forward_agree(market: Market) -> None:
    """A spot carried to its forward has the forward's price, and a delta per unit of either."""
    forward, strike, years, volatility, discount, sign = market
    carry = Carry(-np.log(discount) / years, 0.02)
    spot = forward * discount * np.exp(0.02 * years)
    on_spot = bsm_greeks(spot, strike, years, volatility, carry, sign)
    on_forward = black76_greeks(*market)
    scale = np.maximum(forward, strike)
    for found in (on_spot.price, bsm_price(spot, strike, years, volatility, carry, sign)):
        assert np.abs(found - black76_price(*market)).max() < 1e-12 * scale.max()
    assert on_spot.delta_forward == pytest.approx(on_forward.delta_forward, abs=1e-11)
    assert on_spot.delta_spot * spot == pytest.approx(on_forward.delta_forward * forward, abs=1e-7)


def test_greeks_are_differences(market: Market) -> None:
    """Every sensitivity is what a small change of its input does to the price."""
    forward, strike, years, volatility, discount, sign = market
    rate, held = -np.log(discount) / years, 0.02

    def price(spot: Floats = forward, time: Floats = years, vol: Floats = volatility, interest: Floats = rate) -> Floats:  # fmt: skip
        return bsm_price(spot, strike, time, vol, Carry(interest, held), sign)

    found = bsm_greeks(forward, strike, years, volatility, Carry(rate, held), sign)
    step = 1e-4 * forward
    tolerance = {"rel": 2e-5, "abs": 1e-6}
    up, down = price(forward + step), price(forward - step)
    assert found.delta_spot == pytest.approx((up - down) / (2 * step), **tolerance)
    curve = (up - 2 * price() + down) / step**2 * forward
    assert found.gamma * forward == pytest.approx(curve, rel=1e-3, abs=1e-4)
    by_vol = (price(vol=volatility + 1e-5) - price(vol=volatility - 1e-5)) / 2e-5
    assert found.vega * 100 == pytest.approx(by_vol, rel=1e-5, abs=1e-4)
    by_time = (price(time=years + 1e-6) - price(time=years - 1e-6)) / 2e-6
    assert found.theta * 365 == pytest.approx(-by_time, rel=1e-4, abs=1e-3)
    by_rate = (price(interest=rate + 1e-6) - price(interest=rate - 1e-6)) / 2e-6
    assert found.rho * 100 == pytest.approx(by_rate, rel=1e-5, abs=1e-3)


def test_nothing_left_is_intrinsic() -> None:
    """Without time or volatility an option is its discounted intrinsic value, half a delta at K."""
    for years, volatility in ((0.0, 0.2), (0.5, 0.0)):
        found = black76_greeks(100.0, [90.0, 100.0, 110.0], years, volatility, 0.9, is_call=True)
        discount = 1.0 if years == 0.0 else 0.9
        assert found.delta_forward == pytest.approx([discount, 0.5 * discount, 0.0])
        assert found.gamma.tolist() == [0.0, 0.0, 0.0]
        prices = black76_price(100.0, [90.0, 100.0, 110.0], years, volatility, 0.9, is_call=True)
        assert prices == pytest.approx([9.0, 0.0, 0.0])


@pytest.mark.parametrize(
    "change",
    [
        {"forward": math.nan}, {"forward": 0.0}, {"forward": math.inf}, {"strike": -1.0},
        {"strike": math.nan}, {"years": -0.1}, {"years": math.inf}, {"volatility": -0.1},
        {"volatility": math.nan}, {"discount": 0.0}, {"discount": math.nan}, {"is_call": 0.0},
    ],
)  # fmt: skip
def test_unpriceable_is_unknown(change: dict[str, float]) -> None:
    """An input that no option has makes every value unknown, without a warning."""
    terms = {"forward": 100.0, "strike": 90.0, "years": 0.5, "volatility": 0.2, "discount": 0.9,
             "is_call": 1.0} | change  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(black76_price(**terms))
        assert np.isnan(black76_greeks(**terms)).all()


REASONS = [
    (Reason.OK, (10.0, 100.0, 95.0, 0.5, 0.98, True)),
    (Reason.NO_INFORMATION, (0.0, 100.0, 120.0, 0.5, 0.98, True)),
    (Reason.NO_INFORMATION, (9.8, 100.0, 90.0, 0.5, 0.98, True)),
    (Reason.NO_INFORMATION, (98.0, 100.0, 90.0, 0.5, 0.98, True)),
    (Reason.BELOW_INTRINSIC, (9.79, 100.0, 90.0, 0.5, 0.98, True)),
    (Reason.BELOW_INTRINSIC, (-0.01, 100.0, 90.0, 0.5, 0.98, False)),
    (Reason.ABOVE_BOUND, (98.01, 100.0, 90.0, 0.5, 0.98, True)),
    (Reason.ABOVE_BOUND, (88.21, 100.0, 90.0, 0.5, 0.98, False)),
    (Reason.EXPIRED, (12.0, 100.0, 90.0, 0.0, 1.0, True)),
    (Reason.EXPIRED, (-1.0, 100.0, 90.0, -0.1, 1.0, True)),
    (Reason.NOT_FINITE, (math.nan, 100.0, 90.0, 0.0, 1.0, True)),
    (Reason.NOT_FINITE, (math.inf, 100.0, 90.0, 0.5, 0.98, True)),
    (Reason.NOT_FINITE, (12.0, 0.0, 90.0, 0.5, 0.98, True)),
    (Reason.NOT_FINITE, (12.0, 100.0, 90.0, math.nan, 0.98, True)),
    (Reason.NOT_FINITE, (12.0, 100.0, 90.0, 0.5, 0.0, True)),
    (Reason.NOT_FINITE, (12.0, 100.0, 90.0, 0.5, 0.98, 2.0)),
]


@pytest.mark.parametrize(("reason", "quote"), REASONS)
def test_reason(reason: Reason, quote: tuple[float, ...]) -> None:
    """Every price has a volatility or the reason why it has none."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = implied_vol(*quote)
    assert found.reason == reason
    assert np.isfinite(found.volatility) == (reason is Reason.OK)


def test_shapes_broadcast() -> None:
    """Numbers, columns and rows meet as in NumPy, and nothing has no volatility."""
    price = black76_price(100.0, [[90.0], [110.0]], [0.1, 0.5, 1.0], 0.2, 1.0, is_call=True)
    assert price.shape == (2, 3)
    found = implied_vol(price, 100.0, [[90.0], [110.0]], [0.1, 0.5, 1.0], 1.0, is_call=True)
    assert found.volatility == pytest.approx(np.full((2, 3), 0.2), abs=1e-9)
    assert implied_vol([], [], [], [], [], []).reason.shape == (0,)
    assert isinstance(bsm_greeks(1.0, 1.0, 1.0, 0.2, Carry(0.0), is_call=True), Greeks)
