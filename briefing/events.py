"""Block 7: how far away the scheduled announcements are, unknown ones said to be so."""

from briefing.labels import quantity
from briefing.model import Event
from briefing.rows import Rows, as_int

_NEAR_SESSIONS = 5  # as far as the page's calendar looks
_EVENTS = (
    ("FOMC decision", "sessions_to_fomc", "14:00 ET on its day"),
    ("CPI release", "sessions_to_cpi", "08:30 ET on its day"),
)
SCHEDULED = frozenset(column for _name, column, _time in _EVENTS)


def calendar(rows: Rows) -> tuple[Event, ...]:
    """The announcements by the schedules known at the decision time."""
    row = rows.one("core_event_daily", rows.session)
    found = []
    for name, column, time in _EVENTS:
        away = as_int(row[column])
        if away is None:
            sentence = f"{name}: NO DATA. No schedule of it was known by the decision time."
        elif away == 0:
            sentence = f"{name}: on the session of this page, {time}."
        else:
            unit = "session" if away == 1 else "sessions"
            sentence = f"{name}: in {away} {unit}, {time}."
        is_near = away is not None and away <= _NEAR_SESSIONS
        sessions = quantity(away, column)
        found.append(Event(name=name, sessions=sessions, sentence=sentence, is_near=is_near))
    return tuple(found)
