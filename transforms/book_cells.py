"""From arrays to columns of the book's tables: numbers, verdicts, levels and faults as stored."""

import numpy as np
import polars as pl

from pricing.board import Bools, Codes, Floats
from pricing.curve import SESSIONS_PER_YEAR
from pricing.legs import LegReason
from pricing.priced_from import Levels, PricedFrom
from pricing.smile import DAYS_PER_YEAR
from pricing.verdict import Verdict, Verdicts

DAYS_PER_SESSION = DAYS_PER_YEAR / SESSIONS_PER_YEAR
"""Theta is computed per session and stored per calendar day."""

_LEVELS = np.array([level.label or "nothing" for level in PricedFrom])
_REASONS = np.array([reason.name.lower() for reason in LegReason])
_FLAGS = {Verdict.HOLDS: True, Verdict.FAILS: False, Verdict.UNKNOWN: None}


def numbers_of(columns: dict[str, Floats]) -> list[pl.Series]:
    """Columns of numbers, what is not finite null."""
    return [
        pl.Series(name, np.where(np.isfinite(values), values, np.nan)).fill_nan(None)
        for name, values in columns.items()
    ]


def flags_of(verdicts: Verdicts) -> pl.Series:
    """Verdicts as yes, no and null."""
    return pl.Series([_FLAGS[Verdict(one)] for one in verdicts.tolist()], dtype=pl.Boolean)


def levels_of(levels: Levels) -> pl.Series:
    """What values were priced from, as tables say it."""
    return pl.Series(_LEVELS[levels].tolist(), dtype=pl.String)


def faults_of(is_fault: Bools, reason: Codes) -> pl.Series:
    """The reasons of what is a fault, in a token; null for the rest."""
    words = zip(_REASONS[reason].tolist(), is_fault.tolist(), strict=True)
    return pl.Series([word if bad else None for word, bad in words], dtype=pl.String)
