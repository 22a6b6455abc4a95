"""The HTTP side: one loopback server, all publishers below it, conditional requests honored."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from replay.routes import Asked, Replay, Reply
from replay.tables import ReplayError

HOST = "127.0.0.1"
_LARGEST_POST = 65_536  # bytes
_TYPES = (
    (b"{", "application/json"), (b"<", "text/html; charset=utf-8"),
    (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"\xd0\xcf\x11\xe0", "application/vnd.ms-excel"),
)  # fmt: skip


class ReplayServer(ThreadingHTTPServer):
    """Serves one folder; threads end with the process.

    Args:
        folder: the folder of publishers' files.
        port: where to listen; 0 for any that is free.

    Raises:
        ReplayError: no such folder.
    """

    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.replay = Replay(folder)
        super().__init__((HOST, port), _Handler)

    @property
    def base_url(self) -> str:
        """What the publishers' names are put behind."""
        return f"http://{HOST}:{self.server_address[1]}"


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[str]:
    """A running server's base URL; a publisher's own is that with ``/<publisher>`` behind it.

    Raises:
        ReplayError: no such folder.
    """
    with ReplayServer(folder, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.base_url
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: ReplayServer
    protocol_version = "HTTP/1.1"
    server_version = "replay"
    sys_version = ""
    timeout = 30  # seconds for the next request on a connection
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a file."""
        self._answer(None)

    def do_HEAD(self) -> None:
        """Answer a file's headers."""
        self._answer(None)

    def do_POST(self) -> None:
        """Answer what is asked for in a body."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LARGEST_POST:
            self.close_connection = True
            self._send(Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"a body up to 64 KiB\n"))
            return
        self._answer(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Say nothing: addresses may hold a key."""

    def _answer(self, posted: bytes | None) -> None:
        address, _, query = self.path.partition("?")
        publisher, slash, path = address.removeprefix("/").partition("/")
        asked = Asked(
            publisher,
            unquote(slash + path),
            tuple(parse_qsl(query, keep_blank_values=True)),
            self.headers.get("Accept", "*/*"),
            posted,
        )
        try:
            reply = self.server.replay.answer(asked)
        except ReplayError as error:
            reply = Reply(HTTPStatus.INTERNAL_SERVER_ERROR, f"{error}\n".encode())
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
        is_file = reply.status == HTTPStatus.OK and self.command != "POST"
        if is_file and self._holds(etag, reply.changed):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self._say_version(etag, reply.changed)
            self.end_headers()
            return
        self.send_response(reply.status)
        is_text = reply.status != HTTPStatus.OK and not reply.body.startswith(b"{")
        self.send_header("Content-Type", "text/plain" if is_text else _content_type(reply.body))
        self.send_header("Content-Length", str(len(reply.body)))
        if is_file:
            self._say_version(etag, reply.changed)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def _say_version(self, etag: str, changed: int) -> None:
        moment = datetime.fromtimestamp(changed, UTC)
        self.send_header("ETag", etag)
        self.send_header("Last-Modified", format_datetime(moment, usegmt=True))

    def _holds(self, etag: str, changed: int) -> bool:
        """Whether the asker has this version: by its tag where one is sent, else by its date."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in tags.split(","))
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and changed <= parsedate_to_datetime(since).timestamp()
        except ValueError:
            return False


def _content_type(body: bytes) -> str:
    start = body[:64].lstrip()
    return next((name for sign, name in _TYPES if start.startswith(sign)), "text/csv")
