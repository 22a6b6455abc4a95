"""A key reaches the publisher and nothing else, however the fetch fails."""

import logging
import traceback
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from pydantic import SecretStr

from sources.errors import SourceError
from sources.http import Client
from sources.request import Request
from tests.integration.sources.conftest import FaultServer

KEY = "canary/Key+42 ü"
ENCODED = quote_plus(KEY)
JSON = (("Content-Type", "application/json"),)
Ask = Callable[..., Request]
Reply = Callable[..., object]


def _failures(reply: Reply) -> dict[str, object]:
    echo = (
        f'{{"error_message": "api_key {KEY} ({quote(KEY)}, {ENCODED.lower()}) is wrong"}}'.encode()
    )
    away = f"http://evil.example/?api_key={ENCODED}"
    return {
        "rejected": reply(status=403, headers=JSON, body=echo),
        "bad request": reply(status=400, headers=JSON, body=echo),
        "gone": reply(status=404, headers=(("Content-Type", "text/plain"),), body=echo),
        "busy": reply(status=429, headers=(("Retry-After", "9999"), *JSON), body=echo),
        "failing": reply(status=500, headers=JSON, body=echo),
        "redirect away": reply(status=302, headers=(("Location", away),)),
        "redirect circle": reply(status=302, headers=(("Location", f"?api_key={ENCODED}"),)),
        "drip": reply(drip=0.05, drips_from=70),
        "reset": reply(resets=True, raw=b"HTTP/1.1 2"),
        "garbage status": reply(raw=b"HTTP/1.1 api_key=" + ENCODED.encode() + b"\r\n\r\n"),
        "garbage header": reply(raw=b"HTTP/1.1 200 OK\r\n" + KEY.encode() + b"\r\n\r\n"),
        "page": reply(headers=(("Content-Type", "text/html"),), body=b"<html>" + echo),
        "other kind": reply(headers=(("Content-Type", "text/csv"),), body=KEY.encode() + b"\n1"),
        "echo in the file": reply(headers=JSON, body=echo),
        "short": reply(headers=JSON, body=echo, length=10_000),
        "cut": reply(headers=JSON, body=echo[:-1], is_framed=False),
        "encoding": reply(headers=(("Content-Encoding", KEY),)),
    }


FAILURES = tuple(_failures(dict))


@pytest.mark.parametrize("name", FAILURES)
def test_key_is_shown_nowhere(
    server: FaultServer, reply: Reply, ask: Ask, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No message, log, representation or traceback, with all its variables, holds the key."""
    client = Client(sleep=lambda _: None)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpcore.http11").setLevel(logging.NOTSET)
        server.answers("/obs", _failures(reply)[name])
        request = ask(
            "/obs",
            kind="json",
            query=(("series_id", "VIXCLS"),),
            secrets=(("api_key", SecretStr(KEY)),),
            limits={"request_seconds": 2.0, "silent_seconds": 1.0},
        )
        with pytest.raises(SourceError) as refusal:
            client.fetch(request)
    assert f"api_key={ENCODED}" in server.heads[0]
    told = traceback.TracebackException.from_exception(refusal.value, capture_locals=True)
    seen = "".join([*told.format(), repr(request), repr(refusal.value), caplog.text])
    assert "series_id=VIXCLS&api_key=***" in seen
    for spelling in (KEY, quote(KEY), quote(KEY, safe=""), ENCODED, "canary"):
        assert spelling.lower() not in seen.lower()


def test_key_is_not_archived(server: FaultServer, reply: Reply, ask: Ask) -> None:
    """What goes with a good file into the archive holds no key either."""
    headers = (*JSON, ("ETag", f'"{ENCODED}"'))
    server.answers("/obs", reply(headers=headers, body=b'{"observations": []}'))
    request = ask("/obs", kind="json", secrets=(("api_key", SecretStr(KEY)),))
    answer = Client().fetch(request)
    assert answer.url_without_secrets == f"{server.url}/obs?api_key=***"
    assert ("etag", '"***"') in answer.headers_kept
    assert ENCODED not in repr(answer)


def test_key_in_a_posted_body(server: FaultServer, reply: Reply, ask: Ask) -> None:
    """A key that is posted stands in the body and not in the address."""
    server.answers("/v2", reply(headers=JSON, body=b'{"status": "REQUEST_SUCCEEDED"}'))
    request = ask("/v2", kind="json", body={"a": 1}, secrets=(("k", SecretStr("canary")),))
    answer = Client().fetch(request)
    assert server.heads[0].endswith('{"a": 1, "k": "canary"}')
    assert server.heads[0].startswith("POST /v2 HTTP/1.1\r\n")
    assert answer.url_without_secrets == f"{server.url}/v2"
    assert "canary" not in repr(request)


def test_key_never_in_clear(ask: Ask) -> None:
    """A key is sent over http to this machine alone."""
    limits = {"base_url": "http://api.example"}
    with pytest.raises(SourceError, match="in clear") as refusal:
        Client().fetch(ask(limits=limits, secrets=(("api_key", SecretStr(KEY)),)))
    assert not refusal.value.is_temporary
