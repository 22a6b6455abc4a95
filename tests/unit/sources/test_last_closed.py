"""The last session that had closed at a moment, half days and holidays included."""

from datetime import UTC, date, datetime

import pytest

from sources.calendar import last_closed


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        (datetime(2024, 7, 3, 16, 59, tzinfo=UTC), date(2024, 7, 2)),  # a half day, 13:00 New York
        (datetime(2024, 7, 3, 17, 0, tzinfo=UTC), date(2024, 7, 3)),
        (datetime(2024, 7, 5, 12, 0, tzinfo=UTC), date(2024, 7, 3)),
        (datetime(2024, 1, 16, 20, 59, tzinfo=UTC), date(2024, 1, 12)),  # Monday was a holiday
        (datetime(2024, 1, 16, 21, 0, tzinfo=UTC), date(2024, 1, 16)),
        (datetime(2024, 1, 1, 12, 0, tzinfo=UTC), date(2023, 12, 29)),
    ],
)
def test_last_closed(moment: datetime, session: date) -> None:
    """A session counts from its own close on, to the minute.

    Source: NYSE, holidays and trading hours 2024.
    """
    assert last_closed(moment) == session
