"""Market breadth, its divergence from the index, and the heat of the volatility proxies."""

import numpy as np
import polars as pl

from schemas.breadth_tables import MART_BREADTH_DAILY
from schemas.frames import at_least, compare, join_one
from transforms.divergence import divergence
from transforms.finite import finite, ratio
from transforms.standing import z_score
from transforms.technical import rsi
from transforms.vix_family import numbers

HOT = 70.0

_MARKET_LEVELS = ("quotes", "model")
_NEAR_HIGH = 0.992
_HIGH_SESSIONS = 63
_MADE = {
    "is_divergence_on": pl.Boolean,
    "divergence_fall": pl.Float64,
    "sessions_since_divergence": pl.Int32,
}


def ad_line(net: pl.Expr) -> pl.Expr:
    """Advance-decline line: the sum of net advances after the first known session.

    ``AD_t = AD_{t-1} + advances_t - declines_t``, base 0 at the first known session.

    Args:
        net: issues that rose less those that fell, in session order; null where unknown.

    Returns:
        Line [count]; null where the net is. It goes on from its last value, so that what a missing
        session would have added is missing from then on.

    Source:
        Methodology 6.1, T-AD.
    """
    return net.cum_sum() - net.drop_nulls().first()


def net_breadth(advances: pl.Expr, declines: pl.Expr) -> pl.Expr:
    """``(advances - declines) / (advances + declines)`` [decimal]; null where either is."""
    return ratio(advances - declines, advances + declines)


def is_near_high(close: pl.Expr, sessions: int, share: float) -> pl.Expr:
    """Whether a close is at least a share of the highest known close of so many sessions.

    Args:
        close: closes in session order [index points]; a missing one counts as the one before it.
        sessions: length of the window, this session included.
        share: of the high [decimal].

    Returns:
        Boolean; null where the close is, or before the window is full.
    """
    return compare(close, ">=", share * close.forward_fill().rolling_max(sessions))


def is_below_mean(line: pl.Expr, line_mean: pl.Expr, close: pl.Expr) -> pl.Expr:
    """Whether the line is below its mean while the close is within 0.8 % of its 63-session high.

    Returns:
        Boolean; null where a part that could decide is unknown.

    Source:
        VixShield's confirmation; methodology 6.2, secondary.
    """
    return compare(line, "<", line_mean) & is_near_high(close, _HIGH_SESSIONS, _NEAR_HIGH)


def breadth_daily(
    core_index_daily: pl.LazyFrame,
    core_breadth_daily: pl.LazyFrame,
    mart_futures_curve_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """Advance-decline line, divergence and RSI of the volatility proxies."""
    panel = join_one(
        core_index_daily.select("session", "spx_close", "vvix_close", "vix3m_close"),
        core_breadth_daily.select("session", "nyse_advances", "nyse_declines"),
        on="session",
    )
    panel = join_one(panel, _same_contract(mart_futures_curve_daily), on="session")
    rises, falls = finite(pl.col("nyse_advances")), finite(pl.col("nyse_declines"))
    line, close = pl.col("ad_line"), finite(pl.col("spx_close"))
    panel = panel.sort("session").select(
        "session",
        "spx_close",
        net=rises - falls,
        net_breadth=net_breadth(rises, falls),
        vvix_rsi_14d=rsi(finite(pl.col("vvix_close"))),
        vx1_rsi_14d=rsi(pl.col("vx1_path")),
        vix3m_rsi_14d=rsi(finite(pl.col("vix3m_close"))),
    )
    hot = [compare(pl.col(f"{name}_rsi_14d"), ">", HOT) for name in ("vvix", "vx1", "vix3m")]
    # The pass reads the whole history: no filter, limit or selection may be moved before it.
    return (
        panel.map_batches(
            _with_divergence,
            schema={**panel.collect_schema(), **_MADE},
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
        )
        .with_columns(ad_line=ad_line(pl.col("net")))
        .with_columns(ad_line_sma_21d=finite(line.rolling_mean(21)))
        .with_columns(
            divergence_strength=z_score(pl.col("divergence_fall")),
            is_below_ad_sma=is_below_mean(line, pl.col("ad_line_sma_21d"), close),
            hot_vol_proxies=sum((one.cast(pl.Int32) for one in hot), pl.lit(0, pl.Int32)),
            is_vol_proxy_hot=at_least(2, hot),
        )
        .select(list(MART_BREADTH_DAILY.schema))
    )


def _same_contract(curve: pl.LazyFrame) -> pl.LazyFrame:
    """The nearest future as a path of its own changes: the step to the next contract is no move.

    A change is that of the contract which is nearest now since it was last priced from the same
    level; the path is their sum.
    """
    ordered = curve.sort("session", "expiry").with_columns(
        nearest=pl.col("expiry").min().over("session")
    )
    priced = ordered.filter(
        pl.col("future").is_finite() & pl.col("priced_from").is_in(_MARKET_LEVELS)
    )
    change = pl.col("future") - pl.col("future").shift(1).over("expiry")
    is_same = pl.col("priced_from") == pl.col("priced_from").shift(1).over("expiry")
    front = priced.with_columns(change=pl.when(is_same).then(change)).filter(
        pl.col("expiry") == pl.col("nearest")
    )
    is_first = pl.int_range(pl.len()) == 0
    return front.sort("session").select(
        "session", vx1_path=pl.when(is_first).then(0.0).otherwise(pl.col("change")).cum_sum()
    )


def _with_divergence(frame: pl.DataFrame) -> pl.DataFrame:
    on, fall, since = divergence(numbers(frame, "spx_close"), numbers(frame, "net"))
    since = np.where(since < 0.0, np.nan, since)  # before the first
    return frame.with_columns(
        is_divergence_on=pl.Series(on).fill_nan(None).cast(pl.Boolean),
        divergence_fall=pl.Series(fall).fill_nan(None),
        sessions_since_divergence=pl.Series(since).fill_nan(None).cast(pl.Int32),
    )
