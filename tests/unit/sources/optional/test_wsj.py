"""The markets diary: one day's NYSE counts, of the day that the body states."""

from collections.abc import Callable
from datetime import date

import pytest

from sources.errors import SourceError
from sources.wsj import diary_request, parse_diary

Sample = Callable[[str], bytes]
Changed = Callable[[str, str, str], bytes]
BODY = "wsj/overview.json"
STAMP = "Friday, October 9, 2026"


def test_request() -> None:
    """The address is that of the page's own figures; no date is asked for, it would be ignored."""
    remote = diary_request()
    assert remote.path == "/market-data/stocks/marketsdiary"
    assert dict(remote.params) == {
        "id": '{"application":"WSJ","marketsDiaryType":"overview"}', "type": "mdc_marketsdiary"}  # fmt: skip


def test_counts_of_the_day(published: Sample) -> None:
    """The NYSE column alone is read, thousands commas and all; no new lows is a count of 0."""
    frame = parse_diary(published(BODY)).collect(engine="in-memory")
    assert frame.get_column("event_date").unique().to_list() == [date(2026, 10, 9)]
    assert dict(frame.select("series_id", "value").rows()) == {
        "nyse_advances": 1503.0, "nyse_declines": 1202.0, "nyse_unchanged": 98.0,
        "nyse_new_highs": 112.0, "nyse_new_lows": 0.0,
        "nyse_advancing_volume": 500_123_456.0, "nyse_declining_volume": 389_111_000.0}  # fmt: skip


def test_stamp_with_a_time(changed: Changed) -> None:
    """A stamp at or after the close says the same day."""
    frame = parse_diary(changed(BODY, STAMP, "4:15 PM EDT 10/09/26")).collect(engine="in-memory")
    assert frame.get_column("event_date")[0] == date(2026, 10, 9)


@pytest.mark.parametrize("stamp", [
    "Thursday, October 9, 2026", "Friday, October 39, 2026", "2026-10-09", "", "Friday",
    "3:59 PM EDT 10/09/26", "9:00 AM EDT 10/09/26", "4:15 PM CET 10/09/26", "4:15 PM EDT 13/09/26",
    "Friday, October 9, 2019", "16:15 PM EDT 10/09/26",
])  # fmt: skip
def test_strange_stamp_refused(changed: Changed, stamp: str) -> None:
    """A wrong weekday, a running session or another layout gives no date to put counts on."""
    with pytest.raises(SourceError, match="wsj marketsdiary: timestamp is"):
        parse_diary(changed(BODY, STAMP, stamp))


@pytest.mark.parametrize(("old", "new", "named"), [
    ('"1,503"', '"1,504"', "accepted are parts that add up"),
    ('"1,503"', '"1.503"', "Advancing of NYSE is '1.503'"),
    ('"1,503"', '"15,03"', "Advancing of NYSE"),
    ('"1,503"', '""', "Advancing of NYSE"),
    ('"1,503"', '"-"', "Advancing of NYSE"),
    ('"1,503"', "1503", "member 'NYSE'"),
    ('"New Highs"', '"Highs"', "0 NYSE figures 'New Highs'"),
    ('"New Highs"', '"New Lows"', "twice"),
    ('"Share Volume"', '"Turnover"', "0 NYSE figures 'Advancing'"),
    ('"instrumentSets"', '"sets"', "member 'instrumentSets'"),
])  # fmt: skip
def test_strange_counts_refused(changed: Changed, old: str, new: str, named: str) -> None:
    """A figure that is none, a renamed row, and counts that do not add up are named."""
    with pytest.raises(SourceError, match=f"wsj marketsdiary: .*{named}"):
        parse_diary(changed(BODY, old, new))


def test_diary_before_the_open_refused(published: Sample) -> None:
    """Zeros of a session that has not begun are no counts."""
    text = published(BODY).decode()
    for figure in ("1,503", "1,202", "98", "2,803"):
        text = text.replace(f'"{figure}"', '"0"', 1)
    with pytest.raises(SourceError, match="no issue advanced or declined"):
        parse_diary(text.encode())
