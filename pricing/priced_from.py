"""What a value was priced from; every monetary value carries one of these levels."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.uint8]


class PricedFrom(IntEnum):
    """Declared levels, best first; ``NOTHING`` is a value that could not be had."""

    QUOTES = 0
    SURFACE = 1
    MODEL = 2
    INDICATIVE = 3
    NOTHING = 4

    @property
    def label(self) -> str | None:
        """The word in tables and on the page; null where there is no value."""
        return None if self is PricedFrom.NOTHING else self.name.lower()


def weakest(*levels: Levels) -> Levels:
    """Level of a value made from several: that of its weakest part."""
    worst = levels[0].astype(np.uint8)
    for level in levels[1:]:
        worst = np.maximum(worst, level).astype(np.uint8)
    return worst


def labels(levels: Levels) -> list[str | None]:
    """Words of an array of levels, null for no value."""
    words = [level.label for level in PricedFrom]
    return [words[level] for level in levels.ravel().tolist()]
