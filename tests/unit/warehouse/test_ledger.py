"""The run ledger: whole lines count, altered ones are found."""

from pathlib import Path

import pytest

from warehouse.errors import StoreError
from warehouse.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of three entries."""
    path = tmp_path / "runs" / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.append("planned", at="2024-01-03T12:00:00Z", session="2024-01-02")
    ledger.append("committed", rows={"raw_event": 3}, data_hash="ab")
    ledger.append("published", files=["briefing.html"], note="naïve ☂\n")
    return path


def test_entries_come_back(path: Path) -> None:
    """Kinds, fields and order are what was appended."""
    entries = Ledger(path).entries()
    assert [entry.kind for entry in entries] == ["planned", "committed", "published"]
    assert entries[1].fields == {"rows": {"raw_event": 3}, "data_hash": "ab"}
    assert entries[2].fields["note"] == "naïve ☂\n"


def test_whole_chain_verifies(path: Path) -> None:
    """A chain of three has three entries, no torn bytes, and the last hash as its head."""
    check = Ledger(path).verify()
    assert (check.entry_count, check.torn_bytes) == (3, 0)
    assert check.head == Ledger(path).entries()[-1].sha256


def test_missing_ledger_is_empty(tmp_path: Path) -> None:
    """Before the first run there is nothing, and looking creates nothing."""
    assert Ledger(tmp_path / "none").verify().entry_count == 0
    assert list(tmp_path.iterdir()) == []


def test_torn_line_is_tolerated(path: Path) -> None:
    """However much of the last line a crash left, the lines before it count; appending mends."""
    whole = path.read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    for end in range(start, len(whole)):
        path.write_bytes(whole[:end])
        check = Ledger(path).verify()
        assert (check.entry_count, check.torn_bytes) == (2, end - start)
    entry = Ledger(path).append("published")
    assert (entry.number, entry.fields) == (3, {"torn_bytes": len(whole) - 1 - start})
    assert Ledger(path).verify().entry_count == 3


def test_every_altered_byte_is_found(path: Path) -> None:
    """No single byte before the last line's end can change unnoticed."""
    whole = path.read_bytes()
    for position in range(len(whole) - 1):
        altered = bytearray(whole)
        altered[position] ^= 0x01
        path.write_bytes(altered)
        with pytest.raises(StoreError, match=r"line [123] was altered"):
            Ledger(path).verify()


@pytest.mark.parametrize("order", [(1, 2), (0, 2), (1, 0, 2), (0, 1, 1, 2)])
def test_lines_keep_their_place(path: Path, order: tuple[int, ...]) -> None:
    """A line removed, swapped or repeated breaks the chain."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[index] for index in order))
    with pytest.raises(StoreError, match="was altered"):
        Ledger(path).entries()


def test_appending_to_an_altered_line_is_refused(path: Path) -> None:
    """A broken end is not built upon."""
    path.write_bytes(path.read_bytes().replace(b"published", b"pubIished"))
    with pytest.raises(StoreError, match="line 3 was altered"):
        Ledger(path).append("planned")


def test_fields_are_json(path: Path) -> None:
    """A number that is none cannot be written, and nothing is."""
    before = path.read_bytes()
    with pytest.raises(StoreError, match="give times as text, numbers finite"):
        Ledger(path).append("planned", seconds=float("nan"))
    assert path.read_bytes() == before
