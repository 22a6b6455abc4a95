"""A layer's decision as a tree: rule, conditions, drivers, inputs, archived bytes."""

from collections.abc import Mapping
from datetime import date

import polars as pl
from pydantic import BaseModel, ConfigDict

from briefing import formats
from briefing.axes import matrix_rule
from briefing.book_rules import driver_label
from briefing.labels import label, outcome_word, unit_of
from briefing.rows import BriefingError, Row, Value, as_float, as_int, as_text
from schemas.core import CORE_AS_KNOWN_DAILY
from schemas.lineage import LINEAGE
from schemas.mart import (
    MART_HEDGE_DECISION_DAILY,
    MART_POLICY_CELL,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
)

TABLES = (
    MART_HEDGE_DECISION_DAILY,
    MART_POLICY_CELL,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
    CORE_AS_KNOWN_DAILY,
)

_NAMES = {"short": "L1", "mid": "L2", "long": "L3", "second-engine": "SE"}
_LAYERS = ("L1", "L2", "L3", "SE")
_SEED_LAYER = "L2"


class Node(BaseModel):
    """One step of the explanation: what it says, how it came out, what it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    outcome: str | None = None
    children: tuple["Node", ...] = ()


def layer_id(name: str) -> str:
    """The layer that a user's word names.

    Raises:
        BriefingError: no such layer; the message lists those there are.
    """
    wanted = _NAMES.get(name.lower(), name.upper())
    if wanted not in _LAYERS:
        raise BriefingError(
            f"layer {name!r} is unknown; there are L1 (short), L2 (mid), L3 (long) and SE"
        )
    return wanted


def tree(frames: Mapping[str, pl.DataFrame], layer: str, session: date) -> Node:
    """The decision of a layer at a session, down to the inputs' archived bytes.

    Args:
        frames: the tables of ``TABLES`` by name, rows of that session.
        layer: L1, L2, L3 or SE.
        session: the session.

    Raises:
        BriefingError: the session has no decision for the layer.
    """
    decisions = _rows(frames, MART_HEDGE_DECISION_DAILY.name, session)
    found = [row for row in decisions if row["layer_id"] == layer]
    if not found:
        raise BriefingError(f"{layer}: no decision for {session}")
    decision = found[0]
    inputs = {
        as_text(row["series_id"]): row for row in _rows(frames, CORE_AS_KNOWN_DAILY.name, session)
    }
    evaluated = _rows(frames, MART_RULE_EVALUATION_DAILY.name, session)
    return Node(
        text=_headline(decision, session),
        outcome=as_text(decision["action"]).upper(),
        children=(
            Node(text=_cell(decision, frames[MART_POLICY_CELL.name])),
            *(_rule(evaluated, rule_id, inputs) for rule_id in _rule_ids(decision, evaluated)),
            *_standing_gates(evaluated),
            _signers(_rows(frames, MART_SIGNER_DAILY.name, session), decision),
            Node(text=_flip(decision)),
            Node(
                text=f"policy {decision['policy_name']} {decision['policy_version']}, sha256 "
                f"{decision['policy_hash']}"
            ),
        ),
    )


def text(node: Node, prefix: str = "") -> str:
    """The tree as lines for a terminal."""
    mark = f"[{node.outcome}] " if node.outcome else ""
    lines = [f"{mark}{node.text}"]
    for number, child in enumerate(node.children, start=1):
        last = number == len(node.children)
        head, tail = ("`- ", "   ") if last else ("|- ", "|  ")
        lines.append(f"{prefix}{head}{text(child, prefix + tail)}")
    return "\n".join(lines)


def _rows(frames: Mapping[str, pl.DataFrame], name: str, session: date) -> list[Row]:
    frame = frames[name]
    return list(frame.filter(pl.col("session") == session).iter_rows(named=True))


def _headline(row: Row, session: date) -> str:
    before, after = as_float(row["multiplier_before"]), as_float(row["multiplier_after"])
    name = f"{row['layer_id']} on {session}"
    if before is None or after is None:
        return f"{name}: Second Engine {row['se_state']}, {row['units_after']} contracts"
    return (
        f"{name}: {row['units_before']} to {row['units_after']} contracts, "
        f"{formats.multiplier(before)} to {formats.multiplier(after)}; decided by "
        f"{row['rule_id']} ({as_text(row['reason_code']).replace('_', ' ')})"
    )


def _cell(row: Row, cells: pl.DataFrame) -> str:
    """What today's cell asks of the layer by the policy's matrix, and apart from it what stands."""
    if row["row_bucket"] is None or row["column_bucket"] is None:
        return "matrix cell unknown: its row or column has no value"
    at = ("row_bucket", "column_bucket", "layer_id")
    found = [
        cell for cell in cells.iter_rows(named=True) if all(cell[name] == row[name] for name in at)
    ]
    asked: Row = found[0] if found else dict.fromkeys(("multiplier_cell", "se_state"))
    return (
        f"matrix cell {row['row_bucket']} x {row['column_bucket']} asks "
        f"{_standing(row, asked['multiplier_cell'], asked['se_state'])}; it has held "
        f"{formats.count(as_int(row['sessions_in_cell']), 'close')}; in force: "
        f"{_standing(row, row['multiplier_before'], row['se_state'])}"
    )


def _standing(row: Row, multiplier: Value, state: Value) -> str:
    """A layer's multiplier, or the Second Engine's state, where it has one."""
    if row["layer_id"] == "SE":
        return f"Second Engine {as_text(state) or formats.NO_DATA}"
    return formats.multiplier(as_float(multiplier))


def _rule_ids(decision: Row, evaluated: list[Row]) -> tuple[str, ...]:
    """The rule that decided, the matrix rule, gates closed or unknown, and the seed's readings."""
    whole = [row for row in evaluated if row["condition_no"] == 0]
    gates = [row["rule_id"] for row in whole if row["family"] == "gate" and not _is_open(row)]
    is_seeded = decision["layer_id"] == _SEED_LAYER
    seeds = [row["rule_id"] for row in whole if row["family"] == "seed" and is_seeded]
    wanted = (decision["rule_id"], matrix_rule(evaluated), *gates, *seeds)
    return tuple(dict.fromkeys(as_text(name) for name in wanted if name))


