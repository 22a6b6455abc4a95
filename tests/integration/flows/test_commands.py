"""The reading commands on a published morning: every format, the state, the reasons."""

import io
import json
from datetime import date

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.outcome import ExitCode, Stop
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import MART_HEDGE_DECISION_DAILY
from schemas.model import Table
from tests.integration.flows.conftest import MARKET, Morning
from warehouse.store import Store


@pytest.fixture(autouse=True)
def _published(simulated: Morning) -> None:
    """A morning has been published, and the settings lead to it."""


def _said(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == ExitCode.COMPLETE, result.exception
    return result


def _from_json(payload: bytes, table: Table) -> pl.DataFrame:
    """The rows of a JSON list, dates read from their text."""
    written = {
        name: pl.String() if dtype == pl.Date() else dtype for name, dtype in table.schema.items()
    }
    frame = pl.DataFrame(json.loads(payload), schema=written)
    return frame.with_columns(pl.col("session").str.to_date())


@pytest.mark.parametrize("table", [CORE_INDEX_DAILY, MART_HEDGE_DECISION_DAILY],
                         ids=lambda table: table.name)  # fmt: skip
@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_table_round_trips(table: Table, form: str, simulated: Morning) -> None:
    """A table comes out of each format with every row and every bit of its numbers."""
    payload = _said("table", table.name, "--format", form).stdout_bytes
    read = {
        "csv": lambda: pl.read_csv(payload, schema=table.schema),
        "json": lambda: _from_json(payload, table),
        "parquet": lambda: pl.read_parquet(io.BytesIO(payload)),
    }[form]()
    with Store.open(simulated.data / MARKET / "volbrief.duckdb", read_only=True) as store:
        assert read.equals(store.frame(table))


def test_table_between_sessions(simulated: Morning) -> None:
    """First and last session bound the rows, both included."""
    arguments = ("table", "core_index_daily", "--from", "2025-12-01", "--to", "2025-12-05")
    days = [line.split(",")[0] for line in _said(*arguments).stdout.splitlines()[1:]]
    assert days == [f"2025-12-0{day}" for day in range(1, 6)]


def test_status_names_the_publication(simulated: Morning) -> None:
    """After a run, its id, its files and the sessions with decisions, as text and as JSON."""
    state = json.loads(_said("status", "--json").stdout)
    assert state["last_published"]["run_id"] == simulated.outcome.run_id
    assert state["sessions"].endswith("to 2025-12-31")
    text = _said("status").stdout
    assert all(str(path) in text for path in simulated.outcome.files.values())


@pytest.mark.parametrize("layer", ["L1", "mid", "l3", "SE"])
def test_explanation_ends_in_bytes(layer: str) -> None:
    """A layer's tree reaches the archived bytes of the VIX, in text as in JSON."""
    assert "vix_close" in _said("explain", layer).stdout
    tree = _said("explain", layer, "--json").stdout
    assert json.loads(tree)["outcome"]
    assert "bytes sha256" in tree


def test_explanation_of_no_session() -> None:
    """A day without a decision is refused with the last that has one."""
    result = CliRunner().invoke(app, ["explain", "L1", "--date", "2018-02-06"])
    assert isinstance(result.exception, Stop)
    assert result.exception.code is ExitCode.UNMET
    assert str(date(2025, 12, 31)) in str(result.exception)


def test_doctor_finds_no_failure() -> None:
    """Where the tests run a run can be made; each finding has a name and what was found."""
    findings = json.loads(_said("doctor", "--json").stdout)
    assert {"python", "duckdb", "pdf", "fonts", "out", "data"} <= {one["name"] for one in findings}
    assert not any(one["is_failure"] for one in findings)
    assert all(one["found"] for one in findings)
