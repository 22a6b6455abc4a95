"""The simulated market's files: complete, strict, and the same bytes every time."""

from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest

from schemas.offline_feeds import AS_LIVE
from schemas.series import offered_by, series
from sources import simulated
from sources.errors import SourceError
from sources.expiries import fetch_expiries, parse_expiries
from sources.simulated import (
    Simulation,
    datasets,
    fetch_events,
    fetch_listed,
    fetch_observations,
    fetch_settlements,
    parse_events,
    parse_observations,
    parse_settlements,
)

SHORT = Simulation(sessions=320)


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="in-memory")


@pytest.fixture(scope="module")
def observations() -> pl.DataFrame:
    """Every scalar series of a short market."""
    return _collect(parse_observations(fetch_observations(SHORT)))


@pytest.fixture(scope="module")
def sessions() -> list[date]:
    """The short market's sessions, those ahead included."""
    calendar = datasets(SHORT)[0]
    return _collect(calendar.parse(calendar.fetch()))["session"].to_list()


def _series(frame: pl.DataFrame, series_id: str) -> pl.DataFrame:
    return frame.filter(pl.col("series_id") == series_id)


def test_bytes_repeat() -> None:
    """Made twice, the files are the same bytes."""
    first = [dataset.fetch() for dataset in datasets(SHORT)]
    simulated._market.cache_clear()  # noqa: SLF001  # else the second is not made
    assert [dataset.fetch() for dataset in datasets(SHORT)] == first


def test_seed_changes_market() -> None:
    """Another seed is another market."""
    assert fetch_observations(SHORT) != fetch_observations(Simulation(sessions=320, seed=8))


def test_calendar_comes_first(sessions: list[date]) -> None:
    """The calendar is the first dataset; it covers the simulation and 400 days beyond."""
    assert datasets(SHORT)[0].name == "raw_session"
    assert sessions.index(SHORT.end) == SHORT.sessions - 1
    assert sessions[-1] == date(2027, 2, 4)


def test_catalogue_is_complete(observations: pl.DataFrame) -> None:
    """Every series that the catalogue offers from the simulator is there, and no other."""
    offered = {entry.id for entry in offered_by("simulated")}
    assert set(observations["series_id"]) == offered


def test_daily_series_have_no_holes(observations: pl.DataFrame, sessions: list[date]) -> None:
    """A daily series has one value on every session."""
    expected = sessions[: SHORT.sessions]
    for entry in offered_by("simulated"):
        feed = entry.feed("simulated")
        if feed is not None and feed.frequency == "daily":
            assert _series(observations, entry.id)["event_date"].to_list() == expected, entry.id


