"""Where a dataset lies at its publisher: strings only, the transport is another module's business."""

from dataclasses import dataclass
from typing import Literal

from sources.errors import SourceError

Body = Literal["csv", "json", "html", "xls", "xlsx", "zip"]


@dataclass(frozen=True)
class Remote:
    """One address below a publisher's base URL, and what it must answer with.

    ``path`` starts with a slash and holds no query; ``params`` are joined and escaped by the
    transport. ``site`` names the base URL where a publisher has several hosts, and is empty where
    it has one.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()
    expects: Body = "csv"
    site: str = ""

    def __post_init__(self) -> None:
        """Refuse what a base URL could not simply be put in front of.

        Raises:
            SourceError: a path that is not absolute, climbs, or carries a host, query or space.
        """
        parts = self.path.split("/")
        if parts[0] or len(parts) < 2 or "" in parts[1:-1] or ".." in parts:  # noqa: PLR2004
            raise SourceError(
                f"remote path {self.path!r}: not below a base URL; accepted is a path as "
                "/folder/file.csv"
            )
        if any(mark in self.path for mark in "?#:\\ "):
            raise SourceError(
                f"remote path {self.path!r}: holds a query, a fragment, a host or a space; put "
                "what follows the question mark into params"
            )
