"""The book never looks ahead: what was held and what it was worth stay what the history says."""

from collections.abc import Callable

import polars as pl
import pytest

from policy.decide import decision_step
from policy.model import load
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
