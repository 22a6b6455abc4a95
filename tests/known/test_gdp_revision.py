"""Real vintages of GDP growth: what the Bureau of Economic Analysis published, estimate by estimate."""

from datetime import UTC, date, datetime, time, timedelta

import polars as pl
import pytest

from schemas.core import CORE_AS_KNOWN_DAILY
from transforms.macro_revision import gdp_revision_daily

# BEA news releases "Gross Domestic Product", advance, second and third estimate, percent.
PUBLISHED = (
    ("2019-10-01", 2.1, 2.1, 2.1), ("2020-01-01", -4.8, -5.0, -5.0),
    ("2020-04-01", -32.9, -31.7, -31.4), ("2020-07-01", 33.1, 33.1, 33.4),
    ("2020-10-01", 4.0, 4.1, 4.3), ("2021-01-01", 6.4, 6.4, 6.4), ("2021-04-01", 6.5, 6.6, 6.7),
    ("2021-07-01", 2.0, 2.1, 2.3), ("2021-10-01", 6.9, 7.0, 6.9), ("2022-01-01", -1.4, -1.5, -1.6),
    ("2022-04-01", -0.9, -0.6, -0.6), ("2022-07-01", 2.6, 2.9, 3.2), ("2022-10-01", 2.9, 2.7, 2.6),
    ("2023-01-01", 1.1, 1.3, 2.0), ("2023-04-01", 2.4, 2.1, 2.1),
)  # fmt: skip
ADVANCE_DAYS, APART = 118, 28  # days from a quarter's first, and from one estimate to the next


def _panel() -> pl.LazyFrame:
    """A row a week, each with the newest estimate; one that repeats the last is no new vintage."""
    news: list[tuple[date, date, float]] = []
    for quarter, *growths in PUBLISHED:
        event = date.fromisoformat(quarter)
        for place, growth in enumerate(growths):
            if place == 0 or growth != growths[place - 1]:
                known = event + timedelta(days=ADVANCE_DAYS + APART * place)
                news.append((known, event, growth / 100))
    first, last = news[0][0], news[-1][0] + timedelta(days=60)
    rows = []
    for week in range((last - first).days // 7):
        session = first + timedelta(days=7 * week)
        known, event, growth = max(one for one in news if one[0] <= session)
        stamp = datetime.combine(known, time(12, 30), UTC)
        rows.append(
            (session, "gdp_growth", "ALFRED", event, growth, stamp, 0, "ok", None, "0" * 64)
        )
    return pl.LazyFrame(rows, schema=CORE_AS_KNOWN_DAILY.schema, orient="row")


@pytest.fixture(scope="module")
def revisions() -> pl.DataFrame:
    """The last row of each estimate."""
    built = gdp_revision_daily(_panel()).collect(engine="in-memory")
    return built.group_by("gdp_quarter", "gdp_estimate", maintain_order=True).last()


def _of(revisions: pl.DataFrame, quarter: date, estimate: int) -> dict[str, object]:
    is_one = (pl.col("gdp_quarter") == quarter) & (pl.col("gdp_estimate") == estimate)
    return revisions.filter(is_one).row(0, named=True)


def test_large_revision_of_2023(revisions: pl.DataFrame) -> None:
    """1.1 became 2.0 percent where twelve quarters had been revised by 0.35 points on average."""
    found = _of(revisions, date(2023, 1, 1), 3)
    assert found["gdp_revision"] == pytest.approx(0.009)
    assert found["gdp_mean_abs_revision"] == pytest.approx(0.0035)
    assert found["is_gdp_revision_large"] is True


def test_second_estimate_against_second_estimates(revisions: pl.DataFrame) -> None:
    """1.1 to 1.3 is no more than usual: 0.225 points on average from the first to the second."""
    found = _of(revisions, date(2023, 1, 1), 2)
    assert found["gdp_revision"] == pytest.approx(0.002)
    assert found["gdp_mean_abs_revision"] == pytest.approx(0.00225)
    assert found["is_gdp_revision_large"] is False


def test_pandemic_quarter(revisions: pl.DataFrame) -> None:
    """The second quarter of 2020 went from -32.9 to -31.4 percent."""
    found = _of(revisions, date(2020, 4, 1), 3)
    assert found["gdp_growth_advance"] == pytest.approx(-0.329)
    assert found["gdp_growth_newest"] == pytest.approx(-0.314)
    assert found["gdp_revision"] == pytest.approx(0.015)
