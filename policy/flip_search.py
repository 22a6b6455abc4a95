"""How far a driver must go, alone and at one session, before a layer is told something else.

A decision can only change where some condition does, and a condition only at the values that the
policy states of its column. These cut the line into pieces; in each piece the decision is one and
the same, so one value of it, walked, speaks for all.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl

from policy.asked import Change, Place, places
from policy.conditions import Compared, Comparison, Condition, Driver, Flagged, SignChanged, leaves
from policy.decide import hedge_decision
from policy.evaluate import distance
from policy.model import Policy
from policy.whatif import Judge, Morning, walked_at
from schemas.frames import Operator
from schemas.model import Unit

Row = dict[str, Any]


class Cut(NamedTuple):
    """A value at which some condition on a column changes, in the column's unit.

    ``is_beyond`` says that the value itself is on the upper side.
    """

    threshold: float
    is_beyond: bool


class Line(NamedTuple):
    """A driver as the policy reads it, and where the policy cuts its line, ascending."""

    place: Place
    driver: Driver
    cuts: tuple[Cut, ...]


@dataclass(frozen=True)
class Told:
    """What a layer is told; two of these are the same recommendation where they are equal."""

    action: str
    units: int
    state: str | None  # the Second Engine's, null on every other layer


@dataclass(frozen=True)
class Flip:
    """The nearest value on one side of a driver at which a layer is told something else.

    Attributes:
        place: the driver.
        now: its value, in its own unit.
        is_up: on which side.
        threshold: where it flips, in the driver's unit.
        is_at: whether it flips at the threshold itself, else just beyond it.
        example: a value that does it, short enough to type.
        moves: from now to the threshold, in typical daily moves [ratio]; null where none is known.
        row: the decision's row with the driver there.
    """

    place: Place
    now: float
    is_up: bool
    threshold: float
    is_at: bool
    example: float
    moves: float | None
    row: Row


_CUTS_OF: dict[Operator, tuple[bool, ...]] = {
    ">": (False,), "<=": (False,), ">=": (True,), "<": (True,),
    "=": (True, False), "!=": (True, False),
}  # fmt: skip
_MIRRORED: dict[Operator, Operator] = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "=", "!=": "!="}  # fmt: skip
_CutBy = tuple[Driver, float, tuple[bool, ...]]
# The finest step that a reader is shown, by unit; of a whole number it is one.
_STEP = {Unit.DECIMAL: Decimal("0.0001"), Unit.RATIO: Decimal("0.001")}
_USUAL_STEP = Decimal("0.01")
_DIGITS = 6  # of a value between two cuts, so that it can be typed


def lines(policy: Policy, morning: Morning) -> tuple[Line, ...]:
    """Every column that the policy's conditions and axes read, with its cuts, in their order.

    A column that is compared with another is cut at what the other one is at the session.
    """
    found: dict[str, tuple[Driver, set[Cut]]] = {}
    for driver, threshold, sides in _cuts(policy, morning):
        _, cuts = found.setdefault(driver.column.name, (driver, set()))
        cuts.update(Cut(threshold, is_beyond) for is_beyond in sides)
    known = places()
    return tuple(
        Line(known[name], driver, tuple(sorted(cuts, key=lambda cut: (cut.threshold, not cut.is_beyond))))
        for name, (driver, cuts) in found.items()
    )  # fmt: skip


def _cuts(policy: Policy, morning: Morning) -> Iterator[_CutBy]:
    for axis in (policy.axes.row, policy.axes.column):
        yield from ((axis.column, edge, (True,)) for edge in axis.edges)
    for stated in policy.conditions():
        for leaf in leaves(stated):
            yield from _cut_by(leaf, morning)


def _cut_by(leaf: Condition, morning: Morning) -> Iterator[_CutBy]:
    """The columns that a simple condition reads, where it changes, and on which sides of that."""
    match leaf:
        case Comparison(column=driver, op=op, exit=leave):
            yield driver, leaf.threshold, _CUTS_OF[op]
            if leave is not None:
                yield driver, leave.in_unit(driver.column.unit), _CUTS_OF[op]
        case Compared(column=driver, op=op, than=other):
            for one, against, as_seen in ((driver, other, op), (other, driver, _MIRRORED[op])):
                value = morning.at(against)
                if value is not None:
                    yield one, value, _CUTS_OF[as_seen]
        case Flagged(column=driver):
            yield driver, 1.0, (True,)
        case SignChanged(sign_changed=driver):
            yield driver, 0.0, (True, False)
        case _:
            pass


def recommendation(row: Row) -> Told:
    """What a row of the decision tells the layer to do."""
    state = row["se_state"]
    return Told(str(row["action"]), int(str(row["units_after"])), state and str(state))


@dataclass(frozen=True)
class Search:
    """A layer's recommendation at a session as it is, from which flips are searched.

    Attributes:
        judge: who decides.
        morning: the session.
        layer: whose recommendation is meant.
        walked: the session's row of the walked market.
        row: the layer's row of the decision.
    """

    judge: Judge
    morning: Morning
    layer: str
    walked: pl.DataFrame
    row: Row

    @classmethod
    def of(cls, judge: Judge, morning: Morning, layer: str) -> "Search":
        """The search from what is decided with every driver as it is."""
        walked = walked_at(judge, morning)
        return cls(judge, morning, layer, walked, _row(judge, walked, layer))

    def flips(self, line: Line) -> list[Flip]:
        """The nearest flip of one driver on each side, none where nothing plausible is one.

        Where the driver is unknown nothing lies on a side of it.
        """
        now = self.morning.value(line.place)
        if now is None:
            return []
        both = (self._nearest(line, now, is_up=is_up) for is_up in (True, False))
        return [flip for flip in both if flip is not None]

    def _nearest(self, line: Line, now: float, *, is_up: bool) -> Flip | None:
        place, same = line.place, recommendation(self.row)
        for cut, example in beyond(line, now, is_up=is_up):
            there = walked_at(self.judge, self.morning.having([Change(place, example)]))
            row = _row(self.judge, there, self.layer)
            if recommendation(row) != same:
                is_at, moves = cut.is_beyond is is_up, self._moves(line, cut.threshold)
                return Flip(place, now, is_up, cut.threshold, is_at, example, moves, row)
        return None

    def _moves(self, line: Line, threshold: float) -> float | None:
        """From a driver's value to a threshold in typical daily moves, as everywhere."""
        away = distance(line.driver, threshold)
        moves: list[float | None] = self.walked.select(away).to_series().to_list()
        return moves[0]


