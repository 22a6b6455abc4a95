"""European options by Black-76 and Black-Scholes-Merton: prices, Greeks and implied volatility.

Everything broadcasts. Time is in years, volatilities, rates and yields are yearly decimals, rates
and yields continuously compounded, ``is_call`` is true and false, or 1 for a call and -1 for a put.
NaN where an input is not finite, a price, strike or discount factor is not positive, time or
volatility is negative, or the kind of option is not known.

Sources: Black and Scholes (1973), Merton (1973), Black (1976); methodology 14.2. The arithmetic
stands in ``pricing.kernels``.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pricing import kernels
from pricing.blocks import evaluate

Floats = NDArray[np.float64]

_PER_POINT = 0.01


class Carry(NamedTuple):
    """What holding money and holding the underlying pay: ``rate``, ``dividend_yield`` [decimal]."""

    rate: ArrayLike
    dividend_yield: ArrayLike = 0.0


class Greeks(NamedTuple):
    """Price and what one unit of each input changes it by, for one unit of the underlying.

    ``delta_spot`` per unit of spot and ``delta_forward`` per unit of the forward, both discounted
    (one and the same under Black-76); ``gamma`` of ``delta_spot`` per unit of spot; ``vega`` per
    volatility point; ``theta`` per calendar day that passes; ``rho`` per percentage point of rate.
    At expiry and without volatility the deltas are those of what is in the money, one half at the
    forward itself, and gamma is 0.
    """

    price: Floats
    delta_spot: Floats
    delta_forward: Floats
    gamma: Floats
    vega: Floats
    theta: Floats
    rho: Floats


class Reason(IntEnum):
    """Why an implied volatility is known or not; where several hold, the highest.

    ``BELOW_INTRINSIC`` and ``ABOVE_BOUND``: an arbitrage by more than rounding; the bound is the
    discounted forward for a call and the discounted strike for a put. ``NO_INFORMATION``: see
    ``implied_vol``. ``EXPIRED``: no time is left. ``NOT_FINITE``: an input is missing or infinite,
    a forward, strike or discount factor is not positive, or the option is neither call nor put.
    """

    OK = 0
    NO_INFORMATION = 1
    BELOW_INTRINSIC = 2
    ABOVE_BOUND = 3
    EXPIRED = 4
    NOT_FINITE = 5


class ImpliedVol(NamedTuple):
    """``volatility`` [decimal], NaN but where ``reason`` [code] is ``Reason.OK``."""

    volatility: Floats
    reason: NDArray[np.uint8]


def black76_price(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    discount: ArrayLike,
    is_call: ArrayLike,
) -> Floats:
    """Price of options on a forward or future [as forward].

    Args:
        forward: forward or futures price for the options' expiry [any unit of price].
        strike: [as forward].
        years: to expiry [years].
        volatility: of the forward [decimal].
        discount: factor from expiry to now.
        is_call: kind of option.
    """
    market = (forward, strike, years, volatility, discount, _signs(is_call))
    return evaluate(kernels.black76_price, 1, market)[0]


def black76_greeks(
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    discount: ArrayLike,
    is_call: ArrayLike,
) -> Greeks:
    """Price and Greeks of options on a forward, which a change of the rate leaves where it is.

    Arguments as of ``black76_price``. The price agrees with it to a few roundings.
    """
    time, factor = (np.asarray(item, dtype=np.float64) for item in (years, discount))
    with np.errstate(all="ignore"):
        rate = np.where(time == 0.0, 0.0, -np.log(factor) / time)
    found = bsm_greeks(forward, strike, years, volatility, Carry(rate, rate), is_call)
    return found._replace(rho=-_PER_POINT * time * found.price)


def bsm_price(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    carry: Carry,
    is_call: ArrayLike,
) -> Floats:
    """Price of options on a spot that pays a continuous yield [as spot].

    Args:
        spot: price of the underlying [any unit of price].
        strike: [as spot].
        years: to expiry [years].
        volatility: of the spot [decimal].
        carry: rate and dividend yield to expiry.
        is_call: kind of option.
    """
    market = (spot, strike, years, volatility, *carry, _signs(is_call))
    return evaluate(kernels.bsm_price, 1, market)[0]


def bsm_greeks(
    spot: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    volatility: ArrayLike,
    carry: Carry,
    is_call: ArrayLike,
) -> Greeks:
    """Price and Greeks of options on a spot; arguments as of ``bsm_price``."""
    market = (spot, strike, years, volatility, *carry, _signs(is_call))
    return Greeks(*evaluate(kernels.greeks, len(Greeks._fields), market))


def implied_vol(
    price: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    years: ArrayLike,
    discount: ArrayLike,
    is_call: ArrayLike,
) -> ImpliedVol:
    """Volatility at which Black-76 gives the price of options on a forward.

    A price carries information about volatility where rounding it to float64 moves the volatility
    by at most 1e-8. With the undiscounted price u and its derivative v to volatility that is::

        8 eps (u / v + sqrt(2 pi / T)) <= 1e-8,   eps = 2**-52

    The first term stands for eight roundings of a price that deep in the money is mostly intrinsic
    value, the second for the formula's own. Time value below 1e-200 of ``sqrt(F K)`` is none.
    Elsewhere no method can tell, and the reason is ``NO_INFORMATION``.

    Args:
        price: of each option, discounted [as forward].
        forward: forward or futures price for the options' expiry [any unit of price].
        strike: [as forward].
        years: to expiry [years].
        discount: factor from expiry to now.
        is_call: kind of option.

    Source:
        Objective and third-order Householder steps: Jäckel, Let's Be Rational, Wilmott (2015).
        First guess: Stefanica and Radoičić, An explicit implied volatility formula, IJTAF 20
        (2017) 1750048, within 13 % everywhere. Two steps leave nothing but rounding for any option
        that is traded, a third does so for all others.
    """
    market = (price, forward, strike, years, discount, _signs(is_call))
    volatility, reason = evaluate(kernels.implied, len(ImpliedVol._fields), market)
    return ImpliedVol(volatility, reason.astype(np.uint8))


def _signs(is_call: ArrayLike) -> Floats:
    """1 for a call and -1 for a put, from booleans or from these numbers."""
    kinds = np.asarray(is_call)
    if kinds.dtype == np.bool_:
        return np.where(kinds, 1.0, -1.0)
    return kinds.astype(np.float64)
