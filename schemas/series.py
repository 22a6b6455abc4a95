"""The series catalogue: every input once, and for each source the feeds it comes from.

A series' name is its column's name; unit and plausible range are the column's. A feed says who
publishes it, in which unit, when a value becomes known and how old it may get. Fetching, checks,
freshness, the page's provenance and docs/sources.md all read it here.
"""

from dataclasses import replace

from schemas.feed import Series
from schemas.lineage import SHOWN
from schemas.live_feeds import LIVE, OWN, own
from schemas.macro_series import GAUGE_SERIES, MACRO_SERIES
from schemas.market_series import BREADTH_SERIES, MARKET_SERIES, SECTOR_SERIES
from schemas.model import SchemaError
from schemas.offline_feeds import with_simulated
from schemas.rate_series import RATE_SERIES, VALUATION_SERIES

SOURCES = ("sample", "simulated", "live")


def _with_own(entry: Series) -> Series:
    """The series with the user's own file as its last live feed, timed by the first rule there is."""
    ruled = [feed for feed in (*entry.feeds_of(LIVE), *entry.feeds) if feed.known.rule != "stamped"]
    return replace(entry, feeds=(*entry.feeds, own(next(iter(ruled), None))))


SERIES: tuple[Series, ...] = tuple(
    _with_own(with_simulated(entry))
    for entry in (
        *MARKET_SERIES, *RATE_SERIES, *VALUATION_SERIES, *MACRO_SERIES, *BREADTH_SERIES,
        *SECTOR_SERIES, *GAUGE_SERIES,
    )
)  # fmt: skip

USED: frozenset[str] = frozenset(name for inputs in SHOWN.values() for name in inputs)
"""Series that some measure is made from; the others are collected and shown, and degrade nothing."""


def series(series_id: str) -> Series:
    """One entry of the catalogue.

    Raises:
        SchemaError: no such series; the message lists those there are.
    """
    for entry in SERIES:
        if entry.id == series_id:
            return entry
    raise SchemaError(f"series {series_id!r}: not in the catalogue; it has "
                      f"{', '.join(entry.id for entry in SERIES)}")  # fmt: skip


def series_of(table_name: str) -> tuple[Series, ...]:
    """The series that a core table holds, in catalogue order."""
    return tuple(entry for entry in SERIES if entry.table == table_name)


def offered_by(source: str) -> tuple[Series, ...]:
    """The series that a source offers, in catalogue order; a file the user may bring is no offer."""
    return tuple(
        entry for entry in SERIES if any(f.publisher != OWN for f in entry.feeds_of(source))
    )


def watched(source: str) -> tuple[Series, ...]:
    """The offered series that some measure is made from: these must be there, and fresh."""
    return tuple(entry for entry in offered_by(source) if entry.id in USED)
