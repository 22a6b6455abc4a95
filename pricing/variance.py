"""Model-free variance of an option strip: the VIX by Cboe's rules, and Martin's SVIX.

Source:
    Cboe Volatility Index methodology (2019 and later), worked example; Martin (2017), Quarterly
    Journal of Economics 132; methodology 1.4 and 14.1.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from pricing.board import Board, Codes, Floats, QuoteReason

MINUTES_OF_30_DAYS = 43_200.0


class StripReason(IntEnum):
    """Why an expiry has no variance; ``OK`` where it has one."""

    OK = 0
    NO_TIME = 1
    NO_FORWARD = 2
    NO_STRIKE_BELOW_FORWARD = 3
    CENTER_UNQUOTED = 4
    NO_WINGS = 5
    NOT_POSITIVE = 6


@dataclass(frozen=True, slots=True)
class Strip:
    """The quotes of one expiry that count, and what they are worth together.

    Attributes:
        strike: strikes that count, increasing [index points].
        quote: out-of-the-money mid, at ``center`` the mean of call and put [index points].
        delta_strike: half the distance of the surviving neighbors, one-sided at the ends.
        forward: by parity at the smallest difference of call and put [index points].
        center: K0, highest strike at or below the forward [index points].
        rate: continuously compounded [decimal a year].
        years: time to expiry [years].
        variance: model-free variance a year [decimal squared]; NaN unless ``reason`` is OK.
        svix_squared: Martin's simple variance a year [decimal squared]; NaN likewise.
        call_reason: per strike of the board, a ``QuoteReason``.
        put_reason: per strike of the board, a ``QuoteReason``.
        reason: why there is no variance, or OK.
    """

    strike: Floats
    quote: Floats
    delta_strike: Floats
    forward: float
    center: float
    rate: float
    years: float
    variance: float
    svix_squared: float
    call_reason: Codes
    put_reason: Codes
    reason: StripReason


@dataclass(frozen=True, slots=True)
class VarianceIndex:
    """A constant-maturity index between two expiries, as published: volatility points.

    Attributes:
        vix: 30-day volatility index [volatility points]; NaN where either expiry has none.
        svix: the same interpolation of SVIX [volatility points].
        skew: SKEW, both expiries' skewness weighted by time [points].
        near: strip of the nearer expiry.
        next_: strip of the later expiry.
        is_extrapolated: the horizon lies outside the two expiries.
    """

    vix: float
    svix: float
    skew: float
    near: Strip
    next_: Strip
    is_extrapolated: bool


def strike_widths(strike: Floats) -> Floats:
    """Half the distance between each strike's neighbors, the full distance at the ends.

    Returns:
        Widths [index points]; NaN for a single strike.
    """
    if strike.size == 1:
        return np.array([np.nan])
    gaps = np.diff(strike)
    padded = np.concatenate((gaps[:1], gaps, gaps[-1:]))
    return 0.5 * (padded[:-1] + padded[1:])


def strip_variance(
    strike: Floats, quote: Floats, forward: float, center: float, rate: float, years: float
) -> float:
    """Model-free variance of a strip of out-of-the-money quotes.

    ``(2 / T) sum(dK / K^2 e^{RT} Q) - (1 / T) (F / K0 - 1)^2``.

    Args:
        strike: increasing [index points].
        quote: mid of each [index points].
        forward: to expiry [index points].
        center: K0 [index points].
        rate: continuously compounded [decimal a year].
        years: to expiry [years].

    Returns:
        Variance a year [decimal squared].
    """
    held = strike_widths(strike) / (strike * strike) * quote
    gross = np.exp(rate * years)
    return float((2.0 * gross * held.sum() - (forward / center - 1.0) ** 2) / years)


def strip_svix_squared(
    strike: Floats, quote: Floats, forward: float, rate: float, years: float
) -> float:
    """Simple variance of a strip: equal weights in strike, spot taken as ``F / R_f``.

    ``2 / (T R_f S^2) sum(dK Q)``, R_f the gross simple return to expiry.

    Returns:
        Variance a year [decimal squared]; times R_f, Martin's lower bound of the yearly premium.
    """
    gross = float(np.exp(rate * years))
    spot = forward / gross
    return float(2.0 / (years * gross * spot * spot) * (strike_widths(strike) * quote).sum())


def strip_skew(strip: Strip) -> float:
    """Third standardized moment of the log return to expiry that a strip prices.

    Returns:
        The skewness S; Cboe's index is ``100 - 10 S``. NaN where the strip has no variance.

    Source:
        Cboe SKEW Index white paper, portfolios P1 to P3 and their corrections for K0.
    """
    if strip.reason is not StripReason.OK:
        return float("nan")
    gross = float(np.exp(strip.rate * strip.years))
    held = gross * strip.delta_strike * strip.quote / (strip.strike * strip.strike)
    k = np.log(strip.strike / strip.forward)
    gap, shift = strip.forward / strip.center, float(np.log(strip.center / strip.forward))
    first = -held.sum() - (1.0 - shift - gap)
    second = (2.0 * (1.0 - k) * held).sum() + 2.0 * shift * (gap - 1.0) + 0.5 * shift * shift
    third = (3.0 * (2.0 * k - k * k) * held).sum()
    third += 3.0 * shift * shift * (shift / 3.0 - 1.0 + gap)
    spread = second - first * first
    if not spread > 0.0:
        return float("nan")
    return float((third - 3.0 * first * second + 2.0 * first**3) / spread**1.5)


def select_strip(board: Board) -> Strip:
    """Cboe's selection of out-of-the-money quotes, and their variance.

    Below K0 puts, above it calls, at it the mean of both. A quote without a bid is left out; after
    two in a row, seen from K0 outwards, everything further is left out, with a bid or not. A crossed
    quote or one without an ask is left out and does not count towards those two.

    Args:
        board: quotes of one expiry.

    Returns:
        The strip, with a reason for every call and put of the board.
    """
    forward = board.forward()
    faults = board.call_fault, board.put_fault
    if not (np.isfinite(board.rate) and board.years > 0.0):
        return _refused(board, StripReason.NO_TIME, forward, np.nan, faults)
    if not np.isfinite(forward):
        return _refused(board, StripReason.NO_FORWARD, forward, np.nan, faults)
    place = int(np.searchsorted(board.strike, forward, side="right")) - 1
    if place < 0:
        return _refused(board, StripReason.NO_STRIKE_BELOW_FORWARD, forward, np.nan, faults)
    center = float(board.strike[place])
    reasons = _selected(faults[0], faults[1], place)
    if not board.is_paired[place]:
        return _refused(board, StripReason.CENTER_UNQUOTED, forward, center, reasons)
    return _valued(board, forward, place, reasons)


def variance_index(near: Board, next_: Board, horizon: float = MINUTES_OF_30_DAYS) -> VarianceIndex:
    """The VIX and the SVIX of two expiries, interpolated in minutes of total variance.

    Args:
        near: quotes of the nearer expiry.
        next_: quotes of the later expiry.
        horizon: constant maturity [minutes].

    Returns:
        Both indices and both strips; NaN where an expiry has no variance, where both are one
        expiry, or where extrapolation gives no positive variance.
    """
    first, second = select_strip(near), select_strip(next_)
    pair = near.minutes, next_.minutes
    gap = next_.minutes - near.minutes
    weight = (next_.minutes - horizon) / gap if gap > 0.0 else np.nan
    return VarianceIndex(
        vix=_interpolated((first.variance, second.variance), pair, horizon),
        svix=_interpolated((first.svix_squared, second.svix_squared), pair, horizon),
        skew=100.0 - 10.0 * (weight * strip_skew(first) + (1.0 - weight) * strip_skew(second)),
        near=first,
        next_=second,
        is_extrapolated=not near.minutes <= horizon <= next_.minutes,
    )


def _selected(call_fault: Codes, put_fault: Codes, place: int) -> tuple[Codes, Codes]:
    call_reason, put_reason = call_fault.copy(), put_fault.copy()
    call_reason[place + 1 :] = _outwards(call_fault[place + 1 :])
    put_reason[:place] = _outwards(put_fault[:place][::-1])[::-1]
    call_reason[:place] = QuoteReason.IN_THE_MONEY
    put_reason[place + 1 :] = QuoteReason.IN_THE_MONEY
    return call_reason, put_reason


def _outwards(fault: Codes) -> Codes:
    """Reasons of one side, walking away from the center."""
    found = fault.copy()
    is_zero = fault == QuoteReason.ZERO_BID
    pairs = np.flatnonzero(is_zero[1:] & is_zero[:-1])
    if pairs.size:
        found[pairs[0] + 2 :] = QuoteReason.AFTER_TWO_ZERO_BIDS
    return found


def _valued(board: Board, forward: float, place: int, reasons: tuple[Codes, Codes]) -> Strip:
    call_reason, put_reason = reasons
    is_call, is_put = call_reason == QuoteReason.USED, put_reason == QuoteReason.USED
    center = float(board.strike[place])
    if not is_put[:place].any() or not is_call[place + 1 :].any():
        return _refused(board, StripReason.NO_WINGS, forward, center, reasons)
    mid = np.where(is_call, board.call_mid, board.put_mid)
    mid[place] = 0.5 * (board.call_mid[place] + board.put_mid[place])
    counts = is_call | is_put
    strike, quote = board.strike[counts], mid[counts]
    variance = strip_variance(strike, quote, forward, center, board.rate, board.years)
    is_positive = variance > 0.0
    svix_squared = strip_svix_squared(strike, quote, forward, board.rate, board.years)
    return Strip(
        strike=strike,
        quote=quote,
        delta_strike=strike_widths(strike),
        forward=forward,
        center=center,
        rate=board.rate,
        years=board.years,
        variance=variance if is_positive else np.nan,
        svix_squared=svix_squared if is_positive else np.nan,
        call_reason=call_reason,
        put_reason=put_reason,
        reason=StripReason.OK if is_positive else StripReason.NOT_POSITIVE,
    )


def _refused(
    board: Board, reason: StripReason, forward: float, center: float, reasons: tuple[Codes, Codes]
) -> Strip:
    nothing = np.array([], dtype=np.float64)
    return Strip(
        strike=nothing,
        quote=nothing,
        delta_strike=nothing,
        forward=forward,
        center=center,
        rate=board.rate,
        years=board.years,
        variance=np.nan,
        svix_squared=np.nan,
        call_reason=reasons[0],
        put_reason=reasons[1],
        reason=reason,
    )


def _interpolated(
    variance: tuple[float, float], minutes: tuple[float, float], horizon: float
) -> float:
    (first, second), (sooner, later) = variance, minutes
    if not later > sooner or not horizon > 0.0:
        return float("nan")
    weight = (later - horizon) / (later - sooner)
    mean = (sooner * first * weight + later * second * (1.0 - weight)) / horizon
    return float(100.0 * np.sqrt(mean)) if mean > 0.0 else float("nan")
