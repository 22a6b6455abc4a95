"""The book ahead of time: axes, limits, and what rolls down."""

from dataclasses import replace

import numpy as np
import pytest

from pricing.legs import LegKind, Legs, Market, leg_price, measure_book
from pricing.moves import VixCurve
from pricing.priced_from import PricedFrom
from pricing.time_shift import HORIZONS, expected_moves, time_shift

MARKET = Market(np.array(5000.0), np.array(18.0))
FLAT = np.full((4, 3), 18.0)


@pytest.fixture
def book() -> Legs:
    """A condor of 31.5 sessions and a VIX call of 105, entered at today's price."""
    years = np.array([0.125] * 4 + [105.0 / 252.0])
    legs = Legs(
        kind=np.array([LegKind.INDEX_OPTION] * 4 + [LegKind.VIX_OPTION]),
        right=np.array([-1.0, -1.0, 1.0, 1.0, 1.0]),
        strike=np.array([4600.0, 4700.0, 5300.0, 5400.0, 22.0]), years=years,
        quantity=np.array([10.0, -10.0, -10.0, 10.0, 4.0]), multiplier=np.array(100.0),
        forward=np.array([5000.0] * 4 + [20.0]), discount=np.exp(-0.04 * years),
        volatility=np.array([0.16] * 4 + [0.8]), entry_price=np.array(0.0),
        priced_from=np.array(PricedFrom.MODEL, dtype=np.uint8),
    )  # fmt: skip
    return replace(legs, entry_price=leg_price(legs), entry_extrinsic=None)


def test_expected_moves() -> None:
    """One deviation is sigma sqrt(h / 252) of the index either way."""
    found = expected_moves(np.full(4, 0.16))
    assert found.shape == (4, 3)
    assert np.exp(found[2]) == pytest.approx([1.0 - 0.0461880, 1.0, 1.0 + 0.0461880], abs=1e-6)
    assert np.isnan(expected_moves(np.array([20.0]), np.array([5.0]))[0, 0])


def test_axes(book: Legs) -> None:
    """Horizons by paths by moves, and by legs; the condor has settled at the fourth."""
    found = time_shift(book, MARKET, FLAT, expected_moves(np.full(4, 0.16)))
    for one in (found.gain, found.theta, found.vega_index, found.extrinsic_change):
        assert one.shape == (4, 3, 3)
        assert np.isfinite(one).all()
    assert found.roll_down.shape == found.is_settled.shape == (4, 5)
    assert found.is_settled[:, :4].tolist() == [[False] * 4] * 3 + [[True] * 4]
    assert (found.vega_index[3] == 0.0).all()
    assert (found.roll_down == 0.0).all()  # without a curve nothing rolls


def test_time_alone(book: Legs) -> None:
    """With nothing moved the gain is theta's sum over time, and the condor ends at its credit."""
    found = time_shift(book.part(book.is_index), MARKET, FLAT, np.zeros((4, 3)))
    still = found.gain[:, 0, 0]
    assert (np.diff(still) > 0.0).all()
    credit = -measure_book(book.part(book.is_index), MARKET).value
    assert still[3] == pytest.approx(credit)
    assert found.extrinsic_change[3, 0, 0] == pytest.approx(-1.0)
    sessions = np.linspace(0.0, 5.0, 201)
    path = time_shift(book, MARKET, np.full((201, 1), 18.0), np.zeros((201, 1)), sessions=sessions)
    total = np.trapezoid(path.theta[:, 0, 0], sessions)
    assert path.gain[-1, 0, 0] == pytest.approx(total, rel=1e-4)


def test_paths_and_moves(book: Legs) -> None:
    """Higher volatility hurts the condor and helps the hedge; a fall helps the hedge."""
    paths = np.repeat(np.array([[18.0, 24.0, 14.0]]), 4, axis=0)
    moves = expected_moves(np.full(4, 0.16))
    condor = time_shift(book.part(book.is_index), MARKET, paths, moves)
    hedge = time_shift(book.part(~book.is_index), MARKET, paths, moves)
    assert condor.gain[0, 1, 1] < condor.gain[0, 0, 1] < condor.gain[0, 2, 1]
    assert hedge.gain[0, 1, 1] > hedge.gain[0, 0, 1] > hedge.gain[0, 2, 1]
    assert hedge.gain[0, 0, 0] > hedge.gain[0, 0, 1] > hedge.gain[0, 0, 2]
    whole = time_shift(book, MARKET, paths, moves)
    assert whole.gain == pytest.approx(condor.gain + hedge.gain)


def test_roll_down(book: Legs) -> None:
    """Each horizon rolls its share of the curve; where the curve ends the gain is unknown."""
    days = 105.0 / 252.0 * 365.0
    curve = VixCurve(np.array([days / 2.0, days]), np.array([18.0, 20.0]))
    found = time_shift(book, MARKET, FLAT, np.zeros((4, 3)), curve=curve)
    assert found.roll_down[:, 4] / found.roll_down[0, 4] == pytest.approx(HORIZONS / 5.0)
    assert found.roll_down[0, 4] < 0.0
    late = time_shift(
        book,
        MARKET,
        np.full((1, 1), 18.0),
        np.zeros((1, 1)),
        curve=curve,
        sessions=np.array([60.0]),
    )
    assert np.isnan(late.gain).all()
