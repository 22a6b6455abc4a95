"""What the user chose for the live market: when, from where, with which keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import SecretStr

EXTRA = ("wsj", "yahoo", "defillama", "nasdaq", "midas")
"""Publishers asked only where the user turned them on: their terms, or their use, ask for it."""


@dataclass(frozen=True)
class Live:
    """What the user chose for the live market.

    Attributes:
        today: the New York date of the run.
        asked: the session to be described, where it is another.
        since: how far back to ask for files by year and by contract; null for what today needs.
        base_urls: address by publisher key, where it is not the publisher's own.
        fred_key: key of FRED's API; with it vintages are fetched.
        bls_key: key of the BLS's API; it answers without one, less often.
        contact: e-mail address for the SEC's user agent; without one EDGAR is not asked.
        extra: of ``EXTRA``, those turned on.
        own: folder of the user's own CSV files, each named after its series.
    """

    today: date
    asked: date | None = None
    since: date | None = None
    base_urls: Mapping[str, str] = field(default_factory=dict)
    fred_key: SecretStr | None = None
    bls_key: SecretStr | None = None
    contact: str = ""
    extra: frozenset[str] = frozenset()
    own: Path | None = None

    def days(self) -> tuple[date, ...]:
        """The days around which files by year and by contract are asked for."""
        return (self.today,) if self.asked is None else (self.asked, self.today)

    def years(self, first: int, back: int = 1) -> list[int]:
        """The years to ask for, oldest first: each day's and the one before; or all since."""
        if self.since is not None:
            return list(range(max(first, self.since.year), self.today.year + 1))
        wanted = {day.year - ago for day in self.days() for ago in range(back + 1)}
        return sorted(year for year in wanted if year >= first)
