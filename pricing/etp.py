"""Products that hold the daily roll of the first two VIX futures: their way, forward and volatility.

At each close the product holds the first contract by the share of business days left in the month
and the second by the rest, so that on average thirty days lie ahead. Its own share price is no
market data here: from a price that is once known it follows the futures it holds, day by day, by its
leverage, plus interest, less its fee. Options on it are priced on ``S e^{(r - fee) T}``: futures cost
nothing to hold, so the roll is no part of what an option is worth today, only of what it will earn
while the curve stands still. Its volatility is that of a VIX future of thirty days, by the leverage.
All of this is indicative. Business days leave holidays aside, which moves a weight by a twentieth.

Source:
    Methodology 2.5 and 14.2; S&P VIX Futures Indices Methodology, short-term index: contract roll
    weights ``100 dr / dt``. Leverage and fees: the issuers' prospectuses; ProShares halved SVXY and
    took UVXY from 2 to 1.5 on 2018-02-28.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pricing.board import Floats
from pricing.curve import SESSIONS_PER_YEAR, WINDOW, from_settlements, samuelson
from pricing.errors import PricingError
from pricing.moves import VixCurve
from pricing.smile import (
    DAYS_PER_YEAR,
    VIX_CALL_SKEW,
    VIX_CALL_SKEW_MAX,
    vix_at_the_money,
    vvix_of_vix,
)

Ints = npt.NDArray[np.int64]

CHANGED = 17_590  # 2018-02-28 as days since 1970
_SOON = 1e-6  # years: a volatility of the next moment
_SESSION = DAYS_PER_YEAR / SESSIONS_PER_YEAR  # days
_MONTH = 28  # days between settlements, where the one before is not known


class Product(NamedTuple):
    """One product: ``leverage`` on its futures, what it was ``before`` 2018-02-28, ``fee`` a year."""

    leverage: float
    before: float
    fee: float


PRODUCTS = {
    "VXX": Product(1.0, 1.0, 0.0089),
    "VIXY": Product(1.0, 1.0, 0.0085),
    "UVXY": Product(1.5, 2.0, 0.0095),
    "UVIX": Product(2.0, 2.0, 0.0165),
    "SVXY": Product(-0.5, -1.0, 0.0095),
}
"""By symbol."""


def product(symbol: str) -> Product:
    """The product of a symbol.

    Raises:
        PricingError: it is none of ``PRODUCTS``.
    """
    if symbol not in PRODUCTS:
        known = ", ".join(PRODUCTS)
        message = f"etp: found {symbol!r}; accepted are {known}; value it from its own quotes"
        raise PricingError(message)
    return PRODUCTS[symbol]


def leverage(symbol: str, days: Ints) -> Floats:
    """Leverage in force at each close.

    Args:
        symbol: of ``PRODUCTS``.
        days: sessions, as days since 1970.
    """
    one = product(symbol)
    return np.where(np.asarray(days) < CHANGED, one.before, one.leverage)


class Roll(NamedTuple):
    """What is held from each close to the next, one element a session.

    Attributes:
        first: place of the first contract among the expiries; -1 where two are not known.
        weight: of the first contract, the second has the rest [decimal].
    """

    first: Ints
    weight: Floats


def roll_weights(days: Ints, expiries: Ints) -> Roll:
    """Weights of the first two contracts at each close: business days left over those of the month.

    ``dr / dt``: dt from the settlement before, included, to the next, not included; dr from the
    next business day to the same end. On a settlement day the contract that settles is over.

    Args:
        days: sessions, as days since 1970.
        expiries: monthly settlements, ascending, as days since 1970.
    """
    place = np.searchsorted(expiries, days, side="right")
    is_known = place + 1 < expiries.size
    at = np.where(is_known, place, 0)
    if not expiries.size:
        return Roll(np.full(days.shape, -1, dtype=np.int64), np.full(days.shape, np.nan))
    end = expiries[at]
    start = np.where(at > 0, expiries[np.maximum(at - 1, 0)], end - _MONTH)
    start = np.minimum(start, days)
    total, left = _business(start, end), _business(days + 1, end)
    weight = np.where(is_known & (total > 0), left / np.maximum(total, 1), np.nan)
    return Roll(np.where(is_known, at, -1).astype(np.int64), weight)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def futures_return(weight: Floats, before: Floats, after: Floats) -> Floats:
    """What the two futures held earn from one close to the next.

    Args:
        weight: of the first contract at the close before [decimal].
        before: prices of both at that close, last axis contracts [volatility points].
        after: of the same two at the close after [volatility points].
    """
    share = np.stack((weight, 1.0 - weight), axis=-1)
    held = np.where(share == 0.0, 0.0, share * before).sum(-1)
    return np.asarray(np.where(share == 0.0, 0.0, share * after).sum(-1) / held - 1.0)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def product_growth(
    earned: Floats, factor: Floats, rate: Floats, fee: float, days: Floats
) -> Floats:
    """By how much a share is multiplied from one close to the next; 0 where nothing would be left.

    Args:
        earned: by the futures held, see ``futures_return``.
        factor: leverage.
        rate: interest on the cash behind the futures, a year [decimal].
        fee: a year [decimal].
        days: between the closes [days].
    """
    return np.maximum(1.0 + factor * earned + (rate - fee) * days / DAYS_PER_YEAR, 0.0)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def roll_yield(days: Ints, expiries: Ints, curve: VixCurve) -> Floats:
    """What one session earns on the futures held while the curve stands still; negative in contango.

    Args:
        days: sessions, as days since 1970.
        expiries: monthly settlements, ascending, as days since 1970.
        curve: of each session, the VIX itself at no days.
    """
    roll = roll_weights(days, expiries)
    if not expiries.size:
        return np.full(days.shape, np.nan)
    ahead = expiries[np.maximum(roll.first, 0)[:, None] + np.arange(2)] - days[:, None]
    before, after = (
        from_settlements(curve.days, curve.value, np.maximum(ahead - passed, 0.0))
        for passed in (0.0, _SESSION)
    )
    return np.where(roll.first >= 0, futures_return(roll.weight, before, after), np.nan)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def product_forward(spot: Floats, rate: Floats, fee: float, years: Floats) -> Floats:
    """Forward of a share: ``S e^{(r - fee) T}``; who lends it pays the fee [US dollars]."""
    price = np.where(np.asarray(spot) > 0.0, spot, np.nan)
    return np.asarray(price * np.exp((rate - fee) * np.asarray(years)))


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def product_vol(
    factor: Floats, forward: Floats, strike: Floats, *, vvix: Floats, vix: Floats
) -> Floats:
    """Volatility of an option on a share, the call skew that of VIX options [decimal].

    ``|L| 1.01 VVIX / 100 / sqrt(g(30 d)) e^{-30 kappa / 365}`` at the money; without a VVIX that
    which usually goes with the VIX.

    Args:
        factor: leverage.
        forward: of the share [US dollars].
        strike: [US dollars].
        vvix: VVIX close [volatility points].
        vix: VIX close [volatility points].
    """
    known = np.where(np.asarray(vvix) > 0.0, vvix, np.nan)
    level = np.where(np.isfinite(known), known, vvix_of_vix(vix))
    center = vix_at_the_money(level, np.asarray(_SOON)) * samuelson(
        np.asarray(WINDOW / DAYS_PER_YEAR)
    )
    moneyness = np.log(np.asarray(strike, dtype=np.float64) / forward) / np.abs(factor)
    raised = np.minimum(VIX_CALL_SKEW_MAX, 1.0 + VIX_CALL_SKEW * np.maximum(moneyness, 0.0))
    return np.asarray(np.abs(factor) * center * raised)


def _business(first: Ints, last: Ints) -> Ints:
    """Days from Monday to Friday from ``first`` to before ``last``."""
    begin, end = (np.asarray(one).astype("datetime64[D]") for one in (first, last))
    return np.maximum(np.busday_count(begin, end), 0).astype(np.int64)
