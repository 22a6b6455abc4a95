"""Products that hold VIX futures, at every close: from a price the desk knows, on by the model.

No source has their prices. A price that the desk marks, or what it paid for shares, holds on its
day; from there the share follows the futures that it holds, until a newer one. Before the first
there is none. What is made so is indicative.

Source:
    Methodology 2.5 and 14.2; ``pricing.etp``.
"""

from typing import Any

import numpy as np

from pricing.board import Floats
from pricing.etp import (
    futures_return,
    leverage,
    product,
    product_forward,
    product_growth,
    product_vol,
    roll_weights,
    roll_yield,
)
from pricing.priced_from import PricedFrom
from pricing.smile import DAYS_PER_YEAR
from transforms.book_limit import curve_ahead
from transforms.book_market import BookMarket, Ints, future_of

Position = dict[str, Any]
Known = tuple[int, float]

SHARE_YEARS = 10.0  # a share never expires: a call on it, struck at next to nothing
LEAST_STRIKE = 1e-9
_ANY_VOLATILITY = 0.2
_OLDEST = 7  # days by which a price may precede its session


def known_prices(positions: list[Position]) -> dict[str, list[Known]]:
    """What the desk knows of each product: days and prices, ascending; a mark beats what was paid."""
    found: dict[str, dict[int, float]] = {}
    for one in positions:
        if one["instrument"] == "etp" and one["strike"] is None:
            _know(found, one["root"], one["entry_session"], one["entry_price"])
    for one in positions:
        if one["instrument"] == "etp":
            _know(found, one["root"], one["spot_session"], one["spot_price"])
    return {root: sorted(days.items()) for root, days in found.items()}


def product_column(market: BookMarket, one: Position, known: list[Known]) -> dict[str, Any]:
    """What one place that holds a product has at each session; NaN where it is not known."""
    root, count = one["root"], market.days.size
    spot = product_path(market, root, known)
    factor = leverage(root, market.days)
    rolls = roll_yield(market.days, market.vix_expiries, curve_ahead(market))
    column: dict[str, Any] = {
        "level": np.where(np.isfinite(spot), PricedFrom.INDICATIVE, PricedFrom.NOTHING),
        "leverage": factor,
        "roll_yield": rolls,
    }
    if one["strike"] is None:
        return column | {
            "strike": np.full(count, LEAST_STRIKE), "years": np.full(count, SHARE_YEARS),
            "discount": np.ones(count), "forward": spot,
            "volatility": np.full(count, _ANY_VOLATILITY),
        }  # fmt: skip
    years = (_day(one["expiry"]) - market.days) / DAYS_PER_YEAR
    forward = product_forward(spot, market.rate, product(root).fee, np.maximum(years, 0.0))
    forward = np.where(years == 0.0, spot, forward)
    vol = product_vol(factor, forward, one["strike"], vvix=market.vvix, vix=market.vix)
    return column | {"forward": forward, "volatility": np.where(years == 0.0, 0.0, vol)}


def product_path(market: BookMarket, root: str, known: list[Known]) -> Floats:
    """Price of a share at each close [US dollars]; NaN before the first that is known.

    Args:
        market: the market.
        root: the product's symbol.
        known: days and prices, ascending.
    """
    rows, growth = _growth(market, root)
    path = np.full(market.days.size, np.nan)
    for day, price in known:
        row = int(np.searchsorted(market.days, day, side="right")) - 1
        if row < 0 or market.days[row] < day - _OLDEST:
            continue
        path[row:] = np.nan
        path[row] = price
        start = int(np.searchsorted(rows, row))
        steps = growth[start:].copy()
        steps[:1] = 1.0  # what the first close earned was before the price was known
        path[rows[start:]] = price * np.cumprod(steps)
        path[row] = price
    return np.where(path > 0.0, path, np.nan)


def _know(
    found: dict[str, dict[int, float]], root: str, day: object, price: float | None
) -> None:  # fmt: skip
    if day is not None and price is not None:
        found.setdefault(root, {})[_day(day)] = price


def _day(value: object) -> int:
    return int(np.datetime64(str(value), "D").astype(np.int64))


def _growth(market: BookMarket, root: str) -> tuple[Ints, Floats]:
    """The sessions that know both futures held and the rate, and growth to each from the last."""
    roll = roll_weights(market.days, market.vix_expiries)
    if not market.vix_expiries.size:
        return np.empty(0, dtype=np.int64), np.empty(0)
    place = np.maximum(roll.first, 0)[:, None] + np.arange(2)
    expiry = market.vix_expiries[np.minimum(place, market.vix_expiries.size - 1)]
    every = np.arange(market.days.size)
    held = np.column_stack([future_of(market, every, expiry[:, n])[0] for n in (0, 1)])
    is_known = (roll.first >= 0) & np.isfinite(held).all(-1) & np.isfinite(market.rate)
    rows = np.flatnonzero(is_known)
    before, after = rows[:-1], rows[1:]
    later = np.column_stack([future_of(market, after, expiry[before, n])[0] for n in (0, 1)])
    earned = futures_return(roll.weight[before], held[before], later)
    days = (market.days[after] - market.days[before]).astype(np.float64)
    factor = leverage(root, market.days[before])
    growth = product_growth(earned, factor, market.rate[before], product(root).fee, days)
    return rows, np.concatenate((np.ones(min(rows.size, 1)), growth))
