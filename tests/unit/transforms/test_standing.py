"""z, robust z and percentile against slow twins, and what they answer at the edges."""

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from transforms.standing import (
    BASELINE_MIN,
    BASELINE_SESSIONS,
    baseline_sessions,
    percentile,
    rank_among,
    z_score,
    z_score_robust,
)

Evaluate = Callable[[pl.Expr, Sequence[float | None]], list[Any]]
Values = list[float | None]
X = pl.col("x")
CHECKED = (0, 1, 755, 756, 757, 758, 759, 800, 1500, 2518, 2519, 2520, 2521, 2522, 3000, 3299)


@pytest.fixture(scope="module")
def history() -> Values:
    """3,300 values that wander, repeat themselves and have holes."""
    draw = np.random.default_rng(3)
    values: Values = np.round(draw.normal(size=3_300).cumsum() / 10, 2).tolist()
    for hole in (10, 400, 401, 757, 2519, 3000):
        values[hole] = None
    return values


def _baseline(values: Values, at: int) -> list[float]:
    past = values[max(0, at - BASELINE_SESSIONS) : at]
    return [value for value in past if value is not None]


def _has_standing(values: Values, at: int) -> bool:
    return values[at] is not None and len(_baseline(values, at)) >= BASELINE_MIN


def _z(value: float, past: list[float]) -> float:
    return (value - statistics.fmean(past)) / statistics.stdev(past)


def _z_robust(value: float, past: list[float]) -> float:
    center = statistics.median(past)
    return (value - center) / (1.4826 * statistics.median(abs(item - center) for item in past))


def _percentile(value: float, past: list[float]) -> float:
    below = sum(item < value for item in past)
    return 100 * (below + sum(item == value for item in past) / 2) / len(past)


@pytest.mark.parametrize(
    ("measure", "twin"),
    [(z_score, _z), (z_score_robust, _z_robust), (percentile, _percentile)],
    ids=["z", "robust z", "percentile"],
)
def test_agrees_with_twin(
    measure: Callable[[pl.Expr], pl.Expr],
    twin: Callable[[float, list[float]], float],
    history: Values,
    evaluated: Evaluate,
) -> None:
    """The measure is what a loop over the baseline says, ties and holes included."""
    found = evaluated(measure(X), history)
    for at in CHECKED:
        value = history[at]
        if value is None or not _has_standing(history, at):
            assert found[at] is None
        else:
            assert found[at] == pytest.approx(twin(value, _baseline(history, at)), abs=1e-9)


def test_counts_baseline(history: Values, evaluated: Evaluate) -> None:
    """The number of sessions beside a z is the number of values in its baseline."""
    found = evaluated(baseline_sessions(X), history)
    assert [found[at] for at in CHECKED] == [len(_baseline(history, at)) for at in CHECKED]


def test_needs_756_values(evaluated: Evaluate) -> None:
    """The first standing is that of the 757th value, with 756 before it."""
    ramp = [float(step) for step in range(760)]
    for measure in (z_score, z_score_robust, percentile):
        found = evaluated(measure(X), ramp)
        assert found[755] is None
        assert found[756] is not None


@pytest.mark.parametrize("measure", [z_score, z_score_robust])
def test_unmoved_baseline_has_no_z(
    measure: Callable[[pl.Expr], pl.Expr], evaluated: Evaluate
) -> None:
    """Where the baseline never moved there is no z, rather than an infinite one."""
    found = evaluated(measure(X), [0.1] * 800 + [0.2])
    assert found == [None] * 801


@pytest.mark.parametrize("measure", [z_score, z_score_robust, percentile])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_no_number_counts_as_hole(
    measure: Callable[[pl.Expr], pl.Expr], bad: float, evaluated: Evaluate
) -> None:
    """A NaN or infinity is a hole: null itself, and no poison to the values after it."""
    ramp = [float(step) for step in range(800)]
    found = evaluated(measure(X), [*ramp[:100], bad, *ramp[101:]])
    assert found == evaluated(measure(X), [*ramp[:100], None, *ramp[101:]])
    assert found[-1] is not None


def test_ties_rank_in_the_middle(evaluated: Evaluate) -> None:
    """Two below, two equal, one above: (2 + 1) / 5."""
    assert evaluated(rank_among(X, 5, 5), [1.0, 2.0, 3.0, 3.0, 4.0, 3.0])[-1] == 60.0
