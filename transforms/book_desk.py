"""The user's own book at every close: each leg as declared, marked by its session's quotes or models.

A leg is held from the day it was opened, or from the desk's first known day where that is not
known. What has expired is named, worth what it settled at on its last session and moves no more;
where that session's level is not known it is left aside, from value and cash alike.

Source:
    Methodology 3.2 to 3.4 and 14.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pricing.board import Bools, Codes, Floats
from pricing.budget import Carry, leg_carry
from pricing.condor import probability_between
from pricing.corridor import Corridor
from pricing.curve import SESSIONS_PER_YEAR, from_settlements
from pricing.legs import LegKind, LegMeasures, LegReason, Legs, Market, measure_legs, sized
from pricing.payoff import BreakEvens, break_evens, nearest_expiry
from pricing.priced_from import PricedFrom
from pricing.smile import DAYS_PER_YEAR, vix_option_vol
from pricing.stress import coverage, index_loss_max
from schemas.book import BookTerms
from transforms.book_desk_etp import Known, known_prices, product_column
from transforms.book_desk_quotes import SessionChain, quoted_legs
from transforms.book_limit import curve_ahead
from transforms.book_market import BookMarket, Ints, future_of, marks
from transforms.book_value import cone_corridor

Position = dict[str, Any]

_INDEX, _VIX = ("SPX", "SPXW"), ("VIX", "VIXW")
_ANY_VOLATILITY = 0.2  # call less put of one strike is worth the same at every volatility
_NO_DAY = 10**6  # of what never expires
_PER_LEG = (
    "strike",
    "years",
    "forward",
    "discount",
    "volatility",
    "entry",
    "leverage",
    "roll_yield",
)


@dataclass(frozen=True)
class DeskBook:
    """The desk's legs as arrays of sessions by places; a synthetic has two places, others one.

    Attributes:
        positions: as declared.
        owner: which position each place belongs to.
        legs: what stands in each place; quantity 0 before it is opened and once it has expired.
        size: dollars a point of each place from its opening on, expired or not.
        is_held: sessions by positions.
        is_over: sessions by places: has expired.
        found: value and Greeks of every place; what has expired is worth its settlement.
        carry: what holding it costs.
        lacks: why a place is not marked from its own quote, by session and place.
    """

    positions: list[Position]
    owner: np.ndarray[Any, np.dtype[np.intp]]
    legs: Legs
    size: Floats
    is_held: Bools
    is_over: Bools
    found: LegMeasures
    carry: Carry
    lacks: dict[tuple[int, int], str]

    @property
    def is_aside(self) -> Bools:
        """Sessions by places: has expired at a level that is not known."""
        return np.asarray(self.is_over & ~np.isfinite(self.found.value))


@dataclass(frozen=True)
class DeskTotals:
    """The whole desk, one element a session; NaN is unknown.

    Attributes:
        alone: break-evens of the index options alone.
        evens: break-evens of everything.
        corridor: C-1 and C-2 of ``evens``.
        probability: that the index settles between ``alone``, by the smile.
        coverage: gain of the hedges under stress over the condors' largest loss.
        loss_max: contractual, of the condors [dollars].
        credit: of one condor of the nearest expiry [points].
        units: condors held [contracts].
        day_gain: since the session before, or since entry for what was opened today [dollars].
        cash: premiums taken in less paid [dollars].
    """

    alone: BreakEvens
    evens: BreakEvens
    corridor: Corridor
    probability: Floats
    coverage: Floats
    loss_max: Floats
    credit: Floats
    units: Floats
    day_gain: Floats
    cash: Floats


def desk_book(
    market: BookMarket,
    terms: BookTerms,
    positions: list[Position],
    chains: Sequence[SessionChain] = (),
) -> DeskBook:
    """Every position at every close, options by the chains of the sessions that have one."""
    first = min((_day(one["entry_session"], _NO_DAY) for one in positions), default=_NO_DAY)
    opened = np.array([_day(one["entry_session"], first) for one in positions])
    is_held = market.days[:, None] >= np.where(opened == _NO_DAY, market.days[0], opened)
    places = [part for number, one in enumerate(positions) for part in _places(number, one)]
    owner = np.array([number for number, _ in places], dtype=np.intp)
    known = known_prices(positions)
    columns = [_column(market, terms, one, known) for _, one in places]
    stacked = {name: np.column_stack([column[name] for column in columns]) for name in _PER_LEG}
    kinds = np.array([_kind(one) for _, one in places], dtype=np.uint8)
    right = np.array([-1.0 if one["right"] == "P" else 1.0 for _, one in places])
    size = np.array([one["quantity"] for _, one in places], dtype=np.float64)
    level = np.column_stack([column["level"] for column in columns]).astype(np.uint8)
    every = Legs(
        kinds[None, :], right, stacked["strike"], stacked["years"],
        np.where(is_held[:, owner], size, 0.0),
        np.array([one["multiplier"] for _, one in places]), stacked["forward"],
        stacked["discount"], stacked["volatility"], stacked["entry"], level,
        leverage=stacked["leverage"], roll_yield=stacked["roll_yield"],
    )  # fmt: skip
    marked = quoted_legs(every, [one for _, one in places], chains)
    every = marked.legs
    is_over = (every.years < 0.0) & (every.quantity != 0.0)
    legs, day = every.part(~is_over), Market(market.spot, market.vix)
    found = _settled(market, every, is_over, measure_legs(legs, day))
    carry = leg_carry(legs, day, curve_ahead(market))
    return DeskBook(
        positions, owner, legs, every.size, is_held, is_over, found, carry, marked.lacks
    )


def _settled(market: BookMarket, every: Legs, is_over: Bools, found: LegMeasures) -> LegMeasures:
    """What has expired is worth what it was on its last session; unknown where that is."""
    at_end = np.flatnonzero(is_over.any(0))
    price = found.price.copy()
    for place in at_end.tolist():
        over = np.flatnonzero(is_over[:, place])
        ended = market.days[over[0]] + every.years[over[0], place] * DAYS_PER_YEAR
        row = np.flatnonzero(market.days == np.rint(ended))
        price[over, place] = found.price[row[0], place] if row.size else np.nan
    paid = np.where(every.is_future, every.entry_price, 0.0)
    value = np.where(is_over, every.size * (price - paid), found.value)
    over = np.where(np.isfinite(value), PricedFrom.INDICATIVE, PricedFrom.NOTHING)
    return found._replace(
        price=price,
        value=value,
        priced_from=np.where(is_over, over, found.priced_from).astype(np.uint8),
        reason=np.where(is_over, LegReason.EXPIRED, found.reason).astype(np.uint8),
        capture=np.where(is_over, np.nan, found.capture),
    )


def desk_totals(market: BookMarket, terms: BookTerms, desk: DeskBook) -> DeskTotals:
    """Measures of the desk as a whole."""
    legs, day = desk.legs, Market(market.spot, market.vix)
    condors = legs.part(legs.is_index & _is_condor(desk)[desk.owner])
    sessions = nearest_expiry(condors)
    evens, alone = break_evens(legs, day), break_evens(condors, day)
    losses = [index_loss_max(condors, day, is_down=side) for side in (True, False)]
    price = desk.found.price
    before = np.vstack([np.full((1, price.shape[1]), np.nan), price[:-1]])
    was_held = np.vstack([np.zeros((1, price.shape[1]), dtype=bool), legs.quantity[:-1] != 0.0])
    gain = sized(legs, price - np.where(was_held, before, legs.entry_price))
    is_paid = ~legs.is_future & (desk.size != 0.0) & ~desk.is_aside
    paid = np.where(is_paid, desk.size * legs.entry_price, 0.0)
    units, credit = _condors(condors, sessions)
    return DeskTotals(
        alone=alone,
        evens=evens,
        corridor=cone_corridor(market, evens, sessions),
        probability=_probability(market, terms, alone, sessions),
        coverage=coverage(legs, day).ratio,
        loss_max=np.where(units > 0.0, np.maximum(*losses), np.nan),
        credit=credit,
        units=units,
        day_gain=np.where((desk.size != 0.0).any(-1), gain.sum(-1), np.nan),
        cash=-paid.sum(-1),
    )


def worst_reason(desk: DeskBook) -> Codes:
    """Why a session's book has no totals: the highest ``LegReason`` of what has not expired."""
    held = np.where(desk.legs.quantity != 0.0, desk.found.reason, LegReason.OK)
    return np.asarray(held.max(-1), dtype=np.uint8)


