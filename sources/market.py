"""The room's door: which datasets a source has, and the raw rows that archived bytes hold."""

import polars as pl

from schemas.raw import (
    RAW_ANSWER,
    RAW_EVENT,
    RAW_EXPIRY,
    RAW_OBSERVATION,
    RAW_OPTION_QUOTE,
    RAW_POSITION,
    RAW_SESSION,
    RAW_VX_SETTLEMENT,
)
from schemas.series import SOURCES
from sources import (
    desk_dataset,
    knowledge,
    live,
    own_answers,
    restated,
    sample,
    simulated,
)
from sources.dataset import Dataset, Provenance
from sources.errors import SourceError
from sources.knowledge import Held, Timed
from sources.live_choices import Live
from sources.simulated import Simulation

_EVENT = {
    RAW_OBSERVATION.name: (["series_id", "publisher", "event_date"], "value"),
    RAW_VX_SETTLEMENT.name: (["event_date", "expiry"], "settle"),
    RAW_ANSWER.name: (["session", "layer_id"], "answer"),
}


def datasets(
    source: str, simulation: Simulation, choices: Live | None = None
) -> tuple[Dataset, ...]:
    """The datasets of a source, the calendar first since the others' times depend on it.

    Args:
        source: ``sample``, ``simulated`` or ``live``.
        simulation: what to simulate; only the simulated market reads it.
        choices: what the user chose for the live market, which needs them.

    Raises:
        SourceError: no such source, or choices that cannot be.
    """
    if source == "sample":
        return sample.datasets()
    if source == "simulated":
        return simulated.datasets(simulation)
    if source == "live" and choices is not None:
        return live.datasets(choices)
    raise SourceError(f"source {source!r}: not one of {', '.join(SOURCES)}; choose one of them")


def archived(source: str, name: str) -> Dataset | None:
    """The dataset of an archived file that a run no longer asks for; null where none knows it."""
    if name == desk_dataset.NAME:
        return desk_dataset.desk_dataset(None)
    if name == own_answers.NAME:
        return own_answers.answers_dataset(None)
    return live.archived(name) if source == "live" else None


def raw_rows(
    dataset: Dataset,
    payload: bytes,
    *,
    source: str,
    sessions: pl.LazyFrame | None,
    provenance: Provenance,
) -> Timed:
    """The rows of ``dataset.table`` that archived bytes hold, and those that are left out.

    Args:
        dataset: whose parser reads the bytes.
        payload: the bytes as archived.
        source: whose feeds state when a value becomes known.
        sessions: rows of ``raw_session``; the calendar and event datasets do not need them.
        provenance: when the bytes were fetched, and their hash.

    Raises:
        SourceError: the bytes are not what the adapter was written for, or sessions are needed
            and missing.
    """
    figures, table = dataset.parse(payload), dataset.table
    if table in (RAW_SESSION, RAW_EVENT, RAW_EXPIRY, RAW_POSITION):
        rows = knowledge.stated(figures, provenance=provenance)
        return Timed(rows, rows.clear())
    if table == RAW_OPTION_QUOTE:
        rows = knowledge.quotes(figures, provenance=provenance)
        return Timed(rows, rows.clear())
    if table == RAW_ANSWER:
        return knowledge.answers(figures, provenance=provenance)
    if sessions is None:
        raise SourceError(
            f"{dataset.name}: no sessions given, and its table takes its times from them; read the "
            "calendar dataset first"
        )
    if table == RAW_OBSERVATION:
        return knowledge.observations(
            figures,
            source=source,
            publisher=dataset.publisher,
            sessions=sessions,
            provenance=provenance,
        )
    if table == RAW_VX_SETTLEMENT:
        return knowledge.settlements(figures, sessions=sessions, provenance=provenance)
    raise SourceError(
        f"{dataset.name}: feeds {None if table is None else table.name}; accepted are raw tables "
        "that this room knows how to time; give the dataset one of them"
    )


def revisions(dataset: Dataset, rows: pl.LazyFrame, held: Held) -> pl.LazyFrame | None:
    """How many held values a file gives otherwise; null where its table's rows are not revised."""
    if dataset.table is None or dataset.table.name not in _EVENT:
        return None
    key, value = _EVENT[dataset.table.name]
    return restated.revisions(rows, held, key=key, value=value)


def news(dataset: Dataset, rows: pl.LazyFrame, held: Held, provenance: Provenance) -> pl.LazyFrame:
    """The rows that the warehouse does not have yet, conforming to the table's declaration.

    Raises:
        SourceError: a dataset without a table.
    """
    if dataset.table is None:
        raise SourceError(f"{dataset.name}: a page without rows; it feeds no table")
    if dataset.table == RAW_OPTION_QUOTE:
        return dataset.table.conform(knowledge.unseen(rows, held, key=list(dataset.table.key)))
    if dataset.table.name not in _EVENT:
        return dataset.table.conform(rows)
    key, value = _EVENT[dataset.table.name]
    fresh = knowledge.news(rows, held, key=key, value=value, at=provenance.retrieved_at)
    return dataset.table.conform(fresh)
