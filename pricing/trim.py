"""Trim to finance: move the strikes sold inward just so far that the credit pays for a hedge.

Every pair of listed strikes is judged, least width given up first, so the answer is exact.

Source:
    Methodology 3.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple, Self

import numpy as np

from pricing.board import Bools, Floats
from pricing.corridor import Band, corridor, expected_band
from pricing.legs import Legs, Market, joined, leg_price, measure_legs, sized
from pricing.moves import Move, VixCurve, mapped_move, profit
from pricing.payoff import Places, break_evens, nearest_expiry
from pricing.stress import Stress, stress_move

_BATCH = 16
_CENT = 0.01


class TrimReason(IntEnum):
    """What came of it: all units, fewer, none, or not known."""

    FUNDED = 0
    REDUCED = 1
    UNFUNDED = 2
    UNKNOWN_INPUT = 3


class TrimRules(NamedTuple):
    """Limits of a trim.

    Attributes:
        financing: credit over the hedges' cost.
        short_delta_max: of either strike sold, absolute.
        reduction_max: of the width between the strikes sold [decimal].
        theta_share: of the condors' theta that the book must keep.
        inner_vol: of C-1's band [decimal].
        stress: in which the book may not end lower.
    """

    inner_vol: float
    financing: float = 1.02
    short_delta_max: float = 0.20
    reduction_max: float = 0.20
    theta_share: float = 0.10
    stress: Stress = Stress()


class Listed(NamedTuple):
    """Strikes that can be sold: ``strike`` [index points], ``volatility`` [decimal] of each."""

    strike: Floats
    volatility: Floats


class Sold(NamedTuple):
    """The condor's two legs sold: where they stand in the book, and what else is listed."""

    put: int
    call: int
    puts: Listed
    calls: Listed


class Trim(NamedTuple):
    """The trade found, or why there is none.

    Attributes:
        reason: what came of it.
        units: hedges financed [contracts].
        put_strike: sold afterwards [index points].
        call_strike: sold afterwards [index points].
        reduction: of the width between them [index points].
        credit: taken in by the trim [dollars].
        cost: of the hedges, with the margin of financing [dollars].
        theta: of the book afterwards, per session [dollars].
        stress_before: profit at the condors' expiry in the shock, before [dollars].
        stress_after: afterwards [dollars].
        c1_room: least distance by which C-1 holds afterwards [index points].
        passed: pairs of strikes that keep each constraint by itself, (i) to (iv), and those that
            keep all four, at these units or at one where none is financed [count].
    """

    reason: TrimReason
    units: int
    put_strike: float
    call_strike: float
    reduction: float
    credit: float
    cost: float
    theta: float
    stress_before: float
    stress_after: float
    c1_room: float
    passed: tuple[int, int, int, int, int]


class Hedge(NamedTuple):
    """What is to be paid for: the ``legs`` of one unit, and how many ``units`` are wanted."""

    legs: Legs
    units: int


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def trim_to_finance(
    legs: Legs,
    market: Market,
    sold: Sold,
    hedge: Hedge,
    rules: TrimRules,
    curve: VixCurve | None = None,
) -> Trim:
    """The least trim that pays for as many of the wanted hedges as any trim can.

    A strike bought back is closed at today's price, its gain kept in the new entry price. Among
    trims of the same width the one most even between puts and calls is taken, then the one that
    moves the put less.

    Args:
        legs: the book with its condors, one axis.
        market: levels of the day, numbers.
        sold: the two legs that may be moved.
        hedge: what is to be paid for.
        rules: limits.
        curve: where VIX futures roll to; none leaves each where it is.
    """
    search = _Search.of(legs, market, sold, hedge.legs, rules, curve)
    if not search.is_known:
        return search.without(TrimReason.UNKNOWN_INPUT, (0, 0, 0, 0, 0))
    for units in range(hedge.units, 0, -1):
        judged = search.judged(units)
        for places in judged.by_reduction(search.puts, search.calls):
            rooms = search.c1_rooms(places, units)
            for place, room in zip(places, rooms, strict=True):
                if room >= 0.0:
                    reason = TrimReason.FUNDED if units == hedge.units else TrimReason.REDUCED
                    put, call = (int(one) for one in place)
                    return search.found(reason, units, (put, call), judged)._replace(c1_room=room)
    return search.without(TrimReason.UNFUNDED, search.judged(1).passed)