def _day(value: object, missing: int) -> int:
    return missing if value is None else int(np.datetime64(str(value), "D").astype(np.int64))


def _places(number: int, one: Position) -> list[tuple[int, Position]]:
    if one["instrument"] != "synthetic":
        return [(number, one)]
    none = None if one["entry_price"] is None else 0.0
    call = {**one, "right": "C"}
    put = {**one, "right": "P", "quantity": -one["quantity"], "entry_price": none}
    return [(number, call), (number, put)]


def _kind(one: Position) -> LegKind:
    if one["instrument"] in ("future", "etp"):
        return LegKind.VIX_FUTURE if one["instrument"] == "future" else LegKind.ETP_OPTION
    return LegKind.INDEX_OPTION if one["root"] in _INDEX else LegKind.VIX_OPTION


def _column(
    market: BookMarket, terms: BookTerms, one: Position, known: dict[str, list[Known]]
) -> dict[str, Any]:
    """What one place has at each session; NaN where it is not known."""
    count = market.days.size
    expiry = np.full(count, _day(one["expiry"], _NO_DAY), dtype=np.int64)
    left = expiry - market.days
    nan = np.full(count, np.nan)
    column: dict[str, Any] = {
        "strike": np.full(count, np.nan if one["strike"] is None else one["strike"]),
        "years": left / DAYS_PER_YEAR,
        "forward": nan,
        "discount": np.exp(-market.rate * np.maximum(left, 0) / DAYS_PER_YEAR),
        "volatility": nan,
        "entry": np.full(count, np.nan if one["entry_price"] is None else one["entry_price"]),
        "level": np.full(count, PricedFrom.NOTHING, dtype=np.uint8),
        "leverage": np.ones(count),
        "roll_yield": np.zeros(count),
    }
    if one["root"] in _INDEX:
        column |= _index_marks(market, terms, one, expiry)
    elif one["instrument"] == "etp":
        column |= product_column(market, one, known.get(one["root"], []))
    else:
        column |= _vix_marks(market, one, expiry)
    if one["instrument"] == "synthetic":
        column["volatility"] = np.full(count, _ANY_VOLATILITY)
    return column


