"""Sessions of the New York Stock Exchange against dates typed by hand.

Source: New York Stock Exchange, "Holidays & Trading Hours" of each year and "Special Closings since
1885"; not from the calendar library.
"""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from sources.calendar import fetch_sessions, is_session, nearest_sessions, parse_sessions
from sources.errors import SourceError

CLOSED = (
    "1999-01-01", "1999-01-18", "1999-02-15", "1999-04-02", "1999-05-31", "1999-07-05",
    "1999-09-06", "1999-11-25", "1999-12-24",
    "2000-04-21", "2000-07-04",
    "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14",
    "2002-03-29", "2003-04-18", "2004-04-09",
    "2004-06-11",  # mourning for President Reagan
    "2004-12-24", "2005-03-25", "2006-04-14", "2007-04-06",
    "2007-01-02",  # mourning for President Ford
    "2008-03-21", "2009-04-10", "2010-04-02", "2010-12-24", "2011-04-22", "2012-04-06",
    "2012-10-29", "2012-10-30",  # Hurricane Sandy
    "2013-03-29", "2014-04-18", "2015-04-03", "2015-07-03", "2016-03-25", "2017-04-14",
    "2018-03-30", "2018-07-04",
    "2018-12-05",  # mourning for President G. H. W. Bush
    "2019-04-19", "2020-04-10", "2020-07-03", "2021-04-02", "2021-12-24", "2022-04-15",
    "2022-06-20",  # Juneteenth for the first time
    "2023-01-02", "2023-06-19", "2024-03-29", "2024-06-19",
    "2025-01-09",  # mourning for President Carter
    "2025-04-18", "2026-04-03", "2026-06-19", "2026-07-03",
    "2027-01-01", "2027-01-18", "2027-02-15", "2027-03-26", "2027-05-31",
    "2027-06-18",  # Juneteenth, a Saturday, on the Friday before
    "2027-07-05", "2027-09-06", "2027-11-25", "2027-12-24",
    "2018-03-31", "2018-04-01",  # a weekend
)  # fmt: skip
HALF = (
    "1999-11-26", "2000-07-03", "2000-11-24", "2001-07-03", "2001-12-24", "2002-07-05",
    "2003-12-24",
    "2003-12-26",  # the Friday after Christmas
    "2006-07-03", "2007-12-24", "2008-11-28", "2009-12-24", "2012-12-24", "2013-07-03",
    "2015-11-27", "2016-11-25", "2017-07-03", "2018-07-03", "2018-11-23", "2018-12-24",
    "2019-07-03", "2019-12-24", "2020-12-24", "2021-11-26", "2022-11-25", "2023-07-03",
    "2024-12-24", "2025-07-03", "2025-11-28", "2026-11-27", "2026-12-24", "2027-11-26",
)  # fmt: skip
WHOLE = (
    "1999-01-04", "1999-12-23", "2001-09-10", "2001-09-17", "2002-07-03", "2002-09-11",
    "2004-06-10", "2006-11-10", "2007-01-03", "2008-07-02", "2010-12-31", "2011-12-23",
    "2012-10-31", "2014-12-26", "2015-07-02", "2016-12-23", "2018-02-05", "2018-10-08",
    "2018-11-12", "2018-12-04", "2018-12-06", "2018-12-31", "2020-03-16", "2020-07-02",
    "2021-06-18", "2021-12-31", "2022-06-17", "2022-12-23", "2025-01-08", "2026-07-02",
    "2027-07-02", "2027-12-23", "2027-12-31",
)  # fmt: skip


@pytest.fixture(scope="module")
def sessions() -> pl.DataFrame:
    """Every session of 1999 to 2027."""
    payload = fetch_sessions(date(1999, 1, 1), date(2027, 12, 31))
    return parse_sessions(payload).collect(engine="in-memory")


def _close_hours(sessions: pl.DataFrame) -> dict[date, str]:
    local = pl.col("close_at").dt.convert_time_zone("America/New_York").dt.strftime("%H:%M")
    return dict(sessions.select("session", local).rows())


