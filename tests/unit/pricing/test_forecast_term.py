"""Implied variance between tenors, by hand."""

import numpy as np
import pytest

from pricing.errors import PricingError
from pricing.forecast_schedule import ForecastReason
from pricing.forecast_term import forward_variance, rolled_down, term_forecast

DAYS = np.array([9.0, 30.0, 93.0])
ONE_DAY = 1e-4 / 252.0  # points squared a year to a session


def test_forward_variance_by_hand() -> None:
    """30 days at 20 and 60 days at 22: (60 * 484 - 30 * 400) / 30 = 568 between them."""
    assert forward_variance(30.0, 20.0, 60.0, 22.0) == pytest.approx(568.0)


@pytest.mark.parametrize(("days2", "volatility2"), [(60.0, 14.0), (30.0, 20.0), (20.0, 20.0)])
def test_no_variance_explains_it(days2: float, volatility2: float) -> None:
    """A farther total below the nearer one, or tenors out of order, have no forward variance."""
    assert np.isnan(forward_variance(30.0, 20.0, days2, volatility2))


def test_flat_curve_forecasts_itself() -> None:
    """At one volatility for every tenor each horizon's variance is its square."""
    found = term_forecast(DAYS, np.full((1, 3), 16.0), (5, 10, 21, 42))
    np.testing.assert_allclose(found.mean_variance, 256.0 * ONE_DAY, rtol=1e-14)


def test_between_tenors_by_hand() -> None:
    """Ten sessions, 14.48 days: nine at 10, then at the forward variance to 30 days at 20."""
    tenor = 10 * 365 / 252
    ahead = (30 * 400 - 9 * 100) / 21
    expected = (9 * 100 + (tenor - 9) * ahead) / tenor * ONE_DAY
    found = term_forecast(DAYS, np.array([[10.0, 20.0, 25.0]]), (10,))
    assert found.mean_variance[0, 0] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("closes", "horizon", "reason"),
    [
        ([np.nan, np.nan, np.nan], 5, ForecastReason.INPUT_MISSING),
        ([np.nan, 0.0, -3.0], 5, ForecastReason.INPUT_MISSING),
        ([np.nan, 20.0, np.nan], 42, ForecastReason.BEYOND_TERM_STRUCTURE),
        ([90.0, 30.0, 30.0], 10, ForecastReason.NEGATIVE_FORWARD),
        ([np.nan, 20.0, np.nan], 21, ForecastReason.FORECAST),
        ([np.nan, 20.0, np.nan], 5, ForecastReason.FORECAST),
    ],
)
def test_reason(closes: list[float], horizon: int, reason: ForecastReason) -> None:
    """Where the family cannot answer, the forecast is unknown and says why."""
    found = term_forecast(DAYS, np.array([closes]), (horizon,))
    assert found.reason[0, 0] == reason
    assert np.isfinite(found.mean_variance[0, 0]) == (reason == ForecastReason.FORECAST)


@pytest.mark.parametrize("days", [[30.0, 9.0, 93.0], [0.0, 30.0, 93.0], [9.0, 30.0], []])
def test_refuses_tenors(days: list[float]) -> None:
    """Tenors that do not increase from above zero, one a column, are refused."""
    with pytest.raises(PricingError, match="accepted are increasing tenors"):
        term_forecast(np.array(days), np.full((2, 3), 20.0), (5,))


def test_rolled_down() -> None:
    """A curve from 15 at 30 days to 18 at 60 reads 16 at 40: what 50 days become after ten."""
    days, level = np.array([30.0, 60.0]), np.array([15.0, 18.0])
    found = rolled_down(days, level, 50.0, np.array([0.0, 10.0, 20.0, 21.0]))
    np.testing.assert_allclose(found, [17.0, 16.0, 15.0, np.nan])
