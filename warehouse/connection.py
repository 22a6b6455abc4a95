"""Opening a DuckDB file safely, and saying in plain words why it cannot be used."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.durable import explained
from warehouse.errors import Busy, StoreError
from warehouse.lock import attempt

REBUILD = "delete the file: it is rebuilt from the raw archive"
_SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET preserve_insertion_order = true",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def connected(path: Path, *, read_only: bool, wait_seconds: float) -> duckdb.DuckDBPyConnection:
    """A connection to the file whose SQL reaches nothing but that file, in UTC.

    One thread: it is fast enough here, and the order of equal rows cannot depend on the machine.

    Raises:
        Busy: another process held the file all the time waited.
        StoreError: missing when only read, damaged, of another version, or not accessible.
    """
    if not read_only:
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
    elif not path.exists():
        raise StoreError(f"{path} does not exist: run a briefing first", reason="file")
    opened: list[duckdb.DuckDBPyConnection] = []
    holder = ""

    def is_open() -> bool:
        nonlocal holder
        try:
            opened.append(duckdb.connect(path, read_only=read_only, config={"threads": 1}))
        except duckdb.Error as error:
            if "Could not set lock" not in str(error):
                raise _unusable(path, error) from error
            found = re.search(r"PID (\d+)", str(error))
            holder = found.group(1) if found else "unknown"
        return bool(opened)

    if not attempt(is_open, wait_seconds):
        raise Busy(
            f"{path} is open in another process (PID {holder}), waited {wait_seconds:g} s:"
            " close it there, or wait for it to end, and try again"
        )
    return _locked_down(opened[0], path)


@contextmanager
def explained_errors(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors into the room's own, with the file and what to do."""
    try:
        yield
    except (duckdb.ConstraintException, duckdb.DataError) as error:
        raise StoreError(f"{path}: {error}") from error
    except duckdb.CatalogException as error:
        found = str(error).splitlines()[0]
        raise StoreError(
            f"{path}: {found}; if it was made by another version, {REBUILD}", reason="file"
        ) from error
    except duckdb.Error as error:
        raise _unusable(path, error) from error


def _locked_down(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyConnection:
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
    except duckdb.InvalidInputException as error:  # a second connection shares locked settings
        connection.close()
        raise _open_already(path) from error
    return connection


def _unusable(path: Path, error: duckdb.Error) -> StoreError:
    text = str(error).splitlines()[0]
    if "No space left" in text:
        return StoreError(f"no space left to write {path}: free some", reason="space")
    if isinstance(error, duckdb.ConnectionException):
        return _open_already(path)
    if "Permission denied" in text or "Read-only file system" in text or "directory" in text:
        return StoreError(f"cannot open {path}: {text}", reason="folder")
    return StoreError(
        f"{path} cannot be used by DuckDB {duckdb.__version__}: {text}; if it is damaged or was"
        f" written by another version, {REBUILD}",
        reason="file",
    )


def _open_already(path: Path) -> StoreError:
    return StoreError(f"{path} is open already in this process: close it first", reason="file")
