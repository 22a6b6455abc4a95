"""The simulated market at other seeds, lengths and processes, and what its default visits."""

import hashlib
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from schemas.columns import COLUMNS
from sources.simulated import Simulation, datasets, fetch_observations, parse_observations
from sources.simulated_economy import payout_yield, premium


def _observations(simulation: Simulation) -> pl.DataFrame:
    return parse_observations(fetch_observations(simulation)).collect(engine="in-memory")


def _path(frame: pl.DataFrame, series_id: str) -> NDArray[np.float64]:
    return frame.filter(pl.col("series_id") == series_id)["value"].to_numpy()


def test_bytes_repeat_across_processes() -> None:
    """Another process makes the same bytes."""
    code = (
        "import hashlib; from sources.simulated import Simulation, datasets;"
        "print(*(hashlib.sha256(d.fetch()).hexdigest() for d in datasets(Simulation(320))))"
    )
    elsewhere = subprocess.run(  # noqa: S603  # our own interpreter and text
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    here = [hashlib.sha256(part.fetch()).hexdigest() for part in datasets(Simulation(320))]
    assert elsewhere.stdout.split() == here


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("sessions", [1300, 5000])
def test_values_keep_bounds(seed: int, sessions: int) -> None:
    """Every value is inside the plausible range that its column declares."""
    frame = _observations(Simulation(sessions=sessions, seed=seed))
    for (name,), rows in frame.group_by("series_id"):
        column = COLUMNS[str(name)]
        assert rows["value"].is_between(column.ge, column.le).all(), name


def test_longest_market_works() -> None:
    """Eighty years of sessions stay within every column's plausible range too."""
    frame = _observations(Simulation(sessions=20_000))
    for (name,), rows in frame.group_by("series_id"):
        column = COLUMNS[str(name)]
        assert rows["value"].is_between(column.ge, column.le).all(), name
    assert _path(frame, "spx_close").size == 20_000


def test_default_visits_every_state() -> None:
    """Where z-scores exist, the default market sees every row and column of the matrix.

    Rows by the log of VIX squared over the newest premium, columns by 21-session volatility.
    """
    frame = _observations(Simulation())
    returns = np.diff(np.log(_path(frame, "spx_close")), prepend=np.nan)
    volatility = np.sqrt(252 * pl.Series(returns**2).rolling_mean(21).to_numpy())
    days = frame.filter(pl.col("series_id") == "vix_close").select("event_date", vix="value")
    marks = frame.filter(pl.col("series_id") == "erp_damodaran_published")
    marked = days.join_asof(marks.select("event_date", erp="value"), on="event_date")
    gap = (2 * marked["vix"].log() - marked["erp"].log()).to_numpy()
    rows = [
        int(
            np.searchsorted(
                [-0.5, 0.5, 1.5], (gap[at] - np.nanmean(gap[:at])) / np.nanstd(gap[:at])
            )
        )
        for at in range(800, 1300)
    ]
    columns = np.searchsorted([0.14, 0.18, 0.25], volatility[800:])
    assert np.bincount(rows, minlength=4).min() >= 10
    assert np.bincount(columns, minlength=4).min() >= 10


def test_remark_is_smooth() -> None:
    """Re-marked daily, the premium moves at a new mark much as on other days."""
    frame = _observations(Simulation())
    close, ten_year = _path(frame, "spx_close"), _path(frame, "treasury_10y")
    days = frame.filter(pl.col("series_id") == "spx_close").select("event_date")
    names = ("erp_damodaran_published", "spx_at_erp_mark", "treasury_10y_at_erp_mark")
    published, level, rate = (_path(frame, name) for name in names)
    flow = payout_yield(rate, published) * level
    marks = frame.filter(pl.col("series_id") == names[0]).select("event_date", flow=pl.Series(flow))
    held = days.join_asof(marks, on="event_date")["flow"].to_numpy()
    known = ~np.isnan(held)
    moves = np.abs(np.diff(premium(close[known], ten_year[known], held[known])))
    is_new = np.diff(held[known]) != 0
    assert is_new.sum() > 50
    assert np.median(moves[is_new]) < 3 * np.median(moves[~is_new])
    assert moves.max() < 0.006


def test_premium_inverts_payout() -> None:
    """The premium solved from a payout is the one that the payout was computed at."""
    rate, wanted = np.array([0.01, 0.04, 0.08]), np.array([0.035, 0.05, 0.075])
    price = np.array([800.0, 4_000.0, 6_000.0])
    np.testing.assert_allclose(
        premium(price, rate, payout_yield(rate, wanted) * price), wanted, atol=1e-12
    )
