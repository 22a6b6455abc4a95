"""Robert Shiller's monthly stock market data: his workbook, and the mirror that carries it on.

All real columns are rebased with each edition, so they are read only to check the nominal ones.
"""

import re
from datetime import date
from statistics import median

import polars as pl

from sources.errors import SourceError
from sources.remote import Remote
from sources.sheet import Sheet, headed, once
from sources.workbook import Grid, read_grid

BASE_URLS = {
    "": "https://shillerdata.com",
    "cdn": "https://img1.wsimg.com",  # where that page keeps its files
    "yale": "http://www.econ.yale.edu",  # answers still, but stopped in September 2023
    "mirror": "https://raw.githubusercontent.com",
}
PAGE = Remote("/", (), "html")
YALE = Remote("/~shiller/data/ie_data.xls", (), "xls", "yale")
MIRROR = Remote("/datasets/s-and-p-500/main/data/data.csv", (), "csv", "mirror")

_LINK = re.compile(
    rb"//img1\.wsimg\.com(/blobby/go/[A-Za-z0-9/_-]{1,120}/ie_data\.xls)(?:\?ver=([0-9]{1,20}))?"
)
_FILE, _MIRROR_FILE = "ie_data.xls", "s-and-p-500/data.csv"
_HEADER = ("Date", "P", "D", "E", "CPI", "Fraction", "Rate GS10", "Price", "Dividend", "Price",
           "Earnings", "Earnings", "CAPE", None, "TR CAPE", None, "Yield", "Returns", "Returns",
           "Real Return", "Real Return", "Returns")  # fmt: skip
_NOMINAL = {1: "shiller_price", 2: "shiller_dividend", 3: "shiller_earnings", 4: "shiller_cpi",
            6: "shiller_gs10", 12: "shiller_cape"}  # fmt: skip
_REAL_OF = {1: 7, 2: 8, 3: 10}  # nominal column to its real one
_CPI, _FRACTION, _CAPE = 4, 5, 12
_NOT_AVAILABLE = "NA"
_HEADER_ROWS = 30  # among which the header is looked for
_DECIMAL = r"^[0-9]{1,9}\.[0-9]{1,20}$"  # the mirror writes floats to their last digit
_TOLERANCE = 1e-6  # of a real figure, relative; 1e-9 is seen
_HALF_A_DAY = 0.002  # years
_MIRRORED = {"SP500": "shiller_price", "Dividend": "shiller_dividend",
             "Earnings": "shiller_earnings", "Consumer Price Index": "shiller_cpi",
             "Long Interest Rate": "shiller_gs10", "PE10": "shiller_cape"}  # fmt: skip
_MIRROR_HEADER = ("Date", "SP500", "Dividend", "Earnings", "Consumer Price Index",
                  "Long Interest Rate", "Real Price", "Real Dividend", "Real Earnings", "PE10")  # fmt: skip


def workbook_request(page: bytes) -> Remote:
    """Where the workbook lies now: its address changes with each edition and stands on the page.

    Raises:
        SourceError: no such link, or links to several files.

    Source:
        shillerdata.com.
    """
    found = {(link[1], link[2]) for link in _LINK.finditer(page)}
    if len(found) != 1:
        raise SourceError(
            f"shillerdata.com: {len(found)} links to ie_data.xls; accepted is one, to a file on "
            "img1.wsimg.com; compare with the page before changing the adapter"
        )
    path, version = found.pop()
    params = (("ver", version.decode()),) if version else ()
    return Remote(path.decode(), params, "xls", "cdn")


def parse_ie_data(payload: bytes) -> pl.LazyFrame:
    """Price, dividend, earnings [index points a year], CPI, ten-year yield [percent] and CAPE.

    Dates are numbers, so October 2025 is written 2025.1; the column of fractions beside them says
    the same month and is held against it. Each real figure is its nominal one times one constant
    over CPI, which swapped or damaged columns are not.

    Returns:
        Monthly rows at the first of the month. The price is the mean of the month's closes, the
        newest row's a single close; the newest CPI is the author's estimate (his last row says
        which), so CPI is for this table's own ratios. Blank and ``NA`` have no row.

    Raises:
        SourceError: not the workbook, another header, a month missing or twice, a real column that
            contradicts its nominal one, or a cell that does not read as stated.

    Source:
        Robert J. Shiller, ie_data.xls, sheet Data.
    """
    grid = read_grid(payload, file=_FILE, sheets=("Data",))
    top = next((n for n in range(min(_HEADER_ROWS, len(grid.rows))) if _is_header(grid, n)), None)
    if top is None:
        raise SourceError(
            f"{_FILE}: no header row in sheet Data; accepted is {', '.join(filter(None, _HEADER))}; "
            "open the workbook and compare before changing the adapter"
        )
    months: dict[int, date] = {}
    for row in range(top + 1, len(grid.rows)):
        if grid.cell(row, 0) is not None:
            months[row] = _month(grid, row, _next(months.get(row - 1)))
    if not months or len(months) != max(months) - top:
        raise SourceError(
            f"{_FILE}: {len(months)} months and a row without one between them; accepted are "
            "months without a break, notes below; open the workbook and compare"
        )
    values = {column: _column(grid, column, months) for column in (*_NOMINAL, *_REAL_OF.values())}
    for nominal, real in _REAL_OF.items():
        _hold_against(grid, months, (nominal, real), values)
    figures = [
        (name, months[row], value)
        for column, name in _NOMINAL.items()
        for row, value in values[column].items()
        if value is not None
    ]
    schema = {"series_id": pl.String(), "event_date": pl.Date(), "value": pl.Float64()}
    return pl.LazyFrame(figures, schema=schema, orient="row")


