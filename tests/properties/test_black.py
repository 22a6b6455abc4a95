"""What every option price obeys, whatever the market, and what a price says of its volatility."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pricing.black import Reason, black76_greeks, black76_price, implied_vol

Floats = NDArray[np.float64]

ROUNDING = 1e-14  # of the larger of forward and strike: what sums of prices are exact to
forwards = st.floats(1.0, 10_000.0)
moneyness = st.floats(-3.0, 3.0)
times = st.floats(1e-4, 10.0)
volatilities = st.floats(0.005, 4.0)
discounts = st.floats(0.5, 1.05)
either = st.booleans()


def _drawn(draw: np.random.Generator, size: int) -> tuple[Floats, ...]:
    """Contracts from an hour to ten years, 1 % to 500 % volatility, strikes spread by 25 %."""
    forward = draw.uniform(5.0, 6_000.0, size)
    strike = forward * np.exp(draw.normal(0.0, 0.25, size))
    years = np.exp(draw.uniform(np.log(1 / 8_760), np.log(10.0), size))
    volatility = np.exp(draw.uniform(np.log(0.01), np.log(5.0), size))
    discount = np.exp(-draw.uniform(-0.02, 0.10, size) * years)
    return forward, strike, years, volatility, discount, draw.choice([-1.0, 1.0], size)


def _assert_returns(contracts: tuple[Floats, ...]) -> float:
    """The volatility comes back within 1e-8 exactly where the price carries information."""
    forward, strike, years, volatility, discount, sign = contracts
    priced = black76_greeks(*contracts)
    price = black76_price(*contracts)
    found = implied_vol(price, forward, strike, years, discount, sign)
    with np.errstate(all="ignore"):  # without vega there is no information
        conditioning = price / (100.0 * priced.vega) + np.sqrt(2.0 * np.pi / years)
    uncertainty = 8.0 * 2.0**-52 * conditioning
    intrinsic = np.maximum(sign * (forward - strike), 0.0)
    time_value = (price / discount - intrinsic) / np.sqrt(forward * strike)
    is_known = found.reason == Reason.OK
    assert np.isin(found.reason, [Reason.OK, Reason.NO_INFORMATION]).all()
    assert np.array_equal(is_known, np.isfinite(found.volatility))
    assert np.abs(found.volatility - volatility)[is_known].max() < 1e-8
    assert (np.abs(found.volatility - volatility)[is_known] <= uncertainty[is_known]).all()
    # Vega is computed twice here, so leave a thousandth of either bound undecided.
    carries = (uncertainty <= 0.999e-8) & (time_value > 1.001e-200)
    assert is_known[carries].all()
    assert not is_known[~(uncertainty <= 1.001e-8)].any()
    return float(is_known.mean())


def test_volatility_returns() -> None:
    """Of 20,000 random contracts each informative price gives its volatility back within 1e-8."""
    share = _assert_returns(_drawn(np.random.default_rng(2), 20_000))
    assert share > 0.6  # else this would prove little: a third expire too soon for their strike


@pytest.mark.slow
def test_volatility_returns_ten_million() -> None:
    """Of 10,000,000 random contracts each informative price gives its volatility within 1e-8."""
    for seed in range(20):
        assert _assert_returns(_drawn(np.random.default_rng([3, seed]), 500_000)) > 0.6


@given(forwards, moneyness, times, volatilities, discounts)
def test_put_call_parity(
    forward: float, log_strike: float, years: float, volatility: float, discount: float
) -> None:
    """A call less a put is the discounted forward less the discounted strike."""
    strike = forward * np.exp(log_strike)
    call, put = black76_price(forward, strike, years, volatility, discount, [True, False])
    assert abs(call - put - discount * (forward - strike)) <= ROUNDING * max(forward, strike)


@given(forwards, moneyness, times, volatilities, discounts, either)
def test_bounds(
    forward: float, log_strike: float, years: float, volatility: float, discount: float, is_call: bool  # noqa: FBT001
) -> None:  # fmt: skip
    """No option is worth less than intrinsic value or more than what it delivers."""
    strike = forward * np.exp(log_strike)
    price = black76_price(forward, strike, years, volatility, discount, is_call)
    sign = 1.0 if is_call else -1.0
    slack = ROUNDING * max(forward, strike)
    assert price >= discount * max(sign * (forward - strike), 0.0) - slack
    assert price <= discount * (forward if is_call else strike) + slack
    assert price >= 0.0


@given(forwards, moneyness, times, volatilities, either)
@settings(max_examples=50)
def test_monotone_and_convex(
    forward: float, log_strike: float, years: float, volatility: float, is_call: bool  # noqa: FBT001
) -> None:  # fmt: skip
    """Calls rise with the forward and fall with the strike, all rise with volatility; convex in K."""
    middle = forward * np.exp(log_strike)
    sign = 1.0 if is_call else -1.0
    slack = 4.0 * ROUNDING * max(forward, middle)
    steps = np.linspace(0.8, 1.25, 41)
    by_forward = black76_price(forward * steps, middle, years, volatility, 1.0, is_call)
    assert (sign * np.diff(by_forward) >= -slack).all()
    by_strike = black76_price(forward, middle * steps, years, volatility, 1.0, is_call)
    assert (sign * np.diff(by_strike) <= slack).all()
    assert (by_strike[:-2] - 2 * by_strike[1:-1] + by_strike[2:] >= -slack).all()
    by_volatility = black76_price(forward, middle, years, volatility * steps, 1.0, is_call)
    assert (np.diff(by_volatility) >= -slack).all()


@given(forwards, moneyness, discounts, either)
def test_limits(forward: float, log_strike: float, discount: float, is_call: bool) -> None:  # noqa: FBT001
    """Without time or volatility intrinsic value is left; with endless volatility the bound."""
    strike = forward * np.exp(log_strike)
    sign = 1.0 if is_call else -1.0
    intrinsic = discount * max(sign * (forward - strike), 0.0)
    years, volatility = [0.0, 1e-300, 1.0, 1.0], [0.2, 0.2, 0.0, 1e-300]
    price = black76_price(forward, strike, years, volatility, discount, is_call)
    assert price == pytest.approx([intrinsic] * 4, abs=ROUNDING * max(forward, strike))
    bound = discount * (forward if is_call else strike)
    assert black76_price(forward, strike, 1.0, 1e3, discount, is_call) == pytest.approx(bound)


@given(st.tuples(*[st.floats()] * 6))
def test_never_an_exception(quote: tuple[float, ...]) -> None:
    """Whatever is asked, there is a volatility or a reason, and never a warning."""
    found = implied_vol(*quote)
    assert np.isfinite(found.volatility) == (found.reason == Reason.OK)
    assert np.isnan(black76_price(*quote)) or black76_price(*quote) >= 0.0
