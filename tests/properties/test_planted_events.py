"""On simulated data each signal fires on the session its event is planted on, and not without it.

Both markets have one seed; they differ in the plant alone. The control is quiet around the planted
session, so that what fires there is the event.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import polars as pl
import pytest

from schemas.raw import RAW_TABLES
from schemas.step import Step
from sources.dataset import Provenance
from sources.market import datasets, raw_rows
from sources.simulated import Simulation
from sources.simulated_plants import KINDS, Kind, Plant
from transforms.steps import steps

Frames = dict[str, pl.DataFrame]

_SEEN = Provenance(datetime(2026, 1, 2, tzinfo=UTC), "0" * 64)
_BEFORE, _AFTER = 10, 5  # sessions of the window around the planted one


@dataclass(frozen=True)
class _Case:
    """A kind of event, the session its signal is due on, and where the signal stands."""

    kind: Kind
    session: date
    table: str
    signal: str

    def fires(self, frame: pl.DataFrame) -> pl.Series:
        """Whether the signal is on, by session; null where unknown."""
        column = frame.sort("session")[self.signal]
        return column if column.dtype == pl.Boolean else column > 0


# The high of 3 October is known on the 10th; the second estimate comes on 27 August.
CASES = (
    _Case("divergence", date(2025, 10, 10), "mart_breadth_daily", "is_divergence_on"),
    _Case("steepening", date(2025, 11, 18), "mart_term_structure_daily", "is_steepening"),
    _Case("revision", date(2025, 8, 27), "mart_gdp_revision_daily", "is_gdp_revision_large"),
    _Case("contraction", date(2025, 11, 18), "mart_liquidity_daily", "is_sector_stress"),
    _Case("drain", date(2025, 11, 18), "mart_liquidity_daily", "is_liquidity_declining"),
    _Case("parity", date(2025, 12, 31), "mart_parity_state_daily", "parity_listed"),
)
every_case = pytest.mark.parametrize("case", CASES, ids=[case.kind for case in CASES])


def _needed(table: str) -> list[Step]:
    """The derivations that a table rests on, in order."""
    found: list[Step] = []
    wanted = {table}
    for step in reversed(steps("simulated")):
        if wanted & {output.name for output in step.outputs}:
            wanted |= {one.name for one in step.inputs}
            found.insert(0, step)
    assert found, f"no step makes {table}"
    return found


@lru_cache(maxsize=len(CASES) + 1)
def _market(*plants: Plant) -> Frames:
    """The raw tables; tables that are made of them are put beside them."""
    parts = {table.name: [pl.DataFrame(schema=table.schema)] for table in RAW_TABLES}
    sessions = None
    for dataset in datasets("simulated", Simulation(plants=plants)):
        timed = raw_rows(
            dataset, dataset.fetch(), source="simulated", sessions=sessions, provenance=_SEEN
        )
        rows = timed.rows.collect(engine="in-memory")
        sessions = rows.lazy() if sessions is None else sessions
        assert dataset.table is not None
        parts[dataset.table.name].append(rows)
    return {name: pl.concat(rows) for name, rows in parts.items()}


def _table(name: str, *plants: Plant) -> pl.DataFrame:
    frames = _market(*plants)
    for step in _needed(name):
        if step.outputs[0].name in frames:
            continue
        made = step.build(*(frames[one.name].lazy() for one in step.inputs))
        outputs = made if isinstance(made, tuple) else (made,)
        for table, frame in zip(step.outputs, outputs, strict=True):
            frames[table.name] = table.conform(frame).collect(engine="in-memory")
    return frames[name]


def _row(frame: pl.DataFrame, session: date) -> int:
    return frame.sort("session")["session"].to_list().index(session)


@every_case
def test_signal_fires_on_planted_session(case: _Case) -> None:
    """The signal is on at the decision of the planted session and was not in the two weeks before."""
    frame = _table(case.table, Plant(case.kind, case.session))
    row, fires = _row(frame, case.session), case.fires(frame)
    assert fires[row] is True
    assert True not in fires[row - _BEFORE : row].to_list()


@every_case
def test_signal_is_silent_in_control(case: _Case) -> None:
    """Without the plant the signal is known to be off on the session, and never on around it."""
    frame = _table(case.table)
    row, fires = _row(frame, case.session), case.fires(frame)
    assert fires[row] is False
    assert True not in fires[row - _BEFORE : row + _AFTER + 1].to_list()


@every_case
def test_nobody_knew_before(case: _Case) -> None:
    """Up to the session before, the signal's whole history is that of the control."""
    planted, control = _table(case.table, Plant(case.kind, case.session)), _table(case.table)
    row = _row(control, case.session)
    assert case.fires(planted)[:row].to_list() == case.fires(control)[:row].to_list()


def test_every_kind_has_a_case() -> None:
    """Each kind of event that can be planted is looked for here."""
    assert [case.kind for case in CASES] == list(KINDS)
