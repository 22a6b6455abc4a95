"""Sessions of the New York Stock Exchange, as the exchange_calendars library states them.

The library is imported when first asked, since it brings pandas, and is always given both bounds:
its default range depends on the day it is imported.
"""

import warnings
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import polars as pl

from sources.delimited import dates, flags, instants, text_table
from sources.errors import SourceError

_FILE = "XNYS sessions"
_HEADER = ("session", "open_at", "close_at", "is_half_day")
_LONGEST_CLOSURE = timedelta(days=30)  # the longest since 1934 was six days, in September 2001


def fetch_sessions(start: date, end: date) -> bytes:
    """Every session from ``start`` to ``end``, both included, as CSV text with UTC times.

    A half day is a session that the library lists as closing early: 13:00 New York.

    Raises:
        SourceError: the range is empty or runs backwards.
    """
    if start > end:
        raise SourceError(f"{_FILE}: start {start} is after end {end}; give the earlier date first")
    calendar = _calendar(start, end)
    early = set(calendar.early_closes)
    lines = [",".join(_HEADER)]
    for session, opens, closes in zip(
        calendar.sessions, calendar.opens, calendar.closes, strict=True
    ):
        half = "true" if session in early else "false"
        lines.append(
            f"{session:%Y-%m-%d},{opens:%Y-%m-%dT%H:%M:%SZ},{closes:%Y-%m-%dT%H:%M:%SZ},{half}"
        )
    return ("\n".join(lines) + "\n").encode()


def parse_sessions(payload: bytes) -> pl.LazyFrame:
    """The columns session, open_at, close_at and is_half_day of what ``fetch_sessions`` wrote.

    Raises:
        SourceError: another header, or a cell that does not read as stated.
    """
    table = text_table(payload, file=_FILE, header=_HEADER)
    return pl.DataFrame(
        {
            "session": dates(table, "session", file=_FILE, layout="%Y-%m-%d"),
            "open_at": instants(table, "open_at", file=_FILE),
            "close_at": instants(table, "close_at", file=_FILE),
            "is_half_day": flags(table, "is_half_day", file=_FILE),
        }
    ).lazy()


def is_session(day: date) -> bool:
    """Whether the exchange opens on this date."""
    return day in _sessions_around(day.year // 10)


def nearest_sessions(day: date) -> tuple[date, date]:
    """The last session before a date and the first after it; never the date itself."""
    around = _sessions_around(day.year // 10)
    return max(s for s in around if s < day), min(s for s in around if s > day)


def last_closed(moment: datetime) -> date:
    """The last session whose close had come at a moment with a time zone."""
    told = moment.astimezone(UTC)
    rows = fetch_sessions(told.date() - _LONGEST_CLOSURE, told.date()).decode().splitlines()[1:]
    closes = {row.split(",")[0]: datetime.fromisoformat(row.split(",")[2]) for row in rows}
    return date.fromisoformat(max(day for day, close in closes.items() if close <= told))


def _calendar(start: date, end: date) -> Any:  # noqa: ANN401  # the library has no types
    import exchange_calendars  # type: ignore[import-untyped]  # noqa: PLC0415  # brings pandas: 0.4 s

    with warnings.catch_warnings():
        # Raised inside exchange_calendars 4.13 by pandas 3.1; the instants it speaks of are UTC.
        warnings.filterwarnings("ignore", "Series.values returning", DeprecationWarning)
        return exchange_calendars.get_calendar("XNYS", start=start, end=end)


@lru_cache(maxsize=16)
def _sessions_around(decade: int) -> frozenset[date]:
    # A decade costs little more than a year, and dates asked for lie close together.
    start = date(decade * 10, 1, 1) - _LONGEST_CLOSURE
    end = date(decade * 10 + 9, 12, 31) + _LONGEST_CLOSURE
    lines = fetch_sessions(start, end).decode().splitlines()[1:]
    return frozenset(date.fromisoformat(line.split(",", 1)[0]) for line in lines)
