"""Each rule of the series catalogue gives the hour at which a value could first be known."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from schemas.live_feeds import BLS, CBOE, FRED
from sources.calendar import fetch_sessions, parse_sessions
from sources.dataset import Provenance
from sources.knowledge import Timed, new_york, observations, quotes, settlements, stated


def _figures(series_id: str, *days: date) -> pl.LazyFrame:
    columns = {"series_id": [series_id] * len(days), "event_date": days, "value": [1.5] * len(days)}
    return pl.LazyFrame(columns)


def _known(timed: Timed) -> list[datetime]:
    """When each row is known; none is left out."""
    assert timed.left_out.collect(engine="in-memory").is_empty()
    rows = timed.rows.sort("event_date").collect(engine="in-memory")
    assert rows["is_reconstructed"].all()
    return rows["available_at"].to_list()


def _left_out(timed: Timed) -> list[date]:
    """The dates of the rows that are left out; none is kept."""
    assert timed.rows.collect(engine="in-memory").is_empty()
    return timed.left_out.collect(engine="in-memory")["event_date"].to_list()


@pytest.fixture(scope="module")
def year() -> pl.LazyFrame:
    """The real calendar of 2013 to 2026, with every holiday."""
    return parse_sessions(fetch_sessions(date(2013, 1, 1), date(2026, 12, 31)))


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
    timed = observations(_figures(series_id, day), source="sample", publisher="",
                         sessions=sessions, provenance=provenance)  # fmt: skip
    assert _known(timed) == [known]


@pytest.mark.parametrize(
    ("series_id", "publisher", "day", "known"),
    [
        # H.15 of a Monday is out on Tuesday at 16:15, of a Friday on Monday.
        ("sofr", FRED, date(2022, 6, 13), datetime(2022, 6, 14, 20, 15, tzinfo=UTC)),
        ("sofr", FRED, date(2022, 6, 10), datetime(2022, 6, 13, 20, 15, tzinfo=UTC)),
        # Juneteenth 2022 was kept on Monday the 20th; Thanksgiving on 24 November.
        ("sofr", FRED, date(2022, 6, 17), datetime(2022, 6, 21, 20, 15, tzinfo=UTC)),
        ("sofr", FRED, date(2022, 11, 23), datetime(2022, 11, 25, 21, 15, tzinfo=UTC)),
        # Rates dated on a weekend or a holiday count from the session before them.
        ("fed_funds", FRED, date(2022, 6, 18), datetime(2022, 6, 21, 20, 15, tzinfo=UTC)),
        ("fed_funds", FRED, date(2022, 6, 20), datetime(2022, 6, 21, 20, 15, tzinfo=UTC)),
        # Before the calendar's first session weekdays stand in: a Friday and a Saturday of 2012.
        ("fed_funds", FRED, date(2012, 12, 14), datetime(2012, 12, 17, 21, 15, tzinfo=UTC)),
        ("fed_funds", FRED, date(2012, 12, 15), datetime(2012, 12, 17, 21, 15, tzinfo=UTC)),
        ("spx_close", FRED, date(2022, 6, 17), datetime(2022, 6, 21, 20, 15, tzinfo=UTC)),
        ("spx_close", CBOE, date(2022, 6, 17), datetime(2022, 6, 17, 20, 20, tzinfo=UTC)),
        # The shutdowns: BLS and BEA published on the days that their archives give.
        ("cpi", FRED, date(2013, 9, 1), datetime(2013, 10, 30, 12, 30, tzinfo=UTC)),
        ("cpi", FRED, date(2013, 8, 1), datetime(2013, 9, 28, 12, 30, tzinfo=UTC)),
        ("core_cpi", BLS, date(2025, 9, 1), datetime(2025, 10, 28, 12, 30, tzinfo=UTC)),
        ("core_cpi", BLS, date(2025, 11, 1), datetime(2025, 12, 28, 13, 30, tzinfo=UTC)),
        ("ppi_final_demand", FRED, date(2025, 9, 1), datetime(2025, 11, 25, 13, 30, tzinfo=UTC)),
        ("ppi_final_demand", FRED, date(2025, 11, 1), datetime(2026, 1, 14, 13, 30, tzinfo=UTC)),
        ("unemployment", FRED, date(2013, 9, 1), datetime(2013, 10, 22, 12, 30, tzinfo=UTC)),
        ("unemployment", FRED, date(2025, 11, 1), datetime(2025, 12, 16, 13, 30, tzinfo=UTC)),
        ("gdp_nominal", FRED, date(2018, 10, 1), datetime(2019, 2, 28, 13, 30, tzinfo=UTC)),
        ("gdp_real", FRED, date(2025, 7, 1), datetime(2025, 12, 23, 13, 30, tzinfo=UTC)),
        ("gdp_real", FRED, date(2013, 7, 1), datetime(2013, 11, 7, 13, 30, tzinfo=UTC)),
        ("gdp_real", FRED, date(2014, 1, 1), datetime(2014, 5, 1, 12, 30, tzinfo=UTC)),
        ("fed_assets", FRED, date(2022, 6, 15), datetime(2022, 6, 17, 20, 30, tzinfo=UTC)),
        ("nfci", FRED, date(2022, 6, 10), datetime(2022, 6, 17, 12, 30, tzinfo=UTC)),
        ("corporate_equity", FRED, date(2022, 7, 1), datetime(2022, 12, 28, 17, 0, tzinfo=UTC)),
        # Columbus Day 2022 and Veterans Day 2022: sessions on which the Federal Reserve was shut.
        ("sofr", FRED, date(2022, 10, 7), datetime(2022, 10, 11, 20, 15, tzinfo=UTC)),
        ("sofr", FRED, date(2022, 11, 10), datetime(2022, 11, 14, 21, 15, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_live_rules(
    series_id: str, publisher: str, day: date, known: datetime, year: pl.LazyFrame
) -> None:
    """Sessions, weekends, holidays and late releases: each publisher's own hour, never an earlier."""
    provenance = Provenance(datetime(2026, 11, 1, tzinfo=UTC), "ab" * 32)
    timed = observations(_figures(series_id, day), source="live", publisher=publisher,
                         sessions=year, provenance=provenance)  # fmt: skip
    assert _known(timed) == [known]


