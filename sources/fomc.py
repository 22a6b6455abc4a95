"""Decision dates of the Federal Open Market Committee, from the table typed into this package."""

from datetime import time
from importlib.resources import files

import polars as pl

from schemas.raw import RAW_EVENT
from sources.dataset import Dataset
from sources.delimited import dates, text_table
from sources.knowledge import new_york

_FILE = "fomc_decisions.csv"
_HEADER = ("decision",)
_EVENING = time(18, 0)


def fetch_decisions() -> bytes:
    """The typed-in table: the second day of each scheduled meeting, 2014 to 2018."""
    return (files("sources") / "reference" / _FILE).read_bytes()


def parse_decisions(payload: bytes) -> pl.LazyFrame:
    """Decisions as ``fomc_decision`` events.

    Returns:
        A year's schedule counts as known on 30 September of the year before, 18:00 New York. The
        Federal Reserve announces it in the preceding summer; the rule errs on the late side.

    Raises:
        SourceError: another header, or a cell that is not a date.

    Source:
        Federal Reserve Board, Meeting calendars, statements, and minutes.
    """
    table = text_table(payload, file=_FILE, header=_HEADER)
    decision = pl.col("event_date")
    announced = pl.date(decision.dt.year() - 1, 9, 30)
    return pl.LazyFrame(
        {"event_date": dates(table, "decision", file=_FILE, layout="%Y-%m-%d")}
    ).select(
        pl.lit("fomc_decision").alias("event_kind"),
        "event_date",
        new_york(announced, pl.lit(_EVENING)).alias("available_at"),
    )


DECISIONS = Dataset("fomc_decisions", RAW_EVENT, parse_decisions, fetch_decisions)
