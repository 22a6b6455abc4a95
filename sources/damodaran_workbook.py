"""Damodaran's implied equity risk premium as he publishes it: two workbooks, by month and by year.

Columns come and go between editions (a premium "Covid Adjusted" stood in the middle in 2020), so
they are found by name, ignoring case and spaces, and further columns are left alone.
"""

import re
from datetime import date, datetime

import polars as pl

from sources.errors import SourceError
from sources.remote import Remote
from sources.workbook import Cell, Grid, read_grid

BASE_URL = "https://pages.stern.nyu.edu"
MONTHLY = Remote("/~adamodar/pc/implprem/ERPbymonth.xlsx", (), "xlsx")
ANNUAL = Remote("/~adamodar/pc/datasets/histimpl.xlsx", (), "xlsx")

_FIRST_MONTH, _FIRST_YEAR = date(2008, 9, 1), 1960
_MONTHLY_SHEETS = ("Historical ERP", "Historical Imp Prem", "Implied ERP (Monthly from 9-08)")
_ANNUAL_SHEETS = ("Historical Impl Premiums",)
_MONTHLY_NEEDED = {
    "ERP (T12m)": "erp_damodaran_published",
    "S&P 500": "spx_at_erp_mark",
    "T.Bond Rate": "treasury_10y_at_erp_mark",
}
_MONTHLY_FURTHER = {
    "$ Riskfree Rate": "ERPbymonth: $ Riskfree Rate",
    "CF (Trailing 12 month)": "ERPbymonth: CF (Trailing 12 month)",
    "Expected growth rate": "ERPbymonth: Expected growth rate",
    "ERP (T12 m with sustainable payout)": "ERPbymonth: ERP (T12 m with sustainable payout)",
    "ERP (T12m) with adj riskfree rate": "ERPbymonth: ERP (T12m) with adj riskfree rate",
}
_ANNUAL_NEEDED = {
    "Implied ERP (FCFE)": "histimpl: Implied ERP (FCFE)",
    "S&P 500": "histimpl: S&P 500",
    "T.Bond Rate": "histimpl: T.Bond Rate",
}
_IN_POINTS = ("S&P 500", "CF (Trailing 12 month)")  # the others are fractions, shown as percent
_HEADER_ROWS = 40  # among which the header is looked for
_PERCENT = re.compile(r"(-?[0-9]{1,3})(?:[.,]([0-9]{1,6}))? ?%")
_MONTH_LAYOUTS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%b-%y", "%b %Y", "%B %Y")


