"""Many files of several publishers, fetched side by side."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from sources.errors import SourceError
from sources.http import Client
from sources.request import Publisher, Request, Response
from tests.integration.sources.conftest import FaultServer, refusal_of

Ask = Callable[..., Request]
Reply = Callable[..., object]


def test_failure_stops_no_other(server: FaultServer, reply: Reply, ask: Ask) -> None:
    """Outcomes come in the order asked, told one by one; a failure is an outcome."""
    server.answers("/a", reply())
    server.answers("/b", reply(status=404))
    told = []
    client = Client(sleep=lambda _: None)
    requests = [ask(path, limits={"name": name}) for name in "xyz" for path in ("/b", "/a")]
    outcomes = client.fetch_all(requests, lambda request, outcome: told.append((request, outcome)))
    assert [isinstance(outcome, Response) for outcome in outcomes] == [False, True] * 3
    assert sorted(told, key=lambda pair: requests.index(pair[0])) == list(
        zip(requests, outcomes, strict=True)
    )
    assert client.fetch_all([]) == []


def test_publishers_side_by_side(server: FaultServer, reply: Reply, ask: Ask) -> None:
    """One publisher's silence costs another no time; one publisher is never asked twice at once."""
    server.answers("/slow", reply(stalls=True, raw=b""))
    server.answers("/a", reply())
    slow = [ask("/slow", limits={"name": f"s{n}", "request_seconds": 0.3}) for n in range(4)]
    told = []
    start = time.monotonic()
    outcomes = Client().fetch_all([*slow, ask("/a")], lambda _, outcome: told.append(outcome))
    assert time.monotonic() - start < 1.1  # one after another: 1.2 s
    assert isinstance(outcomes[4], Response)
    assert told[0] is outcomes[4]


def test_spacing_kept(server: FaultServer, reply: Reply, ask: Ask) -> None:
    """A publisher that wants to be asked slowly is."""
    server.answers("/a", reply())
    start = time.monotonic()
    Client().fetch_all([ask("/a", limits={"spacing_seconds": 0.1}) for _ in range(3)])
    assert time.monotonic() - start >= 0.2


def test_stop_waits_for_no_publisher(server: FaultServer, reply: Reply, ask: Ask) -> None:
    """An interruption ends the fetch without waiting for the slow."""
    server.answers("/slow", reply(drip=0.05))
    server.answers("/a", reply())

    def interrupt(_: Request, __: object) -> None:
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        Client().fetch_all([ask("/a"), ask("/slow", limits={"name": "other"})], interrupt)
    assert time.monotonic() - start < 2.0


def test_posted_body(server: FaultServer, reply: Reply, client: Client, ask: Ask) -> None:
    """A body is posted as JSON with the publisher's agent, and a redirect of it is not followed."""
    headers = (("Content-Type", "application/json"),)
    server.answers("/v2", reply(headers=headers, body=b'{"status": "REQUEST_SUCCEEDED"}'))
    client.fetch(ask("/v2", kind="json", body={"seriesid": ["CUSR0000SA0"]}))
    assert server.heads[0].startswith("POST /v2 HTTP/1.1\r\n")
    assert server.heads[0].endswith('\r\n\r\n{"seriesid": ["CUSR0000SA0"]}')
    assert "User-Agent: volbrief-test/0 (+https://example.org)\r\n" in server.heads[0]
    assert "Content-Type: application/json\r\n" in server.heads[0]
    server.answers("/v2", reply(status=307, headers=(("Location", "/v3"),)))
    assert "redirects to" in str(refusal_of(client, ask("/v2", kind="json", body={})))


def test_publisher_is_frozen(publisher: Publisher) -> None:
    """Limits are replaced, never changed under a running fetch."""
    with pytest.raises(AttributeError):
        publisher.byte_cap = 10**12
    assert replace(publisher, byte_cap=1).byte_cap == 1


def test_connection_kept(server: FaultServer, reply: Reply, client: Client, ask: Ask) -> None:
    """Files of one publisher share a connection; one that the server has closed is replaced."""
    server.answers("/a", reply(keeps=True))
    requests = [ask("/a")] * 4
    assert all(isinstance(answer, Response) for answer in client.fetch_all(requests))
    assert (server.connections, len(server.heads)) == (1, 4)
    closing = reply(raw=reply(keeps=True).message())  # says that it keeps, and does not
    server.answers("/a", reply(keeps=True), closing, reply(keeps=True))
    assert all(isinstance(answer, Response) for answer in client.fetch_all(requests))
    assert server.connections == 3
    assert len(server.heads) == 8


def test_unreachable_asked_once(client: Client, ask: Ask, pauses: list[float]) -> None:
    """Without a network, a publisher's many files cost the tries of one."""
    base = "http://127.0.0.1:1"
    outcomes = client.fetch_all([ask("/a", limits={"base_url": base}) for _ in range(50)])
    assert len(pauses) == 3
    assert all(isinstance(fault, SourceError) and fault.is_temporary for fault in outcomes)
    assert "Connection refused" in str(outcomes[0])
    assert f"{base}/a not asked after scripted: {base}/a: the connection failed" in str(
        outcomes[49]
    )
