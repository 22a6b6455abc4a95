"""What the rooms raise, as stops: one place that knows which fault ends with which exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

from flows.outcome import ExitCode, Stop
from policy.errors import PolicyError
from sources.errors import SourceError
from warehouse.errors import Busy, StoreError


@contextmanager
def as_stops() -> Iterator[None]:
    """Turn the rooms' own faults into stops; anything else is a bug and stays as it is."""
    try:
        yield
    except Busy as busy:
        raise Stop(str(busy), ExitCode.BUSY) from busy
    except SourceError as error:
        raise Stop(str(error), ExitCode.BAD_INPUT) from error
    except PolicyError as error:
        raise Stop(str(error), ExitCode.CONFIG) from error
    except StoreError as error:
        code = ExitCode.CONFIG if error.reason in {"folder", "space"} else ExitCode.BAD_INPUT
        raise Stop(str(error), code) from error
