"""What hedges cost to hold, and how many of them the policy and its budget allow.

Source:
    Methodology 2.2 and 2.3.
"""

from typing import NamedTuple

import numpy as np

from pricing.board import Floats
from pricing.curve import SESSIONS_PER_YEAR
from pricing.legs import Legs, Market, measure_legs
from pricing.moves import Move, VixCurve, moved
from pricing.verdict import Verdicts, verdict

ROLL_WINDOW = 21.0  # sessions
BUDGET_SHARE = 0.015  # of the net asset value a year
PURCHASE_SHARE = 0.005  # of the net asset value a roll
_UNITS_PER = 10.0  # condors that the base units are given for
_THICKEST = 2.0


class Carry(NamedTuple):
    """What holding each leg costs while nothing moves.

    Attributes:
        theta: per session [dollars].
        roll_down: gain per session from the future's way along the curve; negative in contango for
            who is long [dollars].
        cost: a year, positive where it costs [dollars].
    """

    theta: Floats
    roll_down: Floats
    cost: Floats


class CarryBudget(NamedTuple):
    """A year's carry and renewals against their limit, and a purchase against its own.

    Attributes:
        cost: carry of the hedges and expected renewals a year [dollars].
        limit: share of the net asset value [dollars].
        carry: whether the cost is within the limit; a ``Verdict`` each.
        purchase_limit: share of the net asset value [dollars].
        purchase: whether the single purchase is within it; a ``Verdict`` each.
    """

    cost: Floats
    limit: Floats
    carry: Verdicts
    purchase_limit: Floats
    purchase: Verdicts


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def leg_carry(legs: Legs, market: Market, curve: VixCurve, sessions: float = ROLL_WINDOW) -> Carry:
    """Theta and roll-down of each leg while the S&P 500 and the VIX stay.

    ``roll-down = -(F(tau) - F(tau - w)) / w delta``, w the 21 sessions ahead or what is left of the
    leg's life. Options on an index or product have none.

    Args:
        legs: the book.
        market: levels of the day.
        curve: VIX futures along which each rolls; NaN where it does not reach.
        sessions: the window [sessions].
    """
    found = measure_legs(legs, market)
    still = np.zeros(np.shape(market.spot))
    later, _ = moved(legs, market, Move(still, still, np.asarray(sessions)), curve)
    window = (legs.years - later.years) * SESSIONS_PER_YEAR
    points = np.where(window > 0.0, (later.forward - legs.forward) / window, 0.0)
    none = ~legs.rolls | (legs.quantity == 0.0)
    roll = np.where(none, 0.0, points * found.delta)
    return Carry(found.theta, roll, -(found.theta + roll) * SESSIONS_PER_YEAR)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def carry_budget(
    cost: Floats, net_asset_value: Floats, *, renewals: Floats | float = 0.0,
    purchase: Floats | float = 0.0, share: float = BUDGET_SHARE,
    purchase_share: float = PURCHASE_SHARE,
) -> CarryBudget:  # fmt: skip
    """Whether hedges cost no more than the policy allows.

    Args:
        cost: carry of all hedges a year, see ``Carry.cost`` [dollars].
        net_asset_value: [dollars].
        renewals: premiums expected to be paid again within the year [dollars].
        purchase: premium of the largest single roll [dollars].
        share: allowed a year [decimal].
        purchase_share: allowed a roll [decimal].
    """
    value = np.where(np.asarray(net_asset_value) > 0.0, net_asset_value, np.nan)
    total = np.asarray(cost + np.asarray(renewals), dtype=np.float64)
    limit, at_once = share * value, purchase_share * value
    paid = np.asarray(purchase, dtype=np.float64)
    return CarryBudget(
        total,
        limit,
        verdict(total <= limit, total, limit),
        at_once,
        verdict(paid <= at_once, paid, at_once),
    )


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def layer_units(base: Floats, thickness: Floats, profile: Floats, condors: Floats) -> Floats:
    """Contracts of a layer: ``base m profile condors / 10``, half rounded up.

    Args:
        base: per ten condors [contracts].
        thickness: the matrix cell's multiplier.
        profile: the profile's multiplier.
        condors: held [contracts].

    Returns:
        Whole contracts between none and twice the base of that many condors; NaN where unknown.
    """
    full = np.asarray(base, dtype=np.float64) * condors / _UNITS_PER
    wanted = np.clip(full * thickness * profile, 0.0, _THICKEST * full)
    return np.asarray(np.floor(wanted + 0.5))
