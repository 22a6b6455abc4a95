"""Publishing: whole or not at all, newest on top, nothing lost."""

import os
from datetime import date
from pathlib import Path

import pytest

from warehouse.errors import StoreError
from warehouse.publish import discard, failure_notice, publish, revision_of, verify, writable

TUESDAY, WEDNESDAY = date(2024, 1, 2), date(2024, 1, 3)
OLD = {"briefing.html": b"old", "briefing.pdf": b"%PDF old"}
NEW = {"briefing.html": b"new", "briefing.pdf": b"%PDF new"}


def _seen(out: Path) -> dict[str, bytes]:
    """What a reader finds behind ``latest``."""
    return {name: (out / "latest" / name).read_bytes() for name in NEW}


def test_links_lead_to_the_publication(tmp_path: Path) -> None:
    """Session and latest lead to the run's files by relative links: the folder can be moved."""
    publication = publish(tmp_path / "out", "run-a", TUESDAY, NEW)
    assert (publication.revision, publication.is_new) == (1, True)
    (tmp_path / "out").rename(tmp_path / "moved")
    assert (tmp_path / "moved" / "2024-01-02" / "briefing.html").read_bytes() == b"new"
    assert _seen(tmp_path / "moved") == NEW


def test_same_bytes_touch_nothing(tmp_path: Path) -> None:
    """The same run again is not new and leaves every file and link as it was."""
    publish(tmp_path, "run-a", TUESDAY, NEW)
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    again = publish(tmp_path, "run-a", TUESDAY, NEW)
    assert (again.revision, again.is_new) == (1, False)
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("other", [{"briefing.html": b"new"}, {**NEW, "x": b""}, OLD])
def test_other_bytes_are_refused(tmp_path: Path, other: dict[str, bytes]) -> None:
    """One run cannot have two pages; the first stays."""
    publish(tmp_path, "run-a", TUESDAY, NEW)
    with pytest.raises(StoreError, match="with other bytes in"):
        publish(tmp_path, "run-a", TUESDAY, other)
    assert _seen(tmp_path) == NEW


def test_revisions_count_up(tmp_path: Path) -> None:
    """A second run of a session is revision 2 and on top; the first stays and keeps its number."""
    publish(tmp_path, "run-b", TUESDAY, OLD)
    assert revision_of(tmp_path, TUESDAY, "run-a") == 2
    assert publish(tmp_path, "run-a", TUESDAY, NEW).revision == 2
    assert revision_of(tmp_path, TUESDAY, "run-b") == 1
    assert revision_of(tmp_path, WEDNESDAY, "run-c") == 1
    assert _seen(tmp_path) == NEW
    assert (tmp_path / "runs" / "run-b" / "briefing.html").read_bytes() == b"old"


def test_latest_never_goes_back(tmp_path: Path) -> None:
    """A page for an older session is published under its date only."""
    publish(tmp_path, "run-new", WEDNESDAY, NEW)
    publish(tmp_path, "run-old", TUESDAY, OLD)
    assert _seen(tmp_path) == NEW
    assert (tmp_path / "2024-01-02" / "briefing.html").read_bytes() == b"old"


@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_interrupted_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, step: int
) -> None:
    """Cut short at any step, latest is the old page or the new one, whole; again finishes it."""
    publish(tmp_path, "run-old", TUESDAY, OLD)
    real, count = getattr(os, call), 0

    def failing(*arguments: object) -> object:
        nonlocal count
        count += 1
        if count == step + 1:
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, failing)
        try:
            publish(tmp_path, "run-new", WEDNESDAY, NEW)
        except KeyboardInterrupt:
            assert _seen(tmp_path) in (OLD, NEW)
        else:
            assert count == {"replace": 3, "fsync": 7}[call]  # there were no more steps to cut
            assert step >= count
    assert verify(tmp_path) == ()
    publish(tmp_path, "run-new", WEDNESDAY, NEW)
    assert _seen(tmp_path) == NEW
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["run-new", "run-old"]


