"""Smiles without a chain: the S&P 500's from VIX indices and SKEW, the VIX's from the VVIX.

Source:
    Backus, Foresi and Wu (2004), Accounting for biases in Black-Scholes, damped as measured on
    option tables; methodology 14.2 and 14.3.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, NamedTuple

import numpy as np

from pricing.board import Bools, Codes, Floats
from pricing.interpolate import neighbors
from pricing.priced_from import Levels, PricedFrom

DAYS_PER_YEAR = 365.0
CREDIT_TOLERANCE = 0.15  # of a condor's credit
DEVIATIONS_MAX = 3.0  # farther out the volatility is held flat
REVERSION = 3.5  # kappa of the VIX futures' volatility [1 / year]
# Volatility of VIX options over the VVIX, and its rise with ln(K / F) above the forward. Fitted to
# the chain of 2013-06-25 (57 days, VVIX 94.83), strikes 20 to 55 within 4 %. The placeholders of
# methodology 14.2 (0.90, 0.25, 1.6) lay 11 to 20 % below it: hedges would have looked cheap.
VVIX_AT_THE_MONEY = 1.01
VIX_CALL_SKEW = 0.50
VIX_CALL_SKEW_MAX = 1.35
VVIX_OF_VIX = (53.70, 0.183)  # level and power, 4,173 closes of 2006 to 2022
VVIX_OF_VIX_ERROR = 0.16  # one standard deviation of the logarithm around it

_CALM_VIX, _VIX_SPAN = 14.0, 46.0
_MONTH = 30.0 / DAYS_PER_YEAR
_GRID = np.linspace(-DEVIATIONS_MAX, DEVIATIONS_MAX, 49)
_CONVEXITY_TOLERANCE = 1e-10


class SmileShape(NamedTuple):
    """How a smile follows from a volatility index and SKEW.

    Attributes:
        calm_ratio: at-the-money over fair volatility up to a VIX of 14.
        stress_ratio: the same from a VIX of 60; linear between.
        floor: least multiple of the at-the-money volatility.
        damping: share of the undamped expansion's slope.
    """

    calm_ratio: float
    stress_ratio: float
    floor: float
    damping: float


class IndexLevels(NamedTuple):
    """What indices say on a day: ``fair`` [decimal], see ``fair_vol``; ``vix``, ``skew`` [points]."""

    fair: Floats
    vix: Floats
    skew: Floats


# The constants that methodology 14.3 gives, from two tables of one calm date and one of 2009. Out
# of sample they miss: credits of June 2013 by 18 %, of January 2024 by 10 to 25 %, all too low.
THREE_TABLES = SmileShape(calm_ratio=0.81, stress_ratio=0.87, floor=0.70, damping=0.5)
# Fitted to twelve expiries of four dates (2009, 2013, the white paper's, 2024), credits and
# volatilities at 16 and 5 delta together: credits of all twelve within 8 %. With one date left out
# of the fit its own credits miss by 9 to 12 %, those of 2024 by 6 to 20 %: 15 % is no guarantee.
FOUR_DATES = SmileShape(calm_ratio=0.86, stress_ratio=0.91, floor=0.80, damping=0.47)


class ModelReason(IntEnum):
    """Why a smile without a chain has no volatility, or what is wrong with it."""

    OK = 0
    UNKNOWN_INPUT = 1
    TERM_STRUCTURE_FALLS = 2
    NOT_CONVEX = 3
    BEYOND_WING = 4


@dataclass(frozen=True, slots=True)
class ModelVol:
    """Volatilities of a model, each with its level and its reason.

    Attributes:
        vol: volatility [decimal]; NaN where the level is ``NOTHING``.
        priced_from: a ``PricedFrom`` each.
        reason: a ``ModelReason`` each; beyond the wing the volatility stands, held flat.
    """

    vol: Floats
    priced_from: Levels
    reason: Codes


def fair_vol(tenor_days: Floats, indices: Floats, years: Floats) -> tuple[Floats, Codes]:
    """Volatility index of any tenor: total variance linear in time between those published.

    Before the shortest index and after the longest its volatility is held.

    Args:
        tenor_days: tenor of each index [days].
        indices: level of each index, last axis indices; NaN where unknown [volatility points].
        years: times to expiry, without the last axis [years].

    Returns:
        Volatility [decimal], NaN where no index is known, time is not positive, or total variance
        falls between the two neighbors; and a ``ModelReason`` each.
    """
    time = np.asarray(tenor_days, dtype=np.float64) / DAYS_PER_YEAR
    levels = np.where(np.asarray(indices, dtype=np.float64) > 0.0, indices, np.nan)
    low_x, low_y, high_x, high_y = neighbors(time, time * (levels / 100.0) ** 2, years)
    with np.errstate(invalid="ignore", divide="ignore"):  # unknown neighbors give NaN
        is_before, is_after = np.isnan(low_x), np.isnan(high_x)
        low_x, low_y = np.where(is_before, 0.0, low_x), np.where(is_before, 0.0, low_y)
        share = np.where(high_x > low_x, (years - low_x) / (high_x - low_x), 0.0)
        total = low_y + share * (high_y - low_y)
        total = np.where(is_after & ~is_before, low_y / low_x * years, total)
        falls = ~is_after & (high_y < low_y)
        is_known = np.isfinite(total) & (np.asarray(years) > 0.0)
        vol = np.where(is_known & ~falls, np.sqrt(np.maximum(total, 0.0) / years), np.nan)
    reason = np.where(is_known, ModelReason.OK, ModelReason.UNKNOWN_INPUT)
    reason = np.where(falls, ModelReason.TERM_STRUCTURE_FALLS, reason)
    return vol, reason.astype(np.uint8)


def at_the_money_ratio(vix: Floats, shape: SmileShape = FOUR_DATES) -> Floats:
    """At-the-money volatility over the fair one, linear in the VIX between 14 and 60."""
    height = np.clip((np.asarray(vix, dtype=np.float64) - _CALM_VIX) / _VIX_SPAN, 0.0, 1.0)
    return shape.calm_ratio + (shape.stress_ratio - shape.calm_ratio) * height


def damped_vol(
    deviations: Floats, at_the_money: Floats, skew: Floats, shape: SmileShape = FOUR_DATES
) -> Floats:
    """Damped skewed smile at a distance from the forward.

    ``ATM max(floor, 1 - damping (s / 6) min(d, 3))``, s = (100 - SKEW) / 10.

    Args:
        deviations: ``d = ln(F / K) / (ATM sqrt(T))``, positive for puts.
        at_the_money: volatility at the forward [decimal].
        skew: SKEW index [points].
        shape: constants of the smile.

    Returns:
        Volatility [decimal].
    """
    tilt = (100.0 - skew) / 60.0
    return at_the_money * np.maximum(
        shape.floor, 1.0 - shape.damping * tilt * np.minimum(deviations, DEVIATIONS_MAX)
    )


def index_smile(
    forward: Floats,
    strike: Floats,
    years: Floats,
    levels: IndexLevels,
    shape: SmileShape = FOUR_DATES,
) -> ModelVol:
    """Volatility of S&P 500 options from VIX indices and SKEW alone.

    Credits of condors priced from it are good to 15 %; break-evens, strikes and scenarios may be
    read freely. Beyond three deviations the volatility is held flat, which has no density there:
    such strikes carry ``BEYOND_WING``.

    Args:
        forward: to expiry [index points].
        strike: [index points].
        years: to expiry [years].
        levels: the indices of the day.
        shape: constants of the smile.

    Returns:
        Volatilities of level ``model``; NaN where an input is unknown, or where call prices within
        three deviations are not convex in the strike.
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # out of domain is answered with NaN
        at_the_money = at_the_money_ratio(levels.vix, shape) * levels.fair
        deviation = at_the_money * np.sqrt(years)
        d = np.log(np.asarray(forward, dtype=np.float64) / strike) / deviation
        vol = damped_vol(d, at_the_money, levels.skew, shape)
        is_known = np.isfinite(vol) & (deviation > 0.0) & np.isfinite(d)
    is_convex = np.broadcast_to(has_density(deviation, levels.skew, shape), vol.shape)
    reason = np.full(vol.shape, ModelReason.OK, dtype=np.uint8)
    reason[is_known & (np.abs(d) > DEVIATIONS_MAX)] = ModelReason.BEYOND_WING
    reason[~is_convex] = ModelReason.NOT_CONVEX
    reason[~is_known] = ModelReason.UNKNOWN_INPUT
    has_vol = is_known & is_convex
    level = np.where(has_vol, PricedFrom.MODEL, PricedFrom.NOTHING).astype(np.uint8)
    return ModelVol(np.where(has_vol, vol, np.nan), level, reason)


