"""Every rule and condition at every session, as rows a reader can check."""

from typing import NamedTuple

import polars as pl

from policy import book_after as after
from policy.book_limits import Limit, every_limit, first_limit
from policy.conditions import (
    AfterChange,
    BelowLastRaise,
    Compared,
    Comparison,
    Condition,
    Driver,
    Flagged,
    MatrixMoved,
    described,
    parts,
)
from policy.entries import DIRECTIONS, SIGNERS, UNIT_LAYERS, Axis, Direction, Rule
from policy.evaluate import coded, distance, outcome
from policy.model import Policy
from policy.programs import reads_book_after
from schemas.book import BookTerms
from schemas.frames import at_least, compare, join_one
from schemas.mart import MART_RULE_EVALUATION_DAILY

_FAMILIES = {"gates": "gate", "drivers": "driver", "modifiers": "modifier", "gauges": "gauge",
             "tests": "test"}  # fmt: skip
_STATED = ("rule_id", "condition_no", "family", "role", "grade", "condition_text",
           "driver_table", "driver_column", "operator", "threshold")  # fmt: skip


class _Line(NamedTuple):
    """One row per session of the table: what is stated, and what is computed."""

    stated: dict[str, str | int | float | None]
    outcome: pl.Expr
    value: pl.Expr
    distance: pl.Expr


def rule_evaluation(policy: Policy, walked: pl.LazyFrame, terms: BookTerms) -> pl.LazyFrame:
    """Each rule as a whole (condition 0) and its conditions; a disabled rule as a whole only.

    Signers are listed by their predicate for every layer; a layer's own is in the signer table.
    What is judged on the book after a change shows the first add that a gate stopped, else the
    first move of its direction considered, else the book after the session's moves.
    """
    lines = [*_rule_lines(policy, terms), *_signer_lines(policy, terms)]
    lines.sort(key=_key)  # as the table is sorted, which then costs little
    schema = MART_RULE_EVALUATION_DAILY.schema
    stated = pl.LazyFrame(
        [{"place": number, **line.stated} for number, line in enumerate(lines)],
        schema={"place": pl.Int64(), **{name: schema[name] for name in _STATED}},
    )
    long = walked.select(
        "session",
        pl.lit(list(range(len(lines)))).alias("place"),
        pl.concat_list(line.outcome for line in lines).alias("outcome"),
        pl.concat_list(line.value for line in lines).alias("driver_value"),
        pl.concat_list(line.distance for line in lines).alias("distance_moves"),
    ).explode("place", "outcome", "driver_value", "distance_moves")
    words = {after.YES: "fired", after.NO: "not_fired", after.NO_DATA: "no_data",
             after.NOT_EVALUATED: "not_evaluated"}  # fmt: skip
    long = long.with_columns(pl.col("outcome").replace_strict(words, return_dtype=pl.String()))
    return join_one(long, stated, "place", many=True).drop("place")


def _key(line: _Line) -> tuple[str, int]:
    return str(line.stated["rule_id"]), int(line.stated["condition_no"] or 0)


def _rule_lines(policy: Policy, terms: BookTerms) -> list[_Line]:
    families = {name: family for key, family in _FAMILIES.items() for name in getattr(policy, key)}
    lines = []
    for rule_id, rule in policy.rules.items():
        standing: dict[str, str | int] = {"rule_id": rule_id, "family": families.get(rule_id, "seed"),
                    "role": rule.role, "grade": rule.grade}  # fmt: skip
        lines.append(_line({**standing, "condition_no": 0}, rule.when, terms))
        lines.extend(_inner_lines(policy, standing, rule, terms))
    return lines


def _inner_lines(
    policy: Policy, standing: dict[str, str | int], rule: Rule, terms: BookTerms
) -> list[_Line]:
    if not rule.enabled:
        return []
    if isinstance(rule.when, MatrixMoved):
        return [
            _axis_line(policy, {**standing, "condition_no": 1}, "row", policy.axes.row),
            _axis_line(policy, {**standing, "condition_no": 2}, "column", policy.axes.column),
        ]
    return _numbered(standing, [_line(standing, part, terms) for part in parts(rule.when)])


def _numbered(standing: dict[str, str | int], lines: list[_Line]) -> list[_Line]:
    return [
        line._replace(stated={**line.stated, **standing, "condition_no": number})
        for number, line in enumerate(lines, start=1)
    ]