def test_c1_closures_are_no_sessions(sessions: pl.DataFrame) -> None:
    """C1: holidays, mourning days, attacks, storms and weekends have no session."""
    held = _close_hours(sessions)
    assert [day for day in CLOSED if date.fromisoformat(day) in held] == []


def test_c2_half_days_close_at_one(sessions: pl.DataFrame) -> None:
    """C2: half days close at 13:00 New York and are marked as half days."""
    held = _close_hours(sessions)
    assert {day: held.get(date.fromisoformat(day)) for day in HALF} == dict.fromkeys(HALF, "13:00")
    marked = set(sessions.filter("is_half_day")["session"])
    assert {date.fromisoformat(day) for day in HALF} <= marked


def test_whole_days_close_at_four(sessions: pl.DataFrame) -> None:
    """Days that are easily taken for holidays close at 16:00 New York."""
    held = _close_hours(sessions)
    expected = dict.fromkeys(WHOLE, "16:00")
    assert {day: held.get(date.fromisoformat(day)) for day in WHOLE} == expected


def test_half_day_mark_is_the_hour(sessions: pl.DataFrame) -> None:
    """Exactly the sessions marked as half days close at 13:00; all others close at 16:00."""
    hours = pl.Series(_close_hours(sessions).values())
    assert hours.to_list() == [
        "13:00" if half else "16:00" for half in sessions["is_half_day"].to_list()
    ]


@pytest.mark.parametrize(
    ("year", "count"),
    [(2001, 248), (2012, 250), (2018, 251), (2019, 252), (2024, 252), (2025, 250)],
)
def test_sessions_of_year(sessions: pl.DataFrame, year: int, count: int) -> None:
    """A year has the number of trading days that the exchange counted."""
    assert (sessions["session"].dt.year() == year).sum() == count


def test_hours_follow_clock_change(sessions: pl.DataFrame) -> None:
    """Open and close are New York hours in UTC on both sides of a clock change."""
    about = sessions.filter(pl.col("session").is_in([date(2018, 3, 9), date(2018, 3, 12)]))
    assert about.select("open_at", "close_at").rows() == [
        (datetime(2018, 3, 9, 14, 30, tzinfo=UTC), datetime(2018, 3, 9, 21, 0, tzinfo=UTC)),
        (datetime(2018, 3, 12, 13, 30, tzinfo=UTC), datetime(2018, 3, 12, 20, 0, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2001, 9, 12), date(2001, 9, 10), date(2001, 9, 17)),
        (date(2018, 12, 25), date(2018, 12, 24), date(2018, 12, 26)),
        (date(2018, 12, 31), date(2018, 12, 28), date(2019, 1, 2)),
        (date(2007, 1, 1), date(2006, 12, 29), date(2007, 1, 3)),
        (date(2004, 6, 12), date(2004, 6, 10), date(2004, 6, 14)),
        (date(2012, 10, 29), date(2012, 10, 26), date(2012, 10, 31)),
        (date(2022, 6, 19), date(2022, 6, 17), date(2022, 6, 21)),
        (date(2025, 1, 9), date(2025, 1, 8), date(2025, 1, 10)),
    ],
)
def test_c1_nearest_sessions(day: date, before: date, after: date) -> None:
    """C1: a date's neighbors are sessions, across closures and the year's end, never itself."""
    assert nearest_sessions(day) == (before, after)


def test_single_dates() -> None:
    """A single date is asked without a range."""
    assert is_session(date(2018, 12, 4))
    assert not is_session(date(2018, 12, 5))


def test_bounds_are_kept() -> None:
    """The first and the last day asked for are included, and a backward range is refused."""
    week = parse_sessions(fetch_sessions(date(2018, 7, 2), date(2018, 7, 6)))
    assert week.collect(engine="in-memory")["session"].dt.day().to_list() == [2, 3, 5, 6]
    with pytest.raises(SourceError, match="start 2018-07-06 is after end 2018-07-02"):
        fetch_sessions(date(2018, 7, 6), date(2018, 7, 2))
