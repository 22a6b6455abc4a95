"""GARCH(1,1) and GJR on close-to-close returns about zero, fitted by the ``arch`` package.

The optimizer always starts at the sample variance with the persistence below, so that a fit
depends on its window alone. Sessions without a return are left out, as if there had been none.

Source: Bollerslev (1986); Glosten, Jagannathan and Runkle (1993); methodology 5.2.
"""

import hashlib
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from pricing.forecast_schedule import (
    Floats,
    ForecastReason,
    ModelForecast,
    Schedule,
    judged,
    known_returns,
)

_RETURNS_MIN = 250
_PERCENT = 100.0  # the optimizer is at ease with returns in percent
_START_ALPHA = 0.05
_START_GAMMA = 0.08
_START_BETA = 0.90
_START_BETA_GJR = 0.88
_UNIT_ROOT_MARGIN = 1e-5  # the optimizer ends this near its bound p = 1, on either side
_BACKCAST_RETURNS = 75  # as in the arch package: weights 0.94**i over the first returns
_BACKCAST_DECAY = 0.94
_SETTINGS = "zero mean, normal, p=1 q=1, start .05/.90 or .05/.08/.88 at the sample variance"


@dataclass(frozen=True, slots=True)
class GarchFit:
    """Parameters of ``v_{t+1} = omega + (alpha + gamma 1[e_t < 0]) e_t^2 + beta v_t``.

    Attributes:
        omega: constant [decimal squared a session]; all four are NaN where ``reason`` says why.
        alpha: answer to a shock [ratio].
        gamma: more of it to a fall [ratio]; zero in GARCH(1,1).
        beta: memory [ratio].
        reason: a ``ForecastReason``.
    """

    omega: float
    alpha: float
    gamma: float
    beta: float
    reason: ForecastReason = ForecastReason.FORECAST

    @property
    def persistence(self) -> float:
        """``p = alpha + beta + gamma / 2`` [ratio]."""
        return self.alpha + self.beta + 0.5 * self.gamma

    @property
    def long_run_variance(self) -> float:
        """``omega / (1 - p)`` [decimal squared a session]; NaN where shocks do not fade."""
        return self.omega / (1.0 - self.persistence) if self._is_fading else math.nan

    @property
    def half_life(self) -> float:
        """Sessions until half of a shock to variance is gone, ``ln .5 / ln p`` [sessions].

        NaN where shocks do not fade.
        """
        return math.log(0.5) / math.log(self.persistence) if self._is_fading else math.nan

    @property
    def _is_fading(self) -> bool:
        return 0.0 < self.persistence < 1.0 - _UNIT_ROOT_MARGIN


@np.errstate(all="ignore")  # out of domain is answered with NaN and a reason
def fit_garch(log_return: Floats, *, is_asymmetric: bool) -> GarchFit:
    """Maximum likelihood with normal errors.

    Args:
        log_return: close to close, no holes [decimal].
        is_asymmetric: GJR where true, else GARCH(1,1).

    Returns:
        The fit; NaN with ``NO_FIT_YET`` below 250 returns, ``INPUT_MISSING`` where a return is not
        finite, ``FIT_FAILED`` where returns do not move or the optimizer did not arrive,
        ``NOT_STATIONARY`` where the persistence is above one. At one, the optimizer's bound, the
        fit stands: variance then has no long run but does have a forecast.
    """
    if log_return.size < _RETURNS_MIN:
        return _no_fit(ForecastReason.NO_FIT_YET)
    if not np.isfinite(log_return).all():
        return _no_fit(ForecastReason.INPUT_MISSING)
    percent = np.ascontiguousarray(log_return * _PERCENT)
    variance = float(np.mean(np.square(percent)))
    if not 0.0 < variance < math.inf:
        return _no_fit(ForecastReason.FIT_FAILED)
    found = _optimum(percent, variance, is_asymmetric=is_asymmetric)
    if found is None:
        return _no_fit(ForecastReason.FIT_FAILED)
    omega, alpha, *gamma, beta = found
    fit = GarchFit(omega / _PERCENT**2, alpha, gamma[0] if gamma else 0.0, beta)
    if not fit.persistence < 1.0 + _UNIT_ROOT_MARGIN:
        return _no_fit(ForecastReason.NOT_STATIONARY)
    return fit


def window_key(log_return: Floats, *, is_asymmetric: bool) -> str:
    """Hash of a fit's window and settings, under which a fit can be kept and found again.

    The version of the ``arch`` package is the caller's to add.
    """
    name = f"{'gjr' if is_asymmetric else 'garch'}: {_SETTINGS}"
    digest = hashlib.sha256(name.encode())
    digest.update(np.ascontiguousarray(log_return, dtype="<f8").tobytes())
    return digest.hexdigest()


def garch_fits(
    log_return: Floats,
    schedule: Schedule,
    *,
    is_asymmetric: bool,
    known: Mapping[str, GarchFit] | None = None,
) -> dict[str, GarchFit]:
    """Fits of a schedule, each on all returns up to its session.

    Args:
        log_return: close to close, NaN where there is none [decimal].
        schedule: when to fit.
        is_asymmetric: GJR where true, else GARCH(1,1).
        known: fits found earlier, by ``window_key``; what is among them is not fitted again.

    Returns:
        Fits by ``window_key``, in the order of their sessions.
    """
    kept = known or {}
    fits: dict[str, GarchFit] = {}
    for window in _windows(log_return, schedule):
        key = window_key(window, is_asymmetric=is_asymmetric)
        fits[key] = kept[key] if key in kept else fit_garch(window, is_asymmetric=is_asymmetric)
    return fits


