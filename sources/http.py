"""The one client: every byte from a publisher comes through here, under limits it cannot stretch.

A request ends within its deadline whatever the server does, reads no more than its cap, goes to no
host that is not allowed, and never shows a key. Nothing here reads the date: callers know when.
"""

import functools
import logging
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import SystemRandom
from types import TracebackType
from typing import Self

import httpcore

from sources.answer import Moved, read
from sources.errors import SourceError
from sources.request import Publisher, Request, Response, Unchanged
from sources.wire import Deadline, TimedBackend

TRIES = 4
REDIRECTS = 3
_WORKERS = 16  # publishers asked at once; they wait far more than they work
_RANDOM = SystemRandom()
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0  # [seconds]
Answer = Response | Unchanged
Outcome = Response | Unchanged | SourceError


def backoff(attempt: int, jitter: float) -> float:
    """How long to wait after a failed try [seconds].

    Args:
        attempt: number of the try that failed, from 1.
        jitter: between 0 and 1; spreads clients that failed together over half the pause.
    """
    whole = min(_LONGEST_PAUSE, _FIRST_PAUSE * float(2 ** (attempt - 1)))
    return whole * (0.5 + 0.5 * jitter)


class Client:
    """Fetches files of publishers.

    Args:
        authorities: a file of further certificate authorities, for networks that inspect traffic;
            verification itself cannot be turned off.
        jitter: draws between 0 and 1.
        sleep: waits a number of seconds; where null, a wait that ends when the run is stopped.
    """

    def __init__(
        self,
        *,
        authorities: Path | None = None,
        jitter: Callable[[], float] = _RANDOM.random,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        logging.getLogger("httpcore").setLevel(logging.WARNING)  # below, it logs served headers
        self.jitter = jitter
        self.sleep = sleep
        self._authorities = authorities

    @functools.cached_property
    def trust(self) -> ssl.SSLContext:
        """The certificate authorities that count; made when first needed, since that is slow.

        Raises:
            SourceError: the file of further authorities is missing or holds none.
        """
        context = httpcore.default_ssl_context()
        if self._authorities is not None:
            try:
                context.load_verify_locations(self._authorities)
            except OSError as error:
                raise SourceError(
                    f"certificate authorities: {self._authorities} cannot be used ({error}); "
                    "accepted is a file of PEM certificates; correct the setting"
                ) from error
        return context

    def fetch(self, request: Request) -> Answer:
        """One file, or that it is unchanged since the copy the request speaks of.

        Raises:
            SourceError: with ``is_temporary`` where the same request may succeed later.
        """
        with _Lane(self, request.publisher, threading.Event()) as lane:
            return lane.fetch(request)

    def fetch_all(
        self,
        requests: Sequence[Request],
        progress: Callable[[Request, Outcome], None] = lambda _request, _outcome: None,
    ) -> list[Outcome]:
        """Many files, publishers side by side and each publisher's one after another.

        Args:
            requests: what to fetch.
            progress: told of each outcome as it comes, one call at a time, from other threads.

        Returns:
            One outcome per request, in their order; a failure is an outcome and stops no other.
        """
        outcomes: dict[int, Outcome] = {}
        turn, stopped = threading.Lock(), threading.Event()
        lanes: dict[Publisher, list[int]] = {}
        for number, request in enumerate(requests):
            lanes.setdefault(request.publisher, []).append(number)

        def work(publisher: Publisher, numbers: list[int]) -> None:
            with _Lane(self, publisher, stopped) as lane:
                for number in numbers:
                    outcome = _outcome(lane, requests[number])
                    with turn:
                        outcomes[number] = outcome
                        progress(requests[number], outcome)

        with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="fetch") as pool:
            try:
                for future in [pool.submit(work, *lane) for lane in lanes.items()]:
                    future.result()
            finally:
                stopped.set()  # an interrupted run waits for no publisher
        return [outcomes[number] for number in range(len(requests))]


def _outcome(lane: "_Lane", request: Request) -> Outcome:
    try:
        return lane.fetch(request)
    except SourceError as error:
        return error


