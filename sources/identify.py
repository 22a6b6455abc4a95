"""What a file is: every parser of the live market tries it, and says what it holds or refuses."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import polars as pl
from pydantic import SecretStr

from schemas import live_feeds as feeds
from schemas.feed import Feed
from schemas.raw import RAW_EVENT, RAW_OBSERVATION, RAW_VX_SETTLEMENT
from schemas.series import SERIES
from sources import breadth, cfe, edgar, live, market, midas
from sources.calendar import fetch_sessions, parse_sessions
from sources.dataset import Dataset, Provenance
from sources.errors import SourceError
from sources.live_choices import EXTRA, Live
from sources.payload import accept
from sources.request import MIB, Request
from sources.simulated import Simulation

LARGEST = 64 * MIB  # of a file that is looked into [bytes]
_NEAREST = 3  # refusals told
_DAY = re.compile(r"((?:19|20)[0-9]{2})[-_]?([01][0-9])[-_]?([0-3][0-9])")
_MONTH = re.compile(r"((?:19|20)[0-9]{2})[-_]([01][0-9])(?![0-9])")
_DATED = re.compile(r"_[0-9]{4}(-[0-9]{2})*(_archive)?$")  # files by date have one format
_LINE = re.compile(r"\bline ([0-9]+)")
_NO_SESSION = "the date is no session of the exchange, or had not come"
_GROUPS = {
    RAW_OBSERVATION.name: (pl.col("series_id"), pl.col("event_date"), pl.col("value")),
    RAW_VX_SETTLEMENT.name: (pl.lit("VX settlements"), pl.col("event_date"), pl.col("settle")),
    RAW_EVENT.name: (pl.col("event_kind"), pl.col("event_date"), pl.lit(None, pl.Float64())),
}


@dataclass(frozen=True)
class Reading:
    """A dataset whose parser accepts the file, and what it finds in it.

    Attributes:
        dataset: whose file it may be.
        summary: what, rows, first, last, lowest, highest, implausible: a row per series.
        left_out: reason and rows: what a run would not take in.
        is_named: whether the file's name says that it is this one.
    """

    dataset: Dataset
    summary: pl.LazyFrame
    left_out: pl.LazyFrame
    is_named: bool


@dataclass(frozen=True)
class Identity:
    """What a file may be: the readings, those that its name fits first, or the nearest refusals."""

    readings: tuple[Reading, ...]
    near_misses: tuple[tuple[str, str], ...]


def identify(payload: bytes, stem: str, seen_at: datetime) -> Identity:
    """Let every adapter of the live market read a file.

    Args:
        payload: its bytes; at most ``LARGEST`` are looked into.
        stem: its name without the ending; where bytes fit several datasets it tells which.
        seen_at: now, with a time zone: what lies after it has not come.
    """
    if len(payload) > LARGEST:
        why = (
            f"{len(payload):,} bytes; accepted are {LARGEST:,}; a publisher's file is smaller: see "
            "what this one is"
        )
        return Identity((), ((stem, why),))
    readings, refusals = [], []
    for dataset in _candidates(stem.lower(), seen_at.date(), payload):
        is_named = _is_named(dataset.name, stem.lower())
        try:
            readings.append(_reading(dataset, payload, seen_at, is_named=is_named))
        except SourceError as error:
            place = max((int(found) for found in _LINE.findall(str(error))), default=0)
            refusals.append((is_named, place, dataset.name, str(error)))
    readings.sort(key=lambda one: not one.is_named)
    by_kind = {_DATED.sub("", one.dataset.name): one for one in reversed(readings)}
    ordered = sorted(refusals, key=lambda one: one[:2])
    nearest = list({_DATED.sub("", name): (name, said) for _, _, name, said in ordered}.values())
    return Identity(tuple(reversed(by_kind.values())), tuple(reversed(nearest))[:_NEAREST])


def own_feed(series_id: str) -> tuple[str, float | None, float | None]:
    """Unit and plausible range in which a user's own file gives a series.

    Returns:
        The unit's name, lowest and highest plausible value; null for no bound.
    """
    column = next(entry.column for entry in SERIES if entry.id == series_id)
    return str(column.unit), column.ge, column.le


def _candidates(stem: str, today: date, payload: bytes) -> list[Dataset]:
    choices = Live(today=today, fred_key=SecretStr(""), contact="-", extra=frozenset(EXTRA))
    found = [one for one in market.datasets("live", Simulation(), choices)
             if isinstance(one.where, Request) or one.name.endswith(("workbook", "quarter"))]  # fmt: skip
    found = [one for one in found if one.table is not None and _could_be(one, payload)]
    names = {one.name for one in found}
    dated = [f"{kind}_{day}" for day in _days(stem) for kind in ("edgar", "vx_day")]
    dated += [f"nasdaq_ipo_{year}-{month}" for year, month in _MONTH.findall(stem)]
    further = [live.archived(name) for name in dated if name not in names]
    own = live.archived(f"own_{stem}") if payload[:4].lower() == b"date" else None
    return [*([own] if own else []), *(one for one in further if one), *found]


def _days(stem: str) -> list[date]:
    found = []
    for year, month, day in _DAY.findall(stem):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue  # digits that look like a date and are none
    return found


def _could_be(dataset: Dataset, payload: bytes) -> bool:
    """Whether the first bytes are of the kind that the dataset's publisher serves."""
    if not isinstance(dataset.where, Request):
        return True
    try:
        accept(payload, dataset.where.kind, "", place=dataset.name)
    except SourceError:
        return False
    return True


