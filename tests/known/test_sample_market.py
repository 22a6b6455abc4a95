"""The sample market against figures from outside the package it ships in."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.raw import RAW_OBSERVATION
from schemas.series import offered_by
from sources import knowledge, sample
from sources.dataset import Provenance

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def market() -> pl.DataFrame:
    """Every observation of the sample, as raw rows."""
    calendar, *others = sample.datasets()
    sessions = calendar.parse(calendar.fetch())
    provenance = Provenance(datetime(2026, 1, 2, tzinfo=UTC), "ab" * 32)
    rows = [
        knowledge.observations(
            dataset.parse(dataset.fetch()),
            source="sample",
            publisher="",
            sessions=sessions,
            provenance=provenance,
        ).rows
        for dataset in others
        if dataset.table == RAW_OBSERVATION
    ]
    return RAW_OBSERVATION.conform(pl.concat(rows)).collect(engine="in-memory")


def _series(market: pl.DataFrame, series_id: str) -> dict[date, float]:
    rows = market.filter(pl.col("series_id") == series_id)
    return dict(rows.select("event_date", "value").rows())


def test_every_series_offered(market: pl.DataFrame) -> None:
    """The sample holds exactly the series that the catalogue says it offers."""
    assert set(market["series_id"]) == {entry.id for entry in offered_by("sample")}


def test_every_row_has_its_times(market: pl.DataFrame) -> None:
    """No row lacks a time, none is known before its date, and no key is held twice."""
    assert market.null_count().row(0) == (0,) * len(market.columns)
    assert (market["available_at"].dt.date() >= market["event_date"]).all()
    assert not market.select(RAW_OBSERVATION.key).is_duplicated().any()
    assert market["is_reconstructed"].all()


def test_closes_of_volmageddon(market: pl.DataFrame) -> None:
    """2018-02-05: S&P 500 at 2648.94 (S&P Dow Jones Indices), VIX at 37.32 (Cboe)."""
    day = date(2018, 2, 5)
    assert _series(market, "spx_close")[day] == pytest.approx(2648.94, abs=0.005)
    assert _series(market, "vix_close")[day] == 37.32


@pytest.mark.parametrize(
    ("series_id", "count", "first", "last"),
    [
        ("spx_close", 5031, date(1999, 1, 4), date(2018, 12, 31)),
        ("nasdaq_open", 5031, date(1999, 1, 4), date(2018, 12, 31)),
        ("vix_close", 1259, date(2014, 1, 3), date(2019, 1, 3)),
        ("mkt_excess_return", 1109, date(1926, 7, 1), date(2018, 11, 1)),
        ("rf_30d", 1109, date(1926, 7, 1), date(2018, 11, 1)),
        ("baa_yield", 1200, date(1919, 1, 1), date(2018, 12, 1)),
        ("core_cpi", 743, date(1957, 1, 1), date(2018, 11, 1)),
        ("wti_close", 8321, date(1986, 1, 2), date(2019, 1, 3)),
    ],
)
def test_spans(market: pl.DataFrame, series_id: str, count: int, first: date, last: date) -> None:
    """Each series has the span of the publisher's file, holidays left out."""
    days = sorted(_series(market, series_id))
    assert (len(days), days[0], days[-1]) == (count, first, last)


@pytest.mark.parametrize(
    ("series_id", "day", "value"),
    [
        ("mkt_excess_return", date(1926, 7, 1), 2.96),  # French, F-F_Research_Data_Factors
        ("rf_30d", date(1926, 7, 1), 0.22),
        ("nasdaq_close", date(2000, 3, 10), 5048.62),  # the record of the dot-com years
        ("spx_close", date(2007, 10, 9), 1565.15),  # record before the 2008 crisis
        ("spx_close", date(2009, 3, 9), 676.53),  # the low of the 2008 crisis
        ("vix_close", date(2015, 8, 24), 40.74),
        ("wti_close", date(2008, 7, 3), 145.31),  # EIA, Cushing spot, the record
    ],
)
def test_published_figures(market: pl.DataFrame, series_id: str, day: date, value: float) -> None:
    """Figures widely reported at the time stand under their date, in their published unit."""
    assert _series(market, series_id)[day] == pytest.approx(value, abs=0.005)


def test_close_known_after_half_day(market: pl.DataFrame) -> None:
    """The S&P 500 close of Christmas Eve 2018, at 13:00, is known at 13:20 New York."""
    row = market.filter(
        (pl.col("series_id") == "spx_close") & (pl.col("event_date") == date(2018, 12, 24))
    )
    assert row["available_at"].item() == datetime(2018, 12, 24, 18, 20, tzinfo=UTC)


def _outside(path: Path) -> pl.DataFrame:
    if not path.is_file():
        pytest.skip(f"{path.name} is not here: not ours to redistribute")
    return pl.read_csv(path)


@pytest.mark.real_data
@pytest.mark.parametrize("figure", ["Open", "High", "Low", "Close"])
def test_spx_equals_other_file(market: pl.DataFrame, figure: str) -> None:
    """S&P 500 figures equal those of another publisher's file on every session, to the cent."""
    table = _outside(SHARED / "spx-daily" / "SPX_ohlc_1985_2021.csv")
    day = pl.col("Date").str.to_date("%m/%d/%Y")
    outside = dict(table.select(day, figure).rows())
    ours = _series(market, f"spx_{figure.lower()}")
    differing = {day for day, value in ours.items() if abs(outside[day] - value) > 0.005}
    assert differing == set()


@pytest.mark.real_data
def test_vix_equals_cboe(market: pl.DataFrame) -> None:
    """VIX closes equal those of Cboe's own file on every session."""
    table = _outside(SHARED / "cboe-index-history" / "VIX_History.csv")
    outside = dict(table.select(pl.col("DATE").str.to_date("%m/%d/%Y"), "CLOSE").rows())
    assert {d: outside[d] for d in _series(market, "vix_close")} == _series(market, "vix_close")


@pytest.mark.real_data
def test_erp_equals_extract(market: pl.DataFrame) -> None:
    """The typed-in table equals the extract of the workbook that it was read from, cell by cell."""
    table = _outside(SHARED / "damodaran-erp-monthly" / "erp_monthly.csv")
    extract = table.with_columns(pl.col("date").str.to_date()).filter(
        pl.col("date") <= date(2018, 12, 1)
    )
    for series_id, column in (
        ("erp_damodaran_published", "erp_t12m"),
        ("treasury_10y", "tbond_rate"),
        ("treasury_10y_at_erp_mark", "tbond_rate"),
        ("spx_at_erp_mark", "sp500"),
    ):
        assert _series(market, series_id) == dict(extract.select("date", column).rows())
