"""What was known when: revisions, ages, freshness and units of the as-known panel."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from schemas.core import CORE_AS_KNOWN_DAILY, CORE_INDEX_DAILY, CORE_RATE_DAILY, CORE_SESSION
from schemas.raw import RAW_OBSERVATION, RAW_SESSION
from schemas.series import series
from transforms.as_known import as_known_daily_of
from transforms.core import session, wide_daily

Row = dict[str, Any]
FIRST = date(2024, 1, 2)  # a Tuesday
DAYS = [
    day
    for offset in range(130)
    if (day := FIRST + timedelta(days=offset)).weekday() < 5
]  # fmt: skip


def _at(day: date, hour: int = 22) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _observed(
    series_id: str, event_date: date, value: float, known: datetime,
    publisher: str = "VolBrief simulator",
) -> Row:  # fmt: skip
    return {
        "series_id": series_id, "publisher": publisher, "event_date": event_date, "value": value, "available_at": known,
        "is_reconstructed": True, "retrieved_at": _at(DAYS[-1]), "raw_sha256": "0" * 64,
    }  # fmt: skip


def _calendar() -> pl.LazyFrame:
    rows = [
        {"session": day, "open_at": _at(day, 14), "close_at": _at(day, 21), "is_half_day": False,
         "retrieved_at": _at(DAYS[-1]), "raw_sha256": "0" * 64}
        for day in DAYS
    ]  # fmt: skip
    return CORE_SESSION.conform(session(pl.LazyFrame(rows, schema=RAW_SESSION.schema)))


def _panel(rows: list[Row]) -> pl.DataFrame:
    closes = [_observed("spx_close", day, 4_700.0 + i, _at(day)) for i, day in enumerate(DAYS[:-5])]
    raw = pl.LazyFrame([*closes, *rows], schema=RAW_OBSERVATION.schema)
    built = as_known_daily_of("simulated")(_calendar(), raw)
    return CORE_AS_KNOWN_DAILY.conform(built).collect(engine="in-memory")


def _series(panel: pl.DataFrame, series_id: str) -> list[Row]:
    return panel.filter(pl.col("series_id") == series_id).rows(named=True)


JANUARY, FEBRUARY = date(2024, 1, 1), date(2024, 2, 1)


@pytest.fixture(scope="module")
def revised() -> list[Row]:
    """A monthly series: January, its revision, February, a late revision of January, then its own."""
    return _series(
        _panel([
            _observed("core_cpi", JANUARY, 310.0, _at(DAYS[10])),
            _observed("core_cpi", JANUARY, 311.0, _at(DAYS[15])),
            _observed("core_cpi", FEBRUARY, 320.0, _at(DAYS[30])),
            _observed("core_cpi", JANUARY, 312.0, _at(DAYS[35])),
            _observed("core_cpi", FEBRUARY, 321.0, _at(DAYS[40])),
        ]),
        "core_cpi",
    )  # fmt: skip


def test_newest_event_counts(revised: list[Row]) -> None:
    """A revision of the newest month replaces it; a late one of an older month does not."""
    known = {row["session"]: row["value"] for row in revised}
    assert DAYS[9] not in known
    found = [known[DAYS[at]] for at in (10, 14, 15, 29, 30, 35, 39, 40)]
    assert found == [310.0, 310.0, 311.0, 311.0, 320.0, 320.0, 320.0, 321.0]


def test_event_date_never_goes_back(revised: list[Row]) -> None:
    """From session to session the event a value describes is the same or a later one."""
    event_dates = [row["event_date"] for row in revised]
    assert event_dates == sorted(event_dates)


def _twin(rows: list[Row], decision_at: datetime) -> float | None:
    newest = None
    for row in sorted(rows, key=lambda row: (row["available_at"], row["event_date"])):
        is_known = row["available_at"] <= decision_at
        if is_known and (newest is None or row["event_date"] >= newest["event_date"]):
            newest = row
    return None if newest is None else newest["value"]


def test_agrees_with_twin() -> None:
    """Over a muddle of vintages the panel is what a loop over the rows says."""
    rows = [
        _observed("core_cpi", JANUARY + timedelta(days=7 * (k % 5)), 300.0 + k,
                  _at(DAYS[(11 * k) % 60], 5 + k % 12))
        for k in range(40)
    ]  # fmt: skip
    decisions = dict(
        _calendar().select("session", "decision_at").collect(engine="in-memory").iter_rows()
    )
    known = {row["session"]: row["value"] for row in _series(_panel(rows), "core_cpi")}
    assert known == {
        day: value for day in DAYS[:-5] if (value := _twin(rows, decisions[day])) is not None
    }


def test_decision_time_is_next_morning() -> None:
    """What becomes known at 07:30 New York of the next session counts, a second later does not."""
    calendar = _calendar().collect(engine="in-memory")
    decision_at = calendar["decision_at"][3]
    assert decision_at == datetime(2024, 1, 8, 12, 30, tzinfo=UTC)  # Monday, winter time
    rows = [
        _observed("treasury_10y", DAYS[3], 0.04, decision_at),
        _observed("treasury_2y", DAYS[3], 0.04, decision_at + timedelta(seconds=1)),
    ]
    panel = _panel(rows)
    assert _series(panel, "treasury_10y")[0]["session"] == DAYS[3]
    assert _series(panel, "treasury_2y")[0]["session"] == DAYS[4]


def test_summer_time_moves_decision() -> None:
    """07:30 New York is 11:30 UTC in summer; the calendar's last session has no decision."""
    calendar = _calendar().collect(engine="in-memory")
    assert calendar["decision_at"][-1].time() == time(11, 30)
    assert calendar["session"].to_list() == DAYS[:-1]


