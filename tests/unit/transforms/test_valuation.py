"""Multiples, premia and their range, repricing and holding returns, by hand and by slow twins."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import brentq

from schemas.core import (
    CORE_AS_KNOWN_DAILY,
    CORE_MACRO_DAILY,
    CORE_RATE_DAILY,
    CORE_VALUATION_DAILY,
)
from schemas.mart import MART_COST_OF_EQUITY_DAILY
from schemas.model import Table
from schemas.valuation_tables import MART_VALUATION_DAILY
from transforms.valuation import (
    gordon_return,
    premium_range,
    price_cash_flow,
    rate_shift_1sd,
    valuation_daily,
)
from transforms.valuation_return import holding_return, repriced, return_of_holding, value_duration

Row = dict[str, Any]
DAY, MONTH = date(2024, 3, 8), date(2024, 1, 1)
TEN_YEARS_BEFORE = date(2014, 1, 1)
GIVEN = {
    "spx_close": 5_000.0, "treasury_10y": 0.04, "cash_flow0": 150.0, "erp_fcfe_marked": 0.045,
    "coe_f": 0.085, "erp_svix30": 0.023, "erp_svix365": 0.036, "coe_v_365d": 0.081,
    "treasury_real_10y": 0.018, "breakeven_10y": 0.023, "shiller_price": 4_800.0,
    "shiller_dividend": 70.0, "shiller_earnings": 200.0, "shiller_cpi": 308.0,
    "shiller_cape": 32.0, "corporate_equity": 80_000_000.0, "corporate_cash_flow": 3_200.0,
}  # fmt: skip
MONTHS = {"shiller_cpi": MONTH, "shiller_cape": MONTH, "shiller_price": MONTH}


def _wide(table: Table, values: Row) -> pl.LazyFrame:
    names = [name for name in table.schema if name != "session"]
    row = {"session": DAY, **{name: values.get(name) for name in names}}
    return pl.LazyFrame([row], schema=table.schema)


def _known(months: dict[str, date], values: Row) -> pl.LazyFrame:
    rows = [
        {"session": DAY, "series_id": name, "event_date": month, "value": values[name],
         "freshness": "ok"}
        for name, month in months.items()
    ]  # fmt: skip
    before = {"session": date(2014, 3, 8), "series_id": "shiller_cpi",
              "event_date": TEN_YEARS_BEFORE, "value": 234.0, "freshness": "ok"}  # fmt: skip
    return pl.LazyFrame([*rows, before], schema=CORE_AS_KNOWN_DAILY.schema)


def _row(changes: Row | None = None, months: dict[str, date] | None = None) -> Row:
    values = {**GIVEN, **(changes or {})}
    tables = (CORE_RATE_DAILY, CORE_VALUATION_DAILY, CORE_MACRO_DAILY)
    rate, valuation, macro = (_wide(table, values) for table in tables)
    cost = _wide(MART_COST_OF_EQUITY_DAILY, values)
    made = valuation_daily(rate, valuation, macro, _known(months or MONTHS, values), cost)
    found = MART_VALUATION_DAILY.conform(made).collect(engine="in-memory")
    return found.row(0, named=True)


def _value(expression: pl.Expr) -> float | None:
    found: float | None = pl.select(expression).item()
    return found


def test_multiples() -> None:
    """Price over what was published last; millions over billions; CAPE moves with the price."""
    found = _row()
    assert found["price_earnings"] == 25.0
    assert found["earnings_yield"] == 0.04
    assert found["dividend_yield"] == 0.014
    assert found["price_cash_flow"] == 25.0
    assert found["cape_marked"] == pytest.approx(32.0 * 5_000 / 4_800)


def test_both_real_rate_conventions() -> None:
    """Each convention in its own column: 2.786 % of inflation against 1.8 % of real yield."""
    found = _row()
    assert found["inflation_10y"] == pytest.approx(0.027858, abs=1e-6)
    assert found["excess_cape_yield_cpi"] == pytest.approx(0.03 - 0.04 + 0.027858, abs=1e-6)
    assert found["excess_cape_yield_tips"] == pytest.approx(0.03 - 0.018)


def test_breakeven_stands_in_for_real_yield() -> None:
    """Without a real yield it is the nominal one less breakeven inflation: 4.0 less 2.3 %."""
    found = _row({"treasury_real_10y": None})
    assert found["excess_cape_yield_tips"] == pytest.approx(0.03 - 0.017)


def test_dividend_premia() -> None:
    """Gordon's premium is next year's dividend yield: 70 x 1.04 / 5,000."""
    found = _row()
    assert found["gordon_return"] == pytest.approx(0.01456 + 0.04)
    assert found["erp_gordon"] == pytest.approx(0.01456)
    assert found["fed_gap"] == pytest.approx(0.0)
    r = found["ddm_premium"] + 0.04
    flows = [70.0 * 1.05**year for year in range(1, 6)]
    worth = sum(flow / (1 + r) ** year for year, flow in enumerate(flows, 1))
    assert worth + flows[-1] * 1.04 / (r - 0.04) / (1 + r) ** 5 == pytest.approx(5_000.0)


def test_range_of_premia() -> None:
    """Over 4.5, 1.786, 1.456, 2.3 and 3.6 %: 1.456, 2.3 and 4.5 %."""
    found = _row()
    assert found["premium_min"] == pytest.approx(0.01456)
    assert found["premium_median"] == 0.023
    assert found["premium_max"] == 0.045
    assert found["premium_count"] == 5


@pytest.mark.parametrize(
    ("estimates", "expected"),
    [
        ([0.04, None, 0.02], (0.02, 0.03, 0.04, 2)),
        ([0.04, None, float("nan")], (None, None, None, 1)),
        ([None, None, None], (None, None, None, 0)),
        ([0.03, 0.01, 0.02], (0.01, 0.02, 0.03, 3)),
    ],
)
def test_unknown_premia_are_left_out(
    estimates: list[float | None], expected: Sequence[float | None]
) -> None:
    """What is unknown is no member and counted out; one estimate has no range."""
    members = [pl.lit(one, dtype=pl.Float64) for one in estimates]
    assert pl.select(**premium_range(members)).row(0) == expected


def _slow_value(rate: float, gn: float) -> float:
    flows = [1.05**year for year in range(1, 6)]
    worth = sum(flow / (1 + rate) ** year for year, flow in enumerate(flows, 1))
    return worth + flows[-1] * (1 + gn) / (rate - gn) / (1 + rate) ** 5


def _slow_return(price: float, flow: float, exit_rate: float, gn: float) -> float:
    flows = [flow * 1.05**year for year in range(1, 6)]
    flows[-1] += flow * 1.05**5 * (1 + gn) / (exit_rate - gn)

    def mispricing(rate: float) -> float:
        return sum(one / (1 + rate) ** year for year, one in enumerate(flows, 1)) - price

    return float(brentq(mispricing, -0.9, 10.0, xtol=1e-14))


def test_distortion_is_repricing() -> None:
    """From 8.5 to 8.1 % the fair multiple rises by what the flows' value does, for each flow."""
    found = _row()
    expected = _slow_value(0.081, 0.04) / _slow_value(0.085, 0.04) - 1.0
    assert expected > 0.09
    for name in ("pe_distortion", "pcf_distortion", "ddm_distortion"):
        assert found[name] == pytest.approx(expected, rel=1e-12)


