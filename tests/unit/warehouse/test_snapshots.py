"""The raw archive: append-only, named by content, checked at every read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from warehouse.errors import StoreError
from warehouse.snapshots import Snapshots

AT = datetime(2024, 1, 3, 1, 2, 3, tzinfo=UTC)
# FIPS 180-2, appendix B.1: the SHA-256 of "abc".
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_bytes_come_back(tmp_path: Path) -> None:
    """What was put is found under its SHA-256, in UTC."""
    new_york = timezone(timedelta(hours=-5))
    snapshot = Snapshots(tmp_path).put("vix", b"abc", AT.astimezone(new_york), "here")
    assert (snapshot.sha256, snapshot.is_new, snapshot.retrieved_at) == (ABC, True, AT)
    assert snapshot.retrieved_at.tzinfo is UTC
    assert Snapshots(tmp_path).get(ABC) == b"abc"


def test_first_arrival_counts(tmp_path: Path) -> None:
    """The same bytes later are not new and keep the first time, so a rerun has no new rows."""
    archive = Snapshots(tmp_path)
    archive.put("vix", b"abc", AT, "here")
    again = archive.put("vix", b"abc", AT + timedelta(days=1), "there")
    assert (again.is_new, again.retrieved_at) == (False, AT)


def test_arrivals_are_listed_in_order(tmp_path: Path) -> None:
    """A rebuild reads every arrival, oldest first; two datasets may share bytes."""
    archive = Snapshots(tmp_path)
    archive.put("b", b"2", AT + timedelta(days=1), "x")
    archive.put("b", b"1", AT, "x")
    archive.put("a", b"1", AT, "x")
    listed = [(one.dataset_name, archive.get(one.sha256)) for one in archive.arrivals()]
    assert listed == [("a", b"1"), ("b", b"1"), ("b", b"2")]


def test_altered_bytes_are_refused(tmp_path: Path) -> None:
    """A flipped byte is found at the next read and at the next arrival."""
    archive = Snapshots(tmp_path)
    archive.put("vix", b"abc", AT, "x").path.write_bytes(b"abd")
    for again in (lambda: archive.get(ABC), lambda: archive.put("vix", b"abc", AT, "x")):
        with pytest.raises(StoreError, match="was altered"):
            again()


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link planted in the archive leads nowhere."""
    archive = Snapshots(tmp_path)
    path = archive.put("vix", b"abc", AT, "x").path
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="cannot use"):
        archive.get(ABC)


@pytest.mark.parametrize("name", ["", "../x", "/etc", "a/b", "A", "a" * 65, ".a", "a\n", "ü"])
def test_names_stay_in_the_archive(tmp_path: Path, name: str) -> None:
    """A dataset name that could leave the folder is refused, and nothing is written."""
    with pytest.raises(StoreError, match="cannot name a file"):
        Snapshots(tmp_path).put(name, b"abc", AT, "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, ABC + "\n"])
def test_hashes_are_hashes(tmp_path: Path, sha256: str) -> None:
    """Only a SHA-256 opens a file."""
    with pytest.raises(StoreError, match="is not a SHA-256"):
        Snapshots(tmp_path).get(sha256)


def test_secrets_stay_out(tmp_path: Path) -> None:
    """User, query and fragment of an address are written nowhere; the rest is."""
    Snapshots(tmp_path).put("x", b"", AT, "https://me:pw@host.org/csv?api_key=canary#canary")
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"canary" not in written
    assert json.loads(written)["origin"] == "https://host.org/csv"


def test_times_need_a_zone(tmp_path: Path) -> None:
    """A time without zone could mean any instant."""
    with pytest.raises(StoreError, match="no time zone"):
        Snapshots(tmp_path).put("x", b"", AT.replace(tzinfo=None), "y")


def test_spoilt_record_is_named(tmp_path: Path) -> None:
    """A record that cannot be read is an error with its path, not a missing arrival."""
    Snapshots(tmp_path).put("x", b"abc", AT, "y")
    (tmp_path / "arrivals" / "x" / f"{ABC}.json").write_text("{")
    with pytest.raises(StoreError, match=f"{ABC}.json cannot be read"):
        Snapshots(tmp_path).arrivals()
