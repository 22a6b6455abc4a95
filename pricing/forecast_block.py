"""What the page says of a forecast: interval, place on the cone, premium, cluster state.

Source: methodology 5.3.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from pricing.forecast_schedule import (
    SESSIONS_PER_YEAR,
    Codes,
    Floats,
    ForecastReason,
    ModelForecast,
    annual_volatility,
    check_horizons,
    known_returns,
    lagged,
    squared,
    trailing_mean,
)

BASELINE_SESSIONS = 2_520
BASELINE_MIN = 756
INTERVALS = {"low_80": 0.10, "low_50": 0.25, "high_50": 0.75, "high_80": 0.90}
ONE_SD = {"low_sd": 0.15865525393145707, "high_sd": 0.8413447460685429}  # normal, -1 and +1

_ERRORS_MIN = 450
_CLUSTER_SHORT, _CLUSTER_LONG, _CLUSTER_HORIZON = 5, 63, 5
_CLUSTER_ABOVE, _COMPRESSING_BELOW = 1.25, 0.8

Window = Sequence[float]


class ClusterState(IntEnum):
    """Whether volatility clusters now; ``UNKNOWN`` where a part of the rule is."""

    UNKNOWN = 0
    NEITHER = 1
    CLUSTER_ON = 2
    COMPRESSING = 3

    @property
    def label(self) -> str | None:
        """The word in tables and on the page; null where it is unknown."""
        return None if self is ClusterState.UNKNOWN else self.name.lower()


@dataclass(frozen=True, slots=True)
class ForecastBlock:
    """Quantities of the report, one row a session and one column a horizon.

    Attributes:
        volatility: the point, annual [decimal].
        interval: bounds of 50 % and 80 %, and one standard deviation either side, by the names of
            ``INTERVALS`` and ``ONE_SD``; annual [decimal].
        cone_percentile: share of the cone's windows below the point, 0 to 100.
        premium: implied volatility less the point, annual [decimal].
        variance_premium: ``(IV^2 - point^2) / 12`` [percent squared a month].
        cluster: a ``ClusterState``, one a session.
    """

    volatility: Floats
    interval: dict[str, Floats]
    cone_percentile: Floats
    premium: Floats
    variance_premium: Floats
    cluster: Codes


@np.errstate(all="ignore")
def forecast_block(
    log_return: Floats, mean_variance: Floats, implied_variance: Floats, horizons: tuple[int, ...]
) -> ForecastBlock:
    """The report's quantities for the forecast that is shown.

    Args:
        log_return: close to close [decimal].
        mean_variance: the forecast, one column a horizon [decimal squared a session].
        implied_variance: of the term structure for the same horizons [decimal squared a session].
        horizons: H, increasing [sessions].

    Returns:
        The quantities, NaN or ``UNKNOWN`` where a part is missing.

    Raises:
        PricingError: horizons that do not increase from two sessions.
    """
    check_horizons(horizons)
    point, implied = annual_volatility(mean_variance), annual_volatility(implied_variance)
    names = INTERVALS | ONE_SD
    bounds = {name: np.full(point.shape, np.nan) for name in names}
    places = np.full(point.shape, np.nan)
    for column, horizon in enumerate(horizons):
        forecast = mean_variance[:, column]
        factors = error_quantiles(log_return, forecast, horizon, tuple(names.values()))
        for number, name in enumerate(names):
            bounds[name][:, column] = point[:, column] * factors[:, number]
        places[:, column] = cone_percentile(log_return, point[:, column], horizon)
    monthly = (np.square(implied) - np.square(point)) * (1e4 / 12.0)
    cluster = cluster_state(log_return, point, horizons)
    return ForecastBlock(point, bounds, places, implied - point, monthly, cluster)


@np.errstate(all="ignore")
def error_quantiles(
    log_return: Floats, mean_variance: Floats, horizon: int, quantiles: tuple[float, ...]
) -> Floats:
    """Quantiles of realized over forecast volatility among forecasts whose outcome is known.

    Args:
        log_return: close to close [decimal].
        mean_variance: forecasts for one horizon, by the session they were made at [decimal squared
            a session].
        horizon: H [sessions].
        quantiles: 0 to 1, interpolated linearly between neighbors.

    Returns:
        One column a quantile [ratio]; NaN with fewer than 450 outcomes in the last 2,520 sessions.
    """
    outcome = trailing_mean(squared(log_return), horizon)
    expected = lagged(mean_variance, horizon)
    is_sound = (outcome > 0.0) & (expected > 0.0)
    error = np.where(is_sound, outcome, np.nan) / np.where(is_sound, expected, np.nan)
    found = np.full((log_return.size, len(quantiles)), np.nan)

    def read(session: int, window: Window) -> None:
        if len(window) >= _ERRORS_MIN:
            found[session] = [_quantile(window, quantile) for quantile in quantiles]

    _slide(error, BASELINE_SESSIONS, read)
    factors: Floats = np.sqrt(found)
    return factors


def at_bound(forecast: ModelForecast, bound: Floats) -> ModelForecast:
    """The forecast that a bound of its interval stands for, to draw a path along it.

    Args:
        forecast: the point.
        bound: one of ``ForecastBlock.interval`` of that point, annual [decimal].

    Returns:
        The bound as mean variance [decimal squared a session]; ``UNSCORED`` where there is a point
        but not yet enough outcomes for an interval.
    """
    variance = np.square(bound) / SESSIONS_PER_YEAR
    is_new = np.isfinite(forecast.mean_variance) & ~np.isfinite(variance)
    reason = np.where(is_new, ForecastReason.UNSCORED, forecast.reason).astype(np.uint8)
    return ModelForecast(variance, reason)


def cone_percentile(log_return: Floats, volatility: Floats, horizon: int) -> Floats:
    """Share of the last ten years' windows below a volatility, ties counted half.

    Args:
        log_return: close to close [decimal].
        volatility: to be placed, annual [decimal].
        horizon: H, the windows' length [sessions].

    Returns:
        Percentile, 0 to 100; NaN with fewer than 756 - H + 1 windows of the last 2,520 - H + 1.
    """
    found = np.full(volatility.shape, np.nan)

    def read(session: int, window: Window) -> None:
        value = float(volatility[session])
        if len(window) >= BASELINE_MIN - horizon + 1 and np.isfinite(value):
            doubled = bisect_left(window, value) + bisect_right(window, value)
            found[session] = 50.0 * doubled / len(window)

    _slide(cone_volatility(log_return, horizon), BASELINE_SESSIONS - horizon + 1, read)
    return found


def cone_median(log_return: Floats, horizon: int) -> Floats:
    """Median of the cone, with Hodges and Tompkins' correction for overlap [decimal a year]."""
    found = np.full(log_return.shape, np.nan)

    def read(session: int, window: Window) -> None:
        count = len(window)
        if count >= BASELINE_MIN - horizon + 1:
            overlap = 1.0 - horizon / count + (horizon * horizon - 1.0) / (3.0 * count * count)
            found[session] = _quantile(window, 0.5) / math.sqrt(overlap)

    _slide(cone_volatility(log_return, horizon), BASELINE_SESSIONS - horizon + 1, read)
    return found


