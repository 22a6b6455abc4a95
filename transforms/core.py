"""The session grid, and the inputs as wide tables on it."""

from collections.abc import Callable
from datetime import time

import polars as pl

from schemas.core import UNFIT
from schemas.frames import join_one
from schemas.model import Table

_DECISION_TIME = time(7, 30)
_DECISION_ZONE = "America/New_York"


def session(raw_session: pl.LazyFrame) -> pl.LazyFrame:
    """The trading calendar with each session's decision time: 07:30 New York on the next one.

    The calendar's last session has no next one, hence no decision time, and is left out.
    """
    # The one look forward there is: a calendar is published years ahead.
    ordered = raw_session.sort("session").with_columns(next_session=pl.col("session").shift(-1))
    decision_at = (
        pl.col("next_session")
        .dt.combine(_DECISION_TIME, time_unit="us")
        .dt.replace_time_zone(_DECISION_ZONE)
        .dt.convert_time_zone("UTC")
    )
    return ordered.filter(pl.col("next_session").is_not_null()).select(
        "session", "open_at", "close_at", "is_half_day", "next_session", decision_at=decision_at
    )


def wide_daily(table: Table) -> Callable[[pl.LazyFrame], pl.LazyFrame]:
    """The builder of a wide core table: one row per session, one column per series.

    Values that are too old for their feed (freshness ``fail``) or not believed (``suspect``) are
    null, and so is the whole column of a series that the source does not offer.
    """
    names = [column.name for column in table.columns if column.name not in table.key]

    def build(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
        grid = core_as_known_daily.select("session").unique().sort("session")
        fit = pl.when(~pl.col("freshness").is_in(UNFIT)).then(pl.col("value"))
        values = (
            core_as_known_daily.filter(pl.col("series_id").is_in(names))
            .select("session", "series_id", value=fit)
            .pivot(
                "series_id",
                on_columns=names,
                index="session",
                values="value",
                # Raises where a session holds a series twice.
                aggregate_function=pl.element().item(allow_empty=True),
            )
        )
        return join_one(grid, values, on="session")

    return build


def vx_curve_daily(core_session: pl.LazyFrame, raw_vx_settlement: pl.LazyFrame) -> pl.LazyFrame:
    """VX settlements of each session that were known by its decision time.

    Contracts that settle on the session or before have expired: at the decision they are gone.
    Of several vintages the newest one known counts.
    """
    sessions = core_session.select("session", "decision_at")
    settlements = raw_vx_settlement.select("expiry", "settle", "available_at", session="event_date")
    dated = join_one(settlements, sessions, on="session", many=True).filter(
        pl.col("available_at") <= pl.col("decision_at"), pl.col("expiry") > pl.col("session")
    )
    newest = dated.sort("session", "expiry", "available_at").unique(
        ["session", "expiry"], keep="last", maintain_order=True
    )
    days = (pl.col("expiry") - pl.col("session")).dt.total_days()
    return newest.select("session", "expiry", "settle", days_to_expiry=days.cast(pl.Int32))


def position(raw_position: pl.LazyFrame) -> pl.LazyFrame:
    """The desk as declared, less where it was read from."""
    return raw_position.drop("retrieved_at", "raw_sha256")


def expiry(raw_expiry: pl.LazyFrame) -> pl.LazyFrame:
    """The listed expiries: a calendar, published years ahead and so known at every decision."""
    return raw_expiry.select("root", "expiry", "last_trading_day", "settlement")
