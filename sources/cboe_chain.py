"""Cboe's delayed option chains on the S&P 500 and the VIX: the JSON body and the quote table.

Both give one row per contract: root, expiry, strike, right, bid, ask, iv, delta, open_interest,
volume, quote_at, underlying. Roots stay apart: SPX settles on the morning of its expiry, SPXW in
the afternoon, and both list the same expiries and strikes; so do VIX and VIXW. Cboe writes 0 where
there is no bid, no ask or no implied volatility; these are null here.

Source:
    cdn.cboe.com, delayed_quotes/options, and the quote table's download button at cboe.com; terms:
    no redistribution.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import polars as pl

from sources.errors import SourceError
from sources.json_body import document
from sources.remote import Remote
from sources.sheet import Sheet, lines, sheet

BASE_URL = "https://cdn.cboe.com"
ROOTS = {"_SPX": ("SPX", "SPXW"), "_VIX": ("VIX", "VIXW")}
CHAIN_SCHEMA = pl.Schema({
    "root": pl.String(), "expiry": pl.Date(), "strike": pl.Float64(), "right": pl.String(),
    "bid": pl.Float64(), "ask": pl.Float64(), "iv": pl.Float64(), "delta": pl.Float64(),
    "open_interest": pl.Int64(), "volume": pl.Int64(), "quote_at": pl.Datetime("us", "UTC"),
    "underlying": pl.Float64(),
})  # fmt: skip

_NEW_YORK = ZoneInfo("America/New_York")
_CONTRACT = r"^([A-Z]{3,4})([0-9]{6})([CP])([0-9]{8})$"
_FIGURES = ("bid", "ask", "iv", "delta", "open_interest", "volume")
_COUNTS = ("open_interest", "volume")
_LARGEST = 1e9  # no quote, volume or open interest comes near it
_SIDE = ("Last Sale", "Net", "Bid", "Ask", "Volume", "IV", "Delta", "Gamma", "Open Interest")
_QUOTE_HEADER = ("Expiration Date", "Calls", *_SIDE, "Strike", "Puts", *_SIDE)
_INDEX_LINE = re.compile(
    r"[^,\"]{1,80},Last: +([0-9]+(?:\.[0-9]+)?),Change: +-?[0-9]+(?:\.[0-9]+)?"
)
_DATE_LINE = re.compile(r"\"Date: ([^\"]{1,80})\",Bid: .*")
_ENGLISH = re.compile(
    r"([A-Z][a-z]+) ([0-9]{1,2}), (20[0-9]{2}) at (1[0-2]|[1-9]):([0-9]{2}) ([AP]M) ([A-Z]{3})"
)
_SPANISH = re.compile(
    r"([0-9]{1,2}) de ([a-z]+) de (20[0-9]{2}), ([0-9]{1,2}):([0-9]{2}) GMT([+-][0-9]{1,2})"
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip
_MESES = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
          "octubre", "noviembre", "diciembre")  # fmt: skip
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
          "GMT": 0, "UTC": 0}  # fmt: skip
_NOON = 12
_TABLE_TOP = 4  # a blank line, the index, the date, the header


def chain_requests() -> dict[str, Remote]:
    """The delayed chain of each index."""
    folder = "/api/global/delayed_quotes/options"
    return {symbol: Remote(f"{folder}/{symbol}.json", expects="json") for symbol in ROOTS}


def parse_chain(payload: bytes, *, symbol: str) -> pl.LazyFrame:
    """A delayed chain as served, one row per contract.

    ``quote_at`` is the index's last trade, not the body's own stamp: weekend bodies carry Friday's
    quotes. Open interest is that of the day before. Keys that nobody here reads may come and go.

    Args:
        payload: the JSON body.
        symbol: whose chain it is, ``_SPX`` or ``_VIX``.

    Raises:
        SourceError: not JSON, a missing key, another symbol's body, a figure that is none, or a
            contract twice.
    """
    file = f"{symbol}.json"
    body = document(payload, file=file)
    data = _object(body.get("data"), file, "data")
    if body.get("symbol") != symbol:
        _refuse(file, "symbol", body.get("symbol"), repr(symbol))
    level = _figure(data.get("current_price"), file, "data.current_price")
    quote_at = _new_york(data.get("last_trade_time"), file)
    options = data.get("options")
    if not isinstance(options, list) or not options:
        _refuse(file, "data.options", options, "a list of at least one contract")
    contracts = [_object(option, file, "a contract of data.options") for option in options]
    names = [_name(contract, file) for contract in contracts]
    columns = {
        key: [_figure(contract.get(key), file, f"{name}.{key}")
              for name, contract in zip(names, contracts, strict=True)]
        for key in _FIGURES
    }  # fmt: skip
    cells = pl.DataFrame({"option": names}).with_row_index("line", offset=1)
    table = Sheet(file, cells)
    quotes = pl.DataFrame(columns, schema=dict.fromkeys(_FIGURES, pl.Float64))
    return _chain(table, "option", ROOTS[symbol], quotes).pipe(_stamped, quote_at, level)


def parse_quote_table(payload: bytes) -> pl.LazyFrame:
    """The quote table that a user downloads by hand, one row per contract.

    ``quote_at`` is the time the table states, in the time zone it states; on a weekend the quotes
    are those of the last session before it.

    Args:
        payload: the CSV file, with its English or Spanish date line.

    Raises:
        SourceError: another layout, a date line in another language, a row whose expiry, strike,
            call and put do not agree, roots of two indices, or a contract twice.
    """
    file = "quote table"
    every = lines(payload, file=file)
    if len(every) <= _TABLE_TOP or every[0]:
        raise SourceError(
            f"{file}: line 1 is {every[0][:80]!r} of {len(every)}; accepted are a blank line, the "
            "index, the date, the header and rows; download it again"
        )
    level = _index_level(every[1], file)
    quote_at = _stated_time(every[2], file)
    if every[3] != ",".join(_QUOTE_HEADER):
        _refuse(file, "line 4", every[3][:120], f"the header {','.join(_QUOTE_HEADER)!r}")
    names = ("Expiration Date", "Calls", *(f"C {name}" for name in _SIDE),
             "Strike", "Puts", *(f"P {name}" for name in _SIDE))  # fmt: skip
    table = sheet(every[_TABLE_TOP:], names, file=file, first_line=_TABLE_TOP + 1)
    root = str(table.cells.get_column("Calls")[0] or "")[:3]
    roots = ROOTS.get(f"_{root}", ("SPX", "SPXW", "VIX", "VIXW"))
    sides = [_chain(table, column, roots, _side(table, letter))
             for column, letter in (("Calls", "C"), ("Puts", "P"))]  # fmt: skip
    _refuse_unequal(table, *sides)
    return pl.concat(sides).pipe(_stamped, quote_at, level)


def _side(table: Sheet, letter: str) -> pl.DataFrame:
    for unread in ("Last Sale", "Net", "Gamma"):
        table.decimals(f"{letter} {unread}", negative=True)
    floats = {
        "bid": table.decimals(f"{letter} Bid"),
        "ask": table.decimals(f"{letter} Ask"),
        "iv": table.decimals(f"{letter} IV"),
        "delta": table.decimals(f"{letter} Delta", negative=True),
    }
    whole = {"open_interest": f"{letter} Open Interest", "volume": f"{letter} Volume"}
    counts = {name: table.counts(column).cast(pl.Float64) for name, column in whole.items()}
    return pl.DataFrame(floats | counts)


def _chain(table: Sheet, column: str, roots: tuple[str, ...], quotes: pl.DataFrame) -> pl.DataFrame:
    """Names taken apart, beside their figures, held to what an option can be."""
    names = table.cells.get_column(column)
    parts = {name: names.str.extract(_CONTRACT, place).alias(name)
             for place, name in enumerate(("root", "expiry", "right", "strike"), 1)}  # fmt: skip
    wrong = ~parts["root"].is_in(list(roots)).fill_null(value=False)
    table.refuse(wrong, column, f"root {' or '.join(roots)}, yymmdd, C or P, strike in thousandths")
    split = Sheet(table.file, table.cells.select("line").with_columns(**parts))
    frame = pl.DataFrame({
        "root": parts["root"], "expiry": split.dates("expiry", "%y%m%d"),
        "strike": split.decimals("strike") / 1000, "right": parts["right"],
    }).hstack(quotes)  # fmt: skip
    named = Sheet(table.file, pl.DataFrame([table.cells.get_column("line"), names]))
    for key in ("bid", "ask", "iv", "open_interest", "volume"):
        named.refuse(frame.get_column(key) < 0, column, f"{key} of at least 0")
    named.refuse(frame.get_column("delta").abs() > 1, column, "a delta within 1 of zero")
    for key in _COUNTS:
        count = frame.get_column(key)
        named.refuse(count != count.floor(), column, f"a whole number as {key}")
    named.refuse(names.is_duplicated(), column, "each contract once")
    return frame


def _stamped(frame: pl.DataFrame, quote_at: datetime, level: float) -> pl.LazyFrame:
    unquoted = [
        pl.when(pl.col(key) > 0).then(pl.col(key)).alias(key) for key in ("bid", "ask", "iv")
    ]
    whole = [pl.col(key).cast(pl.Int64) for key in _COUNTS]
    stamps = (pl.lit(quote_at, dtype=pl.Datetime("us", "UTC")).alias("quote_at"),
              pl.lit(level, dtype=pl.Float64).alias("underlying"))  # fmt: skip
    ordered = frame.sort("root", "expiry", "strike", "right")
    return ordered.lazy().with_columns(*unquoted, *whole, *stamps).select(CHAIN_SCHEMA.names())


def _refuse_unequal(table: Sheet, calls: pl.DataFrame, puts: pl.DataFrame) -> None:
    """Stop where a row's call, put, expiry and strike are not of one contract pair."""
    stated = table.dates("Expiration Date", "%a %b %d %Y")
    strike = table.decimals("Strike")
    table.refuse(calls.get_column("right") != "C", "Calls", "a call")
    table.refuse(puts.get_column("right") != "P", "Puts", "a put")
    for side, column in ((calls, "Calls"), (puts, "Puts")):
        table.refuse(side.get_column("expiry") != stated, column, "the row's expiration date")
        table.refuse(side.get_column("strike") != strike, column, "the row's strike")
    pairs = calls.get_column("root") != puts.get_column("root")
    table.refuse(pairs, "Puts", "the root of the row's call")


