"""Generated rows for any declared table, and an open store."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from schemas.catalogue import TABLES
from schemas.model import Table
from warehouse.store import Store

_DAY = date(2024, 1, 2)
_NASTY = ("'; DROP TABLE raw_event; --", '"quoted"', "naïve ☂", "", "=1+1", "a\nb")


def _value(dtype: pl.DataType, row: int) -> object:
    if dtype == pl.String():
        return f"{_NASTY[row % len(_NASTY)]}{row:05d}"
    if dtype == pl.Date():
        return _DAY + timedelta(days=row)
    if dtype == pl.Boolean():
        return row % 2 == 0
    if dtype == pl.Int32():
        return row
    if dtype == pl.Float64():
        return row + 0.1
    return datetime(2024, 1, 2, 21, tzinfo=UTC) + timedelta(days=row, microseconds=row)


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., pl.DataFrame]:
    """Rows of a table, nulls in every second row where they may be."""

    def rows(table: Table, count: int = 7) -> pl.DataFrame:
        return pl.DataFrame(
            {
                column.name: [
                    None
                    if table.is_nullable(column.name) and row % 2
                    else _value(column.dtype, row)
                    for row in range(count)
                ]
                for column in table.columns
            },
            schema=table.schema,
        )

    return rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the test's warehouse file is."""
    return tmp_path / "ware house ü" / "volbrief.duckdb"


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed warehouse file with every declared table, empty."""
    made = tmp_path_factory.mktemp("empty") / "volbrief.duckdb"
    with Store.open(made) as opened:
        opened.create(tuple(TABLES.values()))
    return made


@pytest.fixture
def store(path: Path, empty_file: Path) -> Iterator[Store]:
    """An open store with every declared table, empty."""
    path.parent.mkdir()
    shutil.copy(empty_file, path)
    with Store.open(path) as opened:
        yield opened
