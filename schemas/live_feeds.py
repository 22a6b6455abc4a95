"""How the live publishers' feeds are declared: one constructor per publisher.

Source:
    Formats, delays and terms: docs/sources.md, and each adapter's docstring.
"""

from dataclasses import replace
from datetime import date, time, timedelta

from schemas.feed import Feed, Frequency, Known

LIVE = "live"
CBOE = "Cboe"
TREASURY = "US Treasury"
FRED = "FRED"
ALFRED = "ALFRED"
DAMODARAN = "Aswath Damodaran, NYU Stern"
SHILLER = "Robert J. Shiller"
SHILLER_MIRROR = "Robert J. Shiller (datasets mirror)"
BLS = "US Bureau of Labor Statistics"
BIS = "Bank for International Settlements"
BREADTH = "NYSE breadth archive"
WSJ = "Wall Street Journal"
EDGAR = "SEC EDGAR"
MIDAS = "SEC MIDAS"
NASDAQ = "Nasdaq"
DEFILLAMA = "DefiLlama"
RELAYS = "MEV-Boost relays"
YAHOO = "Yahoo"
OWN = "Own file"

AFTER_CLOSE = Known("after_close", minutes=20)
SAME_EVENING = Known("days_later", days=0, at=time(18, 0))
NEXT_SESSION = Known("sessions_later", days=1, at=time(16, 15))  # bank holidays are skipped
STAMPED = Known("stamped")
ERP_DAY = Known("months_later", months=0, day=5, at=time(18, 0))
_MORNING = time(8, 30)
# The shutdowns of 2013, 2018/19 and 2025: releases came when government work was taken up again.
# Days of the month are the latest that occurred, not the usual ones.
CPI_DAY = Known("months_later", months=1, day=28, at=_MORNING, delayed=(
    (date(2013, 9, 1), date(2013, 10, 30)),
))  # fmt: skip
PPI_DAY = Known("months_later", months=1, day=28, at=_MORNING, delayed=(
    (date(2013, 9, 1), date(2013, 10, 29)), (date(2025, 9, 1), date(2025, 11, 25)),
    (date(2025, 10, 1), date(2026, 1, 14)), (date(2025, 11, 1), date(2026, 1, 14)),
    (date(2025, 12, 1), date(2026, 1, 30)),
))  # fmt: skip
GDP_DAY = Known("months_later", months=4, day=1, at=_MORNING, delayed=(
    (date(2013, 7, 1), date(2013, 11, 7)), (date(2018, 10, 1), date(2019, 2, 28)),
    (date(2025, 7, 1), date(2025, 12, 23)), (date(2025, 10, 1), date(2026, 2, 20)),
))  # fmt: skip
JOBS_DAY = Known("months_later", months=1, day=12, at=_MORNING, delayed=(
    (date(2013, 9, 1), date(2013, 10, 22)), (date(2025, 9, 1), date(2025, 11, 20)),
    (date(2025, 11, 1), date(2025, 12, 16)),
))  # fmt: skip
NEXT_WEEK = Known("days_later", days=7, at=_MORNING)  # Friday's value, by the Friday after it
H41 = Known(
    "days_later", days=2, at=time(16, 30)
)  # Wednesday's level on Thursday, or after a holiday
CLAIMS = Known("days_later", days=6, at=_MORNING, delayed=tuple(  # the week ends on Saturday
    (date(2025, 9, 27) + timedelta(weeks=week), date(2025, 11, 20)) for week in range(7)
))  # fmt: skip
Z1 = Known("months_later", months=5, day=28, at=time(12, 0), delayed=(
    (date(2025, 7, 1), date(2026, 1, 9)),
))  # fmt: skip
NIPA = Known("months_later", months=6, day=1, at=_MORNING)  # corporate accounts come a month on
OECD = Known("months_later", months=2, day=20, at=time(18, 0))

DAILY, WEEKLY, MONTHLY, QUARTERLY = (1, 5), (11, 18), (66, 90), (190, 250)  # ages [sessions]
_PERCENT = 0.01

_CBOE_TERMS = "Personal, non-commercial use; no redistribution without a license"
_PUBLIC = "Public domain"
_MOODYS = "Moody's copyright; own use, no redistribution"
_ICE = "ICE Data Indices: own use, no redistribution"
_SP = "S&P Dow Jones Indices copyright; own use, no redistribution"
_CITED = "Free to use with acknowledgement"


def cboe(symbol: str) -> Feed:
    """An index history of Cboe's."""
    return Feed(LIVE, CBOE, symbol, "daily", AFTER_CLOSE, 0, 0,
                revised="rarely, old closes in bulk", terms=_CBOE_TERMS)  # fmt: skip


def treasury(tenor: str) -> Feed:
    """A tenor of the Treasury's own curve files; the remote id is the parser's name for it."""
    return Feed(LIVE, TREASURY, tenor, "daily", SAME_EVENING, *DAILY, scale=_PERCENT,
                revised="rarely", terms=_PUBLIC, redistributable=True)  # fmt: skip


def fred(series_id: str, known: Known = NEXT_SESSION, ages: tuple[int, int] = DAILY,
         frequency: Frequency = "daily", *, scale: float = 1.0, terms: str = _PUBLIC) -> Feed:  # fmt: skip
    """A series of FRED's graph, without a key."""
    return Feed(LIVE, FRED, series_id, frequency, known, *ages, scale=scale, revised="rarely",
                terms=terms, redistributable=terms == _PUBLIC)  # fmt: skip


