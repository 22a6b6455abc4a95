"""The decision never looks ahead: what was decided on a session stays what the history says.

The decision is two functions, one after the other: the market as the rules judge it with the path
walked over it, which may read the past, and the tables written from it, which may read their own
session alone. Each is shown on a thousand sessions, and that the decision is nothing but the two.
"""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from policy.conditions import READABLE
from policy.decide import (
    decision_step,
    hedge_decision,
    policy_cell,
    rule_action,
    rule_evaluation,
    signer_daily,
    walked_market,
)
from policy.evaluate import market_frame
from policy.model import load
from policy.programs import offered
from schemas.frames import join_one
from schemas.model import Column, Table, Unit
from schemas.offer_tables import MART_BOOK_OFFER_DAILY
from schemas.step import Step

Frames = dict[str, pl.DataFrame]
Check = Callable[..., None]

SESSIONS = 1_000
POLICY = load("promoter")
TERMS = POLICY.book_terms
DECISION = decision_step(POLICY)
INPUTS = (*READABLE, MART_BOOK_OFFER_DAILY)


def _wander(random: np.random.Generator, mean: float, shock: float, keep: float) -> np.ndarray:
    values = np.full(SESSIONS, mean)
    for t in range(1, SESSIONS):
        values[t] = mean + keep * (values[t - 1] - mean) + random.normal(0, shock)
    return values


@pytest.fixture(scope="module")
def market() -> Frames:
    """A market that visits most cells, with gaps and NaN, as the tables the decision reads."""
    random = np.random.default_rng(20240102)
    vix = np.exp(_wander(random, 3.0, 0.08, 0.95))
    volatility = np.exp(_wander(random, -1.75, 0.06, 0.97))
    columns: dict[str, np.ndarray | list[int | None]] = {
        "vol_gap_z": _wander(random, 0.5, 0.35, 0.95),
        "realized_vol_21d": volatility,
        "vix_close": vix,
        "spx_close": 5000 * np.exp(_wander(random, 0.0, 0.01, 0.99)),
        "vol_spread": vix - 100 * volatility,
        "term_ratio_3m": _wander(random, 1.05, 0.03, 0.9),
        "sessions_since_macd_up": list(random.integers(0, 20, SESSIONS)),
        "sessions_since_macd_down": list(random.integers(0, 20, SESSIONS)),
        "vix_rsi_14d": np.clip(_wander(random, 55, 6, 0.9), 0, 100),
        "erp_svix30": (vix / 100) ** 2,
        "erp_fcfe_marked": _wander(random, 0.06, 0.002, 0.97),
        "treasury_10y": _wander(random, 0.04, 0.0005, 0.99),
        "erp_damodaran_published": np.full(SESSIONS, 0.06),
        "sessions_to_fomc": [(7 - t) % 30 for t in range(SESSIONS)],
        "sessions_to_cpi": [(11 - t) % 21 for t in range(SESSIONS)],
        "is_inner_band_inside": [t % 7 != 0 for t in range(SESSIONS)],
        "is_outer_band_outside": [t % 11 != 0 for t in range(SESSIONS)],
        "is_hedge_undersized": [t % 5 == 0 for t in range(SESSIONS)],
        "sessions_since_fomc": [(t - 7) % 30 for t in range(SESSIONS)],
        "vix_sma_20d": vix * np.exp(random.normal(0, 0.05, SESSIONS)),
        "cm_slope_30d": _wander(random, 0.05, 0.02, 0.9),
        "sessions_inverted": [max(t % 40 - 30, 0) for t in range(SESSIONS)],
        "is_divergence_on": [t % 60 < 15 for t in range(SESSIONS)],
        "is_vol_proxy_hot": [t % 9 < 3 for t in range(SESSIONS)],
        "is_steepening": [t % 13 == 0 for t in range(SESSIONS)],
        "is_sector_stress": [t % 17 < 4 for t in range(SESSIONS)],
        "is_liquidity_declining": [t % 19 < 5 for t in range(SESSIONS)],
        "is_macro_shift": [t % 23 == 0 for t in range(SESSIONS)],
        "is_gdp_revision_large": [t % 29 == 0 for t in range(SESSIONS)],
        "best_conversion_bp": _wander(random, 6.0, 3.0, 0.5),
        "best_reversal_bp": _wander(random, 6.0, 3.0, 0.5),
        "is_gauge_extreme": [t % 31 == 0 for t in range(SESSIONS)],
        "is_cash_press_accelerating": [t % 37 == 0 for t in range(SESSIONS)],
        "is_false_binary": [None if t % 50 == 0 else t % 50 < 6 for t in range(SESSIONS)],
    }
    columns["vol_gap_z"][90:93] = np.nan
    columns["vol_gap_z"][700:703] = np.nan
    columns["treasury_10y"][120:122] = np.nan
    days = [date(2022, 1, 1) + timedelta(days=t) for t in range(SESSIONS)]
    frames = {}
    for table in READABLE:
        read = {
            column.name: pl.Series(columns[column.name], dtype=column.dtype, strict=False)
            if column.name in columns
            else pl.Series([None] * SESSIONS, dtype=column.dtype)
            for column in table.columns
            if column.name != "session"
        }
        frames[table.name] = pl.DataFrame({"session": days, **read})
    frames[MART_BOOK_OFFER_DAILY.name] = _offers(random, days)
    return frames


