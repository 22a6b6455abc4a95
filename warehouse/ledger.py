"""The run ledger: what was done, in order, outside the database and tamper-evident."""

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from warehouse.durable import explained, sync_folder
from warehouse.errors import StoreError

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"

_START = "0" * 64  # what the first entry names as its predecessor


@dataclass(frozen=True)
class Entry:
    """One line: its number, what happened, the fields given, and its link in the chain."""

    number: int
    kind: str
    fields: Mapping[str, Value]
    sha256: str


@dataclass(frozen=True)
class LedgerCheck:
    """A whole chain: how many entries, and how many bytes of a torn last line follow them."""

    entry_count: int
    torn_bytes: int
    head: str


class Ledger:
    """JSON lines, each holding the hash of the one before; a line counts once it ends.

    A DuckDB log cut short by a power loss opens without complaint and lacks its last commits.
    This file is synced on its own, so comparing the two shows the loss.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, kind: str, **fields: Value) -> Entry:
        """Write one entry and wait until it is on disk.

        A torn last line was never acknowledged; it is cut off, and the entry that follows says
        how many bytes were (``torn_bytes``).

        Args:
            kind: what happened.
            fields: JSON values; times are the caller's, as text.

        Raises:
            StoreError: the last whole line was altered, a field is not JSON, or the file cannot
                be written.
        """
        with explained(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            with os.fdopen(os.open(self._path, flags, 0o644), "rb+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                lines, torn = _split(file.read())
                last = self._parsed(len(lines), lines[-1]) if lines else None
                if torn:
                    file.truncate(sum(len(line) + 1 for line in lines))
                    fields = {**fields, "torn_bytes": len(torn)}
                number, previous = (last.number + 1, last.sha256) if last else (1, _START)
                entry, line = _sealed(number, kind, fields, previous)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            if number == 1:
                sync_folder(self._path.parent)
        return entry

    def entries(self) -> tuple[Entry, ...]:
        """All whole entries, oldest first, after checking the chain.

        Raises:
            StoreError: an altered, missing or reordered line.
        """
        return self._checked()[0]

    def verify(self) -> LedgerCheck:
        """Check every link of the chain; a torn last line is reported, not an error.

        Raises:
            StoreError: an altered, missing or reordered line.
        """
        entries, torn_bytes = self._checked()
        return LedgerCheck(len(entries), torn_bytes, entries[-1].sha256 if entries else _START)

    def _checked(self) -> tuple[tuple[Entry, ...], int]:
        if not self._path.exists():
            return (), 0
        with explained(self._path):
            lines, torn = _split(self._path.read_bytes())
        entries: list[Entry] = []
        for number, line in enumerate(lines, start=1):
            previous = entries[-1].sha256 if entries else _START
            entries.append(self._parsed(number, line, previous))
        return tuple(entries), len(torn)

    def _parsed(self, number: int, line: bytes, previous: str | None = None) -> Entry:
        """The entry on a line, if it bears its own hash and follows ``previous`` where given."""
        try:
            record = json.loads(line)
            claimed, before = record["sha256"], record["previous"]
            entry, expected = _sealed(record["number"], record["kind"], record["fields"], before)
        except (ValueError, KeyError, TypeError) as error:
            raise self._altered(number, str(error)) from error
        if expected != line + b"\n" or entry.sha256 != claimed or entry.number != number:
            raise self._altered(number, "its content does not match its hash")
        if previous is not None and before != previous:
            raise self._altered(number, "it does not follow the line before it")
        return entry

    def _altered(self, number: int, why: str) -> StoreError:
        return StoreError(
            f"ledger {self._path} line {number} was altered: {why}; restore the file from a copy,"
            " or move it away and rebuild",
            reason="file",
        )


def _split(content: bytes) -> tuple[list[bytes], bytes]:
    *lines, torn = content.split(b"\n")
    return lines, torn


def _sealed(
    number: int, kind: str, fields: Mapping[str, Value], previous: str
) -> tuple[Entry, bytes]:
    record = {"number": number, "kind": kind, "fields": fields, "previous": previous}
    try:
        digest = hashlib.sha256(_canonical(record)).hexdigest()
        line = _canonical({**record, "sha256": digest}) + b"\n"
    except (TypeError, ValueError) as error:
        raise StoreError(
            f"ledger entry {kind!r} cannot be written: {error}; give times as text, numbers finite"
        ) from error
    return Entry(number, kind, fields, digest), line


def _canonical(record: Mapping[str, object]) -> bytes:
    return json.dumps(
        record, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False
    ).encode()
