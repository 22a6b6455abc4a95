"""When a published figure could first be known: from parsed rows to raw rows.

Every time here errs on the late side. A value that counts as known too late costs a stale input; one
that counts as known too early is a backtest that saw the future.
"""

import polars as pl

from schemas.frames import join_one
from schemas.series import SERIES
from sources.dataset import Provenance

NEW_YORK = "America/New_York"
SETTLEMENT_MINUTES = 20  # VX settlements count as known this long after the close
_UTC_MICROSECONDS = pl.Datetime("us", "UTC")
_RULE_SCHEMA = pl.Schema(
    {
        "series_id": pl.String(),
        "rule": pl.String(),
        "minutes": pl.Int64(),
        "days": pl.Int64(),
        "day": pl.Int64(),
        "at": pl.Time(),
    }
)


def observations(
    figures: pl.LazyFrame,
    *,
    source: str,
    sessions: pl.LazyFrame,
    provenance: Provenance,
) -> pl.LazyFrame:
    """Rows of ``raw_observation`` from figures as published; values and dates are not altered.

    Args:
        figures: series_id, event_date, value and, where the publisher stamps rows, available_at.
        source: whose feeds state the rules, ``sample`` or ``simulated``.
        sessions: session and close_at.
        provenance: of the bytes that the figures were read from.

    Returns:
        available_at is null where the rule cannot be applied: a close on a date that is no
        session, a missing stamp, a series that the source does not offer. As part of the key it
        may not be null, so the check on raw refuses the row instead of guessing a time for it.
    """
    stamps = "available_at" in figures.collect_schema()
    stamp = pl.col("available_at") if stamps else pl.lit(None, dtype=_UTC_MICROSECONDS)
    ruled = join_one(_with_close(figures, sessions), _rules(source), "series_id", many=True)
    return ruled.select(
        "series_id",
        "event_date",
        "value",
        _known_at(stamp).alias("available_at"),
        (pl.col("rule") != "stamped").alias("is_reconstructed"),
        *_provenance(provenance),
    )


def settlements(
    figures: pl.LazyFrame, *, sessions: pl.LazyFrame, provenance: Provenance
) -> pl.LazyFrame:
    """Rows of ``raw_vx_settlement``: known 20 minutes after the close of their session.

    Returns:
        available_at is null on a date that is no session, which the check on raw refuses.
    """
    return _with_close(figures, sessions).select(
        "event_date",
        "expiry",
        "settle",
        (pl.col("close_at") + pl.duration(minutes=SETTLEMENT_MINUTES)).alias("available_at"),
        *_provenance(provenance),
    )


def stated(figures: pl.LazyFrame, *, provenance: Provenance) -> pl.LazyFrame:
    """Rows whose times the dataset states itself, sessions and events: with their provenance."""
    return figures.with_columns(*_provenance(provenance))


def new_york(day: pl.Expr, at: pl.Expr) -> pl.Expr:
    """The UTC instant of a New York date and wall-clock time, daylight saving included."""
    return day.dt.combine(at).dt.replace_time_zone(NEW_YORK).dt.convert_time_zone("UTC")


def _with_close(figures: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    closes = sessions.select(pl.col("session").alias("event_date"), "close_at")
    return join_one(figures, closes, "event_date", many=True)


def _rules(source: str) -> pl.LazyFrame:
    offered = [(entry.id, feed.known) for entry in SERIES if (feed := entry.feed(source))]
    rows = [
        (series_id, known.rule, known.minutes, known.days, known.day, known.at)
        for series_id, known in offered
    ]
    return pl.LazyFrame(rows, schema=_RULE_SCHEMA, orient="row")


def _known_at(stamp: pl.Expr) -> pl.Expr:
    event, rule, at = pl.col("event_date"), pl.col("rule"), pl.col("at")
    day_of_month = pl.duration(days=pl.col("day") - 1)
    month = event.dt.month_start()
    return (
        pl.when(rule == "after_close")
        .then(pl.col("close_at") + pl.duration(minutes=pl.col("minutes")))
        .when(rule == "days_later")
        .then(new_york(event + pl.duration(days=pl.col("days")), at))
        .when(rule == "same_month")
        .then(new_york(month + day_of_month, at))
        .when(rule == "next_month")
        .then(new_york(month.dt.offset_by("1mo") + day_of_month, at))
        .when(rule == "stamped")
        .then(stamp)
    )


def _provenance(provenance: Provenance) -> tuple[pl.Expr, pl.Expr]:
    return (
        pl.lit(provenance.retrieved_at, dtype=_UTC_MICROSECONDS).alias("retrieved_at"),
        pl.lit(provenance.raw_sha256, dtype=pl.String()).alias("raw_sha256"),
    )
