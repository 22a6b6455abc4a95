"""Lineage says the truth: moving an input moves the measures that name it, and no other."""

from collections.abc import Callable

import polars as pl
import pytest

from policy.evaluate import drivers
from policy.model import load
from schemas.lineage import LINEAGE, SHOWN
from schemas.measures import MEASURES
from schemas.series import USED, offered_by
from transforms.steps import steps

Frames = dict[str, pl.DataFrame]
Rebuild = Callable[[pl.DataFrame], Frames]

# What no measure of the lineage is made from, or what takes longest: cone and forecasts.
_APART = {"core_session", "core_vx_curve_daily", "mart_vol_cone_daily", "core_expiry",
          "core_position", "core_option_quote", "mart_vol_forecast_daily",
          "mart_futures_curve_daily", "mart_chain_daily", "mart_chain_index_daily",
          "mart_parity_daily", "mart_parity_state_daily"}  # fmt: skip
STEPS = [step for step in steps("simulated") if step.outputs[0].name not in _APART]
HOMES = {
    column: step.outputs[0].name
    for step in reversed(STEPS)
    if step.outputs[0].layer == "mart" or step.outputs[0].name == "core_event_daily"
    for column in step.outputs[0].schema
    if column in SHOWN
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


_OFFERED = [entry.id for entry in offered_by("simulated")]
_BALANCE = {"corporate_equity", "corporate_debt"}


def _moved_columns(after: Frames, before: Frames, homes: dict[str, str]) -> set[str]:
    return {
        column for column, name in homes.items() if not after[name][column].equals(before[name][column])
    }  # fmt: skip


@pytest.mark.parametrize("series_id", [name for name in _OFFERED if name in USED | _BALANCE])
def test_exactly_named_measures_move(
    series_id: str, rebuild: Rebuild, untouched: Frames, simulated_market: Frames
) -> None:
    """The measures of the page that move with an input are those whose lineage names it."""
    after = rebuild(_moved(simulated_market["raw_observation"], series_id))
    wanted = {column for column in SHOWN if series_id in LINEAGE[column]}
    assert _moved_columns(after, untouched, HOMES) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("series_id", _OFFERED)
def test_no_measure_moves_unnamed(
    series_id: str, rebuild: Rebuild, untouched: Frames, simulated_market: Frames
) -> None:
    """No measure at all moves with an input that its declaration does not name."""
    made = {step.outputs[0].name for step in STEPS}
    after = rebuild(_moved(simulated_market["raw_observation"], series_id))
    homes = {one.column: one.table for one in MEASURES if one.table in made}
    named = {column for column in homes if series_id in LINEAGE[column]}
    assert _moved_columns(after, untouched, homes) <= named


def test_every_measure_has_a_home() -> None:
    """Each measure of the lineage is a column of a table that is made here."""
    assert set(HOMES) == set(SHOWN)


@pytest.mark.parametrize("name", ["steward", "promoter"])
def test_every_driver_has_lineage(name: str) -> None:
    """Each column that a policy reads can be traced."""
    assert {driver.column.name for driver in drivers(load(name))} <= set(LINEAGE)
