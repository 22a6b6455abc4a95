"""The futures curve table: which expiries, which level, and what is said where levels meet."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pricing.curve import from_family, from_mean_reversion, reversion_speed
from schemas.core import CORE_EXPIRY, CORE_VX_CURVE_DAILY
from schemas.mart import MART_FUTURES_CURVE_DAILY
from transforms.futures_curve import futures_curve_daily, reversion_speeds
from transforms.vix_family import FAMILY, TENOR_DAYS

SESSION = date(2020, 1, 2)
EXPIRIES = [date(2020, 1, 22), date(2020, 2, 19), date(2020, 3, 18)]
NAMES = [*FAMILY, "vvix_close"]


def _expiries(days: list[date], root: str = "VIX") -> pl.LazyFrame:
    rows = [(root, day, day, "am") for day in days]
    return pl.DataFrame(rows, schema=CORE_EXPIRY.schema, orient="row").lazy()


def _settled(rows: list[tuple[date, date, float | None]]) -> pl.LazyFrame:
    table = [(session, expiry, (expiry - session).days, settle) for session, expiry, settle in rows]
    return pl.DataFrame(table, schema=CORE_VX_CURVE_DAILY.schema, orient="row").lazy()


def _index(levels: dict[str, float] | None = None, count: int = 1) -> pl.LazyFrame:
    days = [SESSION - timedelta(days=count - 1 - number) for number in range(count)]
    return pl.LazyFrame({"session": days}).with_columns(
        pl.lit((levels or {}).get(name), dtype=pl.Float64).alias(name) for name in NAMES
    )


def _curve(index: pl.LazyFrame, settled: pl.LazyFrame, expiries: pl.LazyFrame) -> pl.DataFrame:
    made = futures_curve_daily(index, settled, expiries)
    return MART_FUTURES_CURVE_DAILY.conform(made).collect(engine="in-memory")


def test_settlements_first() -> None:
    """A listed expiry has its settlement, one between two listed ones the straight line."""
    settled = _settled([(SESSION, EXPIRIES[0], 15.0), (SESSION, EXPIRIES[2], 17.8)])
    found = _curve(_index({"vix_close": 14.0}), settled, _expiries(EXPIRIES))
    assert found["future"].to_list() == [15.0, pytest.approx(16.4), 17.8]  # 28 of 56 days
    assert found["priced_from"].to_list() == ["quotes"] * 3
    assert found["is_curve_mixed"].to_list() == [False] * 3
    assert found["days_to_expiry"].to_list() == [20, 48, 76]


def test_family_where_no_settlement_reaches() -> None:
    """Beyond the last settlement the VIX family answers, and the session's curve says it is mixed."""
    levels = {"vix9d_close": 13.0, "vix_close": 14.0, "vix3m_close": 16.0, "vix6m_close": 18.0,
              "vix1y_close": 20.0, "vvix_close": 90.0}  # fmt: skip
    settled = _settled([(SESSION, EXPIRIES[0], 15.0)])
    found = _curve(_index(levels), settled, _expiries(EXPIRIES))
    by_family = from_family(
        TENOR_DAYS, np.array(list(levels.values())[:5]), np.array(90.0), np.array([48.0, 76.0])
    )
    assert found["future"].to_list() == [15.0, *by_family.tolist()]
    assert found["priced_from"].to_list() == ["quotes", "model", "model"]
    assert found["is_curve_mixed"].to_list() == [True] * 3


def test_nothing_is_null_and_says_so() -> None:
    """Without a settlement, a family or a long past there is a row, but no number."""
    found = _curve(_index({"vix_close": 14.0}), _settled([]), _expiries(EXPIRIES))
    assert found["future"].to_list() == [None] * 3
    assert found["priced_from"].to_list() == ["nothing"] * 3
    assert found["is_curve_mixed"].to_list() == [None] * 3


def test_mean_reversion_last() -> None:
    """With ten years of closes alone, the expected VIX by their median and speed."""
    count = 800
    waves = 16.0 * np.exp(0.3 * np.sin(np.arange(count) / 9.0) + 0.02 * np.cos(np.arange(count)))
    index = _index(count=count).with_columns(vix_close=pl.Series(waves))
    found = _curve(index, _settled([]), _expiries(EXPIRIES)).filter(pl.col("session") == SESSION)
    speed = reversion_speed(waves[:798])  # estimated at the 756th session, then every 21
    median = float(np.median(waves[:-1]))
    expected = from_mean_reversion(
        np.array(waves[-1]), np.array(median), np.array(speed), np.array([20.0, 48.0, 76.0])
    )
    assert found["future"].to_list() == expected.tolist()
    assert found["priced_from"].to_list() == ["indicative"] * 3


def test_the_next_nine_monthly_expiries() -> None:
    """Weekly roots, the session's own expiry and what lies beyond nine months are left out."""
    monthly = [SESSION + timedelta(days=30 * number) for number in range(14)]
    roots = pl.concat([
        _expiries(monthly), _expiries(monthly[:4], "VX"),
        _expiries([SESSION + timedelta(days=7)], "VIXW"),
    ])  # fmt: skip
    found = _curve(_index(), _settled([]), roots)
    assert found["expiry"].to_list() == monthly[1:10]
    late = _curve(_index(), _settled([]), _expiries([SESSION + timedelta(days=291)]))
    assert late.is_empty()


def test_speed_is_unknown_before_its_first_estimate() -> None:
    """The first estimate is at the 756th close, and it holds for 21 sessions."""
    waves = 16.0 + np.sin(np.arange(800) / 9.0)
    found = reversion_speeds(waves)
    assert np.isnan(found[:755]).all()
    assert np.unique(found[755:776]).tolist() == [reversion_speed(waves[:756])]
    assert found[776] == reversion_speed(waves[:777])
