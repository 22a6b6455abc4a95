"""A condor and VIX calls of a hand-made session, as rows of the book tables."""

import math
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from schemas.model import Table
from transforms.book_view import TABLES

SESSION = date(2024, 1, 5)
Frames = dict[str, pl.DataFrame]

_SPX, _VIX = date(2024, 2, 20), date(2024, 4, 17)
# Marks are Black-76 at these forwards and volatilities, undiscounted, as pricing prints them.
_LEGS = (
    ("wing put", "IC", "SPXW", "P", 4300.0, _SPX, 46, 10.0, 4715.0, 0.20, 14.62),
    ("short put", "IC", "SPXW", "P", 4400.0, _SPX, 46, -10.0, 4715.0, 0.18, 20.68),
    ("short call", "IC", "SPXW", "C", 4900.0, _SPX, 46, -10.0, 4715.0, 0.11, 16.07),
    ("wing call", "IC", "SPXW", "C", 5000.0, _SPX, 46, 10.0, 4715.0, 0.105, 4.47),
    ("calls", "L2", "VIX", "C", 20.0, _VIX, 103, 4.0, 15.9, 0.75, 1.23),
)
_LEG_NAMES = ("leg_id", "book_layer", "root", "right", "strike", "expiry", "days_to_expiry",
              "quantity", "leg_forward", "leg_vol", "leg_price")  # fmt: skip


def _conformed(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    full = [{name: row.get(name) for name in table.schema} for row in rows]
    return pl.DataFrame(full, schema=table.schema, orient="row")


def _legs() -> list[dict[str, Any]]:
    rows = []
    for values in _LEGS:
        leg: dict[str, Any] = dict(zip(_LEG_NAMES, values, strict=True))
        value = leg["quantity"] * 100.0 * leg["leg_price"]
        rows.append({
            **leg, "session": SESSION, "book": "desk", "instrument": "option",
            "multiplier": 100.0, "entry_price": leg["leg_price"], "entry_session": SESSION,
            "value_usd": value, "pnl_usd": 0.0, "delta_usd": 10.0, "gamma_usd": -1.0,
            "vega_usd": 2.0, "theta_usd": -3.0, "carry_usd_year": 500.0,
            "capture": 0.0, "priced_from": "model",
        })  # fmt: skip
    return rows


def _total() -> dict[str, Any]:
    return {
        "session": SESSION, "book": "desk", "condor_units": 10, "credit": 17.66,
        "max_loss_usd": 82_340.0, "be_down": 4382.34, "be_up": 4917.66,
        "position_be_down": 4379.1, "position_be_up": 4914.9, "break_evens": "[4379.1, 4914.9]",
        "profit_probability": 0.71, "coverage": 0.09, "value_usd": -17_168.0,
        "delta_usd": 50.0, "gamma_usd": -5.0, "vega_usd": 10.0, "theta_usd": -15.0,
        "roll_down_usd": -8.0, "carry_usd_year": -5_475.0, "carry_share": 0.0055,
        "is_inner_band_inside": True, "cash_usd": 17_168.0, "day_pnl_usd": None,
        "nav_usd": 1_000_000.0, "drift_share": 0.00005, "drift_closes": 0, "priced_from": "model",
    }  # fmt: skip


@pytest.fixture
def frames() -> Frames:
    """What ``book_view`` reads: 300 sessions of the indices, one of everything else."""
    tables = {table.name: table for table in TABLES}
    days = [SESSION - timedelta(days=n) for n in range(300)][::-1]
    index = [
        {"session": day, "spx_close": 4697.24, "vix_close": 13.35 + 2.0 * math.sin(n / 20)}
        for n, day in enumerate(days)
    ]
    index[-1]["vix_close"] = 13.35
    forecast = [
        {"session": SESSION, "horizon_sessions": h, "forecast_vol": 0.11,
         "forecast_high_sd": 0.14, "forecast_low_sd": 0.09}
        for h in (5, 10, 21, 42)
    ]  # fmt: skip
    curve = [
        {"session": SESSION, "expiry": SESSION + timedelta(days=n), "days_to_expiry": n,
         "future": value, "priced_from": "quotes"}
        for n, value in ((12, 14.0), (40, 15.0), (75, 15.6), (103, 15.9), (131, 16.3))
    ]  # fmt: skip
    rows = {
        "mart_book_leg_daily": _legs(), "mart_book_daily": [_total()], "core_index_daily": index,
        "core_rate_daily": [{"session": SESSION, "rf_30d": 0.0}],
        "mart_vol_forecast_daily": forecast, "mart_futures_curve_daily": curve,
        "mart_vol_cone_daily": [{"session": SESSION, "horizon_sessions": 42, "cone_p75": 0.12}],
        "mart_hedge_decision_daily": [
            {"session": SESSION, "layer_id": "L2", "units_before": 4, "units_after": 5},
            {"session": SESSION, "layer_id": "SE", "se_state": "watch"},
        ],
        "mart_book_offer_daily": [
            {"session": SESSION, "book_layer": "IC", "expiry": date(2024, 3, 15),
             "days_to_expiry": 70, "offer_strikes": "4350/4450/4950/5050",
             "offer_debit_usd": -2_100.0, "offer_theta_usd": 15.0, "offer_carry_usd_year": -5_000.0,
             "offer_loss_usd": 7_900.0, "priced_from": "model"},
            {"session": SESSION, "book_layer": "L2", "expiry": date(2024, 5, 22),
             "days_to_expiry": 138, "offer_strikes": "20", "offer_debit_usd": 150.0,
             "offer_theta_usd": -1.0, "offer_carry_usd_year": 400.0, "priced_from": "model"},
        ],
        "mart_rule_evaluation_daily": [
            {"session": SESSION, "rule_id": "G-4", "condition_no": 0, "outcome": "not_fired"}],
    }  # fmt: skip
    return {name: _conformed(table, rows[name]) for name, table in tables.items()}
