"""Files are read as written or refused with the place and the reason."""

import gzip
from datetime import date

import polars as pl
import pytest

from sources.delimited import dates, figures, flags, inflated, instants, observed, text_table
from sources.errors import SourceError

HEADER = ("Date", "vix")
DAY = "%m/%d/%Y"


def _table(rows: str) -> pl.DataFrame:
    return text_table(f"Date,vix\n{rows}".encode(), file="vix.csv", header=HEADER)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\r\n\r\n"])
def test_text_marks_tolerated(mark: bytes, end: bytes, last: bytes) -> None:
    """A byte-order mark, CRLF and blank last lines change nothing."""
    content = mark + end.join([b"Date,vix", b"1/3/2014,13.5", b"1/6/2014,."]) + last
    table = text_table(content, file="vix.csv", header=HEADER)
    assert table.rows() == [("1/3/2014", "13.5"), ("1/6/2014", ".")]


@pytest.mark.parametrize("header", ["Date,VIX", "Date,vix,", "vix,Date", "Date", "", "Date;vix"])
def test_other_header_refused(header: str) -> None:
    """Another header is refused with the file, what was found and what is accepted."""
    with pytest.raises(SourceError) as refusal:
        text_table(f"{header}\n1/3/2014,13.5\n".encode(), file="vix.csv", header=HEADER)
    message = str(refusal.value)
    assert message.startswith(f"vix.csv: header is {header!r}; accepted is 'Date,vix'")


@pytest.mark.parametrize("row", ["1/3/2014", "1/3/2014,1,2", "", '"1/3/2014",1', '1/3/2014,"1,0"'])
def test_ragged_row_refused(row: str) -> None:
    """A row narrower or wider than the header is refused with its line, never padded."""
    with pytest.raises(SourceError, match=r"vix\.csv: line 3 is .*2 unquoted cells"):
        _table(f"1/2/2014,1\n{row}\n1/6/2014,2\n")


def test_empty_table_refused() -> None:
    """A header without rows is a failed fetch, not an empty market."""
    with pytest.raises(SourceError, match=r"vix\.csv: no rows below the header"):
        _table("")


def test_binary_refused() -> None:
    """Bytes that are not text are refused as such."""
    with pytest.raises(SourceError, match=r"vix\.csv: not UTF-8"):
        text_table(b"Date,vix\n\xff\xfe", file="vix.csv", header=HEADER)


def test_blanks_are_null() -> None:
    """An empty cell and a point are the publisher's blanks: null, never zero."""
    table = _table("1/3/2014,13.5\n1/6/2014,.\n1/7/2014,\n1/8/2014,0\n")
    assert figures(table, "vix", file="vix.csv").to_list() == [13.5, None, None, 0.0]


@pytest.mark.parametrize("cell", ["NaN", "inf", "-", "13 5", "1_0", "n/a", "#N/A"])
def test_strange_figure_refused(cell: str) -> None:
    """A cell that is neither a finite number nor a blank stops the file, with its place."""
    with pytest.raises(SourceError, match="line 3, column vix is") as refusal:
        figures(_table(f"1/3/2014,13.5\n1/6/2014,{cell}\n"), "vix", file="vix.csv")
    assert repr(cell) in str(refusal.value)


@pytest.mark.parametrize(
    "cell", ["2014-01-03", "13/1/2014", "1/3/14", "2/29/2015", ".", "", "1/2014"]
)
def test_other_date_refused(cell: str) -> None:
    """A date in another layout, impossible or two digits short is refused, not guessed."""
    with pytest.raises(SourceError, match="line 2, column Date is"):
        dates(_table(f"{cell},13.5\n"), "Date", file="vix.csv", layout=DAY)


def test_dates_in_layout() -> None:
    """Days and months are read with or without leading zeros, month first."""
    read = dates(_table("1/3/2014,1\n02/01/2014,1\n"), "Date", file="vix.csv", layout=DAY)
    assert read.to_list() == [date(2014, 1, 3), date(2014, 2, 1)]


def test_flag_and_instant_refused() -> None:
    """A flag is true or false and an instant bears its Z, or the file is refused."""
    table = text_table(b"a,b\nTrue,2018-07-03 17:00\n", file="x", header=("a", "b"))
    with pytest.raises(SourceError, match="accepted is true or false"):
        flags(table, "a", file="x")
    with pytest.raises(SourceError, match="accepted is an instant"):
        instants(table, "b", file="x")


def test_observed_skips_blanks() -> None:
    """Long rows hold every figure once and leave the blanks out."""
    table = text_table(b"m,x,y\n1,2,.\n2,,5\n", file="f", header=("m", "x", "y"))
    days = pl.Series([date(2018, 1, 1), date(2018, 2, 1)])
    rows = observed(table, days, {"a": "x", "b": "y", "c": "y"}, file="f")
    assert rows.collect(engine="in-memory").rows() == [
        ("a", date(2018, 1, 1), 2.0),
        ("b", date(2018, 2, 1), 5.0),
        ("c", date(2018, 2, 1), 5.0),
    ]


def test_inflated_is_capped() -> None:
    """A file that inflates past its limit is refused before it fills the memory."""
    bomb = gzip.compress(b"0" * 1_001)
    assert inflated(bomb, file="f.gz", limit=1_001) == b"0" * 1_001
    with pytest.raises(SourceError, match=r"f\.gz: more than 1,000 bytes"):
        inflated(bomb, file="f.gz", limit=1_000)


@pytest.mark.parametrize("damage", ["text", "cut", "flipped", "padded"])
def test_damaged_gzip_refused(damage: str) -> None:
    """Bytes that are not one whole gzip file are refused."""
    whole = gzip.compress(b"Date,vix\n" + bytes(range(256)) * 4, mtime=0)
    flipped = bytearray(whole)
    flipped[-8] ^= 1  # the checksum
    payload = {
        "text": b"Date,vix\n",
        "cut": whole[:-20],
        "flipped": bytes(flipped),
        "padded": whole + b"more",
    }[damage]
    with pytest.raises(SourceError, match=r"f\.gz: "):
        inflated(payload, file="f.gz", limit=10_000)
