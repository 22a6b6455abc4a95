"""Which of several publishers a session's value is of, and what an implausible value does."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.core import CORE_AS_KNOWN_DAILY, CORE_SESSION
from schemas.raw import RAW_OBSERVATION, RAW_SESSION
from schemas.series import series
from transforms.as_known import as_known_daily_of
from transforms.core import session

Row = dict[str, Any]
FIRST, FALLBACK = "US Treasury", "FRED"  # of the ten-year yield, in the catalogue's order
FIRST_DAY = date(2024, 1, 2)
DAYS = [
    day
    for offset in range(40)
    if (day := FIRST_DAY + timedelta(days=offset)).weekday() < 5
]  # fmt: skip
DIGEST = "0" * 64


def _at(day: date, hour: int = 22) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _observed(
    publisher: str, event_date: date, value: float, known: datetime, name: str = "treasury_10y"
) -> Row:
    return {
        "series_id": name, "publisher": publisher, "event_date": event_date, "value": value,
        "available_at": known, "is_reconstructed": True, "retrieved_at": _at(DAYS[-1]),
        "raw_sha256": DIGEST,
    }  # fmt: skip


@pytest.fixture(scope="module")
def calendar() -> pl.LazyFrame:
    """Weekdays of January 2024 as sessions, each decided at 07:30 New York of the next."""
    rows = [
        {"session": day, "open_at": _at(day, 14), "close_at": _at(day, 21), "is_half_day": False,
         "retrieved_at": _at(DAYS[-1]), "raw_sha256": DIGEST}
        for day in DAYS
    ]  # fmt: skip
    return CORE_SESSION.conform(session(pl.LazyFrame(rows, schema=RAW_SESSION.schema)))


Known = Callable[[list[Row]], dict[date, tuple[str, date, float]]]


@pytest.fixture(scope="module")
def known(calendar: pl.LazyFrame) -> Known:
    """Publisher, event date and value [percent] of the ten-year yield, by session."""
    closes = [_observed("Cboe", day, 4_700.0, _at(day), "spx_close") for day in DAYS[:-2]]

    def of(rows: list[Row]) -> dict[date, tuple[str, date, float]]:
        raw = pl.LazyFrame([*closes, *rows], schema=RAW_OBSERVATION.schema)
        panel = CORE_AS_KNOWN_DAILY.conform(as_known_daily_of("live")(calendar, raw))
        found = panel.filter(pl.col("series_id") == "treasury_10y").collect(engine="in-memory")
        return {
            row["session"]: (row["publisher"], row["event_date"], round(row["value"] * 100, 9))
            for row in found.rows(named=True)
        }

    return of


def test_catalogue_order() -> None:
    """What these tests rest on: the Treasury's own file before FRED's copy of it."""
    publishers = [feed.publisher for feed in series("treasury_10y").feeds_of("live")]
    assert publishers[:2] == [FIRST, FALLBACK]


@pytest.mark.parametrize("is_first_earlier", [True, False])
def test_one_event_preferred_counts(known: Known, *, is_first_earlier: bool) -> None:
    """Of one event the preferred publisher's value counts as soon as it is known."""
    first, fallback = (5, 6) if is_first_earlier else (6, 5)
    found = known([
        _observed(FIRST, DAYS[5], 4.1, _at(DAYS[first])),
        _observed(FALLBACK, DAYS[5], 4.2, _at(DAYS[fallback])),
    ])  # fmt: skip
    assert found[DAYS[5]] == ((FIRST, DAYS[5], 4.1) if is_first_earlier
                              else (FALLBACK, DAYS[5], 4.2))  # fmt: skip
    assert found[DAYS[6]] == found[DAYS[9]] == (FIRST, DAYS[5], 4.1)


@pytest.mark.parametrize("order", [1, -1])
def test_same_instant_preferred_counts(known: Known, order: int) -> None:
    """Two publishers at one instant: the preferred one, in whatever order the rows lie."""
    rows = [
        _observed(FIRST, DAYS[5], 4.1, _at(DAYS[5])),
        _observed(FALLBACK, DAYS[5], 4.2, _at(DAYS[5])),
    ]
    assert known(rows[::order])[DAYS[5]] == (FIRST, DAYS[5], 4.1)


def test_newer_event_of_fallback_wins(known: Known) -> None:
    """Where the preferred publisher fell silent, the other's newer event is what is known."""
    found = known([
        _observed(FIRST, DAYS[5], 4.1, _at(DAYS[5])),
        _observed(FALLBACK, DAYS[6], 4.3, _at(DAYS[7])),
    ])  # fmt: skip
    assert [found[DAYS[at]] for at in (6, 7)] == [
        (FIRST, DAYS[5], 4.1), (FALLBACK, DAYS[6], 4.3),
    ]  # fmt: skip


def test_late_fallback_displaces_nothing(known: Known) -> None:
    """The other publisher's value or revision of an event that is held comes to nothing."""
    found = known([
        _observed(FIRST, DAYS[5], 4.1, _at(DAYS[5])),
        _observed(FALLBACK, DAYS[5], 4.2, _at(DAYS[6])),
        _observed(FALLBACK, DAYS[5], 4.5, _at(DAYS[8])),
        _observed(FALLBACK, DAYS[4], 4.6, _at(DAYS[9])),
    ])  # fmt: skip
    assert {found[day] for day in DAYS[5:15]} == {(FIRST, DAYS[5], 4.1)}


