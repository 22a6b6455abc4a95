"""Cboe's index histories: both layouts read, everything else refused with its place."""

from collections.abc import Callable
from datetime import date

import pytest

from sources.cboe import SYMBOLS, broken_bars, index_requests, parse_index, parse_vix_mirror
from sources.errors import SourceError

VVIX = "DATE,VVIX\n03/06/2006,71.5\n03/15/2006,15.75\n"
BAR = "DATE,OPEN,HIGH,LOW,CLOSE\n"
Sample = Callable[[str], bytes]
Row = tuple[date, float]


def _read(text: str | bytes, symbol: str = "VVIX") -> list[Row]:
    payload = text.encode() if isinstance(text, str) else text
    frame = parse_index(payload, symbol=symbol).collect(engine="in-memory")
    return frame.select("event_date", "value").rows()


def test_requests_of_every_symbol() -> None:
    """Each symbol has its file, closes of the strategy indices included."""
    requests = index_requests()
    assert tuple(requests) == SYMBOLS
    assert {"SPX", "VXTH", "CNDR", "PUT", "BXM"} < set(requests)
    assert requests["VIX9D"].path == "/api/global/us_indices/daily_prices/VIX9D_History.csv"


def test_bars_give_closes(published: Sample) -> None:
    """Of the layout with four prices the close is read, under the catalogue's name."""
    frame = parse_index(published("cboe/VIX_History.csv"), symbol="VIX").collect(engine="in-memory")
    assert frame.columns == ["series_id", "event_date", "value"]
    assert frame.get_column("series_id").unique().to_list() == ["vix_close"]
    assert frame.row(3) == ("vix_close", date(2018, 2, 5), 37.25)


def test_closes_only_layout(published: Sample) -> None:
    """The two-column layout names its column by the symbol; gaps and odd prints are kept."""
    assert _read(published("cboe/VVIX_History.csv")) == [
        (date(2006, 3, 6), 71.5), (date(2006, 3, 15), 15.75), (date(2018, 2, 5), 177.25)]  # fmt: skip


def test_broken_bars_listed(published: Sample) -> None:
    """A high below the open is listed for a warning, and its close is read all the same."""
    payload = published("cboe/VIX_History.csv")
    broken = broken_bars(payload, symbol="VIX").collect(engine="in-memory")
    assert broken.rows() == [(date(2004, 1, 21), 36.5, 15.9, 14.1, 14.3)]
    assert (date(2004, 1, 21), 14.3) in _read(payload, "VIX")
    closes = broken_bars(published("cboe/VVIX_History.csv"), symbol="VVIX")
    assert closes.collect(engine="in-memory").shape == (0, 5)


def test_other_symbol_refused() -> None:
    """A file of one symbol under another's name is refused."""
    with pytest.raises(SourceError, match=r"SKEW_History\.csv: header is 'DATE,VVIX'; accepted"):
        _read(VVIX, "SKEW")


@pytest.mark.parametrize("header", [
    "Date,VIX Open,VIX High,VIX Low,VIX Close", "Date,VIXOpen,VIXHigh,VIXLow,VIXClose",
    "DATE,OPEN,HIGH,LOW,CLOSE",
])  # fmt: skip
@pytest.mark.parametrize("day", ["2018-02-05", "02/05/2018"])
def test_mirror_layouts(header: str, day: str) -> None:
    """The mirror's three headers and two ways to write a date give one reading."""
    payload = f"{header}\n{day},18.4,38.75,16.75,37.25\n".encode()
    rows = parse_vix_mirror(payload).collect(engine="in-memory").rows()
    assert rows == [("vix_close", date(2018, 2, 5), 37.25)]


def test_fault_n06_web_page_refused() -> None:
    """A page served as the file is named as one, not read as a table without rows."""
    with pytest.raises(SourceError, match=r"VVIX_History\.csv: a web page, .*another source"):
        _read("<!DOCTYPE html><html><body>Just a moment...</body></html>\n")


@pytest.mark.parametrize("cut", range(1, len(VVIX)))
def test_fault_n09_cut_refused_or_prefix(cut: int) -> None:
    """Cut anywhere, the file is refused or gives whole rows: never a shortened figure."""
    try:
        rows = _read(VVIX[:cut])
    except SourceError:
        return
    assert rows == _read(VVIX)[: len(rows)]


@pytest.mark.parametrize("text", ["", "\n", "DATE,VVIX\n"])
def test_fault_n10_no_rows_refused(text: str) -> None:
    """No bytes, or a header alone, is a failed fetch."""
    with pytest.raises(SourceError, match="fetch it again"):
        _read(text)


