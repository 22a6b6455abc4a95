"""A table as a file for others: CSV, JSON or Parquet."""

import io
from typing import Literal, get_args

import polars as pl

from warehouse.errors import StoreError

Format = Literal["csv", "json", "parquet"]

_FORMULA = r"^[=+\-@\t\r]"  # what a spreadsheet would run as a formula
_TIME = "%Y-%m-%dT%H:%M:%S%.6fZ"


def as_bytes(frame: pl.DataFrame, file_format: str) -> bytes:
    """The frame as a file's content.

    In CSV a text cell that a spreadsheet would take for a formula is prefixed with a quote;
    times are ISO 8601 in UTC; nulls are empty in CSV and null in JSON.

    Raises:
        StoreError: another format than csv, json or parquet.
    """
    target = io.BytesIO()
    if file_format == "csv":
        frame.with_columns(_unarmed()).write_csv(target, datetime_format=_TIME)
    elif file_format == "json":
        frame.with_columns(
            pl.selectors.datetime().dt.to_string(_TIME), pl.selectors.date().dt.to_string()
        ).write_json(target)
    elif file_format == "parquet":
        frame.write_parquet(target, statistics=True)
    else:
        accepted = ", ".join(get_args(Format))
        raise StoreError(f"export format {file_format!r} is unknown; use {accepted}")
    return target.getvalue()


def _unarmed() -> pl.Expr:
    text = pl.selectors.string()
    return pl.when(text.str.contains(_FORMULA)).then("'" + text).otherwise(text).name.keep()
