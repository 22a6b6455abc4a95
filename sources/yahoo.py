"""Daily closes from Yahoo's chart: optional, unofficial, off unless the user turns it on.

The terms forbid redistribution, and servers are often turned away with 429. Closes are adjusted
for splits, not for dividends, and re-stated at every split.

Source:
    query1.finance.yahoo.com, v8 chart.
"""

import re
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import polars as pl

from sources.errors import SourceError
from sources.json_body import Json, document, member, without_keys
from sources.json_rows import number, whole
from sources.remote import Remote

BASE_URL = "https://query1.finance.yahoo.com"
Bar = Literal["close", "volume"]
Range = Literal["1mo", "3mo", "6mo", "1y", "2y", "5y", "10y"]
DECIMALS = 4  # closes come as 32-bit floats: 17.4199981689 is 17.42

_NEW_YORK = ZoneInfo("America/New_York")
_OFFSETS = (-18_000, -14_400)  # seconds
_OPEN, _CLOSE = time(9, 30), time(16, 0)
_SYMBOL = re.compile(r"\^?[A-Z][A-Z0-9.-]{0,11}")
_LATEST = 4_102_444_800  # seconds: the year 2100


def chart_request(symbol: str, span: Range = "10y") -> Remote:
    """The daily bars of one symbol over a span that ends today; the longer ones come coarser.

    Raises:
        SourceError: no such symbol as an exchange could have.
    """
    if not _SYMBOL.fullmatch(symbol):
        raise SourceError(
            f"yahoo symbol {symbol[:40]!r}: accepted are capitals, digits, '.' and '-', as XLRE or "
            "^GSPC; correct it"
        )
    params = (("range", span), ("interval", "1d"))
    return Remote(f"/v8/finance/chart/{quote(symbol, safe='')}", params, "json")


def parse_chart(
    payload: bytes, *, symbol: str, series_id: str, volume_id: str | None = None
) -> pl.LazyFrame:
    """Daily closes by New York date, oldest first, and where asked for the shares traded after them.

    Args:
        payload: the chart's body.
        symbol: whose chart it is.
        series_id: what the closes are called.
        volume_id: what the volumes are called; null where they are not wanted.

    Returns:
        series_id, event_date, value [rounded to 4 decimals: further ones are 32-bit noise]. A null
        close has no row. The last bar has no row while it is the running day's: its time is not a
        session's open, or the body's last trade is of that day and before 16:00.

    Raises:
        SourceError: an error the publisher states, another symbol, exchange or interval, lists of
            different lengths, an earlier bar that is not of a session's open, or days out of order.
    """
    file = f"yahoo {symbol}"
    result = _result(payload, file)
    meta = member(result, "meta", dict, file=file, where="result")
    _refuse_another(meta, symbol, file)
    stamps = [
        _new_york(held, f"time {place}", file)
        for place, held in enumerate(member(result, "timestamp", list, file=file), 1)
    ]
    closes = _bars(result, "close", file)
    if not stamps or len(stamps) != len(closes):
        raise SourceError(
            f"{file}: {len(stamps)} times and {len(closes)} closes; accepted are as many, at least "
            "one; fetch it again"
        )
    volumes = None if volume_id is None else _bars(result, "volume", file)
    if volumes is not None and len(volumes) != len(stamps):
        raise SourceError(
            f"{file}: {len(stamps)} times and {len(volumes)} volumes; accepted are as many; fetch "
            "it again"
        )
    if _is_running(stamps[-1], meta, file):
        stamps = stamps[:-1]
    days = _days(stamps, file)
    wanted = {series_id: closes} if volume_id is None else {series_id: closes, volume_id: volumes}
    return pl.concat(_figures(name, days, bars or []) for name, bars in wanted.items())


def _figures(series_id: str, days: list[date], bars: list[float | None]) -> pl.LazyFrame:
    schema = {"event_date": pl.Date(), "value": pl.Float64()}
    figures = pl.LazyFrame({"event_date": days, "value": bars[: len(days)]}, schema=schema)
    named = pl.lit(series_id).alias("series_id")
    rounded = pl.col("value").round(DECIMALS)
    return figures.drop_nulls("value").select(named, "event_date", rounded)


def _result(payload: bytes, file: str) -> dict[str, Json]:
    chart = member(document(payload, file=file), "chart", dict, file=file)
    error = chart.get("error")
    if error is not None:
        said = error.get("description") if isinstance(error, dict) else error
        raise SourceError(
            f"{file}: the publisher refused it with {without_keys(str(said))!r}; accepted is a "
            "chart; correct the symbol or ask later"
        )
    results = member(chart, "result", list, file=file, where="chart")
    if len(results) != 1:
        raise SourceError(f"{file}: {len(results)} results; accepted is one; fetch it again")
    return member(results, 0, dict, file=file, where="chart.result")


def _refuse_another(meta: dict[str, Json], symbol: str, file: str) -> None:
    accepted = {
        "symbol": (symbol,),
        "exchangeTimezoneName": ("America/New_York",),
        "gmtoffset": _OFFSETS,
        "dataGranularity": ("1d", None),  # older bodies do not state it
    }
    for name, values in accepted.items():
        found = meta.get(name)
        if found not in values:
            raise SourceError(
                f"{file}: meta.{name} is {str(found)[:60]!r}; accepted is {values[0]!r}; compare "
                "with what was asked for"
            )


def _bars(result: dict[str, Json], name: Bar, file: str) -> list[float | None]:
    indicators = member(result, "indicators", dict, file=file, where="result")
    quotes = member(indicators, "quote", list, file=file, where="indicators")
    bars = member(quotes, 0, dict, file=file, where="indicators.quote")
    held = member(bars, name, list, file=file, where="indicators.quote")
    figures = [number(x, file=file, where=f"{name} {at}") for at, x in enumerate(held, 1)]
    if name == "close" and 0.0 in figures:
        raise SourceError(
            f"{file}: close {figures.index(0.0) + 1} is 0; accepted is a price, or null for none; "
            "fetch it again"
        )
    # A day on which nothing traded is no day of trading: a volume of 0 is none.
    return [None if figure == 0.0 else figure for figure in figures]


def _is_running(last: datetime, meta: dict[str, Json], file: str) -> bool:
    if last.time() != _OPEN:
        return True
    if meta.get("regularMarketTime") is None:
        return False
    traded = _new_york(meta["regularMarketTime"], "meta.regularMarketTime", file)
    return traded.date() == last.date() and traded.time() < _CLOSE


def _days(stamps: list[datetime], file: str) -> list[date]:
    for place, stamp in enumerate(stamps, 1):
        if stamp.time() != _OPEN:
            raise SourceError(
                f"{file}: bar {place} is of {stamp}; accepted is {_OPEN}, a session's open, for all "
                "but the last; fetch it again or compare with the publisher's page"
            )
    days = [stamp.date() for stamp in stamps]
    for earlier, later in pairwise(days):
        if later <= earlier:
            raise SourceError(
                f"{file}: {later} follows {earlier}; accepted is each day once, in ascending "
                "order; fetch it again"
            )
    return days


def _new_york(found: Json, where: str, file: str) -> datetime:
    seconds = whole(found, file=file, where=where)
    if not 0 < seconds < _LATEST:
        raise SourceError(
            f"{file}: {where} is {seconds}; accepted are seconds since 1970, before 2100; "
            "fetch it again"
        )
    return datetime.fromtimestamp(seconds, UTC).astimezone(_NEW_YORK)
