"""Planted events: each changes the series it must, from its session on, and no other."""

from datetime import date

import polars as pl
import pytest

from sources.errors import SourceError
from sources.simulated import (
    Simulation,
    datasets,
    fetch_observations,
    fetch_quotes,
    fetch_settlements,
    parse_observations,
    parse_quotes,
    parse_settlements,
)
from sources.simulated_plants import Kind, Plant

SESSIONS = 320
DAY = date(2025, 11, 3)
ESTIMATE = date(2025, 11, 26)  # second, of the third quarter
FUNDS = {f"{name}_close" for name in ("vnq", "xlre", "arkk", "iwo", "kre")}


def _market(*plants: Plant) -> Simulation:
    return Simulation(sessions=SESSIONS, plants=plants)


def _observations(simulation: Simulation) -> pl.DataFrame:
    return parse_observations(fetch_observations(simulation)).collect(engine="in-memory")


@pytest.fixture(scope="module")
def control() -> pl.DataFrame:
    """The market without plants."""
    return _observations(_market())


def _changed(plant: Plant, control: pl.DataFrame) -> pl.DataFrame:
    """The rows that are otherwise than in the control, with both values."""
    after = _observations(_market(plant))
    both = control.with_columns(planted=after["value"])
    assert both.drop("planted", "value").equals(after.drop("value"))
    return both.filter(pl.col("planted") != pl.col("value"))


@pytest.mark.parametrize(("kind", "day", "series"), [
    ("divergence", DAY, {"nyse_advances", "nyse_declines"}),
    ("contraction", DAY, FUNDS),
    ("drain", DAY, {"ig_oas", "sofr", "reverse_repo", "bank_reserves"}),
    ("revision", ESTIMATE, {"gdp_real", "gdp_nominal"}),
    ("steepening", DAY, set()),
    ("parity", date(2025, 12, 31), set()),
])  # fmt: skip
def test_only_its_own_series_change(
    kind: Kind, day: date, series: set[str], control: pl.DataFrame
) -> None:
    """A plant moves the series it is made of and leaves every other as it was."""
    assert set(_changed(Plant(kind, day), control)["series_id"]) == series


def test_other_files_stay() -> None:
    """Futures move with a steepening alone, quotes with a parity edge alone."""
    base = {one.name: one.fetch() for one in datasets(_market())}
    for kind, day, moved in (
        ("steepening", DAY, {"simulated_vx"}),
        ("parity", date(2025, 12, 31), {"simulated_chain"}),
        ("drain", DAY, {"simulated_observations"}),
        ("revision", ESTIMATE, {"simulated_observations"}),
    ):
        files = {one.name: one.fetch() for one in datasets(_market(Plant(kind, day)))}  # type: ignore[arg-type]  # kinds, as written above
        assert {name for name, content in files.items() if content != base[name]} == moved, kind


def test_contraction_begins_on_its_session(control: pl.DataFrame) -> None:
    """On the session the funds are 11 % lower, and never lower than that after."""
    rows = _changed(Plant("contraction", DAY), control)
    assert rows["event_date"].min() == DAY
    ratio = rows.select(pl.col("planted") / pl.col("value")).to_series()
    assert ratio.min() == pytest.approx(0.89, abs=1e-3)
    on_day = rows.filter(pl.col("event_date") == DAY)
    assert on_day.select(pl.col("planted") / pl.col("value")).to_series().max() < 0.892


def test_drain_begins_a_session_early(control: pl.DataFrame) -> None:
    """What is published a session late changes on the session before; reserves on Wednesday."""
    rows = _changed(Plant("drain", DAY), control)
    first = dict(rows.group_by("series_id").agg(pl.col("event_date").min()).rows())
    assert first == {"ig_oas": date(2025, 10, 31), "sofr": date(2025, 10, 31),
                     "reverse_repo": date(2025, 10, 31), "bank_reserves": date(2025, 11, 5)}  # fmt: skip


