"""The look-ahead check, and the simulated market it is run on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

import polars as pl
import pytest

from schemas.model import Table
from schemas.raw import RAW_TABLES
from schemas.step import Step
from sources.dataset import Provenance
from sources.market import datasets, raw_rows
from sources.simulated import Simulation
from transforms.steps import steps

Frames = dict[str, pl.DataFrame]
PrefixCheck = Callable[..., None]

_KNOWN_SESSIONS = 60
_CALENDARS = ("raw_session", "core_session")
_BATCH = 16  # prefixes built side by side
_HOLES = {"vix_close": (40, 300, 301, 420), "spx_close": (30, 55), "vix9d_close": (500,)}


@dataclass(frozen=True)
class _Instant:
    """A session, and up to which session and which time its decision knows anything."""

    session: date
    known_until: date
    decision_at: datetime | None


class _Input:
    """One input table in the order its rows became known, so that what was known is a slice."""

    def __init__(self, frame: pl.DataFrame, *, is_whole: bool) -> None:
        self.is_whole = is_whole
        self.time = "session" if "session" in frame.columns else "available_at"
        self.frame = frame.sort(self.time, maintain_order=True)

    def known(self, instant: _Instant) -> pl.LazyFrame:
        if self.is_whole:
            return self.frame.lazy()
        limit = instant.known_until if self.time == "session" else instant.decision_at
        assert limit is not None, "a raw input needs core_session beside it for decision times"
        return self.frame.head(self.frame[self.time].search_sorted(limit, side="right")).lazy()


def _made(step: Step, inputs: list[pl.LazyFrame]) -> tuple[pl.LazyFrame, ...]:
    made = step.build(*inputs)
    return made if isinstance(made, tuple) else (made,)


def _outputs(step: Step, inputs: list[pl.LazyFrame]) -> list[pl.LazyFrame]:
    frames = zip(step.outputs, _made(step, inputs), strict=True)
    return [table.conform(frame) for table, frame in frames]


def _instants(inputs: Frames) -> list[_Instant]:
    if "raw_session" in inputs:
        days = inputs["raw_session"]["session"].sort().to_list()
        return [_Instant(day, following, None) for day, following in pairwise(days)]
    calendar = inputs.get("core_session", pl.DataFrame(schema=["session", "decision_at"]))
    decisions = dict(calendar.select("session", "decision_at").iter_rows())
    keyed = [name for name, frame in inputs.items() if "session" in frame.columns]
    panel = next((name for name in keyed if name not in _CALENDARS), "core_session")
    days = inputs[panel]["session"].unique().sort().to_list()
    return [_Instant(day, day, decisions.get(day)) for day in days]


def _assert_known(step: Step, full: list[pl.DataFrame], least: int) -> None:
    for table, frame in zip(step.outputs, full, strict=True):
        if "session" in frame.columns:
            known = frame.group_by("session").agg((pl.all().count() > 0).cast(pl.Int32)).sum()
            columns = [name for name in table.schema if name != "session"]
            scarce = [name for name in columns if known[name][0] < least]
            assert not scarce, f"{table.name}: known on too few sessions: {', '.join(scarce)}"


def _assert_same(table: Table, full: pl.DataFrame, early: pl.DataFrame, session: date) -> None:
    # Conforming a plan would resolve its schema a thousand times; this is the same, afterwards.
    name, early = table.name, early.select(list(table.schema)).sort(list(table.key))
    if "session" in full.columns:
        full = full.filter(pl.col("session") <= session)
        early = early.filter(pl.col("session") <= session)
    if early.equals(full):
        return
    assert early.height == full.height, (
        f"{name}: {full.height} rows up to {session}, {early.height} when built that day"
    )
    moved = [column for column in full.columns if not early[column].equals(full[column])]
    raise AssertionError(f"{name}: as built on {session} differs in {', '.join(moved)}")


@pytest.fixture(scope="session")
def assert_prefix_stable() -> PrefixCheck:
    """Check of a step over every session: no row depends on what was not known at its time.

    Called with the step and a frame per input table. For every session t the step is built on the
    rows known by t's decision time, and all its rows up to t must equal the full build's, bit for
    bit. Each column must be known on at least ``least`` sessions, else it would prove nothing.
    ``calendar_ahead`` leaves the calendar whole, since it is published in advance.
    """

    def check(
        step: Step,
        inputs: Frames,
        *,
        calendar_ahead: bool = False,
        least: int = _KNOWN_SESSIONS,
    ) -> None:
        used = {table.name: inputs[table.name] for table in step.inputs}
        tables = [
            _Input(frame, is_whole=calendar_ahead and name in _CALENDARS)
            for name, frame in used.items()
        ]
        whole = [frame.lazy() for frame in used.values()]
        full = pl.collect_all(_outputs(step, whole), engine="in-memory")
        _assert_known(step, full, least)
        instants, width = _instants(used), len(full)
        for start in range(0, len(instants), _BATCH):
            batch = instants[start : start + _BATCH]
            plans = [
                plan
                for instant in batch
                for plan in _made(step, [table.known(instant) for table in tables])
            ]
            built = pl.collect_all(plans, engine="in-memory")
            for number, early in enumerate(built):
                output, instant = number % width, batch[number // width]
                _assert_same(step.outputs[output], full[output], early, instant.session)

    return check


@pytest.fixture(scope="session")
def simulated_market() -> Frames:
    """Every table raw -> mart of a simulated market of 1,000 sessions, the decision excepted.

    Some closes are taken out of the index table before the measures are built, so that filling a
    hole from the future would show.
    """
    provenance = Provenance(datetime(2026, 1, 2, tzinfo=UTC), "0" * 64)
    parts: dict[str, list[pl.DataFrame]] = {table.name: [] for table in RAW_TABLES}
    sessions = None
    for dataset in datasets("simulated", Simulation(sessions=1_000)):
        rows = raw_rows(
            dataset, dataset.fetch(), source="simulated", sessions=sessions, provenance=provenance
        ).collect(engine="in-memory")
        sessions = rows.lazy() if sessions is None else sessions
        parts[dataset.table.name].append(rows)
    frames = {name: pl.concat(rows) for name, rows in parts.items()}
    for step in steps("simulated"):
        inputs = (frames[table.name].lazy() for table in step.inputs)
        (output,) = _outputs(step, list(inputs))
        made = output.collect(engine="in-memory")
        name = step.outputs[0].name
        frames[name] = _with_holes(made) if name == "core_index_daily" else made
    return frames


def _with_holes(index: pl.DataFrame) -> pl.DataFrame:
    position = pl.int_range(pl.len())
    return index.with_columns(
        pl.when(~position.is_in(rows)).then(pl.col(name)).alias(name)
        for name, rows in _HOLES.items()
    )