class _Side(NamedTuple):
    """One leg sold at each strike it could have, the present one first; dollars of the leg."""

    strike: Floats
    volatility: Floats
    entry: Floats
    inward: Floats
    delta: Floats
    credit: Floats
    theta: Floats
    stressed: Floats
    at_band: Floats


class _Fixed(NamedTuple):
    """Dollars of what a choice of strikes leaves alone.

    Cost, theta, theta of its index options, profit in the shock and at both ends of C-1's band.
    """

    cost: float
    theta: float
    index_theta: float
    stressed: float
    at_band: Floats


class _Judged(NamedTuple):
    """Every pair of strikes, puts by calls, under each constraint."""

    is_kept: tuple[Bools, Bools, Bools, Bools]
    gains_at_band: Bools
    credit: Floats
    theta: Floats
    stressed: Floats

    @property
    def is_feasible(self) -> Bools:
        return np.asarray(np.logical_and.reduce(self.is_kept))

    @property
    def passed(self) -> tuple[int, int, int, int, int]:
        one, two, three, four = (int(kept.sum()) for kept in self.is_kept)
        return one, two, three, four, int(self.is_feasible.sum())

    def by_reduction(self, puts: _Side, calls: _Side) -> Iterator[Places]:
        """Feasible pairs that may keep C-1, least width given up first, some at a time.

        A range inside the break-evens has a gain at both its ends, which is quickly seen.
        """
        put, call = np.nonzero(self.is_feasible & self.gains_at_band)
        down, up = puts.inward[put], calls.inward[call]
        order = np.lexsort((down, np.abs(down - up), down + up))
        pairs = np.stack((put, call), axis=-1)[order]
        for start in range(0, len(pairs), _BATCH):
            yield pairs[start : start + _BATCH]


