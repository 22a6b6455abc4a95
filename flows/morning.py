"""The order of a morning, once; run as plain calls or as tasks of the orchestrator."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flows import pages, rebuild, stages
from flows.faults import as_stops
from flows.outcome import Outcome, Stop
from flows.plan import Plan
from flows.progress import report
from flows.stages import Built, Fetched
from warehouse.ledger import Ledger
from warehouse.lock import run_lock

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Stages:
    """The stages of a run, as they are or wrapped as tasks."""

    fetch: Callable[[Plan, str], Fetched]
    rebuild: Callable[[Plan, tuple[Fetched, ...]], Built]
    render: Callable[[Plan, Built], None]
    publish: Callable[[Plan, Built], Outcome]


PLAIN = Stages(stages.fetch, rebuild.rebuild, pages.render_pages, pages.publish_pages)


def morning(plan: Plan, calls: Stages) -> Outcome:
    """Fetch, rebuild, render, publish, under the lock that allows one writer.

    Raises:
        Stop: refused by a check, busy, or a request that the data cannot meet.
    """
    ledger = Ledger(plan.ledger)
    with as_stops(), run_lock(plan.data, plan.lock_wait):
        ledger.append("planned", at=_now(), **stages.described(plan))
        try:
            with as_stops():
                return _published(plan, calls, ledger)
        except Stop as stop:
            ledger.append("stopped", at=_now(), exit_code=int(stop.code), message=str(stop))
            raise


def _published(plan: Plan, calls: Stages, ledger: Ledger) -> Outcome:
    fetched = []
    for name in stages.datasets(plan):
        report(f"fetch {name}")
        fetched.append(calls.fetch(plan, name))
    report("rebuild the warehouse")
    built = calls.rebuild(plan, tuple(fetched))
    ledger.append("committed", at=_now(), run_id=built.run_id, data_hash=built.data_hash)
    report("render the pages")
    calls.render(plan, built)
    report("publish")
    outcome = calls.publish(plan, built)
    ledger.append("published", at=_now(), **outcome.as_json())
    return outcome


def is_market_day(moment: datetime) -> bool:
    """Whether the exchange opens on the New York day of this moment."""
    from sources.calendar import is_session

    return is_session(moment.astimezone(NEW_YORK).date())


def _now() -> str:
    return datetime.now(UTC).isoformat()
