"""Quick ratios of corporations and of the market, and whether liquidity declines."""

from functools import reduce

import polars as pl

from schemas.frames import at_least, compare, join_one
from transforms.finite import finite, ratio
from transforms.sector import BASKETS
from transforms.standing import percentile, z_score

_AMIHUD_SESSIONS = 21
_CHANGE_SESSIONS = 63  # three months
_LEAST = 3  # components
_DECLINE = -1.0
_LOW_PERCENTILE = 10.0
_REIT_ALONE = -0.12
_SECTORS_TOGETHER = 2
_BILLION = 1e9
_THOUSAND = 1e3

COMPONENTS = ("liquidity_trading_z", "liquidity_credit_z", "liquidity_funding_z",
              "liquidity_reserves_z")  # fmt: skip
"""Of market liquidity; each is signed so that above zero is more liquid."""

_DUE = ("corporate_paper", "corporate_bank_loans", "corporate_other_loans", "corporate_payables",
        "corporate_taxes")  # fmt: skip


def quick_ratio() -> pl.Expr:
    """Acid test of nonfinancial corporations, in total.

    ``(liquid assets + receivables) / (paper + bank loans + other loans + payables + taxes)``

    Returns:
        Ratio; null where a part is missing.

    Source:
        Federal Reserve, Financial Accounts (Z.1), table B.103; methodology 8.1, L-QR1.
    """
    held = pl.col("corporate_liquid_assets") + pl.col("corporate_receivables")
    return ratio(held, _sum(_DUE))


def quick_ratio_cash() -> pl.Expr:
    """``liquid assets / (paper + bank loans + other loans)``; null where a part is missing.

    Source:
        Federal Reserve, Financial Accounts (Z.1), table B.103; methodology 8.1, L-QR2.
    """
    return ratio(pl.col("corporate_liquid_assets"), _sum(_DUE[:3]))


def _sum(names: tuple[str, ...]) -> pl.Expr:
    return reduce(lambda total, name: total + pl.col(name), names[1:], pl.col(names[0]))


def amihud(close: pl.Expr, volume: pl.Expr) -> pl.Expr:
    """Price impact of trading: mean of absolute return over dollars traded, 21 sessions.

    ``mean_21(|C_t / C_{t-1} - 1| / (C_t V_t / 10^9))``

    Args:
        close: closes in session order [US dollars].
        volume: shares traded.

    Returns:
        Absolute return per billion dollars; null where one of the 21 is missing.

    Source:
        Amihud (2002), Journal of Financial Markets 5.
    """
    moved = (ratio(close, close.shift(1)) - 1.0).abs()
    return finite(ratio(moved, close * volume / _BILLION).rolling_mean(_AMIHUD_SESSIONS))


def reserves_share() -> pl.Expr:
    """``(bank reserves / 1,000 + reverse repos) / GDP``, both over in billions [ratio].

    Null where a part is missing.
    """
    held = pl.col("bank_reserves") / _THOUSAND + pl.col("reverse_repo")
    return ratio(held, pl.col("gdp_nominal"))


def composite_change(components: tuple[str, ...], sessions: int, least: int) -> pl.Expr:
    """Change of the mean of components over those known at both ends.

    A component that appears or drops out would move the plain mean without anything having moved.

    Args:
        components: columns in session order.
        sessions: how far apart the ends are.
        least: number of components needed.

    Returns:
        Change in the components' unit; null with fewer than ``least`` of them.
    """
    changes = [finite(pl.col(name) - pl.col(name).shift(sessions)) for name in components]
    known = pl.sum_horizontal([change.is_not_null().cast(pl.Int32) for change in changes])
    return finite(pl.when(known >= least).then(pl.sum_horizontal(changes) / known))


def liquidity_daily(
    core_gauge_daily: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
    core_macro_daily: pl.LazyFrame,
    mart_sector_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """Quick ratios, market liquidity and its decline, and stress of the sectors."""
    frame = core_gauge_daily.select("session", "spy_close", "spy_volume")
    frame = join_one(
        frame, core_rate_daily.select("session", "ig_oas", "sofr", "iorb"), on="session"
    )
    frame = join_one(frame, core_macro_daily, on="session").sort("session")
    measured = frame.select(
        "session",
        quick_ratio=quick_ratio(),
        quick_ratio_cash=quick_ratio_cash(),
        amihud_21d=amihud(finite(pl.col("spy_close")), finite(pl.col("spy_volume"))),
        credit=finite(pl.col("ig_oas")),
        funding=finite((pl.col("sofr") - pl.col("iorb")).abs()),
        reserves=reserves_share(),
    )
    combined = _combined(measured)
    return join_one(combined, _sector_stress(mart_sector_daily), on="session").sort("session")


def _combined(measured: pl.LazyFrame) -> pl.LazyFrame:
    known = [pl.col(name).is_not_null().cast(pl.Int32) for name in COMPONENTS]
    count = pl.col("market_liquidity_count")
    mean = pl.sum_horizontal(pl.col(name) for name in COMPONENTS) / count
    change, place = pl.col("market_liquidity_change_63d"), pl.col("quick_ratio_percentile")
    return (
        measured.select(
            "session",
            "quick_ratio",
            "quick_ratio_cash",
            "amihud_21d",
            quick_ratio_percentile=percentile(pl.col("quick_ratio")),
            liquidity_trading_z=-z_score(pl.col("amihud_21d")),
            liquidity_credit_z=-z_score(pl.col("credit")),
            liquidity_funding_z=-z_score(pl.col("funding")),
            liquidity_reserves_z=z_score(pl.col("reserves")),
        )
        .with_columns(market_liquidity_count=pl.sum_horizontal(known).cast(pl.Int32))
        .with_columns(
            market_liquidity=finite(pl.when(count >= _LEAST).then(mean)),
            market_liquidity_change_63d=composite_change(COMPONENTS, _CHANGE_SESSIONS, _LEAST),
        )
        .with_columns(
            is_liquidity_declining=compare(change, "<", _DECLINE)
            | compare(place, "<", _LOW_PERCENTILE)
        )
    )


def _sector_stress(mart_sector_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Whether two baskets contract together, or the REITs alone stand 12 % below their peak.

    Null where neither is so and what is unknown could make it so.
    """
    baskets = [
        mart_sector_daily.filter(pl.col("basket") == name).select(
            "session",
            pl.col("is_contracting").alias(f"{name}_contracting"),
            pl.col("sector_drawdown_21d").alias(f"{name}_drawdown"),
        )
        for name in BASKETS
    ]
    frame = mart_sector_daily.select("session").unique().sort("session")
    for basket in baskets:
        frame = join_one(frame, basket, on="session")
    together = at_least(_SECTORS_TOGETHER, [pl.col(f"{name}_contracting") for name in BASKETS])
    alone = compare(pl.col("reit_drawdown"), "<=", _REIT_ALONE)
    return frame.select("session", is_sector_stress=together | alone)
