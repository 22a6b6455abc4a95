"""Faults of calendar and clock, by their row in the table of faults (C1, C2, C3, C6).

Dates are typed from the exchange's notices and Cboe's expiration calendars; UTC hours from the
rule that New York is five hours behind in winter and four in summer.
"""

from datetime import UTC, date, datetime, time, timedelta

import polars as pl
import pytest

from flows.outcome import ExitCode, Stop
from flows.plan import refuse_closed_day
from sources.calendar import fetch_sessions, parse_sessions
from sources.cboe_hours import TABLE_FIRST, TABLE_LAST, contradictions, option_close
from sources.dataset import Provenance
from sources.expiries import fetch_expiries, parse_expiries
from sources.knowledge import new_york, settlements
from transforms.core import session

PROVENANCE = Provenance(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "ab" * 32)
# The last session before a change of clocks and the first after it, by New York's rules: April to
# October until 2006, March to November since. Europe changes weeks later or a week earlier.
SPRING = (
    (date(2006, 3, 31), date(2006, 4, 3)),
    (date(2007, 3, 9), date(2007, 3, 12)),
    (date(2018, 3, 9), date(2018, 3, 12)),
    (date(2024, 3, 8), date(2024, 3, 11)),
)
AUTUMN = (
    (date(2006, 10, 27), date(2006, 10, 30)),
    (date(2007, 11, 2), date(2007, 11, 5)),
    (date(2018, 11, 2), date(2018, 11, 5)),
    (date(2024, 11, 1), date(2024, 11, 4)),
)


@pytest.fixture(scope="module")
def expiries() -> dict[tuple[str, date], date]:
    """The last trading day of every root and expiry from 2004 to 2027."""
    table = parse_expiries(fetch_expiries(date(2004, 1, 1), date(2027, 12, 31)))
    rows = table.select("root", "expiry", "last_trading_day").collect(engine="in-memory").rows()
    return {(root, expiry): last for root, expiry, last in rows}


def _grid(first: date, last: date) -> pl.LazyFrame:
    return parse_sessions(fetch_sessions(first, last))


@pytest.mark.parametrize(
    ("day", "nearest"),
    [
        ("2001-09-11", "2001-09-10 and 2001-09-17"),
        ("2004-06-11", "2004-06-10 and 2004-06-14"),
        ("2007-01-02", "2006-12-29 and 2007-01-03"),
        ("2012-10-30", "2012-10-26 and 2012-10-31"),
        ("2018-12-05", "2018-12-04 and 2018-12-06"),
        ("2022-06-20", "2022-06-17 and 2022-06-21"),
        ("2024-03-30", "2024-03-28 and 2024-04-01"),
        ("2025-01-09", "2025-01-08 and 2025-01-10"),
        ("2026-07-03", "2026-07-02 and 2026-07-06"),
        ("2027-12-24", "2027-12-23 and 2027-12-27"),
    ],
)
def test_c1_typed_closed_day_refused(day: str, nearest: str) -> None:
    """C1: a closed day that is asked for is refused, and the nearest sessions are named."""
    with pytest.raises(Stop, match=f"{day} is not a session .* nearest are {nearest}") as stopped:
        refuse_closed_day(date.fromisoformat(day))
    assert stopped.value.code == ExitCode.UNMET


@pytest.mark.parametrize(
    ("day", "stocks", "options"),
    [
        (date(2003, 12, 26), "18:00", "18:15"),
        (date(2017, 7, 3), "17:00", "17:15"),
        (date(2018, 11, 23), "18:00", "18:15"),
        (date(2019, 12, 24), "18:00", "18:15"),
        (date(2024, 12, 24), "18:00", "18:15"),
        (date(2025, 12, 24), "18:00", "18:15"),
        (date(2027, 11, 26), "18:00", "18:15"),
    ],
)
def test_c2_half_day_option_close(day: date, stocks: str, options: str) -> None:
    """C2: on half days index options stop at 13:15 New York, also where libraries say 16:15."""
    assert f"{option_close(day, expiring=True):%H:%M}" == stocks
    assert f"{option_close(day):%H:%M}" == options


def test_c2_cutoffs_move() -> None:
    """C2: what a half day's close makes known is known three hours earlier than on other days."""
    grid = _grid(date(2018, 12, 21), date(2018, 12, 27))
    figures = grid.select(event_date="session", expiry=pl.date(2019, 1, 16), settle=20.0)
    known = settlements(figures, sessions=grid, provenance=PROVENANCE)
    found = known.rows.collect(engine="in-memory")["available_at"].dt.strftime("%d %H:%M").to_list()
    assert found == ["21 21:20", "24 18:20", "26 21:20", "27 21:20"]


