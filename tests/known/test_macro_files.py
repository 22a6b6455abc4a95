"""Macro and sectors on the publishers' real files, where they are here."""

import csv
import io
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import stdev

import numpy as np
import polars as pl
import pytest

from schemas.core import (
    CORE_EVENT_DAILY,
    CORE_GAUGE_DAILY,
    CORE_MACRO_DAILY,
    CORE_RATE_DAILY,
)
from schemas.event_tables import MART_GDP_REVISION_DAILY
from schemas.frames import join_one
from schemas.live_feeds import CBOE, FRED, LIVE
from schemas.model import Table
from sources import knowledge
from sources.calendar import fetch_sessions, parse_sessions
from sources.dataset import Provenance
from sources.fomc import fetch_decisions, parse_decisions
from sources.fred import parse_graph
from transforms.as_known import as_known_daily_of
from transforms.core import session, wide_daily
from transforms.event import event_daily
from transforms.macro import macro_daily
from transforms.macro_surprise import surprises
from transforms.sector import sector_daily

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PROVENANCE = Provenance(datetime(2026, 1, 2, tzinfo=UTC), "0" * 64)
FIRST, LAST = date(1980, 1, 1), date(2023, 1, 31)
Extract = dict[date, float]

pytestmark = pytest.mark.real_data


def _bytes(name: str) -> bytes:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{path}: needs market files that are not ours to redistribute")
    return path.read_bytes()


def _graph(fred_id: str, name: str) -> pl.LazyFrame:
    """An extract under FRED's own header, which its collector had renamed."""
    body = _bytes(f"fred-extracts/{fred_id}.csv")
    body = body.replace(b"date,value", f"observation_date,{fred_id}".encode(), 1)
    return parse_graph(body, series_id=fred_id).with_columns(series_id=pl.lit(name))


def _values(frame: pl.LazyFrame) -> Extract:
    return dict(frame.select("event_date", "value").collect(engine="in-memory").rows())


@pytest.fixture(scope="module")
def raw_session() -> pl.LazyFrame:
    """The exchange's sessions over all that is read here."""
    return parse_sessions(fetch_sessions(FIRST, LAST))


def _panel(raw_session: pl.LazyFrame, *graphs: pl.LazyFrame) -> pl.LazyFrame:
    """What was known of some series, by their live feeds' rules."""
    grid = raw_session.select(pl.lit("spx_close").alias("series_id"),
                              event_date="session", value=pl.lit(1_000.0))  # fmt: skip
    rows = [
        knowledge.observations(figures, source=LIVE, publisher=publisher, sessions=raw_session,
                               provenance=PROVENANCE).rows
        for figures, publisher in [(grid, CBOE), *((graph, FRED) for graph in graphs)]
    ]  # fmt: skip
    core = session(_stored(raw_session))
    known = as_known_daily_of(LIVE)(core, pl.concat(rows))
    return known.collect(engine="in-memory").lazy()


def _stored(raw_session: pl.LazyFrame) -> pl.LazyFrame:
    return raw_session.with_columns(
        retrieved_at=pl.lit(PROVENANCE.retrieved_at), raw_sha256=pl.lit(PROVENANCE.raw_sha256)
    )


def _changes(index: Extract) -> list[tuple[date, float]]:
    months = sorted(index)
    return [(month, index[month] / index[before] - 1)
            for before, month in pairwise(months)]  # fmt: skip


def _surprise(index: Extract, month: date) -> float:
    """A slow twin: every month's forecast from a regression of its own, then its error's size."""
    changes = [(at, change) for at, change in _changes(index) if at <= month]
    errors = []
    for number in range(len(changes)):
        past = [change for _, change in changes[max(0, number - 63) : number]]
        rows = [[1.0, past[at - 1], past[at - 2], past[at - 3]] for at in range(3, len(past))]
        if len(rows) < 18:
            continue
        fitted, *_ = np.linalg.lstsq(np.array(rows), np.array(past[3:]))
        forecast = float(np.dot([1.0, past[-1], past[-2], past[-3]], fitted))
        errors.append(changes[number][1] - forecast)
    return errors[-1] / stdev(errors[:-1][-60:])


