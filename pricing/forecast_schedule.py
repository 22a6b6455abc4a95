"""When forecast models are fitted, why a forecast is missing, and means over sessions.

Everything here looks back only: a value at session t is made of sessions up to t, in one order of
additions, so that a longer history does not change a bit of it.
"""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pricing.errors import PricingError

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Codes = NDArray[np.uint8]

SESSIONS_PER_YEAR = 252.0
HORIZONS = (5, 10, 21, 42)

VARIANCE_MIN, VARIANCE_MAX = 1e-10, 1.0  # daily volatility of .001 % and of 100 %
RETURN_MAX = 1.0  # a fall by 63 % in a day
POINTS_MIN, POINTS_MAX = 0.1, 1_000.0

_FIRST_MIN = 250
_HORIZON_MIN = 2  # one session has no volatility about its mean to be placed on the cone


class ForecastReason(IntEnum):
    """Why a forecast is not there; ``FORECAST`` where it is."""

    FORECAST = 0
    NO_FIT_YET = 1
    INPUT_MISSING = 2
    FIT_FAILED = 3
    NOT_STATIONARY = 4
    COLLINEAR = 5
    NEGATIVE_FORWARD = 6
    BEYOND_TERM_STRUCTURE = 7
    UNSCORED = 8
    OUT_OF_RANGE = 9


@dataclass(frozen=True, slots=True)
class Schedule:
    """Sessions at whose close parameters are fitted, on everything known by then.

    A fit serves from its own session until the next one; which sessions these are depends on the
    first session of the history alone.

    Attributes:
        first: sessions of history before the first fit [sessions].
        every: sessions from one fit to the next [sessions].
    """

    first: int = 1_000
    every: int = 252

    def __post_init__(self) -> None:
        """Hold the schedule to what a fit can live on.

        Raises:
            PricingError: fewer than 250 sessions before the first fit, or fits less than one apart.
        """
        if self.first < _FIRST_MIN or self.every < 1:
            raise PricingError(
                f"refit schedule: first fit after {self.first} sessions and then every {self.every}; "
                f"accepted are at least {_FIRST_MIN} and at least 1; raise the lower one"
            )

    def sessions(self, count: int) -> Places:
        """Places of the fits in a history of ``count`` sessions."""
        return np.arange(self.first - 1, count, self.every, dtype=np.int64)

    def serving(self, count: int) -> Places:
        """Number of the fit that serves each session; -1 before the first."""
        elapsed = np.arange(count, dtype=np.int64) - (self.first - 1)
        return np.where(elapsed >= 0, elapsed // self.every, -1)


@dataclass(frozen=True, slots=True)
class ModelForecast:
    """What one model expects, made at each session's close for each horizon.

    Attributes:
        mean_variance: mean daily variance over the next H sessions, one row a session and one
            column a horizon [decimal squared a session]; NaN where there is none.
        reason: why not, a ``ForecastReason``.
    """

    mean_variance: Floats
    reason: Codes


def check_horizons(horizons: tuple[int, ...]) -> None:
    """Hold horizons to increasing whole sessions, two at least.

    Raises:
        PricingError: none, one below two sessions, or one not above the one before.
    """
    is_increasing = all(late > early for early, late in pairwise(horizons))
    if not horizons or horizons[0] < _HORIZON_MIN or not is_increasing:
        raise PricingError(
            f"forecast horizons: {list(horizons)} sessions; accepted are increasing whole numbers "
            f"from {_HORIZON_MIN}, such as {list(HORIZONS)}; sort them and leave out repetitions"
        )


def trailing_mean(values: Floats, window: int) -> Floats:
    """Mean of the last ``window`` values, in their unit; NaN where one of them is missing."""
    total = np.full(values.shape, np.nan)
    if values.size >= window:
        kept = values.size - window + 1
        summed = values[:kept].copy()
        for offset in range(1, window):
            summed += values[offset : offset + kept]
        total[window - 1 :] = summed / window
    return total


def lagged(values: Floats, sessions: int) -> Floats:
    """Values of so many sessions ago, NaN before the first."""
    late = np.full(values.shape, np.nan)
    late[sessions:] = values[: max(len(values) - sessions, 0)]
    return late


def known_returns(log_return: Floats) -> Floats:
    """Returns, NaN where one is not finite or moves by more than any index did [decimal]."""
    return np.where(np.abs(log_return) <= RETURN_MAX, log_return, np.nan)


def known_variance(daily: Floats) -> Floats:
    """Daily variance, NaN where it is not between .001 % and 100 % squared; zero is not known."""
    return np.where((daily >= VARIANCE_MIN) & (daily <= VARIANCE_MAX), daily, np.nan)


def known_points(index: Floats) -> Floats:
    """Closes of a volatility index, NaN where not between .1 and 1,000 points."""
    return np.where((index >= POINTS_MIN) & (index <= POINTS_MAX), index, np.nan)


def squared(log_return: Floats) -> Floats:
    """Squared returns, NaN where the return is not known."""
    return np.square(known_returns(log_return))


def judged(mean_variance: Floats, reason: Codes) -> ModelForecast:
    """A model's forecast, ``OUT_OF_RANGE`` where no market was ever like it."""
    is_there = reason == ForecastReason.FORECAST
    is_odd = is_there & np.isnan(known_variance(mean_variance))
    why = np.where(is_odd, ForecastReason.OUT_OF_RANGE, reason).astype(np.uint8)
    return ModelForecast(np.where(is_there & ~is_odd, mean_variance, np.nan), why)


def annual_volatility(mean_variance: Floats) -> Floats:
    """``sqrt(252 v)`` [decimal a year] of a mean daily variance."""
    return np.sqrt(SESSIONS_PER_YEAR * mean_variance)