def _line(
    standing: dict[str, str | int],
    condition: Condition,
    terms: BookTerms,
    move: Direction = "add",
) -> _Line:
    """A condition's line; its driver is shown where it is a single comparison or flag."""
    stated = {**dict.fromkeys(_STATED), **standing, "condition_text": described(condition)}
    code = outcome(condition, move)
    if isinstance(condition, Flagged):
        stated |= _source(condition.column) | {"operator": "=", "threshold": float(condition.is_)}
        return _Line(stated, code, pl.col(str(condition.column)), _nothing())
    if isinstance(condition, AfterChange) and (limit := first_limit(condition, terms)):
        stated |= _source(limit.driver) | {"operator": limit.op, "threshold": limit.threshold}
        return _Line(stated, code, limit.value(move), _nothing())
    if isinstance(condition, Compared):
        stated |= _source(condition.column) | {"operator": condition.op}
        return _Line(stated, code, pl.col(str(condition.column)), _nothing())
    if not isinstance(condition, Comparison):
        return _Line(stated, code, _nothing(), _nothing())
    driver, threshold = condition.column, condition.threshold
    stated |= _source(driver) | {"operator": condition.op, "threshold": threshold}
    return _Line(stated, code, pl.col(str(driver)), distance(driver, threshold))


def _axis_line(policy: Policy, standing: dict[str, str | int], name: str, axis: Axis) -> _Line:
    """One axis of the matrix: its driver, whether its band has held, and the nearest edge."""
    driver, closes = axis.column, policy.persistence.closes
    edges = " / ".join(str(band.below) for band in axis.bands[:-1])
    text = f"matrix {name} ({driver.column.name}, bands meet at {edges}) held {closes} closes"
    stated = {**dict.fromkeys(_STATED), **standing, **_source(driver), "condition_text": text}
    code = coded(pl.col(f"{name} held"), pl.lit(value=True))
    nearest = pl.min_horizontal([distance(driver, edge) for edge in axis.edges])
    return _Line(stated, code, pl.col(str(driver)), nearest)


def _signer_lines(policy: Policy, terms: BookTerms) -> list[_Line]:
    lines = []
    for direction in DIRECTIONS:
        for number, name in enumerate(SIGNERS):
            signer = policy.signers[name]
            standing: dict[str, str | int] = {
                "rule_id": f"{name}-{direction}", "family": "signer", "role": "gate",
                "grade": signer.grade, "condition_no": 0,
            }  # fmt: skip
            condition = getattr(signer, direction).every_layer
            line = _line(standing, condition, terms, direction)
            if isinstance(condition, BelowLastRaise):
                line = line._replace(outcome=_any_layer(DIRECTIONS.index(direction), number))
            lines.append(line)
            if reads_book_after(condition):
                lines.extend(_book_lines(standing, condition, terms, direction))
    return lines


def _book_lines(
    standing: dict[str, str | int], condition: Condition, terms: BookTerms, move: Direction
) -> list[_Line]:
    """What a signer that judges the book looks at, with a line for each limit of the book."""
    lines: list[_Line] = []
    for part in parts(condition):
        lines.append(_line(standing, part, terms, move))
        if isinstance(part, AfterChange):
            lines.extend(_limit_line(lines[-1], limit, move) for limit in every_limit(part, terms))
    return _numbered(standing, lines)


def _limit_line(line: _Line, limit: Limit, move: Direction) -> _Line:
    """One more limit of the same check."""
    stated = {**line.stated, **_source(limit.driver), "operator": limit.op,
              "threshold": limit.threshold, "condition_text": limit.text}  # fmt: skip
    value = limit.value(move)
    code = coded(compare(value, limit.op, limit.threshold), pl.lit(value=True))
    return _Line(stated, code, value, _nothing())


def _any_layer(direction: int, signer: int) -> pl.Expr:
    """Whether a signer that looks at each layer's own past signs for any sized layer."""
    votes = pl.col("votes").arr
    places = [(layer * len(DIRECTIONS) + direction) * len(SIGNERS) + signer
              for layer in range(len(UNIT_LAYERS))]  # fmt: skip
    known = [pl.when(votes.get(at) >= after.NO).then(votes.get(at)) for at in places]
    return coded(at_least(1, [compare(vote, "=", after.YES) for vote in known]), pl.lit(value=True))


def _source(driver: Driver) -> dict[str, str | int | float | None]:
    return {"driver_table": driver.table, "driver_column": driver.column.name}


def _nothing() -> pl.Expr:
    return pl.lit(None, dtype=pl.Float64)
