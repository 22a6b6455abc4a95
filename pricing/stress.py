"""A stated shock, what the hedges gain in it against what the condors can lose, and the grid.

Source:
    Methodology 2.3.
"""

from typing import NamedTuple

import numpy as np

from pricing.board import Floats
from pricing.legs import Legs, Market
from pricing.moves import Move, VixCurve, change


class Stress(NamedTuple):
    """A shock at once: ``spot_change`` [decimal], ``vix_points`` [volatility points]."""

    spot_change: float = -0.08
    vix_points: float = 20.0


class Coverage(NamedTuple):
    """How much of the condors' largest loss the hedges make good under stress.

    Attributes:
        hedge_gain: of every leg that is no index option [dollars].
        index_gain: of the index options, marked in the shock [dollars].
        loss_max: contractual, see ``index_loss_max`` [dollars].
        ratio: hedge gain / largest loss; NaN where either is unknown or nothing can be lost.
    """

    hedge_gain: Floats
    index_gain: Floats
    loss_max: Floats
    ratio: Floats


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def stress_move(stress: Stress, market: Market, sessions: float = 0.0) -> Move:
    """The shock as a move of today's market; VIX futures follow the VIX by their lives."""
    vix = np.asarray(market.vix, dtype=np.float64)
    vix_return = np.log((vix + stress.vix_points) / vix)
    spot_return = np.full(vix.shape, np.log1p(stress.spot_change))
    return Move(spot_return, vix_return, np.asarray(sessions, dtype=np.float64))


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def index_loss_max(legs: Legs, market: Market, *, is_down: bool) -> Floats:
    """Most that the index options lose on one side of spot, each held to its own expiry.

    Args:
        legs: the book.
        market: levels of the day.
        is_down: the side below spot, else above.

    Returns:
        At least zero, against entry prices, were all to settle at one level [dollars]; infinite
        where more calls are sold than bought; NaN where an entry price or strike is unknown.
    """
    index = legs.part(legs.is_index)
    spot = np.asarray(market.spot, dtype=np.float64)[..., None]
    is_held = index.quantity != 0.0
    is_side = is_held & ((index.strike <= spot) if is_down else (index.strike >= spot))
    at_strikes = np.where(is_side, index.strike, spot)
    ends = np.broadcast_to(spot, (*at_strikes.shape[:-1], 1))
    levels = np.concatenate((at_strikes, ends, 0.0 * ends if is_down else ends), axis=-1)
    right, held = index.right[..., None, :], index.strike[..., None, :]
    paid = np.maximum(right * (levels[..., :, None] - held), 0.0) - index.entry_price[..., None, :]
    size = index.size[..., None, :]
    least = np.where(size == 0.0, 0.0, size * paid).sum(-1).min(-1)
    loss = np.maximum(-least, 0.0)
    if is_down:
        return np.asarray(loss)
    slope = np.where((index.right == 1.0) & is_held, index.size, 0.0).sum(-1)
    return np.where(slope < 0.0, np.where(np.isnan(loss), np.nan, np.inf), loss)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def coverage(legs: Legs, market: Market, stress: Stress | None = None) -> Coverage:
    """What the hedges gain in a shock against what the condors can lose on its side.

    Args:
        legs: the book.
        market: levels of the day.
        stress: the shock; by default the S&P 500 8 % lower and the VIX 20 points higher.
    """
    shock = Stress() if stress is None else stress
    gain = change(legs, market, stress_move(shock, market))
    hedges = np.where(legs.is_index, 0.0, gain).sum(-1)
    loss = index_loss_max(legs, market, is_down=shock.spot_change <= 0.0)
    ratio = np.where(loss > 0.0, hedges / loss, np.nan)
    return Coverage(hedges, np.where(legs.is_index, gain, 0.0).sum(-1), loss, ratio)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def scenario_grid(
    legs: Legs, market: Market, spot_changes: Floats, vix_levels: Floats, *,
    sessions: float = 0.0, curve: VixCurve | None = None,
) -> Floats:  # fmt: skip
    """Gain of one book from today's mark at every pair of an index move and a VIX level.

    Args:
        legs: the book, one axis.
        market: levels of the day, numbers.
        spot_changes: of the S&P 500 [decimal].
        vix_levels: VIX after the move [volatility points].
        sessions: that pass until then [sessions].
        curve: where VIX futures roll to; none leaves each where it is.

    Returns:
        First axis ``spot_changes``, last ``vix_levels`` [dollars]; NaN where unknown.
    """
    spot_return = np.log1p(np.asarray(spot_changes, dtype=np.float64))[:, None]
    vix_return = np.log(np.asarray(vix_levels, dtype=np.float64) / market.vix)[None, :]
    move = Move(spot_return, vix_return, np.asarray(sessions, dtype=np.float64))
    return np.asarray(change(legs, market, move, curve).sum(-1))