def test_altered_page_is_found(tmp_path: Path) -> None:
    """A page changed after publication is named."""
    folder = publish(tmp_path, "run-a", TUESDAY, NEW).folder
    (folder / "briefing.html").write_bytes(b"newer")
    assert [text.split()[0] for text in verify(tmp_path)] == [str(folder / "briefing.html")]
    with pytest.raises(StoreError, match=r"other bytes in briefing\.html"):
        publish(tmp_path, "run-a", TUESDAY, NEW)


@pytest.mark.parametrize("run_id", ["../x", "", "a/b", ".hidden", "A", "a" * 65])
def test_run_names_stay_in_the_folder(tmp_path: Path, run_id: str) -> None:
    """A run name that could leave the folder is refused."""
    with pytest.raises(StoreError, match="cannot name a file"):
        publish(tmp_path, run_id, TUESDAY, NEW)


@pytest.mark.parametrize("name", ["../x", "manifest.json", ".x", "a/b", ""])
def test_artefact_names_stay_in_the_folder(tmp_path: Path, name: str) -> None:
    """An artefact can neither leave the folder nor pass for the manifest."""
    with pytest.raises(StoreError, match="cannot be published"):
        publish(tmp_path, "run-a", TUESDAY, {name: b""})


def test_refusal_stands_apart(tmp_path: Path) -> None:
    """A refusal leaves the page that is there alone, and counts as no publication."""
    publish(tmp_path, "run-a", TUESDAY, NEW)
    path = failure_notice(tmp_path, TUESDAY, "<p>refused ☂</p>")
    assert path == tmp_path / "refused" / "2024-01-02.html"
    assert path.read_text(encoding="utf-8") == "<p>refused ☂</p>"
    assert _seen(tmp_path) == NEW
    assert revision_of(tmp_path, TUESDAY, "run-b") == 2


def test_discard_is_repeatable(tmp_path: Path) -> None:
    """A staging folder is gone, also when it was before."""
    (tmp_path / "stage" / "deep").mkdir(parents=True)
    discard(tmp_path / "stage")
    discard(tmp_path / "stage")
    assert not (tmp_path / "stage").exists()


def test_writable_makes_nothing(tmp_path: Path) -> None:
    """A folder that could be made is fine, and is not made by asking."""
    writable(tmp_path / "a b" / "ü")
    assert list(tmp_path.iterdir()) == []


def test_file_in_the_way_is_named(tmp_path: Path) -> None:
    """A file where a folder must be is a matter of configuration."""
    (tmp_path / "out").write_text("")
    with pytest.raises(StoreError, match="out is a file, not a folder") as raised:
        writable(tmp_path / "out" / "deeper")
    assert raised.value.reason == "folder"


def test_unwritable_folder_is_named() -> None:
    """A folder that takes no file, even from root, is a matter of configuration."""
    with pytest.raises(StoreError, match="cannot use /proc") as raised:
        writable(Path("/proc/volbrief"))
    assert raised.value.reason == "folder"


def test_missing_room_is_counted(tmp_path: Path) -> None:
    """Too little room is said before anything is written, with both numbers."""
    with pytest.raises(
        StoreError, match=r"bytes free, a run needs 9,000,000,000,000,000"
    ) as raised:
        writable(tmp_path, need_bytes=9_000_000_000_000_000)
    assert raised.value.reason == "space"


def test_link_follows_the_run_asked_for(tmp_path: Path) -> None:
    """Asking for an earlier run of a session again brings its page back to the session's link."""
    session = date(2018, 2, 6)
    publish(tmp_path, "first", session, {"briefing.html": b"one"})
    publish(tmp_path, "second", session, {"briefing.html": b"two"})
    again = publish(tmp_path, "first", session, {"briefing.html": b"one"})
    assert (again.is_new, again.revision) == (False, 1)
    assert (tmp_path / "2018-02-06" / "briefing.html").read_bytes() == b"one"
