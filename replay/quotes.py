"""JSON bodies of market quotes: Cboe's delayed chain and Yahoo's chart."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from replay.agencies import encoded
from replay.tables import ReplayError, lines, table

_NEW_YORK = ZoneInfo("America/New_York")
_OPEN, _CLOSE = time(9, 30), time(16, 14, 59)  # index options trade to 16:15
_INDEX = re.compile(r"[^,]+,Last: +([0-9.]+),Change: +(-?[0-9.]+)")
_ENGLISH = re.compile(r'"Date: ([A-Z][a-z]+ [0-9]{1,2}, [0-9]{4} at [0-9]{1,2}:[0-9]{2} [AP]M)')
_SPANISH = re.compile(
    r'"Date: ([0-9]{1,2}) de ([a-z]+) de ([0-9]{4}), ([0-9]{1,2}):([0-9]{2}) GMT([+-][0-9]{1,2})'
)
_MESES = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
          "octubre", "noviembre", "diciembre")  # fmt: skip
_SIDE = ("last_trade_price", "change", "bid", "ask", "volume", "iv", "delta", "gamma",
         "open_interest")  # fmt: skip
_CALL, _PUT, _WIDTH = 1, 12, 22  # where the sides' names stand, and the width of a row
_SATURDAY = 5


def option_chain(quote_table: bytes, symbol: str) -> bytes:
    """A delayed chain's JSON, of the quote table that the publisher's page offers by hand.

    The table says when it was taken, not when the index last traded: that is taken to be then
    during trading hours, else the last close before; holidays are not known here.

    Args:
        quote_table: the CSV as downloaded; hours in New York time unless it says otherwise.
        symbol: ``_SPX`` or ``_VIX``.

    Raises:
        ReplayError: another layout.
    """
    every = lines(quote_table)
    index = _INDEX.match(every[1]) if len(every) > 4 else None  # noqa: PLR2004
    if index is None:
        raise ReplayError(
            f"quote table begins {every[:2]!r}; accepted are a blank line and the index with Last "
            "and Change; download it again"
        )
    stated = _stated(every[2])
    options = []
    for line in every[4:]:
        cells = line.split(",")
        if len(cells) != _WIDTH:
            raise ReplayError(f"quote table has the row {line[:120]!r}; accepted are {_WIDTH} "
                              "cells; download it again")  # fmt: skip
        for side in (_CALL, _PUT):
            figures = map(float, cells[side + 1 : side + 1 + len(_SIDE)])
            options.append({"option": cells[side], **dict(zip(_SIDE, figures, strict=True))})
    return encoded({
        "timestamp": f"{stated.astimezone(UTC):%Y-%m-%d %H:%M:%S}", "symbol": symbol,
        "data": {
            "options": options, "symbol": symbol.replace("_", "^"), "security_type": "index",
            "current_price": float(index[1]), "price_change": float(index[2]),
            "last_trade_time": f"{_last_trade(stated):%Y-%m-%dT%H:%M:%S}",
        },
    })  # fmt: skip


def _stated(line: str) -> datetime:
    if found := _ENGLISH.match(line):
        local = datetime.strptime(found[1], "%B %d, %Y at %I:%M %p")  # noqa: DTZ007  # zoned next
        return local.replace(tzinfo=_NEW_YORK)
    found = _SPANISH.match(line)
    if found is None or found[2] not in _MESES:
        raise ReplayError(
            f"quote table is dated {line[:80]!r}; accepted are 'January 7, 2024 at 10:52 AM' and "
            "'23 de marzo de 2022, 10:11 GMT-4'; download it again"
        )
    month = _MESES.index(found[2]) + 1
    zone = timezone(timedelta(hours=int(found[6])))
    return datetime(int(found[3]), month, int(found[1]), int(found[4]), int(found[5]), tzinfo=zone)


def _last_trade(stated: datetime) -> datetime:
    at = stated.astimezone(_NEW_YORK)
    if at.time() < _OPEN:
        at = datetime.combine(at.date() - timedelta(days=1), _CLOSE)
    while at.weekday() >= _SATURDAY:
        at = datetime.combine(at.date() - timedelta(days=1), _CLOSE)
    return min(at.replace(tzinfo=None), datetime.combine(at.date(), _CLOSE))


def chart(closes: bytes, symbol: str, first: int, last: int) -> bytes:
    """Yahoo's daily chart of one symbol; of each bar only the close is known, the rest is null.

    The closes are another vendor's and adjusted as he does, so levels differ from Yahoo's own.

    Args:
        closes: date and close.
        symbol: as in the address.
        first: the earliest bar [epoch seconds].
        last: the latest bar [epoch seconds].
    """
    every = [(_opening(day), float(close)) for day, close in table(closes, "date", "close")]
    bars = sorted(bar for bar in every if first <= bar[0] <= last)
    unknown = [None] * len(bars)
    levels = [close for _, close in bars]
    quote = {"open": unknown, "high": unknown, "low": unknown, "close": levels, "volume": unknown}
    meta = {"symbol": symbol, "currency": "USD", "exchangeTimezoneName": "America/New_York",
            "gmtoffset": _offset(bars[-1][0]) if bars else 0}  # fmt: skip
    result = {"meta": meta, "timestamp": [opened for opened, _ in bars],
              "indicators": {"quote": [quote], "adjclose": [{"adjclose": levels}]}}  # fmt: skip
    return encoded({"chart": {"result": [result], "error": None}})


def _opening(day: str) -> int:
    opened = datetime.combine(date.fromisoformat(day), _OPEN, _NEW_YORK)
    return int(opened.timestamp())


def _offset(moment: int) -> int:
    offset = datetime.fromtimestamp(moment, _NEW_YORK).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
