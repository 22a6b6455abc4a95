"""The implied return against a scalar twin, its domain, and its independence of array length."""

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq

from pricing.discount import (
    calibrated_cash_flow0,
    grown_cash_flows,
    implied_return,
    implied_return_of_flows,
    present_value,
)

Floats = NDArray[np.float64]


def _value_twin(rate: float, flow0: float, growth: float, terminal: float) -> float:
    value = 0.0
    for year in range(1, 6):
        value += flow0 * (1 + growth) ** year / (1 + rate) ** year
    fifth = flow0 * (1 + growth) ** 5
    return value + fifth * (1 + terminal) / ((rate - terminal) * (1 + rate) ** 5)


def _return_twin(price: float, flow0: float, growth: float, terminal: float) -> float:
    return brentq(
        lambda rate: _value_twin(rate, flow0, growth, terminal) - price,
        terminal + 1e-6,
        0.50,
        xtol=1e-14,
    )


@pytest.fixture(scope="module")
def markets() -> tuple[Floats, Floats, Floats, Floats]:
    """Four hundred prices, cash yields, growth rates and risk-free rates, negative ones too."""
    draw = np.random.default_rng(11)
    price = draw.uniform(300, 9_000, 400)
    flow0 = price * draw.uniform(0.01, 0.09, 400)
    return price, flow0, draw.uniform(-0.1, 0.15, 400), draw.uniform(-0.01, 0.12, 400)


def test_agrees_with_scalar_twin(markets: tuple[Floats, Floats, Floats, Floats]) -> None:
    """Every implied return is the one that a scalar root finder gives, to 1e-10."""
    found = implied_return(*markets)
    twin = [_return_twin(*row) for row in zip(*(item.tolist() for item in markets), strict=True)]
    assert np.isfinite(found).all()
    assert np.abs(found - twin).max() < 1e-10


def test_price_error_is_small(markets: tuple[Floats, Floats, Floats, Floats]) -> None:
    """The model returns the price at the implied return, to 1e-8 index points."""
    price, flow0, growth, terminal = markets
    value = present_value(implied_return(*markets), grown_cash_flows(flow0, growth), terminal)
    assert np.abs(value - price).max() < 1e-8


def test_row_ignores_its_neighbors(markets: tuple[Floats, Floats, Floats, Floats]) -> None:
    """A row's return is the same, bit for bit, however many rows are solved with it."""
    whole = implied_return(*markets)
    for length in (1, 2, 3, 7, 8, 9, 33, 399):
        part = implied_return(*(item[:length] for item in markets))
        assert part.tobytes() == whole[:length].tobytes()


def test_calibration_returns_premium(markets: tuple[Floats, Floats, Floats, Floats]) -> None:
    """A calibrated cash flow gives back the return that it was calibrated to."""
    price, _, _, rate = markets
    target = rate + 0.05
    flow0 = calibrated_cash_flow0(price, target, 0.05, rate)
    assert np.abs(implied_return(price, flow0, 0.05, rate) - target).max() < 1e-12


@pytest.mark.parametrize(
    "market",
    [
        (1000.0, 0.0, 0.05, 0.03),
        (1000.0, -20.0, 0.05, 0.03),
        (0.0, 30.0, 0.05, 0.03),
        (1000.0, 30.0, -0.5, 0.03),
        (1000.0, 30.0, -2.0, 0.03),
        (1000.0, 0.001, 0.05, 0.03),
        (1000.0, 5_000.0, 0.05, 0.03),
        (1000.0, 30.0, 0.05, 0.5),
        (np.nan, 30.0, 0.05, 0.03),
        (1000.0, np.inf, 0.05, 0.03),
        (1000.0, 30.0, np.nan, 0.03),
        (1000.0, 30.0, 0.05, -np.inf),
        (np.inf, np.nan, np.inf, np.nan),
    ],
    ids=["no flow", "negative flow", "no price", "g at -50 %", "g below -50 %",
         "root at terminal growth", "root above 50 %", "terminal growth too high", "price NaN",
         "flow infinite", "growth NaN", "rate infinite", "nothing finite"],
)  # fmt: skip
def test_out_of_domain_is_nan(market: tuple[float, float, float, float]) -> None:
    """Where there is no return the answer is NaN, without exception or warning, beside good rows."""
    good = (1200.0, 36.0, 0.05, 0.04)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = implied_return(*(np.array(pair) for pair in zip(market, good, strict=True)))
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(_return_twin(*good), abs=1e-10)


@pytest.mark.parametrize(
    "mark",
    [(0.0, 0.08, 0.03), (1000.0, 0.03, 0.03), (1000.0, 0.02, 0.03), (1000.0, 0.6, 0.03),
     (np.nan, 0.08, 0.03), (1000.0, np.inf, 0.03), (1000.0, 0.08, np.nan)],
)  # fmt: skip
def test_calibration_out_of_domain(mark: tuple[float, float, float]) -> None:
    """A premium that no cash flow can explain calibrates to NaN, without warning."""
    price, rate, terminal = (np.array([item]) for item in mark)
    assert np.isnan(calibrated_cash_flow0(price, rate, 0.05, terminal)).all()


def test_return_next_to_terminal_growth() -> None:
    """A root within 1e-4 of terminal growth is refused, one beyond it is not."""
    terminal = np.array([0.04, 0.04])
    root = terminal + np.array([0.00009, 0.00011])
    price = present_value(root, grown_cash_flows(np.array([30.0, 30.0]), np.array([0.05, 0.05])),
                          terminal)  # fmt: skip
    found = implied_return(price, np.array([30.0, 30.0]), 0.05, terminal)
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(root[1], abs=1e-12)


def test_empty_arrays() -> None:
    """No rows give no rows."""
    nothing = np.array([], dtype=np.float64)
    assert implied_return(nothing, nothing, 0.05, nothing).shape == (0,)
    assert implied_return_of_flows(nothing, [nothing] * 5, nothing).shape == (0,)
