"""Hand-written bodies in the optional publishers' formats, with invented figures."""

from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "data"


@pytest.fixture(scope="session")
def published() -> Callable[[str], bytes]:
    """A hand-written file as the publisher would serve it, by folder and name."""
    return lambda name: (DATA / name).read_bytes()


@pytest.fixture(scope="session")
def changed(published: Callable[[str], bytes]) -> Callable[[str, str, str], bytes]:
    """The same with one text in place of another, which must stand in it."""

    def of(name: str, old: str, new: str) -> bytes:
        text = published(name).decode()
        assert old in text, f"{old!r} is not in {name}"
        return text.replace(old, new, 1).encode()

    return of
