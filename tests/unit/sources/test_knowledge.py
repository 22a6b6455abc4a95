"""Each rule of the series catalogue gives the hour at which a value could first be known."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from sources.dataset import Provenance
from sources.knowledge import new_york, observations, settlements, stated


def _known(
    series_id: str, day: date, *, sessions: pl.LazyFrame, provenance: Provenance
) -> datetime | None:
    figures = pl.LazyFrame({"series_id": [series_id], "event_date": [day], "value": [1.5]})
    rows = observations(figures, source="sample", sessions=sessions, provenance=provenance)
    known: datetime | None = rows.collect(engine="in-memory")["available_at"].item()
    return known


@pytest.mark.parametrize(
    ("series_id", "day", "known"),
    [
        ("spx_close", date(2018, 3, 9), datetime(2018, 3, 9, 21, 20, tzinfo=UTC)),  # winter time
        ("spx_close", date(2018, 3, 12), datetime(2018, 3, 12, 20, 20, tzinfo=UTC)),  # summer time
        ("vix_close", date(2018, 7, 3), datetime(2018, 7, 3, 17, 20, tzinfo=UTC)),  # half day
        ("vix_close", date(2018, 11, 23), datetime(2018, 11, 23, 18, 20, tzinfo=UTC)),  # half day
        ("wti_close", date(2018, 3, 5), datetime(2018, 3, 12, 22, 0, tzinfo=UTC)),
        ("wti_close", date(2018, 3, 2), datetime(2018, 3, 9, 23, 0, tzinfo=UTC)),
        ("wti_close", date(2018, 12, 28), datetime(2019, 1, 4, 23, 0, tzinfo=UTC)),
        ("spx_at_erp_mark", date(2018, 3, 1), datetime(2018, 3, 5, 23, 0, tzinfo=UTC)),
        ("treasury_10y", date(2018, 7, 1), datetime(2018, 7, 5, 22, 0, tzinfo=UTC)),
        ("core_cpi", date(2018, 2, 1), datetime(2018, 3, 15, 12, 30, tzinfo=UTC)),
        ("core_cpi", date(2018, 1, 1), datetime(2018, 2, 15, 13, 30, tzinfo=UTC)),
        ("baa_yield", date(2018, 12, 1), datetime(2019, 1, 5, 23, 0, tzinfo=UTC)),
        ("rf_30d", date(2018, 5, 1), datetime(2018, 6, 25, 22, 0, tzinfo=UTC)),
        ("hml_return", date(2018, 1, 31), datetime(2018, 2, 25, 23, 0, tzinfo=UTC)),
    ],
)
def test_known_at_by_rule(
    series_id: str, day: date, known: datetime, sessions: pl.LazyFrame, provenance: Provenance
) -> None:
    """Closes, day lags and month rules give the stated New York hour in both halves of the year."""
    assert _known(series_id, day, sessions=sessions, provenance=provenance) == known


@pytest.mark.parametrize(
    ("series_id", "day"),
    [("spx_close", date(2018, 7, 4)), ("vix9d_close", date(2018, 7, 3)), ("x", date(2018, 7, 3))],
)
def test_unruled_row_unknown(
    series_id: str, day: date, sessions: pl.LazyFrame, provenance: Provenance
) -> None:
    """A close on a holiday, or a series not offered, gets no time rather than a guessed one."""
    assert _known(series_id, day, sessions=sessions, provenance=provenance) is None


def test_stamped_row_keeps_stamp(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A publisher's stamp is kept for series that say so, and only for them."""
    stamp = datetime(2018, 8, 10, 12, 30, tzinfo=UTC)
    figures = pl.LazyFrame(
        {
            "series_id": ["core_cpi", "wti_close"],
            "event_date": [date(2018, 7, 1), date(2018, 7, 3)],
            "value": [258.0, 70.0],
            "available_at": [stamp, stamp],
        },
        schema_overrides={"available_at": pl.Datetime("us", "UTC")},
    )
    rows = observations(figures, source="simulated", sessions=sessions, provenance=provenance)
    found = rows.select("available_at", "is_reconstructed").collect(engine="in-memory").rows()
    assert found == [(stamp, False), (datetime(2018, 7, 10, 22, 0, tzinfo=UTC), True)]


def test_missing_stamp_unknown(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A stamped series without a stamp gets no time."""
    figures = pl.LazyFrame(
        {"series_id": ["core_cpi"], "event_date": [date(2018, 7, 1)], "value": [258.0]}
    )
    rows = observations(figures, source="simulated", sessions=sessions, provenance=provenance)
    assert rows.collect(engine="in-memory")["available_at"].item() is None


def test_values_pass_untouched(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """Values, dates and row order are those published; only times and provenance are added."""
    figures = pl.LazyFrame(
        {
            "series_id": ["rf_30d", "spx_close", "rf_30d"],
            "event_date": [date(2018, 5, 1), date(2018, 7, 3), date(2018, 4, 1)],
            "value": [0.1 + 0.2, -7.25, 1e-17],
        }
    )
    rows = observations(figures, source="sample", sessions=sessions, provenance=provenance)
    found = rows.collect(engine="in-memory")
    assert found.select("series_id", "event_date", "value").equals(
        figures.collect(engine="in-memory")
    )
    assert found["retrieved_at"].unique().to_list() == [provenance.retrieved_at]
    assert found["raw_sha256"].unique().to_list() == [provenance.raw_sha256]


def test_settlements_after_close(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A VX settlement is known 20 minutes after its session closed, on half days earlier."""
    days = [date(2018, 7, 2), date(2018, 7, 3), date(2018, 7, 4)]
    figures = pl.LazyFrame(
        {"event_date": days, "expiry": [date(2018, 7, 18)] * 3, "settle": [16.025, 16.5, 17.0]}
    )
    rows = settlements(figures, sessions=sessions, provenance=provenance)
    assert rows.collect(engine="in-memory")["available_at"].to_list() == [
        datetime(2018, 7, 2, 20, 20, tzinfo=UTC),
        datetime(2018, 7, 3, 17, 20, tzinfo=UTC),
        None,
    ]


def test_stated_times_stay(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """Rows that state their own times gain nothing but their provenance."""
    rows = stated(sessions, provenance=provenance)
    assert (
        rows.drop("retrieved_at", "raw_sha256")
        .collect(engine="in-memory")
        .equals(sessions.collect(engine="in-memory"))
    )


@pytest.mark.parametrize("at", [time(8, 30), time(18, 0)])
def test_new_york_agrees_with_zoneinfo(at: time) -> None:
    """Every day of 1999 to 2030 has the UTC hour that Python's own zone database gives."""
    first = date(1999, 1, 1)
    days = [first + timedelta(days=n) for n in range(32 * 365)]
    found = pl.DataFrame({"day": days}).select(new_york(pl.col("day"), pl.lit(at))).to_series()
    zone = ZoneInfo("America/New_York")
    twin = [datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for day in days]
    assert found.to_list() == twin