@pytest.mark.parametrize(
    ("series_id", "first", "months"),
    [
        ("erp_damodaran_published", date(2024, 10, 1), 15),
        ("spx_at_erp_mark", date(2024, 10, 1), 15),
        ("smb_return", date(2024, 10, 1), 15),
    ],
)
def test_monthly_series_have_no_holes(
    series_id: str, first: date, months: int, observations: pl.DataFrame
) -> None:
    """A monthly series has one value on the first of every month."""
    found = _series(observations, series_id)["event_date"].to_list()
    assert found == [date(2024 + (8 + n + 1) // 12, (8 + n + 1) % 12 + 1, 1) for n in range(months)]
    assert found[0] == first


@pytest.mark.parametrize(
    "series_id", ["shiller_price", "shiller_cape", "interbank_3m_us", "reer_broad"]
)
def test_new_monthly_series_have_no_holes(series_id: str, observations: pl.DataFrame) -> None:
    """A monthly series that follows the sessions has each of their fifteen whole months."""
    found = _series(observations, series_id)["event_date"]
    assert found.len() == 15
    assert found.dt.day().unique().to_list() == [1]
    assert found[0] == date(2024, 10, 1)


def test_balance_sheets_come_ten_weeks_late(observations: pl.DataFrame) -> None:
    """A quarter's financial accounts are stamped in the third month after its end, once."""
    rows = _series(observations, "corporate_debt")
    assert rows["event_date"].to_list() == [date(2024, 10, 1), date(2025, 1, 1), date(2025, 4, 1),
                                            date(2025, 7, 1)]  # fmt: skip
    lag = rows.select(pl.col("available_at").dt.date() - pl.col("event_date").dt.offset_by("3mo"))
    assert lag.to_series().dt.total_days().is_between(65, 75).all()


def test_reserves_are_of_wednesdays(observations: pl.DataFrame) -> None:
    """Bank reserves have one value every Wednesday, holidays included."""
    days = _series(observations, "bank_reserves")["event_date"]
    assert days.dt.weekday().unique().to_list() == [3]
    assert days.diff().drop_nulls().dt.total_days().unique().to_list() == [7]
    assert days[-1] == date(2025, 12, 31)


def test_breakeven_is_difference_of_yields(observations: pl.DataFrame) -> None:
    """Breakeven inflation is the nominal less the real yield, to the digit, as FRED computes it."""
    ten, real, even = (
        _series(observations, name)["value"]
        for name in ("treasury_10y", "treasury_real_10y", "breakeven_10y")
    )
    assert (ten - real).round(4).to_list() == even.to_list()


def test_nominal_gdp_has_every_estimate(observations: pl.DataFrame) -> None:
    """Nominal GDP comes out with real GDP, each estimate on the same morning."""
    real, nominal = (_series(observations, name) for name in ("gdp_real", "gdp_nominal"))
    assert nominal["available_at"].to_list() == real["available_at"].to_list()
    assert nominal["event_date"].to_list() == real["event_date"].to_list()


@pytest.mark.parametrize("series_id", sorted(AS_LIVE))
def test_feed_is_timed_like_live(series_id: str) -> None:
    """What is published as its live feed is comes by the same rule, as often, and may be as old."""
    ours, live = (series(series_id).feed(source) for source in ("simulated", "live"))
    assert ours is not None
    assert live is not None
    assert ours.known == replace(live.known, delayed=())
    assert (ours.frequency, ours.warn_after, ours.fail_after) == (
        live.frequency, live.warn_after, live.fail_after)  # fmt: skip
    assert ours.scale == 1.0


def test_revisions_differ(observations: pl.DataFrame) -> None:
    """Core CPI and real GDP come in three vintages, each stamped later and mostly different."""
    for series_id in ("core_cpi", "gdp_real"):
        event = _series(observations, series_id).filter(pl.col("event_date") == date(2025, 1, 1))
        assert event["available_at"].is_sorted()
        assert event["available_at"].n_unique() == 3
        assert event["value"].n_unique() > 1


def test_nothing_stamped_after_end(observations: pl.DataFrame) -> None:
    """No vintage bears a stamp after the last session, and only stamped feeds bear one."""
    stamped = observations.drop_nulls("available_at")
    feeds = {entry.id: entry.feed("simulated") for entry in offered_by("simulated")}
    ruled = {
        name for name, feed in feeds.items() if feed is not None and feed.known.rule == "stamped"
    }
    assert set(stamped["series_id"]) == ruled >= {"core_cpi", "gdp_real"}
    assert stamped["available_at"].dt.date().max() <= SHORT.end


def test_premium_is_marked_before_month(observations: pl.DataFrame) -> None:
    """The premium's level and yield are those of the last session before the first."""
    closes = _series(observations, "spx_close").sort("event_date")
    marks = _series(observations, "spx_at_erp_mark")
    for day, level in marks.select("event_date", "value").iter_rows():
        assert level == closes.filter(pl.col("event_date") < day)["value"][-1]


@pytest.mark.parametrize("name", ["spx", "nasdaq"])
def test_bars_hold_open_and_close(name: str, observations: pl.DataFrame) -> None:
    """A bar's high and low enclose its open and close."""
    parts = {part: _series(observations, f"{name}_{part}")["value"].to_list()
             for part in ("open", "high", "low", "close")}  # fmt: skip
    for opened, high, low, close in zip(*parts.values(), strict=True):
        assert low <= min(opened, close) <= max(opened, close) <= high


def test_eight_contracts_listed() -> None:
    """Each session lists eight contracts, the first not yet settled, in ascending order."""
    vx = _collect(parse_settlements(fetch_settlements(SHORT)))
    assert vx["event_date"].value_counts()["count"].unique().to_list() == [8]
    assert (vx["expiry"] >= vx["event_date"]).all()
    assert vx.select(pl.struct("event_date", "expiry").is_duplicated().any()).item() is False


def test_expiries_are_wednesdays() -> None:
    """Contracts settle on Wednesdays, but for a Tuesday before a holiday."""
    expiries = _collect(parse_settlements(fetch_settlements(Simulation())))["expiry"].unique()
    tuesdays = sorted(day for day in expiries if day.weekday() == 1)
    assert all(day.weekday() in (1, 2) for day in expiries)
    assert tuesdays == [date(2022, 3, 15), date(2024, 6, 18), date(2025, 3, 18), date(2026, 5, 19)]


def test_front_contract_settles_at_vix(observations: pl.DataFrame) -> None:
    """On its expiry a contract settles at the VIX; within a week of it, it is near."""
    vix = _series(observations, "vix_close").select("event_date", vix="value")
    vx = _collect(parse_settlements(fetch_settlements(SHORT))).join(vix, on="event_date")
    gap = (pl.col("settle") / pl.col("vix")).log().abs()
    days = (pl.col("expiry") - pl.col("event_date")).dt.total_days()
    last = vx.filter(days == 0)
    assert last.height >= 14
    assert last["settle"].to_list() == last["vix"].to_list()
    assert vx.filter(days.is_between(1, 4)).select(gap.max()).item() < 0.12
    assert vx.filter(days > 150).select(gap.median()).item() > 0.12


def test_events_are_sessions_known_ahead(sessions: list[date]) -> None:
    """Announcements fall on sessions, by a schedule that was published months before."""
    events = _collect(parse_events(fetch_events(SHORT)))
    assert set(events["event_date"]) <= set(sessions)
    ahead = events.select((pl.col("event_date").cast(pl.Datetime("us", "UTC"))
                           - pl.col("available_at")).min()).item()  # fmt: skip
    assert ahead.days > 60


def test_event_counts_by_year() -> None:
    """A year has eight policy decisions and twelve releases of each statistic."""
    events = _collect(parse_events(fetch_events(Simulation())))
    counts = dict(
        events.filter(pl.col("event_date").dt.year() == 2024)["event_kind"].value_counts().rows()
    )
    assert counts == {"fomc_decision": 8, "cpi": 12, "ppi": 12, "gdp": 12}


def test_cpi_is_stamped_on_event(observations: pl.DataFrame) -> None:
    """Core CPI is first published on a CPI day, at 08:30 New York."""
    events = _collect(parse_events(fetch_events(SHORT)))
    days = set(events.filter(pl.col("event_kind") == "cpi")["event_date"])
    local = _series(observations, "core_cpi")["available_at"].dt.convert_time_zone(
        "America/New_York"
    )
    inside = [at for at in local.to_list() if at.date() > min(days)]
    assert {at.date() for at in inside} <= days
    assert {at.strftime("%H:%M") for at in inside} == {"08:30"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sessions": 299}, "sessions is 299; accepted are 300 to 20,000"),
        ({"sessions": 20_001}, "sessions is 20,001; accepted are 300 to 20,000"),
        ({"end": date(1989, 12, 29)}, "end is 1989-12-29; accepted are 1990-01-01 to 2098-12-31"),
        ({"seed": -1}, "seed is -1; accepted are whole numbers from 0"),
    ],
)
def test_bad_simulation_is_refused(wrong: dict[str, int], sentence: str) -> None:
    """A length, end or seed out of range is refused, with what is accepted."""
    with pytest.raises(SourceError, match=sentence):
        Simulation(**wrong)


def test_end_moves_to_session() -> None:
    """An end on a weekend becomes the session before it."""
    assert Simulation(end=date(2025, 1, 12)).end == date(2025, 1, 10)


def test_strange_file_is_refused() -> None:
    """A file with another header or a cell that is no number is refused."""
    with pytest.raises(SourceError, match="header"):
        parse_observations(b"series,event_date,value,available_at\nvix_close,2025-01-02,16,\n")
    with pytest.raises(SourceError, match="line 2, column value"):
        parse_observations(b"series_id,event_date,value,available_at\nvix_close,2025-01-02,x,\n")


def test_stamps_read_back() -> None:
    """A stamp is read as the UTC instant it was written as, a missing one as null."""
    rows = _collect(
        parse_observations(
            b"series_id,event_date,value,available_at\n"
            b"vix_close,2025-01-02,16.5,\ncore_cpi,2024-12-01,320.1,2025-01-15T13:30:00Z\n"
        )
    )
    stamp = datetime.fromisoformat("2025-01-15T13:30:00+00:00")
    assert rows["available_at"].to_list() == [None, stamp]


@pytest.mark.parametrize("simulation", [
    Simulation(), Simulation(sessions=4_000, end=date(2008, 6, 30)),
    Simulation(sessions=300, end=date(1991, 1, 2)),
])  # fmt: skip
def test_expiries_of_the_market_are_in_its_schedule(simulation: Simulation) -> None:
    """The schedule has VX expiries exactly where futures are listed, whatever the years."""
    listed = _collect(parse_settlements(fetch_settlements(simulation)))["expiry"]
    rows = _collect(parse_expiries(fetch_listed(simulation)))
    scheduled = rows.filter(pl.col("root") == "VX")["expiry"].sort()
    assert scheduled.is_in(listed.implode()).sum() == listed.n_unique()
    assert scheduled.filter(scheduled <= listed.max()).to_list() == sorted(set(listed))


def test_schedule_is_the_exchange_own_where_there_is_one() -> None:
    """In years with real futures every row is one that the exchange's rules give."""
    ours = fetch_listed(Simulation()).splitlines()[1:]
    days = sorted(line.split(b",")[1].decode() for line in ours if line.startswith(b"VX,"))
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    assert sorted(ours) == sorted(fetch_expiries(first, last).splitlines()[1:])
