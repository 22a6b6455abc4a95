"""Addresses are strings below a base URL, nothing else."""

import pytest

from sources.errors import SourceError
from sources.remote import Remote


def test_remote_is_a_value() -> None:
    """Two addresses of the same parts are one, so that they can be counted and cached."""
    first = Remote("/a/b.csv", (("dt", "2026-01-02"),))
    assert {first, Remote("/a/b.csv", (("dt", "2026-01-02"),))} == {first}
    assert first.expects == "csv"


@pytest.mark.parametrize("path", [
    "", "a.csv", "//evil.example/a", "/a/../b", "/a//b", "/a?key=1", "/a#b", "http://a/b", "/a b",
    "/a\\b",
])  # fmt: skip
def test_path_that_leaves_its_base_refused(path: str) -> None:
    """A path that names a host, climbs or hides a query is refused."""
    with pytest.raises(SourceError, match="remote path"):
        Remote(path)
