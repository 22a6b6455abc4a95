"""Gauges: chain data, market structure and issuance. Shown, and by default read by no rule."""

from collections import deque
from datetime import date, timedelta
from math import fsum
from statistics import stdev

import polars as pl

from schemas.core import UNFIT
from schemas.frames import compare, join_one
from transforms.finite import finite, ratio
from transforms.standing import percentile, rank_among, z_score

_YEAR, _YEAR_LEAST = 252, 76  # sessions of 365 days, and 30 % of them
_MONTH, _MONTH_LEAST = 21, 7  # sessions of 30 days
_QUARTER = 63
_SPIKE = 3.0
_EXTREME = 95.0
_WEEK_LEAST = 3  # days
_QUARTERS, _QUARTERS_LEAST = 12, 4  # 30 % of the window
_CALENDAR_YEAR = 365.0
_EPOCH = date(1970, 1, 1)
_SPREAD_MIN = 1e-12  # relative to the mean: below it a spread is rounding noise
_MIDAS = {
    "midas_cancel_to_trade": "cancel_to_trade_z",
    "midas_odd_lot_rate": "odd_lot_z",
    "midas_hidden_rate": "hidden_rate_z",
}


def year_z(value: pl.Expr) -> pl.Expr:
    """Distance from the mean of the year before, in its standard deviations.

    ``(x_t - mean_252) / sd_252`` over the sessions that end at t-1.

    Returns:
        z [standard deviations]; null where the value is, with fewer than 76 values, and where they
        never moved.
    """
    past = finite(value).shift(1)
    mean = past.rolling_mean(_YEAR, min_samples=_YEAR_LEAST)
    spread = past.rolling_std(_YEAR, min_samples=_YEAR_LEAST)
    return finite(pl.when(spread > _SPREAD_MIN * mean.abs()).then((finite(value) - mean) / spread))


def is_spike(value: pl.Expr) -> pl.Expr:
    """Whether a day is at least three times the median of the month before; null where unknown."""
    usual = finite(value).shift(1).rolling_median(_MONTH, min_samples=_MONTH_LEAST)
    return compare(value, ">=", _SPIKE * usual)


def impermanent_loss(price_ratio: pl.Expr) -> pl.Expr:
    """``2 sqrt(r) / (1 + r) - 1`` of ``pricing.amm``, over a column [decimal]; null where r is."""
    return finite(2.0 * price_ratio.sqrt() / (1.0 + price_ratio) - 1.0)


