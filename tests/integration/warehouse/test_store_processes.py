"""The warehouse file among processes, crashes and damage."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from schemas.core import CORE_EVENT_DAILY
from warehouse.errors import Busy, StoreError
from warehouse.lock import run_lock
from warehouse.store import Store

Rows = Callable[..., pl.DataFrame]
ROOT = Path(__file__).parents[3]

HOLDER = """
    import sys
    from pathlib import Path
    from schemas.core import CORE_EVENT_DAILY
    from warehouse.lock import run_lock
    from warehouse.store import Store

    path = Path(sys.argv[1])
    with run_lock(path.parent), Store.open(path) as store, store.transaction():
        store.replace([CORE_EVENT_DAILY], [CORE_EVENT_DAILY.empty()])
        assert store.frame(CORE_EVENT_DAILY).is_empty()
        sys.stdout.write("inside\\n")
        sys.stdout.flush()
        sys.stdin.read()
"""


@contextmanager
def _holder(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process inside a transaction that has emptied the table."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(path)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and text
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "inside\n"
            yield process
        finally:
            process.kill()


def test_killed_writer_leaves_the_old_rows(path: Path, rows_of: Rows) -> None:
    """While another process writes ours is told its PID; after kill -9 the old rows are there."""
    rows = rows_of(CORE_EVENT_DAILY)
    with Store.open(path) as store:
        store.create([CORE_EVENT_DAILY])
        store.replace([CORE_EVENT_DAILY], [rows])
    with _holder(path) as process:
        for read_only in (False, True):
            with (
                pytest.raises(Busy, match=f"PID {process.pid}"),
                Store.open(path, read_only=read_only, wait_seconds=0.1),
            ):
                pass
        with pytest.raises(Busy, match=f"PID {process.pid}"), run_lock(path.parent, 0.1):
            pass
        process.kill()
        process.wait()
    with run_lock(path.parent), Store.open(path) as store:
        assert_frame_equal(store.frame(CORE_EVENT_DAILY), rows, check_exact=True)


def test_readers_share_the_file(path: Path, rows_of: Rows) -> None:
    """Two readers have the file open at once."""
    with Store.open(path) as store:
        store.create([CORE_EVENT_DAILY])
        store.replace([CORE_EVENT_DAILY], [rows_of(CORE_EVENT_DAILY)])
    code = (
        "import sys; from pathlib import Path; from warehouse.store import Store;"
        "from schemas.core import CORE_EVENT_DAILY as t\n"
        "with Store.open(Path(sys.argv[1]), read_only=True) as s: sys.exit(s.frame(t).height)"
    )
    with Store.open(path, read_only=True):
        done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False)  # noqa: S603
    assert done.returncode == 7


def test_second_open_in_the_process_is_explained(path: Path) -> None:
    """Opening the file twice in one process says so instead of blaming the file."""
    with Store.open(path), pytest.raises(StoreError, match="open already"), Store.open(path):
        pass


def test_first_run_is_asked_for(path: Path) -> None:
    """Reading a warehouse that was never made says so, and makes none."""
    with pytest.raises(StoreError, match="does not exist"), Store.open(path, read_only=True):
        pass
    assert not path.exists()


def test_damaged_file_asks_for_a_rebuild(path: Path) -> None:
    """A file that is no DuckDB file is named with what to do, and left as it is."""
    path.parent.mkdir()
    path.write_bytes(b"x" * 20_000)
    with (
        pytest.raises(StoreError, match="rebuilt from the raw archive") as raised,
        Store.open(path),
    ):
        pass
    assert raised.value.reason == "file"
    assert path.read_bytes() == b"x" * 20_000


def test_folder_in_the_way_is_named(tmp_path: Path) -> None:
    """A path through a file is a matter of folders, not of data."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file") as raised, Store.open(tmp_path / "file" / "x.db"):
        pass
    assert raised.value.reason == "folder"


def test_file_does_not_grow_by_rebuilding(path: Path, rows_of: Rows) -> None:
    """Replacing the same content again and again reuses the room in the file."""
    sizes = []
    with Store.open(path) as store:
        store.create([CORE_EVENT_DAILY])
    for _ in range(6):
        with Store.open(path) as store:
            store.replace([CORE_EVENT_DAILY], [rows_of(CORE_EVENT_DAILY, 20_000)])
        sizes.append(path.stat().st_size)
    assert max(sizes) <= 2 * sizes[0]
