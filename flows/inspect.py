"""Read-only commands: tables, explanations and the state of what was published."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.faults import as_stops
from flows.outcome import ExitCode, Stop
from flows.settings import known_source, load_settings
from schemas.catalogue import table
from schemas.mart import MART_HEDGE_DECISION_DAILY
from schemas.model import SchemaError, Table
from schemas.ops import OPS_RUN
from warehouse.errors import StoreError
from warehouse.exports import as_bytes
from warehouse.ledger import Ledger
from warehouse.store import Store

if TYPE_CHECKING:
    from polars import DataFrame  # passed on, never looked into here


@dataclass(frozen=True)
class Rows:
    """Which rows of a table: of sessions since and until, or those of, or known by, ``as_of``."""

    since: date | None = None
    until: date | None = None
    as_of: date | None = None


def exported(name: str, rows: Rows, source: str | None, form: str) -> bytes:
    """A table's rows as csv, json or parquet.

    Raises:
        Stop: no such table, dates reversed or on a table without sessions, or no warehouse yet.
    """
    since, until = rows.since, rows.until
    try:
        declared = table(name)
    except SchemaError as error:
        raise Stop(str(error), ExitCode.UNMET) from error
    if rows.as_of is not None:
        return _as_known(declared, rows, source, form)
    if (since or until) and "session" not in declared.schema:
        raise Stop(f"{name} has no sessions: ask for it without --from and --to", ExitCode.UNMET)
    if since and until and since > until:
        raise Stop(f"--from {since} is after --to {until}: give the earlier first", ExitCode.UNMET)
    with as_stops(), warehouse_of(source) as store:
        return store.export(declared, None, form, since=since, until=until)


def _as_known(declared: Table, rows: Rows, source: str | None, form: str) -> bytes:
    """What was known when a session was decided: its rows, or the raw rows known by then."""
    from flows.plan import refuse_closed_day

    session = rows.as_of
    if session is None or rows.since or rows.until:
        raise Stop("--as-of names one session: leave --from and --to away", ExitCode.UNMET)
    if "session" not in declared.schema and "available_at" not in declared.schema:
        raise Stop(
            f"{declared.name} has neither sessions nor times of knowledge: ask for it without "
            "--as-of",
            ExitCode.UNMET,
        )
    refuse_closed_day(session)
    with as_stops(), warehouse_of(source) as store:
        if "session" in declared.schema:
            found = store.frame(declared, since=session, until=session)
        else:
            found = store.known(declared, _decision_at(store, session))
    return as_bytes(found, form)


def _decision_at(store: Store, session: date) -> datetime:
    try:
        return store.decision_at(session)
    except StoreError as error:
        raise Stop(str(error), ExitCode.UNMET) from error


def explanation(layer: str, day: date | None, source: str | None, *, as_json: bool) -> str:
    """A layer's decision down to the raw bytes it came from.

    Raises:
        Stop: unknown layer, no session, no warehouse yet, or a session without a decision.
    """
    from briefing import explain
    from flows.plan import refuse_closed_day

    try:
        layer_id = explain.layer_id(layer)
    except ValueError as error:
        raise Stop(str(error), ExitCode.UNMET) from error
    if day is not None:
        refuse_closed_day(day)
    with as_stops(), warehouse_of(source) as store:
        session = decided_session(store, day)
        frames = {declared.name: _rows_of(store, declared, session) for declared in explain.TABLES}
        published = store.frame(OPS_RUN)
    tree = explain.tree(frames, layer_id, session)
    shown = tree.model_dump_json(indent=2) if as_json else explain.text(tree)
    return shown if as_json else f"{shown}{_other_policies(published, frames, session)}"


def why_unknown(name: str, day: date | None, source: str | None, *, as_json: bool) -> str:
    """The chain of causes behind what is unknown at a session: of a measure, an input or a layer.

    Raises:
        Stop: no such name, no session, or no warehouse yet.
    """
    from briefing import explain, why
    from flows.plan import refuse_closed_day
    from schemas.core import CORE_TABLES
    from schemas.series import series_of

    if day is not None:
        refuse_closed_day(day)
    wide = [declared for declared in CORE_TABLES if series_of(declared.name)]
    with as_stops(), warehouse_of(source) as store:
        session = decided_session(store, day)
        rows = {one.name: store.frame(one, since=session, until=session) for one in why.DAILY}
        history = why.history_of({one.name: store.frame(one, until=session) for one in wide})
    name_of = known_source(source or load_settings().source)
    known = why.Known(name_of, session, rows, history, _made_from(name_of))
    try:
        is_layer = explain.layer_id(name) is not None
    except ValueError:
        is_layer = False
    try:
        tree = why.why_layer(known) if is_layer else why.why_unknown(known, name)
    except ValueError as error:
        raise Stop(str(error), ExitCode.UNMET) from error
    return tree.model_dump_json(indent=2) if as_json else explain.text(tree)


def _made_from(source: str) -> dict[str, frozenset[str]]:
    """By table of the measures, every table it is made from, direct or not."""
    from transforms.steps import steps

    found: dict[str, frozenset[str]] = {}
    for step in steps(source):
        direct = {one.name for one in step.inputs}
        every = direct.union(*(found.get(name, frozenset()) for name in direct))
        found |= {one.name: frozenset(every) for one in step.outputs}
    return found


def decided_session(store: Store, day: date | None) -> date:
    """The session asked for, or the last decided one.

    Raises:
        Stop: the warehouse has no decision for it.
    """
    bounds = store.bounds(MART_HEDGE_DECISION_DAILY)
    session = day if day is not None else bounds and bounds[1]
    if bounds is None or session is None or not bounds[0] <= session <= bounds[1]:
        raise Stop(
            f"no decision for {session}; the warehouse has them from {bounds and bounds[0]} "
            f"to {bounds and bounds[1]}",
            ExitCode.UNMET,
        )
    return session


def _rows_of(store: Store, declared: Table, session: date) -> "DataFrame":
    if "session" in declared.schema:
        return store.frame(declared, since=session, until=session)
    return store.frame(declared)


def _other_policies(published: "DataFrame", frames: "dict[str, DataFrame]", session: date) -> str:
    """A line where the session's published pages were judged under other policies than this."""
    judged = set(frames[MART_HEDGE_DECISION_DAILY.name]["policy_hash"])
    pages = {
        f"{row['run_id']} under {row['policy_name']}"
        for row in published.to_dicts()
        if row["session"] == session and row["policy_hash"] not in judged
    }
    if not pages:
        return ""
    return (
        "\nThe warehouse holds the last run's judgement. Published for this session under another "
        f"policy: {', '.join(sorted(pages))}."
    )