def test_age_counts_sessions() -> None:
    """A value's age is 0 on its own session, 1 on the next, and a weekend adds nothing."""
    row = _series(_panel([_observed("treasury_10y", DAYS[3], 0.04, _at(DAYS[3]))]), "treasury_10y")
    assert DAYS[3].weekday() == 4
    assert [(item["age_sessions"], item["freshness"]) for item in row[:7]] == [
        (0, "ok"), (1, "ok"), (2, "warn"), (3, "warn"), (4, "warn"), (5, "warn"), (6, "fail"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event_date", "age"),
    [
        (date(2024, 1, 1), 1),
        (date(2023, 12, 29), 2),
        (date(2023, 12, 30), 2),
        (date(2024, 1, 6), 0),
    ],
)
def test_age_of_odd_dates(event_date: date, age: int) -> None:
    """Before the calendar weekdays count; a Saturday's value is as old as Friday's close."""
    start = max(day for day in DAYS if day <= max(event_date, DAYS[0]))
    panel = _panel([_observed("treasury_10y", event_date, 0.04, _at(start))])
    assert _series(panel, "treasury_10y")[0]["age_sessions"] == age


def test_stale_close_is_null() -> None:
    """A close that did not come is null in the wide table, not yesterday's, and the row stays."""
    closes = [
        _observed("vix_close", day, 15.0 + at / 4, _at(day))
        for at, day in enumerate(DAYS[:20])
        if day != DAYS[7]
    ]
    panel = _panel(closes)
    wide = CORE_INDEX_DAILY.conform(wide_daily(CORE_INDEX_DAILY)(panel.lazy()))
    found = wide.collect(engine="in-memory")
    assert found["vix_close"][6:9].to_list() == [16.5, None, 17.0]
    assert found["session"].to_list() == DAYS[:-5]
    assert found["nasdaq_close"].null_count() == found.height


def test_scale_to_column_unit() -> None:
    """The sample's published percents are stored as decimals."""
    raw = pl.LazyFrame(
        [
            _observed("spx_close", DAYS[0], 4_700.0, _at(DAYS[0]), "S&P Dow Jones Indices"),
            _observed("baa_yield", DAYS[0], 5.2, _at(DAYS[0]), "Moody's"),
        ],
        schema=RAW_OBSERVATION.schema,
    )
    feed = series("baa_yield").feed("sample")
    assert feed is not None
    panel = as_known_daily_of("sample")(_calendar(), raw)
    rates = wide_daily(CORE_RATE_DAILY)(panel).collect(engine="in-memory")
    assert rates["baa_yield"].to_list() == [5.2 * feed.scale]


def test_series_not_offered_is_left_out() -> None:
    """A series that the source does not offer makes no row, whatever raw holds."""
    raw = pl.LazyFrame(
        [
            _observed("spx_close", DAYS[0], 4_700.0, _at(DAYS[0]), "S&P Dow Jones Indices"),
            _observed("vvix_close", DAYS[0], 90.0, _at(DAYS[0]), "Cboe"),
        ],
        schema=RAW_OBSERVATION.schema,
    )
    panel = as_known_daily_of("sample")(_calendar(), raw).collect(engine="in-memory")
    assert panel["series_id"].to_list() == ["spx_close"]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_no_number_was_never_published(bad: float) -> None:
    """A NaN or infinity leaves what was known before it in place, to grow old."""
    rows = [
        _observed("treasury_10y", DAYS[3], 0.04, _at(DAYS[3])),
        _observed("treasury_10y", DAYS[4], bad, _at(DAYS[4])),
    ]
    found = _series(_panel(rows), "treasury_10y")
    assert [row["value"] for row in found[:3]] == [0.04] * 3


def test_history_ends_with_index() -> None:
    """Rows run from the index's first event to its last, and no further."""
    panel = _panel([_observed("treasury_10y", DAYS[-1], 0.04, _at(DAYS[-1]))])
    assert panel["session"].min() == DAYS[0]
    assert panel["session"].max() == DAYS[-6]
