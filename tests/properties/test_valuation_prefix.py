"""Valuation, sector betas and the sleeve never look ahead, on inputs that no offline source offers.

The simulated market has neither Shiller's workbook nor sector funds, so these inputs are made here:
every column is known, and each differs from session to session.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from schemas.book import BookTerms
from schemas.core import (
    CORE_AS_KNOWN_DAILY,
    CORE_MACRO_DAILY,
    CORE_RATE_DAILY,
    CORE_SESSION,
    CORE_VALUATION_DAILY,
)
from schemas.mart import MART_BOOK_DAILY, MART_COST_OF_EQUITY_DAILY, MART_VOL_GAP_DAILY
from schemas.model import Table
from schemas.step import Step
from schemas.valuation_tables import SECTOR_FUNDS
from transforms.drip import drip_step
from transforms.drip_path import VolTilt
from transforms.valuation_steps import VALUATION_STEPS

Frames = dict[str, pl.DataFrame]
Check = Callable[..., None]

# Ten years and more, or no month would have one ten years before; two sessions a week are enough.
DAYS = [
    day for offset in range(4_300)
    if (day := date(2010, 1, 4) + timedelta(days=offset)).weekday() in {1, 4}
]  # fmt: skip
LEVELS = {
    "spx_close": 3_000.0, "treasury_10y": 0.03, "rf_30d": 0.01, "treasury_real_10y": 0.01,
    "breakeven_10y": 0.02, "shiller_price": 2_900.0, "shiller_dividend": 60.0,
    "shiller_earnings": 140.0, "shiller_cpi": 250.0, "shiller_cape": 28.0,
    "corporate_equity": 6e7, "corporate_cash_flow": 2_500.0, "cash_flow0": 120.0,
    "erp_fcfe_marked": 0.05, "coe_f": 0.08, "erp_svix30": 0.03, "erp_svix365": 0.035,
    "coe_v_365d": 0.065, "vol_gap_z": 1.2, "carry_share": 0.02, "nav_usd": 1e6,
    "value_usd": -2_000.0, "cash_usd": 5_000.0, **{f"{sector}_close": 80.0 for sector in SECTOR_FUNDS},
}  # fmt: skip
_MONTHLY = ("shiller_price", "shiller_dividend", "shiller_cpi", "shiller_cape")


def _values(place: int) -> dict[str, float]:
    """Levels that go up and down, each in its own way."""
    return {
        name: level * (1.0 + 0.02 * (((place + 3) * (17 + kind) % 29) / 29 - 0.5))
        for kind, (name, level) in enumerate(LEVELS.items())
    }


def _frame(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    held = {name: [row[name] for row in rows] for name in table.schema if name in rows[0]}
    frame = pl.DataFrame(held, schema_overrides={name: table.schema[name] for name in held})
    missing = [pl.lit(None, dtype=t).alias(n) for n, t in table.schema.items() if n not in held]
    return frame.with_columns(missing).select(list(table.schema))


@pytest.fixture(scope="module")
def market() -> Frames:
    """One frame a table, all on the same sessions; months become known forty days later."""
    rows = [{"session": day, "book": "model", **_values(place)} for place, day in enumerate(DAYS)]
    known = [
        {"session": row["session"], "series_id": name, "value": row[name], "freshness": "ok",
         "event_date": (row["session"] - timedelta(days=40)).replace(day=1)
         if name in _MONTHLY else row["session"]}
        for row in rows
        for name in (*_MONTHLY, "spx_close", *(f"{sector}_close" for sector in SECTOR_FUNDS))
    ]  # fmt: skip
    instant = datetime(2010, 1, 4, 12, tzinfo=UTC)
    calendar = [
        {"session": day, "next_session": after, "open_at": instant, "close_at": instant,
         "is_half_day": False, "decision_at": datetime.combine(after, datetime.min.time(), tzinfo=UTC)}
        for day, after in zip(DAYS, [*DAYS[1:], DAYS[-1] + timedelta(days=3)], strict=True)
    ]  # fmt: skip
    tables = (CORE_RATE_DAILY, CORE_VALUATION_DAILY, CORE_MACRO_DAILY, MART_COST_OF_EQUITY_DAILY,
              MART_VOL_GAP_DAILY, MART_BOOK_DAILY)  # fmt: skip
    return {
        **{table.name: _frame(table, rows) for table in tables},
        CORE_AS_KNOWN_DAILY.name: _frame(CORE_AS_KNOWN_DAILY, known),
        CORE_SESSION.name: _frame(CORE_SESSION, calendar),
    }


STEPS = (
    *VALUATION_STEPS,
    drip_step(BookTerms()),
    drip_step(BookTerms(), VolTilt(enter=1.2, release=1.19)),
)


@pytest.mark.parametrize("step", STEPS, ids=["valuation", "sector beta", "drip", "tilted drip"])
def test_step_sees_no_future(step: Step, market: Frames, assert_prefix_stable: Check) -> None:
    """Built on what was known at a session, every row up to it is that of the full history."""
    frames = {table.name: market[table.name] for table in step.inputs}
    assert_prefix_stable(step, frames, every=37)
