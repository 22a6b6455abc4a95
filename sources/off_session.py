"""Figures dated on days that no session of the calendar is: published, and of no decision's use.

Cboe computes VIX on exchange holidays since 2022, and published it on 2004-06-11, a day of
mourning; the breadth archive repeats counts on some thirty holidays. A rule that counts from the
close of a session has no time for such a row.
"""

import polars as pl

from schemas.frames import join_one


def of_sessions(figures: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    """The rows whose event_date is a session; columns and order unchanged.

    Args:
        figures: with event_date.
        sessions: with session; a date outside its range counts as none.
    """
    return _marked(figures, sessions).filter("is_session").drop("is_session")


def off_sessions(figures: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    """The other rows: what ``of_sessions`` leaves out, so that it can be counted and shown."""
    return _marked(figures, sessions).filter(~pl.col("is_session")).drop("is_session")


def _marked(figures: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    days = sessions.select(pl.col("session").alias("event_date"), pl.lit(1).alias("is_session"))
    joined = join_one(figures, days, "event_date", many=True)
    return joined.with_columns(pl.col("is_session").is_not_null())
