"""Lists and numbers of JSON bodies, as strict as objects."""

import pytest

from sources.errors import SourceError
from sources.json_rows import entries, number, whole


def test_list_is_read() -> None:
    """A list, empty or not, with or without a byte-order mark, is its entries."""
    assert entries(b"[]", file="x") == []
    assert entries(b'\xef\xbb\xbf [{"a": 1}, 2]\n', file="x") == [{"a": 1}, 2]


@pytest.mark.parametrize("body", [
    b"", b"{}", b"null", b"[1", b"1]", b"[1], [2]", b'[1], "other": [2]', b'[1], "rows": [2]',
    b"[NaN]", b'[{"a": 1, "a": 2}]', b"[" * 100_000 + b"]" * 100_000, b"[\xff]", b"<html>[]",
])  # fmt: skip
def test_anything_else_refused(body: bytes) -> None:
    """No list, two lists, a list that smuggles a name, hostile nesting: refused with the file."""
    with pytest.raises(SourceError, match=r"^x: "):
        entries(body, file="x")


def test_null_is_no_number() -> None:
    """Unknown stays unknown, and zero is zero."""
    assert number(None, file="x", where="y") is None
    assert number(0, file="x", where="y") == 0.0


@pytest.mark.parametrize("found", [True, "1", -1, -0.5, 1e19, float("inf"), 10**400, [1]])
def test_strange_number_refused(found: object) -> None:
    """Text, truth values, negatives and overflows are no figures."""
    with pytest.raises(SourceError, match="x: y is"):
        number(found, file="x", where="y")  # type: ignore[arg-type]


@pytest.mark.parametrize("found", [True, 1.0, "1", None, 10**19])
def test_strange_whole_number_refused(found: object) -> None:
    """A time in fractions or as text is another format."""
    with pytest.raises(SourceError, match="x: y is"):
        whole(found, file="x", where="y")  # type: ignore[arg-type]
