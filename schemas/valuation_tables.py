"""The tables of valuation under two costs of equity, and sector betas, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Grade, Measure
from schemas.model import Table

SECTOR_FUNDS = ("vnq", "xlre", "arkk", "iwo", "kre", "xlk", "xlu", "xly")
"""Funds that stand for sectors, by symbol; each has a series of closes."""

MART_VALUATION_DAILY = Table(
    "mart_valuation_daily",
    "Multiples, premium estimates, and what the volatility-implied cost of equity does to value.",
    ("session",),
    columns("session", "price_earnings", "earnings_yield", "dividend_yield", "price_cash_flow",
            "cape_marked", "inflation_10y", "gordon_return", "erp_gordon", "ddm_premium",
            "excess_cape_yield_cpi", "excess_cape_yield_tips", "fed_gap", "premium_min",
            "premium_median", "premium_max", "premium_count", "pe_distortion", "pcf_distortion",
            "ddm_distortion", "irr_f", "irr_v", "irr_distortion", "rate_shift_1sd",
            "irr_distortion_shocked", "equity_duration", "value_change_50bp", "value_change_100bp",
            "value_change_200bp"),
)  # fmt: skip

MART_SECTOR_BETA_DAILY = Table(
    "mart_sector_beta_daily",
    "Beta of each sector fund against the S&P 500, and the cost of equity it asks.",
    ("session", "sector"),
    columns("session", "sector", "beta_ols", "beta_blume", "beta_weeks", "coe_sector"),
)

VALUATION_TABLES: tuple[Table, ...] = (MART_VALUATION_DAILY, MART_SECTOR_BETA_DAILY)

_PREMIUM = ("spx_close", "treasury_10y", "erp_damodaran_published", "spx_at_erp_mark",
            "treasury_10y_at_erp_mark")  # fmt: skip
_CAPE = ("spx_close", "shiller_cape", "shiller_price")
_ECY = (*_CAPE, "treasury_10y", "shiller_cpi")
_LINKED = ("treasury_real_10y", "breakeven_10y")
_DIVIDEND = ("spx_close", "shiller_dividend", "treasury_10y")
_TWO_COSTS = (*_PREMIUM, "vix1y_close", "treasury_2y")
_SECTORS = tuple(f"{fund}_close" for fund in SECTOR_FUNDS)

_INTERPOLATED = (
    "Shiller interpolates quarterly earnings and dividends to months and publishes them late: the "
    "figure is about two quarters old, and is as-reported, not operating."
)
_RATIOS_PREDICT_POORLY = (
    "A description of the state, not a timing signal: most ratios predict poorly beyond their own years "
    "(Goyal and Welch 2008)."
)
_CONVENTIONS = (
    "The two real-rate conventions give different numbers in the same month; neither stands in "
    "for the other. The CPI's newest months are estimates in Shiller's workbook. The CAPE is two "
    "months old and moved by the price alone: from 1990 to 2023 1 % above the one he published "
    "later on average, at most 3.6 %."
)
_LINEAR = (
    "The two-stage model is linear in the flow held, so earnings, cash flow and dividends give one "
    "and the same share; they differ in which input must be known. That options overstate the "
    "required return is contested (Martin 2017)."
)
_SHILLER = "Shiller, Irrational Exuberance, ie_data"


def _gauge(  # noqa: PLR0913, PLR0917 -- a row of the methodology has as many fields
    measure_id: str, term: str, column: str, section: str, formula: str, source: str, grade: Grade,
    inputs: tuple[str, ...], caution: str = "",
) -> Measure:  # fmt: skip
    return Measure(measure_id, term, MART_VALUATION_DAILY.name, column, section, formula, source,
                   grade, "GAUGE", inputs, caution)  # fmt: skip


VALUATION_MEASURES: tuple[Measure, ...] = (
    Measure("M-BETA", "Beta", MART_SECTOR_BETA_DAILY.name, "beta_blume", "1.1",
            "0.67 b + 0.33; b: OLS of weekly excess log returns on the S&P 500's, 104 weeks",
            "Blume (1975), Journal of Finance 30", "A", "GAUGE",
            ("spx_close", "rf_30d", *_SECTORS),
            "Prices as the publisher adjusts them; fewer than 104 weeks are used where a fund is "
            "younger, and beta_weeks says how many."),
    Measure("M-BETA-COE", "Cost of equity of a sector", MART_SECTOR_BETA_DAILY.name, "coe_sector",
            "1.1", "treasury_10y + beta_blume erp_fcfe_marked",
            "Sharpe (1964), Journal of Finance 19", "A", "GAUGE",
            (*_PREMIUM, "rf_30d", *_SECTORS),
            "The premium is the whole market's, perpetual; the beta is of two years."),
    _gauge("M-PE", "Price over earnings", "price_earnings", "1.3",
           "spx_close / shiller_earnings, trailing twelve months as reported", _SHILLER, "A",
           ("spx_close", "shiller_earnings"), _INTERPOLATED),
    _gauge("M-PE-EY", "Earnings yield", "earnings_yield", "1.3", "shiller_earnings / spx_close",
           _SHILLER, "A", ("spx_close", "shiller_earnings"), _INTERPOLATED),
    _gauge("M-PE-DY", "Dividend yield", "dividend_yield", "1.3", "shiller_dividend / spx_close",
           _SHILLER, "A", ("spx_close", "shiller_dividend"), _INTERPOLATED),
    _gauge("M-PCF", "Price over cash flow", "price_cash_flow", "1.3",
           "corporate_equity / (1000 corporate_cash_flow): Z.1 equity over NIPA net cash flow",
           "Federal Reserve Z.1; BEA NIPA, CNCF", "B", ("corporate_equity", "corporate_cash_flow"),
           "Quarterly, late and revised; the cash flow is that of all domestic corporations, the "
           "equity that of nonfinancial ones."),
    _gauge("M-GORD", "Gordon premium", "erp_gordon", "1.3",
           "D0 (1 + g) / P + g - treasury_10y, g = treasury_10y",
           "Gordon (1959), Review of Economics and Statistics 41", "B", _DIVIDEND,
           f"Leaves buybacks out, so it understates. {_INTERPOLATED}"),
    _gauge("M-GORD-DDM", "Dividend discount premium", "ddm_premium", "1.3",
           "two-stage model of M-ERP-F with CF0 = shiller_dividend, g = 5 %",
           "Damodaran, Equity Risk Premiums", "B", _DIVIDEND,
           f"Leaves buybacks out, so it understates. {_INTERPOLATED}"),
    _gauge("M-ECY", "Excess CAPE yield, CPI", "excess_cape_yield_cpi", "1.3",
           "1 / cape_marked - (treasury_10y - inflation_10y)",
           "Shiller, Black and Jivraj (2020)", "B", _ECY,
           f"{_CONVENTIONS} {_RATIOS_PREDICT_POORLY}"),
    _gauge("M-EY-RP", "Excess CAPE yield, inflation-linked", "excess_cape_yield_tips", "1.3",
           "1 / cape_marked - treasury_real_10y, else less (treasury_10y - breakeven_10y)",
           "Shiller, Black and Jivraj (2020); daily variant", "B",
           (*_CAPE, "treasury_10y", *_LINKED), f"{_CONVENTIONS} {_RATIOS_PREDICT_POORLY}"),
    _gauge("M-FED", "Fed-model gap", "fed_gap", "1.3", "earnings_yield - treasury_10y",
           "Asness (2003), Journal of Portfolio Management 30", "C",
           ("spx_close", "shiller_earnings", "treasury_10y"),
           f"Compares a real yield with a nominal one (Asness 2003). {_INTERPOLATED}"),
    _gauge("M-RANGE", "Range of premium estimates", "premium_median", "1.3",
           "min, median, max over erp_fcfe_marked, excess_cape_yield_cpi, erp_gordon, erp_svix30, "
           "erp_svix365", "Duarte and Rosa (2015), FRBNY Economic Policy Review", "B",
           (*_PREMIUM, "shiller_cape", "shiller_price", "shiller_cpi", "shiller_dividend",
            "vix_close", "vix1y_close"),
           "Estimates of different horizons, 30 days to perpetual; those unknown are left out, and "
           f"premium_count says how many remain. {_RATIOS_PREDICT_POORLY}"),
    *(_gauge(f"M-PEDIST{suffix}", f"Repricing distortion, {words}", f"{kind}_distortion",
             "1.6", "V(coe_v_365d) / V(coe_f) - 1, two-stage value of the flow held",
             "Damodaran, Equity Risk Premiums; Martin (2017)", "C", (*_TWO_COSTS, *held), _LINEAR)
      for suffix, kind, words, held in (
        ("", "pe", "P/E", ("shiller_earnings",)),
        ("-PCF", "pcf", "P/CF", ("corporate_equity", "corporate_cash_flow")),
        ("-DDM", "ddm", "dividend discount", ("shiller_dividend",)))),
    _gauge("M-IRR", "Effect on the holding return", "irr_distortion", "1.6",
           "IRR(exit at coe_v_365d) - IRR(exit at coe_f), five years, P_5 = CF_6 / (r_exit - gn)",
           "Damodaran, Equity Risk Premiums", "C", _TWO_COSTS,
           "Assumes growth of 5 % and that the premium of one year holds in the fifth."),
    _gauge("X-IRR", "Effect on the holding return, rates shocked", "irr_distortion_shocked", "7.4",
           "M-IRR with gn and both exit rates raised by rate_shift_1sd",
           "Methodology 7.4; no outside study", "D", _TWO_COSTS,
           "Growth and rates move together, so r - gn stays and the effect is small by "
           "construction. No study links such shifts to the timing of VIX hedges."),
    _gauge("M-WACC-STRESS", "Fair value under a higher cost of equity", "value_change_100bp", "1.6",
           "V(coe_f + 0.01) / V(coe_f) - 1, fully repriced; also 50 and 200 bp",
           "Damodaran, Equity Risk Premiums", "C", _PREMIUM,
           "Cash flows and growth are held; equity_duration alone overstates a large fall."),
)  # fmt: skip
