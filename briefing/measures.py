"""The appendix' list of measures: value, formula, source, grade, role, and the rules that read it."""

from briefing import formats
from briefing.back_matter import MeasureLine
from briefing.labels import unit_of
from briefing.rows import Row, Rows, Value, as_float
from schemas.catalogue import TABLES
from schemas.measure import Measure
from schemas.measures import MEASURES

_HORIZON = 21  # sessions: of tables with a row per horizon, the one that the page speaks of


def home_tables() -> tuple[str, ...]:
    """The tables that hold measures, whose rows of the session the list reads."""
    return tuple(dict.fromkeys(one.table for one in MEASURES))


def measure_lines(rows: Rows) -> tuple[MeasureLine, ...]:
    """Every declared measure as it stands at the session, in the methodology's order."""
    used = _used(rows)
    ordered = sorted(MEASURES, key=lambda one: [int(part) for part in one.section.split(".")])
    return tuple(_line(rows, one, used.get(f"{one.table}.{one.column}", ())) for one in ordered)


def _line(rows: Rows, one: Measure, used: tuple[str, ...]) -> MeasureLine:
    return MeasureLine(
        measure_id=one.id,
        term=one.term,
        value=_value(rows, one),
        formula=one.formula,
        source=one.source,
        grade=one.grade,
        role=one.role,
        used_by=used,
        caution=one.caution,
        column=f"{one.table}.{one.column}",
    )


def _value(rows: Rows, one: Measure) -> str:
    """Its value at the session; of tables with several rows a session, the one of 21 sessions."""
    found = [row for row in rows.at(one.table, rows.session) if _is_shown(row)]
    known = [row[one.column] for row in found if row[one.column] is not None]
    if len(TABLES[one.table].key) > 1 and "horizon_sessions" not in TABLES[one.table].key:
        return (
            f"{len(known)} of {formats.count(len(found), 'row')} known"
            if found
            else formats.NO_DATA
        )
    return _text(known[0], one.column) if known else formats.NO_DATA


def _is_shown(row: Row) -> bool:
    return row.get("horizon_sessions", _HORIZON) == _HORIZON


def _text(value: Value, column: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return formats.quantity(as_float(value), unit_of(column))


def _used(rows: Rows) -> dict[str, tuple[str, ...]]:
    """By ``table.column`` the rules and signers that read it at this session."""
    found: dict[str, list[str]] = {}
    for row in rows.at("mart_rule_evaluation_daily", rows.session):
        if row["driver_column"]:
            found.setdefault(f"{row['driver_table']}.{row['driver_column']}", []).append(
                str(row["rule_id"])
            )
    return {name: tuple(dict.fromkeys(rules)) for name, rules in found.items()}
