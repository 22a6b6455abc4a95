"""VX settlement dates against those the exchange published."""

from datetime import date

import pytest

from sources.calendar import fetch_sessions
from sources.simulated_schedule import vx_expiry


@pytest.fixture(scope="module")
def calendar() -> list[date]:
    """Sessions from 2008 to 2026."""
    lines = fetch_sessions(date(2008, 1, 1), date(2026, 12, 31)).decode().splitlines()[1:]
    return [date.fromisoformat(line.split(",", 1)[0]) for line in lines]


@pytest.mark.parametrize(
    ("month", "expiry"),
    [
        pytest.param(date(2008, 10, 1), date(2008, 10, 22), id="ordinary, October 2008"),
        pytest.param(date(2018, 2, 1), date(2018, 2, 14), id="ordinary, February 2018"),
        pytest.param(date(2020, 3, 1), date(2020, 3, 18), id="ordinary, March 2020"),
        pytest.param(date(2024, 6, 1), date(2024, 6, 18), id="the Wednesday is Juneteenth"),
        pytest.param(date(2025, 3, 1), date(2025, 3, 18), id="the Friday is Good Friday"),
    ],
)
def test_vx_expiry_is_published_date(month: date, expiry: date, calendar: list[date]) -> None:
    """A month's contract settles on the date in Cboe Futures Exchange's expiration calendar."""
    assert vx_expiry(month, calendar) == expiry
