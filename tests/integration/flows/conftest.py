"""One simulated morning, run once and looked at by several tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from flows.brief import brief
from flows.outcome import Outcome
from flows.plan import Wish

MARKET = "simulated-900-2025-12-31-7"  # each simulated market has a folder of its own


@dataclass(frozen=True)
class Morning:
    """A finished run and where its files are."""

    outcome: Outcome
    data: Path
    out: Path


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings of these tests: a short simulated market in a folder of their own."""
    folder = tmp_path_factory.mktemp("morning")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOLBRIEF_DATA", str(folder / "var"))
        patch.setenv("VOLBRIEF_OUT", str(folder / "out"))
        patch.setenv("VOLBRIEF_SOURCE", "simulated")
        patch.setenv("VOLBRIEF_SIMULATED_SESSIONS", "900")
        yield folder


@pytest.fixture(scope="session")
def simulated(place: Path) -> Morning:
    """The last session of the simulated market, without the orchestrator."""
    outcome = brief(Wish(), orchestrated=False)
    return Morning(outcome, place / "var", place / "out")


@pytest.fixture(scope="session")
def sample(place: Path) -> Morning:
    """6 February 2018 on the sample market, without the orchestrator or a PDF."""
    wish = Wish(date(2018, 2, 6), "sample", out=place / "sample", want_pdf=False)
    return Morning(brief(wish, orchestrated=False), place / "var", place / "sample")
