"""Typed access to the rows behind the page: today's, the session before's, and a column's past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from briefing.run import RunInfo
from schemas.catalogue import table

Value = str | float | int | bool | date | datetime | None
Row = Mapping[str, Value]


class BriefingError(ValueError):
    """The rows handed in do not make a briefing."""


@dataclass(frozen=True)
class Rows:
    """The tables of one run as seen from its session: nothing later is ever read."""

    frames: Mapping[str, pl.DataFrame]
    run: RunInfo

    def frame(self, name: str) -> pl.DataFrame:
        """A declared table, by key, up to the session; without rows where it was not handed in.

        Raises:
            BriefingError: a column that the table declares is missing.
        """
        declared = table(name)
        if name not in self.frames:
            return pl.DataFrame(schema=declared.schema)
        frame = self.frames[name]
        if missing := [column for column in declared.schema if column not in frame.columns]:
            raise BriefingError(f"{name}: missing: {', '.join(missing)}; conform the frame first")
        if "session" in declared.schema and name != "ops_run":
            frame = frame.filter(pl.col("session") <= self.run.session)
        return frame.sort(list(declared.key), maintain_order=True)

    def at(self, name: str, session: date | None) -> list[Row]:
        """The rows of one session in key order; none where the session is unknown."""
        if session is None:
            return []
        return list(self.frame(name).filter(pl.col("session") == session).iter_rows(named=True))

    def one(self, name: str, session: date | None) -> Row:
        """The row of one session of a table with a row a session; all null where it has none."""
        found = self.at(name, session)
        return found[0] if found else dict.fromkeys(table(name).schema)

    @property
    def session(self) -> date:
        """The session that the page describes."""
        return self.run.session

    @property
    def previous(self) -> date | None:
        """The session before, by the calendar; none on the first."""
        sessions = self.frame("core_session")["session"]
        earlier = sessions.filter(sessions < self.run.session)
        return earlier[-1] if len(earlier) else None

    def tail(self, name: str, sessions: int) -> pl.DataFrame:
        """The newest rows of a table with one row a session."""
        return self.frame(name).tail(sessions)


def as_float(value: Value) -> float | None:
    """A cell as a number, or none.

    Raises:
        BriefingError: the cell holds something else.
    """
    if value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    raise BriefingError(f"rows: found {value!r}; a number was expected")


def as_int(value: Value) -> int | None:
    """A cell as a whole number, or none."""
    number = as_float(value)
    return None if number is None else int(number)


def as_date(value: Value) -> date | None:
    """A cell as a date, or none.

    Raises:
        BriefingError: the cell holds something else.
    """
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise BriefingError(f"rows: found {value!r}; a date was expected")


def as_text(value: Value) -> str:
    """A cell as text; empty where null."""
    return "" if value is None else str(value)
