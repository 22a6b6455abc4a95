"""Hand-written bodies of the rate and macro publishers, and workbooks made cell by cell."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

DATA = Path(__file__).resolve().parents[3] / "data"
SECTOR = 512
Rows = list[list[str | float | None]]
Rowed = list[tuple[object, ...]]


@pytest.fixture(scope="session")
def body() -> Callable[[str], bytes]:
    """A hand-written body by folder and name."""
    return lambda name: (DATA / name).read_bytes()


@pytest.fixture(scope="session")
def rowed() -> Callable[[pl.LazyFrame], Rowed]:
    """A frame's rows."""
    return lambda frame: frame.collect(engine="in-memory").rows()


@pytest.fixture(scope="session")
def new_workbook() -> Callable[..., bytes]:
    """An .xlsx of one sheet, by default in the date system of 1904."""
    return _xlsx


@pytest.fixture(scope="session")
def old_workbook() -> Callable[[str, Rows], bytes]:
    """An .xls (BIFF8 in an OLE container) of one sheet with numbers and text."""
    return _xls


def _xlsx(sheet: str, rows: list[list[object]], *, from_1904: bool = True) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415  # 0.2 s
    from openpyxl.utils.datetime import CALENDAR_MAC_1904  # noqa: PLC0415

    book = Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    drawn = book.active
    drawn.title = sheet
    for row in rows:
        drawn.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _xls(sheet: str, rows: Rows) -> bytes:
    stream = _biff(sheet, rows).ljust(9 * SECTOR, b"\0")
    sectors = -(-len(stream) // SECTOR)
    stream = stream.ljust(sectors * SECTOR, b"\0")
    chain = [-3, -2, *range(3, sectors + 2), -2]
    table = struct.pack(f"<{SECTOR // 4}i", *chain, *[-1] * (SECTOR // 4 - len(chain)))
    folder = _entry("Root Entry", 5, 1, -2, 0) + _entry("Workbook", 2, -1, 2, len(stream))
    marks = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    sizes = struct.pack("<HHHHH6xiiiiIiiii", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, -2, 0, -2, 0)
    header = (marks + sizes + struct.pack("<109i", 0, *[-1] * 108)).ljust(SECTOR, b"\xff")
    return header + table + folder.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    told = name.encode("utf-16-le").ljust(64, b"\0")
    head = struct.pack("<HBBiii", 2 * len(name) + 2, kind, 1, -1, -1, child)
    return told + head + bytes(36) + struct.pack("<iII", first, size, 0)


def _record(kind: int, *parts: bytes) -> bytes:
    held = b"".join(parts)
    return struct.pack("<HH", kind, len(held)) + held


def _biff(sheet: str, rows: Rows) -> bytes:
    name = struct.pack("<BB", len(sheet), 0) + sheet.encode()
    book = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 1, 1997, 0, 6))
    book += _record(0x42, struct.pack("<H", 1200)) + _record(0x22, struct.pack("<H", 0))
    offset = len(book) + 4 + 6 + len(name) + 4
    book += _record(0x85, struct.pack("<IBB", offset, 0, 0), name) + _record(0xA)
    cells = _record(0x809, struct.pack("<HHHHII", 0x600, 16, 1, 1997, 0, 6))
    for row, held in enumerate(rows):
        for column, cell in enumerate(held):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 0) + cell.encode("latin-1")
                cells += _record(0x204, place, text)
            elif cell is not None:
                cells += _record(0x203, place, struct.pack("<d", cell))
    return book + cells + _record(0xA)


@pytest.fixture(scope="session")
def erp_rows() -> list[list[object]]:
    """Fourteen invented months of ERPbymonth as typed: another case, spaces, a column more."""
    header = ["Start of  Month", "S&P  500", "T.Bond Rate", "ERP (Covid Adjusted)",
              "ERP (T12 m with sustainable Payout)", "ERP (T12m)", "Notes"]  # fmt: skip
    serials = [38230, 38260, 38291, 38321, 38352, 38383, 38411, 38442, 38472, 38503, 38533,
               38564, 38595, 38625]  # fmt: skip
    months = [[float(serial), 1250.0 + n, 0.0375, None, 0.04, 0.045 + n / 1000, None]
              for n, serial in enumerate(serials)]  # fmt: skip
    return [["Updated monthly"], [], header, *months, [], ["Note: from trailing cash flows"]]


@pytest.fixture(scope="session")
def shiller_rows() -> Rows:
    """Four invented months of ie_data around an October, its header row and its footnote."""
    header: list[str | float | None] = [
        "Date", "P", "D", "E", "CPI", "Fraction", "Rate GS10", "Price", "Dividend", "Price",
        "Earnings", "Earnings", "CAPE", None, "TR CAPE", None, "Yield", "Returns", "Returns",
        "Real Return", "Real Return", "Returns"]  # fmt: skip
    rows: Rows = [["Stock Market Data"], header]
    for written, month, cpi in ((2025.09, 9, 320.0), (2025.1, 10, 321.0), (2025.11, 11, 322.0),
                                (2025.12, 12, 324.0)):  # fmt: skip
        price, paid, earned = 6000.0 + month, 75.0 + month, 250.0 + month
        scale = 324.0 / cpi
        rows.append([written, price, paid, earned, cpi, 2025 + (month - 0.5) / 12, 4.1,
                     price * scale, paid * scale, 9e6, earned * scale, 9e4, 39.0])  # fmt: skip
    rows[-1][2], rows[-1][3], rows[-1][8], rows[-1][10] = None, None, None, None
    rows[2][12] = "NA"
    rows.append([None, "Dec price is Dec 4th close", None, None, "Oct/Dec CPI estimated"])
    return rows