def _is_named(name: str, stem: str) -> bool:
    words = set(re.split(r"[^a-z0-9]+", stem))
    own = re.split(r"[_-]+", name)[1:]
    return name == stem or (bool(own) and words.issuperset(own))


def _reading(dataset: Dataset, payload: bytes, seen_at: datetime, *, is_named: bool) -> Reading:
    figures = dataset.parse(payload)
    left = [_by_adapter(dataset, payload)]
    if dataset.table in (RAW_OBSERVATION, RAW_VX_SETTLEMENT):
        timed = market.raw_rows(
            dataset, payload, source=feeds.LIVE, sessions=_sessions(seen_at.date()),
            provenance=Provenance(seen_at, ""),
        )  # fmt: skip
        # A literal alone would be one row, whatever was left out.
        left.append(timed.left_out.with_columns(reason=pl.lit(_NO_SESSION)).select("reason"))
    reasons = pl.concat([one for one in left if one is not None] or [_none()])
    counted = reasons.group_by("reason").agg(pl.len().alias("rows")).sort("reason")
    return Reading(dataset, _summary(dataset, figures), counted, is_named)


def _none() -> pl.LazyFrame:
    return pl.LazyFrame(schema={"reason": pl.String()})


def _summary(dataset: Dataset, figures: pl.LazyFrame) -> pl.LazyFrame:
    table = "" if dataset.table is None else dataset.table.name
    what, day, value = _GROUPS.get(
        table, (pl.lit(table), pl.lit(None, pl.Date()), pl.lit(None, pl.Float64()))
    )
    rows = figures.select(what.alias("what"), day.alias("day"), value.alias("value"))
    scale, low, high = (_of_series(dataset.publisher, part) for part in range(3))
    scaled = pl.col("value") * scale
    is_strange = (scaled < low) | (scaled > high)
    return (
        rows.with_columns(is_strange.fill_null(value=False).alias("is_strange"))
        .group_by("what")
        .agg(
            pl.len().alias("rows"), pl.col("day").min().alias("first"),
            pl.col("day").max().alias("last"), pl.col("value").min().alias("lowest"),
            pl.col("value").max().alias("highest"), pl.col("is_strange").sum().alias("implausible"),
        )
        .sort("what")
    )  # fmt: skip


def _of_series(publisher: str, part: int) -> pl.Expr:
    """Scale, lowest or highest plausible value of the series in column ``what``."""

    def told(feed: Feed, low: float | None, high: float | None) -> float | None:
        bound = (feed.scale, low, high)[part]
        return None if bound is None else float(bound)  # columns state whole bounds as integers

    values = {
        entry.id: told(feed, entry.column.ge, entry.column.le)
        for entry in SERIES
        if (feed := entry.feed_by(feeds.LIVE, publisher)) is not None
    }
    return pl.col("what").replace_strict(
        list(values), list(values.values()), default=None, return_dtype=pl.Float64()
    )


@lru_cache(maxsize=1)
def _sessions(today: date) -> pl.LazyFrame:
    return parse_sessions(fetch_sessions(live.FIRST_DAY, today + timedelta(days=400)))


_ADAPTERS: tuple[tuple[str, Callable[[str, bytes], pl.LazyFrame]], ...] = (
    ("vx_day_", lambda _, payload: cfe.left_out_settlements(payload)),
    ("vx_", lambda _, payload: cfe.left_out_of_contract(payload)),
    ("breadth_", lambda kind, payload: breadth.left_out_of_breadth(payload, kind=kind)),
    ("midas_quarter", lambda _, payload: midas.left_out_of_metrics(payload)),
    ("edgar_", lambda day, payload: edgar.left_out_of_daily_index(
        payload, day=date.fromisoformat(day))),
)  # fmt: skip


def _by_adapter(dataset: Dataset, payload: bytes) -> pl.LazyFrame | None:
    for prefix, left_out in _ADAPTERS:
        if dataset.name.startswith(prefix):
            return left_out(dataset.name.removeprefix(prefix), payload).select("reason")
    return None
