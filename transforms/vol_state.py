"""Implied against realized volatility, term ratios and the expected range of one session."""

import math

import polars as pl

from schemas.frames import join_one
from transforms.finite import finite, ratio
from transforms.standing import percentile
from transforms.volatility import SESSIONS_PER_YEAR, realized_vol

_RANGE_WEIGHT_IMPLIED = 0.6
_RANGE_WEIGHT_REALIZED = 0.4
_RANGE_SESSIONS = 20


def variance_risk_premium(vix: pl.Expr, realized_vol_21d: pl.Expr) -> pl.Expr:
    """Implied less realized variance of a month; positive is usual.

    ``VIX^2 / 12 - sum(r_i^2) 10^4`` over the last 21 returns. With 252 = 12 x 21 sessions a year
    that sum is ``(100 RV21)^2 / 12``, RV21 the zero-mean volatility.

    Args:
        vix: VIX close [volatility points].
        realized_vol_21d: zero-mean close-to-close volatility of 21 returns, annual [decimal].

    Returns:
        Premium [percent squared per month]; null where either is.

    Source:
        Bollerslev, Tauchen and Zhou (2009), Review of Financial Studies 22; theirs uses
        five-minute returns, this daily ones.
    """
    realized_points = 100.0 * realized_vol_21d
    return finite((vix * vix - realized_points * realized_points) / 12.0)


def expected_daily_range(vix9d: pl.Expr, realized_vol_20d: pl.Expr) -> pl.Expr:
    """One standard deviation of the next session.

    ``(0.6 VIX9D + 0.4 RV20) / sqrt(252) / 100``, both in points.

    Args:
        vix9d: VIX9D close [volatility points].
        realized_vol_20d: zero-mean volatility of 20 returns, annual [decimal].

    Returns:
        Range [decimal]; null where either is: the VIX does not stand in for a missing VIX9D.

    Source:
        Methodology 4.3, default regime multiplier 1.0.
    """
    blend = _RANGE_WEIGHT_IMPLIED * vix9d / 100.0 + _RANGE_WEIGHT_REALIZED * realized_vol_20d
    return finite(blend / math.sqrt(SESSIONS_PER_YEAR))


def vol_state_daily(
    core_index_daily: pl.LazyFrame, mart_realized_vol_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """Implied against realized volatility, term ratios, expected range."""
    vix, realized = pl.col("vix_close"), pl.col("realized_vol_21d")
    states = join_one(
        core_index_daily.select("session", "spx_close", "vix_close", "vix9d_close", "vix3m_close"),
        mart_realized_vol_daily.select("session", "log_return", "realized_vol_21d"),
        on="session",
    ).sort("session")
    return states.select(
        "session",
        "spx_close",
        "vix_close",
        "realized_vol_21d",
        implied_vol=finite(vix / 100.0),
        vol_spread=finite(vix - 100.0 * realized),
        variance_risk_premium=variance_risk_premium(vix, realized),
        vix_percentile=percentile(vix),
        realized_vol_percentile=percentile(realized),
        expected_daily_range=expected_daily_range(
            pl.col("vix9d_close"), realized_vol(pl.col("log_return"), _RANGE_SESSIONS)
        ),
        term_ratio_3m=ratio(pl.col("vix3m_close"), vix),
        term_ratio_9d=ratio(pl.col("vix9d_close"), vix),
    )
