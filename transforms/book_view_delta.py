"""Delta that is too much: synthetic forwards that would fine-tune it, and the Second Engine's review.

Both are for review and neither is traded here. Margin is an assumption and named beside its amount.

Source:
    Methodology 2.5 and 9, hedge-ratio fine-tuning.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from pricing.black import black76_greeks, black76_price
from pricing.curve import samuelson, spot_beta
from pricing.drift import (
    FUTURE_MARGIN,
    FUTURE_MULTIPLIER,
    INDEX_MULTIPLIER,
    SYNTHETIC_MARGIN,
    SyntheticReason,
    futures_cap,
    futures_needed,
    synthetic_forwards,
)
from pricing.etp import product, product_forward, product_vol
from pricing.legs import Market
from pricing.smile import DAYS_PER_YEAR, vix_option_vol
from schemas.book import BookTerms
from transforms.book_engine import DAYS
from transforms.book_listing import VIX_STRIKES

Values = dict[str, Any]

SPREAD_ROOT = "VXX"
_LONG_DELTA, _SHORT_DELTA = 0.25, 0.10
_CLOSES = 2
_MONTH = 30.0 / DAYS_PER_YEAR
_OPTION = 100.0  # dollars a point
_SHARE_STRIKES = np.arange(100.0, 401.0)  # per 100 dollars of the share


def fine_tuning(
    legs: tuple[Values, ...], total: Values, market: Market, rate: float,
    parity: pl.DataFrame, terms: BookTerms,
) -> Values:  # fmt: skip
    """Synthetic forwards against the delta beyond the desk's limit; beyond none where it has none.

    Args:
        legs: rows of the book at the session; the nearest condor's expiry is the forward's.
        total: of the book.
        market: levels of the session.
        rate: of a month's bill [decimal].
        parity: the session's row of the parity state, which judges the edge; empty without quotes.
        terms: the limit.
    """
    delta, spot = total["delta_usd"], float(market.spot)
    if delta is None:
        return {"outcome": "unknown", "why": "delta is not known"}
    limit = 0.0 if terms.delta_limit is None else terms.delta_limit * terms.nav_usd
    excess_usd = delta - float(np.clip(delta, -limit, limit))
    excess = excess_usd / (0.01 * spot)
    days = min((leg["days_to_expiry"] for leg in legs if _is_condor(leg)), default=30)
    discount = float(np.exp(-rate * days / DAYS_PER_YEAR))
    edge = _edge(parity, is_bought=excess < 0.0)
    at = [np.asarray(one) for one in (excess, discount, edge, spot)]
    found = synthetic_forwards(at[0], at[1], at[2], at[3], SYNTHETIC_MARGIN)
    wanted = float(np.sign(found.unrounded) * np.floor(np.abs(found.unrounded) + 0.5))
    each = SYNTHETIC_MARGIN.share_of_notional * INDEX_MULTIPLIER * spot
    reason = SyntheticReason(int(found.reason)).name.lower()
    return {
        "outcome": "edge_unknown" if reason == "unknown_input" else reason,
        "delta_usd": delta,
        "excess_delta_usd": excess_usd,
        "forwards_unrounded": float(found.unrounded),
        "forwards": 0.0 if reason == "less_than_one" else wanted,
        "forward_days": int(days),
        "edge_bp": None if np.isnan(edge) else edge,
        "margin_usd": 0.0 if reason == "less_than_one" else abs(wanted) * each,
        "margin_rule": SYNTHETIC_MARGIN.name,
    }


def second_engine(
    total: Values, market: Market, rate: float, tables: Mapping[str, pl.DataFrame], terms: BookTerms
) -> Values:
    """How many deferred futures would take the delta out, what they tie up, and what else would.

    Args:
        total: of the book.
        market: levels of the session.
        rate: of a month's bill [decimal].
        tables: rows of the session, of the index, the futures curve and the decision.
        terms: limits.
    """
    delta = total["delta_usd"]
    future = _future(tables["mart_futures_curve_daily"])
    review = {
        "se_state": _state(tables["mart_hedge_decision_daily"]),
        "drift_share": total["drift_share"],
        "drift_closes": total["drift_closes"],
        "is_drifted": None if total["drift_closes"] is None else total["drift_closes"] >= _CLOSES,
    }
    if delta is None or future is None:
        missing = "delta" if delta is None else "a future of 45 to 120 days"
        return {**review, "outcome": "unknown", "why": f"{missing} is not known"}
    if delta <= 0.0:
        return {**review, "outcome": "not_needed", "why": "the book is not long the S&P 500"}
    price, years = future["future"], future["days_to_expiry"] / DAYS_PER_YEAR
    free = np.inf
    if terms.margin_limit is not None:
        free = terms.margin_limit * terms.nav_usd - (total["max_loss_usd"] or 0.0)
    at = np.asarray(price)
    cap = futures_cap(
        at, np.asarray(terms.nav_usd), terms.second_engine_leverage, FUTURE_MARGIN, free
    )
    found = futures_needed(np.asarray(100.0 * delta), at, np.asarray(years), cap, FUTURE_MARGIN)
    margin, count = float(found.margin), float(found.contracts)
    return {
        **review,
        "outcome": "review",
        "why": "four signatures open it",
        "future_expiry": future["expiry"],
        "future": price,
        "futures_unlimited": float(found.unrounded),
        "futures_needed": count,
        "futures_cap": float(cap),
        "delta_left_usd": float(found.delta_left) / 100.0,
        "notional_usd": count * FUTURE_MULTIPLIER * price,
        "margin_usd": margin,
        "margin_rule": FUTURE_MARGIN.name,
        "financing_usd_year": margin * rate,
        "priced_from": future["priced_from"],
        "alternatives": [
            _calls(100.0 * delta, future, market, rate, tables["core_index_daily"], terms),
            _spread(100.0 * delta, future, market, rate, tables["core_index_daily"], terms),
        ],
    }


def _calls(
    dollars: float, future: Values, market: Market, rate: float, index: pl.DataFrame,
    terms: BookTerms,
) -> Values:  # fmt: skip
    """VIX calls of the future's expiry, their strike by a delta of 0.25."""
    years = future["days_to_expiry"] / DAYS_PER_YEAR
    price = np.full(VIX_STRIKES.shape, future["future"])
    found = vix_option_vol(price, VIX_STRIKES, np.full(price.shape, years),
                           vvix=_vvix(index), vix=market.vix)  # fmt: skip
    market_of = (price, VIX_STRIKES, np.full(price.shape, years), found.vol, np.exp(-rate * years))
    delta = black76_greeks(*market_of, is_call=True).delta_forward
    place = _at(delta, _LONG_DELTA)
    mark = float(black76_price(*market_of, np.ones(price.shape))[place])
    by_map = (
        FUTURE_MULTIPLIER * future["future"] * float(spot_beta(np.ones(1))[0] * samuelson(years))
    )
    each = by_map * float(delta[place]) * _OPTION / FUTURE_MULTIPLIER
    return {
        "kind": "vix_calls",
        "expiry": future["expiry"],
        "strikes": f"{VIX_STRIKES[place]:g}",
        "option_delta": _plain(delta[place]),
        **_bought(dollars / each, mark * _OPTION, terms),
        "priced_from": "model" if np.isfinite(_vvix(index)).all() else "indicative",
    }


