"""A morning run as a whole process, against its own imports and starts with two cores to use."""

from pathlib import Path

from benchmarks.measure import CLI, Figure, child, environment, interleaved, side_by_side

# Great Expectations alone takes one core as long as everything else takes the other.
_ONE_CORE = "import great_expectations"
_OTHER_CORE = (
    "import polars, duckdb, exchange_calendars, altair, vl_convert, weasyprint, jinja2, pydantic, "
    "pydantic_settings, scipy.optimize"
)
_ALL = f"{_OTHER_CORE}, great_expectations"
_EMPTY_FLOW = (
    "import flows\n"
    "from prefect import flow\n"
    "from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings\n"
    "with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):\n"
    "    flow(name='empty')(lambda: None)()\n"
)
_PLAIN = ("-c", CLI, "run", "--source", "sample", "--no-orchestrator")
_FLOW = ("-c", CLI, "run", "--source", "sample")


def figures(folder: Path) -> list[Figure]:
    """P5 without an orchestrator and with one that each run starts itself.

    The floor holds imports and starts alone: no byte is fetched, checked or drawn in it.
    """
    variables = environment(folder)
    child(_PLAIN, variables)  # the history is there from here on
    plain = interleaved(
        {
            "run": lambda: child(_PLAIN, variables).wall,
            "floor": lambda: side_by_side((_ONE_CORE, _OTHER_CORE), variables),
            "imports": lambda: child(("-c", _ALL), variables).wall,
        },
        3,
    )
    first = child(_FLOW, variables).wall  # migrates the orchestrator's database
    flow = interleaved(
        {
            "run": lambda: child(_FLOW, variables).wall,
            "floor": lambda: side_by_side((_EMPTY_FLOW, _ALL), variables),
        },
        2,
    )
    return [
        Figure("P5", "morning run, no orchestrator", "its imports alone, on two cores",
               plain["run"] / plain["floor"], 1.25),
        Figure("P5", "morning run, no orchestrator", "its imports alone, one after another",
               plain["run"] / plain["imports"]),
        Figure("P5", "morning run, ephemeral orchestrator", "an empty flow beside its imports",
               flow["run"] / flow["floor"], 1.25),
        Figure("P5", "first run ever, ephemeral orchestrator", "a later one",
               first / flow["run"]),
        Figure("P5", "morning run, ephemeral orchestrator", "the same without orchestrator",
               flow["run"] / plain["run"]),
    ]  # fmt: skip


def growth(folder: Path) -> list[Figure]:
    """P6: a run after 1, 10 and 35 years of simulated history, no orchestrator."""
    walls: dict[str, float] = {}
    for sessions in (300, 2_520, 9_200):
        variables = environment(folder / str(sessions), VOLBRIEF_SIMULATED_SESSIONS=str(sessions))
        run = (*_PLAIN[:4], "simulated", *_PLAIN[5:])
        child(run, variables)
        walls[str(sessions)] = child(run, variables).wall
    return [
        Figure("P6", "run after 10 years of history", "after 1 year", walls["2520"] / walls["300"], 1.2),
        Figure("P6", "run after 35 years of history", "after 1 year", walls["9200"] / walls["300"], 1.2),
    ]  # fmt: skip
