"""FRED and ALFRED: the graph's CSV without a key, observations with vintages, release dates."""

import re
from datetime import time

import polars as pl

from sources.errors import SourceError
from sources.json_body import Json, document, member, records, without_keys
from sources.knowledge import new_york
from sources.remote import Remote
from sources.sheet import Sheet, lines, once, sheet

GRAPH_URL, API_URL = "https://fred.stlouisfed.org", "https://api.stlouisfed.org"
MORNING = time(8, 30)  # BLS, BEA and Chicago Fed releases; H.15 posts 16:15, H.4.1 16:30
FIRST_DAY, LAST_DAY = "1776-07-04", "9999-12-31"  # how ALFRED writes "every vintage"
RELEASES = {10: "cpi", 46: "ppi", 53: "gdp"}  # FRED's release id to our event kind
_DATE_WORDS = ("observation_date", "DATE")  # since about the turn of 2024/25, and before
_DATE_COLUMN = tuple((word,) for word in _DATE_WORDS)
_BLANKS = ("", ".")
_SERIES_ID = re.compile(r"[A-Z0-9]{2,40}")
_EVENING = time(18, 0)
_NOTICE_DAYS = 7


def graph_request(series_id: str) -> Remote:
    """A whole series without a key; one id a request, since several may come as a zip."""
    return Remote("/graph/fredgraph.csv", (("id", series_id),))


def vintages_request(series_id: str, *, offset: int = 0) -> Remote:
    """Every vintage of a series, a page of 100,000; the transport adds the key."""
    window = (("realtime_start", FIRST_DAY), ("realtime_end", LAST_DAY))
    page = (("limit", "100000"), ("offset", str(offset)), ("sort_order", "asc"))
    return Remote("/fred/series/observations", (("series_id", series_id), ("file_type", "json"),
                  *window, *page), "json", "api")  # fmt: skip


def release_dates_request(release_id: int) -> Remote:
    """Past and scheduled dates of one release; the transport adds the key."""
    return Remote("/fred/release/dates", (("release_id", str(release_id)), ("file_type", "json"),
                  ("include_release_dates_with_no_data", "true"), ("limit", "10000")),
                  "json", "api")  # fmt: skip


def parse_graph(payload: bytes, *, series_id: str | None = None) -> pl.LazyFrame:
    """One series as ``fredgraph.csv`` gives it; a missing value, empty or ``.``, has no row.

    Args:
        payload: the body.
        series_id: FRED's id that was asked for, checked against the header's where given.

    Returns:
        series_id is FRED's own id, the unit the series' own.

    Raises:
        SourceError: a zip (several ids were asked for), another header or series, or a cell that
            does not read as stated.

    Source:
        Federal Reserve Bank of St. Louis, FRED; each series' own publisher.
    """
    file = f"fredgraph {series_id or ''}".strip()
    if payload.startswith(b"PK"):
        raise SourceError(
            f"{file}: a zip; accepted is one CSV; FRED zips series of different frequency, ask "
            "for one id a request"
        )
    first, *rows = lines(payload, file=file)
    header = tuple(first.split(","))
    named = _SERIES_ID.fullmatch(header[-1]) and header[-1] not in _DATE_WORDS
    if header[:-1] not in _DATE_COLUMN or not named or series_id not in (None, header[-1]):
        raise SourceError(
            f"{file}: header is {first[:200]!r}; accepted is 'observation_date,"
            f"{series_id or '<ID>'}' or 'DATE,{series_id or '<ID>'}'; compare with "
            "fred.stlouisfed.org before changing the adapter"
        )
    table = sheet(rows, header, file=file, first_line=2)
    return _figures(table, header[0], header[1], series_id=header[1])


def parse_vintages(payload: bytes, *, series_id: str, at: time = MORNING) -> pl.LazyFrame:
    """Every vintage of a series from ``series/observations``, one row per date and version.

    Args:
        payload: the body of a request from 1776-07-04 to 9999-12-31, since a narrower window cuts
            the vintages' dates to itself and these would then pass for publication dates.
        series_id: FRED's id that was asked for; the body does not carry it.
        at: the publisher's hour of release, New York.

    Returns:
        series_id, event_date, value, and available_at: ``realtime_start`` at that hour. A vintage
        that ALFRED took over later than it was published counts as known from then, on the late
        side. A value withdrawn by a later vintage keeps its row, missing ones have none.

    Raises:
        SourceError: FRED's error message, another window, an incomplete page, vintages that
            contradict each other, or a cell that does not read as stated.

    Source:
        Federal Reserve Bank of St. Louis, ALFRED.
    """
    file = f"fred/series/observations {series_id}"
    body = _body(payload, file=file)
    window = tuple(member(body, n, str, file=file) for n in ("realtime_start", "realtime_end"))
    if window != (FIRST_DAY, LAST_DAY):
        raise SourceError(
            f"{file}: holds the window {window[0][:10]} to {window[1][:10]}; accepted is "
            f"{FIRST_DAY} to {LAST_DAY}, every vintage; ask for that window"
        )
    table = _observations(body, file=file)
    figures = pl.DataFrame(
        {
            "event_date": table.dates("date", "%Y-%m-%d"),
            "published": table.dates("realtime_start", "%Y-%m-%d"),
            "value": table.decimals("value", blanks=_BLANKS, negative=True),
        }
    ).select(
        pl.lit(series_id).alias("series_id"),
        "event_date",
        "value",
        new_york(pl.col("published"), pl.lit(at)).alias("available_at"),
    )
    key = ["series_id", "event_date", "available_at"]
    return once(figures, key, file=file).drop_nulls("value").lazy()


