"""What the model book would buy or sell at each close: listed expiries and strikes by delta.

S&P 500: the monthly expiry nearest to the target; strikes every 5 points within 10 % of the
forward and every 25 beyond it, long strikes 50 to 100 points from the short ones before they are
put on the grid. VIX: the monthly expiry nearest to the target inside the window, whole strikes to
30, every 2.5 to 50, every 5 to 100; no contract before the options were listed.

Source:
    Methodology 2.1 and 3.1.
"""

from typing import NamedTuple

import numpy as np

from pricing.black import black76_greeks
from pricing.board import Bools, Floats
from pricing.smile import (
    DAYS_PER_YEAR,
    DEVIATIONS_MAX,
    at_the_money_ratio,
    damped_vol,
    vix_option_vol,
)
from schemas.book import BookTerms, LayerTerms
from transforms.book_market import BookMarket, Ints, future_of, index_forward, index_levels, marks

RIGHTS_CONDOR = np.array([-1.0, -1.0, 1.0, 1.0])
SIGNS_CONDOR = np.array([1.0, -1.0, -1.0, 1.0])  # the inner two are sold

NEAR = 0.10  # of the forward: strikes every 5 points within, every 25 beyond
WIDTHS = (50.0, 100.0)  # of a wing [index points]
VIX_LISTED = 13_203  # 2006-02-24 as days since 1970: the first day of VIX options
VIX_STRIKES = np.concatenate(
    (np.arange(10.0, 31.0), np.arange(32.5, 50.1, 2.5), np.arange(55.0, 101.0, 5.0))
)

_GRID = np.linspace(DEVIATIONS_MAX, -DEVIATIONS_MAX, 121)  # low strikes first


class Offer(NamedTuple):
    """The package on offer at each session.

    Attributes:
        expiry: as days.
        strike: by session and leg [points].
        right: 1 for a call and -1 for a put, by leg.
        sign: 1 for a leg held, -1 for a leg sold, by leg.
        price: of the package, negative where it is a credit [points].
        is_open: whether it may be traded: listed, priced and within the terms.
    """

    expiry: Ints
    strike: Floats
    right: Floats
    sign: Floats
    price: Floats
    is_open: Bools


def nearest_expiry(days: Ints, expiries: Ints, window: tuple[int, int, int]) -> Ints:
    """The listed expiry nearest to a target inside a window; -1 where there is none.

    Args:
        days: sessions, as days.
        expiries: ascending, as days.
        window: target, shortest and longest [calendar days].
    """
    target, shortest, longest = window
    if not expiries.size:
        return np.full(days.shape, -1, dtype=np.int64)
    after = np.searchsorted(expiries, days + target)
    around = np.stack(
        [np.clip(after - 1, 0, expiries.size - 1), np.clip(after, 0, expiries.size - 1)]
    )
    left = expiries[around] - days
    far = np.where(
        (left >= shortest) & (left <= longest), np.abs(left - target), np.iinfo(np.int64).max
    )
    best = np.take_along_axis(expiries[around], far.argmin(axis=0)[None], axis=0)[0]
    return np.where(far.min(axis=0) < np.iinfo(np.int64).max, best, -1)


def condor_offer(market: BookMarket, terms: BookTerms) -> Offer:
    """The iron condor at each close, strikes by the deltas of the smile."""
    rows = np.arange(market.days.size)
    expiry = nearest_expiry(market.days, market.index_expiries, terms.condor_dte)
    years = np.where(expiry >= 0, expiry - market.days, 0) / DAYS_PER_YEAR
    forward = index_forward(market, rows, years, terms.dividend_yield)
    ladder, delta = _ladder(market, rows, forward, years)
    short_put = _grid(_at_delta(ladder, 1.0 - delta, terms.short_delta), forward)
    short_call = _grid(_at_delta(ladder[:, ::-1], delta[:, ::-1], terms.short_delta), forward)
    long_put = _at_delta(ladder, 1.0 - delta, terms.long_delta)
    long_call = _at_delta(ladder[:, ::-1], delta[:, ::-1], terms.long_delta)
    long_put = short_put - np.clip(short_put - long_put, *WIDTHS)
    long_call = short_call + np.clip(long_call - short_call, *WIDTHS)
    strike = np.column_stack(
        [_grid(long_put, forward), short_put, short_call, _grid(long_call, forward)]
    )
    found = marks(market, rows, expiry, strike, RIGHTS_CONDOR, terms.dividend_yield)
    price = (found.price * SIGNS_CONDOR).sum(-1)
    width = np.maximum(strike[:, 1] - strike[:, 0], strike[:, 3] - strike[:, 2])
    is_open = (expiry >= 0) & (-price >= terms.least_credit_share * width) & ~market.is_gated
    return Offer(expiry, strike, RIGHTS_CONDOR, SIGNS_CONDOR, price, is_open)


