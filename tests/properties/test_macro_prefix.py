"""Macro, liquidity and gauges see no future, on inputs that the simulated market does not offer.

Every series they read is made here, so that no column is null for want of a source.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from schemas.core import (
    CORE_AS_KNOWN_DAILY,
    CORE_EVENT_DAILY,
    CORE_GAUGE_DAILY,
    CORE_MACRO_DAILY,
    CORE_RATE_DAILY,
)
from schemas.frames import each_with, known_by
from schemas.model import Table
from schemas.step import Step
from transforms.event_steps import EVENT_STEPS
from transforms.gauge_steps import GAUGE_STEPS
from transforms.liquidity_steps import LIQUIDITY_STEPS

Frames = dict[str, pl.DataFrame]
PrefixCheck = Callable[..., None]

COUNT = 1_300
START = date(2015, 1, 1)
DAYS = [day for number in range(2 * COUNT) if (day := START + timedelta(days=number)).weekday() < 5]
DAYS = DAYS[:COUNT]
LEVELS = {  # of series that the steps read: where they start, and how far a day moves them
    "treasury_2y": (0.03, 0.004), "interbank_3m_us": (0.04, 0.002), "interbank_3m_ea": (0.02, 0.002),
    "interbank_3m_jp": (0.001, 0.0), "ig_oas": (0.012, 0.03), "sofr": (0.043, 0.001),
    "iorb": (0.044, 0.0), "dollar_broad": (110.0, 0.003), "bank_reserves": (3e6, 0.004),
    "reverse_repo": (500.0, 0.02), "gdp_nominal": (28_000.0, 0.0003), "spy_close": (400.0, 0.012),
    "spy_volume": (8e7, 0.2), "vnq_close": (90.0, 0.02), "xlre_close": (40.0, 0.02),
    "arkk_close": (60.0, 0.03), "kre_close": (55.0, 0.02), "mev_payment_mean": (0.05, 0.3),
    "mev_block_count": (7_000.0, 0.01),
    **{name: (1_000.0 + 100 * number, 0.01) for number, name in enumerate((
        "corporate_liquid_assets", "corporate_receivables", "corporate_paper",
        "corporate_bank_loans", "corporate_other_loans", "corporate_payables", "corporate_taxes"))},
}  # fmt: skip


def _wide(table: Table, random: np.random.Generator) -> pl.DataFrame:
    held: dict[str, list[object]] = {name: [None] * COUNT for name in table.schema}
    held["session"] = [*DAYS]
    for name in table.schema:
        if name in LEVELS:
            start, spread = LEVELS[name]
            path = start * np.exp(np.cumsum(spread * random.standard_normal(COUNT)))
            held[name] = [
                None if 11 <= day % 397 < 13 else x for day, x in enumerate(path.tolist())
            ]
    return pl.DataFrame(held, schema=table.schema)


def _events() -> pl.DataFrame:
    held: dict[str, list[object]] = {name: [None] * COUNT for name in CORE_EVENT_DAILY.schema}
    held["session"] = [*DAYS]
    held["sessions_since_fomc"] = [day % 33 for day in range(COUNT)]
    held["sessions_since_fomc_minutes"] = [(day + 15) % 33 for day in range(COUNT)]
    return pl.DataFrame(held, schema=CORE_EVENT_DAILY.schema)


def _released(name: str, months: int, random: np.random.Generator) -> list[tuple[object, ...]]:
    """A figure each so many months, known 20 days after its month, revised 28 and 56 days later."""
    firsts = [day for before, day in pairwise(DAYS) if before.month != day.month]
    events = [day.replace(day=1) for day in firsts if (day.month - 1) % months == 0]
    rows: list[tuple[object, ...]] = []
    level = 100.0
    for event in events:
        level *= float(np.exp(0.002 + 0.003 * random.standard_normal()))
        for place, days in enumerate((20, 48, 76) if months > 1 else (20,)):
            value = 0.02 + 0.01 * random.standard_normal() if name == "gdp_growth" else level
            known = event + timedelta(days=days)
            rows.append((known, name, event, value * (1 + 0.0005 * place)))
    return rows


def _panel(random: np.random.Generator) -> pl.DataFrame:
    news: list[tuple[object, ...]] = [(day, "spx_close", day, 1.0) for day in DAYS]
    for name in ("cpi", "core_cpi", "ppi_final_demand", "reer_broad"):
        news += _released(name, 1, random)
    news += _released("gdp_growth", 3, random)
    news += _released("midas_cancel_to_trade", 3, random)
    news += _released("midas_odd_lot_rate", 3, random)
    news += _released("midas_hidden_rate", 3, random)
    for name in ("treasury_2y", "dex_volume", "eth_close", "ipo_priced_count"):
        path = 10.0 * np.exp(np.cumsum(0.02 * random.standard_normal(COUNT)))
        news += [(day, name, day, value) for day, value in zip(DAYS, path.tolist(), strict=True)]
    frame = pl.LazyFrame(
        news,
        schema={"known": pl.Date(), "series_id": pl.String(), "event_date": pl.Date(),
                "value": pl.Float64()},
        orient="row",
    )  # fmt: skip
    grid = each_with(pl.LazyFrame({"session": DAYS}), frame.select("series_id").unique())
    known = known_by(
        grid, frame.sort("event_date"), left_on="session", right_on="known", by="series_id"
    )
    at = pl.col("known").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return CORE_AS_KNOWN_DAILY.conform(
        known.drop_nulls("event_date").select(
            "session", "series_id", "event_date", "value", publisher=pl.lit("ALFRED"),
            available_at=at, age_sessions=pl.lit(0, dtype=pl.Int32()), freshness=pl.lit("ok"),
            suspicion=pl.lit(None, dtype=pl.String()), raw_sha256=pl.lit("0" * 64),
        )
    ).collect(engine="in-memory")  # fmt: skip


STEPS = (*EVENT_STEPS, *LIQUIDITY_STEPS, *GAUGE_STEPS)


@pytest.fixture(scope="module")
def market() -> Frames:
    """Core tables with every series that the steps read, and what the steps make of them."""
    random = np.random.default_rng(5)
    frames = {
        "core_as_known_daily": _panel(random),
        "core_event_daily": _events(),
        **{table.name: _wide(table, random)
           for table in (CORE_RATE_DAILY, CORE_MACRO_DAILY, CORE_GAUGE_DAILY)},
    }  # fmt: skip
    for step in STEPS:
        built = step.build(*(frames[table.name].lazy() for table in step.inputs))
        assert isinstance(built, pl.LazyFrame)
        table = step.outputs[0]
        frames[table.name] = table.conform(built).collect(engine="in-memory")
    return frames


@pytest.mark.parametrize("step", STEPS, ids=[step.outputs[0].name for step in STEPS])
def test_step_sees_no_future(step: Step, market: Frames, assert_prefix_stable: PrefixCheck) -> None:
    """Built on what was known at any session, every row up to it is that of the full history."""
    assert_prefix_stable(step, market, every=7)


def test_available_at_is_before_the_session(market: Frames) -> None:
    """The panel made here holds nothing that was not known at its session."""
    late = pl.col("available_at") > pl.col("session").cast(pl.Datetime("us", "UTC"))
    assert market["core_as_known_daily"].filter(late).is_empty()
    assert market["core_as_known_daily"]["available_at"].min() >= datetime(2015, 1, 1, tzinfo=UTC)
