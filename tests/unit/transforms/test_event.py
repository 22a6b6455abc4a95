"""Distances to scheduled announcements, and the futures curve as it was known."""

from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from schemas.core import CORE_EVENT_DAILY, CORE_VX_CURVE_DAILY
from schemas.raw import RAW_EVENT, RAW_VX_SETTLEMENT
from transforms.core import vx_curve_daily
from transforms.event import event_daily

DAYS = [
    day for offset in range(40) if (day := date(2024, 1, 2) + timedelta(days=offset)).weekday() < 5
]


def _at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


CALENDAR = pl.LazyFrame(
    {"session": DAYS[:-1], "decision_at": [_at(day) for day in DAYS[1:]]},
    schema={"session": pl.Date(), "decision_at": pl.Datetime("us", "UTC")},
)
PANEL = pl.LazyFrame({"session": DAYS[:12]})


def _distances(events: list[tuple[str, date, datetime]], column: str) -> list[int | None]:
    rows = [(kind, day, known, _at(DAYS[0]), "0" * 64) for kind, day, known in events]
    raw = pl.LazyFrame(rows, schema=RAW_EVENT.schema, orient="row")
    built = CORE_EVENT_DAILY.conform(event_daily(CALENDAR, PANEL, raw))
    return built.collect(engine="in-memory")[column].to_list()


def test_next_session_is_one_away() -> None:
    """The distance falls to 1 on the session before the event; on its own day it is over."""
    found = _distances(
        [("cpi", DAYS[4], _at(DAYS[0])), ("cpi", DAYS[9], _at(DAYS[0]))], "sessions_to_cpi"
    )
    assert found == [4, 3, 2, 1, 5, 4, 3, 2, 1, None, None, None]


def test_kinds_are_kept_apart() -> None:
    """A CPI release is no FOMC decision."""
    assert _distances([("cpi", DAYS[4], _at(DAYS[0]))], "sessions_to_fomc") == [None] * 12


def test_schedule_counts_once_known() -> None:
    """An earlier event announced late shortens the distance from then on only."""
    found = _distances(
        [
            ("fomc_decision", DAYS[10], _at(DAYS[0])),
            ("fomc_decision", DAYS[6], _at(DAYS[3])),
        ],
        "sessions_to_fomc",
    )
    assert found == [10, 9, 4, 3, 2, 1, 4, 3, 2, 1, None, None]


def test_weekend_event_counts_for_monday() -> None:
    """An event on a Sunday is as far as the session that follows."""
    friday = next(at for at, day in enumerate(DAYS) if day.weekday() == 4)
    sunday = DAYS[friday] + timedelta(days=2)
    found = _distances([("fomc_decision", sunday, _at(DAYS[0]))], "sessions_to_fomc")
    assert found[friday - 1 : friday + 2] == [2, 1, None]


def test_beyond_calendar_is_unknown() -> None:
    """The distance to a day that the calendar does not reach is null."""
    far = DAYS[-1] + timedelta(days=30)
    assert _distances([("cpi", far, _at(DAYS[0]))], "sessions_to_cpi") == [None] * 12


def test_curve_as_known() -> None:
    """A revision known by the decision counts, later ones and expired contracts do not."""
    day, decision_at = DAYS[0], _at(DAYS[1])
    rows = [
        (day, DAYS[10], 15.0, _at(day, 21)),
        (day, DAYS[10], 15.5, decision_at),
        (day, DAYS[10], 99.0, decision_at + timedelta(seconds=1)),
        (day, day, 14.0, _at(day, 21)),
        (day, DAYS[20], 16.0, decision_at + timedelta(days=3)),
    ]
    raw = pl.LazyFrame(
        [(*row, _at(day), "0" * 64) for row in rows], schema=RAW_VX_SETTLEMENT.schema, orient="row"
    )
    built = CORE_VX_CURVE_DAILY.conform(vx_curve_daily(CALENDAR, raw))
    expected = [(day, DAYS[10], (DAYS[10] - day).days, 15.5)]
    assert built.collect(engine="in-memory").rows() == expected
