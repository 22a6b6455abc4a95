"""What a series and its feeds are: who publishes it, when a value is known, how old it may get."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from schemas.columns import COLUMNS
from schemas.model import Column, SchemaError

Rule = Literal["after_close", "days_later", "sessions_later", "months_later", "stamped"]
Frequency = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]


@dataclass(frozen=True)
class Known:
    """When a value could first be known, as a rule over its event date.

    ``after_close``: ``minutes`` after the close of the event's session, half days included.
    ``days_later``: ``days`` calendar days later, at ``at`` New York time.
    ``sessions_later``: on the ``days``-th session after the event's date, at ``at``.
    ``months_later``: on ``day`` of the month ``months`` after the event's, at ``at``.
    ``stamped``: the publisher's own stamp, carried by the row.

    ``delayed`` names the events that came later than the rule says, and the day they came.
    """

    rule: Rule
    minutes: int = 0
    days: int = 0
    months: int = 0
    day: int = 1
    at: time = time(18, 0)
    delayed: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True)
class Feed:
    """Where one source gets a series, and how old a value may be before it warns or fails.

    Ages count sessions from the value's event date; beyond ``fail_after`` the value is taken out
    (null), never carried. ``scale`` turns the published unit into the column's. ``agrees_within``
    is how far this feed may be from the one listed before it [published unit]; null where the two
    do not measure the same to the digit.
    """

    source: str
    publisher: str
    remote_id: str
    frequency: Frequency
    known: Known
    warn_after: int
    fail_after: int
    scale: float = 1.0
    revised: str = "never"
    terms: str = ""
    redistributable: bool = False
    note: str = ""
    agrees_within: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits that could not warn before they fail."""
        if not 0 <= self.warn_after <= self.fail_after:
            raise SchemaError(
                f"{self.publisher} {self.remote_id}: warns after {self.warn_after} and fails after "
                f"{self.fail_after} sessions; accepted is 0 <= warn <= fail"
            )


@dataclass(frozen=True)
class Series:
    """One input of the methodology: its name, its core table and its feeds.

    Of several feeds for one source the newest event counts, and of one event the feed that is
    listed first.
    """

    id: str
    table: str
    feeds: tuple[Feed, ...]

    @property
    def column(self) -> Column:
        """The series' entry in the column dictionary."""
        return COLUMNS[self.id]

    def feeds_of(self, source: str) -> tuple[Feed, ...]:
        """The feeds that a source offers, the preferred first."""
        return tuple(feed for feed in self.feeds if feed.source == source)

    def feed(self, source: str) -> Feed | None:
        """The preferred feed that a source offers, or none."""
        return next(iter(self.feeds_of(source)), None)

    def feed_by(self, source: str, publisher: str) -> Feed | None:
        """The feed of one publisher, or none."""
        return next((f for f in self.feeds_of(source) if f.publisher == publisher), None)
