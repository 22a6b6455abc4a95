"""Volatility forecasts of every model, and their combination by what each was worth lately.

A forecast made at session t uses arrays up to t only: parameters come from the last scheduled fit,
weights from forecasts whose outcome is known at t. The result on a prefix of the history is that
on the whole, bit for bit.

Source: methodology 5.2; Patton (2011), Volatility Forecast Comparison Using Imperfect Volatility
Proxies, for the loss.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from pricing.errors import PricingError
from pricing.forecast_garch import GarchFit, garch_fits, garch_forecast, served_fits
from pricing.forecast_har import har_features, har_fits, har_forecast
from pricing.forecast_schedule import (
    HORIZONS,
    Floats,
    ForecastReason,
    ModelForecast,
    Schedule,
    check_horizons,
    judged,
    known_returns,
    lagged,
    squared,
    trailing_mean,
)
from pricing.forecast_term import term_forecast

SCORED_SESSIONS = 500

_SCORED_MIN = 450  # nearly all of them, so that every model is judged on the same days
_LOSS_MIN = 1e-12


class ForecastModel(StrEnum):
    """The models, the one shown by default first."""

    HAR = "har"
    HAR_VIX = "har_vix"
    GARCH = "garch"
    GJR = "gjr"
    TERM_STRUCTURE = "term_structure"


SHOWN_MODEL = ForecastModel.HAR


@dataclass(frozen=True, slots=True)
class VolatilityHistory:
    """What the models read, one row a session in session order.

    Attributes:
        log_return: close to close [decimal].
        variance: low-noise daily variance, Garman-Klass with the gap [decimal squared a session].
        vix: index close [points].
        term_days: tenors of the VIX family, increasing [days].
        term_volatility: closes of the family, one column a tenor, NaN where unknown [points].
    """

    log_return: Floats
    variance: Floats
    vix: Floats
    term_days: Floats
    term_volatility: Floats

    def __post_init__(self) -> None:
        """Hold the arrays to one length.

        Raises:
            PricingError: lengths that differ.
        """
        count = self.log_return.size
        shapes = [item.shape for item in (self.log_return, self.variance, self.vix)]
        wanted = [(count,)] * 3
        if shapes != wanted or self.term_volatility.shape != (count, self.term_days.size):
            raise PricingError(
                f"volatility history: shapes of returns, variance, VIX are {shapes}, of the term "
                f"structure {self.term_volatility.shape}; accepted are one row a session and one "
                "column a tenor; fill sessions without a value with NaN"
            )


@dataclass(frozen=True, slots=True)
class VolatilityForecasts:
    """Forecasts at every session, one column a horizon.

    Attributes:
        horizons: H [sessions].
        models: each model's forecast and why it is missing.
        weights: each model's part in the combination [ratio]; zero where it has no vote, NaN where
            no model has one.
        combined: the weighted forecast.
        garch: fits by their keys, to be handed to a later run.
        half_life: of a shock to variance in the serving GARCH(1,1) fit [sessions].
    """

    horizons: tuple[int, ...]
    models: dict[ForecastModel, ModelForecast]
    weights: dict[ForecastModel, Floats]
    combined: ModelForecast
    garch: dict[str, GarchFit] = field(repr=False)
    half_life: Floats = field(repr=False)


@np.errstate(all="ignore")  # out of domain is answered with NaN and a reason
def volatility_forecasts(
    history: VolatilityHistory,
    schedule: Schedule | None = None,
    horizons: tuple[int, ...] = HORIZONS,
    known_fits: Mapping[str, GarchFit] | None = None,
) -> VolatilityForecasts:
    """Run every model and combine them by inverse QLIKE.

    Args:
        history: what the models read.
        schedule: when parameters are fitted; None for 1,000 sessions first and yearly then.
        horizons: H, increasing [sessions].
        known_fits: GARCH and GJR fits found earlier, by ``forecast_garch.window_key``.

    Returns:
        The forecasts [decimal squared a session].

    Raises:
        PricingError: horizons that do not increase from two sessions, or tenors not in order.
    """
    check_horizons(horizons)
    plan = schedule or Schedule()
    returns = known_returns(history.log_return)
    models: dict[ForecastModel, ModelForecast] = {}
    for model, vix in ((ForecastModel.HAR, None), (ForecastModel.HAR_VIX, history.vix)):
        features = har_features(history.variance, vix)
        fits = har_fits(returns, features, history.variance, horizons, plan)
        models[model] = har_forecast(features, fits, plan)
    found: dict[str, GarchFit] = {}
    half_life = np.full(returns.size, np.nan)
    for model in (ForecastModel.GARCH, ForecastModel.GJR):
        is_gjr = model is ForecastModel.GJR
        new = garch_fits(returns, plan, is_asymmetric=is_gjr, known=known_fits)
        found |= new
        in_order = served_fits(returns, plan, new, is_asymmetric=is_gjr)
        models[model] = garch_forecast(returns, in_order, horizons, plan)
        if not is_gjr:
            half_life = _served([fit.half_life for fit in in_order], plan, returns.size)
    models[ForecastModel.TERM_STRUCTURE] = term_forecast(
        history.term_days, history.term_volatility, horizons
    )
    weights, combined = combination(models, returns, horizons)
    return VolatilityForecasts(horizons, models, weights, combined, found, half_life)


def qlike(realized: Floats, forecast: Floats) -> Floats:
    """Loss of a variance forecast: ``v/f - ln(v/f) - 1``.

    Args:
        realized: variance v that came [in any unit].
        forecast: variance f that was expected [same unit].

    Returns:
        Loss [ratio], zero for a perfect forecast; NaN where either is not positive.

    Source:
        Patton (2011), QLIKE, less its value at a perfect forecast.
    """
    is_sound = (realized > 0.0) & (forecast > 0.0)
    ratio = np.where(is_sound, realized, np.nan) / np.where(is_sound, forecast, np.nan)
    return ratio - np.log(ratio) - 1.0


def recent_loss(log_return: Floats, mean_variance: Floats, horizon: int) -> Floats:
    """Mean QLIKE of the forecasts whose outcome the last 500 sessions brought.

    Args:
        log_return: close to close [decimal].
        mean_variance: forecasts for one horizon, by the session they were made at [decimal squared
            a session].
        horizon: H [sessions].

    Returns:
        Loss at each session [ratio]; NaN with fewer than 450 outcomes.
    """
    outcome = trailing_mean(squared(log_return), horizon)
    loss = qlike(outcome, lagged(mean_variance, horizon))
    is_known = np.isfinite(loss)
    count = _trailing_sum(is_known.astype(np.float64))
    total = _trailing_sum(np.where(is_known, loss, 0.0))
    is_enough = count >= _SCORED_MIN
    return np.where(is_enough, total / np.where(is_enough, count, 1.0), np.nan)


def combination(
    models: Mapping[ForecastModel, ModelForecast], log_return: Floats, horizons: tuple[int, ...]
) -> tuple[dict[ForecastModel, Floats], ModelForecast]:
    """Mean of the models' forecasts, each weighted by one over its recent loss.

    A model has a vote where it has both a forecast and a recent loss.

    Returns:
        Weights [ratio] and the combined forecast [decimal squared a session], ``UNSCORED`` where
        no model has a vote.
    """
    votes: dict[ForecastModel, Floats] = {}
    for model, forecast in models.items():
        losses = np.column_stack(
            [
                recent_loss(log_return, forecast.mean_variance[:, column], horizon)
                for column, horizon in enumerate(horizons)
            ]
        )
        has_vote = np.isfinite(losses) & np.isfinite(forecast.mean_variance)
        votes[model] = np.where(
            has_vote, 1.0 / np.maximum(np.where(has_vote, losses, 1.0), _LOSS_MIN), 0.0
        )
    total = np.zeros((log_return.size, len(horizons)))
    for vote in votes.values():
        total += vote
    has_any = total > 0.0
    mean = np.zeros_like(total)
    weights: dict[ForecastModel, Floats] = {}
    for model, vote in votes.items():
        weights[model] = np.where(has_any, vote / np.where(has_any, total, 1.0), np.nan)
        mean += np.where(vote > 0.0, weights[model] * models[model].mean_variance, 0.0)
    reason = np.where(has_any, ForecastReason.FORECAST, ForecastReason.UNSCORED).astype(np.uint8)
    return weights, judged(mean, reason)


def variance_paths(forecast: ModelForecast, horizons: tuple[int, ...]) -> ModelForecast:
    """Expected variance of each of the next sessions, as the horizons' means imply it.

    Between two horizons each session has their forward variance,
    ``(H2 v2 - H1 v1) / (H2 - H1)``, so that the path's mean to a horizon is its forecast.

    Args:
        forecast: means to each horizon [decimal squared a session].
        horizons: H, increasing [sessions].

    Returns:
        One column a session ahead, up to the last horizon [decimal squared a session]; a stretch
        of negative variance is NaN with ``NEGATIVE_FORWARD``, and every session of a stretch has
        its horizon's reason.

    Raises:
        PricingError: horizons that do not increase from two sessions.
    """
    check_horizons(horizons)
    shape = (forecast.mean_variance.shape[0], horizons[-1])
    path, reason = np.full(shape, np.nan), np.zeros(shape, dtype=np.uint8)
    start, before = 0, np.zeros(shape[0])
    so_far = np.full(shape[0], ForecastReason.FORECAST, dtype=np.uint8)
    for column, horizon in enumerate(horizons):
        upto = horizon * forecast.mean_variance[:, column]
        ahead = (upto - before) / (horizon - start)
        why = np.where(so_far != ForecastReason.FORECAST, so_far, forecast.reason[:, column])
        why = np.where(ahead < 0.0, ForecastReason.NEGATIVE_FORWARD, why).astype(np.uint8)
        path[:, start:horizon] = np.where(why == ForecastReason.FORECAST, ahead, np.nan)[:, None]
        reason[:, start:horizon] = why[:, None]
        start, before, so_far = horizon, upto, forecast.reason[:, column]
    return ModelForecast(path, reason)


def _trailing_sum(values: Floats) -> Floats:
    """Sum of the last 500 values, or of as many as there are."""
    summed = np.cumsum(values)
    summed[SCORED_SESSIONS:] -= summed[:-SCORED_SESSIONS].copy()
    return summed


def _served(values: list[float], schedule: Schedule, count: int) -> Floats:
    """The serving fit's value at each session, NaN before the first."""
    serving = schedule.serving(count)
    if not values:
        return np.full(count, np.nan)
    return np.where(serving >= 0, np.array(values)[np.maximum(serving, 0)], np.nan)
