"""When S&P 500 and VIX contracts expire, by Cboe's listing rules on the exchange's own sessions.

A schedule, not a list of what was open on a day: each root has every date on which a series of it
settles under the rules below, whether or not Cboe had listed it yet. ``expiry`` is the date the
settlement price is taken; contract symbols kept another date twice: SPX options carried the
Saturday after the third Friday until February 2015, and what was due on a day of mourning kept that
day (SPXW and VIXW of 2018-12-05).

=====  ===========  ==========================================================================
root   settles      expiries
=====  ===========  ==========================================================================
SPX    am, opening  the third Friday of every month
SPXW   pm, close    Fridays other than the third from 2010-12-10, the third too from 2017-05-19;
                    the month's last session from 2014-07-31; Wednesdays from 2016-03-02,
                    Mondays from 2016-08-22, Tuesdays from 2022-04-19, Thursdays from
                    2022-05-12: since then every session
VIX    am, opening  30 days before the third Friday of the following month, from 2006-03-22
VIXW   am, opening  30 days before every other Friday, from 2015-10-14
VX     am, opening  as VIX, the months that CFE listed, from 2004-05-19
=====  ===========  ==========================================================================

Where the day is no session, the session before it counts; after it for SPXW Mondays. Where the
Wednesday of a VIX contract or the Friday it looks to is no session, the session before that
Wednesday counts. Left out: roots retired since (SPXPM, SPXQ), the weeklies that settled in the
morning before December 2010, weekly VX futures.

Source:
    Cboe Rules 4.13(e) and formerly 24.9(e), nonstandard expirations; Cboe contract specifications
    of SPX, SPXW, VIX and VX; RG10-112 (first pm Friday), 2014-05-29 release (end of month),
    RG17-002 (third Friday as SPXW), options hub 2016-02-22 and 2016-08-17 (Wednesdays, Mondays),
    2022 release (Tuesdays listed from 18 April, Thursdays from 11 May); notice C2018120300.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from sources.calendar import fetch_sessions
from sources.cfe import FIRST_MONTH, UNLISTED, vx_expiry
from sources.errors import SourceError
from sources.sheet import headed, once

ROOTS = ("SPX", "SPXW", "VIX", "VIXW", "VX")

_FILE = "Cboe expiries"
_HEADER = ("root", "expiry", "last_trading_day", "settlement")
_MONDAY, _TUESDAY, _WEDNESDAY, _THURSDAY, _FRIDAY = range(5)
_THIRD_WEEK = range(15, 22)
_VIX_SPAN = timedelta(days=30)  # what the index looks ahead
_AROUND = timedelta(days=40)  # a month's end and the Friday that a VIX contract looks to
_SPX_FIRST = date(1993, 1, 1)  # settled at the opening since SEC release 34-30944, July 1992
_SPXW_FIRST = {
    _MONDAY: date(2016, 8, 22),
    _TUESDAY: date(2022, 4, 19),
    _WEDNESDAY: date(2016, 3, 2),
    _THURSDAY: date(2022, 5, 12),
    _FRIDAY: date(2010, 12, 10),
}
_SPXW_THIRD_FRIDAY_FIRST = date(2017, 5, 19)
_MONTH_END_FIRST = date(2014, 7, 31)
_VIX_FIRST = date(2006, 3, 22)  # options began on 2006-02-24
_VIXW_FIRST = date(2015, 10, 14)  # the first Wednesday after options began on 2015-10-08
# The closure of 2018-12-05, announced days before: its auction was held on the day after, not before.
_AUCTION_MOVED = {date(2018, 12, 4): date(2018, 12, 6)}
# Since CFE's filing of 2014-10-31, certified 2014-11-17, a VX contract trades on the morning it
# settles; the archive shows it once before.
_VX_MORNING_FIRST = date(2014, 11, 17)
_VX_MORNINGS = (date(2011, 12, 21),)


class _Expiry(NamedTuple):
    """One row of the table, in its order of columns."""

    root: str
    expiry: date
    last_trading_day: date
    settlement: str


class _Sessions:
    """The exchange's sessions, asked for the nearest one."""

    def __init__(self, start: date, end: date) -> None:
        lines = fetch_sessions(start, end).decode().splitlines()[1:]
        self._days = [date.fromisoformat(line.split(",", 1)[0]) for line in lines]
        self._held = frozenset(self._days)

    def held(self, day: date) -> bool:
        """Whether the day is a session."""
        return day in self._held

    def before(self, day: date) -> date:
        """The last session before the day."""
        return self._days[bisect_left(self._days, day) - 1]

    def up_to(self, day: date) -> date:
        """The day, or the last session before it."""
        return self._days[bisect_right(self._days, day) - 1]

    def from_(self, day: date) -> date:
        """The day, or the first session after it."""
        return self._days[bisect_left(self._days, day)]


