"""How a decision is said in one line, and values and rows beside it, for a terminal."""

from collections.abc import Sequence
from datetime import date
from textwrap import wrap
from typing import Any, NamedTuple

import polars as pl

from briefing import formats
from briefing.labels import unit_of
from briefing.rows import Row, as_float, as_text
from schemas.columns import COLUMNS

VERSION = "1.0"
"""Of the JSON; a key that is taken away or changes its meaning changes the first number."""

FIELDS = ("action", "units_before", "units_after", "multiplier_before", "multiplier_cell",
           "multiplier_target", "multiplier_after", "se_state", "reason_code", "rule_id",
           "row_bucket", "column_bucket", "signers_signed", "quorum", "cooldown_sessions")  # fmt: skip
_WIDTH = 100  # characters of a line of prose


class Told(NamedTuple):
    """For whom: source, session and layer."""

    source: str
    session: date
    layer: str
    notes: tuple[str, ...] = ()


def heading(told: Told) -> dict[str, Any]:
    """For whom, for a machine."""
    return {"source": told.source, "session": told.session.isoformat(), "layer": told.layer}


def said(row: Row) -> str:
    """A decision in one line: the action, from what to what, why, by which rule, who signed."""
    parts = [
        f"{as_text(row['action']).upper()} {_size(row)}",
        _reason(row),
        as_text(row["rule_id"]),
    ]
    if row["quorum"] and row["signers_signed"] is not None:
        parts.append(f"{row['signers_signed']} signed, {row['quorum']} needed")
    return "; ".join(part for part in parts if part)


def _size(row: Row) -> str:
    after = as_float(row["multiplier_after"])
    if after is None:
        return f"Second Engine {as_text(row['se_state']) or formats.NO_DATA}"
    moved = row["units_before"] != row["units_after"]
    units = f"{row['units_before']} to {row['units_after']}" if moved else f"{row['units_after']}"
    before = as_float(row["multiplier_before"])
    start = "" if before == after else f"{formats.multiplier(before)} to "
    return f"{units} contracts, {start}{formats.multiplier(after)}"


def _reason(row: Row) -> str:
    return as_text(row["reason_code"]).replace("_", " ")


def shown(column: str, value: float | None) -> str:
    """A column's value as a reader expects it; a flag as yes or no."""
    if value is not None and COLUMNS[column].dtype == pl.Boolean():
        return "yes" if value else "no"
    return formats.quantity(value, unit_of(column))


def wrapped(prose: str) -> list[str]:
    """A sentence in lines that a terminal holds."""
    return wrap(prose, _WIDTH, subsequent_indent="  ", break_long_words=False)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows in columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
