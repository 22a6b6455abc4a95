"""HAR-RV: next weeks' variance from the last day's, week's and month's, horizon by horizon.

The regression reads a low-noise daily variance (from high, low, open and close); its forecast is
carried to the scale of close-to-close returns by the ratio of their mean variances so far, since a
range estimator misses what happens while the market is shut.

Source: Corsi (2009), A Simple Approximate Long-Memory Model of Realized Volatility; Bekaert and
Hoerova (2014) for the VIX term; Hansen and Lunde (2005), A realized variance for the whole day,
for the scale; methodology 5.2.
"""

from dataclasses import dataclass

import numpy as np

from pricing.forecast_schedule import (
    SESSIONS_PER_YEAR,
    Codes,
    Floats,
    ForecastReason,
    ModelForecast,
    Schedule,
    judged,
    known_points,
    known_variance,
    lagged,
    squared,
    trailing_mean,
)

HAR_WINDOWS = (1, 5, 22)

_PERCENT_SQUARED = SESSIONS_PER_YEAR * 1e4  # daily variance to annual percent squared
_ROWS_PER_COEFFICIENT = 20
_CONDITION_MAX = 1e12


@dataclass(frozen=True, slots=True)
class HarFits:
    """Direct regressions, one row a fit and one column a horizon.

    Attributes:
        coefficients: constant, day, week, month and, with VIX, the implied term, of logarithms of
            annual variance in percent squared [ratio]; NaN where a fit was not possible.
        residual_variance: of the logarithm of variance [ratio].
        r_squared: within the sample [ratio].
        level: close-to-close variance in units of the daily measure, one a fit [ratio].
        reason: a ``ForecastReason``.
    """

    coefficients: Floats
    residual_variance: Floats
    r_squared: Floats
    level: Floats
    reason: Codes


def har_features(variance: Floats, vix: Floats | None = None) -> Floats:
    """Regressors at each session: one, and log variances over 1, 5 and 22 sessions.

    Args:
        variance: daily variance [decimal squared a session].
        vix: index close [points], or None to leave the implied term out.

    Returns:
        One row a session [log of percent squared a year]; NaN where any part is missing or cannot
        be, as zero variance cannot.
    """
    daily = known_variance(variance)
    logs = [np.log(trailing_mean(daily, n) * _PERCENT_SQUARED) for n in HAR_WINDOWS]
    if vix is not None:
        logs.append(2.0 * np.log(known_points(vix)))
    return np.column_stack([np.ones(variance.size), *logs])


def har_fits(
    log_return: Floats,
    features: Floats,
    variance: Floats,
    horizons: tuple[int, ...],
    schedule: Schedule,
) -> HarFits:
    """Ordinary least squares on every window whose outcome is known at the fit's session.

    Args:
        log_return: close to close [decimal].
        features: of ``har_features``.
        variance: the daily variance that they were made of [decimal squared a session].
        horizons: H [sessions].
        schedule: when to fit.

    Returns:
        The fits; a horizon with fewer than 20 known windows a coefficient is ``NO_FIT_YET``, one
        whose regressors move together is ``COLLINEAR``.
    """
    daily, sessions = known_variance(variance), schedule.sessions(log_return.size)
    width, shape = features.shape[1], (sessions.size, len(horizons))
    coefficients = np.full((*shape, width), np.nan)
    spread, explained = np.full(shape, np.nan), np.full(shape, np.nan)
    reason = np.full(shape, ForecastReason.NO_FIT_YET, dtype=np.uint8)
    for column, horizon in enumerate(horizons):
        outcome = np.log(trailing_mean(daily, horizon) * _PERCENT_SQUARED)
        moments, counts = _running_moments(lagged(features, horizon), outcome)
        for row, session in enumerate(sessions):
            if counts[session] < _ROWS_PER_COEFFICIENT * width:
                continue
            found = _least_squares(moments[session], int(counts[session]))
            if found is None:
                reason[row, column] = ForecastReason.COLLINEAR
                continue
            reason[row, column] = ForecastReason.FORECAST
            coefficients[row, column], spread[row, column], explained[row, column] = found
    level = _level(log_return, daily)[sessions]
    return HarFits(coefficients, spread, explained, level, reason)


def har_forecast(features: Floats, fits: HarFits, schedule: Schedule) -> ModelForecast:
    """Mean daily variance over each horizon, ``level exp(x'b + s^2 / 2)``.

    Args:
        features: of ``har_features``.
        fits: of ``har_fits`` with the same schedule.
        schedule: which fit serves which session.

    Returns:
        The forecast [decimal squared a session].
    """
    serving = schedule.serving(features.shape[0])
    shape = (serving.size, fits.reason.shape[1])
    mean = np.full(shape, np.nan)
    reason = np.full(shape, ForecastReason.NO_FIT_YET, dtype=np.uint8)
    served = serving >= 0
    fit = serving[served]
    if fit.size:
        log_variance = 0.5 * fits.residual_variance[fit]
        for term in range(features.shape[1]):
            log_variance = (
                log_variance + fits.coefficients[fit, :, term] * (features[served, term, None])
            )
        mean[served] = np.exp(log_variance) * (fits.level[fit, None] / _PERCENT_SQUARED)
        reason[served] = fits.reason[fit]
    is_fitted = reason == ForecastReason.FORECAST
    reason[is_fitted & np.isnan(mean)] = ForecastReason.INPUT_MISSING
    return judged(mean, reason)


def _running_moments(features: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Cross products of regressors and outcome, and their number, summed up to each session."""
    rows = np.column_stack([features, outcome])
    is_known = np.isfinite(rows).all(axis=1)
    rows[~is_known] = 0.0
    products = rows[:, :, None] * rows[:, None, :]
    return np.cumsum(products, axis=0), np.cumsum(is_known.astype(np.float64))


def _least_squares(moments: Floats, count: int) -> tuple[Floats, float, float] | None:
    """Coefficients, residual variance and R squared from cross products; None if ill-posed."""
    cross, target, total = moments[:-1, :-1], moments[:-1, -1], moments[-1, -1]
    scale = np.sqrt(np.diag(cross))
    if not (scale > 0.0).all():
        return None
    scaled = cross / np.outer(scale, scale)
    if not np.linalg.cond(scaled) < _CONDITION_MAX:
        return None
    coefficients = np.linalg.solve(scaled, target / scale) / scale
    unexplained = max(total - coefficients @ target, 0.0)
    about_mean = total - target[0] * target[0] / count
    r_squared = 1.0 - unexplained / about_mean if about_mean > 0.0 else float("nan")
    return coefficients, unexplained / (count - coefficients.size), r_squared


def _level(log_return: Floats, variance: Floats) -> Floats:
    """Mean squared return over mean daily variance so far, on sessions that have both."""
    squares = squared(log_return)
    is_known = np.isfinite(squares) & np.isfinite(variance)
    returns = np.cumsum(np.where(is_known, squares, 0.0))
    measured = np.cumsum(np.where(is_known, variance, 0.0))
    return np.where(measured > 0.0, returns / np.where(measured > 0.0, measured, 1.0), np.nan)
