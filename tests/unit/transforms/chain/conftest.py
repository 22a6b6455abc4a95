"""Chains whose forward, rate and volatility are known, because they are priced from them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from pricing.black import black76_price
from schemas.core import CORE_OPTION_QUOTE, CORE_SESSION
from schemas.raw import RAW_OPTION_QUOTE
from transforms.chain_boards import quoted

SESSION, FOLLOWING = date(2024, 1, 5), date(2024, 1, 8)  # a Friday and the Monday after it
NEW_YORK = ZoneInfo("America/New_York")
CLOSE = datetime(2024, 1, 5, 16, 0, tzinfo=NEW_YORK)
SPOT, RATE, YIELD = 4000.0, 0.05, 0.015
TENORS = ("rf_30d", "treasury_3m", "treasury_6m", "treasury_1y", "treasury_2y", "treasury_3y",
          "treasury_5y")  # fmt: skip


class Listed(NamedTuple):
    """One expiry of a made chain."""

    root: str
    expiry: date
    vol: float = 0.20
    half_spread: float = 0.05


Chain = Callable[..., pl.DataFrame]


def years(listed: Listed) -> float:
    """Calendar time from the close to the settlement, written anew."""
    at = time(16, 0) if listed.root == "SPXW" else time(9, 30)
    # In UTC: between two times of one zone Python counts the clock's hours, not those that pass.
    life = datetime.combine(listed.expiry, at, NEW_YORK).astimezone(UTC) - CLOSE.astimezone(UTC)
    return life.total_seconds() / (365 * 86_400)


def forward(listed: Listed) -> float:
    """Forward that the made quotes are priced on."""
    return float(SPOT * np.exp((RATE - YIELD) * years(listed)))


def _priced(listed: Listed, strike: np.ndarray) -> list[tuple[object, ...]]:
    time_left = years(listed)
    discount = float(np.exp(-RATE * time_left))
    rows = []
    for right in ("C", "P"):
        mid = black76_price(forward(listed), strike, time_left, listed.vol, discount, right == "C")
        bid = np.maximum(mid - listed.half_spread, 0.0)
        rows += [
            (listed.root, listed.expiry, k, right, b if b > 0.0 else None, a)
            for k, b, a in zip(strike.tolist(), bid.tolist(), (mid + listed.half_spread).tolist(),
                               strict=True)
        ]  # fmt: skip
    return rows


@pytest.fixture
def sessions() -> pl.DataFrame:
    """Two sessions with their decision times."""
    rows = []
    for day, after in ((SESSION, FOLLOWING), (FOLLOWING, FOLLOWING + timedelta(days=1))):
        of = [datetime.combine(day, time(*clock), NEW_YORK) for clock in ((9, 30), (16, 0))]
        decision = datetime.combine(after, time(7, 30), NEW_YORK)
        rows.append((day, *of, False, after, decision))
    names = ("session", "open_at", "close_at", "is_half_day", "next_session", "decision_at")
    return pl.DataFrame(
        [dict(zip(names, row, strict=True)) for row in rows], schema=CORE_SESSION.schema
    )


@pytest.fixture
def rates() -> pl.DataFrame:
    """Par yields of 5 % at every tenor on both sessions."""
    return pl.DataFrame({"session": [SESSION, FOLLOWING]}).with_columns(
        pl.lit(0.05).alias(name) for name in TENORS
    )


@pytest.fixture
def priced_on() -> Callable[[str, date], tuple[float, float, float]]:
    """Years, forward and discount factor that the chain's quotes of an expiry are priced on."""

    def of(root: str, expiry: date) -> tuple[float, float, float]:
        listed = Listed(root, expiry)
        return years(listed), forward(listed), float(np.exp(-RATE * years(listed)))

    return of


@pytest.fixture
def chain() -> Chain:
    """Rows of ``core_option_quote`` at the session's close.

    Called with (root, expiry, volatility, half-spread) of each expiry, the last two as needed.
    """

    def of(*listed: tuple[object, ...], low: float = 2000.0, high: float = 6000.0,
           step: float = 10.0) -> pl.DataFrame:  # fmt: skip
        strike = np.arange(low, high + step, step)
        rows = [row for one in listed for row in _priced(Listed(*one), strike)]
        names = ("root", "expiry", "strike", "right", "bid", "ask")
        made = pl.DataFrame(rows, schema=names, orient="row")
        two_sided = pl.col("bid").is_not_null()
        return made.with_columns(
            session=pl.lit(SESSION),
            mid=pl.when(two_sided).then((pl.col("bid") + pl.col("ask")) / 2),
            underlying=pl.lit(SPOT),
            quote_at=pl.lit(CLOSE.astimezone(UTC)).cast(pl.Datetime("us", "UTC")),
            quote_fault=pl.when(~two_sided).then(pl.lit("zero_bid")),
        ).select(CORE_OPTION_QUOTE.schema.names()).cast(CORE_OPTION_QUOTE.schema)  # fmt: skip

    return of


@pytest.fixture
def raw() -> Callable[..., pl.DataFrame]:
    """Rows of ``raw_option_quote`` from (quote_at, root, expiry, strike, right, bid, ask)."""

    def of(*rows: tuple[object, ...], underlying: float = SPOT) -> pl.DataFrame:
        names = ("quote_at", "root", "expiry", "strike", "right", "bid", "ask")
        made = [dict(zip(names, row, strict=True)) for row in rows]
        frame = pl.DataFrame(
            made, schema={name: RAW_OPTION_QUOTE.schema[name] for name in names}
        ).with_columns(
            underlying=pl.lit(underlying),
            available_at=pl.col("quote_at") + pl.duration(minutes=15),
            retrieved_at=pl.col("quote_at"),
            raw_sha256=pl.lit("0" * 64),
        )
        missing = [
            pl.lit(None, dtype=dtype).alias(name)
            for name, dtype in RAW_OPTION_QUOTE.schema.items()
            if name not in frame.columns
        ]
        return frame.with_columns(missing).select(RAW_OPTION_QUOTE.schema.names())

    return of


@pytest.fixture
def rows_of(sessions: pl.DataFrame, rates: pl.DataFrame) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """The chain as ``quoted`` hands it on."""

    def of(quotes: pl.DataFrame) -> pl.DataFrame:
        made = quoted(sessions.lazy(), quotes.lazy(), rates.lazy())
        return made.collect(engine="in-memory")

    return of
