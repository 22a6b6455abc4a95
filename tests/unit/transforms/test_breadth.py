"""The breadth table by hand: the line and its holes, and the heat of the volatility proxies."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.breadth_tables import MART_BREADTH_DAILY
from schemas.mart import MART_FUTURES_CURVE_DAILY
from transforms.breadth import ad_line, breadth_daily, is_near_high, net_breadth

Evaluate = Callable[[pl.Expr, Sequence[float | None]], list[Any]]
Values = list[float | None]
X = pl.col("x")
START = date(2020, 1, 1)
RISING: Values = [20.0 + step for step in range(30)]
FALLING: Values = [90.0 - step for step in range(30)]


def _built(
    vvix: Values,
    vix3m: Values,
    contracts: list[tuple[int, int, float, str]] = [],  # noqa: B006 -- read only
    rises: Values | None = None,
    falls: Values | None = None,
) -> pl.DataFrame:
    """The table, given the indices and the futures as session, expiry month, future, level."""
    sessions = [START + timedelta(days=day) for day in range(len(vvix))]
    numbers = {"spx_close": [100.0 + day for day in range(len(vvix))], "vvix_close": vvix,
               "vix3m_close": vix3m}  # fmt: skip
    none: Values = [None] * len(vvix)
    counts = {"nyse_advances": rises or none, "nyse_declines": falls or none}
    index, breadth = (
        pl.LazyFrame(
            {"session": sessions, **columns},
            schema={"session": pl.Date, **dict.fromkeys(columns, pl.Float64)},
        )
        for columns in (numbers, counts)
    )
    rows = [
        (sessions[day], date(2021, month, 20), 30, future, level, False)
        for day, month, future, level in contracts
    ]
    curve = pl.DataFrame(rows, schema=MART_FUTURES_CURVE_DAILY.schema, orient="row").lazy()
    made = breadth_daily(index, breadth, curve)
    return MART_BREADTH_DAILY.conform(made).collect(engine="in-memory")


def test_line_starts_at_zero_and_skips_holes(evaluated: Evaluate) -> None:
    """Base 0 at the first known session; a hole is null and adds nothing."""
    net = [None, 300.0, -100.0, None, 250.0]
    assert evaluated(ad_line(X), net) == [None, 0.0, -100.0, None, 150.0]


def test_net_breadth() -> None:
    """1,500 up and 500 down is half; no issue at all is unknown."""
    frame = pl.DataFrame({"up": [1_500.0, 0.0, None], "down": [500.0, 0.0, 3.0]})
    found = frame.select(net_breadth(pl.col("up"), pl.col("down"))).to_series().to_list()
    assert found == [0.5, None, None]


def test_near_high(evaluated: Evaluate) -> None:
    """Within 0.8 % counts, less does not; a hole is unknown and its neighbors are not."""
    found = evaluated(is_near_high(X, 3, 0.992), [90.0, 95.0, 100.0, 99.2, 98.0, None, 99.1])
    assert found == [None, None, True, True, False, None, True]


def test_missing_breadth_leaves_heat() -> None:
    """Without breadth the line and its state are unknown, and the proxies are still read."""
    table = _built(RISING, RISING)
    unknown = ["ad_line", "net_breadth", "ad_line_sma_21d", "is_divergence_on",
               "divergence_strength", "sessions_since_divergence", "is_below_ad_sma"]  # fmt: skip
    assert table.select(pl.col(unknown).null_count()).row(0) == (30,) * 7
    assert table["vvix_rsi_14d"][-1] == 100.0


@pytest.mark.parametrize(("vvix", "vix3m", "count", "is_hot"), [
    (RISING, RISING, None, True),     # two of three already decide
    (RISING, FALLING, None, None),    # the unknown future could
    (FALLING, FALLING, None, False),
])  # fmt: skip
def test_heat_with_an_unknown_proxy(
    vvix: Values, vix3m: Values, *, count: int | None, is_hot: bool | None
) -> None:
    """The count needs all three; whether two are hot needs only what decides."""
    row = _built(vvix, vix3m).row(-1, named=True)
    assert (row["hot_vol_proxies"], row["is_vol_proxy_hot"]) == (count, is_hot)


def test_heat_of_three() -> None:
    """All three known: the rising ones are counted."""
    futures = [(day, 6, 20.0 + day, "quotes") for day in range(30)]
    row = _built(RISING, FALLING, futures).row(-1, named=True)
    assert (row["hot_vol_proxies"], row["is_vol_proxy_hot"]) == (2, True)


def test_roll_is_no_move() -> None:
    """Each month's future falls throughout; stepping up to the next one is not a gain."""
    first = [(day, 2, 20.0 - 0.1 * day, "quotes") for day in range(15)]
    second = [(day, 3, 30.0 - 0.1 * day, "quotes") for day in range(30)]
    table = _built(FALLING, FALLING, first + second)
    assert table["vx1_rsi_14d"][:14].null_count() == 14
    assert table["vx1_rsi_14d"][14:].to_list() == pytest.approx([0.0] * 16, abs=1e-9)


def test_change_of_level_is_no_move() -> None:
    """A future that passes from model to settlement did not move by their difference."""
    level = ["model"] * 10 + ["quotes"] * 20
    futures = [(day, 6, 20.0 - 0.1 * day + 5.0 * (day >= 10), level[day]) for day in range(30)]
    table = _built(FALLING, FALLING, futures)
    assert table["vx1_rsi_14d"][10] is None
    assert np.allclose(table["vx1_rsi_14d"].drop_nulls().to_list(), 0.0, atol=1e-9)


def test_mean_reversion_is_no_proxy() -> None:
    """A future that no market made has no heat."""
    futures = [(day, 6, 20.0 + day, "indicative") for day in range(30)]
    assert _built(RISING, RISING, futures)["vx1_rsi_14d"].null_count() == 30


def test_below_its_mean_at_the_high() -> None:
    """A line that turned down while the index is at its high: True on the sessions after."""
    rises: Values = [1_600.0] * 75 + [1_000.0] * 25
    falls: Values = [1_400.0] * 75 + [2_000.0] * 25
    flat: Values = [20.0] * 100
    table = _built(flat, flat, rises=rises, falls=falls)
    assert table["is_below_ad_sma"][:62].to_list() == [None] * 20 + [False] * 42
    assert table["is_below_ad_sma"][62:75].to_list() == [False] * 13
    assert table["is_below_ad_sma"][-1] is True
    assert table["ad_line"][-1] == 74 * 200.0 - 25 * 1_000.0
