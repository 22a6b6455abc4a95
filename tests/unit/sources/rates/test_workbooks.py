"""Damodaran's and Shiller's workbooks are read by name and by their own dates, or refused."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from sources.damodaran_workbook import parse_annual, parse_monthly
from sources.errors import SourceError
from sources.shiller import parse_ie_data, workbook_request
from sources.workbook import read_grid

Build = Callable[..., bytes]
MONTHLY = "Historical ERP"


def _series(frame: pl.LazyFrame, series_id: str) -> dict[date, float]:
    rows = frame.collect(engine="in-memory").filter(pl.col("series_id") == series_id)
    return dict(rows.select("event_date", "value").rows())


def test_fault_f08_dates_of_1904(new_workbook: Build, erp_rows: list[list[object]]) -> None:
    """Serials of a 1904 workbook give 2008-09 and on; fractions stay fractions."""
    frame = parse_monthly(new_workbook(MONTHLY, erp_rows))
    premium = _series(frame, "erp_damodaran_published")
    assert list(premium) == [date(2008 + n // 12, n % 12 + 1, 1) for n in range(8, 22)]
    assert premium[date(2008, 9, 1)] == 0.045
    assert _series(frame, "spx_at_erp_mark")[date(2009, 10, 1)] == 1263.0
    assert _series(frame, "treasury_10y_at_erp_mark")[date(2008, 12, 1)] == 0.0375
    assert (
        _series(frame, "ERPbymonth: ERP (T12 m with sustainable payout)")[date(2009, 1, 1)] == 0.04
    )


def test_fault_f08_missing_1904_flag_refused(
    new_workbook: Build, erp_rows: list[list[object]]
) -> None:
    """The same serials without the flag are four years off and refused, never shifted."""
    with pytest.raises(SourceError, match=r"cell A4 is '38230\.0'; accepted is a date in 2008-09"):
        parse_monthly(new_workbook(MONTHLY, erp_rows, from_1904=False))


def test_date_cells_of_1904(new_workbook: Build, erp_rows: list[list[object]]) -> None:
    """Cells formatted as dates give the same months, whichever system the workbook has."""
    rows = [list(row) for row in erp_rows]
    for n, row in enumerate(rows[3:17], 8):
        row[0] = date(2008 + n // 12, n % 12 + 1, 1)
    expected = parse_monthly(new_workbook(MONTHLY, erp_rows)).collect(engine="in-memory")
    for from_1904 in (True, False):
        got = parse_monthly(new_workbook(MONTHLY, rows, from_1904=from_1904))
        assert got.collect(engine="in-memory").equals(expected)


@pytest.mark.parametrize("written", ["2009-01-01", "1/1/09", "Jan-09", "January 2009"])
def test_irregular_month_read(
    written: str, new_workbook: Build, erp_rows: list[list[object]]
) -> None:
    """One month whose date was typed as text is read where it follows the month above."""
    rows = [list(row) for row in erp_rows]
    rows[7][0] = written
    premium = _series(parse_monthly(new_workbook(MONTHLY, rows)), "erp_damodaran_published")
    assert premium[date(2009, 1, 1)] == 0.049
    assert len(premium) == 14


@pytest.mark.parametrize(
    ("row", "column", "cell", "complaint"),
    [
        (7, 0, "soon", "accepted is a date in 2009-01"),
        (7, 0, None, "accepted is nothing dated below the table's end"),
        (7, 0, 38383.0, "accepted is a date in 2009-01"),
        (5, 5, 4.5, "accepted is a fraction"),
        (5, 5, "n/a", "accepted is a number or an empty cell"),
        (5, 5, "#DIV/0!", "accepted is a number or an empty cell"),
        (5, 1, 0.0, "accepted is a level above zero"),
        (5, 1, True, "accepted is a number or an empty cell"),
        (2, 5, "ERP (T12)", "no row names"),
        (2, 6, "ERP (t12m)", "each once"),
    ],
)
def test_strange_cell_refused(
    row: int, column: int, cell: object, complaint: str, *,
    new_workbook: Build, erp_rows: list[list[object]],
) -> None:  # fmt: skip
    """A gap, a unit slip, an error cell, a lost or doubled column refuse the workbook."""
    rows = [list(cells) for cells in erp_rows]
    rows[row][column] = cell
    with pytest.raises(SourceError, match=complaint.replace("(", r"\(").replace(")", r"\)")):
        parse_monthly(new_workbook(MONTHLY, rows))


def test_percent_as_text(new_workbook: Build, erp_rows: list[list[object]]) -> None:
    """A premium typed as the text 6,36% is the fraction it says."""
    rows = [list(row) for row in erp_rows]
    rows[5][5] = "6,36%"
    premium = _series(parse_monthly(new_workbook(MONTHLY, rows)), "erp_damodaran_published")
    assert premium[date(2008, 11, 1)] == pytest.approx(0.0636, abs=1e-15)


def test_other_sheet_refused(new_workbook: Build, erp_rows: list[list[object]]) -> None:
    """A workbook without the sheet is refused with the sheets it has."""
    with pytest.raises(
        SourceError, match=r"has the sheets 'Sheet1'; accepted is one of Historical"
    ):
        parse_monthly(new_workbook("Sheet1", erp_rows))


def _annual() -> list[list[str | float | None]]:
    header: list[str | float | None] = ["Year", "Earnings Yield", "S&P 500", "T.Bond Rate",
                                        "Implied ERP (FCFE)"]  # fmt: skip
    years = [[1960.0 + n, 0.05, 58.0 + n, 0.03, None if n == 0 else 0.03] for n in range(3)]
    return [["Date updated:", 43834.0], [], header, *years, [None], [None, "Period", "ERP"],
            ["1960-2025", 0.04]]  # fmt: skip


@pytest.mark.parametrize("book", ["new_workbook", "old_workbook"])
def test_annual_table(book: str, request: pytest.FixtureRequest) -> None:
    """Years stand at their end in both formats; the summary below is left alone."""
    build: Build = request.getfixturevalue(book)
    frame = parse_annual(build("Historical Impl Premiums", _annual()))
    assert _series(frame, "histimpl: Implied ERP (FCFE)") == {
        date(1961, 12, 31): 0.03,
        date(1962, 12, 31): 0.03,
    }
    assert _series(frame, "histimpl: S&P 500")[date(1960, 12, 31)] == 58.0


def test_annual_gap_refused(old_workbook: Build) -> None:
    """A year left out refuses the table."""
    rows = _annual()
    del rows[4]
    with pytest.raises(SourceError, match=r"cell A5 is '1962\.0'; accepted is the year 1961"):
        parse_annual(old_workbook("Historical Impl Premiums", rows))


def test_shiller_october(old_workbook: Build, shiller_rows: list[list[str | float | None]]) -> None:
    """2025.1 is October 2025; NA, blanks and the footnote give no rows."""
    frame = parse_ie_data(old_workbook("Data", shiller_rows))
    price = _series(frame, "shiller_price")
    assert price == {date(2025, month, 1): 6000.0 + month for month in (9, 10, 11, 12)}
    assert list(_series(frame, "shiller_earnings")) == [date(2025, m, 1) for m in (9, 10, 11)]
    assert list(_series(frame, "shiller_cape")) == [date(2025, m, 1) for m in (10, 11, 12)]
    assert _series(frame, "shiller_cpi")[date(2025, 10, 1)] == 321.0


@pytest.mark.parametrize(("one", "other"), [(1, 4), (2, 3), (1, 2), (7, 8)])
def test_fault_f03_swapped_values_refused(
    one: int, other: int, old_workbook: Build, shiller_rows: list[list[str | float | None]]
) -> None:
    """Values exchanged between columns under their right names contradict the real columns."""
    rows = [list(row) for row in shiller_rows]
    for row in rows[2:4]:
        row[one], row[other] = row[other], row[one]
    with pytest.raises(SourceError, match="over CPI times"):
        parse_ie_data(old_workbook("Data", rows))


@pytest.mark.parametrize(
    ("row", "column", "cell", "complaint"),
    [
        (3, 0, 2025.01, "Fraction|fraction 2025.0417"),
        (3, 0, "2025.10", "accepted is a number"),
        (3, 0, 2025.13, "is October"),
        (3, 0, None, "without a break"),
        (3, 1, "-", "accepted is a number"),
        (3, 4, None, "since the month after it has one"),
        (4, 12, "NA", "since the month after it has one"),
        (1, 6, "Rate GS20", "no header row"),
        (1, 1, "D", "no header row"),
        (5, 0, 2026.01, "accepted is the fraction"),
    ],
)
def test_shiller_strange_cell_refused(
    row: int, column: int, cell: str | float | None, complaint: str, *,
    old_workbook: Build, shiller_rows: list[list[str | float | None]],
) -> None:  # fmt: skip
    """Another month, header or token refuses the workbook."""
    rows = [list(cells) for cells in shiller_rows]
    rows[row][column] = cell
    with pytest.raises(SourceError, match=complaint):
        parse_ie_data(old_workbook("Data", rows))


@pytest.mark.parametrize("start", [b"", b"<html>", b"%PDF-1.7", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_no_workbook_refused(start: bytes) -> None:
    """Bytes of another kind, or a first few bytes alone, are refused."""
    with pytest.raises(SourceError, match=r"book\.xlsx"):
        read_grid(start, file="book.xlsx", sheets=("Data",))


def test_fault_n12_inflated_workbook_refused(
    new_workbook: Build, monkeypatch: pytest.MonkeyPatch, erp_rows: list[list[object]]
) -> None:
    """A workbook whose parts inflate beyond the limit is refused before it is read."""
    monkeypatch.setattr("sources.workbook._LARGEST", 1_000)
    with pytest.raises(SourceError, match="bytes inflated, at most 1,000"):
        parse_monthly(new_workbook(MONTHLY, erp_rows))


def test_fault_f12_tenfold_rows_refused(
    old_workbook: Build,
    monkeypatch: pytest.MonkeyPatch,
    shiller_rows: list[list[str | float | None]],
) -> None:
    """More rows than the sheet has ever had are refused."""
    monkeypatch.setattr("sources.workbook._MOST_ROWS", 4)
    with pytest.raises(SourceError, match="more than 4 rows"):
        parse_ie_data(old_workbook("Data", shiller_rows))


def test_months_have_no_gap(new_workbook: Build, erp_rows: list[list[object]]) -> None:
    """Months follow each other by calendar."""
    months = list(_series(parse_monthly(new_workbook(MONTHLY, erp_rows)), "spx_at_erp_mark"))
    assert {(b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(months)} == {1}


def test_shiller_link() -> None:
    """The page's one link to the workbook is followed on its own host, with its version."""
    link = b'<a href="//img1.wsimg.com/blobby/go/e5e-7e/downloads/1a/ie_data.xls?ver=17">Data</a>'
    remote = workbook_request(b"<html>" + link + link + b"</html>")
    assert remote.path == "/blobby/go/e5e-7e/downloads/1a/ie_data.xls"
    assert (remote.params, remote.site) == ((("ver", "17"),), "cdn")


@pytest.mark.parametrize(
    "page",
    [
        b"<html>moved</html>",
        b'"//evil.example/blobby/go/a/ie_data.xls"',
        b'"//img1.wsimg.com/blobby/go/../../x/ie_data.xls"',
        b"//img1.wsimg.com/blobby/go/a/ie_data.xls //img1.wsimg.com/blobby/go/b/ie_data.xls",
    ],
)
def test_fault_n07_other_link_refused(page: bytes) -> None:
    """No link, another host, a climbing path or two different files are refused."""
    with pytest.raises(SourceError, match=r"shillerdata\.com"):
        workbook_request(page)
