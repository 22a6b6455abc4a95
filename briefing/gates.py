"""Block 4: gates and drivers as sentences, the seed rule's readings, the signers, the matrix."""

from briefing import formats, freshness
from briefing.labels import OUTCOME_WORDS, label, made_from, outcome, quantity, readable, unit_of
from briefing.matrix import matrix
from briefing.model import Gates, Outcome, Rule, Signers, SignerVote
from briefing.rows import Row, Rows, as_float, as_int, as_text

_ABOVE = {
    ">": ("above", "not above"),
    ">=": ("at or above", "below"),
    "<": ("below", "not below"),
    "<=": ("at or below", "above"),
    "=": ("equal to", "not equal to"),
    "!=": ("not equal to", "equal to"),
}
_SIGNS = {">=": "at least", "<=": "at most", "!=": "not", "=": "equals", ">": "above", "<": "below"}


def gates(rows: Rows) -> Gates:
    """Every family of rules at this session, each in its fixed place."""
    evaluated = rows.at("mart_rule_evaluation_daily", rows.session)
    return Gates(
        gates=_family(rows, evaluated, "gate"),
        drivers=_family(rows, evaluated, "driver"),
        seeds=_family(rows, evaluated, "seed"),
        tests=_family(rows, evaluated, "test"),
        signers=_signers(rows),
        matrix=matrix(rows),
    )


def _family(rows: Rows, evaluated: list[Row], family: str) -> tuple[Rule, ...]:
    """The rules of one family; each quotes its conditions' numbers."""
    found = []
    for row in evaluated:
        if row["family"] == family and row["condition_no"] == 0:
            conditions = [
                other
                for other in evaluated
                if other["rule_id"] == row["rule_id"] and other["condition_no"] != 0
            ]
            found.append(_rule(rows, row, conditions))
    return tuple(found)


def _rule(rows: Rows, row: Row, conditions: list[Row]) -> Rule:
    rule_id, result = as_text(row["rule_id"]), outcome(as_text(row["outcome"]))
    numbers = [one for one in (row, *conditions) if one["driver_column"]]
    shown = numbers[0] if numbers else row
    column = as_text(shown["driver_column"])
    value = as_float(shown["driver_value"])
    return Rule(
        rule_id=rule_id,
        title=formats.spelled(rows.run.text.rules.get(rule_id, "")),
        condition=readable(as_text(row["condition_text"])),
        sentence=_sentence(rows, numbers, result, _unread(row)),
        role=as_text(row["role"]),
        grade=as_text(row["grade"]),
        value=quantity(value, column),
        threshold=_threshold(shown),
        distance=_distance(shown),
        outcome=result,
        evidence=formats.spelled(rows.run.text.evidence.get(rule_id, "")),
    )


def _sentence(rows: Rows, numbers: list[Row], result: Outcome, why: str) -> str:
    """Value, comparator, threshold, unit and date of every condition, then the outcome's word."""
    date = formats.short_day(rows.session)
    word = OUTCOME_WORDS[result]
    if result == "not_evaluated":
        return f"{word}: {why or 'its inputs are not read yet'}."
    if not numbers:
        return f"{word} on {date}."
    clauses = [_clause(rows, row) for row in numbers]
    return f"{' and '.join(clauses)} on {date}: {word}."


def _unread(row: Row) -> str:
    """Why a rule cannot be evaluated yet, in the policy's words."""
    return readable(as_text(row["condition_text"])).removeprefix("not evaluated: ")


def _clause(rows: Rows, row: Row) -> str:
    column = as_text(row["driver_column"])
    value, threshold = as_float(row["driver_value"]), as_float(row["threshold"])
    if value is None:
        reason = freshness.explain_missing(rows, made_from(column)).rstrip(".")
        return f"{label(column)} is missing" + (f" ({reason})" if reason else "")
    unit, result = unit_of(column), outcome(as_text(row["outcome"]))
    text = f"{label(column)} {formats.quantity(value, unit)}"
    words = _ABOVE.get(as_text(row["operator"]))
    if words is None or threshold is None or result not in {"fired", "not_fired"}:
        return text
    comparison = words[0] if result == "fired" else words[1]
    return f"{text} is {comparison} {formats.quantity(threshold, unit)}"


def _threshold(row: Row) -> str:
    column, threshold = as_text(row["driver_column"]), as_float(row["threshold"])
    if not column or threshold is None:
        return "none"
    sign = _SIGNS.get(as_text(row["operator"]), "")
    return f"{sign} {formats.quantity(threshold, unit_of(column))}".strip()


def _distance(row: Row) -> str:
    moves = as_float(row["distance_moves"])
    if moves is None:
        return "none"
    return f"{formats.number(moves, 1)} daily moves"


def _signers(rows: Rows) -> Signers:
    votes = rows.at("mart_signer_daily", rows.session)
    columns = sorted({(as_text(row["layer_id"]), as_text(row["direction"])) for row in votes})
    by_key = {
        (as_text(row["signer_id"]), as_text(row["layer_id"]), as_text(row["direction"])): row
        for row in votes
    }
    table = []
    for signer_id in sorted({as_text(row["signer_id"]) for row in votes}):
        cells = []
        for layer_id, direction in columns:
            row = by_key.get((signer_id, layer_id, direction))
            code = "not_evaluated" if row is None else as_text(row["outcome"])
            cells.append((f"{layer_id} {direction}", outcome(code)))
        title = formats.spelled(rows.run.text.signers.get(signer_id, ""))
        table.append(SignerVote(signer_id=signer_id, title=title, votes=tuple(cells)))
    return Signers(
        columns=tuple(f"{layer} {direction}" for layer, direction in columns),
        rows=tuple(table),
        sentences=_quorums(rows, votes),
    )


def _quorums(rows: Rows, votes: list[Row]) -> tuple[str, ...]:
    """Each layer's count: signed, quorum, and the signers that could not be asked."""
    sentences = []
    for row in rows.at("mart_hedge_decision_daily", rows.session):
        layer_id, quorum = as_text(row["layer_id"]), as_int(row["quorum"])
        direction = "reduce" if row["action"] == "reduce" else "add"
        asked = [
            as_text(vote["outcome"])
            for vote in votes
            if vote["layer_id"] == layer_id and vote["direction"] == direction
        ]
        if row["signers_signed"] is None:
            sentences.append(f"{layer_id}: no move is considered, so none needs a signature.")
            continue
        signed = formats.count(as_int(row["signers_signed"]))
        need = f"quorum {quorum}" if quorum else "no quorum needed"
        sentences.append(
            f"{layer_id} {direction}: signed {signed} of {len(asked)}, {need}, "
            f"NO DATA {asked.count('no_data')}, NOT EVALUATED {asked.count('not_evaluated')}."
        )
    return tuple(sentences)