def served_fits(
    log_return: Floats,
    schedule: Schedule,
    fits: Mapping[str, GarchFit],
    *,
    is_asymmetric: bool,
) -> list[GarchFit]:
    """The fit of every session of the schedule, in order, out of ``garch_fits``."""
    windows = _windows(log_return, schedule)
    return [fits[window_key(window, is_asymmetric=is_asymmetric)] for window in windows]


def garch_forecast(
    log_return: Floats, fits: list[GarchFit], horizons: tuple[int, ...], schedule: Schedule
) -> ModelForecast:
    """Mean daily variance over each horizon, from each session's close.

    Args:
        log_return: close to close, NaN where there is none [decimal].
        fits: of ``served_fits`` with the same schedule.
        horizons: H [sessions].
        schedule: which fit serves which session.

    Returns:
        The forecast [decimal squared a session]; ``INPUT_MISSING`` at a session without a return.
    """
    serving = schedule.serving(log_return.size)
    shape = (log_return.size, len(horizons))
    mean = np.full(shape, np.nan)
    reason = np.full(shape, ForecastReason.NO_FIT_YET, dtype=np.uint8)
    reason[serving >= 0] = ForecastReason.INPUT_MISSING
    known = np.flatnonzero(np.isfinite(known_returns(log_return)))
    returns = log_return[known]
    for number, fit in enumerate(fits):
        served = serving[known] == number
        places = known[served]
        reason[places] = fit.reason
        if places.size and fit.reason is ForecastReason.FORECAST:
            upto = int(np.flatnonzero(served)[-1]) + 1
            ahead = next_variance(returns[:upto], fit)[served[:upto]]
            for column, horizon in enumerate(horizons):
                mean[places, column] = garch_mean_variance(fit, ahead, horizon)
    return judged(mean, reason)


def next_variance(log_return: Floats, fit: GarchFit) -> Floats:
    """Variance of the session after each one, by the model's recursion.

    Args:
        log_return: close to close, no holes [decimal].
        fit: the parameters.

    Returns:
        ``v_{t+1}`` given returns up to t [decimal squared a session].
    """
    squares = np.square(log_return)
    weights = _BACKCAST_DECAY ** np.arange(min(_BACKCAST_RETURNS, squares.size))
    before = float(np.sum(squares[: weights.size] * (weights / weights.sum())))
    first = fit.omega + fit.persistence * before
    shocks = fit.omega + (fit.alpha + fit.gamma * (log_return < 0.0)) * squares
    beta = fit.beta
    path = accumulate(shocks.tolist(), lambda last, shock: shock + beta * last, initial=first)
    return np.array(list(path)[1:], dtype=np.float64)


def garch_mean_variance(fit: GarchFit, ahead: Floats, horizon: int) -> Floats:
    """Mean variance of the next H sessions.

    ``LR + (v_{t+1} - LR) (1 - p^H) / (H (1 - p))``, summed session by session as
    ``v_{t+j+1} = omega + p v_{t+j}``, which needs no long run LR and loses no digits near p = 1.

    Args:
        fit: the parameters.
        ahead: variance of the next session [decimal squared a session].
        horizon: H [sessions].

    Returns:
        Mean [decimal squared a session].
    """
    memory, constant = 1.0, 0.0
    memories, constants = 0.0, 0.0
    for _ in range(horizon):
        memories, constants = memories + memory, constants + constant
        memory, constant = memory * fit.persistence, fit.omega + fit.persistence * constant
    return (memories * ahead + constants) / horizon


def _no_fit(reason: ForecastReason) -> GarchFit:
    return GarchFit(math.nan, math.nan, math.nan, math.nan, reason)


def _windows(log_return: Floats, schedule: Schedule) -> list[Floats]:
    """Returns known at each fit's session, without holes."""
    is_known = np.isfinite(known_returns(log_return))
    sessions = schedule.sessions(log_return.size)
    return [log_return[: place + 1][is_known[: place + 1]] for place in sessions]


def _optimum(percent: Floats, variance: float, *, is_asymmetric: bool) -> list[float] | None:
    """Parameters in the package's order, None where the optimizer did not arrive."""
    # The package takes a second to import; whoever prices without forecasts does not pay it.
    from arch.univariate import GARCH, Normal, ZeroMean  # noqa: PLC0415

    shape = (
        [_START_ALPHA, _START_GAMMA, _START_BETA_GJR]
        if is_asymmetric
        else [_START_ALPHA, _START_BETA]
    )
    left = 1.0 - sum(shape) + (0.5 * _START_GAMMA if is_asymmetric else 0.0)
    process = GARCH(p=1, o=int(is_asymmetric), q=1)
    model = ZeroMean(percent, volatility=process, distribution=Normal(), rescale=False)
    start = np.array([variance * left, *shape])
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # the flag below says the same once
            result = model.fit(disp="off", show_warning=False, starting_values=start)
    except (ValueError, ArithmeticError):  # np.linalg.LinAlgError is a ValueError
        return None
    found = np.asarray(result.params, dtype=np.float64)
    if result.convergence_flag != 0 or not np.isfinite(found).all() or not found[0] > 0.0:
        return None
    return [float(value) for value in found]
