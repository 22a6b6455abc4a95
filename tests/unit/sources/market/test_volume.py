"""F12: a history that is suddenly ten times as long."""

from datetime import date, timedelta

import pytest

from sources.cboe import parse_index
from sources.errors import SourceError

LAST = date(2022, 12, 30)


def _history(rows: int) -> list[str]:
    days = [LAST - timedelta(days=number) for number in range(rows)]
    return [f"{day:%m/%d/%Y},{90 + number % 9}.50" for number, day in enumerate(days)]


def _read(rows: list[str]) -> list[tuple[object, ...]]:
    payload = "".join(f"{line}\n" for line in ("DATE,VVIX", *rows)).encode()
    return parse_index(payload, symbol="VVIX").collect(engine="in-memory").rows()


def test_fault_f12_ten_copies_are_one() -> None:
    """F12: every row ten times is the same history, not a longer one."""
    rows = _history(300)
    assert _read(rows * 10) == _read(rows)


def test_fault_f12_ten_times_the_days_refused() -> None:
    """F12: ten times the days of a whole history reach back before any index, and are refused."""
    rows = _history(9_000)
    assert len(_read(rows)) == 9_000
    with pytest.raises(SourceError, match="column DATE is"):
        _read(_history(90_000))