def _row(judge: Judge, walked: pl.DataFrame, layer: str) -> Row:
    """The decision's row of a layer from its row of the walked market."""
    (decision,) = judge.compute(hedge_decision(judge.policy, walked.lazy()))
    return next(row for row in decision.iter_rows(named=True) if row["layer_id"] == layer)


def beyond(line: Line, now: float, *, is_up: bool) -> Iterator[tuple[Cut, float]]:
    """Each cut on one side, from the nearest on, with a plausible value right behind it."""
    passed = sum(_is_passed(cut, now) for cut in line.cuts)
    order = range(passed, len(line.cuts)) if is_up else range(passed - 1, -1, -1)
    for number in order:
        value = _behind(line.place, line.cuts, number, is_up=is_up)
        if value is not None and _is_plausible(line.place, value):
            yield line.cuts[number], value


def _is_passed(cut: Cut, value: float) -> bool:
    return value >= cut.threshold if cut.is_beyond else value > cut.threshold


def _behind(place: Place, cuts: tuple[Cut, ...], number: int, *, is_up: bool) -> float | None:
    """A value right behind a cut and before the next; null where a whole number has no room."""
    cut, step = cuts[number], _step(place)
    exact = Decimal(str(cut.threshold))
    is_at = cut.is_beyond is is_up
    if place.is_whole:
        whole = math.ceil(exact) if is_up else math.floor(exact)
        value = float(whole if is_at or whole != exact else whole + (1 if is_up else -1))
    else:
        value = cut.threshold if is_at else float(exact + (step if is_up else -step))
    wanted = number + 1 if is_up else number  # cuts passed there
    if sum(_is_passed(one, value) for one in cuts) == wanted:
        return value
    if place.is_whole:
        return None
    following = cuts[number + (1 if is_up else -1)].threshold
    return round((cut.threshold + following) / 2.0, _DIGITS)


def _step(place: Place) -> Decimal:
    return Decimal(1) if place.is_whole else _STEP.get(place.column.unit, _USUAL_STEP)


def _is_plausible(place: Place, value: float) -> bool:
    low, high = (0.0, 1.0) if place.is_flag else (place.column.ge, place.column.le)
    return (low is None or value >= low) and (high is None or value <= high)
