"""The columns of the dividend sleeve with the volatility overlay."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import rate

_FLOAT = pl.Float64()


def _dollars(name: str, doc: str, *, ge: float = 0.0) -> Column:
    return Column(name, _FLOAT, Unit.USD, doc, ge=ge, le=1e12)


def _units(name: str, doc: str) -> Column:
    return Column(name, _FLOAT, Unit.RATIO, doc, ge=0.0, le=1e9)


DRIP_COLUMNS: tuple[Column, ...] = (
    Column("dividend_cash", _FLOAT, Unit.INDEX_PTS,
           "Dividends a unit that became known here, paid at the next close; 0 at other sessions",
           ge=0.0, le=1_000.0),
    _units("drip_units", "Units of the index held, all dividends reinvested"),
    _units("drip_overlay_units", "Units held where dividends fund hedges first"),
    rate("share_reinvest", "Share of a dividend that today's figures would reinvest", ge=0.5, le=1.0),
    rate("dividend_hedge_share", "Share of it that would fund hedges over their budget", ge=0.0),
    _dollars("hedge_budget_gap_usd", "Yearly carry of the hedges beyond the policy's budget"),
    _dollars("drip_hedges_paid_usd", "Dividends that have funded hedges so far"),
    _dollars("drip_waiting_usd", "Dividends not reinvested yet, of the sleeve with the overlay"),
    _dollars("drip_usd", "Value of the sleeve without the overlay"),
    _dollars("drip_overlay_usd", "Value of the sleeve and the overlay's gain", ge=-1e12),
    rate("drip_return", "Total return since the start without the overlay", ge=-1.0, le=1e4),
    rate("drip_overlay_return", "Total return since the start with the overlay", ge=-1e4, le=1e4),
    rate("drip_drawdown", "Largest fall from a high so far without the overlay", ge=0.0, le=1.0),
    rate("drip_overlay_drawdown", "Largest fall from a high so far with the overlay", ge=0.0, le=1e4),
    Column("hedge_cost_bp", _FLOAT, Unit.NONE,
           "Yearly carry of the hedges over the sleeve's value with the overlay [basis points]",
           ge=-1e5, le=1e5),
    rate("drip_xirr", "Internal rate of return since the start without the overlay", ge=-1.0, le=10.0),
    rate("drip_overlay_xirr", "Internal rate of return since the start with the overlay",
         ge=-1.0, le=10.0),
    rate("drip_xirr_difference", "drip_overlay_xirr - drip_xirr", ge=-11.0, le=11.0),
)  # fmt: skip
