"""The SEC's MIDAS metrics: how much of the exchanges' order flow is canceled, hidden or odd lots.

One zip a quarter with a row per security and day, two to five months after the quarter's end:
context, never a signal of the day. The series are of the whole market: messages summed over all
stocks and exchange-traded products of a day, then divided.

They break where the exchanges' feeds did: odd lots on the tape from 2013-12, hidden orders of
NYSE and Amex by difference from 2014-01, NYSE's own order feed from 2017-05 and for all symbols
from 2018-04-09. Trades off the exchanges are in none of them.

Source:
    US Securities and Exchange Commission, Market Structure, metrics by individual security, and
    the README in each zip; public domain.
"""

import re

import polars as pl

from sources.errors import SourceError
from sources.payload import members
from sources.remote import Remote
from sources.request import MIB
from sources.sheet import Sheet, lines, sheet

BASE_URL = "https://www.sec.gov"
PAGE = Remote("/data-research/sec-markets-data/marketstructuredata-security", (), "html")
RATES: dict[str, tuple[str, str]] = {  # numerator and denominator
    "midas_cancel_to_trade": ("Cancels", "LitTrades"),
    "midas_hidden_rate": ("Hidden", "TradesForHidden"),
    "midas_odd_lot_rate": ("OddLots", "TradesForOddLots"),
}

_FILE = "MIDAS individual securities"
_LARGEST = 400 * MIB  # a quarter's table takes 50 to 90
_KEY = ("Date", "Security", "Ticker")
_FIGURES = tuple(name for parts in RATES.values() for name in parts)
_SHARES = ("midas_hidden_rate", "midas_odd_lot_rate")
_HEADER = frozenset({
    *_KEY, *_FIGURES, "McapRank", "TurnRank", "VolatilityRank", "PriceRank", "LitVol('000)",
    "OrderVol('000)", "HiddenVol('000)", "TradeVolForHidden('000)", "OddLotVol('000)",
    "TradeVolForOddLots('000)",
})  # fmt: skip
_EARLY = frozenset({"Trades", "TradeVol('000)"})  # columns of some early quarters beside these
_COUNT = r"^[0-9]{1,12}(\.0)?$"
_FRIDAY = 5
_CONTRADICTIONS = 0.01  # share of rows, above which they are no accident
_HREF = re.compile(r"href\s*=\s*[\"']([^\"'<>]{1,300})[\"']", re.IGNORECASE)
# "indivual" is how 2013's third quarter is spelled, "q10" how the first of 2012 is.
_ZIP = re.compile(
    r"(?:https://www\.sec\.gov)?(/files/(?:[\w-]+/)*indivi?d?ual_security_"
    r"(20[0-9]{2})_q([1-4])0?(?:_[0-9])?\.zip)",
    re.IGNORECASE | re.ASCII,
)


def link_on_page(page: bytes) -> Remote:
    """The newest quarter's zip that the downloads page links to.

    Raises:
        SourceError: no such link, or two different ones of one quarter.
    """
    hrefs = _HREF.findall(page.decode("utf-8", errors="replace"))
    found = {
        ((int(zipped[2]), int(zipped[3])), zipped[1])
        for zipped in map(_ZIP.fullmatch, hrefs)
        if zipped
    }
    newest = max((quarter for quarter, _ in found), default=None)
    paths = sorted(path for quarter, path in found if quarter == newest)
    if len(paths) != 1:
        raise SourceError(
            f"MIDAS downloads page: {len(hrefs)} links, of the newest quarter {paths[:3]}; "
            "accepted is one to individual_security_YYYY_qN.zip below /files; compare with "
            f"{BASE_URL}{PAGE.path} before changing the adapter"
        )
    return Remote(paths[0], (), "zip")


def parse_metrics(payload: bytes) -> pl.LazyFrame:
    """Market-wide rates of each day of a quarter, oldest first: series_id, event_date, value.

    ``midas_cancel_to_trade`` is cancel messages per trade against a displayed order [ratio],
    ``midas_hidden_rate`` trades against hidden orders among those of the exchanges that tell, and
    ``midas_odd_lot_rate`` trades of odd lots among all trades told one by one [both fractions from
    0 to 1, where the SEC's charts show percent]. A security enters a rate with both of its counts; a day without trades has no rate.

    Args:
        payload: the zip as served.

    Raises:
        SourceError: not one table in the zip, another header, an exchange's or packed table, a
            cell that does not read as stated, two quarters, a weekend, a share above 1,
            or many rows that contradict each other.
    """
    table = _table(payload)
    figures = _figures(table)
    kept = _distinct(figures, table.file).filter(~_contradicts())
    sums = kept.group_by("Date").agg(
        (_paired(top, bottom).sum() / _paired(bottom, top).sum()).alias(name)
        for name, (top, bottom) in RATES.items()
    )  # fmt: skip
    long = sums.unpivot(index="Date", variable_name="series_id", value_name="value").select(
        "series_id", pl.col("Date").alias("event_date"), "value"
    )
    rates = long.filter(pl.col("value").is_finite()).sort("series_id", "event_date")
    _refuse_shares(rates, table.file)
    return rates.lazy()


