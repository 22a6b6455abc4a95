"""Nasdaq's calendar of initial offerings: how many were priced or withdrawn, and what they raised.

An undocumented body, one a month, behind the page nasdaq.com/market-activity/ipos. It holds no
knowledge times: a deal is listed once it is priced, and stays.

Source:
    Nasdaq, IPO calendar; terms: no redistribution.
"""

from datetime import date

import polars as pl

from sources.errors import SourceError
from sources.json_body import Json, document, member
from sources.remote import Remote
from sources.sheet import Sheet, once

BASE_URL = "https://api.nasdaq.com"

_FILE = "nasdaq ipo calendar"
_SECTIONS = {"priced": "pricedDate", "withdrawn": "withdrawDate"}
_FINE = 200  # the body's own status; the transport's may be 200 where this is not
_MONEY = r"^\$(?:[0-9]{1,3}(?:,[0-9]{3}){0,4}|[0-9]{1,15})(?:\.[0-9]{1,2})?$"
_CALENDAR = pl.Schema({
    "series_id": pl.String(), "event_date": pl.Date(), "value": pl.Float64(),
})  # fmt: skip


def calendar_request(month: date) -> Remote:
    """The calendar of the month that a day lies in."""
    return Remote("/api/ipo/calendar", (("date", f"{month:%Y-%m}"),), "json")


def parse_calendar(payload: bytes, *, month: date | None = None) -> pl.LazyFrame:
    """Deals by day: series_id, event_date, value; days without a deal have no row.

    ``ipo_priced_count`` [deals], ``ipo_priced_proceeds`` [US dollars] and ``ipo_withdrawn_count``
    [deals]. A deal listed twice counts once. Proceeds of a day are unknown, and have no row, where
    those of one of its deals are. Where ``withdrawn`` is missing there is no count of it; an empty
    list and null say that the month has none.

    Args:
        payload: the body.
        month: a day in the month asked for; deals dated outside of it are left out, since the body
            covers their month in part. Null takes all.

    Raises:
        SourceError: no calendar, a status beside 200, or a deal without number or date, with two
            dates or amounts, or with an amount that is not written as dollars.
    """
    held = document(payload, file=_FILE)
    status = member(held, "status", dict, file=_FILE)
    code = member(status, "rCode", int, file=_FILE, where="status")
    if code != _FINE:
        raise SourceError(
            f"{_FILE}: status is {code}; accepted is {_FINE}; ask for a month as date=2026-08"
        )
    data = member(held, "data", dict, file=_FILE)
    if "priced" not in data:
        raise SourceError(
            f"{_FILE}: data holds {sorted(data)[:8]}; accepted is 'priced' among them; compare "
            "with nasdaq.com/market-activity/ipos before changing the adapter"
        )
    priced, withdrawn = (_deals(data, name, month) for name in _SECTIONS)
    days = priced.group_by("event_date").agg(
        pl.len().cast(pl.Float64).alias("ipo_priced_count"),
        pl.when(pl.col("dollars").is_not_null().all()).then(pl.col("dollars").sum())
        .alias("ipo_priced_proceeds"),
    )  # fmt: skip
    gone = withdrawn.group_by("event_date").agg(
        pl.len().cast(pl.Float64).alias("ipo_withdrawn_count")
    )
    return pl.concat([_long(days), _long(gone)]).sort("series_id", "event_date").lazy()


def _deals(data: dict[str, Json], name: str, month: date | None) -> pl.DataFrame:
    """Each deal of a section once: dealID, event_date, dollars (null where none are stated)."""
    where = f"{_FILE}: {name}"
    table = Sheet(where, _cells(_rows(data, name), name))
    deals = table.cells.select(
        "dealID",
        table.dates("date", "%m/%d/%Y").alias("event_date"),
        _dollars(table).alias("dollars"),
    )
    distinct = once(deals, ["dealID"], file=where)
    if month is None:
        return distinct
    return distinct.filter(pl.col("event_date").dt.month_start() == month.replace(day=1))


def _rows(data: dict[str, Json], name: str) -> list[Json]:
    """A section's rows; none where the section or its rows are null, or the section is missing."""
    if data.get(name) is None:
        return []
    section = member(data, name, dict, file=_FILE, where="data")
    if "rows" in section and section["rows"] is None:
        return []
    return member(section, "rows", list, file=_FILE, where=name)


def _cells(rows: list[Json], name: str) -> pl.DataFrame:
    cells = [
        {
            "dealID": member(row, "dealID", str, file=_FILE, where=f"{name} deal {number}"),
            "date": member(row, _SECTIONS[name], str, file=_FILE, where=f"{name} deal {number}"),
            "dollars": _amount(row, f"{name} deal {number}"),
        }
        for number, row in enumerate(rows, 1)
    ]
    schema = {"dealID": pl.String(), "date": pl.String(), "dollars": pl.String()}
    table = pl.DataFrame(cells, schema=schema).with_row_index("line", offset=1)
    Sheet(f"{_FILE}: {name}", table).refuse(table["dealID"] == "", "dealID", "a deal's number")
    return table


def _amount(row: Json, where: str) -> str | None:
    if isinstance(row, dict) and row.get("dollarValueOfSharesOffered", "") is None:
        return None
    return member(row, "dollarValueOfSharesOffered", str, file=_FILE, where=where)


def _dollars(table: Sheet) -> pl.Series:
    text = table.cells.get_column("dollars").fill_null("")
    blank = text == ""
    table.refuse(~blank & ~text.str.contains(_MONEY), "dollars", "dollars as $151,793,100.00")
    return text.set(blank, None).str.replace_all("[$,]", "").cast(pl.Float64)


def _long(days: pl.DataFrame) -> pl.DataFrame:
    return (
        days.unpivot(index="event_date", variable_name="series_id", value_name="value")
        .drop_nulls("value")
        .select("series_id", "event_date", "value")
        .match_to_schema(_CALENDAR)
    )
