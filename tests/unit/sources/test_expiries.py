"""The table of expiries: what it holds, and which bytes are refused."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from schemas.raw import RAW_EXPIRY
from sources.dataset import Provenance
from sources.errors import SourceError
from sources.expiries import ROOTS, fetch_expiries, parse_expiries
from sources.knowledge import stated

_HEADER = "root,expiry,last_trading_day,settlement\n"


@pytest.fixture(scope="module")
def june() -> pl.DataFrame:
    """The expiries of June 2018: a month of Mondays, Wednesdays and Fridays, without a holiday."""
    payload = fetch_expiries(date(2018, 6, 1), date(2018, 6, 30))
    return parse_expiries(payload).collect(engine="in-memory")


def _days(table: pl.DataFrame, root: str) -> list[int]:
    return table.filter(pl.col("root") == root)["expiry"].dt.day().to_list()


def test_month_by_root(june: pl.DataFrame) -> None:
    """A month's expiries are those of Cboe's calendar of June 2018."""
    assert {root: _days(june, root) for root in ROOTS} == {
        "SPX": [15],
        "SPXW": [1, 4, 6, 8, 11, 13, 15, 18, 20, 22, 25, 27, 29],
        "VIX": [20],
        "VIXW": [6, 13, 27],
        "VX": [20],
    }


def test_last_trading_days(june: pl.DataFrame) -> None:
    """Options on an opening stop the session before, those on a close and VX futures that day."""
    last = dict(
        june.filter(pl.col("expiry").dt.day().is_in([15, 20]))
        .select(pl.struct("root", "expiry").alias("of"), pl.col("last_trading_day").dt.day())
        .select(pl.col("of").struct.field("root"), "last_trading_day")
        .filter(pl.col("root") != "SPXW")
        .rows()
    )
    assert last == {"SPX": 14, "VIX": 19, "VX": 20}
    pm = june.filter(pl.col("root") == "SPXW")
    assert pm["last_trading_day"].equals(pm["expiry"].alias("last_trading_day"))


def test_settlement_by_root(june: pl.DataFrame) -> None:
    """Only SPXW settles at the close."""
    assert dict(june.select("root", "settlement").unique().rows()) == {
        "SPX": "am", "SPXW": "pm", "VIX": "am", "VIXW": "am", "VX": "am",
    }  # fmt: skip


def test_rows_fit_declared_table(provenance: Provenance) -> None:
    """With their provenance the rows are the declared raw table, sorted by its key."""
    rows = parse_expiries(fetch_expiries(date(2024, 1, 1), date(2024, 3, 31)))
    frame = RAW_EXPIRY.conform(stated(rows, provenance=provenance)).collect(engine="in-memory")
    assert frame.select("root", "expiry").is_unique().all()
    assert frame["retrieved_at"].unique().to_list() == [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)]


def test_parts_make_the_whole() -> None:
    """A range cut in two gives the rows of the whole: nothing depends on where it starts."""
    whole = fetch_expiries(date(2024, 3, 20), date(2024, 4, 20)).splitlines()[1:]
    cut = [
        *fetch_expiries(date(2024, 3, 20), date(2024, 3, 31)).splitlines()[1:],
        *fetch_expiries(date(2024, 4, 1), date(2024, 4, 20)).splitlines()[1:],
    ]
    assert sorted(cut) == sorted(whole)


def test_bounds_are_kept() -> None:
    """The first and the last day are included; a backward range is refused."""
    day = date(2024, 1, 19)
    rows = fetch_expiries(day, day).decode().splitlines()[1:]
    assert rows == ["SPX,2024-01-19,2024-01-18,am", "SPXW,2024-01-19,2024-01-19,pm"]
    with pytest.raises(SourceError, match="start 2024-01-20 is after end 2024-01-19"):
        fetch_expiries(date(2024, 1, 20), day)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("SPY,2024-01-19,2024-01-18,am", "column root is 'SPY'; accepted is one of SPX, SPXW"),
        (",2024-01-19,2024-01-18,am", "column root"),
        ("SPX,2024-01-32,2024-01-18,am", "column expiry"),
        ("SPX,2024-01-19,,am", "column last_trading_day"),
        ("SPX,2024-01-19,2024-01-22,am", "column last_trading_day .* up to the expiry"),
        ("SPX,2024-01-19,2024-01-18,pm", "column settlement is 'pm'; accepted is pm for SPXW"),
        ("SPXW,2024-01-19,2024-01-19,am", "column settlement"),
        ("SPX,2024-01-19,2024-01-18,", "column settlement"),
        ("SPX,2024-01-19,2024-01-18", "line 2 is"),
    ],
)
def test_strange_row_refused(row: str, named: str) -> None:
    """A row that is no expiry stops the file, with line and column."""
    with pytest.raises(SourceError, match=named):
        parse_expiries((_HEADER + row + "\n").encode())


def test_two_versions_refused() -> None:
    """Two rows of one contract that differ stop the file; equal ones count once."""
    row = "SPX,2024-01-19,2024-01-18,am\n"
    assert parse_expiries((_HEADER + row + row).encode()).collect(engine="in-memory").height == 1
    with pytest.raises(SourceError, match="two different rows for SPX, 2024-01-19"):
        parse_expiries((_HEADER + row + row.replace("-18", "-17")).encode())


def test_other_file_refused() -> None:
    """Another table is refused by its header, an empty range by its lack of rows."""
    with pytest.raises(SourceError, match="header is 'session,open_at'"):
        parse_expiries(b"session,open_at\n2024-01-02,x\n")
    with pytest.raises(SourceError, match="no rows"):
        parse_expiries(fetch_expiries(date(2024, 1, 6), date(2024, 1, 7)))
