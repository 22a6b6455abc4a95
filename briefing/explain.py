"""A layer's decision as a tree: rule, conditions, drivers, inputs, archived bytes."""

from collections.abc import Mapping
from datetime import date

import polars as pl
from pydantic import BaseModel, ConfigDict

from briefing import formats
from briefing.labels import OUTCOME_WORDS, SIGNER_WORDS, label, outcome, unit_of
from briefing.rows import BriefingError, Row, as_float, as_text
from schemas.core import CORE_AS_KNOWN_DAILY
from schemas.lineage import LINEAGE
from schemas.mart import (
    MART_HEDGE_DECISION_DAILY,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
)

TABLES = (
    MART_HEDGE_DECISION_DAILY,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
    CORE_AS_KNOWN_DAILY,
)

_NAMES = {"short": "L1", "mid": "L2", "long": "L3", "second-engine": "SE"}
_LAYERS = ("L1", "L2", "L3", "SE")
# Gates stand over every layer's decision; the matrix rule moves the multipliers.
_ALWAYS = ("G-1", "R-01")


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
            Node(text=_cell(decision)),
            *(_rule(evaluated, rule_id, inputs) for rule_id in _rule_ids(decision, evaluated)),
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


def _cell(row: Row) -> str:
    if row["row_bucket"] is None or row["column_bucket"] is None:
        return "matrix cell unknown: its row or column has no value"
    asks = as_float(row["multiplier_cell"])
    wanted = f"Second Engine {row['se_state']}" if asks is None else formats.multiplier(asks)
    return (
        f"matrix cell {row['row_bucket']} x {row['column_bucket']} asks {wanted}; it has held "
        f"{row['sessions_in_cell']} closes"
    )


def _rule_ids(decision: Row, evaluated: list[Row]) -> tuple[str, ...]:
    there = {as_text(row["rule_id"]) for row in evaluated}
    wanted = dict.fromkeys((*_ALWAYS, as_text(decision["rule_id"])))
    if decision["layer_id"] == "L2":
        wanted |= dict.fromkeys(sorted(name for name in there if name.startswith("R-02")))
    return tuple(name for name in wanted if name in there)


def _rule(evaluated: list[Row], rule_id: str, inputs: Mapping[str, Row]) -> Node:
    rows = [row for row in evaluated if row["rule_id"] == rule_id]
    whole = next(row for row in rows if row["condition_no"] == 0)
    return Node(
        text=f"{rule_id} ({whole['role']}, evidence grade {whole['grade']}): "
        f"{whole['condition_text']}",
        outcome=OUTCOME_WORDS[outcome(as_text(whole["outcome"]))],
        children=tuple(_condition(row, inputs) for row in rows if row["condition_no"] != 0),
    )


def _condition(row: Row, inputs: Mapping[str, Row]) -> Node:
    column = as_text(row["driver_column"])
    value = as_float(row["driver_value"])
    shown = "no data" if value is None else formats.quantity(value, unit_of(column))
    measure = f"{label(column)} is {shown} ({row['driver_table']}.{column})" if column else ""
    wanted = as_text(row["condition_text"])
    return Node(
        text=f"{wanted}: {measure}" if measure else wanted,
        outcome=OUTCOME_WORDS[outcome(as_text(row["outcome"]))],
        children=tuple(_input(name, inputs) for name in LINEAGE.get(column, ())),
    )


def _input(series_id: str, inputs: Mapping[str, Row]) -> Node:
    row = inputs.get(series_id)
    if row is None:
        return Node(text=f"{series_id}: not offered by this source, or not known yet")
    value = as_float(row["value"])
    shown = "no data" if value is None else formats.quantity(value, unit_of(series_id))
    return Node(
        text=f"{series_id} {shown}, of {row['event_date']} ({row['age_sessions']} sessions old), "
        f"known {row['available_at']:%Y-%m-%d %H:%M} UTC, bytes sha256 {row['raw_sha256']}",
        outcome=as_text(row["freshness"]).upper(),
    )


def _signers(rows: list[Row], decision: Row) -> Node:
    mine = [row for row in rows if row["layer_id"] == decision["layer_id"]]
    children = tuple(
        Node(
            text=f"{row['signer_id']} on {row['direction']}",
            outcome=SIGNER_WORDS[outcome(as_text(row["outcome"]))],
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
