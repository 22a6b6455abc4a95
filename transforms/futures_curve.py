"""VIX futures at every monthly expiry: from settlements, else the VIX family, else mean reversion.

One numpy pass by ``pricing.curve``; every value depends on sessions up to its own alone.
"""

import numpy as np
import polars as pl

from pricing.board import Floats
from pricing.curve import (
    best_curve,
    from_family,
    from_mean_reversion,
    from_settlements,
    reversion_speed,
)
from pricing.priced_from import PricedFrom
from schemas.frames import join_one
from schemas.mart import MART_FUTURES_CURVE_DAILY
from transforms.finite import finite
from transforms.standing import BASELINE_MIN, BASELINE_SESSIONS
from transforms.vix_family import FAMILY, TENOR_DAYS, family, numbers

EXPIRIES = 9  # the next nine months
SPEED_SESSIONS = 21  # from one estimate of the speed of reversion to the next

_LONGEST_DAYS = (
    290  # the ninth expiry is at most 280 days away; before a root began, others would be
)
_MONTHLY_ROOTS = ("VIX", "VX")
_LEVELS = {level.value: level.name.lower() for level in PricedFrom}


def futures_curve_daily(
    core_index_daily: pl.LazyFrame, core_vx_curve_daily: pl.LazyFrame, core_expiry: pl.LazyFrame
) -> pl.LazyFrame:
    """VIX futures at the monthly expiries of the next nine months, each with its level.

    Between listed contracts settlements are linear in days: months of 2004 and 2005 that were
    never listed are priced so. ``nothing`` and a null future where no level answers.
    """
    panel = join_one(core_index_daily, _contracts(core_vx_curve_daily), on="session")
    panel = join_one(panel, _schedule(core_expiry), on="session").sort("session")
    median = finite(pl.col("vix_close")).shift(1).rolling_median(
        BASELINE_SESSIONS, min_samples=BASELINE_MIN
    )  # fmt: skip
    # The pass reads the whole history: no filter, limit or selection may be moved before it.
    return panel.select(
        "session", *FAMILY, "vvix_close", "expiries", "contract_days", "settles", vix_median=median
    ).map_batches(
        _curves,
        schema=MART_FUTURES_CURVE_DAILY.schema,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )


def _contracts(core_vx_curve_daily: pl.LazyFrame) -> pl.LazyFrame:
    """The settlements of each session, nearest first."""
    ordered = core_vx_curve_daily.sort("session", "expiry")
    return ordered.group_by("session", maintain_order=True).agg(
        contract_days=pl.col("days_to_expiry").cast(pl.Float64), settles=finite(pl.col("settle"))
    )


def _schedule(core_expiry: pl.LazyFrame) -> pl.LazyFrame:
    """The next monthly expiries of every day that has any."""
    monthly = core_expiry.filter(pl.col("root").is_in(_MONTHLY_ROOTS))
    expiry = pl.col("expiry")
    first, last = (expiry.dt.offset_by(f"-{days}d") for days in (_LONGEST_DAYS, 1))
    ahead = monthly.select("expiry").unique().with_columns(session=pl.date_ranges(first, last))
    return (
        ahead.explode("session")
        .sort("session", "expiry")
        .group_by("session", maintain_order=True)
        .agg(expiries=expiry.head(EXPIRIES))
    )


def _curves(frame: pl.DataFrame) -> pl.DataFrame:
    """One row a session and expiry, in that order."""
    days = _matrix(frame.select(pl.col("expiries").list.eval(pl.element().cast(pl.Int32)))[
        "expiries"
    ], EXPIRIES)  # fmt: skip
    days -= numbers(frame.select(pl.col("session").cast(pl.Int32)), "session")[:, None]
    count = max([1, *frame["settles"].list.len().drop_nulls().to_list()])
    vix = numbers(frame, "vix_close")
    curve = best_curve(
        from_settlements(
            _matrix(frame["contract_days"], count), _matrix(frame["settles"], count), days
        ),
        from_family(TENOR_DAYS, family(frame), numbers(frame, "vvix_close"), days),
        from_mean_reversion(vix, numbers(frame, "vix_median"), reversion_speeds(vix), days),
    )
    has_expiry = np.isfinite(days)
    rows = np.repeat(np.arange(frame.height), EXPIRIES).reshape(days.shape)[has_expiry]
    level = curve.priced_from[has_expiry]
    is_known = (curve.priced_from != PricedFrom.NOTHING).any(-1)
    mixed = pl.Series([bool(one) for one in curve.is_mixed], dtype=pl.Boolean)
    flags = pl.select(pl.when(pl.Series(is_known)).then(mixed)).to_series()
    made = frame.select("session")[rows].with_columns(
        expiry=frame["expiries"].drop_nulls().explode(),
        days_to_expiry=pl.Series(days[has_expiry]).cast(pl.Int32),
        future=pl.Series(curve.value[has_expiry]).fill_nan(None),
        priced_from=pl.Series([_LEVELS[code] for code in level.tolist()], dtype=pl.String),
        is_curve_mixed=flags[rows],
    )
    return made.select(list(MART_FUTURES_CURVE_DAILY.schema))


def reversion_speeds(vix: Floats) -> Floats:
    """Speed of the VIX's reversion over the ten years up to each session's last estimate.

    Estimated again every 21 sessions from the 756th, for it moves slowly.

    Args:
        vix: closes in session order, NaN where unknown [volatility points].

    Returns:
        Speed [1 / session]; NaN before the first estimate and where the VIX does not return.
    """
    found = np.full(vix.size, np.nan)
    for place in range(BASELINE_MIN - 1, vix.size, SPEED_SESSIONS):
        window = vix[max(place + 1 - BASELINE_SESSIONS, 0) : place + 1]
        found[place : place + SPEED_SESSIONS] = reversion_speed(window)
    return found


def _matrix(lists: pl.Series, width: int) -> Floats:
    """Lists as rows of one width, NaN where they are shorter or null."""
    made = np.full((lists.len(), width), np.nan)
    lengths = lists.list.len().fill_null(0).to_numpy()
    is_filled = np.arange(width) < lengths[:, None]
    made[is_filled] = lists.drop_nulls().explode().cast(pl.Float64).fill_null(np.nan).to_numpy()
    return made
