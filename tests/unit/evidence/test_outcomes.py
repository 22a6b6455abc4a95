"""What followed a close, by hand."""

import math
from datetime import date, timedelta

import polars as pl
import pytest

from evidence.outcomes import AHEAD, outcomes


def _index(vix: list[float | None], spx: list[float]) -> pl.DataFrame:
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(len(vix))]
    return pl.DataFrame({"session": days, "spx_close": spx, "vix_close": vix})


def test_a_calm_month() -> None:
    """An index that gains e^0.01 a session has 100 % more volatility than none, and no spike."""
    spx = [100.0 * math.exp(0.01 * n) for n in range(AHEAD + 1)]
    vix = [20.0 - 0.1 * n for n in range(AHEAD + 1)]
    first = outcomes(_index(list(vix), spx)).row(0, named=True)
    assert first["vix_change"] == pytest.approx(math.log(17.9 / 20.0))
    assert first["is_spike"] == 0.0
    assert first["vol_ahead"] == pytest.approx(0.01 * math.sqrt(252.0))
    assert first["vol_paid"] == pytest.approx(20.0 - math.sqrt(252.0))
    assert first["spx_return"] == pytest.approx(0.21)


@pytest.mark.parametrize(("highest", "spike"), [(24.99, 0.0), (25.0, 1.0)])
def test_a_spike_is_a_quarter_more(highest: float, spike: float) -> None:
    """Any close of the window at 1.25 times the level is a spike."""
    vix: list[float | None] = [20.0] * (AHEAD + 1)
    vix[7] = highest
    assert outcomes(_index(vix, [100.0] * (AHEAD + 1)))["is_spike"][0] == spike


def test_unfinished_windows_are_unknown() -> None:
    """The last 21 sessions have no outcome, nor have those whose window lacks a close."""
    vix: list[float | None] = [20.0] * 60
    vix[30] = None
    made = outcomes(_index(vix, [100.0] * 60))
    known = made["vix_change"].is_not_null().to_list()
    assert known == [n < 60 - AHEAD and not n <= 30 <= n + AHEAD for n in range(60)]
