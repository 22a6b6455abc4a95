"""Network faults N8 to N14: bodies that are short, huge, packed, untrusted or old."""

import gzip
import io
import resource
import socket
import ssl
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from sources.delimited import dates, text_table
from sources.errors import SourceError
from sources.http import Client
from sources.payload import members
from sources.request import Request, Unchanged
from tests.integration.sources.conftest import FaultServer, refusal_of

ROOT = Path(__file__).resolve().parents[3]
CSV = b"DATE,VIX\n01/02/1990,17.24\n01/03/1990,18.19\n"
PAGE = b"  <!DOCTYPE html><html><body>Sign in</body></html>"
Ask = Callable[..., Request]
Reply = Callable[..., object]


class Certificates(Protocol):
    """What the tests need of the made certificates."""

    authority: Path

    def wrapper(self, kind: str) -> Callable[[socket.socket], socket.socket]:
        """Serve under a certificate of a kind."""


# N8, N9


@pytest.mark.parametrize("missing", [1, 20, len(CSV)])
def test_fault_n08_shorter_than_announced(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, missing: int
) -> None:
    """A body shorter than its Content-Length is tried again, then an error, never a file."""
    short = reply(body=CSV[: len(CSV) - missing], length=len(CSV))
    server.answers("/VIX.csv", short, reply())
    assert client.fetch(ask()).payload == CSV
    server.answers("/VIX.csv", short)
    assert refusal_of(client, ask()).is_temporary


