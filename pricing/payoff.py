"""Weighted break-evens: where the whole position is square at the nearest condor expiry.

Condors at what they pay there, hedges by Black-76 on the mapped future, all against entry prices.
Every root is published.

Source:
    Methodology 3.3 and 3.4.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pricing.board import Bools, Codes, Floats
from pricing.curve import SESSIONS_PER_YEAR
from pricing.legs import Legs, Market
from pricing.moves import VixCurve, mapped_move, profit

Places = NDArray[np.intp]

LOWEST, HIGHEST = 0.3, 2.0  # of spot: beyond, no map of spot to VIX has been measured
_NODES = 129
_FINE = 33
_DEPTH = 4  # a pair of roots a thousandth of a point apart is still found
_ROWS = 64  # sessions at a time, so that a scan stays in tens of megabytes


class BreakEvenReason(IntEnum):
    """Why a position has no lower or upper break-even; where several hold, the highest.

    ``ONE_SIDED``: it has one of the two, the other lies beyond 0.3 or 2 times spot or nowhere.
    ``LOSES_AT_CENTER``: between its short strikes it loses. ``UNKNOWN_LEG``: a leg without value.
    """

    OK = 0
    ONE_SIDED = 1
    NO_ROOT = 2
    LOSES_AT_CENTER = 3
    NO_EXPIRY = 4
    UNKNOWN_LEG = 5


@dataclass(frozen=True, slots=True)
class BreakEvens:
    """Roots of a position's profit over the S&P 500 at the nearest condor expiry.

    Attributes:
        roots: all between 0.3 and 2 times spot, ascending, last axis roots; NaN after the last.
        down: nearest below the center [index points].
        up: nearest above it [index points].
        center: middle of the innermost short strikes, else spot [index points].
        at_center: profit there [dollars].
        sessions: to the expiry [sessions].
        reason: a ``BreakEvenReason`` each.
    """

    roots: Floats
    down: Floats
    up: Floats
    center: Floats
    at_center: Floats
    sessions: Floats
    reason: Codes


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def nearest_expiry(legs: Legs) -> Floats:
    """Sessions to the nearest expiry of S&P 500 options held; NaN without one."""
    is_held = legs.is_index & (legs.quantity != 0.0) & (legs.years >= 0.0)
    years = np.where(is_held, legs.years, np.inf).min(-1)
    return np.where(np.isfinite(years), years * SESSIONS_PER_YEAR, np.nan)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def profit_at_expiry(
    legs: Legs, market: Market, spot: Floats, curve: VixCurve | None = None
) -> Floats:
    """Profit of the whole position at the nearest condor expiry.

    Args:
        legs: the book, last axis legs.
        market: levels of the day.
        spot: S&P 500 at that expiry; broadcasts with the axes before the legs' [index points].
        curve: where VIX futures roll to; none leaves each where it is.

    Returns:
        Since entry [dollars]; NaN where a leg's part is unknown.
    """
    ret = np.log(np.asarray(spot, dtype=np.float64) / market.spot)
    gains = profit(legs, market, mapped_move(ret, nearest_expiry(legs)), curve)
    return np.asarray(gains.sum(-1))


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def break_evens(legs: Legs, market: Market, curve: VixCurve | None = None) -> BreakEvens:
    """Every level of the S&P 500 at which the position is square at the nearest condor expiry.

    A scan over 129 levels and all strikes brackets the roots, finer and finer where the profit
    turns back before zero; bracketed root finding does the rest.

    Args:
        legs: the book, or a book a session: first axis sessions, last axis legs.
        market: levels of each session.
        curve: where VIX futures roll to, the same first axis; none leaves each where it is.
    """
    count = legs.kind.shape[0] if legs.kind.ndim > 1 else 1
    book = legs if legs.kind.ndim > 1 else legs.rows(np.newaxis)
    day = Market(*(np.broadcast_to(np.asarray(one, dtype=np.float64), (count,)) for one in market))
    position = _Position(book, day, _per_row(curve, count))
    rows, roots = position.roots()
    found = _published(position, rows, roots)
    if legs.kind.ndim > 1:
        return found
    return BreakEvens(*(getattr(found, name)[0] for name in BreakEvens.__slots__))


def _per_row(curve: VixCurve | None, count: int) -> VixCurve | None:
    if curve is None:
        return None
    nodes = (np.atleast_1d(np.asarray(one, dtype=np.float64)) for one in curve)
    return VixCurve(*(np.broadcast_to(one, (count, one.shape[-1])) for one in nodes))


@dataclass(frozen=True, slots=True)
class _Position:
    """Books of several sessions, and their profit at any spot."""

    legs: Legs
    market: Market
    curve: VixCurve | None

    def at(self, rows: Places, spot: Floats) -> Floats:
        """Profit of these rows; ``spot`` has one row each, and may have levels after it."""
        extra = (slice(None), *(None for _ in range(spot.ndim - 1)))
        some = self.legs.rows((rows, *extra[1:]))
        day = Market(*(one[rows][extra] for one in self.market))
        curve = self.curve and VixCurve(*(one[rows][extra] for one in self.curve))
        return profit_at_expiry(some, day, spot, curve)

    def roots(self) -> tuple[Places, Floats]:
        """Row and level of every root, by row and then by level."""
        # SciPy takes 0.2 s to import; whoever prices nothing does not pay it.
        from scipy.optimize import elementwise  # noqa: PLC0415

        parts = [self._scanned(part) for part in _blocks(self.market.spot.size)]
        zero_rows, zeros, rows, low, high = (
            np.concatenate(one) for one in zip(*parts, strict=True)
        )
        if rows.size:
            find_root: Any = elementwise.find_root  # its stub knows no further arguments

            def at(spot: Floats, row: Floats) -> Floats:
                return self.at(row.astype(np.intp), spot)

            found = find_root(at, (low, high), args=(rows.astype(np.float64),))
            zero_rows, zeros = np.append(zero_rows, rows), np.append(zeros, found.x)
        order = np.lexsort((zeros, zero_rows))
        return zero_rows[order].astype(np.intp), zeros[order]

    def _scanned(self, rows: Places) -> tuple[Places, Floats, Places, Floats, Floats]:
        """Levels at which the profit is exactly zero, and brackets in which it changes sign."""
        spot = self.market.spot[rows, None]
        even = spot * np.linspace(LOWEST, HIGHEST, _NODES)
        some = self.legs.rows(rows)
        is_kink = some.is_index & (some.strike > LOWEST * spot) & (some.strike < HIGHEST * spot)
        grid = np.sort(np.concatenate((even, np.where(is_kink, some.strike, spot)), axis=-1))
        value = self.at(rows, grid)
        parts = [_crossings(rows, grid, value)]
        for _ in range(_DEPTH):
            line, place = np.nonzero(_turns_back(value))
            if not line.size:
                break
            low, high = grid[line, place], grid[line, place + 2]
            grid = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, _FINE)
            rows = rows[line]
            value = self.at(rows, grid)
            parts.append(_crossings(rows, grid, value))
        zero_rows, zeros, at, lows, highs = (
            np.concatenate(one) for one in zip(*parts, strict=True)
        )
        return zero_rows, zeros, at, lows, highs


def _blocks(count: int) -> list[Places]:
    return [np.arange(n, min(n + _ROWS, count)) for n in range(0, count, _ROWS)]


def _crossings(
    rows: Places, grid: Floats, value: Floats
) -> tuple[Places, Floats, Places, Floats, Floats]:
    """Ends of exact zeros, and neighbors of opposite sign; of flat zeros only the ends."""
    sign = np.sign(value)
    is_edge = np.zeros(value.shape, dtype=bool)
    is_edge[:, 1:] |= sign[:, :-1] != 0.0
    is_edge[:, :-1] |= sign[:, 1:] != 0.0
    zero_line, zero_place = np.nonzero(is_edge & (sign == 0.0))
    line, place = np.nonzero(sign[:, :-1] * sign[:, 1:] < 0.0)
    zeros = (rows[zero_line], grid[zero_line, zero_place])
    return (*zeros, rows[line], grid[line, place], grid[line, place + 1])


def _turns_back(value: Floats) -> Bools:
    """Where three neighbors share a sign and the middle one is so low that zero may lie between."""
    before, middle, after = (np.abs(one) for one in (value[:, :-2], value[:, 1:-1], value[:, 2:]))
    sign = np.sign(value)
    is_alike = (sign[:, :-2] == sign[:, 1:-1]) & (sign[:, 1:-1] == sign[:, 2:])
    rise = np.maximum(before, after) - middle
    is_least = (middle <= before) & (middle <= after) & (middle <= rise)
    return np.asarray(is_alike & is_least & (middle > 0.0))


def _center(legs: Legs, spot: Floats) -> Floats:
    """Middle between the highest put sold and the lowest call sold at the nearest expiry."""
    years = nearest_expiry(legs)[..., None] / SESSIONS_PER_YEAR
    is_short = legs.is_index & (legs.quantity < 0.0) & np.isclose(legs.years, years, atol=1e-9)
    put = np.where(is_short & (legs.right == -1.0), legs.strike, -np.inf).max(-1)
    call = np.where(is_short & (legs.right == 1.0), legs.strike, np.inf).min(-1)
    middle = 0.5 * (put + call)
    return np.where(np.isfinite(middle), middle, spot)


def _published(position: _Position, rows: Places, roots: Floats) -> BreakEvens:
    """Roots a row, and the two around the center where the position gains there."""
    count = position.market.spot.size
    same = (np.diff(rows) == 0) & (np.diff(roots) == 0.0)
    is_new = np.append(np.ones(min(rows.size, 1), dtype=bool), ~same)
    rows, roots = rows[is_new], roots[is_new]
    number = np.arange(rows.size) - np.searchsorted(rows, rows)
    table = np.full((count, int(number.max(initial=-1)) + 1), np.nan)
    table[rows, number] = roots
    everyone = np.arange(count)
    center = _center(position.legs, position.market.spot)
    at_center = position.at(everyone, center)
    gains = (at_center > 0.0)[:, None]
    down = np.where(gains & (table < center[:, None]), table, -np.inf).max(-1, initial=-np.inf)
    up = np.where(gains & (table > center[:, None]), table, np.inf).min(-1, initial=np.inf)
    sessions = nearest_expiry(position.legs)
    reason = np.full(count, BreakEvenReason.OK, dtype=np.uint8)
    reason[~np.isfinite(down) | ~np.isfinite(up)] = BreakEvenReason.ONE_SIDED
    reason[~np.isfinite(down) & ~np.isfinite(up)] = BreakEvenReason.NO_ROOT
    reason[at_center <= 0.0] = BreakEvenReason.LOSES_AT_CENTER
    reason[np.isnan(at_center)] = BreakEvenReason.UNKNOWN_LEG
    reason[np.isnan(sessions)] = BreakEvenReason.NO_EXPIRY
    lower, upper = (np.where(np.isfinite(one), one, np.nan) for one in (down, up))
    return BreakEvens(table, lower, upper, center, at_center, sessions, reason)
