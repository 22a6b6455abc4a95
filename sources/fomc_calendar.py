"""The Federal Reserve's own meeting calendar: its rolling page, and the page of each past year."""

import re
from datetime import date, time
from html.parser import HTMLParser

import polars as pl

from sources.errors import SourceError
from sources.knowledge import new_york
from sources.remote import Remote

BASE_URL = "https://www.federalreserve.gov"
CALENDAR = Remote("/monetarypolicy/fomccalendars.htm", (), "html")

_FILE, _PAST_FILE = "fomccalendars.htm", "fomchistorical.htm"
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august",
           "september", "october", "november", "december")  # fmt: skip
_SHORTEST_MONTH = 3  # letters of an abbreviated month
_YEAR = re.compile(r"([0-9]{4}) FOMC Meetings")
_DAYS = re.compile(r"(?P<first>\d{1,2})(?: ?[-\u2013] ?(?P<last>\d{1,2}))? ?\*? ?"
                   r"(?:\((?P<kind>[a-z ]+)\))?", re.IGNORECASE)  # fmt: skip
_PAST = re.compile(
    r"(?P<month>[A-Z][a-z]+(?: ?/ ?[A-Z][a-z]+)?) (?P<first>\d{1,2})"
    r"(?: ?[-\u2013] ?(?P<until>[A-Z][a-z]+ )?(?P<last>\d{1,2}))?"
    r"(?: \((?P<before>[a-z ]+)\))?(?: (?P<what>Meetings?|Conference Calls?))?"
    r"(?: \((?P<after>[a-z ]+)\))? - (?P<year>\d{4})",
)
_KINDS = {
    None: "scheduled", "unscheduled": "unscheduled", "cancelled": "cancelled",
    "canceled": "cancelled", "notation vote": "left out", "conference call": "left out",
}  # fmt: skip
_A_YEAR = 8  # scheduled meetings since 1981, cancelled ones included
_EVENING = time(18, 0)

_Decision = tuple[date, str]


def past_year_request(year: int) -> Remote:
    """The page of one past year; the rolling page covers the last five and the coming ones."""
    return Remote(f"/monetarypolicy/fomchistorical{year}.htm", (), "html")


def parse_calendar(payload: bytes) -> pl.LazyFrame:
    """Decisions as ``fomc_decision`` events, on the last day of each meeting.

    "30-1" under "Apr/May" is 1 May, the asterisk of "9-10*" (projections) says nothing about the
    date. Notation votes decide no rate and are left out, as are cancelled meetings.

    Returns:
        A year's schedule counts as known on 30 September of the year before, 18:00 New York, as in
        the table typed into this package; an unscheduled meeting at 18:00 of its own day.

    Raises:
        SourceError: a page without such a calendar, a month or date written in another way, or a
            year whose scheduled and cancelled meetings are not eight.

    Source:
        Federal Reserve Board, Meeting calendars, statements, and minutes.
    """
    decisions: list[_Decision] = []
    years: set[int] = set()
    year, month = None, None
    for tag, text, line in _pieces(payload, file=_FILE):
        where = f"{_FILE}: line {line}"
        if tag == "h4":
            year = int(said[1]) if (said := _YEAR.fullmatch(text)) else year
            years |= {year} if year else set()
        elif tag == "month" and month is None:
            month = text
        elif tag == "date" and month is not None and year is not None:
            decisions.append(_meeting(month, text, year, where=where))
            month = None
        elif tag != "h5":
            raise SourceError(
                f"{where}: {tag} {text[:60]!r} stands alone; accepted are months and dates in "
                "turn under a year's heading; compare with the page before changing the adapter"
            )
    if month is not None:
        raise SourceError(f"{_FILE}: ends after the month {month[:30]!r}; accepted is a date after "
                          "each month; fetch it again")  # fmt: skip
    return _events(decisions, file=_FILE, years=frozenset(years))


def parse_past_year(payload: bytes) -> pl.LazyFrame:
    """Decisions of a past year's page, by the rules of ``parse_calendar``.

    Conference calls are left out: most decided nothing, and the page does not tell which did.

    Raises:
        SourceError: as for ``parse_calendar``.

    Source:
        Federal Reserve Board, FOMC Historical Materials by Year.
    """
    decisions: list[_Decision] = []
    for tag, text, line in _pieces(payload, file=_PAST_FILE):
        if tag != "h5":
            continue
        said = _PAST.fullmatch(text)
        if said is None:
            raise SourceError(
                f"{_PAST_FILE}: line {line}, heading {text[:80]!r}; accepted are headings as "
                "'March 14-15 Meeting - 2017'; compare with the page before changing the adapter"
            )
        kind = said["before"] or said["after"]
        if (said["what"] or "").startswith("Conference"):
            kind = "conference call"
        month = f"{said['month']}/{said['until'].strip()}" if said["until"] else said["month"]
        span = f"{said['first']}-{said['last']}" if said["last"] else said["first"]
        where = f"{_PAST_FILE}: line {line}"
        days = f"{span} ({kind})" if kind else span
        decisions.append(_meeting(month, days, int(said["year"]), where=where))
    return _events(decisions, file=_PAST_FILE)


