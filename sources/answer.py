"""One answer of a server: a file, "unchanged", the way to another address, or a refusal."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpcore

from sources import payload as bodies
from sources.errors import SourceError
from sources.request import Request, Response, Unchanged

_OK, _UNMODIFIED, _SERVER = 200, 304, 500
_MOVED = (301, 302, 303, 307, 308)
_TEMPORARY = (408, 425, 429)  # and all from 500: the server's own trouble
_ADVICE = {
    401: "the key or the user agent is rejected; check the key in the settings",
    403: "the key or the user agent is rejected, or this network's address is blocked; check the "
    "key in the settings",
    404: "no such file there; compare the dataset's address with the publisher's page",
    410: "the publisher took the file away; look for its successor on the publisher's page",
    429: "too many requests; ask more slowly or later",
}
_KEPT = (
    "content-type", "content-length", "content-encoding", "date", "age", "etag", "last-modified",
)  # fmt: skip
_READABLE = ("application/json", "text/plain", "text/xml", "application/xml")
_NOTICE_BYTES = 2048  # of a refusal's body, for its message
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Moved:
    """The server names another address, which has been found acceptable."""

    target: str


def read(
    request: Request, answer: httpcore.Response, target: str | None
) -> Response | Unchanged | Moved:
    """What a server answered.

    Args:
        request: what was asked.
        answer: its status and headers, and its body still on the wire.
        target: the address asked, where a redirect had led to it.

    Raises:
        SourceError: a refusal, or a body that is too large, cut short or of another kind.
        httpcore.NetworkError: the connection broke; likewise its other errors.
    """
    headers = _headers(answer)
    if answer.status in _MOVED and "location" in headers:
        return Moved(request.redirected(target or request.url(), headers["location"]))
    kept = tuple((name, request.redacted(headers[name])) for name in _KEPT if name in headers)
    if answer.status == _UNMODIFIED and request.is_conditional:
        return Unchanged(request.shown_url(), kept)
    if answer.status != _OK:
        raise _refusal(request, answer, headers)
    content = _content(request, answer, headers)
    return Response(content, request.shown_url(), answer.status, kept)


def _place(request: Request) -> str:
    return f"{request.publisher.name}: {request.shown_url()}"


def _headers(answer: httpcore.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in answer.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _content(request: Request, answer: httpcore.Response, headers: dict[str, str]) -> bytes:
    place, cap = _place(request), request.publisher.byte_cap
    body = _body(answer, headers, place=place, cap=cap)
    encoding = request.redacted(headers.get("content-encoding", "").strip().lower())
    content_type = request.redacted(headers.get("content-type", ""))
    content = bodies.decoded(body, encoding, place=place, cap=cap)
    if request.is_told_in(content):
        raise SourceError(
            f"{place}: the answer repeats the key; accepted are answers without it, since they are "
            "archived; report it to the publisher and use the keyless address"
        )
    bodies.accept(content, request.kind, content_type, place=place)
    if "content-length" not in headers and "transfer-encoding" not in headers:
        bodies.accept_unmarked_end(
            content, request.kind, least_rows=request.least_rows, place=place
        )
    if request.kind in ("xlsx", "zip"):
        bodies.members(content, place=place, limit=cap)
    return content


def _body(answer: httpcore.Response, headers: dict[str, str], *, place: str, cap: int) -> bytes:
    """The body as sent, read no further than its cap; the wire reports one that ends early."""
    declared = headers.get("content-length", "")
    size = int(declared) if _SECONDS.fullmatch(declared) else cap + 1 if declared else 0
    body = bytearray()
    if size <= cap:
        for chunk in answer.iter_stream():
            body += chunk
            if len(body) > cap:
                break
    if max(size, len(body)) > cap:
        raise SourceError(
            f"{place}: body is {declared[:20] or 'more'} bytes; accepted are up to {cap:,}; see "
            "what replaced the file"
        )
    return bytes(body)


def _refusal(request: Request, answer: httpcore.Response, headers: dict[str, str]) -> SourceError:
    status = answer.status
    wait = _retry_after(headers)
    is_temporary = status in _TEMPORARY or status >= _SERVER
    found = f"{_place(request)}: status {status}"
    if wait is not None:
        found += f", to be asked again in {wait:,.0f} s"
    notice = _notice(answer, headers)
    if notice:
        found += f", saying {request.quoted(notice)}"
    other = "the server fails; try again later" if is_temporary else "see the publisher's page"
    return SourceError(
        f"{found}; accepted is 200; {_ADVICE.get(status, other)}",
        is_temporary=is_temporary,
        status=status,
        retry_after=wait if is_temporary else None,
    )


def _notice(answer: httpcore.Response, headers: dict[str, str]) -> str:
    """The first words of a refusal, where they are meant for programs; pages say nothing useful."""
    if not headers.get("content-type", "").lower().startswith(_READABLE):
        return ""
    if "content-encoding" in headers:
        return ""
    body = b""
    try:
        for chunk in answer.iter_stream():
            body += chunk
            if len(body) >= _NOTICE_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        pass  # the status is known, and is what matters
    return " ".join(body[:_NOTICE_BYTES].decode("utf-8", "replace").split())


def _retry_after(headers: dict[str, str]) -> float | None:
    """How long the server asks to wait [seconds].

    A date is measured from the server's own ``Date``, so that no clock here is needed or believed.
    """
    asked = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(asked):
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
        since = parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - since).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
