"""A briefing from the command line: through the orchestrator, or by plain calls."""

from flows.morning import PLAIN, morning
from flows.outcome import Outcome
from flows.plan import Wish, plan_of
from flows.settings import load_settings


def brief(wish: Wish, *, orchestrated: bool = True) -> Outcome:
    """Make a briefing.

    The wish is checked here first, so that a wrong one is refused before anything is started.

    Raises:
        Stop: the run could not be made; one sentence, and the exit code that fits.
    """
    plan = plan_of(wish, load_settings())
    if not orchestrated:
        return morning(plan, PLAIN)
    from flows.orchestrated import run_as_flow

    return run_as_flow(wish)
