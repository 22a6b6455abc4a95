"""Volatility forecasts of every model, and the report block of the one that is shown.

One numpy pass over the history by ``pricing.forecast``, in which every value depends on sessions
up to its own alone.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from pricing.board import Floats
from pricing.forecast import (
    SHOWN_MODEL,
    ForecastModel,
    VolatilityForecasts,
    VolatilityHistory,
    volatility_forecasts,
)
from pricing.forecast_block import ClusterState, ForecastBlock, forecast_block
from pricing.forecast_schedule import ForecastReason, Schedule, annual_volatility
from schemas.frames import join_one
from schemas.mart import MART_VOL_FORECAST_DAILY
from transforms import kept_fits
from transforms.finite import finite
from transforms.returns import log_ratio
from transforms.vix_family import FAMILY, TENOR_DAYS, family, numbers
from transforms.volatility import garman_klass_variance

Builder = Callable[[pl.LazyFrame, pl.LazyFrame], pl.LazyFrame]

_CLUSTER_WORDS = {state.value: state.label for state in ClusterState}
_REASON_WORDS = {reason.value: reason.name.lower() for reason in ForecastReason} | {
    ForecastReason.FORECAST.value: None
}


def daily_variance(
    open_: pl.Expr, high: pl.Expr, low: pl.Expr, close: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """Variance of each session: Garman-Klass and the squared gap, else the squared return.

    The squared return is a far noisier measure; it stands where a bar is not whole.

    Args:
        open_: session opens [index points].
        high: session highs [index points].
        low: session lows [index points].
        close: session closes, in session order [index points].

    Returns:
        Variance [decimal squared a session] and its source by name, both null where the close or
        the one before is.

    Source:
        Methodology 4.1 and 5.2.
    """
    gap, move = log_ratio(open_, close.shift(1)), log_ratio(close, close.shift(1))
    by_range = finite(garman_klass_variance(open_, high, low, close) + gap * gap)
    by_close = finite(move * move)
    source = (
        pl.when(by_close.is_null())
        .then(None)
        .when(by_range.is_null())
        .then(pl.lit("squared_return"))
        .otherwise(pl.lit("garman_klass"))
    )
    return pl.when(by_close.is_not_null()).then(pl.coalesce(by_range, by_close)), source


def vol_forecast_daily_of(schedule: Schedule) -> Builder:
    """The builder of the forecasts under a schedule of fits."""

    def build(
        core_index_daily: pl.LazyFrame, mart_realized_vol_daily: pl.LazyFrame
    ) -> pl.LazyFrame:
        bars = (pl.col(f"spx_{name}") for name in ("open", "high", "low", "close"))
        variance, source = daily_variance(*bars)
        panel = join_one(
            core_index_daily, mart_realized_vol_daily.select("session", "log_return"), on="session"
        ).sort("session")
        # The pass reads the whole history: no filter, limit or selection may be moved before it.
        return panel.select(
            "session", "log_return", *FAMILY, variance=variance, variance_source=source
        ).map_batches(
            lambda frame: _forecasts(frame, schedule),
            schema=MART_VOL_FORECAST_DAILY.schema,
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
        )

    return build


vol_forecast_daily = vol_forecast_daily_of(Schedule())
"""Forecasts over 5, 10, 21 and 42 sessions; first fitted after 1,000 sessions, then yearly."""


def _forecasts(frame: pl.DataFrame, schedule: Schedule) -> pl.DataFrame:
    history = VolatilityHistory(
        log_return=numbers(frame, "log_return"),
        variance=numbers(frame, "variance"),
        vix=numbers(frame, "vix_close"),
        term_days=TENOR_DAYS,
        term_volatility=family(frame),
    )
    found = volatility_forecasts(history, schedule, known_fits=kept_fits.known_fits())
    kept_fits.remember(found.garch)
    block = forecast_block(
        history.log_return,
        found.models[SHOWN_MODEL].mean_variance,
        found.models[ForecastModel.TERM_STRUCTURE].mean_variance,
        found.horizons,
    )
    return _table(frame, found, block)


def _table(frame: pl.DataFrame, found: VolatilityForecasts, block: ForecastBlock) -> pl.DataFrame:
    """One row a session and horizon, in that order."""
    horizons = len(found.horizons)
    rows = np.repeat(np.arange(frame.height), horizons)
    per_session = frame.select("session", "variance_source")[rows]
    combined = annual_volatility(found.combined.mean_variance)
    values: dict[str, Floats] = {
        "forecast_vol": block.volatility,
        "forecast_vol_combined": combined,
        **{f"forecast_{name}": bound for name, bound in block.interval.items()},
        "forecast_cone_percentile": block.cone_percentile,
        "forecast_premium": block.premium,
        "forecast_variance_premium": block.variance_premium,
        "shock_half_life": np.repeat(found.half_life, horizons),
    }
    for model, forecast in found.models.items():
        values[f"forecast_vol_{model}"] = annual_volatility(forecast.mean_variance)
        values[f"forecast_weight_{model}"] = found.weights[model]
    reason = found.models[SHOWN_MODEL].reason.ravel()
    made = per_session.with_columns(
        *(pl.Series(name, value.ravel()).fill_nan(None) for name, value in values.items()),
        _words("forecast_reason", reason, _REASON_WORDS),
        _words("cluster_state", np.repeat(block.cluster, horizons), _CLUSTER_WORDS),
        pl.Series("horizon_sessions", list(found.horizons) * frame.height, dtype=pl.Int32),
        pl.lit(SHOWN_MODEL.value).alias("forecast_model"),
    )
    return made.select(list(MART_VOL_FORECAST_DAILY.schema))


def _words(name: str, codes: np.ndarray, words: dict[int, str | None]) -> pl.Series:
    return pl.Series(name, [words[code] for code in codes.tolist()], dtype=pl.String)
