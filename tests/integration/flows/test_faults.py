"""A run that dies or cannot write leaves what was there, and the next run finishes the work."""

import errno
import hashlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.brief import brief
from flows.outcome import ExitCode, Outcome, Stop
from flows.plan import Wish

# Stops inside the transaction, with the tables half rebuilt, until it is killed.
DYING = """
    import sys
    from flows import rebuild
    from flows.brief import brief
    from flows.plan import Wish

    whole = rebuild.materialize

    def half(store, steps):
        whole(store, steps[: len(steps) // 2])
        sys.stdout.write("inside\\n")
        sys.stdout.flush()
        sys.stdin.read()

    rebuild.materialize = half
    brief(Wish(want_pdf=False), orchestrated=False)
"""


def _settings(folder: Path) -> dict[str, str]:
    return {
        "VOLBRIEF_DATA": str(folder / "var"),
        "VOLBRIEF_OUT": str(folder / "out"),
        "VOLBRIEF_SOURCE": "simulated",
        "VOLBRIEF_SIMULATED_SESSIONS": "300",
    }


def _files(out: Path) -> dict[str, str]:
    """Every file under the folder of pages but what an interrupted publication left unnamed."""
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in sorted(out.iterdir())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".partial" not in str(path)
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings of a short simulated market without a PDF."""
    made = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _settings(made).items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> Outcome:
    """A run that nothing happened to."""
    return brief(Wish(want_pdf=False), orchestrated=False)


def test_killed_rebuild_is_finished_by_next(
    folder: Path, undisturbed: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After kill -9 in the middle of the rebuild, running again gives an undisturbed run's bytes."""
    for name, value in _settings(tmp_path).items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-c", textwrap.dedent(DYING)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and text
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        process.kill()
        assert process.wait() == -9
    assert not (tmp_path / "out").exists()
    again = brief(Wish(want_pdf=False), orchestrated=False)
    assert (again.run_id, again.revision) == (undisturbed.run_id, 1)
    assert _files(tmp_path / "out") == _files(folder / "out")


def test_failed_publication_leaves_page(
    folder: Path, undisturbed: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the new page cannot be moved into place the old one stays, and the user is told why."""
    before, real = _files(folder / "out"), os.replace

    def failing(source: Path, target: Path) -> None:
        if Path(target).is_relative_to(folder / "out"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(Stop) as caught:
        brief(Wish(policy="promoter", want_pdf=False), orchestrated=False)
    assert caught.value.code is ExitCode.CONFIG
    assert str(folder / "out") in str(caught.value)
    assert _files(folder / "out") == before
