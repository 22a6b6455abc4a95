"""NYSE breadth of the day from the Wall Street Journal's markets diary.

The diary holds one day, the newest; a date asked for is ignored. So this collects forward only, one
body per day, and never fills a gap. The publisher's terms restrict automated use: it is off unless
the user turns it on, and its figures are not redistributable.

Source:
    wsj.com/market-data, markets diary.
"""

import re
from datetime import date, datetime, time

import polars as pl

from sources.errors import SourceError
from sources.json_body import Json, document, member
from sources.remote import Remote
from sources.sheet import LATEST

BASE_URL = "https://www.wsj.com"
FIRST = date(2020, 1, 1)  # no body of this layout is older

_FILE = "wsj marketsdiary"
_ISSUES, _EXTREMES, _VOLUME = ("Issues",), ("Issues At", "Issues at"), ("Share Volume", "Volume")
_TOTAL = "Total"
_FIGURES = {
    "nyse_advances": (_ISSUES, "Advancing"),
    "nyse_declines": (_ISSUES, "Declining"),
    "nyse_unchanged": (_ISSUES, "Unchanged"),
    "nyse_new_highs": (_EXTREMES, "New Highs"),
    "nyse_new_lows": (_EXTREMES, "New Lows"),
    "nyse_advancing_volume": (_VOLUME, "Advancing"),
    "nyse_declining_volume": (_VOLUME, "Declining"),
}
_COUNT = re.compile("[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4}")
_CLOSE = time(16, 0)  # a half day's counts are final earlier; later is never wrong
_DAY = re.compile("[A-Z][a-z]{5,8}, [A-Z][a-z]{2,8} [0-9]{1,2}, 20[0-9]{2}")
_STAMP = re.compile("(1?[0-9]:[0-9]{2} [AP]M) (?:EST|EDT|ET) ([0-9]{1,2}/[0-9]{1,2}/[0-9]{2})")


def diary_request() -> Remote:
    """The newest day's diary."""
    wanted = '{"application":"WSJ","marketsDiaryType":"overview"}'
    params = (("id", wanted), ("type", "mdc_marketsdiary"))
    return Remote("/market-data/stocks/marketsdiary", params, "json")


def parse_diary(payload: bytes) -> pl.LazyFrame:
    """The NYSE counts [issues] and volumes [shares] of the body's own date.

    Returns:
        series_id, event_date, value, seven rows. Known when fetched: the body carries no other
        time that could be trusted. A body that states only a day may be of a running session; the
        caller asks after the close.

    Raises:
        SourceError: another layout, a stamp before the close, a figure that is no whole number, no
            issue counted, or counts that do not add up to the total beside them.
    """
    data = member(document(payload, file=_FILE), "data", dict, file=_FILE)
    day = _day(member(data, "timestamp", str, file=_FILE, where="data"))
    cells = _cells(member(data, "instrumentSets", list, file=_FILE, where="data"))
    values = {series_id: _of(cells, *place) for series_id, place in _FIGURES.items()}
    _refuse_uncounted(values, cells.get((_ISSUES[0], _TOTAL)))
    rows = [(series_id, day, float(value)) for series_id, value in values.items()]
    schema = {"series_id": pl.String(), "event_date": pl.Date(), "value": pl.Float64()}
    return pl.LazyFrame(rows, schema=schema, orient="row")


def _cells(sets: list[Json]) -> dict[tuple[str, str], str]:
    """The NYSE column of every set as text, by the set's label and the row's name."""
    found: dict[tuple[str, str], str] = {}
    for place, entry in enumerate(sets, 1):
        where = f"instrumentSets entry {place}"
        fields = member(entry, "headerFields", list, file=_FILE, where=where)
        first = member(fields, 0, dict, file=_FILE, where=f"{where}, headerFields")
        label = member(first, "label", str, file=_FILE, where=f"{where}, headerFields")
        for row in member(entry, "instruments", list, file=_FILE, where=where):
            name = member(row, "name", str, file=_FILE, where=f"{where}, a row")
            text = member(row, "NYSE", str, file=_FILE, where=f"{where}, row {name[:40]!r}")
            if (label, name) in found:
                raise SourceError(
                    f"{_FILE}: {label[:40]} has {name[:40]!r} twice; accepted is once; compare "
                    "with the publisher's page before changing the adapter"
                )
            found[label, name] = text
    return found


def _of(cells: dict[tuple[str, str], str], labels: tuple[str, ...], name: str) -> int:
    held = [cells[label, name] for label in labels if (label, name) in cells]
    if len(held) != 1:
        raise SourceError(
            f"{_FILE}: {len(held)} NYSE figures {name!r} under {' or '.join(labels)}; accepted is "
            "one; compare with the publisher's page before changing the adapter"
        )
    return _whole(held[0], name)


def _refuse_uncounted(values: dict[str, int], stated: str | None) -> None:
    """Stop at a body from before the open, or one whose parts are not those of its total."""
    issues = [values[name] for name in ("nyse_advances", "nyse_declines", "nyse_unchanged")]
    if sum(issues[:2]) == 0:
        raise SourceError(
            f"{_FILE}: no issue advanced or declined; accepted is a session's count; the session "
            "has not begun, fetch it again after the close"
        )
    total = sum(issues) if stated is None else _whole(stated, _TOTAL)
    if sum(issues) != total:
        raise SourceError(
            f"{_FILE}: advancing, declining and unchanged are {issues}, their total is {total}; "
            "accepted are parts that add up; fetch it again"
        )


def _whole(text: str, where: str) -> int:
    if not _COUNT.fullmatch(text):
        raise SourceError(
            f"{_FILE}: {where} of NYSE is {text[:40]!r}; accepted is a whole number as 1,914; "
            "compare with the publisher's page before changing the adapter"
        )
    return int(text.replace(",", ""))


def _day(stamp: str) -> date:
    """The date a body states, with or without a time, which must then be after the close."""
    accepted = "'Friday, October 9, 2026' or '4:00 PM EDT 10/09/26', at or after the close"
    try:
        if _DAY.fullmatch(stamp):
            day = datetime.strptime(stamp, "%A, %B %d, %Y").date()  # noqa: DTZ007
            if f"{day:%A}" == stamp.split(",", maxsplit=1)[0] and FIRST <= day < LATEST:
                return day
        elif timed := _STAMP.fullmatch(stamp):
            at = datetime.strptime(" ".join(timed.groups()), "%I:%M %p %m/%d/%y")  # noqa: DTZ007
            if at.time() >= _CLOSE and FIRST <= at.date() < LATEST:
                return at.date()
    except ValueError as error:
        raise SourceError(
            f"{_FILE}: timestamp is {stamp[:60]!r} ({error}); accepted is {accepted}; fetch it again"
        ) from error
    raise SourceError(
        f"{_FILE}: timestamp is {stamp[:60]!r}; accepted is {accepted}; fetch it again after the "
        "close or compare with the publisher's page"
    )
