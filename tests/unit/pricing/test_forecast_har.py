"""The HAR regressions' domain: what is missing, what moves together, what is not positive."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pricing.forecast_har import har_features, har_fits, har_forecast
from pricing.forecast_schedule import ForecastReason, Schedule

Floats = NDArray[np.float64]

PLAN = Schedule(first=400, every=100)


@pytest.fixture(scope="module")
def market() -> tuple[Floats, Floats]:
    """Returns and a daily variance of 600 sessions whose volatility wanders."""
    draw = np.random.default_rng(5)
    volatility = 0.01 * np.exp(np.cumsum(0.05 * draw.standard_normal(600)))
    returns = volatility * draw.standard_normal(600)
    return returns, np.square(volatility) * draw.chisquare(5, 600) / 10.0


def test_no_forecast_before_the_first_fit(market: tuple[Floats, Floats]) -> None:
    """Sessions before the first fit have no forecast, all later ones do."""
    returns, variance = market
    features = har_features(variance)
    found = har_forecast(features, har_fits(returns, features, variance, (5, 21), PLAN), PLAN)
    assert np.isnan(found.mean_variance[:399]).all()
    assert (found.reason[:399] == ForecastReason.NO_FIT_YET).all()
    assert (found.mean_variance[399:] > 0.0).all()
    assert (found.reason[399:] == ForecastReason.FORECAST).all()


@pytest.mark.parametrize("hole", [np.nan, 0.0, -1e-4, np.inf])
def test_hole_is_felt_while_in_a_window(market: tuple[Floats, Floats], hole: float) -> None:
    """A variance that is missing or cannot be leaves no forecast while one of its windows has it."""
    returns, variance = market
    holed = variance.copy()
    holed[500] = hole
    features = har_features(holed)
    found = har_forecast(features, har_fits(returns, features, holed, (5,), PLAN), PLAN)
    assert np.isnan(found.mean_variance[500:522, 0]).all()
    assert (found.reason[500:522, 0] == ForecastReason.INPUT_MISSING).all()
    assert np.isfinite(found.mean_variance[522:, 0]).all()


def test_regressors_that_move_together_are_refused(market: tuple[Floats, Floats]) -> None:
    """An implied volatility that never moves cannot be told from the constant."""
    returns, variance = market
    features = har_features(variance, np.full(600, 20.0))
    fits = har_fits(returns, features, variance, (5,), PLAN)
    found = har_forecast(features, fits, PLAN)
    assert (fits.reason == ForecastReason.COLLINEAR).all()
    assert (found.reason[399:] == ForecastReason.COLLINEAR).all()
    assert np.isnan(found.mean_variance).all()


def test_too_few_known_windows() -> None:
    """A history that is nearly all holes is not fitted."""
    variance = np.full(600, np.nan)
    variance[:80] = 1e-4
    features = har_features(variance)
    fits = har_fits(np.full(600, 0.01), features, variance, (5,), PLAN)
    assert (fits.reason == ForecastReason.NO_FIT_YET).all()


def test_level_carries_forecast_to_returns(market: tuple[Floats, Floats]) -> None:
    """A daily measure that reads half as much forecasts the same variance of returns."""
    returns, variance = market
    full, half = (
        har_forecast(item, har_fits(returns, item, measure, (5,), PLAN), PLAN).mean_variance[399:]
        for measure in (variance, 0.5 * variance)
        for item in [har_features(measure)]
    )
    np.testing.assert_allclose(full, half, rtol=1e-9)
