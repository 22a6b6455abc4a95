"""The state of every input: who publishes it, how old it is, and why it is missing."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows import clock
from flows.faults import as_stops
from flows.plan import Plan, Wish, plan_of
from flows.settings import load_settings
from flows.stages import datasets
from schemas.core import CORE_AS_KNOWN_DAILY, CORE_SESSION
from schemas.feed import Feed, Series
from schemas.live_feeds import DAILY, OWN
from schemas.ops import OPS_ARRIVAL
from schemas.raw import RAW_OBSERVATION, RAW_TABLES
from schemas.series import SERIES, USED
from sources.calendar import last_closed
from sources.dataset import Dataset
from sources.files_of import files_of, missing_for
from warehouse.newest import newest
from warehouse.snapshots import Snapshots, Visit
from warehouse.store import Store

WORST_FIRST = ("failed", "no data", "stale", "suspect", "late", "ok", "needs a key",
               "own CSV accepted", "off", "not offered")  # fmt: skip
_BY_AGE = ("ok", "late", "stale")
_DATE_OF = {"raw_session": "session", "raw_vx_settlement": "event_date"}
_UNAGED = "ok"


@dataclass(frozen=True)
class InputState:
    """One input as it stands.

    Attributes:
        name: the series; or the raw table of what is no series.
        publishers: whom it may come from, the preferred first.
        publisher: whose the last observation is; null where there is none.
        terms: of use, of that publisher, else of the preferred one.
        last_observation: the date it describes.
        known_at: when it could first be known, UTC.
        last_fetch: when its publishers were last asked, UTC.
        age_sessions: sessions from the last observation to the last that closed.
        state: one of ``WORST_FIRST``.
        why: what failed, or what would turn it on; empty where there is nothing to say.
        is_used: whether some measure is made from it.
    """

    name: str
    publishers: tuple[str, ...]
    publisher: str | None
    terms: str
    last_observation: date | None
    known_at: datetime | None
    last_fetch: datetime | None
    age_sessions: int | None
    state: str
    why: str
    is_used: bool


@dataclass(frozen=True)
class Inputs:
    """Every input of a source, the worst first, as of a session."""

    source: str
    as_of: date | None
    states: tuple[InputState, ...]


@dataclass(frozen=True)
class _Held:
    """What the warehouse holds: empty without one."""

    newest: Mapping[str, Mapping[str, Any]]
    suspect: frozenset[str]
    refusals: Mapping[str, str]
    tables: Mapping[str, list[date]]
    sessions: tuple[date, ...]
    last_decided: date | None


_NOTHING = _Held({}, frozenset(), {}, {}, (), None)


def inputs(source: str | None) -> Inputs:
    """The state of every input of a source, problems first.

    Raises:
        Stop: a wrong setting, or a warehouse that cannot be read.
    """
    plan = plan_of(Wish(source=source), load_settings())
    with as_stops():
        held = _held(plan) if plan.warehouse.exists() else _NOTHING
        as_of = held.last_decided if plan.live is None else last_closed(clock.now())
        files = tuple(datasets(plan).values())
        visits = _Visits(Snapshots(plan.archive), held.refusals)
        found = [_series_state(entry, plan.source, held, as_of, files, visits) for entry in SERIES]
        found += _table_states(held, as_of, files, visits)
    return Inputs(plan.source, as_of, tuple(sorted(found, key=_place)))


def _place(one: InputState) -> tuple[int, bool]:
    return WORST_FIRST.index(one.state), not one.why


def _held(plan: Plan) -> _Held:
    with Store.open(plan.warehouse, read_only=True, wait_seconds=plan.lock_wait) as store:
        by_feed = ["series_id", "publisher"]
        rows = newest(store.frame(RAW_OBSERVATION), by_feed, ["event_date", "available_at"])
        decided = store.bounds(CORE_AS_KNOWN_DAILY)
        last = decided and decided[1]
        known = store.frame(CORE_AS_KNOWN_DAILY, since=last, until=last).to_dicts() if last else []
        arrivals = newest(store.frame(OPS_ARRIVAL), ["dataset"], ["retrieved_at"]).to_dicts()
        tables = {
            name: store.frame(table)[_DATE_OF[name]].to_list()
            for name, table in ((table.name, table) for table in RAW_TABLES)
            if name in _DATE_OF
        }
        sessions = store.frame(CORE_SESSION)["session"].to_list()
    return _Held(
        newest=_preferred(rows.to_dicts(), plan.source),
        suspect=frozenset(row["series_id"] for row in known if row["freshness"] == "suspect"),
        refusals={row["dataset"]: row["refusal"] for row in arrivals if row["refusal"]},
        tables=tables,
        sessions=tuple(sessions),
        last_decided=last,
    )


def _preferred(rows: list[dict[str, Any]], source: str) -> dict[str, dict[str, Any]]:
    """Of each series the newest event, and of one event the publisher listed first: the page's."""
    place = {
        (entry.id, feed.publisher): -number
        for entry in SERIES
        for number, feed in enumerate(entry.feeds_of(source))
    }
    known = [row for row in rows if (row["series_id"], row["publisher"]) in place]
    known.sort(key=lambda row: (row["event_date"], place[row["series_id"], row["publisher"]]))
    return {row["series_id"]: row for row in known}


