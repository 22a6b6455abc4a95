"""Iron condors by themselves: credit, largest loss, break-evens and their probability.

Source:
    Methodology 3.2.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from pricing.board import Codes, Floats


class CondorReason(IntEnum):
    """Why a condor has no terms; where several hold, the highest.

    ``CREDIT_ABOVE_WIDTH`` is an arbitrage, so a quote is wrong. ``NO_CREDIT``: it would be paid
    for, and nothing between the break-evens is earned.
    """

    OK = 0
    NO_CREDIT = 1
    CREDIT_ABOVE_WIDTH = 2
    UNKNOWN_PRICE = 3
    STRIKES_NOT_ORDERED = 4


class Wings(NamedTuple):
    """One number for each of the four options, strikes or prices, from the lowest strike up."""

    put_long: Floats
    put_short: Floats
    call_short: Floats
    call_long: Floats


class CondorTerms(NamedTuple):
    """What a condor pays, per unit [index points]; NaN where ``reason`` says why.

    Attributes:
        credit: taken in when it is sold.
        loss_max: at expiry beyond the wider wing.
        down: lower break-even at expiry.
        up: upper break-even at expiry.
        reason: a ``CondorReason`` each.
    """

    credit: Floats
    loss_max: Floats
    down: Floats
    up: Floats
    reason: Codes


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def condor_terms(strikes: Wings, prices: Wings) -> CondorTerms:
    """Credit, largest loss and break-evens of condors at expiry.

    Args:
        strikes: of the four options [index points].
        prices: of the four options [index points].
    """
    strike, price = (
        np.stack(np.broadcast_arrays(*(np.asarray(one, dtype=np.float64) for one in four)))
        for four in (strikes, prices)
    )
    credit = price[1] - price[0] + price[2] - price[3]
    width = np.maximum(strike[1] - strike[0], strike[3] - strike[2])
    is_ordered = (strike[0] > 0.0) & (strike[1] > strike[0]) & (strike[3] > strike[2])
    reason = np.full(np.broadcast_shapes(credit.shape, width.shape), CondorReason.OK, np.uint8)
    reason[np.broadcast_to(credit <= 0.0, reason.shape)] = CondorReason.NO_CREDIT
    reason[np.broadcast_to(credit >= width, reason.shape)] = CondorReason.CREDIT_ABOVE_WIDTH
    is_priced = (np.isfinite(price) & (price >= 0.0)).all(axis=0)
    reason[np.broadcast_to(~is_priced, reason.shape)] = CondorReason.UNKNOWN_PRICE
    is_ordered &= strike[2] >= strike[1]
    reason[np.broadcast_to(~is_ordered, reason.shape)] = CondorReason.STRIKES_NOT_ORDERED
    is_known = reason == CondorReason.OK
    found = (credit, width - credit, strike[1] - credit, strike[2] + credit)
    earned, lost, down, up = (np.where(is_known, one, np.nan) for one in found)
    return CondorTerms(earned, lost, down, up, reason)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def probability_between(
    forward: Floats, years: Floats, down: Floats, up: Floats, vol_down: Floats, vol_up: Floats
) -> Floats:
    """Probability that the index settles between two levels, each with the smile's volatility.

    ``N(d(up)) - N(d(down))``, ``d(B) = (ln(B / F) + sigma_B^2 T / 2) / (sigma_B sqrt(T))``. It
    leaves out the smile's slope at the two levels, as is usual.

    Args:
        forward: of the index to expiry [index points].
        years: to expiry [years].
        down: lower level [index points].
        up: upper level [index points].
        vol_down: volatility of the option struck there [decimal].
        vol_up: likewise [decimal].

    Returns:
        Between 0 and 1; NaN where an input is unknown or out of domain, or the levels cross.
    """
    # SciPy takes 0.2 s to import; whoever prices nothing does not pay it.
    from scipy.special import ndtr  # noqa: PLC0415

    time = np.asarray(years, dtype=np.float64)
    low, high = (
        (np.log(np.asarray(level) / forward) + 0.5 * vol * vol * time) / (vol * np.sqrt(time))
        for level, vol in ((down, np.asarray(vol_down)), (up, np.asarray(vol_up)))
    )
    found = ndtr(high) - ndtr(low)
    return np.where((np.asarray(down) < up) & (found >= 0.0), found, np.nan)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def weighted_break_evens(quantity: Floats, terms: CondorTerms) -> tuple[Floats, Floats]:
    """Break-evens of several condors weighted by credit: ``sum n c BE / sum n c``.

    Args:
        quantity: condors sold, last axis condors.
        terms: of each.

    Returns:
        Lower and upper [index points], without the last axis; NaN where one of the condors held
        has no terms, or none is held.
    """
    weight = np.where(np.asarray(quantity) > 0.0, quantity * terms.credit, 0.0)
    total = weight.sum(-1)
    lower, upper = (
        np.where(weight == 0.0, 0.0, weight * level).sum(-1) for level in (terms.down, terms.up)
    )
    return lower / total, upper / total
