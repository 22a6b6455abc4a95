"""The daily briefing as a flow of the orchestrator; the work itself is in `stages`."""

from datetime import date
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows import clock, collect, pages, rebuild
from flows.morning import Stages, is_market_day, morning
from flows.outcome import Outcome
from flows.plan import Wish, plan_of
from flows.preload import preloaded
from flows.settings import load_settings

# The orchestrator retries nothing: the one client tries again where another try may help, and a
# file that could not be had is told, not raised.
TASKS = Stages(
    collect=task(name="collect", cache_policy=NO_CACHE)(collect.collect),
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
    offline: bool = False,
    scheduled: bool = False,
) -> Outcome:
    """Make the briefing of a session.

    Args:
        as_of: the session to describe; None for the last one the source has.
        source: sample, simulated or live; None for the setting.
        policy: a policy's name or path; None for the setting.
        out: folder of the pages; None for the setting.
        pdf: whether to render the PDF too.
        offline: whether to ask no publisher and use what is in the archive.
        scheduled: whether a schedule started the run: it then ends well on a closed market.
    """
    preloaded()
    if scheduled and not is_market_day(clock.now()):
        return Outcome("closed", "The market is closed today: no briefing, nothing was touched.")
    wish = Wish(as_of, source, policy, None if out is None else Path(out), pdf, offline)
    return morning(plan_of(wish, load_settings()), TASKS)