def fred_rate(series_id: str, known: Known = NEXT_SESSION, ages: tuple[int, int] = (2, 6),
              frequency: Frequency = "daily", *, terms: str = _PUBLIC) -> Feed:  # fmt: skip
    """The same, of a rate in percent."""
    return fred(series_id, known, ages, frequency, scale=_PERCENT, terms=terms)


def moodys(series_id: str) -> Feed:
    """A corporate yield of Moody's on FRED."""
    return fred_rate(series_id, terms=_MOODYS)


def ice(series_id: str) -> Feed:
    """An ICE index on FRED, which since April 2026 shows three rolling years only."""
    return fred_rate(series_id, terms=_ICE)


def index_on_fred(series_id: str, *, terms: str = _CBOE_TERMS, within: float = 0.02) -> Feed:
    """A close that FRED carries a day later than its publisher."""
    return replace(fred(series_id, ages=(1, 5), terms=terms), agrees_within=within)


def tenor_on_fred(series_id: str) -> Feed:
    """A tenor of the Treasury's curve that FRED carries a day later, to the same digit."""
    return replace(fred_rate(series_id), agrees_within=0.011)  # percent: a digit, and float noise


def vintages(series_id: str, frequency: Frequency, ages: tuple[int, int],
             scale: float = 1.0) -> Feed:  # fmt: skip
    """Every vintage of a series by FRED's API, where the user has a key."""
    return Feed(LIVE, ALFRED, series_id, frequency, STAMPED, *ages, scale=scale,
                revised="each vintage is a row", terms=_PUBLIC, redistributable=True,
                note="needs a FRED key")  # fmt: skip


def released(series_id: str, known: Known, frequency: Frequency, ages: tuple[int, int],
             scale: float = 1.0) -> tuple[Feed, Feed]:  # fmt: skip
    """A revised statistic: its vintages, and without a key the newest figure by a stated lag."""
    return (
        vintages(series_id, frequency, ages, scale),
        replace(fred(series_id, known, ages, frequency, scale=scale), revised="whole history, several times",
                note="newest vintage where no key is set, not the first release"),
    )  # fmt: skip


def damodaran(column: str, scale: float = 1.0) -> Feed:
    """A column of the monthly workbook."""
    return Feed(LIVE, DAMODARAN, f"ERPbymonth: {column}", "monthly", ERP_DAY, 27, 45, scale=scale,
                revised="sometimes corrected", terms=_CITED, redistributable=True)  # fmt: skip


def damodaran_annual(column: str) -> Feed:
    """A column of the annual workbook, known in the first days of the year that follows."""
    return Feed(LIVE, DAMODARAN, f"histimpl: {column}", "yearly",
                Known("months_later", months=1, day=15), 275, 310,
                revised="sometimes corrected", terms=_CITED, redistributable=True)  # fmt: skip


def shiller(column: str, scale: float = 1.0, months: int = 2) -> tuple[Feed, Feed]:
    """A column of the workbook, and of the mirror that carries the same figures.

    Prices and rates stand there within ``months``; earnings and dividends come half a year late.
    """
    known = Known("months_later", months=months, day=10)
    return tuple(
        Feed(LIVE, publisher, column, "monthly", known, 40 + 21 * months, 110 + 21 * months, scale=scale,
             revised="newest months", terms=_CITED, redistributable=True)
        for publisher in (SHILLER, SHILLER_MIRROR)
    )  # type: ignore[return-value]  # two publishers, two feeds  # fmt: skip


def bls(series_id: str, known: Known) -> Feed:
    """A statistic of the BLS's own API: the second source of what FRED carries."""
    return Feed(LIVE, BLS, series_id, "monthly", known, *MONTHLY, revised="whole history, several times",
                terms=_PUBLIC, redistributable=True)  # fmt: skip


def breadth(kind: str) -> Feed:
    """A count of the archive that stopped on 2020-02-10."""
    return Feed(LIVE, BREADTH, kind, "daily", Known("sessions_later", days=1, at=time(7, 0)),
                *DAILY, terms="No license stated",
                note="the archive stopped on 2020-02-10; bring your own counts after it")  # fmt: skip


def gauge(publisher: str, remote_id: str, known: Known, ages: tuple[int, int] = (3, 10),
          frequency: Frequency = "daily", *, terms: str = _PUBLIC) -> Feed:  # fmt: skip
    """A gauge: shown, and by default read by no rule."""
    return Feed(LIVE, publisher, remote_id, frequency, known, *ages, terms=terms,
                redistributable=terms == _PUBLIC)  # fmt: skip


def own(like: Feed | None = None) -> Feed:
    """The user's own file, which every live series takes; timed like the feed it stands in for.

    Args:
        like: a feed whose times follow a rule; a row of the user's carries no stamp.
    """
    known = AFTER_CLOSE if like is None else like.known
    ages = (1, 5) if like is None else (like.warn_after, max(like.fail_after, 5))
    return Feed(LIVE, OWN, "own CSV", "daily" if like is None else like.frequency, known, *ages,
                revised="as you change it", terms="Yours")  # fmt: skip
