"""Run the daily flow from the command line, with nothing of the orchestrator's to see."""

from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.daily import daily_briefing
from flows.outcome import Outcome
from flows.plan import Wish
from flows.preload import start_preloading


def run_as_flow(wish: Wish) -> Outcome:
    """The daily flow, in this process; its exceptions come out as they are.

    The heartbeat thread sleeps whole seconds and would add one to every run; the command line is
    there to see the run die, so it is off.
    """
    start_preloading()
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return daily_briefing(
            as_of=wish.as_of,
            source=wish.source,
            policy=wish.policy,
            out=None if wish.out is None else str(wish.out),
            pdf=wish.want_pdf,
        )
