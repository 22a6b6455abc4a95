"""A key that the user sets is nowhere afterwards, whatever the publishers answer."""

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.outcome import ExitCode
from replay.server import serving
from tests.integration.flows.live.conftest import SESSION, Finished, Place, environment

CANARY = "0123456789canary0123456789canary"  # a FRED key has 32 such characters
CALL = "from flows.cli import main; main()"
_AGENCIES = ("FRED_API", "BLS")


class _Echo(BaseHTTPRequestHandler):
    """Answers what was asked, the key with it: refused, as a file, by a header, by a redirect."""

    turn = itertools.count()
    heard: list[str] = []  # noqa: RUF012  # one list for all requests

    def do_GET(self) -> None:
        """Answer a question."""
        self._answer("")

    def do_POST(self) -> None:
        """Answer a question with a body."""
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Say nothing."""

    def _answer(self, posted: str) -> None:
        said = f"{self.path} {posted}"
        _Echo.heard.append(said)
        status = (400, 200, 403, 302)[next(_Echo.turn) % 4]
        body = f'{{"error_message": "Bad Request. {said.replace(chr(34), "")}"}}'.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{CANARY}"')
        self.send_header("Last-Modified", CANARY)
        if status == 302:
            self.send_header("Location", f"http://elsewhere.example/{CANARY}{self.path}")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def echo() -> Iterator[str]:
    """A server that repeats every question, by its base URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def _holding(folder: Path, words: bytes) -> list[Path]:
    return [path for path in folder.rglob("*")
            if words in str(path).encode() or (path.is_file() and words in path.read_bytes())]  # fmt: skip


@pytest.fixture
def place(
    finished: Finished, echo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """A finished run's folder, in which the next command has both keys and asks the echo with them."""
    place: Place = finished.place.copied(tmp_path / "canary")
    monkeypatch.chdir(place.root)
    with serving(place.files) as base_url:
        variables = environment(place, base_url) | {
            "VOLBRIEF_FRED_API_KEY": CANARY, "VOLBRIEF_BLS_API_KEY": CANARY,
            **{f"VOLBRIEF_BASE_URLS__{name}": echo for name in _AGENCIES},
        }  # fmt: skip
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        _Echo.heard.clear()
        yield place


def _said(*arguments: str, accepted: tuple[ExitCode, ...] = (ExitCode.COMPLETE,)) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code in accepted, result.output
    return result


def _assert_nowhere(place: Place, results: list[Result], *texts: str) -> None:
    """The key went out, and is in no output, no log and no file of the run's folders."""
    asked = [said for said in _Echo.heard if CANARY in said]
    assert len(asked) > len(_AGENCIES), "the key was never sent: the test proves nothing"
    for result in results:
        for said in (result.output, result.stderr, repr(result.exception)):
            assert CANARY not in said
    for said in texts:
        assert CANARY not in said
    assert _holding(place.data, b"alfred_"), (
        "nothing of the echo was noted: the test proves nothing"
    )
    assert _holding(place.root, CANARY.encode()) == []


def test_key_is_nowhere(
    place: Place, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """N3: no byte of archive, warehouse, ledger, pages, output or log holds a key that was echoed."""
    caplog.set_level("DEBUG", logger="httpcore")
    arguments = ("run", "--date", str(SESSION), "--no-pdf", "--no-orchestrator")
    ran = _said(*arguments, accepted=(ExitCode.COMPLETE, ExitCode.DEGRADED))
    _assert_nowhere(place, [ran], *capfd.readouterr(), caplog.text)


def test_key_is_in_no_answer(
    place: Place, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """N3: nor does fetching, listing or describing show it, as text or as JSON."""
    caplog.set_level("DEBUG", logger="httpcore")
    degraded = (ExitCode.DEGRADED,)
    results = [_said("fetch", accepted=degraded), _said("fetch", "--json", accepted=degraded)]
    results += [_said("sources"), _said("sources", "--json"), _said("status", "--json")]
    listed = json.loads(results[3].stdout)["inputs"]
    assert any("***" in one["why"] or "key" in one["why"] for one in listed)
    _assert_nowhere(place, results, *capfd.readouterr(), caplog.text)


@pytest.mark.slow
def test_key_is_not_in_the_orchestrator(place: Place) -> None:
    """N3: nor does a run through Prefect leave it in its database, logs, output or tracebacks."""
    home = place.root / "prefect"
    command = [sys.executable, "-c", CALL, "run", "--date", str(SESSION), "--no-pdf"]
    settings = {
        **os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PREFECT_HOME": str(home),
        "PREFECT_LOGGING_LEVEL": "DEBUG", "HOME": str(place.root),
    }  # fmt: skip
    for name in ("PREFECT_API_URL", "PREFECT_PROFILES_PATH", "PREFECT_API_DATABASE_CONNECTION_URL"):
        settings.pop(name, None)
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        command, cwd=place.root, env=settings, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    assert ran.returncode in {ExitCode.COMPLETE, ExitCode.DEGRADED}, ran.stderr
    assert _holding(home, b"daily-briefing"), "Prefect kept nothing: the test proves nothing"
    _assert_nowhere(place, [], ran.stdout, ran.stderr)
