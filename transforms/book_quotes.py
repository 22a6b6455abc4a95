"""Marks of option legs from the session's chain: their own quotes, else their expiry's smile.

A leg with a sound two-sided quote is marked at its mid. One without is priced from the volatilities
that its expiry's other strikes are quoted at, an SVI fit for the S&P 500 and straight lines between
strikes for the VIX, and only within the strikes those reach. Everything else has no mark here, and
says why. An expiry's forward and discount factor are those of its own put-call parity.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from pricing.black import black76_price, implied_vol
from pricing.board import Board, Bools, Floats, QuoteReason
from pricing.priced_from import Levels, PricedFrom
from pricing.smile import chain_vol
from pricing.surface import SmileReason, fit_smile, smile_quotes
from transforms.book_market import Ints
from transforms.chain_boards import INDEX_ROOTS, Expiry, expiries_of

MARK_REASONS = (
    "no_chain", "unknown_right", "expiry_not_quoted", "expired", "no_forward", "strike_not_quoted",
    "implausible", "empty", "crossed", "zero_bid", "no_ask", "beyond_wings", "no_quoted_vol",
    "no_implied_vol", "vol_from_surface", *(
        f"surface_{reason.name.lower()}" for reason in SmileReason if reason is not SmileReason.OK
    ),
)  # fmt: skip
"""Every token of ``QuoteMarks.reason``."""

_RIGHTS = ("C", "P")


class QuoteMarks(NamedTuple):
    """Marks of legs, one element a leg.

    Attributes:
        mid: price of one contract; NaN where ``priced_from`` is ``NOTHING`` [points].
        vol: volatility at it [decimal]; NaN where unknown.
        priced_from: ``QUOTES``, ``SURFACE`` or ``NOTHING``.
        reason: null for a leg marked from its own quote throughout. For one from the surface, why its
            own quote did not do; for one without a mark, why there is none; for one from quotes,
            ``vol_from_surface`` or ``no_implied_vol`` where its mid alone tells no volatility.
        forward: of the leg's expiry; NaN where unknown [points].
        discount: factor to it; NaN where unknown.
        years: to its settlement; NaN where the expiry is not quoted [years].
    """

    mid: Floats
    vol: Floats
    priced_from: Levels
    reason: list[str | None]
    forward: Floats
    discount: Floats
    years: Floats


class _Wanted(NamedTuple):
    """Legs of one expiry: their places among all, strikes, rights, and the faults the chain names."""

    place: Ints
    strike: Floats
    is_call: Bools
    named: list[str | None]


class _Smiled(NamedTuple):
    """Volatility that an expiry's other quotes give at strikes, and why it gives none."""

    vol: Floats
    reason: list[str | None]


def quote_marks(
    chain: pl.DataFrame, root: Sequence[str], expiry: Sequence[date], strike: Floats,
    right: Sequence[str],
) -> QuoteMarks:  # fmt: skip
    """Marks of legs from one session's chain.

    Args:
        chain: rows of ``chain_boards.quoted`` of one session; none where the session has no chain.
        root: of each leg: SPX, SPXW, VIX or VIXW. Roots stay apart: they settle at other times.
        expiry: of each leg.
        strike: of each leg [points].
        right: of each leg, C or P.

    Returns:
        One mark a leg, in the order of the legs.
    """
    marks = _nothing(len(root))
    legs = pl.DataFrame(
        {"root": root, "expiry": expiry, "strike": strike, "right": right},
        schema={"root": pl.String, "expiry": pl.Date, "strike": pl.Float64, "right": pl.String},
    ).with_row_index("place")
    missing = "no_chain" if not chain.height else "expiry_not_quoted"
    marks.reason[:] = [missing if one in _RIGHTS else "unknown_right" for one in right]
    known = legs.filter(pl.col("right").is_in(_RIGHTS))
    asked = known.select("root", "expiry").unique()
    quotes = chain.filter(
        pl.struct("root", "expiry").is_in(asked.to_struct().implode())
    ) if chain.height else chain  # fmt: skip
    for one in expiries_of(quotes):
        of = (pl.col("root") == one.root) & (pl.col("expiry") == one.expiry)
        _mark(marks, one, _wanted(known.filter(of), quotes.filter(of)))
    return marks


def _nothing(count: int) -> QuoteMarks:
    nan = [np.full(count, np.nan) for _ in range(5)]
    level = np.full(count, PricedFrom.NOTHING, dtype=np.uint8)
    return QuoteMarks(nan[0], nan[1], level, [None] * count, nan[2], nan[3], nan[4])


