"""Block 3: each layer under the policy: from what to what, why, and what would change it."""

from collections import Counter

from briefing import formats, freshness
from briefing.labels import label, made_from, outcome, quantity, unit_of
from briefing.model import Layer, Layers, Tally
from briefing.rows import Row, Rows, as_float, as_int, as_text
from briefing.verdict import ACTION_WORDS

_NO_COST = "not priced yet"
# The decision's tokens as sentences; braces name the decision's own columns.
_REASONS = {
    "at_target": "In force already: the multiplier that the rules ask for.",
    "required_input_missing": "A required input is missing or stale; what stands, stands.",
    "row_unknown": "The matrix row is unknown; what stands, stands.",
    "column_unknown": "The matrix column is unknown; what stands, stands.",
    "cell_not_persisted": "The matrix cell has held {sessions_in_cell} closes, too few to act on.",
    "gate_closed": "The cell asks {multiplier_cell}, but gate {rule_id} blocks adds.",
    "gate_unknown": "The cell asks {multiplier_cell}, but gate {rule_id} is unknown.",
    "quorum_not_met": "The rules ask for more; signed {signers_signed}, quorum {quorum}.",
    "reduction_quorum_not_met": "The cell asks {multiplier_cell}, less than is in force; signed "
    "{signers_signed}, quorum {quorum}.",
    "cooldown": "The cell asks {multiplier_cell}; an opposite move waits {cooldown_sessions} "
    "sessions more.",
    "cell_asks_more": "The cell asks {multiplier_cell}, more than {multiplier_before} in force.",
    "return_to_base": "Back toward the always-on base, which needs no quorum.",
    "seed_rule": "The seed rule fired and asks {multiplier_target}; signed {signers_signed}, "
    "quorum {quorum}.",
    "cell_asks_less": "The cell asks {multiplier_cell}, less than {multiplier_before} in force.",
    "se_off": "Dormant: the matrix cell does not ask for a watch.",
    "se_watch": "The matrix cell asks for a watch; nothing is held.",
    "less_than_one_contract": "The change asked is less than one contract.",
}
_AXES = (
    ("mart_vol_gap_daily", "vol_gap_z", "Gap z", "row_bucket"),
    ("mart_vol_state_daily", "realized_vol_21d", "realized volatility", "column_bucket"),
)


def layers(rows: Rows) -> Layers:
    """The layers' table; empty where the decision was not made."""
    run = rows.run
    today = rows.at("mart_hedge_decision_daily", rows.session)
    return Layers(
        heading=f"Proposed under your policy {run.policy_name} {run.policy_version}",
        rows=tuple(_layer(rows, row) for row in today),
        note=(
            "Units are contracts. Costs are not priced yet: no option prices are "
            "read. The tool routes no orders; a change takes effect only if you make it."
        ),
    )


def _layer(rows: Rows, row: Row) -> Layer:
    layer_id = as_text(row["layer_id"])
    text = rows.run.text.layer(layer_id)
    before, after = as_int(row["units_before"]), as_int(row["units_after"])
    return Layer(
        layer_id=layer_id,
        name=text.name,
        instrument=text.instrument,
        target=f"{text.target_expiry}, {text.target_delta}",
        action=as_text(row["action"]),
        action_word=_action_word(row),
        units_before=quantity(before, "units_before"),
        units_after=quantity(after, "units_after"),
        multiplier_before=quantity(as_float(row["multiplier_before"]), "multiplier_before"),
        multiplier_after=quantity(as_float(row["multiplier_after"]), "multiplier_after"),
        is_changed=before != after,
        rule_id=as_text(row["rule_id"]),
        why=_why(rows, row),
        tally=_tally(rows, layer_id, as_text(row["rule_id"])),
        flip=_flip(row),
        cost=_NO_COST,
    )


