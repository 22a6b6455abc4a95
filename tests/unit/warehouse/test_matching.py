"""Which stored rows share columns with a frame's: what a file's rows are compared with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.raw import RAW_OBSERVATION
from warehouse.errors import StoreError
from warehouse.store import Store

NASTY = "'); DROP TABLE raw_observation; --"


def _rows(*keys: tuple[str, str, int]) -> pl.LazyFrame:
    """A row per series, publisher and day of January 2024."""
    at = datetime(2024, 2, 1, tzinfo=UTC)
    return pl.LazyFrame(
        [(name, who, date(2024, 1, day), 1.5, at, True, at, "0" * 64) for name, who, day in keys],
        schema=RAW_OBSERVATION.schema,
        orient="row",
    )


def _keys(frame: pl.LazyFrame) -> list[tuple[str, str, int]]:
    rows = frame.select("series_id", "publisher", pl.col("event_date").dt.day())
    return rows.collect(engine="in-memory").rows()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A warehouse with five observations."""
    with Store.open(tmp_path / "v.duckdb") as opened:
        opened.create([RAW_OBSERVATION])
        opened.append(
            RAW_OBSERVATION,
            _rows(("b", "x", 2), ("a", "y", 2), ("a", "x", 3), ("a", "x", 2), (NASTY, "x", 2)),
        )
        yield opened


def test_one_column(store: Store) -> None:
    """Rows of the series that the frame has, each once and sorted by key, others not."""
    wanted = _rows(("a", "z", 9), ("a", "z", 8), ("c", "x", 2))
    found = store.matching(RAW_OBSERVATION, wanted, ["series_id"])
    assert _keys(found) == [("a", "x", 2), ("a", "x", 3), ("a", "y", 2)]
    assert found.collect_schema() == RAW_OBSERVATION.schema


def test_columns_match_together(store: Store) -> None:
    """Two columns match as a pair: a series of one row and a publisher of another is no match."""
    wanted = _rows(("a", "y", 1), ("b", "x", 1))
    found = store.matching(RAW_OBSERVATION, wanted, ["series_id", "publisher"])
    assert _keys(found) == [("a", "y", 2), ("b", "x", 2)]


def test_nothing_wanted(store: Store) -> None:
    """An empty frame matches nothing, and the result still has the table's columns."""
    found = store.matching(RAW_OBSERVATION, _rows(), ["series_id"])
    assert found.collect(engine="in-memory").is_empty()
    assert found.collect_schema() == RAW_OBSERVATION.schema


def test_values_are_no_statements(store: Store) -> None:
    """A value that reads like SQL is compared and not run."""
    found = store.matching(RAW_OBSERVATION, _rows((NASTY, "x", 1)), ["series_id"])
    assert _keys(found) == [(NASTY, "x", 2)]
    assert len(store.frame(RAW_OBSERVATION)) == 5


def test_sees_its_transaction(store: Store) -> None:
    """Inside a transaction rows just written match, so that a file's second arrival sees the first."""
    wanted = _rows(("c", "x", 2))
    with store.transaction():
        store.append(RAW_OBSERVATION, wanted)
        assert _keys(store.matching(RAW_OBSERVATION, wanted, ["series_id"])) == [("c", "x", 2)]


def test_missing_table_is_named(tmp_path: Path) -> None:
    """A warehouse without the table says so and goes on working."""
    with Store.open(tmp_path / "empty.duckdb") as empty:
        with pytest.raises(StoreError, match="raw_observation"):
            empty.matching(RAW_OBSERVATION, _rows(("a", "x", 2)), ["series_id"])
        empty.create([RAW_OBSERVATION])
        assert _keys(empty.matching(RAW_OBSERVATION, _rows(("a", "x", 2)), ["series_id"])) == []
