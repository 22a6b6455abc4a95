"""Plausible rows of any table, made from its declaration, for the tests of the expectations."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from expectations.run import CheckRun
from schemas.model import Column, Table
from schemas.series import offered_by

FIRST = date(2018, 1, 1)
REQUIRED = frozenset({"spx_close", "vix_close"})
WORDS: dict[str, tuple[object, ...]] = {
    "series_id": tuple(entry.id for entry in offered_by("simulated")),
    "publisher": ("Cboe",),
    "root": ("SPX", "SPXW", "VIX"),
    "settlement": ("AM",),
    "quote_at": (datetime(2018, 1, 2, 21, 15, tzinfo=UTC),),
    "strike": (2_700.0, 2_750.0),
    "right": ("C", "P"),
    "horizon_sessions": (5, 10, 21, 42, 63, 126, 252),
    "layer_id": ("L1", "L2", "L3", "SE"),
    "direction": ("add", "reduce"),
    "signer_id": ("S1", "S2", "S3", "S4", "S5"),
    "rule_id": tuple(f"R{i}" for i in range(10)),
    "condition_no": (0, 1, 2, 3),
    "expiry": (date(2090, 1, 20), date(2090, 2, 17)),
    "event_kind": ("cpi",),
    "row_bucket": ("B1", "B2", "B3", "B4"),
    "column_bucket": ("R1", "R2", "R3", "R4"),
    "freshness": ("ok",),
    "suspicion": (None,),
    "outcome": ("fired",),
    "action": ("hold",),
    "priced_from": ("quotes",),
    "leg_id": ("condor put", "L1 1"),
    "book": ("model",),
    "book_layer": ("IC",),
    "basket": ("reit", "growth", "banks"),
    "sector": ("xlk", "xlu"),
    "action_no": (1, 2),
    "trade": ("conversion", "reversal"),
    "term_state": ("normal",),
    "vol_regime": ("R1 quiet",),
    "instrument": ("option",),
    "spx_move": (-0.05, 0.05),
    "vix_move": (-2.0, 10.0),
    "variance_source": ("garman_klass",),
    "forecast_model": ("har",),
    "cluster_state": ("neither",),
    "mart_vol_forecast_daily.horizon_sessions": (5, 10, 21, 42),
}


def sessions_of(count: int) -> list[date]:
    """The first weekdays from a Monday on."""
    return [FIRST + timedelta(days=7 * (i // 5) + i % 5) for i in range(count)]


def key_rows(table: Table, count: int) -> pl.DataFrame:
    """Every combination of the key's values, in key order."""
    rows = pl.DataFrame({"_": [0]})
    for name in table.key:
        if name in ("session", "event_date"):
            values: list[object] = list(sessions_of(count))
        elif name == "available_at":
            continue
        else:
            values = list(WORDS.get(f"{table.name}.{name}") or WORDS[name])
        rows = rows.join(pl.DataFrame({name: pl.Series(values)}), how="cross")
    return rows.drop("_")


def plausible(column: Column, rows: int) -> pl.Expr:
    """Values within the bounds that move a little from row to row; highs above, lows below."""
    row = pl.int_range(rows).cast(pl.Float64)
    if column.dtype.is_numeric():
        low = 0.0 if column.ge is None else column.ge
        high = low + 10.0 if column.le is None else column.le
        share = {"h": 0.36, "w": 0.24}.get(column.name.rsplit("_", 1)[-1][-1], 0.3)
        steps = (row * 0.7).sin() * (0.01 if column.dtype.is_float() else 0.0)
        return (low + (high - low) * (share + steps)).cast(column.dtype)
    if column.dtype == pl.Boolean:
        return pl.lit(value=False)
    if column.dtype == pl.String:
        return pl.lit(WORDS.get(column.name, ("text",))[0])
    return pl.lit(FIRST).cast(column.dtype)


@pytest.fixture(scope="session")
def make() -> Callable[..., pl.DataFrame]:
    """Rows of a table over a number of sessions, in key order."""

    def rows(table: Table, count: int = 60) -> pl.DataFrame:
        frame = key_rows(table, count)
        missing = [column for column in table.columns if column.name not in frame.columns]
        filled = frame.with_columns(
            plausible(column, frame.height).alias(column.name) for column in missing
        )
        if "next_session" in table.schema:
            following = pl.Series(sessions_of(count + 1)[1:])
            filled = filled.with_columns(following.alias("next_session"))
        lazy = filled.lazy().cast(dict(table.schema))  # type: ignore[arg-type]  # a schema is a mapping
        return table.conform(lazy).collect(engine="in-memory")

    return rows


@pytest.fixture(scope="session")
def run() -> CheckRun:
    """A run over the simulated market whose session is the last of 60."""
    return CheckRun("2018-03-23-abc", "simulated", sessions_of(60)[-1], REQUIRED)
