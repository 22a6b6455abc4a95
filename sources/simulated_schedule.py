"""Simulated calendar of announcements and expiries, by the rules the real ones follow."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_NEW_YORK = ZoneInfo("America/New_York")
_WEDNESDAY, _FRIDAY = 2, 4
RELEASE_TIME = time(8, 30)
# Month, and which Wednesday of it: the pattern most years since 2017 followed; -1 is the last.
_DECISION_WEEKS = ((1, -1), (3, 3), (5, 1), (6, 2), (7, -1), (9, 3), (11, 1), (12, 2))


@dataclass(frozen=True)
class Announcement:
    """One scheduled event, and when the schedule that named it came out."""

    kind: str
    day: date
    known_at: datetime


def new_york(day: date, at: time) -> datetime:
    """The UTC instant of a New York wall-clock time."""
    return datetime.combine(day, at, _NEW_YORK).astimezone(UTC)


def months(first: date, last: date) -> list[date]:
    """The first day of every month from that of ``first`` to that of ``last``."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [month_after(first, ahead) for ahead in range(count)]


def month_after(day: date, ahead: int) -> date:
    """The first day of the month ``ahead`` months after the one of ``day``."""
    number = day.year * 12 + day.month - 1 + ahead
    return date(number // 12, number % 12 + 1, 1)


def weekday_of_month(month: date, weekday: int, which: int) -> date:
    """A month's first, second, ... such weekday; -1 is its last."""
    if which < 0:
        last = month_after(month, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    return month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * (which - 1))


def vx_expiry(month: date, sessions: list[date]) -> date:
    """When the VX contract of a month settles.

    Thirty days before the third Friday of the following month, a Wednesday; where that day or
    that Friday is a holiday, the business day before that Wednesday.

    Source:
        Cboe Futures Exchange, VX contract specifications, "Final Settlement Date".
    """
    friday = weekday_of_month(month_after(month, 1), _FRIDAY, 3)
    wednesday = friday - timedelta(days=30)
    if _is_among(wednesday, sessions) and _is_among(friday, sessions):
        return wednesday
    return session_before(wednesday, sessions)


def cpi_release(month: date, sessions: list[date]) -> date:
    """The session on which a month's CPI comes out: the eighth of the following month."""
    return _nth_session(month_after(month, 1), 7, sessions)


def gdp_release(quarter: date, estimate: int, sessions: list[date]) -> date:
    """The session of a quarter's first, second or third estimate: near the 28th, a month apart."""
    month = month_after(quarter, 3 + estimate)
    return session_before(month.replace(day=28), sessions)


def z1_release(quarter: date, sessions: list[date]) -> date:
    """The session of a quarter's financial accounts: the eighth of the third month after it."""
    return _nth_session(month_after(quarter, 5), 7, sessions)


def announcements(sessions: list[date], first: date, last: date) -> list[Announcement]:
    """What was scheduled from ``first`` on, by every schedule published up to ``last``.

    A year's policy decisions are announced in June of the year before, the statistics' releases
    in September.
    """
    found = [
        event
        for year in range(first.year, sessions[-1].year + 1)
        for event in _announcements_of(year, sessions)
    ]
    limit = new_york(last, time(23, 59))
    return [event for event in found if event.day >= first and event.known_at <= limit]


def _announcements_of(year: int, sessions: list[date]) -> Iterator[Announcement]:
    june = new_york(date(year - 1, 6, 30), time(12, 0))
    september = new_york(date(year - 1, 9, 30), time(12, 0))
    for number, which in _DECISION_WEEKS:
        wednesday = weekday_of_month(date(year, number, 1), _WEDNESDAY, which)
        if wednesday <= sessions[-1]:
            yield Announcement("fomc_decision", _on_or_before(wednesday, sessions), june)
    for number in range(1, 13):
        month = date(year, number, 1)
        if month.replace(day=28) > sessions[-1]:
            return
        released = cpi_release(month_after(month, -1), sessions)
        yield Announcement("cpi", released, september)
        yield Announcement("ppi", session_after(released, sessions), september)
        estimate = (number - 1) % 3
        quarter = month_after(month, -3 - estimate)
        yield Announcement("gdp", gdp_release(quarter, estimate, sessions), september)


def session_before(day: date, sessions: list[date]) -> date:
    """The last session before a date."""
    return sessions[bisect_left(sessions, day) - 1]


def session_after(day: date, sessions: list[date]) -> date:
    """The first session after a date."""
    return sessions[bisect_right(sessions, day)]


def _on_or_before(day: date, sessions: list[date]) -> date:
    return sessions[bisect_right(sessions, day) - 1]


def _nth_session(day: date, number: int, sessions: list[date]) -> date:
    return sessions[bisect_left(sessions, day) + number]


def _is_among(day: date, sessions: list[date]) -> bool:
    at = bisect_left(sessions, day)
    return at < len(sessions) and sessions[at] == day
