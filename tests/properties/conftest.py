"""The look-ahead check, and the simulated market it is run on."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

import polars as pl
import pytest
from polars.io.plugins import register_io_source

from policy.model import load
from schemas.model import Table
from schemas.raw import RAW_TABLES
from schemas.series import SERIES, offered_by
from schemas.step import Step
from sources.dataset import Provenance
from sources.market import datasets, raw_rows
from sources.simulated import Simulation
from transforms.offer_steps import offer_steps
from transforms.steps import steps

Frames = dict[str, pl.DataFrame]
PrefixCheck = Callable[..., None]
LocalityCheck = Callable[..., None]

_KNOWN_SESSIONS = 60
_CALENDARS = ("raw_session", "core_session")
_WORKERS = 2  # one prefix alone does not keep two cores busy
# Series of other sources: their columns of the core tables are empty here and prove nothing.
_NOT_SIMULATED = {entry.id for entry in SERIES} - {one.id for one in offered_by("simulated")}
_HOLES = {"vix_close": (40, 300, 301, 420), "spx_close": (30, 55), "vix9d_close": (500,)}


@dataclass(frozen=True)
class _Instant:
    """A session, and up to which session and which time its decision knows anything."""

    session: date
    known_until: date
    decision_at: datetime | None


class _Input:
    """One input table in the order its rows became known, so that what was known is a slice.

    A schedule published years ahead has no such time and is whole.
    """

    def __init__(self, frame: pl.DataFrame, *, is_whole: bool) -> None:
        self.is_whole = is_whole or not {"session", "available_at"} & set(frame.columns)
        self.time = "session" if "session" in frame.columns else "available_at"
        self.frame = frame if self.is_whole else frame.sort(self.time, maintain_order=True)

    def height(self, instant: _Instant) -> int:
        """How many rows were known."""
        if self.is_whole:
            return self.frame.height
        limit = instant.known_until if self.time == "session" else instant.decision_at
        assert limit is not None, "a raw input needs core_session beside it for decision times"
        return int(self.frame[self.time].search_sorted(limit, side="right"))


class _Rehearsal:
    """A step planned once, and collected on as many inputs as there are instants.

    Planning costs more than computing on a few hundred rows, so the inputs are scans that hand out
    what was known at the instant in hand.
    """

    def __init__(self, step: Step, tables: list[_Input]) -> None:
        self._tables = tables
        self._heights = [0] * len(tables)
        self._plans = _made(step, [self._scan(place) for place in range(len(tables))])

    def _scan(self, place: int) -> pl.LazyFrame:
        def known(
            columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
        ) -> Iterator[pl.DataFrame]:
            frame = self._tables[place].frame.head(self._heights[place])
            frame = frame if predicate is None else frame.filter(predicate)
            frame = frame if columns is None else frame.select(columns)
            yield frame if rows is None else frame.head(rows)

        return register_io_source(known, schema=self._tables[place].frame.schema)

    def built(self, instant: _Instant) -> list[pl.DataFrame]:
        """What the step makes of what was known."""
        self._heights[:] = [table.height(instant) for table in self._tables]
        return pl.collect_all(self._plans, engine="in-memory")


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
    return _news([_Instant(day, day, decisions.get(day)) for day in days], inputs)


def _news(instants: list[_Instant], inputs: Frames) -> list[_Instant]:
    """The instants up to the first at which everything is known but the calendar.

    A calendar published a year ahead goes on after the market's last session; nothing happened
    there that an earlier row could have seen.
    """
    last = max(
        (frame["available_at"].max() for frame in inputs.values() if "available_at" in frame),
        default=None,
    )
    if last is None:
        return instants
    ahead = (n for n, one in enumerate(instants, start=1) if (one.decision_at or last) >= last)
    return instants[: next(ahead, len(instants))]


class _Full:
    """The full build of one table, to be compared with what was built on less."""

    def __init__(self, table: Table, frame: pl.DataFrame) -> None:
        self.table = table
        self.columns = list(table.schema)
        self.frame = frame.select(self.columns)
        self.is_dated = "session" in self.columns
        self.is_in_time = self.is_dated and self.frame["session"].is_sorted()

    def until(self, session: date) -> pl.DataFrame:
        """Its rows up to a session, as the step left them."""
        if self.is_in_time:
            return self.frame.head(self.frame["session"].search_sorted(session, side="right"))
        return self.frame.filter(pl.col("session") <= session) if self.is_dated else self.frame

    def assert_same(self, early: pl.DataFrame, session: date) -> None:
        """The rows up to a session, as built at that session, are these, bit for bit."""
        # Conforming a plan would resolve its schema a thousand times; this is the same, afterwards.
        early = early.select(self.columns)
        if self.is_dated and early.height and early["session"].max() > session:
            early = early.filter(pl.col("session") <= session)
        self._assert_equal(early, self.until(session), f"on {session}")

    def assert_same_on(self, part: pl.DataFrame, sessions: pl.Series) -> None:
        """The rows of some sessions, as built without the others, are these, bit for bit."""
        full = self.frame.filter(pl.col("session").is_in(sessions.implode()))
        self._assert_equal(part.select(self.columns), full, "without the others")

    def _assert_equal(self, early: pl.DataFrame, full: pl.DataFrame, how: str) -> None:
        if early.equals(full):
            return  # in the order of the step itself, which spares sorting a thousand prefixes
        name, key = self.table.name, list(self.table.key)
        assert early.height == full.height, (
            f"{name}: {full.height} rows, {early.height} as built {how}"
        )
        early, full = early.sort(key), full.sort(key)
        moved = [column for column in full.columns if not early[column].equals(full[column])]
        assert not moved, f"{name}: as built {how} differs in {', '.join(moved)}"


def _assert_known(full: _Full, least: int) -> None:
    if full.is_dated:
        grouped = full.frame.group_by("session")
        known = grouped.agg((pl.all().count() > 0).cast(pl.Int32)).sum()
        exempt = {"session", *(_NOT_SIMULATED if full.table.layer == "core" else ())}
        columns = [name for name in full.columns if name not in exempt]
        scarce = [name for name in columns if known[name][0] < least]
        assert not scarce, f"{full.table.name}: known on too few sessions: {', '.join(scarce)}"


@pytest.fixture(scope="session")
def assert_prefix_stable() -> PrefixCheck:
    """Check of a step over every session: no row depends on what was not known at its time.

    Called with the step and a frame per input table. For every session t the step is built on the
    rows known by t's decision time, and all its rows up to t must equal the full build's, bit for
    bit. Each column must be known on at least ``least`` sessions, else it would prove nothing;
    core columns of series that the simulated source does not offer are spared that.
    ``calendar_ahead`` leaves the calendar whole, since it is published in advance; ``every`` takes
    one session of so many.
    """

    def check(
        step: Step,
        inputs: Frames,
        *,
        calendar_ahead: bool = False,
        least: int = _KNOWN_SESSIONS,
        every: int = 1,
    ) -> None:
        used = {table.name: inputs[table.name] for table in step.inputs}
        tables = [
            _Input(frame, is_whole=calendar_ahead and name in _CALENDARS)
            for name, frame in used.items()
        ]
        whole = _made(step, [frame.lazy() for frame in used.values()])
        for table, frame in zip(step.outputs, whole, strict=True):
            table.conform(frame)
        made = pl.collect_all(whole, engine="in-memory")
        full = [_Full(*pair) for pair in zip(step.outputs, made, strict=True)]
        for one in full:
            _assert_known(one, least)

        own = threading.local()  # a rehearsal is at one instant at a time

        def judge(instant: _Instant) -> None:
            if not hasattr(own, "rehearsal"):
                own.rehearsal = _Rehearsal(step, tables)
            for one, early in zip(full, own.rehearsal.built(instant), strict=True):
                one.assert_same(early, instant.session)

        with ThreadPoolExecutor(_WORKERS) as pool:
            for _ in pool.map(judge, _instants(used)[::every]):
                pass

    return check


@pytest.fixture(scope="session")
def assert_row_local() -> LocalityCheck:
    """Check of a function from sessions to tables: a session's rows depend on it alone.

    Called with the tables, the function and a frame of one row per session. For each binary digit
    of a row's number the function is given the rows that have it set, then those that do not. Any
    two sessions differ in a digit, so each is once made without the other: what a session's rows
    would take from any other, before or after, would be missing once.
    """

    def check(
        tables: tuple[Table, ...],
        assembled: Callable[[pl.LazyFrame], list[pl.LazyFrame]],
        frame: pl.DataFrame,
    ) -> None:
        made = pl.collect_all(assembled(frame.lazy()), engine="in-memory")
        full = [_Full(*pair) for pair in zip(tables, made, strict=True)]
        for one in full:
            _assert_known(one, _KNOWN_SESSIONS)
        number = pl.int_range(pl.len())
        for digit in range((frame.height - 1).bit_length()):
            for side in (0, 1):
                some = frame.filter((number // 2**digit) % 2 == side)
                built = pl.collect_all(assembled(some.lazy()), engine="in-memory")
                for one, part in zip(full, built, strict=True):
                    one.assert_same_on(part, some["session"])

    return check


@pytest.fixture(scope="session")
def simulated_market() -> Frames:
    """Every table raw -> mart of a simulated market of 1,000 sessions, the decision excepted.

    Some closes are taken out of the index table before the measures are built, so that filling a
    hole from the future would show.
    """
    provenance = Provenance(datetime(2026, 1, 2, tzinfo=UTC), "0" * 64)
    parts = {table.name: [pl.DataFrame(schema=table.schema)] for table in RAW_TABLES}
    sessions = None
    for dataset in datasets("simulated", Simulation(sessions=1_000)):
        rows = raw_rows(
            dataset, dataset.fetch(), source="simulated", sessions=sessions, provenance=provenance
        ).rows.collect(engine="in-memory")
        sessions = rows.lazy() if sessions is None else sessions
        parts[dataset.table.name].append(rows)
    frames = {name: pl.concat(rows) for name, rows in parts.items()}
    terms = load("steward").book_terms
    for step in (*steps("simulated"), *offer_steps(terms)):
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
