"""Distance to the next scheduled announcements, by the schedules that were known."""

import heapq

import polars as pl

from schemas.frames import join_one, known_by

_KINDS = {"sessions_to_fomc": "fomc_decision", "sessions_to_cpi": "cpi"}


def event_daily(
    core_session: pl.LazyFrame, core_as_known_daily: pl.LazyFrame, raw_event: pl.LazyFrame
) -> pl.LazyFrame:
    """Sessions to the next FOMC decision and CPI release, by the schedules then known.

    Counted from the session a row describes: an event on the very next session, whose morning the
    decision is taken in, is 1 away, so "within 2 sessions" is 1 or 2. An event on the session
    itself is over by then and does not count; one on a day without a session counts for the
    session that follows. Null where no event to come was known, or where it lies beyond the
    calendar.
    """
    # The whole calendar is read, also past the session: sessions are published years ahead.
    numbers = core_session.select("session").sort("session").with_row_index("number")
    grid = core_as_known_daily.select("session").unique().sort("session")
    asked = join_one(grid, core_session.select("session", "decision_at"), on="session")
    for name, kind in _KINDS.items():
        events = raw_event.filter(pl.col("event_kind") == kind)
        grid = join_one(grid, _distances(asked, numbers, events, name), on="session")
    return grid


def _distances(
    asked: pl.LazyFrame, numbers: pl.LazyFrame, events: pl.LazyFrame, name: str
) -> pl.LazyFrame:
    here = join_one(_next_dates(asked, events), numbers, on="session")
    day_before = numbers.select(
        before_event="session",
        number_before="number",
        calendar_last=pl.col("session").max(),
    )
    there = known_by(
        here.filter(pl.col("next_date").is_not_null()).with_columns(
            eve=pl.col("next_date") - pl.duration(days=1)
        ),
        day_before,
        left_on="eve",
        right_on="before_event",
    ).filter(pl.col("next_date") <= pl.col("calendar_last"))
    apart = pl.col("number_before").cast(pl.Int32) + 1 - pl.col("number").cast(pl.Int32)
    return there.select("session", apart.alias(name))


def _next_dates(asked: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """Per session the earliest event after it among those announced by its decision time."""
    announced = events.select(at="available_at", announced="event_date")
    asking = asked.select("session", at="decision_at")
    # At one instant announcements come first: what is known at the decision time counts.
    in_order = pl.concat([announced, asking], how="diagonal").sort(
        "at", "session", nulls_last=False, maintain_order=True
    )
    next_date = pl.struct("announced", "session").map_batches(
        _earliest_to_come, return_dtype=pl.Date()
    )
    return (
        in_order.with_columns(next_date=next_date)
        .filter(pl.col("session").is_not_null())
        .select("session", "next_date")
        .sort("session")
    )


def _earliest_to_come(rows: pl.Series) -> pl.Series:
    to_come: list[int] = []
    answers: list[int | None] = []
    announced = rows.struct.field("announced").to_physical().to_list()
    sessions = rows.struct.field("session").to_physical().to_list()
    for event_date, session in zip(announced, sessions, strict=True):
        if event_date is not None:
            heapq.heappush(to_come, event_date)
        while session is not None and to_come and to_come[0] <= session:
            heapq.heappop(to_come)
        answers.append(to_come[0] if to_come else None)
    return pl.Series(rows.name, answers, dtype=pl.Int32).cast(pl.Date)
