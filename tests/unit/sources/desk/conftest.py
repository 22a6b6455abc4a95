"""The example desk, and what an edit of it is refused with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sources.desk import Desk, load_desk
from sources.errors import SourceError

EXAMPLE = Path(__file__).resolve().parents[4] / "docs" / "desk.example.yaml"
Refusal = Callable[[str, str], str]


@pytest.fixture(scope="session")
def example_text() -> str:
    """The example of the documentation."""
    return EXAMPLE.read_text("utf-8")


@pytest.fixture(scope="session")
def example(example_text: str) -> Desk:
    """The same, loaded."""
    return load_desk(example_text, file="desk.yaml")


@pytest.fixture(scope="session")
def refusal(example_text: str) -> Refusal:
    """The message that an edit of the example is refused with."""

    def message(before: str, after: str) -> str:
        assert before in example_text, "the edit must touch the file"
        with pytest.raises(SourceError) as caught:
            load_desk(example_text.replace(before, after, 1), file="desk.yaml")
        return str(caught.value)

    return message
