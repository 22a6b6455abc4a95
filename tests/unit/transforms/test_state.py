"""The states by hand, with every unknown kept apart from no."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from schemas.state_tables import MART_STATE_DAILY
from transforms.state import (
    is_cash_press,
    is_false_binary,
    is_rising,
    loyalty,
    motion,
    press_legs,
    state_daily,
    theta_pressure,
    vol_regime,
)

Evaluate = Callable[[pl.Expr, Sequence[float | None]], list[Any]]
X = pl.col("x")
COUNT = 800
SESSIONS = [date(2020, 1, 1) + timedelta(days=day) for day in range(COUNT)]


def _row(expression: pl.Expr, **values: float | bool | None) -> Any:  # noqa: ANN401 -- any dtype
    schema = {
        name: pl.Boolean if isinstance(value, bool) else pl.Float64
        for name, value in values.items()
    }
    frame = pl.DataFrame({name: [value] for name, value in values.items()}, schema=schema)
    return frame.select(y=expression)["y"][0]


def test_regimes_at_their_limits(evaluated: Evaluate) -> None:
    """14, 18 and 25 % begin the next regime, as in the matrix; unknown is none."""
    found = evaluated(vol_regime(X), [0.1399, 0.14, 0.18, 0.2499, 0.25, None])
    assert found == ["R1 quiet", "R2 ordinary", "R3 raised", "R3 raised", "R4 turbulent", None]


@pytest.mark.parametrize(("last", "other", "side"), [
    (9.0, 9.0, 1), (-9.0, -9.0, -1), (9.0, -9.0, 0), (-9.0, 9.0, 0), (9.0, None, None),
])  # fmt: skip
def test_loyalty(last: float, other: float | None, side: int | None) -> None:
    """Both premia above their past is cheap, both below dear, one of each neither."""
    past = [float(day % 7) for day in range(760)]
    frame = pl.DataFrame({"a": [*past, last], "b": [*past, other]})
    found = frame.select(y=loyalty(pl.col("a"), pl.col("b")))["y"].to_list()
    assert found[:756] == [None] * 756
    assert found[-1] == side


@pytest.mark.parametrize(("close", "vix", "side"), [
    (110.0, 15.0, 1), (90.0, 25.0, -1), (110.0, 25.0, 0), (90.0, 15.0, 0), (100.0, 20.0, 0),
    (None, 15.0, None), (110.0, None, None),
])  # fmt: skip
def test_motion(close: float | None, vix: float | None, side: int | None) -> None:
    """Index up with VIX down is 1, the reverse -1; agreement or no move is 0."""
    frame = pl.DataFrame({"s": [100.0] * 63 + [close], "v": [20.0] * 63 + [vix]})
    found = frame.select(y=motion(pl.col("s"), pl.col("v")))["y"].to_list()
    assert found[:63] == [None] * 63
    assert found[63] == side


@pytest.mark.parametrize(("cheap", "moving", "gap", "expected"), [
    (1.0, -1.0, 0.5, True), (-1.0, 1.0, -0.5, True), (1.0, -1.0, 0.49, False),
    (1.0, 1.0, 2.0, False), (0.0, -1.0, 2.0, False), (None, -1.0, 2.0, None),
    (None, -1.0, 0.1, False), (1.0, -1.0, None, None), (1.0, 1.0, None, False),
])  # fmt: skip
def test_false_binary(
    cheap: float | None, moving: float | None, gap: float | None, *, expected: bool | None
) -> None:
    """Opposed sides with a gap of half a deviation; unknown only where the unknown decides."""
    expression = is_false_binary(pl.col("c"), pl.col("m"), pl.col("g"))
    assert _row(expression, c=cheap, m=moving, g=gap) is expected


@pytest.mark.parametrize(("legs", "expected"), [
    ((True, True, True, False), True), ((True, True, False, False), False),
    ((False, True, True, True), False), ((True, True, None, True), True),
    ((True, True, None, False), None), ((None, True, True, True), None),
    ((None, True, False, False), False), ((False, None, None, None), False),
])  # fmt: skip
def test_cash_press(legs: tuple[bool | None, ...], *, expected: bool | None) -> None:
    """The first leg and two of three; null only while an unknown could decide."""
    frame = pl.DataFrame([legs], schema=dict.fromkeys("abcd", pl.Boolean), orient="row")
    assert frame.select(y=is_cash_press([pl.col(name) for name in "abcd"]))["y"][0] is expected


def test_rise_of_a_fifth(evaluated: Evaluate) -> None:
    """More than 20 % above five sessions before, by its size: -1.0 to -0.7 is a rise too."""
    found = evaluated(is_rising(X), [1.0, 1.0, -1.0, 0.0, 2.0, 1.2, 1.201, -0.7, 5.0, None])
    assert found == [None] * 5 + [False, True, True, None, None]


def test_theta_pressure() -> None:
    """2,000 a day with a carry of 9,000, 0.9 % of a million, and a loss of 5 %: 0.04."""
    expression = theta_pressure(*(pl.col(name) for name in "tlcs"))
    assert _row(expression, t=2_000.0, l=0.05, c=9_000.0, s=0.009) == pytest.approx(0.04)
    assert _row(expression, t=2_000.0, l=0.0, c=9_000.0, s=0.009) is None
    assert _row(expression, t=2_000.0, l=None, c=9_000.0, s=0.009) is None


def _panel(**columns: Any) -> pl.LazyFrame:  # noqa: ANN401 -- any column
    return pl.LazyFrame({"session": SESSIONS}).with_columns(
        **{
            name: value if isinstance(value, pl.Expr) else pl.lit(value)
            for name, value in columns.items()
        }
    )


def _tables() -> dict[str, pl.LazyFrame]:
    """A market at its high whose premium was never as large as on its last session."""
    day = pl.int_range(pl.len()).cast(pl.Float64)
    forecast = _panel(
        forecast_variance_premium=day, cluster_state="neither",
        horizon_sessions=pl.lit(21, pl.Int32),
    )  # fmt: skip
    other = forecast.with_columns(
        horizon_sessions=pl.lit(5, pl.Int32), cluster_state=pl.lit("cluster_on")
    )
    return {
        "core_index_daily": _panel(spx_close=100.0 + day, vix_close=40.0 - day / 50),
        "mart_realized_vol_daily": _panel(
            realized_vol_5d=0.1, realized_vol_21d=0.12, realized_vol_63d=0.12
        ),
        "mart_vol_forecast_daily": pl.concat([forecast, other]),
        "mart_technical_daily": _panel(spx_rsi_14d=60.0),
        "mart_cost_of_equity_daily": _panel(erp_fcfe_marked=0.05 - day / 1e5),
        "mart_vol_gap_daily": _panel(vol_gap_z=1.0),
        "mart_term_structure_daily": _panel(cm_slope_30d=0.09),
        "mart_breadth_daily": _panel(is_divergence_on=False),
        "mart_valuation_daily": _panel(excess_cape_yield_cpi=0.04 - day / 1e5),
        "mart_standing_book_daily": _panel(
            standing_theta_usd=1_000.0, standing_loss_share=0.05, standing_carry_usd_year=9_000.0,
            standing_carry_share=0.009, standing_theta_per_vega=1.0,
        ),
    }  # fmt: skip


def _built(**changed: pl.LazyFrame) -> pl.DataFrame:
    made = state_daily(**{**_tables(), **changed})
    return MART_STATE_DAILY.conform(made).collect(engine="in-memory")


def test_all_states_of_a_session() -> None:
    """Dear by both premia while the market rises: opposed, and pressed by (a), (c) and (d)."""
    assert _built().row(-1, named=True) == {
        "session": SESSIONS[-1], "vol_regime": "R1 quiet", "cluster_state": "neither",
        "is_press_near_high": True, "is_press_stretched": False, "is_press_paid": True,
        "is_press_carried": True, "is_cash_press": True, "is_cash_press_accelerating": False,
        "premium_percentile": 100.0, "theta_pressure": pytest.approx(0.02), "loyalty": -1,
        "motion": 1, "is_false_binary": True,
    }  # fmt: skip


def test_unknown_breadth_is_no_divergence_either() -> None:
    """Without breadth (b) is unknown, unless the index itself is hot."""
    unknown = _panel(is_divergence_on=pl.lit(None, pl.Boolean))
    assert _built(mart_breadth_daily=unknown)["is_press_stretched"][-1] is None
    hot = _built(mart_breadth_daily=unknown, mart_technical_daily=_panel(spx_rsi_14d=68.0))
    assert hot["is_press_stretched"][-1] is True


def test_calm_stands_for_carry() -> None:
    """Without futures a week much calmer than the quarter is enough for (d); else unknown."""
    none = _panel(cm_slope_30d=pl.lit(None, pl.Float64))
    calm = _panel(realized_vol_5d=0.09, realized_vol_21d=0.12, realized_vol_63d=0.12)
    assert _built(mart_term_structure_daily=none)["is_press_carried"][-1] is None
    found = _built(mart_term_structure_daily=none, mart_realized_vol_daily=calm)
    assert found["is_press_carried"][-1] is True


def test_states_of_a_prefix() -> None:
    """What comes later changes nothing."""
    early = {
        name: frame.filter(pl.col("session") <= SESSIONS[770]) for name, frame in _tables().items()
    }
    assert _built(**early).equals(_built().head(771))


@pytest.mark.parametrize(("leg", "changed", "expected"), [
    ("is_press_near_high", {"spx_close": 97.0}, True),
    ("is_press_near_high", {"spx_close": 96.99}, False),
    ("is_press_stretched", {"spx_rsi_14d": 67.99}, False),
    ("is_press_stretched", {"spx_rsi_14d": 68.0}, True),
    ("is_press_stretched", {"spx_rsi_14d": 50.0, "is_divergence_on": True}, True),
    ("is_press_paid", {"premium_percentile": 60.0}, True),
    ("is_press_paid", {"premium_percentile": 59.99}, False),
    ("is_press_carried", {"cm_slope_30d": 0.08}, True),
    ("is_press_carried", {"cm_slope_30d": 0.0799}, False),
    ("is_press_carried", {"realized_vol_5d": 0.3999}, True),
    ("is_press_carried", {"realized_vol_5d": 0.4}, False),
])  # fmt: skip
def test_legs_at_their_limits(leg: str, changed: dict[str, float], *, expected: bool) -> None:
    """Each leg holds from its own limit on: 3 %, 68, 60, 8 % and below 0.8."""
    usual = {"spx_close": 90.0, "spx_rsi_14d": 50.0, "is_divergence_on": False,
             "premium_percentile": 50.0, "cm_slope_30d": 0.0, "realized_vol_5d": 0.5,
             "realized_vol_63d": 0.5}  # fmt: skip
    earlier = pl.DataFrame([{**usual, "spx_close": 100.0}] * 251)
    frame = pl.concat([earlier, pl.DataFrame([{**usual, **changed}])])
    assert frame.select(y=press_legs()[leg])["y"][-1] is expected
