"""Addresses are built, allowed and shown by rule, without asking anyone."""

import pytest
from pydantic import SecretStr

from sources.errors import SourceError
from sources.http import backoff
from sources.request import Publisher, Request

FRED = Publisher(
    name="fred",
    base_url="https://api.stlouisfed.org/fred",
    user_agent="volbrief/0.1",
    allowed_hosts=("fred.stlouisfed.org", "mirror.example:8443"),
)


def _request(path: str = "/series", **further: object) -> Request:
    return Request(FRED, path, "json", **further)


def test_address_built() -> None:
    """Path and query follow the base; only what an address cannot hold is encoded."""
    request = _request("/a b/%5EGSPC", query=(("id", "BAA 10&Y"), ("page", "")))
    assert request.url() == ("https://api.stlouisfed.org/fred/a%20b/%5EGSPC?id=BAA+10%26Y&page=")
    assert request.shown_url() == request.url()


def test_secret_hidden() -> None:
    """The address for the wire has the key; the one for people and archives has three stars."""
    request = _request(query=(("id", "VIX"),), secrets=(("api_key", SecretStr("a+b/c")),))
    assert request.url().endswith("/series?id=VIX&api_key=a%2Bb%2Fc")
    assert request.shown_url().endswith("/series?id=VIX&api_key=***")
    assert "a+b/c" not in repr(request)


@pytest.mark.parametrize("text", ["k=a+b/c", "k=a%2Bb%2Fc", "k=a%2bb%2fc", "k=A+B/C", "k=a%2Bb/c"])
def test_secret_redacted_in_any_spelling(text: str) -> None:
    """A key is found raw, encoded and in either case."""
    request = _request(secrets=(("api_key", SecretStr("a+b/c")),))
    assert request.redacted(f"<{text}>") == "<k=***>"


def test_empty_secret_hides_nothing() -> None:
    """A key that was never set does not turn every message into stars."""
    assert _request(secrets=(("api_key", SecretStr("")),)).redacted("abc") == "abc"


@pytest.mark.parametrize(
    "path",
    [
        "https://api.stlouisfed.org/other",
        "https://API.STLOUISFED.ORG:443/other",
        "https://fred.stlouisfed.org/graph/fredgraph.csv",
        "https://mirror.example:8443/x",
    ],
)
def test_allowed_host(path: str) -> None:
    """A whole address on the base's host or an allowed one may be asked."""
    assert _request(path).url() == path


@pytest.mark.parametrize(
    "path",
    [
        "http://api.stlouisfed.org/other",
        "http://fred.stlouisfed.org/graph/fredgraph.csv",
        "https://api.stlouisfed.org:8443/other",
        "https://mirror.example/x",
        "https://evil.example/x",
        "https://api.stlouisfed.org.evil.example/x",
        "https://evil.example\\@api.stlouisfed.org/x",
        "https://user:word@api.stlouisfed.org/x",
        "https://api.stlouisfed.org:port/x",
        "//evil.example/x://",
        "file:///etc/passwd",
        "series",
        "@evil.example/x",
        ".evil.example/x",
        "",
    ],
)
def test_other_address_refused(path: str) -> None:
    """Any other scheme, host, port or user is refused before anything is sent."""
    with pytest.raises(SourceError, match=r"^fred: address .* is not on its hosts; accepted"):
        _request(path).url()


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.stlouisfed.org",
        "ftp://api.stlouisfed.org",
        "https://",
        "https://user:word@api.stlouisfed.org",
        "https://api.stlouisfed.org/?token=word",
        "https://api.stlouisfed.org/#word",
        "https://api.stlouisfed.org:word",
        "https://api.stlouisf\u00e9d.org",
        "https://api.example /word",
    ],
)
def test_base_refused_without_showing_it(base_url: str) -> None:
    """A base that cannot be asked, or that carries a secret, is refused without repeating it."""
    with pytest.raises(SourceError, match="accepted is") as refusal:
        Publisher(name="fred", base_url=base_url, user_agent="x")
    assert "word" not in str(refusal.value).partition("accepted is")[0]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.9.9.9", "169.254.169.254", "::1", "fe80::1", "0.0.0.0", "::ffff:127.0.0.1"],  # noqa: S104 - an address to refuse
)
def test_inner_address_not_permitted(address: str) -> None:
    """No name but the base's own may lead inside; a base on this machine may lead anywhere."""
    assert not FRED.permits("fred.stlouisfed.org", address)
    assert FRED.permits("api.stlouisfed.org", address)
    local = Publisher(name="local", base_url="http://localhost:80", user_agent="x")
    assert local.permits("other", address)


def test_outer_address_permitted() -> None:
    """Public and private networks are the user's to allow by name."""
    assert FRED.permits("fred.stlouisfed.org", "93.184.216.34")
    assert FRED.permits("mirror.example", "10.0.0.7")


def test_backoff_doubles_to_a_ceiling() -> None:
    """The wait doubles from half a second to eight, and jitter takes off at most half."""
    assert [backoff(n, 1.0) for n in range(1, 8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert [backoff(n, 0.0) for n in range(1, 8)] == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_error_tells_temporary_from_final() -> None:
    """A fault is final unless it says otherwise."""
    assert not SourceError("x").is_temporary
    assert (SourceError("x").status, SourceError("x").retry_after) == (None, None)
    assert SourceError("x", is_temporary=True).is_temporary