@pytest.mark.parametrize(
    ("source", "series_id", "day"),
    [
        ("sample", "spx_close", date(2018, 7, 4)),
        ("sample", "vix9d_close", date(2018, 7, 3)),
        ("sample", "x", date(2018, 7, 3)),
        ("simulated", "core_cpi", date(2018, 7, 1)),
        ("sample", "treasury_10y", date(2026, 1, 2)),
    ],
)
def test_row_without_time_left_out(
    source: str, series_id: str, day: date, sessions: pl.LazyFrame, provenance: Provenance
) -> None:
    """A close on a holiday, a series not offered, a stamp missing, tomorrow: left out, not guessed.

    The bytes came on 2026-01-02 at 03:04 UTC, which was still New Year's Day in New York.
    """
    timed = observations(_figures(series_id, day), source=source, publisher="",
                         sessions=sessions, provenance=provenance)  # fmt: skip
    assert _left_out(timed) == [day]


def test_day_of_arrival_is_kept(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A row dated on the New York day on which the file came is no row of the future."""
    days = [date(2025, 12, 31), date(2026, 1, 1)]
    timed = observations(_figures("treasury_10y", *days), source="sample", publisher="",
                         sessions=sessions, provenance=provenance)  # fmt: skip
    assert timed.rows.collect(engine="in-memory")["event_date"].to_list() == days


def test_session_of_tomorrow_is_not_assumed(year: pl.LazyFrame) -> None:
    """Where the calendar ends before the session that a rule counts to, the row is left out."""
    provenance = Provenance(datetime(2027, 6, 1, tzinfo=UTC), "ab" * 32)
    last = date(2026, 12, 31)
    timed = observations(_figures("sofr", last), source="live", publisher=FRED,
                         sessions=year, provenance=provenance)  # fmt: skip
    assert _left_out(timed) == [last]


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
    rows = observations(
        figures, source="simulated", publisher="", sessions=sessions, provenance=provenance
    ).rows.sort("event_date")
    found = rows.select("available_at", "is_reconstructed").collect(engine="in-memory").rows()
    assert found == [(stamp, False), (datetime(2018, 7, 10, 22, 0, tzinfo=UTC), True)]


def test_values_pass_untouched(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """Values and dates are those published; publisher, times and provenance are added."""
    figures = pl.LazyFrame(
        {
            "series_id": ["rf_30d", "rf_30d", "spx_close"],
            "event_date": [date(2018, 4, 1), date(2018, 5, 1), date(2018, 7, 3)],
            "value": [1e-17, 0.1 + 0.2, -7.25],
        }
    )
    timed = observations(
        figures, source="sample", publisher="", sessions=sessions, provenance=provenance
    )
    found = timed.rows.sort("event_date").collect(engine="in-memory")
    assert found.select("series_id", "event_date", "value").equals(
        figures.collect(engine="in-memory")
    )
    publishers = ["Kenneth R. French", "Kenneth R. French", "S&P Dow Jones Indices"]
    assert found["publisher"].to_list() == publishers
    assert found["retrieved_at"].unique().to_list() == [provenance.retrieved_at]
    assert found["raw_sha256"].unique().to_list() == [provenance.raw_sha256]


def test_settlements_after_close(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A VX settlement is known 20 minutes after its session closed; one of a holiday is left out."""
    days = [date(2018, 7, 2), date(2018, 7, 3), date(2018, 7, 4)]
    figures = pl.LazyFrame(
        {"event_date": days, "expiry": [date(2018, 7, 18)] * 3, "settle": [16.025, 16.5, 17.0]}
    )
    timed = settlements(figures, sessions=sessions, provenance=provenance)
    assert timed.rows.collect(engine="in-memory")["available_at"].to_list() == [
        datetime(2018, 7, 2, 20, 20, tzinfo=UTC),
        datetime(2018, 7, 3, 17, 20, tzinfo=UTC),
    ]
    assert timed.left_out.collect(engine="in-memory")["event_date"].to_list() == days[2:]


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


def test_quotes_known_a_quarter_hour_later(provenance: Provenance) -> None:
    """Delayed quotes are public 15 minutes after their instant; counts become whole numbers."""
    at = datetime(2024, 1, 5, 21, 0, tzinfo=UTC)
    figures = pl.LazyFrame({"quote_at": [at, at], "open_interest": [21, None], "volume": [0, 7]})
    found = quotes(figures, provenance=provenance).collect(engine="in-memory")
    assert found["available_at"].to_list() == [datetime(2024, 1, 5, 21, 15, tzinfo=UTC)] * 2
    assert found.select("open_interest", "volume").rows() == [(21, 0), (None, 7)]
    assert found["raw_sha256"].unique().to_list() == [provenance.raw_sha256]


def test_close_read_before_the_close_is_left_out(
    sessions: pl.LazyFrame, provenance: Provenance
) -> None:
    """A row of today in a file of this morning is no close; the next copy's is."""
    noon = Provenance(datetime(2022, 6, 17, 16, 0, tzinfo=UTC), provenance.raw_sha256)
    timed = observations(_figures("vix_close", date(2022, 6, 17)), source="live", publisher=CBOE,
                         sessions=sessions, provenance=noon)  # fmt: skip
    assert timed.rows.collect(engine="in-memory").is_empty()
    assert timed.left_out.collect(engine="in-memory").height == 1
