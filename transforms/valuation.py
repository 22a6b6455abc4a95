"""Valuation under two costs of equity: multiples, premium estimates, repricing, holding returns."""

import polars as pl

from schemas.core import UNFIT
from schemas.frames import join_one
from transforms.cost_of_equity import erp_fcfe
from transforms.finite import finite, ratio
from transforms.valuation_return import duration, holding_return, repriced

PREMIA = ("erp_fcfe_marked", "excess_cape_yield_cpi", "erp_gordon", "erp_svix30", "erp_svix365")
"""The estimates of the premium that the model-uncertainty line spans."""

PREMIA_MIN = 2  # one estimate has no range
SHIFT_SESSIONS, SHIFT_WINDOW, SHIFT_MIN = 5, 252, 126

_MILLIONS_PER_BILLION = 1_000.0
_BASIS_POINTS = (50, 100, 200)


def price_cash_flow(equity_mn: pl.Expr, cash_flow_bn: pl.Expr) -> pl.Expr:
    """Market value of nonfinancial corporate equity over corporations' net cash flow.

    ``NCBEILQ027S / (CNCF 1000)``

    Args:
        equity_mn: Z.1 market value [millions of US dollars].
        cash_flow_bn: NIPA net cash flow, annual rate [billions of US dollars].

    Returns:
        Multiple [ratio]; null where either is, or the cash flow is not positive.

    Source:
        Methodology 1.3, M-PCF.
    """
    multiple = ratio(equity_mn, cash_flow_bn * _MILLIONS_PER_BILLION)
    return pl.when(cash_flow_bn > 0.0).then(multiple)


def gordon_return(price: pl.Expr, dividend: pl.Expr, growth: pl.Expr) -> pl.Expr:
    """Return of dividends that grow for ever: ``D0 (1 + g) / P + g``.

    Args:
        price: index level P [index points].
        dividend: trailing dividends D0 [index points].
        growth: yearly growth g, the 10-year yield [decimal].

    Returns:
        Yearly return [decimal]; null where an input is.

    Source:
        Gordon (1959); methodology 1.3, M-GORD.
    """
    return finite(dividend * (1.0 + growth) / price + growth)


def inflation_10y(price_level: pl.Expr, ten_years_before: pl.Expr) -> pl.Expr:
    """Yearly inflation over ten years [decimal]: ``(CPI / CPI_before)^(1/10) - 1``."""
    return finite((price_level / ten_years_before) ** 0.1 - 1.0)


def excess_cape_yield(cape: pl.Expr, real_rate: pl.Expr) -> pl.Expr:
    """Excess CAPE yield: ``1 / CAPE - real rate``.

    Args:
        cape: cyclically adjusted P/E [ratio].
        real_rate: 10-year yield less ten years' inflation, or that of linked bonds [decimal].

    Returns:
        Premium over bonds [decimal]; null where either is.

    Source:
        Shiller, Black and Jivraj (2020); methodology 1.3, M-ECY.
    """
    return finite(1.0 / cape - real_rate)


def premium_range(estimates: list[pl.Expr]) -> dict[str, pl.Expr]:
    """Smallest, median and largest of the estimates that are known, and how many are.

    Args:
        estimates: premia [decimal].

    Returns:
        ``premium_min``, ``premium_median``, ``premium_max`` [decimal], null with fewer than two
        known; ``premium_count``.

    Source:
        Methodology 1.3, the model-uncertainty line.
    """
    known = pl.concat_list([finite(one) for one in estimates]).list.drop_nulls()
    has_range = known.list.len() >= PREMIA_MIN
    found = {
        "premium_min": known.list.min(),
        "premium_median": known.list.median(),
        "premium_max": known.list.max(),
    }
    ranged = {name: pl.when(has_range).then(one) for name, one in found.items()}
    return {**ranged, "premium_count": known.list.len().cast(pl.Int32)}


def rate_shift_1sd(yield_10y: pl.Expr) -> pl.Expr:
    """One standard deviation of the yield's 5-session change over 252 sessions [decimal].

    Args:
        yield_10y: 10-year yield in session order [decimal].

    Returns:
        Null with fewer than 126 changes.

    Source:
        Methodology 7.2, the shift score's denominator; 7.4, X-IRR.
    """
    change = finite(yield_10y - yield_10y.shift(SHIFT_SESSIONS))
    return finite(change.rolling_std(SHIFT_WINDOW, min_samples=SHIFT_MIN))