def status_text(source: str | None, *, as_json: bool) -> str:
    """What was published last, and what the warehouse holds."""
    settings = load_settings()
    name = known_source(source or settings.source)
    folder = settings.folder(name)
    with as_stops():
        published = [
            entry.fields
            for entry in Ledger(folder / "ledger.jsonl").entries()
            if entry.kind == "published"
        ]
        state = {
            "source": name,
            "warehouse": str(folder / "volbrief.duckdb"),
            "has_warehouse": (folder / "volbrief.duckdb").exists(),
            "last_published": dict(published[-1]) if published else None,
            "sessions": _coverage(folder),
            "superseded_inputs": _superseded(folder),
        }
    if as_json:
        return json.dumps(state, indent=2, default=str)
    return _status_lines(state)


def _status_lines(state: dict[str, object]) -> str:
    last = state["last_published"]
    lines = [f"source      {state['source']}", f"warehouse   {state['warehouse']}"]
    if not state["has_warehouse"]:
        lines.append("            none yet: volbrief run makes it")
    if isinstance(last, dict):
        lines += [f"published   {last['session']}, {last['state']}, run {last['run_id']}"]
        for path in last["files"].values():
            lines.append(f"            {path}{'' if Path(path).exists() else ' (no longer there)'}")
    else:
        lines.append("published   nothing yet")
    if state["sessions"]:
        lines.append(f"tables      {state['sessions']}, known or not")
    revised = state["superseded_inputs"]
    if isinstance(revised, dict):
        for session, names in revised.items():
            lines.append(f"superseded  {session} was made before a revision of {', '.join(names)}")
    return "\n".join(lines)


def _coverage(folder: Path) -> str | None:
    path = folder / "volbrief.duckdb"
    if not path.exists():
        return None
    with Store.open(path, read_only=True) as store:
        bounds = store.bounds(MART_HEDGE_DECISION_DAILY)
        return None if bounds is None else f"{bounds[0]} to {bounds[1]}"


def _superseded(folder: Path) -> dict[str, tuple[str, ...]]:
    """By published session the inputs that were revised since."""
    from flows.superseded import superseded

    path = folder / "volbrief.duckdb"
    if not path.exists():
        return {}
    with Store.open(path, read_only=True) as store:
        return {session.isoformat(): names for session, names in superseded(store).items()}


@contextmanager
def warehouse_of(source: str | None) -> Iterator[Store]:
    """The warehouse of a source, to read from.

    Raises:
        Stop: there is none yet.
    """
    settings = load_settings()
    name = known_source(source or settings.source)
    path = settings.folder(name) / "volbrief.duckdb"
    if not path.exists():
        raise Stop(
            f"no warehouse for {name} in {path.parent}: make one with volbrief run --source {name}",
            ExitCode.UNMET,
        )
    with Store.open(path, read_only=True) as store:
        yield store
