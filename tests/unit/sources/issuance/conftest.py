"""Hand-written files of the SEC and Nasdaq, and zips made of them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

DATA = Path(__file__).resolve().parents[3] / "data"


@pytest.fixture(scope="session")
def body() -> Callable[[str], bytes]:
    """A hand-written body by folder and name."""
    return lambda name: (DATA / name).read_bytes()


@pytest.fixture(scope="session")
def rowed() -> Callable[[pl.LazyFrame], list[tuple[object, ...]]]:
    """A frame's rows."""
    return lambda frame: frame.collect(engine="in-memory").rows()


@pytest.fixture(scope="session")
def zipped() -> Callable[..., bytes]:
    """A zip of the named contents."""

    def of(**contents: bytes) -> bytes:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as box:
            for name, content in contents.items():
                box.writestr(name.replace("__", "."), content)
        return held.getvalue()

    return of