def test_fault_n08_chunks_without_end(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """A chunked body without its last chunk is not a file."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (len(CSV), CSV)
    server.answers("/VIX.csv", reply(raw=head + chunk))
    assert refusal_of(client, ask()).is_temporary
    server.answers("/VIX.csv", reply(raw=head + chunk + b"0\r\n\r\n"))
    assert client.fetch(ask()).payload == CSV


def test_fault_n09_unmarked_end_cut(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """A body that only the close ends is refused when cut at any byte, and taken when whole."""
    rows = len(CSV.splitlines())
    once = {"limits": {"request_seconds": 0.2}, "least_rows": rows}
    for end in range(len(CSV)):
        server.answers("/VIX.csv", reply(body=CSV[:end], is_framed=False))
        assert refusal_of(client, ask(**once)).is_temporary
    server.answers("/VIX.csv", reply(is_framed=False))
    assert client.fetch(ask(**once)).payload == CSV


@pytest.mark.parametrize(
    ("kind", "body"), [("json", b'{"a": [1, 2]}'), ("html", PAGE), ("xml", b"<feed><a/></feed>\n")]
)
def test_fault_n09_other_kinds_cut(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, kind: str, body: bytes
) -> None:
    """Structured files must close what they open when only the close of the line ends them."""
    headers = (("Content-Type", "text/html" if kind == "html" else "application/octet-stream"),)
    server.answers("/a", reply(body=body, headers=headers, is_framed=False))
    assert client.fetch(ask("/a", kind=kind)).payload == body
    for cut in (1, 3):
        short = body.rstrip()[:-cut]
        server.answers("/a", reply(body=short, headers=headers, is_framed=False))
        assert refusal_of(client, ask("/a", kind=kind)).is_temporary


# N10


@pytest.mark.parametrize("body", [b"", b"\n", b"\xef\xbb\xbf \r\n", b"DATE,VIX", b"DATE,VIX\n\n"])
@pytest.mark.parametrize("end", ["announced", "close"])
def test_fault_n10_nothing_served(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, body: bytes, end: str
) -> None:
    """No bytes, or a header alone, is a failed fetch and never "no change"."""
    server.answers("/VIX.csv", reply(body=body, is_framed=end == "announced"))
    request = ask(etag='"v1"')
    assert refusal_of(client, request).is_temporary
    assert server.asked("/VIX.csv") == 4


# N11


def test_fault_n11_announced_too_large(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """A body announced beyond the cap is not read at all."""
    server.answers("/VIX.csv", reply(length=10**9, stalls=True))
    fault = refusal_of(client, ask())
    assert "body is 1000000000 bytes; accepted are up to 20,971,520" in str(fault)
    assert not fault.is_temporary
    limits = {"byte_cap": len(CSV)}
    server.answers("/VIX.csv", reply())
    assert client.fetch(ask(limits=limits)).payload == CSV
    limits = {"byte_cap": len(CSV) - 1}
    assert "accepted are up to" in str(refusal_of(client, ask(limits=limits)))


def test_fault_n11_endless_chunks(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """A body without an end is left at 20 MiB, and memory stays bounded."""
    chunk = b"100000\r\n" + b"1" * 2**20 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.answers("/VIX.csv", reply(raw=head + chunk * 32))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    fault = refusal_of(client, ask())
    unit = 1024 if sys.platform == "linux" else 1
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit
    assert "accepted are up to 20,971,520" in str(fault)
    assert grown < 200 * 2**20


# N12


@pytest.mark.parametrize("megabytes", [1, 8, 30])
def test_fault_n12_gzip_bomb(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, megabytes: int
) -> None:
    """A body that inflates a thousand times stops before it does."""
    bomb = gzip.compress(b"0" * (megabytes * 2**20 + 1))
    headers = (("Content-Type", "text/csv"), ("Content-Encoding", "gzip"))
    server.answers("/VIX.csv", reply(headers=headers, body=bomb))
    assert "bytes of gzip hold more than" in str(refusal_of(client, ask()))


def test_fault_n12_honest_gzip(server: FaultServer, reply: Reply, client: Client, ask: Ask) -> None:
    """A server that compresses unasked is understood, if the stream is whole."""
    headers = (("Content-Type", "text/csv"), ("Content-Encoding", "gzip"))
    packed = gzip.compress(CSV)
    server.answers("/VIX.csv", reply(headers=headers, body=packed))
    assert client.fetch(ask()).payload == CSV
    assert "Accept-Encoding: identity\r\n" in server.heads[0]
    for broken in (packed[:-1], packed[:20], packed + b"x", packed * 2, b"x" + packed, CSV):
        server.answers("/VIX.csv", reply(headers=headers, body=broken))
        assert "gzip" in str(refusal_of(client, ask()))


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "gzip, gzip", "x"])
def test_fault_n12_other_encodings(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, encoding: str
) -> None:
    """An encoding without a capped decoder is refused."""
    headers = (("Content-Type", "text/csv"), ("Content-Encoding", encoding))
    server.answers("/VIX.csv", reply(headers=headers, body=zlib.compress(CSV)))
    assert f"encoded as {encoding!r}" in str(refusal_of(client, ask()))


@pytest.mark.parametrize(
    "packed", [gzip.compress(CSV, mtime=0), b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"a\0b\n"]
)
def test_fault_n12_packed_csv(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, packed: bytes
) -> None:
    """A packed file in a CSV's place never reaches a reader that would inflate it."""
    server.answers("/VIX.csv", reply(body=packed))
    assert "not packed" in str(refusal_of(client, ask()))


def _zip(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", packing) as writer:
        for name, content in files.items():
            writer.writestr(name, content)
    return box.getvalue()


HOSTILE = {
    "one bomb": _zip({"a.csv": b"0" * (8 * 2**20)}),
    "many bombs": _zip({f"{n}.csv": b"0" * 2**20 for n in range(8)}),
    "zip inside": _zip({"b.zip": _zip({"a.csv": CSV})}),
    "gzip inside": _zip({"b.gz": gzip.compress(CSV, mtime=0)}),
    "parent": _zip({"../a.csv": CSV}),
    "parent below": _zip({"a/../../a.csv": CSV}),
    "root": _zip({"/etc/a.csv": CSV}),
    "drive": _zip({"C:a.csv": CSV}),
    "backslash": _zip({"..\\a.csv": CSV}).replace(b"../a.csv", b"..\\a.csv"),
    "line break": _zip({"a\n.csv": CSV}),
    "long name": _zip({"a" * 300: CSV}),
    "other packing": _zip({"a.csv": CSV}, zipfile.ZIP_LZMA),
    "too many": _zip({str(n): b"" for n in range(1001)}),
    "nothing": _zip({"folder/": b""}),
    "cut": _zip({"a.csv": CSV})[:-10],
    "damaged": _zip({"a.csv": CSV}).replace(b"a.csv", b"b.csv", 1),
}


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", ["zip", "xlsx"])
def test_fault_n12_hostile_zip(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, payload: bytes, kind: str
) -> None:
    """Bombs, nested packs and names that lead out are refused before anything opens them."""
    server.answers("/a.zip", reply(headers=(), body=payload))
    with pytest.raises(SourceError, match=r"^scripted: http://127\.0\.0\.1.*/a\.zip: "):
        client.fetch(ask("/a.zip", kind=kind))


def test_fault_n12_honest_zip(server: FaultServer, reply: Reply, client: Client, ask: Ask) -> None:
    """A plain zip passes, and its files are there."""
    payload = _zip({"a/b.csv": CSV, "README.txt": b"Volumes in thousands"})
    server.answers("/a.zip", reply(headers=(), body=payload))
    found = client.fetch(ask("/a.zip", kind="zip")).payload
    assert members(found, place="a.zip", limit=2**20)["a/b.csv"] == CSV


# N13


@pytest.mark.parametrize("fault", ["unknown authority", "expired", "wrong host"])
def test_fault_n13_certificate(
    server: FaultServer, reply: Reply, ask: Ask, certificates: Certificates, fault: str
) -> None:
    """A certificate that does not hold is refused at once; a valid one is taken."""
    server.answers("/VIX.csv", reply())
    known = Client(authorities=certificates.authority)
    request = ask(limits={"base_url": f"https://127.0.0.1:{server.port}"})
    server.wrap = certificates.wrapper("valid")
    assert known.fetch(request).payload == CSV
    server.wrap = certificates.wrapper(fault)
    refusal = refusal_of(Client() if fault == "unknown authority" else known, request)
    assert not refusal.is_temporary
    assert "its certificate is refused" in str(refusal)
    assert server.asked("/VIX.csv") == 1


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_fault_n13_authorities_unusable(ask: Ask, tmp_path: Path, content: bytes | None) -> None:
    """A file of authorities that holds none stops the fetch; it is not passed over."""
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_bytes(content)
    request = ask(limits={"base_url": "https://127.0.0.1:1"})
    with pytest.raises(SourceError, match=r"certificate authorities: .* cannot be used"):
        Client(authorities=file).fetch_all([request])


def test_fault_n13_verification_never_off() -> None:
    """No file of the project can turn verification off."""
    words = (
        "verify" + "=False",
        "CERT" + "_NONE",
        "_create_" + "unverified",
        "check_hostname" + " =",
    )
    rooms = [path for path in ROOT.glob("*/*.py") if path.parts[-2] != "tests"]
    found = [path.name for path in rooms if any(word in path.read_text() for word in words)]
    assert rooms
    assert found == []
    assert Client().trust.verify_mode == ssl.CERT_REQUIRED


# N14


def test_fault_n14_unchanged_is_a_word(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """Not-modified is passed on as the server's word, with no content and only when asked for."""
    same = reply(
        status=304, headers=(("ETag", '"v1"'), ("Age", "86400")), is_framed=False, body=b""
    )
    server.answers("/VIX.csv", same)
    answer = client.fetch(ask(etag='"v1"', last_modified="Wed, 03 Jan 1990 21:00:00 GMT"))
    assert isinstance(answer, Unchanged)
    assert ("age", "86400") in answer.headers_kept
    assert 'If-None-Match: "v1"\r\n' in server.heads[0]
    assert "If-Modified-Since: Wed, 03 Jan 1990 21:00:00 GMT\r\n" in server.heads[0]
    assert refusal_of(client, ask()).status == 304


def test_fault_n14_same_tag_other_content(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """Content is taken as served, whatever tag and date it carries."""
    newer = CSV + b"01/04/1990,19.22\n"
    headers = (("Content-Type", "text/csv"), ("ETag", '"v1"'))
    server.answers("/VIX.csv", reply(headers=headers), reply(headers=headers, body=newer))
    answers = [client.fetch(ask(etag='"v1"')) for _ in range(2)]
    assert [answer.payload for answer in answers] == [CSV, newer]


def test_fault_n14_stale_copy_shows_by_its_rows(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """Headers that promise freshness change nothing: the last observation is as old as it is."""
    now = datetime(2026, 11, 23, 14, tzinfo=UTC)
    stamp = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = (
        ("Content-Type", "text/csv"),
        ("Date", stamp),
        ("Last-Modified", stamp),
        ("Age", "0"),
    )
    server.answers("/VIX.csv", reply(headers=headers))
    answer = client.fetch(ask())
    table = text_table(answer.payload, file="VIX", header=("DATE", "VIX"))
    last = dates(table, "DATE", file="VIX", layout="%m/%d/%Y").max()
    assert now.date() - last > timedelta(days=365)
    assert dict(answer.headers_kept)["last-modified"] == stamp
