"""Betas of sectors against the S&P 500, and the cost of equity that they ask."""

import numpy as np
import polars as pl

from pricing.board import Floats
from schemas.core import UNFIT
from schemas.frames import each_with, join_one, known_by
from schemas.valuation_tables import SECTOR_FUNDS
from transforms.finite import finite
from transforms.returns import log_return
from transforms.vix_family import numbers

WINDOW_WEEKS = 104
LEAST_WEEKS = 52  # a year; how many there were stands beside the beta

_BLUME_SLOPE, _BLUME_MEAN = 0.67, 0.33
_DAYS_PER_YEAR = 365.0
_INDEX = "spx_close"
_CLOSES = {fund: f"{fund}_close" for fund in SECTOR_FUNDS}
_WEEKLY = {"week_end": pl.Date(), "sector": pl.String(), "beta_ols": pl.Float64(),
           "beta_weeks": pl.Int32()}  # fmt: skip


def beta_blume(beta: pl.Expr) -> pl.Expr:
    """Beta drawn toward the market's: ``0.67 b + 0.33`` [ratio]; null where it is.

    Source:
        Blume (1975), Journal of Finance 30; methodology 1.1, M-BETA.
    """
    return finite(_BLUME_SLOPE * beta + _BLUME_MEAN)


def slopes(dependent: Floats, market: Floats) -> tuple[Floats, Floats]:
    """Least-squares slope, with an intercept, over the 104 weeks that end at each week.

    Each window is summed on its own, so that a week's slope does not depend on earlier windows.

    Args:
        dependent: excess returns, NaN where unknown [decimal].
        market: excess returns of the market, NaN where unknown [decimal].

    Returns:
        Slope [ratio], NaN with fewer than 52 weeks of both or where the market never moved; and
        the number of such weeks.
    """
    if not dependent.size:
        return np.empty(0), np.empty(0)
    is_known = np.isfinite(dependent) & np.isfinite(market)
    known, y, x = (
        np.ascontiguousarray(
            np.lib.stride_tricks.sliding_window_view(
                np.concatenate([np.zeros(WINDOW_WEEKS - 1), np.where(is_known, values, 0.0)]),
                WINDOW_WEEKS,
            )
        )
        for values in (np.ones_like(dependent), dependent, market)
    )
    count = known.sum(-1)
    with np.errstate(all="ignore"):  # no weeks, or a market that never moved, is NaN below
        away_x = (x - (x.sum(-1) / count)[:, None]) * known
        away_y = (y - (y.sum(-1) / count)[:, None]) * known
        spread = (away_x * away_x).sum(-1)
        slope = (away_x * away_y).sum(-1) / spread
    return np.where((count >= LEAST_WEEKS) & (spread > 0.0), slope, np.nan), count


def _traded(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Closes of the session itself: one carried over from the day before is no weekly return."""
    series = pl.col("series_id")
    names = [_INDEX, *_CLOSES.values()]
    is_today = pl.col("event_date") == pl.col("session")
    return (
        core_as_known_daily.filter(series.is_in(names), is_today, ~pl.col("freshness").is_in(UNFIT))
        .group_by("session")
        .agg(pl.col("value").filter(series == name).first().alias(name) for name in names)
    )


def _weekly_excess(
    core_session: pl.LazyFrame, core_as_known_daily: pl.LazyFrame, core_rate_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """Excess log returns from one week's last session to the next week's.

    The calendar says at the close which session is the week's last; the bill's yield is that of
    the earlier week's end, for the days between.
    """
    monday, next_monday = (pl.col(name).dt.truncate("1w") for name in ("session", "next_session"))
    calendar = core_session.select("session", is_week_end=monday != next_monday)
    panel = core_rate_daily.select("session", "rf_30d")
    for more in (calendar, _traded(core_as_known_daily)):
        panel = join_one(panel, more, on="session")
    weeks = panel.filter("is_week_end").sort("session")
    days = (pl.col("session") - pl.col("session").shift(1)).dt.total_days()
    bill = pl.col("rf_30d").shift(1) * days / _DAYS_PER_YEAR
    return weeks.select(
        week_end="session",
        **{name: finite(log_return(pl.col(name)) - bill) for name in (_INDEX, *_CLOSES.values())},
    )


def _betas(weeks: pl.DataFrame) -> pl.DataFrame:
    market = numbers(weeks, _INDEX)
    made = [pl.DataFrame(schema=_WEEKLY)]
    for sector, name in _CLOSES.items():
        slope, count = slopes(numbers(weeks, name), market)
        made.append(
            weeks.select(
                "week_end",
                sector=pl.lit(sector),
                beta_ols=pl.Series(slope, dtype=pl.Float64).fill_nan(None),
                beta_weeks=pl.Series(count).cast(pl.Int32),
            )
        )
    return pl.concat(made)


def sector_beta_daily(
    core_session: pl.LazyFrame,
    core_as_known_daily: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
    mart_cost_of_equity_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """Beta of every sector at every session, by the last week that was over, and its cost of equity.

    A sector without closes has no beta and 0 weeks.
    """
    excess = _weekly_excess(core_session, core_as_known_daily, core_rate_daily)
    # The windows read the whole history: no filter, limit or selection may be moved before it.
    betas = excess.map_batches(
        _betas,
        schema=_WEEKLY,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )
    costs = mart_cost_of_equity_daily.select("session", "treasury_10y", "erp_fcfe_marked")
    grid = each_with(costs, pl.LazyFrame({"sector": SECTOR_FUNDS}))
    asked = pl.col("treasury_10y") + pl.col("beta_blume") * pl.col("erp_fcfe_marked")
    return (
        known_by(grid, betas, left_on="session", right_on="week_end", by="sector")
        .with_columns(beta_blume=beta_blume(pl.col("beta_ols")))
        .select(
            "session", "sector", "beta_ols", "beta_blume", "beta_weeks", coe_sector=finite(asked)
        )
    )
