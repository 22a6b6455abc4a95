"""What is asked of whom: a publisher's address and limits, one request, and what came back.

An address is whole only while it is on its way: everything kept or shown of it is without secrets.
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit

from pydantic import SecretStr

from sources.errors import SourceError

Kind = Literal["csv", "text", "json", "xml", "html", "xls", "xlsx", "zip"]
MIB = 1024 * 1024
HIDDEN = "***"
_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "/%:@!$&'()*+,;=~"  # what a path may hold as it is; % since paths come encoded
_SHOWN = 200  # characters of foreign text in a message


@dataclass(frozen=True)
class Publisher:
    """Who is asked, and what of its answers is acceptable.

    Attributes:
        name: as in messages and in the catalogue.
        base_url: scheme, host and optional path that every request's path is appended to; a
            setting, so that mirrors and tests can stand in.
        user_agent: what the publisher wants to read there: an honest agent, a contact or a browser.
        allowed_hosts: hosts beside the base's that it may redirect or link to, with ``:port``
            unless it is the scheme's own.
        request_seconds: the longest one request takes, all tries, redirects and waits included
            [seconds].
        source_seconds: the longest all requests of one run take together [seconds].
        silent_seconds: the longest wait for the next byte [seconds].
        spacing_seconds: the least time from one request to the next [seconds].
        byte_cap: the largest body, as sent and as decoded [bytes].
    """

    name: str
    base_url: str
    user_agent: str
    allowed_hosts: tuple[str, ...] = ()
    request_seconds: float = 30.0
    source_seconds: float = 120.0
    silent_seconds: float = 10.0
    spacing_seconds: float = 0.0
    byte_cap: int = 20 * MIB

    def __post_init__(self) -> None:
        """Refuse a base that could not be asked, or that would carry a secret into messages."""
        if _place(self.base_url) is None or "?" in self.base_url or "#" in self.base_url:
            raise SourceError(
                f"{self.name}: the base URL on host {_host_shown(self.base_url)} is not accepted; "
                "accepted is http(s)://host[:port][/path], without user, password, query or "
                "fragment; correct the setting"
            )

    @property
    def is_encrypted(self) -> bool:
        """Whether requests go over TLS; redirects never change that."""
        place = _place(self.base_url)
        return place is not None and place[0] == "https"

    def allows(self, url: str) -> bool:
        """Whether a URL has the base's scheme and the base's or an allowed host."""
        place, base = _place(url), _place(self.base_url)
        if place is None or base is None or place[0] != base[0]:
            return False
        return place == base or _named(*place) in {host.lower() for host in self.allowed_hosts}

    def permits(self, host: str, address: str) -> bool:
        """Whether a connection may go where a host's name leads.

        An allowed name that leads to this machine or to a link-local service would make the fetch
        a tool against the network it runs in. The base's own host is the user's choice.
        """
        base = _place(self.base_url)
        if base is None or host.lower() == base[1] or _is_own_machine(base[1]):
            return True
        return not _is_inner(address)


@dataclass(frozen=True)
class Request:
    """One file of a publisher.

    Attributes:
        publisher: who is asked.
        path: below the base URL, beginning with a slash; or a whole URL on an allowed host.
        kind: what the answer must look like.
        query: parameters that may be shown.
        secrets: parameters that never are; of the query, or of the body where one is posted.
        headers: further headers; never secrets.
        body: object to post as JSON; a GET where null.
        etag: entity tag of the copy at hand; asks for news only.
        last_modified: ``Last-Modified`` of the copy at hand; asks for news only.
        least_rows: lines of the copy at hand; an answer whose end nothing marks must have as many.
    """

    publisher: Publisher
    path: str
    kind: Kind
    query: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, SecretStr], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, object] | None = None
    etag: str | None = None
    last_modified: str | None = None
    least_rows: int = 0

    @property
    def is_conditional(self) -> bool:
        """Whether "not modified" is a possible answer."""
        return self.etag is not None or self.last_modified is not None

    def url(self) -> str:
        """The whole address, secrets included; for the wire alone.

        Raises:
            SourceError: a path outside the publisher's hosts, or a secret that would go in clear.
        """
        address = self._address()  # whatever is refused is refused before a secret is unwrapped
        return address if self.body is not None else _extended(address, urlencode(self._told()))

    def posted(self) -> bytes | None:
        """The body to post, secrets included; for the wire alone. Null for a GET."""
        if self.body is None:
            return None
        return json.dumps({**self.body, **dict(self._told())}).encode()

    def _told(self) -> list[tuple[str, str]]:
        return [(name, secret.get_secret_value()) for name, secret in self.secrets]

    def shown_url(self) -> str:
        """The address as it may be logged, archived and printed.

        Raises:
            SourceError: a path outside the publisher's hosts, or a secret that would go in clear.
        """
        names = [name for name, _ in self.secrets] if self.body is None else []
        hidden = "&".join(f"{quote_plus(name)}={HIDDEN}" for name in names)
        return self.redacted(_extended(self._address(), hidden))

    def _address(self) -> str:
        whole = self.path if "://" in self.path else self.publisher.base_url.rstrip("/") + self.path
        before, mark, after = whole.partition("?")
        address = quote(before, safe=_PATH_SAFE) + mark + after
        address = _extended(address, urlencode(self.query))
        if ("://" not in self.path and not self.path.startswith("/")) or not (
            self.publisher.allows(address)
        ):
            raise SourceError(
                f"{self.publisher.name}: address {self.redacted(_cut(whole))!r} is not on its "
                f"hosts; accepted are paths that begin with '/' and URLs on {self._hosts()}; "
                "correct the dataset's path or allow the host"
            )
        self._refuse_clear()
        return address

    def _refuse_clear(self) -> None:
        place = _place(self.publisher.base_url)
        if self.secrets and place is not None and place[0] == "http":
            if _is_own_machine(place[1]):
                return
            raise SourceError(
                f"{self.publisher.name}: base URL is http and a key would travel in clear; "
                "accepted is https; set an https base URL or remove the key"
            )

    def redirected(self, url: str, location: str) -> str:
        """Where a redirect leads.

        Args:
            url: the address that answered.
            location: its ``Location``.

        Raises:
            SourceError: to another scheme, to a host that is not allowed, with a key to another
                host, or of a POST.
        """
        target = _joined(url, location)
        if self.body is None and target is not None and self.publisher.allows(target):
            same = _place(target) == _place(url)
            if same or not self.secrets:
                return target
        raise SourceError(
            f"{self.publisher.name}: {self.shown_url()} redirects to "
            f"{self.redacted(_host_shown(location))}; accepted are {self._hosts()} under the same "
            "scheme, and only the same host for requests with a key; open the address in a "
            "browser: a sign-in page stands before it, or the file has moved"
        )

    def _hosts(self) -> str:
        base = _place(self.publisher.base_url)
        own = [] if base is None else [_named(*base)]
        return ", ".join([*own, *self.publisher.allowed_hosts])

    def redacted(self, text: str) -> str:
        """A text without this request's secrets, in any spelling an address gives them."""
        for _, secret in self.secrets:
            for spelling in _spellings(secret):
                text = re.sub(re.escape(spelling), HIDDEN, text, flags=re.IGNORECASE)
        return text

    def is_told_in(self, content: bytes) -> bool:
        """Whether bytes that would be archived repeat a secret."""
        if not self.secrets:
            return False
        lowered = content.lower()
        return any(
            spelling.encode().lower() in lowered
            for _, secret in self.secrets
            for spelling in _spellings(secret)
        )

    def quoted(self, text: str) -> str:
        """Foreign text as a message may hold it: short, on one line, without secrets."""
        return repr(_cut(self.redacted(text)))


