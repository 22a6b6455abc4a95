"""Hand-written files in the market publishers' formats, with invented figures."""

from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "data"


@pytest.fixture(scope="session")
def published() -> Callable[[str], bytes]:
    """A hand-written file as the publisher would serve it, by folder and name."""
    return lambda name: (DATA / name).read_bytes()
