"""The warehouse file: the one place with SQL, and the one place where frames are computed."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

import duckdb
import polars as pl

from schemas.core import CORE_AS_KNOWN_DAILY, CORE_SESSION, UNFIT
from schemas.model import Table
from schemas.raw import RAW_TABLES
from warehouse.connection import REBUILD, connected, explained_errors
from warehouse.ddl import create_statement, difference, quoted, shape
from warehouse.durable import write_whole
from warehouse.errors import StoreError
from warehouse.exports import as_bytes
from warehouse.fingerprint import add_frame
from warehouse.fitness import conflict, one_row, refuse_unfit

Frame = pl.LazyFrame | pl.DataFrame
Parameter = str | int | float | bool | date | datetime | list[str] | None

_INCOMING = "incoming"  # the name under which DuckDB sees the frame being written
_OPERATORS = {"since": ">=", "until": "<="}
_PROVENANCE = ("retrieved_at", "raw_sha256")  # may differ between two arrivals of one row
# Calendars have no knowledge time. Announcements are counted in sessions ahead, at most about a
# quarter of a year, contracts a year; what merely reaches further must not change an old run's hash.
_PUBLISHED_AHEAD = {
    "raw_session": ("open_at", timedelta(days=120)),
    "raw_expiry": ("expiry", timedelta(days=400)),
    "raw_position": ("retrieved_at", timedelta(days=36_500)),  # the desk is the user's of today
}


class Store:
    """One DuckDB file and one connection; every read and write conforms to the declaration.

    Writes are all or nothing: inside ``transaction()`` together, outside each on its own. Reads
    in a transaction see its uncommitted rows; a table just replaced in it is handed back as it was
    written and not read again. Tables are sorted by their key when read.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._is_in_transaction = False
        self._written: dict[str, pl.DataFrame] = {}

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, wait_seconds: float = 0.0) -> Self:
        """Open the file, made if missing; leaving the ``with`` closes it whatever happens.

        SQL run here can reach no other file and no network.

        Args:
            path: the DuckDB file.
            read_only: several processes may read at once, none while one writes.
            wait_seconds: how long to wait for another process to let go [seconds].

        Raises:
            Busy: another process still holds the file; the message names its PID.
            StoreError: damaged, of another DuckDB version, or not to be opened at all.
        """
        return cls(connected(path, read_only=read_only, wait_seconds=wait_seconds), path)

    def __enter__(self) -> Self:
        """The open store."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file, so that other processes can open it."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything written inside, or nothing if anything is raised.

        Raises:
            StoreError: a transaction is open already, or the commit failed.
        """
        if self._is_in_transaction:
            raise StoreError(f"{self._path}: a transaction is open already; write inside it")
        self._run("BEGIN TRANSACTION")
        self._is_in_transaction = True
        try:
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        else:
            self._run("COMMIT")
        finally:
            self._is_in_transaction = False
            self._written.clear()

    def create(self, tables: Sequence[Table]) -> None:
        """Make the tables that are missing; those there must be as declared.

        Raises:
            StoreError: a table in the file has other columns than the declaration.
        """
        with self._all_or_nothing():
            for table in tables:
                found = self._shape_found(table)
                if not found:
                    self._run(create_statement(table))
                elif found != shape(table):
                    raise StoreError(
                        f"{self._path}: {table.name} {difference(found, shape(table))}; the file"
                        f" was written by another version: {REBUILD}",
                        reason="file",
                    )

    def read(
        self, table: Table, *, since: date | None = None, until: date | None = None
    ) -> pl.LazyFrame:
        """The table's rows as a lazy frame; see ``frame``."""
        return self.frame(table, since=since, until=until).lazy()

    def frame(
        self, table: Table, *, since: date | None = None, until: date | None = None
    ) -> pl.DataFrame:
        """The table's rows, sorted by key, exactly as declared.

        ``since`` and ``until`` are sessions, both included; None is no bound.

        Raises:
            StoreError: bounds on a table without sessions, a table that is not in the file, or
                a file that cannot be read.
            SchemaError: the file's columns are not the declared ones.
        """
        given: dict[str, date | None] = {"since": since, "until": until}
        bounds: dict[str, Parameter] = {name: day for name, day in given.items() if day is not None}
        if not bounds and table.name in self._written:
            return self._written[table.name]
        if bounds and "session" not in table.schema:
            raise StoreError(f"{table.name} has no sessions: read it without since and until")
        conditions = [f'"session" {_OPERATORS[name]} ${name}' for name in bounds]
        return self._rows(table, " AND ".join(conditions) or "true", bounds)

    def matching(self, table: Table, frame: Frame, on: Sequence[str]) -> pl.LazyFrame:
        """The table's rows that share these columns with some row of a frame, sorted by key."""
        (wanted,) = computed(frame.lazy().select(on).unique())
        names = quoted(*on)
        with self._incoming(table, wanted):
            condition = f"({names}) IN (SELECT ({names}) FROM {_INCOMING})"
            return self._rows(table, condition, {}).lazy()

    def replace(self, tables: Sequence[Table], frames: Sequence[Frame]) -> dict[str, int]:
        """Compute frames together, each shared part once, and make them the tables' content.

        Returns:
            Row count by table name.

        Raises:
            StoreError: a key twice, a null where none may be, a non-finite number.
            SchemaError: columns are not as declared.
        """
        if len(tables) != len(frames):
            names = ", ".join(table.name for table in tables)
            raise StoreError(f"{len(frames)} frames for {len(tables)} tables: {names}")
        written = _computed(tables, frames)
        with self._all_or_nothing():
            for table, frame in zip(tables, written, strict=True):
                self._run(f"DELETE FROM {quoted(table.name)}")
                self._insert(table, frame)
                self._written[table.name] = frame
        return {table.name: frame.height for table, frame in zip(tables, written, strict=True)}

    def append(self, table: Table, frame: Frame) -> int:
        """Add the rows whose key is new; rows already there must agree.

        Agreement leaves ``retrieved_at`` and ``raw_sha256`` aside: the first arrival's stay.

        Returns:
            The number of rows added.

        Raises:
            StoreError: a key twice in the batch, or a key already there with other values.
            SchemaError: columns are not as declared.
        """
        (rows,) = _computed([table], [frame])
        same_key = " AND ".join(f"new.{quoted(name)} = old.{quoted(name)}" for name in table.key)
        with self._all_or_nothing(), self._incoming(table, rows):
            self._refuse_conflict(table, same_key)
            (added,) = self._run(
                f"INSERT INTO {quoted(table.name)} ({quoted(*table.schema)})"
                f" SELECT {quoted(*table.schema)} FROM {_INCOMING} AS new"
                f" WHERE NOT EXISTS (FROM {quoted(table.name)} AS old WHERE {same_key})"
            )
        return int(str(added[0]))

    def replace_rows(self, table: Table, frame: Frame, column: str, value: Parameter) -> int:
        """Make a frame the content of a table where a key column has a value.

        Args:
            table: which table.
            frame: the new rows; all of them have the value.
            column: a key column, as ``run_id``.
            value: its value.

        Returns:
            The number of rows written.

        Raises:
            StoreError: not a key column, or a row with another value in it.
            SchemaError: columns are not as declared.
        """
        if column not in table.key:
            raise StoreError(
                f"{table.name}: rows are replaced by a key column, not by {column!r};"
                f" the key is {', '.join(table.key)}"
            )
        (rows,) = _computed([table], [frame])
        others = [found for found in rows[column].unique().to_list() if found != value]
        if others:
            raise StoreError(f"{table.name}: {column} is {others[0]!r} in a batch for {value!r}")
        with self._all_or_nothing():
            self._run(
                f"DELETE FROM {quoted(table.name)} WHERE {quoted(column)} = $value",
                {"value": value},
            )
            self._insert(table, rows)
        return rows.height

    def put(self, table: Table, row: Mapping[str, object]) -> None:
        """Write one row, in place of the one with its key if there is one.

        Raises:
            StoreError: a null where none may be, or a number that is not finite.
            SchemaError: columns are not as declared.
        """
        (rows,) = _computed([table], [one_row(table, row)])
        same = " AND ".join(f"{quoted(name)} = ${name}" for name in table.key)
        with self._all_or_nothing():
            key = rows.select(table.key).row(0, named=True)
            self._run(f"DELETE FROM {quoted(table.name)} WHERE {same}", key)
            self._insert(table, rows)

    def data_hash(self, until: datetime) -> str:
        """SHA-256 over the raw rows known by an instant: what a run of that instant rests on.

        ``retrieved_at`` is left out, so a fresh machine that read the same bytes agrees. Sessions
        count while they open within 120 days, because announcements are counted ahead in them.

        Args:
            until: the decision time, with a time zone.
        """
        if until.tzinfo is None:
            raise StoreError(f"data_hash until {until} has no time zone; give UTC")
        digest = hashlib.sha256()
        for table in RAW_TABLES:
            _, ahead = _PUBLISHED_AHEAD.get(table.name, ("", timedelta()))
            add_frame(digest, table.name, self.known(table, until + ahead).drop("retrieved_at"))
        return digest.hexdigest()

    def known(self, table: Table, until: datetime) -> pl.DataFrame:
        """The rows of a raw table known by an instant, of the calendars those that began by it."""
        column, _ = _PUBLISHED_AHEAD.get(table.name, ("available_at", None))
        return self._rows(table, f"{quoted(column)} <= $limit", {"limit": until})

    def decision_at(self, session: date) -> datetime:
        """When a session is decided, UTC: what is known by then counts.

        Raises:
            StoreError: not a session of the calendar; the message names its bounds.
        """
        times: list[datetime] = self.frame(CORE_SESSION, since=session, until=session)[
            "decision_at"
        ].to_list()
        if not times:
            first, last = self.bounds(CORE_SESSION) or (None, None)
            raise StoreError(f"{session} is not a session; the calendar has {first} to {last}")
        return times[0]

    def bounds(self, table: Table) -> tuple[date, date] | None:
        """First and last session in a table, which must have sessions; None when it has none."""
        if "session" not in table.schema:
            raise StoreError(f"{table.name} has no sessions")
        return self._first_and_last(
            f'SELECT min("session"), max("session") FROM {quoted(table.name)}'
        )

    def last_session(self, table: Table) -> date | None:
        """The newest session in a table; None when it has none."""
        bounds = self.bounds(table)
        return bounds[1] if bounds else None

    def coverage(self, series_ids: Sequence[str]) -> tuple[date, date] | None:
        """First and last session on which every one of these series was known and fit for use."""
        return self._first_and_last(
            'SELECT min("session"), max("session") FROM ('
            f'SELECT "session" FROM {quoted(CORE_AS_KNOWN_DAILY.name)}'
            ' WHERE list_contains($ids, "series_id") AND NOT list_contains($unfit, "freshness")'
            ' GROUP BY "session" HAVING count(DISTINCT "series_id") = len($ids))',
            {"ids": sorted(set(series_ids)), "unfit": list(UNFIT)},
        )

    def export(
        self,
        table: Table,
        path: Path | None,
        file_format: str,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> bytes:
        """A table as csv, json or parquet: returned, and written to ``path`` unless None.

        Raises:
            StoreError: an unknown format, or a path that cannot be written.
        """
        content = as_bytes(self.frame(table, since=since, until=until), file_format)
        if path is not None:
            write_whole(path, content)
        return content

    def _all_or_nothing(self) -> AbstractContextManager[None]:
        return nullcontext() if self._is_in_transaction else self.transaction()

    @contextmanager
    def _incoming(self, table: Table, frame: pl.DataFrame) -> Iterator[None]:
        """Let SQL see a table's new rows; after an error the roll-back takes the name away."""
        self._written.pop(table.name, None)
        with explained_errors(self._path):
            self._connection.register(_INCOMING, frame)
        yield
        with explained_errors(self._path):
            self._connection.unregister(_INCOMING)

    def _insert(self, table: Table, frame: pl.DataFrame) -> None:
        names = quoted(*table.schema)
        with self._incoming(table, frame):
            self._run(f"INSERT INTO {quoted(table.name)} ({names}) SELECT {names} FROM {_INCOMING}")

    def _refuse_conflict(self, table: Table, same_key: str) -> None:
        values = [name for name in table.schema if name not in (*table.key, *_PROVENANCE)]
        if not values:
            return
        pairs = [f"new.{quoted(name)} IS DISTINCT FROM old.{quoted(name)}" for name in values]
        keys = [f"new.{quoted(name)}" for name in table.key]
        both = [f"{side}.{quoted(name)}" for name in values for side in ("old", "new")]
        conflicts = self._run(
            f"SELECT {', '.join(keys + both)} FROM {_INCOMING} AS new"
            f" JOIN {quoted(table.name)} AS old ON {same_key}"
            f" WHERE {' OR '.join(pairs)} ORDER BY {', '.join(keys)} LIMIT 1"
        )
        if conflicts:
            raise conflict(table, values, conflicts[0])

    def _first_and_last(
        self, statement: str, parameters: Mapping[str, Parameter] | None = None
    ) -> tuple[date, date] | None:
        ((first, last),) = self._run(statement, parameters)
        return (first, last) if isinstance(first, date) and isinstance(last, date) else None

    def _shape_found(self, table: Table) -> list[tuple[str, str, bool]]:
        rows = self._run(
            "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns"
            " WHERE table_name = $name ORDER BY ordinal_position",
            {"name": table.name},
        )
        return [(str(name), str(sql_type), bool(nullable)) for name, sql_type, nullable in rows]

    def _rows(
        self, table: Table, condition: str, parameters: Mapping[str, Parameter]
    ) -> pl.DataFrame:
        statement = (
            f"SELECT {quoted(*table.schema)} FROM {quoted(table.name)}"
            f" WHERE {condition} ORDER BY {quoted(*table.key)}"
        )
        with explained_errors(self._path):
            found: pl.DataFrame = self._connection.sql(statement, params=dict(parameters)).pl()
        table.conform(found.lazy())  # raises; the rows are in order already
        return found

    def _run(
        self, statement: str, parameters: Mapping[str, Parameter] | None = None
    ) -> list[tuple[object, ...]]:
        """Execute a statement and take its whole result, as an unread one blocks the next."""
        with explained_errors(self._path):
            return self._connection.execute(statement, parameters).fetchall()


def computed(*frames: Frame) -> list[pl.DataFrame]:
    """Frames as rows, what they share computed once."""
    return pl.collect_all([frame.lazy() for frame in frames], engine="in-memory")


def _computed(tables: Sequence[Table], frames: Sequence[Frame]) -> list[pl.DataFrame]:
    """The frames as rows, conformed and fit to be stored."""
    found = computed(*(t.conform(frame.lazy()) for t, frame in zip(tables, frames, strict=True)))
    for table, frame in zip(tables, found, strict=True):
        refuse_unfit(table, frame)
    return found
