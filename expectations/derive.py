"""The checks that follow from a table's declaration.

Structure, nulls and key are severity ``fail`` everywhere: code reads the table by them. Bounds:

- core, history: ``fail``; an implausible input must not reach a rule, and a ten-year window
  carries an old one into today's.
- raw, history: ``warn``; the core layer takes out or refuses what it reads of it, and raw is kept
  as published, so that one old print would otherwise stop every run for good.
- mart measures: history ``warn``, latest ``fail``; an old row in breach is worth a line, but only
  the latest feeds today's decision.
- the decision's own tables: ``fail`` in both; a multiplier of 3 is never an outlier.
"""

import sys

from expectations.check import Check, Severity, Suite
from schemas.mart import (
    MART_HEDGE_DECISION_DAILY,
    MART_POLICY_CELL,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
)
from schemas.model import Column, Table, Unit

OPTIONAL_TABLES = frozenset({
    "raw_event", "raw_vx_settlement", "core_event_daily", "core_vx_curve_daily",
    "mart_book_daily",
    "mart_futures_curve_daily",
})  # fmt: skip
"""Tables that a source may leave empty: no rows is ``warn``, an input taken out, not a refusal."""

SPARSE_TABLES = frozenset({
    "raw_option_quote", "raw_position", "core_position", "raw_answer", "core_answer",
    "mart_book_leg_daily",
    "mart_book_scenario_daily", "mart_book_proposal_daily",
    "core_option_quote", "mart_chain_daily", "mart_parity_daily", "mart_rule_action_daily",
})  # fmt: skip
"""Tables that may be without rows, at a session or at all, and nothing is wrong."""

DECISION_TABLES = frozenset(
    table.name
    for table in (
        MART_POLICY_CELL,
        MART_RULE_EVALUATION_DAILY,
        MART_SIGNER_DAILY,
        MART_HEDGE_DECISION_DAILY,
    )
)

LARGEST = sys.float_info.max
"""The bound where none is declared: what exceeds it is not finite."""


def derived(table: Table, suite: Suite, missing: frozenset[str] = frozenset()) -> tuple[Check, ...]:
    """The checks of one suite that the declaration says.

    The history suite judges every row, the latest session's too; what it judges with the same
    severity is not judged again on the latest rows alone.

    Args:
        table: the table's declaration.
        suite: history or latest.
        missing: series that the source has no feed of; their columns are null throughout.
    """
    if suite == "latest":
        return _bounds(table, "fail", missing) if table.layer == "mart" else ()
    return (
        _header(table),
        _rows(table),
        *(_filled(table, column) for column in table.columns if not table.is_nullable(column.name)),
        _key(table),
        *_bounds(table, _history_severity(table), missing),
    )


def rows_severity(table: Table) -> Severity:
    """What it means that a table has no rows."""
    return "warn" if table.name in OPTIONAL_TABLES else "fail"


def _header(table: Table) -> Check:
    names = tuple(table.schema)
    return Check("columns", "columns", "fail", f"{len(names)} columns as declared", names)


def _rows(table: Table) -> Check:
    if table.name in SPARSE_TABLES:
        return Check("rows", "rows", "warn", "any number of rows", ge=0)
    return Check("rows", "rows", rows_severity(table), "at least 1 row", ge=1)


def _filled(table: Table, column: Column) -> Check:
    role = "key column" if column.name in table.key else "column declared without nulls"
    return Check(f"filled.{column.name}", "filled", "fail", f"no null: {role}", (column.name,))


def _key(table: Table) -> Check:
    return Check("key", "key", "fail", f"one row per {', '.join(table.key)}", table.key)


def _bounds(table: Table, severity: Severity, missing: frozenset[str]) -> tuple[Check, ...]:
    held = (column for column in table.columns if column.name not in missing)
    return tuple(_bounded(column, severity) for column in held if _is_bounded(column))


def _is_bounded(column: Column) -> bool:
    return column.dtype.is_float() or column.ge is not None or column.le is not None


def _bounded(column: Column, severity: Severity) -> Check:
    ge = -LARGEST if column.ge is None else column.ge
    le = LARGEST if column.le is None else column.le
    return Check(
        f"bounds.{column.name}", "bounds", severity, _range(column), (column.name,), ge=ge, le=le
    )


def _range(column: Column) -> str:
    unit = "" if column.unit is Unit.NONE else f" [{column.unit.value}]"
    if column.ge is None and column.le is None:
        return f"finite{unit}"
    low = "" if column.ge is None else f"from {column.ge:g}"
    high = "" if column.le is None else f"to {column.le:g}"
    return " ".join(part for part in (low, high) if part) + unit


def _history_severity(table: Table) -> Severity:
    return "fail" if table.layer == "core" or table.name in DECISION_TABLES else "warn"
