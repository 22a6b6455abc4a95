"""Block 4: gates, drivers, the seed rule's readings and the matrix, as sentences."""

from briefing import formats, freshness
from briefing.book_rules import (
    answer,
    driver_label,
    is_on_book,
    is_test,
    test_text,
    unpriced,
)
from briefing.events import SCHEDULED
from briefing.labels import (
    OUTCOME_WORDS,
    is_flag,
    made_from,
    outcome,
    quantity,
    readable,
    unit_of,
)
from briefing.matrix import band_of, matrix
from briefing.model import Clause, Gates, Outcome, Rule
from briefing.rows import Row, Rows, as_float, as_text
from briefing.signers import signers
from schemas.model import Unit

_ABOVE = {
    ">": ("above", "not above"),
    ">=": ("at or above", "below"),
    "<": ("below", "not below"),
    "<=": ("at or below", "above"),
    "=": ("equal to", "not equal to"),
    "!=": ("not equal to", "equal to"),
}
_SIGNS = {">=": "at least", "<=": "at most", "!=": "not", "=": "equals", ">": "above", "<": "below"}
_UNSCHEDULED = "no schedule of it was known"
_NAMED = 3  # inputs that one line holds
_REQUIRED = "required input"  # how the policy's gate on its inputs describes itself


def gates(rows: Rows) -> Gates:
    """Every family of rules at this session, each in its fixed place."""
    evaluated = rows.at("mart_rule_evaluation_daily", rows.session)
    return Gates(
        gates=_family(rows, evaluated, "gate"),
        drivers=_family(rows, evaluated, "driver"),
        seeds=_family(rows, evaluated, "seed"),
        tests=_family(rows, evaluated, "test"),
        signers=signers(rows, _on_book(rows, evaluated)),
        matrix=matrix(rows),
    )


def _on_book(rows: Rows, evaluated: list[Row]) -> dict[str, str]:
    """What the signers that judge the book found, by rule: each measure beside its limit."""
    found: dict[str, list[str]] = {}
    for row in evaluated:
        if row["family"] == "signer" and is_on_book(row):
            found.setdefault(as_text(row["rule_id"]), []).append(clause_text(rows, row))
    return {rule_id: "; ".join(texts) for rule_id, texts in found.items()}


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
    clauses = tuple(_clause(rows, one) for one in numbers)
    is_off = row["family"] == "seed" and not (conditions or numbers)
    reason = _reason(rows, row, clauses)
    if is_off:
        reason = f"off in the policy, moves nothing ({formats.short_day(rows.session)})"
    return Rule(
        rule_id=rule_id,
        title=formats.spelled(rows.run.text.rules.get(rule_id, "")),
        condition=readable(as_text(row["condition_text"])),
        sentence=_sentence(reason, result, is_off=is_off),
        role=as_text(row["role"]),
        grade=as_text(row["grade"]),
        value=answer(shown)
        if is_test(shown)
        else quantity(as_float(shown["driver_value"]), column),
        threshold=_threshold(shown),
        reason=f"{reason[:1].upper()}{reason[1:]}.",
        clauses=clauses,
        outcome=result,
        evidence=formats.spelled(rows.run.text.evidence.get(rule_id, "")),
    )


def _sentence(reason: str, result: Outcome, *, is_off: bool) -> str:
    """Reason and outcome; first the outcome where the rule is off or could not be evaluated."""
    word = OUTCOME_WORDS[result]
    if is_off:
        return f"{word}; {reason}."
    return f"{word}: {reason}." if result == "not_evaluated" else f"{reason}: {word}."


def _reason(rows: Rows, row: Row, clauses: tuple[Clause, ...]) -> str:
    """Value, comparison, threshold, unit and date of every condition, or what stands for them."""
    result: Outcome = outcome(as_text(row["outcome"]))
    date = formats.short_day(rows.session)
    if result == "not_evaluated":
        text = readable(as_text(row["condition_text"])).removeprefix("not evaluated: ")
        return text or "its inputs are not read yet"
    if clauses:
        return "; ".join(clause.text for clause in clauses)
    if _REQUIRED in as_text(row["condition_text"]):
        return _inputs(rows, result, date)
    return f"{readable(as_text(row['condition_text']))} ({date})"


def _inputs(rows: Rows, result: Outcome, date: str) -> str:
    """What the gate on the required inputs found."""
    if result == "not_fired":
        return f"Every required input is known and current ({date})"
    faults = [cell.label for cell in freshness.failing(rows)]
    more = len(faults) - _NAMED
    named = ", ".join(faults[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return (
        f"A required input is missing or stale ({date}){'; not current: ' if faults else ''}{named}"
    )


def _clause(rows: Rows, row: Row) -> Clause:
    return Clause(
        text=clause_text(rows, row),
        distance=_distance(row),
        outcome=outcome(as_text(row["outcome"])),
    )


def clause_text(rows: Rows, row: Row) -> str:
    """One condition in words: label, value, date, comparison and threshold, or the axis' band."""
    column = as_text(row["driver_column"])
    value, threshold = as_float(row["driver_value"]), as_float(row["threshold"])
    if value is None:
        missing = _missing(rows, row)
        return f"{driver_label(row)} is missing" + (f" ({missing})" if missing else "")
    if is_test(row):
        return test_text(rows, row)
    if is_flag(column):
        told = "yes" if value else "no"
        return f"{driver_label(row)}: {told} ({formats.short_day(rows.session)})"
    unit, result = unit_of(column), outcome(as_text(row["outcome"]))
    text = (
        f"{driver_label(row)} {formats.quantity(value, unit)} ({formats.short_day(rows.session)})"
    )
    words = _ABOVE.get(as_text(row["operator"]))
    if words is not None and threshold is not None and result in {"fired", "not_fired"}:
        comparison = words[0] if result == "fired" else words[1]
        return f"{text} is {comparison} {formats.quantity(threshold, unit)}"
    band = band_of(rows, column)
    return f"{text} lies in {band}" if band else text


def _missing(rows: Rows, row: Row) -> str:
    """Why a condition's driver is missing; empty where nothing tells."""
    column = as_text(row["driver_column"])
    if is_on_book(row):
        return unpriced(rows.at("mart_book_offer_daily", rows.session))
    if column in SCHEDULED:
        return _UNSCHEDULED
    return freshness.explain_missing(rows, made_from(column)).rstrip(".")


def _threshold(row: Row) -> str:
    column, threshold = as_text(row["driver_column"]), as_float(row["threshold"])
    if not column or threshold is None or is_test(row):
        return "none"
    if is_flag(column):
        return "yes" if threshold else "no"
    sign = _SIGNS.get(as_text(row["operator"]), "")
    return f"{sign} {formats.quantity(threshold, unit_of(column))}".strip()


def _distance(row: Row) -> str:
    """How far a driver is from its threshold: in its unit and in its typical daily moves."""
    column = as_text(row["driver_column"])
    value, threshold = as_float(row["driver_value"]), as_float(row["threshold"])
    if is_flag(column):
        return ""
    parts = []
    if value is not None and threshold is not None and not is_test(row):
        parts.append(_apart(abs(value - threshold), unit_of(column)))
    if (moves := as_float(row["distance_moves"])) is not None:
        parts.append(f"{formats.number(moves, 1)} daily moves")
    return ", ".join(parts)


def _apart(difference: float, unit: Unit) -> str:
    """A difference without its sign; between rates in percentage points."""
    if unit is Unit.DECIMAL:
        return formats.number(difference * 100.0, 2, after=" pp")
    return formats.quantity(difference, unit).lstrip("+")
