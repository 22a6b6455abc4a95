"""Holes, stale opens and the cone, against plain loops."""

import math
import statistics
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.mart import MART_REALIZED_VOL_DAILY, MART_VOL_CONE_DAILY
from transforms.cone import vol_cone_daily
from transforms.returns import log_return
from transforms.vol_state import expected_daily_range
from transforms.volatility import realized_vol, realized_vol_daily

Evaluate = Callable[[pl.Expr, Sequence[float | None]], list[Any]]
X = pl.col("x")
SESSIONS = 2_700
HOLE = 1_000


@pytest.fixture(scope="module")
def index() -> pl.DataFrame:
    """2,700 sessions of bars, one close missing; each fifteenth open repeats the prior close."""
    draw = np.random.default_rng(13)
    close = 1_000 * np.exp(0.01 * draw.normal(size=SESSIONS).cumsum())
    before = np.concatenate([[1_000.0], close[:-1]])
    gap = np.where(np.arange(SESSIONS) % 15 == 0, 0.0, 0.5)
    frame = pl.DataFrame(
        {
            "session": [date(2010, 1, 1) + timedelta(days=k) for k in range(SESSIONS)],
            "spx_open": before + gap,
            "spx_high": np.maximum(before + gap, close) * 1.002,
            "spx_low": np.minimum(before + gap, close) * 0.998,
            "spx_close": close,
            "vix_close": 15 + 5 * draw.random(SESSIONS),
        }
    )
    is_hole = pl.int_range(pl.len()) == HOLE
    return frame.with_columns(spx_close=pl.when(~is_hole).then(pl.col("spx_close")))


@pytest.fixture(scope="module")
def realized(index: pl.DataFrame) -> pl.DataFrame:
    """The realized volatility table of these bars."""
    built = MART_REALIZED_VOL_DAILY.conform(realized_vol_daily(index.lazy()))
    return built.collect(engine="in-memory")


@pytest.fixture(scope="module")
def cone(index: pl.DataFrame, realized: pl.DataFrame) -> pl.DataFrame:
    """The cone table of these bars."""
    built = MART_VOL_CONE_DAILY.conform(vol_cone_daily(index.lazy(), realized.lazy()))
    return built.collect(engine="in-memory")


def test_hole_costs_two_returns(evaluated: Evaluate) -> None:
    """A missing close makes its own return null and the next one: none spans the hole."""
    found = evaluated(log_return(X), [100.0, 101.0, None, 103.0, 104.0])
    assert [value is None for value in found] == [True, False, True, True, False]


@pytest.mark.parametrize("bad", [0.0, -5.0, math.nan, math.inf])
def test_return_of_impossible_price(bad: float, evaluated: Evaluate) -> None:
    """A price that cannot be makes null, never NaN or infinity."""
    assert evaluated(log_return(X), [100.0, bad, 101.0, 101.0]) == [None, None, None, 0.0]


def test_unmoved_price_has_no_volatility(evaluated: Evaluate) -> None:
    """After a shock has left the window the volatility of an unmoved price is zero."""
    found = evaluated(realized_vol(log_return(X), 5), [100.0, 80.0, 93.0, *[93.0] * 12])
    assert found[-1] == pytest.approx(0.0, abs=1e-7)


def test_window_with_hole_is_null(realized: pl.DataFrame) -> None:
    """A volatility is null while its window holds a missing return, and known right after."""
    for window in (5, 21, 252):
        known = realized[f"realized_vol_{window}d"].is_not_null()
        assert known[:window].to_list() == [False] * window
        assert known[window]
        assert known[HOLE - 1]
        assert not known[HOLE : HOLE + 1 + window].any()
        assert known[HOLE + 1 + window]


def test_zero_mean_volatility_agrees_with_twin(realized: pl.DataFrame) -> None:
    """The volatility is the root of the mean squared return, annualized."""
    returns = realized["log_return"][300:321].to_list()
    twin = math.sqrt(252 * statistics.fmean(item * item for item in returns))
    assert realized["realized_vol_21d"][320] == pytest.approx(twin, abs=1e-12)


def test_stale_opens_are_flagged(index: pl.DataFrame, realized: pl.DataFrame) -> None:
    """One stale open in fifteen is above the 5 % line; none is below it; too few is unknown."""
    flags = realized["is_range_biased"]
    assert flags[:126].null_count() == 126
    assert flags[127:].all()
    fresh = index.with_columns(spx_open=pl.col("spx_open") + 1.0).lazy()
    assert not realized_vol_daily(fresh).collect(engine="in-memory")["is_range_biased"][127:].any()


def _windows(returns: list[float | None], end: int, horizon: int) -> list[float]:
    found = []
    for last in range(max(0, end - 2_520 + horizon), end + 1):
        window = returns[last - horizon + 1 : last + 1] if last >= horizon else [None]
        known = [item for item in window if item is not None]
        if len(known) == horizon:
            found.append(math.sqrt(252 * float(np.var(known, ddof=1))))
    return found


@pytest.mark.parametrize(("end", "horizon"), [(900, 21), (1_500, 5), (2_650, 63), (2_699, 252)])
def test_cone_agrees_with_twin(
    end: int, horizon: int, realized: pl.DataFrame, cone: pl.DataFrame
) -> None:
    """Quantiles, correction and standing are what a loop over the windows says."""
    windows = _windows(realized["log_return"].to_list(), end, horizon)
    count, today = len(windows), windows[-1]
    factor = 1 / (1 - horizon / count + (horizon**2 - 1) / (3 * count**2))
    row = cone.filter(horizon_sessions=horizon, session=realized["session"][end]).row(0, named=True)
    quantiles = np.quantile(windows, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]) * math.sqrt(factor)
    found = [row[f"cone_p{name}"] for name in ("00", "05", "25", "50", "75", "95", "100")]
    below = sum(item < today for item in windows[:-1])
    assert row["window_count"] == count
    assert row["hodges_tompkins_factor"] == pytest.approx(factor)
    assert found == pytest.approx(quantiles.tolist(), abs=1e-9)
    assert row["realized_vol_cc"] == pytest.approx(today)
    assert row["cone_percentile"] == pytest.approx(100 * below / (count - 1))


def test_cone_needs_756_returns(cone: pl.DataFrame) -> None:
    """Every horizon's cone starts at the 756th return."""
    first = cone.filter(pl.col("cone_p50").is_not_null()).group_by("horizon_sessions").agg(
        pl.col("session").min()
    )  # fmt: skip
    assert set(first["session"].to_list()) == {cone["session"].min() + timedelta(days=756)}


def test_missing_vix9d_is_unknown(evaluated: Evaluate) -> None:
    """The expected range is null without a VIX9D: nothing stands in for it."""
    found = evaluated(expected_daily_range(X, pl.lit(0.16)), [16.0, None])
    assert found == [pytest.approx(0.16 / math.sqrt(252)), None]
