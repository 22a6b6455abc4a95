"""VX futures of the Cboe Futures Exchange: settlements by trade date and by contract.

Three places, one result: event_date, expiry, settle in volatility points, monthly contracts only.
The day's file holds every product; the contract files go back to 2004 and quote ten times the
index before 2007-03-26, which is undone here and nowhere else.

Source:
    cboe.com/us/futures/market_statistics and cdn.cboe.com; terms: no redistribution.
"""

import re
from datetime import date, timedelta

import polars as pl

from sources.calendar import is_session, nearest_sessions
from sources.errors import SourceError
from sources.remote import Remote
from sources.sheet import Sheet, headed, lines, once, sheet

BASE_URLS = {"day": "https://www.cboe.com", "contract": "https://cdn.cboe.com"}
MONTH_CODES = "FGHJKMNQUVXZ"
RESCALED = date(2007, 3, 26)  # first session quoted in index points; before, in tenths of them
FIRST_MONTH = date(2004, 5, 1)
UNLISTED = (date(2004, 12, 1), date(2005, 4, 1), date(2005, 7, 1), date(2005, 9, 1))

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY_HEADER = ("Product", "Symbol", "Expiration Date", "Price")
_HEADER = ("Trade Date", "Futures", "Open", "High", "Low", "Close", "Settle", "Change",
           "Total Volume", "EFP", "Open Interest")  # fmt: skip
_DISCLAIMER = "CFE data is compiled for the convenience"
_MONTHLY = re.compile(rf"VX/([{MONTH_CODES}])([0-9])")
_WEEKLY = re.compile(rf"VX[0-9]{{2}}/[{MONTH_CODES}][0-9]")
_CONTRACT = re.compile(rf"([{MONTH_CODES}]) \(([A-Z][a-z]{{2}}) (?:20)?([0-9]{{2}})\)")
_ARCHIVED_UNTIL, _BY_EXPIRY_FROM = date(2018, 12, 1), date(2013, 1, 1)
_FEWEST = (
    6  # monthly contracts of one day: no day since 2008 had fewer, and the file reaches back a year
)
_LOWEST_TENTHS = 60.0  # six volatility points: a smaller old price is not ten times the index
_LOWEST = 5.0  # volatility points, the bound of the column; the lowest to 2013 is 9.95
_SPARE = 3  # empty cells that four files of 2004 and 2005 carry at the end of some rows
# Before the rule of today: the Wednesday before the third Friday of the contract's own month.
_OTHER_EXPIRIES = {
    date(2004, 7, 1): date(2004, 7, 14),
    date(2004, 10, 1): date(2004, 10, 13),
}
_FRIDAY = 4
_DECADE = 10


def vx_expiry(month: date) -> date:
    """When the VX contract of a month settles.

    Thirty days before the third Friday of the following month, a Wednesday; where that day or
    that Friday is a holiday, the business day before that Wednesday. Two contracts of 2004 were
    listed under an earlier rule.

    Source:
        Cboe Futures Exchange, VX contract specifications, "Final Settlement Date".
    """
    month = month.replace(day=1)
    if month in _OTHER_EXPIRIES:
        return _OTHER_EXPIRIES[month]
    following = _month_after(month)
    friday = following + timedelta(days=(_FRIDAY - following.weekday()) % 7 + 14)
    wednesday = friday - timedelta(days=30)
    if is_session(wednesday) and is_session(friday):
        return wednesday
    return nearest_sessions(wednesday)[0]


def settlement_request(day: date) -> Remote:
    """The file of one trade date, offered for about twelve months."""
    return Remote(
        "/us/futures/market_statistics/settlement/csv", (("dt", day.isoformat()),), site="day"
    )


def contract_requests(month: date) -> tuple[Remote, ...]:
    """The files that hold a monthly contract's whole life, the better one first.

    From 2013 on by expiry; the archive goes to 2018, some of its last years refused. Empty for
    months that never had a contract.
    """
    month = month.replace(day=1)
    if month < FIRST_MONTH or month in UNLISTED:
        return ()
    named = f"CFE_{MONTH_CODES[month.month - 1]}{month:%y}_VX.csv"
    archive = Remote(f"/resources/futures/archive/volume-and-price/{named}", site="contract")
    if month < _BY_EXPIRY_FROM:
        return (archive,)
    folder = "/data/us/futures/market_statistics/historical_data/VX"
    by_expiry = Remote(f"{folder}/VX_{vx_expiry(month)}.csv", site="contract")
    return (by_expiry, archive) if month <= _ARCHIVED_UNTIL else (by_expiry,)


