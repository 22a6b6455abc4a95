"""The briefing of a simulated morning, made in memory, and the comparison with a golden file."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from briefing.context import TABLES, briefing_of
from briefing.measures import home_tables
from briefing.model import Briefing
from briefing.run import RunInfo
from flows.policy_text import policy_text
from flows.steps import every_step
from policy.decide import decision_step
from policy.model import Policy, load
from schemas.model import Table
from schemas.ops import OPS_CHECK_RESULT
from schemas.raw import RAW_TABLES
from schemas.step import Step
from sources.dataset import Provenance
from sources.market import datasets, raw_rows
from sources.simulated import Simulation
from transforms.offer_steps import offer_steps
from transforms.steps import steps

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SESSION = date(2024, 7, 25)  # one layer is reduced, two are blocked for want of signers
# The checks are tested elsewhere; without the record of one the page would say that none ran.
_PASSED = {"run_id": "golden", "table_name": "core_index_daily", "suite": "latest",
           "check_id": "not_null", "severity": "fail", "check_outcome": "pass", "observed": "0",
           "expected": "no nulls", "unexpected_count": 0, "row_count": 1}  # fmt: skip


def _raw(source: str, simulation: Simulation) -> dict[str, pl.LazyFrame]:
    provenance = Provenance(datetime(2026, 1, 2, tzinfo=UTC), "0" * 64)
    parts = {table.name: [pl.LazyFrame(schema=table.schema)] for table in RAW_TABLES}
    for dataset in datasets(source, simulation):
        sessions = parts["raw_session"][-1]
        timed = raw_rows(
            dataset, dataset.fetch(), source=source, sessions=sessions, provenance=provenance
        )
        parts[dataset.table.name].append(timed.rows.collect(engine="in-memory").lazy())
    return {name: pl.concat(rows) for name, rows in parts.items()}


def _conformed(outputs: tuple[Table, ...], made: tuple[pl.LazyFrame, ...]) -> list[pl.DataFrame]:
    plans = [table.conform(frame) for table, frame in zip(outputs, made, strict=True)]
    return pl.collect_all(plans, engine="in-memory")


@pytest.fixture(scope="session")
def simulated_briefing() -> Briefing:
    """A session of the default simulated market under the steward's policy."""
    return _briefing(load("steward"))


@pytest.fixture(scope="session")
def longer_window_briefing(tmp_path_factory: pytest.TempPathFactory) -> Briefing:
    """The same session under a copy of that policy whose column axis is the 63-session window."""
    text = (ROOT / "policy/steward.yaml").read_text(encoding="utf-8")
    changed = re.sub(r"(?m)^(    column: .*\.realized_vol_)21d$", r"\g<1>63d", text)
    path = tmp_path_factory.mktemp("policy") / "longer.yaml"
    path.write_text(changed, encoding="utf-8")
    return _briefing(load(str(path)))


def _built(frames: dict[str, pl.LazyFrame], every: Iterable[Step]) -> dict[str, pl.LazyFrame]:
    for step in every:
        made = step.build(*(frames[table.name] for table in step.inputs))
        made = made if isinstance(made, tuple) else (made,)
        built = _conformed(step.outputs, made)
        frames |= {
            table.name: frame.lazy() for table, frame in zip(step.outputs, built, strict=True)
        }
    return frames


@pytest.fixture(scope="session")
def decided_sample() -> Mapping[str, pl.LazyFrame]:
    """The sample's tables up to the decision under the steward's policy; the books come later."""
    policy = load("steward")
    every = (
        *steps("sample"),
        *offer_steps(policy.book_terms),
        decision_step(policy, policy.book_terms),
    )
    return _built(_raw("sample", Simulation()), every)


def _briefing(policy: Policy) -> Briefing:
    every = every_step("simulated", policy, policy.book_terms)
    frames = _built(_raw("simulated", Simulation()), every)
    wanted = {*TABLES, *home_tables()} & set(frames)
    held = {name: frames[name].collect(engine="in-memory") for name in wanted}
    held[OPS_CHECK_RESULT.name] = pl.DataFrame([_PASSED], schema=OPS_CHECK_RESULT.schema)
    run = RunInfo(
        run_id="golden", session=SESSION, source="simulated", policy_name=policy.name,
        policy_version=policy.version, policy_hash=policy.hash, data_hash="0" * 64,
        code_hash="0" * 64, code_version="0.0.0", revision=1, text=policy_text(policy),
    )  # fmt: skip
    return briefing_of(held, run)


@pytest.fixture
def assert_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Comparison of a text with the golden file of that name, or its rewriting where asked for."""

    def compare(name: str, text: str) -> None:
        path = HERE / name
        if request.config.getoption("--rewrite-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text, f"{name}: read the difference, make golden"

    return compare
