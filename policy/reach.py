"""Whether a condition can come true at all, and whether it can fail: by trying what could decide.

Thresholds cut each column into points and stretches between them; within one, every comparison
answers alike. So a few values per column stand for all that it can take, and whatever is not a
comparison is tried both ways. How columns depend on each other is not known here.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product
from math import inf
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

from policy.conditions import (
    BucketIn,
    Comparison,
    Condition,
    Driver,
    Flagged,
    NotEvaluated,
    leaves,
    needed,
    parts,
)
from policy.entries import Axes

_MOST_TRIED = 50_000  # combinations; beyond them nothing is claimed
_OPERATORS = {">": gt, ">=": ge, "<": lt, "<=": le, "=": eq, "!=": ne}


class Reach(NamedTuple):
    """Whether some state of the market makes a condition true, and whether some makes it false."""

    can_hold: bool
    can_fail: bool


def reach(condition: Condition, axes: Axes, *, wait: bool = True) -> Reach:
    """What a condition can come to, over every state that its columns can be in.

    Args:
        condition: any.
        axes: of the matrix, whose bands are bounds of a column too.
        wait: whether what is not evaluated yet may come true one day; else it never does.
    """
    columns, others = _asked(condition, axes)
    choices = [_stretches(driver, edges) for driver, edges in columns.items()]
    tries = 2 ** len(others)
    for values in choices:
        tries *= len(values)
    if tries > _MOST_TRIED:
        return Reach(can_hold=True, can_fail=True)
    seen: set[bool] = set()
    for state in product(*choices, *([True, False] for _ in others)):
        market = dict(zip([*(str(driver) for driver in columns), *others], state, strict=True))
        seen.add(_truth(condition, axes, market, wait=wait))
    return Reach(can_hold=True in seen, can_fail=False in seen)


def bands_met(axes: Axes) -> Iterator[tuple[str, str]]:
    """The pairs of row and column band that some state of the market can be in."""
    same = str(axes.row.column) == str(axes.column.column)
    for row, column in product(axes.row.ids, axes.column.ids):
        wanted = [BucketIn.model_validate({"axis": axis, "in": [band]})
                  for axis, band in (("row", row), ("column", column))]  # fmt: skip
        rows, columns = (_values_in(one, axes) for one in wanted)
        if (set(rows) & set(columns)) if same else (rows and columns):
            yield row, column


def _values_in(condition: BucketIn, axes: Axes) -> list[float]:
    """Of the values that stand for all of the axis' column, those in the bands."""
    axis = getattr(axes, condition.axis)
    edges = list(axis.edges)
    other = axes.column if condition.axis == "row" else axes.row
    if str(other.column) == str(axis.column):
        edges += other.edges
    return [value for value in _stretches(axis.column, edges)
            if _band(axis.edges, value) in [axis.ids.index(one) for one in condition.bands]]  # fmt: skip


def _asked(condition: Condition, axes: Axes) -> tuple[dict[Driver, list[float]], list[str]]:
    """Each column with the values at which an answer changes, and what else there is to decide."""
    columns: dict[Driver, list[float]] = {}
    others: list[str] = []
    for leaf in leaves(condition):
        match leaf:
            case Comparison(column=driver):
                columns.setdefault(driver, []).append(leaf.threshold)
            case BucketIn(axis=axis):
                of = getattr(axes, axis)
                columns.setdefault(of.column, []).extend(of.edges)
            case Flagged(column=driver):
                columns.setdefault(driver, []).extend((0.0, 1.0))
            case NotEvaluated():
                pass
            case _:
                others.append(_name(leaf))
    return columns, list(dict.fromkeys(others))


def _stretches(driver: Driver, edges: Iterable[float]) -> list[float]:
    """A value for every point and every stretch that the edges leave of a column's range."""
    column = driver.column
    low = -inf if column.ge is None else column.ge
    high = inf if column.le is None else column.le
    if str(column.dtype) == "Boolean":
        return [0.0, 1.0]
    points = sorted({edge for edge in edges if low <= edge <= high} | {low, high} - {-inf, inf})
    values = list(points)
    if column.dtype.is_integer():
        values += [point + side for point in points for side in (-1.0, 1.0)]
    else:
        values += [(one + two) / 2 for one, two in pairwise(points)]
        values += [points[0] - 1.0, points[-1] + 1.0] if points else [0.0]
    return sorted({value for value in values if low <= value <= high})


def _band(edges: tuple[float, ...], value: float) -> int:
    return sum(value >= edge for edge in edges)


def _name(leaf: Condition) -> str:
    return leaf.model_dump_json(by_alias=True)


def _truth(
    condition: Condition, axes: Axes, values: Mapping[str, float | bool], *, wait: bool
) -> bool:
    """A condition in one state of the market."""
    if inside := parts(condition):
        held = sum(_truth(part, axes, values, wait=wait) for part in inside)
        return held >= needed(condition)
    match condition:
        case Comparison(column=driver, op=op):
            return bool(_OPERATORS[op](values[str(driver)], condition.threshold))
        case Flagged(column=driver, is_=wanted):
            return bool(values[str(driver)]) == wanted
        case BucketIn(axis=axis, bands=bands):
            of = getattr(axes, axis)
            return of.ids[_band(of.edges, float(values[str(of.column)]))] in bands
        case NotEvaluated():
            return wait
        case _:
            return bool(values[_name(condition)])
