"""What can go wrong in the warehouse, and how the command line tells the cases apart."""

from typing import Literal

Reason = Literal["data", "file", "folder", "space"]


class StoreError(RuntimeError):
    """Rows, a file or a folder are not what the warehouse can keep.

    Attributes:
        reason: ``data`` rows break their declaration; ``file`` a stored file is damaged or was
            written by another version; ``folder`` a path cannot be written; ``space`` no room.
    """

    def __init__(self, message: str, *, reason: Reason = "data") -> None:
        super().__init__(message)
        self.reason: Reason = reason


class Busy(RuntimeError):  # noqa: N818 - a state to wait for, not a fault
    """Another process holds the run lock or the database file; nothing was touched."""