def gauge_daily(core_as_known_daily: pl.LazyFrame, core_gauge_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Payments for blocks, exchange volume, pools, order flow and offerings, with their standings.

    Days without a session are not among those the panel knows, save as the newest before one.
    """
    frame = core_gauge_daily.select(
        "session", mev_payments=finite(pl.col("mev_payment_mean") * pl.col("mev_block_count"))
    )
    parts = [
        _dex_week(core_as_known_daily),
        _pool(core_as_known_daily),
        _offerings(core_as_known_daily),
    ]
    parts += [_order_flow(core_as_known_daily, name) for name in _MIDAS]
    for part in parts:
        frame = join_one(frame, part, on="session")
    payments, week, offerings = (
        pl.col(name) for name in ("mev_payments", "dex_volume_7d", "ipo_count_63d")
    )
    of_year = [rank_among(value, _YEAR, _YEAR_LEAST) for value in (payments, week)]
    # Offerings come in waves of years: among one year's sums a wave's would all be extreme.
    extreme = [compare(rank, ">=", _EXTREME) for rank in (*of_year, percentile(offerings))]
    return (
        frame.sort("session")
        .with_columns(
            mev_payments_z=year_z(payments),
            is_mev_spike=is_spike(payments),
            dex_volume_z=year_z(week),
            ipo_count_z=z_score(offerings),
        )
        .with_columns(is_gauge_extreme=pl.any_horizontal("is_mev_spike", *extreme))
    )


def _fit(core_as_known_daily: pl.LazyFrame, series_id: str) -> pl.LazyFrame:
    """The rows of one series that are fresh and believed, and whether each names a new day."""
    is_fit = ~pl.col("freshness").is_in(UNFIT)
    rows = core_as_known_daily.filter(is_fit, pl.col("series_id") == series_id).sort("session")
    day = pl.col("event_date")
    return rows.select("session", "event_date", "value").with_columns(
        is_new=(day != day.shift(1)).fill_null(value=True)
    )


def _dex_week(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Seven times the mean of the known days in the seven that end with the newest [US dollars].

    Null with fewer than three of them.
    """
    rows = _fit(core_as_known_daily, "dex_volume")
    mean = pl.col("value").rolling_mean_by(
        "event_date", window_size="7d", min_samples=_WEEK_LEAST, closed="right"
    )
    weeks = rows.filter("is_new").select("event_date", dex_volume_7d=finite(7.0 * mean))
    return join_one(rows, weeks, on="event_date", many=True).select("session", "dex_volume_7d")


def _pool(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """What a pool of ether and dollars lost over 21 sessions to holding both, and loses a year.

    The second is ``sigma^2 / 8``, sigma of the 21 returns and the calendar days they span.
    """
    rows = _fit(core_as_known_daily, "eth_close")
    price, day = pl.col("value"), pl.col("event_date")
    squared = (price / price.shift(1)).log().pow(2)
    days = (day - day.shift(1)).dt.total_days().cast(pl.Float64)
    variance = ratio(squared.rolling_sum(_MONTH), days.rolling_sum(_MONTH)).clip(lower_bound=0.0)
    measured = rows.filter("is_new").select(
        "event_date",
        impermanent_loss_21d=impermanent_loss(price / price.shift(_MONTH)),
        lvr_year=finite(_CALENDAR_YEAR * variance / 8.0),
    )
    return join_one(rows, measured, on="event_date", many=True).select(
        "session", "impermanent_loss_21d", "lvr_year"
    )


def _offerings(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Offerings priced over 63 sessions; a session that names no new day had none.

    Null until the calendar has been known, without a gap, for as long.
    """
    rows = _fit(core_as_known_daily, "ipo_priced_count")
    grid = core_as_known_daily.select("session").unique().sort("session")
    daily = pl.when(pl.col("is_new")).then(pl.col("value")).when(~pl.col("is_new")).then(0.0)
    counted = join_one(grid, rows, on="session").sort("session")
    return counted.select("session", ipo_count_63d=finite(daily.rolling_sum(_QUARTER)))


def _order_flow(core_as_known_daily: pl.LazyFrame, series_id: str) -> pl.LazyFrame:
    """The newest known day of order flow against the last known day of the 12 quarters before."""
    rows = _fit(core_as_known_daily, series_id)
    scores = pl.struct("event_date", "value").map_batches(
        _against_quarters, return_dtype=pl.Float64
    )
    return rows.select("session", scores.alias(_MIDAS[series_id]))


def _against_quarters(rows: pl.Series) -> pl.Series:
    past: deque[float] = deque(maxlen=_QUARTERS)
    scores: list[float | None] = []
    newest: tuple[int, float] | None = None
    days = rows.struct.field("event_date").to_physical().to_list()
    for day, value in zip(days, rows.struct.field("value").to_list(), strict=True):
        at = _EPOCH + timedelta(days=day)
        quarter = at.year * 4 + (at.month - 1) // 3
        if newest is not None and quarter != newest[0]:
            past.append(newest[1])
        newest = (quarter, value)
        scores.append(_score(value, past))
    return pl.Series(rows.name, scores, dtype=pl.Float64)


def _score(value: float, past: deque[float]) -> float | None:
    if len(past) < _QUARTERS_LEAST:
        return None
    mean, spread = fsum(past) / len(past), stdev(past)
    return (value - mean) / spread if spread > _SPREAD_MIN * abs(mean) else None
