"""Revisions of GDP growth: the newest estimate of the newest quarter against its first."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import fsum

import polars as pl

from schemas.core import UNFIT
from schemas.frames import compare, join_one
from schemas.series import series

_GROWTH, _LEVEL = "gdp_growth", "gdp_real"
_STAMPED = sorted({
    feed.publisher
    for name in (_GROWTH, _LEVEL)
    for feed in series(name).feeds
    if feed.known.rule == "stamped"
})  # fmt: skip
_QUARTERS = 40
_QUARTERS_MIN = 12  # 30 % of the window
_SECOND_DAYS = 45  # after the first estimate; the second comes 4 weeks after it, the third 8
_REBASED = 0.015  # of the level: more is another base year or benchmark, not an estimate
_LARGE = 2.0
_EPOCH = date(1970, 1, 1)
_FOUND = {
    "gdp_quarter": pl.Date(),
    "gdp_growth_advance": pl.Float64(),
    "gdp_growth_newest": pl.Float64(),
    "gdp_estimate": pl.Int32(),
    "gdp_revision": pl.Float64(),
    "gdp_mean_abs_revision": pl.Float64(),
    "gdp_revision_quarters": pl.Int32(),
    "sessions_since_gdp_estimate": pl.Int32(),
}
_Row = tuple[int | None, int | None, float | None]
_Found = tuple[int | float | None, ...]


def gdp_revision_daily(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """The newest quarter's estimates as they came, and what such a revision usually is.

    ``gdp_revision = newest growth - first growth`` and ``is_gdp_revision_large`` where it exceeds
    twice the mean absolute revision of the same pair of estimates over the last 40 quarters that
    were complete by then. The panel is the history of vintages: it holds, session after session,
    the newest value known of the newest quarter, with its stamp. Only publishers that stamp their
    vintages are read. Growth is the published rate; where none is known, of the level on the last
    known level of the quarter before.

    Returns:
        One row per session. Null before a quarter's first estimate was seen to come; revision and
        flag null while it is the only one; mean and flag null with fewer than 12 quarters.

    Source:
        Bureau of Economic Analysis, the revisions to GDP, GDI and their major components;
        methodology 7.3.
    """
    grid = core_as_known_daily.select("session").unique().sort("session")
    fit = core_as_known_daily.filter(
        ~pl.col("freshness").is_in(UNFIT), pl.col("publisher").is_in(_STAMPED)
    )
    published = _estimates(grid, fit, _GROWTH)
    computed = _estimates(grid, fit, _LEVEL).rename({name: f"{name}_of_level" for name in _FOUND})
    has_published = pl.col("gdp_quarter").is_not_null()
    chosen = [
        pl.when(has_published).then(pl.col(name)).otherwise(pl.col(f"{name}_of_level")).alias(name)
        for name in _FOUND
    ]
    revision = pl.col("gdp_revision").abs()
    return (
        join_one(published, computed, on="session")
        .select("session", *chosen)
        .with_columns(
            is_gdp_revision_large=compare(revision, ">", _LARGE * pl.col("gdp_mean_abs_revision"))
        )
        .sort("session")
    )


def _estimates(grid: pl.LazyFrame, fit: pl.LazyFrame, series_id: str) -> pl.LazyFrame:
    rows = fit.filter(pl.col("series_id") == series_id).select(
        "session", "event_date", "value", stamped=pl.col("available_at").dt.date()
    )
    judge = _judged_growth if series_id == _GROWTH else _judged_level
    found = pl.struct("event_date", "stamped", "value").map_batches(
        judge, return_dtype=pl.Struct(_FOUND)
    )
    joined = join_one(grid, rows, on="session").sort("session")
    return joined.with_columns(found=found).select("session", "found").unnest("found")


def _judged_growth(rows: pl.Series) -> pl.Series:
    return _judged(rows, _rows(rows))


def _judged_level(rows: pl.Series) -> pl.Series:
    return _judged(rows, _growths(_rows(rows)))


def _rows(rows: pl.Series) -> Iterator[_Row]:
    events = rows.struct.field("event_date").to_physical().to_list()
    stamps = rows.struct.field("stamped").to_physical().to_list()
    return zip(events, stamps, rows.struct.field("value").to_list(), strict=True)


def _judged(rows: pl.Series, growths: Iterator[_Row]) -> pl.Series:
    schema = {**_FOUND, "gdp_quarter": pl.Int32()}
    found = pl.DataFrame(list(_found(growths)), schema=schema, orient="row")
    return found.with_columns(pl.col("gdp_quarter").cast(pl.Date())).to_struct(rows.name)


def _growths(levels: Iterator[_Row]) -> Iterator[_Row]:
    """Each level's growth on the quarter before, at an annual rate; null where it cannot be told."""
    quarter: int | None = None
    first = newest = 0.0
    before: float | None = None
    for event, stamp, level in levels:
        if event is None or stamp is None or level is None:
            yield None, None, None
            continue
        if event != quarter:
            before = newest if quarter is not None and _is_next(quarter, event) else None
            quarter, first = event, level
        newest = level
        is_rebased = abs(level / first - 1.0) > _REBASED
        yield event, stamp, None if before is None or is_rebased else (level / before) ** 4 - 1.0


