"""The stages of a run as plain functions, each a few calls into rooms.

Only names, dates and paths pass between them, so each can run as a task of the orchestrator or be
called as it is, with the same bytes in the end.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from flows.plan import Plan
from sources import market
from sources.dataset import Dataset
from warehouse.snapshots import Snapshots


@dataclass(frozen=True)
class Fetched:
    """One dataset's bytes, by name and hash; the bytes are in the archive."""

    dataset: str
    sha256: str
    retrieved_at: datetime


@dataclass(frozen=True)
class Built:
    """A committed warehouse: the session to describe and what its page is made from."""

    session: date
    run_id: str
    data_hash: str


def described(plan: Plan) -> dict[str, str | None]:
    """The plan as the ledger notes it."""
    return {
        "as_of": None if plan.as_of is None else plan.as_of.isoformat(),
        "source": plan.source,
        "policy": plan.policy,
        "out": str(plan.out),
    }


def datasets(plan: Plan) -> dict[str, Dataset]:
    """What to fetch by name, the calendar first."""
    return {dataset.name: dataset for dataset in market.datasets(plan.source, plan.simulation)}


def fetch(plan: Plan, name: str) -> Fetched:
    """Fetch one dataset and archive its bytes as they came."""
    snapshot = Snapshots(plan.archive).put(
        name,
        datasets(plan)[name].fetch(),
        retrieved_at=datetime.now(UTC),
        origin=f"{plan.source}: {name}",
    )
    return Fetched(name, snapshot.sha256, snapshot.retrieved_at)
