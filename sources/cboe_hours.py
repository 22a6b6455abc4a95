"""Until when index options trade at Cboe: fifteen minutes longer than the stocks they are on.

SPX, SPXW, VIX and VIXW options stop at 16:15 New York, at 13:15 where the stocks stop at 13:00; the
curb session that follows since 2022-04-25 belongs to the same trade date and is not counted. The
calendar libraries have these hours wrong on most half days, so they are not asked: the hours follow
from the stock exchange's own, and the days on which those are not regular stand in a table typed
into this package. Where calendar and table disagree nothing is guessed.

Source:
    Cboe Rule 5.1, trading hours (before 2019-10-07 Rule 24.6); each row of the table names its own.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import polars as pl

from sources.calendar import fetch_sessions, nearest_sessions
from sources.errors import SourceError
from sources.sheet import Sheet, headed, once

TABLE_FIRST, TABLE_LAST = date(2001, 1, 1), date(2027, 12, 31)  # days that the table speaks for

_FILE = "cboe_exceptions.csv"
_HEADER = ("day", "option_close", "cause", "source")
_CLOSED = "closed"
_LATER = timedelta(minutes=15)
_NEW_YORK = ZoneInfo("America/New_York")
_REGULAR = time(16, 0)  # the stocks' close


def fetch_exceptions() -> bytes:
    """The typed-in table: days of 2001 to 2027 on which the options' hours are not the regular ones."""
    return (files("sources") / "reference" / _FILE).read_bytes()


def parse_exceptions(payload: bytes) -> pl.LazyFrame:
    """The exceptions: day, option_close [New York time, null where closed], cause and source.

    Raises:
        SourceError: another header, a cell that does not read as stated, a day twice with
            different hours, or a day beyond the years that the table speaks for.
    """
    return _exceptions(payload).lazy()


def option_close(session: date, *, expiring: bool = False) -> datetime:
    """When index options stop trading on a session, UTC.

    Args:
        session: the exchange date.
        expiring: of options that settle at this session's close (SPXW), which stop with the stocks;
            documented by Cboe in November 2012, up to 2011 they went on for the fifteen minutes.

    Raises:
        SourceError: no session, or the calendar library and the table of exceptions disagree.
    """
    stocks = _stock_closes(session.year // 10).get(session)
    listed = _by_day()
    if problem := _contradiction(session, stocks, listed):
        raise SourceError(f"{problem}; see the exchange's notice and mend the table")
    if stocks is None:
        before, after = nearest_sessions(session)
        raise SourceError(
            f"option hours: {session} is not a session of the exchange; accepted is one; the "
            f"nearest are {before} and {after}"
        )
    if expiring:
        return stocks
    hour = listed.get(session)
    return stocks + _LATER if hour is None else _new_york(session, hour)


def contradictions(first: date, last: date) -> list[str]:
    """Where the calendar library and the table of exceptions disagree; empty where they agree.

    Args:
        first: the first day compared.
        last: the last day compared; days outside the table's years never disagree.
    """
    listed = _by_day()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    found = (_contradiction(day, _stock_closes(day.year // 10).get(day), listed) for day in days)
    return [problem for problem in found if problem]


def _contradiction(
    day: date, stocks: datetime | None, listed: dict[date, time | None]
) -> str | None:
    if not TABLE_FIRST <= day <= TABLE_LAST:
        return None
    if stocks is None:
        calendar = _CLOSED
        expected = _CLOSED if listed.get(day) is None else "early"
    else:
        calendar = "regular" if stocks == _new_york(day, _REGULAR) else "early"
        expected = "regular" if day not in listed else _CLOSED if listed[day] is None else "early"
    if calendar == expected:
        return None
    return f"{_FILE}: {day} is {expected} by the table and {calendar} by the calendar library"


def _exceptions(payload: bytes) -> pl.DataFrame:
    _, table = headed(payload, _HEADER, file=_FILE)
    days = table.dates("day", "%Y-%m-%d")
    span = f"a day from {TABLE_FIRST} to {TABLE_LAST}"
    table.refuse(~days.is_between(TABLE_FIRST, TABLE_LAST), "day", span)
    for column in ("cause", "source"):
        table.refuse(table.cells.get_column(column).is_null(), column, "a few words")
    rows = pl.DataFrame({"day": days, "option_close": _hours(table)}).with_columns(
        table.cells.get_column("cause"), table.cells.get_column("source")
    )
    return once(rows, ["day"], file=_FILE)


def _hours(table: Sheet) -> pl.Series:
    text = table.cells.get_column("option_close").fill_null("")
    shaped = text.set(~text.str.contains("^[0-9]{2}:[0-9]{2}$"), None)
    hours = shaped.str.to_time("%H:%M", strict=False)
    table.refuse(hours.is_null() & (text != _CLOSED), "option_close", "a time as 13:15, or closed")
    return hours


@lru_cache(maxsize=1)
def _by_day() -> dict[date, time | None]:
    return dict(_exceptions(fetch_exceptions()).select("day", "option_close").rows())


@lru_cache(maxsize=16)
def _stock_closes(decade: int) -> dict[date, datetime]:
    start, end = date(decade * 10, 1, 1), date(decade * 10 + 9, 12, 31)  # a year costs as much
    lines = fetch_sessions(start, end).decode().splitlines()[1:]
    cells = (line.split(",") for line in lines)
    return {date.fromisoformat(row[0]): datetime.fromisoformat(row[2]) for row in cells}


def _new_york(day: date, at: time) -> datetime:
    return datetime.combine(day, at, _NEW_YORK).astimezone(UTC)