def _is_next(quarter: int, event: int) -> bool:
    earlier, later = (_EPOCH + timedelta(days=day) for day in (quarter, event))
    return (later.year - earlier.year) * 12 + later.month - earlier.month == 3  # noqa: PLR2004  # months of a quarter


@dataclass
class _Quarter:
    """The estimates of one quarter as they come; without a growth it is no quarter to learn from."""

    event: int
    stamp: int
    advance: float | None
    second: float | None
    newest: float | None
    estimate: int = 1
    since: int = 0

    def take(self, stamp: int, growth: float | None) -> None:
        """One more session's figure: the one that stood, or a new estimate."""
        days = stamp - self.stamp
        estimate = 1 if days == 0 else 2 if days <= _SECOND_DAYS else 3
        is_new = estimate != self.estimate or growth != self.newest
        self.since = 0 if is_new else self.since + 1
        self.estimate, self.newest = estimate, growth
        if days <= _SECOND_DAYS:
            self.second = growth

    def revision(self) -> float | None:
        """The newest growth less the first; null while that is the only one."""
        if self.estimate == 1 or self.newest is None or self.advance is None:
            return None
        return self.newest - self.advance


@dataclass
class _Past:
    """Absolute revisions of complete quarters, to the second estimate and to the third."""

    second: deque[float] = field(default_factory=lambda: deque(maxlen=_QUARTERS))
    third: deque[float] = field(default_factory=lambda: deque(maxlen=_QUARTERS))

    def add(self, quarter: _Quarter) -> None:
        """A quarter that another has followed."""
        if quarter.advance is None or quarter.second is None or quarter.newest is None:
            return
        self.second.append(abs(quarter.second - quarter.advance))
        self.third.append(abs(quarter.newest - quarter.advance))

    def of(self, estimate: int) -> deque[float]:
        """The revisions of an estimate's pair."""
        return self.third if estimate > 2 else self.second  # noqa: PLR2004  # the third estimate


def _found(growths: Iterator[_Row]) -> Iterator[_Found]:
    past = _Past()
    quarter: _Quarter | None = None
    is_first = True  # its first estimate may have come before the panel begins
    nothing = (None,) * len(_FOUND)
    for event, stamp, growth in growths:
        if event is None or stamp is None:
            yield nothing
            continue
        if quarter is None or event != quarter.event:
            if quarter is not None and not is_first:
                past.add(quarter)
            is_first = quarter is None
            quarter = _Quarter(event, stamp, growth, growth, growth)
        else:
            quarter.take(stamp, growth)
        yield nothing if is_first else _row(quarter, past)


def _row(quarter: _Quarter, past: _Past) -> _Found:
    earlier = past.of(quarter.estimate)
    enough = quarter.estimate > 1 and len(earlier) >= _QUARTERS_MIN
    mean = fsum(earlier) / len(earlier) if enough else None
    return (
        quarter.event, quarter.advance, quarter.newest, quarter.estimate, quarter.revision(), mean,
        len(earlier), quarter.since,
    )  # fmt: skip