def parse_snapshot(payload: bytes, *, series_id: str) -> pl.LazyFrame:
    """A series as known on one day from ``series/observations``: no vintages, no stamps.

    Raises:
        SourceError: FRED's error message, an incomplete page, vintages in it, or a cell that does
            not read as stated.

    Source:
        Federal Reserve Bank of St. Louis, FRED.
    """
    file = f"fred/series/observations {series_id}"
    table = _observations(_body(payload, file=file), file=file)
    return _figures(table, "date", "value", series_id=series_id)


def _figures(table: Sheet, date_column: str, column: str, *, series_id: str) -> pl.LazyFrame:
    figures = pl.DataFrame(
        {
            "event_date": table.dates(date_column, "%Y-%m-%d"),
            "value": table.decimals(column, blanks=_BLANKS, negative=True),
        }
    ).select(pl.lit(series_id).alias("series_id"), "event_date", "value")
    return once(figures, ["series_id", "event_date"], file=table.file).drop_nulls("value").lazy()


def parse_release_dates(payload: bytes) -> pl.LazyFrame:
    """Release dates of CPI, PPI and GDP as events; the other releases of the body are left out.

    Returns:
        A date counts as known a week before it, 18:00 New York. The agencies publish their
        schedules months ahead and move single dates at short notice; FRED does not say when.

    Raises:
        SourceError: FRED's error message, an incomplete page, or a date that is none.

    Source:
        Federal Reserve Bank of St. Louis, FRED, ``releases/dates`` and ``release/dates``.
    """
    file = "fred/releases/dates"
    body = _body(payload, file=file)
    entries = member(body, "release_dates", list, file=file)
    _refuse_partial(body, len(entries), file=file)
    event_dates = records(entries, ("date",), file=file, where="release_dates").dates(
        "date", "%Y-%m-%d"
    )
    kinds = [
        RELEASES.get(member(entry, "release_id", int, file=file, where=f"release_dates {number}"))
        for number, entry in enumerate(entries, 1)
    ]
    known = pl.col("event_date") - pl.duration(days=_NOTICE_DAYS)
    return (
        pl.LazyFrame({"event_kind": pl.Series(kinds, dtype=pl.String()), "event_date": event_dates})
        .drop_nulls()
        .unique()
        .sort("event_kind", "event_date")
        .with_columns(new_york(known, pl.lit(_EVENING)).alias("available_at"))
    )


def _body(payload: bytes, *, file: str) -> dict[str, Json]:
    body = document(payload, file=file)
    if "error_message" in body or "error_code" in body:
        said = without_keys(str(body.get("error_message")))
        raise SourceError(
            f"{file}: FRED answers error {body.get('error_code')!r}: {said!r}; accepted is a body "
            "with data; check the series and the key"
        )
    return body


def _observations(body: dict[str, Json], *, file: str) -> Sheet:
    """Entries as text, the page complete and each vintage's window the right way round."""
    entries = member(body, "observations", list, file=file)
    units = member(body, "units", str, file=file)
    if units != "lin":
        raise SourceError(f"{file}: units are {units[:20]!r}; accepted is 'lin', the published "
                          "figure; ask without a transformation")  # fmt: skip
    _refuse_partial(body, len(entries), file=file)
    names = ("realtime_start", "realtime_end", "date", "value")
    table = records(entries, names, file=file, where="observations")
    backwards = table.cells["realtime_start"] > table.cells["realtime_end"]
    table.refuse(backwards, "realtime_end", "a window that ends no earlier than it starts")
    return table


def _refuse_partial(body: dict[str, Json], held: int, *, file: str) -> None:
    count, offset, limit = (member(body, n, int, file=file) for n in ("count", "offset", "limit"))
    if held != min(limit, count - offset):
        raise SourceError(
            f"{file}: {held} entries where count {count}, offset {offset} and limit {limit} leave "
            f"{min(limit, count - offset)}; accepted is the whole page; fetch it again"
        )
