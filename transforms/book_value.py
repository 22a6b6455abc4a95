"""What the model book is worth after each close: legs side by side, measured all at once.

Greeks, break-evens and stress come from ``pricing``; here holdings become arrays of sessions by
slots, a slot being free again once its leg is gone.

Source:
    Methodology 2.3, 3.2 to 3.4.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pricing.board import Bools, Floats
from pricing.budget import Carry, leg_carry
from pricing.condor import CondorTerms, Wings, condor_terms, probability_between
from pricing.corridor import Band, Corridor, corridor
from pricing.curve import SESSIONS_PER_YEAR
from pricing.legs import LegKind, LegMeasures, Legs, Market, measure_legs
from pricing.payoff import BreakEvens, break_evens, nearest_expiry
from pricing.priced_from import Levels, PricedFrom
from pricing.smile import IndexLevels, index_smile
from pricing.stress import coverage
from schemas.book import BookTerms
from transforms.book_limit import curve_ahead
from transforms.book_market import (
    OPTION_MULTIPLIER,
    BookMarket,
    Ints,
    index_forward,
    index_levels,
)
from transforms.book_path import CONDOR, Holding, Walked

HORIZONS = np.array([5, 10, 21, 42, 63, 126, 252])  # of the cone [sessions]

_WIDTH = 16  # slots; so many more where they do not do, so that sums round as if none were added


@dataclass(frozen=True, slots=True)
class Slots:
    """The book as arrays of sessions by slots.

    Attributes:
        legs: what stands in each slot; quantity 0 where nothing does.
        holding: place of its holding in ``Walked``; -1 for none.
        leg: which leg of that holding.
        is_shown: whether the slot holds a leg after this close.
    """

    legs: Legs
    holding: Ints
    leg: Ints
    is_shown: Bools


class Valued(NamedTuple):
    """Measures of every slot, and its carry."""

    legs: LegMeasures
    carry: Carry


class Position(NamedTuple):
    """What legs are worth together, one element a session; NaN is unknown.

    Attributes:
        evens: break-evens of the whole position.
        life: to the nearest condor expiry [years of sessions].
        coverage: gain of the hedge under stress over the condors' largest loss.
        hedge_carry: of what is no index option over a year at today's theta and roll-down [dollars].
        corridor: C-1 and C-2 of the position's break-evens.
    """

    evens: BreakEvens
    life: Floats
    coverage: Floats
    hedge_carry: Floats
    corridor: Corridor


class Totals(NamedTuple):
    """Measures of the whole book, one element a session; NaN is unknown.

    Attributes:
        condor: terms of the condor that is open, by its entry prices.
        evens: break-evens of the whole position.
        probability: that the condor settles between its own break-evens, by the smile.
        coverage: gain of the hedge under stress over the condors' largest loss.
        hedge_carry: of L1 to L3 over a year at today's theta and roll-down [dollars].
        corridor: C-1 and C-2 of the position's break-evens.
        day_pnl: change of value and cash since the session before [dollars].
    """

    condor: CondorTerms
    evens: BreakEvens
    probability: Floats
    coverage: Floats
    hedge_carry: Floats
    corridor: Corridor
    day_pnl: Floats


class Booked(NamedTuple):
    """The book walked, laid out, valued and summed."""

    walked: Walked
    slots: Slots
    valued: Valued
    totals: Totals


def booked(market: BookMarket, terms: BookTerms, walked: Walked) -> Booked:
    """Every measure of what was held after each close."""
    book = slots(market, walked)
    day = Market(market.spot, market.vix)
    carry = leg_carry(book.legs, day, curve_ahead(market))
    valued = Valued(measure_legs(book.legs, day), carry)
    return Booked(walked, book, valued, totals(market, terms, walked, book, valued))


def slots(market: BookMarket, walked: Walked) -> Slots:
    """Holdings laid side by side; a slot is used again once it is free."""
    places = _places(walked.holdings)
    most = max((max(one) + 1 for one in places), default=1)
    shape = (market.days.size, -(-most // _WIDTH) * _WIDTH)
    floats = {
        name: np.full(shape, np.nan)
        for name in ("strike", "years", "forward", "discount", "volatility", "entry", "extrinsic")
    }
    kind, level = (
        np.full(shape, LegKind.INDEX_OPTION, np.uint8),
        np.full(shape, PricedFrom.NOTHING, np.uint8),
    )
    quantity, right = np.zeros(shape), np.ones(shape)
    holding, leg = np.full(shape, -1, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for number, (one, place) in enumerate(zip(walked.holdings, places, strict=True)):
        size = int(np.count_nonzero(one.held))
        at = (slice(one.first, one.first + size), place)
        held = one.held[:size, None]
        quantity[at] = held * one.offer.sign
        right[at], floats["strike"][at] = one.offer.right, one.strike
        for name, found in (("years", one.marks.years), ("forward", one.marks.forward),
                            ("discount", one.marks.discount), ("volatility", one.marks.vol)):  # fmt: skip
            floats[name][at] = found[:size]
        floats["entry"][at], floats["extrinsic"][at] = one.marks.price[0], one.marks.extrinsic[0]
        level[at] = one.marks.priced_from[:size]
        kind[at] = LegKind.INDEX_OPTION if one.layer == CONDOR else LegKind.VIX_OPTION
        holding[at], leg[at] = number, np.arange(len(place))
    legs = Legs(
        kind, right, floats["strike"], floats["years"], quantity, np.array([OPTION_MULTIPLIER]),
        floats["forward"], floats["discount"], floats["volatility"], floats["entry"], level,
        floats["extrinsic"],
    )  # fmt: skip
    return Slots(legs, holding, leg, quantity != 0.0)


def _places(holdings: list[Holding]) -> list[list[int]]:
    """Slots of each holding's legs, as low as is free."""
    free_from: list[int] = []
    found = []
    for one in holdings:
        free = [place for place, row in enumerate(free_from) if row <= one.first]
        taken = free[: one.offer.sign.size]
        while len(taken) < one.offer.sign.size:
            taken.append(len(free_from))
            free_from.append(0)
        for place in taken:
            free_from[place] = one.first + int(np.count_nonzero(one.held))
        found.append(taken)
    return found


