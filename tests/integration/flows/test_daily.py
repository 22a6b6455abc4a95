"""A morning end to end: the page, the tables behind it, and that doing it twice changes nothing."""

import hashlib
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from flows.brief import brief
from flows.plan import Wish
from schemas.catalogue import TABLES
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import MART_HEDGE_DECISION_DAILY
from tests.integration.flows.conftest import Morning
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


def test_second_run_changes_nothing(simulated: Morning) -> None:
    """The same morning again: same tables, same bytes, no new rows, no new revision."""
    before = _tables(simulated.data, "simulated"), _hashes(simulated.out)
    again = brief(Wish(), orchestrated=False)
    after = _tables(simulated.data, "simulated"), _hashes(simulated.out)
    assert again == simulated.outcome
    assert after[1] == before[1]
    assert all(after[0][name].equals(frame) for name, frame in before[0].items())


@pytest.mark.filterwarnings("ignore")  # the orchestrator's own deprecations
def test_orchestrator_gives_same_bytes(simulated: Morning) -> None:
    """Through Prefect the same run is published: same run id, and not a byte differs."""
    prefect_testing = pytest.importorskip("prefect.testing.utilities")
    from flows.orchestrated import run_as_flow

    before = _hashes(simulated.out)
    with prefect_testing.prefect_test_harness(server_startup_timeout=120):
        outcome = run_as_flow(Wish())
    assert outcome == simulated.outcome
    assert _hashes(simulated.out) == before


def test_ledger_ends_with_publication(simulated: Morning) -> None:
    """The run ledger, outside the database, names the run that was published."""
    lines = (simulated.data / "simulated" / "ledger.jsonl").read_text().splitlines()
    published = [line for line in lines if simulated.outcome.run_id in line]
    assert json.loads(published[-1])["kind"] == "published"
