"""The volatility term structure: slope, roll, slope factor, states.

Futures count only where they are settlements or the VIX family's forward volatility, and only
beside others of the same kind: a slope between two kinds is no market's.
"""

import numpy as np
import polars as pl

from schemas.frames import compare, join_one
from schemas.term_tables import MART_TERM_STRUCTURE_DAILY
from transforms.finite import finite, ratio
from transforms.slope_factor import slope_factors
from transforms.standing import BASELINE_MIN, rank_among
from transforms.vix_family import FAMILY, family

STEEP, INVERTED = 1.15, 1.00  # defaults of the cut-offs while the history is short

_MARKET_LEVELS = ("quotes", "model")
_CONTRACTS = 4  # the fourth monthly expiry is at least 84 days away
_MATURITY = 30.0
_EVER = 100_000  # sessions; longer than any history
_CHANGE_SESSIONS = 5
_TWO_YEARS, _TWO_YEARS_MIN = 504, 151  # 30 % of the window
_TOP_DECILE = 90.0


def constant_maturity_slope(days: list[pl.Expr], futures: list[pl.Expr]) -> pl.Expr:
    """VIX future of 60 days over that of 30, less 1.

    ``F60 / F30 - 1``, each on the straight line between the two monthly expiries around it. In the
    week after some settlements the nearest expiry is 31 to 35 days away; the line of the first two
    is then continued back to 30.

    Args:
        days: calendar days to the four nearest monthly expiries.
        futures: future at each [volatility points]; null where unknown.

    Returns:
        Slope per 30 days [decimal]; null where a future on either side is.

    Source:
        Methodology 10.4, V-S21.
    """
    near = _line(days, futures, _MATURITY)
    return finite(_line(days, futures, 2.0 * _MATURITY) / near - 1.0)


def _line(days: list[pl.Expr], futures: list[pl.Expr], at: float) -> pl.Expr:
    """Future at a maturity, by the first two neighbors that reach it."""
    branches = [
        futures[k] + (at - days[k]) * (futures[k + 1] - futures[k]) / (days[k + 1] - days[k])
        for k in range(_CONTRACTS - 1)
    ]
    first = pl.when(days[1] >= at).then(branches[0])
    return first.when(days[2] >= at).then(branches[1]).otherwise(branches[2])


def daily_roll(vx1: pl.Expr, vix: pl.Expr, weekdays: pl.Expr) -> pl.Expr:
    """Fall of the nearest future a weekday if the VIX stays: ``(VX1 - VIX) / weekdays``.

    Args:
        vx1: nearest future [volatility points].
        vix: VIX close [volatility points].
        weekdays: Mondays to Fridays after the session up to settlement; holidays count.

    Returns:
        Roll [volatility points a weekday]; null where either is, or on the day it settles.

    Source:
        Simon and Campasano (2014), Journal of Derivatives 21(3).
    """
    return ratio(vx1 - vix, weekdays)


def cut_off(term_ratio: pl.Expr, quantile: float, default: float) -> pl.Expr:
    """Quantile of all earlier values, ended at t-1; the default with fewer than 756 of them."""
    earlier = finite(term_ratio).shift(1)
    found = earlier.rolling_quantile(quantile, "linear", _EVER, min_samples=BASELINE_MIN)
    return found.fill_null(default)


def term_state(term_ratio: pl.Expr, steep: pl.Expr, inverted: pl.Expr) -> pl.Expr:
    """Steep from its cut-off on, inverted below the other, else normal; null where unknown.

    Source:
        Methodology 10.4, V-R1.
    """
    return (
        pl.when(compare(term_ratio, ">=", steep))
        .then(pl.lit("steep"))
        .when(compare(term_ratio, "<", inverted))
        .then(pl.lit("inverted"))
        .when(finite(term_ratio).is_not_null())
        .then(pl.lit("normal"))
    )


