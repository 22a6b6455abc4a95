"""Arithmetic of option pricing, written once for arrays and for compiled scalars.

Every function takes NumPy arrays, or numbers once ``pricing.blocks`` has had it compiled: only
sums, products, quotients, square roots and choices, in one order, so that both ways and any length
of array give the same bits. One file, because a compiled function's cache watches no other.
Undefined inputs flow through as NaN or nonsense; ``pricing.black`` says
what they mean.
"""

from typing import Any

import numpy as np

Number = Any  # an array, or inside compiled code a number

_LOG2_E = 1.4426950408889634
_LN2_HIGH = (
    6.93147180369123816490e-01  # its last 21 bits are zero: products with exponents are exact
)
_LN2_LOW = 1.90821492927058770002e-10
_ROUND = 6755399441055744.0  # 1.5 * 2**52: added to a number it leaves the integer in the last bits
_ROUND_BITS = 0x4338000000000000
_HALF_ROOT_BITS = 0x3FE6A09E667F3BCD
_EXPONENT_BIAS = 1023
_MANTISSA_BITS = 52
_EXP_MIN = -708.0
_EXP_MAX = 709.0
_ROOT_2 = 1.4142135623730951
_NORMAL_DENSITY_0 = 0.3989422804014327  # 1 / sqrt(2 pi)
_PI = 3.141592653589793
_DAYS_PER_YEAR = 365.0
_PER_POINT = 0.01
_INFINITE = np.inf
_UNKNOWN = np.nan
_DEVIATION_MIN = 1e-150  # instead of zero in quotients
_VALUE_MIN = 1e-200  # of sqrt(F K); a first guess for less may be worth nothing at all
_ROUNDING = 8.0 * 2.220446049250313e-16  # of a price that was computed in float64
_UNCERTAINTY_MAX = 1e-8  # of a volatility
_LAST_STEP_MAX = 1e-3  # of the deviation; a step leaves its fourth power as error
_OK, _NO_INFORMATION, _BELOW_INTRINSIC, _ABOVE_BOUND = 0.0, 1.0, 2.0, 3.0  # pricing.black.Reason
_EXPIRED, _NOT_FINITE = 4.0, 5.0
_REACH_MAX = 1e6  # standard deviations; beyond 39 every price is zero anyway

# (exp(r) - 1 - r) / r**2 on +-ln(2)/2, Chebyshev fit, error of exp 1.1e-17.
_EXP_EVEN = (2.762008948195459e-07, 2.4801521293463862e-05, 0.0013888888917215586,
             0.04166666666662412, 0.5000000000000001)  # fmt: skip
_EXP_ODD = (2.5105217695684516e-08, 2.755725539833871e-06, 0.00019841269874822307,
            0.008333333333326134, 0.1666666666666667)  # fmt: skip
