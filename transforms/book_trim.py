"""What trimming the condor's width would finance: the L2 hedge, paid for by strikes sold nearer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from pricing.board import Floats
from pricing.legs import Legs, Market
from pricing.moves import VixCurve
from pricing.smile import IndexLevels, fair_vol, index_smile
from pricing.trim import Hedge, Listed, Sold, TrimRules, trim_to_finance
from transforms.book_view_legs import EXPIRED, held
from transforms.vix_family import TENOR_DAYS, family, numbers

LAYER = "L2"
STRIKE_STEP = 5.0  # points, as S&P 500 options are listed

_ASSUMED_SKEW = 118.0  # median close of 1990 to 2018
_CONSTRAINTS = ("financing", "delta_and_width", "theta", "stress", "all_four")

Values = dict[str, Any]


def trim(
    rows: pl.DataFrame, legs: Legs, market: Market, tables: Mapping[str, pl.DataFrame],
    curve: VixCurve | None, short_delta: float = 0.20,
) -> Values:  # fmt: skip
    """The least trim that pays for the layer's contracts, or why there is none.

    Wanted are the contracts that the session's proposal adds to L2; where it adds none, as many
    as are held. Strikes not in the book are marked by the model's smile, moved so that it passes
    through the mark of the strike sold.

    Args:
        rows: legs of the book at the session.
        legs: the same as arrays.
        market: levels of the session.
        tables: rows of the session, of the index, the cone and the decision.
        curve: where VIX futures roll to.
        short_delta: most of either strike sold, absolute; 0.18 for a steward.
    """
    unit = _unit(rows)
    places = [_sold(legs, right) for right in (-1.0, 1.0)]
    if unit is None or None in places:
        missing = "no L2 contract is held to price" if unit is None else "no condor is held"
        return {"outcome": "not_asked", "why": missing}
    put, call = (int(place) for place in places if place is not None)
    hedge_rows, count = unit
    _, hedge = held(hedge_rows)
    wanted = _proposed(tables["mart_hedge_decision_daily"]) or count
    years = float(legs.years[put])
    levels = _levels(tables["core_index_daily"], years)
    sold = Sold(put, call, *(_listed(legs, one, market, levels) for one in (put, call)))
    inner = _cone(tables["mart_vol_cone_daily"], years)
    rules = TrimRules(inner_vol=inner, short_delta_max=short_delta)
    found = trim_to_finance(legs, market, sold, Hedge(hedge.rows(0), wanted), rules, curve)
    return {
        "outcome": found.reason.name.lower(),
        "short_delta_limit": short_delta,
        "why": "",
        "layer": LAYER,
        "units_wanted": wanted,
        "units_financed": found.units,
        "put_strike_before": float(legs.strike[put]),
        "call_strike_before": float(legs.strike[call]),
        "put_strike": found.put_strike,
        "call_strike": found.call_strike,
        "width_reduction": found.reduction,
        "credit_usd": _plain(found.credit),
        "cost_usd": _plain(found.cost),
        "theta_usd": _plain(found.theta),
        "stress_before_usd": _plain(found.stress_before),
        "stress_after_usd": _plain(found.stress_after),
        "c1_room": _plain(found.c1_room),
        "strike_pairs": dict(zip(_CONSTRAINTS, found.passed, strict=True)),
    }


def session_rows(
    frames: Mapping[str, pl.DataFrame], session: date, names: tuple[str, ...]
) -> dict[str, pl.DataFrame]:
    """The rows of one session of each of these tables."""
    return {name: frames[name].filter(pl.col("session") == session) for name in names}


def _unit(rows: pl.DataFrame) -> tuple[pl.DataFrame, int] | None:
    """The layer's newest contract as legs of one unit, and how many are held."""
    mine = rows.filter(_is_mine() & (pl.col("quantity") != 0.0))
    if mine.is_empty():
        return None
    newest = mine.filter(pl.col("expiry") == pl.col("expiry").max())
    count = float(newest["quantity"].max())  # type: ignore[arg-type]  # numbers
    unit = newest.with_columns(quantity=pl.col("quantity") / count)
    return (unit, max(round(count), 1)) if count > 0.0 else None


def _is_mine() -> pl.Expr:
    return (pl.col("book_layer") == LAYER) & (pl.col("fault").fill_null("") != EXPIRED)


def _sold(legs: Legs, right: float) -> int | None:
    """Place of the nearest option on the index that is sold, puts or calls."""
    is_mine = legs.is_index & (legs.quantity < 0.0) & (legs.right == right) & (legs.years > 0.0)
    return int(np.where(is_mine, legs.years, np.inf).argmin()) if is_mine.any() else None


def _levels(index: pl.DataFrame, years: float) -> IndexLevels:
    fair, _ = fair_vol(TENOR_DAYS, family(index), np.array([years]))
    skew = numbers(index, "skew_close")
    return IndexLevels(fair, numbers(index, "vix_close"), np.where(skew > 0.0, skew, _ASSUMED_SKEW))


def _listed(legs: Legs, place: int, market: Market, levels: IndexLevels) -> Listed:
    """Strikes between the one sold and the money."""
    mine, forward, years = (float(one[place]) for one in (legs.strike, legs.forward, legs.years))
    low, high = sorted((mine, float(market.spot)))
    strike = np.arange(np.ceil(low / STRIKE_STEP), np.floor(high / STRIKE_STEP) + 1) * STRIKE_STEP
    asked = np.append(mine, strike)
    smile: Floats = index_smile(np.array([forward]), asked, np.array([years]), levels).vol
    return Listed(strike, smile[1:] + float(legs.volatility[place]) - smile[0])


def _proposed(decisions: pl.DataFrame) -> int:
    """Contracts that the session's proposal adds; 0 for none, or where it is not known."""
    for row in decisions.filter(pl.col("layer_id") == LAYER).to_dicts():
        if row["units_before"] is not None and row["units_after"] is not None:
            return max(int(row["units_after"] - row["units_before"]), 0)
    return 0


def _cone(cone: pl.DataFrame, years: float) -> float:
    """The cone's 75 % at the horizon nearest to the condor's expiry."""
    known = cone.drop_nulls("cone_p75")
    if known.is_empty():
        return float("nan")
    gap = (known["horizon_sessions"] - 252.0 * years).abs()
    return float(known["cone_p75"][int(gap.arg_min() or 0)])


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
