"""`explain --what-if` and `--flip`: a session's decision with other measures, from the warehouse."""

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.faults import as_stops
from flows.inspect import decided_session, warehouse_of
from flows.outcome import ExitCode, Stop
from flows.progress import counted, report, shown_on_terminal
from flows.settings import Settings, known_source, load_settings
from policy.asked import Change, asked, typed
from policy.errors import PolicyError
from policy.evaluate import drivers
from policy.flip_search import Flip, Search, lines
from policy.model import Policy, load, names
from policy.whatif import INPUTS, Judge, Morning, decided_at, kept_beside, walked_at
from schemas.core import CORE_AS_KNOWN_DAILY
from schemas.mart import MART_HEDGE_DECISION_DAILY
from sources.desk_dataset import desk_terms
from warehouse.store import Store, computed

if TYPE_CHECKING:
    from polars import DataFrame  # passed on, never looked into here

    from briefing.decided import Told
    from briefing.flips import FlipRow


class _Read(NamedTuple):
    """A session out of the warehouse: what decides, what it reads, and what was stored of it."""

    morning: Morning
    judge: Judge
    inputs: "DataFrame"
    notes: tuple[str, ...]


def answer(
    layer: str, day: date | None, source: str | None, text: str | None, *, as_json: bool
) -> str:
    """What a layer's decision would be as asked, or where nothing is asked, what would flip it.

    Raises:
        Stop: as ``what_if`` and ``flips``.
    """
    with shown_on_terminal():
        if text is None:
            return flips(layer, day, source, as_json=as_json)
        return what_if(layer, day, source, text, as_json=as_json)


def what_if(layer: str, day: date | None, source: str | None, text: str, *, as_json: bool) -> str:
    """A layer's decision beside the one with some columns as a user asks them to be.

    Args:
        layer: L1, L2, L3 or SE, or its word.
        day: the session; null for the last one decided.
        source: whose warehouse; null for the setting.
        text: ``name=value`` and more of them with commas between, in display units.
        as_json: for a machine.

    Raises:
        Stop: unknown layer, name or value, no session, no warehouse yet, or no policy.
    """
    from briefing.whatif import Asked, Compared, what_if_json, what_if_text

    layer_id = _layer(layer)
    try:
        changes = asked(text)
    except PolicyError as error:
        raise Stop(str(error), ExitCode.UNMET) from error
    with as_stops():
        read = _read(day, source)
        report("decide again")
        after = _tables(read, read.morning.having(changes))
        before = _tables(read, read.morning)
    columns = [driver.column.name for driver in drivers(read.judge.policy)]
    given = Compared(
        told=_told(read, layer_id, source),
        asked=tuple(
            Asked(one.place.name, one.place.column.name, read.morning.value(one.place), one.value)
            for one in changes
        ),
        before=before,
        after=after,
        kept=kept_beside(changes, columns),
        idle=_idle(changes, columns),
    )
    return _written(what_if_json(given)) if as_json else what_if_text(given)


def flips(layer: str, day: date | None, source: str | None, *, as_json: bool) -> str:
    """For each driver the nearest value at which a layer's recommendation is another.

    Raises:
        Stop: unknown layer, no session, no warehouse yet, or no policy.
    """
    from briefing.flips import Flips, flips_json, flips_text

    layer_id = _layer(layer)
    with as_stops():
        read = _read(day, source)
        wanted = lines(read.judge.policy, read.morning)
        search = Search.of(read.judge, read.morning, layer_id)
        found: dict[str, list[FlipRow] | None] = {}
        with counted("drivers", len(wanted)) as advance:
            for line in wanted:
                is_known = read.morning.value(line.place) is not None
                rows = [_flip_row(one) for one in search.flips(line)]
                found[line.place.name] = rows if is_known else None
                advance(line.place.name)
    given = Flips(
        told=_told(read, layer_id, source),
        row=search.row,
        flips=tuple(row for rows in found.values() if rows for row in rows),
        still=tuple(name for name, rows in found.items() if rows == []),
        unknown=tuple(name for name, rows in found.items() if rows is None),
    )
    return _written(flips_json(given)) if as_json else flips_text(given)


def _flip_row(flip: Flip) -> "FlipRow":
    from briefing.flips import FlipRow

    column = flip.place.column
    return FlipRow(column.name, flip.now, flip.is_up, flip.threshold, flip.is_at,
                   typed(column, flip.example), flip.moves, flip.row)  # fmt: skip


def _layer(word: str) -> str:
    from briefing import explain

    try:
        return explain.layer_id(word)
    except ValueError as error:
        raise Stop(str(error), ExitCode.UNMET) from error


def _read(day: date | None, source: str | None) -> _Read:
    if day is not None:
        from flows.plan import refuse_closed_day

        refuse_closed_day(day)
    settings = load_settings()
    with warehouse_of(source) as store:
        session = decided_session(store, day)
        report("read the history")
        frames = {table.name: store.frame(table, until=session) for table in INPUTS}
        inputs = store.frame(CORE_AS_KNOWN_DAILY, since=session, until=session)
        policy, notes = _policy(store, session, settings)
    desk = settings.desk if settings.desk.is_file() else None
    judge = Judge(policy, desk_terms(desk, policy.book_terms), computed)
    return _Read(Morning.of(session, frames), judge, inputs, notes)


def _policy(store: Store, session: date, settings: Settings) -> tuple[Policy, tuple[str, ...]]:
    """The policy that decided what the warehouse holds, else the one of the settings, said so."""
    stored = store.frame(MART_HEDGE_DECISION_DAILY, since=session, until=session).to_dicts()[0]
    usual = load(settings.policy)
    candidates = [usual, *(load(name) for name in names() if name == stored["policy_name"])]
    for policy in candidates:
        if policy.hash == stored["policy_hash"]:
            return policy, ()
    gone = (
        f"{stored['policy_name']} {stored['policy_version']}, sha256 {stored['policy_hash'][:12]}"
    )
    note = (
        f"the warehouse was decided by {gone}, which is not there any more: both sides are decided "
        f"by {usual.name} {usual.version}, sha256 {usual.hash[:12]}"
    )
    return usual, (note,)


def _tables(read: _Read, morning: Morning) -> "dict[str, DataFrame]":
    tables = decided_at(read.judge, walked_at(read.judge, morning))
    return {**tables, CORE_AS_KNOWN_DAILY.name: read.inputs}


def _told(read: _Read, layer: str, source: str | None) -> "Told":
    from briefing.decided import Told

    name = known_source(source or load_settings().source)
    return Told(name, read.morning.session, layer, read.notes)


def _idle(changes: tuple[Change, ...], columns: list[str]) -> tuple[str, ...]:
    """What is asked for that the policy does not read; offers it always does."""
    return tuple(one.place.name for one in changes
                 if one.place.layer is None and one.place.column.name not in columns)  # fmt: skip


def _written(told: dict[str, Any]) -> str:
    return json.dumps(told, indent=2, default=str, ensure_ascii=False)