def _action_word(row: Row) -> str:
    if row["layer_id"] == "SE" and row["action"] == "hold":
        return {"watch": "WATCH", "review": "REVIEW"}.get(as_text(row["se_state"]), "DORMANT")
    return ACTION_WORDS.get(as_text(row["action"]), as_text(row["action"]).upper())


def _tally(rows: Rows, layer_id: str, decided_by: str) -> Tally:
    listed = rows.run.text.layer(layer_id).rule_ids
    evaluated = rows.at("mart_rule_evaluation_daily", rows.session)
    if listed:
        counted = [r for r in evaluated if r["rule_id"] in listed and r["condition_no"] == 0]
    else:
        counted = [r for r in evaluated if r["rule_id"] == decided_by and r["condition_no"] != 0]
    seen = Counter(outcome(as_text(r["outcome"])) for r in counted)
    return Tally(
        fired=seen["fired"],
        not_fired=seen["not_fired"],
        no_data=seen["no_data"],
        not_evaluated=seen["not_evaluated"],
    )


def _why(rows: Rows, row: Row) -> str:
    code = as_text(row["reason_code"])
    sentence = _REASONS.get(code, f"{code.replace('_', ' ').capitalize()}.")
    filled = sentence.format(**_words(row))
    facts = _facts(rows, row)
    return formats.spelled(f"{filled} {facts}".strip())


def _words(row: Row) -> dict[str, str]:
    """The decision's own values as text, by column: what a reason's sentence may quote."""
    return {
        name: _word(name, row)
        for name in row
        if name not in {"session", "flip_value", "flip_threshold"}
    }


def _word(name: str, row: Row) -> str:
    value = row[name]
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "multiplier" in name:
            return formats.multiplier(float(value))
        return formats.quantity(float(value), unit_of(name)).removesuffix(" sessions")
    return as_text(value) or formats.NO_DATA


def _facts(rows: Rows, decision: Row) -> str:
    """The numbers of the deciding rule's conditions; the matrix's axes where it names no limit."""
    rule_id = decision["rule_id"]
    conditions = [
        row
        for row in rows.at("mart_rule_evaluation_daily", rows.session)
        if row["rule_id"] == rule_id and row["condition_no"] != 0 and row["operator"]
    ]
    parts = []
    for row in conditions:
        column = as_text(row["driver_column"])
        value = as_float(row["driver_value"])
        if value is None:
            missing = freshness.explain_missing(rows, made_from(column))
            parts.append(missing.rstrip(".") or f"{label(column)}: {formats.NO_DATA}")
        else:
            parts.append(f"{label(column)} {formats.quantity(value, unit_of(column))}")
    return f"{'; '.join(parts or _axes(rows, decision))}."


def _axes(rows: Rows, decision: Row) -> list[str]:
    """Where today stands on the matrix's two axes: what a rule without conditions goes by."""
    found = []
    for table, column, name, bucket in _AXES:
        value = as_float(rows.one(table, rows.session)[column])
        if value is None:
            missing = freshness.explain_missing(rows, made_from(column)).rstrip(".")
            found.append(missing or f"{label(column)}: {formats.NO_DATA}")
        else:
            band = as_text(decision[bucket]) or formats.NO_DATA
            found.append(f"{name} {formats.quantity(value, unit_of(column))} ({band})")
    return found


def _flip(row: Row) -> str:
    column, threshold = as_text(row["flip_column"]), as_float(row["flip_threshold"])
    if not column or threshold is None:
        return "No single input within reach"
    unit = unit_of(column)
    moves, value = as_float(row["flip_distance_moves"]), as_float(row["flip_value"])
    direction = "at" if value is None else "up to" if threshold > value else "down to"
    beyond = as_float(row["flip_multiplier"])
    then = "its state changes" if beyond is None else f"target {formats.multiplier(beyond)}"
    away = f", {formats.number(moves, 1)} typical daily moves away" if moves is not None else ""
    return (
        f"{label(column)} {direction} {formats.quantity(threshold, unit)} "
        f"(now {formats.quantity(value, unit)}{away}): {then}"
    )
