"""Where a run says what it is doing; silent unless somebody listens."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("progress", default=None)


def report(text: str) -> None:
    """Tell the listener, if there is one, what happens now."""
    if (listener := _listener.get()) is not None:
        listener(text)


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A counter that tells the listener how many of a total are done, from any thread."""
    listener, done = _listener.get(), 0

    def advance(name: str) -> None:
        nonlocal done
        done += 1
        if listener is not None:
            listener(f"{what} {_bar(done, total)} {done} of {total}: {name}")

    yield advance


def _bar(done: int, total: int, width: int = 24) -> str:
    filled = width * done // max(total, 1)
    return "█" * filled + "·" * (width - filled)


@contextmanager
def shown_on_terminal() -> Iterator[None]:
    """Show progress on stderr while the block runs; nothing when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        token = _listener.set(status.update)
        try:
            yield
        finally:
            _listener.reset(token)
