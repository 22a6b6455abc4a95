"""From the raw archive into the raw tables: every arrival once, in the order they came."""

from datetime import datetime
from typing import TYPE_CHECKING

from flows.plan import Plan
from flows.progress import report
from flows.stages import datasets
from schemas.ops import OPS_ARRIVAL
from schemas.raw import RAW_POSITION, RAW_SESSION
from sources import market, restated
from sources.dataset import Dataset, Provenance
from sources.errors import SourceError
from sources.knowledge import Held
from warehouse.errors import StoreError
from warehouse.snapshots import Snapshot, Snapshots
from warehouse.store import Store, computed

if TYPE_CHECKING:
    from polars import LazyFrame  # passed on, never looked into here


def take_in(plan: Plan, store: Store) -> list[str]:
    """Read every arrival that the warehouse does not have, within the open transaction.

    A file of a publisher's that is not what its adapter was written for, or that restates what is
    held, is noted and left in the archive; the others go on. A person may accept a restatement:
    that is an arrival of its own, at the time of the acceptance.

    Returns:
        Why files were not read, one sentence each.

    Raises:
        SourceError: a file of this machine is not what its adapter was written for.
        StoreError: archived bytes of this machine were altered, or the warehouse refuses rows.
    """
    archive, known = Snapshots(plan.archive), datasets(plan)
    taken = _taken(store)
    refusals = []
    for one in _in_order(archive, list(known)):
        before = taken.get(one.dataset_name, {})
        if one.retrieved_at in before:
            continue
        dataset = known.get(one.dataset_name) or market.archived(plan.source, one.dataset_name)
        # What a copy that could not be read had not, no one can say.
        read_at = max((at for at, was_read in before.items() if was_read), default=None)
        seen_at = None if read_at is None else archive.seen_at(one.dataset_name, read_at)
        refusal = _read(store, archive, one, dataset, (plan.source, seen_at))
        store.put(OPS_ARRIVAL, {
            "dataset": one.dataset_name, "retrieved_at": one.retrieved_at,
            "raw_sha256": one.sha256, "refusal": refusal,
        })  # fmt: skip
        taken.setdefault(one.dataset_name, {})[one.retrieved_at] = refusal is None
        if refusal is not None:
            refusals.append(refusal)
    return refusals


def _taken(store: Store) -> dict[str, dict[datetime, bool]]:
    """By dataset and time of arrival, whether it was read."""
    taken: dict[str, dict[datetime, bool]] = {}
    for row in store.frame(OPS_ARRIVAL).to_dicts():
        taken.setdefault(row["dataset"], {})[row["retrieved_at"]] = row["refusal"] is None
    return taken


def _in_order(archive: Snapshots, names: list[str]) -> list[Snapshot]:
    """Every arrival, oldest first; of one run's arrivals the calendar comes first.

    The others take their times from it, and it is archived before them.
    """
    place = {name: number for number, name in enumerate(names)}
    return sorted(
        archive.arrivals(),
        key=lambda one: (one.retrieved_at, place.get(one.dataset_name, len(place))),
    )


def _read(
    store: Store,
    archive: Snapshots,
    one: Snapshot,
    dataset: Dataset | None,
    context: tuple[str, datetime | None],
) -> str | None:
    """Take in one arrival; why it was not, where it was not."""
    if dataset is None:
        return f"{one.dataset_name}: no adapter of this version reads it; the bytes stay archived"
    report(f"read {dataset.name}")
    try:
        _append(store, archive, one, dataset, context)
    except (SourceError, StoreError) as error:
        if dataset.refuses_itself_only and isinstance(error, SourceError):
            if dataset.table == RAW_POSITION:  # an older desk is not this one
                store.replace([RAW_POSITION], [RAW_POSITION.empty()])
            return str(error)
        if dataset.is_local or getattr(error, "reason", "data") in {"folder", "space"}:
            raise
        return str(error)
    return None


def _append(
    store: Store,
    archive: Snapshots,
    one: Snapshot,
    dataset: Dataset,
    context: tuple[str, datetime | None],
) -> None:
    table, (source, seen_at) = dataset.table, context
    if table is None:
        return
    provenance = Provenance(one.retrieved_at, one.sha256)
    timed = market.raw_rows(
        dataset,
        archive.get(one.sha256),
        source=source,
        sessions=None if table == RAW_SESSION else store.read(RAW_SESSION),
        provenance=provenance,
    )
    if table in (RAW_SESSION, RAW_POSITION):  # stated anew as a whole, not observed day by day
        store.replace([table], [timed.rows])
        return
    event = [name for name in table.key if name not in ("publisher", "available_at")]
    held = Held(store.matching(table, timed.rows, event[:1]), seen_at)
    if not (dataset.is_local or one.is_accepted):
        _refuse_restatement(dataset, market.revisions(dataset, timed.rows, held), source)
    store.append(table, market.news(dataset, timed.rows, held, provenance))


def _refuse_restatement(dataset: Dataset, found: "LazyFrame | None", source: str) -> None:
    if found is None:
        return
    (counts,) = computed(found)
    refusal = restated.restatement(dataset.name, counts.to_dicts(), source)
    if refusal is not None:
        raise SourceError(refusal)
