"""The columns of what the book could trade at a close, and the standing book made of it."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import flag, text

_FLOAT = pl.Float64()


def _dollars(name: str, doc: str, *, ge: float = -1e9) -> Column:
    return Column(name, _FLOAT, Unit.USD, doc, ge=ge, le=1e9)


def _points(name: str, doc: str) -> Column:
    return Column(name, _FLOAT, Unit.INDEX_PTS, doc, ge=0.0, le=100_000.0)


def _share(name: str, doc: str, *, ge: float, le: float) -> Column:
    return Column(name, _FLOAT, Unit.DECIMAL, doc, ge=ge, le=le)


def _ratio(name: str, doc: str, *, ge: float, le: float) -> Column:
    return Column(name, _FLOAT, Unit.RATIO, doc, ge=ge, le=le)


OFFER_COLUMNS: tuple[Column, ...] = (
    text("offer_strikes", "Strikes on offer from the lowest up, as 4600/4700/5300/5400",
         nullable=True),
    _dollars("offer_debit_usd", "Price of one contract; a credit is negative"),
    _dollars("offer_theta_usd", "Change of its value over one calendar day, all else unchanged"),
    _dollars("offer_vega_usd", "Change of its value for one point of each leg's volatility"),
    _dollars("offer_delta_usd",
             "Change of its value for one percent of the S&P 500, the VIX mapped to it"),
    _dollars("offer_roll_down_usd",
             "Change of its value a session as the future slides down its curve"),
    _dollars("offer_carry_usd_year", "Cost of holding it a year at today's theta and roll-down"),
    _dollars("offer_stress_usd",
             "What it gains, marked, with the S&P 500 8 percent lower and the VIX 20 points higher"),
    _dollars("offer_loss_usd",
             "Largest loss of one condor below spot at expiry, credit kept; null for layers",
             ge=0.0),
    _dollars("standing_theta_usd", "Change of the standing book's value over one calendar day"),
    _dollars("standing_vega_usd", "Its change of value for one point of each leg's volatility"),
    _dollars("standing_carry_usd_year",
             "Cost of holding its layers a year at today's theta and roll-down"),
    _share("standing_carry_share", "standing_carry_usd_year over the net asset value",
           ge=-10.0, le=10.0),
    _ratio("standing_coverage", "Stress gain of its layers over the condors' largest loss",
           ge=-10.0, le=100.0),
    _points("standing_be_down", "Lower break-even of the standing book, hedges marked"),
    _points("standing_be_up", "Upper break-even of the standing book, hedges marked"),
    _share("standing_loss_share", "Largest loss of its condors at expiry over the net asset value",
           ge=0.0, le=100.0),
    flag("is_hedge_undersized", "Whether standing_coverage is below the policy's target"),
    _ratio("coverage_scale", "How many times the layers reach the target, at most twice",
           ge=1.0, le=2.0),
    _ratio("standing_theta_per_vega", "standing_theta_usd over the size of standing_vega_usd",
           ge=-1e6, le=1e6),
)  # fmt: skip
