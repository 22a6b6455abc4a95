"""Volatility cone: where today's volatility stands, horizon by horizon, and the move it implies."""

import math

import polars as pl

from schemas.frames import join_one
from transforms.finite import finite
from transforms.standing import BASELINE_MIN, BASELINE_SESSIONS, rank_among
from transforms.volatility import REALIZED_WINDOWS, SESSIONS_PER_YEAR, realized_vol_cc

HORIZONS = REALIZED_WINDOWS
_QUANTILES = {"p00": 0.0, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95,
              "p100": 1.0}  # fmt: skip


def hodges_tompkins_factor(window_count: pl.Expr, horizon: int) -> pl.Expr:
    """Correction of a variance estimated from overlapping windows.

    ``1 / (1 - h/n + (h^2 - 1) / (3 n^2))``

    Args:
        window_count: number of overlapping windows n = T - h + 1 [count].
        horizon: window length h [sessions].

    Returns:
        Factor for the variance [ratio]; null where the count is.

    Source:
        Hodges and Tompkins (2002), Volatility Cones and their Sampling Properties.
    """
    count = window_count.cast(pl.Float64)
    overlap = 1.0 - horizon / count + (horizon * horizon - 1.0) / (3.0 * count * count)
    return finite(1.0 / overlap)


def cone_window_count(volatility: pl.Expr, horizon: int) -> pl.Expr:
    """Number of windows that lie in the last 2,520 returns and have no hole [count].

    Returns:
        At most 2,520 - h + 1; null while fewer than 756 - h + 1, and where today has no value.
    """
    known = volatility.is_not_null().cast(pl.Int32)
    count = known.rolling_sum(BASELINE_SESSIONS - horizon + 1, min_samples=1)
    is_enough = (count >= BASELINE_MIN - horizon + 1) & volatility.is_not_null()
    return pl.when(is_enough).then(count).cast(pl.Int32)


def cone_quantile(volatility: pl.Expr, quantile: float, horizon: int) -> pl.Expr:
    """Quantile of a horizon's volatility over the last 2,520 returns, not yet corrected.

    Args:
        volatility: volatility over the horizon at each session [decimal].
        quantile: 0 to 1, interpolated linearly between neighbors.
        horizon: window length h [sessions].

    Returns:
        Volatility [decimal]; null with fewer than 756 - h + 1 windows.

    Source:
        Burghardt and Lane (1990), How to Tell if Options Are Cheap.
    """
    return volatility.rolling_quantile(
        quantile,
        interpolation="linear",
        window_size=BASELINE_SESSIONS - horizon + 1,
        min_samples=BASELINE_MIN - horizon + 1,
    )


def expected_move(level: pl.Expr, volatility: pl.Expr, horizon: int) -> pl.Expr:
    """One standard deviation of the level over the horizon: ``S sigma sqrt(h / 252)``.

    Args:
        level: index level S [index points].
        volatility: annualized [decimal].
        horizon: h [sessions].

    Returns:
        Move [index points].
    """
    return finite(level * volatility * math.sqrt(horizon / SESSIONS_PER_YEAR))


def _cone(states: pl.LazyFrame, horizon: int) -> pl.LazyFrame:
    volatility, factor = pl.col("realized_vol_cc"), pl.col("hodges_tompkins_factor")
    with_count = states.with_columns(
        pl.lit(horizon, dtype=pl.Int32).alias("horizon_sessions"),
        realized_vol_cc=realized_vol_cc(pl.col("log_return"), horizon),
    ).with_columns(window_count=cone_window_count(volatility, horizon))
    with_factor = with_count.with_columns(
        hodges_tompkins_factor=hodges_tompkins_factor(pl.col("window_count"), horizon),
        cone_percentile=rank_among(volatility, BASELINE_SESSIONS - horizon, BASELINE_MIN - horizon),
    )
    with_quantiles = with_factor.with_columns(
        (cone_quantile(volatility, quantile, horizon) * factor.sqrt()).alias(f"cone_{name}")
        for name, quantile in _QUANTILES.items()
    )
    return with_quantiles.select(
        "session",
        "horizon_sessions",
        "realized_vol_cc",
        *(f"cone_{name}" for name in _QUANTILES),
        "hodges_tompkins_factor",
        "window_count",
        "cone_percentile",
        expected_move_cone=expected_move(pl.col("spx_close"), pl.col("cone_p50"), horizon),
        expected_move_implied=expected_move(
            pl.col("spx_close"), pl.col("vix_close") / 100.0, horizon
        ),
    )


def vol_cone_daily(
    core_index_daily: pl.LazyFrame, mart_realized_vol_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """Volatility cone over the trailing ten years, and the expected move per horizon.

    A horizon's windows overlap; the quantiles are of volatility about the mean, times the square
    root of the Hodges-Tompkins factor. Today's window is among the quantiles' windows but not
    among those that its percentile is taken from.
    """
    states = join_one(
        core_index_daily.select("session", "spx_close", "vix_close"),
        mart_realized_vol_daily.select("session", "log_return"),
        on="session",
    ).sort("session")
    return pl.concat([_cone(states, horizon) for horizon in HORIZONS])
