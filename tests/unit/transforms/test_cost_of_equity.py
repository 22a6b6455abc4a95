"""The daily mark, its domain, and what a missing input does to the costs."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from schemas.core import (
    CORE_AS_KNOWN_DAILY,
    CORE_INDEX_DAILY,
    CORE_MACRO_DAILY,
    CORE_RATE_DAILY,
    CORE_VALUATION_DAILY,
)
from schemas.mart import MART_COST_OF_EQUITY_DAILY, MART_VOL_GAP_DAILY
from schemas.model import Table
from transforms.cost_of_equity import cost_of_equity_daily, erp_svix
from transforms.gap import vol_gap_daily

Row = dict[str, Any]
DAY, MONTH = date(2024, 3, 8), date(2024, 3, 1)
SAME_MONTH = {
    "erp_damodaran_published": MONTH, "spx_at_erp_mark": MONTH, "treasury_10y_at_erp_mark": MONTH,
}  # fmt: skip
GIVEN = {
    "spx_close": 5_000.0, "vix_close": 16.0, "vix1y_close": 20.0, "treasury_10y": 0.04,
    "treasury_2y": 0.045, "rf_30d": 0.053, "baa_yield": 0.06, "erp_damodaran_published": 0.046,
    "spx_at_erp_mark": 5_000.0, "treasury_10y_at_erp_mark": 0.04,
}  # fmt: skip


def _wide(table: Table, values: Row) -> pl.LazyFrame:
    names = [name for name in table.schema if name != "session"]
    row = {"session": DAY, **{name: values.get(name) for name in names}}
    return pl.LazyFrame([row], schema=table.schema)


def _costs(changes: Row | None = None, months: dict[str, date] | None = None) -> pl.LazyFrame:
    values = {**GIVEN, **(changes or {})}
    known = pl.LazyFrame(
        [
            {"session": DAY, "series_id": name, "event_date": month, "freshness": "ok"}
            for name, month in (months or SAME_MONTH).items()
        ],
        schema=CORE_AS_KNOWN_DAILY.schema,
    )
    wide = (_wide(t, values) for t in (CORE_INDEX_DAILY, CORE_RATE_DAILY, CORE_VALUATION_DAILY))
    made = cost_of_equity_daily(*wide, known, _wide(CORE_MACRO_DAILY, values))
    return MART_COST_OF_EQUITY_DAILY.conform(made)


def _row(frame: pl.LazyFrame) -> Row:
    return frame.collect(engine="in-memory").row(0, named=True)


def test_weights_of_the_balance() -> None:
    """The newest balance known gives the weights: 13,658 of 96,709 bn is 14.1 % (Z.1 2026Q2)."""
    found = _row(_costs({"corporate_equity": 83_051_000.0, "corporate_debt": 13_658_000.0}))
    assert found["weight_debt"] == pytest.approx(0.1412, abs=1e-4)
    assert found["is_weight_assumed"] is False
    debt = 0.06 * 0.75
    assert found["wacc_f"] == pytest.approx(0.8588 * found["coe_f"] + 0.1412 * debt, abs=1e-5)


@pytest.mark.parametrize("debt", [None, 13_658.0, 100_000_000.0])
def test_implausible_balance_is_not_weighed(debt: float | None) -> None:
    """Where a balance is unknown, in another unit or implausible, the weight is the assumed one."""
    found = _row(_costs({"corporate_equity": 83_051_000.0, "corporate_debt": debt}))
    assert (found["weight_equity"], found["is_weight_assumed"]) == (0.86, True)


def test_mark_at_published_levels() -> None:
    """At the published level and yield the daily mark is the published premium."""
    found = _row(_costs())
    assert found["erp_fcfe_marked"] == pytest.approx(0.046, abs=1e-12)
    assert found["erp_mark_date"] == MONTH


def test_premium_rises_as_price_falls() -> None:
    """Cash flows held, a 10 % lower price raises the implied premium by some 0.4 points."""
    fallen = _row(_costs({"spx_close": 4_500.0}))
    assert 0.003 < fallen["erp_fcfe_marked"] - 0.046 < 0.006


def test_costs_add_up() -> None:
    """Costs are the sums the methodology states, each with the rate of its horizon."""
    found = _row(_costs())
    assert found["coe_f"] == pytest.approx(0.04 + 0.046)
    assert found["coe_v"] == pytest.approx(0.053 + 0.92 * 0.16**2)
    assert found["coe_v_365d"] == pytest.approx(0.045 + 0.92 * 0.20**2)
    assert found["wacc_f"] == pytest.approx(0.86 * found["coe_f"] + 0.14 * 0.06 * 0.75)
    assert found["wacc_deviation"] == pytest.approx(0.86 * (found["coe_v"] - found["coe_f"]))
    assert (found["weight_equity"], found["weight_debt"]) == (0.86, 0.14)
    assert found["is_weight_assumed"] is True


@pytest.mark.parametrize(
    ("missing", "gone", "stays"),
    [
        ("vix_close", "coe_v", "coe_f"),
        ("vix1y_close", "coe_v_365d", "coe_v"),
        ("treasury_10y", "coe_f", "coe_v"),
        ("treasury_2y", "coe_v_365d", "coe_f"),
        ("rf_30d", "coe_v", "coe_f"),
        ("baa_yield", "wacc_f", "coe_f"),
        ("spx_close", "erp_fcfe_marked", "cash_flow0"),
        ("spx_at_erp_mark", "cash_flow0", "coe_v"),
    ],
)
def test_missing_input_is_unknown(missing: str, gone: str, stays: str) -> None:
    """What needs a missing input is null, and nothing else is."""
    found = _row(_costs({missing: None}))
    assert found[gone] is None
    assert found[stays] is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"erp_damodaran_published": 0.0},
        {"erp_damodaran_published": -0.01},
        {"spx_close": -5_000.0},
        {"spx_close": 1.0},
        {"treasury_10y": float("nan")},
        {"treasury_10y": 0.49999999},
    ],
    ids=["no premium", "negative premium", "negative price", "no root", "rate NaN", "rate high"],
)
def test_out_of_domain_is_null(changes: Row) -> None:
    """Where the model has no answer the mark is null: no clipped value, no exception, no NaN."""
    found = _row(_costs(changes))
    assert found["erp_fcfe_marked"] is None
    assert found["wacc_f"] is None


@pytest.mark.parametrize("figure", SAME_MONTH)
def test_mark_of_two_months_is_none(figure: str) -> None:
    """Figures of different months do not calibrate one model."""
    found = _row(_costs(months={**SAME_MONTH, figure: date(2024, 2, 1)}))
    assert found["cash_flow0"] is None
    assert found["erp_mark_date"] is None


def test_proxy_share_is_clamped() -> None:
    """The share of squared VIX is 0.92 up to a VIX of 20 and 0.80 from 60 on."""
    found = pl.select(erp_svix(pl.Series([10.0, 20.0, 40.0, 60.0, 80.0]))).to_series().to_list()
    assert found == pytest.approx([0.0092, 0.0368, 0.1376, 0.288, 0.512])


def _gaps(costs: dict[str, list[float | None]]) -> pl.DataFrame:
    days = [DAY + timedelta(days=k) for k in range(len(costs["erp_svix30"]))]
    frame = pl.LazyFrame({"session": days, **costs})
    return MART_VOL_GAP_DAILY.conform(vol_gap_daily(frame)).collect(engine="in-memory")


def test_gap_sign_and_missing() -> None:
    """Above zero where options imply more; the log is null where a premium is zero or negative."""
    found = _gaps(
        {
            "erp_svix30": [0.06, 0.03, 0.03, None],
            "erp_svix365": [0.05, None, 0.05, 0.05],
            "erp_fcfe_marked": [0.04, 0.06, -0.01, 0.04],
        }
    )
    assert found["vol_gap_30d"].to_list() == pytest.approx([0.02, -0.03, 0.04, None])
    assert found["vol_gap_log"][:2].to_list() == pytest.approx([0.405465, -0.693147], abs=1e-6)
    assert found["vol_gap_log"][2:].null_count() == 2
    assert found["vol_gap_window_sessions"].to_list() == [0, 1, 2, 2]
