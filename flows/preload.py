"""Import what a run will need while the orchestrator starts its server in a process of its own.

Two threads that import at once can see half-imported modules, so the flow's first act is to wait
for this thread, and nothing else imports meanwhile.
"""

import threading
from functools import cache


def _import_rooms() -> None:
    from briefing import render
    from expectations import run

    run.preload()
    render.preload()


@cache
def _thread() -> threading.Thread:
    thread = threading.Thread(target=_import_rooms, name="preload", daemon=True)
    thread.start()
    return thread


def start_preloading() -> None:
    """Begin in the background; a second call changes nothing."""
    _thread()


def preloaded() -> None:
    """Wait until everything is imported."""
    _thread().join()
