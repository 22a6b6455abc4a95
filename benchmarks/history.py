"""The whole history rebuilt: against its own reading and writing, and against a day at a time.

Run as a program it does one part in a process of its own, so that its peak memory is its own.
"""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.measure import Figure, child, environment, interleaved, seconds
from flows.materialize import materialize
from flows.plan import Plan, Wish, plan_of
from flows.settings import load_settings
from policy.decide import decision_step
from schemas.catalogue import TABLES
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import (
    MART_REALIZED_VOL_DAILY,
    MART_TECHNICAL_DAILY,
    MART_VOL_CONE_DAILY,
    MART_VOL_STATE_DAILY,
)
from schemas.raw import RAW_SESSION
from schemas.step import Step
from sources import market
from sources.dataset import Provenance
from transforms.offer_steps import offer_steps
from transforms.steps import steps
from warehouse.store import Store

SESSIONS = 9_200
_MEGABYTES = 600
_DAYS = 60
_CLOSE_ENOUGH = 1e-8


def figures(folder: Path) -> list[Figure]:
    """P1 and P2 on simulated history."""
    variables = environment(folder, VOLBRIEF_SIMULATED_SESSIONS=str(SESSIONS))
    program = ("-m", "benchmarks.history")
    child((*program, "prepare"), variables)
    cold = child((*program, "rebuild"), variables)
    found = json.loads(child((*program, "compare"), variables).output)
    disagreement = found["disagreement"]
    whole = "rebuild of every table and decision, 9,200 sessions"
    block = "the same measures by this program, stored"
    return [
        Figure("P1", whole, "reading its inputs and writing its results alone",
               found["rebuild"] / found["io"], 3),
        Figure("P1", "pandas a day at a time, measures of the index", block,
               found["day"] * SESSIONS / found["block"], 50, at_least=True),
        Figure("P1", "pandas a day at a time, measures of the index", whole,
               found["day"] * SESSIONS / found["rebuild"]),
        Figure("P1", "largest disagreement of the two", f"{_CLOSE_ENOUGH:g} relative",
               disagreement / _CLOSE_ENOUGH, 1),
        Figure("P1", "peak memory of the rebuild's process", "600 MB",
               cold.peak / _MEGABYTES, 1),
    ]  # fmt: skip


def _plan() -> Plan:
    plan = plan_of(Wish(source="simulated"), load_settings())
    plan.data.mkdir(parents=True, exist_ok=True)
    return plan


def _steps(plan: Plan) -> tuple[Step, ...]:
    return (*steps(plan.source), *offer_steps(plan.book), decision_step(plan.rules, plan.book))


def prepare() -> None:
    """Make a warehouse that holds the raw rows."""
    plan = _plan()
    with Store.open(plan.warehouse) as store:
        store.create(tuple(TABLES.values()))
        for dataset in market.datasets(plan.source, plan.simulation):
            sessions = None if dataset.table == RAW_SESSION else store.read(RAW_SESSION)
            if dataset.table is None or dataset.fetch is None:
                raise TypeError(f"{dataset.name}: the simulated market's files are all its own")
            timed = market.raw_rows(
                dataset,
                dataset.fetch(),
                source=plan.source,
                sessions=sessions,
                provenance=Provenance(datetime(2026, 1, 1, tzinfo=UTC), "0" * 64),
            )
            store.append(dataset.table, timed.rows)


def rebuild() -> None:
    """Rebuild everything once, in a process that does nothing else."""
    plan = _plan()
    with Store.open(plan.warehouse) as store, store.transaction():
        materialize(store, _steps(plan))


def compare() -> None:
    """Time the rebuild, its reading and writing alone, and pandas a day at a time."""
    plan = _plan()
    with Store.open(plan.warehouse) as store:
        taken = interleaved(
            {"rebuild": lambda: seconds(lambda: _rebuilt(store, plan)), "io": _io(store, plan)}, 5
        )
        block = median(seconds(lambda: _block(store)) for _ in range(3))
        day, disagreement = _days(store)
    figures = taken | {"block": block, "day": day, "disagreement": disagreement}
    sys.stdout.write(json.dumps(figures))


def _rebuilt(store: Store, plan: Plan) -> None:
    with store.transaction():
        materialize(store, _steps(plan))


def _io(store: Store, plan: Plan) -> Callable[[], float]:
    """Read each raw table a step starts from, write each result: frames that exist already."""
    all_steps = _steps(plan)
    made = {table.name: table for step in all_steps for table in step.outputs}
    read = {t.name: t for step in all_steps for t in step.inputs if t.name not in made}

    def work() -> float:
        frames = {name: store.frame(table) for name, table in made.items()}

        def moved() -> None:
            with store.transaction():
                for table in read.values():
                    store.frame(table)
                for step in all_steps:
                    store.replace(step.outputs, [frames[table.name] for table in step.outputs])

        return seconds(moved)

    return work


_BLOCK = (
    MART_REALIZED_VOL_DAILY,
    MART_VOL_CONE_DAILY,
    MART_VOL_STATE_DAILY,
    MART_TECHNICAL_DAILY,
)


def _block(store: Store) -> None:
    """The four tables that the peer's measures are from, in full history."""
    with store.transaction():
        materialize(store, [step for step in steps("simulated") if step.outputs[0] in _BLOCK])


def _days(store: Store) -> tuple[float, float]:
    """Seconds a day of pandas takes, and its largest relative disagreement with ours."""
    from benchmarks.peer import ROWS_NEEDED, day  # noqa: PLC0415 -- pandas is not ours to import

    index = store.frame(CORE_INDEX_DAILY).to_pandas()
    ours = _measures(store)
    ends = range(ROWS_NEEDED + 200, len(index), (len(index) - ROWS_NEEDED - 200) // _DAYS)
    walls, worst = [], 0.0
    for end in ends:
        found: dict[str, float] = {}
        walls.append(seconds(lambda end=end, found=found: found.update(day(index.iloc[end - ROWS_NEEDED : end]))))  # type: ignore[misc]  # fmt: skip
        row = ours[end - 1]
        for name in (one for one in found.keys() & row.keys() if row[one] is not None):
            scale = max(abs(row[name]), 1e-3)
            worst = max(worst, abs(found[name] - row[name]) / scale)
    return median(walls), worst


def _measures(store: Store) -> list[dict[str, float]]:
    """Our figures by session, the cone's with the horizon in the name, as the peer names them."""
    frames = [store.frame(table) for table in (MART_REALIZED_VOL_DAILY, MART_VOL_STATE_DAILY, MART_TECHNICAL_DAILY)]  # fmt: skip
    rows: list[dict[str, float]] = [{} for _ in range(frames[0].height)]
    for frame in frames:
        for row, found in zip(rows, frame.to_dicts(), strict=True):
            row.update(found)
    position = {session: number for number, session in enumerate(frames[0]["session"].to_list())}
    for found in store.frame(MART_VOL_CONE_DAILY).to_dicts():
        row, horizon = rows[position[found["session"]]], found["horizon_sessions"]
        for name in ("cone_p50", "cone_p95", "cone_percentile"):
            row[f"{name}_{horizon}"] = found[name]
    return rows


if __name__ == "__main__":
    {"prepare": prepare, "rebuild": rebuild, "compare": compare}[sys.argv[1]]()