def _cpi_before(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """For each session the CPI of the month ten years before its newest one.

    It is what was the newest CPI then: every such row is ten years older than the session's.
    """
    known = _fit(core_as_known_daily, "shiller_cpi").select("session", "event_date", "value")
    before = (
        known.sort("session")
        .group_by("event_date", maintain_order=True)
        .agg(cpi_before=pl.col("value").last())
        .rename({"event_date": "month_before"})
    )
    dated = known.with_columns(month_before=pl.col("event_date").dt.offset_by("-10y"))
    return join_one(dated, before, on="month_before", many=True).select("session", "cpi_before")


def _cape_months(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions at which the newest CAPE and the newest mean price are of one month."""
    names = ("shiller_cape", "shiller_price")
    event_date = pl.col("event_date")
    months = (
        _fit(core_as_known_daily, *names)
        .group_by("session")
        .agg(first=event_date.min(), last=event_date.max(), figures=pl.len())
    )
    is_one_month = (pl.col("first") == pl.col("last")) & (pl.col("figures") == len(names))
    return months.select("session", is_cape_month=is_one_month)


def _fit(core_as_known_daily: pl.LazyFrame, *series: str) -> pl.LazyFrame:
    is_fit = ~pl.col("freshness").is_in(UNFIT)
    return core_as_known_daily.filter(pl.col("series_id").is_in(series), is_fit)


def _inputs(
    core_rate_daily: pl.LazyFrame,
    core_valuation_daily: pl.LazyFrame,
    core_macro_daily: pl.LazyFrame,
    core_as_known_daily: pl.LazyFrame,
    mart_cost_of_equity_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    panel = mart_cost_of_equity_daily.select(
        "session", "spx_close", "treasury_10y", "cash_flow0", "erp_fcfe_marked", "coe_f",
        "erp_svix30", "erp_svix365", "coe_v_365d",
    )  # fmt: skip
    shiller = (f"shiller_{name}" for name in ("price", "dividend", "earnings", "cpi", "cape"))
    for more in (
        core_rate_daily.select("session", "treasury_real_10y", "breakeven_10y"),
        core_valuation_daily.select("session", *shiller),
        core_macro_daily.select("session", "corporate_equity", "corporate_cash_flow"),
        _cpi_before(core_as_known_daily),
        _cape_months(core_as_known_daily),
    ):
        panel = join_one(panel, more, on="session")
    return panel.sort("session")


def _multiples() -> dict[str, pl.Expr]:
    price, earnings = pl.col("spx_close"), pl.col("shiller_earnings")
    marked = pl.col("shiller_cape") * price / pl.col("shiller_price")
    return {
        "price_earnings": ratio(price, earnings),
        "earnings_yield": ratio(earnings, price),
        "dividend_yield": ratio(pl.col("shiller_dividend"), price),
        "price_cash_flow": price_cash_flow(
            pl.col("corporate_equity"), pl.col("corporate_cash_flow")
        ),
        "cape_marked": pl.when(pl.col("is_cape_month")).then(finite(marked)),
        "inflation_10y": inflation_10y(pl.col("shiller_cpi"), pl.col("cpi_before")),
        "rate_shift_1sd": rate_shift_1sd(pl.col("treasury_10y")),
    }


def _premia() -> dict[str, pl.Expr]:
    price, dividend, rf10 = (pl.col(n) for n in ("spx_close", "shiller_dividend", "treasury_10y"))
    cape, returned = pl.col("cape_marked"), gordon_return(price, dividend, rf10)
    linked = pl.coalesce("treasury_real_10y", finite(rf10 - pl.col("breakeven_10y")))
    return {
        "gordon_return": returned,
        "erp_gordon": finite(returned - rf10),
        "ddm_premium": erp_fcfe(price, dividend, rf10),
        "excess_cape_yield_cpi": excess_cape_yield(cape, rf10 - pl.col("inflation_10y")),
        "excess_cape_yield_tips": excess_cape_yield(cape, linked),
        "fed_gap": finite(pl.col("earnings_yield") - rf10),
    }


def _repricing() -> dict[str, pl.Expr]:
    coe_f, coe_v, rf10 = (pl.col(name) for name in ("coe_f", "coe_v_365d", "treasury_10y"))
    price, flow, shift = (pl.col(n) for n in ("spx_close", "cash_flow0", "rate_shift_1sd"))
    distortion = repriced(coe_v, coe_f, rf10)
    held = {
        "pe_distortion": "shiller_earnings", "pcf_distortion": "price_cash_flow",
        "ddm_distortion": "shiller_dividend",
    }  # fmt: skip
    return {
        **{n: pl.when(pl.col(base).is_not_null()).then(distortion) for n, base in held.items()},
        "irr_f": holding_return(price, flow, coe_f, rf10),
        "irr_v": holding_return(price, flow, coe_v, rf10),
        "irr_distortion_shocked": finite(
            holding_return(price, flow, coe_v + shift, rf10 + shift)
            - holding_return(price, flow, coe_f + shift, rf10 + shift)
        ),
        "equity_duration": duration(coe_f, rf10),
        **{f"value_change_{bp}bp": repriced(coe_f + bp / 1e4, coe_f, rf10) for bp in _BASIS_POINTS},
    }


def valuation_daily(
    core_rate_daily: pl.LazyFrame,
    core_valuation_daily: pl.LazyFrame,
    core_macro_daily: pl.LazyFrame,
    core_as_known_daily: pl.LazyFrame,
    mart_cost_of_equity_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """Valuation under two costs of equity, the price of today over what was last published.

    Earnings, dividends, CAPE and CPI are the newest known of Shiller's workbook; only the price
    and the rates move between its months.
    """
    inputs = _inputs(
        core_rate_daily, core_valuation_daily, core_macro_daily, core_as_known_daily,
        mart_cost_of_equity_daily,
    )  # fmt: skip
    given = inputs.collect_schema().names()
    return (
        inputs.with_columns(**_multiples())
        .with_columns(**_premia(), **_repricing())
        .with_columns(
            **premium_range([pl.col(name) for name in PREMIA]),
            irr_distortion=finite(pl.col("irr_v") - pl.col("irr_f")),
        )
        .drop([name for name in given if name != "session"])
    )
