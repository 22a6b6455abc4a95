"""Corridor tests: the expected range inside the break-evens, the break-evens inside its tail.

Source:
    Methodology 3.3, C-1 and C-2.
"""

from typing import NamedTuple

import numpy as np

from pricing.board import Floats
from pricing.curve import SESSIONS_PER_YEAR
from pricing.verdict import Verdicts, verdict

OUTER_DEVIATIONS = 2.0


class Band(NamedTuple):
    """A range of the S&P 500 [index points]."""

    down: Floats
    up: Floats


class Corridor(NamedTuple):
    """Both tests, and by how much each holds.

    Attributes:
        inner: one deviation at the cone's 75 % volatility.
        outer: two deviations at its 95 % volatility.
        c1: whether ``inner`` lies inside the break-evens; a ``Verdict`` each.
        c2: whether ``outer`` contains them; a ``Verdict`` each.
        c1_room: least distance by which C-1 holds, negative where it fails [index points].
        c2_room: likewise of C-2 [index points].
    """

    inner: Band
    outer: Band
    c1: Verdicts
    c2: Verdicts
    c1_room: Floats
    c2_room: Floats


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def expected_band(spot: Floats, vol: Floats, sessions: Floats, deviations: float = 1.0) -> Band:
    """Range of so many deviations, ``S exp(+-n sigma sqrt(h / 252))``.

    Args:
        spot: S&P 500 [index points].
        vol: yearly [decimal].
        sessions: horizon [sessions].
        deviations: of a normal logarithm.
    """
    width = deviations * np.asarray(vol) * np.sqrt(np.asarray(sessions) / SESSIONS_PER_YEAR)
    return Band(spot * np.exp(-width), spot * np.exp(width))


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def corridor(
    break_evens: Band, spot: Floats, sessions: Floats, inner_vol: Floats, outer_vol: Floats
) -> Corridor:
    """Tests C-1 and C-2 of a position's weighted break-evens.

    The range of volatilities between the cone's 25 and 75 % lies inside where its widest does, so
    the 75 % decides C-1.

    Args:
        break_evens: of the whole position; NaN where there is none [index points].
        spot: S&P 500 [index points].
        sessions: to the break-evens' expiry [sessions].
        inner_vol: the cone's 75 % at that horizon [decimal].
        outer_vol: the cone's 95 % at that horizon [decimal].
    """
    inner = expected_band(spot, inner_vol, sessions)
    outer = expected_band(spot, outer_vol, sessions, OUTER_DEVIATIONS)
    c1_room = np.minimum(inner.down - break_evens.down, break_evens.up - inner.up)
    c2_room = np.minimum(break_evens.down - outer.down, outer.up - break_evens.up)
    c1, c2 = (verdict(room >= 0.0, room) for room in (c1_room, c2_room))
    return Corridor(inner, outer, c1, c2, c1_room, c2_room)
