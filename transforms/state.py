"""States that rules and the page read: regime, cluster, Cash Press, False Binary."""

import polars as pl

from schemas.frames import at_least, compare, join_one
from schemas.state_columns import VOL_REGIMES
from schemas.state_tables import MART_STATE_DAILY
from transforms.breadth import is_near_high
from transforms.finite import finite, ratio
from transforms.returns import log_ratio
from transforms.standing import percentile, z_score

HORIZON = 21  # sessions; the month of the volatility index

_REGIME_STARTS = (0.14, 0.18, 0.25)
_HIGH_SESSIONS, _HIGH_SHARE = 252, 0.97
_HOT = 68.0
_PAID = 60.0
_STEEP, _CALMING = 0.08, 0.8
_RISE, _RISE_SESSIONS = 0.20, 5
_MOTION_SESSIONS = 63
_LEAST_GAP = 0.5
_STANDING = (
    "standing_theta_usd",
    "standing_loss_share",
    "standing_carry_usd_year",
    "standing_carry_share",
)


def vol_regime(realized_vol: pl.Expr) -> pl.Expr:
    """Column of the matrix, by name; null where the volatility is.

    Args:
        realized_vol: zero-mean volatility of 21 returns, annual [decimal].

    Source:
        Methodology 12.1.
    """
    first, *others = VOL_REGIMES
    name: pl.Expr = pl.when(finite(realized_vol).is_not_null()).then(pl.lit(first))
    for start, word in zip(_REGIME_STARTS, others, strict=True):
        name = pl.when(compare(realized_vol, ">=", start)).then(pl.lit(word)).otherwise(name)
    return name


def loyalty(premium: pl.Expr, cape_yield: pl.Expr) -> pl.Expr:
    """Side of the fundamentals: 1 cheap, -1 dear, 0 where the two measures differ.

    The common sign of their z against the previous ten years: a high premium is a cheap index.

    Args:
        premium: cash-flow equity premium [decimal].
        cape_yield: excess CAPE yield [decimal].

    Returns:
        -1, 0 or 1; null where either z is.

    Source:
        Methodology 11.3.
    """
    return _common_sign(z_score(premium), z_score(cape_yield))


def motion(close: pl.Expr, vix: pl.Expr) -> pl.Expr:
    """Side of the market: 1 index up and VIX down over 63 sessions, -1 the reverse, else 0.

    Args:
        close: S&P 500 closes in session order [index points].
        vix: VIX closes [volatility points].

    Returns:
        -1, 0 or 1; null where a close of either end is.

    Source:
        Methodology 11.3.
    """
    change = finite(vix - vix.shift(_MOTION_SESSIONS))
    return _common_sign(log_ratio(close, close.shift(_MOTION_SESSIONS)), -change)


