"""Contraction of the sectors that volatility hurts first, by the prices of their funds."""

import polars as pl

from schemas.frames import compare
from schemas.liquidity_columns import SECTOR_BASKETS
from transforms.finite import finite, ratio

_FUNDS: tuple[tuple[str, ...], ...] = (("vnq", "xlre"), ("arkk", "iwo"), ("kre",))
BASKETS = dict(zip(SECTOR_BASKETS, _FUNDS, strict=True))
"""The funds that stand for a basket, the preferred first."""

_PEAK_SESSIONS = 21
_CHANGE_SESSIONS = 10
_SPREAD_SESSIONS, _SPREAD_LEAST = 252, 76  # 30 % of the window
_DRAWDOWN = -0.08
_DEVIATIONS = -1.65


def sector_drawdown(close: pl.Expr) -> pl.Expr:
    """Distance from the highest of the last 21 closes, this one included.

    ``C_t / max_21(C) - 1``

    Returns:
        0 or below [decimal]; null where one of the closes is missing.

    Source:
        Methodology 8.2.
    """
    return ratio(close, close.rolling_max(_PEAK_SESSIONS)) - 1.0


def sector_change(close: pl.Expr) -> pl.Expr:
    """``C_t / C_{t-10} - 1`` [decimal]; null where either close is missing."""
    return ratio(close, close.shift(_CHANGE_SESSIONS)) - 1.0


def sector_change_sd(change: pl.Expr) -> pl.Expr:
    """Standard deviation of the 252 ten-session changes that end at t-1 [decimal].

    Null with fewer than 76 of them.
    """
    spread = change.shift(1).rolling_std(_SPREAD_SESSIONS, min_samples=_SPREAD_LEAST)
    return finite(spread)


def is_contracting(drawdown: pl.Expr, change: pl.Expr, spread: pl.Expr) -> pl.Expr:
    """Whether a basket contracts: 8 % below its peak, or a change 1.65 deviations down.

    ``drawdown <= -0.08 or change <= -1.65 sd``

    Returns:
        Boolean; null where neither holds and one is unknown.

    Source:
        Methodology 8.2.
    """
    return compare(drawdown, "<=", _DRAWDOWN) | compare(change, "<=", _DEVIATIONS * spread)


def sector_daily(core_gauge_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Each basket by its fund: drawdown, ten-session change, and whether it contracts.

    Of a basket's funds the first counts that has a drawdown, so that none of its figures spans two
    funds. A price stands for the market capitalization: shares outstanding are not published daily.
    """
    ordered = core_gauge_daily.sort("session")
    return pl.concat([_basket(ordered, name, funds) for name, funds in BASKETS.items()])


_ENDS = {
    "sector_drawdown_21d": "drawdown",
    "sector_change_10d": "change",
    "sector_change_sd_252d": "spread",
}


def _basket(ordered: pl.LazyFrame, name: str, funds: tuple[str, ...]) -> pl.LazyFrame:
    measured = ordered
    for fund in funds:
        close, change = finite(pl.col(f"{fund}_close")), pl.col(f"{fund}_change")
        measured = measured.with_columns(
            sector_drawdown(close).alias(f"{fund}_drawdown"),
            sector_change(close).alias(f"{fund}_change"),
        ).with_columns(sector_change_sd(change).alias(f"{fund}_spread"))
    known = [pl.when(pl.col(f"{fund}_drawdown").is_not_null()).then(pl.lit(fund)) for fund in funds]
    chosen = measured.with_columns(sector_fund=pl.coalesce(known))
    return chosen.select(
        "session",
        "sector_fund",
        *(_of_chosen(funds, end).alias(column) for column, end in _ENDS.items()),
        basket=pl.lit(name),
        is_cap_proxy=pl.lit(value=True),
    ).with_columns(is_contracting=is_contracting(*(pl.col(column) for column in _ENDS)))


def _of_chosen(funds: tuple[str, ...], end: str) -> pl.Expr:
    """A figure of the chosen fund, null or not: never the other fund's."""
    return pl.coalesce(
        [pl.when(pl.col("sector_fund") == fund).then(pl.col(f"{fund}_{end}")) for fund in funds]
    )
