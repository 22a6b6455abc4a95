"""The book never looks ahead: what was held and what it was worth stay what the history says."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from policy.decide import decision_step
from policy.model import load
from pricing.black import black76_price
from schemas.core import CORE_OPTION_QUOTE, CORE_POSITION
from schemas.frames import join_one
from schemas.mart import MART_HEDGE_DECISION_DAILY
from schemas.step import Step
from transforms.book import book_step

Frames = dict[str, pl.DataFrame]
Check = Callable[..., None]

POLICY = load("steward")
BOOK = book_step(POLICY.book_terms)
EVERY = (
    71  # sessions from one check to the next: the path of 1,000 sessions is walked anew each time
)


@pytest.fixture(scope="module")
def decided(simulated_market: Frames) -> Frames:
    """The simulated market with what the steward decides on it, but that L1's units never rest.

    They change at every session, so that a decision read too early shows at each.
    """
    decision = decision_step(POLICY)
    made = decision.build(*(simulated_market[table.name].lazy() for table in decision.inputs))
    assert isinstance(made, tuple)
    built = pl.collect_all(
        [table.conform(one) for table, one in zip(decision.outputs, made, strict=True)],
        engine="in-memory",
    )
    names = [table.name for table in decision.outputs]
    restless = 2 + pl.col("session").rank("dense").cast(pl.Int32) % 3
    units = pl.when(pl.col("layer_id") == "L1").then(restless).otherwise(pl.col("units_after"))
    frames = dict(zip(names, built, strict=True))
    name = MART_HEDGE_DECISION_DAILY.name
    return {**simulated_market, **frames, name: frames[name].with_columns(units_after=units)}


def test_book_sees_no_future(decided: Frames, assert_prefix_stable: Check) -> None:
    """Built on what was known at a session, every row up to it is that of the full history."""
    assert_prefix_stable(BOOK, decided, least=0, every=EVERY)


@pytest.fixture(scope="module")
def quoted(decided: Frames) -> Frames:
    """The same with a desk of two legs and a chain of their expiry on every tenth session.

    The chain's volatility is another at each of its sessions, so that one read too early shows.
    """
    market = decided["core_index_daily"].drop_nulls("spx_close")
    days, spot = market["session"].to_list(), market["spx_close"].to_list()
    expiry, middle = days[-1] + timedelta(days=30), round(spot[0], -2)
    strike = middle * np.linspace(0.5, 1.5, 81)
    rows = [
        (day, "SPX", expiry, k, right, price - 0.05, price + 0.05, price, level,
         None if price > 0.05 else "zero_bid")
        for place, (day, level) in enumerate(zip(days, spot, strict=True)) if place % 10 == 0
        for right in "CP"
        for k, price in zip(strike.tolist(), black76_price(
            level, strike, (expiry - day).days / 365, 0.2 + 0.001 * (place % 70), 0.99,
            right == "C").tolist(), strict=True)
    ]  # fmt: skip
    names = ("session", "root", "expiry", "strike", "right", "bid", "ask", "mid", "underlying",
             "quote_fault")  # fmt: skip
    frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
    closes = decided["core_session"].select("session", quote_at="close_at")
    chain = CORE_OPTION_QUOTE.conform(join_one(frame.lazy(), closes.lazy(), "session", many=True))
    blank = dict.fromkeys(CORE_POSITION.schema)
    legs = [
        {**blank, "leg_id": right, "book_layer": "IC", "instrument": "option", "root": "SPX",
         "right": right, "strike": float(strike[40]), "expiry": expiry, "quantity": 1.0,
         "multiplier": 100.0}
        for right in "CP"
    ]  # fmt: skip
    return {
        **decided,
        CORE_OPTION_QUOTE.name: chain.collect(engine="in-memory"),
        CORE_POSITION.name: pl.DataFrame(legs, schema=CORE_POSITION.schema),
    }


def test_quoted_book_sees_no_future(quoted: Frames, assert_prefix_stable: Check) -> None:
    """With chains on some sessions too every row is as it was on its day."""
    made = BOOK.build(*(quoted[table.name].lazy() for table in BOOK.inputs))
    assert isinstance(made, tuple)
    legs = made[0].filter(pl.col("book") == "desk").collect(engine="in-memory")
    assert legs.filter(priced_from="quotes").height > 100
    assert legs.filter(pl.col("priced_from") != "quotes").height > 1000
    assert_prefix_stable(BOOK, quoted, least=0, every=EVERY)


def test_chain_changes_only_its_sessions(quoted: Frames) -> None:
    """Without the chain the legs of all other sessions are the same bit for bit."""
    name = CORE_OPTION_QUOTE.name
    without = {**quoted, name: quoted[name].clear()}
    found = []
    for frames in (quoted, without):
        made = BOOK.build(*(frames[table.name].lazy() for table in BOOK.inputs))
        assert isinstance(made, tuple)
        found.append(made[0].collect(engine="in-memory"))
    days = quoted[name]["session"].unique().implode()
    others = [one.filter(~pl.col("session").is_in(days)) for one in found]
    assert others[0].equals(others[1])
    assert set(found[1].filter(book="desk")["priced_from"]) <= {"model", "indicative", "nothing"}


def test_simulated_book_trades(decided: Frames) -> None:
    """The market that the check runs on has condors, all layers and rolls, so that it proves something."""
    made = BOOK.build(*(decided[table.name].lazy() for table in BOOK.inputs))
    assert isinstance(made, tuple)
    legs = made[0].group_by("book_layer").agg(pl.col("leg_id").n_unique(), pl.len())
    found = {
        layer: (ids, rows) for layer, ids, rows in legs.collect(engine="in-memory").iter_rows()
    }
    assert {"IC", "L1", "L2", "L3"} <= set(found)
    assert all(
        ids >= 4 and rows >= 100 for ids, rows in (found[x] for x in ("IC", "L1", "L2", "L3"))
    )


def test_check_finds_decision_of_tomorrow(decided: Frames, assert_prefix_stable: Check) -> None:
    """The check fails where the book trades on what is decided two sessions later."""
    decisions = [table.name for table in BOOK.inputs].index("mart_hedge_decision_daily")

    def build(*frames: pl.LazyFrame) -> tuple[pl.LazyFrame, ...]:
        early = list(frames)
        ordered = frames[decisions].sort("layer_id", "session")
        early[decisions] = ordered.with_columns(pl.col("units_after").shift(-2).over("layer_id"))
        made = BOOK.build(*early)
        assert isinstance(made, tuple)
        return made

    with pytest.raises(AssertionError, match="as built on"):
        assert_prefix_stable(Step(BOOK.outputs, BOOK.inputs, build), decided, least=0, every=EVERY)