def _spread(
    dollars: float, future: Values, market: Market, rate: float, index: pl.DataFrame,
    terms: BookTerms,
) -> Values:  # fmt: skip
    """A call spread on a product that rolls, for each 100 dollars of its share's price.

    What the share costs is not known here, so its strikes are in percent of it and what is bought
    is so many hundreds of dollars of shares under option.
    """
    years = future["days_to_expiry"] / DAYS_PER_YEAR
    one = product(SPREAD_ROOT)
    forward = product_forward(np.asarray(100.0), np.asarray(rate), one.fee, np.asarray(years))
    shape = _SHARE_STRIKES.shape
    factor = np.full(shape, one.leverage)
    vol = product_vol(factor, forward, _SHARE_STRIKES, vvix=_vvix(index), vix=market.vix)
    market_of = (np.full(shape, forward), _SHARE_STRIKES, np.full(shape, years), vol,
                 np.exp(-rate * years))  # fmt: skip
    delta = black76_greeks(*market_of, is_call=True).delta_forward
    price = black76_price(*market_of, np.ones(shape))
    long = _at(delta, _LONG_DELTA)
    short = max(_at(delta, _SHORT_DELTA), min(long + 1, shape[0] - 1))
    held, paid = float(delta[long] - delta[short]), float(price[long] - price[short])
    by_map = (
        float(forward)
        * float(spot_beta(np.ones(1))[0] * samuelson(np.asarray(_MONTH)))
        * one.leverage
    )
    return {
        "kind": "etp_call_spread",
        "root": SPREAD_ROOT,
        "strikes": f"{_SHARE_STRIKES[long]:g}/{_SHARE_STRIKES[short]:g} % of the share",
        "days_to_expiry": future["days_to_expiry"],
        "option_delta": _plain(held),
        **_bought(dollars / (by_map * held), paid, terms),
        "unit": "times 100 USD of shares",
        "priced_from": "indicative",
    }


def _bought(wanted: float, each: float, terms: BookTerms) -> Values:
    """How many take the delta out, and how many the limit on the Second Engine's options pays."""
    if not np.isfinite([wanted, each]).all() or each <= 0.0:
        return {"wanted": None, "contracts": None, "price_usd": None, "debit_usd": None}
    limit = terms.second_engine_cost * terms.nav_usd
    count = min(float(np.floor(wanted + 0.5)), float(limit // each))
    return {"wanted": wanted, "contracts": count, "price_usd": each, "debit_usd": count * each}


def _future(curve: pl.DataFrame) -> Values | None:
    """The future nearest to the middle of the window; null where none is known."""
    rows = [
        row for row in curve.to_dicts() if row["future"] is not None and row["days_to_expiry"] > 0
    ]
    return min(rows, key=lambda row: abs(row["days_to_expiry"] - DAYS), default=None)


def _state(decisions: pl.DataFrame) -> str | None:
    found = decisions.filter(pl.col("layer_id") == "SE")["se_state"].to_list()
    return found[0] if found else None


def _edge(parity: pl.DataFrame, *, is_bought: bool) -> float:
    """Net edge of what is traded: a forward bought reverses, one sold converts [basis points]."""
    name = "best_reversal_bp" if is_bought else "best_conversion_bp"
    found = parity[name].drop_nulls().to_list() if name in parity.columns else []
    return float(found[0]) if found else float("nan")


def _is_condor(leg: Values) -> bool:
    return bool(leg["book_layer"] == "IC" and leg["quantity"] and leg["days_to_expiry"])


def _vvix(index: pl.DataFrame) -> Any:  # noqa: ANN401  # an array
    return index["vvix_close"].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _at(delta: Any, target: float) -> int:  # noqa: ANN401  # an array
    return int(np.nan_to_num(np.abs(delta - target), nan=np.inf).argmin())


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
