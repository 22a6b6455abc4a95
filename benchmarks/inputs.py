"""The live market's files: parsed and taken in, against plain Polars reads of the same bytes.

Two works. All real files there are, where they lie beside the project; and a made-up archive of 25
years and 60 series whose newest months were revised again and again, which shows what vintages cost.
"""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks.measure import ROOT, Figure, interleaved, seconds
from flows.collect import collect
from flows.intake import take_in
from flows.plan import Plan, Wish, plan_of
from flows.settings import load_settings
from replay.server import serving
from schemas.catalogue import TABLES
from schemas.live_feeds import FRED, LIVE
from schemas.raw import RAW_OBSERVATION
from schemas.series import SERIES
from sources import live
from sources.dataset import Dataset, Provenance
from sources.live_choices import Live
from sources.market import raw_rows
from sources.publishers import PUBLISHERS
from transforms.steps import steps
from warehouse.snapshots import Snapshots
from warehouse.store import Store

SHARED = ROOT.parent / "shared" / "data"
DAY = date(2022, 12, 30)
YEARS, SERIES_COUNT, VINTAGES = 25, 60, (1, 4, 16)
_ARRIVED = datetime(2023, 1, 2, 12, tzinfo=UTC)
_REPEATS = 3


def figures(folder: Path) -> list[Figure]:
    """P9: parsing and taking in; null where the real files are not there, said in the table."""
    return [*_real(folder / "real"), *_grown(folder / "grown")]


def _plan(folder: Path, choices: Live) -> Plan:
    plan = plan_of(Wish(as_of=DAY, source="live"), load_settings())
    made = replace(plan, data=folder / "var", out=folder / "out", live=choices)
    made.data.mkdir(parents=True, exist_ok=True)
    return made


@contextmanager
def _served(folder: Path) -> Iterator[Live]:
    with serving(folder) as base:
        urls = {key: f"{base}/{key}" for key in PUBLISHERS}
        yield Live(today=DAY + timedelta(days=3), since=date(2004, 1, 1), base_urls=urls)


def _real(folder: Path) -> list[Figure]:
    if not SHARED.is_dir():
        return []
    with _served(SHARED) as choices:
        plan = _plan(folder, choices)
        collect(plan)
    archive, known = Snapshots(plan.archive), live.datasets(choices)
    held = [(one, archive.newest(one.name)) for one in known if one.table is not None]
    bodies = [(one, archive.get(found.sha256)) for one, found in held if found is not None]
    text = [body for _, body in bodies if body[:2] not in (b"PK", b"\xd0\xcf", b"{\n", b'{"')]
    taken = interleaved(
        {
            "parse": lambda: seconds(lambda: _parsed(bodies)),
            "load": lambda: seconds(lambda: _loaded(plan)),
            "plain": lambda: seconds(lambda: _plain(text)),
        },
        _REPEATS,
    )
    reads = f"Polars' own read of the {len(text)} text files among them"
    return [
        Figure("P9", f"parsing {len(bodies)} real files", reads, taken["parse"] / taken["plain"]),
        Figure("P9", "parsing, timing, merging and storing them", reads,
               taken["load"] / taken["plain"]),
    ]  # fmt: skip


def _parsed(bodies: list[tuple[Dataset, bytes]]) -> None:
    for dataset, body in bodies:
        dataset.parse(body).collect(engine="in-memory")


def _plain(bodies: list[bytes]) -> None:
    for body in bodies:
        pl.read_csv(io.BytesIO(body), has_header=False, truncate_ragged_lines=True,
                    infer_schema=False, quote_char=None)  # fmt: skip


def _loaded(plan: Plan) -> None:
    plan.warehouse.unlink(missing_ok=True)
    with Store.open(plan.warehouse) as store:
        store.create(tuple(TABLES.values()))
        with store.transaction():
            take_in(plan, store)


def _grown(folder: Path) -> list[Figure]:
    """Rebuilds of the as-known panel over more and more vintages of the same events."""
    taken = {count: _rebuild_seconds(folder / str(count), count) for count in VINTAGES}
    first = taken[VINTAGES[0]]
    return [
        Figure("P9", f"as-known rebuild, {YEARS} years x {SERIES_COUNT} series, {count} vintages",
               "the same with one", seconds_taken / first)
        for count, seconds_taken in taken.items()
        if count != VINTAGES[0]
    ]  # fmt: skip


def _rebuild_seconds(folder: Path, vintages: int) -> float:
    folder.mkdir(parents=True)
    with Store.open(folder / "volbrief.duckdb") as store:
        store.create(tuple(TABLES.values()))
        _fill(store, vintages)
        known = steps(LIVE)[:2]
        taken = [
            seconds(lambda: [store.replace(one.outputs, [_made(store, one)]) for one in known])
            for _ in range(_REPEATS)
        ]
    shutil.rmtree(folder)
    return median(taken)


def _made(store: Store, step: object) -> pl.LazyFrame:
    made = step.build(*(store.read(table) for table in step.inputs))  # type: ignore[attr-defined]
    assert isinstance(made, pl.LazyFrame)  # noqa: S101  # both steps make one table
    return made


def _fill(store: Store, vintages: int) -> None:
    choices = Live(today=DAY)
    calendar = live.datasets(choices)[0]
    provenance = Provenance(_ARRIVED, "0" * 64)
    payload = b"" if calendar.fetch is None else calendar.fetch()
    sessions = raw_rows(calendar, payload, source=LIVE, sessions=None, provenance=provenance)
    assert calendar.table is not None  # noqa: S101
    store.replace([calendar.table], [sessions.rows])
    names = [one.id for one in SERIES if one.feed_by(LIVE, FRED) is not None][:SERIES_COUNT]
    store.append(RAW_OBSERVATION, _observations(names, vintages))


def _observations(names: list[str], vintages: int) -> pl.LazyFrame:
    """Daily values of 25 years; the last year's restated by each later vintage, a day apart."""
    first = DAY - timedelta(days=365 * YEARS)
    days = pl.date_range(first, DAY, "1d", eager=True)
    days = days.filter(days.dt.weekday() <= 5)  # noqa: PLR2004
    base = pl.LazyFrame({"event_date": days}).join(pl.LazyFrame({"series_id": names}), how="cross")
    rows = [base if not count else base.filter(pl.col("event_date") > DAY - timedelta(days=365))
            for count in range(vintages)]  # fmt: skip
    known = pl.col("event_date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    stamped = [
        one.with_columns(
            available_at=known + pl.duration(days=1 + count), value=pl.lit(2.0 + count / 100)
        )
        for count, one in enumerate(rows)
    ]
    return pl.concat(stamped).select(
        "series_id", pl.lit(FRED).alias("publisher"), "event_date", "value", "available_at",
        pl.lit(value=True).alias("is_reconstructed"),
        pl.lit(_ARRIVED, dtype=pl.Datetime("us", "UTC")).alias("retrieved_at"),
        pl.lit("0" * 64).alias("raw_sha256"),
    )  # fmt: skip
