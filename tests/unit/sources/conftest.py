"""Miniature files in each publisher's format, with invented figures, and a short calendar."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from sources import sample
from sources.calendar import parse_sessions
from sources.dataset import Dataset, Provenance

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="session")
def provenance() -> Provenance:
    """A fixed fetch time and hash."""
    return Provenance(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "ab" * 32)


@pytest.fixture(scope="session")
def sessions() -> pl.LazyFrame:
    """Six sessions of 2018 about a clock change, 4 July and Thanksgiving, typed by hand."""
    return parse_sessions((DATA / "xnys" / "sessions.csv").read_bytes())


@pytest.fixture(scope="session")
def miniature() -> Callable[[str], bytes]:
    """The text of a hand-written file of the arch wheel."""
    return lambda name: (DATA / "arch" / f"{name}.csv").read_bytes()


@pytest.fixture(scope="session")
def packed(miniature: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """The same, packed as the wheel packs it."""
    return lambda name: gzip.compress(miniature(name), mtime=0)


@pytest.fixture(scope="session")
def of_sample() -> Callable[[str], Dataset]:
    """A dataset of the sample, by name."""
    by_name = {dataset.name: dataset for dataset in sample.datasets()}
    return lambda name: by_name[name]
