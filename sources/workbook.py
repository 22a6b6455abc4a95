"""Excel workbooks, old and new, read as plain cells: numbers, text and dates, nothing repaired.

The first bytes say which of the two formats a file is, whatever its name says. Dates are turned by
the workbook's own date system: those made on a Macintosh count from 1904, and a reader that ignores
it is four years off.
"""

import io
import struct
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from sources.errors import SourceError

Cell = str | float | date | None

_XLS, _XLSX = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_MOST_ROWS, _MOST_COLUMNS = 10_000, 100
_LARGEST = 60_000_000  # bytes of a workbook's parts inflated; Damodaran's have 2 million
_EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))  # of serial 0, for dates since 1900-03-01
_SERIALS = (1, 80_000)  # to 2119
_XLS_TEXT, _XLS_NUMBER, _XLS_DATE, _XLS_ERROR = 1, 2, 3, 5
# What the two readers raise on damaged files; neither wraps it in an error of its own.
_DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError,
    OSError, RecursionError, RuntimeError, TypeError, ValueError, ParseError, struct.error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """One worksheet: its rows from the top, and the date that its serial numbers count from."""

    file: str
    rows: list[tuple[Cell, ...]]
    epoch: date

    def cell(self, row: int, column: int) -> Cell:
        """A cell by its place from zero; nothing beyond a row's last cell."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else None

    def day(self, row: int, column: int) -> date | None:
        """A cell as a date, turned from its serial number where it is not formatted as one."""
        found = self.cell(row, column)
        if isinstance(found, float) and _SERIALS[0] <= found <= _SERIALS[1]:
            return self.epoch + timedelta(days=int(found))
        return found if isinstance(found, date) else None

    def number(self, row: int, column: int) -> float | None:
        """A cell as a number; nothing where it is empty.

        Raises:
            SourceError: it holds something else.
        """
        found = self.cell(row, column)
        if found is None or isinstance(found, float):
            return found
        raise self.strange(row, column, "a number or an empty cell")

    def strange(self, row: int, column: int, accepted: str) -> SourceError:
        """The refusal of a cell, by the place that Excel shows for it."""
        letter = chr(ord("A") + column) if column < 26 else f"column {column + 1} row "  # noqa: PLR2004
        return SourceError(
            f"{self.file}: cell {letter}{row + 1} is {str(self.cell(row, column))[:80]!r}; accepted "
            f"is {accepted}; open the workbook and compare before changing the adapter"
        )


def read_grid(payload: bytes, *, file: str, sheets: tuple[str, ...]) -> Grid:
    """The first of these worksheets that a workbook has.

    Raises:
        SourceError: not a workbook, damaged, larger than one of this kind is, or without such a
            sheet.
    """
    if not payload.startswith((_XLS, _XLSX)):
        raise SourceError(
            f"{file}: begins {payload[:40]!r}; accepted is an Excel workbook, .xls or .xlsx; see "
            "what replaced the file"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's, on parts of a workbook it does not keep
            read = _read_xls if payload.startswith(_XLS) else _read_xlsx
            names, rows, epoch = read(payload, sheets)
    except _DAMAGE as error:
        raise SourceError(
            f"{file}: a damaged workbook ({type(error).__name__}: {str(error)[:120]}); fetch it "
            "again"
        ) from error
    if rows is None:
        raise SourceError(
            f"{file}: has the sheets {', '.join(names)[:200]!r}; accepted is one of "
            f"{', '.join(sheets)}; open the workbook and compare before changing the adapter"
        )
    if len(rows) > _MOST_ROWS:
        raise SourceError(f"{file}: more than {_MOST_ROWS:,} rows; accepted are fewer; see what "
                          "replaced the file")  # fmt: skip
    return Grid(file, rows, epoch)


_Read = tuple[list[str], list[tuple[Cell, ...]] | None, date]


def _read_xlsx(payload: bytes, sheets: tuple[str, ...]) -> _Read:
    from openpyxl import load_workbook  # type: ignore[import-untyped]  # noqa: PLC0415  # 0.2 s
    from openpyxl.utils.datetime import (  # type: ignore[import-untyped]  # noqa: PLC0415
        CALENDAR_MAC_1904,
    )

    with zipfile.ZipFile(io.BytesIO(payload)) as box:
        size = sum(part.file_size for part in box.infolist())
        if size > _LARGEST:
            raise ValueError(f"{size:,} bytes inflated, at most {_LARGEST:,} are accepted")
        if (part := box.testzip()) is not None:
            raise ValueError(f"the checksum of {part} does not agree")
    book = load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
    epoch = _EPOCHS[book.epoch == CALENDAR_MAC_1904]
    name = next((name for name in sheets if name in book.sheetnames), None)
    if name is None:
        return list(book.sheetnames), None, epoch
    drawn = book[name].iter_rows(values_only=True, max_col=_MOST_COLUMNS)
    rows = [tuple(_plain(cell) for cell in row) for row in islice(drawn, _MOST_ROWS + 1)]
    return list(book.sheetnames), rows, epoch


def _read_xls(payload: bytes, sheets: tuple[str, ...]) -> _Read:
    import xlrd  # type: ignore[import-untyped]  # noqa: PLC0415  # only where a workbook is read
    from xlrd.compdoc import CompDocError  # type: ignore[import-untyped]  # noqa: PLC0415

    said = io.StringIO()
    try:
        book = xlrd.open_workbook(
            file_contents=payload, on_demand=True, logfile=said, ragged_rows=True
        )
        name = next((name for name in sheets if name in book.sheet_names()), None)
        sheet = None if name is None else book.sheet_by_name(name)
    except (xlrd.XLRDError, CompDocError) as error:
        raise ValueError(str(error)) from error
    if said.getvalue():
        raise ValueError(f"its reader warns: {said.getvalue()}")
    epoch = _EPOCHS[bool(book.datemode)]
    if sheet is None:
        return list(book.sheet_names()), None, epoch
    rows = [
        tuple(_xls_cell(cell, epoch) for cell in sheet.row(row)[:_MOST_COLUMNS])
        for row in range(min(sheet.nrows, _MOST_ROWS + 1))
    ]
    return list(book.sheet_names()), rows, epoch


def _xls_cell(cell: Any, epoch: date) -> Cell:  # noqa: ANN401  # the library has no types
    if cell.ctype == _XLS_DATE and _SERIALS[0] <= cell.value <= _SERIALS[1]:
        return epoch + timedelta(days=int(cell.value))
    if cell.ctype == _XLS_ERROR:
        return f"Excel error {cell.value}"
    if cell.ctype in (_XLS_TEXT, _XLS_NUMBER, _XLS_DATE):
        return _plain(cell.value)
    return None


def _plain(value: object) -> Cell:
    """A cell as a finite number, a date, or text without its outer blanks."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        number = float(value)
        return number if abs(number) < float("inf") else f"{number} (no finite number)"
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return (str(value).strip() or None) if value is not None else None
