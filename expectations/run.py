"""Checks of one table in one run: the suites judged, the guards added, the verdicts as rows.

Great Expectations calls it a success when there was nothing to judge. Four guards of our own say
otherwise: a frame without rows, a column without values, a suite without checks, and fewer
verdicts than checks.
"""

import json
import math
from dataclasses import asdict
from datetime import date, datetime

import polars as pl

from expectations.check import SUITES, TABLE_KINDS, Check, CheckResult, CheckRun, Suite, Verdict
from expectations.judge import judge, preload
from expectations.suites import checks, needs_calendar
from schemas.core import CORE_SESSION
from schemas.model import SchemaError, Table
from schemas.ops import OPS_CHECK_RESULT

__all__ = ["CheckResult", "CheckRun", "as_frame", "preload", "validate"]

_TYPES = Check("types", "columns", "fail", "types as declared")
_SUITE = Check("suite", "rows", "fail", "at least 1 check")
_NOT_JUDGED = Verdict("error", "not judged: no verdict, or the columns are not as declared")
_WITHOUT_LATEST_DAY = frozenset({"raw_event"})  # a schedule: its rows lie ahead of the session


def validate(
    table: Table,
    frame: pl.DataFrame,
    *,
    run: CheckRun,
    sessions: pl.DataFrame | None = None,
) -> list[CheckResult]:
    """Judge a table: the history suite on all its rows, the latest suite on the run's session.

    Args:
        table: the table's declaration.
        frame: its rows, in key order.
        run: the run that the verdicts are for.
        sessions: core_session, for the tables whose sessions must be without a gap.

    Returns:
        Every verdict, the passing ones too, in order of suite and check id.

    Raises:
        SchemaError: the table needs ``sessions`` and none were given.
    """
    calendar = _calendar(table, frame, sessions)
    results = [_result(table, run, "history", frame, _TYPES, _types(table, frame))]
    for suite in SUITES:
        results += judged(table, suite, checks(table, suite, run, calendar), frame, run=run)
    return sorted(results, key=lambda result: (result.suite, result.check_id))


def as_frame(results: list[CheckResult]) -> pl.DataFrame:
    """The verdicts as rows of ops_check_result."""
    rows = [asdict(result) for result in results]
    return pl.DataFrame(rows, schema=OPS_CHECK_RESULT.schema).sort(OPS_CHECK_RESULT.key)


def judged(
    table: Table,
    suite: Suite,
    asked: tuple[Check, ...],
    frame: pl.DataFrame,
    *,
    run: CheckRun,
) -> list[CheckResult]:
    """The results of one suite; a check without a verdict and a suite without checks are errors."""
    if not asked:
        return [_result(table, run, suite, frame, _SUITE, Verdict("error", "no check"))]
    rows, verdicts = frame, {}
    if frame.schema == table.schema:
        rows = _of_session(table, frame, asked, suite, run.session)
        verdicts = judge(asked, rows)
    elif suite == "history":  # neither measures nor a session can be read off other columns
        verdicts = judge(tuple(check for check in asked if check.measure is None), rows)
    expected = [check for check in asked if rows.height or check.kind in TABLE_KINDS]
    return [
        _result(table, run, suite, rows, check, verdicts.get(check.id, _NOT_JUDGED))
        for check in expected
    ]


def _of_session(
    table: Table, frame: pl.DataFrame, asked: tuple[Check, ...], suite: Suite, session: date
) -> pl.DataFrame:
    """The rows of a suite, with its measures, which are taken over the whole table first."""
    measures = {check.columns[0]: check.measure for check in asked if check.measure is not None}
    measured = frame.with_columns(measure.alias(name) for name, measure in measures.items())
    day = next((name for name in ("session", "event_date") if name in table.key), None)
    if suite == "history" or day is None or table.name in _WITHOUT_LATEST_DAY:
        return measured
    return measured.filter(pl.col(day) == session)


def _types(table: Table, frame: pl.DataFrame) -> Verdict:
    """Whether the frame's types are the declared ones; pandas has lost them when it is handed on."""
    wrong = [
        f"{name} is {frame.schema[name]}, declared {dtype}"
        for name, dtype in table.schema.items()
        if name in frame.schema and frame.schema[name] != dtype
    ]
    return Verdict("breach", "; ".join(wrong)) if wrong else Verdict("pass", "as expected")


def _calendar(table: Table, frame: pl.DataFrame, sessions: pl.DataFrame | None) -> pl.Series | None:
    if not needs_calendar(table) or frame.schema != table.schema:
        return None
    if table.name == CORE_SESSION.name:
        # each session names the next one, so the table is its own witness for a missing one
        return pl.concat([frame["session"], frame["next_session"].head(-1)]).unique().sort()
    if sessions is None:
        raise SchemaError(
            f"{table.name}: validate was given no sessions, and continuity is judged against "
            "them; pass sessions=core_session"
        )
    return sessions["session"].unique().sort()


def _result(
    table: Table, run: CheckRun, suite: Suite, rows: pl.DataFrame, check: Check, verdict: Verdict
) -> CheckResult:
    return CheckResult(
        run_id=run.run_id,
        table_name=table.name,
        suite=suite,
        check_id=check.id,
        severity=check.severity,
        check_outcome=verdict.outcome,
        checked_column=check.columns[0] if check.kind not in ("columns", "rows", "key") else None,
        observed=verdict.observed,
        expected=check.expected,
        unexpected_count=verdict.unexpected_count,
        row_count=rows.height,
        sample_rows=_sample(table, rows, check, verdict),
    )


def _sample(table: Table, rows: pl.DataFrame, check: Check, verdict: Verdict) -> str | None:
    """The first rows in breach as JSON: key columns and the value judged."""
    if not verdict.rows:
        return None
    wanted = [*table.key, *check.columns]
    names = [name for name in dict.fromkeys(wanted) if name in rows.columns]
    found = rows[sorted(verdict.rows)].select(names).to_dicts()
    return json.dumps(
        [{name: _json_value(value) for name, value in row.items()} for row in found],
        ensure_ascii=False,
    )


def _json_value(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)
