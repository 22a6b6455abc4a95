"""Published worked examples of the oscillators."""

import polars as pl
import pytest

from transforms.technical import ema, macd, macd_signal, rsi

RSI_CLOSES = (
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826,
    45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
    46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672,
    43.4205, 42.6628, 43.1314,
)  # fmt: skip
RSI_PUBLISHED = (
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99,
    41.46, 41.87, 45.46, 37.30, 33.08, 37.77,
)  # fmt: skip
EMA_CLOSES = (
    22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38,
    22.61, 23.36, 24.05, 23.75, 23.83, 23.95, 23.63,
)  # fmt: skip
EMA_PUBLISHED = (22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.80, 22.97, 23.13, 23.28, 23.34)


def _values(expression: pl.Expr, closes: tuple[float, ...]) -> list[float | None]:
    frame = pl.LazyFrame({"close": closes}).select(value=expression)
    return frame.collect(engine="in-memory")["value"].to_list()


def test_wilder_rsi() -> None:
    """KAT-07, StockCharts' RSI(14) sheet: its nineteen values, the first on the fifteenth close."""
    found = _values(rsi(pl.col("close")), RSI_CLOSES)
    assert found[:14] == [None] * 14
    assert found[14:] == pytest.approx(RSI_PUBLISHED, abs=0.005)


def test_seeded_ema() -> None:
    """KAT-08, StockCharts' EMA(10) sheet: its eleven values, the first on the tenth close."""
    found = _values(ema(pl.col("close"), 10), EMA_CLOSES)
    assert found[:9] == [None] * 9
    assert found[9:] == pytest.approx(EMA_PUBLISHED, abs=0.0051)


def test_macd_of_ramp() -> None:
    """KAT-08, closed form: on a ramp the averages lag 5.5 and 12.5, so the MACD is 7 throughout."""
    ramp = tuple(float(step) for step in range(1, 61))
    line = _values(macd(pl.col("close")), ramp)
    signal = _values(macd_signal(macd(pl.col("close"))), ramp)
    assert line[:25] == [None] * 25
    assert signal[:33] == [None] * 33
    assert line[25:] == pytest.approx([7.0] * 35, abs=1e-12)
    assert signal[33:] == pytest.approx([7.0] * 27, abs=1e-12)
