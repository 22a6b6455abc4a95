"""Rows of holidays are set apart, and none is lost."""

from datetime import date

import polars as pl

from sources.cboe import parse_index
from sources.off_session import of_sessions, off_sessions

SESSIONS = pl.LazyFrame({"session": [date(2022, 7, 1), date(2022, 7, 5)]})
FILE = b"DATE,VVIX\n07/01/2022,91\n07/04/2022,92\n07/05/2022,93\n"


def test_holiday_row_is_set_apart() -> None:
    """Independence Day's level belongs to no session; the two neighbors' do."""
    figures = parse_index(FILE, symbol="VVIX")
    kept = of_sessions(figures, SESSIONS).collect(engine="in-memory")
    left = off_sessions(figures, SESSIONS).collect(engine="in-memory")
    assert kept.get_column("value").to_list() == [91.0, 93.0]
    assert left.rows() == [("vvix_close", date(2022, 7, 4), 92.0)]
    assert kept.columns == left.columns == ["series_id", "event_date", "value"]
