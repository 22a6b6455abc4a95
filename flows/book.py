"""The command `book`: which book of which session, read from the warehouse."""

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from flows.book_text import text
from flows.faults import as_stops
from flows.inspect import warehouse_of
from flows.outcome import ExitCode, Stop
from flows.settings import Settings, known_source, load_settings
from policy.model import load
from schemas.book import BookTerms
from schemas.catalogue import TABLES as EVERY
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import MART_BOOK_DAILY, MART_BOOK_LEG_DAILY
from schemas.ops import OPS_ARRIVAL
from sources.desk_dataset import NAME, desk_terms
from warehouse.store import Store

if TYPE_CHECKING:
    from transforms.book_view import BookView

_BACK = timedelta(days=10)  # the session before lies within; exchanges have closed for a week
BOOKS = ("model", "desk")
VERSION = "1.0"
"""Of the JSON; a key that is taken away or changes its meaning changes the first number."""


def book_report(day: date | None, source: str | None, which: str | None, *, as_json: bool) -> str:
    """A book of a session for a reader, or for a machine.

    Args:
        day: the session; null for the last one that the warehouse has.
        source: whose warehouse; null for the setting.
        which: ``model`` or ``desk``; null for the desk where it is held, else the model.
        as_json: every key, for a machine.

    Raises:
        Stop: no such book, no session, no warehouse yet, or a book that is not there and why.
    """
    if which is not None and which not in BOOKS:
        raise Stop(f"book {which!r} is unknown; there are {' and '.join(BOOKS)}", ExitCode.UNMET)
    if day is not None:
        from flows.plan import refuse_closed_day

        refuse_closed_day(day)
    settings = load_settings()
    name = known_source(source or settings.source)
    with as_stops(), warehouse_of(source) as store:
        refused = _refused(store)
        view = _view(store, day, which, _Asked(refused, _terms(settings)))
    notes = [f"your desk is refused: {refused}"] if refused and which is None else []
    if not as_json:
        return text(view, name, notes)
    told = {"version": VERSION, "source": name, "notes": notes, **view.as_json()}
    return json.dumps(told, indent=2, default=str, ensure_ascii=False)


class _Asked(NamedTuple):
    """Why the desk is refused, null where it is not, and the limits that trades are held to."""

    refused: str | None
    terms: BookTerms


def _terms(settings: Settings) -> BookTerms:
    """The policy's terms of the book with the desk's own in their place, as a run takes them."""
    desk = settings.desk if settings.desk.is_file() else None
    return desk_terms(desk, load(settings.policy).book_terms)


def _refused(store: Store) -> str | None:
    """Why the newest desk was not read; null where it was, or there is none."""
    mine = [row for row in store.frame(OPS_ARRIVAL).to_dicts() if row["dataset"] == NAME]
    return mine[-1]["refusal"] if mine else None


def _view(store: Store, day: date | None, which: str | None, asked: _Asked) -> "BookView":
    from transforms.book_view import PARITY, TABLES, book_view

    bounds = store.bounds(MART_BOOK_DAILY)
    session = day if day is not None else bounds and bounds[1]
    if session is None:
        raise Stop("no book is in the warehouse: make it with volbrief run", ExitCode.UNMET)
    since: dict[str, date | None] = {CORE_INDEX_DAILY.name: None}
    since |= dict.fromkeys((MART_BOOK_DAILY.name, MART_BOOK_LEG_DAILY.name), session - _BACK)
    frames = {
        table.name: store.frame(table, since=since.get(table.name, session), until=session)
        for table in TABLES
    }
    if PARITY in EVERY:
        frames[PARITY] = store.frame(EVERY[PARITY], since=session, until=session)
    for name in (which,) if which else ("desk", "model"):
        view = book_view(frames, session, name, asked.terms)
        if view is not None:
            return view
    raise _missing(session, which, asked.refused, bounds)


def _missing(
    session: date, which: str | None, refused: str | None, bounds: tuple[date, date] | None
) -> Stop:
    if which == "desk" and refused:
        return Stop(f"your desk is refused: {refused}", ExitCode.BAD_INPUT)
    if which == "desk":
        return Stop(
            f"no leg of your desk is held at {session}; copy docs/desk.example.yaml to the file "
            "that VOLBRIEF_DESK names, and run again",
            ExitCode.UNMET,
        )
    held = "no session" if bounds is None else f"the sessions {bounds[0]} to {bounds[1]}"
    return Stop(f"no book of {session}; the warehouse has them of {held}", ExitCode.UNMET)
