"""Selection of strips on boards made by hand, and variance against a flat volatility."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pricing.board import Board, QuoteReason
from pricing.errors import PricingError
from pricing.variance import (
    StripReason,
    select_strip,
    strike_widths,
    strip_skew,
    variance_index,
)

BoardOf = Callable[..., Board]
NAN = float("nan")
# Forward 100.2: strike 100 has the smallest difference of call and put, 0.2, at a rate of zero.
ROWS = np.array([
    [80.0, 20.1, 20.3, 0.1, 0.3], [85.0, 15.2, 15.4, 0.0, 0.2], [90.0, 10.6, 10.8, 0.5, 0.7],
    [95.0, 6.4, 6.6, 1.2, 1.4], [100.0, 3.1, 3.3, 2.9, 3.1], [105.0, 1.2, 1.4, 6.0, 6.2],
    [110.0, 0.4, 0.6, 10.2, 10.4], [115.0, 0.0, 0.2, 15.0, 15.2], [120.0, 0.0, 0.1, 19.8, 20.0],
    [125.0, 0.1, 0.2, 24.8, 25.0],
])  # fmt: skip


@pytest.fixture
def board() -> Board:
    """Ten strikes, one put and three calls without a usable bid."""
    return Board.of(ROWS, 0.0, 43_200.0)


def test_reasons_of_small_board(board: Board) -> None:
    """Every call and put says whether it counts, and if not why."""
    strip = select_strip(board)
    used, inside, zero, after = (
        QuoteReason.USED, QuoteReason.IN_THE_MONEY, QuoteReason.ZERO_BID,
        QuoteReason.AFTER_TWO_ZERO_BIDS,
    )  # fmt: skip
    assert strip.forward == pytest.approx(100.2)
    assert strip.center == 100.0
    assert strip.call_reason.tolist() == [inside] * 4 + [used] * 3 + [zero, zero, after]
    assert strip.put_reason.tolist() == [used, zero, used, used, used] + [inside] * 5
    assert strip.strike.tolist() == [80.0, 90.0, 95.0, 100.0, 105.0, 110.0]
    assert strip.quote == pytest.approx([0.2, 0.6, 1.3, 3.1, 1.3, 0.5])
    assert strip.delta_strike.tolist() == [10.0, 7.5, 5.0, 5.0, 5.0, 5.0]


@pytest.mark.parametrize(
    ("place", "column", "found", "reason"),
    [
        (3, 3, 1.5, QuoteReason.CROSSED),
        (3, 4, NAN, QuoteReason.NO_ASK),
        (3, 4, 0.0, QuoteReason.NO_ASK),
        (3, 3, NAN, QuoteReason.ZERO_BID),
        (3, 3, -0.1, QuoteReason.ZERO_BID),
    ],
)
def test_unusable_quote(place: int, column: int, found: float, reason: QuoteReason) -> None:
    """A crossed, one-sided or missing quote is left out under its own name."""
    rows = ROWS.copy()
    rows[place, column] = found
    strip = select_strip(Board.of(rows, 0.0, 43_200.0))
    assert QuoteReason(strip.put_reason[place]) is reason
    assert ROWS[place, 0] not in strip.strike
    assert strip.reason is StripReason.OK


def test_crossed_quote_is_no_zero_bid() -> None:
    """A crossed quote between two zero bids keeps the strip going."""
    rows = ROWS.copy()
    rows[2, 3] = 0.9
    strip = select_strip(Board.of(rows, 0.0, 43_200.0))
    codes = [QuoteReason(code) for code in strip.put_reason[:3]]
    assert codes == [QuoteReason.USED, QuoteReason.ZERO_BID, QuoteReason.CROSSED]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"minutes": 0.0}, StripReason.NO_TIME),
        ({"minutes": -5.0}, StripReason.NO_TIME),
        ({"rate": NAN}, StripReason.NO_TIME),
        ({"call_bid": np.zeros(10)}, StripReason.NO_FORWARD),
        ({"put_ask": np.full(10, NAN)}, StripReason.NO_FORWARD),
    ],
)
def test_refused_board(board: Board, change: dict[str, object], reason: StripReason) -> None:
    """A board without time, rate or a two-sided pair has no variance and says so."""
    strip = select_strip(replace(board, **change))
    assert strip.reason is reason
    assert np.isnan(strip.variance)
    assert np.isnan(strip_skew(strip))
    assert strip.call_reason.size == strip.put_reason.size == 10


def test_one_sided_board() -> None:
    """Without a call above the center there is no variance."""
    strip = select_strip(Board.of(ROWS[:5], 0.0, 43_200.0))
    assert strip.reason is StripReason.NO_WINGS


def test_unquoted_center() -> None:
    """K0 with a put but no call bid refuses the board: its neighbor may not stand in."""
    rows = ROWS.copy()
    rows[4, 1] = 0.0
    rows[5] = [105.0, 6.2, 6.4, 6.0, 6.2]
    strip = select_strip(Board.of(rows[:9], 0.0, 43_200.0))
    assert strip.reason is StripReason.OK
    rows[5] = [105.0, 1.2, 1.4, 6.0, 6.2]
    strip = select_strip(Board.of(rows, 0.0, 43_200.0))
    assert strip.center == 100.0
    assert strip.reason is StripReason.CENTER_UNQUOTED


def test_flat_volatility(board_of: BoardOf) -> None:
    """A dense strip of one volatility gives it back to two parts in ten thousand, no skew."""
    board = board_of(np.arange(40.0, 220.0, 0.25), 0.2)
    strip = select_strip(board)
    assert np.sqrt(strip.variance) == pytest.approx(0.2, rel=2e-4)
    assert strip_skew(strip) == pytest.approx(0.0, abs=5e-3)
    assert strip.svix_squared == pytest.approx(np.expm1(0.04 * strip.years) / strip.years, rel=1e-3)


def test_interpolation_between_expiries(board_of: BoardOf) -> None:
    """The index of two flat expiries lies between them, linear in total variance."""
    strike = np.arange(40.0, 220.0, 0.25)
    near = board_of(strike, 0.2, minutes=33_120.0)
    later = board_of(strike, 0.3, minutes=53_280.0)
    index = variance_index(near, later)
    total = 0.04 * 33_120.0 * 0.5 + 0.09 * 53_280.0 * 0.5
    assert index.vix == pytest.approx(100.0 * np.sqrt(total / 43_200.0), rel=2e-4)
    assert not index.is_extrapolated
    assert variance_index(near, replace(later, minutes=40_000.0)).is_extrapolated


def test_one_expiry_twice_has_no_index(board: Board) -> None:
    """Two expiries of one time, or in the wrong order, give no index."""
    assert np.isnan(variance_index(board, board).vix)
    assert np.isnan(variance_index(replace(board, minutes=50_000.0), board).vix)


def test_width_of_one_strike() -> None:
    """A single strike has no width."""
    assert np.isnan(strike_widths(np.array([100.0]))).all()


@pytest.mark.parametrize(
    ("strike", "words"),
    [
        ([100.0, 100.0], "strike 2 of 2 is 100.0"),
        ([100.0, 90.0], "strike 2 of 2 is 90.0"),
        ([-5.0, 90.0], "strike 1 of 2 is -5.0"),
        ([90.0, NAN], "strike 2 of 2 is nan"),
    ],
)
def test_board_refuses_strikes(strike: list[float], words: str) -> None:
    """Strikes that are not positive and increasing are refused with place and value."""
    side = np.ones(2)
    with pytest.raises(PricingError, match=words):
        Board(np.array(strike), side, side, side, side, 0.0, 43_200.0)


def test_board_refuses_lengths() -> None:
    """Sides of different lengths are refused."""
    with pytest.raises(PricingError, match="five arrays of one dimension"):
        Board(np.ones(2), np.ones(2), np.ones(3), np.ones(2), np.ones(2), 0.0, 43_200.0)
