"""Archived bytes become rows of their table, or say why they cannot."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import pytest

from schemas.core import CORE_INDEX_DAILY
from schemas.model import SchemaError, Table
from schemas.raw import RAW_EVENT, RAW_OBSERVATION, RAW_SESSION, RAW_VX_SETTLEMENT
from sources import sample
from sources.dataset import Dataset, Provenance
from sources.errors import SourceError
from sources.knowledge import Held
from sources.market import archived, datasets, news, raw_rows
from sources.simulated import Simulation


def _fixed(table: Table | None, frame: pl.LazyFrame) -> Dataset:
    return Dataset("fixed", table, lambda _: frame)


def _bytes(dataset: Dataset) -> bytes:
    assert dataset.fetch is not None
    return dataset.fetch()


def _fresh(
    dataset: Dataset,
    payload: bytes,
    *,
    source: str,
    sessions: pl.LazyFrame | None,
    provenance: Provenance,
) -> pl.DataFrame:
    """The rows that bytes bring to an empty warehouse."""
    timed = raw_rows(dataset, payload, source=source, sessions=sessions, provenance=provenance)
    assert dataset.table is not None
    held = Held(pl.LazyFrame(schema=dataset.table.schema), None)
    return news(dataset, timed.rows, held, provenance).collect(engine="in-memory")


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
    with pytest.raises(SourceError, match="source 'x': not one of sample, simulated, live"):
        datasets("x", Simulation())


@pytest.mark.parametrize(
    ("source", "name"),
    [("sample", "raw_session"), ("simulated", "vx_2022-01"), ("live", "no_such_file")],
)
def test_archived_elsewhere_unknown(source: str, name: str) -> None:
    """Only the live market has files that a later run no longer asks for."""
    assert archived(source, name) is None


def test_live_needs_choices() -> None:
    """The live market without the user's choices is refused, not guessed."""
    with pytest.raises(SourceError, match="source 'live'"):
        datasets("live", Simulation())


@pytest.mark.parametrize("name", ["arch_vix", "arch_frenchdata", "damodaran_erp_monthly"])
def test_observations_conform(
    name: str,
    of_sample: Callable[[str], Dataset],
    provenance: Provenance,
) -> None:
    """Bytes of the installed sample become rows of raw_observation, sorted by its key."""
    dataset, calendar = of_sample(name), of_sample("raw_session")
    sessions = calendar.parse(_bytes(calendar))
    rows = _fresh(
        dataset, _bytes(dataset), source="sample", sessions=sessions, provenance=provenance
    )
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
    """A row carries value, New York close plus 20 minutes in UTC, publisher, fetch time and hash."""
    rows = _fresh(
        of_sample("arch_vix"),
        packed("vix"),
        source="sample",
        sessions=sessions,
        provenance=provenance,
    )
    assert rows.row(1) == (
        "vix_close",
        "Cboe",
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
    """The calendar and the schedule of decisions state their own times; nothing is left out."""
    decisions = of_sample("fomc_decisions")
    for dataset, payload, table in (
        (_fixed(RAW_SESSION, sessions), b"", RAW_SESSION),
        (decisions, _bytes(decisions), RAW_EVENT),
    ):
        timed = raw_rows(dataset, payload, source="sample", sessions=None, provenance=provenance)
        assert timed.left_out.collect(engine="in-memory").is_empty()
        rows = news(dataset, timed.rows, Held(timed.rows, None), provenance)
        assert rows.collect(engine="in-memory").schema == table.schema


def test_settlements_conform(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """VX settlements become rows of their table."""
    figures = pl.LazyFrame(
        {"event_date": [date(2018, 7, 2)], "expiry": [date(2018, 7, 18)], "settle": [16.025]}
    )
    rows = _fresh(
        _fixed(RAW_VX_SETTLEMENT, figures),
        b"",
        source="simulated",
        sessions=sessions,
        provenance=provenance,
    )
    assert rows.row(0)[3] == datetime(2018, 7, 2, 20, 20, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("table", "named"), [(CORE_INDEX_DAILY, "core_index_daily"), (None, "None")]
)
def test_other_table_refused(
    table: Table | None, named: str, sessions: pl.LazyFrame, provenance: Provenance
) -> None:
    """A dataset with rows feeds raw tables only."""
    with pytest.raises(SourceError, match=f"fixed: feeds {named}; accepted are raw"):
        raw_rows(
            _fixed(table, sessions),
            b"",
            source="sample",
            sessions=sessions,
            provenance=provenance,
        )


def test_page_has_no_rows(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A page that only leads to another file has nothing to bring."""
    with pytest.raises(SourceError, match="fixed: a page without rows"):
        news(_fixed(None, sessions), sessions, Held(sessions, None), provenance)


def test_wrong_type_refused(sessions: pl.LazyFrame, provenance: Provenance) -> None:
    """A parser that returns another type is found at the door, never cast."""
    figures = pl.LazyFrame(
        {"series_id": ["vix_close"], "event_date": [date(2018, 7, 3)], "value": [16]}
    )
    with pytest.raises(SchemaError, match="value is Int64, declared Float64"):
        _fresh(
            _fixed(RAW_OBSERVATION, figures),
            b"",
            source="sample",
            sessions=sessions,
            provenance=provenance,
        )