@dataclass(frozen=True, slots=True)
class _Search:
    legs: Legs
    market: Market
    sold: Sold
    hedge: Legs
    rules: TrimRules
    curve: VixCurve | None
    puts: _Side
    calls: _Side
    fixed: _Fixed
    unit: _Fixed
    before: float

    @classmethod
    def of(
        cls, legs: Legs, market: Market, sold: Sold, hedge: Legs, rules: TrimRules,
        curve: VixCurve | None,
    ) -> Self:  # fmt: skip
        sessions = nearest_expiry(legs)
        shock = stress_move(rules.stress, market)._replace(sessions=sessions)
        band = np.stack(expected_band(market.spot, np.asarray(rules.inner_vol), sessions))
        moves = (shock, mapped_move(np.log(band / market.spot), sessions))
        at_today = replace(hedge, entry_price=leg_price(hedge), entry_extrinsic=None)
        is_moved = np.isin(np.arange(legs.kind.size), (sold.put, sold.call))
        fixed, unit = (
            _fixed(one, market, moves, curve) for one in (legs.part(~is_moved), at_today)
        )
        puts = _side(legs.rows([sold.put]), market, sold.puts, moves)
        calls = _side(legs.rows([sold.call]), market, sold.calls, moves)
        before = fixed.stressed + puts.stressed[0] + calls.stressed[0]
        given = (legs, market, sold, at_today, rules, curve)
        return cls(*given, puts, calls, fixed, unit, float(before))

    @property
    def is_known(self) -> bool:
        """Whether what no choice of strikes changes has a value."""
        parts = (*self.fixed, *self.unit, self.puts.at_band[:, 0], self.calls.at_band[:, 0])
        return bool(np.isfinite(np.concatenate([np.atleast_1d(one) for one in parts])).all())

    def judged(self, units: int) -> _Judged:
        puts, calls, rules = self.puts, self.calls, self.rules
        width = calls.strike[0] - puts.strike[0]
        reduction = puts.inward[:, None] + calls.inward
        is_near = np.abs(puts.delta)[:, None] <= rules.short_delta_max
        is_near = is_near & (np.abs(calls.delta) <= rules.short_delta_max)
        is_narrow = (reduction <= rules.reduction_max * width) & (reduction < width)
        credit = puts.credit[:, None] + calls.credit
        moved = puts.theta[:, None] + calls.theta
        theta = self.fixed.theta + moved + units * self.unit.theta
        least = np.maximum(rules.theta_share * (self.fixed.index_theta + moved), 0.0)
        stressed = self.fixed.stressed + puts.stressed[:, None] + calls.stressed
        stressed = stressed + units * self.unit.stressed
        kept = (
            credit >= units * self.unit.cost * rules.financing,
            is_near & is_narrow,
            theta >= least,
            stressed >= self.before,
        )
        fixed = self.fixed.at_band + units * self.unit.at_band
        at_band = fixed[:, None, None] + puts.at_band[:, :, None] + calls.at_band[:, None, :]
        return _Judged(kept, np.asarray((at_band >= -_CENT).all(0)), credit, theta, stressed)

    def c1_rooms(self, places: Places, units: int) -> list[float]:
        """Room by which C-1 holds after each pair; NaN where it cannot be said."""
        count = len(places)
        both = joined(self.legs, replace(self.hedge, quantity=units * self.hedge.quantity))
        strike, vol, entry = (
            np.repeat(np.asarray(one)[None], count, axis=0)
            for one in (both.strike, both.volatility, both.entry_price)
        )
        chosen = ((self.sold.put, self.puts), (self.sold.call, self.calls))
        for (leg, side), pick in zip(chosen, places.T, strict=True):
            strike[:, leg], vol[:, leg] = side.strike[pick], side.volatility[pick]
            entry[:, leg] = side.entry[pick]
        book = replace(both, strike=strike, volatility=vol, entry_price=entry, entry_extrinsic=None)
        roots = break_evens(book, self.market, self.curve)
        around = Band(roots.down, roots.up)
        vol_inner = np.asarray(self.rules.inner_vol)
        tested = corridor(around, self.market.spot, roots.sessions, vol_inner, vol_inner)
        return [float(room) for room in tested.c1_room]

    def found(
        self, reason: TrimReason, units: int, place: tuple[int, int], judged: _Judged
    ) -> Trim:
        put, call = place
        return Trim(
            reason, units, float(self.puts.strike[put]), float(self.calls.strike[call]),
            float(self.puts.inward[put] + self.calls.inward[call]), float(judged.credit[place]),
            units * self.unit.cost * self.rules.financing, float(judged.theta[place]), self.before,
            float(judged.stressed[place]), float("nan"), judged.passed,
        )  # fmt: skip

    def without(self, reason: TrimReason, passed: tuple[int, int, int, int, int]) -> Trim:
        """No trade: the book stays as it is."""
        return self.found(reason, 0, (0, 0), self.judged(0))._replace(passed=passed)


def _side(leg: Legs, market: Market, listed: Listed, moves: tuple[Move, Move]) -> _Side:
    """The leg as it stands, and at every listed strike farther in."""
    right = float(leg.right[0])
    strikes = np.asarray(listed.strike, dtype=np.float64)
    inward = -right * (strikes - leg.strike[0])
    is_farther = inward > 0.0
    strike = np.append(leg.strike, strikes[is_farther])
    vol = np.append(leg.volatility, np.asarray(listed.volatility)[is_farther])
    one = replace(leg, strike=strike, volatility=vol)
    price = leg_price(one)
    entry = leg.entry_price + price - price[0]
    one = replace(one, entry_price=entry, entry_extrinsic=None)
    found = measure_legs(one, market)
    delta = found.delta / one.size
    return _Side(
        strike, vol, entry, np.append(0.0, inward[is_farther]), delta,
        -sized(one, price - price[0]), found.theta, *(profit(one, market, move) for move in moves),
    )  # fmt: skip


def _fixed(legs: Legs, market: Market, moves: tuple[Move, Move], curve: VixCurve | None) -> _Fixed:
    stressed, at_band = (profit(legs, market, move, curve).sum(-1) for move in moves)
    theta = measure_legs(legs, market).theta
    return _Fixed(
        float(sized(legs, leg_price(legs)).sum()),
        float(theta.sum()),
        float(np.where(legs.is_index, theta, 0.0).sum()),
        float(stressed),
        at_band,
    )