def _offers(random: np.random.Generator, days: list[date]) -> pl.DataFrame:
    """One contract of each layer at each close, with gaps; most adds pass, some do not."""
    usual = {
        "IC": {"theta": 40.0, "delta": -20.0, "vega": -200.0, "loss": 8_500.0},
        "L1": {"theta": -3.0, "carry": 800.0, "debit": 900.0, "stress": 900.0},
        "L2": {"theta": -2.0, "carry": 400.0, "debit": 2_000.0, "stress": 300.0},
        "L3": {"theta": -2.0, "carry": 300.0, "debit": 4_000.0, "stress": 500.0},
    }
    parts = []
    for layer, one in usual.items():
        held = {"delta": -5.0, "vega": 5.0} | one
        columns = {}
        for name, value in held.items():
            drawn = value * np.exp(_wander(random, 0.0, 0.2, 0.9))
            drawn[random.random(SESSIONS) < 0.02] = np.nan
            column = "offer_carry_usd_year" if name == "carry" else f"offer_{name}_usd"
            columns[column] = pl.Series(drawn).fill_nan(None)
        given = pl.DataFrame({"session": days, "book_layer": [layer] * SESSIONS, **columns})
        parts.append(given)
    table = MART_BOOK_OFFER_DAILY
    both = pl.concat([table.empty().collect(engine="in-memory"), *parts], how="diagonal")
    return both.sort("session", "book_layer", maintain_order=True)


def _walked(*frames: pl.LazyFrame) -> pl.LazyFrame:
    named = {table.name: frame for table, frame in zip(INPUTS, frames, strict=True)}
    offers = offered(named[MART_BOOK_OFFER_DAILY.name])
    return walked_market(POLICY, join_one(market_frame(POLICY, named), offers, "session"), TERMS)


@pytest.fixture(scope="module")
def walked(market: Frames) -> pl.DataFrame:
    """The judged market with the path beside it."""
    return _walked(*(market[table.name].lazy() for table in INPUTS)).collect(engine="in-memory")


def _path_step(walked: pl.DataFrame, build: Callable[..., pl.LazyFrame]) -> Step:
    columns = (Column(name, dtype, Unit.NONE, name) for name, dtype in walked.schema.items())
    table = Table("mart_walked_daily", "The judged market.", ("session",), tuple(columns))
    return Step((table,), INPUTS, build)


def _written(walked: pl.LazyFrame) -> list[pl.LazyFrame]:
    return [
        rule_evaluation(POLICY, walked, TERMS),
        signer_daily(walked),
        hedge_decision(POLICY, walked),
        rule_action(POLICY, walked),
    ]


def test_path_does_not_look_ahead(
    assert_prefix_stable: Check, market: Frames, walked: pl.DataFrame
) -> None:
    """For every session, what is judged and decided up to it is the same if the rest is unknown."""
    # What a rule cannot judge yet is null throughout; the tables below are those that must not be.
    assert_prefix_stable(_path_step(walked, _walked), market, least=0)


def test_session_is_written_from_itself(assert_row_local: Check, walked: pl.DataFrame) -> None:
    """Every row of the decision's tables comes from the judged market of its own session."""
    assert_row_local(DECISION.outputs[1:], _written, walked)


def test_decision_is_path_then_tables(market: Frames, walked: pl.DataFrame) -> None:
    """The decision is what is written from the walked market, and the policy's own cells."""
    built = DECISION.build(*(market[table.name].lazy() for table in INPUTS))
    expected = [policy_cell(POLICY), *_written(walked.lazy())]
    pairs = zip(*(pl.collect_all(x, engine="in-memory") for x in (built, expected)), strict=True)
    assert all(made.equals(frame) for made, frame in pairs)


@pytest.mark.parametrize(
    "name", ["vol_gap_z", "realized_vol_21d", "vix_rsi_14d", "offer_theta_usd"]
)
def test_check_finds_driver_of_tomorrow(
    name: str, assert_prefix_stable: Check, market: Frames, walked: pl.DataFrame
) -> None:
    """The check fails where a driver is read a session early."""

    def build(*frames: pl.LazyFrame) -> pl.LazyFrame:
        early = [
            frame.with_columns(pl.col(name).shift(-1)) if name in market[table.name] else frame
            for table, frame in zip(INPUTS, frames, strict=True)
        ]
        return _walked(*early)

    with pytest.raises(AssertionError, match="as built on"):
        assert_prefix_stable(_path_step(walked, build), market, least=0)


@pytest.mark.parametrize("name", ["steps_before", "row", "votes", "held"])
@pytest.mark.parametrize("sessions", [1, -1])
def test_check_finds_row_of_another_session(
    name: str, sessions: int, assert_row_local: Check, walked: pl.DataFrame
) -> None:
    """The check fails where a table is written from the session before or after."""

    def written(frame: pl.LazyFrame) -> list[pl.LazyFrame]:
        other = pl.col(name).shift(sessions).fill_null(pl.col(name))
        return _written(frame.with_columns(other))

    with pytest.raises(AssertionError, match="as built without"):
        assert_row_local(DECISION.outputs[1:], written, walked)