def test_consumer_prices(raw_session: pl.LazyFrame) -> None:
    """Prices that stopped rising in July 2022 and fell in November 2008 were surprises below zero."""
    graph = _graph("CPIAUCSL", "cpi")
    built = surprises(_panel(raw_session, graph), "cpi").collect(engine="in-memory")
    index = _values(graph)
    for month, known in (
        (date(2008, 11, 1), date(2008, 12, 31)),
        (date(2022, 7, 1), date(2022, 9, 1)),
    ):
        found = built.filter(pl.col("session") == known)["surprise"].to_list()
        assert found == [pytest.approx(_surprise(index, month), rel=1e-6)]
        assert found[0] < -2.0


def _nothing(table: Table, days: pl.LazyFrame) -> pl.LazyFrame:
    return days.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in table.schema.items()
        if name != "session"
    ).select(list(table.schema))


def test_decisions_move_the_two_year_yield(raw_session: pl.LazyFrame) -> None:
    """Each surprise is the change of the extract's yield from the business day before a decision."""
    graph = _graph("DGS2", "treasury_2y")
    panel = _panel(raw_session, graph)
    decisions = parse_decisions(fetch_decisions())
    events = event_daily(session(_stored(raw_session)), panel, decisions).collect(
        engine="in-memory"
    )
    days = panel.select("session").unique().sort("session")
    built = macro_daily(
        panel,
        wide_daily(CORE_RATE_DAILY)(panel),
        _nothing(CORE_MACRO_DAILY, days),
        CORE_EVENT_DAILY.conform(events.lazy()),
        _nothing(MART_GDP_REVISION_DAILY, days),
    ).collect(engine="in-memory")
    yields = _values(graph)
    quoted = sorted(yields)
    found = join_one(built.lazy(), events.lazy(), on="session").collect(engine="in-memory")
    checked = 0
    for day in (date(2014, 3, 19), date(2015, 3, 18), date(2016, 12, 14), date(2018, 12, 19)):
        before = quoted[quoted.index(day) - 1]
        row = found.filter(pl.col("session") > day).row(0, named=True)  # FRED has it a day later
        assert row["sessions_since_fomc"] == 1
        wanted = (yields[day] - yields[before]) / 100
        assert row["fomc_surprise"] == pytest.approx(wanted, abs=1e-12)
        checked += wanted != 0
    assert checked == 4


def test_real_estate_under_stress() -> None:
    """Before 2022 XLRE stood 12 % below its 21-session peak at Christmas 2018 and in 2020 only."""
    rows = list(csv.DictReader(io.StringIO(_bytes("sector-etf-close/XLRE.csv").decode())))
    days = [date.fromisoformat(row["date"]) for row in rows]
    closes = [float(row["close"]) for row in rows]
    wide = pl.LazyFrame({"session": days, "xlre_close": closes})
    missing = [name for name in CORE_GAUGE_DAILY.schema if name not in {"session", "xlre_close"}]
    frame = wide.with_columns(pl.lit(None, dtype=pl.Float64()).alias(name) for name in missing)
    built = sector_daily(frame).filter(pl.col("basket") == "reit").collect(engine="in-memory")
    wanted = [close / max(closes[at - 20 : at + 1]) - 1 if at >= 20 else None
              for at, close in enumerate(closes)]  # fmt: skip
    assert built["sector_drawdown_21d"].to_list() == [
        None if one is None else pytest.approx(one, abs=1e-12) for one in wanted
    ]
    low = built.filter(pl.col("sector_drawdown_21d") <= -0.12)["session"]
    assert set(low.filter(low < date(2022, 1, 1)).dt.year()) == {2018, 2020}
    assert low.filter(low.dt.year() == 2018).to_list() == [date(2018, 12, 24)]
    worst = built.sort("sector_drawdown_21d", nulls_last=True)["session"][0]
    assert worst == date(2020, 3, 23)
