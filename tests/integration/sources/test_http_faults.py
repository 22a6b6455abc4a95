"""Network faults N1 to N7: servers that fail, stall, mislead and send elsewhere."""

import itertools
import socket
import threading
import time
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from sources.errors import SourceError
from sources.http import Client
from sources.request import Request
from tests.integration.sources.conftest import FaultServer, refusal_of

CSV = b"DATE,VIX\n01/02/1990,17.24\n01/03/1990,18.19\n"
PAGE = b"  <!DOCTYPE html><html><body>Sign in</body></html>"
Ask = Callable[..., Request]
Reply = Callable[..., object]


# N1


@pytest.mark.parametrize("status", [429, 503])
def test_fault_n01_retry_after_honored(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, pauses: list[float], status: int
) -> None:
    """A server that says when to come back is asked then, and not before."""
    busy = reply(status=status, headers=(("Retry-After", "2"),))
    server.answers("/VIX.csv", busy, reply())
    assert client.fetch(ask()).payload == CSV
    assert pauses == [2.0]


def test_fault_n01_retry_after_date(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, pauses: list[float]
) -> None:
    """A date to come back at is measured by the server's own clock, whatever ours shows."""
    headers = (
        ("Date", "Fri, 02 Jan 1970 00:00:00 GMT"),
        ("Retry-After", "Fri, 02 Jan 1970 00:00:01 GMT"),
    )
    server.answers("/VIX.csv", reply(status=429, headers=headers), reply())
    client.fetch(ask())
    assert pauses == [1.0]


@pytest.mark.parametrize("asked", ["3600", "999999999", "Fri, 02 Jan 2970 00:00:01 GMT"])
def test_fault_n01_retry_after_beyond_deadline(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, pauses: list[float], asked: str
) -> None:
    """A wait that the deadline has no room for is not begun; the fault stays temporary."""
    headers = (("Date", "Fri, 02 Jan 1970 00:00:00 GMT"), ("Retry-After", asked))
    server.answers("/VIX.csv", reply(status=429, headers=headers))
    fault = refusal_of(client, ask())
    assert (fault.is_temporary, fault.status, pauses) == (True, 429, [])
    assert fault.retry_after is not None
    assert fault.retry_after >= 3600


@pytest.mark.parametrize("asked", [None, "", "soon", "-5", "1e9", "٣", "Fri, 99 Jan 2970"])
def test_fault_n01_four_tries(
    server: FaultServer,
    reply: Reply,
    client: Client,
    ask: Ask,
    pauses: list[float],
    asked: str | None,
) -> None:
    """Without a usable word from the server there are four tries, further and further apart."""
    headers = () if asked is None else (("Retry-After", asked),)
    raw = reply(status=429, headers=headers).message()
    server.answers("/VIX.csv", reply(raw=raw))
    fault = refusal_of(client, ask(limits={"request_seconds": 30.0}))
    assert server.asked("/VIX.csv") == 4
    assert pauses == [0.375, 0.75, 1.5]
    assert fault.is_temporary
    assert str(fault).endswith("tried 4 times")


# N2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_fault_n02_server_error_tried_again(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, status: int
) -> None:
    """A server's passing trouble is passed over."""
    server.answers("/VIX.csv", reply(status=status), reply(status=status), reply())
    assert client.fetch(ask()).payload == CSV
    assert server.asked("/VIX.csv") == 3


@pytest.mark.parametrize("sent", [0, 10, 70, 100])
def test_fault_n02_connection_reset(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, sent: int
) -> None:
    """A connection that breaks before, in or after the head is tried again, then reported."""
    broken = reply(raw=reply().message()[:sent], resets=True)
    server.answers("/VIX.csv", broken, reply())
    assert client.fetch(ask()).payload == CSV
    server.answers("/VIX.csv", broken)
    fault = refusal_of(client, ask())
    assert fault.is_temporary
    assert "the connection failed" in str(fault)


