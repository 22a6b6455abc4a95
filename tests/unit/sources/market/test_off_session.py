"""Rows of holidays are set apart, and none is lost."""

from datetime import UTC, date, datetime

import polars as pl

from sources.cboe import parse_index
from sources.dataset import Provenance
from sources.knowledge import observations

DAYS = [date(2022, 7, 1), date(2022, 7, 5)]
SESSIONS = pl.LazyFrame(
    {"session": DAYS, "close_at": [datetime(2022, 7, day.day, 20, tzinfo=UTC) for day in DAYS]}
).with_columns(pl.col("close_at").cast(pl.Datetime("us", "UTC")))
FILE = b"DATE,VVIX\n07/01/2022,91\n07/04/2022,92\n07/05/2022,93\n"
COLUMNS = ["series_id", "event_date", "value"]


def test_holiday_row_is_set_apart() -> None:
    """Independence Day's level belongs to no session; the two neighbors' do."""
    timed = observations(
        parse_index(FILE, symbol="VVIX"),
        source="live",
        publisher="Cboe",
        sessions=SESSIONS,
        provenance=Provenance(datetime(2022, 7, 6, tzinfo=UTC), "0" * 64),
    )
    kept = timed.rows.sort("event_date").collect(engine="in-memory")
    left = timed.left_out.collect(engine="in-memory")
    assert kept.get_column("value").to_list() == [91.0, 93.0]
    assert left.select(COLUMNS).rows() == [("vvix_close", date(2022, 7, 4), 92.0)]
    assert kept.columns == left.columns
