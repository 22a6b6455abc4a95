"""The matrix's two axes as the policy chose them: which column, its value today, its edges.

Read from the matrix rule's own condition rows, so that what is printed is what was banded.
"""

import re
from dataclasses import dataclass

from briefing.labels import unit_of
from briefing.rows import BriefingError, Row, Rows, as_float, as_text
from schemas.model import Unit

# How the evaluation opens the text of an axis' condition: what it is called, then its column.
_OPENS = {"row": "matrix row (", "column": "matrix column ("}
_EDGES = re.compile(r"bands meet at ([^)]*)\)")
_PERCENT = 100.0  # policies write decimals as percent, the only word that they have for them
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Axis:
    """One axis: ``row`` or ``column``, the column banded, today's value and the bands' edges.

    Value and edges are in the column's own unit; the value is none where it is unknown.
    """

    name: str
    column: str
    value: float | None
    edges: tuple[float, ...]


def axes_of(rows: Rows) -> tuple[Axis, ...]:
    """The matrix's axes at the session, the row's first; none where no rule was evaluated."""
    evaluated = rows.at("mart_rule_evaluation_daily", rows.session)
    return tuple(
        _axis(name, row) for name in _OPENS for row in evaluated if is_axis(row, name)
    )  # fmt: skip


def is_axis(row: Row, name: str) -> bool:
    """Whether an evaluated condition is the matrix rule's on that axis."""
    text = as_text(row["condition_text"])
    return row["family"] == "driver" and bool(row["driver_column"]) and text.startswith(_OPENS[name])  # fmt: skip


def matrix_rule(evaluated: list[Row]) -> str:
    """The rule that moves the multipliers by the matrix; empty where it was not evaluated."""
    found = [row for row in evaluated if any(is_axis(row, name) for name in _OPENS)]
    return as_text(found[0]["rule_id"]) if found else ""


def _axis(name: str, row: Row) -> Axis:
    column = as_text(row["driver_column"])
    stated = _EDGES.search(as_text(row["condition_text"]))
    edges = stated.group(1).split(" / ") if stated else []
    return Axis(
        name, column, as_float(row["driver_value"]), tuple(_edge(text, column) for text in edges)
    )


def _edge(text: str, column: str) -> float:
    """An edge as the policy writes it, with its unit, in the column's own: 14 % is 0.14.

    Raises:
        BriefingError: the text holds no number.
    """
    found = _NUMBER.search(text)
    if found is None:
        raise BriefingError(f"{column}: edge {text!r}: a number with its unit was expected")
    value = float(found.group())
    return value / _PERCENT if unit_of(column) is Unit.DECIMAL else value
