"""Revisions of GDP read off the panel: by growth as published, or by levels."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from schemas.event_tables import MART_GDP_REVISION_DAILY
from transforms.macro_revision import gdp_revision_daily

START = date(2010, 1, 4)
MONTH = 21  # sessions, and here also calendar days between estimates: 28
NAMES = ("session", "series_id", "publisher", "event_date", "value", "available_at", "freshness")
Estimates = list[tuple[float, float, float]]


def _quarter(number: int) -> date:
    return date(2009 + number // 4, number % 4 * 3 + 1, 1)


def _panel(
    estimates: Estimates, series_id: str = "gdp_growth", publisher: str = "ALFRED"
) -> pl.LazyFrame:
    """Three estimates a quarter, 28 days apart, over three sessions each; one repeated brings none."""
    rows = []
    session = START
    for number, three in enumerate(estimates):
        stamp = datetime.combine(START + timedelta(days=90 * number), datetime.min.time(), UTC)
        for place, value in enumerate(three):
            if place == 0 or value != three[place - 1]:
                known = stamp + timedelta(days=28 * place)
            for _ in range(3):
                rows.append((session, series_id, publisher, _quarter(number), value, known, "ok"))
                session += timedelta(days=1)
    return pl.LazyFrame(rows, schema=NAMES, orient="row").cast(
        {"available_at": pl.Datetime("us", "UTC")}
    )


def _built(panel: pl.LazyFrame) -> pl.DataFrame:
    built = MART_GDP_REVISION_DAILY.conform(gdp_revision_daily(panel))
    return built.collect(engine="in-memory")


def test_revision_against_its_usual_size() -> None:
    """After 13 quarters revised by 0.2 and 0.5 points, 0.3 is usual and 1.1 more than twice usual."""
    usual = [(0.02, 0.022, 0.025)] * 13
    built = _built(_panel([(0.0, 0.0, 0.0), *usual, (0.03, 0.033, 0.041)]))
    last = built.tail(9).filter(pl.int_range(pl.len()) % 3 == 2)
    assert last["gdp_estimate"].to_list() == [1, 2, 3]
    assert last["gdp_growth_advance"].to_list() == [0.03] * 3
    assert last["gdp_growth_newest"].to_list() == [0.03, 0.033, 0.041]
    assert last["gdp_revision"].to_list() == [None, pytest.approx(0.003), pytest.approx(0.011)]
    assert last["gdp_mean_abs_revision"].to_list() == [
        None, pytest.approx(0.002), pytest.approx(0.005),
    ]  # fmt: skip
    assert last["is_gdp_revision_large"].to_list() == [None, False, True]
    assert last["sessions_since_gdp_estimate"].to_list() == [2, 2, 2]
    assert last["gdp_revision_quarters"].to_list() == [13] * 3


def test_twelve_quarters_are_needed() -> None:
    """With 11 complete quarters the size of a usual revision is unknown."""
    estimates = [(0.0, 0.0, 0.0), *[(0.02, 0.022, 0.025)] * 11, (0.03, 0.033, 0.041)]
    built = _built(_panel(estimates))
    assert built["gdp_revision"].to_list()[-1] == pytest.approx(0.011)
    assert built["gdp_mean_abs_revision"].to_list()[-1] is None
    assert built["is_gdp_revision_large"].to_list()[-1] is None


def test_unchanged_estimate_counts_as_no_revision() -> None:
    """A second estimate that repeats the first brings no new figure; its quarter revised by 0."""
    estimates = [(0.0, 0.0, 0.0), *[(0.02, 0.02, 0.025)] * 12, (0.03, 0.033, 0.041)]
    built = _built(_panel(estimates)).tail(6)
    assert built["gdp_mean_abs_revision"].to_list()[0] == 0.0
    assert built["is_gdp_revision_large"].to_list()[0] is True


def test_first_quarter_of_the_panel_is_unknown() -> None:
    """What the panel begins in the middle of may have been revised before."""
    built = _built(_panel([(0.0, 0.01, 0.02), (0.03, 0.033, 0.041)]))
    assert built["gdp_quarter"].to_list()[:9] == [None] * 9
    assert built["gdp_quarter"].to_list()[9:] == [_quarter(1)] * 9


def test_newest_figure_is_no_vintage() -> None:
    """A publisher that shows only today's figure tells nothing of revisions."""
    built = _built(_panel([(0.02, 0.022, 0.025)] * 14, publisher="FRED"))
    assert built["gdp_revision"].null_count() == built.height


def test_growth_from_levels() -> None:
    """Levels give the growth on the last level of the quarter before, to the fourth power."""
    levels = [(100.0, 100.0, 100.0), (101.0, 101.1, 101.2), (102.0, 102.0, 102.5)]
    built = _built(_panel(levels, "gdp_real"))
    assert built["gdp_growth_advance"].to_list()[-1] == pytest.approx((102.0 / 101.2) ** 4 - 1)
    assert built["gdp_revision"].to_list()[-1] == pytest.approx(
        (102.5 / 101.2) ** 4 - (102.0 / 101.2) ** 4
    )


def test_another_base_year_is_no_revision() -> None:
    """A level that jumps by a tenth was rebased: growth and revision are unknown."""
    levels = [(100.0, 100.0, 100.0), (101.0, 101.0, 101.0), (102.0, 102.1, 112.0)]
    built = _built(_panel(levels, "gdp_real")).tail(6)
    assert built["gdp_revision"].is_not_null().to_list() == [True] * 3 + [False] * 3


def test_published_growth_comes_first() -> None:
    """Where both are known the published rate counts."""
    both = pl.concat([
        _panel([(0.02, 0.022, 0.025)] * 3),
        _panel([(100.0, 101.0, 101.2)] * 3, "gdp_real"),
    ])  # fmt: skip
    assert _built(both)["gdp_growth_advance"].to_list()[-1] == 0.02
