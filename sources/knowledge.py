"""When a published figure could first be known, and what of a file is news: parsed rows to raw rows.

Every time here errs on the late side. A value that counts as known too late costs a stale input; one
that counts as known too early is a backtest that saw the future.
"""

from dataclasses import dataclass
from datetime import datetime, time

import polars as pl

from schemas.feed import Feed
from schemas.frames import join_one, known_by
from schemas.series import SERIES
from sources.dataset import Provenance

NEW_YORK = "America/New_York"
SETTLEMENT_MINUTES = 20  # VX settlements count as known this long after the close
QUOTE_DELAY_MINUTES = 15  # of the exchange's delayed quotes
_END_OF_DAY = time(23, 59)  # New York
_UTC_MICROSECONDS = pl.Datetime("us", "UTC")
_RULE_SCHEMA = pl.Schema(
    {
        "series_id": pl.String(),
        "publisher": pl.String(),
        "rule": pl.String(),
        "minutes": pl.Int64(),
        "days": pl.Int64(),
        "months": pl.Int64(),
        "day": pl.Int64(),
        "at": pl.Time(),
    }
)


@dataclass(frozen=True)
class Held:
    """What the warehouse has of a file's series already.

    Attributes:
        rows: rows of the raw table the file feeds.
        seen_at: when the file's copy before this one came, UTC; null for the first.
    """

    rows: pl.LazyFrame
    seen_at: datetime | None


@dataclass(frozen=True)
class Timed:
    """A file's rows: those with a time at which they were known, and those left out.

    A row is left out where no time can be given or its date had not come when the file did: Cboe
    publishes the VIX on some exchange holidays, and a row of tomorrow is a slip.
    """

    rows: pl.LazyFrame
    left_out: pl.LazyFrame


def observations(
    figures: pl.LazyFrame,
    *,
    source: str,
    publisher: str,
    sessions: pl.LazyFrame,
    provenance: Provenance,
) -> Timed:
    """Rows of ``raw_observation`` from figures as published; values and dates are not altered.

    Args:
        figures: series_id, event_date, value and, where the publisher stamps rows, available_at.
        source: whose feeds state the rules.
        publisher: whose feeds of that source; empty for a source with one feed a series.
        sessions: session and close_at.
        provenance: of the bytes that the figures were read from.

    Returns:
        Left out are closes on dates that are no session, rows without a needed stamp, and events
        after the day the file came.
    """
    stamps = "available_at" in figures.collect_schema()
    stamp = pl.col("available_at") if stamps else pl.lit(None, dtype=_UTC_MICROSECONDS)
    ruled = join_one(figures, _rules(source, publisher), "series_id", many=True)
    ruled = join_one(ruled, _delays(source, publisher), ["series_id", "event_date"], many=True)
    dated = _with_session_later(_with_close(ruled, sessions), sessions)
    rows = dated.select(
        "series_id",
        "publisher",
        "event_date",
        "value",
        _known_at(stamp).alias("available_at"),
        (pl.col("rule") != "stamped").alias("is_reconstructed"),
        *_provenance(provenance),
        is_close=pl.col("rule") == "after_close",
    )
    return _timed(rows, provenance)


def settlements(figures: pl.LazyFrame, *, sessions: pl.LazyFrame, provenance: Provenance) -> Timed:
    """Rows of ``raw_vx_settlement``: known 20 minutes after the close of their session.

    Returns:
        Left out are rows on dates that are no session, and of days that had not come.
    """
    rows = _with_close(figures, sessions).select(
        "event_date",
        "expiry",
        "settle",
        (pl.col("close_at") + pl.duration(minutes=SETTLEMENT_MINUTES)).alias("available_at"),
        *_provenance(provenance),
        is_close=pl.lit(value=True),
    )
    return _timed(rows, provenance)


def news(
    rows: pl.LazyFrame, held: Held, *, key: list[str], value: str, at: datetime
) -> pl.LazyFrame:
    """The rows that the warehouse does not have, each with the time at which it was known.

    A publisher that shortens or rewrites its history changes nothing that is there: what is gone
    stays, and a revised value is a new row.

    Args:
        rows: a file's rows with available_at by their rule or stamp.
        held: what is there.
        key: what names an event, less its knowledge time.
        value: the column that may be revised.
        at: when the file came, UTC.

    Returns:
        A new event keeps the time of its rule, save where the copy before showed that it was not
        out by then: it then counts from when it was first seen, and so does a revised value. A
        publisher's own stamps are kept: each is a row.
    """
    columns = rows.collect_schema().names()
    if "is_reconstructed" not in columns:
        return _dated_news(rows, held, key=key, value=value, at=at).select(columns)
    by_rule = rows.filter("is_reconstructed")
    stamped = rows.filter(~pl.col("is_reconstructed"))
    dated = _dated_news(by_rule, held, key=key, value=value, at=at)
    told = _stamped_news(stamped, held, key=key, value=value, at=at)
    seen = pl.lit(at, dtype=_UTC_MICROSECONDS)
    is_ruled = pl.col("is_reconstructed") & (pl.col("available_at") != seen)
    return pl.concat(
        [dated.with_columns(is_ruled.alias("is_reconstructed")).select(columns),
         told.select(columns)]
    )  # fmt: skip


