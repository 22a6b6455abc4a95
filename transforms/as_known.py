"""What was known: for each session and series the newest event known by the decision time."""

from collections.abc import Callable

import polars as pl

from schemas.core import CORE_AS_KNOWN_DAILY
from schemas.frames import each_with, join_one, known_by
from schemas.series import SERIES
from transforms.suspect import publishers_apart, suspected

_GRID_SERIES = "spx_close"  # the grid runs from this series' first event to its last
_MOST_FEEDS = 16  # of one series for one source
_FEED = ["series_id", "publisher"]


def as_known_daily_of(source: str) -> Callable[[pl.LazyFrame, pl.LazyFrame], pl.LazyFrame]:
    """The builder of ``core_as_known_daily`` under one source's feeds.

    The raw table does not name its source: a warehouse holds one only. Scale and staleness limits
    are the feed's; a series that no feed of the source has is left out.
    """
    feeds = _feeds(source)

    def build(core_session: pl.LazyFrame, raw_observation: pl.LazyFrame) -> pl.LazyFrame:
        sessions = _numbered(core_session)
        events = _dated(newest_events(raw_observation, feeds), sessions)
        panel = known_by(
            _grid(sessions, raw_observation),
            events,
            left_on="decision_at",
            right_on="available_at",
            by="series_id",
        )
        # Rows before a series' first event hold nothing that was known, so they are no rows.
        found = panel.filter(pl.col("event_date").is_not_null())
        believed = suspected(_judged(found), publishers_apart(raw_observation, source))
        return believed.select(list(CORE_AS_KNOWN_DAILY.schema))

    return build


def _feeds(source: str) -> pl.LazyFrame:
    """Each feed's place among its series' feeds, its scale, its limits and the plausible range."""
    rows = [
        (entry.id, feed.publisher, _MOST_FEEDS - 1 - place, feed.scale, feed.warn_after,
         feed.fail_after, entry.column.ge, entry.column.le)
        for entry in SERIES
        for place, feed in enumerate(entry.feeds_of(source))
    ]  # fmt: skip
    schema = {
        "series_id": pl.String(), "publisher": pl.String(), "rank": pl.Int32(),
        "scale": pl.Float64(), "warn_after": pl.Int32(), "fail_after": pl.Int32(),
        "lowest": pl.Float64(), "highest": pl.Float64(),
    }  # fmt: skip
    return pl.LazyFrame(rows, schema=schema, orient="row")


def newest_events(raw_observation: pl.LazyFrame, feeds: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that became the newest known of their series, in the order they became so.

    A revision of the newest event counts; one of an older event does not, however late it comes:
    an event date never goes backwards. Of one event the preferred publisher's value counts, once
    it is known. A value that is no number, or outside its column's plausible range, is as if never
    published: what is wrong by a factor may not reach a rule.
    """
    scaled = pl.col("value") * pl.col("scale")
    ruled = join_one(raw_observation, feeds, _FEED, many=True).with_columns(value=scaled)
    known = pl.col("value").is_finite() & pl.col("rank").is_not_null()
    plausible = pl.col("value").is_between("lowest", "highest")
    ordered = ruled.filter(known & plausible).sort(
        "series_id", "available_at", "event_date", "rank"
    )
    days = pl.col("event_date").cast(pl.Int32)
    standing = ordered.with_columns(standing=days * _MOST_FEEDS + pl.col("rank"))
    newest = pl.col("standing").cum_max().over("series_id")
    return standing.filter(pl.col("standing") == newest).select(
        *_FEED, "event_date", "value", "available_at", "raw_sha256", "warn_after", "fail_after"
    )


def _numbered(core_session: pl.LazyFrame) -> pl.LazyFrame:
    return (
        core_session.select("session", "decision_at")
        .sort("session")
        .with_row_index("number")
        .with_columns(pl.col("number").cast(pl.Int32), first_session=pl.col("session").min())
    )


def _grid(sessions: pl.LazyFrame, raw_observation: pl.LazyFrame) -> pl.LazyFrame:
    """Every session of the index's history with every series there is a value of."""
    closes = pl.col("event_date").filter(pl.col("series_id") == _GRID_SERIES)
    history = raw_observation.select(history_first=closes.min(), history_last=closes.max())
    bounds = (pl.col("history_first").max(), pl.col("history_last").max())  # one row has them
    within = (
        pl.concat([sessions, history], how="diagonal")
        .filter(pl.col("session").is_between(*bounds))
        .drop("history_first", "history_last")
    )
    held = raw_observation.select(pl.col("series_id").unique().sort())
    return each_with(within, held)


def _dated(events: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Events with the number of the last session at or before their date."""
    numbers = sessions.select("session", event_number="number")
    return known_by(events, numbers, left_on="event_date", right_on="session").drop("session")


def _judged(panel: pl.LazyFrame) -> pl.LazyFrame:
    """The panel with each value's age and freshness."""
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
        "decision_at",
        "series_id",
        "publisher",
        "event_date",
        "value",
        "available_at",
        "age_sessions",
        "raw_sha256",
        freshness=freshness,
    )
