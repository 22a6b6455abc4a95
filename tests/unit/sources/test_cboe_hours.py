"""When index options close, and that table and calendar may not contradict each other."""

from datetime import UTC, date, datetime, time

import polars as pl
import pytest

from sources import cboe_hours
from sources.cboe_hours import contradictions, fetch_exceptions, option_close, parse_exceptions
from sources.errors import SourceError

_HEADER = "day,option_close,cause,source\n"


def test_table_size() -> None:
    """59 half days and 10 unplanned closures, each with its cause and source, in order of day."""
    table = parse_exceptions(fetch_exceptions()).collect(engine="in-memory")
    assert table.columns == ["day", "option_close", "cause", "source"]
    assert table["option_close"].null_count() == 10
    assert (table["option_close"] == time(13, 15)).sum() == 59
    assert table["day"].is_sorted()
    assert len(fetch_exceptions().splitlines()) == 70
    assert table.select(pl.col("cause", "source").str.len_chars().min()).row(0) >= (8, 8)


@pytest.mark.parametrize(
    ("session", "expiring", "close"),
    [
        (date(2018, 7, 2), False, datetime(2018, 7, 2, 20, 15, tzinfo=UTC)),
        (date(2018, 7, 2), True, datetime(2018, 7, 2, 20, 0, tzinfo=UTC)),
        (date(2018, 7, 3), False, datetime(2018, 7, 3, 17, 15, tzinfo=UTC)),
        (date(2018, 7, 3), True, datetime(2018, 7, 3, 17, 0, tzinfo=UTC)),
        (date(2018, 12, 31), False, datetime(2018, 12, 31, 21, 15, tzinfo=UTC)),
    ],
)
def test_close_by_kind_of_day(session: date, expiring: bool, close: datetime) -> None:  # noqa: FBT001
    """16:15 New York, 13:15 on half days; options that settle at the close stop with the stocks."""
    assert option_close(session, expiring=expiring) == close


@pytest.mark.parametrize("day", [date(2018, 12, 5), date(2018, 7, 4), date(2018, 7, 7)])
def test_closed_day_refused(day: date) -> None:
    """A day without a session has no close; the nearest sessions are named."""
    with pytest.raises(SourceError, match=f"{day} is not a session .* the nearest are 2018-"):
        option_close(day)


@pytest.mark.parametrize(
    ("listed", "day", "named"),
    [
        ({}, date(2018, 7, 3), "2018-07-03 is regular by the table and early by the calendar"),
        ({date(2018, 7, 2): time(13, 15)}, date(2018, 7, 2), "early by the table and regular by"),
        ({date(2018, 7, 2): None}, date(2018, 7, 2), "closed by the table and regular by"),
        ({date(2018, 7, 4): time(13, 15)}, date(2018, 7, 4), "early by the table and closed by"),
    ],
)
def test_contradiction_stops(
    monkeypatch: pytest.MonkeyPatch, listed: dict[date, time | None], day: date, named: str
) -> None:
    """Where table and calendar disagree no hour is given, and the comparison lists the day."""
    monkeypatch.setattr(cboe_hours, "_by_day", lambda: listed)
    with pytest.raises(SourceError, match=named):
        option_close(day)
    assert [named in problem for problem in contradictions(day, day)] == [True]


def test_other_years_follow_rule() -> None:
    """Outside the years of the table the hours follow from the stock exchange's alone."""
    assert option_close(date(1999, 11, 26)) == datetime(1999, 11, 26, 18, 15, tzinfo=UTC)
    assert contradictions(date(1999, 1, 1), date(2000, 12, 31)) == []


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("2018-07-03,1:15,half day,NYSE", "column option_close is '1:15'; accepted is a time as"),
        ("2018-07-03,25:00,half day,NYSE", "column option_close"),
        ("2018-07-03,,half day,NYSE", "column option_close"),
        ("2000-07-03,13:15,half day,NYSE", "column day is '2000-07-03'; accepted is a day from"),
        ("2018-07-03,13:15,half day,", "column source"),
        ("2018-07-03,13:15,,NYSE", "column cause"),
        ("3 July,13:15,half day,NYSE", "column day"),
        ("2018-07-03,13:15,a,b\n2018-07-03,closed,a,b", "two different rows for 2018-07-03"),
    ],
)
def test_strange_exception_refused(row: str, named: str) -> None:
    """A row of the table that does not read as stated stops it, with line and column."""
    with pytest.raises(SourceError, match=named):
        parse_exceptions(f"{_HEADER}{row}\n".encode())
