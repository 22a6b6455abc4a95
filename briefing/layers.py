"""Block 3: each layer under the policy: from what to what, why, and what would change it."""

from briefing import formats, freshness
from briefing.axes import axes_of
from briefing.book_rules import is_on_book
from briefing.gates import clause_text
from briefing.labels import label, made_from, quantity, unit_of
from briefing.matrix import band_of
from briefing.model import Layer, Layers
from briefing.rows import Row, Rows, as_float, as_int, as_text
from briefing.signers import tally
from briefing.verdict import ACTION_WORDS

_NO_COST = "not priced"
# The decision's tokens as sentences; braces name the decision's own columns.
_REASONS = {
    "at_target": "The multiplier in force is the one that the rules ask for.",
    "required_input_missing": "A required input is missing or stale; nothing moves.",
    "row_unknown": "The matrix row is unknown; nothing moves.",
    "column_unknown": "The matrix column is unknown; nothing moves.",
    "cell_not_persisted": "The matrix cell has held {sessions_in_cell}, too few to act on.",
    "gate_closed": "The rules ask for more, but gate {rule_id} blocks adds.",
    "gate_unknown": "The rules ask for more, but gate {rule_id} is unknown.",
    "quorum_not_met": "The rules ask for more; signed {signers_signed}, quorum {quorum}.",
    "reduction_quorum_not_met": "The cell asks {multiplier_cell}, less than is in force; signed "
    "{signers_signed}, quorum {quorum}.",
    "cooldown": "The cell asks {multiplier_cell}; an opposite move waits {cooldown_sessions} more.",
    "cell_asks_more": "The cell asks {multiplier_cell}, more than {multiplier_before} in force.",
    "return_to_base": "Back toward the always-on base, which needs no quorum.",
    "seed_rule": "The seed rule fired and asks {multiplier_target}; signed {signers_signed}, "
    "quorum {quorum}.",
    "scaled_to_fit": "The seed rule fired and asks {multiplier_target}; the budget fits "
    "{multiplier_after}; signed {signers_signed}, quorum {quorum}.",
    "cell_asks_less": "The cell asks {multiplier_cell}, less than {multiplier_before} in force.",
    "se_off": "Dormant: the matrix cell does not ask for a watch.",
    "se_watch": "The matrix cell asks for a watch; nothing is held.",
    "less_than_one_contract": "The change asked is less than one contract.",
    "rule_asks_more": "Rule {rule_id} asks {multiplier_target}, more than {multiplier_before} in force.",
    "rule_asks_less": "Rule {rule_id} asks {multiplier_target}, less than {multiplier_before} in force.",
    "held_by_rule": "Rule {rule_id} holds the layer as it is.",
    "adds_blocked_by_rule": "The rules ask for more, but rule {rule_id} blocks adds to this layer.",
    "single_family": "Rule {rule_id} rests on one family of measures while the fundamental view and the "
    "market's motion disagree: to be looked at, nothing moves.",
    "family_unknown": "Whether the fundamental view and the market's motion disagree is unknown: to be "
    "looked at, nothing moves.",
    "restructured": "Rule {rule_id} asks for other contracts of the same layer; the multiplier stays.",
    "monetised": "Rule {rule_id} sells a share of what has gained.",
    "review_asked": "Rule {rule_id} asks for a review; nothing moves.",
    "se_review": "Rule {rule_id} asks for a review of the Second Engine; four signatures open it.",
    "not_financed": "The condor cannot finance the spread within its limits: unfunded.",
    "financing_unknown": "Whether the condor can finance the spread is unknown: to be looked at.",
    "financing_untested": "Whether the condor can finance the spread is not tested here: to be looked at.",
}
_QUORUMS = {"quorum_not_met"}
# What a layer's reason says in place of the cell's where the seed rule is what asks.
_SEEDED = {
    "cell_not_persisted": "Seed rule {rule_id} fired; the matrix row has held too few closes to act on.",
    "reduction_quorum_not_met": "Seed rule {rule_id} asks less than is in force; signed "
    "{signers_signed}, quorum {quorum}.",
    "cooldown": "Seed rule {rule_id} asks {multiplier_target}; an opposite move waits "
    "{cooldown_sessions} more.",
    "cell_asks_less": "Seed rule {rule_id} asks {multiplier_target}, less than "
    "{multiplier_before} in force.",
}
_COUNTED = {"sessions_in_cell": "close", "cooldown_sessions": "session"}
_SHORT = {"vol_gap_z": "gap", "realized_vol_21d": "realized volatility"}