# log(1 + f) = f - s (f - R), s = f / (2 + f), R even in s: FreeBSD msun, e_log.c, error below 2**-58.
_LOG_EVEN = (1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
_LOG_ODD = (1.479819860511658591e-01, 1.818357216161805012e-01, 2.857142874366239149e-01,
            6.666666666666735130e-01)  # fmt: skip
# (1 + 2x) erfcx(x) as a polynomial in (x - 3.75) / (x + 3.75): the form of Shepherd and Laframboise,
# Math. Comp. 36 (1981) 249, fitted anew by Chebyshev nodes with 60 digits; error 1.3e-16.
_ERFCX_CENTER = 3.75
_ERFCX_EVEN = (-2.6231562107914643e-09, 3.197953064757513e-08, -2.4857187572446255e-07,
               1.7419829605388498e-06, -1.1438048681637234e-05, 5.164653007686776e-05,
               0.0002937143779342843, -0.009746579683242598, -0.05869339857665203,
               -0.10880393014244445, 0.003585415485479022, 1.2375126308378275)  # fmt: skip
_ERFCX_ODD = (-1.955153470112072e-09, 1.8790915262915432e-08, -5.0844859213070993e-08,
              -9.79262315489406e-07, 2.2387565521561208e-05, -0.00029015535236883745,
              0.001755626165169835, 0.028362277372115954, 0.09230432116428079,
              0.08227673848999509, -0.14024059858554525)  # fmt: skip


def select(condition: Number, yes: Number, no: Number) -> Number:
    """``yes`` where the condition holds, ``no`` elsewhere; both are computed."""
    return np.where(condition, yes, no)


def to_bits(value: Number) -> Number:
    """The 64 bits of a float as an integer."""
    return np.asarray(value, dtype=np.float64).view(np.int64)


def from_bits(bits: Number) -> Number:
    """The float with these 64 bits."""
    return np.asarray(bits, dtype=np.int64).view(np.float64)


def horner(terms: Number, value: Number) -> Number:
    """Polynomial from its terms, highest first."""
    result = terms[0]
    for term in terms[1:]:
        result = result * value + term
    return result


def _polynomial(even: Number, odd: Number, value: Number) -> Number:
    """Even and odd terms apart: two short chains that a processor works on side by side."""
    square = value * value
    return horner(even, square) + horner(odd, square) * value


def exp(power: Number) -> Number:
    """Exponential; 0 below -708 and without end above 709."""
    inside = select(power < _EXP_MIN, _EXP_MIN, power)
    inside = select(inside > _EXP_MAX, _EXP_MAX, inside)
    shifted = inside * _LOG2_E + _ROUND
    whole = shifted - _ROUND
    rest = (inside - whole * _LN2_HIGH) - whole * _LN2_LOW
    value = 1.0 + (rest + rest * rest * _polynomial(_EXP_EVEN, _EXP_ODD, rest))
    value *= from_bits((to_bits(shifted) + _EXPONENT_BIAS) << _MANTISSA_BITS)
    return select(power < _EXP_MIN, 0.0, select(power > _EXP_MAX, _INFINITE, value))


def _log(exponent: Number, excess: Number) -> Number:
    """Logarithm of ``2**exponent * (1 + excess)``."""
    slope = excess / (2.0 + excess)
    square = slope * slope
    fourth = square * square
    series = square * (horner(_LOG_ODD, fourth) + horner(_LOG_EVEN, fourth) * square)
    half = 0.5 * excess * excess
    return exponent * _LN2_HIGH - (
        (half - (slope * (half + series) + exponent * _LN2_LOW)) - excess
    )


def _exponent(value: Number) -> Number:
    """The whole number e for which ``value / 2**e`` lies between the root of a half and of two."""
    return (to_bits(value) - _HALF_ROOT_BITS) >> _MANTISSA_BITS


def log(value: Number) -> Number:
    """Natural logarithm of a positive normal number."""
    exponent = _exponent(value)
    mantissa = from_bits(to_bits(value) - (exponent << _MANTISSA_BITS))
    return _log(from_bits(exponent + _ROUND_BITS) - _ROUND, mantissa - 1.0)


def log_ratio(above: Number, below: Number) -> Number:
    """``ln(above / below)``, exact to the last digits where the two are close."""
    ratio = above / below
    exponent = _exponent(ratio)
    mantissa = from_bits(to_bits(ratio) - (exponent << _MANTISSA_BITS))
    excess = select(exponent == 0, (above - below) / below, mantissa - 1.0)
    return _log(from_bits(exponent + _ROUND_BITS) - _ROUND, excess)


def erfcx(value: Number) -> Number:
    """Scaled complementary error function ``exp(x*x) erfc(x)`` of x at or above zero."""
    far, linear = value + _ERFCX_CENTER, 1.0 + 2.0 * value
    inverse = 1.0 / (far * linear)
    place = (value - _ERFCX_CENTER) * linear * inverse
    return _polynomial(_ERFCX_EVEN, _ERFCX_ODD, place) * (far * inverse)


def _halves(distance: Number, deviation: Number) -> Number:
    """What every quantity of an out-of-the-money option is made of.

    With ``h = |ln(F/K)| / s`` and ``t = s / 2`` for the standard deviation s to expiry: whether
    ``t > h``, ``exp(-(h*h + t*t) / 2)``, and the scaled tails beyond ``|h - t|`` and ``h + t``.
    """
    safe = select(deviation > _DEVIATION_MIN, deviation, _DEVIATION_MIN)
    reach = distance / safe
    reach = select(reach < _REACH_MAX, reach, _REACH_MAX)
    half = 0.5 * safe
    near = (reach - half) / _ROOT_2
    return (
        near < 0.0,
        exp(-0.5 * (reach * reach + half * half)),
        erfcx(abs(near)),
        erfcx((reach + half) / _ROOT_2),
    )


def _time_value(is_beyond: Number, density: Number, near: Number, far: Number, cap: Number) -> Number:  # fmt: skip
    """Undiscounted price out of the money, in units of ``sqrt(F K)``.

    Jäckel, Let's Be Rational (2015), normalized Black function; ``cap`` is ``sqrt(min / max)`` of
    forward and strike, which it reaches when volatility has no end.
    """
    low = 0.5 * density * (near - far)
    high = cap - 0.5 * density * (near + far)
    return select(is_beyond, high, low)


def _is_defined(underlying: Number, strike: Number, years: Number, discount: Number, sign: Number) -> Number:  # fmt: skip
    """Whether terms and market are those of an option: finite, prices positive, a call or a put."""
    return (
        (underlying > 0.0)
        & (underlying < _INFINITE)
        & (strike > 0.0)
        & (strike < _INFINITE)
        & (abs(years) < _INFINITE)
        & (discount > 0.0)
        & (discount < _INFINITE)
        & (abs(sign) == 1.0)
    )


def black76_price(forward: Number, strike: Number, years: Number, volatility: Number, discount: Number, sign: Number) -> Number:  # fmt: skip
    """Price of a European option on a forward [as forward]."""
    low = select(forward < strike, forward, strike)
    high = select(forward < strike, strike, forward)
    is_beyond, density, near, far = _halves(log_ratio(high, low), volatility * np.sqrt(years))
    value = _time_value(is_beyond, density, near, far, np.sqrt(low / high))
    inside = sign * (forward - strike)
    inside = select(inside > 0.0, inside, 0.0)
    price = discount * (np.sqrt(low) * np.sqrt(high) * value + inside)
    is_defined = _is_defined(forward, strike, years, discount, sign)
    is_defined &= (years >= 0.0) & (volatility >= 0.0) & (volatility < _INFINITE)
    return select(is_defined, price, _UNKNOWN)


def bsm_price(spot: Number, strike: Number, years: Number, volatility: Number, rate: Number, dividend_yield: Number, sign: Number) -> Number:  # fmt: skip  # noqa: PLR0913, PLR0917
    """Price of a European option on a spot that pays a continuous yield [as spot]."""
    forward = spot * exp((rate - dividend_yield) * years)
    return black76_price(forward, strike, years, volatility, exp(-rate * years), sign)


def greeks(spot: Number, strike: Number, years: Number, volatility: Number, rate: Number, dividend_yield: Number, sign: Number) -> Number:  # fmt: skip  # noqa: PLR0913, PLR0917
    """Price, spot delta, forward delta, gamma, vega per point, theta per day, rho per point.

    Generalized Black-Scholes; with a yield equal to the rate the spot is the forward.
    """
    discount, kept = exp(-rate * years), exp(-dividend_yield * years)
    forward = spot * exp((rate - dividend_yield) * years)
    low = select(forward < strike, forward, strike)
    high = select(forward < strike, strike, forward)
    root_years = np.sqrt(years)
    deviation = volatility * root_years
    is_beyond, density, near, far = _halves(log_ratio(high, low), deviation)
    cap, scale = np.sqrt(low / high), np.sqrt(low) * np.sqrt(high)
    inside = sign * (forward - strike)
    inside = select(inside > 0.0, inside, 0.0)
    price = discount * (scale * _time_value(is_beyond, density, near, far, cap) + inside)
    likely = 0.5 * density / cap * near
    likely = select(is_beyond, 1.0 - likely, likely)
    unlikely = 0.5 * density * cap * far
    is_below = forward < strike
    first = select(is_below, likely, 1.0 - unlikely)  # N(d1)
    second = select(is_below, unlikely, 1.0 - likely)  # N(d2)
    first = select(sign > 0.0, first, first - 1.0)
    second = select(sign > 0.0, second, second - 1.0)
    slope = discount * scale * density * _NORMAL_DENSITY_0
    has_time = deviation > 0.0
    safe_deviation = select(has_time, deviation, 1.0)
    gamma = select(has_time, slope / (spot * spot * safe_deviation), 0.0)
    decay = select(has_time, slope * volatility / (2.0 * select(has_time, root_years, 1.0)), 0.0)
    income = dividend_yield * spot * kept * first - rate * strike * discount * second
    is_defined = _is_defined(spot, strike, years, discount, sign) & (
        abs(dividend_yield) < _INFINITE
    )
    is_defined &= (years >= 0.0) & (volatility >= 0.0) & (volatility < _INFINITE)
    return (
        select(is_defined, price, _UNKNOWN),
        select(is_defined, kept * first, _UNKNOWN),
        select(is_defined, discount * first, _UNKNOWN),
        select(is_defined, gamma, _UNKNOWN),
        select(is_defined, slope * root_years * _PER_POINT, _UNKNOWN),
        select(is_defined, (income - decay) / _DAYS_PER_YEAR, _UNKNOWN),
        select(is_defined, strike * years * discount * second * _PER_POINT, _UNKNOWN),
    )


def _first_guess(distance: Number, gap: Number, value: Number, cap: Number) -> Number:
    """Standard deviation by Pólya's approximation of the normal distribution.

    Stefanica and Radoičić, An explicit implied volatility formula, IJTAF 20 (2017) 1750048, with
    the differences of nearly equal terms multiplied out; ``gap`` is ``1 - cap * cap``.
    """
    ratio = cap * cap
    call = value * cap
    grown = exp((2.0 / _PI - 1.0) * distance)
    narrow = ratio / grown
    spread = grown - 1.0 / grown
    product = call * (call + gap)
    a = spread * spread
    b = 4.0 * (grown - narrow) * gap + 8.0 * (grown + 1.0 / grown) * product
    c = 16.0 * product * (ratio - call) * (1.0 + call)
    root = 2.0 * c / (ratio * (b + np.sqrt(b * b + 4.0 * a * c)))
    gamma = -0.5 * _PI * log(root)
    below = gamma - distance
    below = np.sqrt(select(below > 0.0, below, 0.0))
    tail = exp(-4.0 / _PI * distance)
    at_turn = 0.5 * (ratio - tail / (1.0 + np.sqrt(1.0 - tail)))
    return np.sqrt(gamma + distance) + select(call > at_turn, below, -below)


def _step(deviation: Number, distance: Number, cap: Number, target: Number, is_low: Number) -> Number:  # fmt: skip
    """One step of Householder's third order towards the target, and the slope where it starts.

    Below half the cap on ``1 / ln b``, above it on ``-ln(cap - b)``: both are nearly straight in
    their region (Jäckel 2015, his lowest and highest branches).

    The target is the logarithm of the value b, or above half the cap of what it lacks to the cap.
    What is returned is to be added to the deviation; the slope is that of b.
    """
    is_beyond, density, near, far = _halves(distance, deviation)
    value = _time_value(is_beyond, density, near, far, cap)
    lacking = select(is_beyond, 0.5 * density * (near + far), cap - value)
    slope = _NORMAL_DENSITY_0 * density
    reached = select(is_low, value, lacking)
    level, pull = log(reached), slope / reached
    reach = distance / deviation
    bend = reach * reach / deviation - 0.25 * deviation
    weight = 1.0 + 2.0 / level
    newton = select(is_low, (target - level) * (level / target), level - target) / pull
    second = bend + select(is_low, -pull * weight, pull)
    drift = select(
        is_low,
        2.0 * pull * pull / (level * level) - pull * (bend - pull) * weight,
        pull * (bend + pull),
    )
    turn = -3.0 * reach * reach / (deviation * deviation) - 0.25
    third = second * second + turn + drift
    above = newton * (1.0 + 0.5 * second * newton)
    return above / (1.0 + second * newton + third * newton * newton / 6.0), slope


def implied(price: Number, forward: Number, strike: Number, years: Number, discount: Number, sign: Number) -> Number:  # fmt: skip
    """Volatility at which Black-76 gives the price, and a code of ``pricing.black.Reason``."""
    low = select(forward < strike, forward, strike)
    high = select(forward < strike, strike, forward)
    distance, cap = log_ratio(high, low), np.sqrt(low / high)
    undiscounted = price / discount
    inside = sign * (forward - strike)
    inside = select(inside > 0.0, inside, 0.0)
    time_value, rounding = undiscounted - inside, _ROUNDING * abs(undiscounted)
    scale, root_years = np.sqrt(low) * np.sqrt(high), np.sqrt(years)
    value, lacking = time_value / scale, (low - time_value) / scale
    is_solvable = (value > _VALUE_MIN) & (lacking > _VALUE_MIN)
    value = select(is_solvable, value, 0.5 * cap)
    lacking = select(is_solvable, lacking, 0.5 * cap)
    is_low = value < lacking
    target = log(select(is_low, value, lacking))
    guess = _first_guess(distance, (high - low) / high, value, cap)
    floor = value / _NORMAL_DENSITY_0  # nothing is worth more than at the money
    guess = select(guess > floor, guess, floor)
    guess = guess + _step(guess, distance, cap, target, is_low)[0]
    guess = guess + _step(guess, distance, cap, target, is_low)[0]
    last, slope = _step(guess, distance, cap, target, is_low)
    deviation = guess + last
    uncertainty = (rounding / (scale * slope) + _ROUNDING / _NORMAL_DENSITY_0) / root_years
    is_known = (
        is_solvable & (uncertainty <= _UNCERTAINTY_MAX) & (abs(last) < _LAST_STEP_MAX * guess)
    )
    reason = select(is_known, _OK, _NO_INFORMATION)
    reason = select(time_value < -rounding, _BELOW_INTRINSIC, reason)
    reason = select(time_value - low > rounding, _ABOVE_BOUND, reason)
    reason = select(years > 0.0, reason, _EXPIRED)
    is_defined = _is_defined(forward, strike, years, discount, sign) & (abs(price) < _INFINITE)
    reason = select(is_defined, reason, _NOT_FINITE)
    return select(reason == _OK, deviation / root_years, _UNKNOWN), reason


def black76_price_loop(result: Number, forward: Number, strike: Number, years: Number, volatility: Number, discount: Number, sign: Number) -> None:  # fmt: skip  # noqa: PLR0913, PLR0917
    """Element by element, to be compiled."""
    for at in range(result.size):
        result[at] = black76_price(
            forward[at], strike[at], years[at], volatility[at], discount[at], sign[at]
        )


def bsm_price_loop(result: Number, spot: Number, strike: Number, years: Number, volatility: Number, rate: Number, dividend_yield: Number, sign: Number) -> None:  # fmt: skip  # noqa: PLR0913, PLR0917
    """Element by element, to be compiled."""
    for at in range(result.size):
        result[at] = bsm_price(
            spot[at], strike[at], years[at], volatility[at], rate[at], dividend_yield[at], sign[at]
        )


def greeks_loop(price: Number, delta: Number, forward_delta: Number, gamma: Number, vega: Number, theta: Number, rho: Number, spot: Number, strike: Number, years: Number, volatility: Number, rate: Number, dividend_yield: Number, sign: Number) -> None:  # fmt: skip  # noqa: PLR0913, PLR0917
    """Element by element, to be compiled."""
    for at in range(price.size):
        price[at], delta[at], forward_delta[at], gamma[at], vega[at], theta[at], rho[at] = greeks(
            spot[at], strike[at], years[at], volatility[at], rate[at], dividend_yield[at], sign[at]
        )


def implied_loop(found: Number, reason: Number, price: Number, forward: Number, strike: Number, years: Number, discount: Number, sign: Number) -> None:  # fmt: skip  # noqa: PLR0913, PLR0917
    """Element by element, to be compiled."""
    for at in range(found.size):
        found[at], reason[at] = implied(
            price[at], forward[at], strike[at], years[at], discount[at], sign[at]
        )
