"""The model book's path: what it holds after each close, in one forward pass over the sessions.

A decision on a session's close takes effect at the next close, and a gate closed at a session
stops a condor at the next: no session trades on what it decides itself. Contracts are chosen and
traded at the marks of the close they are traded at. Nothing is traded at an unknown price, and an
unknown decision leaves the last one in force.

Condors: one at a time, sold where none is open and none was closed on the same day; bought back at
the share of credit, at the days to expiry or at the loss that the terms name. Layers: contracts
bought until the layer holds what the decision asks, the oldest sold first when it asks less; rolled
by days or time value once a new contract is on offer, settled at expiry where none was. Once, half
of what has reached its multiple is sold; half of that gain of L1 buys L2, then L3, up to twice
their base. What is sold so counts as held until its roll, what is recycled is beyond the decision
and goes at its own roll.

No purchase spends more than its cap, lifts the layers' yearly carry above its budget, or sells
condors beyond their largest loss: what fits is bought, a note says which limit it was, and what a
layer then lacks is tried again at the next close.

Source:
    Methodology 2.1 to 2.4 and 3.1, gate G-3.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pricing.board import Floats
from pricing.moves import VixCurve
from schemas.book import BookTerms, LayerTerms
from transforms.book_limit import (
    Allowed,
    condors_allowed,
    curve_ahead,
    hedges_allowed,
    package_carry,
)
from transforms.book_listing import Offer, condor_offer, layer_offer
from transforms.book_market import OPTION_MULTIPLIER, BookMarket, Ints, Marks, marks

CONDOR = 0  # the layers follow as 1, 2, 3
LAYERS = ("IC", "L1", "L2", "L3")
_RECYCLED = 0.5  # of L1's realized gain
_MOST = 2  # times base


@dataclass(slots=True)
class Holding:
    """Contracts of one package, from their entry on.

    Attributes:
        layer: 0 for the condor, else the layer's place.
        first: session of entry.
        expiry: as days.
        offer: what was bought, at the row of entry.
        marks: by session since entry and leg.
        price: of the package by session since entry, negative for a credit [points].
        extrinsic: its time value, likewise [points].
        carry: what one costs to hold a year, likewise; of a layer [dollars].
        held: contracts after each close since entry.
        count: contracts now.
        nominal: contracts of the decision that it stands for, what was monetized included.
        is_recycled: whether a gain bought it, beyond what the decision asks.
        note: which limit left fewer of it than were asked; null where none did.
        is_monetized: whether half has been sold.
    """

    layer: int
    first: int
    expiry: int
    offer: Offer
    marks: Marks
    price: list[float]
    extrinsic: list[float]
    carry: list[float]
    held: Ints
    count: int
    nominal: int
    is_recycled: bool
    note: str | None = None
    is_monetized: bool = False

    @property
    def strike(self) -> Floats:
        """Strikes, by leg [points]."""
        return np.asarray(self.offer.strike[self.first])


class Walked(NamedTuple):
    """The path as it was walked.

    Attributes:
        holdings: every one there was, in order of entry.
        cash: after each close [dollars].
        notes: by session what a limit scaled or stopped, as ``L2 scaled_to_cap``.
    """

    holdings: list[Holding]
    cash: Floats
    notes: dict[int, tuple[str, ...]]


@dataclass(slots=True)
class _Book:
    """The state of the pass."""

    market: BookMarket
    terms: BookTerms
    offers: tuple[Offer, ...]
    carries: list[Floats]
    curve: VixCurve
    opened: list[Holding]
    every: list[Holding]
    flow: Floats
    wanted: list[int]
    notes: dict[int, tuple[str, ...]]

    def of(self, layer: int) -> list[Holding]:
        """What a layer holds, the oldest first."""
        return [one for one in self.opened if one.layer == layer]

    def trade(self, t: int, holding: Holding, count: int, *, is_free: bool = False) -> None:
        """Change a holding by so many packages at the close's mark; settlement costs nothing."""
        paid = holding.price[t - holding.first] * OPTION_MULTIPLIER * count
        cost = 0.0 if is_free else self.terms.commission_usd * holding.offer.sign.size * abs(count)
        self.flow[t] -= paid + cost
        holding.count += count
        if not holding.count:
            self.opened.remove(holding)

    def buy(self, t: int, layer: int, count: int, *, is_recycled: bool = False) -> int:
        """Open a holding of what is on offer, as many as the limits allow; how many those are."""
        allowed = self._allowed(t, layer, count)
        if allowed.token is not None:
            self.notes[t] = (*self.notes.get(t, ()), f"{LAYERS[layer]} {allowed.token}")
        if not allowed.contracts:
            return 0
        offer = self.offers[layer]
        found = _held_marks(self.market, self.terms, layer, offer, t)
        holding = Holding(
            layer, t, int(offer.expiry[t]), offer, found,
            (found.price * offer.sign).sum(-1).tolist(),
            (found.extrinsic * offer.sign).sum(-1).tolist(),
            self._carried(t, layer, found), np.zeros(found.price.shape[0], dtype=np.int64), 0,
            0 if is_recycled else allowed.contracts, is_recycled, allowed.token,
        )  # fmt: skip
        self.opened.append(holding)
        self.every.append(holding)
        self.trade(t, holding, allowed.contracts)
        return allowed.contracts

    def _carried(self, t: int, layer: int, found: Marks) -> list[float]:
        """What one contract costs to hold a year, from its entry on."""
        if layer == CONDOR:
            return []
        offer, rows = self.offers[layer], np.arange(t, t + found.price.shape[0])
        contract = (np.asarray(offer.strike[t]), offer.right, offer.sign)
        return list(package_carry(self.market, self.curve, rows, found, contract).tolist())

    def _allowed(self, t: int, layer: int, count: int) -> Allowed:
        offer = self.offers[layer]
        if layer == CONDOR:
            below, above = np.diff(offer.strike[t])[[0, 2]]
            loss = (max(below, above) + offer.price[t]) * OPTION_MULTIPLIER
            return condors_allowed(self.terms, count, float(loss))
        held = [one.count * one.carry[t - one.first] for one in self.opened if one.layer != CONDOR]
        cost = offer.price[t] * OPTION_MULTIPLIER + self.terms.commission_usd * offer.sign.size
        carry = float(self.carries[layer - 1][t])
        return hedges_allowed(self.terms, count, float(cost), carry, sum(held))