def totals(
    market: BookMarket, terms: BookTerms, walked: Walked, book: Slots, valued: Valued
) -> Totals:
    """Measures of the book as a whole."""
    condor = _condor_terms(walked, market.days.size)
    whole = position(market, book.legs, valued.carry)
    worth = valued.legs.value.sum(-1) + walked.cash
    return Totals(
        condor=condor,
        evens=whole.evens,
        probability=_probability(market, terms, condor, whole.life),
        coverage=whole.coverage,
        hedge_carry=whole.hedge_carry,
        corridor=whole.corridor,
        day_pnl=np.diff(worth, prepend=0.0),
    )


def position(market: BookMarket, legs: Legs, carry: Carry) -> Position:
    """Measures of any legs of each session taken together: the model book's, or those on offer."""
    day = Market(market.spot, market.vix)
    life = nearest_expiry(legs) / SESSIONS_PER_YEAR
    evens = break_evens(legs, day)
    return Position(
        evens=evens,
        life=life,
        coverage=coverage(legs, day).ratio,
        hedge_carry=np.where(legs.is_index, 0.0, carry.cost).sum(-1),
        corridor=cone_corridor(market, evens, life * SESSIONS_PER_YEAR),
    )


def _condor_terms(walked: Walked, count: int) -> CondorTerms:
    """Credit, largest loss and break-evens of the condor open after each close."""
    strikes, prices = np.full((4, count), np.nan), np.full((4, count), np.nan)
    for one in walked.holdings:
        if one.layer == CONDOR:
            rows = slice(one.first, one.first + int(np.count_nonzero(one.held)))
            strikes[:, rows] = one.strike[:, None]
            prices[:, rows] = one.marks.price[0][:, None]
    return condor_terms(Wings(*strikes), Wings(*prices))


def _probability(market: BookMarket, terms: BookTerms, condor: CondorTerms, life: Floats) -> Floats:
    rows = np.arange(market.days.size)
    levels, _ = index_levels(market, rows, life)
    forward = index_forward(market, rows, life, terms.dividend_yield)
    shown = IndexLevels(*(one[:, None] for one in levels))
    evens = np.column_stack([condor.down, condor.up])
    smile = index_smile(forward[:, None], evens, life[:, None], shown).vol
    return probability_between(forward, life, condor.down, condor.up, smile[:, 0], smile[:, 1])


def cone_corridor(market: BookMarket, evens: BreakEvens, sessions: Floats) -> Corridor:
    """C-1 and C-2 by the cone of the horizon nearest to the condor's expiry."""
    gap = np.abs(HORIZONS - sessions[:, None])
    place = np.where(np.isfinite(gap), gap, np.inf).argmin(axis=-1)
    sigma = market.sigma[np.arange(market.days.size), place]
    band = Band(evens.down, evens.up)
    return corridor(band, market.spot, sessions, sigma[:, 0], sigma[:, 1])


def book_level(book: Slots, found: LegMeasures) -> Levels:
    """The weakest level of any leg; nothing where there is none."""
    level = np.where(book.is_shown, found.priced_from, PricedFrom.QUOTES).max(-1)
    return np.where(book.is_shown.any(-1), level, PricedFrom.NOTHING).astype(np.uint8)
