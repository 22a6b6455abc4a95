"""The user's own figures: read to the letter, and every slip answered."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sources.errors import SourceError
from sources.own_csv import parse_own, parse_own_close

Sample = Callable[[str], bytes]
SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "sector-etf-close"
SERIES = ("vvix_close", "skew_close", "treasury_10y")


def _read(payload: bytes, file: str = "own.csv") -> list[tuple[str, date, float]]:
    return parse_own(payload, series_ids=SERIES, file=file).collect(engine="in-memory").rows()


def test_series_named_by_the_header(published: Sample) -> None:
    """One column per series; an empty cell is unknown and no row."""
    assert sorted(_read(published("own/figures.csv"))) == [
        ("skew_close", date(2024, 1, 2), 140.1), ("skew_close", date(2024, 1, 3), 141.25),
        ("vvix_close", date(2024, 1, 2), 88.25), ("vvix_close", date(2024, 1, 4), 86.5)]  # fmt: skip


def test_series_named_by_the_file(published: Sample) -> None:
    """``date,value`` takes the series' name from the file, wherever it lies."""
    assert _read(published("own/vvix_close.csv"), "my/folder/vvix_close.csv") == [
        ("vvix_close", date(2024, 1, 2), 88.25), ("vvix_close", date(2024, 1, 4), 86.5)]  # fmt: skip


def test_spreadsheet_habits_are_read() -> None:
    """A byte-order mark, CRLF, a negative rate, any order and no last line end are no mistakes."""
    payload = b"\xef\xbb\xbfdate,treasury_10y\r\n2024-01-03,-0.005\r\n2024-01-02,0"
    assert _read(payload) == [
        ("treasury_10y", date(2024, 1, 2), 0.0), ("treasury_10y", date(2024, 1, 3), -0.005)]  # fmt: skip


def test_closes_of_a_named_series(published: Sample) -> None:
    """A price archive's ``date,close`` is read under the name that the caller gives."""
    frame = parse_own_close(published("own/XLRE.csv"), series_id="xlre_close", file="XLRE.csv")
    assert frame.collect(engine="in-memory").rows()[0] == (
        "xlre_close", date(2024, 1, 2), 39.1234)  # fmt: skip
    with pytest.raises(SourceError, match=r"XLRE.csv: line 1, the header is 'date,value'"):
        parse_own_close(b"date,value\n2024-01-02,1\n", series_id="xlre_close", file="XLRE.csv")


@pytest.mark.parametrize(("header", "said"), [
    ("date;vvix_close", "cells are separated by semicolons; accepted is commas"),
    ("date\tvvix_close", "separated by tabs"),
    ("Date,vvix_close", "the first column is 'Date'.*name it date"),
    ("date", "there is no column beside date"),
    ("date,vvixclose", "'vvixclose' is no series of the catalogue.*did you mean vvix_close"),
    ("date,VVIX_Close", "did you mean vvix_close"),
    ("date, vvix_close", "did you mean vvix_close"),
    ("date,zzz", "see the list of series"),
    ("date,value", "'own' is no series of the catalogue"),
    ("date,vvix_close,vvix_close", "'vvix_close' stands twice"),
    ('"date","vvix_close"', "the header is quoted"),
])  # fmt: skip
def test_strange_header_explained(header: str, said: str) -> None:
    """What the header should say is told, with the nearest name where a series is misspelt."""
    with pytest.raises(SourceError, match=f"own.csv: line 1, .*{said}"):
        _read(f"{header}\n2024-01-02,1\n".encode())


@pytest.mark.parametrize(("row", "said"), [
    ("2024-01-03,88,25", "has 3 cells.*decimal comma"),
    ('2024-01-03,"88,25"', "is quoted"),
    ("2024-01-03", "has 1 cells.*keep its comma"),
    ("", "the line is empty"),
    ("2024-01-03,5.1%", "vvix_close is '5.1%'.*percent sign"),
    ("2024-01-03,1e3", "power of ten"),
    ("2024-01-03,1 234.5", "thousands separator"),
    ("2024-01-03,1_234", "thousands separator"),
    ("2024-01-03,n/a", "a word for none; leave the cell empty"),
    ("2024-01-03,NaN", "a word for none"),
    ("2024-01-03, 88.25", "a blank beside the number"),
    ("2024-01-03,$88", "currency sign"),
    ("2024-01-03,(5)", "parentheses"),
    ("2024-01-03,88.", "correct the cell"),
    ("2024-01-03,0x10", "correct the cell"),
    ("01/03/2024,88", "the date is '01/03/2024'.*day and month cannot be told apart"),
    ("3.1.2024,88", "another order"),
    ("20240103,88", "no hyphens"),
    ("45294,88", "spreadsheet's day number"),
    ("2024-01-03T00:00,88", "carries a time"),
    ("2024-02-30,88", "the date is '2024-02-30'; accepted is a day as 2024-01-31"),
    ("0024-01-03,88", "the date is '0024-01-03'"),
    (",88", "the date is ''"),
])  # fmt: skip
def test_strange_row_explained(row: str, said: str) -> None:
    """Each slip of a spreadsheet is named with its line, and how to write it instead."""
    with pytest.raises(SourceError, match=f"own.csv: line 3, .*{said}"):
        _read(f"date,vvix_close\n2024-01-02,88.25\n{row}\n2024-01-04,1\n".encode())


@pytest.mark.parametrize(("payload", "said"), [
    (b"", "empty"), (b"date,vvix_close\n", "nothing stands below the header"),
    (b"date,vvix_close\n2024-01-02,\n", "no row holds a figure"),
    (b"date,vvix_close\n2024-01-02,1\n2024-01-02,2\n", "two different rows for 2024-01-02"),
    (b"<html>date,vvix_close</html>", "a web page"),
    ("date,vvix_close\n2024-01-02,1\n".encode("utf-16"), "not UTF-8 text"),
])  # fmt: skip
def test_strange_file_explained(payload: bytes, said: str) -> None:
    """A file without figures, with two for a day, or of another kind is refused."""
    with pytest.raises(SourceError, match=f"own.csv: .*{said}"):
        _read(payload)


@pytest.mark.real_data
@pytest.mark.parametrize(("symbol", "rows", "first", "close"), [
    ("XLK", 4493, date(2005, 2, 25), 8.18729), ("XLRE", 1817, date(2015, 10, 8), 23.7641),
    ("XLU", 4493, date(2005, 2, 25), 8.77571), ("XLY", 4493, date(2005, 2, 25), 14.0674),
])  # fmt: skip
def test_sector_files(symbol: str, rows: int, first: date, close: float) -> None:
    """Every row of a real price archive is read, from its first day to 2022-12-30."""
    path = SHARED / f"{symbol}.csv"
    if not path.is_file():
        pytest.skip(f"{path}: needs market files that are not ours to redistribute")
    read = parse_own_close(path.read_bytes(), series_id=f"{symbol.lower()}_close", file=path.name)
    frame = read.collect(engine="in-memory")
    assert (frame.height, frame.row(0)) == (rows, (f"{symbol.lower()}_close", first, close))
    assert frame.get_column("event_date")[-1] == date(2022, 12, 30)
