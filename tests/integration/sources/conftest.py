"""A publisher that fails on cue: each address answers from a script, byte by byte where asked."""

import ipaddress
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sources.errors import SourceError
from sources.http import Client
from sources.request import Publisher, Request

CSV = b"DATE,VIX\n01/02/1990,17.24\n01/03/1990,18.19\n"


@dataclass(frozen=True)
class Reply:
    """What the server does with one request."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/csv"),)
    body: bytes = CSV
    length: int | None = None  # another Content-Length than the body's
    is_framed: bool = True  # false: no Content-Length, the close is the end
    raw: bytes | None = None  # the whole message as it is, instead of all above
    drip: float = 0.0  # seconds between single bytes
    drips_from: int = 0  # bytes that are sent at once before
    repeats: int = 1  # how often the body is sent
    stalls: bool = False  # hold the connection open and say no more
    keeps: bool = False  # wait for the next request on the same connection
    resets: bool = False  # break the connection instead of closing it

    def message(self) -> bytes:
        """Its bytes, head and body."""
        if self.raw is not None:
            return self.raw
        length = len(self.body) if self.length is None else self.length
        ends = [("Content-Length", str(length))] if self.is_framed else []
        head = "".join(f"{name}: {value}\r\n" for name, value in [*self.headers, *ends])
        after = "keep-alive" if self.keeps else "close"
        start = f"HTTP/1.1 {self.status} Scripted\r\nConnection: {after}\r\n{head}\r\n"
        return start.encode() + self.body * self.repeats


@dataclass(repr=False)
class FaultServer:
    """A server on the loopback; what it was asked is kept."""

    scripts: dict[str, list[Reply]] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    connections: int = 0
    wrap: Callable[[socket.socket], socket.socket] | None = None

    def __post_init__(self) -> None:
        """Listen."""
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(5.0)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://{self.place}"

    def answers(self, path: str, *replies: Reply) -> None:
        """Script an address: one reply per request, the last for all that follow."""
        self.scripts[path] = list(replies)

    def asked(self, path: str) -> int:
        """How often an address was asked."""
        return sum(head.split(" ")[1].partition("?")[0] == path for head in self.heads)

    def close(self) -> None:
        """Stop answering; connections that are still open end with their clients."""
        self._over.set()
        self._listener.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                continue
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            if self.wrap is not None:
                connection = self.wrap(connection)
            self.connections += 1
            while self._converse(connection):
                pass
        except OSError:
            pass  # the client left, which is what several tests are about
        finally:
            connection.close()

    def _converse(self, connection: socket.socket) -> bool:
        """Answer one request; whether another may follow."""
        head = self._head(connection)
        if not head:
            return False
        self.heads.append(head)
        script = self.scripts[head.split(" ")[1].partition("?")[0]]
        reply = script.pop(0) if len(script) > 1 else script[0]
        self._say(connection, reply)
        return reply.keeps

    def _head(self, connection: socket.socket) -> str:
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65536)
            if not received:
                return ""
            head += received
        start, _, body = head.partition(b"\r\n\r\n")
        announced = re.search(rb"content-length: (\d+)", start.lower())
        while announced is not None and len(body) < int(announced[1]):
            body += connection.recv(65536)
        return (start + b"\r\n\r\n" + body).decode("latin-1")

    def _say(self, connection: socket.socket, reply: Reply) -> None:
        message = reply.message()
        at_once = reply.drips_from if reply.drip else len(message)
        connection.sendall(message[:at_once])
        for place in range(at_once, len(message)):
            if self._over.is_set():
                return
            connection.sendall(message[place : place + 1])
            time.sleep(reply.drip)
        if reply.stalls:
            self._over.wait(5.0)
        if reply.resets:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def refusal_of(client: Client, request: Request) -> SourceError:
    """The error that a request ends with."""
    with pytest.raises(SourceError) as refusal:
        client.fetch(request)
    return refusal.value


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A scripted server of its own for each test."""
    server = FaultServer()
    yield server
    server.close()


@pytest.fixture
def reply() -> type[Reply]:
    """What the server can be told to do."""
    return Reply


@pytest.fixture
def publisher(server: FaultServer) -> Publisher:
    """The scripted server as a publisher, with limits that a test can wait for."""
    return Publisher(
        name="scripted",
        base_url=server.url,
        user_agent="volbrief-test/0 (+https://example.org)",
        request_seconds=3.0,
        source_seconds=6.0,
        silent_seconds=0.3,
    )


@pytest.fixture
def ask(publisher: Publisher) -> Callable[..., Request]:
    """A request to the scripted server; ``limits`` replace the publisher's."""

    def build(path: str = "/VIX.csv", kind: str = "csv", **further: object) -> Request:
        limits = further.pop("limits", {})
        return Request(replace(publisher, **limits), path, kind, **further)

    return build


@pytest.fixture
def pauses() -> list[float]:
    """The waits between tries, which nobody waits for."""
    return []


@pytest.fixture
def client(pauses: list[float]) -> Client:
    """A client whose waits are written down and whose jitter is half."""
    return Client(sleep=pauses.append, jitter=lambda: 0.5)


@dataclass(frozen=True)
class Certificates:
    """An authority of the tests' own and certificates with one fault each."""

    authority: Path
    folder: Path

    def wrapper(self, kind: str) -> Callable[[socket.socket], socket.socket]:
        """What turns the server's connection into one under such a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{kind}.pem", self.folder / f"{kind}.key")
        return lambda connection: context.wrap_socket(connection, server_side=True)


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, *, days: int
) -> x509.Certificate:
    """A certificate for an address, signed by ``signer``; it began in 2020."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")])
    subject = issuer if key is signer else x509.Name([])
    build = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    build = build.not_valid_before(start).not_valid_after(start + timedelta(days=days))
    build = build.add_extension(x509.BasicConstraints(ca=key is signer, path_length=None), True)  # noqa: FBT003 - the library's own signature
    if key is not signer:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
        build = build.add_extension(names, critical=True)
    return build.sign(signer, hashes.SHA256())


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Made once; nothing secret is kept in the project."""
    folder = tmp_path_factory.mktemp("certificates")
    signer = ec.generate_private_key(ec.SECP256R1())
    authority = folder / "authority.pem"
    made = _signed("", signer, signer, days=36500)
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kinds = {
        "valid": ("127.0.0.1", 36500),
        "unknown authority": ("127.0.0.1", 36500),
        "expired": ("127.0.0.1", 30),
        "wrong host": ("127.0.0.2", 36500),
    }
    for kind, (name, days) in kinds.items():
        key = ec.generate_private_key(ec.SECP256R1())
        made = _signed(name, key, signer, days=days)
        (folder / f"{kind}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (folder / f"{kind}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    return Certificates(authority, folder)
