"""Lineage says the truth: moving an input moves the measures that name it, and no other."""

from collections.abc import Callable

import polars as pl
import pytest

from policy.evaluate import drivers
from policy.model import load
from schemas.lineage import LINEAGE
from schemas.series import offered_by
from transforms.steps import steps

Frames = dict[str, pl.DataFrame]
Rebuild = Callable[[pl.DataFrame], Frames]

# What no measure of the lineage is made from; the slowest of these are cone and forecasts.
_APART = {"core_session", "core_vx_curve_daily", "core_macro_daily", "core_breadth_daily",
          "mart_vol_cone_daily", "core_expiry", "mart_vol_forecast_daily",
          "mart_futures_curve_daily"}  # fmt: skip
STEPS = [step for step in steps("simulated") if step.outputs[0].name not in _APART]
HOMES = {
    column: step.outputs[0].name
    for step in reversed(STEPS)
    if step.outputs[0].layer == "mart" or step.outputs[0].name == "core_event_daily"
    for column in step.outputs[0].schema
    if column in LINEAGE
}


@pytest.fixture(scope="module")
def rebuild(simulated_market: Frames) -> Rebuild:
    """The tables of the simulated market as made from other observations."""

    def made(observations: pl.DataFrame) -> Frames:
        frames = {**simulated_market, "raw_observation": observations}
        for step in STEPS:
            table, inputs = step.outputs[0], (frames[table.name].lazy() for table in step.inputs)
            built = step.build(*inputs)
            assert isinstance(built, pl.LazyFrame)
            frames[table.name] = table.conform(built).collect(engine="in-memory")
        return frames

    return made


@pytest.fixture(scope="module")
def untouched(rebuild: Rebuild, simulated_market: Frames) -> Frames:
    """The tables as they are."""
    return rebuild(simulated_market["raw_observation"])


def _moved(observations: pl.DataFrame, series_id: str) -> pl.DataFrame:
    """The input a little higher at every other event of its second half, so that ratios move too.

    As little as no check holds for a slip: a suspect value would move what it never fed.
    """
    mine = pl.col("series_id") == series_id
    middle = pl.col("event_date").filter(mine).median()
    is_moved = mine & (pl.col("event_date") >= middle) & (pl.int_range(pl.len()) % 2 == 0)
    factor = pl.when(is_moved).then(1.01).otherwise(1.0)
    return observations.with_columns(pl.col("value") * factor)


@pytest.mark.parametrize("series_id", [entry.id for entry in offered_by("simulated")])
def test_exactly_named_measures_move(
    series_id: str, rebuild: Rebuild, untouched: Frames, simulated_market: Frames
) -> None:
    """The measures that move with an input are those whose lineage names it."""
    after = rebuild(_moved(simulated_market["raw_observation"], series_id))
    moved = {
        column
        for column, name in HOMES.items()
        if not after[name][column].equals(untouched[name][column])
    }
    assert moved == {column for column, inputs in LINEAGE.items() if series_id in inputs}


def test_every_measure_has_a_home() -> None:
    """Each measure of the lineage is a column of a table that is made here."""
    assert set(HOMES) == set(LINEAGE)


@pytest.mark.parametrize("name", ["steward", "promoter"])
def test_every_driver_has_lineage(name: str) -> None:
    """Each column that a policy reads can be traced."""
    assert {driver.column.name for driver in drivers(load(name))} <= set(LINEAGE)
