"""How a run ends: its exit code, its message, its page."""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What the process tells its caller; the same numbers are documented in the README."""

    COMPLETE = 0
    USAGE = 2
    DEGRADED = 10
    WITHHELD = 20
    REFUSED = 30
    UNMET = 64
    BAD_INPUT = 65
    BUG = 70
    BUSY = 75
    CONFIG = 78


class Stop(RuntimeError):  # noqa: N818 - most stops are no fault of the program
    """A run that cannot go on: one sentence for the user, and the exit code that fits it.

    ``notes`` are what else the user should know, a line each.
    """

    def __init__(self, message: str, code: ExitCode, notes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.notes = notes

    def __reduce__(self) -> tuple[type["Stop"], tuple[str, ExitCode, tuple[str, ...]]]:
        """Keep code and notes when the orchestrator copies the exception."""
        return type(self), (str(self), self.code, self.notes)


STATE_CODES = {
    "complete": ExitCode.COMPLETE,
    "degraded": ExitCode.DEGRADED,
    "withheld": ExitCode.WITHHELD,
    "closed": ExitCode.COMPLETE,
}


@dataclass(frozen=True)
class Outcome:
    """A run that ended as it should: with a page, or on a closed market with none.

    ``is_behind`` says that a later session than the described one has closed.
    """

    state: str
    message: str
    session: date | None = None
    run_id: str | None = None
    revision: int | None = None
    files: dict[str, Path] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    is_behind: bool = False

    @property
    def code(self) -> ExitCode:
        """The exit code of this state; a page that is behind the market is never complete."""
        code = STATE_CODES[self.state]
        return max(code, ExitCode.DEGRADED) if self.is_behind else code

    def as_json(self) -> dict[str, str | int | dict[str, str] | None]:
        """The outcome as plain values."""
        return {
            "state": self.state,
            "message": self.message,
            "session": None if self.session is None else self.session.isoformat(),
            "run_id": self.run_id,
            "revision": self.revision,
            "files": {kind: str(path) for kind, path in self.files.items()},
            "exit_code": int(self.code),
        }
