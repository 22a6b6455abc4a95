"""Damaged packed bodies give their content or a refusal, never another error or other content."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.errors import SourceError
from sources.payload import decoded, members

FILES = {"a/b.csv": b"DATE,VIX\n01/02/1990,17.24\n" * 20, "README.txt": b"in thousands" * 9}
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 3), st.binary(max_size=4)),
    min_size=1,
    max_size=4,
)


def _zip() -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in FILES.items():
            writer.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return box.getvalue()


ZIP, GZIP = _zip(), gzip.compress(FILES["a/b.csv"], mtime=0)


def _edited(payload: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """Some bytes taken out at some places, and others put there."""
    for place, taken, put in edits:
        start = int(place * len(payload))
        payload = payload[:start] + put + payload[start + taken :]
    return payload


@given(edits=EDITS)
def test_damaged_zip_refused(edits: list[tuple[float, int, bytes]]) -> None:
    """A zip changed at any place is refused, or every file in it is what was packed."""
    try:
        found = members(_edited(ZIP, edits), place="a.zip", limit=2**20)
    except SourceError as refusal:
        assert str(refusal).startswith("a.zip: ")  # noqa: PT017 - either outcome is good
        return
    assert set(found.values()) <= set(FILES.values())


@given(edits=EDITS)
def test_damaged_gzip_refused(edits: list[tuple[float, int, bytes]]) -> None:
    """A gzip stream changed at any place is refused, or holds what was packed."""
    try:
        found = decoded(_edited(GZIP, edits), "gzip", place="a.csv", cap=2**20)
    except SourceError as refusal:
        assert str(refusal).startswith("a.csv: ")  # noqa: PT017 - either outcome is good
        return
    assert found == FILES["a/b.csv"]


@pytest.mark.parametrize("end", range(0, len(ZIP), 7))
def test_cut_zip_refused(end: int) -> None:
    """A zip cut short is never taken for a smaller one."""
    with pytest.raises(SourceError, match="not a whole zip file"):
        members(ZIP[:end], place="a.zip", limit=2**20)