def _index_marks(
    market: BookMarket, terms: BookTerms, one: Position, expiry: Ints
) -> dict[str, Any]:
    rows = np.arange(market.days.size)
    strike = np.full((rows.size, 1), float(one["strike"]))
    right = np.array([-1.0 if one["right"] == "P" else 1.0])
    made = marks(market, rows, expiry, strike, right, terms.dividend_yield)
    return {
        "forward": made.forward[:, 0], "volatility": made.vol[:, 0],
        "level": made.priced_from[:, 0],
    }  # fmt: skip


def _vix_marks(market: BookMarket, one: Position, expiry: Ints) -> dict[str, Any]:
    """The future of that expiry; of a weekly one along the curve between, which is indicative."""
    rows = np.arange(market.days.size)
    left = np.maximum(expiry - market.days, 0).astype(np.float64)
    future, level = future_of(market, rows, expiry)
    ahead = curve_ahead(market)
    between = from_settlements(ahead.days, ahead.value, left[:, None])[:, 0]
    is_between = ~np.isfinite(future) & np.isfinite(between)
    forward = np.where(is_between, between, future)
    level = np.where(is_between, PricedFrom.INDICATIVE, level).astype(np.uint8)
    if one["instrument"] == "future":
        return {"forward": forward, "level": level}
    strike = np.full(rows.size, float(one["strike"]))
    found = vix_option_vol(
        forward, strike, left / DAYS_PER_YEAR, vvix=market.vvix, vix=market.vix
    )  # fmt: skip
    worst = np.maximum(level, found.priced_from)
    is_over = left == 0.0
    return {
        "forward": forward,
        "volatility": np.where(is_over, 0.0, found.vol),
        "level": np.where(is_over, level, worst).astype(np.uint8),
    }


def _is_condor(desk: DeskBook) -> Bools:
    return np.array([one["book_layer"] == "IC" for one in desk.positions], dtype=bool)


def _condors(condors: Legs, sessions: Floats) -> tuple[Floats, Floats]:
    """Condors held, and what one of the nearest expiry brought in [points]."""
    is_short_put = (condors.quantity < 0.0) & (condors.right == -1.0) & (condors.years >= 0.0)
    units = -np.where(is_short_put, condors.quantity, 0.0).sum(-1)
    years = sessions[:, None] / SESSIONS_PER_YEAR
    is_near = (condors.quantity != 0.0) & np.isclose(condors.years, years, atol=1e-9)
    near = -np.where(is_near & is_short_put, condors.quantity, 0.0).sum(-1)
    taken = -np.where(is_near, condors.quantity * condors.entry_price, 0.0).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):  # no condor: no credit
        return units, np.where(near > 0.0, taken / near, np.nan)


def _probability(
    market: BookMarket, terms: BookTerms, alone: BreakEvens, sessions: Floats
) -> Floats:
    """By the smile's volatilities at the two break-evens."""
    days = np.where(np.isfinite(sessions), sessions * DAYS_PER_YEAR / SESSIONS_PER_YEAR, 0.0)
    rows = np.arange(market.days.size)
    strikes = np.column_stack([alone.down, alone.up])
    expiry = market.days + np.rint(days).astype(np.int64)
    made = marks(market, rows, expiry, strikes, np.array([-1.0, 1.0]), terms.dividend_yield)
    years = np.where(np.isfinite(sessions), made.years[:, 0], np.nan)
    return probability_between(
        made.forward[:, 0], years, alone.down, alone.up, made.vol[:, 0], made.vol[:, 1]
    )


def declared(frame: pl.DataFrame) -> list[Position]:
    """The positions that stand beside every session of a panel."""
    found = frame["positions"][0] if frame.height else None
    return [] if found is None else list(found.to_list())