def _common_sign(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    first, second = (finite(value).sign().cast(pl.Int32) for value in (one, other))
    return pl.when(first.is_not_null() & second.is_not_null()).then(
        pl.when(first == second).then(first).otherwise(pl.lit(0, pl.Int32))
    )


def is_false_binary(loyalty: pl.Expr, motion: pl.Expr, gap_z: pl.Expr) -> pl.Expr:
    """Whether the two sides are opposed while the gap is at least half a deviation off its mean.

    A side of 0 opposes nothing.

    Returns:
        Boolean; null where a part that could decide is unknown.

    Source:
        Methodology 11.3.
    """
    return compare(loyalty * motion, "=", -1.0) & compare(gap_z.abs(), ">=", _LEAST_GAP)


def is_rising(value: pl.Expr) -> pl.Expr:
    """Whether a value rose by more than a fifth of its size in five sessions.

    Returns:
        Boolean; null where either end is unknown or the earlier is zero.

    Source:
        Methodology 11.2, accelerating.
    """
    before = value.shift(_RISE_SESSIONS)
    return compare(ratio(value - before, before.abs()), ">", _RISE)


def press_legs() -> dict[str, pl.Expr]:
    """The four conditions of the Cash Press by column; null where unknown.

    Source:
        Methodology 11.2, (a) to (d).
    """
    calming = compare(ratio(pl.col("realized_vol_5d"), pl.col("realized_vol_63d")), "<", _CALMING)
    return {
        "is_press_near_high": is_near_high(
            finite(pl.col("spx_close")), _HIGH_SESSIONS, _HIGH_SHARE
        ),
        "is_press_stretched": pl.col("is_divergence_on")
        | compare(pl.col("spx_rsi_14d"), ">=", _HOT),
        "is_press_paid": compare(pl.col("premium_percentile"), ">=", _PAID),
        "is_press_carried": compare(pl.col("cm_slope_30d"), ">=", _STEEP) | calming,
    }


def is_cash_press(legs: list[pl.Expr]) -> pl.Expr:
    """The first leg and at least two of the others; null while an unknown one could decide."""
    return legs[0] & at_least(2, legs[1:])


def theta_pressure(
    theta: pl.Expr, loss_share: pl.Expr, carry: pl.Expr, carry_share: pl.Expr
) -> pl.Expr:
    """What the standing book earns a day by time alone, over its largest loss.

    ``theta / (loss_share * NAV)``, NAV being what the carry is stated as a share of.

    Args:
        theta: change of value over one calendar day [US dollars].
        loss_share: largest loss of the condors over the net asset value [decimal].
        carry: yearly cost of holding the layers [US dollars].
        carry_share: the same over the net asset value [decimal].

    Returns:
        Pressure [ratio]; null where a part is, or where there is no loss to press on.

    Source:
        Methodology 11.2.
    """
    return ratio(theta, loss_share * ratio(carry, carry_share))


def state_daily(  # noqa: PLR0913, PLR0917 -- a step's parameters are its inputs
    core_index_daily: pl.LazyFrame,
    mart_realized_vol_daily: pl.LazyFrame,
    mart_vol_forecast_daily: pl.LazyFrame,
    mart_technical_daily: pl.LazyFrame,
    mart_cost_of_equity_daily: pl.LazyFrame,
    mart_vol_gap_daily: pl.LazyFrame,
    mart_term_structure_daily: pl.LazyFrame,
    mart_breadth_daily: pl.LazyFrame,
    mart_valuation_daily: pl.LazyFrame,
    mart_standing_book_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """Regime, cluster, Cash Press and False Binary of every session."""
    month = mart_vol_forecast_daily.filter(pl.col("horizon_sessions") == HORIZON)
    panel = core_index_daily.select("session", "spx_close", "vix_close")
    for more, names in (
        (mart_realized_vol_daily, ("realized_vol_5d", "realized_vol_21d", "realized_vol_63d")),
        (month, ("forecast_variance_premium", "cluster_state")),
        (mart_technical_daily, ("spx_rsi_14d",)),
        (mart_cost_of_equity_daily, ("erp_fcfe_marked",)),
        (mart_vol_gap_daily, ("vol_gap_z",)),
        (mart_term_structure_daily, ("cm_slope_30d",)),
        (mart_breadth_daily, ("is_divergence_on",)),
        (mart_valuation_daily, ("excess_cape_yield_cpi",)),
        (mart_standing_book_daily, (*_STANDING, "standing_theta_per_vega")),
    ):
        panel = join_one(panel, more.select("session", *names), on="session")
    legs = press_legs()
    return (
        panel.sort("session")
        .with_columns(
            vol_regime=vol_regime(pl.col("realized_vol_21d")),
            premium_percentile=percentile(pl.col("forecast_variance_premium")),
            theta_pressure=theta_pressure(*(pl.col(name) for name in _STANDING)),
            is_cash_press_accelerating=is_rising(pl.col("standing_theta_per_vega")),
            loyalty=loyalty(pl.col("erp_fcfe_marked"), pl.col("excess_cape_yield_cpi")),
            motion=motion(pl.col("spx_close"), pl.col("vix_close")),
        )
        .with_columns(
            **legs,
            is_false_binary=is_false_binary(
                pl.col("loyalty"), pl.col("motion"), pl.col("vol_gap_z")
            ),
        )
        .with_columns(is_cash_press=is_cash_press([pl.col(name) for name in legs]))
        .select(list(MART_STATE_DAILY.schema))
    )