def _dated_news(
    rows: pl.LazyFrame, held: Held, *, key: list[str], value: str, at: datetime
) -> pl.LazyFrame:
    joined = join_one(rows, _newest(held, key=key, value=value), key, many=True)
    is_new = pl.col("value_held").is_null()
    fresh = joined.filter(is_new | (pl.col("value_held") != pl.col(value)))
    seen_before = pl.lit(held.seen_at, dtype=_UTC_MICROSECONDS)
    is_late = (pl.col("available_at") <= seen_before).fill_null(value=False)
    first_seen = pl.col("value_held").is_not_null() | is_late
    seen = pl.lit(at, dtype=_UTC_MICROSECONDS)
    return fresh.with_columns(available_at=pl.when(first_seen).then(seen).otherwise("available_at"))


def _stamped_news(
    rows: pl.LazyFrame, held: Held, *, key: list[str], value: str, at: datetime
) -> pl.LazyFrame:
    """Vintages not held; and an event's last one where it says something else than it did.

    An older vintage that is restated is left as it was: it would come after the newest one.
    """
    stamps = held.rows.select(*key, "available_at", pl.lit(value=True).alias("is_held"))
    told = join_one(rows, stamps, [*key, "available_at"], many=True)
    joined = join_one(told, _newest(held, key=key, value=value), key, many=True)
    is_held = pl.col("is_held").is_not_null()
    is_last = pl.col("available_at") == pl.col("available_at").max().over(key)
    is_other = pl.col("value_held") != pl.col(value)
    marked = joined.with_columns(is_restated=is_held & is_last & is_other)
    seen = pl.lit(at, dtype=_UTC_MICROSECONDS)
    return marked.filter(~is_held | pl.col("is_restated")).with_columns(
        available_at=pl.when("is_restated").then(seen).otherwise("available_at")
    )


def _newest(held: Held, *, key: list[str], value: str) -> pl.LazyFrame:
    """Each event's newest value that is there, as ``value_held``."""
    newest = held.rows.sort(*key, "available_at").unique(key, keep="last", maintain_order=True)
    return newest.select(*key, pl.col(value).alias("value_held"))


def quotes(figures: pl.LazyFrame, *, provenance: Provenance) -> pl.LazyFrame:
    """Rows of ``raw_option_quote``: delayed quotes are public a quarter of an hour later."""
    known = pl.col("quote_at") + pl.duration(minutes=QUOTE_DELAY_MINUTES)
    return figures.with_columns(
        pl.col("open_interest", "volume").cast(pl.Int32),
        known.alias("available_at"),
        *_provenance(provenance),
    )


def answers(figures: pl.LazyFrame, *, provenance: Provenance) -> Timed:
    """Rows of ``raw_answer``: known at the end of the day they bear, or once the file shows them.

    Returns:
        Left out are answers dated after the day the file came, New York's: a slip.
    """
    came = pl.lit(provenance.retrieved_at, dtype=_UTC_MICROSECONDS)
    day_s_end = new_york(pl.col("answered_on"), pl.lit(_END_OF_DAY))
    rows = figures.with_columns(
        pl.min_horizontal(day_s_end, came).alias("available_at"), *_provenance(provenance)
    )
    has_come = pl.col("answered_on") <= came.dt.convert_time_zone(NEW_YORK).dt.date()
    return Timed(rows.filter(has_come), rows.filter(~has_come))


def unseen(rows: pl.LazyFrame, held: Held, *, key: list[str]) -> pl.LazyFrame:
    """The rows whose key the warehouse does not have: a quote is of its instant and not revised."""
    there = held.rows.select(*key, pl.lit(1).alias("is_held"))
    return join_one(rows, there, key, many=True).filter(pl.col("is_held").is_null()).drop("is_held")


def stated(figures: pl.LazyFrame, *, provenance: Provenance) -> pl.LazyFrame:
    """Rows whose times the dataset states itself, sessions and events: with their provenance."""
    return figures.with_columns(*_provenance(provenance))


def new_york(day: pl.Expr, at: pl.Expr) -> pl.Expr:
    """The UTC instant of a New York date and wall-clock time, daylight saving included."""
    return day.dt.combine(at).dt.replace_time_zone(NEW_YORK).dt.convert_time_zone("UTC")