def walk(market: BookMarket, terms: BookTerms) -> Walked:
    """Walk the model book over every session; a session reads nothing later than itself."""
    offers = (condor_offer(market, terms), *(layer_offer(market, one) for one in terms.layers))
    curve = curve_ahead(market)
    carries = [_offered_carry(market, curve, one) for one in offers[1:]]
    book = _Book(
        market, terms, offers, carries, curve, [], [], np.zeros(market.days.size),
        [-1] * len(terms.layers), {},
    )  # fmt: skip
    for t in range(market.days.size):
        _condor(book, t)
        budget = sum(_sold(book, t, one) for one in list(book.opened) if one.layer != CONDOR)
        for layer, asked in enumerate(market.units[t].tolist()):
            book.wanted[layer] = asked if asked >= 0 else book.wanted[layer]
            _adjust(book, t, layer + 1)
        _recycle(book, t, budget)
        for one in book.opened:
            one.held[t - one.first] = one.count
    return Walked(book.every, np.cumsum(book.flow), book.notes)


def _offered_carry(market: BookMarket, curve: VixCurve, offer: Offer) -> Floats:
    """What one contract on offer costs to hold a year, by session [dollars]."""
    rows = np.arange(market.days.size)
    found = marks(market, rows, offer.expiry, offer.strike, offer.right)
    return package_carry(market, curve, rows, found, (offer.strike, offer.right, offer.sign))


def _held_marks(market: BookMarket, terms: BookTerms, layer: int, offer: Offer, t: int) -> Marks:
    """Marks from the entry to the first known settlement."""
    level = market.spot if layer == CONDOR else market.vix
    due = int(np.searchsorted(market.days, offer.expiry[t]))
    settled = np.flatnonzero(np.isfinite(level[due:]) & np.isfinite(market.rate[due:]))
    end = due + int(settled[0]) + 1 if settled.size else market.days.size
    rows = np.arange(t, end)
    strike = np.broadcast_to(offer.strike[t], (rows.size, offer.sign.size))
    expiry = np.full(rows.shape, offer.expiry[t])
    dividend_yield = terms.dividend_yield if layer == CONDOR else None
    return marks(market, rows, expiry, strike, offer.right, dividend_yield)


