"""The book's two tables from frames: what is null, what is named, what takes effect when."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from pricing.priced_from import PricedFrom
from schemas.book import BookTerms
from schemas.mart import MART_BOOK_DAILY, MART_BOOK_LEG_DAILY
from schemas.model import Table
from transforms.book import book_step
from transforms.book_market import BookMarket

Flat = Callable[..., BookMarket]
Books = Callable[..., tuple[pl.DataFrame, pl.DataFrame]]

TERMS = BookTerms(condor_gates=("G-5",))
STEP = book_step(TERMS)
_WORDS = [level.label or "nothing" for level in PricedFrom]


def _rows(table: Table, rows: list[dict[str, Any]]) -> pl.LazyFrame:
    """Rows of a table, null where nothing is said."""
    full = [{name: row.get(name) for name in table.schema} for row in rows]
    return pl.LazyFrame(full, schema=table.schema)


def _inputs(market: BookMarket) -> list[pl.LazyFrame]:
    days = [date.fromordinal(719_163 + int(day)) for day in market.days]
    expiries = [date.fromordinal(719_163 + int(day)) for day in market.vix_expiries]
    monthly = [date.fromordinal(719_163 + int(day)) for day in market.index_expiries]

    def known(value: float) -> float | None:
        return None if np.isnan(value) else float(value)

    made = {
        "core_index_daily": [
            {"session": day, "spx_close": known(spot), "vix_close": known(vix),
             "vvix_close": known(vvix), "skew_close": known(skew)}
            for day, spot, vix, vvix, skew in
            zip(days, market.spot, market.vix, market.vvix, market.skew, strict=True)
        ],
        "core_rate_daily": [
            {"session": day, "rf_30d": known(rate)} for day, rate in zip(days, market.rate, strict=True)
        ],
        "core_position": [],
        "core_expiry": [{"root": "SPX", "expiry": day} for day in monthly],
        "mart_vol_cone_daily": [
            {"session": day, "horizon_sessions": 21, "cone_p75": 0.15, "cone_p95": 0.3} for day in days
        ],
        "mart_futures_curve_daily": [
            {"session": day, "expiry": expiry, "future": known(market.futures[n, t]),
             "priced_from": _WORDS[market.future_levels[n, t]]}
            for t, day in enumerate(days) for n, expiry in enumerate(expiries) if expiry > day
        ],
        "mart_rule_evaluation_daily": [
            {"session": day, "rule_id": "G-5", "condition_no": 0,
             "outcome": "fired" if gated else "not_fired"}
            for day, gated in zip(days, market.is_gated, strict=True)
        ],
        "mart_hedge_decision_daily": [
            {"session": day, "layer_id": layer, "units_after": int(units),
             "se_state": None if layer != "SE" else "watch" if watched else "off"}
            for day, line, watched in zip(days, market.units, market.is_watched, strict=True)
            for layer, units in zip(("L1", "L2", "L3", "SE"), (*line, 0), strict=True)
        ],
    }  # fmt: skip
    return [_rows(table, made.get(table.name, [])) for table in STEP.inputs]


@pytest.fixture
def books() -> Books:
    """The two tables of a market, legs and totals."""

    def made(market: BookMarket) -> tuple[pl.DataFrame, pl.DataFrame]:
        built = STEP.build(*_inputs(market))
        assert isinstance(built, tuple)
        legs, book = pl.collect_all(
            [MART_BOOK_LEG_DAILY.conform(built[0]), MART_BOOK_DAILY.conform(built[1])],
            engine="in-memory",
        )
        return legs, book

    return made


def test_decision_takes_effect_next_session(flat_market: Flat, books: Books) -> None:
    """What a close decides is held after the next close: nothing on the first, six from the fourth."""
    market = flat_market(sessions=8)
    market.units[2:, 0] = 6
    legs, _ = books(market)
    held = legs.filter(book_layer="L1").group_by("session").agg(pl.col("quantity").sum())
    found = [dict(held.iter_rows()).get(day) for day in legs["session"].unique().sort()]
    assert found == [None, 4.0, 4.0, 6.0, 6.0, 6.0, 6.0, 6.0]


def test_condor_waits_a_session_for_its_gate(flat_market: Flat, books: Books) -> None:
    """A gate that fired at a close stops the condor of the next close."""
    market = flat_market(sessions=6)
    market.is_gated[:3] = True
    legs, book = books(market)
    assert book["condor_units"].to_list() == [10, *[10] * 5]
    market.is_gated[0] = False
    assert legs.filter(book_layer="IC")["entry_session"].unique().to_list() == [date(2018, 1, 2)]


def test_unknown_vix_is_null_with_reason(flat_market: Flat, books: Books) -> None:
    """Where the VIX is unknown, legs and book have no value and say why; none is zero."""
    market = flat_market(sessions=10)
    for levels in (market.vix, market.indices, market.futures.T):
        levels[6] = np.nan
    legs, book = books(market)
    day = book["session"][6]
    unknown = legs.filter(session=day)
    assert unknown.height == 8
    assert unknown.select(pl.col("leg_price", "value_usd", "delta_usd", "pnl_usd").is_null().all()).row(0) == (True,) * 4  # fmt: skip
    assert set(unknown["fault"]) == {"no_volatility", "no_forward"}
    assert set(unknown["priced_from"]) == {"nothing"}
    total = book.row(6, named=True)
    assert total["value_usd"] is total["day_pnl_usd"] is total["coverage"] is None
    assert (total["fault"], total["priced_from"]) == ("no_forward", "nothing")
    assert total["cash_usd"] == book["cash_usd"][5]
    assert book["day_pnl_usd"].is_null().to_list() == [False] * 6 + [True, True] + [False] * 2


def test_book_is_sum_of_legs(flat_market: Flat, books: Books) -> None:
    """Value and Greeks of the book are those of its legs; the day's gain is that of value and cash."""
    legs, book = books(flat_market(sessions=30))
    names = ["value_usd", "delta_usd", "gamma_usd", "vega_usd", "theta_usd", "roll_down_usd",
             "carry_usd_year"]  # fmt: skip
    summed = legs.group_by("session").agg(pl.col(names).sum()).sort("session")
    assert np.allclose(summed.select(names), book.select(names), atol=1e-6)
    worth = (book["value_usd"] + book["cash_usd"]).to_numpy()
    assert np.abs(np.diff(worth, prepend=0.0) - book["day_pnl_usd"].to_numpy()).max() < 0.005