class _Visits:
    """When files were last asked for, and what went wrong with them."""

    def __init__(self, archive: Snapshots, refusals: Mapping[str, str]) -> None:
        self._archive = archive
        self._refusals = refusals
        self._seen: dict[str, Visit | None] = {}

    def last(self, files: Iterable[Dataset]) -> datetime | None:
        """When the last of these files was asked for, or read where it is on this machine."""
        times = []
        for file in files:
            visit = self._visit(file.name)
            arrival = self._archive.newest(file.name) if visit is None else None
            times += [visit.at] if visit else [arrival.retrieved_at] if arrival else []
        return max(times, default=None)

    def has_any(self, files: Iterable[Dataset]) -> bool:
        """Whether any of these files is in the archive."""
        return any(self._archive.newest(file.name) for file in files)

    def fault(self, files: Iterable[Dataset]) -> str:
        """Why the first of these files that failed did; empty where none did."""
        for file in files:
            visit = self._visit(file.name)
            if visit is not None and visit.outcome == "failed":
                return f"{file.name}: {visit.message}"
            if file.name in self._refusals:
                return f"{file.name}: {self._refusals[file.name]}"
        return ""

    def _visit(self, name: str) -> Visit | None:
        if name not in self._seen:
            self._seen[name] = self._archive.visit(name)
        return self._seen[name]


def _series_state(
    entry: Series,
    source: str,
    held: _Held,
    as_of: date | None,
    files: tuple[Dataset, ...],
    visits: _Visits,
) -> InputState:
    feeds = entry.feeds_of(source)
    row = held.newest.get(entry.id)
    asked = {one.publisher for one in files}
    mine = tuple(one for feed in feeds for one in files_of(feed, files))
    given = None if row is None else entry.feed_by(source, row["publisher"])
    age = None if row is None else _age(row["event_date"], as_of, held.sessions)
    # A fallback's fault is no fault of a value that the publisher before it gave.
    upto = feeds if given is None else feeds[: feeds.index(given) + 1]
    fault = visits.fault(one for feed in upto for one in files_of(feed, files))
    state, why = _judged(entry, feeds, given, age, fault, asked if source == "live" else None)
    if state in _BY_AGE and entry.id in held.suspect:
        state, why = (
            "suspect",
            "its newest value is not believed; see volbrief table core_as_known_daily",
        )
    terms_of = given or next(iter(feeds), None)
    return InputState(
        name=entry.id,
        publishers=tuple(dict.fromkeys(feed.publisher for feed in feeds if feed.publisher != OWN)),
        publisher=None if row is None else row["publisher"],
        terms="" if terms_of is None else terms_of.terms,
        last_observation=None if row is None else row["event_date"],
        known_at=None if row is None else row["available_at"],
        last_fetch=visits.last(mine),
        age_sessions=age,
        state=state,
        why=why,
        is_used=entry.id in USED,
    )


def _judged(
    entry: Series,
    feeds: tuple[Feed, ...],
    given: Feed | None,
    age: int | None,
    fault: str,
    asked: set[str] | None,
) -> tuple[str, str]:
    """State and reason: by age where there is a value, else why there is none."""
    if not feeds:
        return "not offered", ""
    if given is not None and age is not None:
        state = _BY_AGE[(age > given.warn_after) + (age > given.fail_after)]
        return ("failed", fault) if fault and state != "ok" else (state, fault)
    if fault:
        return "failed", fault
    theirs = [feed for feed in feeds if feed.publisher != OWN]
    if not theirs:
        return "own CSV accepted", f"put {entry.id}.csv into the folder of VOLBRIEF_OWN"
    if asked is not None and not any(feed.publisher in asked for feed in theirs):
        return missing_for(theirs[0])
    return "no data", "volbrief fetch asks for it"


def _age(event: date, as_of: date | None, sessions: tuple[date, ...]) -> int | None:
    """Sessions after an event's date, up to the last closed one; before the calendar, weekdays."""
    if as_of is None or not sessions:
        return None
    before = max((sessions[0] - event).days * 5 // 7, 0)
    return before + max(bisect_right(sessions, as_of) - bisect_right(sessions, event), 0)


def _table_states(
    held: _Held, as_of: date | None, files: tuple[Dataset, ...], visits: _Visits
) -> list[InputState]:
    """What is no series: the calendar, futures, announcements, expiries, option quotes."""
    found = []
    for table in RAW_TABLES:
        mine = tuple(one for one in files if one.table is table)
        if table is RAW_OBSERVATION or not mine:
            continue
        days = [day for day in held.tables.get(table.name, []) if as_of is None or day <= as_of]
        last, fault = max(days, default=None), visits.fault(mine)
        is_daily = table.name == "raw_vx_settlement"
        age = _age(last, as_of, held.sessions) if last and is_daily else None
        late = _BY_AGE[(age > DAILY[0]) + (age > DAILY[1])] if age is not None else _UNAGED
        state = late if visits.has_any(mine) else "no data"
        if fault and state != "ok":
            state = "failed"
        publishers = tuple(dict.fromkeys(one.publisher for one in mine if one.publisher))
        found.append(
            InputState(table.name, publishers, next(iter(publishers), None), mine[0].terms, last,
                       None, visits.last(mine), age, state, fault, is_used=True)
        )  # fmt: skip
    return found
