"""The calibration facts of the methodology, computed again on whatever history is loaded.

Source:
    Methodology 12.1 and appendix C.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from evidence.compare import Bools, Floats
from evidence.outcomes import OUTCOMES

_QUANTILES = (5, 10, 25, 50, 75, 90, 95, 99)
_CALM, _SEED = 0.18, 0.065  # the article's lines: volatility and premium
_FEW = 60  # sessions of a cell below which its means say little


class Fact(NamedTuple):
    """A fact and what it comes to here; the text says its unit."""

    name: str
    value: str


class Cell(NamedTuple):
    """A cell of the matrix: what share of sessions, and what followed on average.

    Attributes:
        name: row and column.
        sessions: in the cell.
        share: of all sessions with a cell.
        means: by outcome, in the order of ``OUTCOMES``; NaN where none is known.
        is_sparse: fewer than 60 sessions.
    """

    name: str
    sessions: int
    share: float
    means: tuple[float, ...]
    is_sparse: bool


def facts(vix: Floats, volatility: Floats, premium: Floats, spx: Floats) -> list[Fact]:
    """Levels and frequencies, over the sessions on which each is known.

    Args:
        vix: closes [volatility points].
        volatility: realized, 21 sessions [decimal].
        premium: 30-day options premium [decimal].
        spx: closes [index points].
    """
    return [
        Fact("VIX, quantiles 5/10/25/50/75/90/95/99", _quantiles(vix, 1.0, 1)),
        Fact("VIX, lowest and highest", _range(vix)),
        Fact("21-session volatility, the same quantiles [%]", _quantiles(volatility, 100.0, 1)),
        Fact("21-session volatility below 18 %", _share(volatility < _CALM, volatility)),
        Fact("30-day options premium above 6.5 %", _share(premium > _SEED, premium)),
        Fact("Change of ln VIX on ln SPX over 1, 5, 21 sessions", _slopes(vix, spx)),
    ]


def _known(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _quantiles(values: Floats, scale: float, digits: int) -> str:
    known = _known(values) * scale
    if not known.size:
        return "unknown"
    return " / ".join(f"{one:.{digits}f}" for one in np.percentile(known, _QUANTILES))


def _range(values: Floats) -> str:
    known = _known(values)
    return f"{known.min():.2f} and {known.max():.2f}" if known.size else "unknown"


def _share(is_so: Bools, values: Floats) -> str:
    known = np.isfinite(values)
    if not known.any():
        return "unknown"
    return f"{100 * is_so[known].mean():.1f} % of {int(known.sum()):,} sessions"


def _slopes(vix: Floats, spx: Floats) -> str:
    """Slope of the least-squares line through overlapping changes."""
    found = []
    for step in (1, 5, 21):
        change = np.log(vix[step:] / vix[:-step]), np.log(spx[step:] / spx[:-step])
        both = np.isfinite(change[0]) & np.isfinite(change[1])
        slope = np.polyfit(change[1][both], change[0][both], 1)[0] if both.sum() > step else np.nan
        found.append(f"{slope:.2f}" if np.isfinite(slope) else "unknown")
    return ", ".join(found)


def cells(decisions: pl.DataFrame, followed: pl.DataFrame) -> list[Cell]:
    """What followed in each cell of the matrix, over the sessions with a known cell and outcome."""
    placed = (
        decisions.filter(pl.col("layer_id") == "L1")
        .select("session", "row_bucket", "column_bucket")
        .drop_nulls()
        .join(followed.drop_nulls(), on="session", how="inner")
    )
    made = (
        placed.group_by("row_bucket", "column_bucket")
        .agg(pl.len().alias("sessions"), *(pl.col(name).mean() for name in OUTCOMES))
        .sort("row_bucket", "column_bucket")
    )
    return [
        Cell(
            f"{row['row_bucket']} {row['column_bucket']}",
            row["sessions"],
            row["sessions"] / placed.height,
            tuple(row[name] for name in OUTCOMES),
            row["sessions"] < _FEW,
        )
        for row in made.iter_rows(named=True)
    ]