def test_condor_terms(flat_market: Flat, books: Books) -> None:
    """Credit, largest loss and break-evens are those of the four legs at their entry."""
    legs, book = books(flat_market(sessions=5))
    condor = legs.filter(book_layer="IC", session=date(2018, 1, 4)).sort("strike")
    low, short_put, short_call, high = condor["strike"]
    paid = condor["entry_price"].to_list()
    credit = paid[1] + paid[2] - paid[0] - paid[3]
    total = book.row(2, named=True)
    assert total["credit"] == pytest.approx(credit)
    assert total["be_down"] == pytest.approx(short_put - credit)
    assert total["be_up"] == pytest.approx(short_call + credit)
    width = max(short_put - low, high - short_call)
    assert total["max_loss_usd"] == pytest.approx(1000.0 * (width - credit))
    assert 0.6 < total["profit_probability"] < 0.9
    assert total["position_be_down"] < short_put
    assert 0.0 < total["coverage"] < 1.0


def test_unknown_skew_is_indicative(flat_market: Flat, books: Books) -> None:
    """With a SKEW the condor's legs are of a model, without one they are indicative."""
    market = flat_market(sessions=4)
    market.skew[2:] = np.nan
    legs, book = books(market)
    found = legs.filter(book_layer="IC").group_by("session").agg(pl.col("priced_from").unique())
    assert [words for _, words in found.sort("session").iter_rows()] == [
        ["model"], ["model"], ["indicative"], ["indicative"],
    ]  # fmt: skip
    assert book["priced_from"].to_list() == ["model", "model", "indicative", "indicative"]


def test_second_engine_shows_only_on_watch(flat_market: Flat, books: Books) -> None:
    """On watch the Second Engine has a row of no size that says why; else it has none."""
    market = flat_market(sessions=5)
    market.is_watched[2] = True
    legs, _ = books(market)
    engine = legs.filter(book_layer="SE")
    assert engine["session"].to_list() == [date(2018, 1, 5)]
    assert engine.select("quantity", "value_usd", "leg_price", "fault").row(0) == (
        0.0, 0.0, 18.0, "se_on_watch",
    )  # fmt: skip


def test_no_sessions_no_rows(flat_market: Flat, books: Books) -> None:
    """Without sessions the tables are empty."""
    legs, book = books(flat_market(sessions=0))
    assert (legs.height, book.height) == (0, 0)


def test_strikes_have_their_deltas(flat_market: Flat, books: Books) -> None:
    """At the entry short options have a delta near 0.16, L1 and L2 near 0.30, L3 near 0.25."""
    legs, _ = books(flat_market(sessions=2))
    at_entry = legs.filter(pl.col("entry_session") == pl.col("session")).sort("leg_id")
    condor = at_entry.filter(book_layer="IC", quantity=-10.0)["leg_delta"].abs()
    assert condor.to_list() == pytest.approx([0.16, 0.16], abs=0.01)
    bought = at_entry.filter((pl.col("book_layer") != "IC") & (pl.col("quantity") > 0.0))
    assert bought["leg_delta"].to_list() == pytest.approx([0.30, 0.30, 0.25], abs=0.03)
