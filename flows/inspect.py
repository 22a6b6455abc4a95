"""Read-only commands: tables, explanations and the state of what was published."""

import json
from datetime import date
from pathlib import Path

from flows.outcome import ExitCode, Stop
from flows.settings import Settings, known_source, load_settings
from schemas.catalogue import table
from schemas.mart import MART_HEDGE_DECISION_DAILY
from schemas.model import SchemaError
from warehouse.errors import Busy, StoreError
from warehouse.ledger import Ledger
from warehouse.store import Store


def exported(
    name: str, since: date | None, until: date | None, source: str | None, form: str
) -> bytes:
    """A table's rows as csv, json or parquet.

    Raises:
        Stop: no such table, or no warehouse yet.
    """
    try:
        declared = table(name)
    except SchemaError as error:
        raise Stop(str(error), ExitCode.UNMET) from error
    with _store(source) as store:
        return store.export(declared, None, form, since=since, until=until)


def explanation(layer: str, day: date | None, source: str | None, *, as_json: bool) -> str:
    """A layer's decision down to the raw bytes it came from.

    Raises:
        Stop: unknown layer, no warehouse yet, or a session it has no decision for.
    """
    from briefing import explain

    try:
        layer_id = explain.layer_id(layer)
    except ValueError as error:
        raise Stop(str(error), ExitCode.UNMET) from error
    with _store(source) as store:
        session = day or store.last_session(MART_HEDGE_DECISION_DAILY)
        if session is None or not len(
            store.frame(MART_HEDGE_DECISION_DAILY, since=session, until=session)
        ):
            last = store.last_session(MART_HEDGE_DECISION_DAILY)
            raise Stop(
                f"no decision for {session}; the warehouse has decisions up to {last}",
                ExitCode.UNMET,
            )
        frames = {
            declared.name: store.frame(declared, since=session, until=session)
            for declared in explain.TABLES
        }
    tree = explain.tree(frames, layer_id, session)
    return tree.model_dump_json(indent=2) if as_json else explain.text(tree)


def status_text(source: str | None, *, as_json: bool) -> str:
    """What was published last, and what the warehouse holds."""
    settings = load_settings()
    name = known_source(source or settings.source)
    folder = settings.data / name
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
        "sessions": _coverage(settings, name),
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
        lines += [f"            {path}" for path in last["files"].values()]
    else:
        lines.append("published   nothing yet")
    if state["sessions"]:
        lines.append(f"decisions   {state['sessions']}")
    return "\n".join(lines)


def _coverage(settings: Settings, source: str) -> str | None:
    path = settings.data / source / "volbrief.duckdb"
    if not path.exists():
        return None
    with _opened(path) as store:
        bounds = store.bounds(MART_HEDGE_DECISION_DAILY)
        return None if bounds is None else f"{bounds[0]} to {bounds[1]}"


def _store(source: str | None) -> Store:
    settings = load_settings()
    name = known_source(source or settings.source)
    path = settings.data / name / "volbrief.duckdb"
    if not path.exists():
        raise Stop(
            f"no warehouse for {name} in {path.parent}: make one with volbrief run --source {name}",
            ExitCode.UNMET,
        )
    return _opened(path)


def _opened(path: Path) -> Store:
    try:
        return Store.open(path, read_only=True)
    except Busy as busy:
        raise Stop(str(busy), ExitCode.BUSY) from busy
    except StoreError as error:
        raise Stop(str(error), ExitCode.BAD_INPUT) from error
