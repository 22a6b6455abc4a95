"""The order of a morning, once; run as plain calls or as tasks of the orchestrator."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flows import clock, collect, pages, rebuild, stages, troubles
from flows.collect import Collected
from flows.faults import as_stops
from flows.outcome import Outcome, Stop
from flows.plan import Plan
from flows.progress import report
from flows.stages import Built
from sources.calendar import is_session, last_closed
from warehouse.ledger import Ledger
from warehouse.lock import run_lock


@dataclass(frozen=True)
class Stages:
    """The stages of a run, as they are or wrapped as tasks."""

    collect: Callable[[Plan], Collected]
    rebuild: Callable[[Plan], Built]
    render: Callable[[Plan, Built], None]
    publish: Callable[[Plan, Built], Outcome]


PLAIN = Stages(collect.collect, rebuild.rebuild, pages.render_pages, pages.publish_pages)


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
    collected = calls.collect(plan)
    ledger.append("collected", at=_now(), **collected.as_json())
    try:
        with as_stops():
            return _from_archive(plan, calls, ledger, collected)
    except Stop as stop:
        if not collected.problems:
            raise
        raise Stop(
            str(stop), stop.code, (*stop.notes, *troubles.lines(collected.problems))
        ) from stop


def _from_archive(plan: Plan, calls: Stages, ledger: Ledger, collected: Collected) -> Outcome:
    report("rebuild the warehouse")
    built = calls.rebuild(plan)
    ledger.append("committed", at=_now(), run_id=built.run_id, data_hash=built.data_hash)
    report("render the pages")
    calls.render(plan, built)
    report("publish")
    outcome = calls.publish(plan, built)
    ledger.append("published", at=_now(), **outcome.as_json())
    behind = _behind(plan, built)
    notes = (
        *outcome.notes,
        *filter(None, [behind]),
        *troubles.lines((*collected.problems, *built.refusals)),
    )
    return replace(outcome, notes=notes, is_behind=bool(behind))


def _behind(plan: Plan, built: Built) -> str | None:
    """A line where the last session that has its inputs is not the last that has closed."""
    if plan.live is None or plan.as_of is not None:
        return None
    closed = last_closed(clock.now())
    if built.session >= closed:
        return None
    needed = ", ".join(plan.rules.required_inputs)
    return (
        f"The last session with all of {needed} is {built.session}; the last that has closed is "
        f"{closed}: this page is behind the market."
    )


def is_market_day(moment: datetime) -> bool:
    """Whether the exchange opens on the New York day of this moment."""
    return is_session(clock.new_york_day(moment))


def _now() -> str:
    return clock.now().isoformat()
