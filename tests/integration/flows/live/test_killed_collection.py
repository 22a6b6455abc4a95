"""A collection or rebuild that is killed at any step, and then run again, ends as if undisturbed."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replay.server import serving
from tests.integration.flows.live.conftest import SESSION, Place, environment
from warehouse.snapshots import Snapshots

MOMENT = datetime(2023, 1, 3, 12, tzinfo=UTC)  # half an hour before the last session is decided

# Counts every step that lasts, and dies before the one it was told; the clock stands still, so
# that what is fetched twice comes at the same time in both.
CHILD = """
    import json, math, os, signal, sys
    from datetime import date, datetime
    from flows import clock, collect
    from flows.archive import fetch, rebuild_warehouse
    from flows.brief import brief
    from flows.plan import Wish
    from warehouse.store import Store

    moment, last, day = datetime.fromisoformat(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    step = 0

    def counted(real):
        def call(*given, **named):
            global step
            step += 1
            if step == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)
        return call

    for owner, names in ((os, ("fsync", "replace", "link")),
                         (Store, ("append", "replace", "put", "replace_rows"))):
        for name in names:
            setattr(owner, name, counted(getattr(owner, name)))
    clock.now = lambda: moment
    collect._CLOCK_WARNS = collect._CLOCK_REFUSES = math.inf
    fetch(None, None)
    fetched = step
    if day:
        brief(Wish(date.fromisoformat(day), want_pdf=False), orchestrated=False)
    rebuilt = rebuild_warehouse(None)
    rows = {**rebuilt.rows, "sessions": rebuilt.count}
    print(json.dumps([fetched, step, rebuilt.content_hash, rows]))
"""


@dataclass(frozen=True)
class End:
    """How a whole run ended: what it had done by when, and what it left."""

    fetched: int  # steps until everything was archived
    steps: int
    content_hash: str
    rows: dict[str, int]
    archived: tuple[tuple[str, str, datetime], ...]
    pages: dict[str, str]


@dataclass(frozen=True)
class Mornings:
    """The same morning in as many folders as a test asks for, all at one moment."""

    base_url: str
    moment: datetime
    day: str  # of the page to make; empty for none

    def undisturbed(self, place: Place) -> End:
        """The morning from beginning to end."""
        done = self._child(place, 0)
        assert done.returncode == 0, done.stderr
        fetched, steps, content_hash, rows = json.loads(done.stdout)
        arrivals = Snapshots(place.data / "raw").arrivals()
        archived = tuple((one.dataset_name, one.sha256, one.retrieved_at) for one in arrivals)
        return End(fetched, steps, content_hash, rows, archived, _pages(place.out))

    def killed(self, place: Place, step: int) -> None:
        """The morning until a step, which is not done."""
        done = self._child(place, step)
        assert done.returncode == -9, done.stderr

    def _child(self, place: Place, step: int) -> subprocess.CompletedProcess[str]:
        source = textwrap.dedent(CHILD)
        command = [sys.executable, "-c", source, self.moment.isoformat(), str(step), self.day]
        paths = os.pathsep.join(sys.path)
        settings = {**os.environ, "PYTHONPATH": paths, **environment(place, self.base_url)}
        return subprocess.run(  # noqa: S603 - our own interpreter and text
            command, cwd=place.root, env=settings, text=True, capture_output=True, check=False
        )


def _pages(out: Path) -> dict[str, str]:
    """Every page by its hash; what an interrupted publication left unnamed is none."""
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".partial" not in str(path)
    }


def _emptied(root: Path) -> Place:
    """A folder in which nothing was ever fetched; the publishers' files are served from elsewhere."""
    root.mkdir(parents=True)
    return Place(root)


def _end_after_kill(mornings: Mornings, place: Place, step: int) -> End:
    mornings.killed(place, step)
    end = mornings.undisturbed(place)
    left = [path.name for path in place.data.glob("volbrief.duckdb.*")]
    assert left == [], "an interrupted rebuild leaves nothing beside the warehouse"
    return end


def _assert_same(end: End, whole: End) -> None:
    assert end.rows == whole.rows
    assert end.content_hash == whole.content_hash
    assert sorted(end.archived) == sorted(whole.archived)
    assert end.pages == whole.pages


@pytest.fixture(scope="module")
def whole(
    published: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Mornings, End]]:
    """Fetch and rebuild to which nothing happened, with the server that the others ask too.

    Of FRED's hundred files two are served: each costs as much as any other and shows no more.
    """
    root = tmp_path_factory.mktemp("killed")
    shutil.copytree(published / "publishers", root / "publishers", ignore=_but_few)
    with serving(root / "publishers") as base_url:
        mornings = Mornings(base_url, MOMENT, "")
        yield mornings, mornings.undisturbed(_emptied(root / "whole"))


def _but_few(folder: str, names: list[str]) -> set[str]:
    if not folder.endswith("fred-extracts"):
        return set()
    return set(names) - {"VIXCLS.csv", "CPIAUCSL.csv"}


@pytest.mark.parametrize("place_of_kill", ["fetching", "reading", "swapping", "noting"])
def test_killed_step_leaves_no_trace(
    place_of_kill: str, tmp_path: Path, whole: tuple[Mornings, End]
) -> None:
    """Killed while it archives, reads, changes names or writes the ledger: the same content hash."""
    mornings, end = whole
    step = {
        "fetching": end.fetched // 2,
        "reading": (end.fetched + end.steps) // 2,
        "swapping": end.steps - 2,  # the new file is whole and does not bear the name yet
        "noting": end.steps,  # the ledger has not heard of it
    }[place_of_kill]
    _assert_same(_end_after_kill(mornings, _emptied(tmp_path / "killed"), step), end)


def test_undisturbed_morning_is_whole(whole: tuple[Mornings, End]) -> None:
    """What the killed are held against has read hundreds of sessions in hundreds of steps."""
    _, end = whole
    assert end.fetched > 150
    assert end.steps > end.fetched + 40
    assert end.rows["raw_observation"] > 10_000
    assert end.rows["sessions"] > 100


@pytest.fixture(scope="module")
def whole_page(
    published: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Mornings, End]]:
    """Fetch, page and rebuild to which nothing happened, of every file."""
    root = tmp_path_factory.mktemp("killed_page")
    with serving(published / "publishers") as base_url:
        mornings = Mornings(base_url, MOMENT, str(SESSION))
        yield mornings, mornings.undisturbed(_emptied(root / "whole"))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(40))
def test_killed_morning_leaves_no_trace(
    number: int, tmp_path: Path, whole_page: tuple[Mornings, End]
) -> None:
    """Killed at forty steps from first to last: archive, tables and pages are as undisturbed.

    Half of the steps are of the fetch.
    """
    mornings, end = whole_page
    share = number % 20 / 19
    first, last = (1, end.fetched) if number < 20 else (end.fetched + 1, end.steps)
    step = first + round(share * (last - first))
    _assert_same(_end_after_kill(mornings, _emptied(tmp_path / "killed"), step), end)