def layers(rows: Rows) -> Layers:
    """The layers' table; empty where the decision was not made."""
    run = rows.run
    today = rows.at("mart_hedge_decision_daily", rows.session)
    return Layers(
        heading=f"Proposed under your policy {run.policy_name} {run.policy_version}",
        rows=tuple(_layer(rows, row) for row in today),
        note=(
            "Units are contracts. What the books are worth stands in block 5. "
            "The tool routes no orders; a change takes effect only if you make it."
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
        target=f"{_expiry(text.target_expiry)}, {text.target_delta}",
        action=as_text(row["action"]),
        action_word=_action_word(row),
        units_before=quantity(before, "units_before"),
        units_after=quantity(after, "units_after"),
        multiplier_before=quantity(as_float(row["multiplier_before"]), "multiplier_before"),
        multiplier_after=quantity(as_float(row["multiplier_after"]), "multiplier_after"),
        is_changed=before != after,
        rule_id=as_text(row["rule_id"]),
        why=_why(rows, row),
        tally=tally(rows, row),
        flip=_flip(row),
        cost=_NO_COST,
    )


def _action_word(row: Row) -> str:
    if row["layer_id"] == "SE" and row["action"] == "hold":
        return {"watch": "WATCH", "review": "REVIEW"}.get(as_text(row["se_state"]), "DORMANT")
    return ACTION_WORDS.get(as_text(row["action"]), as_text(row["action"]).upper())


def _expiry(text: str) -> str:
    """A window of days to expiry with its unit, where the policy's words leave that out."""
    return text if "day" in text or not text[-1:].isdigit() else f"{text} days"


def _unjudged(rows: Rows) -> str:
    """Gates that nothing can judge yet, where that is why an increase is put up for review."""
    silent = [
        as_text(row["rule_id"])
        for row in rows.at("mart_rule_evaluation_daily", rows.session)
        if row["family"] == "gate" and row["condition_no"] == 0
        and row["outcome"] == "not_evaluated"
    ]  # fmt: skip
    return f"For review: {' and '.join(silent)} cannot judge an add yet." if silent else ""


def _has_the_number(row: Row) -> bool:
    signed, quorum = as_int(row["signers_signed"]), as_int(row["quorum"])
    return signed is not None and quorum is not None and signed >= quorum


def _why(rows: Rows, row: Row) -> str:
    code = as_text(row["reason_code"])
    plain = _REASONS.get(code, f"{code.replace('_', ' ').capitalize()}.")
    sentence = _SEEDED.get(code, plain) if _is_seeded(rows, row) else plain
    filled = sentence.format(**_words(row))
    if code in _QUORUMS and _has_the_number(row):
        filled = f"{filled} A signature that the policy insists on is missing."
    if code in _QUORUMS:
        filled = f"{filled}{_refusals(rows, row)}"
    if row["action"] == "review":
        filled = f"{filled} {_unjudged(rows)}"
    facts = _facts(rows, row)
    return formats.spelled(f"{filled} {facts}".strip())


def _refusals(rows: Rows, decision: Row) -> str:
    """What those signers found that judge the book and refuse the add."""
    text = ""
    for vote in rows.at("mart_signer_daily", rows.session):
        is_asked = vote["layer_id"] == decision["layer_id"] and vote["direction"] == "add"
        if is_asked and vote["outcome"] == "not_fired":
            found = [
                clause_text(rows, row)
                for row in rows.at("mart_rule_evaluation_daily", rows.session)
                if row["rule_id"] == f"{vote['signer_id']}-add"
                and is_on_book(row) and row["outcome"] == "not_fired"
            ]  # fmt: skip
            text += f" {vote['signer_id']} refuses: {'; '.join(found)}." if found else ""
    return text


def _is_seeded(rows: Rows, decision: Row) -> bool:
    """Whether the seed rule, not the matrix, is the rule that decided."""
    return any(
        row["rule_id"] == decision["rule_id"] and row["family"] == "seed"
        for row in rows.at("mart_rule_evaluation_daily", rows.session)
    )


def _words(row: Row) -> dict[str, str]:
    """The decision's own values as text, by column: what a reason's sentence may quote."""
    return {
        name: _word(name, row)
        for name in row
        if name not in {"session", "flip_value", "flip_threshold"}
    }


def _word(name: str, row: Row) -> str:
    value = row[name]
    if name in _COUNTED:
        return formats.count(as_int(value), _COUNTED[name])
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "multiplier" in name:
            return formats.multiplier(float(value))
        return formats.quantity(float(value), unit_of(name))
    return as_text(value) or formats.NO_DATA


def _facts(rows: Rows, decision: Row) -> str:
    """The numbers of the deciding rule's conditions; the matrix's axes where it names no limit."""
    parts = [
        clause_text(rows, row)
        for row in rows.at("mart_rule_evaluation_daily", rows.session)
        if row["rule_id"] == decision["rule_id"] and row["operator"]
    ]
    has_conditions = bool(parts)
    if not has_conditions:
        parts = _axes(rows)
    if not parts:
        return ""
    if not has_conditions:
        parts[-1] = f"{parts[-1]} ({formats.short_day(rows.session)})"
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _axes(rows: Rows) -> list[str]:
    """Where today stands on the matrix's two axes: what a rule without conditions goes by."""
    found = []
    for axis in axes_of(rows):
        column, value = axis.column, axis.value
        if value is None:
            missing = freshness.explain_missing(rows, made_from(column)).rstrip(".")
            found.append(missing or f"{label(column)}: {_unknown(rows, column)}")
        else:
            band = band_of(rows, column) or formats.NO_DATA
            name = _SHORT.get(column, label(column))
            found.append(f"{name} {formats.quantity(value, unit_of(column))} is {band}")
    return found


def _unknown(rows: Rows, column: str) -> str:
    """What to say of a missing axis whose inputs are all there: how short its history still is."""
    gaps = rows.frame("mart_vol_gap_daily")["vol_gap_log"]
    if column != "vol_gap_z" or not len(gaps) or gaps[-1] is None:
        return formats.NO_DATA
    known = formats.count(len(gaps) - gaps.null_count(), "session")
    return f"{formats.NO_DATA}, its history of {known} is too short"


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
