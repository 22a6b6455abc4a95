"""Laws that hold on any market: no static arbitrage in smiles, invariance of strips and lines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.black import black76_price
from pricing.board import Board
from pricing.parity import ParityReason, parity_line
from pricing.surface import (
    SmileQuotes,
    SmileReason,
    calendar_breach,
    density_factor,
    fit_surface,
)
from pricing.variance import select_strip

FORWARD = 100.0
K = np.linspace(-0.35, 0.2, 25)
LEVELS = st.floats(0.08, 0.9)
TILTS = st.floats(-1.5, 0.5)
BENDS = st.floats(0.0, 4.0)
SEEDS = st.integers(0, 2**32 - 1)


def _quotes(level: float, tilt: float, bend: float, seed: int) -> SmileQuotes:
    noise = np.random.default_rng(seed).normal(0.0, 0.004, K.size)
    vol = np.maximum(level + tilt * level * K + bend * level * K * K, 0.03) + noise
    return SmileQuotes(K, np.maximum(vol, 0.02), np.ones(K.size), np.zeros(K.size, dtype=np.uint8))


def _board(vol: float, rate: float, minutes: float, scale: float = 1.0) -> Board:
    strike = np.arange(60.0, 150.0, 2.5)
    years = minutes / 525_600.0
    discount = float(np.exp(-rate * years))
    call, put = (
        np.round(black76_price(FORWARD, strike, years, vol, discount, np.full(36, is_call)), 4)
        for is_call in (True, False)
    )
    sides = (call - 0.02, call + 0.02, put - 0.02, put + 0.02)
    return Board(scale * strike, *(scale * side for side in sides), rate, minutes)


@settings(max_examples=25, deadline=None)
@given(level=LEVELS, tilt=TILTS, bend=BENDS, growth=st.floats(0.8, 1.6), seed=SEEDS)
def test_usable_smiles_have_no_static_arbitrage(
    level: float, tilt: float, bend: float, growth: float, seed: int
) -> None:
    """Whatever the quotes, a smile that answers has falling, convex calls and rising variance."""
    surface = fit_surface(
        [_quotes(level, tilt, bend, seed), _quotes(growth * level, tilt, bend, seed + 1)],
        [FORWARD, FORWARD],
        [0.08, 0.16],
    )
    strike = FORWARD * np.exp(np.linspace(-0.35, 0.2, 301))
    for smile in surface.smiles:
        vol = smile.vol(strike)
        if smile.reason is not SmileReason.OK:
            assert np.isnan(vol).all()
            continue
        price = black76_price(FORWARD, strike, smile.years, vol, 1.0, np.ones(301, dtype=bool))
        slope = np.diff(price) / np.diff(strike)
        assert ((slope <= 1e-9) & (slope >= -1.0 - 1e-9)).all()
        assert (np.diff(slope) >= -1e-9).all()
        assert density_factor(smile, np.linspace(-1.5, 1.5, 3001)).min() > -1e-6
    sooner, later = surface.smiles
    if sooner.reason is later.reason is SmileReason.OK:
        assert calendar_breach(sooner, later) <= 1e-9


@settings(max_examples=50, deadline=None)
@given(
    vol=st.floats(0.1, 0.8), rate=st.floats(-0.01, 0.1), scale=st.floats(0.1, 100.0),
    minutes=st.floats(20_000.0, 200_000.0),
)  # fmt: skip
def test_strip_ignores_the_unit(vol: float, rate: float, scale: float, minutes: float) -> None:
    """Variance and every reason stay the same when the index is quoted in another unit."""
    plain = select_strip(_board(vol, rate, minutes))
    scaled = select_strip(_board(vol, rate, minutes, scale))
    assert scaled.variance == pytest.approx(plain.variance, rel=1e-9)
    assert scaled.svix_squared == pytest.approx(plain.svix_squared, rel=1e-9)
    assert scaled.put_reason.tolist() == plain.put_reason.tolist()


@settings(max_examples=50, deadline=None)
@given(vol=st.floats(0.1, 0.4), far=st.floats(0.0, 50.0), ask=st.floats(0.01, 90.0))
def test_nothing_counts_after_two_zero_bids(vol: float, far: float, ask: float) -> None:
    """Whatever is quoted beyond two zero bids in a row, the variance stays the same."""
    board = _board(vol, 0.03, 43_200.0)
    board.put_bid[4:6] = 0.0
    before = select_strip(board).variance
    board.put_bid[:4], board.put_ask[:4] = far, far + ask
    assert select_strip(board).variance == before


@settings(max_examples=50, deadline=None)
@given(rate=st.floats(-0.02, 0.15), vol=st.floats(0.3, 0.8), minutes=st.floats(40_000.0, 500_000.0))
def test_line_finds_the_rate(rate: float, vol: float, minutes: float) -> None:
    """Whatever the volatility, prices rounded to 1e-4 give the rate that such rounding allows."""
    board = _board(vol, rate, minutes)
    line = parity_line(board)
    assert line.reason is ParityReason.OK
    assert abs(line.box_rate - rate) <= 4e-4 / 22.5 / board.years
    assert line.forward == pytest.approx(FORWARD, abs=1e-3)
