"""The book repriced some sessions ahead, along paths of volatility and moves of the index.

Source:
    Methodology 5.1 (a).
"""

from typing import NamedTuple

import numpy as np

from pricing.board import Bools, Floats
from pricing.curve import SESSIONS_PER_YEAR
from pricing.legs import Legs, Market, measure_book, measure_legs
from pricing.moves import Move, VixCurve, change, mapped_move, moved

HORIZONS = np.array([5.0, 10.0, 21.0, 42.0])  # sessions


class TimeShift(NamedTuple):
    """A book ahead of time; axes horizons, volatility paths, index moves [dollars].

    Attributes:
        gain: from today's mark.
        theta: per session, then.
        vega_index: per volatility point of S&P 500 options, then.
        vega_vix: per volatility point of VIX and ETP options, then.
        extrinsic_change: time value then / now - 1; NaN where there is none now.
        roll_down: of each leg when neither index nor VIX moves; axes horizons, legs.
        is_settled: legs that have expired by then; axes horizons, legs.
    """

    gain: Floats
    theta: Floats
    vega_index: Floats
    vega_vix: Floats
    extrinsic_change: Floats
    roll_down: Floats
    is_settled: Bools


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def expected_moves(vol: Floats, sessions: Floats = HORIZONS) -> Floats:
    """Moves of the index down by one deviation, none, and up by one; last axis moves.

    Args:
        vol: yearly volatility to each horizon [decimal].
        sessions: horizons [sessions].

    Returns:
        ``ln(S' / S)``, of ``S (1 +- sigma sqrt(h / 252))``.
    """
    width = np.asarray(vol, dtype=np.float64) * np.sqrt(np.asarray(sessions) / SESSIONS_PER_YEAR)
    down = np.where(width < 1.0, np.log1p(-width), np.nan)
    return np.stack((down, np.zeros_like(width), np.log1p(width)), axis=-1)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def time_shift(
    legs: Legs, market: Market, vix_paths: Floats, spot_returns: Floats, *,
    curve: VixCurve | None = None, sessions: Floats = HORIZONS,
) -> TimeShift:  # fmt: skip
    """One book at each horizon, along each path, after each move.

    Args:
        legs: the book, one axis.
        market: levels of the day, numbers.
        vix_paths: VIX expected at each horizon without a move of the index, last axis paths, such
            as forecast, one deviation more, one less [volatility points].
        spot_returns: ``ln(S' / S)``, first axis horizons, last axis moves; see ``expected_moves``.
        curve: where VIX futures roll to; none leaves each where it is.
        sessions: horizons [sessions].
    """
    path = np.log(np.asarray(vix_paths, dtype=np.float64) / market.vix)[:, :, None]
    passed = np.asarray(sessions, dtype=np.float64)
    move = mapped_move(np.asarray(spot_returns)[:, None, :], passed[:, None, None], path)
    move = Move(*np.broadcast_arrays(*move))
    after, day = moved(legs, market, move, curve)
    then, now = measure_book(after, day), measure_book(legs, market)
    grown = np.where(now.extrinsic != 0.0, then.extrinsic / now.extrinsic - 1.0, np.nan)
    return TimeShift(
        change(legs, market, move, curve).sum(-1),
        then.theta,
        then.vega_index,
        then.vega_vix,
        grown,
        _roll_down(legs, market, passed, curve),
        passed[:, None] >= legs.years * SESSIONS_PER_YEAR,
    )


def _roll_down(legs: Legs, market: Market, passed: Floats, curve: VixCurve | None) -> Floats:
    """Today's delta times the way of each future along the curve."""
    still = np.zeros(passed.shape)
    later, _ = moved(legs, market, Move(still, still, passed), curve)
    way = (later.forward - legs.forward) * measure_legs(legs, market).delta
    return np.where(legs.rolls & (legs.quantity != 0.0), way, 0.0)
