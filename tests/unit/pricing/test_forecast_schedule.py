"""When models are fitted, and means that look back only."""

import numpy as np
import pytest

from pricing.errors import PricingError
from pricing.forecast_schedule import Schedule, judged, lagged, squared, trailing_mean


def test_fits_by_count_from_the_first_session() -> None:
    """Fits fall on the first scheduled session and every so many after it."""
    plan = Schedule(first=250, every=100)
    assert plan.sessions(500).tolist() == [249, 349, 449]
    assert plan.sessions(249).tolist() == []


def test_fit_serves_from_its_own_session() -> None:
    """A session is served by the last fit made at or before it, and none before the first."""
    serving = Schedule(first=250, every=100).serving(400)
    assert serving[[0, 248, 249, 348, 349, 399]].tolist() == [-1, -1, 0, 0, 1, 1]


@pytest.mark.parametrize(("first", "every"), [(249, 1), (250, 0), (0, -1)])
def test_refuses_schedule_no_fit_can_live_on(first: int, every: int) -> None:
    """Too short a history, or fits that are not ahead of one another, are refused with a reason."""
    with pytest.raises(PricingError, match="accepted are at least 250"):
        Schedule(first, every)


def test_trailing_mean_by_hand() -> None:
    """The mean of the last three values, unknown while one of them is."""
    values = np.array([1.0, 2.0, 6.0, np.nan, 3.0, 3.0, 9.0])
    expected = [np.nan, np.nan, 3.0, np.nan, np.nan, np.nan, 5.0]
    np.testing.assert_array_equal(trailing_mean(values, 3), expected)


def test_trailing_mean_of_too_few() -> None:
    """Fewer values than the window have no mean."""
    assert np.isnan(trailing_mean(np.ones(2), 3)).all()


def test_lag_longer_than_history() -> None:
    """What lies before the first session is unknown."""
    assert np.isnan(lagged(np.ones(3), 5)).all()
    np.testing.assert_array_equal(lagged(np.array([1.0, 2.0, 3.0]), 2), [np.nan, np.nan, 1.0])


def test_infinite_return_is_unknown() -> None:
    """A return that is not finite, or beyond any index's, has no square."""
    np.testing.assert_array_equal(squared(np.array([np.inf, -0.5, 1.5])), [np.nan, 0.25, np.nan])


def test_forecast_like_no_market_is_refused() -> None:
    """A daily volatility of nothing or of more than 100 % is no forecast; a reason stays."""
    reason = np.array([0, 0, 0, 0, 4], dtype=np.uint8)
    found = judged(np.array([1e-4, 0.0, 2.0, np.inf, np.nan]), reason)
    np.testing.assert_array_equal(found.mean_variance, [1e-4, np.nan, np.nan, np.nan, np.nan])
    assert found.reason.tolist() == [0, 9, 9, 9, 4]