def has_density(deviation: Floats, skew: Floats, shape: SmileShape = FOUR_DATES) -> Bools:
    """Whether call prices of the damped smile fall and are convex within three deviations.

    Args:
        deviation: ``ATM sqrt(T)``, one standard deviation at the forward.
        skew: SKEW [points].
        shape: constants of the smile.

    Returns:
        True where they are; false where they are not or an input is unknown.
    """
    # SciPy takes 0.2 s to import; whoever prices nothing does not pay it.
    from scipy.special import ndtr  # noqa: PLC0415

    width, tilt = np.broadcast_arrays(
        np.asarray(deviation, dtype=np.float64), np.asarray(skew, dtype=np.float64)
    )
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # NaN is not convex
        strike = np.exp(-_GRID * width[..., None])[..., ::-1]
        spread = damped_vol(_GRID, width[..., None], tilt[..., None], shape)[..., ::-1]
        up = -np.log(strike) / spread + 0.5 * spread
        price = ndtr(up) - strike * ndtr(up - spread)
        slope = np.diff(price, axis=-1) / np.diff(strike, axis=-1)
        falls = ((slope <= _CONVEXITY_TOLERANCE) & (slope >= -1.0 - _CONVEXITY_TOLERANCE)).all(-1)
        return np.asarray(falls & (np.diff(slope, axis=-1) >= -_CONVEXITY_TOLERANCE).all(-1))