def parse_settlements(payload: bytes, *, day: date) -> pl.LazyFrame:
    """Settlements of the monthly VX contracts on one trade date: event_date, expiry, settle.

    Args:
        payload: the file of a trade date, as served.
        day: that trade date, which the file does not state.

    Raises:
        SourceError: another layout, a symbol that contradicts its expiry, an expiry that is not
            the contract's, a contract twice, or fewer monthly contracts than a day has.
    """
    table, reasons = _day_table(payload)
    frame = table.cells.with_columns(
        reasons,
        pl.lit(day).alias("event_date"),
        table.dates("Expiration Date", "%Y-%m-%d").alias("expiry"),
        table.decimals("Price").alias("settle"),
    )
    _refuse_contradictions(table, frame, day)
    kept = frame.filter(pl.col("reason").is_null()).select("event_date", "expiry", "settle")
    if kept.height < _FEWEST:
        raise SourceError(
            f"{table.file}: {kept.height} monthly VX contracts; a day has at least {_FEWEST}; the "
            "publisher shows a lone row on settlement days: ask for the trade date again later"
        )
    return once(kept, ["event_date", "expiry"], file=table.file).lazy()


def left_out_settlements(payload: bytes) -> pl.LazyFrame:
    """Rows of a trade date's file that are no monthly VX settlement: line, row, reason.

    Raises:
        SourceError: another layout.
    """
    table, reasons = _day_table(payload)
    return _left_out(table, reasons)


def parse_contract(payload: bytes, *, expiry: date | None = None) -> pl.LazyFrame:
    """One contract's whole life: event_date, expiry, settle; oldest first.

    A settle of 0 or 1 is what the exchange writes on the day it lists a contract before anyone
    traded it: no settlement. Prices before 2007-03-26 are divided by ten. The last row is the
    final settlement. A weekly contract's file gives no row.

    Args:
        payload: a contract file, old or new, as served.
        expiry: the date in the file's name, where it has one.

    Raises:
        SourceError: another layout, two contracts in one file, a trade date after the expiry, a
            date with two different rows, or an old price that is not ten times the index.
    """
    table, month = _contract_table(payload)
    due = vx_expiry(month) if expiry is None else expiry
    settles, reasons = _settles(table, due, monthly=due == vx_expiry(month))
    kept = settles.filter(reasons.is_null()).select("event_date", "expiry", "settle")
    return once(kept, ["event_date", "expiry"], file=table.file).lazy()


def left_out_of_contract(payload: bytes, *, expiry: date | None = None) -> pl.LazyFrame:
    """Rows of a contract file that are no monthly settlement: line, row, reason.

    Raises:
        SourceError: as ``parse_contract``.
    """
    table, month = _contract_table(payload)
    due = vx_expiry(month) if expiry is None else expiry
    return _left_out(table, _settles(table, due, monthly=due == vx_expiry(month))[1])


def _day_table(payload: bytes) -> tuple[Sheet, pl.Series]:
    _, table = headed(payload, _DAY_HEADER, file="VX settlements of a day")
    pairs = table.cells.select("Product", "Symbol").rows()
    reasons = pl.Series("reason", [_why_not(*pair) for pair in pairs], dtype=pl.String)
    product = table.cells.get_column("Product").fill_null("")
    table.refuse(~product.str.contains("^[A-Z0-9]{1,8}$"), "Product", "a product's code")
    table.refuse((reasons == "").fill_null(value=False), "Symbol", "VX/F7 or VX36/U6")
    return table, reasons


def _why_not(product: str | None, symbol: str | None) -> str | None:
    """Why a row is no monthly settlement; nothing where it is one, empty where it is unknown."""
    if product != "VX":
        return f"another product, {product}"
    if _WEEKLY.fullmatch(symbol or ""):
        return "a weekly contract: untraded ones repeat one reference price"
    return None if _MONTHLY.fullmatch(symbol or "") else ""


