"""The Bureau of Labor Statistics' own figures: a second source for what FRED carries."""

import calendar

import polars as pl

from sources.errors import SourceError
from sources.json_body import Json, document, member, records, without_keys
from sources.remote import Remote
from sources.sheet import once

BASE_URL = "https://api.bls.gov"
SERIES_IDS = ("CUSR0000SA0", "CUSR0000SA0L1E", "WPSFD4")  # CPI-U, its core, PPI final demand
REQUEST = Remote("/publicAPI/v2/timeseries/data/", (), "json")  # by POST, with ``body`` below

_FILE = "bls timeseries"
_NOT_PUBLISHED = ("-",)
_SCHEMA = {"series_id": pl.String(), "event_date": pl.Date(), "value": pl.Float64()}
_MONTHS = {f"M{number:02}": calendar.month_name[number] for number in range(1, 13)}
_YEARS = {"M13": "Annual", "A01": "Annual"}


def body(start_year: int, end_year: int) -> dict[str, list[str] | str]:
    """What to POST for all series of these years; the transport adds ``registrationkey``."""
    return {
        "seriesid": list(SERIES_IDS),
        "startyear": str(start_year),
        "endyear": str(end_year),
    }


def parse_series(payload: bytes, *, series_ids: tuple[str, ...] = SERIES_IDS) -> pl.LazyFrame:
    """Monthly figures of every series in the body, index points as published.

    Args:
        payload: the body.
        series_ids: what was asked for; a body may hold fewer, and none besides.

    Returns:
        series_id is the BLS's own, event_date the first of the month. Annual means (M13, A01) are
        left out; a month the BLS writes ``-`` for, as CPI of October 2025, has no row.

    Raises:
        SourceError: a status beside REQUEST_SUCCEEDED, another series, no figure at
            all, a period that is no month or is named otherwise, or a value that is no number.

    Source:
        US Bureau of Labor Statistics, Public Data API.
    """
    held = document(payload, file=_FILE)
    status = member(held, "status", str, file=_FILE)
    if status != "REQUEST_SUCCEEDED":
        said = without_keys(str(held.get("message")))
        raise SourceError(
            f"{_FILE}: status is {status[:60]!r}, message {said!r}; accepted is "
            "'REQUEST_SUCCEEDED'; the keyless limit is 25 requests a day"
        )
    results = member(held, "Results", dict, file=_FILE)
    every = member(results, "series", list, file=_FILE, where="Results")
    if not every:
        raise SourceError(f"{_FILE}: no series in it; accepted is at least one; fetch it again")
    figures = pl.concat(
        [_figures(entry, number, series_ids) for number, entry in enumerate(every, 1)]
    )
    if figures.is_empty():
        raise SourceError(f"{_FILE}: no figure in it; accepted is at least one; the years asked for "
                          "hold none, ask for others")  # fmt: skip
    return once(figures, ["series_id", "event_date"], file=_FILE).drop_nulls("value").lazy()


def _figures(entry: Json, number: int, series_ids: tuple[str, ...]) -> pl.DataFrame:
    series_id = member(entry, "seriesID", str, file=_FILE, where=f"series {number}")
    if series_id not in series_ids:
        raise SourceError(f"{_FILE}: series {number} is {series_id[:40]!r}; accepted are "
                          f"{', '.join(series_ids)}; compare with what was asked for")  # fmt: skip
    file = f"{_FILE} {series_id[:30]}"
    data = member(entry, "data", list, file=file, where=f"series {number}")
    if not data:  # a series that begins after the years asked for
        return pl.DataFrame(schema=_SCHEMA)
    table = records(data, ("year", "period", "periodName", "value"), file=file, where="data")
    named = table.cells["period"].replace_strict(_MONTHS | _YEARS, default=None)
    agrees = (named == table.cells["periodName"]).fill_null(value=False)
    table.refuse(~agrees, "period", "M01 January to M12 December, or M13 or A01 Annual")
    day = pl.col("year") + "-" + pl.col("period").str.slice(1) + "-01"
    values = table.decimals("value", blanks=_NOT_PUBLISHED, negative=True)
    monthly = table.cells.with_columns(day.alias("month"), values.alias("figure")).filter(
        pl.col("period").is_in(list(_MONTHS))
    )
    months = type(table)(file, monthly).dates("month", "%Y-%m-%d")
    return pl.DataFrame({"event_date": months, "value": monthly["figure"]}).select(
        pl.lit(series_id).alias("series_id"), "event_date", "value"
    )
