"""The room's door: which datasets a source has, and the raw rows that archived bytes hold."""

import polars as pl

from schemas.raw import RAW_EVENT, RAW_OBSERVATION, RAW_SESSION, RAW_VX_SETTLEMENT
from schemas.series import SOURCES
from sources import knowledge, sample, simulated
from sources.dataset import Dataset, Provenance, SourceError
from sources.simulated import Simulation


def datasets(source: str, simulation: Simulation) -> tuple[Dataset, ...]:
    """The datasets of a source, the calendar first since the others' times depend on it.

    Args:
        source: ``sample`` or ``simulated``.
        simulation: what to simulate; the sample does not read it.

    Raises:
        SourceError: no such source.
    """
    if source == "sample":
        return sample.datasets()
    if source == "simulated":
        return simulated.datasets(simulation)
    raise SourceError(f"source {source!r}: not one of {', '.join(SOURCES)}; choose one of them")


def raw_rows(
    dataset: Dataset,
    payload: bytes,
    *,
    source: str,
    sessions: pl.LazyFrame | None,
    provenance: Provenance,
) -> pl.LazyFrame:
    """The rows of ``dataset.table`` that archived bytes hold, conforming to its declaration.

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
    figures = dataset.parse(payload)
    if dataset.table in (RAW_SESSION, RAW_EVENT):
        return dataset.table.conform(knowledge.stated(figures, provenance=provenance))
    if sessions is None:
        raise SourceError(
            f"{dataset.name}: no sessions given, and {dataset.table.name} takes its times from "
            "them; read the calendar dataset first"
        )
    if dataset.table == RAW_OBSERVATION:
        rows = knowledge.observations(
            figures, source=source, sessions=sessions, provenance=provenance
        )
        return RAW_OBSERVATION.conform(rows)
    if dataset.table == RAW_VX_SETTLEMENT:
        rows = knowledge.settlements(figures, sessions=sessions, provenance=provenance)
        return RAW_VX_SETTLEMENT.conform(rows)
    raise SourceError(
        f"{dataset.name}: feeds {dataset.table.name}; accepted are raw_session, raw_observation, "
        "raw_vx_settlement and raw_event; give the dataset one of these tables"
    )
