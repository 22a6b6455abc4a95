"""What the checks of the run found: one sentence for all columns that a check struck in a table."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby

from briefing import formats
from briefing.labels import label
from briefing.rows import Row, Rows, as_int, as_text
from schemas.series import SERIES, USED

UNCHECKED = "No check results were recorded for this run."
_SHOWN, _NAMED = 8, 3
# Checks that a value is there and fresh: the input's own cell says it, with the date and the age.
_OF_AGE = frozenset({"complete", "fresh", "present", "usable"})
_IDS = frozenset(entry.id for entry in SERIES)
_USED_TABLES = {entry.table for entry in SERIES if entry.id in USED}
_UNUSED_TABLES = {entry.table for entry in SERIES} - _USED_TABLES | {
    "core_vx_curve_daily", "raw_vx_settlement",
}  # fmt: skip

# What an empty table means to a reader.
_EMPTY = {
    "raw_event": "No calendar of announcements (FOMC, CPI) was received.",
    "raw_vx_settlement": "No settlements of VX futures were received.",
    "core_vx_curve_daily": "No settlements of VX futures were received.",
}


def results(rows: Rows) -> list[Row]:
    """Every check result of this run."""
    found = rows.frame("ops_check_result").iter_rows(named=True)
    return [row for row in found if row["run_id"] == rows.run.run_id]


def of_used(rows: Rows, told: AbstractSet[str]) -> tuple[str, ...]:
    """The breaches that degrade the page: of the tables and inputs that its measures are made from.

    Args:
        rows: the run.
        told: inputs that are said to be missing or old already; that is not said twice.
    """
    if not results(rows):
        return (UNCHECKED,)
    return _sentences([row for row in _broken(rows) if is_used(row) and not _is_told(row, told)])


def of_others(rows: Rows) -> tuple[str, ...]:
    """The breaches of what is collected and used by no measure."""
    broken = [row for row in _broken(rows) if not is_used(row)]
    return _sentences([row for row in broken if _kind(row) not in _OF_AGE])


def summary(rows: Rows, told: AbstractSet[str]) -> str:
    """How many checks passed, and how many of the others only repeat what the inputs' cells say."""
    found = results(rows)
    if not found:
        return UNCHECKED
    passed = sum(row["check_outcome"] == "pass" for row in found)
    tables = len({row["table_name"] for row in found})
    repeated = sum(_is_told(row, told) for row in _broken(rows))
    text = (
        f"{formats.count(passed)} of {formats.count(len(found), 'check')} passed "
        f"on {formats.count(tables, 'table')}"
    )
    return f"{text}; {repeated} found the faults of the inputs below." if repeated else f"{text}."


def capped(sentences: Sequence[str]) -> tuple[str, ...]:
    """As many as a block holds, and how many more there are."""
    more = len(sentences) - _SHOWN
    if more <= 0:
        return tuple(sentences)
    return (*sentences[:_SHOWN], f"and {more} more: volbrief table ops_check_result.")


def is_used(row: Row) -> bool:
    """Whether a check is about what the page's measures are made from."""
    about = _inputs(row)
    return bool(about & USED) if about else row["table_name"] not in _UNUSED_TABLES


def _inputs(row: Row) -> AbstractSet[str]:
    """The inputs that a check names in its column or its id."""
    words = f"{as_text(row['checked_column'])} {as_text(row['check_id'])}"
    return _IDS.intersection(re.findall(r"\w+", words))


def _kind(row: Row) -> str:
    return as_text(row["check_id"]).partition(".")[0]


def _is_told(row: Row, told: AbstractSet[str]) -> bool:
    return _kind(row) in _OF_AGE and bool(_inputs(row) & told)


def _broken(rows: Rows) -> list[Row]:
    return [row for row in results(rows) if row["check_outcome"] != "pass"]


def _group(row: Row) -> tuple[bool, str, str]:
    """Severe first, then the check and the table that it struck."""
    return (row["severity"] != "fail", _kind(row), as_text(row["table_name"]))


def _sentences(broken: list[Row]) -> tuple[str, ...]:
    ordered = sorted(broken, key=_group)
    said = (_said(list(rows)) for _group_key, rows in groupby(ordered, key=_group))
    return tuple(dict.fromkeys(said))


def _said(broken: list[Row]) -> str:
    """One breach in full; of several the columns."""
    names = tuple(dict.fromkeys(_column(row) for row in broken))
    if len(names) == 1:
        return _in_full(broken[0])
    first = broken[0]
    return formats.spelled(
        f"{as_text(first['severity']).upper()} {_kind(first)} on {first['table_name']}: "
        f"{formats.count(len(names), 'column')}, {named(names)}."
    )


def named(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def _column(row: Row) -> str:
    about = sorted(_inputs(row))
    return label(about[0]) if about else as_text(row["checked_column"] or row["check_id"])


def _in_full(row: Row) -> str:
    if _kind(row) == "rows" and not as_int(row["row_count"]) and row["table_name"] in _EMPTY:
        return _EMPTY[as_text(row["table_name"])]
    column = as_text(row["checked_column"])
    where = f"{row['table_name']}.{column}" if column else row["table_name"]
    observed = as_text(row["observed"]) or "not observed"
    struck = formats.count(as_int(row["unexpected_count"]), "row")
    return formats.spelled(
        f"{as_text(row['severity']).upper()} {row['check_id']} on {where}: found {observed}, "
        f"accepted {row['expected']}; {struck} of {formats.count(as_int(row['row_count']))}."
    )
