"""What was known: for each session and series the newest event known by the decision time."""

from collections.abc import Callable

import polars as pl

from schemas.frames import join_one, known_by
from schemas.series import offered_by

_GRID_SERIES = "spx_close"  # the grid runs from this series' first event to its last


def as_known_daily_of(source: str) -> Callable[[pl.LazyFrame, pl.LazyFrame], pl.LazyFrame]:
    """The builder of ``core_as_known_daily`` under one source's feeds.

    The raw table does not name its source: a warehouse holds one only. Scale and staleness limits
    are the feed's; a series that the source does not offer is left out.
    """
    limits = pl.LazyFrame(
        [
            (entry.id, feed.scale, feed.warn_after, feed.fail_after)
            for entry in offered_by(source)
            if (feed := entry.feed(source)) is not None
        ],
        schema={
            "series_id": pl.String(), "scale": pl.Float64(),
            "warn_after": pl.Int32(), "fail_after": pl.Int32(),
        },
        orient="row",
    )  # fmt: skip
    offered = [entry.id for entry in offered_by(source)]

    def build(core_session: pl.LazyFrame, raw_observation: pl.LazyFrame) -> pl.LazyFrame:
        sessions = _numbered(core_session)
        events = _dated(newest_events(raw_observation), sessions, limits)
        panel = known_by(
            _grid(sessions, raw_observation, offered),
            events,
            left_on="decision_at",
            right_on="available_at",
            by="series_id",
        )
        # Rows before a series' first event hold nothing that was known, so they are no rows.
        found = panel.filter(pl.col("event_date").is_not_null())
        return _judged(found)

    return build


def newest_events(raw_observation: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that became the newest known of their series, in the order they became so.

    A revision of the newest event counts; one of an older event does not, however late it comes:
    an event date never goes backwards. A value that is no number is as if never published.
    """
    ordered = raw_observation.filter(pl.col("value").is_finite()).sort(
        "series_id", "available_at", "event_date"
    )
    newest = pl.col("event_date").cum_max().over("series_id")
    return ordered.filter(pl.col("event_date") == newest).select(
        "series_id", "event_date", "value", "available_at", "raw_sha256"
    )


def _numbered(core_session: pl.LazyFrame) -> pl.LazyFrame:
    return (
        core_session.select("session", "decision_at")
        .sort("session")
        .with_row_index("number")
        .with_columns(pl.col("number").cast(pl.Int32), first_session=pl.col("session").min())
    )


def _grid(
    sessions: pl.LazyFrame, raw_observation: pl.LazyFrame, offered: list[str]
) -> pl.LazyFrame:
    """Every session of the index's history with every series the source offers."""
    closes = pl.col("event_date").filter(pl.col("series_id") == _GRID_SERIES)
    history = raw_observation.select(history_first=closes.min(), history_last=closes.max())
    bounds = (pl.col("history_first").max(), pl.col("history_last").max())  # one row has them
    return (
        pl.concat([sessions, history], how="diagonal")
        .filter(pl.col("session").is_between(*bounds))
        .drop("history_first", "history_last")
        .with_columns(series_id=pl.lit(offered, dtype=pl.List(pl.String())))
        .explode("series_id")
    )


def _dated(events: pl.LazyFrame, sessions: pl.LazyFrame, limits: pl.LazyFrame) -> pl.LazyFrame:
    """Events with the number of the last session at or before their date, and their limits."""
    numbers = sessions.select("session", event_number="number")
    dated = known_by(events, numbers, left_on="event_date", right_on="session").drop("session")
    return join_one(dated, limits, on="series_id", many=True)


def _judged(panel: pl.LazyFrame) -> pl.LazyFrame:
    """The panel with each value's age, freshness and scale to its column's unit."""
    # Sessions before the calendar's first are counted as weekdays: never fewer than there were.
    before = pl.business_day_count(
        pl.col("event_date") + pl.duration(days=1), pl.col("first_session")
    )
    event_number = pl.coalesce("event_number", -1 - before.cast(pl.Int32))
    freshness = (
        pl.when(pl.col("age_sessions") <= pl.col("warn_after"))
        .then(pl.lit("ok"))
        .when(pl.col("age_sessions") <= pl.col("fail_after"))
        .then(pl.lit("warn"))
        .otherwise(pl.lit("fail"))
    )
    return panel.with_columns(age_sessions=pl.col("number") - event_number).select(
        "session",
        "series_id",
        "event_date",
        "available_at",
        "age_sessions",
        "raw_sha256",
        value=pl.col("value") * pl.col("scale"),
        freshness=freshness,
    )
