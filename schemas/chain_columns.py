"""The columns of option chains: quotes, parity, surfaces and what an arbitrage would earn."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import count, date, flag, points, rate, text, vol

_FLOAT = pl.Float64()

QUOTE_FAULTS = (
    "implausible", "expired", "empty", "crossed", "zero_bid", "no_ask", "beyond_wings",
)  # fmt: skip
"""Why a quote does not count, the first that holds; ``transforms.chain`` says what each means."""

TRADES = ("conversion", "reversal")


def _basis_points(name: str, doc: str) -> Column:
    return Column(name, _FLOAT, Unit.NONE, f"{doc} [basis points a year]", ge=-1e5, le=1e5)


def _index(name: str, doc: str) -> Column:
    # Hours before an expiry, and after a crash, it leaves the range that closes of the VIX have.
    return Column(name, _FLOAT, Unit.VOL_PTS, doc, ge=0.0, le=1_000.0)


def _svi(name: str, doc: str, *, ge: float, le: float) -> Column:
    return Column(name, _FLOAT, Unit.RATIO, doc, ge=ge, le=le)


CHAIN_COLUMNS: tuple[Column, ...] = (
    Column("mid", _FLOAT, Unit.INDEX_PTS, "Mean of bid and ask; null unless both are there, "
           "uncrossed", ge=0.0, le=100_000.0),
    text("quote_fault", f"Why the quote does not count: {', '.join(QUOTE_FAULTS)}; null where it "
         "does", nullable=True),
    Column("chain_forward", _FLOAT, Unit.INDEX_PTS, "Forward to the expiry by put-call parity",
           ge=1.0, le=100_000.0),
    Column("chain_discount", _FLOAT, Unit.RATIO, "Discount factor to the expiry by put-call parity",
           ge=0.1, le=1.5),
    rate("box_rate", "Rate of box spreads to the expiry, -ln D / T, continuous", ge=-0.5, le=1.0),
    Column("parity_r2", _FLOAT, Unit.RATIO, "R squared of put less call over strike", ge=-1.0,
           le=1.0),
    count("parity_strikes", "Strikes behind the parity line"),
    text("parity_fault", "Why the parity line is not to be used, in one token; null where it is",
         nullable=True),
    rate("chain_treasury_rate", "Treasury yield of the expiry's life, continuous", le=0.3),
    rate("box_less_treasury", "box_rate - chain_treasury_rate", ge=-0.8, le=1.3),
    _index("variance_index", "VIX-style index of the expiry alone, from its quotes"),
    _index("svix", "Martin's SVIX of the expiry alone: equal weights in strike"),
    text("variance_fault", "Why the expiry has no variance, in one token; null where it has",
         nullable=True),
    vol("chain_atm_vol", "Volatility at the forward, between the nearest quotes, annual", le=20.0),
    _svi("svi_a", "SVI: level of total variance", ge=-10.0, le=50.0),
    _svi("svi_b", "SVI: slope of the wings", ge=0.0, le=10.0),
    _svi("svi_rho", "SVI: tilt", ge=-1.0, le=1.0),
    _svi("svi_m", "SVI: shift of the bottom, in ln(K / F)", ge=-20.0, le=20.0),
    _svi("svi_sigma", "SVI: curvature at the bottom, in ln(K / F)", ge=0.0, le=50.0),
    vol("svi_rmse", "Root mean square error of the smile over its quotes, in volatility"),
    text("surface_fault", "Why there is no smile, in one token: not_fitted where none was asked "
         "for; null where there is one", nullable=True),
    count("butterfly_breaches", "Neighboring strikes whose quotes pay for a butterfly"),
    count("vertical_breaches", "Neighboring strikes whose quotes pay for a vertical spread"),
    count("calendar_breaches", "Strikes whose ask lies below the bid of the expiry before, by total "
          "variance at one ln(K / F)"),
    date("near_expiry", "The expiry at or before 30 days that the index is made from"),
    date("next_expiry", "The expiry after 30 days that the index is made from"),
    _index("chain_vix", "30-day volatility index from the chain by Cboe's rules"),
    _index("chain_svix", "30-day SVIX from the chain"),
    Column("chain_skew", _FLOAT, Unit.INDEX_PTS, "SKEW from the chain", ge=50.0, le=400.0),
    points("chain_vix_gap", "chain_vix less the VIX as published"),
    rate("erp_svix30_chain", "Premium that 30-day options imply, from the chain's strip", ge=0.0,
         le=100.0),
    text("chain_fault", "Why the chain gives no 30-day index, in one token; null where it does, "
         "and where there is no chain", nullable=True),
    text("trade", "conversion: lends at the locked rate; reversal: borrows at it"),
    rate("locked_rate", "Rate that the trade locks in at bids and asks, continuous", ge=-10.0,
         le=10.0),
    _basis_points("edge_gross_bp", "Advantage over the Treasury of that life at mids"),
    _basis_points("edge_net_bp", "The same at bids and asks, less fees and the margin's cost"),
    _basis_points("slippage_bp", "Half-spreads of the three legs"),
    flag("is_listed", "edge_net_bp above 10 and above twice slippage_bp"),
    _basis_points("best_conversion_bp", "Largest edge_net_bp of a conversion"),
    _basis_points("best_reversal_bp", "Largest edge_net_bp of a reversal"),
    count("parity_listed", "Trades that are worth listing; null where there is no chain"),
)  # fmt: skip
