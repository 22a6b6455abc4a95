"""The raw archive: append-only, named by content, checked at every read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from warehouse.errors import StoreError
from warehouse.snapshots import Snapshots, Visit

AT = datetime(2024, 1, 3, 1, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)
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
    """Bytes equal to the newest are no arrival and keep its time, so a rerun has no new rows."""
    archive = Snapshots(tmp_path)
    archive.put("vix", b"abc", AT, "here")
    again = archive.put("vix", b"abc", AT + DAY, "there")
    assert (again.is_new, again.retrieved_at) == (False, AT)
    assert [one.retrieved_at for one in archive.arrivals()] == [AT]


def test_return_to_older_bytes_is_an_arrival(tmp_path: Path) -> None:
    """A publisher that takes a change back is read anew: the bytes it went back to came again."""
    archive = Snapshots(tmp_path)
    for at, payload in enumerate((b"abc", b"abd", b"abc")):
        archive.put("vix", payload, AT + at * DAY, "here")
    listed = [(one.retrieved_at, archive.get(one.sha256)) for one in archive.arrivals()]
    assert listed == [(AT, b"abc"), (AT + DAY, b"abd"), (AT + 2 * DAY, b"abc")]
    assert len([path for path in (tmp_path / "objects").rglob("*") if path.is_file()]) == 2


def test_newest_is_the_last_arrival(tmp_path: Path) -> None:
    """The newest of a dataset came last; of one never fetched there is none."""
    archive = Snapshots(tmp_path)
    assert archive.newest("vix") is None
    archive.put("vix", b"abc", AT, "here")
    archive.put("vix", b"abd", AT + DAY, "here")
    archive.put("vvix", b"abe", AT + 2 * DAY, "here")
    newest = archive.newest("vix")
    assert newest is not None
    assert (newest.retrieved_at, archive.get(newest.sha256)) == (AT + DAY, b"abd")


@pytest.mark.parametrize("back", [timedelta(0), timedelta(microseconds=1), timedelta(days=9)])
def test_clock_set_back(tmp_path: Path, back: timedelta) -> None:
    """What comes later is later, whatever a clock that was set back, or stood still, says."""
    archive = Snapshots(tmp_path)
    for payload in (b"abc", b"abd", b"abe"):
        archive.put("vix", payload, AT - (back if payload != b"abc" else timedelta(0)), "here")
    step = timedelta(microseconds=1)
    listed = [(one.retrieved_at, archive.get(one.sha256)) for one in archive.arrivals()]
    assert listed == [(AT, b"abc"), (AT + step, b"abd"), (AT + 2 * step, b"abe")]


def test_arrivals_are_listed_in_order(tmp_path: Path) -> None:
    """A rebuild reads every arrival, oldest first; two datasets may share bytes."""
    archive = Snapshots(tmp_path)
    archive.put("b", b"1", AT, "x")
    archive.put("b", b"2", AT + DAY, "x")
    archive.put("a", b"1", AT, "x")
    listed = [(one.dataset_name, archive.get(one.sha256)) for one in archive.arrivals()]
    assert listed == [("a", b"1"), ("b", b"1"), ("b", b"2")]


def test_sidecar_tells_of_the_arrival(tmp_path: Path) -> None:
    """Beside each arrival lies where it came from, what was said of it and under which terms."""
    Snapshots(tmp_path).put("x", b"abc", AT, "https://host.org/csv", terms="Free",
                            headers={"etag": "one"})  # fmt: skip
    (path,) = (tmp_path / "arrivals" / "x").iterdir()
    assert path.name == f"20240103T010203000000Z-{ABC}.json"
    assert json.loads(path.read_bytes()) == {
        "dataset": "x", "origin": "https://host.org/csv", "retrieved_at": AT.isoformat(),
        "sha256": ABC, "size": 3, "terms": "Free", "headers": {"etag": "one"},
    }  # fmt: skip


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


def test_spoilt_sidecar_loses_no_arrival(tmp_path: Path) -> None:
    """Time and hash are the file's name, so a rebuild needs nothing that is written in it."""
    archive = Snapshots(tmp_path)
    archive.put("x", b"abc", AT, "y")
    (path,) = (tmp_path / "arrivals" / "x").iterdir()
    path.write_text("{")
    listed = [(one.dataset_name, one.sha256, one.retrieved_at) for one in archive.arrivals()]
    assert listed == [("x", ABC, AT)]


