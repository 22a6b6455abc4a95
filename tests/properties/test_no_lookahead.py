"""No row of any step depends on what was not known at its decision time; and the check bites."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pricing.forecast_schedule import Schedule
from schemas.columns import columns
from schemas.core import CORE_INDEX_DAILY
from schemas.model import Table
from schemas.step import Step
from transforms.chain_steps import CHAIN_STEPS
from transforms.forecast import vol_forecast_daily_of
from transforms.steps import steps

Frames = dict[str, pl.DataFrame]
PrefixCheck = Callable[..., None]

PROBE = Table("mart_probe_daily", "One measure.", ("session",), columns("session", "vix_close"))
NEEDS_CALENDAR_AHEAD = {"core_event_daily"}
# Copies of what has neither session nor knowledge time: a schedule, and the desk as of today.
_SCHEDULES = {"core_expiry", "core_position", "core_answer"}
# No offline source has option quotes: test_chain_prefix.py judges these on a made chain.
_UNQUOTED = {step.outputs[0].name for step in CHAIN_STEPS}
VIX = pl.col("vix_close")
# Its ten-year columns need a longer market: test_valuation_prefix has one.
_LEAST = {"mart_valuation_daily": 0}
# One session of so many in the quick run; 7 meets all weekdays.
_QUICK = {"core_as_known_daily": 7, "mart_vol_forecast_daily": 23, "mart_futures_curve_daily": 7}


def _soon_fitted(step: Step) -> Step:
    """The step with forecasts, if it is that, fitted so early that a short history has them all."""
    if step.outputs[0].name != "mart_vol_forecast_daily":
        return step
    return replace(step, build=vol_forecast_daily_of(Schedule(first=300, every=150)))


STEPS = [
    _soon_fitted(step)
    for step in steps("simulated")
    if step.outputs[0].name not in _SCHEDULES | _UNQUOTED
]


@pytest.mark.parametrize("step", STEPS, ids=[step.outputs[0].name for step in STEPS])
def test_step_sees_no_future(
    step: Step, simulated_market: Frames, assert_prefix_stable: PrefixCheck
) -> None:
    """Built on what was known at any session, every row up to it is that of the full history."""
    _check(step, simulated_market, assert_prefix_stable, every=_QUICK.get(step.outputs[0].name, 1))


@pytest.mark.slow
@pytest.mark.parametrize("step", [step for step in STEPS if step.outputs[0].name in _QUICK])
def test_slow_step_sees_no_future_at_all(
    step: Step, simulated_market: Frames, assert_prefix_stable: PrefixCheck
) -> None:
    """The steps that take a minute, at every session."""
    _check(step, simulated_market, assert_prefix_stable, every=1)


def _check(step: Step, market: Frames, stable: PrefixCheck, *, every: int) -> None:
    name = step.outputs[0].name
    frames = _with_faults(market) if name == "core_as_known_daily" else market
    least = _LEAST.get(name, 60)
    stable(step, frames, calendar_ahead=name in NEEDS_CALENDAR_AHEAD, every=every, least=least)


def _with_faults(market: Frames) -> Frames:
    """The market with a unit slip in every 12th yield and a spike in every 20th VIX3M.

    Without them no row would be suspect, and how suspicion arises would not be judged.
    """
    number = pl.int_range(pl.len()).over("series_id")
    slip = (pl.col("series_id") == "treasury_10y") & (number % 12 == 11)
    spike = (pl.col("series_id") == "vix3m_close") & (number % 20 == 19)
    value = pl.col("value")
    faulty = pl.when(slip).then(value / 100).when(spike).then(value * 1.8).otherwise(value)
    raw = market["raw_observation"].with_columns(value=faulty)
    return {**market, "raw_observation": raw}


LEAKS = {
    "next row": VIX.shift(-1),
    "full-sample z": (VIX - VIX.mean()) / VIX.std(),
    "full-sample rank": VIX.rank(),
    "centered window": VIX.rolling_mean(5, center=True),
    "back-fill": VIX.backward_fill(),
    "reversed running maximum": VIX.cum_max(reverse=True),
    "interpolation": VIX.interpolate(),
}


def _probe(measure: pl.Expr) -> Step:
    def build(core_index_daily: pl.LazyFrame) -> pl.LazyFrame:
        return core_index_daily.select("session", measure.cast(pl.Float64).alias("vix_close"))

    return Step((PROBE,), (CORE_INDEX_DAILY,), build)


@pytest.fixture(scope="module")
def hundred_sessions() -> Frames:
    """A hundred closes that rise and fall, with two holes."""
    closes = [15.0 + (7 * day % 13) + day / 50 for day in range(100)]
    closes = [None if day in {20, 70} else close for day, close in enumerate(closes)]
    days = [date(2020, 1, 1) + timedelta(days=day) for day in range(100)]
    return {"core_index_daily": pl.DataFrame({"session": days, "vix_close": closes})}


@pytest.mark.parametrize("leak", LEAKS)
def test_check_finds_planted_leak(
    leak: str, hundred_sessions: Frames, assert_prefix_stable: PrefixCheck
) -> None:
    """The check fails on each way of seeing the future that we know."""
    with pytest.raises(AssertionError, match="as built on"):
        assert_prefix_stable(_probe(LEAKS[leak]), hundred_sessions)


def test_check_finds_missing_rows(
    hundred_sessions: Frames, assert_prefix_stable: PrefixCheck
) -> None:
    """The check fails where rows are chosen by what comes later."""

    def build(core_index_daily: pl.LazyFrame) -> pl.LazyFrame:
        return core_index_daily.filter(pl.col("vix_close") < pl.col("vix_close").max())

    step = Step((PROBE,), (CORE_INDEX_DAILY,), build)
    with pytest.raises(AssertionError, match=r"rows, .* as built on"):
        assert_prefix_stable(step, hundred_sessions)


def test_check_passes_causal_measure(
    hundred_sessions: Frames, assert_prefix_stable: PrefixCheck
) -> None:
    """The check passes a measure of the past."""
    assert_prefix_stable(_probe(VIX.forward_fill().rolling_std(5)), hundred_sessions)


def test_check_refuses_unknown_column(
    hundred_sessions: Frames, assert_prefix_stable: PrefixCheck
) -> None:
    """A column that is null nearly throughout proves nothing, and the check says so."""
    seldom = pl.when(pl.int_range(pl.len()) < 59).then(VIX.forward_fill())
    with pytest.raises(AssertionError, match="known on too few sessions: vix_close"):
        assert_prefix_stable(_probe(seldom), hundred_sessions)