def parse_monthly(payload: bytes) -> pl.LazyFrame:
    """Premium, S&P 500, ten-year rate and, where the edition has them, the model's other inputs.

    Returns:
        Rows at the first of each month since 2008-09, rates and premia as fractions (0.0425), as
        the cells hold them; a cell typed as the text ``6,36%`` is 0.0636. The row of a month is
        its position: it must follow the month above, whatever way its date is written.

    Raises:
        SourceError: not the workbook, no such sheet or column, months with a gap or off by the
            four years of the wrong date system, a rate of 100 percent or more, or a cell that does
            not read as stated.

    Source:
        Aswath Damodaran, NYU Stern, ERPbymonth.xlsx.
    """
    grid = read_grid(payload, file="ERPbymonth.xlsx", sheets=_MONTHLY_SHEETS)
    top, columns = _header(grid, ("Start of month", *_MONTHLY_NEEDED))
    first = columns[_folded("Start of month")]
    rows: dict[int, date] = {}
    due = _FIRST_MONTH
    for row in range(top + 1, len(grid.rows)):
        if grid.cell(row, first) is None:
            break
        month = _month_written(grid, row, first)
        if month != due:
            raise grid.strange(row, first, f"a date in {due:%Y-%m}, the month after the row above")
        rows[row] = due
        due = date(due.year + due.month // 12, due.month % 12 + 1, 1)
    _refuse_late_row(grid, first, rows, top)
    names = {
        column: series_id
        for column, series_id in (_MONTHLY_NEEDED | _MONTHLY_FURTHER).items()
        if _folded(column) in columns
    }
    return _figures(grid, rows, columns, names)


def parse_annual(payload: bytes) -> pl.LazyFrame:
    """Premium, S&P 500 and ten-year rate at the end of each year since 1960, .xls or .xlsx.

    Returns:
        Rows at 31 December, rates and premia as fractions; the first year has no premium. A
        summary below the years is left alone.

    Raises:
        SourceError: as for ``parse_monthly``, with years for months.

    Source:
        Aswath Damodaran, NYU Stern, histimpl.xls.
    """
    grid = read_grid(payload, file="histimpl.xls", sheets=_ANNUAL_SHEETS)
    top, columns = _header(grid, ("Year", *_ANNUAL_NEEDED))
    first = columns["year"]
    rows: dict[int, date] = {}
    for row in range(top + 1, len(grid.rows)):
        if not isinstance(year := grid.cell(row, first), float):
            break
        if year != _FIRST_YEAR + len(rows):
            raise grid.strange(row, first, f"the year {_FIRST_YEAR + len(rows)}")
        rows[row] = date(int(year), 12, 31)
    _refuse_late_row(grid, first, rows, top)
    return _figures(grid, rows, columns, _ANNUAL_NEEDED)


def _folded(name: str) -> str:
    return "".join(name.split()).casefold()


def _header(grid: Grid, needed: tuple[str, ...]) -> tuple[int, dict[str, int]]:
    """The row that holds the needed names, and each folded name's column; the first row that does."""
    for row in range(min(_HEADER_ROWS, len(grid.rows))):
        named = [(_folded(cell), at) for at, cell in enumerate(grid.rows[row])
                 if isinstance(cell, str)]  # fmt: skip
        columns = dict(named)
        if all(_folded(name) in columns for name in needed):
            if len(columns) < len(named):
                break
            return row, columns
    raise SourceError(
        f"{grid.file}: no row names {', '.join(needed)}, each once; accepted is such a header in "
        f"the first {_HEADER_ROWS} rows, case and spaces aside; open the workbook and compare"
    )


def _month_written(grid: Grid, row: int, column: int) -> date | None:
    """The first of the month that a cell says, as a date, a serial number or text."""
    found = grid.day(row, column)
    text = grid.cell(row, column)
    if found is None and isinstance(text, str):
        found = next((day for layout in _MONTH_LAYOUTS if (day := _read_day(text, layout))), None)
    return None if found is None else found.replace(day=1)


def _read_day(text: str, layout: str) -> date | None:
    try:
        return datetime.strptime(text, layout).date()  # noqa: DTZ007  # a date has no zone
    except ValueError:
        return None


def _refuse_late_row(grid: Grid, column: int, rows: dict[int, date], top: int) -> None:
    """Refuse a table without rows, and a dated row below the table's end: it has a hole."""
    end = top + 1 + len(rows)
    if not rows:
        raise SourceError(f"{grid.file}: no rows below the header in row {top + 1}; at least one is "
                          "needed; fetch it again")  # fmt: skip
    for row in range(end, len(grid.rows)):
        if not isinstance(grid.cell(row, column), (str, type(None))):
            raise grid.strange(row, column, f"nothing dated below the table's end in row {end}")


def _figures(
    grid: Grid, rows: dict[int, date], columns: dict[str, int], names: dict[str, str]
) -> pl.LazyFrame:
    figures = [
        (series_id, day, value)
        for name, series_id in names.items()
        for row, day in rows.items()
        if (value := _figure(grid, row, columns[_folded(name)], name)) is not None
    ]
    schema = {"series_id": pl.String(), "event_date": pl.Date(), "value": pl.Float64()}
    return pl.LazyFrame(figures, schema=schema, orient="row")


def _figure(grid: Grid, row: int, column: int, name: str) -> float | None:
    """A level above zero, or a fraction between -1 and 1; nothing where the cell is empty."""
    if name in _IN_POINTS:
        level = grid.number(row, column)
        if level is not None and level <= 0:
            raise grid.strange(row, column, "a level above zero")
        return level
    cell: Cell = grid.cell(row, column)
    typed = _PERCENT.fullmatch(cell) if isinstance(cell, str) else None
    value = float(f"{typed[1]}.{typed[2] or 0}") / 100 if typed else grid.number(row, column)
    if value is not None and not -1 < value < 1:
        raise grid.strange(row, column, "a fraction, 0.0425 for 4.25 percent")
    return value
