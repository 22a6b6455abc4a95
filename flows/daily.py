"""The daily briefing as a flow of the orchestrator; the work itself is in `stages`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from flows import pages, rebuild, stages
from flows.morning import Stages, is_market_day, morning
from flows.outcome import Outcome
from flows.plan import Wish, plan_of
from flows.preload import preloaded
from flows.settings import load_settings


def is_outside_fault(_task: object, _run: object, state: State[Any]) -> bool:
    """Whether another try may help: the outside world failed, not the data and not the program."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, ConnectionError | TimeoutError)


# Only fetching can fail for outside reasons, so only fetching is tried again, and only then.
TASKS = Stages(
    fetch=task(
        name="fetch",
        retries=3,
        retry_delay_seconds=[2, 8, 30],
        retry_condition_fn=is_outside_fault,
        timeout_seconds=120,
        cache_policy=NO_CACHE,
    )(stages.fetch),
    rebuild=task(name="rebuild", cache_policy=NO_CACHE)(rebuild.rebuild),
    render=task(name="render", cache_policy=NO_CACHE)(pages.render_pages),
    publish=task(name="publish", cache_policy=NO_CACHE)(pages.publish_pages),
)


@flow(name="daily-briefing", log_prints=False, validate_parameters=True)
def daily_briefing(
    as_of: date | None = None,
    source: str | None = None,
    policy: str | None = None,
    out: str | None = None,
    *,
    pdf: bool = True,
    scheduled: bool = False,
) -> Outcome:
    """Make the briefing of a session.

    Args:
        as_of: the session to describe; None for the last one the source has.
        source: sample or simulated; None for the setting.
        policy: a policy's name or path; None for the setting.
        out: folder of the pages; None for the setting.
        pdf: whether to render the PDF too.
        scheduled: whether a schedule started the run: it then ends well on a closed market.
    """
    preloaded()
    if scheduled and not is_market_day(datetime.now(UTC)):
        return Outcome("closed", "The market is closed today: no briefing, nothing was touched.")
    wish = Wish(as_of, source, policy, None if out is None else Path(out), want_pdf=pdf)
    return morning(plan_of(wish, load_settings()), TASKS)
