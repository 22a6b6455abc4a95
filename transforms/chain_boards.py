"""One board of quotes for each session, root and expiry, with its clock and its Treasury rate.

Source:
    Cboe Volatility Index methodology, time to expiration; Cboe contract specifications of SPX, SPXW
    and VIX options.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import NamedTuple

import numpy as np
import polars as pl

from pricing.board import Board, Bools, Floats
from pricing.interpolate import between
from pricing.parity import ParityLine, ParityReason, parity_line
from schemas.frames import join_one
from transforms.chain import NEW_YORK

INDEX_ROOTS = ("SPX", "SPXW")

_TENORS = {"rf_30d": 30.0, "treasury_3m": 91.0, "treasury_6m": 182.0, "treasury_1y": 365.0,
           "treasury_2y": 730.0, "treasury_3y": 1095.0, "treasury_5y": 1826.0}  # fmt: skip
_SHORTEST = 30.0  # days; lives below it have the one-month yield
_AFTER_CLOSE = 15  # minutes that index options trade past the index's close
# SPX and VIX options settle to the opening, SPXW to the close; half days are not known years ahead.
_MORNING, _EVENING = time(9, 30), time(16, 0)
_UNREAD = ("implausible", "beyond_wings")
_EXPIRY = ["session", "root", "expiry"]


class Expiry(NamedTuple):
    """The quotes of one expiry, and what they and Treasuries say of its carry.

    Attributes:
        session: exchange date.
        root: SPX, SPXW, VIX or VIXW.
        expiry: date it settles.
        days: calendar days to it.
        board: its quotes; ``rate`` is the Treasury's, else the boxes', else NaN.
        line: put-call parity of the board.
        treasury: yield of that life, continuous; NaN where unknown [decimal].
    """

    session: date
    root: str
    expiry: date
    days: int
    board: Board
    line: ParityLine
    treasury: float

    @property
    def is_over(self) -> bool:
        """Whether nothing is left of its life at the quotes' time."""
        return not self.board.minutes > 0.0

    @property
    def carry(self) -> tuple[float, float]:
        """Forward and discount factor: by the parity line, else where call and put are closest.

        Returns:
            Forward [index points] and factor; NaN where neither is to be had.
        """
        if self.is_over:
            return float("nan"), float("nan")
        if self.line.reason is ParityReason.OK:
            return self.line.forward, self.line.discount
        return self.board.forward(), float(np.exp(-self.board.rate * self.board.years))


def quoted(
    core_session: pl.LazyFrame, core_option_quote: pl.LazyFrame, core_rate_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """The quotes in order of their key, each with its clock and its session's Treasury yields.

    Time runs from the quotes, or from a quarter past the close where those come later, as at a
    weekend, to 09:30 New York of the expiry for what settles to an opening and to 16:00 for SPXW.
    Prices that are implausible or beyond the wings are null, so that they take part in no figure;
    what else is wrong with a quote the board tells itself. Contracts that settled before the session
    are left out.
    """
    is_read = ~pl.col("quote_fault").is_in(_UNREAD).fill_null(value=False)
    price = pl.when(is_read).then(pl.col("bid", "ask"))
    kept = core_option_quote.filter(pl.col("expiry") >= pl.col("session")).with_columns(price)
    sessions = core_session.select("session", "close_at")
    timed = _clocked(join_one(kept, sessions, "session", many=True))
    rates = core_rate_daily.select("session", *_TENORS)
    return join_one(timed, rates, "session", many=True).sort(*_EXPIRY, "strike", "right")


def expiries_of(frame: pl.DataFrame) -> Iterator[Expiry]:
    """The rows of ``quoted`` as expiries, in their order; at most one row a contract."""
    if not frame.height:
        return
    starts = frame.select(pl.struct(_EXPIRY).rle_id().diff().fill_null(1) != 0).to_series()
    first = starts.arg_true()
    heads = frame[first]
    yields = heads.select(pl.col(*_TENORS).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    treasury = treasury_rates(yields, heads["days_to_expiry"].cast(pl.Float64).to_numpy())
    prices = frame.select(pl.col("strike", "bid", "ask").fill_null(np.nan)).to_numpy()
    is_call = (frame["right"] == "C").to_numpy()
    ends = [*first.to_list()[1:], frame.height]
    rows = heads.select(*_EXPIRY, "days_to_expiry", "minutes").iter_rows()
    for row, start, end, rate in zip(rows, first, ends, treasury.tolist(), strict=True):
        session, root, expiry, days, minutes = row
        board = _board(prices[start:end], is_call[start:end], rate, minutes)
        yield _expiry(session, root, expiry, days, board, rate)


def treasury_rates(yields: Floats, days: Floats) -> Floats:
    """Treasury yield of each life: linear in days between the tenors known, continuous.

    Args:
        yields: par yields, twice a year, one column a tenor from 30 days to 5 years; NaN where
            unknown [decimal].
        days: lives [days].

    Returns:
        ``2 ln(1 + y / 2)`` [decimal]; the one-month yield below 30 days, NaN beyond the tenors known.
    """
    continuous = 2.0 * np.log1p(0.5 * yields)
    nodes = np.array(list(_TENORS.values()))
    return between(nodes, continuous, np.maximum(days, _SHORTEST))


def _clocked(timed: pl.LazyFrame) -> pl.LazyFrame:
    last = pl.col("close_at") + pl.duration(minutes=_AFTER_CLOSE)
    is_evening = pl.col("root") == "SPXW"
    at = pl.when(is_evening).then(pl.lit(_EVENING)).otherwise(pl.lit(_MORNING))
    settles = (
        pl.col("expiry")
        .dt.combine(at, time_unit="us")
        .dt.replace_time_zone(NEW_YORK)
        .dt.convert_time_zone("UTC")
    )
    life = settles - pl.min_horizontal("quote_at", last)
    days = (pl.col("expiry") - pl.col("session")).dt.total_days()
    return timed.with_columns(
        minutes=life.dt.total_seconds().cast(pl.Float64) / 60.0, days_to_expiry=days.cast(pl.Int32)
    ).drop("close_at")


def _board(prices: Floats, is_call: Bools, rate: float, minutes: float) -> Board:
    """Rows of strike, bid and ask as calls and puts side by side."""
    strike, place = np.unique(prices[:, 0], return_inverse=True)
    calls, puts = np.full((2, strike.size, 2), np.nan)
    for side, is_side in ((calls, is_call), (puts, ~is_call)):
        side[place[is_side]] = prices[is_side, 1:]
    known = rate if np.isfinite(rate) else 0.0  # only the band of strikes leans on it
    return Board(
        strike, calls[:, 0], calls[:, 1], puts[:, 0], puts[:, 1], rate=known, minutes=minutes
    )


def _expiry(
    session: date, root: str, expiry: date, days: int, board: Board, treasury: float
) -> Expiry:
    line = parity_line(board)
    if not np.isfinite(treasury):
        boxed = line.box_rate if line.reason is ParityReason.OK else float("nan")
        board = replace(board, rate=boxed)
    return Expiry(session, root, expiry, days, board, line, treasury)
