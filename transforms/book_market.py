"""What the model book sees at each close, as arrays, and what a contract is worth there.

No quotes are kept in history, so marks come from stated levels: S&P 500 options from the damped
smile of the VIX indices and SKEW, VIX options by Black-76 on the future of the same expiry. Every
mark says from what; what cannot be had is NaN.

Source:
    Methodology 14.2 and 14.3.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pricing.board import Bools, Floats
from pricing.legs import LegKind, Legs, leg_extrinsic, leg_price
from pricing.priced_from import Levels, PricedFrom, weakest
from pricing.smile import DAYS_PER_YEAR, IndexLevels, fair_vol, index_smile, vix_option_vol
from transforms.vix_family import TENOR_DAYS

Ints = npt.NDArray[np.int64]

OPTION_MULTIPLIER = 100.0  # dollars a point, S&P 500 and VIX options alike
SKEW_ASSUMED = 118.0  # median close of 1990 to 2018; marks that lean on it are indicative


class NextSession(NamedTuple):
    """What a one-day contract needs, one element a session.

    Attributes:
        expiry: the next session as days, where an S&P 500 option expires on it; else -1.
        expected_range: one deviation of that session; NaN is unknown [decimal].
    """

    expiry: Ints
    expected_range: Floats


class BookMarket(NamedTuple):
    """The market, one element a session; NaN or -1 is unknown.

    Attributes:
        days: sessions as days since 1970.
        spot: S&P 500 close [index points].
        vix: VIX close [volatility points].
        vvix: VVIX close [volatility points].
        skew: SKEW close [points].
        rate: of a month's bill [decimal].
        indices: closes of the VIX family, one column a tenor [volatility points].
        index_expiries: when monthly S&P 500 options expire, ascending, as days.
        vix_expiries: when monthly VIX options expire, ascending, as days.
        futures: VIX future by VIX expiry and session [volatility points].
        future_levels: what it was priced from.
        units: contracts of L1 to L3 that the decision of the session before asks; -1 unknown.
        is_watched: whether that decision has the Second Engine on watch.
        is_gated: whether a condor gate was closed at the session before.
        sigma: volatility of the cone by session, horizon and quantile (75 %, 95 %) [decimal].
        ahead: the session that follows; none where no one-day contract is asked of it.
    """

    days: Ints
    spot: Floats
    vix: Floats
    vvix: Floats
    skew: Floats
    rate: Floats
    indices: Floats
    index_expiries: Ints
    vix_expiries: Ints
    futures: Floats
    future_levels: Levels
    units: Ints
    is_watched: Bools
    is_gated: Bools
    sigma: Floats
    ahead: NextSession | None = None


class Marks(NamedTuple):
    """Marks of the legs of one package, by session and leg.

    Attributes:
        years: to expiry; 0 from the expiry on [years].
        forward: index forward, or VIX future of the same expiry [points].
        discount: factor from expiry to now.
        vol: [decimal].
        price: of one contract [points].
        extrinsic: time value [points].
        priced_from: a ``PricedFrom`` each.
    """

    years: Floats
    forward: Floats
    discount: Floats
    vol: Floats
    price: Floats
    extrinsic: Floats
    priced_from: Levels


def index_levels(market: BookMarket, rows: Ints, years: Floats) -> tuple[IndexLevels, Bools]:
    """What the smile is made from at these sessions and lives, and where SKEW is assumed."""
    fair, _ = fair_vol(TENOR_DAYS, market.indices[rows], years)
    skew = market.skew[rows]
    is_assumed = ~(skew > 0.0)
    levels = IndexLevels(fair, market.vix[rows], np.where(is_assumed, SKEW_ASSUMED, skew))
    return levels, is_assumed


def index_forward(market: BookMarket, rows: Ints, years: Floats, dividend_yield: float) -> Floats:
    """Forward of the index: ``S e^{(r - q) T}`` [index points]."""
    return np.asarray(market.spot[rows] * np.exp((market.rate[rows] - dividend_yield) * years))


def future_of(market: BookMarket, rows: Ints, expiry: Ints) -> tuple[Floats, Levels]:
    """VIX future of an expiry at a session; the VIX close itself, indicative, from the expiry on."""
    count = market.vix_expiries.size
    if not count:
        return np.full(rows.shape, np.nan), np.full(rows.shape, PricedFrom.NOTHING, np.uint8)
    place = np.minimum(np.searchsorted(market.vix_expiries, expiry), count - 1)
    is_listed = market.vix_expiries[place] == expiry
    value = np.where(is_listed, market.futures[place, rows], np.nan)
    level = np.where(np.isfinite(value), market.future_levels[place, rows], PricedFrom.NOTHING)
    is_over = is_listed & (market.days[rows] >= expiry)
    value = np.where(is_over, market.vix[rows], value)
    level = np.where(is_over & np.isfinite(value), PricedFrom.INDICATIVE, level)
    return value, level.astype(np.uint8)


def marks(
    market: BookMarket, rows: Ints, expiry: Ints, strike: Floats, right: Floats,
    dividend_yield: float | None = None,
) -> Marks:  # fmt: skip
    """Marks of packages, one expiry and one or more strikes each.

    Args:
        market: the market.
        rows: session of each package, by place.
        expiry: of each package, as days.
        strike: by package and leg [points].
        right: 1 for a call and -1 for a put, by leg.
        dividend_yield: of the index; none for options on the VIX [decimal].
    """
    left = np.maximum(expiry - market.days[rows], 0)
    years = left / DAYS_PER_YEAR
    discount = np.exp(-market.rate[rows] * years)
    if dividend_yield is None:
        kind = LegKind.VIX_OPTION
        forward, level = future_of(market, rows, expiry)
        found = vix_option_vol(
            forward[:, None], strike, years[:, None],
            vvix=market.vvix[rows, None], vix=market.vix[rows, None],
        )  # fmt: skip
        volatility, levels = found.vol, weakest(found.priced_from, _wide(level, strike))
    else:
        kind = LegKind.INDEX_OPTION
        forward = index_forward(market, rows, years, dividend_yield)
        levels, volatility = _smiled(market, rows, forward, strike, years)
    over = np.where(np.isfinite(forward), PricedFrom.INDICATIVE, PricedFrom.NOTHING)
    levels = np.where(left[:, None] == 0, _wide(over, strike), levels).astype(np.uint8)
    volatility = np.where(left[:, None] == 0, 0.0, volatility)
    legs = Legs(
        kind=np.full(strike.shape, kind, np.uint8), right=right, strike=strike,
        years=years[:, None], quantity=np.ones(1), multiplier=np.ones(1), forward=forward[:, None],
        discount=discount[:, None], volatility=volatility, entry_price=np.zeros(1),
        priced_from=levels,
    )  # fmt: skip
    price = leg_price(legs)
    levels = np.where(np.isfinite(price), levels, PricedFrom.NOTHING).astype(np.uint8)
    return Marks(
        legs.years, legs.forward, legs.discount, legs.volatility,
        price, leg_extrinsic(legs, price), levels,
    )  # fmt: skip


def _smiled(
    market: BookMarket, rows: Ints, forward: Floats, strike: Floats, years: Floats
) -> tuple[Levels, Floats]:
    """Volatility by the smile; beyond three deviations it is held flat and so indicative."""
    levels, is_assumed = index_levels(market, rows, years)
    shown = IndexLevels(*(one[:, None] for one in levels))
    found = index_smile(forward[:, None], strike, years[:, None], shown)
    assumed = np.where(is_assumed, PricedFrom.INDICATIVE, PricedFrom.MODEL).astype(np.uint8)
    return weakest(found.priced_from, _wide(assumed, strike)), found.vol


def _wide(level: Levels, strike: Floats) -> Levels:
    return np.broadcast_to(level[:, None], strike.shape).astype(np.uint8)
