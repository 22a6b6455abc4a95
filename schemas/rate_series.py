"""Yields, spreads and policy rates, and the premia that valuation publishes."""

from schemas import live_feeds as live
from schemas import offline_feeds as offline
from schemas.feed import Feed, Known, Series

_RATE, _VALUATION = "core_rate_daily", "core_valuation_daily"
_FRENCH = "Kenneth R. French"
_MOODYS = Known("months_later", months=1, day=5)
_DAY_LATER = Known("days_later", days=1)


def _tenor(name: str, remote: str, fred_id: str, *feeds: Feed) -> Series:
    return Series(name, _RATE, (
        *feeds,
        live.treasury(remote),
        live.tenor_on_fred(fred_id),
    ))  # fmt: skip


def _simulated(name: str) -> Feed:
    return offline.simulated(name, offline.SAME_EVENING, (1, 5))


def _corporate(name: str, column: str, fred_id: str) -> Series:
    return Series(name, _RATE, (
        offline.arch(f"default: {column}", "Moody's", _MOODYS, (50, 70), 0.01,
                     "monthly mean of daily yields"),
        offline.simulated(name, _DAY_LATER, (2, 5)),
        live.moodys(fred_id),
    ))  # fmt: skip


def _rate(name: str, *feeds: Feed) -> Series:
    return Series(name, _RATE, feeds)


RATE_SERIES: tuple[Series, ...] = (
    _tenor("treasury_10y", "treasury_10y", "DGS10",
           offline.reference("T.Bond Rate", 0.01, "held between monthly marks"),
           _simulated("treasury_10y")),
    _tenor("treasury_2y", "treasury_2y", "DGS2", _simulated("treasury_2y")),
    _tenor("rf_30d", "treasury_1m", "DGS1MO",
           offline.arch("frenchdata: RF", _FRENCH, Known("months_later", months=1, day=25),
                        (65, 90), 0.12, "one-month bill return, percent a month, times twelve"),
           _simulated("rf_30d")),
    *(_tenor(f"treasury_{tenor}", f"treasury_{tenor}", fred_id) for tenor, fred_id in (
        ("3m", "DGS3MO"), ("6m", "DGS6MO"), ("1y", "DGS1"), ("3y", "DGS3"), ("5y", "DGS5"),
        ("7y", "DGS7"), ("20y", "DGS20"), ("30y", "DGS30"))),
    _tenor("treasury_real_5y", "treasury_real_5y", "DFII5"),
    _tenor("treasury_real_10y", "treasury_real_10y", "DFII10"),
    _corporate("baa_yield", "BAA", "DBAA"),
    _corporate("aaa_yield", "AAA", "DAAA"),
    _rate("baa_spread", live.moodys("BAA10Y")),
    _rate("aaa_spread", live.moodys("AAA10Y")),
    _rate("ig_oas", live.ice("BAMLC0A0CM")),
    _rate("hy_oas", live.ice("BAMLH0A0HYM2")),
    _rate("bbb_yield", live.ice("BAMLC0A4CBBEY")),
    _rate("breakeven_5y", live.fred_rate("T5YIE")),
    _rate("breakeven_10y", live.fred_rate("T10YIE")),
    _rate("fed_funds", live.fred_rate("DFF")),
    _rate("fed_funds_lower", live.fred_rate("DFEDTARL")),
    _rate("fed_funds_upper", live.fred_rate("DFEDTARU")),
    _rate("sofr", live.fred_rate("SOFR")),
    _rate("iorb", live.fred_rate("IORB")),
    _rate("ecb_deposit_rate", live.fred_rate("ECBDFR")),
    *(_rate(name, live.fred_rate(fred_id, live.OECD, (90, 150), "monthly")) for name, fred_id in (
        ("bund_10y", "IRLTLT01DEM156N"), ("jgb_10y", "IRLTLT01JPM156N"),
        ("gilt_10y", "IRLTLT01GBM156N"), ("interbank_3m_us", "IR3TIB01USM156N"),
        ("interbank_3m_ea", "IR3TIB01EZM156N"), ("interbank_3m_jp", "IR3TIB01JPM156N"))),
    *(_rate(f"{where}_2y") for where in ("euro", "japan", "uk")),  # the user's own alone
)  # fmt: skip


def _mark(name: str, column: str, scale: float) -> Series:
    return Series(name, _VALUATION, (
        offline.reference(column, scale),
        offline.simulated(name, offline.ERP_DAY, (27, 45), "monthly"),
        live.damodaran(column),
    ))  # fmt: skip


def _workbook(name: str, *feeds: Feed) -> Series:
    return Series(name, _VALUATION, feeds)


VALUATION_SERIES: tuple[Series, ...] = (
    _mark("erp_damodaran_published", "ERP (T12m)", 0.01),
    _mark("spx_at_erp_mark", "S&P 500", 1.0),
    _mark("treasury_10y_at_erp_mark", "T.Bond Rate", 0.01),
    *(_workbook(name, live.damodaran(column)) for name, column in (
        ("erp_damodaran_sustainable", "ERP (T12 m with sustainable payout)"),
        ("erp_damodaran_adjusted", "ERP (T12m) with adj riskfree rate"),
        ("riskfree_at_erp_mark", "$ Riskfree Rate"),
        ("cash_flow_at_erp_mark", "CF (Trailing 12 month)"),
        ("growth_at_erp_mark", "Expected growth rate"))),
    _workbook("erp_damodaran_annual", live.damodaran_annual("Implied ERP (FCFE)")),
    *(_workbook(f"shiller_{name}", *live.shiller(f"shiller_{name}"))
      for name in ("price", "cpi", "cape")),
    *(_workbook(f"shiller_{name}", *live.shiller(f"shiller_{name}", months=6))
      for name in ("dividend", "earnings")),
    _workbook("shiller_gs10", *live.shiller("shiller_gs10", 0.01)),
)  # fmt: skip