def _meeting(month: str, text: str, year: int, *, where: str) -> _Decision:
    """The day of a decision and its kind, from a cell of months and one of days."""
    said = _DAYS.fullmatch(text)
    named = [_month_number(part) for part in month.split("/")]
    kind = _KINDS.get(said["kind"].lower() if said["kind"] else None) if said else None
    if said is not None and kind is not None and None not in named:
        first, last = int(said["first"]), int(said["last"] or said["first"])
        crosses = len(named) == 2 and last < first  # noqa: PLR2004
        inside = len(named) == 1 and last >= first
        months = [number for number in named if number is not None]
        day = _day(year + (months[-1] < months[0]), months[-1], last)
        if (crosses or inside) and day is not None:
            return day, kind
    raise SourceError(
        f"{where}: meeting is {month[:30]!r} {text[:40]!r}; accepted are '28-29', '30-1' under two "
        "months, '9-10*', and (notation vote), (unscheduled) or (cancelled) after the days; "
        "compare with the page before changing the adapter"
    )


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_number(name: str) -> int | None:
    told = name.strip().lower().rstrip(".")
    fits = [at for at, month in enumerate(_MONTHS, 1) if month.startswith(told)]
    return fits[0] if len(told) >= _SHORTEST_MONTH and fits else None


def _events(
    decisions: list[_Decision], *, file: str, years: frozenset[int] = frozenset()
) -> pl.LazyFrame:
    per_year: dict[int, list[date]] = {year: [] for year in years}
    for day, kind in decisions:
        if kind in ("scheduled", "cancelled"):
            per_year.setdefault(day.year, []).append(day)
    for year, found in per_year.items():
        # Two headings for one meeting's two days stand on the page of 2003.
        starts = [day for day in found if not any((day - other).days == 1 for other in found)]
        if len(starts) != _A_YEAR or len(set(found)) < len(found):
            raise SourceError(
                f"{file}: {len(starts)} meetings in {year}; accepted are {_A_YEAR} a year, "
                "cancelled ones included, each once; the page was cut or has changed, compare"
            )
    if not per_year:
        raise SourceError(f"{file}: no meetings in it; accepted is the Federal Reserve's calendar; "
                          "see what replaced the page")  # fmt: skip
    event = pl.col("event_date")
    announced = (
        pl.when(pl.col("kind") == "unscheduled")
        .then(event)
        .otherwise(pl.date(event.dt.year() - 1, 9, 30))
    )
    scheduled = {found for year in per_year.values() for found in year}
    kept = [
        (found, kind)
        for found, kind in decisions
        if kind in ("scheduled", "unscheduled")
        and not (kind == "scheduled" and _is_first_day(found, scheduled))
    ]
    return (
        pl.LazyFrame(kept, schema={"event_date": pl.Date(), "kind": pl.String()}, orient="row")
        .select(
            pl.lit("fomc_decision").alias("event_kind"),
            "event_date",
            new_york(announced, pl.lit(_EVENING)).alias("available_at"),
        )
        .unique()
        .sort("event_date", "available_at")
    )


def _is_first_day(day: date, scheduled: set[date]) -> bool:
    return any((other - day).days == 1 for other in scheduled)


class _Page(HTMLParser):
    """Collects headings and the calendar's cells, each with its line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[str, str, int]] = []
        self._open: tuple[str, str, int] | None = None  # what is collected, its tag, its line
        self._depth = 0
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open is not None:
            self._depth += tag == self._open[1]
            return
        classes = (dict(attrs).get("class") or "").split()
        name = tag if tag in ("h4", "h5") else None
        if tag == "div":
            name = next((word.removeprefix("fomc-meeting__") for word in classes
                         if word in ("fomc-meeting__month", "fomc-meeting__date")), None)  # fmt: skip
        if name is not None:
            self._open, self._depth, self._text = (name, tag, self.getpos()[0]), 1, []

    def handle_endtag(self, tag: str) -> None:
        if self._open is None or tag != self._open[1]:
            return
        self._depth -= 1
        if self._depth == 0:
            name, _, line = self._open
            self.pieces.append((name, " ".join("".join(self._text).split()), line))
            self._open = None

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was opened was closed."""
        return self._open is None


def _pieces(payload: bytes, *, file: str) -> list[tuple[str, str, int]]:
    """Headings ``h4`` and ``h5``, and cells ``month`` and ``date``, in the order of the page."""
    page = _Page()
    try:
        page.feed(payload.decode("utf-8-sig"))
        page.close()
    except (UnicodeDecodeError, AssertionError) as error:
        raise SourceError(f"{file}: not an HTML page ({error}); fetch it again") from error
    if not page.is_whole or not payload.rstrip().lower().endswith(b"</html>"):
        raise SourceError(f"{file}: ends {payload[-40:]!r}; accepted is a page to its closing tag; "
                          "it was cut short, fetch it again")  # fmt: skip
    return page.pieces