def _index_level(line: str, file: str) -> float:
    found = _INDEX_LINE.fullmatch(line)
    if found is None:
        _refuse(
            file, "line 2", line[:120], "an index as 'S&P 500 INDEX,Last: 4697.24,Change: 8.56'"
        )
    return _figure(float(found[1]), file, "the index's last")


def _stated_time(line: str, file: str) -> datetime:
    stated = _DATE_LINE.fullmatch(line)
    text = stated[1] if stated else line
    accepted = "'January 7, 2024 at 10:52 AM EST' or '23 de marzo de 2022, 10:11 GMT-4'"
    try:
        if english := _ENGLISH.fullmatch(text):
            month, day, year, hour, minute, half, zone = english.groups()
            clock = int(hour) % _NOON + (_NOON if half == "PM" else 0)
            when = (int(year), _MONTHS.index(month) + 1, int(day), clock, int(minute))
            return _utc(when, _ZONES[zone])
        if spanish := _SPANISH.fullmatch(text):
            day, month, year, hour, minute, offset = spanish.groups()
            when = (int(year), _MESES.index(month) + 1, int(day), int(hour), int(minute))
            return _utc(when, int(offset))
    except (ValueError, KeyError) as error:
        raise SourceError(
            f"{file}: line 3 states {text[:80]!r} ({error}); accepted is a date as {accepted}; "
            "download it again"
        ) from error
    return _refuse(file, "line 3", text[:80], accepted)