def _is_header(grid: Grid, row: int) -> bool:
    return tuple(grid.cell(row, column) for column in range(len(_HEADER))) == _HEADER


def _next(month: date | None) -> date | None:
    return None if month is None else date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _month(grid: Grid, row: int, expected: date | None) -> date:
    """The month of a row, which must follow the row's above; 2025.1 is October."""
    written, fraction = grid.number(row, 0), grid.number(row, _FRACTION)
    year, month = divmod(round((written or 0.0) * 100), 100)
    told = year + (month - 0.5) / 12
    accepted = f"the month {expected or 'of the first row'} as 1871.01 to .12 (.1 is October)"
    if written is None or not 1 <= month <= 12 or abs(written * 100 - round(written * 100)) > 1e-4:  # noqa: PLR2004
        raise grid.strange(row, 0, accepted)
    if fraction is None or abs(fraction - told) > _HALF_A_DAY:
        raise grid.strange(row, _FRACTION, f"the fraction {told:.4f} of month {written}")
    found = date(year, month, 1)
    if expected not in (None, found):
        raise grid.strange(row, 0, accepted)
    return found


def _column(grid: Grid, column: int, months: dict[int, date]) -> dict[int, float | None]:
    """A column's figures; blank in the newest months alone, ``NA`` in the oldest of CAPE alone."""
    values: dict[int, float | None] = {}
    for row in months:
        unavailable = column == _CAPE and grid.cell(row, column) == _NOT_AVAILABLE
        value = None if unavailable else grid.number(row, column)
        last = values.get(row - 1)
        starts = column == _CAPE and all(held is None for held in values.values())
        if value is not None and last is None and values and not starts:
            raise grid.strange(row - 1, column, "a number, since the month after it has one")
        values[row] = value
    return values


def _hold_against(
    grid: Grid,
    months: dict[int, date],
    columns: tuple[int, int],
    values: dict[int, dict[int, float | None]],
) -> None:
    """Refuse a real column that is not its nominal one times a constant over CPI."""
    nominal, real = columns
    constants = {}
    for row in months:
        figure, deflated, cpi = values[nominal][row], values[real][row], values[_CPI][row]
        if figure and deflated is not None and cpi is not None:
            constants[row] = deflated * cpi / figure
    middle = median(constants.values()) if constants else 0.0
    for row, constant in constants.items():
        if not abs(constant - middle) <= _TOLERANCE * abs(middle):
            of_price = f"{_HEADER[nominal]} over CPI times {middle:.4f}, as in the other rows"
            raise grid.strange(row, real, of_price)


def parse_mirror(payload: bytes) -> pl.LazyFrame:
    """The same six columns from the mirror, which writes 0.0 for a missing value in all but price.

    Returns:
        Monthly rows at the first of the month; ``0.0`` has no row.

    Raises:
        SourceError: another header, a date that is not the first of a month, a price of zero, or a
            cell that does not read as stated.

    Source:
        github.com/datasets/s-and-p-500 (ODC-PDDL), from Robert J. Shiller's workbook.
    """
    _, table = headed(payload, _MIRROR_HEADER, file=_MIRROR_FILE)
    months = table.dates("Date", "%Y-%m-%d")
    table.refuse(months.dt.day() != 1, "Date", "the first of a month")
    figures = [
        pl.DataFrame({"event_date": months, "value": _above_zero(table, column)})
        .drop_nulls()
        .select(pl.lit(name).alias("series_id"), "event_date", "value")
        for column, name in _MIRRORED.items()
    ]
    return once(pl.concat(figures), ["series_id", "event_date"], file=_MIRROR_FILE).lazy()


def _above_zero(table: Sheet, column: str) -> pl.Series:
    text = table.cells.get_column(column)
    fine = text.str.contains(_DECIMAL).fill_null(value=False)
    table.refuse(~fine, column, "a decimal number, 0.0 for none")
    values = text.cast(pl.Float64)
    if column == "SP500":
        table.refuse(values <= 0, column, "a price above zero")
    return values.set(values == 0, None)