def cone_volatility(log_return: Floats, horizon: int) -> Floats:
    """Volatility about the mean over windows of H returns, as the cone has it [decimal a year]."""
    returns = known_returns(log_return)
    mean = trailing_mean(returns, horizon)
    about_mean = trailing_mean(np.square(returns), horizon) - np.square(mean)
    daily = np.maximum(about_mean, 0.0) * (horizon / (horizon - 1.0))
    return np.sqrt(SESSIONS_PER_YEAR * daily)


def cluster_state(log_return: Floats, volatility: Floats, horizons: tuple[int, ...]) -> Codes:
    """Whether volatility clusters or compresses.

    ``cluster_on`` where RV5 / RV63 > 1.25 and the 5-session forecast is above its cone's median;
    ``compressing`` where RV5 / RV63 < 0.8 and the forecast falls from the first horizon to the
    last.

    Args:
        log_return: close to close [decimal].
        volatility: the forecast, annual, one column a horizon [decimal].
        horizons: H, increasing [sessions]; 5 among them, or every state is unknown.

    Returns:
        A ``ClusterState`` a session.
    """
    found = np.full(log_return.shape, ClusterState.UNKNOWN, dtype=np.uint8)
    if _CLUSTER_HORIZON not in horizons:
        return found
    squares = squared(log_return)
    short = np.sqrt(trailing_mean(squares, _CLUSTER_SHORT))
    long = np.sqrt(trailing_mean(squares, _CLUSTER_LONG))
    ratio = short / np.where(long > 0.0, long, np.nan)
    point = volatility[:, horizons.index(_CLUSTER_HORIZON)]
    median = cone_median(log_return, _CLUSTER_HORIZON)
    is_known = np.isfinite(ratio) & np.isfinite(point) & np.isfinite(median)
    is_known &= np.isfinite(volatility[:, 0]) & np.isfinite(volatility[:, -1])
    found[is_known] = ClusterState.NEITHER
    found[is_known & (ratio > _CLUSTER_ABOVE) & (point > median)] = ClusterState.CLUSTER_ON
    is_falling = volatility[:, -1] < volatility[:, 0]
    found[is_known & (ratio < _COMPRESSING_BELOW) & is_falling] = ClusterState.COMPRESSING
    return found


def _slide(values: Floats, window: int, read: Callable[[int, Window], None]) -> None:
    """Show ``read`` each session and the finite values of the window ending there, sorted."""
    inside: deque[float] = deque()
    ordered: list[float] = []
    for session, value in enumerate(values.tolist()):
        inside.append(value)
        if value == value:  # noqa: PLR0124  # not NaN
            insort(ordered, value)
        if len(inside) > window:
            oldest = inside.popleft()
            if oldest == oldest:  # noqa: PLR0124  # not NaN
                del ordered[bisect_left(ordered, oldest)]
        read(session, ordered)


def _quantile(ordered: Window, quantile: float) -> float:
    place = quantile * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
