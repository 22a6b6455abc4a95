"""The folder of publishers' files: read when asked for, kept in memory, never written."""

import fnmatch
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from replay.tables import ReplayError

_LONGEST, _LONGEST_PLACE = 255, 2000  # of a file's name [bytes] and of its place [characters]


@dataclass(frozen=True)
class Kept:
    """A file's bytes, and when it last changed [epoch seconds]."""

    payload: bytes
    changed: int


class Shelf:
    """Files below one folder.

    Args:
        folder: the folder of publishers' files.

    Raises:
        ReplayError: no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise ReplayError(
                f"{folder}: no such folder; accepted is a folder of publishers' files, a folder "
                "each; name another"
            )
        self._root = folder.resolve()
        self._kept: dict[str, Kept | None] = {}

    def file(self, name: str) -> Kept | None:
        """One file by its place in the folder, as ``shiller/data.csv``; null where there is none."""
        if name not in self._kept:
            self._kept[name] = self._read(name)
        return self._kept[name]

    def _read(self, name: str) -> Kept | None:
        parts = PurePosixPath(name)
        is_long = any(len(part.encode()) > _LONGEST for part in parts.parts)
        if ".." in parts.parts or "\0" in name or is_long or len(name) > _LONGEST_PLACE:
            return None
        place = (self._root / parts).resolve()
        if not place.is_relative_to(self._root) or not place.is_file():
            return None
        return Kept(place.read_bytes(), int(place.stat().st_mtime))

    def names(self, folder: str, pattern: str) -> list[str]:
        """The files of a folder whose names match, in order of their names."""
        place = self._root / folder
        if not place.is_dir():
            return []
        found = fnmatch.filter([entry.name for entry in place.iterdir()], pattern)
        return [f"{folder}/{name}" for name in sorted(found)]


@dataclass
class Reading:
    """What one answer is made of; the newest of its files dates the answer."""

    shelf: Shelf
    changed: int = 0
    names: list[str] = field(default_factory=list)

    def file(self, name: str) -> bytes | None:
        """A file's bytes; null where there is none."""
        kept = self.shelf.file(name)
        if kept is None:
            return None
        self.changed = max(self.changed, kept.changed)
        self.names.append(name)
        return kept.payload

    def files(self, folder: str, pattern: str) -> dict[str, bytes]:
        """The files of a folder whose names match, by their names alone."""
        found = {name: self.file(name) for name in self.shelf.names(folder, pattern)}
        return {
            PurePosixPath(name).name: payload
            for name, payload in found.items()
            if payload is not None
        }
