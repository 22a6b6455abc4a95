"""A layer's decision as a tree: rule, conditions, drivers, inputs, archived bytes."""

import json
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import polars as pl
from pydantic import BaseModel, ConfigDict

from briefing import formats
from briefing.axes import matrix_rule
from briefing.book_rules import driver_label, is_on_book
from briefing.labels import label, outcome_word, unit_of
from briefing.rows import BriefingError, Row, Value, as_float, as_int, as_text
from briefing.signers import direction
from schemas.columns import COLUMNS
from schemas.core import CORE_AS_KNOWN_DAILY, UNFIT
from schemas.lineage import LINEAGE
from schemas.mart import (
    MART_HEDGE_DECISION_DAILY,
    MART_POLICY_CELL,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
    MART_VOL_GAP_DAILY,
)
from schemas.measures import MEASURES
from schemas.words import WORDS

TABLES = (
    MART_HEDGE_DECISION_DAILY,
    MART_POLICY_CELL,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
    CORE_AS_KNOWN_DAILY,
    MART_VOL_GAP_DAILY,
)

_NAMES = {"short": "L1", "mid": "L2", "long": "L3", "second-engine": "SE"}
_LAYERS = ("L1", "L2", "L3", "SE")
_SEED_LAYER = "L2"
_MOVES = {"add": "an increase", "reduce": "a reduction"}
# Why the matrix acts although a band of its cell has not held.
_SOONER = "it has not held as long as most moves need; the policy lets this reduction come sooner"
_Z_SCORE = dict(WORDS)["z-score"]
_STATELESS = "without a state yet"
_NEVER = "not offered by this source, or not known yet"
_NO_BEFORE = "every input is known at this close; what is missing lies before it"


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
    has_gap = MART_VOL_GAP_DAILY.name in frames  # a what-if has the decision's tables alone
    gaps = _rows(frames, MART_VOL_GAP_DAILY.name, session) if has_gap else []
    evidence = _Evidence(evaluated, inputs, gaps)
    return Node(
        text=_headline(decision, session),
        outcome=as_text(decision["action"]).upper(),
        children=(
            Node(text=_cell(decision, frames[MART_POLICY_CELL.name])),
            *_taken_part(decision, evaluated),
            *(_rule(evidence, rule_id, decision) for rule_id in _rule_ids(decision, evaluated)),
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


class _Evidence(NamedTuple):
    """What the session's conditions are explained with: themselves, the inputs and the gap's row."""

    evaluated: list[Row]
    inputs: Mapping[str, Row]
    gaps: list[Row]


def _headline(row: Row, session: date) -> str:
    before, after = as_float(row["multiplier_before"]), as_float(row["multiplier_after"])
    name = f"{row['layer_id']} on {session}"
    by = f"decided by {row['rule_id']} ({as_text(row['reason_code']).replace('_', ' ')})"
    if before is None or after is None:
        state = as_text(row["se_state"]) or _STATELESS
        held = formats.count(as_int(row["units_after"]), "contract")
        return f"{name}: Second Engine {state}, {held}; {by}"
    if row["units_before"] == row["units_after"] and before == after:
        held = formats.count(as_int(row["units_after"]), "contract")
        return f"{name}: stays at {held}, {formats.multiplier(after)}; {by}"
    return (
        f"{name}: {row['units_before']} to {row['units_after']} contracts, "
        f"{formats.multiplier(before)} to {formats.multiplier(after)}; {by}"
    )


def _taken_part(row: Row, evaluated: list[Row]) -> tuple[Node, ...]:
    """Every rule that would act on the layer, and how that came out; a gauge only lists."""
    gauges = {one["rule_id"] for one in evaluated if one["role"] == "gauge"}
    said = []
    for part in json.loads(as_text(row["rule_chain"]) or "[]"):
        is_listed = part["rule"] in gauges and part["result"] == "acted"
        result = "listed, moves nothing" if is_listed else part["result"].replace("_", " ")
        said.append(f"{part['rule']} ({formats.spelled(part['does'])}): {result}")
    return (Node(text=f"rules that took part: {'; '.join(said)}"),) if said else ()


def _cell(row: Row, cells: pl.DataFrame) -> str:
    """What today's cell asks of the layer by the policy's matrix, and apart from it what stands."""
    if row["row_bucket"] is None or row["column_bucket"] is None:
        named = [name for name in ("row", "column") if row[f"{name}_bucket"] is None]
        return (
            f"matrix cell unknown: no band for its {' nor its '.join(named)}, whose value is unknown; "
            f"in force: {_standing(row, row['multiplier_before'], row['se_state'])}"
        )
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
        return f"Second Engine {as_text(state) or _STATELESS}"
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


def _rule(evidence: _Evidence, rule_id: str, decision: Row) -> Node:
    rows = [row for row in evidence.evaluated if row["rule_id"] == rule_id]
    whole = next((row for row in rows if row["condition_no"] == 0), None)
    if whole is None:
        return Node(text=f"{rule_id}: not among the rules evaluated at this session")
    inner = [row for row in rows if row["condition_no"] != 0]
    measure = "" if inner else _measure(whole)
    said = f"{as_text(whole['condition_text'])}{_on_any_layer(evidence, rule_id)}"
    is_short = any(row["outcome"] == "not_fired" for row in inner)
    is_sooner = decision["reason_code"] == "cell_asks_less" and is_short
    return Node(
        text=f"{rule_id} ({whole['role']}, evidence grade {whole['grade']}): {said}"
        f"{measure and f': {measure}'}"
        f"{f'; {_SOONER}' if is_sooner and rule_id == decision['rule_id'] else ''}",
        outcome=outcome_word(as_text(whole["family"]), as_text(whole["outcome"])),
        children=(
            *(_condition(row, evidence) for row in inner),
            *(() if inner else _inputs(whole, evidence)),
        ),
    )


def _on_any_layer(evidence: _Evidence, rule_id: str) -> str:
    """The matrix rule is judged once for all layers; whether this one is asked stands above."""
    return ", of any layer" if rule_id == matrix_rule(evidence.evaluated) else ""


def _condition(row: Row, evidence: _Evidence) -> Node:
    wanted, measure = as_text(row["condition_text"]), _measure(row)
    return Node(
        text=f"{wanted}: {measure}" if measure else wanted,
        outcome=outcome_word(as_text(row["family"]), as_text(row["outcome"])),
        children=_inputs(row, evidence),
    )


def _measure(row: Row) -> str:
    """What a condition reads, with its value; empty where it reads no column."""
    column, value = as_text(row["driver_column"]), as_float(row["driver_value"])
    if not column:
        return ""
    shown = "no data" if value is None else formats.quantity(value, unit_of(column))
    if value is not None and COLUMNS[column].dtype == pl.Boolean():
        shown = "yes" if value else "no"
    return f"{driver_label(row)} is {shown} ({row['driver_table']}.{column})"


def _inputs(row: Row, evidence: _Evidence) -> tuple[Node, ...]:
    """The inputs of what a condition reads; and where they are all known but it is not, why."""
    column = as_text(row["driver_column"])
    if is_on_book(row):
        return ()
    names = LINEAGE.get(column, ())
    nodes = tuple(input_node(name, evidence.inputs) for name in names)
    if row["driver_value"] is not None or not column:
        return nodes
    if not names:
        return (Node(text=f"{column}: {_NEVER}", outcome="NO DATA"),)
    known = [evidence.inputs.get(name) for name in names]
    if any(one is None or one["value"] is None or one["freshness"] in UNFIT for one in known):
        return nodes
    return (Node(text=_missing_before(column, evidence.gaps), outcome="NO DATA"), *nodes)


def _missing_before(column: str, gaps: list[Row]) -> str:
    """Why a measure is unknown although its inputs are known: too few sessions before this one."""
    formula = next((one.formula for one in MEASURES if one.column == column), "")
    said = f"{_NO_BEFORE}: {formula}" if formula else _NO_BEFORE
    held = as_int(gaps[0]["vol_gap_window_sessions"]) if gaps and column == "vol_gap_z" else None
    if held is None:
        return said
    return f"{said}, a {_Z_SCORE}; of that window {formats.count(held, 'session')} are known"


def input_node(series_id: str, inputs: Mapping[str, Row]) -> Node:
    """An input's newest value at the session, down to the archived bytes it was read from."""
    row = inputs.get(series_id)
    if row is None:
        return Node(text=f"{series_id}: {_NEVER}", outcome="NO DATA")
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
            text=f"{row['signer_id']} on {_MOVES[as_text(row['direction'])]}",
            outcome=outcome_word("signer", as_text(row["outcome"])),
        )
        for row in mine
    )
    return Node(text=_count(decision), children=children)


def _count(decision: Row) -> str:
    """Who signed the move that is considered; where none is, nobody was asked."""
    move, signed = direction(decision), as_int(decision["signers_signed"])
    if move is None or signed is None:
        return "signers: no move is considered, so none needs a signature; what each would say:"
    need = f"quorum {decision['quorum']}" if decision["quorum"] else "no quorum needed for this"
    return f"signers: {signed} signed {_MOVES[move]}, {need}"


def _flip(row: Row) -> str:
    """The nearest edge of the matrix beyond which the layer is asked otherwise."""
    if row["row_bucket"] is None or row["column_bucket"] is None:
        return "what would flip it is unknown while the matrix cell is"
    threshold, value = as_float(row["flip_threshold"]), as_float(row["flip_value"])
    column = as_text(row["flip_column"])
    if threshold is None or value is None or not column:
        return "no single driver's change would flip it"
    unit = unit_of(column)
    return (
        f"the matrix would flip at {label(column)} {formats.quantity(threshold, unit)} "
        f"(now {formats.quantity(value, unit)}), once that has held long enough"
    )
