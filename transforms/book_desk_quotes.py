"""The desk's option legs marked by the archived chain of a session, where there is one.

A leg keeps its clock of days to expiry, so its volatility is the one that gives the same price on
that clock. Whatever has no mark in the chain is left as the model has it, and the leg says why.

Source:
    Methodology 14.2; ``transforms.book_quotes``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from pricing.black import black76_price
from pricing.board import Floats
from pricing.legs import Legs
from pricing.priced_from import PricedFrom
from schemas.frames import join_one
from transforms.book_quotes import QuoteMarks, quote_marks
from transforms.chain_boards import quoted

Position = dict[str, Any]

CHAIN, ROOTS = "chain", "chain_roots"
"""Columns of a panel: a session's quotes of the desk's expiries, and every root it has quotes of."""

_QUOTED = ("option", "synthetic")  # instruments that are options of a quoted root, or made of them
_LEG = ["root", "expiry", "strike", "right"]
_CENT = 1e-6  # points within which the marks give the mid back, so that the mid is the price
_OF_NO_EXPIRY = "expiry_not_quoted"


class SessionChain(NamedTuple):
    """What was quoted at the close of one session.

    Attributes:
        row: place of the session.
        quotes: rows of ``chain_boards.quoted`` of the desk's expiries.
        roots: every root with a quote; a leg of another one has no chain and nothing is told of it.
    """

    row: int
    quotes: pl.DataFrame
    roots: frozenset[str]


class QuotedLegs(NamedTuple):
    """Legs of sessions by places, and what their quotes lack, by session and place."""

    legs: Legs
    lacks: dict[tuple[int, int], str]


def desk_chain(
    core_session: pl.LazyFrame,
    core_option_quote: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
    core_position: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row a session with quotes: those of the desk's expiries as a list, and the roots quoted.

    Nothing of a chain is carried to another session.
    """
    options = core_position.filter(pl.col("instrument").is_in(_QUOTED))
    wanted = options.select("root", "expiry").unique().with_columns(is_wanted=True)
    kept = join_one(core_option_quote, wanted, ["root", "expiry"], many=True)
    kept = kept.filter("is_wanted").drop("is_wanted")
    rows = quoted(core_session, kept, core_rate_daily)
    whole = rows.select(
        "session", pl.struct(pl.all()).alias(CHAIN)
    )  # the key stands in each row too
    listed = whole.group_by("session", maintain_order=True).agg(CHAIN)
    ours = core_option_quote.select("session", "root").unique()
    roots = ours.group_by("session").agg(pl.col("root").sort().alias(ROOTS))
    return join_one(roots, listed, "session")


def session_chains(frame: pl.DataFrame) -> tuple[SessionChain, ...]:
    """The chains of a panel with the columns of ``desk_chain``; none where no session has quotes."""
    if ROOTS not in frame.columns:
        return ()
    return tuple(_chains(frame))


def _chains(frame: pl.DataFrame) -> Iterator[SessionChain]:
    for row in frame[ROOTS].is_not_null().arg_true().to_list():
        mine = frame[row]
        none = mine[CHAIN].null_count() == 1
        quotes = mine.clear() if none else mine
        flat = quotes.select(CHAIN).explode(CHAIN).unnest(CHAIN)
        yield SessionChain(row, flat, frozenset(mine[ROOTS][0].to_list()))


def quoted_legs(legs: Legs, places: list[Position], chains: Sequence[SessionChain]) -> QuotedLegs:
    """Legs with the forward, discount, volatility and level of their quotes where these price them.

    A leg is ``quotes`` where its marks give its mid back; one whose own quote does not do is priced
    by the smile of its expiry and is ``surface``. On its last day, and where the chain gives no
    mark, it stays as it is. Of a synthetic both options are marked or neither.

    Args:
        legs: sessions by places, by the model.
        places: what stands in each place, its right of the option there.
        chains: of the sessions that have one.
    """
    if not chains:
        return QuotedLegs(legs, {})
    names = ("forward", "discount", "volatility", "priced_from")
    made = {name: np.array(getattr(legs, name)) for name in names}
    lacks: dict[tuple[int, int], str] = {}
    for chain in chains:
        here = [
            place
            for place, one in enumerate(places)
            if one["instrument"] in _QUOTED
            and one["root"] in chain.roots
            and legs.quantity[chain.row, place] != 0.0
            and legs.years[chain.row, place] > 0.0
        ]
        if here:
            found = _marked(chain, [places[n] for n in here], legs.years[chain.row, here])
            for name, values in zip(names, found.values, strict=True):
                at = np.array(here)[found.is_marked]
                made[name][chain.row, at] = values[found.is_marked]
            said = zip(here, found.lacks, strict=True)
            lacks |= {(chain.row, place): why for place, why in said if why is not None}
    return QuotedLegs(replace(legs, **made), lacks)


class _Marked(NamedTuple):
    """Which legs the chain prices, what their fields become, and what each quote lacks."""

    is_marked: np.ndarray[Any, np.dtype[np.bool_]]
    values: tuple[Floats, Floats, Floats, Floats]
    lacks: list[str | None]


def _marked(chain: SessionChain, places: list[Position], years: Floats) -> _Marked:
    strike = np.array([one["strike"] for one in places], dtype=np.float64)
    right = [one["right"] for one in places]
    marks = quote_marks(
        chain.quotes, [one["root"] for one in places], [one["expiry"] for one in places],
        strike, right,
    )  # fmt: skip
    with np.errstate(invalid="ignore"):  # no mark: no volatility
        vol = marks.vol * np.sqrt(marks.years / years)
        is_call = np.array([side == "C" for side in right])
        price = black76_price(marks.forward, strike, years, vol, marks.discount, is_call)
    is_mid = (marks.priced_from == PricedFrom.QUOTES) & (np.abs(price - marks.mid) < _CENT)
    level = np.where(is_mid, PricedFrom.QUOTES, PricedFrom.SURFACE)
    is_marked = np.isfinite(marks.mid) & np.isfinite(price)
    whole = _with_its_other(places, is_marked)
    return _Marked(whole, (marks.forward, marks.discount, vol, level), _lacks(chain, places, marks))


def _with_its_other(
    places: list[Position], is_marked: np.ndarray[Any, np.dtype[np.bool_]]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Of a synthetic's two options both or neither: at two forwards they would be worth anything."""
    unmarked = {one["leg_id"] for one, is_so in zip(places, is_marked, strict=True) if not is_so}
    return np.array([one["leg_id"] not in unmarked for one in places], dtype=np.bool_)


def _lacks(chain: SessionChain, places: list[Position], marks: QuoteMarks) -> list[str | None]:
    """Why each leg is not marked from its own quote, in one or two tokens; null where it is."""
    faults = {row[:-1]: row[-1] for row in chain.quotes.select(*_LEG, "quote_fault").iter_rows()}
    found: list[str | None] = []
    for one, reason in zip(places, marks.reason, strict=True):
        fault = faults.get(tuple(one[name] for name in _LEG))
        own = None if fault is None else f"quote_{fault}"
        why = _OF_NO_EXPIRY if reason == "no_chain" else reason
        if why == "beyond_wings" and fault != why:
            why = "surface_beyond_wings"
        said = [own] if why == fault else [own, why]
        found.append(None if reason is None else ", ".join(word for word in said if word))
    return found
