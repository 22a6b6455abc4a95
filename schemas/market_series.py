"""Indices, breadth and sectors: what the exchanges' sessions give."""

from schemas import live_feeds as live
from schemas import offline_feeds as offline
from schemas.feed import Feed, Known, Series

_INDEX, _BREADTH, _SECTOR = "core_index_daily", "core_breadth_daily", "core_gauge_daily"
_BARS = ("open", "high", "low", "close")
_SP = "S&P Dow Jones Indices copyright; own use, no redistribution"
_NASDAQ_TERMS = "Nasdaq copyright; own use, no redistribution"
_YAHOO_TERMS = "Unofficial; Yahoo's terms forbid redistribution; off unless you turn it on"
_WSJ_TERMS = "Terms restrict automated use; off unless you turn it on"


def _bars(index: str, publisher: str, remote: str, *close: Feed) -> tuple[Series, ...]:
    return tuple(
        Series(f"{index}_{field}", _INDEX, (
            offline.arch(f"{remote}: {field.title()}", publisher, offline.CLOSE, (0, 0)),
            offline.simulated(f"{index}_{field}"),
            *(close if field == "close" else ()),
        ))
        for field in _BARS
    )  # fmt: skip


def _cboe(symbol: str, *feeds: Feed) -> Series:
    name = f"{symbol.lower()}_close"
    return Series(name, _INDEX, (*feeds, live.cboe(symbol)))


def _volatility(symbol: str, *fallback: Feed) -> Series:
    name = f"{symbol.lower()}_close"
    return Series(name, _INDEX, (offline.simulated(name), live.cboe(symbol), *fallback))


def _breadth(name: str, kind: str, *feeds: Feed) -> Series:
    if name == "nyse_unchanged_volume":  # the diary counts unchanged issues, not their volume
        return Series(name, _BREADTH, (*feeds, live.breadth(kind)))
    diary = live.gauge(live.WSJ, name, Known("sessions_later", days=1, at=live.SAME_EVENING.at),
                       live.DAILY, terms=_WSJ_TERMS)  # fmt: skip
    return Series(name, _BREADTH, (*feeds, live.breadth(kind), diary))


def _sector(symbol: str) -> Series:
    return Series(f"{symbol}_close", _SECTOR, (
        live.gauge(live.YAHOO, symbol.upper(), live.AFTER_CLOSE, (1, 3), terms=_YAHOO_TERMS),
    ))  # fmt: skip


MARKET_SERIES: tuple[Series, ...] = (
    *_bars("spx", "S&P Dow Jones Indices", "sp500", live.cboe("SPX"),
           live.index_on_fred("SP500", terms=_SP)),
    *_bars("nasdaq", "Nasdaq", "nasdaq", live.index_on_fred("NASDAQCOM", terms=_NASDAQ_TERMS)),
    Series("vix_close", _INDEX, (
        offline.arch("vix: vix", "Cboe", offline.CLOSE, (0, 0)),
        offline.simulated("vix_close"),
        live.cboe("VIX"), live.index_on_fred("VIXCLS"),
    )),
    _volatility("VIX9D"),
    _volatility("VIX3M", live.index_on_fred("VXVCLS")),
    *(_volatility(symbol) for symbol in ("VIX6M", "VIX1Y", "VVIX", "SKEW")),
    *(_cboe(symbol) for symbol in ("VXTH", "CNDR", "PUT", "BXM")),
)  # fmt: skip

BREADTH_SERIES: tuple[Series, ...] = (
    _breadth("nyse_advances", "advn", offline.simulated("nyse_advances")),
    _breadth("nyse_declines", "decln", offline.simulated("nyse_declines")),
    _breadth("nyse_unchanged", "unchn", offline.simulated("nyse_unchanged")),
    _breadth("nyse_advancing_volume", "advv"),
    _breadth("nyse_declining_volume", "declv"),
    _breadth("nyse_unchanged_volume", "unchv"),
    _breadth("nyse_new_highs", "newhi"),
    _breadth("nyse_new_lows", "newlo"),
)

SECTOR_SERIES: tuple[Series, ...] = (
    *(_sector(symbol) for symbol in (
        "vnq", "xlre", "arkk", "iwo", "kre", "xlk", "xlu", "xly", "spy")),
    Series("spy_volume", _SECTOR, (
        live.gauge(live.YAHOO, "SPY volume", live.AFTER_CLOSE, (1, 3), terms=_YAHOO_TERMS),
    )),
)  # fmt: skip
