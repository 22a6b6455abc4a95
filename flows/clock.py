"""The wall clock, read here alone; below the flows nothing knows what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_NEW_YORK = ZoneInfo("America/New_York")


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


def new_york_day(moment: datetime | None = None) -> date:
    """The date in New York at a moment; without one, today's."""
    return (now() if moment is None else moment).astimezone(_NEW_YORK).date()
