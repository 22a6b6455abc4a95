"""The term structure by hand: slopes between contracts, roll, cut-offs, runs and steepening."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.mart import MART_FUTURES_CURVE_DAILY
from schemas.term_tables import MART_TERM_STRUCTURE_DAILY
from transforms.term_structure import (
    cut_off,
    is_top_change,
    sessions_inverted,
    term_state,
    term_structure_daily,
)
from transforms.vix_family import FAMILY

Evaluate = Callable[[pl.Expr, Sequence[float | None]], list[Any]]
X = pl.col("x")
FRIDAY = date(2020, 1, 17)


def _built(contracts: list[tuple[int, float | None, str]]) -> dict[str, Any]:
    """One session's row, given days, future and level of its contracts; the VIX is 15."""
    rows = [
        (FRIDAY, FRIDAY + timedelta(days=days), days, future, level, False)
        for days, future, level in contracts
    ]
    curve = pl.DataFrame(rows, schema=MART_FUTURES_CURVE_DAILY.schema, orient="row").lazy()
    index = pl.LazyFrame({"session": [FRIDAY], **{name: [15.0] for name in FAMILY}})
    ratios = pl.LazyFrame({"session": [FRIDAY], "term_ratio_3m": [1.2], "term_ratio_9d": [1.01]})
    made = term_structure_daily(index, curve, ratios)
    return MART_TERM_STRUCTURE_DAILY.conform(made).collect(engine="in-memory").row(0, named=True)


def test_slope_between_contracts() -> None:
    """Thirty days lie 10 of 28 days from 15 to 17, sixty 12 of 35 days from 17 to 18."""
    row = _built([(20, 15.0, "quotes"), (48, 17.0, "quotes"), (83, 18.0, "quotes"),
                  (111, 18.5, "quotes")])  # fmt: skip
    near, far = 15.0 + 2.0 * 10 / 28, 17.0 + 12 / 35
    assert row["cm_slope_30d"] == pytest.approx(far / near - 1.0, rel=1e-12)
    assert (row["vx1"], row["vx2"], row["priced_from"]) == (15.0, 17.0, "quotes")


@pytest.mark.parametrize(("days", "expected"), [
    ((34, 62, 90, 118), (16.0 + 26 * 2 / 28) / (16.0 - 4 * 2 / 28)),  # continued back from 34
    ((1, 29, 57, 92), (20.0 + 3 * 2 / 35) / (18.0 + 1 * 2 / 28)),     # sixty is past the third
    ((3, 31, 66, 94), (18.0 + 29 * 2 / 35) / (16.0 + 27 * 2 / 28)),   # thirty is before the second
    ((30, 58, 86, 121), (18.0 + 2 * 2 / 28) / 16.0),                  # thirty is a contract
])  # fmt: skip
def test_slope_wherever_expiries_fall(days: tuple[int, ...], expected: float) -> None:
    """Each maturity lies between its own neighbors, whatever the day of the month."""
    row = _built([(day, 16.0 + 2 * k, "model") for k, day in enumerate(days)])
    assert row["cm_slope_30d"] == pytest.approx(expected - 1.0, rel=1e-12)
    assert row["priced_from"] == "model"


@pytest.mark.parametrize("level", ["indicative", "nothing"])
def test_no_slope_from_mean_reversion(level: str) -> None:
    """A curve that no market made has no slope, roll or futures here."""
    row = _built([(20, 15.0, level), (48, 17.0, level), (83, 18.0, level)])
    found = [row[name] for name in ("vx1", "vx2", "cm_slope_30d", "vix_roll_day")]
    assert found == [None] * 4
    assert row["priced_from"] == "nothing"


def test_no_slope_between_kinds() -> None:
    """A settlement beside a modelled future gives the first its value and no slope."""
    row = _built([(20, 15.0, "quotes"), (48, 17.0, "model"), (83, 18.0, "model")])
    assert (row["vx1"], row["vx2"], row["cm_slope_30d"]) == (15.0, None, None)
    assert row["priced_from"] == "quotes"


def test_roll_per_weekday() -> None:
    """From Friday to Wednesday's settlement are three weekdays: 0.9 points above is 0.3 a day."""
    row = _built([(5, 15.9, "quotes"), (33, 17.0, "quotes")])
    assert row["vix_roll_day"] == pytest.approx(0.3, rel=1e-12)


def test_states_of_one_session() -> None:
    """Without history the defaults cut: 1.2 is steep; VIX9D above the VIX is event stress."""
    row = _built([])
    assert (row["term_ratio_cut_steep"], row["term_ratio_cut_inverted"]) == (1.15, 1.0)
    assert (row["term_state"], row["sessions_inverted"]) == ("steep", 0)
    assert row["is_event_stress"] is True
    assert row["is_steepening"] is None


def test_cut_offs_of_the_past(evaluated: Evaluate) -> None:
    """From the 757th value on the cut-off is NumPy's quantile of the values before, not of this."""
    values = (1.1 + 0.1 * np.sin(np.arange(800.0))).tolist()
    found = evaluated(cut_off(X, 0.9, 1.15), values)
    assert found[:756] == [1.15] * 756
    for at in (756, 799):
        assert found[at] == pytest.approx(np.quantile(values[:at], 0.9), abs=1e-12)


def test_state_at_its_cut_offs(evaluated: Evaluate) -> None:
    """Steep includes its cut-off, inverted does not; unknown is no state."""
    states = evaluated(term_state(X, pl.lit(1.15), pl.lit(1.0)), [1.15, 1.1499, 1.0, 0.9999, None])
    assert states == ["steep", "normal", "normal", "inverted", None]


def test_runs_of_inversion(evaluated: Evaluate) -> None:
    """Closes below 1 are counted in a row; an unknown one neither ends nor adds."""
    found = evaluated(sessions_inverted(X), [0.99, 0.98, 1.0, None, 0.9, None, 0.9, 1.2, 0.99])
    assert found == [1, 2, 0, None, 1, None, 2, 0, 1]


def test_steepening_fires_where_planted(evaluated: Evaluate) -> None:
    """A jump after a calm year is a steepening for five sessions; the calm itself never is."""
    slope = [0.05] * 300 + [0.08] * 20
    found = evaluated(is_top_change(X), slope)
    assert found[:156] == [None] * 156
    assert found[156:300] == [False] * 144
    assert found[300:305] == [True] * 5
    assert found[305:] == [False] * 15