def _refuse_contradictions(table: Sheet, frame: pl.DataFrame, day: date) -> None:
    monthly = frame.get_column("reason").is_null()
    agrees = [
        reason is not None or _is_expiry(symbol, expiry)
        for reason, symbol, expiry in frame.select("reason", "Symbol", "expiry").rows()
    ]
    accepted = "the contract's own expiry, thirty days before the next month's third Friday"
    table.refuse(~pl.Series(agrees), "Expiration Date", accepted)
    expiry = frame.get_column("expiry")
    table.refuse(monthly & (expiry < day), "Expiration Date", f"no contract expired by {day}")
    table.refuse(monthly & (frame.get_column("settle") < _LOWEST), "Price", f"at least {_LOWEST:g}")


def _is_expiry(symbol: str, expiry: date) -> bool:
    code, digit = symbol[-2], int(symbol[-1])
    named = (MONTH_CODES[expiry.month - 1], expiry.year % _DECADE)
    return (code, digit) == named and expiry == vx_expiry(expiry)


def _contract_table(payload: bytes) -> tuple[Sheet, date]:
    """The rows of a contract file, and the first of the month that names the contract."""
    file = "VX contract file"
    every = lines(payload, file=file)
    top = 1 if every[0].startswith(_DISCLAIMER) else 0
    header = every[top] if len(every) > top else ""
    if header != ",".join(_HEADER):
        raise SourceError(
            f"{file}: line {top + 1} is {header[:120]!r}; accepted is {','.join(_HEADER)!r}; "
            "compare with the publisher's page before changing the adapter"
        )
    table = sheet(every[top + 1 :], _HEADER, file=file, first_line=top + 2, spare=_SPARE)
    futures = table.cells.get_column("Futures")
    first = futures[0] or ""
    table.refuse((futures != first).fill_null(value=True), "Futures", f"{first!r} throughout")
    found = _CONTRACT.fullmatch(first)
    month = _MONTHS.index(found[2]) if found and found[2] in _MONTHS else -1
    if found is None or month < 0 or MONTH_CODES[month] != found[1]:
        raise SourceError(
            f"{file}: line {top + 2}, column Futures is {first!r}; accepted is a contract as "
            "'H (Mar 07)'; compare with the publisher's page before changing the adapter"
        )
    return Sheet(f"VX contract {first}", table.cells), date(2000 + int(found[3]), month + 1, 1)


def _settles(table: Sheet, due: date, *, monthly: bool) -> tuple[pl.DataFrame, pl.Series]:
    """Rescaled settlements of every row, and why a row is not one."""
    days = table.dates("Trade Date", "%m/%d/%Y", "%Y-%m-%d")
    table.refuse(days > due, "Trade Date", f"a date up to the expiry, {due}")
    published = table.decimals("Settle")
    for column in ("Open", "High", "Low", "Close"):
        table.decimals(column, blanks=("",))
    for column in ("Total Volume", "EFP", "Open Interest"):
        table.decimals(column)
    table.decimals("Change", blanks=("",), negative=True)
    tenths = days < RESCALED
    placeholder = published.is_in([0.0, 1.0])
    table.refuse(
        tenths & ~placeholder & (published < _LOWEST_TENTHS), "Settle",
        f"ten times the index before {RESCALED}",
    )  # fmt: skip
    table.refuse(~placeholder & (published < _LOWEST), "Settle", f"0, 1 or at least {_LOWEST:g}")
    frame = pl.DataFrame({"event_date": days, "published": published, "tenths": tenths}).select(
        "event_date",
        pl.lit(due).alias("expiry"),
        pl.when("tenths").then((pl.col("published") / 10).round(6)).otherwise("published")
        .alias("settle"),
    )  # fmt: skip
    reason = "listed and not settled: a placeholder of 0 or 1" if monthly else "a weekly contract"
    why = (placeholder | (not monthly)).replace_strict({True: reason, False: None},
                                                       return_dtype=pl.String)  # fmt: skip
    return frame, why.rename("reason")


def _left_out(table: Sheet, reasons: pl.Series) -> pl.LazyFrame:
    row = pl.concat_str(pl.exclude("line", "reason"), separator=",", ignore_nulls=True)
    left = table.cells.with_columns(reasons).filter(pl.col("reason").is_not_null())
    return left.lazy().select("line", row.alias("row"), "reason")


def _month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
