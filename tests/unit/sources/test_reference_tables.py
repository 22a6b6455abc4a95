"""The two tables typed into this repository stay the size and shape they were cited with."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from sources.damodaran import fetch_erp, parse_erp
from sources.errors import SourceError
from sources.fomc import fetch_decisions, parse_decisions


def test_erp_table_size() -> None:
    """The one real table above fifty rows has 124 months, none missing, four series."""
    rows = parse_erp(fetch_erp()).collect(engine="in-memory")
    assert len(fetch_erp().splitlines()) == 125
    months = rows.filter(pl.col("series_id") == "erp_damodaran_published")["event_date"]
    every = pl.date_range(date(2008, 9, 1), date(2018, 12, 1), "1mo", eager=True)
    assert months.to_list() == every.to_list()
    assert rows.group_by("series_id").len()["len"].to_list() == [124] * 4


def test_erp_as_published() -> None:
    """Premium and rate stay in percent; one rate feeds the yield and the mark's yield."""
    rows = parse_erp(b"month,erp_t12m,tbond_rate,sp500\n2008-09,4.5,3.75,1250\n")
    assert dict(rows.select("series_id", "value").collect(engine="in-memory").rows()) == {
        "erp_damodaran_published": 4.5,
        "spx_at_erp_mark": 1250.0,
        "treasury_10y": 3.75,
        "treasury_10y_at_erp_mark": 3.75,
    }


def test_erp_header_refused() -> None:
    """Another edition's columns are refused."""
    with pytest.raises(SourceError, match=r"damodaran_erp_monthly\.csv: header is"):
        parse_erp(b"month,erp,tbond_rate,sp500\n2008-09,4.5,3.75,1250\n")


def test_decisions_table_size() -> None:
    """Eight decisions a year from 2014 to 2018 and the first of 2019, on Wednesdays or Thursdays."""
    rows = parse_decisions(fetch_decisions()).collect(engine="in-memory")
    assert rows.height == 41
    per_year = rows.group_by(pl.col("event_date").dt.year().alias("year")).len()
    assert dict(per_year.rows()) == {**dict.fromkeys(range(2014, 2019), 8), 2019: 1}
    assert set(rows["event_date"].dt.weekday()) == {3, 4}
    assert rows["event_date"].is_sorted()


def test_schedule_known_year_before() -> None:
    """A year's schedule counts as known on the evening of 30 September before it, New York."""
    rows = parse_decisions(b"decision\n2018-01-31\n2018-12-19\n").collect(engine="in-memory")
    assert rows.columns == ["event_kind", "event_date", "available_at"]
    assert set(rows["available_at"]) == {datetime(2017, 9, 30, 22, 0, tzinfo=UTC)}
    assert set(rows["event_kind"]) == {"fomc_decision"}


def test_decisions_header_refused() -> None:
    """A list of another kind of date is refused."""
    with pytest.raises(SourceError, match=r"fomc_decisions\.csv: header is 'minutes'"):
        parse_decisions(b"minutes\n2018-02-21\n")
