"""Cost of equity and of capital, by cash flows and by volatility."""

from collections.abc import Callable

import polars as pl

from pricing.discount import Floats, calibrated_cash_flow0, implied_return
from schemas.core import UNFIT
from schemas.frames import compare, join_one
from transforms.finite import finite
from transforms.standing import baseline_mean, baseline_sd, percentile, z_score

GROWTH = 0.05  # any g from 3 to 8 % moves the calibrated daily mark by less than 5 bp
BETA = 1.0  # the index against itself
TAX = 0.25  # federal and state; methodology 1.1, M-TAX
WEIGHT_EQUITY = 0.86  # Z.1 2026Q2, nonfinancial corporates; assumed where the balance is unknown
_DEBT_SHARE = (0.05, 0.5)  # what is plausible; beyond it the two balances are not in one unit

_MARK_INPUTS = ("spx_at_erp_mark", "erp_damodaran_published", "treasury_10y_at_erp_mark")

Solver = Callable[[dict[str, Floats]], Floats]


def cash_flow0(price: pl.Expr, premium: pl.Expr, risk_free: pl.Expr) -> pl.Expr:
    """Trailing cash flow that returns the published premium at growth of 5 %.

    Args:
        price: level the premium was published at [index points].
        premium: published implied premium [decimal].
        risk_free: rate it was solved at, also the terminal growth [decimal].

    Returns:
        CF0 [index points]; null where an input is, or out of the model's domain.

    Source:
        Methodology 1.2, daily refresh: calibrated.
    """
    return _solved(
        {"price": price, "premium": premium, "risk_free": risk_free},
        lambda mark: calibrated_cash_flow0(
            mark["price"], mark["premium"] + mark["risk_free"], GROWTH, mark["risk_free"]
        ),
    )


def erp_fcfe(price: pl.Expr, cash_flow0: pl.Expr, risk_free: pl.Expr) -> pl.Expr:
    """Implied premium of the two-stage cash-flow model at growth of 5 %.

    Args:
        price: index level [index points].
        cash_flow0: trailing cash flow CF0 [index points].
        risk_free: 10-year yield, also the terminal growth [decimal].

    Returns:
        ``r - rf`` [decimal]; null where an input is, or out of the model's domain.

    Source:
        Damodaran, Equity Risk Premiums, implied premium; methodology 1.2.
    """
    return _solved(
        {"price": price, "cash_flow0": cash_flow0, "risk_free": risk_free},
        lambda now: (
            implied_return(now["price"], now["cash_flow0"], GROWTH, now["risk_free"])
            - now["risk_free"]
        ),
    )


def erp_svix(vix: pl.Expr) -> pl.Expr:
    """Lower bound of the equity premium that options imply, by proxy from a VIX-style index.

    ``k(VIX) (VIX / 100)^2``, ``k = clamp(0.92 - 0.003 (VIX - 20), 0.80, 0.92)``

    Args:
        vix: VIX for 30 days, VIX1Y for 365 [volatility points].

    Returns:
        Annualized premium [decimal]; null where the index is.

    Source:
        Martin (2017), Quarterly Journal of Economics 132; the proxy is methodology 1.4.
    """
    share = (0.92 - 0.003 * (vix - 20.0)).clip(0.80, 0.92)
    return finite(share * (vix / 100.0) * (vix / 100.0))


def weight_equity(equity: pl.Expr, debt: pl.Expr) -> pl.Expr:
    """Equity share of nonfinancial corporations' capital, ``E / (E + D)`` [decimal].

    Args:
        equity: market value [millions of US dollars].
        debt: book value of securities and loans [millions of US dollars].

    Returns:
        Null where either is, or where debt is not 5 to 50 % of the capital.

    Source:
        Methodology 1.1, M-W; Federal Reserve, Z.1.
    """
    share = finite(debt / (equity + debt))
    low, high = _DEBT_SHARE
    return pl.when(compare(share, ">", low) & compare(share, "<", high)).then(1.0 - share)


def wacc(
    cost_of_equity: pl.Expr, cost_of_debt: pl.Expr, weight_equity: pl.Expr | float = WEIGHT_EQUITY
) -> pl.Expr:
    """Weighted average cost of capital after tax of 25 %.

    ``w_e coe + (1 - w_e) kd (1 - tax)``

    Args:
        cost_of_equity: yearly [decimal].
        cost_of_debt: pre-tax, yearly [decimal].
        weight_equity: equity share of capital w_e; assumed 0.86 unless given [decimal].

    Returns:
        Cost of capital [decimal]; null where either cost is.

    Source:
        Methodology 1.1, M-WACC.
    """
    after_tax = cost_of_debt * (1.0 - TAX)
    return finite(weight_equity * cost_of_equity + (1.0 - weight_equity) * after_tax)


def _solved(inputs: dict[str, pl.Expr], solve: Solver) -> pl.Expr:
    def solve_batch(batch: pl.Series) -> pl.Series:
        columns = batch.struct.unnest().fill_null(float("nan"))
        solved = solve({name: columns[name].to_numpy() for name in inputs})
        return pl.Series(batch.name, solved, dtype=pl.Float64).fill_nan(None)

    fields = pl.struct([finite(value).alias(name) for name, value in inputs.items()])
    return fields.map_batches(solve_batch, return_dtype=pl.Float64)


