"""No row of the chain's tables depends on a later session, on a made chain of six sessions.

No offline source has option quotes, so these steps have no rows in the simulated market.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from pricing.black import black76_price
from schemas.core import CORE_SESSION
from schemas.raw import RAW_OPTION_QUOTE
from schemas.step import Step
from transforms.chain_steps import CHAIN_STEPS

Frames = dict[str, pl.DataFrame]
PrefixCheck = Callable[..., None]

NEW_YORK = ZoneInfo("America/New_York")
DAYS = [date(2024, 1, day) for day in (3, 4, 5, 8, 9, 10)]
UNPAIRED = {date(2024, 1, 8), date(2024, 1, 9)}  # without weeklies
MONTHLY, WEEKLIES = date(2024, 2, 16), (date(2024, 2, 2), date(2024, 2, 9))
YIELDS = ("rf_30d", "treasury_3m", "treasury_6m", "treasury_1y", "treasury_2y", "treasury_3y",
          "treasury_5y")  # fmt: skip


def _utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), NEW_YORK).astimezone(UTC)


def _sessions() -> pl.DataFrame:
    following = [*DAYS[1:], date(2024, 1, 11)]
    rows = [
        (day, _utc(day, 9, 30), _utc(day, 16), False, after, _utc(after, 7, 30))
        for day, after in zip(DAYS, following, strict=True)
    ]
    names = ("session", "open_at", "close_at", "is_half_day", "next_session", "decision_at")
    named = [dict(zip(names, row, strict=True)) for row in rows]
    return pl.DataFrame(named, schema=CORE_SESSION.schema)


def _expiry(day: date, root: str, expiry: date, hour: int) -> list[dict[str, object]]:
    """One expiry of a day's snapshot, at a volatility and an index that move with the day."""
    spot, vol = 4000.0 + 20.0 * (day.day % 5), 0.15 + 0.01 * (day.day % 4)
    years = max((expiry - day).days, 0.01) / 365.0
    strike = np.arange(2500.0, 5550.0, 50.0)
    rows: list[dict[str, object]] = []
    for right in ("C", "P"):
        mid = black76_price(
            spot * np.exp(0.03 * years), strike, years, vol, np.exp(-0.05 * years), right == "C"
        )
        rows += [
            {"quote_at": _utc(day, hour), "root": root, "expiry": expiry, "strike": k,
             "right": right, "bid": price - 0.05 if price > 0.05 else None, "ask": price + 0.05,
             "underlying": spot}
            for k, price in zip(strike.tolist(), mid.tolist(), strict=True)
        ]  # fmt: skip
    return rows


def _raw() -> pl.DataFrame:
    """Two snapshots a day, of which the later counts; the second one of one day came too late."""
    rows: list[dict[str, object]] = []
    for day in DAYS:
        for hour in (12, 16):
            rows += _expiry(day, "SPX", MONTHLY, hour) + _expiry(day, "SPXW", day, hour)
            if day not in UNPAIRED:
                rows += [row for one in WEEKLIES for row in _expiry(day, "SPXW", one, hour)]
    late = (pl.col("quote_at").dt.date() == date(2024, 1, 5)) & (pl.col("quote_at").dt.hour() > 18)
    delay = pl.when(late).then(timedelta(days=4)).otherwise(timedelta(minutes=15))
    return pl.DataFrame(rows, schema=RAW_OPTION_QUOTE.schema).with_columns(
        available_at=pl.col("quote_at") + delay,
        retrieved_at=pl.col("quote_at") + delay,
        raw_sha256=pl.lit("0" * 64),
    )


@pytest.fixture(scope="module")
def market() -> Frames:
    """The chain's inputs, and what the steps make of them."""
    days = pl.DataFrame({"session": DAYS})
    frames = {
        "core_session": _sessions(),
        "raw_option_quote": _raw(),
        "core_rate_daily": days.with_columns(pl.lit(0.045).alias(name) for name in YIELDS),
        "core_index_daily": days.with_columns(vix_close=pl.lit(16.0)),
    }
    for step in CHAIN_STEPS:
        made = step.build(*(frames[table.name].lazy() for table in step.inputs))
        assert isinstance(made, pl.LazyFrame)
        conformed = step.outputs[0].conform(made)
        frames[step.outputs[0].name] = conformed.collect(engine="in-memory")
    return frames


@pytest.mark.parametrize("step", CHAIN_STEPS, ids=[step.outputs[0].name for step in CHAIN_STEPS])
def test_chain_step_sees_no_future(
    step: Step, market: Frames, assert_prefix_stable: PrefixCheck
) -> None:
    """Built on what was known at any session, every row up to it is that of the full history."""
    assert_prefix_stable(step, market, least=2)


def test_late_snapshot_did_not_count(market: Frames) -> None:
    """The snapshot that came four days later is not that session's; the noon one is."""
    quotes = market["core_option_quote"].filter(pl.col("session") == date(2024, 1, 5))
    assert quotes.get_column("quote_at").unique().to_list() == [_utc(date(2024, 1, 5), 12)]


@pytest.mark.parametrize("step", CHAIN_STEPS, ids=[step.outputs[0].name for step in CHAIN_STEPS])
def test_without_chain(step: Step, market: Frames) -> None:
    """Without quotes each table is empty, or a row a session that is null but for other inputs."""
    empty = {name: frame.clear() if "option" in name or "parity" in name else frame
             for name, frame in market.items()}  # fmt: skip
    made = step.build(*(empty[table.name].lazy() for table in step.inputs))
    assert isinstance(made, pl.LazyFrame)
    found = step.outputs[0].conform(made).collect(engine="in-memory")
    if step.outputs[0].key == ("session",):
        own = found.drop("session", "vix_close", strict=False)
        assert found.height == len(DAYS)
        assert own.null_count().sum_horizontal()[0] == own.width * own.height
    else:
        assert found.is_empty()
