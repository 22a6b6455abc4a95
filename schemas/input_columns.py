"""The inputs' columns: every series of the catalogue, with unit, meaning and plausible bounds."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import level, rate, vol_index

_FLOAT = pl.Float64()


def _amount(name: str, doc: str, unit: Unit, *, ge: float = 0.0, le: float = 1e9) -> Column:
    return Column(name, _FLOAT, unit, doc, ge=ge, le=le)


def _issues(name: str, doc: str, *, le: float = 10_000.0) -> Column:
    return Column(name, _FLOAT, Unit.COUNT, doc, ge=0.0, le=le)


_INDICES = (
    level("spx_open", "S&P 500 open; the published cash open is often the prior close"),
    level("spx_high", "S&P 500 high"),
    level("spx_low", "S&P 500 low"),
    level("spx_close", "S&P 500 close"),
    level("nasdaq_open", "NASDAQ Composite open"),
    level("nasdaq_high", "NASDAQ Composite high"),
    level("nasdaq_low", "NASDAQ Composite low"),
    level("nasdaq_close", "NASDAQ Composite close"),
    vol_index("vix_close", "Cboe VIX: 30-day implied volatility of the S&P 500"),
    vol_index("vix9d_close", "Cboe VIX9D: 9-day implied volatility"),
    vol_index("vix3m_close", "Cboe VIX3M: 3-month implied volatility"),
    vol_index("vix6m_close", "Cboe VIX6M: 6-month implied volatility"),
    vol_index("vix1y_close", "Cboe VIX1Y: 1-year implied volatility"),
    vol_index("vvix_close", "Cboe VVIX: implied volatility of the VIX", le=400.0),
    level("skew_close", "Cboe SKEW: 100 is a symmetric S&P 500 smile", ge=90.0, le=200.0),
    level("vxth_close", "Cboe VXTH: S&P 500 with a VIX call overlay", le=100_000.0),
    level("cndr_close", "Cboe CNDR: S&P 500 iron condors", le=100_000.0),
    level("put_close", "Cboe PUT: cash-secured S&P 500 puts", le=100_000.0),
    level("bxm_close", "Cboe BXM: S&P 500 covered calls", le=100_000.0),
    Column("settle", _FLOAT, Unit.VOL_PTS, "VX futures settlement price", ge=5.0, le=200.0),
)

_RATES = (
    rate("treasury_10y", "10-year Treasury par yield", le=0.2),
    rate("treasury_2y", "2-year Treasury par yield", le=0.2),
    rate("rf_30d", "30-day risk-free rate, annual", le=0.2),
    rate("baa_yield", "Moody's seasoned Baa corporate yield", ge=0.0, le=0.3),
    rate("aaa_yield", "Moody's seasoned Aaa corporate yield", ge=0.0, le=0.3),
    *(
        rate(f"treasury_{tenor}", f"{words} Treasury par yield", le=0.2)
        for tenor, words in (
            ("3m", "3-month"), ("6m", "6-month"), ("1y", "1-year"), ("3y", "3-year"),
            ("5y", "5-year"), ("7y", "7-year"), ("20y", "20-year"), ("30y", "30-year"),
        )
    ),
    rate("treasury_real_5y", "5-year Treasury par real yield", le=0.2),
    rate("treasury_real_10y", "10-year Treasury par real yield", le=0.2),
    rate("breakeven_5y", "5-year breakeven inflation", ge=-0.1, le=0.2),
    rate("breakeven_10y", "10-year breakeven inflation", ge=-0.1, le=0.2),
    rate("baa_spread", "Moody's Baa yield less the 10-year Treasury's", ge=0.0, le=0.2),
    rate("aaa_spread", "Moody's Aaa yield less the 10-year Treasury's", ge=-0.02, le=0.2),
    rate("ig_oas", "ICE BofA US corporate option-adjusted spread", ge=0.0, le=0.2),
    rate("hy_oas", "ICE BofA US high-yield option-adjusted spread", ge=0.0, le=0.5),
    rate("bbb_yield", "ICE BofA BBB effective yield", ge=0.0, le=0.3),
    rate("fed_funds", "Effective federal funds rate", le=0.3),
    rate("fed_funds_lower", "Lower end of the federal funds target range", le=0.3),
    rate("fed_funds_upper", "Upper end of the federal funds target range", le=0.3),
    rate("sofr", "Secured overnight financing rate", le=0.3),
    rate("iorb", "Interest rate on reserve balances", le=0.3),
    rate("ecb_deposit_rate", "ECB deposit facility rate", le=0.3),
    *(
        rate(f"{name}_10y", f"10-year government yield, {where}, monthly mean (OECD)", le=0.3)
        for name, where in (("bund", "Germany"), ("jgb", "Japan"), ("gilt", "United Kingdom"))
    ),
    *(
        rate(f"{name}_2y", f"2-year government yield, {where}; the user's own file", le=0.2)
        for name, where in (("euro", "euro area"), ("japan", "Japan"), ("uk", "United Kingdom"))
    ),
    *(
        rate(f"interbank_3m_{name}", f"3-month interbank rate, {where}, monthly mean (OECD)", le=0.3)
        for name, where in (("us", "United States"), ("ea", "euro area"), ("jp", "Japan"))
    ),
)  # fmt: skip

_VALUATION = (
    rate(
        "erp_damodaran_published",
        "Damodaran's implied premium, ERP (T12m), as published",
        ge=0.0,
        le=0.2,
    ),
    level("spx_at_erp_mark", "S&P 500 level that the published premium was solved at"),
    rate("treasury_10y_at_erp_mark", "T-bond rate that the published premium was solved at"),
    rate("erp_damodaran_sustainable", "His premium with sustainable payout, monthly", ge=0.0, le=0.2),
    rate("erp_damodaran_adjusted", "His premium over the default-adjusted risk-free rate", ge=0.0, le=0.2),
    rate("riskfree_at_erp_mark", "His default-adjusted risk-free rate", le=0.2),
    level("cash_flow_at_erp_mark", "His trailing dividends and buybacks", ge=0.0, le=5_000.0),
    rate("growth_at_erp_mark", "His expected growth of earnings over five years", ge=-0.5, le=0.5),
    rate("erp_damodaran_annual", "His premium at the year's end, FCFE model", ge=0.0, le=0.2),
    level("shiller_price", "S&P Composite, mean of the month's closes"),
    level("shiller_dividend", "Dividends per year, interpolated to months", ge=0.0, le=5_000.0),
    level("shiller_earnings", "As-reported earnings per year, interpolated", ge=0.0, le=5_000.0),
    level("shiller_cpi", "CPI as in the workbook, its newest months estimated", le=2_000.0),
    rate("shiller_gs10", "10-year Treasury yield as in the workbook", le=0.2),
    Column("shiller_cape", _FLOAT, Unit.RATIO, "Cyclically adjusted P/E", ge=1.0, le=100.0),
)  # fmt: skip

_MACRO = (
    Column("wti_close", _FLOAT, Unit.USD, "WTI crude oil, Cushing spot", ge=-50.0, le=300.0),
    level("core_cpi", "CPI less food and energy, seasonally adjusted, 1982-84 = 100", le=2_000.0),
    level("gdp_real", "Real GDP, billions of chained dollars", ge=100.0),
    rate("gdp_growth", "Real GDP, change from the quarter before, annual rate, as published",
         ge=-0.6, le=0.6),
    *(
        rate(f"{name}_consensus", f"Month's change of {words} that forecasters expect, dated by the "
             "session it was noted on, at most five before the release; the user's own file", ge=-0.1, le=0.1)
        for name, words in (("cpi", "the CPI"), ("core_cpi", "the core CPI"), ("ppi", "final demand PPI"))
    ),
    rate("mkt_excess_return", "Fama-French market return less the bill, month", ge=-0.6, le=0.6),
    rate("smb_return", "Fama-French small minus big, month", ge=-0.6, le=0.6),
    rate("hml_return", "Fama-French high minus low, month", ge=-0.6, le=0.6),
    level("cpi", "CPI-U, seasonally adjusted, 1982-84 = 100", le=2_000.0),
    level("ppi_final_demand", "PPI final demand, 2009-11 = 100", le=2_000.0),
    _amount("gdp_nominal", "GDP", Unit.USD_BN, ge=100.0),
    Column("nfci", _FLOAT, Unit.Z, "Chicago Fed national financial conditions", ge=-5.0, le=10.0),
    Column("anfci", _FLOAT, Unit.Z, "The same, adjusted for growth", ge=-5.0, le=10.0),
    Column("stlfsi", _FLOAT, Unit.Z, "St. Louis Fed financial stress", ge=-5.0, le=15.0),
    _amount("jobless_claims", "Initial claims, a week", Unit.COUNT, ge=50_000.0, le=1e7),
    rate("unemployment", "Unemployment rate", ge=0.0, le=0.5),
    rate("expected_inflation", "Michigan survey, one year ahead", ge=-0.05, le=0.3),
    Column("is_recession", _FLOAT, Unit.COUNT, "NBER recession month, 1 or 0", ge=0.0, le=1.0),
    level("reer_broad", "BIS real broad effective exchange rate, 2020 = 100", ge=20.0, le=500.0),
    level("reer_fed", "Fed real broad dollar index, 2006-01 = 100", ge=20.0, le=500.0),
    level("dollar_broad", "Fed nominal broad dollar index, 2006-01 = 100", ge=20.0, le=500.0),
    *(
        _amount(name, doc, Unit.USD_MN, le=1e8)
        for name, doc in (
            ("fed_assets", "Total assets of the Federal Reserve, Wednesday"),
            ("bank_reserves", "Reserve balances, week's mean"),
            ("treasury_account", "Treasury general account, week's mean"),
        )
    ),
    _amount("reverse_repo", "Overnight reverse repurchase agreements", Unit.USD_BN, le=1e5),
    *(
        _amount(name, doc, Unit.USD_MN, ge=-1e7)
        for name, doc in (
            ("corporate_equity", "Market value of nonfinancial corporate equity"),
            ("corporate_debt", "Debt securities and loans of nonfinancial corporations"),
            ("corporate_liquid_assets", "Liquid assets of nonfinancial corporations"),
            ("corporate_receivables", "Their trade receivables"),
            ("corporate_paper", "Their commercial paper"),
            ("corporate_bank_loans", "Their bank loans"),
            ("corporate_other_loans", "Their other loans"),
            ("corporate_payables", "Their trade payables"),
            ("corporate_taxes", "Their taxes payable"),
        )
    ),
    _amount("corporate_cash_flow", "Net cash flow of corporations", Unit.USD_BN, ge=-1e5, le=1e6),
)  # fmt: skip

_BREADTH = (
    Column("nyse_advances", _FLOAT, Unit.COUNT, "NYSE issues that rose", ge=0, le=10_000),
    Column("nyse_declines", _FLOAT, Unit.COUNT, "NYSE issues that fell", ge=0, le=10_000),
    Column("nyse_unchanged", _FLOAT, Unit.COUNT, "NYSE issues unchanged", ge=0, le=10_000),
    *(
        _issues(f"nyse_{side}_volume", f"NYSE shares in {side} issues", le=1e11)
        for side in ("advancing", "declining", "unchanged")
    ),
    _issues("nyse_new_highs", "NYSE issues at a 52-week high"),
    _issues("nyse_new_lows", "NYSE issues at a 52-week low"),
)

_FUNDS = (
    ("vnq", "VNQ, real estate fund"), ("xlre", "XLRE, real estate fund"),
    ("arkk", "ARKK, long-duration growth fund"), ("iwo", "IWO, small growth fund"),
    ("kre", "KRE, regional banks fund"), ("xlk", "XLK, technology fund"),
    ("xlu", "XLU, utilities fund"), ("xly", "XLY, consumer discretionary fund"),
    ("spy", "SPY, S&P 500 fund"),
)  # fmt: skip
_SECTORS = (
    *(
        _amount(f"{fund}_close", f"{words}, close", Unit.USD, ge=0.1, le=1e5)
        for fund, words in _FUNDS
    ),
    _issues("spy_volume", "SPY, shares traded on its day", le=1e11),
)

_GAUGES = (
    _issues("edgar_s1_filings", "S-1 filings received by the SEC, a day"),
    _issues("edgar_f1_filings", "F-1 filings, a day"),
    _issues("edgar_amendments", "S-1/A and F-1/A filings, a day"),
    _issues("edgar_priced_filings", "424B4 filings, priced offerings, a day"),
    _issues("ipo_priced_count", "Offerings priced, a day"),
    _amount("ipo_priced_proceeds", "Their proceeds, a day", Unit.USD, le=1e12),
    _issues("ipo_withdrawn_count", "Offerings withdrawn, a day"),
    Column("midas_cancel_to_trade", _FLOAT, Unit.RATIO, "Cancels per lit trade", ge=0.0, le=1e4),
    rate("midas_odd_lot_rate", "Odd lots among lit trades", ge=0.0, le=1.0),
    rate("midas_hidden_rate", "Trades against hidden orders", ge=0.0, le=1.0),
    _amount("dex_volume", "Volume of decentralized exchanges, a day", Unit.USD, le=1e13),
    _amount("defi_tvl", "Value locked in decentralized finance", Unit.USD, le=1e14),
    _amount("mev_payment_mean", "MEV-Boost payment a block, mean of the day", Unit.ETH, le=1e4),
    _issues("mev_block_count", "Blocks paid for through MEV-Boost, a day", le=20_000.0),
    _amount("eth_close", "Ether on Coinbase, at the day's end, UTC", Unit.USD, ge=0.1, le=1e6),
)

INPUTS: tuple[Column, ...] = (
    *_INDICES, *_RATES, *_VALUATION, *_MACRO, *_BREADTH, *_SECTORS, *_GAUGES,
)  # fmt: skip