def test_fault_n02_connection_refused(server: FaultServer, client: Client, ask: Ask) -> None:
    """A closed port is a temporary fault, named."""
    server.close()
    time.sleep(0.01)
    probe = socket.create_server(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    fault = refusal_of(client, ask(limits={"base_url": f"http://127.0.0.1:{port}"}))
    assert fault.is_temporary
    assert "Connection refused" in str(fault)


def test_fault_n02_name_unknown(client: Client, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that the system does not know is a temporary fault: the network may be down."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    fault = refusal_of(client, ask(limits={"base_url": "http://publisher.invalid"}))
    assert fault.is_temporary
    assert "Name or service not known" in str(fault)


# N3, N4


@pytest.mark.parametrize("status", [401, 403])
def test_fault_n03_key_rejected(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, status: int
) -> None:
    """A rejected key is not tried again, and the message says what was rejected."""
    server.answers("/VIX.csv", reply(status=status))
    fault = refusal_of(client, ask())
    assert (fault.is_temporary, fault.status, server.asked("/VIX.csv")) == (False, status, 1)
    assert "the key or the user agent is rejected" in str(fault)


def test_fault_n03_notice_shown(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """What the server says to programs stands in the message, on one line."""
    headers = (("Content-Type", "application/json; charset=UTF-8"),)
    notice = b'{"error_code":400,\n "error_message":"api_key is not registered"}'
    server.answers("/VIX.csv", reply(status=400, headers=headers, body=notice))
    assert '{"error_code":400, "error_message":"api_key is not registered"}' in str(
        refusal_of(client, ask())
    )


@pytest.mark.parametrize("status", [404, 410, 204, 206, 304, 418])
def test_fault_n04_gone(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, status: int
) -> None:
    """A file that is not there is not asked for twice; only 200 is an answer."""
    server.answers("/VIX.csv", reply(status=status, body=b"", is_framed=status not in (204, 304)))
    fault = refusal_of(client, ask())
    assert (fault.is_temporary, fault.status, server.asked("/VIX.csv")) == (False, status, 1)


# N5


@pytest.mark.parametrize("drips_from", [0, 40, 75], ids=["status", "headers", "body"])
def test_fault_n05_drip_ends_at_deadline(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, drips_from: int
) -> None:
    """A byte at a time, each in time, still ends at the request's deadline."""
    server.answers("/VIX.csv", reply(drip=0.05, drips_from=drips_from))
    start = time.monotonic()
    fault = refusal_of(client, ask(limits={"request_seconds": 0.4}))
    assert 0.35 < time.monotonic() - start < 1.5  # unbounded: 2 s and more
    assert fault.is_temporary
    assert "not done in 0.4 s" in str(fault)


@pytest.mark.parametrize("sent", [0, 60, 100], ids=["status", "headers", "body"])
def test_fault_n05_stall_is_silence(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, sent: int
) -> None:
    """A server that goes silent is left after the publisher's patience, and tried again."""
    stall = reply(raw=reply().message()[:sent], stalls=True)
    server.answers("/VIX.csv", stall, reply())
    start = time.monotonic()
    assert client.fetch(ask(limits={"silent_seconds": 0.1})).payload == CSV
    assert time.monotonic() - start < 2.0


def test_fault_n05_connect_timeout(client: Client, ask: Ask) -> None:
    """A port that never completes a connection is left at the deadline."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0.0)
            one.connect_ex(full.getsockname())
        base = f"http://127.0.0.1:{full.getsockname()[1]}"
        start = time.monotonic()
        fault = refusal_of(client, ask(limits={"base_url": base, "request_seconds": 0.3}))
        assert time.monotonic() - start < 2.0
        for one in waiting:
            one.close()
    assert fault.is_temporary


def test_fault_n05_name_look_up_hangs(
    client: Client, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that hangs is left at the deadline too."""
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(5) and [])
    start = time.monotonic()
    limits = {"base_url": "http://publisher.invalid", "request_seconds": 0.2}
    fault = refusal_of(client, ask(limits=limits))
    over.set()
    assert time.monotonic() - start < 2.0
    assert fault.is_temporary


def test_fault_n05_source_deadline(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """All files of one publisher share one deadline; those not asked for say so."""
    server.answers("/VIX.csv", reply(drip=0.05))
    limits = {"request_seconds": 0.3, "source_seconds": 0.5}
    start = time.monotonic()
    faults = client.fetch_all([ask(limits=limits) for _ in range(5)])
    assert time.monotonic() - start < 1.4  # five requests apart: 1.5 s
    assert all(isinstance(fault, SourceError) and fault.is_temporary for fault in faults)
    assert [("not asked" in str(fault)) for fault in faults] == [False, False, True, True, True]


# N6


@pytest.mark.parametrize("kind", ["csv", "text", "json", "xml", "xls", "xlsx", "zip"])
@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "text/csv", None])
def test_fault_n06_page_for_a_file(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, kind: str, content_type: str | None
) -> None:
    """A page with status 200 is refused as every kind of file, whatever it is called."""
    headers = () if content_type is None else (("Content-Type", content_type),)
    server.answers("/VIX.csv", reply(headers=headers, body=PAGE))
    fault = refusal_of(client, ask(kind=kind))
    assert not fault.is_temporary
    assert "the answer is a page" in str(fault)


def test_fault_n06_called_a_page(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """A file that calls itself a page is refused: one of the two is wrong."""
    server.answers("/VIX.csv", reply(headers=(("Content-Type", "text/html"),)))
    assert "the answer is a page" in str(refusal_of(client, ask()))


def test_fault_n06_redirect_to_sign_in(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """A redirect to a sign-in page on an allowed host ends at the page's kind."""
    server.answers("/VIX.csv", reply(status=302, headers=(("Location", "/login?back=VIX"),)))
    server.answers("/login", reply(headers=(("Content-Type", "text/html"),), body=PAGE))
    assert "the answer is a page" in str(refusal_of(client, ask()))
    assert server.asked("/login") == 1


# N7


@pytest.mark.parametrize(
    "location",
    [
        "http://evil.example/VIX.csv",
        "//evil.example/VIX.csv",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost:{port}/VIX.csv",
        "http://127.0.0.1:1/VIX.csv",
        "https://127.0.0.1:{port}/VIX.csv",
        "ftp://127.0.0.1/VIX.csv",
        "file:///etc/passwd",
        "http://user:word@127.0.0.1:{port}/VIX.csv",
        "http://127.0.0.1:{port}@evil.example/",
        "http://127.0.0.1:{port}\\@evil.example/",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "http://ev\u0131l.example/",
    ],
)
def test_fault_n07_redirect_elsewhere(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, location: str
) -> None:
    """A redirect to another host, scheme or port is refused and nothing is asked there."""
    to = location.format(port=server.port).encode("utf-8").decode("latin-1")
    raw = f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    server.answers("/VIX.csv", reply(raw=raw))
    fault = refusal_of(client, ask())
    assert not fault.is_temporary
    assert "redirects to" in str(fault)
    assert len(server.heads) == 1
    assert "word" not in str(fault)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_fault_n07_redirect_followed(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, status: int
) -> None:
    """A redirect on the same host is followed by hand, three times at most."""
    hops = ["/VIX.csv", "/1", "/2", "/3", "/4"]
    for here, there in itertools.pairwise(hops):
        server.answers(here, reply(status=status, headers=(("Location", there),)))
    server.answers("/3", reply())
    assert client.fetch(ask()).payload == CSV
    server.answers("/3", reply(status=status, headers=(("Location", "/4"),)))
    server.answers("/4", reply())
    assert "redirects more than 3 times" in str(refusal_of(client, ask()))
    assert server.asked("/4") == 0


def test_fault_n07_key_stays_with_its_host(
    server: FaultServer, reply: Reply, client: Client, ask: Ask
) -> None:
    """A key follows no redirect to another host, allowed or not."""
    there = f"localhost:{server.port}"
    server.answers("/VIX.csv", reply(status=302, headers=(("Location", f"http://{there}/b"),)))
    server.answers("/b", reply())
    limits = {"allowed_hosts": (there,)}
    assert client.fetch(ask(limits=limits)).payload == CSV
    keyed = ask(limits=limits, secrets=(("api_key", SecretStr("k3y")),))
    assert "redirects to" in str(refusal_of(client, keyed))
    assert server.asked("/b") == 1


def test_fault_n07_name_leads_inside(
    server: FaultServer, reply: Reply, client: Client, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An allowed name that leads to this machine is not connected to."""
    address = ("127.0.0.1", server.port)
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    server.answers("/VIX.csv", reply())
    limits = {"base_url": "http://base.example", "allowed_hosts": (f"cdn.example:{server.port}",)}
    request = ask(f"http://cdn.example:{server.port}/VIX.csv", limits=limits)
    assert "inside this machine" in str(refusal_of(client, request))
    assert server.heads == []
    own = ask(limits={"base_url": f"http://base.example:{server.port}"})
    assert client.fetch(own).payload == CSV
