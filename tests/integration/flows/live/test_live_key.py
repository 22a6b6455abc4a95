"""A key that the user sets is nowhere afterwards, whatever the publishers answer."""

import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.outcome import ExitCode
from replay.server import serving
from tests.integration.flows.live.conftest import SESSION, Finished, Place, environment

CANARY = "0123456789canary0123456789canary"  # a FRED key has 32 such characters
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


def test_key_is_nowhere(
    finished: Finished,
    echo: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """N3: no byte of archive, warehouse, ledger, pages, output or log holds a key that was echoed."""
    place: Place = finished.place.copied(tmp_path / "canary")
    monkeypatch.chdir(place.root)
    caplog.set_level("DEBUG", logger="httpcore")
    with serving(place.files) as base_url:
        variables = environment(place, base_url) | {
            "VOLBRIEF_FRED_API_KEY": CANARY, "VOLBRIEF_BLS_API_KEY": CANARY,
            **{f"VOLBRIEF_BASE_URLS__{name}": echo for name in _AGENCIES},
        }  # fmt: skip
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        arguments = ["run", "--date", str(SESSION), "--no-pdf", "--no-orchestrator"]
        result = CliRunner().invoke(app, arguments)
    out, err = capfd.readouterr()
    asked = [said for said in _Echo.heard if CANARY in said]
    assert len(asked) > len(_AGENCIES), "the key was never sent: the test proves nothing"
    assert result.exit_code in {ExitCode.COMPLETE, ExitCode.DEGRADED}, result.output
    for said in (result.output, result.stderr, repr(result.exception), out, err, caplog.text):
        assert CANARY not in said
    assert _holding(place.data, b"fred_api") or _holding(place.data, echo.encode())
    assert _holding(place.root, CANARY.encode()) == []