class _Lane:
    """One publisher's requests, one after another over kept connections and under one deadline."""

    def __init__(self, client: Client, publisher: Publisher, stopped: threading.Event) -> None:
        self._client = client
        self._publisher = publisher
        self._stopped = stopped
        self._source = Deadline(publisher.source_seconds, stopped)
        self._wire = TimedBackend(self._source, publisher.permits)
        self._pool = httpcore.ConnectionPool(
            ssl_context=client.trust if publisher.is_encrypted else None,
            network_backend=self._wire,
            max_connections=1,
        )
        self._next = time.monotonic()  # when the publisher may be asked again
        self._unreached: SourceError | None = None  # no connection: the next file fares no better

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()

    def fetch(self, request: Request) -> Answer:
        """One request with its tries.

        Raises:
            SourceError: the last try's fault, or the first that asking again cannot mend.
        """
        self._begin(request)
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._follow(request)
            except SourceError as error:
                fault = _told(request, error, attempt)  # anew: the frames of the first know keys
            pause = backoff(attempt, self._client.jitter())
            pause = max(pause, fault.retry_after or 0.0)
            if not fault.is_temporary or attempt == TRIES or pause >= self._wire.deadline.left():
                self._unreached = fault if self._wire.is_unreached else None
                raise fault
            self._sleep(pause)

    def _begin(self, request: Request) -> None:
        """Start a request's time, if there is any left and anyone to ask."""
        where = f"{self._publisher.name}: {request.shown_url()} not asked"
        if self._unreached is not None:
            raise SourceError(
                f"{where} after {self._unreached}", is_temporary=self._unreached.is_temporary
            )
        left = self._source.left()
        if left <= 0:
            raise SourceError(
                f"{where}: the {self._publisher.source_seconds:g} s for all files of the publisher "
                "are over; run again later",
                is_temporary=True,
            )
        self._wire.deadline = Deadline(min(self._publisher.request_seconds, left), self._stopped)

    def _sleep(self, seconds: float) -> None:
        (self._client.sleep or self._stopped.wait)(seconds)

    def _follow(self, request: Request) -> Answer:
        """One try: the address and what it redirects to."""
        target: str | None = None
        for _ in range(REDIRECTS + 1):
            answer = self._exchange(request, target)
            if not isinstance(answer, Moved):
                return answer
            target = answer.target
        raise SourceError(
            f"{self._publisher.name}: {request.shown_url()} redirects more than {REDIRECTS} times; "
            "accepted are fewer; open the address in a browser to see where it leads"
        )

    def _exchange(self, request: Request, target: str | None) -> Answer | Moved:
        """One message and its answer; faults below leave here without their cause.

        A cause would carry frames, and with them the whole address.
        """
        self._space()
        try:
            with self._pool.stream(
                "GET" if request.body is None else "POST",
                target or request.url(),
                headers=self._headers(request),
                content=request.posted(),
                extensions={"timeout": self._timeouts()},
            ) as answer:
                return read(request, answer, target)
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
        ) as error:
            fault = self._fault(request, error)
        raise fault

    def _space(self) -> None:
        pause = min(self._next - time.monotonic(), self._wire.deadline.left())
        if pause > 0:
            self._sleep(pause)
        self._next = time.monotonic() + self._publisher.spacing_seconds

    def _timeouts(self) -> dict[str, float]:
        seconds = self._publisher.silent_seconds
        return {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}

    def _headers(self, request: Request) -> list[tuple[bytes, bytes]]:
        headers = [
            ("User-Agent", self._publisher.user_agent),
            ("Accept-Encoding", "identity"),
            *(request.headers or (("Accept", "*/*"),)),
        ]
        if request.body is not None:
            headers.append(("Content-Type", "application/json"))
        if request.etag is not None:
            headers.append(("If-None-Match", request.etag))
        if request.last_modified is not None:
            headers.append(("If-Modified-Since", request.last_modified))
        return [(name.encode("latin-1"), _sendable(value)) for name, value in headers]

    def _fault(self, request: Request, error: Exception) -> SourceError:
        where = f"{self._publisher.name}: {request.shown_url()}"
        cause = error.args[0] if error.args else None  # httpcore keeps the system's error there
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SourceError(
                f"{where}: its certificate is refused: {request.quoted(cause.verify_message)}; "
                "accepted is a valid one for this host; check the clock and what stands between"
            )
        if isinstance(error, httpcore.LocalProtocolError | httpcore.UnsupportedProtocol):
            return SourceError(
                f"{where}: the request cannot be sent: {request.quoted(str(error))}; accepted are "
                "plain header values; correct the dataset"
            )
        if isinstance(error, httpcore.TimeoutException):
            limit = min(self._publisher.silent_seconds, self._publisher.request_seconds)
            over = self._wire.deadline.left() <= 0
            found = (
                f"not done in {self._publisher.request_seconds:g} s or in what was left of the "
                f"source's {self._publisher.source_seconds:g} s"
                if over
                else f"silent for up to {limit:g} s"
            )
            return SourceError(f"{where}: {found}; try again later", is_temporary=True)
        return SourceError(
            f"{where}: the connection failed: {request.quoted(str(error) or type(error).__name__)}; "
            "check the network, or try again later",
            is_temporary=True,
        )


def _sendable(value: str) -> bytes:
    return value.encode("latin-1", "replace")


def _told(request: Request, fault: SourceError, attempt: int) -> SourceError:
    """A fault as it may be told: without secrets, and with the tries it took where several."""
    tries = "" if attempt == 1 else f"; tried {attempt} times"
    return SourceError(
        request.redacted(str(fault)) + tries,
        is_temporary=fault.is_temporary,
        status=fault.status,
        retry_after=fault.retry_after,
    )
