"""The columns of the options book: legs, totals, and where each value comes from."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import count, date, flag, text

_FLOAT = pl.Float64()


def _dollars(name: str, doc: str, *, ge: float = -1e12, le: float = 1e12) -> Column:
    return Column(name, _FLOAT, Unit.USD, doc, ge=ge, le=le)


def _points(name: str, doc: str, *, ge: float = 0.0, le: float = 100_000.0) -> Column:
    return Column(name, _FLOAT, Unit.INDEX_PTS, doc, ge=ge, le=le)


def _ratio(name: str, doc: str, *, ge: float, le: float) -> Column:
    return Column(name, _FLOAT, Unit.RATIO, doc, ge=ge, le=le)


BOOK_COLUMNS: tuple[Column, ...] = (
    text("book", "model: the policy's own; desk: the user's"),
    text("leg_id", "Name of a leg, unique in its book and session"),
    text("book_layer", "IC for the condor, or L1, L2, L3, SE"),
    text("instrument", "option, future, etp or synthetic"),
    date("entry_session", "Session at whose close the leg was entered"),
    _points("entry_price", "Price it was entered at, a unit; a synthetic's may be negative",
            ge=-100_000.0),
    _points("leg_price", "Mark, a unit, as entry_price; null where it cannot be valued",
            ge=-100_000.0),
    _points("leg_forward", "Forward or future the leg is valued on"),
    Column("leg_vol", _FLOAT, Unit.DECIMAL, "Volatility it is valued at", ge=0.0, le=20.0),
    Column("quantity", _FLOAT, Unit.CONTRACTS, "Contracts, negative when sold", ge=-1e6, le=1e6),
    Column("multiplier", _FLOAT, Unit.USD, "Dollars a point and contract", ge=1.0, le=1e4),
    _ratio("leg_delta", "Delta a unit, to the underlying or its future", ge=-1.5, le=1.5),
    _dollars("value_usd", "Market value; a debt of a sold leg is negative"),
    _dollars("delta_usd", "Change of value for one percent of the S&P 500, the VIX mapped to it"),
    _dollars("gamma_usd", "Change of delta_usd for one percent more"),
    _dollars("vega_usd", "Change of value for one point of the leg's volatility"),
    _dollars("theta_usd", "Change of value over one calendar day, all else unchanged"),
    _dollars("roll_down_usd", "Change of value a session as the future slides down its curve"),
    _dollars("carry_usd_year", "Cost of holding a year at today's theta and roll-down"),
    _dollars("extrinsic_usd", "Time value"),
    _ratio("capture", "Share of the entry's time value that has decayed", ge=-100.0, le=2.0),
    _dollars("pnl_usd", "Gain since entry; null where the entry price is unknown"),
    text("priced_from", "quotes, surface, model, indicative or nothing: the weakest that took part"),
    text("fault", "Why a leg or book has no value, in one token", nullable=True),
    _points("credit", "Credit of one condor"),
    _dollars("max_loss_usd", "Largest loss of the condors at expiry, credit kept", ge=0.0),
    _points("be_down", "Lower break-even of the bare condor at expiry"),
    _points("be_up", "Upper break-even of the bare condor at expiry"),
    _points("position_be_down", "Lower break-even of the whole position, hedges marked"),
    _points("position_be_up", "Upper break-even of the whole position"),
    text("break_evens", "Every root of the whole position, as a JSON list", nullable=True),
    Column("profit_probability", _FLOAT, Unit.DECIMAL, "By the smile, not a forecast", ge=0, le=1),
    _ratio("coverage", "Stress gain of the hedge over stress loss of the condors", ge=-10.0, le=100.0),
    Column("carry_share", _FLOAT, Unit.DECIMAL, "Yearly carry over the net asset value",
           ge=-10.0, le=10.0),
    flag("is_inner_band_inside", "C-1: the inner band lies inside the position's break-evens"),
    flag("is_outer_band_outside", "C-2: the break-evens lie inside the outer band"),
    _dollars("cash_usd", "Premiums received less paid, costs and gains realized"),
    _dollars("day_pnl_usd", "Change of value and cash since the session before"),
    _points("after_be_down", "Lower break-even of the position after the proposal"),
    _points("after_be_up", "Upper break-even of the position after the proposal"),
    _ratio("after_coverage", "Coverage after the proposal", ge=-10.0, le=100.0),
    Column("spx_move", _FLOAT, Unit.DECIMAL, "Move of the S&P 500 at once", ge=-1.0, le=1.0),
    Column("vix_move", _FLOAT, Unit.VOL_PTS, "Move of the VIX beside it", ge=-100.0, le=200.0),
    _dollars("scenario_usd", "What the book would gain from its mark"),
    _dollars("nav_usd", "Net asset value that shares are of", ge=0.0),
    count("condor_units", "Iron condors open", Unit.CONTRACTS),
    text("note", "What a limit scaled, or what no total holds, in tokens; null for nothing",
         nullable=True),
    Column("spot_price", _FLOAT, Unit.USD, "Price of a product's share that the user marked",
           ge=0.01, le=100_000.0),
    date("spot_session", "Day of spot_price"),
    Column("drift_share", _FLOAT, Unit.DECIMAL,
           "Change of value for one percent of the S&P 500 over the net asset value", ge=-10.0, le=10.0),
    count("drift_closes", "Closes in a row with drift_share beyond 0.5 percent either way"),
    Column("futures_needed", _FLOAT, Unit.CONTRACTS,
           "VIX futures that would take the book's delta out, within the limits; for review",
           ge=0.0, le=1e6),
    _dollars("margin_usd", "Margin of futures_needed, at half of their notional: an assumption",
             ge=0.0),
)  # fmt: skip
