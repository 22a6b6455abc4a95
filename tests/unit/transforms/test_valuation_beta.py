"""Sector betas: against scipy on planted returns, over calendar weeks, and what is not known."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from scipy.stats import linregress

from schemas.core import CORE_AS_KNOWN_DAILY, CORE_RATE_DAILY, CORE_SESSION
from schemas.mart import MART_COST_OF_EQUITY_DAILY
from schemas.valuation_tables import MART_SECTOR_BETA_DAILY
from transforms.valuation_beta import sector_beta_daily, slopes

FIRST = date(2020, 1, 1)
HOLIDAYS = {date(2021, 1, 1), date(2021, 4, 2)}  # Fridays: those weeks end on Thursday
# The last session is a Wednesday, inside a week that is not over.
SESSIONS = [
    day for offset in range(848)
    if (day := FIRST + timedelta(days=offset)).weekday() < 5 and day not in HOLIDAYS
]  # fmt: skip
RATE = 0.02


def _prices() -> dict[str, list[float]]:
    noise = np.random.default_rng(7)
    market = noise.normal(0.0, 0.01, len(SESSIONS))
    own = noise.normal(0.0, 0.004, len(SESSIONS))
    return {
        "spx_close": list(3_000.0 * np.exp(market.cumsum())),
        "xlk_close": list(100.0 * np.exp((1.3 * market + own).cumsum())),
    }


def _known(prices: dict[str, list[float]], stale: set[date] | None = None) -> pl.LazyFrame:
    rows = [
        {"session": day, "series_id": name, "value": value, "freshness": "ok",
         "event_date": day - timedelta(days=1) if name != "spx_close" and day in (stale or ()) else day}
        for name, closes in prices.items()
        for day, value in zip(SESSIONS, closes, strict=True)
    ]  # fmt: skip
    return pl.LazyFrame(rows, schema=CORE_AS_KNOWN_DAILY.schema)


def _filled(table: pl.Schema, **values: float) -> pl.LazyFrame:
    frame = pl.LazyFrame({"session": SESSIONS})
    return frame.with_columns(
        pl.lit(values.get(name), dtype=dtype).alias(name)
        for name, dtype in table.items() if name != "session"
    )  # fmt: skip


def _betas(known: pl.LazyFrame, rate: float | None = RATE) -> pl.DataFrame:
    instant = datetime(2020, 1, 1, tzinfo=UTC)
    following = [*SESSIONS[1:], SESSIONS[-1] + timedelta(days=3)]
    calendar = pl.LazyFrame({"session": SESSIONS, "next_session": following}).with_columns(
        open_at=pl.lit(instant), close_at=pl.lit(instant), decision_at=pl.lit(instant),
        is_half_day=pl.lit(value=False),
    )  # fmt: skip
    rates = _filled(CORE_RATE_DAILY.schema, **({} if rate is None else {"rf_30d": rate}))
    cost = _filled(MART_COST_OF_EQUITY_DAILY.schema, treasury_10y=0.04, erp_fcfe_marked=0.05)
    made = sector_beta_daily(CORE_SESSION.conform(calendar), known, rates, cost)
    return MART_SECTOR_BETA_DAILY.conform(made).collect(engine="in-memory")


def _week_ends() -> list[int]:
    return [
        place for place, day in enumerate(SESSIONS[:-1])
        if day.isocalendar()[:2] != SESSIONS[place + 1].isocalendar()[:2]
    ]  # fmt: skip


def _weekly(closes: list[float]) -> list[float]:
    ends = _week_ends()
    return [
        float(np.log(closes[b] / closes[a])) - RATE * (SESSIONS[b] - SESSIONS[a]).days / 365
        for a, b in pairwise(ends)
    ]


def test_beta_is_scipys() -> None:
    """Over 104 calendar weeks, short ones included, slope and Blume's are those of linregress."""
    prices = _prices()
    found = _betas(_known(prices)).filter(sector="xlk", session=SESSIONS[-1]).row(0, named=True)
    sector, market = _weekly(prices["xlk_close"]), _weekly(prices["spx_close"])
    expected = linregress(market[-104:], sector[-104:]).slope
    assert found["beta_ols"] == pytest.approx(expected, rel=1e-10)
    assert found["beta_blume"] == pytest.approx(0.67 * expected + 0.33)
    assert found["coe_sector"] == pytest.approx(0.04 + (0.67 * expected + 0.33) * 0.05)
    assert found["beta_weeks"] == 104


def test_beta_moves_when_a_week_is_over() -> None:
    """Within a week the beta stands; at its last session, known as such, it moves."""
    betas = _betas(_known(_prices())).filter(sector="xlk")
    moved = betas.select(
        "session", moved=pl.col("beta_ols").ne_missing(pl.col("beta_ols").shift(1))
    ).filter("moved")["session"].to_list()  # fmt: skip
    ends = [SESSIONS[place] for place in _week_ends()]
    assert moved == [day for day in ends if day >= moved[0]]
    assert date(2021, 4, 1) in moved
    assert len(ends) - len(moved) == 52  # fifty-two returns need fifty-three week ends


def test_unknown_sectors_have_no_beta() -> None:
    """Every sector has a row at every session; one without closes has 0 weeks and no beta."""
    betas = _betas(_known(_prices()))
    assert betas.height == 8 * len(SESSIONS)
    assert set(betas["sector"]) == {"vnq", "xlre", "arkk", "iwo", "kre", "xlk", "xlu", "xly"}
    last = betas.filter(session=SESSIONS[-1], sector="kre").row(0, named=True)
    assert (last["beta_ols"], last["coe_sector"], last["beta_weeks"]) == (None, None, 0)


def test_stale_close_costs_two_weeks() -> None:
    """A close carried over from the day before is no return: neither to it nor from it."""
    prices, stale = _prices(), SESSIONS[_week_ends()[-3]]
    found = _betas(_known(prices, {stale})).filter(sector="xlk", session=SESSIONS[-1])
    sector, market = (_weekly(prices[name])[-104:] for name in ("xlk_close", "spx_close"))
    for series in (sector, market):
        del series[-3:-1]
    assert found["beta_weeks"].item() == 102
    assert found["beta_ols"].item() == pytest.approx(linregress(market, sector).slope, rel=1e-10)


def test_no_bill_no_excess_return() -> None:
    """Without a risk-free rate no excess return is known."""
    found = _betas(_known(_prices()), rate=None).filter(sector="xlk", session=SESSIONS[-1])
    assert (found["beta_ols"].item(), found["beta_weeks"].item()) == (None, 0)


def test_market_that_never_moved() -> None:
    """Against a market without moves there is no slope, whatever rounding says."""
    moving = np.random.default_rng(3).normal(0.0, 0.01, 120)
    slope, count = slopes(moving, np.zeros(120))
    assert np.isnan(slope).all()
    assert count[-1] == 104


def test_no_weeks() -> None:
    """An empty history has no betas."""
    slope, count = slopes(np.empty(0), np.empty(0))
    assert (slope.size, count.size) == (0, 0)
