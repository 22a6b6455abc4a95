"""Cboe's index histories: volatility indices, the S&P 500's own, and the strategy benchmarks.

One file per symbol with its whole history, oldest first, in one of two layouts; rewritten after
each close. Closes are sound. Opens, highs and lows are not always: 47 of the VIX rows before 2023
break their own bounds, so these are listed and never used.

Source:
    cdn.cboe.com, us_indices/daily_prices; terms: personal, non-commercial use, no redistribution.
"""

import polars as pl

from sources.remote import Remote
from sources.sheet import headed, once

BASE_URL = "https://cdn.cboe.com"
_FOLDER = "/api/global/us_indices/daily_prices"
_BAR = ("DATE", "OPEN", "HIGH", "LOW", "CLOSE")
_MIRRORED = (_BAR, ("Date", "VIX Open", "VIX High", "VIX Low", "VIX Close"),
             ("Date", "VIXOpen", "VIXHigh", "VIXLow", "VIXClose"))  # fmt: skip
SYMBOLS = ("SPX", "VIX", "VIX9D", "VIX3M", "VIX6M", "VIX1Y", "VVIX", "SKEW",
           "VXTH", "CNDR", "PUT", "BXM")  # fmt: skip


def index_requests() -> dict[str, Remote]:
    """The history file of every symbol."""
    return {symbol: Remote(f"{_FOLDER}/{symbol}_History.csv") for symbol in SYMBOLS}


def series_of(symbol: str) -> str:
    """The series that a symbol's closes are: ``VIX9D`` gives ``vix9d_close``."""
    return f"{symbol.lower()}_close"


def parse_index(payload: bytes, *, symbol: str) -> pl.LazyFrame:
    """Closes of one symbol as published, oldest first: series_id, event_date, value.

    Rows on exchange holidays are published for VIX (2004-06-11 and since 2022) and are given here;
    as they belong to no session, they have no time at which they became known.

    Args:
        payload: the file as served.
        symbol: whose file it is, one of ``SYMBOLS``.

    Raises:
        SourceError: another layout, a cell that does not read as stated, or a date with two
            different rows.
    """
    bars = _bars(payload, (_BAR, ("DATE", symbol)), f"{symbol}_History.csv", "%m/%d/%Y")
    return _closes(bars, series_of(symbol))


def parse_vix_mirror(payload: bytes) -> pl.LazyFrame:
    """VIX closes in the layouts of the public mirror: its headers changed twice, its dates once.

    Raises:
        SourceError: another layout, a cell that does not read as stated, or a date with two
            different rows.

    Source:
        github.com/datasets/finance-vix, data/vix-daily.csv.
    """
    bars = _bars(payload, _MIRRORED, "vix-daily.csv", "%m/%d/%Y", "%Y-%m-%d")
    return _closes(bars, series_of("VIX"))


def broken_bars(payload: bytes, *, symbol: str) -> pl.LazyFrame:
    """Rows whose high or low does not bound the open and the close: worth a warning, not a stop.

    Returns:
        event_date, open, high, low, close; empty for a file of closes only.

    Raises:
        SourceError: as ``parse_index``.
    """
    bars = _bars(payload, (_BAR, ("DATE", symbol)), f"{symbol}_History.csv", "%m/%d/%Y")
    if "open" not in bars.columns:
        empty = [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("open", "high", "low")]
        return bars.clear().lazy().select("event_date", *empty, "close")
    highest, lowest = pl.max_horizontal("open", "close"), pl.min_horizontal("open", "close")
    return bars.lazy().filter((pl.col("high") < highest) | (pl.col("low") > lowest))


def _bars(
    payload: bytes, headers: tuple[tuple[str, ...], ...], file: str, *layouts: str
) -> pl.DataFrame:
    header, table = headed(payload, *headers, file=file)
    names = ("open", "high", "low", "close") if len(header) == len(_BAR) else ("close",)
    columns = {"event_date": table.dates(header[0], *layouts)}
    columns |= {name: table.decimals(cell) for name, cell in zip(names, header[1:], strict=True)}
    table.refuse(columns["close"] == 0.0, header[-1], "a level above zero")
    return once(pl.DataFrame(columns), ["event_date"], file=file)


def _closes(bars: pl.DataFrame, series_id: str) -> pl.LazyFrame:
    return bars.lazy().select(
        pl.lit(series_id).alias("series_id"), "event_date", pl.col("close").alias("value")
    )
