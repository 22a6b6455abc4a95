"""Hodges and Tompkins' correction, and the move that a volatility stands for."""

import polars as pl
import pytest

from transforms.cone import expected_move, hodges_tompkins_factor


@pytest.mark.parametrize(
    ("horizon", "expected"), [(21, 1.008447), (63, 1.026074), (126, 1.054504), (252, 1.119759)]
)
def test_overlap_correction(horizon: int, expected: float) -> None:
    """KAT-11, Hodges and Tompkins (2002) with 2,520 returns."""
    factor = hodges_tompkins_factor(pl.lit(2520 - horizon + 1), horizon)
    assert pl.select(factor).item() == pytest.approx(expected, abs=5e-7)


def test_daily_move_at_16() -> None:
    """The market's rule of 16: a volatility of 16 % is about 1 % a day (16 / sqrt(252) = 1.008)."""
    move = pl.select(expected_move(pl.lit(5000.0), pl.lit(0.16), 1)).item()
    assert move == pytest.approx(50.395, abs=5e-4)