def _wanted(legs: pl.DataFrame, quotes: pl.DataFrame) -> _Wanted:
    faults = {
        (row[0], row[1]): row[2]
        for row in quotes.select("strike", "right", "quote_fault").iter_rows()
    }
    pairs = legs.select("strike", "right").iter_rows()
    return _Wanted(
        legs["place"].cast(pl.Int64).to_numpy(),
        legs["strike"].to_numpy(),
        (legs["right"] == "C").to_numpy(),
        [faults.get(pair, "strike_not_quoted") for pair in pairs],
    )


def _mark(marks: QuoteMarks, one: Expiry, legs: _Wanted) -> None:
    """Fill in the marks of the legs of one expiry."""
    forward, discount = one.carry
    marks.forward[legs.place], marks.discount[legs.place] = forward, discount
    marks.years[legs.place] = max(one.board.years, 0.0)
    if one.is_over:
        _tell(marks, legs, ["expired"] * legs.strike.size)
        return
    mid = _own_mid(one.board, legs)
    is_quoted = np.array([name is None for name in legs.named], dtype=np.bool_) & np.isfinite(mid)
    has_carry = forward > 0.0 and discount > 0.0
    vol = np.full(mid.shape, np.nan)
    if has_carry:
        vol = implied_vol(
            mid, forward, legs.strike, one.board.years, discount, legs.is_call
        ).volatility
    needs = ~is_quoted | ~np.isfinite(vol)
    smiled = _smiled(one, legs, needs=needs, has_carry=has_carry)
    is_smiled = needs & np.isfinite(smiled.vol)
    vol = np.where(is_smiled, smiled.vol, np.where(is_quoted, vol, np.nan))
    priced = black76_price(forward, legs.strike, one.board.years, vol, discount, legs.is_call)
    price = np.where(is_quoted, mid, priced)
    level = np.where(is_quoted, PricedFrom.QUOTES, PricedFrom.SURFACE)
    level = np.where(np.isfinite(price), level, PricedFrom.NOTHING)
    marks.mid[legs.place], marks.vol[legs.place] = price, vol
    marks.priced_from[legs.place] = level
    told = zip(is_quoted.tolist(), np.isfinite(vol).tolist(), needs.tolist(), strict=True)
    _tell(marks, legs, [
        _reason(state, own, lack)
        for state, own, lack in zip(told, legs.named, smiled.reason, strict=True)
    ])  # fmt: skip


def _reason(state: tuple[bool, bool, bool], own: str | None, lack: str | None) -> str | None:
    """Why a leg is not marked from its own quote throughout; null where it is.

    Args:
        state: whether it has a sound quote, a volatility, and needed the surface for either.
        own: what is wrong with its own quote.
        lack: why the surface gives none.
    """
    is_quoted, has_vol, needs = state
    if is_quoted and not needs:
        return None
    if is_quoted:
        return "vol_from_surface" if has_vol else "no_implied_vol"
    return own if has_vol else lack


def _tell(marks: QuoteMarks, legs: _Wanted, reasons: list[str | None]) -> None:
    for place, reason in zip(legs.place.tolist(), reasons, strict=True):
        marks.reason[place] = reason


def _own_mid(board: Board, legs: _Wanted) -> Floats:
    """Mid of each leg's own quote; NaN where it is not sound or not there."""
    place = np.minimum(np.searchsorted(board.strike, legs.strike), board.strike.size - 1)
    fault = np.where(legs.is_call, board.call_fault[place], board.put_fault[place])
    mid = np.where(legs.is_call, board.call_mid[place], board.put_mid[place])
    is_sound = (board.strike[place] == legs.strike) & (fault == QuoteReason.USED)
    return np.where(is_sound, mid, np.nan)


def _smiled(one: Expiry, legs: _Wanted, *, needs: Bools, has_carry: bool) -> _Smiled:
    """Volatility at the strikes of legs that need it, from the expiry's other quotes."""
    nothing = np.full(legs.strike.shape, np.nan)
    count = legs.strike.size
    if not needs.any():
        return _Smiled(nothing, [None] * count)
    if not has_carry:
        return _Smiled(nothing, ["no_forward"] * count)
    forward, discount = one.carry
    quotes = smile_quotes(one.board, forward, discount)
    if one.root not in INDEX_ROOTS:
        is_used = quotes.reason == QuoteReason.USED
        found = chain_vol(one.board.strike[is_used], quotes.vol, legs.strike).vol
        lack = "beyond_wings" if is_used.any() else "no_quoted_vol"
        return _Smiled(found, [lack] * count)
    smile = fit_smile(quotes, forward, one.board.years)
    if smile.reason is not SmileReason.OK:
        return _Smiled(nothing, [f"surface_{smile.reason.name.lower()}"] * count)
    return _Smiled(smile.vol(legs.strike), ["beyond_wings"] * count)