@dataclass(frozen=True)
class Response:
    """A file as the publisher served it.

    Attributes:
        payload: its bytes, decoded where the server compressed the transfer.
        url_without_secrets: where it came from.
        status: always 200.
        headers_kept: those that say what was served and when; a server's word, never evidence of
            freshness: that is judged by the observations inside.
    """

    payload: bytes = field(repr=False)
    url_without_secrets: str
    status: int
    headers_kept: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Unchanged:
    """The server says that the copy at hand is the current one; its word, not a check."""

    url_without_secrets: str
    headers_kept: tuple[tuple[str, str], ...]


def _spellings(secret: SecretStr) -> set[str]:
    """A secret raw, encoded, as bytes read for another alphabet, and as they are printed."""
    value = secret.get_secret_value()
    sent = value.encode()
    plain = {value, quote(value), quote(value, safe=""), quote_plus(value)}
    return plain.union({sent.decode("latin-1"), repr(sent)[2:-1]}) - {""}


def _extended(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}" if query else address


def _place(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address, or null where it has none to be trusted with."""
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in ' \\"<>'):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        return None
    return parts.scheme, host, port or _PORTS[parts.scheme]


def _named(scheme: str, host: str, port: int) -> str:
    return host if port == _PORTS[scheme] else f"{host}:{port}"


def _host_shown(url: str) -> str:
    """The host of an address, or that there is none: the rest may hold a key or a session."""
    place = _place(url)
    return "no host" if place is None else f"{place[0]}://{_cut(_named(*place))}"


def _joined(url: str, location: str) -> str | None:
    try:
        return urljoin(url, location)
    except ValueError:
        return None


def _is_own_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_inner(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