def left_out_of_metrics(payload: bytes) -> pl.LazyFrame:
    """Rows of securities that a day lists with different counts: line, row, reason.

    Raises:
        SourceError: as ``parse_metrics``.
    """
    table = _table(payload)
    rows = _distinct(_figures(table), table.file).filter(_contradicts()).sort("line")
    row = pl.concat_str(pl.exclude("line"), separator=",", ignore_nulls=True)
    reason = "another row of this security and day has other counts: which is right is unknown"
    return rows.lazy().select("line", row.alias("row"), pl.lit(reason).alias("reason"))


def _table(payload: bytes) -> Sheet:
    inside = members(payload, place=_FILE, limit=_LARGEST)
    tables = sorted(name for name in inside if name.lower().endswith(".csv"))
    if len(tables) != 1:
        raise SourceError(
            f"{_FILE}: holds {len(tables)} tables, {tables[:3]}, in {len(inside)} files; accepted "
            "is one .csv; see what replaced the file"
        )
    file = f"{_FILE} {tables[0][-60:]}"
    first, *rows = lines(inside.pop(tables[0]), file=file, cut_is_fatal=False)  # the zip has sums
    header = tuple(first.split(","))
    if len(set(header)) < len(header) or not _HEADER <= set(header) <= _HEADER | _EARLY:
        raise SourceError(
            f"{file}: header is {first[:300]!r}; accepted are {', '.join(sorted(_HEADER))}, each "
            "once, in any order; a column Exchange belongs to the files by exchange, which are "
            "not read; compare with the README in the zip before changing the adapter"
        )
    table = sheet(rows, header, file=file, first_line=2)
    needed = table.cells.select("line", *_KEY, *_FIGURES)
    # 2016 writes whole numbers as 20160104.0
    return Sheet(file, needed.with_columns(pl.col("Date").str.replace(r"\.0$", "")))


def _figures(table: Sheet) -> pl.DataFrame:
    days = table.dates("Date", "%Y%m%d")
    table.refuse(days.dt.weekday() > _FRIDAY, "Date", "a day from Monday to Friday")
    quarters = days.dt.truncate("1q")
    table.refuse(quarters != quarters[0], "Date", f"the quarter of {days[0]} throughout")
    kinds = table.cells["Security"].is_in(["Stock", "ETF"])
    table.refuse(~kinds.fill_null(value=False), "Security", "Stock or ETF")
    tickers = table.cells["Ticker"].fill_null("")
    table.refuse(tickers == "", "Ticker", "a security's ticker")
    counts = [_counts(table, name) for name in _FIGURES]
    return table.cells.select("line", days, "Security", tickers, *counts)


def _counts(table: Sheet, column: str) -> pl.Series:
    text = table.cells.get_column(column).fill_null("")
    blank = text == ""
    table.refuse(~blank & ~text.str.contains(_COUNT), column, "a whole number, or nothing")
    return text.set(blank, None).cast(pl.Float64)


def _paired(one: str, other: str) -> pl.Expr:
    return pl.when(pl.col(other).is_not_null()).then(one)


def _contradicts() -> pl.Expr:
    return pl.struct(_KEY).is_duplicated()


def _distinct(figures: pl.DataFrame, file: str) -> pl.DataFrame:
    """Rows counted once where they repeat; securities with several ranks are listed so."""
    distinct = figures.unique([*_KEY, *_FIGURES], keep="first", maintain_order=True)
    twice = distinct.filter(_contradicts())
    if twice.height > max(2, _CONTRADICTIONS * distinct.height):
        raise SourceError(
            f"{file}: {twice.height:,} of {distinct.height:,} rows contradict another of the same "
            f"security and day, first at lines {twice['line'].to_list()[:4]}; accepted are at most "
            f"{_CONTRADICTIONS:.0%} of them; see what replaced the file"
        )
    return distinct


def _refuse_shares(rates: pl.DataFrame, file: str) -> None:
    strange = rates.filter(pl.col("series_id").is_in(_SHARES) & (pl.col("value") > 1))
    if not strange.is_empty():
        raise SourceError(
            f"{file}: {', '.join(map(str, strange.row(0)))}; accepted are shares up to 1; columns "
            "have changed places: compare with the README in the zip"
        )