def test_fault_f01_byte_order_mark_and_line_ends() -> None:
    """A byte-order mark, CRLF and a blank last line change nothing."""
    dressed = b"\xef\xbb\xbf" + VVIX.replace("\n", "\r\n").encode() + b"\r\n"
    assert _read(dressed) == _read(VVIX)


@pytest.mark.parametrize("payload", [
    VVIX.encode("utf-16"), "DATE,VVIX\n03/06/2006,71.5\xa0\n".encode("latin-1"),
    VVIX.replace("71", "7\x001").encode(), VVIX.replace("\n", "\r").encode(),
])  # fmt: skip
def test_fault_f01_other_encodings_refused(payload: bytes) -> None:
    """UTF-16, Latin-1, NUL bytes and lone carriage returns are refused."""
    with pytest.raises(SourceError):
        _read(payload)


@pytest.mark.parametrize("header", ["DATE,VIX", "VVIX,DATE", "DATE", "DATE,VVIX,VVIX", "Date,VVIX"])
def test_fault_f02_f04_header_refused(header: str) -> None:
    """Renamed, missing, extra, swapped and doubled columns are refused by name."""
    with pytest.raises(SourceError, match=rf"header is '{header}'; accepted is"):
        _read(VVIX.replace("DATE,VVIX", header, 1))


@pytest.mark.parametrize("row", ["03/16/2006", "03/16/2006,1,2", "03/16/2006,1,", '"03/16/2006",1'])
def test_fault_f05_ragged_refused(row: str) -> None:
    """A short, long or quoted row is refused with its line."""
    with pytest.raises(SourceError, match=r"line 4 is .*2 unquoted cells"):
        _read(VVIX + row + "\n")


@pytest.mark.parametrize("cell", ["", ".", "N/A", "#N/A", "-", "null", "NA", "0", "0.000000"])
def test_fault_f06_no_blanks_declared(cell: str) -> None:
    """Cboe writes no blank and no level of zero, so none is understood."""
    with pytest.raises(SourceError, match=r"line 4, column VVIX is"):
        _read(f"{VVIX}03/16/2006,{cell}\n")


@pytest.mark.parametrize("cell", [
    "NaN", "inf", "1e308", "1e309", "-0", "-12.5", "1_000", "0x1F", "+1", " 1", "1.2.3", "١٢",
])  # fmt: skip
def test_fault_f07_only_plain_decimals(cell: str) -> None:
    """A figure is digits with at most one point; what a cast would accept beyond that is refused."""
    with pytest.raises(SourceError, match=r"line 4, column VVIX is .*plain decimal"):
        _read(f"{VVIX}03/16/2006,{cell}\n")


def test_fault_f08_month_comes_first() -> None:
    """Days below thirteen stay days: the first number is the month."""
    days = [day for day, _ in _read("DATE,VVIX\n01/02/2026,9\n01/09/2026,9\n")]
    assert days == [date(2026, 1, 2), date(2026, 1, 9)]


@pytest.mark.parametrize("day", [
    "13/01/2006", "2006-03-16", "3/16/06", "16.03.2006", "38792", "1142467200", "02/30/2006", "",
])  # fmt: skip
def test_fault_f08_other_dates_refused(day: str) -> None:
    """Other layouts, two-digit years, serials and impossible days are refused."""
    with pytest.raises(SourceError, match=r"line 4, column DATE is"):
        _read(f"{VVIX}{day},9\n")


def test_fault_f09_equal_repetition_counts_once() -> None:
    """A row twice is one row."""
    assert _read(VVIX + "03/15/2006,15.75\n") == _read(VVIX)


def test_fault_f09_contradiction_refused() -> None:
    """Two levels on one date stop the file: which is right cannot be known."""
    with pytest.raises(SourceError, match=r"two different rows for 2006-03-15"):
        _read(VVIX + "03/15/2006,15.76\n")


def test_fault_f10_order_is_restored() -> None:
    """Newest first gives the same rows, oldest first."""
    header, *rows = VVIX.splitlines()
    assert _read("\n".join([header, *reversed(rows)]) + "\n") == _read(VVIX)


@pytest.mark.parametrize("day", ["12/31/1799", "01/01/2101", "03/16/0206", "03/16/9999"])
def test_fault_f11_absurd_years_refused(day: str) -> None:
    """A year no index has known is a slip of the file."""
    with pytest.raises(SourceError, match=r"line 4, column DATE is"):
        _read(f"{VVIX}{day},9\n")
