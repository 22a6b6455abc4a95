"""EDGAR's form indices give each day's filings by kind, or are refused.

Layout of the fixtures: sec.gov/Archives/edgar, daily-index and full-index, form.idx; the companies
are invented.
"""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from sources.edgar import (
    daily_request,
    left_out_of_daily_index,
    parse_daily_index,
    parse_quarter_index,
    quarter_request,
)
from sources.errors import SourceError

Body = Callable[[str], bytes]
Rowed = Callable[[pl.LazyFrame], list[tuple[object, ...]]]

DAILY, QUARTER = "sec/form.20260915.idx", "sec/form.idx"
DAY = date(2026, 9, 15)
KINDS = ("edgar_amendments", "edgar_f1_filings", "edgar_priced_filings", "edgar_s1_filings")


def test_addresses() -> None:
    """Each index lies in the folder of its year and quarter."""
    folder = "/Archives/edgar/daily-index"
    assert daily_request(DAY).path == f"{folder}/2026/QTR3/form.20260915.idx"
    assert daily_request(date(2027, 1, 4)).path == f"{folder}/2027/QTR1/form.20270104.idx"
    assert daily_request(date(2026, 12, 31)).path == f"{folder}/2026/QTR4/form.20261231.idx"
    assert quarter_request(2020, 1).path == "/Archives/edgar/full-index/2020/QTR1/form.idx"


@pytest.mark.parametrize(("year", "quarter"), [(2020, 0), (2020, 5), (1992, 4)])
def test_no_such_quarter(year: int, quarter: int) -> None:
    """A quarter that EDGAR cannot have is refused before it is asked for."""
    with pytest.raises(SourceError, match=f"quarter {quarter} of {year}"):
        quarter_request(year, quarter)


def test_day_counts(body: Body, rowed: Rowed) -> None:
    """Each kind is counted once a filing; co-registrants add none; a kind without any is zero."""
    assert rowed(parse_daily_index(body(DAILY), day=DAY)) == [
        ("edgar_amendments", DAY, 3.0),
        ("edgar_f1_filings", DAY, 0.0),
        ("edgar_priced_filings", DAY, 2.0),
        ("edgar_s1_filings", DAY, 1.0),
    ]


def test_day_filed_before_is_left_out(body: Body, rowed: Rowed) -> None:
    """A filing under an earlier date does not count for the day, and is named."""
    ((line, row, reason),) = rowed(left_out_of_daily_index(body(DAILY), day=DAY))
    assert line == 17
    assert "Old Mill Holdings" in str(row)
    assert "filed before 2026-09-15" in str(reason)


def test_quarter_counts(body: Body, rowed: Rowed) -> None:
    """Every day that the quarter's index knows has each kind, zero where there is none."""
    rows = rowed(parse_quarter_index(body(QUARTER)))
    days = [date(2020, 1, 2), date(2020, 1, 3), date(2020, 2, 14), date(2020, 3, 31)]
    assert [row[:2] for row in rows] == [(kind, day) for kind in KINDS for day in days]
    assert [row for row in rows if row[2]] == [
        ("edgar_amendments", date(2020, 3, 31), 1.0),
        ("edgar_f1_filings", date(2020, 1, 3), 1.0),
        ("edgar_f1_filings", date(2020, 3, 31), 1.0),
        ("edgar_priced_filings", date(2020, 1, 3), 1.0),
        ("edgar_s1_filings", date(2020, 1, 3), 2.0),
    ]


def test_day_and_quarter_agree(body: Body, rowed: Rowed) -> None:
    """The same filings give the same counts from either index."""
    daily = rowed(parse_daily_index(body(DAILY), day=DAY))
    lines = body(DAILY).decode().splitlines(keepends=True)
    kept = [line.replace("20260915  ", "2026-09-15") for line in lines if "Old Mill" not in line
            and "UPLOAD" not in line]  # fmt: skip
    assert rowed(parse_quarter_index("".join(kept).encode())) == daily


@pytest.mark.parametrize(("old", "new", "message"), [
    (b"Date Filed", b"Filing Date", "begins"),
    (b"-" * 141, b"=" * 141, "begins"),
    (b"20260915    edgar/data/1900008", b"20260916    edgar/data/1900008", "a date up to"),
    (b"20260915    edgar/data/1900008", b"20260931    edgar/data/1900008", "a date as"),
    (b"0001900012-26-000019.txt", b"0001900012-26-000019.htm", "ACCESSION"),
    (b"0001900012-26-000019.txt", b"0001900011-26-000018.txt", None),
    (b"0001900012-26-000019.txt", b"0001900008-26-000016.txt", "two different rows"),
    (b"1900015     2026", b"19o0015     2026", "column row"),
])  # fmt: skip
def test_changed_index(
    body: Body, rowed: Rowed, old: bytes, new: bytes, message: str | None
) -> None:
    """Another layout, date or file is refused; a second co-registrant only lowers the count."""
    payload = body(DAILY)
    assert payload.count(old) >= 1
    changed = payload.replace(old, new)
    if message is None:
        assert rowed(parse_daily_index(changed, day=DAY))[0] == ("edgar_amendments", DAY, 2.0)
        return
    with pytest.raises(SourceError, match=message):
        parse_daily_index(changed, day=DAY)


def test_another_days_index(body: Body) -> None:
    """An index without a filing of the day asked for is refused as another day's."""
    with pytest.raises(SourceError, match="newest filing date is 2026-09-15"):
        parse_daily_index(body(DAILY), day=date(2026, 9, 16))


def test_fault_n09_cut_between_lines(body: Body) -> None:
    """Cut at the end of a line among the counted forms, it would read as fewer filings: refused."""
    payload = body(DAILY)
    cut = payload[: payload.index(b"S-1MEF")]
    with pytest.raises(SourceError, match="cut short") as caught:
        parse_daily_index(cut, day=DAY)
    assert caught.value.is_temporary


def test_index_without_rows(body: Body) -> None:
    """A header alone is no day without filings."""
    payload = body(QUARTER)
    with pytest.raises(SourceError, match="no rows"):
        parse_quarter_index(payload[: payload.index(b"10-Q")])


def test_two_quarters(body: Body) -> None:
    """Filing dates of another quarter are refused."""
    with pytest.raises(SourceError, match="the quarter of 2020-01-02"):
        parse_quarter_index(body(QUARTER).replace(b"2020-03-31", b"2020-04-01"))
