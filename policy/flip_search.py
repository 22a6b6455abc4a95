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
from policy.conditions import Comparison, Condition, Driver, Flagged, SignChanged, leaves
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
# The finest step that a reader is shown, by unit; of a whole number it is one.
_STEP = {Unit.DECIMAL: Decimal("0.0001"), Unit.RATIO: Decimal("0.001")}
_USUAL_STEP = Decimal("0.01")
_DIGITS = 6  # of a value between two cuts, so that it can be typed


def cuts(policy: Policy) -> dict[str, tuple[Cut, ...]]:
    """By column that the policy's conditions and axes read, where its line is cut, ascending."""
    found: dict[str, set[Cut]] = {}
    for axis in (policy.axes.row, policy.axes.column):
        edges = found.setdefault(axis.column.column.name, set())
        edges.update(Cut(edge, is_beyond=True) for edge in axis.edges)
    for stated in policy.conditions():
        for leaf in leaves(stated):
            if cut := _cut_by(leaf):
                driver, threshold, sides = cut
                at = found.setdefault(driver.column.name, set())
                at.update(Cut(threshold, side) for side in sides)
    return {name: tuple(sorted(ats, key=lambda at: (at.threshold, not at.is_beyond)))
            for name, ats in found.items()}  # fmt: skip


def _cut_by(leaf: Condition) -> tuple[Driver, float, tuple[bool, ...]] | None:
    """The column that a simple condition reads, where it changes, and on which sides of that."""
    match leaf:
        case Comparison(column=driver, op=op):
            return driver, leaf.threshold, _CUTS_OF[op]
        case Flagged(column=driver):
            return driver, 1.0, (True,)
        case SignChanged(sign_changed=driver):
            return driver, 0.0, (True, False)
        case _:
            return None


def searched(policy: Policy) -> dict[Place, tuple[Cut, ...]]:
    """The drivers whose values are searched, each with its cuts, in the order of the policy."""
    known = places()
    return {known[name]: ats for name, ats in cuts(policy).items()}


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

    def flips(self, place: Place, ats: tuple[Cut, ...]) -> list[Flip]:
        """The nearest flip of one driver on each side, none where nothing plausible is one.

        Args:
            place: the driver; where it is unknown nothing lies on a side of it.
            ats: where its line is cut.
        """
        now = self.morning.value(place)
        if now is None or not math.isfinite(now):
            return []
        both = (self._nearest(place, ats, now, is_up=is_up) for is_up in (True, False))
        return [flip for flip in both if flip is not None]

    def _nearest(
        self, place: Place, ats: tuple[Cut, ...], now: float, *, is_up: bool
    ) -> Flip | None:
        same = recommendation(self.row)
        for cut, example in beyond(place, ats, now, is_up=is_up):
            there = walked_at(self.judge, self.morning.having([Change(place, example)]))
            row = _row(self.judge, there, self.layer)
            if recommendation(row) != same:
                is_at, moves = cut.is_beyond is is_up, _moves(self.walked, place, cut.threshold)
                return Flip(place, now, is_up, cut.threshold, is_at, example, moves, row)
        return None


def _row(judge: Judge, walked: pl.DataFrame, layer: str) -> Row:
    """The decision's row of a layer from its row of the walked market."""
    (decision,) = judge.compute(hedge_decision(judge.policy, walked.lazy()))
    return next(row for row in decision.iter_rows(named=True) if row["layer_id"] == layer)


def _moves(here: pl.DataFrame, place: Place, threshold: float) -> float | None:
    """From a driver's value to a threshold in typical daily moves, as everywhere."""
    driver = Driver(place.tables[0], place.column)
    moves: list[float | None] = here.select(distance(driver, threshold)).to_series().to_list()
    return moves[0]


def beyond(
    place: Place, ats: tuple[Cut, ...], now: float, *, is_up: bool
) -> Iterator[tuple[Cut, float]]:
    """Each cut on one side, from the nearest on, with a plausible value right behind it."""
    passed = sum(_is_passed(cut, now) for cut in ats)
    order = range(passed, len(ats)) if is_up else range(passed - 1, -1, -1)
    for number in order:
        value = _behind(place, ats, number, is_up=is_up)
        if value is not None and _is_plausible(place, value):
            yield ats[number], value


def _is_passed(cut: Cut, value: float) -> bool:
    return value >= cut.threshold if cut.is_beyond else value > cut.threshold


def _behind(place: Place, ats: tuple[Cut, ...], number: int, *, is_up: bool) -> float | None:
    """A value right behind a cut and before the next; null where a whole number has no room."""
    cut, step = ats[number], _step(place)
    exact = Decimal(str(cut.threshold))
    is_at = cut.is_beyond is is_up
    if place.is_whole:
        whole = math.ceil(exact) if is_up else math.floor(exact)
        value = float(whole if is_at or whole != exact else whole + (1 if is_up else -1))
    else:
        value = cut.threshold if is_at else float(exact + (step if is_up else -step))
    wanted = number + 1 if is_up else number  # cuts passed there
    if sum(_is_passed(one, value) for one in ats) == wanted:
        return value
    if place.is_whole:
        return None
    following = ats[number + (1 if is_up else -1)].threshold
    return round((cut.threshold + following) / 2.0, _DIGITS)


def _step(place: Place) -> Decimal:
    return Decimal(1) if place.is_whole else _STEP.get(place.column.unit, _USUAL_STEP)


def _is_plausible(place: Place, value: float) -> bool:
    low, high = (0.0, 1.0) if place.is_flag else (place.column.ge, place.column.le)
    return (low is None or value >= low) and (high is None or value <= high)
