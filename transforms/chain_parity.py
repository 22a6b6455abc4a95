"""Conversions and reversals over the S&P 500 chain, net of what they cost, against Treasuries.

The underlying of both is the expiry's own synthetic forward, since the index itself cannot be bought:
it is bought and sold at the parity line's prepaid forward, half the narrowest spread of a call and a
put apart. So an edge is what the box of that strike pays over the Treasury of that life.

Source:
    van Binsbergen, Diamond and Grotteria (2022), Journal of Financial Economics 143; Cboe Rule 10.3,
    margin of conversions and reversals; methodology 9.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from pricing.board import Board, Floats
from pricing.parity import (
    BAND,
    Costs,
    LockedRates,
    ParityReason,
    Underlying,
    conversions,
    reversals,
)
from schemas.chain_columns import TRADES
from schemas.chain_tables import MART_PARITY_DAILY
from schemas.frames import join_one
from transforms.chain_boards import INDEX_ROOTS, Expiry, expiries_of, quoted
from transforms.chain_surface import plausible

MARGIN_SHARE = 0.10  # of the strike; what a conversion or reversal has to be carried with
MARGIN_SPREAD = 0.005  # a year over Treasuries at which that margin is financed: an assumption
DAYS_MIN = 7  # nearer, a tick of a price is worth five basis points a year and more

_FREE = Costs(fee=0.0)


def parity_daily(
    core_session: pl.LazyFrame, core_option_quote: pl.LazyFrame, core_rate_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """Two rows a strike that is quoted on all four sides, within 15 % of the forward.

    Only expiries with a sound parity line and a life of at least a week. An edge is null where no
    Treasury yield of that life is known.
    """
    days = (pl.col("expiry") - pl.col("session")).dt.total_days()
    offered = core_option_quote.filter(pl.col("root").is_in(INDEX_ROOTS), days >= DAYS_MIN)
    made = quoted(core_session, offered, core_rate_daily).map_batches(
        _locked,
        schema=MART_PARITY_DAILY.schema,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )
    return made.with_columns(plausible(MART_PARITY_DAILY))


def parity_state_daily(
    core_index_daily: pl.LazyFrame, mart_parity_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """One row a session of the index's history; null where no trade's edge is known."""
    edge = pl.col("edge_net_bp")
    best = {name: edge.filter(pl.col("trade") == name).max() for name in TRADES}
    known = mart_parity_daily.filter(edge.is_not_null())
    state = known.group_by("session").agg(
        best_conversion_bp=best["conversion"],
        best_reversal_bp=best["reversal"],
        parity_listed=pl.col("is_listed").sum().cast(pl.Int32),
    )
    return join_one(core_index_daily.select("session"), state, "session")


def synthetic(expiry: Expiry) -> Underlying:
    """What the expiry's synthetic forward costs today, by its narrowest pair of quotes."""
    board = expiry.board
    prepaid = expiry.line.forward * expiry.line.discount
    spreads = (board.call_ask - board.call_bid) + (board.put_ask - board.put_bid)
    half = 0.5 * float(spreads[board.is_paired].min())
    return Underlying(prepaid - half, prepaid + half)


def margin_cost(expiry: Expiry) -> float:
    """Cost of carrying the margin to expiry, at the forward [index points]."""
    return MARGIN_SHARE * expiry.line.forward * MARGIN_SPREAD * expiry.board.years


def _locked(frame: pl.DataFrame) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=MART_PARITY_DAILY.schema)]
    for expiry in expiries_of(frame):
        if not expiry.is_over and expiry.line.reason is ParityReason.OK:
            parts.extend(_trades(expiry))
    return pl.concat(parts)


def _trades(expiry: Expiry) -> list[pl.DataFrame]:
    """Conversions, then reversals, of one expiry."""
    underlying = synthetic(expiry)
    prepaid = 0.5 * (underlying.bid + underlying.ask)
    at_mid = Underlying(prepaid, prepaid)
    costs = Costs(financing=margin_cost(expiry))
    board, mids = expiry.board, _at_mids(expiry.board)
    found = []
    for name, made in zip(TRADES, (conversions, reversals), strict=True):
        net = made(board, underlying, expiry.treasury, costs)
        gross = made(mids, at_mid, expiry.treasury, _FREE)
        found.append(_rows(expiry, name, net, gross.edge_bp))
    return found


def _at_mids(board: Board) -> Board:
    """The board as if each sound quote's mid were both its bid and its ask."""
    return replace(
        board, call_bid=np.where(board.is_paired, board.call_mid, np.nan),
        call_ask=board.call_mid, put_bid=np.where(board.is_paired, board.put_mid, np.nan),
        put_ask=board.put_mid,
    )  # fmt: skip


def _rows(expiry: Expiry, trade: str, net: LockedRates, gross_bp: Floats) -> pl.DataFrame:
    near = np.abs(np.log(net.strike / expiry.line.forward)) <= BAND
    kept = near & np.isfinite(net.rate)
    columns: dict[str, Any] = {
        "strike": net.strike[kept],
        "locked_rate": net.rate[kept],
        "edge_gross_bp": gross_bp[kept],
        "edge_net_bp": net.edge_bp[kept],
        "slippage_bp": net.slippage_bp[kept],
        "is_listed": net.is_listed[kept],
    }
    rows = pl.DataFrame(columns).with_columns(
        session=pl.lit(expiry.session), root=pl.lit(expiry.root), expiry=pl.lit(expiry.expiry),
        trade=pl.lit(trade),
        # Without a benchmark nothing is worth listing or not.
        is_listed=pl.when(pl.col("edge_net_bp").is_finite()).then("is_listed"),
    )  # fmt: skip
    return rows.select(list(MART_PARITY_DAILY.schema))
