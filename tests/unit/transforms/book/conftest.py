"""Markets typed in by hand: flat but for what a test changes."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from pricing.priced_from import PricedFrom
from transforms.book_market import BookMarket

FIRST = date(2018, 1, 2)
_EPOCH = date(1970, 1, 1)
_SPX = ("2018-01-19", "2018-02-16", "2018-03-16", "2018-04-20", "2018-05-18", "2018-06-15")
_VIX = ("2018-01-17", "2018-02-14", "2018-03-21", "2018-04-18", "2018-05-16", "2018-06-20",
        "2018-07-18", "2018-08-22", "2018-09-19", "2018-10-17")  # fmt: skip


def _days(texts: tuple[str, ...]) -> np.ndarray:
    return np.array([(date.fromisoformat(text) - _EPOCH).days for text in texts], dtype=np.int64)


@pytest.fixture
def flat_market() -> Callable[..., BookMarket]:
    """A market that stands still: S&P 500 2,700, VIX and all futures 18, four, four and two units.

    Called with the number of sessions and, by field, levels to put in the place of a session's.
    """

    def made(sessions: int = 60, **changed: dict[int, float]) -> BookMarket:
        weekdays = [FIRST + timedelta(days=n) for n in range(2 * sessions)]
        days = [(day - _EPOCH).days for day in weekdays if day.weekday() < 5][:sessions]
        levels = {
            name: np.full(sessions, level)
            for name, level in (("spot", 2700.0), ("vix", 18.0), ("vvix", 90.0), ("skew", 120.0),
                                ("rate", 0.01), ("future", 18.0))
        }  # fmt: skip
        for name, places in changed.items():
            for place, level in places.items():
                levels[name][place:] = level
        expiries = _days(_VIX)
        futures = np.tile(levels["future"], (expiries.size, 1))
        futures[expiries[:, None] <= np.array(days)] = np.nan
        known = np.where(np.isfinite(futures), PricedFrom.MODEL, PricedFrom.NOTHING)
        return BookMarket(
            days=np.array(days, dtype=np.int64),
            spot=levels["spot"],
            vix=levels["vix"],
            vvix=levels["vvix"],
            skew=levels["skew"],
            rate=levels["rate"],
            indices=np.column_stack([levels["vix"] * np.nan, levels["vix"],
                                     *[levels["vix"] * np.nan] * 3]),
            index_expiries=_days(_SPX),
            vix_expiries=expiries,
            futures=futures,
            future_levels=known.astype(np.uint8),
            units=np.tile(np.array([4, 4, 2], dtype=np.int64), (sessions, 1)),
            is_watched=np.zeros(sessions, dtype=bool),
            is_gated=np.zeros(sessions, dtype=bool),
            sigma=np.full((sessions, 7, 2), 0.2),
        )  # fmt: skip

    return made
