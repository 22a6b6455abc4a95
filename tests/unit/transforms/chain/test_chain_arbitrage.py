"""Arbitrage in quotes: each kind is counted where it pays, and only there."""

import numpy as np
import pytest

from pricing.board import Board
from pricing.surface import SmileQuotes
from transforms.chain_arbitrage import butterfly_breaches, calendar_breaches, vertical_breaches

STRIKES = np.array([90.0, 100.0, 110.0])


def _board(
    calls: list[tuple[float, float]], puts: list[tuple[float, float]] | None = None
) -> Board:
    none = [(np.nan, np.nan)] * len(calls)
    sides = [np.array(side, dtype=np.float64) for side in (calls, puts or none)]
    return Board(
        STRIKES, sides[0][:, 0], sides[0][:, 1], sides[1][:, 0], sides[1][:, 1], 0.05, 43_200.0
    )


SOUND = [(14.0, 14.5), (8.0, 8.5), (4.0, 4.5)]


@pytest.mark.parametrize(("calls", "count"), [
    (SOUND, 0),
    ([(7.0, 7.5), (8.0, 8.5), (4.0, 4.5)], 1),  # 90 asked below the bid of 100
    ([(19.0, 19.5), (8.0, 8.5), (4.0, 4.5)], 1),  # 19 - 8.5 for at most 10 x 0.99
    ([(19.0, 19.5), (8.0, 8.5), (9.0, 9.5)], 2),
    ([(7.0, 7.5), (8.0, 7.0), (4.0, 4.5)], 0),  # a crossed quote is no quote
])  # fmt: skip
def test_verticals(calls: list[tuple[float, float]], count: int) -> None:
    """A call asked below the bid of a higher strike, or bid by more than the distance above it."""
    assert vertical_breaches(_board(calls), 0.99) == count


def test_put_verticals() -> None:
    """Puts are the other way round."""
    falling = [(8.0, 8.5), (4.0, 4.5), (2.0, 2.5)]
    assert vertical_breaches(_board(SOUND, falling), 0.99) == 2
    assert vertical_breaches(_board(SOUND, falling[::-1]), 0.99) == 0


def test_unknown_discount_judges_order_alone() -> None:
    """Without a discount factor the distance cannot be judged; the order can."""
    wide = [(19.0, 19.5), (8.0, 8.5), (9.0, 9.5)]
    assert vertical_breaches(_board(wide), float("nan")) == 1


@pytest.mark.parametrize(("calls", "count"), [
    (SOUND, 0),
    ([(14.0, 14.5), (9.6, 9.8), (4.0, 4.5)], 1),  # (14.5 + 4.5) / 2 = 9.5 for a bid of 9.6
    ([(14.0, 14.5), (9.5, 9.8), (4.0, 4.5)], 0),  # costs nothing, pays nothing
])  # fmt: skip
def test_butterflies(calls: list[tuple[float, float]], count: int) -> None:
    """Wings asked for less than the middle is bid."""
    assert butterfly_breaches(_board(calls)) == count


def test_butterfly_of_uneven_strikes() -> None:
    """The middle is held against the straight line between the wings."""
    board = Board(np.array([90.0, 100.0, 130.0]), np.array([14.0, 12.0, 1.0]),
                  np.array([15.0, 12.5, 1.4]), *[np.full(3, np.nan)] * 2, 0.05, 43_200.0)  # fmt: skip
    # 0.75 x 15 + 0.25 x 1.4 = 11.6
    assert butterfly_breaches(board) == 1


def _smile(vols: list[float], width: float = 0.01) -> SmileQuotes:
    k = np.linspace(-0.1, 0.1, len(vols))
    return SmileQuotes(k, np.array(vols), np.full(len(vols), 1.0 / width), np.array([], np.uint8))


@pytest.mark.parametrize(("later", "count"), [
    ([0.20, 0.20, 0.20], 0),
    ([0.20, 0.10, 0.20], 1),
    ([0.14, 0.14, 0.14], 0),  # total variance 0.0210 at the ask, 0.0190 at the sooner's bid
    ([0.13, 0.13, 0.13], 3),  # 0.0182
])  # fmt: skip
def test_calendars(later: list[float], count: int) -> None:
    """A later ask below a sooner bid, by total variance: half a point of volatility to each side."""
    assert calendar_breaches(_smile([0.20] * 3), 0.5, _smile(later), 1.0) == count


def test_calendar_beyond_quotes() -> None:
    """Where the sooner expiry is not quoted nothing is said."""
    far = _smile([0.05, 0.05])._replace(log_moneyness=np.array([-0.3, 0.3]))
    assert calendar_breaches(_smile([0.20] * 3), 0.5, far, 1.0) == 0
    assert calendar_breaches(_smile([0.20]), 0.5, far, 1.0) == 0