def test_stress_table() -> None:
    """Fair value falls as the cost of equity rises, less than in proportion."""
    found = _row()
    for points in (50, 100, 200):
        slow = _slow_value(0.085 + points / 1e4, 0.04) / _slow_value(0.085, 0.04) - 1.0
        assert found[f"value_change_{points}bp"] == pytest.approx(slow, rel=1e-12)
    step = 1e-6
    fall = (_slow_value(0.085 - step, 0.04) - _slow_value(0.085 + step, 0.04)) / (2 * step)
    assert found["equity_duration"] == pytest.approx(fall / _slow_value(0.085, 0.04), rel=1e-6)


def test_holding_returns() -> None:
    """Both returns are SciPy's roots; a lower exit rate sells dearer and returns more."""
    found = _row()
    assert found["irr_f"] == pytest.approx(_slow_return(5_000.0, 150.0, 0.085, 0.04), abs=1e-12)
    assert found["irr_v"] == pytest.approx(_slow_return(5_000.0, 150.0, 0.081, 0.04), abs=1e-12)
    assert found["irr_distortion"] == pytest.approx(found["irr_v"] - found["irr_f"])
    assert found["irr_distortion"] > 0


def test_fair_exit_returns_cost_of_equity() -> None:
    """Sold at the rate that today's price implies, the holding returns that rate."""
    price = 150.0 * _slow_value(0.085, 0.04)
    found = _value(holding_return(*(pl.lit(one) for one in (price, 150.0, 0.085, 0.04))))
    assert found == pytest.approx(0.085, abs=1e-13)


@pytest.mark.parametrize("exit_rate", [0.0402, 0.05, 0.085, 0.3, 0.6])
@pytest.mark.parametrize("price", [500.0, 5_000.0, 50_000.0])
def test_holding_return_far_away(price: float, exit_rate: float) -> None:
    """The root is found for any price and any exit rate above terminal growth."""
    one = (np.array([value]) for value in (price, 150.0, exit_rate, 0.04))
    assert return_of_holding(*one)[0] == pytest.approx(
        _slow_return(price, 150.0, exit_rate, 0.04), abs=1e-10
    )


