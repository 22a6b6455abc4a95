"""Run the daily flow from the command line, with nothing of the orchestrator's to see."""

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.daily import daily_briefing
from flows.outcome import ExitCode, Outcome, Stop
from flows.plan import Wish
from flows.preload import start_preloading
from flows.server import orchestrator_address


def run_as_flow(wish: Wish) -> Outcome:
    """The daily flow, in this process; its exceptions come out as they are.

    The heartbeat thread sleeps whole seconds and would add one to every run; the command line is
    there to see the run die, so it is off.

    Raises:
        Stop: a server is configured and does not answer; or what the flow itself stops for.
    """
    _answering(orchestrator_address())
    start_preloading()
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        return daily_briefing(
            as_of=wish.as_of,
            source=wish.source,
            policy=wish.policy,
            out=None if wish.out is None else str(wish.out),
            pdf=wish.want_pdf,
            offline=wish.is_offline,
        )


def _answering(address: str | None) -> None:
    if address is None:
        return
    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error is not None:
        raise Stop(
            f"the orchestrator at {address} does not answer ({error}): start it, unset "
            "PREFECT_API_URL (or prefect config unset PREFECT_API_URL), or run with "
            "--no-orchestrator",
            ExitCode.BUSY,
        )
