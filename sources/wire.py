"""The wire: sockets whose every operation gets only what is left of one deadline.

A client's own timeouts bound each read, so a server that sends a byte a second is never late. Here
name look-up, connection, handshake, headers and body all draw on the same remaining time.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable

import httpcore

_CONNECT_SECONDS = 5.0  # for one address of a host; the next is tried after it


class Deadline:
    """An instant of the monotonic clock after which nothing more is waited for."""

    def __init__(self, seconds: float, stopped: threading.Event) -> None:
        self._until = time.monotonic() + seconds
        self._stopped = stopped

    def left(self) -> float:
        """What remains [seconds]; zero when over or when the run is being stopped."""
        if self._stopped.is_set():
            return 0.0
        return max(0.0, self._until - time.monotonic())

    def within(self, seconds: float | None) -> float:
        """How long one operation may wait: its own limit or what is left [seconds].

        Raises:
            httpcore.ReadTimeout: nothing is left.
        """
        left = self.left()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left if seconds is None else min(seconds, left)


class TimedBackend(httpcore.NetworkBackend):
    """Connections under ``deadline``, to addresses that ``permits`` lets through.

    Args:
        deadline: of the present request; set anew for each.
        permits: whether a host's name may lead to an address.

    Attributes:
        is_unreached: the last attempt to connect, handshake included, did not succeed.
    """

    def __init__(self, deadline: Deadline, permits: Callable[[str, str], bool]) -> None:
        self.deadline = deadline
        self._permits = permits
        self._plain = httpcore.SyncBackend()
        self.is_unreached = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of a host's addresses that takes one.

        Raises:
            httpcore.ConnectError: no such name, an address that is not permitted, or none answers.
            httpcore.ConnectTimeout: the deadline is over, or the last address stays silent.
        """
        self.is_unreached = True
        failure: Exception = httpcore.ConnectError("the name leads to no address")
        for address in self._addresses(host, port, self.deadline.within(timeout)):
            if not self._permits(host, address):
                raise httpcore.ConnectError(
                    f"the name leads to {address}, inside this machine or link: refused"
                )
            try:
                stream = self._plain.connect_tcp(
                    address,
                    port,
                    self.deadline.within(min(timeout or _CONNECT_SECONDS, _CONNECT_SECONDS)),
                    local_address,
                    socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _TimedStream(stream, self)
        raise failure

    def _addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """Look a name up in a thread of its own: the system's resolver knows no deadline."""
        found: queue.Queue[list[str] | str] = queue.Queue()

        def look_up() -> None:
            try:
                rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:
                found.put(f"name look-up: {error}")
                return
            found.put([str(row[4][0]) for row in rows])

        threading.Thread(target=look_up, name="name look-up", daemon=True).start()
        try:
            answer = found.get(timeout=seconds)
        except queue.Empty:
            answer = "name look-up takes too long"
        if isinstance(answer, str):
            raise httpcore.ConnectError(answer)
        return answer


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every operation asks the backend's present deadline first."""

    def __init__(self, stream: httpcore.NetworkStream, backend: TimedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.deadline.within(timeout))
        self._backend.is_unreached = False  # someone takes what is sent

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = self._backend.deadline.within(timeout)
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, seconds), self._backend
        )

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
