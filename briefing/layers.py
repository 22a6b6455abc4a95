"""Block 3: each layer under the policy: from what to what, why, and what would change it."""

from collections import Counter

from briefing import formats, freshness
from briefing.labels import label, made_from, outcome, quantity, unit_of
from briefing.model import Layer, Layers, Tally
from briefing.rows import Row, Rows, as_float, as_int, as_text
from briefing.verdict import ACTION_WORDS

_NO_COST = "not priced yet"
_REASONS: dict[str, str] = {}


def layers(rows: Rows) -> Layers:
    """The layers' table; empty where the decision was not made."""
    run = rows.run
    today = rows.at("mart_hedge_decision_daily", rows.session)
    return Layers(
        heading=f"Proposed under your policy {run.policy_name} {run.policy_version}",
        rows=tuple(_layer(rows, row) for row in today),
        note=(
            "Units are contracts per ten condors. Costs are not priced yet: no option prices are "
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
    facts = _facts(rows, as_text(row["rule_id"]))
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


def _facts(rows: Rows, rule_id: str) -> str:
    """The deciding rule's conditions that fired or lacked data, with their numbers."""
    conditions = [
        row
        for row in rows.at("mart_rule_evaluation_daily", rows.session)
        if row["rule_id"] == rule_id and row["condition_no"] != 0 and row["driver_column"]
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
    return f"{'; '.join(parts)}." if parts else ""


def _flip(row: Row) -> str:
    column, threshold = as_text(row["flip_column"]), as_float(row["flip_threshold"])
    if not column or threshold is None:
        return "No single input within reach"
    unit = unit_of(column)
    moves, value = as_float(row["flip_distance_moves"]), as_float(row["flip_value"])
    direction = "at" if value is None else "up to" if threshold > value else "down to"
    target = formats.multiplier(as_float(row["flip_multiplier"]))
    away = f", {formats.number(moves, 1)} typical daily moves away" if moves is not None else ""
    return (
        f"{label(column)} {direction} {formats.quantity(threshold, unit)} "
        f"(now {formats.quantity(value, unit)}{away}): target {target}"
    )
