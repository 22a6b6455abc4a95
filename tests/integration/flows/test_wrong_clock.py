"""C4: this machine's clock against those of the publishers, two scripted servers."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import polars as pl
import pytest

from flows import clock, collect, plan, settings
from flows.outcome import ExitCode, Stop
from schemas.raw import RAW_OBSERVATION
from sources.dataset import Dataset
from sources.request import Publisher, Request
from tests.integration.sources.conftest import FaultServer, Reply
from warehouse.snapshots import Snapshots

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)  # of this machine, in all tests
Told = Callable[..., collect.Collected]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """What is collected where each publisher is so many seconds ahead of this machine."""
    servers: list[FaultServer] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOLBRIEF_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("VOLBRIEF_OUT", str(tmp_path / "out"))
    monkeypatch.setattr(clock, "now", lambda: NOW)

    def collected(*ahead: float, **headers: str) -> collect.Collected:
        offered = {}
        for number, seconds in enumerate(ahead):
            servers.append(FaultServer())
            stamp = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
            said = (("Content-Type", "text/csv"), ("Date", stamp), *headers.items())
            servers[-1].answers("/VIX.csv", Reply(headers=said))
            name = f"publisher_{number}"
            where = Request(Publisher(name, servers[-1].url, "volbrief-test/0"), "/VIX.csv", "csv")
            offered[name] = Dataset(name, RAW_OBSERVATION, _unread, where=where, publisher=name)
        monkeypatch.setattr(collect, "datasets", lambda _: offered)
        return collect.collect(plan.plan_of(plan.Wish(source="live"), settings.load_settings()))

    yield collected
    for server in servers:
        server.close()


def _unread(payload: bytes) -> pl.LazyFrame:
    raise AssertionError(payload)


@pytest.mark.parametrize("seconds", [660, -660, 3_600, -86_400, 86_400])
def test_fault_c04_far_clock_is_refused(told: Told, tmp_path: Path, seconds: float) -> None:
    """C4: more than 600 s from two publishers that agree: nothing goes on, nothing is archived."""
    with pytest.raises(Stop, match="set the clock and run again") as caught:
        told(seconds, seconds + 2)
    assert caught.value.code is ExitCode.CONFIG
    assert ("behind" if seconds > 0 else "ahead of") in str(caught.value)
    assert Snapshots(tmp_path / "var" / "live" / "raw").arrivals() == ()


@pytest.mark.parametrize("seconds", [180, -300])
def test_fault_c04_strange_clock_warns(told: Told, seconds: float) -> None:
    """C4: more than 120 s: the files are taken in, and the clock is a problem that is told."""
    collected = told(seconds, seconds)
    (problem,) = collected.problems
    assert "this machine's clock" in str(problem)
    assert (collected.new, collected.failed) == (2, 0)


@pytest.mark.parametrize(
    ("ahead", "headers"),
    [
        ((90, -90), {}),
        ((86_400,), {}),
        ((86_400, 1), {}),
        ((86_400, -86_400 * 3, 0), {}),
        ((-86_400, -86_400), {"Age": "86400"}),
    ],
    ids=["near", "one publisher", "two that differ", "one that is right", "out of a cache"],
)
def test_fault_c04_clock_is_believed(
    told: Told, ahead: tuple[float, ...], headers: dict[str, str]
) -> None:
    """C4: a minute, one publisher alone, or the age of a cached copy, says nothing of this clock."""
    collected = told(*ahead, **headers)
    assert (collected.new, collected.problems) == (len(ahead), ())


def test_fault_c04_clock_that_jumps_back(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C4: set back a day between two fetches, what came later is still later in the archive."""
    told(0, 0)
    archive = Snapshots(tmp_path / "var" / "live" / "raw")
    before = archive.newest("publisher_0")
    monkeypatch.setattr("tests.integration.sources.conftest.CSV", b"")
    monkeypatch.setattr(clock, "now", lambda: NOW - timedelta(days=1))
    after = archive.put("publisher_0", b"DATE,VIX\n01/04/1990,19.22\n", clock.now(), "test")
    assert before is not None
    assert after.retrieved_at > before.retrieved_at
