"""The quantities that checks judge, on rows small enough to count by hand."""

import math
from datetime import date

import polars as pl
import pytest

from expectations import measures

DAYS = [date(2018, 2, day) for day in (1, 2, 5, 6)]


def measured(measure: pl.Expr, **columns: list[object]) -> list[object]:
    """The measure's values over columns written as lists."""
    return pl.DataFrame(columns).select(measure.alias("measure"))["measure"].to_list()


def test_gaps_count_sessions_not_days() -> None:
    """A weekend is no gap, several rows of a session are none, a missing session is one."""
    gap = measures.session_gap(pl.Series(DAYS))

    assert measured(gap, session=[DAYS[1], DAYS[1], DAYS[2]]) == [0, 0, 1]
    assert measured(gap, session=[DAYS[0], DAYS[1], DAYS[3]]) == [0, 1, 2]


def test_a_day_off_the_calendar_is_marked() -> None:
    """A Saturday is -1 and does not disturb the count of the sessions around it."""
    gap = measures.session_gap(pl.Series(DAYS))

    assert measured(gap, session=[DAYS[1], date(2018, 2, 3), DAYS[2]]) == [0, -1, 1]


def test_runs_count_from_one() -> None:
    """A run counts the row itself, starts anew on a change, and is null on a null."""
    run = measures.unchanged_run("close")

    assert measured(run, close=[1.0, 1.0, 2.0, None, None, 2.0]) == [1, 2, 1, None, None, 1]


def test_log_change_is_null_beside_what_is_not_positive() -> None:
    """No logarithm is taken of nulls, zeros and negative numbers."""
    found = measured(measures.log_change("close"), close=[17.31, 37.32, 0.0, 5.0, None])

    assert found[1] == pytest.approx(math.log(37.32 / 17.31), rel=1e-12)  # VIX, 2018-02-05
    assert [found[0], *found[2:]] == [None, None, None, None]


def test_clearance_is_negative_where_the_range_is_broken() -> None:
    """A high below the close and a low above the open are negative clearances."""
    bars = {"spx_open": [10.0, 10.0], "spx_close": [12.0, 12.0],
            "spx_high": [13.0, 11.0], "spx_low": [9.0, 10.5]}  # fmt: skip

    assert measured(measures.high_clearance("spx"), **bars) == [1.0, -1.0]
    assert measured(measures.low_clearance("spx"), **bars) == [1.0, -0.5]


def test_rows_are_counted_per_session() -> None:
    """Each row bears the number of rows of its session."""
    assert measured(measures.rows_per_session(), session=[DAYS[0], DAYS[0], DAYS[1]]) == [2, 2, 1]