def test_late_value_of_older_event_displaces_nothing(known: Known) -> None:
    """The preferred publisher's value of an older event does not displace a newer one."""
    found = known([
        _observed(FALLBACK, DAYS[6], 4.3, _at(DAYS[7])),
        _observed(FIRST, DAYS[5], 4.1, _at(DAYS[8])),
    ])  # fmt: skip
    assert {found[day] for day in DAYS[7:15]} == {(FALLBACK, DAYS[6], 4.3)}


def test_preferred_revision_counts(known: Known) -> None:
    """The preferred publisher's own revision replaces its value, the other's copy or not."""
    found = known([
        _observed(FIRST, DAYS[5], 4.1, _at(DAYS[5])),
        _observed(FALLBACK, DAYS[5], 4.2, _at(DAYS[6])),
        _observed(FIRST, DAYS[5], 4.15, _at(DAYS[7])),
    ])  # fmt: skip
    assert [found[DAYS[at]][2] for at in (6, 7)] == [4.1, 4.15]


@pytest.mark.parametrize("bad", [41.0, -41.0, float("nan"), float("inf")])
def test_implausible_as_if_unpublished(known: Known, bad: float) -> None:
    """A ten-fold slip leaves what was known in place, and lets the other publisher's value in."""
    before = _observed(FIRST, DAYS[4], 4.0, _at(DAYS[4]))
    slip = _observed(FIRST, DAYS[5], bad, _at(DAYS[5]))
    assert known([before, slip])[DAYS[6]] == (FIRST, DAYS[4], 4.0)
    copy = _observed(FALLBACK, DAYS[5], 4.1, _at(DAYS[6]))
    assert known([before, slip, copy])[DAYS[6]] == (FALLBACK, DAYS[5], 4.1)
    mended = _observed(FIRST, DAYS[5], 4.11, _at(DAYS[7]))
    assert known([before, slip, copy, mended])[DAYS[7]] == (FIRST, DAYS[5], 4.11)


def test_implausible_revision_keeps_the_first(known: Known) -> None:
    """A revision that is wrong by a factor leaves the value it would have replaced."""
    found = known([
        _observed(FIRST, DAYS[5], 4.1, _at(DAYS[5])),
        _observed(FIRST, DAYS[5], 410.0, _at(DAYS[6])),
    ])  # fmt: skip
    assert found[DAYS[8]] == (FIRST, DAYS[5], 4.1)


def test_publisher_without_feed_left_out(known: Known) -> None:
    """A row of a publisher that the catalogue does not list for the series makes no value."""
    assert known([_observed("Cboe", DAYS[5], 4.1, _at(DAYS[5]))]) == {}


def _muddle(seed: int) -> list[Row]:
    """Sixty rows of twenty events, late by up to five days; no key twice."""
    draw = np.random.default_rng(seed)
    rows = [
        _observed((FIRST, FALLBACK)[draw.integers(2)], event, 4.0 + k / 1000,
                  _at(event + timedelta(days=int(draw.integers(6))), 22 - int(draw.integers(3))))
        for k, event in enumerate(DAYS[int(at)] for at in draw.integers(20, size=60))
    ]  # fmt: skip
    return list(
        {(row["publisher"], row["event_date"], row["available_at"]): row for row in rows}.values()
    )


def _twin(rows: list[Row], decision_at: datetime) -> tuple[str, date, float] | None:
    """Of the newest event known, the preferred publisher's last value: as one would look it up."""
    out = [row for row in rows if row["available_at"] <= decision_at]
    if not out:
        return None
    newest = max(row["event_date"] for row in out)
    of_event = [row for row in out if row["event_date"] == newest]
    own = [row for row in of_event if row["publisher"] == FIRST] or of_event
    last = max(own, key=lambda row: row["available_at"])
    return last["publisher"], newest, round(last["value"], 9)


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_twin(known: Known, calendar: pl.LazyFrame, seed: int) -> None:
    """Over a muddle of publishers and vintages the panel is what a loop over the rows says."""
    rows = _muddle(seed)
    decisions = calendar.select("session", "decision_at").collect(engine="in-memory").rows()
    twin = {day: _twin(rows, at) for day, at in decisions if day in DAYS[:-2]}
    assert known(rows) == {day: value for day, value in twin.items() if value is not None}


@pytest.mark.parametrize("cut", [8, 12, 17])
def test_no_look_ahead(known: Known, calendar: pl.LazyFrame, cut: int) -> None:
    """Rows that became known after a session's decision change nothing up to that session."""
    rows = _muddle(99)
    decision_at = (
        calendar.filter(pl.col("session") == DAYS[cut]).collect(engine="in-memory")["decision_at"]
    ).item()
    then = known([row for row in rows if row["available_at"] <= decision_at])
    now = known(rows)
    upto = DAYS[: cut + 1]
    assert {day: now.get(day) for day in upto} == {day: then.get(day) for day in upto}
    assert now != then
