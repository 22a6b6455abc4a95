"""The raw archive on its own: filled without a run, and read whole into a new warehouse."""

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flows import clock, troubles
from flows.collect import Collected, collect
from flows.faults import as_stops
from flows.intake import take_in
from flows.materialize import materialize
from flows.outcome import ExitCode, Stop
from flows.plan import Plan, Wish, plan_of
from flows.progress import report
from flows.rebuild import derivations
from flows.settings import load_settings
from schemas.catalogue import TABLES
from schemas.core import CORE_TABLES
from schemas.mart import MART_HEDGE_DECISION_DAILY, MART_TABLES
from schemas.model import SchemaError, Table
from schemas.ops import OPS_ARRIVAL, OPS_CHECK_RESULT, OPS_RUN
from schemas.raw import RAW_TABLES
from warehouse.errors import StoreError
from warehouse.fingerprint import content_hash
from warehouse.ledger import Ledger
from warehouse.lock import run_lock
from warehouse.snapshots import Snapshots
from warehouse.store import Store
from warehouse.swap import replacing

if TYPE_CHECKING:
    from polars import DataFrame  # passed on, never looked into here

_CONTENT = (*RAW_TABLES, *CORE_TABLES, *MART_TABLES)
_KEPT = (OPS_RUN, OPS_CHECK_RESULT)  # what no archive holds


@dataclass(frozen=True)
class Rebuilt:
    """A warehouse made anew.

    Attributes:
        source: whose archive was read.
        sessions: first and last session with a decision; null where there is none.
        count: how many sessions that are.
        rows: of each raw table.
        refused: the archived files that were not read, by name, and why.
        content_hash: over every raw, core and mart table; equal for equal archives.
    """

    source: str
    sessions: tuple[date, date] | None
    count: int
    rows: dict[str, int]
    refused: tuple[tuple[str, str], ...]
    content_hash: str


def fetch(source: str | None, since: date | None) -> Collected:
    """Ask the publishers and archive what they have; nothing is parsed or published.

    Raises:
        Stop: busy, a wrong setting, or a folder that cannot be written.
    """
    plan = plan_of(Wish(source=source, since=since), load_settings())
    with as_stops(), run_lock(plan.data, plan.lock_wait):
        collected = collect(plan)
        told = collected.as_json()
        Ledger(plan.ledger).append("fetched", at=clock.now().isoformat(), **told)
    return collected


def fetch_code(collected: Collected) -> ExitCode:
    """Complete; degraded where some files could not be had; bad input where none could."""
    if not collected.failed:
        return ExitCode.COMPLETE
    return ExitCode.BAD_INPUT if collected.failed >= collected.asked else ExitCode.DEGRADED


def fetch_text(collected: Collected, *, as_json: bool) -> str:
    """What asking came to, with a line for each publisher whose files could not be had."""
    if as_json:
        failures = [
            {"dataset": one.dataset, "publisher": one.publisher, "message": one.message}
            for one in collected.problems
        ]
        counts = {"new": collected.new, "unchanged": collected.unchanged}
        told = {**counts, "failed": collected.failed, "failures": failures}
        return json.dumps({**told, "exit_code": int(fetch_code(collected))}, indent=2)
    counted = f"{collected.new} new, {collected.unchanged} unchanged, {collected.failed} failed"
    return "\n".join([counted, *(f"  {line}" for line in troubles.lines(collected.problems))])


def rebuild_warehouse(source: str | None) -> Rebuilt:
    """Make the warehouse anew from the archive alone, and put it in place of the one in use.

    Published runs and their check results are carried over where the old file can still be read.

    Raises:
        Stop: busy, nothing archived, a file of this machine that cannot be read, or no room; the
            old warehouse is then as it was.
    """
    plan = plan_of(Wish(source=source, is_offline=True), load_settings())
    with as_stops(), run_lock(plan.data, plan.lock_wait):
        if not Snapshots(plan.archive).arrivals():
            raise Stop(
                f"nothing is archived in {plan.archive}: fill it with volbrief fetch --source "
                f"{plan.source}",
                ExitCode.UNMET,
            )
        kept = _kept(plan)
        with replacing(plan.warehouse) as fresh, Store.open(fresh) as store:
            rebuilt = _read_whole(plan, store, kept)
        told = {"source": plan.source, "content_hash": rebuilt.content_hash}
        Ledger(plan.ledger).append("rebuilt", at=clock.now().isoformat(), **told)
    return rebuilt


def _read_whole(plan: Plan, store: Store, kept: "list[tuple[Table, DataFrame]]") -> Rebuilt:
    store.create(tuple(TABLES.values()))
    with store.transaction():
        take_in(plan, store)
        materialize(store, derivations(plan))
        for table, frame in kept:
            store.replace([table], [frame])
    report("hash the warehouse")
    arrivals = store.frame(OPS_ARRIVAL).to_dicts()
    return Rebuilt(
        source=plan.source,
        sessions=store.bounds(MART_HEDGE_DECISION_DAILY),
        count=store.frame(MART_HEDGE_DECISION_DAILY)["session"].n_unique(),
        rows={table.name: store.frame(table).height for table in RAW_TABLES},
        refused=tuple((row["dataset"], row["refusal"]) for row in arrivals if row["refusal"]),
        content_hash=content_hash((table.name, store.frame(table)) for table in _CONTENT),
    )


def _kept(plan: Plan) -> "list[tuple[Table, DataFrame]]":
    """What the warehouse in use holds and no archive does; nothing where it cannot be read."""
    if not plan.warehouse.exists():
        return []
    try:
        with Store.open(plan.warehouse, wait_seconds=plan.lock_wait) as store:
            return [(table, store.frame(table)) for table in _KEPT]
    except SchemaError:
        return []
    except StoreError as error:
        if error.reason != "file":
            raise
        return []


def rebuilt_text(rebuilt: Rebuilt, *, as_json: bool) -> str:
    """The new warehouse in a few lines."""
    first, last = rebuilt.sessions or (None, None)
    if as_json:
        told = {
            "source": rebuilt.source,
            "sessions": {"first": first, "last": last, "count": rebuilt.count},
            "rows": rebuilt.rows,
            "refused": [{"dataset": name, "why": why} for name, why in rebuilt.refused],
            "content_hash": rebuilt.content_hash,
        }
        return json.dumps(told, indent=2, default=str)
    days = "none with a decision" if first is None else f"{rebuilt.count:,}, {first} to {last}"
    return "\n".join(
        [
            f"source        {rebuilt.source}",
            f"sessions      {days}",
            *(f"{name:<22}{count:>12,} rows" for name, count in rebuilt.rows.items()),
            f"refused       {len(rebuilt.refused)} files",
            *(f"  {name}: {why}" for name, why in rebuilt.refused),
            f"content hash  {rebuilt.content_hash}",
        ]
    )
