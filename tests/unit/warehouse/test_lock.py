"""The run lock: one holder, named, and free once it ends."""

import os
from pathlib import Path

import pytest

from warehouse.errors import Busy
from warehouse.lock import run_lock


def test_second_holder_is_busy(tmp_path: Path) -> None:
    """While one holds the lock another is told who it is; then it is free."""
    with (
        run_lock(tmp_path / "new"),
        pytest.raises(Busy, match=f"PID {os.getpid()}"),
        run_lock(tmp_path / "new", 0.01),
    ):
        pass
    with run_lock(tmp_path / "new"):
        pass


def test_error_frees_the_lock(tmp_path: Path) -> None:
    """What fails under the lock passes through and lets the next one in."""
    with pytest.raises(ZeroDivisionError), run_lock(tmp_path):
        raise ZeroDivisionError
    with run_lock(tmp_path):
        pass


def test_left_over_file_is_no_lock(tmp_path: Path) -> None:
    """A lock file that a crash left behind blocks nobody."""
    (tmp_path / "run.lock").write_text("99999999\n")
    with run_lock(tmp_path):
        assert (tmp_path / "run.lock").read_text() == f"{os.getpid()}\n"
