"""Checks over full history, against a bare Great Expectations run of the same expectations.

Run as a program on a warehouse that a run has filled.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from benchmarks.measure import Figure, child, environment, interleaved, seconds
from expectations import judge
from expectations import run as checking
from expectations.check import SUITES, CheckRun
from expectations.suites import checks
from flows.plan import Plan, Wish, plan_of
from flows.rebuild import _fed
from flows.settings import load_settings
from schemas.core import CORE_SESSION
from schemas.mart import MART_HEDGE_DECISION_DAILY
from schemas.model import Table
from warehouse.store import Store

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite


def figures(folder: Path) -> list[Figure]:
    """P8 on the warehouse of the sample."""
    found = json.loads(child(("-m", "benchmarks.checks"), environment(folder)).output)
    return [
        Figure("P8", f"{found['count']} checks over full history", "a bare run of the same expectations",
               found["ours"] / found["bare"], 1.5),
    ]  # fmt: skip


def main() -> None:
    """Time both on the same frames, in turn."""
    plan = plan_of(Wish(source="sample"), load_settings())
    checking.preload()
    with Store.open(plan.warehouse, read_only=True) as store:
        sessions = store.frame(CORE_SESSION)
        session = store.last_session(MART_HEDGE_DECISION_DAILY) or sessions["session"][-1]
        frames = [(table, store.frame(table)) for table in _fed(plan)]
    run = CheckRun("bench", plan.source, session, _required(plan))
    count = 0

    def ours() -> None:
        nonlocal count
        count = sum(
            len(checking.validate(table, frame, run=run, sessions=sessions))
            for table, frame in frames
        )

    bare = [call for table, frame in frames for call in _bare(table, frame, run, sessions)]
    taken = interleaved(
        {
            "ours": lambda: seconds(ours),
            "bare": lambda: seconds(lambda: [call() for call in bare]),
        },
        3,
    )
    sys.stdout.write(json.dumps(taken | {"count": count}))


def _required(plan: Plan) -> frozenset[str]:
    return frozenset(plan.rules.required_inputs)


def _bare(
    table: Table, frame: pl.DataFrame, run: CheckRun, sessions: pl.DataFrame
) -> list[Callable[[], object]]:
    """One call a suite, its expectations and its pandas frame made beforehand."""
    from great_expectations import ExpectationSuite  # noqa: PLC0415 -- as late as in the program

    calls = []
    calendar = checking._calendar(table, frame, sessions)  # noqa: SLF001 -- the same checks
    for suite in SUITES:
        asked = checks(table, suite, run, calendar)
        rows = checking._of_session(table, frame, asked, suite, run.session)  # noqa: SLF001
        added = [check.columns[0] for check in asked if check.measure is not None]
        expectations = [judge._expectation(check, list(dict.fromkeys(added))) for check in asked]  # noqa: SLF001
        pandas = judge._handed_over(rows).to_pandas()  # noqa: SLF001 -- the same frame
        calls.append(_call(pandas, ExpectationSuite("bare", expectations=expectations)))
    return calls


def _call(pandas: object, suite: "ExpectationSuite") -> Callable[[], object]:
    def call() -> object:
        frames = judge._frames()  # noqa: SLF001 -- the same context
        batch = frames.get_batch(batch_parameters={"dataframe": pandas})
        return batch.validate(suite)

    return call


if __name__ == "__main__":
    main()
