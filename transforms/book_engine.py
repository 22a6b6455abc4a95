"""The dormant Second Engine: the future it would buy against the book's delta, and how many.

For review only: its row has no size, since only four signatures open it. Wanted are the futures
that take the book's delta out, no more than the limits on their notional and on margin let
through, and never fewer than none: they are not sold.

Source:
    Methodology 2.5.
"""

from typing import NamedTuple

import numpy as np

from pricing.board import Floats
from pricing.drift import FUTURE_MARGIN, drift_closes, futures_cap, futures_needed
from pricing.priced_from import Levels
from pricing.smile import DAYS_PER_YEAR
from schemas.book import BookTerms
from transforms.book_market import BookMarket, Ints

DAYS = 82  # the middle of the Second Engine's 45 to 120
_WHOLE = 100.0  # percent


class Engine(NamedTuple):
    """The future on review, one element a session asked for.

    Attributes:
        row: the session's place.
        expiry: of the future, as days.
        future: its price [volatility points].
        level: what that was priced from.
        contracts: wanted; NaN where the book's delta or the future is not known.
        margin: of them, assumed [dollars].
    """

    row: Ints
    expiry: Ints
    future: Floats
    level: Levels
    contracts: Floats
    margin: Floats


def drift(delta: Floats, terms: BookTerms) -> dict[str, Floats]:
    """The columns of the drift, from what one percent of the S&P 500 changes, by session."""
    share = delta / terms.nav_usd if terms.nav_usd > 0.0 else np.full(delta.shape, np.nan)
    return {"drift_share": share, "drift_closes": drift_closes(share)}


def engine(market: BookMarket, terms: BookTerms, delta: Floats, loss_max: Floats) -> Engine | None:
    """What the Second Engine would buy on the sessions that have it on watch; null without futures.

    Args:
        market: the market.
        terms: limits and net asset value.
        delta: of the book for one percent of the S&P 500, by session [dollars].
        loss_max: of the condors, which is the margin they tie up; NaN without any [dollars].
    """
    row = np.flatnonzero(market.is_watched)
    days = (market.vix_expiries[:, None] - market.days[row]).astype(np.float64)
    gap = np.where(np.isfinite(market.futures[:, row]), np.abs(days - DAYS), np.inf)
    if not gap.size:
        return None
    place = gap.argmin(axis=0)
    future, level = market.futures[place, row], market.future_levels[place, row]
    expiry = market.vix_expiries[place]
    free = np.full(row.size, np.inf)
    if terms.margin_limit is not None:
        free = terms.margin_limit * terms.nav_usd - np.nan_to_num(loss_max[row])
    cap = futures_cap(
        future, np.full(row.size, terms.nav_usd), terms.second_engine_leverage, FUTURE_MARGIN, free
    )
    years = (expiry - market.days[row]) / DAYS_PER_YEAR
    found = futures_needed(_WHOLE * delta[row], future, years, cap, FUTURE_MARGIN)
    return Engine(row, expiry, future, level, found.contracts, found.margin)
