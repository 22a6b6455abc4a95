"""The US Treasury's par and real yield curves, one CSV a year."""

import re

import polars as pl

from sources.errors import SourceError
from sources.remote import Remote
from sources.sheet import lines, once, sheet

BASE_URL = "https://home.treasury.gov"
_FOLDER = "/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"

_TENOR = re.compile(r"([0-9]{1,2}(?:\.5)?) (Mo|Month|Yr|YR)")
_SHORTEST_YEAR = 12  # months
_PAR: dict[float, str] = {
    1: "treasury_1m", 1.5: "treasury_6w", 2: "treasury_2m", 3: "treasury_3m", 4: "treasury_4m",
    6: "treasury_6m", 12: "treasury_1y", 24: "treasury_2y", 36: "treasury_3y", 60: "treasury_5y",
    84: "treasury_7y", 120: "treasury_10y", 240: "treasury_20y", 360: "treasury_30y",
}  # fmt: skip
_REAL: dict[float, str] = {
    60: "treasury_real_5y", 84: "treasury_real_7y", 120: "treasury_real_10y",
    240: "treasury_real_20y", 360: "treasury_real_30y",
}  # fmt: skip
_BLANK = ("",)
_FRIDAY = 5


def curve_requests(year: int) -> dict[str, Remote]:
    """The par and the real curve of one calendar year; early in January ask for two years."""
    return {
        kind: Remote(
            f"{_FOLDER}/{year}/all",
            (("type", f"daily_treasury_{kind}"), ("field_tdr_date_value", str(year)),
             ("page", ""), ("_format", "csv")),
        )
        for kind in ("yield_curve", "real_yield_curve")
    }  # fmt: skip


def parse_par_yields(payload: bytes) -> pl.LazyFrame:
    """Par yields by constant maturity [percent]; tenors not issued that day have no row.

    The header grows (4 months from 2022-10-19, six weeks from 2025-02-18) and is read by name: a
    tenor that the catalogue has no name for is left out, any other new column refuses the file.

    Raises:
        SourceError: another header, a weekend, a date twice with different figures, or a cell that
            does not read as stated.

    Source:
        US Department of the Treasury, Daily Treasury Par Yield Curve Rates.
    """
    return _curve(payload, _PAR, needed=120, file="daily_treasury_yield_curve")


def parse_real_yields(payload: bytes) -> pl.LazyFrame:
    """Par real yields by constant maturity [percent], read as ``parse_par_yields`` reads.

    Raises:
        SourceError: as for ``parse_par_yields``.

    Source:
        US Department of the Treasury, Daily Treasury Par Real Yield Curve Rates.
    """
    return _curve(payload, _REAL, needed=120, file="daily_treasury_real_yield_curve")


def _curve(payload: bytes, names: dict[float, str], *, needed: float, file: str) -> pl.LazyFrame:
    first, *rows = lines(payload, file=file)
    header = tuple(first.replace('"', "").split(","))
    tenors = _tenors(header, needed=needed, file=file)
    table = sheet(rows, header, file=file, first_line=2)
    event_dates = table.dates("Date", "%m/%d/%Y")
    table.refuse(event_dates.dt.weekday() > _FRIDAY, "Date", "a day from Monday to Friday")
    columns = {
        column: table.decimals(column, blanks=_BLANK, negative=True) for column in header[1:]
    }
    yields = [
        pl.DataFrame({"event_date": event_dates, "value": columns[column]})
        .drop_nulls()
        .select(pl.lit(names[months]).alias("series_id"), "event_date", "value")
        for months, column in tenors.items()
        if months in names
    ]
    return once(pl.concat(yields), ["series_id", "event_date"], file=file).lazy()


def _tenors(header: tuple[str, ...], *, needed: float, file: str) -> dict[float, str]:
    """Columns by their months to maturity: after the date, tenors alone, shortest first."""
    read = [_months(name) for name in header[1:]]
    tenors = {months: name for months, name in zip(read, header[1:], strict=True) if months}
    ascending = list(tenors) == sorted(tenors) and len(tenors) == len(read)
    if header[0] != "Date" or not ascending or needed not in tenors:
        raise SourceError(
            f"{file}: header is {','.join(header)[:300]!r}; accepted is Date, then tenors such as "
            "'6 Mo', '1.5 Month' and '10 Yr' from short to long, the 10-year among them; compare "
            "with home.treasury.gov before changing the adapter"
        )
    return tenors


def _months(name: str) -> float | None:
    tenor = _TENOR.fullmatch(name)
    if tenor is None:
        return None
    return float(tenor[1]) * (1 if tenor[2].startswith("M") else _SHORTEST_YEAR)
