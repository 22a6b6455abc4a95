"""Distance to and from scheduled announcements, by the schedules that were known."""

import heapq
from datetime import date

import polars as pl

from schemas.frames import compare, join_one, known_by

_KINDS = {
    "fomc": "fomc_decision",
    "fomc_minutes": "fomc_minutes",
    "cpi": "cpi",
    "ppi": "ppi",
    "gdp": "gdp",
}
_MINUTES_DAYS = 21
# Minutes of the meeting on this day were the first to come three weeks after it.
_MINUTES_SINCE = date(2004, 12, 14)


def event_daily(
    core_session: pl.LazyFrame, core_as_known_daily: pl.LazyFrame, raw_event: pl.LazyFrame
) -> pl.LazyFrame:
    """Sessions to the next and since the last announcement of each kind, by the schedules then known.

    Counted from the session a row describes: an event on the very next session, whose morning the
    decision is taken in, is 1 away, so "within 2 sessions" is 1 or 2. An event on the session
    itself is over by then: 0 since it, and the next one counts; one on a day without a session
    counts for the session that follows. Null where no event was known, before or to come, or where
    it lies beyond the calendar.
    """
    # The whole calendar is read, also past the session: sessions are published years ahead.
    numbers = core_session.select("session").sort("session").with_row_index("number")
    grid = core_as_known_daily.select("session").unique().sort("session")
    asked = join_one(grid, core_session.select("session", "decision_at"), on="session")
    scheduled = pl.concat([raw_event.select(_SCHEDULE), _minutes(raw_event)])
    for name, kind in _KINDS.items():
        events = scheduled.filter(pl.col("event_kind") == kind)
        around = join_one(_dates_around(asked, events), numbers, on="session")
        for side, column in (
            ("next_date", f"sessions_to_{name}"),
            ("last_date", f"sessions_since_{name}"),
        ):
            grid = join_one(grid, _distances(around, numbers, side, column), on="session")
    return grid.with_columns(is_in_event_window=is_in_event_window())


_SCHEDULE = ["event_kind", "event_date", "available_at"]


def is_in_event_window() -> pl.Expr:
    """Whether the session lies in the window of any kind of announcement.

    FOMC decisions from the session before to the one after; minutes, CPI, PPI and GDP on their own
    session and the one after.

    Returns:
        Boolean; null where no known window holds it and one kind's schedule is unknown.

    Source:
        Methodology 7.1.
    """
    after = [compare(pl.col(f"sessions_since_{name}"), "<=", 1.0) for name in _KINDS]
    return pl.any_horizontal(compare(pl.col("sessions_to_fomc"), "=", 1.0), *after)


def _minutes(raw_event: pl.LazyFrame) -> pl.LazyFrame:
    """The minutes of each scheduled meeting: three weeks after its decision, known as it was.

    An unscheduled decision is known on its own day, and its minutes come with a later meeting's.

    Source:
        Federal Reserve Board, "FOMC to release minutes three weeks after meetings", 14 December
        2004.
    """
    day = pl.col("event_date")
    is_scheduled = pl.col("available_at") < day.cast(pl.Datetime("us", "UTC"))
    decided = raw_event.filter(
        pl.col("event_kind") == "fomc_decision", day >= _MINUTES_SINCE, is_scheduled
    )
    return decided.select(
        pl.lit("fomc_minutes").alias("event_kind"),
        day + pl.duration(days=_MINUTES_DAYS),
        "available_at",
    )


def _distances(around: pl.LazyFrame, numbers: pl.LazyFrame, side: str, column: str) -> pl.LazyFrame:
    day_before = numbers.select(
        before_event="session",
        number_before="number",
        calendar_last=pl.col("session").max(),
    )
    there = known_by(
        around.filter(pl.col(side).is_not_null()).with_columns(
            eve=pl.col(side) - pl.duration(days=1)
        ),
        day_before,
        left_on="eve",
        right_on="before_event",
    ).filter(pl.col(side) <= pl.col("calendar_last"))
    apart = pl.col("number_before").cast(pl.Int32) + 1 - pl.col("number").cast(pl.Int32)
    return there.select("session", (apart if side == "next_date" else -apart).alias(column))


def _dates_around(asked: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """Per session the last event up to it and the first after it, of those announced by its decision."""
    announced = events.select(at="available_at", announced="event_date")
    asking = asked.select("session", at="decision_at")
    # At one instant announcements come first: what is known at the decision time counts.
    in_order = pl.concat([announced, asking], how="diagonal").sort(
        "at", "session", nulls_last=False, maintain_order=True
    )
    dates = pl.Struct({"next_date": pl.Date(), "last_date": pl.Date()})
    around = pl.struct("announced", "session").map_batches(_nearest, return_dtype=dates)
    return (
        in_order.with_columns(around=around)
        .unnest("around")
        .filter(pl.col("session").is_not_null())
        .select("session", "next_date", "last_date")
        .sort("session")
    )


def _nearest(rows: pl.Series) -> pl.Series:
    to_come: list[int] = []
    last: int | None = None
    coming: list[int | None] = []
    gone: list[int | None] = []
    announced = rows.struct.field("announced").to_physical().to_list()
    sessions = rows.struct.field("session").to_physical().to_list()
    for event_date, session in zip(announced, sessions, strict=True):
        if event_date is not None:
            heapq.heappush(to_come, event_date)
        while session is not None and to_come and to_come[0] <= session:
            day = heapq.heappop(to_come)
            last = day if last is None else max(last, day)
        coming.append(to_come[0] if to_come else None)
        gone.append(last)
    found = pl.DataFrame(
        {"next_date": coming, "last_date": gone},
        schema={"next_date": pl.Int32(), "last_date": pl.Int32()},
    )
    return found.select(pl.all().cast(pl.Date())).to_struct(rows.name)
