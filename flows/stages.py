"""What passes between the stages of a run, and the datasets of its source.

Only names, dates and paths pass between them, so each can run as a task of the orchestrator or be
called as it is, with the same bytes in the end.
"""

from dataclasses import dataclass
from datetime import date

from flows.plan import Plan
from sources import desk_dataset, market, own_answers
from sources.dataset import Dataset
from warehouse.snapshots import Snapshots


@dataclass(frozen=True)
class Built:
    """A committed warehouse: the session to describe and what its page is made from.

    ``refusals`` are the archived files that this run came upon and did not read, and why.
    """

    session: date
    run_id: str
    data_hash: str
    refusals: tuple[str, ...] = ()


def described(plan: Plan) -> dict[str, str | bool | None]:
    """The plan as the ledger notes it."""
    return {
        "as_of": None if plan.as_of is None else plan.as_of.isoformat(),
        "source": plan.source,
        "policy": plan.policy,
        "out": str(plan.out),
        "offline": plan.is_offline,
    }


def datasets(plan: Plan) -> dict[str, Dataset]:
    """What to fetch by name, the calendar first."""
    every = market.datasets(plan.source, plan.simulation, plan.live)
    return {dataset.name: dataset for dataset in (*every, *_desk(plan), *_answers(plan))}


def _answers(plan: Plan) -> tuple[Dataset, ...]:
    """The user's answers, or none; those read before stay, wherever the file has gone."""
    return () if plan.answers is None else (own_answers.answers_dataset(plan.answers),)


def _desk(plan: Plan) -> tuple[Dataset, ...]:
    """The user's desk, or none; one that was taken away is read once more, as holding nothing."""
    had_one = Snapshots(plan.archive).newest(desk_dataset.NAME) is not None
    is_there = plan.desk is not None or had_one
    return (desk_dataset.desk_dataset(plan.desk),) if is_there else ()
