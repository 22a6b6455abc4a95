"""Boards that Black-76 prices exactly, for tests of what is read back from them."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pricing.black import black76_price
from pricing.board import Board

Floats = NDArray[np.float64]
BoardOf = Callable[..., Board]


@pytest.fixture(scope="session")
def board_of() -> BoardOf:
    """A board of one volatility (or one per strike), with a half-spread around each price."""

    def make(
        strike: Floats,
        vol: Floats | float = 0.2,
        *,
        forward: float = 100.0,
        rate: float = 0.04,
        minutes: float = 43_200.0,
        half_spread: float = 0.0,
    ) -> Board:
        years = minutes / 525_600.0
        discount = float(np.exp(-rate * years))
        sides = [
            np.asarray(black76_price(forward, strike, years, vol, discount, is_call))
            for is_call in (np.ones(strike.size, dtype=bool), np.zeros(strike.size, dtype=bool))
        ]
        call, put = sides
        return Board(
            strike, call - half_spread, call + half_spread, put - half_spread, put + half_spread,
            rate, minutes,
        )  # fmt: skip

    return make
