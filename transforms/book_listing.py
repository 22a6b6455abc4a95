"""What the model book would buy or sell at each close: listed expiries and strikes by delta.

S&P 500: the monthly expiry nearest to the target, or the next session where the preset says so;
strikes every 5 points within 10 % of the forward and every 25 beyond it, long strikes as far from
the short ones as the terms say before they are put on the grid. VIX: the monthly expiry nearest to the target inside the window, whole strikes to
30, every 2.5 to 50, every 5 to 100; no contract before the options were listed.

Source:
    Methodology 2.1 and 3.1.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from pricing.black import black76_greeks
from pricing.board import Bools, Codes, Floats
from pricing.smile import (
    DAYS_PER_YEAR,
    DEVIATIONS_MAX,
    at_the_money_ratio,
    damped_vol,
    vix_option_vol,
)
from schemas.book import TIERS, BookTerms, LayerTerms
from transforms.book_market import (
    BookMarket,
    Ints,
    Marks,
    future_of,
    index_forward,
    index_levels,
    marks,
)

RIGHTS_CONDOR = np.array([-1.0, -1.0, 1.0, 1.0])
SIGNS_CONDOR = np.array([1.0, -1.0, -1.0, 1.0])  # the inner two are sold

NEAR = 0.10  # of the forward: strikes every 5 points within, every 25 beyond
VIX_LISTED = 13_203  # 2006-02-24 as days since 1970: the first day of VIX options
VIX_STRIKES = np.concatenate(
    (np.arange(10.0, 31.0), np.arange(32.5, 50.1, 2.5), np.arange(55.0, 101.0, 5.0))
)

_BESIDE = 15  # calendar days beyond a layer's window, half a month
_GRID = np.linspace(DEVIATIONS_MAX, -DEVIATIONS_MAX, 121)  # low strikes first


class OfferReason(IntEnum):
    """Why a package may not be traded; where several hold, the highest.

    ``BELOW_CREDIT``: priced, but for less than the terms ask. ``OUTSIDE_WINDOW``: priced at an
    expiry up to 15 days beside the window, for none lies in it. ``UNPRICED``: strikes or marks are
    unknown. ``UNLISTED``: no expiry near the target, or options not listed yet.
    """

    OK = 0
    BELOW_CREDIT = 1
    OUTSIDE_WINDOW = 2
    UNPRICED = 3
    UNLISTED = 4


class Offer(NamedTuple):
    """The package on offer at each session.

    Attributes:
        expiry: as days.
        strike: by session and leg [points].
        right: 1 for a call and -1 for a put, by leg.
        sign: 1 for a leg held, -1 for a leg sold, by leg.
        price: of the package, negative where it is a credit [points].
        is_open: whether it may be traded: ``reason`` is OK, and no gate closed.
        marks: of its legs, by session and leg.
        reason: an ``OfferReason`` each.
    """

    expiry: Ints
    strike: Floats
    right: Floats
    sign: Floats
    price: Floats
    is_open: Bools
    marks: Marks
    reason: Codes


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
    """The iron condor at each close, strikes by the deltas of the smile or by the expected range."""
    rows = np.arange(market.days.size)
    expiry = _condor_expiry(market, terms)
    years = np.where(expiry >= 0, expiry - market.days, 0) / DAYS_PER_YEAR
    forward = index_forward(market, rows, years, terms.dividend_yield)
    ladder, delta = _ladder(market, rows, forward, years)
    puts, calls = (ladder, 1.0 - delta), (ladder[:, ::-1], delta[:, ::-1])
    short_put, short_call = (_at_delta(*side, terms.short_delta) for side in (puts, calls))
    if terms.condor_preset == "one_dte":
        short_put, short_call = _beyond_range(market, terms, short_put, short_call)
        short_put, short_call = _outward(short_put, forward), -_outward(-short_call, -forward)
    else:
        short_put, short_call = _grid(short_put, forward), _grid(short_call, forward)
    long_put, long_call = (_at_delta(*side, terms.long_delta) for side in (puts, calls))
    # Beyond the ladder, where a low VIX meets a high SKEW, only the width limits a wing.
    long_put = np.where(puts[1][:, 0] >= terms.long_delta, -np.inf, long_put)
    long_call = np.where(calls[1][:, 0] >= terms.long_delta, np.inf, long_call)
    long_put = short_put - np.clip(short_put - long_put, *terms.condor_widths)
    long_call = short_call + np.clip(long_call - short_call, *terms.condor_widths)
    strike = np.column_stack(
        [_grid(long_put, forward), short_put, short_call, _grid(long_call, forward)]
    )
    found = marks(market, rows, expiry, strike, RIGHTS_CONDOR, terms.dividend_yield)
    price = (found.price * SIGNS_CONDOR).sum(-1)
    width = np.maximum(strike[:, 1] - strike[:, 0], strike[:, 3] - strike[:, 2])
    least = np.maximum(terms.least_credit_share * width, _least_credit(terms))
    reason = _reasons(expiry >= 0, np.isfinite(price), (-price >= least) & (price < 0.0))
    is_open = (reason == OfferReason.OK) & ~market.is_gated
    return Offer(expiry, strike, RIGHTS_CONDOR, SIGNS_CONDOR, price, is_open, found, reason)


def _condor_expiry(market: BookMarket, terms: BookTerms) -> Ints:
    """The expiry that the terms sell; -1 where none is listed."""
    if terms.condor_preset != "one_dte":
        return nearest_expiry(market.days, market.index_expiries, terms.condor_dte)
    if market.ahead is None:
        return np.full(market.days.shape, -1, dtype=np.int64)
    return market.ahead.expiry


def _least_credit(terms: BookTerms) -> float:
    """Credit that a condor brings at least, beside its share of the width [index points]."""
    return TIERS[terms.condor_tier].least_credit if terms.condor_preset == "one_dte" else 0.0


def _beyond_range(
    market: BookMarket, terms: BookTerms, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """Short strikes as many expected ranges from spot as the tier asks, or farther by delta."""
    if market.ahead is None:
        return low, high
    away = TIERS[terms.condor_tier].range_multiple * market.ahead.expected_range
    return (
        np.minimum(low, market.spot * (1.0 - away)),
        np.maximum(high, market.spot * (1.0 + away)),
    )


def _reasons(is_listed: Bools, is_priced: Bools, is_wanted: Bools) -> Codes:
    """An ``OfferReason`` each."""
    reason = np.where(is_wanted, OfferReason.OK, OfferReason.BELOW_CREDIT)
    reason = np.where(is_priced, reason, OfferReason.UNPRICED)
    return np.where(is_listed, reason, OfferReason.UNLISTED).astype(np.uint8)


def layer_offer(market: BookMarket, layer: LayerTerms) -> Offer:
    """A hedge layer's call or call spread at each close, strikes by Black-76 delta."""
    rows = np.arange(market.days.size)
    within = nearest_expiry(market.days, market.vix_expiries, layer.dte)
    target, shortest, longest = layer.dte
    # Five weeks between two expiries can leave a window empty: what is near is priced, not bought.
    wider = (target, shortest - _BESIDE, longest + _BESIDE)
    near = nearest_expiry(market.days, market.vix_expiries, wider)
    expiry = np.where(within >= 0, within, near)
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
    is_known = np.isfinite(delta).all(axis=-1)
    place = _closest(delta, layer.delta)
    strikes = [VIX_STRIKES[place]]
    if layer.short is not None:
        points, thin = layer.short
        above = np.minimum(place + 1, VIX_STRIKES.size - 1)
        fixed = np.abs(VIX_STRIKES - (strikes[0][:, None] + points)).argmin(axis=-1)
        strikes.append(VIX_STRIKES[np.maximum(np.minimum(fixed, _closest(delta, thin)), above)])
    strike, right = np.column_stack(strikes), np.ones(len(strikes))
    sign = np.array([1.0, -1.0])[: len(strikes)]
    found = marks(market, rows, expiry, strike, right)
    price = (found.price * sign).sum(-1)
    is_listed = (expiry >= 0) & (market.days >= VIX_LISTED)
    is_priced = is_known & (price > 0.0)
    reason = _reasons(is_listed, is_priced, is_priced)
    is_outside = (reason == OfferReason.OK) & (within < 0)
    reason = np.where(is_outside, OfferReason.OUTSIDE_WINDOW, reason).astype(np.uint8)
    return Offer(expiry, strike, right, sign, price, reason == OfferReason.OK, found, reason)


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
    step = _step(strike, forward)
    return np.asarray(np.floor(strike / step + 0.5) * step)


def _outward(strike: Floats, forward: Floats) -> Floats:
    """The listed strike at or below a level: of a put no nearer to the forward."""
    step = _step(strike, forward)
    return np.asarray(np.floor(strike / step) * step)


def _step(strike: Floats, forward: Floats) -> Floats:
    """Points between listed strikes."""
    return np.where(np.abs(strike - forward) <= NEAR * np.abs(forward), 5.0, 25.0)
