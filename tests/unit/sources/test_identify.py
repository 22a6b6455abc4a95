"""What a file is told to be: how many of its rows count, and how many do not."""

from datetime import UTC, datetime

import polars as pl
import pytest

from sources.identify import Reading, identify

_NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "left_out"),
    [
        pytest.param("2024-01-02,14.1\n2024-01-03,14.2\n", 0, id="sessions"),
        pytest.param("2024-01-05,14.1\n2024-01-06,15\n2024-01-07,16\n", 2, id="a weekend"),
    ],
)
def test_rows_that_would_be_left_out_are_counted(rows: str, left_out: int) -> None:
    """The file's own rows are counted: none where none is left out, and each that is."""
    (reading,) = identify(f"date,value\n{rows}".encode(), "vix_close", _NOW).readings
    found = reading.left_out.collect(engine="in-memory")
    assert found["rows"].sum() == left_out


def test_whole_and_decimal_bounds_stand_side_by_side() -> None:
    """A publisher whose columns state their plausible ranges in both ways is read as any other."""
    payload = b"20200106,1500\n20200107,1600\n"
    found = _summary_of(identify(payload, "NYSE_advn", _NOW).readings[0])
    assert found.select("what", "rows").rows() == [("nyse_advances", 2)]


def _summary_of(reading: Reading) -> pl.DataFrame:
    return reading.summary.collect(engine="in-memory")
