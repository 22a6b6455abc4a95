"""How a figure is taken: medians of interleaved repetitions, whole processes through the kernel."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

CLI = "from flows.cli import main; main()"
ROOT = Path(__file__).resolve().parent.parent
_KILOBYTES_PER_MEGABYTE = 1024
_PUBLISHED = (0, 10, 20)  # complete, degraded, withheld: exit codes of a run that made its page


@dataclass(frozen=True)
class Figure:
    """One ratio: of what work, against which floor or peer, and whether it meets its goal.

    ``limit`` is the largest ratio the goal allows, or with ``at_least`` the smallest; None for a
    figure without a goal.
    """

    goal: str
    work: str
    against: str
    ratio: float
    limit: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Met, missed, or nothing where there is no goal."""
        if self.limit is None:
            return ""
        is_met = self.ratio >= self.limit if self.at_least else self.ratio <= self.limit
        return "met" if is_met else "missed"


@dataclass(frozen=True)
class Cost:
    """What a child process took: wall clock [seconds] and peak memory, its children's too [MB]."""

    wall: float
    peak: float
    output: str


def say(text: str) -> None:
    """Progress, for whoever waits."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes [seconds]."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(works: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, float]:
    """Medians of what each work returns, taken in turn so that a busy moment meets them all."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            found[name].append(work())
    return {name: median(values) for name, values in found.items()}


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Variables of a child: its own folders, no server, and bytecode kept as after set-up."""
    dropped = ("VOLBRIEF_", "PREFECT_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    own = {
        "VOLBRIEF_DATA": str(folder / "var"),
        "VOLBRIEF_OUT": str(folder / "out"),
        "PREFECT_HOME": str(folder / "prefect"),
    }
    return {**kept, **own, **more}


def child(arguments: Sequence[str], variables: Mapping[str, str]) -> Cost:
    """Run Python with these arguments; the kernel says what it took.

    Raises:
        RuntimeError: it ended neither well nor with a page.
    """
    start = time.perf_counter()
    process = _started(arguments, variables)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in _PUBLISHED:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}: {output}")
    return Cost(wall, usage.ru_maxrss / _KILOBYTES_PER_MEGABYTE, output)


def side_by_side(programs: Sequence[str], variables: Mapping[str, str]) -> float:
    """How long several programs take when started together: each on a core of its own [seconds]."""
    start = time.perf_counter()
    processes = [_started(("-c", program), variables) for program in programs]
    for process in processes:
        process.communicate()
    return time.perf_counter() - start


def _started(arguments: Sequence[str], variables: Mapping[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, *arguments],
        cwd=ROOT,
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