def _is_open(row: Row) -> bool:
    return row["outcome"] not in {"fired", "no_data"}


def _standing_gates(evaluated: list[Row]) -> tuple[Node, ...]:
    """The gates that block nothing, in one line, so that none goes unmentioned."""
    named = [
        f"{row['rule_id']} {outcome_word('gate', as_text(row['outcome']))}"
        for row in evaluated
        if row["family"] == "gate" and row["condition_no"] == 0 and _is_open(row)
    ]
    return (Node(text=f"other gates: {', '.join(named)}"),) if named else ()


def _rule(evaluated: list[Row], rule_id: str, inputs: Mapping[str, Row]) -> Node:
    rows = [row for row in evaluated if row["rule_id"] == rule_id]
    whole = next((row for row in rows if row["condition_no"] == 0), None)
    if whole is None:
        return Node(text=f"{rule_id}: not among the rules evaluated at this session")
    return Node(
        text=f"{rule_id} ({whole['role']}, evidence grade {whole['grade']}): "
        f"{whole['condition_text']}",
        outcome=outcome_word(as_text(whole["family"]), as_text(whole["outcome"])),
        children=tuple(_condition(row, inputs) for row in rows if row["condition_no"] != 0),
    )


def _condition(row: Row, inputs: Mapping[str, Row]) -> Node:
    column = as_text(row["driver_column"])
    value = as_float(row["driver_value"])
    shown = "no data" if value is None else formats.quantity(value, unit_of(column))
    measure = f"{driver_label(row)} is {shown} ({row['driver_table']}.{column})" if column else ""
    wanted = as_text(row["condition_text"])
    return Node(
        text=f"{wanted}: {measure}" if measure else wanted,
        outcome=outcome_word(as_text(row["family"]), as_text(row["outcome"])),
        children=tuple(input_node(name, inputs) for name in LINEAGE.get(column, ())),
    )


def input_node(series_id: str, inputs: Mapping[str, Row]) -> Node:
    """An input's newest value at the session, down to the archived bytes it was read from."""
    row = inputs.get(series_id)
    if row is None:
        return Node(text=f"{series_id}: not offered by this source, or not known yet")
    value = as_float(row["value"])
    shown = "no data" if value is None else formats.quantity(value, unit_of(series_id))
    return Node(
        text=f"{series_id} {shown}, by {as_text(row['publisher']) or 'no publisher named'}, of {row['event_date']} "
        f"({row['age_sessions']} sessions old), "
        f"known {row['available_at']:%Y-%m-%d %H:%M} UTC, bytes sha256 {row['raw_sha256']}",
        outcome=as_text(row["freshness"]).upper(),
    )


def _signers(rows: list[Row], decision: Row) -> Node:
    mine = [row for row in rows if row["layer_id"] == decision["layer_id"]]
    children = tuple(
        Node(
            text=f"{row['signer_id']} on {row['direction']}",
            outcome=outcome_word("signer", as_text(row["outcome"])),
        )
        for row in mine
    )
    quorum = decision["quorum"]
    need = f"quorum {quorum}" if quorum else "no quorum needed for this"
    return Node(
        text=f"signers: {decision['signers_signed'] or 0} signed, {need}", children=children
    )


def _flip(row: Row) -> str:
    threshold, value = as_float(row["flip_threshold"]), as_float(row["flip_value"])
    column = as_text(row["flip_column"])
    if threshold is None or value is None or not column:
        return "no single driver's change would flip it"
    unit = unit_of(column)
    return (
        f"would flip at {label(column)} {formats.quantity(threshold, unit)} "
        f"(now {formats.quantity(value, unit)})"
    )
