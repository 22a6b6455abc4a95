"""The VIX family as arrays: which index has which tenor."""

import numpy as np
import polars as pl

from pricing.board import Floats

FAMILY = {
    "vix9d_close": 9.0,
    "vix_close": 30.0,
    "vix3m_close": 93.0,
    "vix6m_close": 184.0,
    "vix1y_close": 365.0,
}
"""Columns of the core index table, and the days that each looks ahead by Cboe's definition."""

TENOR_DAYS = np.array(list(FAMILY.values()))


def numbers(frame: pl.DataFrame, name: str) -> Floats:
    """A column of numbers, NaN where it is null."""
    found: Floats = frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return found


def family(frame: pl.DataFrame) -> Floats:
    """Closes, one row a session and one column a tenor [volatility points]."""
    return np.column_stack([numbers(frame, name) for name in FAMILY])
