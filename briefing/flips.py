"""What flips a layer's recommendation: each driver's nearest other value, for a reader."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from briefing import formats
from briefing.decided import FIELDS, VERSION, Told, heading, said, shown, table, wrapped
from briefing.labels import label, unit_of
from briefing.rows import Row
from schemas.columns import COLUMNS

_ALONE = (
    "Each driver is moved alone, at this session; the others keep their values even where they are "
    "of the same inputs, and so do prices. A daily move is the standard deviation of 63 daily "
    "changes; what is counted or yes-or-no has none."
)


class Flips(NamedTuple):
    """What flips a layer's recommendation.

    Attributes:
        told: for whom.
        row: the layer's decision as it is.
        flips: the nearest of each driver and side.
        still: drivers without one in their plausible range.
        unknown: drivers without a value, on whose sides nothing lies.
    """

    told: Told
    row: Row
    flips: tuple["FlipRow", ...]
    still: tuple[str, ...]
    unknown: tuple[str, ...]


class FlipRow(NamedTuple):
    """One driver on one side; values in its own unit, the distance in typical daily moves."""

    column: str
    now: float
    is_up: bool
    threshold: float
    is_at: bool
    typed: str
    moves: float | None
    row: Row


def flips_text(given: Flips) -> str:
    """What flips a layer, nearest first in typical daily moves; those without such moves last."""
    told, row = given.told, given.row
    policy = f"policy {row['policy_name']} {row['policy_version']}"
    lines = [
        f"What would flip {told.layer} on {told.session} ({told.source}, {policy})",
        f"now: {said(row)}",
        "",
    ]
    rows = [[label(one.column), shown(one.column, one.now), _crossing(one), _distance(one),
             _moves(one), said(one.row)] for one in nearest_first(given.flips)]  # fmt: skip
    head = ["driver", "now", "flips when it", "distance", "daily moves", "then"]
    if rows:
        lines += table([head, *rows])
        lines += ["", f"look at the first: --what-if {_what_if(nearest_first(given.flips)[0])}"]
    if given.still:
        named = ", ".join(label(name) for name in given.still)
        lines += ["", *wrapped(f"nothing within its plausible range: {named}")]
    if given.unknown:
        named = ", ".join(label(name) for name in given.unknown)
        lines += ["", *wrapped(f"unknown now, so not searched: {named}")]
    lines.append("")
    for prose in (_ALONE, *told.notes):
        lines += wrapped(prose)
    return "\n".join(lines)


def flips_json(given: Flips) -> dict[str, Any]:
    """What flips a layer for a machine; numbers in the drivers' own units."""
    return {
        "version": VERSION,
        **heading(given.told),
        "policy": {name: given.row[f"policy_{name}"] for name in ("name", "version", "hash")},
        "now": {name: given.row[name] for name in FIELDS},
        "flips": [{
            "column": one.column, "unit": unit_of(one.column).value, "now": one.now,
            "side": "up" if one.is_up else "down", "threshold": one.threshold,
            "is_at_threshold": one.is_at, "what_if": one.typed,
            "distance": abs(one.threshold - one.now), "distance_moves": one.moves,
            "becomes": {name: one.row[name] for name in FIELDS},
        } for one in nearest_first(given.flips)],
        "nothing_within_range": list(given.still),
        "unknown": list(given.unknown),
        "notes": list(given.told.notes),
    }  # fmt: skip


def nearest_first(flips: Sequence[FlipRow]) -> list[FlipRow]:
    """Flips by their distance in daily moves; those without one after them, by name."""
    return sorted(flips, key=lambda one: (one.moves is None, one.moves or 0.0, one.column))


def _crossing(flip: FlipRow) -> str:
    if COLUMNS[flip.column].dtype == pl.Boolean():
        return f"is {'yes' if flip.is_up else 'no'}"
    side = {(True, True): "rises to", (True, False): "rises above", (False, True): "falls to",
            (False, False): "falls below"}[flip.is_up, flip.is_at]  # fmt: skip
    return f"{side} {shown(flip.column, flip.threshold)}"


def _distance(flip: FlipRow) -> str:
    if COLUMNS[flip.column].dtype == pl.Boolean():
        return "-"
    return formats.change(flip.now, flip.threshold, unit_of(flip.column))


def _moves(flip: FlipRow) -> str:
    return "-" if flip.moves is None else formats.number(flip.moves, 1)


def _what_if(flip: FlipRow) -> str:
    return f"{flip.column}={flip.typed.replace(' ', '')}"