def _condor(book: _Book, t: int) -> None:
    """Buy the condor back where its terms say so; sell one where none is open."""
    held = book.of(CONDOR)
    if not held:
        if book.offers[CONDOR].is_open[t] and book.terms.condor_units:
            book.buy(t, CONDOR, book.terms.condor_units)
        return
    (condor,) = held
    debit, credit = -condor.price[t - condor.first], -condor.price[0]
    left = condor.expiry - int(book.market.days[t])
    is_due = left <= book.terms.exit_dte
    is_due |= debit <= (1.0 - book.terms.take_profit) * credit
    is_due |= debit - credit >= book.terms.stop_loss * credit
    if is_due and np.isfinite(debit):
        book.trade(t, condor, -condor.count, is_free=left <= 0)


def _sold(book: _Book, t: int, holding: Holding) -> float:
    """Settle, roll or monetize a holding; the dollars that are then to be recycled.

    A roll sells here; what the layer then lacks is bought with the rest.
    """
    place = t - holding.first
    price = holding.price[place]
    if not np.isfinite(price):
        return 0.0
    terms = book.terms.layers[holding.layer - 1]
    if holding.expiry <= book.market.days[t]:
        book.trade(t, holding, -holding.count, is_free=True)
    elif _is_rolled(book, t, holding, terms):
        book.trade(t, holding, -holding.count)
    elif not holding.is_monetized and price >= _goal(holding, terms):
        half = (holding.count + 1) // 2
        holding.is_monetized = True
        book.trade(t, holding, -half)
        gain = (price - holding.price[0]) * OPTION_MULTIPLIER * half
        return _RECYCLED * gain if holding.layer == 1 else 0.0
    return 0.0


def _is_rolled(book: _Book, t: int, holding: Holding, terms: LayerTerms) -> bool:
    """Whether it is time, and another contract than this one is on offer."""
    offer, place = book.offers[holding.layer], t - holding.first
    is_other = offer.expiry[t] != holding.expiry or (offer.strike[t] != holding.strike).any()
    if not offer.is_open[t] or not is_other:
        return False
    left = holding.expiry - int(book.market.days[t])
    spent = holding.extrinsic[place] <= terms.roll_extrinsic * holding.extrinsic[0]
    return left <= terms.roll_dte or (terms.roll_extrinsic > 0.0 and spent)


def _goal(holding: Holding, terms: LayerTerms) -> float:
    """Mark at which half is sold [points]."""
    if terms.short is None:
        return terms.monetize_at * holding.price[0]
    return terms.monetize_at * float(np.ptp(holding.strike))


def _adjust(book: _Book, t: int, layer: int) -> None:
    """Bring a layer to what the decision in force asks of it."""
    wanted = book.wanted[layer - 1]
    held = book.of(layer)
    more = wanted - sum(one.nominal for one in held)
    if wanted < 0:
        return
    if more > 0 and book.offers[layer].is_open[t]:
        book.buy(t, layer, more)
    for one in held:
        less = min(one.nominal, -more)
        if less <= 0 or not np.isfinite(one.price[t - one.first]):
            continue
        one.nominal -= less
        more += less
        if one.count > one.nominal:
            book.trade(t, one, one.nominal - one.count)


def _recycle(book: _Book, t: int, budget: float) -> None:
    """Buy L2 and then L3 from half of what L1 gained, up to twice their base."""
    for layer in (2, 3):
        offer, terms = book.offers[layer], book.terms.layers[layer - 1]
        if budget <= 0.0 or not offer.is_open[t]:
            continue
        each = offer.price[t] * OPTION_MULTIPLIER + book.terms.commission_usd * offer.sign.size
        room = _MOST * terms.base_units * book.terms.condor_units // 10
        room -= sum(one.count for one in book.of(layer))
        count = min(int(budget // each), room)
        if count > 0:
            budget -= book.buy(t, layer, count, is_recycled=True) * each
