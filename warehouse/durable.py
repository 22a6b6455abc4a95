"""Writing that survives a crash: bytes are on disk before their name is."""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import StoreError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SPACE = (errno.ENOSPC, errno.EDQUOT)


def check_name(name: str, what: str) -> str:
    """The name itself, if it can be a file's name in any folder of ours.

    Raises:
        StoreError: anything but lower-case letters, digits, ``-`` and ``_``, 64 at most.
    """
    if not _NAME.fullmatch(name):
        raise StoreError(
            f"{what} {name[:80]!r} cannot name a file: use a-z, 0-9, '-' and '_', at most 64,"
            " beginning with a letter or digit"
        )
    return name


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an operating-system error about a path into the room's own, with what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _SPACE:
            raise StoreError(f"no space left to write {path}: free some", reason="space") from error
        raise StoreError(
            f"cannot use {path}: {error.strerror or error}", reason="folder"
        ) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new(path: Path, payload: bytes) -> None:
    """Write and sync a file whose name nobody reads yet."""
    with path.open("wb") as file:
        file.write(payload)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, payload: bytes) -> None:
    """Replace a file in one step: readers see the old bytes or all of the new ones.

    Raises:
        StoreError: the path cannot be written, or there is no room.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        write_new(partial, payload)
        os.replace(partial, path)  # noqa: PTH105 - one name for the step that tests interrupt
        sync_folder(path.parent)


def writable(folder: Path, need_bytes: int = 0) -> None:
    """Check, before anything is touched, that a folder can take a run's files.

    A folder that does not exist yet is judged by the nearest one above it that does; it is not
    created here.

    Args:
        folder: where files shall be written.
        need_bytes: how many bytes must be free.

    Raises:
        StoreError: not a folder or not writable (reason ``folder``), or too little room
            (reason ``space``).
    """
    with explained(folder):
        existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not existing.is_dir():
            raise StoreError(f"{existing} is a file, not a folder", reason="folder")
        with tempfile.TemporaryFile(dir=existing):
            pass  # os.access answers yes to root even where the file system is read-only
        free = shutil.disk_usage(existing).free
    if free < need_bytes:
        raise StoreError(
            f"{folder} has {free:,} bytes free, a run needs {need_bytes:,}: free some",
            reason="space",
        )
