"""What a quantity of the methodology is: where it stands, how it is made, what supports it."""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["A", "B", "C", "D"]
Role = Literal["DRIVER", "MODIFIER", "GATE", "GAUGE"]


@dataclass(frozen=True)
class Measure:
    """One quantity of the methodology, computed, and the only statement of what supports it.

    Attributes:
        id: the methodology's own, such as ``M-GAP30``.
        term: what the field calls it.
        table: the table that holds it.
        column: its column there; the column has unit, bounds and null rule.
        section: of the methodology, such as ``1.6``.
        formula: in one line, with the columns' names.
        source: the paper, exchange or agency behind the formula.
        grade: of the evidence, A to D; see ``docs/glossary.md``.
        role: what it may do to a recommendation by default.
        inputs: series of the catalogue it is made from, direct or not.
        caution: the evidence against it, or its limits; empty where there is none to state.
    """

    id: str
    term: str
    table: str
    column: str
    section: str
    formula: str
    source: str
    grade: Grade
    role: Role
    inputs: tuple[str, ...]
    caution: str = ""


@dataclass(frozen=True)
class NotUsed:
    """A quantity that the methodology or the seed names and the product does not compute, and why."""

    id: str
    term: str
    section: str
    reason: str


def measures_of(
    table: str, grade: Grade, role: Role, inputs: tuple[str, ...], *rows: tuple[str, ...]
) -> tuple[Measure, ...]:
    """Measures of one table, grade and role.

    Args:
        table: that holds them.
        grade: of the evidence.
        role: by default.
        inputs: series that all of them are made from.
        rows: of each measure id, term, column, section, formula, source and, where there is one,
            caution.
    """
    return tuple(
        Measure(name, term, table, column, section, formula, source, grade, role, inputs,
                *caution)
        for name, term, column, section, formula, source, *caution in rows
    )  # fmt: skip