def _marks(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """The published mark per session, where its three figures are of one month and fit for use."""
    figures = core_as_known_daily.filter(
        pl.col("series_id").is_in(_MARK_INPUTS), ~pl.col("freshness").is_in(UNFIT)
    )
    event_date = pl.col("event_date")
    months = figures.group_by("session").agg(
        erp_mark_date=event_date.max(),
        first_mark_date=event_date.min(),
        figure_count=pl.len(),
    )
    is_one_mark = pl.col("first_mark_date") == pl.col("erp_mark_date")
    is_complete = pl.col("figure_count") == len(_MARK_INPUTS)
    return months.filter(is_one_mark, is_complete).select("session", "erp_mark_date")


def _inputs(
    core_index_daily: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
    core_valuation_daily: pl.LazyFrame,
    core_as_known_daily: pl.LazyFrame,
    core_macro_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    index = core_index_daily.select("session", "spx_close", "vix_close", "vix1y_close")
    by_spread = pl.col("treasury_10y") + pl.col("baa_spread")
    rates = core_rate_daily.select(
        "session",
        "treasury_10y",
        "treasury_2y",
        "rf_30d",
        cost_of_debt=pl.coalesce("baa_yield", finite(by_spread)),
    )
    marks = core_valuation_daily.select("session", *_MARK_INPUTS)
    balances = core_macro_daily.select(
        "session", weight_known=weight_equity(pl.col("corporate_equity"), pl.col("corporate_debt"))
    )
    joined = join_one(join_one(index, rates, on="session"), marks, on="session")
    joined = join_one(joined, balances, on="session")
    return join_one(joined, _marks(core_as_known_daily), on="session").sort("session")


def _costs(inputs: pl.LazyFrame) -> pl.LazyFrame:
    rf10, premium_cash, premium_vol = (
        pl.col(name) for name in ("treasury_10y", "erp_fcfe_marked", "erp_svix30")
    )
    is_marked = pl.col("erp_mark_date").is_not_null()
    calibrated = inputs.with_columns(
        cash_flow0=pl.when(is_marked).then(cash_flow0(*(pl.col(name) for name in _MARK_INPUTS)))
    ).with_columns(
        erp_fcfe_marked=erp_fcfe(pl.col("spx_close"), pl.col("cash_flow0"), rf10),
        erp_svix30=erp_svix(pl.col("vix_close")),
        erp_svix365=erp_svix(pl.col("vix1y_close")),
        weight_equity=pl.col("weight_known").fill_null(WEIGHT_EQUITY),
        weight_debt=1.0 - pl.col("weight_known").fill_null(WEIGHT_EQUITY),
        is_weight_assumed=pl.col("weight_known").is_null(),
    )
    return calibrated.with_columns(
        coe_f=finite(rf10 + BETA * premium_cash),
        coe_v=finite(pl.col("rf_30d") + BETA * premium_vol),
        coe_v_365d=finite(pl.col("treasury_2y") + BETA * pl.col("erp_svix365")),
    )


def cost_of_equity_daily(
    core_index_daily: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
    core_valuation_daily: pl.LazyFrame,
    core_as_known_daily: pl.LazyFrame,
    core_macro_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """Cost of equity and of capital, by cash flows and by volatility.

    The one-year cost of equity takes the 2-year yield as its risk-free rate, the nearest horizon
    that every source has. Debt costs what the Baa yield says, as last known; without one, the
    10-year yield and Moody's spread over it. Weights are those of the newest balance known, and
    0.86 assumed, which a flag says, where there is none.
    """
    inputs = _inputs(
        core_index_daily,
        core_rate_daily,
        core_valuation_daily,
        core_as_known_daily,
        core_macro_daily,
    )
    weight = pl.col("weight_equity")
    wacc_f, wacc_v, debt = pl.col("wacc_f"), pl.col("wacc_v"), pl.col("cost_of_debt")
    return (
        _costs(inputs)
        .with_columns(
            wacc_f=wacc(pl.col("coe_f"), debt, weight), wacc_v=wacc(pl.col("coe_v"), debt, weight)
        )
        .with_columns(
            erp_fcfe_mean_10y=baseline_mean(pl.col("erp_fcfe_marked")),
            erp_fcfe_sd_10y=baseline_sd(pl.col("erp_fcfe_marked")),
            coe_f_mean_10y=baseline_mean(pl.col("coe_f")),
            coe_f_sd_10y=baseline_sd(pl.col("coe_f")),
            wacc_deviation=finite(wacc_v - wacc_f),
            wacc_f_z=z_score(wacc_f),
            wacc_v_z=z_score(wacc_v),
            wacc_f_percentile=percentile(wacc_f),
            wacc_v_percentile=percentile(wacc_v),
        )
        .drop("vix_close", "vix1y_close", "treasury_2y", "weight_known", *_MARK_INPUTS[::2])
    )