def _timed(rows: pl.LazyFrame, provenance: Provenance) -> Timed:
    day = pl.lit(provenance.retrieved_at, dtype=_UTC_MICROSECONDS).dt.convert_time_zone(NEW_YORK)
    has_come = (pl.col("event_date") <= day.dt.date()) & pl.col("available_at").is_not_null()
    # A row of today read before the close is no close yet: the next copy has it.
    at = pl.lit(provenance.retrieved_at, dtype=_UTC_MICROSECONDS)
    is_whole = ~pl.col("is_close") | (pl.col("available_at") <= at)
    is_kept = (has_come & is_whole).fill_null(value=False)
    return Timed(rows.filter(is_kept).drop("is_close"), rows.filter(~is_kept).drop("is_close"))


def _with_close(figures: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    closes = sessions.select(pl.col("session").alias("event_date"), "close_at")
    return join_one(figures, closes, "event_date", many=True)


def _with_session_later(ruled: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with ``later``: the session that many sessions after the event's date.

    Columbus Day and Veterans Day are sessions on which the banks and the Federal Reserve are shut.
    Before the calendar's first session days from Monday to Friday stand in.
    """
    on_bank_days = sessions.select("session").filter(~_is_bank_holiday(pl.col("session")))
    numbers = on_bank_days.sort("session").with_row_index("number")
    numbers = numbers.with_columns(pl.col("number").cast(pl.Int64))
    here = known_by(ruled, numbers, left_on="event_date", right_on="session").drop("session")
    ahead = here.with_columns((pl.col("number") + pl.col("days")).alias("number"))
    named = numbers.select("number", pl.col("session").alias("later"))
    weekday = pl.col("event_date").dt.add_business_days(
        pl.col("days").fill_null(0), roll="backward"
    )
    return join_one(ahead, named, "number", many=True).with_columns(
        pl.when(pl.col("number").is_null()).then(weekday).otherwise("later").alias("later")
    )


def _is_bank_holiday(day: pl.Expr) -> pl.Expr:
    month, number, weekday = day.dt.month(), day.dt.day(), day.dt.weekday()
    columbus = (month == 10) & (weekday == 1) & number.is_between(8, 14)  # noqa: PLR2004
    observed = (number == 12) & (weekday == 1)  # noqa: PLR2004  # a Sunday's holiday on Monday
    return columbus | ((month == 11) & ((number == 11) | observed))  # noqa: PLR2004


def _feeds(source: str, publisher: str) -> list[tuple[str, Feed]]:
    found = (
        (entry.id, entry.feed_by(source, publisher) if publisher else entry.feed(source))
        for entry in SERIES
    )
    return [(series_id, feed) for series_id, feed in found if feed is not None]


def _rules(source: str, publisher: str) -> pl.LazyFrame:
    rows = [
        (series_id, feed.publisher, feed.known.rule, feed.known.minutes, feed.known.days,
         feed.known.months, feed.known.day, feed.known.at)
        for series_id, feed in _feeds(source, publisher)
    ]  # fmt: skip
    return pl.LazyFrame(rows, schema=_RULE_SCHEMA, orient="row")


def _delays(source: str, publisher: str) -> pl.LazyFrame:
    """The events that came later than their rule says, with the day they came."""
    rows = [
        (series_id, event, day)
        for series_id, feed in _feeds(source, publisher)
        for event, day in feed.known.delayed
    ]
    schema = {"series_id": pl.String(), "event_date": pl.Date(), "delayed_to": pl.Date()}
    return pl.LazyFrame(rows, schema=schema, orient="row")


def _known_at(stamp: pl.Expr) -> pl.Expr:
    event, rule, at = pl.col("event_date"), pl.col("rule"), pl.col("at")
    in_month = event.dt.month_start().dt.offset_by(pl.format("{}mo", pl.col("months")))
    return (
        pl.when(pl.col("delayed_to").is_not_null())
        .then(new_york(pl.col("delayed_to"), at))
        .when(rule == "after_close")
        .then(pl.col("close_at") + pl.duration(minutes=pl.col("minutes")))
        .when(rule == "days_later")
        .then(new_york(event + pl.duration(days=pl.col("days")), at))
        .when(rule == "sessions_later")
        .then(new_york(pl.col("later"), at))
        .when(rule == "months_later")
        # A file of the user's may date its rows within the month: none is known before its date.
        .then(
            new_york(pl.max_horizontal(in_month + pl.duration(days=pl.col("day") - 1), event), at)
        )
        .when(rule == "stamped")
        .then(stamp)
    )


def _provenance(provenance: Provenance) -> tuple[pl.Expr, pl.Expr]:
    return (
        pl.lit(provenance.retrieved_at, dtype=_UTC_MICROSECONDS).alias("retrieved_at"),
        pl.lit(provenance.raw_sha256, dtype=pl.String()).alias("raw_sha256"),
    )