def tail_probability(skew: Floats, deviations: Literal[2, 3]) -> Floats:
    """Probability of a 30-day return below two or three deviations that a SKEW level implies.

    ``N(z) - (s / 6) n(z) (z^2 - 1)``.

    Source:
        Cboe SKEW white paper, table of probabilities; methodology 14.3.
    """
    # SciPy takes 0.2 s to import; whoever prices nothing does not pay it.
    from scipy.special import ndtr  # noqa: PLC0415

    z = -float(deviations)
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    shape = (100.0 - np.asarray(skew, dtype=np.float64)) / 60.0
    return np.asarray(ndtr(z) - shape * density * (z * z - 1.0))


def chain_vol(strike: Floats, quoted: Floats, asked: Floats) -> ModelVol:
    """Volatility from a chain's own: quoted at its strikes, straight lines between them.

    Args:
        strike: quoted strikes, increasing [index points].
        quoted: their volatilities [decimal].
        asked: strikes asked for [index points].

    Returns:
        Level ``quotes`` at a quoted strike, ``surface`` between two, nothing beyond them.
    """
    is_known = np.isfinite(quoted)
    nodes, values = strike[is_known], quoted[is_known]
    if not nodes.size:
        nothing = np.full(asked.shape, PricedFrom.NOTHING, dtype=np.uint8)
        unknown = np.full(asked.shape, ModelReason.UNKNOWN_INPUT, dtype=np.uint8)
        return ModelVol(np.full(asked.shape, np.nan), nothing, unknown)
    vol = np.interp(np.log(asked), np.log(nodes), values, left=np.nan, right=np.nan)
    level = np.where(np.isin(asked, nodes), PricedFrom.QUOTES, PricedFrom.SURFACE)
    level = np.where(np.isfinite(vol), level, PricedFrom.NOTHING).astype(np.uint8)
    reason = np.where(np.isfinite(vol), ModelReason.OK, ModelReason.BEYOND_WING).astype(np.uint8)
    return ModelVol(vol, level, reason)