def test_c2_calendar_and_table_agree() -> None:
    """C2: from 2001 to 2027 library and table name the same half days and the same closures."""
    assert contradictions(TABLE_FIRST, TABLE_LAST) == []


@pytest.mark.parametrize(("before", "after"), [*SPRING, *AUTUMN])
def test_c3_instants_across_switch(before: date, after: date) -> None:
    """C3: close, settlement and decision keep their New York hour and shift in UTC by one hour."""
    shift = timedelta(hours=-1 if (before, after) in SPRING else 1)
    grid = _grid(before, after + timedelta(days=1))
    winter_close = 21 if (before, after) in SPRING else 20
    close = datetime(before.year, before.month, before.day, winter_close, tzinfo=UTC)
    span = after - before
    decided = session(grid).collect(engine="in-memory")
    assert decided["close_at"].to_list() == [close, close + span + shift]
    # 07:30 New York is eight and a half hours before the close of the same day.
    early = timedelta(hours=8, minutes=30)
    first, second = decided["decision_at"].to_list()
    assert first == close + span + shift - early
    assert second == close + span + timedelta(days=1) + shift - early
    figures = grid.select(event_date="session", expiry="session", settle=20.0)
    known = settlements(figures, sessions=grid, provenance=PROVENANCE).rows
    assert known.collect(engine="in-memory")["available_at"].to_list()[:2] == [
        close + timedelta(minutes=20), close + span + shift + timedelta(minutes=20),
    ]  # fmt: skip
    assert option_close(after) == close + span + shift + timedelta(minutes=15)


@pytest.mark.parametrize(("before", "after"), [*SPRING, *AUTUMN])
def test_c3_impossible_local_time_raises(before: date, after: date) -> None:
    """C3: a New York time that a switch skips or repeats is an error, not a guess."""
    sunday = after - timedelta(days=1)
    assert (sunday - before).days == 2
    at, said = (
        (time(2, 30), "non-existent") if (before, after) in SPRING else (time(1, 30), "ambiguous")
    )
    asked = pl.LazyFrame({"day": [sunday]}).select(new_york(pl.col("day"), pl.lit(at)))
    with pytest.raises(pl.exceptions.ComputeError, match=said):
        asked.collect(engine="in-memory")


def test_c6_decision_over_year_end() -> None:
    """C6: the year's last session is decided on in the morning of the next year's first."""
    decided = session(_grid(date(2018, 12, 31), date(2019, 1, 3))).collect(engine="in-memory")
    assert decided.select("session", "next_session", "decision_at").row(0) == (
        date(2018, 12, 31), date(2019, 1, 2), datetime(2019, 1, 2, 12, 30, tzinfo=UTC),
    )  # fmt: skip


def test_c6_leap_day() -> None:
    """C6: 29 February is a session where it is a weekday, and in a year without one it is none."""
    for year, held in ((2008, True), (2012, True), (2016, True), (2020, False), (2024, True)):
        grid = _grid(date(year, 2, 25), date(year, 3, 4)).collect(engine="in-memory")
        assert (date(year, 2, 29) in grid["session"].to_list()) is held
    february = _grid(date(2023, 2, 27), date(2023, 3, 1)).collect(engine="in-memory")
    assert february["session"].dt.day().to_list() == [27, 28, 1]


def test_c6_first_juneteenth() -> None:
    """C6: Juneteenth became law on 2021-06-17; the exchange first closed for it in 2022."""
    first = _grid(date(2021, 6, 17), date(2021, 6, 21)).collect(engine="in-memory")
    assert first["session"].dt.day().to_list() == [17, 18, 21]
    second = _grid(date(2022, 6, 17), date(2022, 6, 21)).collect(engine="in-memory")
    assert second["session"].dt.day().to_list() == [17, 21]


