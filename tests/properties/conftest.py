"""The look-ahead check: what is built on what was known at t equals the full history up to t."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import polars as pl
import pytest

from schemas.model import Table
from schemas.step import Step

Frames = dict[str, pl.DataFrame]
PrefixCheck = Callable[..., None]

_KNOWN_SESSIONS = 60
_CALENDARS = ("raw_session", "core_session")


class _Input:
    """One input table in the order its rows became known, so that a prefix is a slice."""

    def __init__(self, table: Table, frame: pl.DataFrame, *, is_ahead: bool) -> None:
        self.frame, self.is_ahead = frame, is_ahead and table.name in _CALENDARS
        self.time = "session" if "session" in frame.columns else "available_at"
        if not self.is_ahead:
            self.frame = frame.sort(self.time, maintain_order=True)

    def known(self, session: date, decision_at: datetime | None) -> pl.LazyFrame:
        if self.is_ahead:
            return self.frame.lazy()
        limit = session if self.time == "session" else decision_at
        assert limit is not None, "a raw input needs core_session beside it for decision times"
        return self.frame.head(self.frame[self.time].search_sorted(limit, side="right")).lazy()


def _outputs(step: Step, inputs: list[pl.LazyFrame]) -> list[pl.LazyFrame]:
    made = step.build(*inputs)
    frames = made if isinstance(made, tuple) else (made,)
    return [table.conform(frame) for table, frame in zip(step.outputs, frames, strict=True)]


def _instants(inputs: Frames) -> Iterator[tuple[date, date, datetime | None]]:
    """Each session with the date and the time up to which something is known about it."""
    calendar = inputs.get("core_session")
    decisions = dict(calendar.select("session", "decision_at").iter_rows()) if calendar is not None else {}
    keyed = [frame for name, frame in inputs.items() if name not in _CALENDARS and "session" in frame.columns]
    if "raw_session" in inputs:
        days = inputs["raw_session"]["session"].sort().to_list()
        yield from ((day, following, None) for day, following in zip(days, days[1:], strict=False))
        return
    panels = keyed or [calendar]
    for day in panels[0]["session"].unique().sort().to_list():
        yield day, day, decisions.get(day)


def _assert_known(step: Step, full: list[pl.DataFrame], least: int) -> None:
    for table, frame in zip(step.outputs, full, strict=True):
        if "session" not in frame.columns:
            continue
        known = frame.group_by("session").agg(pl.all().count() > 0).sum()
        scarce = [name for name in table.schema if name != "session" and known[name][0] < least]
        assert not scarce, f"{table.name}: known on fewer than {least} sessions: {', '.join(scarce)}"


def _assert_same(table: Table, full: pl.DataFrame, early: pl.DataFrame, session: date) -> None:
    if "session" in full.columns:
        full = full.head(full["session"].search_sorted(session, side="right"))
        early = early.filter(pl.col("session") <= session)
    if early.equals(full):
        return
    assert early.height == full.height, (
        f"{table.name}: {full.height} rows up to {session}, {early.height} when built that day"
    )
    moved = [name for name in full.columns if not early[name].equals(full[name])]
    raise AssertionError(f"{table.name}: as built on {session} differs in {', '.join(moved)}")


@pytest.fixture(scope="session")
def assert_prefix_stable() -> PrefixCheck:
    """Check of one step over every session: no row depends on what was not known at its time.

    Called with the step and a frame per input table. For every session t the step is built on the
    rows known by t's decision time, and all its rows up to t must equal the full build's, bit for
    bit. Each column must be known on at least 60 sessions, else it proves nothing: ``least``
    changes the number. ``calendar_ahead`` leaves the calendar whole: it is published in advance.
    """

    def check(
        step: Step,
        inputs: Frames,
        *,
        calendar_ahead: bool = False,
        least: int = _KNOWN_SESSIONS,
    ) -> None:
        tables = [
            _Input(table, inputs[table.name], is_ahead=calendar_ahead) for table in step.inputs
        ]
        whole = [inputs[table.name].lazy() for table in step.inputs]
        full = pl.collect_all(_outputs(step, whole), engine="in-memory")
        _assert_known(step, full, least)
        used = {table.name: inputs[table.name] for table in step.inputs}
        for session, known_until, decision_at in _instants(used):
            known = [table.known(known_until, decision_at) for table in tables]
            early = pl.collect_all(_outputs(step, known), engine="in-memory")
            for table, late, soon in zip(step.outputs, full, early, strict=True):
                _assert_same(table, late, soon, session)

    return check
