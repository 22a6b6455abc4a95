"""Contraction of sector baskets, by hand."""

from datetime import date, timedelta
from statistics import stdev

import polars as pl
import pytest

from schemas.core import CORE_GAUGE_DAILY
from schemas.liquidity_tables import MART_SECTOR_DAILY
from transforms.sector import is_contracting, sector_change_sd, sector_daily

DAYS = [date(2020, 1, 1) + timedelta(days=number) for number in range(200)]


def _built(**closes: list[float | None]) -> pl.DataFrame:
    count = len(next(iter(closes.values())))
    schema = dict(CORE_GAUGE_DAILY.schema)
    held = {name: [None] * count for name in schema} | {"session": DAYS[:count]}
    held |= {f"{fund}_close": values for fund, values in closes.items()}
    built = MART_SECTOR_DAILY.conform(sector_daily(pl.LazyFrame(held, schema=schema)))
    return built.collect(engine="in-memory")


def _of(built: pl.DataFrame, basket: str) -> pl.DataFrame:
    return built.filter(pl.col("basket") == basket)


def test_drawdown_of_21_closes() -> None:
    """From the peak of 110 twenty sessions ago to 99: 10 % below; a session later the peak is gone."""
    closes: list[float | None] = [110.0, *[100.0] * 19, 99.0, 99.0]
    found = _of(_built(vnq=closes), "reit")
    assert found["sector_drawdown_21d"].to_list()[:20] == [None] * 20
    assert found["sector_drawdown_21d"].to_list()[20:] == [
        pytest.approx(99 / 110 - 1), pytest.approx(-0.01),
    ]  # fmt: skip
    assert found["is_contracting"].to_list()[20:] == [True, None]
    assert found["sector_change_10d"].to_list()[20] == pytest.approx(-0.01)


def test_every_session_has_every_basket() -> None:
    """Three rows a session, those of unknown funds null, and each marked as a price's."""
    built = _built(kre=[100.0] * 30)
    assert built.height == 90
    assert built["basket"].unique().sort().to_list() == ["banks", "growth", "reit"]
    assert built["is_cap_proxy"].all()
    assert _of(built, "growth")["is_contracting"].null_count() == 30
    assert _of(built, "banks")["sector_fund"].to_list()[-1] == "kre"


def test_second_fund_stands_in_whole() -> None:
    """While the first fund has no 21 closes the second counts, with all of its own figures."""
    first: list[float | None] = [None] * 10 + [50.0] * 20 + [40.0] * 10
    second: list[float | None] = [100.0] * 20 + [97.0] * 20
    found = _of(_built(vnq=first, xlre=second), "reit")
    assert found["sector_fund"].to_list() == [None] * 20 + ["xlre"] * 10 + ["vnq"] * 10
    assert found["sector_change_10d"].to_list()[29] == pytest.approx(-0.03)
    assert found["sector_change_10d"].to_list()[39] == pytest.approx(-0.2)


def test_spread_ends_the_session_before() -> None:
    """The deviation is over earlier changes, 76 at least; the change itself is not among them."""
    changes = [0.01 * (day * day % 13 - 6) for day in range(78)]
    frame = pl.LazyFrame({"x": changes}).select(y=sector_change_sd(pl.col("x")))
    found = frame.collect(engine="in-memory")["y"].to_list()
    assert found[:76] == [None] * 76
    assert found[76:] == [pytest.approx(stdev(changes[:76])), pytest.approx(stdev(changes[:77]))]


@pytest.mark.parametrize(
    ("drawdown", "change", "spread", "wanted"),
    [
        (-0.08, 0.0, 0.02, True),
        (-0.0799, 0.0, 0.02, False),
        (-0.01, -0.033, 0.02, True),
        (-0.01, -0.0329, 0.02, False),
        (-0.01, -0.033, None, None),
        (-0.09, None, None, True),
        (None, 0.0, 0.02, None),
    ],
)
def test_either_condition(
    drawdown: float | None, change: float | None, spread: float | None, *, wanted: bool | None
) -> None:
    """8 % below the peak or 1.65 deviations down; the unknown leaves it unknown unless one holds."""
    schema = {name: pl.Float64() for name in "dcs"}
    frame = pl.LazyFrame({"d": [drawdown], "c": [change], "s": [spread]}, schema=schema)
    found = frame.select(y=is_contracting(pl.col("d"), pl.col("c"), pl.col("s")))
    assert found.collect(engine="in-memory")["y"].to_list() == [wanted]
