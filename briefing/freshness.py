"""Block 8: how old each input is, what the source lacks, and what the checks found."""

from briefing import formats
from briefing.labels import label
from briefing.model import CellState, Quality, QualityCell
from briefing.rows import Row, Rows, as_date, as_int, as_text
from schemas.series import SERIES, Feed, Series

_STATES: dict[str, CellState] = {"ok": "ok", "warn": "late", "fail": "stale"}
_WORDS: dict[CellState, str] = {
    "ok": "OK",
    "late": "LATE",
    "stale": "STALE",
    "no_data": "NO DATA",
    "not_offered": "NOT OFFERED",
}
_WORST_FIRST: tuple[CellState, ...] = ("no_data", "stale", "late", "ok", "not_offered")
_BREACHES_SHOWN = 12
_UNCHECKED = "No check results were recorded for this run."


def cells(rows: Rows) -> tuple[QualityCell, ...]:
    """Every input of the catalogue, the worst first, then in catalogue order."""
    known = {row["series_id"]: row for row in rows.at("core_as_known_daily", rows.session)}
    found = [_cell(rows, entry, known.get(entry.id)) for entry in SERIES]
    return tuple(sorted(found, key=lambda cell: _WORST_FIRST.index(cell.state)))


def failing(rows: Rows) -> tuple[QualityCell, ...]:
    """The inputs that the source offers and that are late, stale or missing."""
    return tuple(cell for cell in cells(rows) if cell.state in {"late", "stale", "no_data"})


def explain_missing(rows: Rows, series_ids: tuple[str, ...]) -> str:
    """Why a measure is missing, by the first of its inputs that is; empty where all are there."""
    by_id = {cell.series_id: cell for cell in cells(rows)}
    faults = [by_id[name] for name in series_ids if name in by_id and by_id[name].state != "ok"]
    return faults[0].sentence if faults else ""


def _cell(rows: Rows, entry: Series, row: Row | None) -> QualityCell:
    feed = entry.feed(rows.run.source)
    name = label(entry.id)
    if feed is None:
        return _unavailable(entry.id, "not_offered", f"{name}: this source does not offer it.")
    if row is None or row["value"] is None:
        return _unavailable(entry.id, "no_data", f"{name}: no value is known yet.")
    state = _STATES.get(as_text(row["freshness"]), "no_data")
    age, event = as_int(row["age_sessions"]), as_date(row["event_date"])
    return QualityCell(
        series_id=entry.id,
        label=name,
        state=state,
        word=_WORDS[state],
        age=formats.count(age),
        event_date=formats.NO_DATA if event is None else event.isoformat(),
        sentence=f"{name}: last value is of {formats.day(event)}, "
        f"{formats.count(age, 'session')} old; {_limit(feed)}.",
    )


def _limit(feed: Feed) -> str:
    return (
        f"warned of beyond {formats.count(feed.warn_after)}, "
        f"taken out beyond {formats.count(feed.fail_after)}"
    )


def _unavailable(series_id: str, state: CellState, sentence: str) -> QualityCell:
    return QualityCell(
        series_id=series_id,
        label=label(series_id),
        state=state,
        word=_WORDS[state],
        age=formats.NO_DATA,
        event_date=formats.NO_DATA,
        sentence=sentence,
    )


def _results(rows: Rows) -> list[Row]:
    found = rows.frame("ops_check_result").iter_rows(named=True)
    return [row for row in found if row["run_id"] == rows.run.run_id]


def breaches(rows: Rows) -> tuple[str, ...]:
    """The checks of this run that did not pass, as sentences, the severe ones first."""
    if not _results(rows):
        return (_UNCHECKED,)
    broken = [row for row in _results(rows) if row["check_outcome"] != "pass"]
    broken.sort(key=lambda row: row["severity"] != "fail")
    return tuple(_breach(row) for row in broken)


def _breach(row: Row) -> str:
    where = (
        f"{row['table_name']}.{row['checked_column']}"
        if row["checked_column"]
        else row["table_name"]
    )
    observed = as_text(row["observed"]) or "not observed"
    rows_in_breach = formats.count(as_int(row["unexpected_count"]), "row")
    return formats.spelled(
        f"{as_text(row['severity']).upper()} {row['check_id']} on {where}: found {observed}, "
        f"accepted {row['expected']}; {rows_in_breach} of {formats.count(as_int(row['row_count']))}."
    )


def quality(rows: Rows) -> Quality:
    """The strip: failures first; what the source lacks apart, since it degrades nothing."""
    every = cells(rows)
    offered = tuple(cell for cell in every if cell.state != "not_offered")
    late = len(failing(rows))
    current = len(offered) - late
    summary = f"{current} of {formats.count(len(offered), 'offered input')} current"
    broken = breaches(rows)
    shown = broken[:_BREACHES_SHOWN]
    if len(broken) > len(shown):
        shown = (*shown, f"and {len(broken) - len(shown)} more in the data-quality results.")
    return Quality(
        summary=f"{summary}; {late} late, stale or missing." if late else f"{summary}; none late.",
        cells=offered,
        not_offered=tuple(cell.label for cell in every if cell.state == "not_offered"),
        checks=_checks(rows),
        breaches=shown if _results(rows) else (),
    )


def _checks(rows: Rows) -> str:
    results = _results(rows)
    if not results:
        return _UNCHECKED
    passed = sum(row["check_outcome"] == "pass" for row in results)
    tables = len({row["table_name"] for row in results})
    return (
        f"{formats.count(passed)} of {formats.count(len(results), 'check')} passed "
        f"on {formats.count(tables, 'table')}."
    )
