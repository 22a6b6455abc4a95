"""Seeded randomness of the simulated market: one named stream per quantity.

Each quantity draws from a stream of its own, so that adding one never moves another.
"""

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Path = NDArray[np.float64]


def stream(seed: int, quantity: str) -> np.random.Generator:
    """The generator of one quantity; the same seed and name give the same draws anywhere."""
    return np.random.default_rng([seed, crc32(quantity.encode())])


def reverting(shocks: Path, persistence: float, start: float = 0.0) -> Path:
    """A mean-reverting path about zero: ``x_t = persistence * x_{t-1} + shock_t``."""
    path = np.empty_like(shocks)
    level = start
    for row, shock in enumerate(shocks.tolist()):
        level = persistence * level + shock
        path[row] = level
    return path


def ripple(seed: int, quantity: str, count: int, persistence: float, deviation: float) -> Path:
    """A mean-reverting path whose long-run standard deviation is ``deviation``, started there."""
    random = stream(seed, quantity)
    start = deviation * float(random.standard_normal())
    shocks = random.standard_normal(count) * deviation * np.sqrt(1.0 - persistence**2)
    return reverting(shocks, persistence, start)


def smoothed(path: Path, sessions: float) -> Path:
    """Exponential mean with the given mean lag, started at the first value."""
    weight = 1.0 / (1.0 + sessions)
    return reverting(weight * path, 1.0 - weight, float(path[0]))
