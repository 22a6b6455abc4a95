"""The Federal Reserve's calendar pages give the last day of each meeting, or are refused."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from sources.errors import SourceError
from sources.fomc_calendar import parse_calendar, parse_past_year

Body = Callable[[str], bytes]
PAGE, PAST = "fomc/calendar.html", "fomc/historical_2017.html"


def test_calendar_page(body: Body) -> None:
    """Last days, across months too; no notation vote, nothing cancelled; unscheduled ones are in."""
    rows = parse_calendar(body(PAGE)).collect(engine="in-memory")
    assert rows.columns == ["event_kind", "event_date", "available_at"]
    assert [day for day in rows["event_date"] if day.year == 2025] == [
        date(2025, 1, 29), date(2025, 3, 19), date(2025, 5, 1), date(2025, 6, 18),
        date(2025, 7, 30), date(2025, 9, 17), date(2025, 11, 1), date(2025, 12, 10),
    ]  # fmt: skip
    assert [day for day in rows["event_date"] if day.year == 2020] == [
        date(2020, 1, 29), date(2020, 3, 3), date(2020, 3, 15), date(2020, 4, 29),
        date(2020, 6, 10), date(2020, 7, 29), date(2020, 9, 16), date(2020, 11, 5),
        date(2020, 12, 16),
    ]  # fmt: skip


def test_known_when(body: Body) -> None:
    """A schedule is known on 30 September before; an unscheduled meeting on its own evening."""
    rows = parse_calendar(body(PAGE)).collect(engine="in-memory")
    known = dict(rows.select("event_date", "available_at").rows())
    assert known[date(2025, 1, 29)] == datetime(2024, 9, 30, 22, 0, tzinfo=UTC)
    assert known[date(2020, 3, 3)] == datetime(2020, 3, 3, 23, 0, tzinfo=UTC)
    assert known[date(2020, 3, 15)] == datetime(2020, 3, 15, 22, 0, tzinfo=UTC)


def test_past_year(body: Body) -> None:
    """Both ways to write a month's end; conference calls and votes are left out."""
    days = parse_past_year(body(PAST)).collect(engine="in-memory")["event_date"].to_list()
    assert days == [
        date(2017, 2, 1), date(2017, 3, 15), date(2017, 5, 3), date(2017, 6, 14),
        date(2017, 7, 26), date(2017, 9, 20), date(2017, 10, 4), date(2017, 11, 1),
        date(2017, 12, 13),
    ]  # fmt: skip


def test_meeting_under_two_headings(body: Body) -> None:
    """Two headings for one meeting's two days, as in 2003, are one decision on the second."""
    page = body(PAST).replace(
        b"May 2-3 Meeting - 2017",
        b"May 2 Meeting - 2017</h5><h5>May 3 Meeting - 2017",
    )
    expected = parse_past_year(body(PAST)).collect(engine="in-memory")
    assert parse_past_year(page).collect(engine="in-memory").equals(expected)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">30-1<", b">29-30<"),
        (b">28-29<", b">29-28<"),
        (b">28-29<", b">28-29 (tentative)<"),
        (b">28-29<", b">28 to 29<"),
        (b">28-29<", b">28-32<"),
        (b">28-29<", b"><"),
        (b"<strong>January</strong>", b"<strong>Januar1</strong>"),
        (b"<strong>January</strong>", b"<strong>Ja</strong>"),
        (b"<strong>June</strong>", b"<strong>July</strong>"),
        (b"fomc-meeting__date", b"fomc-meeting__day"),
        (b"2025 FOMC Meetings", b"2025 Meetings"),
    ],
)
def test_other_writing_refused(old: bytes, new: bytes, body: Body) -> None:
    """A date, month, class or heading written in another way refuses the page."""
    page = body(PAGE)
    assert old in page
    if old == b"<strong>June</strong>":
        page = page.replace(b">17-18*<", b">29-30<")  # then July stands twice
    with pytest.raises(SourceError, match=r"fomccalendars\.htm"):
        parse_calendar(page.replace(old, new, 1))


@pytest.mark.parametrize("heading", ["March Meeting - 2017", "March 14-15 Retreat - 2017", "2017"])
def test_other_heading_refused(heading: str, body: Body) -> None:
    """A heading of a past year that names no meeting refuses the page."""
    page = body(PAST).replace(b"March 14-15 Meeting - 2017", heading.encode())
    with pytest.raises(SourceError, match=r"fomchistorical\.htm"):
        parse_past_year(page)


@pytest.mark.parametrize(("parse", "name"), [(parse_calendar, PAGE), (parse_past_year, PAST)])
def test_fault_f12_cut_page_refused(
    parse: Callable[[bytes], object], name: str, body: Body
) -> None:
    """A page cut anywhere is refused."""
    whole = body(name).rstrip()
    for end in range(0, len(whole), 41):
        with pytest.raises(SourceError):
            parse(whole[:end])


def test_year_without_meetings_refused(body: Body) -> None:
    """A year's heading with no or too few meetings below it refuses the page."""
    page = body(PAGE)
    empty = page[: page.index(b"2020 FOMC")] + b"2020 FOMC Meetings</a></h4></div></body></html>"
    fewer = page.replace(b">28-29<", b">28-29 (notation vote)<", 1)
    for altered in (empty, fewer):
        with pytest.raises(SourceError, match="accepted are 8 a year"):
            parse_calendar(altered)


@pytest.mark.parametrize(
    "page", [b"", b"<html>busy</html>", b"<html><h4>FOMC</h4></html>", b"\xff\xfe", b"Date,Value\n"]
)
def test_fault_n06_other_page_refused(page: bytes) -> None:
    """A page without meetings is refused."""
    for parse in (parse_calendar, parse_past_year):
        with pytest.raises(SourceError):
            parse(page)
