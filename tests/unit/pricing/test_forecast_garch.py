"""GARCH fits that cannot be, and the recursion between fits."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pricing import forecast_garch
from pricing.forecast_garch import (
    GarchFit,
    fit_garch,
    garch_fits,
    garch_forecast,
    garch_mean_variance,
    next_variance,
    served_fits,
    window_key,
)
from pricing.forecast_schedule import ForecastReason, Schedule

Floats = NDArray[np.float64]

PLAN = Schedule(first=300, every=200)
FIT = GarchFit(2e-6, 0.05, 0.06, 0.90)


@pytest.fixture(scope="module")
def returns() -> Floats:
    """Six hundred returns of a GARCH market."""
    draw = np.random.default_rng(3)
    made, variance = np.empty(600), 1e-4
    for day, shock in enumerate(draw.standard_normal(600)):
        made[day] = math.sqrt(variance) * shock
        variance = 2e-6 + 0.1 * made[day] ** 2 + 0.88 * variance
    return made


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        (np.full(249, 0.01), ForecastReason.NO_FIT_YET),
        (np.zeros(300), ForecastReason.FIT_FAILED),
        (np.full(300, 1e200), ForecastReason.FIT_FAILED),
        (np.where(np.arange(300) == 7, np.nan, 0.01), ForecastReason.INPUT_MISSING),
        (np.where(np.arange(300) == 7, -np.inf, 0.01), ForecastReason.INPUT_MISSING),
    ],
    ids=["short", "never moves", "overflows", "hole", "infinite"],
)
def test_no_fit_says_why(window: Floats, reason: ForecastReason) -> None:
    """Returns that no model fits give NaN and the reason, never an exception."""
    fit = fit_garch(window, is_asymmetric=True)
    assert fit.reason is reason
    assert math.isnan(fit.omega)
    assert math.isnan(fit.half_life)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (None, ForecastReason.FIT_FAILED),
        ([1e-2, 0.2, 0.81], ForecastReason.NOT_STATIONARY),
        ([1e-2, 0.2, 0.8], ForecastReason.FORECAST),
        ([1e-2, 0.1, 0.8], ForecastReason.FORECAST),
    ],
)
def test_optimum_is_judged(
    returns: Floats,
    monkeypatch: pytest.MonkeyPatch,
    found: list[float] | None,
    reason: ForecastReason,
) -> None:
    """Parameters whose variance has no long run are no fit."""
    monkeypatch.setattr(forecast_garch, "_optimum", lambda *_, **__: found)
    assert fit_garch(returns, is_asymmetric=False).reason is reason


@pytest.mark.parametrize("beta", [0.90, 0.90 - 1e-9, 0.90 + 1e-9])
def test_shocks_that_do_not_fade(beta: float) -> None:
    """At persistence one, a rounding error either side, variance grows by omega a session."""
    fit = GarchFit(2e-6, 0.10, 0.0, beta)
    mean = garch_mean_variance(fit, np.array([1e-4]), 21)
    np.testing.assert_allclose(mean, 1e-4 + 10 * 2e-6, rtol=1e-7)
    assert math.isnan(fit.half_life)
    assert math.isnan(fit.long_run_variance)


def test_failed_fit_leaves_its_sessions_empty(returns: Floats) -> None:
    """Sessions that a failed fit serves have its reason, and the next fit's have forecasts."""
    bad = GarchFit(math.nan, math.nan, math.nan, math.nan, ForecastReason.FIT_FAILED)
    found = garch_forecast(returns, [bad, FIT], (5,), PLAN)
    assert (found.reason[:299, 0] == ForecastReason.NO_FIT_YET).all()
    assert (found.reason[299:499, 0] == ForecastReason.FIT_FAILED).all()
    assert np.isnan(found.mean_variance[:499]).all()
    assert (found.mean_variance[499:] > 0.0).all()


def test_recursion_by_hand() -> None:
    """Each step adds the constant, the shock, more of it after a fall, and the memory."""
    day1, day2 = 0.02, -0.01
    before = (day1**2 + 0.94 * day2**2) / 1.94
    first = 2e-6 + (0.05 + 0.03 + 0.90) * before
    after1 = 2e-6 + 0.05 * day1**2 + 0.90 * first
    after2 = 2e-6 + 0.11 * day2**2 + 0.90 * after1
    found = next_variance(np.array([day1, day2]), FIT)
    np.testing.assert_allclose(found, [after1, after2], rtol=1e-14)


def test_session_without_return_is_left_out(returns: Floats) -> None:
    """A missing return has no forecast, and the others are those of the returns without it."""
    holed = np.insert(returns, 450, np.nan)
    found = garch_forecast(holed, [FIT, FIT], (5,), PLAN)
    plain = garch_forecast(returns, [FIT, FIT], (5,), PLAN)
    assert found.reason[450, 0] == ForecastReason.INPUT_MISSING
    np.testing.assert_array_equal(
        np.delete(found.mean_variance, 450, axis=0)[299:], plain.mean_variance[299:]
    )


def test_known_fit_is_not_made_again(returns: Floats) -> None:
    """A fit kept under its window's key is taken as it is."""
    key = window_key(returns[:300], is_asymmetric=False)
    plan = Schedule(first=300, every=400)
    fits = garch_fits(returns, plan, is_asymmetric=False, known={key: FIT})
    assert served_fits(returns, plan, fits, is_asymmetric=False) == [FIT]


@pytest.mark.parametrize(
    "change",
    [lambda window: window[1:], lambda window: window * (1.0 + 2**-52), lambda window: -window],
    ids=["shorter", "last bit", "sign"],
)
def test_key_tells_windows_apart(returns: Floats, change: Callable[[Floats], Floats]) -> None:
    """Another window, or another model, has another key."""
    key = window_key(returns, is_asymmetric=False)
    assert key != window_key(change(returns), is_asymmetric=False)
    assert key != window_key(returns, is_asymmetric=True)
    assert key == window_key(returns.copy(), is_asymmetric=False)
