"""A morning end to end: the page, the tables behind it, and that doing it twice changes nothing."""

import hashlib
import json
import logging
import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows.outcome import Outcome
from flows.plan import Wish
from policy.model import load
from schemas.catalogue import TABLES
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import MART_HEDGE_DECISION_DAILY, MART_RULE_EVALUATION_DAILY
from tests.integration.flows.conftest import MARKET, Morning
from warehouse.store import Store


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _tables(data: Path, source: str) -> dict[str, pl.DataFrame]:
    with Store.open(data / source / "volbrief.duckdb", read_only=True) as store:
        return {name: store.frame(table) for name, table in TABLES.items()}


def test_publishes_every_format(simulated: Morning) -> None:
    """A run ends with the paths of a page, a PDF and the machine-readable briefing."""
    assert {"html", "json"} <= set(simulated.outcome.files)
    assert all(path.exists() for path in simulated.outcome.files.values())


def test_simulated_market_is_complete(simulated: Morning) -> None:
    """A market that holds every input is not degraded."""
    assert simulated.outcome.state == "complete", simulated.outcome.message


def test_known_closes_from_warehouse(sample: Morning) -> None:
    """VIX 37.32 and SPX 2648.94 on 5 February 2018 come out of the warehouse (Cboe, S&P)."""
    with Store.open(sample.data / "sample" / "volbrief.duckdb", read_only=True) as store:
        row = store.frame(CORE_INDEX_DAILY, since=date(2018, 2, 5), until=date(2018, 2, 5))
    assert row["vix_close"].item() == 37.32
    assert round(row["spx_close"].item(), 2) == 2648.94


def test_evidence_is_of_own_tables(sample: Morning) -> None:
    """The sessions on which the cash-flow reading fired, as its evidence states, are the table's."""
    with Store.open(sample.data / "sample" / "volbrief.duckdb", read_only=True) as store:
        rules = store.frame(MART_RULE_EVALUATION_DAILY)
    reading = rules.filter(pl.col("rule_id") == "R-02F")
    whole, premium = (reading.filter(pl.col("condition_no") == number) for number in (0, 1))
    fired = whole.filter(pl.col("outcome") == "fired")["session"]
    known = premium.filter(pl.col("outcome") != "no_data")
    says = load("steward").seed.readings["F"].evidence
    assert set(fired.dt.year()) == {2012}
    assert f"it fired on {len(fired)}, all in 2012" in says
    assert f"Of {known.height:,} sessions" in says


def test_crash_fades_short_layer(sample: Morning) -> None:
    """The day after the February 2018 crash no layer is added to, and the short one is lower."""
    with Store.open(sample.data / "sample" / "volbrief.duckdb", read_only=True) as store:
        rows = store.frame(
            MART_HEDGE_DECISION_DAILY, since=date(2018, 2, 6), until=date(2018, 2, 6)
        )
    by_layer = {row["layer_id"]: row for row in rows.to_dicts()}
    assert by_layer["L1"]["row_bucket"] == "B4"
    assert by_layer["L1"]["multiplier_after"] < 1.0
    assert all(row["units_after"] <= row["units_before"] for row in by_layer.values())


@dataclass(frozen=True)
class Again:
    """A second run of the same morning, through the orchestrator, and what it found and left."""

    outcome: Outcome
    tables: tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]
    files: tuple[dict[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def again(simulated: Morning) -> Again:
    """The same morning once more: another way of running it, the same work."""
    prefect_testing = pytest.importorskip("prefect.testing.utilities")
    from flows.orchestrated import run_as_flow

    tables, files = _tables(simulated.data, MARKET), _hashes(simulated.out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the orchestrator's own deprecations
        with prefect_testing.prefect_test_harness(server_startup_timeout=120):
            outcome = run_as_flow(Wish())
    _quiet()
    after = _tables(simulated.data, MARKET), _hashes(simulated.out)
    return Again(outcome, (tables, after[0]), (files, after[1]))


def _quiet() -> None:
    """Leave the orchestrator's loggers no stream, for at exit the captured one is closed."""
    for name in ("", *logging.root.manager.loggerDict):
        if name.startswith(("prefect", "uvicorn", "fastapi")):
            logging.getLogger(name).handlers[:] = [logging.NullHandler()]


def test_second_run_changes_no_table(again: Again) -> None:
    """The same morning again leaves every table as it was: no new rows, no other values."""
    before, after = again.tables
    assert all(after[name].equals(frame) for name, frame in before.items())


def test_orchestrator_gives_same_bytes(simulated: Morning, again: Again) -> None:
    """Through Prefect the same run is published: same id, no new revision, not a byte differs."""
    assert again.outcome == simulated.outcome
    assert again.files[1] == again.files[0]


def test_ledger_ends_with_publication(simulated: Morning) -> None:
    """The run ledger, outside the database, names the run that was published."""
    lines = (simulated.data / MARKET / "ledger.jsonl").read_text().splitlines()
    published = [line for line in lines if simulated.outcome.run_id in line]
    assert json.loads(published[-1])["kind"] == "published"