def sessions_inverted(term_ratio: pl.Expr) -> pl.Expr:
    """Closes in a row, among those known, with VIX3M below the VIX; 0 where it is not.

    Returns:
        Count [sessions]; null where the ratio is: such a session neither ends a run nor adds to it.

    Source:
        Methodology 12.4, R-06, whose threshold is 1.00 itself.
    """
    is_inverted = compare(term_ratio, "<", INVERTED)
    known = is_inverted.is_not_null().cum_sum().cast(pl.Int32)
    last_upright = pl.when(~is_inverted).then(known).forward_fill().fill_null(0)
    return pl.when(is_inverted.is_not_null()).then(known - last_upright)


def is_top_change(slope: pl.Expr) -> pl.Expr:
    """Whether the change over five sessions ranks in the top tenth of the two years before.

    Returns:
        Boolean; null where the change is, or with fewer than 151 earlier changes.

    Source:
        Methodology 10.4, "steepening".
    """
    change = finite(slope - slope.shift(_CHANGE_SESSIONS))
    return compare(rank_among(change, _TWO_YEARS, _TWO_YEARS_MIN), ">=", _TOP_DECILE)


def term_structure_daily(
    core_index_daily: pl.LazyFrame,
    mart_futures_curve_daily: pl.LazyFrame,
    mart_vol_state_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """Slope, roll, slope factor and states of the volatility term structure."""
    panel = join_one(
        core_index_daily.select("session", *FAMILY),
        mart_vol_state_daily.select("session", "term_ratio_3m", "term_ratio_9d"),
        on="session",
    )
    panel = join_one(panel, _front(mart_futures_curve_daily), on="session").sort("session")
    quarter = pl.col("term_ratio_3m")
    # The pass reads the whole history: no filter, limit or selection may be moved before it.
    return (
        panel.map_batches(
            _with_factor,
            schema={**panel.collect_schema(), "slope_factor": pl.Float64, "slope_factor_z": pl.Float64},
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
        )
        .with_columns(
            priced_from=pl.col("priced_from").fill_null("nothing"),
            term_ratio_cut_steep=cut_off(quarter, 0.9, STEEP),
            term_ratio_cut_inverted=cut_off(quarter, 0.1, INVERTED),
            sessions_inverted=sessions_inverted(quarter),
            is_event_stress=compare(pl.col("term_ratio_9d"), ">", 1.0),
            is_steepening=pl.coalesce(
                is_top_change(pl.col("cm_slope_30d")), is_top_change(quarter)
            ),
        )
        .with_columns(
            term_state=term_state(
                quarter, pl.col("term_ratio_cut_steep"), pl.col("term_ratio_cut_inverted")
            ),
            vix_roll_day=daily_roll(pl.col("vx1"), pl.col("vix_close"), pl.col("weekdays")),
        )
        .select(list(MART_TERM_STRUCTURE_DAILY.schema))
    )  # fmt: skip


def _front(curve: pl.LazyFrame) -> pl.LazyFrame:
    """The nearest contracts of each session, as far as they are of the nearest one's kind."""
    days, value = pl.col("days_to_expiry").cast(pl.Float64), finite(pl.col("future"))
    level = pl.col("priced_from")
    ordered = curve.sort("session", "expiry")
    kind = pl.when(level.first().is_in(_MARKET_LEVELS)).then(level.first())
    of_kind = pl.when(level == kind).then(value)
    front = ordered.group_by("session", maintain_order=True).agg(
        days=days.head(_CONTRACTS),
        futures=of_kind.head(_CONTRACTS),
        priced_from=kind,
        expiry=pl.col("expiry").first(),
    )
    places = range(_CONTRACTS)
    maturities = [pl.col("days").list.get(k, null_on_oob=True) for k in places]
    futures = [pl.col("futures").list.get(k, null_on_oob=True) for k in places]
    return front.select(
        "session",
        "priced_from",
        vx1=futures[0],
        vx2=futures[1],
        cm_slope_30d=constant_maturity_slope(maturities, futures),
        weekdays=pl.business_day_count("session", "expiry"),
    )


def _with_factor(frame: pl.DataFrame) -> pl.DataFrame:
    levels = family(frame)
    logs = np.log(levels, where=levels > 0.0, out=np.full_like(levels, np.nan))
    factor, score = slope_factors(logs)
    return frame.with_columns(
        slope_factor=pl.Series(factor).fill_nan(None),
        slope_factor_z=pl.Series(score).fill_nan(None),
    )
