"""RSI, EMA and MACD against TA-Lib, over the whole VIX and over a simulated path."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sources.cboe import parse_index
from transforms.technical import ema, macd, macd_signal, rsi

talib = pytest.importorskip("talib", reason="needs TA-Lib, a test-only dependency")

HISTORY = Path(__file__).resolve().parents[3] / "shared/data/cboe-index-history/VIX_History.csv"
SETTLED = (
    250  # TA-Lib seeds the fast average of its MACD at bar 26, not 12; by then it is forgotten
)


@pytest.fixture(
    params=[
        pytest.param("simulated"),
        pytest.param("vix", marks=pytest.mark.real_data),
    ]
)
def closes(request: pytest.FixtureRequest) -> np.ndarray:
    """A volatility path: simulated, or every close of the VIX from 1990 on."""
    if request.param == "simulated":
        shocks = np.random.default_rng(11).normal(size=3_000)
        path = np.zeros(3_000)
        for day in range(1, 3_000):
            path[day] = 0.97 * path[day - 1] + 0.07 * shocks[day]
        return 18.0 * np.exp(path)
    if not HISTORY.is_file():
        pytest.skip(f"{HISTORY}: needs market files that are not ours to redistribute")
    parsed = parse_index(HISTORY.read_bytes(), symbol="VIX").sort("event_date")
    values = parsed.filter(pl.col("series_id") == "vix_close").select("value")
    return values.collect(engine="in-memory")["value"].to_numpy().copy()


def _ours(expression: pl.Expr, closes: np.ndarray) -> np.ndarray:
    frame = pl.LazyFrame({"x": closes}).select(y=expression)
    return frame.collect(engine="in-memory")["y"].fill_null(np.nan).to_numpy()


def test_rsi(closes: np.ndarray) -> None:
    """Every value of the RSI, the first and its unknown warm-up included."""
    found, expected = _ours(rsi(pl.col("x")), closes), talib.RSI(closes, timeperiod=14)
    assert len(found) >= 3_000
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("window", [9, 12, 26])
def test_ema(closes: np.ndarray, window: int) -> None:
    """Every value of the average, the first and its unknown warm-up included."""
    found = _ours(ema(pl.col("x"), window), closes)
    np.testing.assert_allclose(found, talib.EMA(closes, timeperiod=window), rtol=0, atol=1e-10)


def test_macd_after_its_seed_is_forgotten(closes: np.ndarray) -> None:
    """MACD, signal and histogram from bar 250 on."""
    line = _ours(macd(pl.col("x")), closes)
    signal = _ours(macd_signal(macd(pl.col("x"))), closes)
    for found, expected in zip((line, signal, line - signal), talib.MACD(closes), strict=True):
        np.testing.assert_allclose(found[SETTLED:], expected[SETTLED:], rtol=0, atol=1e-9)
