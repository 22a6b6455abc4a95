"""Archived bytes become rows of their table, or say why they cannot."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import pytest

from schemas.core import CORE_INDEX_DAILY
from schemas.model import SchemaError, Table
from schemas.raw import RAW_EVENT, RAW_OBSERVATION, RAW_SESSION, RAW_VX_SETTLEMENT
from sources import sample
from sources.dataset import Dataset, Provenance, SourceError
from sources.market import datasets, raw_rows
from sources.simulated import Simulation


def _fixed(table: Table, frame: pl.LazyFrame) -> Dataset:
    return Dataset("fixed", table, bytes, lambda _: frame)


def test_sample_is_offered() -> None:
    """The sample's datasets are the room's own list."""
    offered = [(d.name, d.table) for d in datasets("sample", Simulation())]
    assert offered == [(d.name, d.table) for d in sample.datasets()]


def test_simulated_is_offered() -> None:
    """The simulated market too begins with its calendar, and its names are unique."""
    offered = datasets("simulated", Simulation())
    assert offered[0].table == RAW_SESSION
    assert len({dataset.name for dataset in offered}) == len(offered)


def test_unknown_source_refused() -> None:
    """An unknown source is named, with those there are."""
    with pytest.raises(SourceError, match="source 'live': not one of sample, simulated"):
        datasets("live", Simulation())


@pytest.mark.parametrize("name", ["arch_vix", "arch_frenchdata", "damodaran_erp_monthly"])
def test_observations_conform(
    name: str,
    of_sample: Callable[[str], Dataset],
    sessions: pl.LazyFrame,
    provenance: Provenance,
) -> None:
    """Bytes of the installed sample become rows of raw_observation, sorted by its key."""
    dataset = of_sample(name)
    rows = raw_rows(
        dataset, dataset.fetch(), source="sample", sessions=sessions, provenance=provenance
    ).collect(engine="in-memory")
    assert rows.schema == RAW_OBSERVATION.schema
    assert rows.height > 100
    key = list(RAW_OBSERVATION.key)
    assert rows.equals(rows.sort(key))


def test_rows_of_half_day(
    of_sample: Callable[[str], Dataset],
    packed: Callable[[str], bytes],
    sessions: pl.LazyFrame,
    provenance: Provenance,
) -> None:
    """A row carries value, New York close plus 20 minutes in UTC, fetch time and hash."""
    rows = raw_rows(
        of_sample("arch_vix"),
        packed("vix"),
        source="sample",
        sessions=sessions,
        provenance=provenance,
    ).collect(engine="in-memory")
    assert rows.row(1) == (
        "vix_close",
        date(2018, 7, 3),
        16.25,
        datetime(2018, 7, 3, 17, 20, tzinfo=UTC),
        True,
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "ab" * 32,
    )


def test_calendar_and_events_need_no_sessions(
    of_sample: Callable[[str], Dataset], sessions: pl.LazyFrame, provenance: Provenance
) -> None:
    """The calendar and the schedule of decisions state their own times."""
    calendar = raw_rows(
        _fixed(RAW_SESSION, sessions), b"", source="sample", sessions=None, provenance=provenance
    )
    assert calendar.collect(engine="in-memory").schema == RAW_SESSION.schema
    decisions = of_sample("fomc_decisions")
    events = raw_rows(
        decisions, decisions.fetch(), source="sample", sessions=None, provenance=provenance
    )
    assert events.collect(engine="in-memory").schema == RAW_EVENT.schema


def test_settlements_conform(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """VX settlements become rows of their table."""
    figures = pl.LazyFrame(
        {"event_date": [date(2018, 7, 2)], "expiry": [date(2018, 7, 18)], "settle": [16.025]}
    )
    rows = raw_rows(
        _fixed(RAW_VX_SETTLEMENT, figures),
        b"",
        source="simulated",
        sessions=sessions,
        provenance=provenance,
    )
    assert rows.collect(engine="in-memory").row(0)[3] == datetime(2018, 7, 2, 20, 20, tzinfo=UTC)


def test_missing_sessions_refused(
    of_sample: Callable[[str], Dataset], packed: Callable[[str], bytes], provenance: Provenance
) -> None:
    """Observations without a calendar are refused: their times cannot be known."""
    with pytest.raises(SourceError, match="arch_vix: no sessions given"):
        raw_rows(
            of_sample("arch_vix"),
            packed("vix"),
            source="sample",
            sessions=None,
            provenance=provenance,
        )


def test_other_table_refused(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A dataset may feed raw tables only."""
    with pytest.raises(SourceError, match="fixed: feeds core_index_daily; accepted are raw_"):
        raw_rows(
            _fixed(CORE_INDEX_DAILY, sessions),
            b"",
            source="sample",
            sessions=sessions,
            provenance=provenance,
        )


def test_wrong_type_refused(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A parser that returns another type is found at the door, never cast."""
    figures = pl.LazyFrame(
        {"series_id": ["vix_close"], "event_date": [date(2018, 7, 3)], "value": [16]}
    )
    with pytest.raises(SchemaError, match="value is Int64, declared Float64"):
        raw_rows(
            _fixed(RAW_OBSERVATION, figures),
            b"",
            source="sample",
            sessions=sessions,
            provenance=provenance,
        )
