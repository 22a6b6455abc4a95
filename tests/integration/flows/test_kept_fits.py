"""GARCH fits are kept in the warehouse: the next run makes the same table without fitting."""

import math
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.materialize import materialize
from pricing import forecast_garch
from schemas.catalogue import TABLES
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import MART_REALIZED_VOL_DAILY, MART_VOL_FORECAST_DAILY
from schemas.model import Table
from schemas.ops import OPS_GARCH_FIT
from schemas.step import Step
from transforms.forecast import vol_forecast_daily
from warehouse.store import Store

STEP = Step(
    (MART_VOL_FORECAST_DAILY,), (CORE_INDEX_DAILY, MART_REALIZED_VOL_DAILY), vol_forecast_daily
)


def _table(table: Table, name: str, values: list[float | None]) -> pl.LazyFrame:
    days = [date(2015, 1, 1) + timedelta(days=number) for number in range(len(values))]
    given = pl.DataFrame({"session": days, name: pl.Series(values, dtype=pl.Float64)})
    missing = {key: dtype for key, dtype in table.schema.items() if key not in given.columns}
    return given.lazy().with_columns(
        pl.lit(None, dtype=dtype).alias(key) for key, dtype in missing.items()
    )


def test_second_run_fits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its fits in the warehouse a run never calls the optimizer, and no value changes."""
    calm = [0.004 * math.sin(17.0 * number) for number in range(1_003)]
    returns: list[float | None] = [
        value * (1.0 + (number // 90) % 3) for number, value in enumerate(calm)
    ]
    closes: list[float | None] = [100.0 * math.exp(value or 0.0) for value in returns]

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("fitted again")

    with Store.open(tmp_path / "fits.duckdb") as store:
        store.create(tuple(TABLES.values()))
        store.replace([CORE_INDEX_DAILY], [_table(CORE_INDEX_DAILY, "spx_close", closes)])
        realized = _table(MART_REALIZED_VOL_DAILY, "log_return", returns)
        store.replace([MART_REALIZED_VOL_DAILY], [realized])
        materialize(store, [STEP])
        first, fits = store.frame(MART_VOL_FORECAST_DAILY), store.frame(OPS_GARCH_FIT)
        monkeypatch.setattr(forecast_garch, "fit_garch", refuse)
        materialize(store, [STEP])
        assert store.frame(MART_VOL_FORECAST_DAILY).equals(first)
        assert store.frame(OPS_GARCH_FIT).equals(fits)
    assert fits.height == 2
    assert first.tail(4)["forecast_vol_garch"].null_count() == 0