def _utc(when: tuple[int, int, int, int, int], hours: int) -> datetime:
    return datetime(*when, tzinfo=timezone(timedelta(hours=hours))).astimezone(UTC)


def _object(found: object, file: str, place: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        _refuse(file, place, found, "an object")
    return found


def _name(contract: dict[str, Any], file: str) -> str:
    name = contract.get("option")
    if not isinstance(name, str) or not name.isascii():
        _refuse(file, "option of a contract", name, "a symbol as SPXW260828P06790000")
    return name


def _figure(found: object, file: str, place: str) -> float:
    if isinstance(found, int | float) and not isinstance(found, bool) and abs(found) <= _LARGEST:
        return float(found)
    return _refuse(file, place, found, "a finite number")


def _new_york(found: object, file: str) -> datetime:
    """The UTC instant of a New York time; in the hour that comes twice, the later one."""
    place, accepted = "data.last_trade_time", "a New York time as 2024-11-20T16:14:59"
    shape = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
    if not isinstance(found, str) or not re.fullmatch(shape, found):
        _refuse(file, place, found, accepted)
    try:
        return datetime.fromisoformat(found).replace(tzinfo=_NEW_YORK, fold=1).astimezone(UTC)
    except ValueError as error:
        raise SourceError(
            f"{file}: {place} is {found!r} ({error}); accepted is {accepted}; fetch it again"
        ) from error


def _refuse(file: str, place: str, found: object, accepted: str) -> NoReturn:
    raise SourceError(
        f"{file}: {place} is {str(found)[:120]!r}; accepted is {accepted}; fetch it again or "
        "compare with the publisher's page"
    )
