"""Where a value stands among its own past: z, robust z and percentile.

One baseline for all three: the 2,520 sessions that end at t-1, so that a value is never part of
its own baseline; holes in it are left out, and with fewer than 756 values there is no standing.

Source: methodology 0.1.
"""

from bisect import bisect_left, insort
from collections import deque

import polars as pl

from transforms.finite import finite

BASELINE_SESSIONS = 2_520
BASELINE_MIN = 756

_MAD_TO_SD = 1.4826  # 1 / the normal distribution's upper quartile
_SPREAD_MIN = 1e-12  # relative to the values: below it a spread is rounding noise


def baseline_mean(value: pl.Expr) -> pl.Expr:
    """Mean of the previous ten years, in the value's unit; null with fewer than 756 values."""
    return finite(value).shift(1).rolling_mean(BASELINE_SESSIONS, min_samples=BASELINE_MIN)


def baseline_sd(value: pl.Expr) -> pl.Expr:
    """Sample standard deviation of the previous ten years, in the value's unit.

    Returns:
        Null with fewer than 756 values; a value that never moved has 0.
    """
    deviation = finite(value).shift(1).rolling_std(BASELINE_SESSIONS, min_samples=BASELINE_MIN)
    return finite(deviation)


def baseline_sessions(value: pl.Expr) -> pl.Expr:
    """Number of values in the baseline [sessions]; 2,520 when it is full and without holes."""
    known = finite(value).is_not_null().cast(pl.Int32).shift(1, fill_value=0)
    return known.rolling_sum(BASELINE_SESSIONS, min_samples=1).cast(pl.Int32)


def z_score(value: pl.Expr) -> pl.Expr:
    """Distance from the previous ten years' mean in their standard deviations.

    ``(x_t - mean) / sd``, baseline ended at t-1.

    Args:
        value: any measure in session order.

    Returns:
        z [standard deviations]; null where the value is, with fewer than 756 values in the
        baseline, and where the baseline never moved.
    """
    return _standardized(value, baseline_mean(value), baseline_sd(value))


def z_score_robust(value: pl.Expr) -> pl.Expr:
    """Distance from the previous ten years' median in scaled median absolute deviations.

    ``(x_t - median) / (1.4826 * median(|x_i - median|))``, baseline ended at t-1.

    Args:
        value: any measure in session order.

    Returns:
        z [standard deviations]; null where ``z_score`` is, or where more than half of the
        baseline is one value.
    """
    # One kernel: a rolling deviation from the window's own median is no rolling function.
    return finite(value).map_batches(_robust_scores, return_dtype=pl.Float64)


def percentile(value: pl.Expr) -> pl.Expr:
    """Share of the previous ten years below the value, ties counted half.

    Args:
        value: any measure in session order.

    Returns:
        Mid-rank percentile, 0 to 100; null where the value is and with fewer than 756 values in
        the baseline.
    """
    return rank_among(value, BASELINE_SESSIONS, BASELINE_MIN)


def rank_among(value: pl.Expr, window: int, least: int) -> pl.Expr:
    """Mid-rank percentile of a value among the ``window`` ones before it.

    Args:
        value: any measure in session order.
        window: number of earlier sessions looked at.
        least: number of values needed among them.

    Returns:
        0 to 100; null where the value is null or too few came before.
    """
    known = finite(value)
    # Among itself and the others the average rank is 1 + the number below + half the ties.
    rank = known.rolling_rank(window + 1, method="average", min_samples=least + 1)
    count = known.is_not_null().cast(pl.Int32).rolling_sum(window + 1, min_samples=1)
    return finite(100.0 * (rank.cast(pl.Float64) - 1.0) / (count - 1))


def _standardized(value: pl.Expr, center: pl.Expr, spread: pl.Expr) -> pl.Expr:
    has_spread = spread > _SPREAD_MIN * pl.max_horizontal(center.abs(), pl.lit(1e-300))
    return finite(pl.when(has_spread).then((finite(value) - center) / spread))


def _robust_scores(values: pl.Series) -> pl.Series:
    """Robust z of each value, from one sorted window slid along."""
    window: deque[float | None] = deque()
    ordered: list[float] = []
    scores: list[float | None] = []
    for value in values.to_list():
        is_known = value is not None and len(ordered) >= BASELINE_MIN
        scores.append(_robust_score(value, ordered) if is_known else None)
        window.append(value)
        if value is not None:
            insort(ordered, value)
        if len(window) > BASELINE_SESSIONS and (oldest := window.popleft()) is not None:
            del ordered[bisect_left(ordered, oldest)]
    return pl.Series(values.name, scores, dtype=pl.Float64)


def _robust_score(value: float, ordered: list[float]) -> float | None:
    half, is_odd = divmod(len(ordered), 2)
    center = ordered[half] if is_odd else (ordered[half - 1] + ordered[half]) / 2.0
    deviation = _deviation_of_rank(ordered, center, half + 1)
    if not is_odd:
        deviation = (_deviation_of_rank(ordered, center, half) + deviation) / 2.0
    if deviation <= _SPREAD_MIN * abs(center):
        return None
    return (value - center) / (_MAD_TO_SD * deviation)


def _deviation_of_rank(ordered: list[float], center: float, rank: int) -> float:
    """The ``rank``-th smallest distance: the nearest ``rank`` values lie side by side."""
    first, last = 0, len(ordered) - rank
    while first < last:
        middle = (first + last) // 2
        if center - ordered[middle] > ordered[middle + rank] - center:
            first = middle + 1
        else:
            last = middle
    return max(center - ordered[first], ordered[first + rank - 1] - center)
