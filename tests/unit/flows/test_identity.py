"""The same parts bear the same run id, and any other part another."""

from datetime import date

import pytest

from flows.identity import ROOT, code_hash, code_version, run_id

SESSION = date(2018, 2, 6)
PARTS = ("sample", "data", "policy", "code", "with pdf")


def test_same_parts_same_id() -> None:
    """Nothing but session and parts enters; the name begins with the session."""
    assert run_id(SESSION, *PARTS) == run_id(SESSION, *PARTS)
    assert run_id(SESSION, *PARTS).startswith("2018-02-06-")


@pytest.mark.parametrize("place", range(len(PARTS)))
def test_other_part_other_id(place: int) -> None:
    """Each part counts."""
    other = [*PARTS[:place], "other", *PARTS[place + 1 :]]
    assert run_id(SESSION, *other) != run_id(SESSION, *PARTS)


def test_order_and_borders_count() -> None:
    """Parts cannot be swapped, nor can what is at the end of one move to the next."""
    assert run_id(SESSION, "ab", "c") != run_id(SESSION, "a", "bc")
    assert run_id(SESSION, "a", "b") != run_id(SESSION, "b", "a")


def test_code_hash_is_a_hash() -> None:
    """The program hashes itself, and says its version."""
    assert len(code_hash()) == 64
    assert (ROOT / "pyproject.toml").is_file()
    assert code_version().count(".") == 2
