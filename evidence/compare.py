"""How what followed a signal differs from what follows any session, with what chance can do.

Windows of 21 sessions overlap, so sessions are resampled in blocks: the stationary bootstrap with a
mean block of three windows keeps what neighbors share. All signals share the same resamples.

Source:
    Politis and Romano (1994), as ``arch`` implements it; methodology appendix C asks for it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from arch.bootstrap import StationaryBootstrap

from evidence.outcomes import AHEAD, OUTCOMES

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

RESAMPLES = 1_000
_BLOCK = 3 * AHEAD
_SEED = 20_181_231  # any number, kept: the report is the same each time
_FEWEST = 20  # fired sessions below which no interval is stated


@dataclass(frozen=True)
class Found:
    """One outcome after one signal.

    Attributes:
        mean: over the sessions on which it fired; NaN where it never did.
        base: over all sessions on which it could be judged.
        low: of the 90 % interval of their difference; NaN with fewer than 20 fired sessions.
        high: likewise.
    """

    mean: float
    base: float
    low: float
    high: float


@dataclass(frozen=True)
class Signal:
    """How often a signal fired, and what followed.

    Attributes:
        name: of the signal.
        judged: sessions on which it is known and what followed, too.
        fired: of these, on which it fired.
        episodes: runs of fired sessions.
        found: by outcome, in the order of ``OUTCOMES``.
    """

    name: str
    judged: int
    fired: int
    episodes: int
    found: dict[str, Found]


def compare(signals: dict[str, Floats], followed: Floats) -> list[Signal]:
    """Each signal against all sessions on which it is known.

    Args:
        signals: by name, 1 where it fired, 0 where not, NaN where unknown, a value a session.
        followed: by session and outcome; NaN where not known.
    """
    if not signals:
        return []
    fired = np.column_stack(list(signals.values()))
    is_known = np.isfinite(fired) & np.isfinite(followed).all(axis=1, keepdims=True)
    hits, base = np.where(is_known, fired, 0.0), is_known.astype(np.float64)
    values = np.nan_to_num(followed)
    spread = np.stack(
        [_difference(weights, hits, base, values) for weights in _weights(len(fired))]
    )
    low, high = _interval(spread, hits.sum(axis=0) >= _FEWEST)
    whole = np.ones(len(fired))
    means, bases = _means(whole, hits, values), _means(whole, base, values)
    return [
        _signal(name, hits[:, n], base[:, n], (means[n], bases[n], low[n], high[n]))
        for n, name in enumerate(signals)
    ]


def _signal(name: str, hits: Floats, base: Floats, rows: tuple[Floats, ...]) -> Signal:
    fired = int(hits.sum())
    starts = (hits == 1.0) & (np.roll(hits, 1) != 1.0)
    starts[0] = hits[0] == 1.0
    mean, usual, low, high = rows
    found = {
        outcome: Found(
            float(mean[k]), float(usual[k]), float(low[k]), float(high[k])
        )
        for k, outcome in enumerate(OUTCOMES)
    }  # fmt: skip
    return Signal(name, int(base.sum()), fired, int(starts.sum()), found)


def _interval(spread: Floats, is_enough: Bools) -> tuple[Floats, Floats]:
    """Both ends of the 90 % interval by signal and outcome; NaN where too few sessions fired.

    A resample without a fired session has no difference and is left out.
    """
    ends = np.full((2, *spread.shape[1:]), np.nan)
    ends[:, is_enough] = np.nanquantile(spread[:, is_enough], (0.05, 0.95), axis=0)
    return ends[0], ends[1]


def _means(weights: Floats, chosen: Floats, values: Floats) -> Floats:
    """Mean of each outcome over the chosen sessions, by signal; NaN where there are none."""
    weighted = chosen * weights[:, None]
    total = weighted.sum(axis=0)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((weighted.T @ values) / total)


def _difference(weights: Floats, hits: Floats, base: Floats, values: Floats) -> Floats:
    return _means(weights, hits, values) - _means(weights, base, values)


def _weights(count: int) -> list[Floats]:
    """How often each session is drawn, by resample."""
    drawn = StationaryBootstrap(_BLOCK, np.arange(count), seed=_SEED)
    draws: list[Any] = [position[0][0] for position in drawn.bootstrap(RESAMPLES)]
    return [np.bincount(draw, minlength=count).astype(np.float64) for draw in draws]
