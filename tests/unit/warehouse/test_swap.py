"""A warehouse made anew replaces the old one whole, or not at all."""

import os
from pathlib import Path

import pytest

from warehouse.errors import StoreError
from warehouse.swap import replacing


def _names(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir()}


@pytest.mark.parametrize("has_old", [True, False])
def test_new_file_takes_the_place(has_old: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """After the block the path holds what was written beside it, and nothing else is left."""
    path = tmp_path / "a.duckdb"
    if has_old:
        path.write_bytes(b"old")
        (tmp_path / "a.duckdb.wal").write_bytes(b"log of the old")
    for name in ("a.duckdb.new", "a.duckdb.new.wal", "a.duckdb.old"):
        (tmp_path / name).write_bytes(b"of a killed attempt")
    with replacing(path) as fresh:
        assert not fresh.exists()
        fresh.write_bytes(b"new")
    assert path.read_bytes() == b"new"
    assert _names(path) == {"a.duckdb"}


def _interrupted(path: Path) -> None:
    with replacing(path) as fresh:
        fresh.write_bytes(b"half")
        raise KeyboardInterrupt


def test_fault_in_the_block_changes_nothing(tmp_path: Path) -> None:
    """What is raised inside leaves the old file and its log as they were."""
    path = tmp_path / "a.duckdb"
    path.write_bytes(b"old")
    (tmp_path / "a.duckdb.wal").write_bytes(b"log")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(path)
    assert path.read_bytes() == b"old"
    assert _names(path) == {"a.duckdb", "a.duckdb.wal"}


def test_path_leads_to_a_whole_file_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the renaming itself fails the old file is still there, and the error is the room's."""
    path = tmp_path / "a.duckdb"
    path.write_bytes(b"old")

    def refused(*_: object) -> None:
        assert path.read_bytes() == b"old"
        raise PermissionError(1, "refused")

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(StoreError, match="refused"), replacing(path) as fresh:
        fresh.write_bytes(b"new")
    assert path.read_bytes() == b"old"
    assert not (tmp_path / "a.duckdb.new").exists()
