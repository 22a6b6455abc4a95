"""Oscillators against plain loops, their crosses, and what a hole does to them."""

import math
import statistics
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.mart import MART_TECHNICAL_DAILY
from transforms.technical import (
    ema,
    is_cross_down,
    is_cross_up,
    is_down_confirmed,
    is_up_confirmed,
    rsi,
    sessions_since,
    technical_daily,
)

Evaluate = Callable[[pl.Expr, Sequence[float | None]], list[Any]]
Values = list[float | None]
X = pl.col("x")


@pytest.fixture(scope="module")
def closes() -> Values:
    """400 closes that revert to a mean, with holes at the start, in the warm-up and later."""
    draw = np.random.default_rng(5)
    values: Values = (18 + 4 * np.sin(np.arange(400) / 9) + draw.normal(size=400)).tolist()
    for hole in (0, 6, 40, 200, 201):
        values[hole] = None
    return values


def _ema_twin(values: Values, window: int) -> Values:
    seen: list[float] = []
    average, found = 0.0, []
    for value in values:
        if value is None:
            found.append(None)
            continue
        seen.append(value)
        if len(seen) == window:
            average = sum(seen) / window
        elif len(seen) > window:
            average += (value - average) * 2 / (window + 1)
        found.append(average if len(seen) >= window else None)
    return found


def _rsi_twin(values: Values, window: int = 14) -> Values:
    gains: list[float] = []
    losses: list[float] = []
    before: float | None = None
    gain = loss = 0.0
    found: Values = []
    for value in values:
        if value is not None and before is not None:
            gains.append(max(value - before, 0.0))
            losses.append(max(before - value, 0.0))
            if len(gains) == window:
                gain, loss = sum(gains) / window, sum(losses) / window
            elif len(gains) > window:
                gain = (gain * (window - 1) + gains[-1]) / window
                loss = (loss * (window - 1) + losses[-1]) / window
        known = value is not None and len(gains) >= window
        found.append(100 - 100 / (1 + gain / loss) if known else None)
        before = value if value is not None else before
    return found


def test_ema_agrees_with_twin(closes: Values, evaluated: Evaluate) -> None:
    """The average is what a loop over the observed closes says; a hole is null and skipped."""
    assert evaluated(ema(X, 12), closes) == pytest.approx(_ema_twin(closes, 12), abs=1e-12)


def test_rsi_agrees_with_twin(closes: Values, evaluated: Evaluate) -> None:
    """The index is what a loop over the changes between observed closes says."""
    assert evaluated(rsi(X), closes) == pytest.approx(_rsi_twin(closes), abs=1e-10)


def test_hole_leaves_later_values(closes: Values, evaluated: Evaluate) -> None:
    """After a hole the average continues as if the missing session had not been."""
    whole = [value for value in closes if value is not None]
    skipping = [value for value in evaluated(ema(X, 12), closes) if value is not None]
    assert skipping == [value for value in evaluated(ema(X, 12), whole) if value is not None]


@pytest.mark.parametrize(
    ("step", "expected"), [(1.0, 100.0), (-1.0, 0.0), (0.0, 50.0)], ids=["rise", "fall", "still"]
)
def test_rsi_limits(step: float, expected: float, evaluated: Evaluate) -> None:
    """Only gains make 100, only losses 0, no move at all 50."""
    assert evaluated(rsi(X), [100.0 + step * k for k in range(20)])[-1] == expected


HISTOGRAM: Values = [None, -1.0, 0.0, 0.5, 0.5, -0.1, 0.0, -0.3, -0.2, 0.1, -0.1]


def test_crosses(evaluated: Evaluate) -> None:
    """From zero or below to above is up, from zero or above to below is down; touching is neither."""
    assert evaluated(is_cross_up(X), HISTOGRAM) == [
        None, None, False, True, False, False, False, False, False, True, False,
    ]  # fmt: skip
    assert evaluated(is_cross_down(X), HISTOGRAM) == [
        None, None, False, False, False, True, False, True, False, False, True,
    ]  # fmt: skip


def _confirmed_twin(values: list[float], at: int) -> bool | None:
    if at < 62:
        return None
    size = 0.10 * statistics.stdev(values[at - 62 : at + 1])
    crossed = values[at - 2] <= 0 < values[at - 1]
    return crossed and values[at] > 0 and values[at] >= size


def test_confirmation_agrees_with_twin(evaluated: Evaluate) -> None:
    """Confirmed on the second close above zero, if the size is there; mirrored for down-crosses."""
    values = np.random.default_rng(8).normal(size=300).tolist()
    up = evaluated(is_up_confirmed(X), values)
    assert up == [_confirmed_twin(values, at) for at in range(300)]
    assert up.count(True) > 10
    mirrored = evaluated(is_down_confirmed(X), [-value for value in values])
    assert mirrored == up


def test_small_second_close_confirms_nothing(evaluated: Evaluate) -> None:
    """A second close above zero by less than a tenth of the deviation does not confirm."""
    swing = [(-1.0) ** k for k in range(70)]
    assert evaluated(is_up_confirmed(X), [*swing, -1.0, 1.0, 0.09])[-1] is False
    assert evaluated(is_up_confirmed(X), [*swing, -1.0, 1.0, 0.11])[-1] is True


def test_sessions_since() -> None:
    """Zero on the event, then counting, unknown before the first; unknown events are no events."""
    events = [None, False, True, False, None, True, False]
    frame = pl.LazyFrame({"event": events}).select(n=sessions_since(pl.col("event")))
    assert frame.collect(engine="in-memory")["n"].to_list() == [None, None, 0, 1, 2, 0, 1]


@pytest.fixture(scope="module")
def technical(closes: Values) -> pl.DataFrame:
    """The table over closes with holes in the VIX and in the S&P 500."""
    days = [date(2020, 1, 1) + timedelta(days=k) for k in range(400)]
    index = pl.LazyFrame({"session": days, "vix_close": closes, "spx_close": closes[::-1]})
    return MART_TECHNICAL_DAILY.conform(technical_daily(index)).collect(engine="in-memory")


def test_hole_is_null_on_its_session_only(technical: pl.DataFrame, closes: Values) -> None:
    """A missing VIX makes that session's measures null; the simple mean's window waits it out."""
    around = technical[199:204]
    for name in ("vix_ema_12d", "vix_macd_hist", "is_macd_cross_up", "is_macd_up_confirmed",
                 "vix_rsi_14d"):  # fmt: skip
        assert around[name].is_null().to_list() == [False, True, True, False, False]
    assert technical["vix_sma_20d"][199:222].is_null().to_list() == [False, *[True] * 21, False]
    assert technical["vix_sma_20d"][221] == pytest.approx(statistics.fmean(closes[202:222]))


def test_no_nan_in_table(technical: pl.DataFrame) -> None:
    """Whatever is not a number is null."""
    floats = technical.select(pl.col(pl.Float64))
    assert all(math.isfinite(value) for row in floats.rows() for value in row if value is not None)
