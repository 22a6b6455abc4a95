"""One run at a time in a folder; a killed run leaves no lock behind."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.durable import explained
from warehouse.errors import Busy

_PAUSE_SECONDS = 0.05


def attempt(action: Callable[[], bool], wait_seconds: float) -> bool:
    """Whether an action succeeds within the time; it is tried at least once."""
    deadline = time.monotonic() + wait_seconds
    while not action():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


@contextmanager
def run_lock(directory: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the folder's run lock; the kernel frees it when the process ends in any way.

    Args:
        directory: the folder that a run changes; created if missing.
        wait_seconds: how long to wait for another run to end [seconds].

    Raises:
        Busy: another process still holds it; the message names its PID.
        StoreError: the folder cannot hold a lock file.
    """
    path = directory / "run.lock"
    with explained(path):
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        with explained(path):
            if not attempt(lambda: _taken(descriptor), wait_seconds):
                holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
                raise Busy(
                    f"{directory} is in use by another run (PID {holder}), waited"
                    f" {wait_seconds:g} s: wait for it to end, or end it, and try again"
                )
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)  # the file stays: removing it would let two runs lock two files


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