def fetch_expiries(start: date, end: date) -> bytes:
    """Every expiry from ``start`` to ``end``, both included, as CSV text in order of root and date.

    Unscheduled closures count where the calendar library knows them, so a table of the past shows
    what happened; one written before such a closure would have shown what was planned.

    Raises:
        SourceError: the range runs backwards.
    """
    if start > end:
        raise SourceError(f"{_FILE}: start {start} is after end {end}; give the earlier date first")
    sessions = _Sessions(start - _AROUND, end + _AROUND)
    days = [start + timedelta(days=n) for n in range(-7, (end - start).days + 8)]
    months = sorted({day.replace(day=1) for day in days})
    settled = {month: vx_expiry(month) for month in months if month >= FIRST_MONTH}
    rows = {
        *_spx(months, sessions),
        *_spxw(days, months, sessions),
        *_vix(settled, sessions),
        *_vixw(days, sessions),
        *_vx(settled, sessions),
    }
    kept = sorted(row for row in rows if start <= row.expiry <= end)
    return "".join(f"{','.join(map(str, row))}\n" for row in (_HEADER, *kept)).encode()


def parse_expiries(payload: bytes) -> pl.LazyFrame:
    """The columns root, expiry, last_trading_day and settlement of what ``fetch_expiries`` wrote.

    Raises:
        SourceError: another header, no rows, an unknown root or settlement, trading after the
            expiry, or two rows of one root and expiry that differ.
    """
    _, table = headed(payload, _HEADER, file=_FILE)
    root, settlement = table.cells.get_column("root"), table.cells.get_column("settlement")
    expiry = table.dates("expiry", "%Y-%m-%d")
    last = table.dates("last_trading_day", "%Y-%m-%d")
    table.refuse(~root.is_in(ROOTS).fill_null(value=False), "root", f"one of {', '.join(ROOTS)}")
    hours = pl.Series("settlement", ["pm" if name == "SPXW" else "am" for name in root])
    table.refuse(settlement.ne_missing(hours), "settlement", "pm for SPXW, am for the others")
    table.refuse(last > expiry, "last_trading_day", "a date up to the expiry")
    rows = pl.DataFrame(
        {"root": root, "expiry": expiry, "last_trading_day": last, "settlement": settlement}
    )
    return once(rows, ["root", "expiry"], file=_FILE).lazy()


def _spx(months: list[date], sessions: _Sessions) -> Iterator[_Expiry]:
    for month in months:
        expiry = sessions.up_to(_third_friday(month))
        if expiry >= _SPX_FIRST:
            yield _Expiry("SPX", expiry, sessions.before(expiry), "am")


def _spxw(days: list[date], months: list[date], sessions: _Sessions) -> Iterator[_Expiry]:
    ends = [_month_after(month) - timedelta(days=1) for month in months]
    expiries = {last for end in ends if (last := sessions.up_to(end)) >= _MONTH_END_FIRST}
    for day in days:
        if not _is_spxw_day(day):
            continue
        # A Monday's options may not lapse before the weekend that they are bought for.
        expiries.add(sessions.from_(day) if day.weekday() == _MONDAY else sessions.up_to(day))
    return (_Expiry("SPXW", expiry, expiry, "pm") for expiry in expiries)


def _is_spxw_day(day: date) -> bool:
    if day.weekday() == _FRIDAY and day.day in _THIRD_WEEK:
        return day >= _SPXW_THIRD_FRIDAY_FIRST
    return day >= _SPXW_FIRST.get(day.weekday(), date.max)


def _vix(settled: dict[date, date], sessions: _Sessions) -> Iterator[_Expiry]:
    for expiry in settled.values():
        if expiry >= _VIX_FIRST:
            yield _Expiry("VIX", expiry, sessions.before(expiry), "am")


def _vixw(days: list[date], sessions: _Sessions) -> Iterator[_Expiry]:
    for wednesday in days:
        friday = wednesday + _VIX_SPAN
        if wednesday.weekday() != _WEDNESDAY or friday.day in _THIRD_WEEK:
            continue
        whole = sessions.held(wednesday) and sessions.held(friday)
        planned = wednesday if whole else sessions.before(wednesday)
        if wednesday < _VIXW_FIRST:
            continue
        if moved := _AUCTION_MOVED.get(planned):
            yield _Expiry("VIXW", moved, planned, "am")
        else:
            yield _Expiry("VIXW", planned, sessions.before(planned), "am")


def _vx(settled: dict[date, date], sessions: _Sessions) -> Iterator[_Expiry]:
    for month, expiry in settled.items():
        if month in UNLISTED:
            continue
        morning = expiry >= _VX_MORNING_FIRST or expiry in _VX_MORNINGS
        yield _Expiry("VX", expiry, expiry if morning else sessions.before(expiry), "am")


def _third_friday(month: date) -> date:
    return month + timedelta(days=(_FRIDAY - month.weekday()) % 7 + 14)


def _month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
