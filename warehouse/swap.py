"""A warehouse made anew beside the one in use, which it replaces in one step once it is whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.durable import explained, sync_folder

_LOG = ".wal"  # where DuckDB keeps what it has not folded into the file


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """The path of a new file that takes this one's place when the block ends well.

    What an interrupted attempt left is removed first. While the names change the old file bears
    a second one, ``*.old``; at every moment the path leads to a whole file, and a fault in the
    block changes nothing.

    Args:
        path: the file in use; it need not exist. Nobody may have it open.

    Raises:
        StoreError: the folder cannot be written.
    """
    fresh, old = path.with_name(f"{path.name}.new"), path.with_name(f"{path.name}.old")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in (fresh, _log(fresh), old):
            left.unlink(missing_ok=True)
    try:
        yield fresh
        with explained(path):
            _synced(fresh)
            if path.exists():
                os.link(path, old)
            # A log that a killed run left belongs to the old file and would be read into the new.
            _log(path).unlink(missing_ok=True)
            os.replace(fresh, path)  # noqa: PTH105 - one name for the step that tests interrupt
            sync_folder(path.parent)
            old.unlink(missing_ok=True)
    finally:
        with explained(path):
            fresh.unlink(missing_ok=True)
            _log(fresh).unlink(missing_ok=True)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}{_LOG}")


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
