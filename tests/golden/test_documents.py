"""The generated documents are those of the declarations; a change detector, not a proof."""

import pytest

from docs.generate import DOCUMENTS, HERE


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_in_sync(name: str) -> None:
    """Each generated document is what `make docs` would write now."""
    assert (HERE / name).read_text() == DOCUMENTS[name](), f"docs/{name}: run make docs"
