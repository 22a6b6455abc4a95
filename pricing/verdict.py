"""Answers of three values: yes, no, and not known."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pricing.board import Bools, Floats

Verdicts = NDArray[np.uint8]


class Verdict(IntEnum):
    """Whether a test holds; ``UNKNOWN`` is neither."""

    FAILS = 0
    HOLDS = 1
    UNKNOWN = 2


def verdict(is_so: Bools, *inputs: Floats) -> Verdicts:
    """The test where all its inputs are known, else unknown."""
    known = np.asarray(is_so).astype(np.uint8)
    for one in inputs:
        known = np.where(np.isnan(one), Verdict.UNKNOWN, known).astype(np.uint8)
    return known
