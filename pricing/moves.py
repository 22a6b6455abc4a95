"""Where a book goes when the S&P 500 and the VIX move and time passes.

One law, stated: VIX futures move with the VIX by ``e^{-kappa tau}``; an S&P 500 option's volatility
stays with its strike while the VIX moves as the map says of the spot, and follows what the VIX
moves beyond that, averaged over the option's life. VIX options keep their volatility. A product
makes its leverage times what a future of thirty days makes, at once, and its roll yield each session.

Source:
    Methodology 3.3, 3.4 and 5.1.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pricing.board import Floats
from pricing.curve import SESSIONS_PER_YEAR, from_settlements, samuelson, spot_beta
from pricing.legs import LegKind, Legs, Market, future_life, leg_price, sized
from pricing.smile import DAYS_PER_YEAR, REVERSION

_MONTH = 30.0 / DAYS_PER_YEAR
_LEAST = 1e-3  # of a product that a shock takes nearly all from


class Move(NamedTuple):
    """A move from today, arrays that broadcast against each other.

    Attributes:
        spot_return: ``ln(S' / S)``.
        vix_return: ``ln(VIX' / VIX)``.
        sessions: that pass [sessions].
    """

    spot_return: Floats
    vix_return: Floats
    sessions: Floats


class VixCurve(NamedTuple):
    """Nodes along which VIX futures roll when nothing moves; straight between, unknown beyond.

    Attributes:
        days: to expiry, last axis nodes; the VIX itself may stand at 0 [days].
        value: [volatility points].
    """

    days: Floats
    value: Floats


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def mapped_move(spot_return: Floats, sessions: Floats, vix_path: Floats | float = 0.0) -> Move:
    """The VIX moves as the map says of the spot.

    Args:
        spot_return: ``ln(S' / S)``.
        sessions: horizon [sessions].
        vix_path: ``ln(VIX' / VIX)`` expected without a move of the spot.
    """
    passed = np.asarray(sessions, dtype=np.float64)
    return Move(spot_return, vix_path - spot_beta(passed) * spot_return, passed)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def moved(
    legs: Legs, market: Market, move: Move, curve: VixCurve | None = None
) -> tuple[Legs, Market]:
    """The book and the market after a move.

    A leg that expires on the way is settled on the move as a whole. Index forwards keep their
    carry to expiry.

    Args:
        legs: the book, last axis legs.
        market: levels of the day; broadcasts with the move.
        move: without the legs' axis; broadcasts with the axes before it.
        curve: where futures roll to; none leaves each where it is.

    Returns:
        Legs of the move's shape with the legs' axis after it, and its market.
    """
    spot, vix, ret, vix_ret, passed = (
        np.asarray(one, dtype=np.float64)[..., None] for one in (*market, *move)
    )
    left = np.where(
        legs.years > 0.0, np.maximum(legs.years - passed / SESSIONS_PER_YEAR, 0.0), legs.years
    )
    share = np.where(legs.years > 0.0, left / legs.years, 1.0)
    discount = np.where(left == 0.0, 1.0, np.power(legs.discount, share))
    carry = np.where(left == 0.0, 1.0, np.power(legs.forward / spot, share))
    index = spot * np.exp(ret) * carry
    base = _rolled(legs, left, curve)
    life = np.where(legs.kind == LegKind.ETP_OPTION, future_life(legs), left)
    grown = np.exp(samuelson(life) * vix_ret)
    forward = np.where(legs.is_index, index, base * np.where(
        legs.kind == LegKind.ETP_OPTION, _levered(legs, left, grown), grown
    ))  # fmt: skip
    beyond = vix_ret + spot_beta(passed) * ret
    volatility = legs.volatility * np.where(
        legs.is_index & (left > 0.0), np.exp(_averaged(left) * beyond), 1.0
    )
    after = Market((spot * np.exp(ret))[..., 0], (vix * np.exp(vix_ret))[..., 0])
    book = replace(legs, years=left, forward=forward, discount=discount, volatility=volatility)
    return book, after


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def change(legs: Legs, market: Market, move: Move, curve: VixCurve | None = None) -> Floats:
    """What each leg gains from today's mark by a move [dollars]; arguments as of ``moved``."""
    after, _ = moved(legs, market, move, curve)
    return sized(after, leg_price(after) - leg_price(legs))


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def profit(legs: Legs, market: Market, move: Move, curve: VixCurve | None = None) -> Floats:
    """What each leg will have gained since its entry after a move [dollars]."""
    after, _ = moved(legs, market, move, curve)
    return sized(after, leg_price(after) - after.entry_price)


def _levered(legs: Legs, left: Floats, grown: Floats) -> Floats:
    """What a product's forward is multiplied by: leverage times its futures' gain, and its roll."""
    factor = np.asarray(legs.leverage)
    at_once = np.where(factor == 1.0, grown, np.maximum(1.0 + factor * (grown - 1.0), _LEAST))
    sessions = (legs.years - left) * SESSIONS_PER_YEAR
    each = np.maximum(factor * np.asarray(legs.roll_yield), _LEAST - 1.0)
    return np.asarray(at_once * np.exp(np.log1p(each) * sessions))


def _rolled(legs: Legs, left: Floats, curve: VixCurve | None) -> Floats:
    """Future of each leg once only so much life is left."""
    if curve is None:
        return legs.forward
    rolled = from_settlements(curve.days, curve.value, left * DAYS_PER_YEAR)
    is_rolling = (left < legs.years) & (legs.kind != LegKind.ETP_OPTION)
    return np.where(is_rolling, rolled, legs.forward)


def _averaged(years: Floats) -> Floats:
    """Share of a move of 30-day volatility that the volatility of another life makes.

    Forward volatility ahead moves by ``e^{-kappa t}``; an option's is the average over its life.
    """

    def mean(life: Floats | float) -> Floats:
        turn = REVERSION * np.asarray(life, dtype=np.float64)
        return np.where(turn > 0.0, -np.expm1(-turn) / np.where(turn > 0.0, turn, 1.0), 1.0)

    return mean(years) / mean(_MONTH)
