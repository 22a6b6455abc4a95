"""The 30-day indices that the session's S&P 500 chain gives by Cboe's rules, beside the VIX.

Source:
    Cboe Volatility Index methodology; Martin (2017), Quarterly Journal of Economics 132; methodology
    1.4 and 14.1.
"""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from pricing.board import MINUTES_PER_YEAR
from pricing.variance import MINUTES_OF_30_DAYS, StripReason, variance_index
from schemas.chain_tables import MART_CHAIN_INDEX_DAILY
from schemas.frames import join_one
from transforms.chain_boards import INDEX_ROOTS, Expiry, expiries_of, quoted
from transforms.chain_surface import plausible
from transforms.finite import finite

NEAREST_DAYS, FARTHEST_DAYS = 23, 37  # of the expiries that Cboe takes

_FRIDAY = 4
_FOUND = pl.Schema({
    name: dtype for name, dtype in MART_CHAIN_INDEX_DAILY.schema.items()
    if name not in {"vix_close", "chain_vix_gap"}
})  # fmt: skip


def chain_index_daily(
    core_session: pl.LazyFrame,
    core_option_quote: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
    core_index_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row a session of the index's history; null where there is no chain.

    The premium is ``R_f SVIX^2`` from the strip itself, annualized: what ``erp_svix30`` of the cost
    of equity approximates from the VIX.
    """
    days = (pl.col("expiry") - pl.col("session")).dt.total_days()
    near = core_option_quote.filter(
        pl.col("root").is_in(INDEX_ROOTS), days.is_between(NEAREST_DAYS, FARTHEST_DAYS)
    )
    found = quoted(core_session, near, core_rate_daily).map_batches(
        _indexed,
        schema=_FOUND,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )
    on = join_one(core_index_daily.select("session", "vix_close"), found, "session")
    # A chain without an expiry of these lives has no row above, and says so all the same.
    held = core_option_quote.filter(pl.col("root").is_in(INDEX_ROOTS)).select("session").unique()
    marked = join_one(on, held.with_columns(has_chain=pl.lit(value=True)), "session")
    is_unpaired = (
        pl.col("has_chain") & pl.col("chain_vix").is_null() & pl.col("chain_fault").is_null()
    )
    return marked.with_columns(
        chain_vix_gap=finite(pl.col("chain_vix") - pl.col("vix_close")),
        chain_fault=pl.when(is_unpaired).then(pl.lit("no_pair")).otherwise("chain_fault"),
    ).with_columns(plausible(MART_CHAIN_INDEX_DAILY)).drop("has_chain")  # fmt: skip


def index_pair(expiries: list[Expiry]) -> tuple[Expiry, Expiry] | None:
    """The two expiries around 30 days that Cboe's rules take: Fridays, the third one's the monthly.

    A Thursday counts where no Friday follows it in the chain. Where both lie on one side of 30 days
    there is no pair.

    Args:
        expiries: of one session.
    """
    monthly = {one.expiry for one in expiries if one.root == "SPX"}
    quoted = {one.expiry for one in expiries}
    offered = [
        one for one in expiries
        if one.root == "SPX" or (one.expiry not in monthly and _is_weekly(one.expiry, quoted))
    ]  # fmt: skip
    near = [one for one in offered if one.board.minutes <= MINUTES_OF_30_DAYS]
    later = [one for one in offered if one.board.minutes > MINUTES_OF_30_DAYS]
    if not near or not later:
        return None
    return max(near, key=lambda one: one.board.minutes), min(
        later, key=lambda one: one.board.minutes
    )


def _is_weekly(expiry: date, quoted: set[date]) -> bool:
    if expiry.weekday() == _FRIDAY:
        return True
    following = expiry + timedelta(days=1)
    return following.weekday() == _FRIDAY and following not in quoted


def _indexed(frame: pl.DataFrame) -> pl.DataFrame:
    days = groupby(expiries_of(frame), key=lambda one: one.session)
    rows = [_row(session, list(expiries)) for session, expiries in days]
    return pl.DataFrame(rows, schema=_FOUND)


def _row(session: date, expiries: list[Expiry]) -> dict[str, Any]:
    pair = index_pair(expiries)
    if pair is None:
        return {"session": session, "chain_fault": "no_pair"}
    near, later = pair
    index = variance_index(near.board, later.board)
    found = {"session": session, "near_expiry": near.expiry, "next_expiry": later.expiry}
    for strip in (index.near, index.next_):
        if strip.reason is not StripReason.OK:
            return {**found, "chain_fault": strip.reason.name.lower()}
    gross = np.exp(near.board.rate * MINUTES_OF_30_DAYS / MINUTES_PER_YEAR)
    return {
        **found,
        "chain_vix": index.vix,
        "chain_svix": index.svix,
        "chain_skew": index.skew,
        "erp_svix30_chain": float(gross * (index.svix / 100.0) ** 2),
        "chain_fault": None if np.isfinite(index.vix) else "not_positive",
    }
