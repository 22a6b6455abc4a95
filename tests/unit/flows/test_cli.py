"""The command line: what it refuses, with which code, and what it does not import."""

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.outcome import ExitCode, Stop
from flows.settings import PREFIX

HEAVY = ("polars", "prefect", "great_expectations", "weasyprint", "duckdb", "pandas")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is there yet, and nothing is set."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("cli")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("VOLBRIEF_DATA", str(folder / "var"))
    monkeypatch.setenv("VOLBRIEF_OUT", str(folder / "out"))


def test_help_imports_nothing_heavy() -> None:
    """`volbrief --help` answers without a data library, the orchestrator or the PDF's engine."""
    code = (
        "import sys; sys.argv = ['volbrief', '--help']\n"
        "from flows.cli import app\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        f"sys.stderr.write(','.join(name for name in {HEAVY} if name in sys.modules))"
    )
    ended = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ended.stderr == ""
    assert all(
        command in ended.stdout for command in ("run", "explain", "table", "status", "doctor")
    )


@pytest.mark.parametrize("text", ["2018-02-30", "06.02.2018", "yesterday", "2018-02-06T12:00"])
@pytest.mark.parametrize("command", [["run", "--date"], ["explain", "L1", "--date"],
                                     ["table", "core_session", "--from"]])  # fmt: skip
def test_malformed_date_is_usage(command: list[str], text: str) -> None:
    """What is no date is a usage error, told apart from a day without a session."""
    result = CliRunner().invoke(app, [*command, text])
    assert (result.exit_code, text in result.output) == (ExitCode.USAGE, True)


@pytest.mark.parametrize("arguments", [["runn"], ["run", "--dat", "x"], ["table"], ["explain"],
                                       ["table", "core_session", "--format", "xml"]])  # fmt: skip
def test_misuse_is_usage(arguments: list[str]) -> None:
    """An unknown command, option or format, and a missing name, are usage errors."""
    assert CliRunner().invoke(app, arguments).exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["table", "core_nothing"], "core_index_daily"),
        (["table", "core_session"], "volbrief run --source sample"),
        (["explain", "L9"], "L1 (short)"),
        (["explain", "L1"], "volbrief run --source sample"),
        (["status", "--source", "reuters"], "sample, simulated"),
        (["run", "--date", "2018-02-03"], "2018-02-02"),
    ],
)
def test_unmet_request_says_what_there_is(arguments: list[str], words: str) -> None:
    """What is not there stops with 64, and says what is or how to make it."""
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, Stop)
    assert result.exception.code is ExitCode.UNMET
    assert words in str(result.exception)
    assert result.stdout == ""


def test_stop_is_one_line_and_a_code() -> None:
    """As a process: the sentence on stderr, nothing on stdout, and the exit code."""
    code = (
        "import sys; sys.argv = ['volbrief', 'explain', 'L9']; from flows.cli import main; main()"
    )
    ended = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (64, "")
    assert ended.stderr.startswith("volbrief: layer 'L9' is unknown")
    assert ended.stderr.count("\n") == 1


def test_status_before_any_run() -> None:
    """Before a run there is no warehouse and nothing published, and that is no error."""
    result = CliRunner().invoke(app, ["status", "--json"])
    state = json.loads(result.stdout)
    assert result.exit_code == ExitCode.COMPLETE
    assert (state["has_warehouse"], state["last_published"], state["sessions"]) == (
        False,
        None,
        None,
    )
    assert "volbrief run" in CliRunner().invoke(app, ["status"]).stdout