def test_breadth_narrows_up_to_the_high(control: pl.DataFrame) -> None:
    """In the ten sessions up to the high, five before the session, as many issues rise less as fall more."""
    rows = _changed(Plant("divergence", DAY), control)
    assert rows["event_date"].min() == date(2025, 10, 14)
    assert rows["event_date"].max() == date(2025, 10, 27)
    moved = rows.with_columns(moved=pl.col("planted") - pl.col("value"))
    by_day = moved.group_by("event_date").agg(pl.col("moved").sum(), pl.len())
    assert by_day["moved"].to_list() == [0.0] * 10
    assert rows["planted"].min() >= 1


def test_revision_lifts_what_comes_after(control: pl.DataFrame) -> None:
    """The estimate and all later ones are 0.9 % higher; earlier ones are as they were."""
    rows = _changed(Plant("revision", ESTIMATE), control).filter(pl.col("series_id") == "gdp_real")
    assert rows["available_at"].dt.date().min() == ESTIMATE
    ratio = rows.select(pl.col("planted") / pl.col("value")).to_series()
    assert ratio.to_list() == pytest.approx([1.009] * rows.height, abs=1e-5)


def test_curve_steepens_for_two_weeks() -> None:
    """For ten sessions futures are the dearer, the longer they run; before and after as they were."""
    parts = [parse_settlements(fetch_settlements(_market(*plants))).collect(engine="in-memory")
             for plants in ((), (Plant("steepening", DAY),))]  # fmt: skip
    both = parts[0].with_columns(planted=parts[1]["settle"])
    days = (pl.col("expiry") - pl.col("event_date")).dt.total_days()
    moved = both.filter(pl.col("planted") != pl.col("settle")).with_columns(days=days)
    assert moved["event_date"].unique().len() == 10
    assert moved["event_date"].min() == DAY
    lift = moved.sort("event_date", "days").with_columns(
        lift=(pl.col("planted") / pl.col("settle")).log()
    )
    near = lift.filter(pl.col("days") < 90)
    off = near.select((pl.col("lift") - 0.1 * pl.col("days") / 365 * 12.1667).abs().max()).item()
    assert off < 1e-4


def test_one_call_is_dear() -> None:
    """A parity edge lifts bid and ask of one call by six points."""
    parts = [parse_quotes(fetch_quotes(_market(*plants))).collect(engine="in-memory")
             for plants in ((), (Plant("parity", date(2025, 12, 31)),))]  # fmt: skip
    both = parts[0].with_columns(dear=parts[1]["bid"], dear_ask=parts[1]["ask"])
    moved = both.filter(pl.col("dear") != pl.col("bid"))
    assert moved["right"].to_list() == ["C"]
    assert moved.select(pl.col("dear") - pl.col("bid")).item() == pytest.approx(6.0)
    assert moved.select(pl.col("dear_ask") - pl.col("ask")).item() == pytest.approx(6.0)


@pytest.mark.parametrize(("kind", "day", "sentence"), [
    ("contraction", date(2025, 11, 8), "session of the contraction is 2025-11-08; accepted are"),
    ("divergence", date(2024, 10, 1), "session of the divergence is 2024-10-01; accepted are"),
    ("revision", DAY, "accepted are days on which a second or third estimate of GDP comes out"),
    ("revision", date(2025, 10, 27), "a second or third estimate"),
    ("parity", DAY, "the last session, 2025-12-31, which alone has a chain"),
])  # fmt: skip
def test_plant_without_ground_is_refused(kind: Kind, day: date, sentence: str) -> None:
    """A session that cannot bear the event is refused with those that can."""
    with pytest.raises(SourceError, match=sentence):
        _ = [one.fetch() for one in datasets(_market(Plant(kind, day)))]


def test_unknown_kind_is_refused() -> None:
    """A kind that there is not is refused with those there are."""
    with pytest.raises(SourceError, match="kind is 'storm'; accepted are divergence, steepening"):
        Plant("storm", DAY)  # type: ignore[arg-type]  # that is the point