@pytest.mark.parametrize("name", [
    f"{ABC}.json", f"20240103T010203000000Z-{ABC}.json.part", f"20240103T010203Z-{ABC}.json",
    "20240103T010203000000Z-abc.json", f"20240103T010203000000Z-{ABC.upper()}.json",
])  # fmt: skip
def test_other_files_are_no_arrivals(tmp_path: Path, name: str) -> None:
    """A file that is not named as an arrival is, a half-written one too, is none."""
    archive = Snapshots(tmp_path)
    archive.put("x", b"abc", AT, "y")
    (tmp_path / "arrivals" / "x" / name).write_text("{}")
    assert len(archive.arrivals()) == 1


def test_visit_comes_back(tmp_path: Path) -> None:
    """The last visit replaces the one before, is UTC, and is no arrival; one never made is none."""
    archive = Snapshots(tmp_path)
    assert archive.visit("vix") is None
    archive.note("vix", Visit(AT, "new", etag='"e1"', last_modified="Tue, 02 Jan 2024"))
    new_york = timezone(timedelta(hours=-5))
    later = Visit((AT + DAY).astimezone(new_york), "failed", "host: no answer", '"e1"')
    archive.note("vix", later)
    found = archive.visit("vix")
    assert found == Visit(AT + DAY, "failed", "host: no answer", '"e1"', None)
    assert found.at.utcoffset() == timedelta(0)
    assert archive.arrivals() == ()


@pytest.mark.parametrize("spoilt", [
    b"", b"{", b"[]", b"{}", b"\xff", b'{"at": "2024-01-03T01:02:03+00:00"}',
    b'{"at": 1, "outcome": "new"}', b'{"at": "x", "outcome": "new"}',
    b'{"at": "2024-01-03T01:02:03+00:00", "outcome": "new", "more": 1}',
])  # fmt: skip
def test_spoilt_visit_is_none(tmp_path: Path, spoilt: bytes) -> None:
    """A damaged note about the network costs one question more, and no error."""
    archive = Snapshots(tmp_path)
    archive.note("vix", Visit(AT, "new"))
    (tmp_path / "visits" / "vix.json").write_bytes(spoilt)
    assert archive.visit("vix") is None


def test_visit_names_stay_in_the_archive(tmp_path: Path) -> None:
    """A name that could leave the folder is refused here too."""
    with pytest.raises(StoreError, match="cannot name a file"):
        Snapshots(tmp_path).note("../x", Visit(AT, "new"))
    assert list(tmp_path.iterdir()) == []


def test_acceptance_counts_from_its_time(tmp_path: Path) -> None:
    """A person's acceptance of an arrival is listed after it, at its own time, with its bytes."""
    archive = Snapshots(tmp_path)
    one = archive.put("vix", b"abc", AT, "here")
    archive.accept(one, AT + DAY)
    listed = [(found.retrieved_at, found.sha256, found.is_accepted) for found in archive.arrivals()]
    assert listed == [(AT, ABC, False), (AT + DAY, ABC, True)]
    assert archive.put("vix", b"abc", AT + 2 * DAY, "here").is_new is False
    assert len(archive.arrivals()) == 2


def test_acceptance_is_never_before_its_arrival(tmp_path: Path) -> None:
    """A clock that was set back puts no acceptance before what it accepts."""
    archive = Snapshots(tmp_path)
    accepted = archive.accept(archive.put("vix", b"abc", AT, "here"), AT - DAY)
    assert accepted.retrieved_at > AT


def test_bytes_found_again_prove_that_nothing_newer_was_out(tmp_path: Path) -> None:
    """The time of the last look at an arrival is kept with it, and stays when others follow."""
    archive, later = Snapshots(tmp_path), AT + timedelta(days=3)
    first = archive.put("vix", b"abc", AT, "x")
    assert archive.seen_at("vix", first.retrieved_at) == AT
    archive.confirm("vix", later)
    second = archive.put("vix", b"abd", later + timedelta(days=1), "x")
    archive.confirm("vix", later + timedelta(days=2))
    assert archive.seen_at("vix", first.retrieved_at) == later
    assert archive.seen_at("vix", second.retrieved_at) == later + timedelta(days=2)
    assert [one.sha256 for one in archive.arrivals()] == [first.sha256, second.sha256]
