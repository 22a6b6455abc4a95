"""Damodaran's implied equity risk premium by month, from the table typed into this package."""

from importlib.resources import files

import polars as pl

from schemas.raw import RAW_OBSERVATION
from schemas.series import offered_by
from sources.dataset import Dataset
from sources.delimited import dates, observed, text_table

_FILE = "damodaran_erp_monthly.csv"
_PUBLISHED = {"ERP (T12m)": "erp_t12m", "T.Bond Rate": "tbond_rate", "S&P 500": "sp500"}
_HEADER = ("month", *_PUBLISHED.values())


def fetch_erp() -> bytes:
    """The typed-in table: 2008-09 to 2018-12, percent and index points as published."""
    return (files("sources") / "reference" / _FILE).read_bytes()


def parse_erp(payload: bytes) -> pl.LazyFrame:
    """Every series of the sample that this workbook feeds, dated the first of its month.

    Raises:
        SourceError: another header, or a cell that does not read as stated.

    Source:
        Aswath Damodaran, NYU Stern, ERPbymonth.xlsx.
    """
    table = text_table(payload, file=_FILE, header=_HEADER)
    columns = {
        entry.id: _PUBLISHED[feed.remote_id.removeprefix("ERPbymonth: ")]
        for entry in offered_by("sample")
        if (feed := entry.feed("sample")) and feed.remote_id.startswith("ERPbymonth: ")
    }
    return observed(table, dates(table, "month", file=_FILE, layout="%Y-%m"), columns, file=_FILE)


ERP = Dataset("damodaran_erp_monthly", RAW_OBSERVATION, parse_erp, fetch_erp)