def test_shocked_return() -> None:
    """The shock moves growth and both exit rates by one standard deviation of the yield's change."""
    days = 300
    sessions = [DAY - timedelta(days=days - 1 - day) for day in range(days)]
    yields = [0.04 + 0.002 * ((day * 7) % 11) / 11 for day in range(days)]
    rows = [
        {"session": s, **GIVEN, "treasury_10y": y} for s, y in zip(sessions, yields, strict=True)
    ]
    frames = [
        pl.LazyFrame(rows, schema={n: t for n, t in table.schema.items() if n in rows[0]})
        .with_columns(pl.lit(None, dtype=t).alias(n) for n, t in table.schema.items() if n not in rows[0])
        for table in (CORE_RATE_DAILY, CORE_VALUATION_DAILY, CORE_MACRO_DAILY, MART_COST_OF_EQUITY_DAILY)
    ]  # fmt: skip
    made = valuation_daily(*frames[:3], CORE_AS_KNOWN_DAILY.empty(), frames[3])
    last = made.sort("session").collect(engine="in-memory").row(-1, named=True)
    changes = np.array(yields[5:]) - np.array(yields[:-5])
    shift = float(changes[-252:].std(ddof=1))
    assert last["rate_shift_1sd"] == pytest.approx(shift, rel=1e-9)
    gn = yields[-1] + shift
    expected = _slow_return(5_000.0, 150.0, 0.081 + shift, gn) - _slow_return(
        5_000.0, 150.0, 0.085 + shift, gn
    )
    assert last["irr_distortion_shocked"] == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize(("missing", "gone", "stays"), [
    ("shiller_earnings", ("price_earnings", "fed_gap", "pe_distortion"), "ddm_distortion"),
    ("shiller_dividend", ("dividend_yield", "erp_gordon", "ddm_premium", "ddm_distortion"),
     "pe_distortion"),
    ("corporate_cash_flow", ("price_cash_flow", "pcf_distortion"), "pe_distortion"),
    ("shiller_cape", ("cape_marked", "excess_cape_yield_cpi", "excess_cape_yield_tips"),
     "inflation_10y"),
    ("shiller_cpi", ("inflation_10y", "excess_cape_yield_cpi"), "excess_cape_yield_tips"),
    ("coe_v_365d", ("pe_distortion", "irr_v", "irr_distortion"), "irr_f"),
    ("coe_f", ("pe_distortion", "irr_f", "equity_duration", "value_change_50bp"), "irr_v"),
    ("cash_flow0", ("irr_f", "irr_v"), "equity_duration"),
    ("treasury_10y", ("erp_gordon", "fed_gap", "irr_f", "pe_distortion"), "price_earnings"),
    ("spx_close", ("price_earnings", "cape_marked", "irr_f"), "equity_duration"),
])  # fmt: skip
def test_missing_input_is_unknown(missing: str, gone: tuple[str, ...], stays: str) -> None:
    """What needs a missing input is null, and what does not is there."""
    found = _row({missing: None})
    assert [found[name] for name in gone] == [None] * len(gone)
    assert found[stays] is not None


def test_cape_of_another_month_is_not_marked() -> None:
    """A CAPE and a mean price of different months say nothing of today's."""
    assert _row(months={**MONTHS, "shiller_price": date(2024, 2, 1)})["cape_marked"] is None


def test_first_ten_years_have_no_inflation() -> None:
    """Without the month ten years before there is no ten-year inflation, and no shorter one."""
    found = _row(months={**MONTHS, "shiller_cpi": date(2024, 2, 1)})
    assert found["inflation_10y"] is None


def test_rate_at_terminal_growth_has_no_value() -> None:
    """A cost of equity at or below growth values nothing: null, not a negative multiple."""
    for rate in (0.04, 0.0401, 0.03, float("nan")):
        assert _value(repriced(pl.lit(rate), pl.lit(0.085), pl.lit(0.04))) is None
    found = _row({"coe_v_365d": 0.039})
    assert (found["pe_distortion"], found["irr_v"]) == (None, None)


@pytest.mark.parametrize("cash_flow", [0.0, -100.0, None])
def test_no_multiple_of_a_loss(cash_flow: float | None) -> None:
    """A cash flow of nothing or less has no multiple."""
    assert _value(price_cash_flow(pl.lit(8e7), pl.lit(cash_flow, dtype=pl.Float64))) is None


def test_gordon_without_growth() -> None:
    """Without growth the return is the dividend yield."""
    assert _value(gordon_return(pl.lit(100.0), pl.lit(3.0), pl.lit(0.0))) == pytest.approx(0.03)


def test_shift_needs_half_a_year() -> None:
    """With fewer than 126 changes there is no standard deviation of them."""
    frame = pl.select(y=rate_shift_1sd(pl.Series([0.04 + 1e-4 * (day % 3) for day in range(131)])))
    assert frame["y"].is_not_null().to_list() == [False] * 130 + [True]


def test_duration_of_a_perpetuity_limit() -> None:
    """With growth everywhere g the value is (1+g)/(r-g) and its duration 1/(r-g)."""
    found = value_duration(np.array([0.09]), 0.05, np.array([0.05]))
    assert found[0] == pytest.approx(25.0, rel=1e-12)
