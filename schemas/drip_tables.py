"""The tables of the dividend sleeve with the volatility overlay, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Grade, Measure
from schemas.model import Table

MART_DRIP_DAILY = Table(
    "mart_drip_daily",
    "A sleeve that reinvests dividends, without the volatility overlay and with it.",
    ("session",),
    columns("session", "dividend_cash", "drip_units", "drip_overlay_units", "share_reinvest",
            "dividend_hedge_share", "hedge_budget_gap_usd", "drip_hedges_paid_usd",
            "drip_waiting_usd", "drip_usd", "drip_overlay_usd", "drip_return",
            "drip_overlay_return", "drip_drawdown", "drip_overlay_drawdown", "hedge_cost_bp",
            "drip_xirr", "drip_overlay_xirr", "drip_xirr_difference", "coe_f"),
)  # fmt: skip

DRIP_TABLES: tuple[Table, ...] = (MART_DRIP_DAILY,)

_SLEEVE = ("spx_close", "shiller_dividend")
_BOOK = (
    *_SLEEVE, "vix_close", "vix9d_close", "vix3m_close", "vix6m_close", "vix1y_close",
    "vvix_close", "skew_close", "rf_30d", "treasury_10y", "erp_damodaran_published",
    "spx_at_erp_mark", "treasury_10y_at_erp_mark",
)  # fmt: skip
_DIVIDENDS = (
    "Dividends are a twelfth of Shiller's trailing year, when it became known, half a year late; "
    "they are taxable in the United States when reinvested, which the figures leave out."
)
_OVERLAY = (
    "The overlay is the model book, never priced from quotes, on the same net asset value; nothing "
    "here says that waiting pays: uninvested cash forgoes the premium, about a twelfth a month."
)


def _gauge(  # noqa: PLR0913, PLR0917 -- a row of the methodology has as many fields
    measure_id: str, term: str, column: str, formula: str, source: str, grade: Grade,
    inputs: tuple[str, ...], caution: str,
) -> Measure:  # fmt: skip
    return Measure(measure_id, term, MART_DRIP_DAILY.name, column, "13", formula, source, grade,
                   "GAUGE", inputs, caution)  # fmt: skip


DRIP_MEASURES: tuple[Measure, ...] = (
    _gauge("P-DRIP", "Units by reinvestment", "drip_units",
           "units (1 + dividend_cash / spx_close)", "Total-return accounting", "A", _SLEEVE,
           _DIVIDENDS),
    _gauge("P-OVERLAY", "Reinvested share", "share_reinvest",
           "clamp(1 - w_h, 0.5, 1), w_h = min(0.5, hedge_budget_gap_usd / yearly dividends)",
           "Methodology 13; no outside study", "D", _BOOK, _OVERLAY),
    _gauge("P-XIRR", "Return with the overlay less without", "drip_xirr_difference",
           "XIRR with - XIRR without; one payment in and none out, so (V / V0)^(365 / days) - 1",
           "Internal rate of return by dates", "A", _BOOK, f"{_OVERLAY} {_DIVIDENDS}"),
    _gauge("P-COST", "Hedge cost of the sleeve", "hedge_cost_bp",
           "10,000 yearly carry of the hedges / drip_overlay_usd", "Methodology 2.3", "C", _BOOK, _OVERLAY),
    _gauge("P-DD", "Drawdown with the overlay", "drip_overlay_drawdown",
           "max over time of 1 - value / highest value before; drip_drawdown without", "Standard",
           "A", _BOOK, _OVERLAY),
)  # fmt: skip
