"""A person accepts a file that restates history: the one decision that the archive keeps."""

from flows import clock
from flows.faults import as_stops
from flows.outcome import ExitCode, Stop
from flows.plan import Plan, Wish, plan_of
from flows.settings import load_settings
from schemas.ops import OPS_ARRIVAL
from sources import restated
from warehouse.lock import run_lock
from warehouse.newest import newest
from warehouse.snapshots import Snapshots
from warehouse.store import Store


def accept(dataset: str, source: str | None) -> str:
    """Note durably that the newest file of a dataset is right although it restates what is held.

    The next run and every rebuild take it in, its revisions known from now.

    Raises:
        Stop: busy, or no restating file of that name waits; the message names those that do.
    """
    plan = plan_of(Wish(source=source), load_settings())
    with as_stops(), run_lock(plan.data, plan.lock_wait):
        waiting = _waiting(plan)
        if dataset not in waiting:
            told = ", ".join(sorted(waiting)) or "none"
            raise Stop(
                f"no restating file of {dataset!r} waits to be accepted; waiting: {told}; volbrief "
                "sources shows why files were not read",
                ExitCode.UNMET,
            )
        archive = Snapshots(plan.archive)
        arrival = archive.newest(dataset)
        if arrival is None or arrival.sha256 != waiting[dataset]:
            raise Stop(
                f"a newer file of {dataset} is archived than the one that was refused: volbrief run "
                "looks at it first",
                ExitCode.UNMET,
            )
        accepted = archive.accept(arrival, clock.now())
    return (
        f"{dataset}: accepted what arrived {arrival.retrieved_at:%Y-%m-%d %H:%M} UTC "
        f"({arrival.sha256[:12]}); its revisions count as known from "
        f"{accepted.retrieved_at:%Y-%m-%d %H:%M} UTC; volbrief run takes it in"
    )


def _waiting(plan: Plan) -> dict[str, str]:
    """The hash of the newest file of each dataset whose newest file was refused as restating."""
    if not plan.warehouse.exists():
        return {}
    with Store.open(plan.warehouse, read_only=True, wait_seconds=plan.lock_wait) as store:
        last = newest(store.frame(OPS_ARRIVAL), ["dataset"], ["retrieved_at"]).to_dicts()
    return {
        row["dataset"]: row["raw_sha256"]
        for row in last
        if row["refusal"] and row["refusal"].startswith(restated.PREFIX)
    }
