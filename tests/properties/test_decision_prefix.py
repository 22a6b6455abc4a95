"""The decision never looks ahead: what was decided on a session stays what the history says."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from policy.conditions import READABLE
from policy.decide import decision_step
from policy.model import load

SESSIONS = 150


def _wander(random: np.random.Generator, mean: float, shock: float, keep: float) -> np.ndarray:
    values = np.full(SESSIONS, mean)
    for t in range(1, SESSIONS):
        values[t] = mean + keep * (values[t - 1] - mean) + random.normal(0, shock)
    return values


@pytest.fixture(scope="module")
def market() -> dict[str, pl.DataFrame]:
    """A market that visits most cells, with gaps and NaN, as the tables the decision reads."""
    random = np.random.default_rng(20240102)
    vix = np.exp(_wander(random, 3.0, 0.08, 0.95))
    volatility = np.exp(_wander(random, -1.75, 0.06, 0.97))
    columns: dict[str, np.ndarray | list[int | None]] = {
        "vol_gap_z": _wander(random, 0.5, 0.35, 0.95),
        "realized_vol_21d": volatility,
        "vix_close": vix,
        "spx_close": 5000 * np.exp(_wander(random, 0.0, 0.01, 0.99)),
        "vol_spread": vix - 100 * volatility,
        "term_ratio_3m": _wander(random, 1.05, 0.03, 0.9),
        "sessions_since_macd_up": list(random.integers(0, 20, SESSIONS)),
        "sessions_since_macd_down": list(random.integers(0, 20, SESSIONS)),
        "vix_rsi_14d": np.clip(_wander(random, 55, 6, 0.9), 0, 100),
        "erp_svix30": (vix / 100) ** 2,
        "erp_fcfe_marked": _wander(random, 0.06, 0.002, 0.97),
        "treasury_10y": _wander(random, 0.04, 0.0005, 0.99),
        "erp_damodaran_published": np.full(SESSIONS, 0.06),
        "sessions_to_fomc": [(7 - t) % 30 for t in range(SESSIONS)],
        "sessions_to_cpi": [(11 - t) % 21 for t in range(SESSIONS)],
    }
    days = [date(2024, 1, 1) + timedelta(days=t) for t in range(SESSIONS)]
    columns["vol_gap_z"][90:93] = np.nan
    columns["treasury_10y"][120:122] = np.nan
    frames = {}
    for table in READABLE:
        read = {
            column.name: pl.Series(columns[column.name], dtype=column.dtype, strict=False)
            if column.name in columns
            else pl.Series([None] * SESSIONS, dtype=column.dtype)
            for column in table.columns
            if column.name != "session"
        }
        frames[table.name] = pl.DataFrame({"session": days, **read})
    return frames


def test_decision_does_not_look_ahead(
    assert_prefix_stable: Callable[..., None], market: dict[str, pl.DataFrame]
) -> None:
    """For every session, all rows up to it are the same whether or not the rest is known."""
    assert_prefix_stable(decision_step(load("promoter")), market)
