"""Variance that the VIX family expects: between its tenors, over a horizon, and rolled down.

Source: total variance is additive in time; Cboe VIX family methodology; methodology 5.2.
"""

import numpy as np

from pricing.errors import PricingError
from pricing.forecast_schedule import (
    SESSIONS_PER_YEAR,
    Codes,
    Floats,
    ForecastReason,
    ModelForecast,
    judged,
    known_points,
)

DAYS_PER_SESSION = 365.0 / SESSIONS_PER_YEAR

_BEYOND_LAST = 1.1  # 21 sessions are 30.4 days: the last tenor holds a little beyond itself
_POINTS_SQUARED = 1e4


def forward_variance(
    days1: Floats | float,
    volatility1: Floats | float,
    days2: Floats | float,
    volatility2: Floats | float,
) -> Floats:
    """Variance a year that two tenors imply between them.

    ``(t2 IV2^2 - t1 IV1^2) / (t2 - t1)``

    Args:
        days1: nearer tenor [days].
        volatility1: its implied volatility [in any unit].
        days2: farther tenor [days].
        volatility2: its implied volatility [same unit].

    Returns:
        Variance [unit squared a year]; NaN where the tenors are not in order or the nearer total
        is above the farther one, which no variance between them explains.
    """
    near, far = np.asarray(days1, dtype=np.float64), np.asarray(days2, dtype=np.float64)
    near, far, low, high = np.broadcast_arrays(near, far, volatility1, volatility2)
    is_ordered = far > near
    span = np.where(is_ordered, far - near, 1.0)
    found = (far * np.square(high) - near * np.square(low)) / span
    return np.where(is_ordered & (found >= 0.0), found, np.nan)


def term_forecast(days: Floats, volatility: Floats, horizons: tuple[int, ...]) -> ModelForecast:
    """Mean daily variance over each horizon by the term structure of implied variance.

    Total variance is linear in calendar time between the tenors known that day; before the nearest
    its volatility holds, and up to a tenth beyond the farthest too.

    Args:
        days: tenor of each column, increasing [days].
        volatility: index closes, one row a session, NaN where there is none [points].
        horizons: H [sessions], 365 / 252 days each.

    Returns:
        The forecast [decimal squared a session]; ``INPUT_MISSING`` at a session without any index,
        ``BEYOND_TERM_STRUCTURE`` past its tenors, ``NEGATIVE_FORWARD`` between tenors that
        contradict each other.

    Raises:
        PricingError: tenors that do not increase from above zero, or are not one a column.
    """
    _check(days, volatility)
    points = known_points(volatility)
    shape = (volatility.shape[0], len(horizons))
    mean = np.full(shape, np.nan)
    reason = np.full(shape, ForecastReason.FORECAST, dtype=np.uint8)
    for column, horizon in enumerate(horizons):
        variance, reason[:, column] = _annual_variance(days, points, horizon * DAYS_PER_SESSION)
        mean[:, column] = variance / (_POINTS_SQUARED * SESSIONS_PER_YEAR)
    return judged(mean, reason)


def rolled_down(days: Floats, level: Floats, tenor: float, age: Floats) -> Floats:
    """Level of a curve at a tenor after it has aged and the curve stood still: ``F(t - h)``.

    Args:
        days: tenors of the curve, increasing [days].
        level: its level at each tenor [in any unit].
        tenor: t today [days].
        age: h [days].

    Returns:
        Level [same unit], linear between tenors; NaN outside them, and where a neighbor is.
    """
    left = tenor - np.asarray(age, dtype=np.float64)
    return np.interp(left, days, level, left=np.nan, right=np.nan)


def _check(days: Floats, volatility: Floats) -> None:
    is_increasing = days.size > 0 and bool((np.diff(days, prepend=0.0) > 0.0).all())
    if not is_increasing or volatility.shape[1:] != days.shape:
        raise PricingError(
            f"term structure: tenors {days.tolist()} days for columns {volatility.shape[1:]}; "
            "accepted are increasing tenors above zero, one a column; sort them together"
        )


def _annual_variance(days: Floats, volatility: Floats, tenor: float) -> tuple[Floats, Codes]:
    """Variance a year up to one tenor [points squared], and the reason where there is none."""
    rows = volatility.shape[0]
    near, far = np.full(rows, np.nan), np.full(rows, np.nan)
    near_days, far_days = np.full(rows, np.nan), np.full(rows, np.nan)
    for column, day in enumerate(days.tolist()):
        is_known = np.isfinite(volatility[:, column])
        is_near = is_known & (day <= tenor)
        is_far = is_known & (day >= tenor) & np.isnan(far)
        near[is_near], near_days[is_near] = volatility[is_near, column], day
        far[is_far], far_days[is_far] = volatility[is_far, column], day
    has_near, has_far = np.isfinite(near), np.isfinite(far)
    reason = np.full(rows, ForecastReason.FORECAST, dtype=np.uint8)
    is_late = has_near & ~has_far & (tenor > _BEYOND_LAST * near_days)
    reason[is_late] = ForecastReason.BEYOND_TERM_STRUCTURE
    reason[~has_near & ~has_far] = ForecastReason.INPUT_MISSING
    is_between = has_near & has_far & (far_days > near_days)
    ahead = forward_variance(near_days, near, far_days, far)
    reason[is_between & np.isnan(ahead)] = ForecastReason.NEGATIVE_FORWARD
    between = (near_days * np.square(near) + (tenor - near_days) * ahead) / tenor
    flat = np.square(np.where(has_near, near, far))
    found = np.where(is_between, between, flat)
    return np.where(reason == ForecastReason.FORECAST, found, np.nan), reason