def layer_offer(market: BookMarket, layer: LayerTerms) -> Offer:
    """A hedge layer's call or call spread at each close, strikes by Black-76 delta."""
    rows = np.arange(market.days.size)
    expiry = nearest_expiry(market.days, market.vix_expiries, layer.dte)
    years = np.where(expiry >= 0, expiry - market.days, 0) / DAYS_PER_YEAR
    future, _ = future_of(market, rows, expiry)
    ladder = np.broadcast_to(VIX_STRIKES, (rows.size, VIX_STRIKES.size))
    volatility = vix_option_vol(
        future[:, None], ladder, years[:, None],
        vvix=market.vvix[:, None], vix=market.vix[:, None],
    ).vol  # fmt: skip
    discount = np.exp(-market.rate * years)[:, None]
    delta = black76_greeks(
        future[:, None], ladder, years[:, None], volatility, discount, is_call=True
    ).delta_forward
    is_known = np.isfinite(delta).all(axis=-1) & (expiry >= 0) & (market.days >= VIX_LISTED)
    place = _closest(delta, layer.delta)
    strikes = [VIX_STRIKES[place]]
    if layer.short is not None:
        points, thin = layer.short
        above = np.minimum(place + 1, VIX_STRIKES.size - 1)
        fixed = np.abs(VIX_STRIKES - (strikes[0][:, None] + points)).argmin(axis=-1)
        strikes.append(VIX_STRIKES[np.maximum(np.minimum(fixed, _closest(delta, thin)), above)])
    strike, right = np.column_stack(strikes), np.ones(len(strikes))
    sign = np.array([1.0, -1.0])[: len(strikes)]
    price = (marks(market, rows, expiry, strike, right).price * sign).sum(-1)
    return Offer(expiry, strike, right, sign, price, is_known & (price > 0.0))


def _closest(delta: Floats, target: float) -> Ints:
    return np.asarray(np.nan_to_num(np.abs(delta - target), nan=np.inf).argmin(axis=-1))


def _ladder(
    market: BookMarket, rows: Ints, forward: Floats, years: Floats
) -> tuple[Floats, Floats]:
    """Strikes from low to high at even deviations, and the call's delta to the forward at each."""
    # SciPy takes 0.2 s to import; whoever prices nothing does not pay it.
    from scipy.special import ndtr  # noqa: PLC0415

    levels, _ = index_levels(market, rows, years)
    with np.errstate(invalid="ignore", divide="ignore"):  # unknown levels give NaN
        center = at_the_money_ratio(levels.vix) * levels.fair
        deviation = (center * np.sqrt(years))[:, None]
        ladder = forward[:, None] * np.exp(-_GRID * deviation)
        spread = damped_vol(_GRID, center[:, None], levels.skew[:, None]) * np.sqrt(years)[:, None]
        return ladder, ndtr(_GRID * deviation / spread + 0.5 * spread)


def _at_delta(ladder: Floats, delta: Floats, target: float) -> Floats:
    """Strike at which the absolute delta first rises through the target, straight between two."""
    is_over = delta >= target
    place = np.maximum(is_over.argmax(axis=-1), 1)[:, None]
    low, high = (np.take_along_axis(ladder, place - n, -1)[:, 0] for n in (1, 0))
    under, over = (np.take_along_axis(delta, place - n, -1)[:, 0] for n in (1, 0))
    with np.errstate(invalid="ignore", divide="ignore"):  # unknown stays unknown
        share = (target - under) / (over - under)
        return np.where(is_over.any(axis=-1) & (under < target), low + share * (high - low), np.nan)


def _grid(strike: Floats, forward: Floats) -> Floats:
    """The listed strike nearest to a level: half a step goes up."""
    step = np.where(np.abs(strike - forward) <= NEAR * forward, 5.0, 25.0)
    return np.asarray(np.floor(strike / step + 0.5) * step)
