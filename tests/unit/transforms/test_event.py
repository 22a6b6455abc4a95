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


def test_sessions_since() -> None:
    """0 on the event's own session, then counting; null before the first event that was known."""
    found = _distances([("ppi", DAYS[4], _at(DAYS[0])), ("ppi", DAYS[9], _at(DAYS[0]))],
                       "sessions_since_ppi")  # fmt: skip
    assert found == [None] * 4 + [0, 1, 2, 3, 4, 0, 1, 2]


def test_weekend_event_was_on_monday() -> None:
    """An event on a Sunday is 0 sessions ago on the Monday that follows."""
    friday = next(at for at, day in enumerate(DAYS) if day.weekday() == 4)
    sunday = DAYS[friday] + timedelta(days=2)
    found = _distances([("gdp", sunday, _at(DAYS[0]))], "sessions_since_gdp")
    assert found[friday : friday + 3] == [None, 0, 1]


def test_event_announced_afterwards() -> None:
    """An unscheduled event counts from when it was known, at its true distance."""
    found = _distances([("fomc_decision", DAYS[3], _at(DAYS[6]))], "sessions_since_fomc")
    assert found[4:8] == [None, 2, 3, 4]  # known by the sixth's decision, on the seventh's morning


def test_minutes_come_three_weeks_later() -> None:
    """The minutes of 18 December 2024 came on 8 January 2025 (Federal Reserve calendar)."""
    decision, minutes = date(2024, 12, 18), date(2025, 1, 8)
    days = [decision + timedelta(days=ahead) for ahead in range(30)]
    calendar = pl.LazyFrame(
        {"session": days[:-1], "decision_at": [_at(day) for day in days[1:]]},
        schema=CALENDAR.collect_schema(),
    )
    known = _at(date(2024, 9, 30))
    raw = pl.LazyFrame([("fomc_decision", decision, known, known, "0" * 64)],
                       schema=RAW_EVENT.schema, orient="row")  # fmt: skip
    panel = pl.LazyFrame({"session": days[:25]})
    built = event_daily(calendar, panel, raw).collect(engine="in-memory")
    assert built.filter(pl.col("sessions_since_fomc_minutes") == 0)["session"].to_list() == [
        minutes
    ]
    assert built["sessions_to_fomc_minutes"].to_list()[0] == 21


def test_unscheduled_decision_has_no_minutes_of_its_own() -> None:
    """A decision that was known on its own day only brings no minutes three weeks on."""
    late = datetime.combine(DAYS[2], time(23), UTC)
    assert _distances([("fomc_decision", DAYS[2], late)], "sessions_to_fomc_minutes") == [None] * 12


def test_window_of_decision() -> None:
    """The window of a decision is the session before it, its own and the one after."""
    kinds = ("fomc_decision", "cpi", "ppi", "gdp")
    early = DAYS[0] - timedelta(days=700)
    rows = [*[(kind, DAYS[0], _at(early)) for kind in kinds],
            ("fomc_decision", DAYS[0] - timedelta(days=21), _at(early)),
            ("fomc_decision", DAYS[6], _at(early)), ("fomc_decision", DAYS[20], _at(early))]  # fmt: skip
    calendar = [DAYS[0] - timedelta(days=1), *DAYS]
    raw = pl.LazyFrame([(*row, _at(early), "0" * 64) for row in rows], schema=RAW_EVENT.schema,
                       orient="row")  # fmt: skip
    sessions = pl.LazyFrame(
        {"session": calendar[:-1], "decision_at": [_at(day) for day in calendar[1:]]},
        schema=CALENDAR.collect_schema(),
    )
    built = event_daily(sessions, PANEL, raw).collect(engine="in-memory")
    assert (
        built["is_in_event_window"].to_list() == [True] * 2 + [False] * 3 + [True] * 3 + [False] * 4
    )


def test_window_of_unknown_schedules() -> None:
    """Inside a known window the answer is yes; outside it is unknown while a schedule is."""
    found = _distances([("cpi", DAYS[4], _at(DAYS[0]))], "is_in_event_window")
    assert found == [None] * 4 + [True, True] + [None] * 6


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