def decayed_vvix(vvix: Floats, years: Floats) -> Floats:
    """The VVIX of 30 days averaged over another life, along the decay of a future's volatility.

    ``VVIX / 100 sqrt(g(T) / g(30 d))``, ``g(T) = (1 - e^{-2 kT}) / (2 kT)``, k = 3.5.

    Returns:
        Volatility [decimal]; NaN where an input is unknown or time is not positive.
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # out of domain is answered with NaN
        time = np.where(np.asarray(years) > 0.0, years, np.nan)
        level = np.where(np.asarray(vvix) > 0.0, vvix, np.nan)
        return np.asarray(level / 100.0 * np.sqrt(_decay(time) / _decay(_MONTH)))


def vix_at_the_money(vvix: Floats, years: Floats) -> Floats:
    """Volatility of at-the-money VIX options: 1.01 of the decayed VVIX [decimal]."""
    return VVIX_AT_THE_MONEY * decayed_vvix(vvix, years)


def vvix_of_vix(vix: Floats) -> Floats:
    """VVIX that a VIX level usually goes with: ``53.70 VIX^0.183`` [volatility points].

    One standard deviation is 16 % and R squared 0.16, so what is priced from it is indicative.
    """
    level, power = VVIX_OF_VIX
    with np.errstate(invalid="ignore"):  # a VIX that is not positive has none
        return np.where(np.asarray(vix) > 0.0, level * np.power(vix, power), np.nan)


def vix_option_vol(
    forward: Floats, strike: Floats, years: Floats, *, quoted: ModelVol | None = None,
    vvix: Floats, vix: Floats,
) -> ModelVol:  # fmt: skip
    """Volatility of VIX options from the best that there is.

    A chain's own volatility; else the VVIX with a stated call skew, level ``model``; else a VVIX
    guessed from the VIX, level ``indicative``.

    Args:
        forward: VIX future of the same expiry [volatility points].
        strike: [volatility points].
        years: to expiry [years].
        quoted: volatilities of a chain, see ``chain_vol``.
        vvix: VVIX close; NaN where unknown [volatility points].
        vix: VIX close; NaN where unknown [volatility points].

    Returns:
        One volatility each, with its level.
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # out of domain is answered with NaN
        moneyness = np.log(np.asarray(strike, dtype=np.float64) / forward)
        known = np.where(np.asarray(vvix) > 0.0, vvix, np.nan)
        center = vix_at_the_money(np.where(np.isfinite(known), known, vvix_of_vix(vix)), years)
        raised = np.minimum(VIX_CALL_SKEW_MAX, 1.0 + VIX_CALL_SKEW * np.maximum(moneyness, 0.0))
        vol = np.where(np.isfinite(moneyness), center * raised, np.nan)
    level = np.where(np.isfinite(known), PricedFrom.MODEL, PricedFrom.INDICATIVE)
    level = np.where(np.isfinite(vol), level, PricedFrom.NOTHING)
    if quoted is not None:
        has_quote = np.isfinite(quoted.vol)
        vol = np.where(has_quote, quoted.vol, vol)
        level = np.where(has_quote, quoted.priced_from, level)
    reason = np.where(np.isfinite(vol), ModelReason.OK, ModelReason.UNKNOWN_INPUT)
    return ModelVol(vol, level.astype(np.uint8), reason.astype(np.uint8))


def _decay(time: Floats | float) -> Floats:
    turn = 2.0 * REVERSION * np.asarray(time, dtype=np.float64)
    return -np.expm1(-turn) / turn
