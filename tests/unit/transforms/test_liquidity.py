"""Quick ratios, price impact and market liquidity, by hand."""

from datetime import date, timedelta
from statistics import mean

import polars as pl
import pytest

from schemas.core import CORE_GAUGE_DAILY, CORE_MACRO_DAILY, CORE_RATE_DAILY
from schemas.liquidity_tables import MART_LIQUIDITY_DAILY, MART_SECTOR_DAILY
from schemas.model import Table
from transforms.liquidity import amihud, composite_change, liquidity_daily

Values = dict[str, list[float | None]]
Basket = tuple[bool | None, float | None]
BALANCE: dict[str, float] = {
    "corporate_liquid_assets": 6_000.0, "corporate_receivables": 3_000.0,
    "corporate_paper": 200.0, "corporate_bank_loans": 1_300.0, "corporate_other_loans": 500.0,
    "corporate_payables": 2_700.0, "corporate_taxes": 300.0,
}  # fmt: skip


def _days(count: int) -> list[date]:
    return [date(2020, 1, 1) + timedelta(days=number) for number in range(count)]


def _wide(table: Table, values: Values, count: int) -> pl.LazyFrame:
    schema = dict(table.schema)
    held = {name: [None] * count for name in schema} | values | {"session": _days(count)}
    return pl.LazyFrame(held, schema=schema)


def _built(
    count: int,
    *,
    gauge: Values | None = None,
    rates: Values | None = None,
    macro: Values | None = None,
    sectors: dict[str, Basket] | None = None,
) -> pl.DataFrame:
    baskets = dict.fromkeys(("reit", "growth", "banks"), (None, None)) | (sectors or {})
    rows = [
        (day, name, None, drawdown, None, None, contracting, True)
        for name, (contracting, drawdown) in baskets.items()
        for day in _days(count)
    ]
    built = liquidity_daily(
        _wide(CORE_GAUGE_DAILY, gauge or {}, count),
        _wide(CORE_RATE_DAILY, rates or {}, count),
        _wide(CORE_MACRO_DAILY, macro or {}, count),
        pl.LazyFrame(rows, schema=MART_SECTOR_DAILY.schema, orient="row"),
    )
    return MART_LIQUIDITY_DAILY.conform(built).collect(engine="in-memory")


def test_quick_ratios_of_hand() -> None:
    """9,000 held over 5,000 owed, and 6,000 liquid over 2,000 of loans; null without one part."""
    macro: Values = {name: [value, value] for name, value in BALANCE.items()}
    macro["corporate_taxes"] = [BALANCE["corporate_taxes"], None]
    built = _built(2, macro=macro)
    assert built["quick_ratio"].to_list() == [pytest.approx(1.8), None]
    assert built["quick_ratio_cash"].to_list() == [pytest.approx(3.0), pytest.approx(3.0)]


def test_amihud_of_hand() -> None:
    """One percent on 2 billion dollars is half a percent per billion; the mean of 21 of them."""
    closes = [100.0]
    for day in range(21):
        closes.append(closes[-1] * (1.01 if day % 2 else 0.99))
    volumes = [2e9 / close for close in closes]
    frame = pl.LazyFrame({"c": closes, "v": volumes}).select(y=amihud(pl.col("c"), pl.col("v")))
    found = frame.collect(engine="in-memory")["y"].to_list()
    assert found[:21] == [None] * 21
    assert found[21] == pytest.approx(0.005)


def _market(count: int) -> tuple[Values, Values, Values]:
    """A market in which all four components move and the credit spread jumps at the end."""
    wave = [day * day % 17 / 17 for day in range(count)]
    gauge: Values = {
        "spy_close": [400 * (1 + 0.01 * x) for x in wave],
        "spy_volume": [8e7 + 1e6 * (day % 5) for day in range(count)],
    }
    rates: Values = {
        "ig_oas": [0.01 + 0.002 * x for x in wave[:-1]] + [0.05],
        "sofr": [0.0530 + 0.0001 * x for x in wave],
        "iorb": [0.0540] * count,
    }
    macro: Values = {
        "bank_reserves": [3e6 + 1e5 * x for x in wave],
        "reverse_repo": [500.0] * count,
        "gdp_nominal": [28_000.0] * count,
    }
    return gauge, rates, macro


def test_market_liquidity_is_the_mean() -> None:
    """The mean of the four components, each turned so that more liquid is higher."""
    gauge, rates, macro = _market(900)
    last = _built(900, gauge=gauge, rates=rates, macro=macro).row(-1, named=True)
    names = ("trading", "credit", "funding", "reserves")
    parts = [last[f"liquidity_{name}_z"] for name in names]
    spread = rates["ig_oas"][:-1]
    center = mean(x for x in spread if x is not None)
    assert last["liquidity_credit_z"] < 0
    assert last["liquidity_credit_z"] == pytest.approx(
        -(0.05 - center) / float(pl.Series(spread).std()),
        rel=1e-6,
    )
    assert last["market_liquidity_count"] == 4
    assert last["market_liquidity"] == pytest.approx(mean(parts))
    assert last["is_liquidity_declining"] is True


def test_two_components_are_too_few() -> None:
    """With reserves and credit alone the composite and its change are unknown, so is the decline."""
    _, rates, macro = _market(900)
    last = _built(900, rates={"ig_oas": rates["ig_oas"]}, macro=macro).row(-1, named=True)
    assert last["market_liquidity_count"] == 2
    assert last["market_liquidity"] is None
    assert last["is_liquidity_declining"] is None


def test_low_quick_ratio_is_a_decline() -> None:
    """A corporate ratio below its 10th percentile suffices, whatever of the market is unknown."""
    count = 800
    macro: Values = {name: [value] * count for name, value in BALANCE.items()}
    macro["corporate_receivables"] = [3_000.0 + (day + 3) % 7 for day in range(count - 1)] + [
        2_000.0
    ]
    built = _built(count, macro=macro)
    assert built["quick_ratio_percentile"].to_list()[-1] == 0.0
    assert built["is_liquidity_declining"].to_list()[-2:] == [None, True]


def test_change_over_those_known_at_both_ends() -> None:
    """A component that appears between the ends moves the mean, but not the change."""
    frame = pl.LazyFrame({"a": [1.0, 0.5], "b": [2.0, 1.0], "c": [3.0, 3.0], "d": [None, -9.0]})
    change = composite_change(("a", "b", "c", "d"), 1, 3)
    found = frame.select(y=change).collect(engine="in-memory")["y"].to_list()
    assert found == [None, pytest.approx(-0.5)]
    lone = frame.select(y=composite_change(("a", "b", "d"), 1, 3)).collect(engine="in-memory")
    assert lone["y"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("reit", "growth", "banks", "wanted"),
    [
        ((True, -0.09), (True, -0.09), (False, 0.0), True),
        ((True, -0.09), (False, 0.0), (False, 0.0), False),
        ((True, -0.09), (False, 0.0), (None, None), None),
        ((True, -0.12), (False, 0.0), (False, 0.0), True),
        ((None, None), (True, -0.2), (True, -0.2), True),
        ((False, -0.01), (None, None), (None, None), None),
        ((None, None), (False, 0.0), (False, 0.0), None),
        ((False, -0.01), (False, 0.0), (None, None), False),
    ],
)
def test_stress_needs_two_or_the_reits(
    reit: Basket, growth: Basket, banks: Basket, *, wanted: bool | None
) -> None:
    """Two baskets, or REITs 12 % down; unknown while what is missing could decide."""
    built = _built(1, sectors={"reit": reit, "growth": growth, "banks": banks})
    assert built["is_sector_stress"].to_list() == [wanted]