@pytest.mark.parametrize(
    ("root", "expiry", "last"),
    [
        # The third Friday is Good Friday.
        ("SPX", date(2008, 3, 20), date(2008, 3, 19)),
        ("SPX", date(2014, 4, 17), date(2014, 4, 16)),
        ("SPX", date(2019, 4, 18), date(2019, 4, 17)),
        ("SPXW", date(2019, 4, 18), date(2019, 4, 18)),
        ("VIX", date(2008, 2, 19), date(2008, 2, 15)),
        ("VIX", date(2014, 3, 18), date(2014, 3, 17)),
        ("VX", date(2019, 3, 19), date(2019, 3, 19)),
        # The third Friday is Juneteenth.
        ("SPX", date(2026, 6, 18), date(2026, 6, 17)),
        ("VIX", date(2026, 5, 19), date(2026, 5, 18)),
        # The Wednesday is Juneteenth, Independence Day, Christmas, New Year's Day.
        ("VIX", date(2024, 6, 18), date(2024, 6, 17)),
        ("VX", date(2024, 6, 18), date(2024, 6, 18)),
        ("VIXW", date(2018, 7, 3), date(2018, 7, 2)),
        ("SPXW", date(2018, 7, 3), date(2018, 7, 3)),
        ("VIXW", date(2019, 12, 24), date(2019, 12, 23)),
        ("VIXW", date(2019, 12, 31), date(2019, 12, 30)),
        # The Friday that a weekly looks to is Christmas.
        ("VIXW", date(2015, 11, 24), date(2015, 11, 23)),
        # A Monday's options lapse on the Tuesday after Labor Day.
        ("SPXW", date(2016, 9, 6), date(2016, 9, 6)),
        # The day of mourning: SPXW settled before it, the VIX auction was held after it.
        ("SPXW", date(2018, 12, 4), date(2018, 12, 4)),
        ("VIXW", date(2018, 12, 6), date(2018, 12, 4)),
        # The month ends on Good Friday, on a leap day, on the year's last day.
        ("SPXW", date(2024, 3, 28), date(2024, 3, 28)),
        ("SPXW", date(2024, 2, 29), date(2024, 2, 29)),
        ("SPXW", date(2018, 12, 31), date(2018, 12, 31)),
    ],
)
def test_c6_expiry_on_holiday(
    expiries: dict[tuple[str, date], date], root: str, expiry: date, last: date
) -> None:
    """C6: an expiry that falls on a holiday is the one Cboe's calendar shows instead."""
    assert expiries[root, expiry] == last


@pytest.mark.parametrize(
    ("root", "day"),
    [
        ("SPX", date(2019, 4, 19)), ("VIX", date(2019, 3, 20)), ("VX", date(2024, 6, 19)),
        ("VIXW", date(2015, 11, 25)), ("VIXW", date(2018, 12, 5)), ("SPXW", date(2018, 12, 5)),
        ("SPXW", date(2016, 9, 5)), ("SPXW", date(2022, 4, 21)), ("VX", date(2004, 12, 22)),
    ],
)  # fmt: skip
def test_c6_no_expiry(expiries: dict[tuple[str, date], date], root: str, day: date) -> None:
    """C6: the day that was moved from, or that was never listed, has no expiry."""
    assert (root, day) not in expiries


@pytest.mark.parametrize(
    ("root", "last_without", "first"),
    [
        ("SPXW", date(2014, 6, 30), date(2014, 7, 31)),  # ends of months
        ("SPXW", date(2016, 2, 24), date(2016, 3, 2)),  # Wednesdays
        ("SPXW", date(2016, 8, 15), date(2016, 8, 22)),  # Mondays
        ("SPXW", date(2017, 4, 21), date(2017, 5, 19)),  # third Fridays
        ("SPXW", date(2022, 4, 12), date(2022, 4, 19)),  # Tuesdays
        ("SPXW", date(2022, 5, 5), date(2022, 5, 12)),  # Thursdays
        ("SPXW", date(2010, 12, 3), date(2010, 12, 10)),  # other Fridays
        ("VIX", date(2006, 2, 15), date(2006, 3, 22)),
        ("VIXW", date(2015, 10, 7), date(2015, 10, 14)),
        ("VX", date(2004, 4, 21), date(2004, 5, 19)),
    ],
)
def test_c6_listings_begin(
    expiries: dict[tuple[str, date], date], root: str, last_without: date, first: date
) -> None:
    """C6: a kind of expiry begins with the first that Cboe announced, not earlier."""
    assert (root, last_without) not in expiries
    assert (root, first) in expiries


def test_c6_expiries_are_sessions(expiries: dict[tuple[str, date], date]) -> None:
    """C6: every expiry and every last trading day of 2004 to 2027 is a session."""
    sessions = _grid(date(2003, 12, 1), date(2027, 12, 31)).select("session")
    held = set(sessions.collect(engine="in-memory")["session"])
    assert {expiry for _, expiry in expiries} <= held
    assert set(expiries.values()) <= held


def test_c6_daily_since_2022(expiries: dict[tuple[str, date], date]) -> None:
    """C6: from 2022-05-12 on every session is an SPXW expiry."""
    grid = _grid(date(2022, 5, 12), date(2027, 12, 31)).collect(engine="in-memory")
    assert {day for day in grid["session"] if ("SPXW", day) not in expiries} == set()
