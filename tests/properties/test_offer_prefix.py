"""Offers and the standing book never look ahead: they stay what the history says."""

from collections.abc import Callable

import polars as pl
import pytest

from policy.model import load
from schemas.book import with_preset
from schemas.step import Step
from transforms.offer_steps import offer_steps

Frames = dict[str, pl.DataFrame]
Check = Callable[..., None]

TERMS = load("steward").book_terms
STEPS = offer_steps(TERMS)[:2]
EVERY = 37  # sessions from one check to the next: each makes the whole table anew


@pytest.mark.parametrize("step", STEPS, ids=[step.outputs[0].name for step in STEPS])
def test_step_sees_no_future(
    step: Step, simulated_market: Frames, assert_prefix_stable: Check
) -> None:
    """Built on what was known at a session, every row up to it is that of the full history."""
    assert_prefix_stable(step, simulated_market, every=EVERY)


def test_one_day_condor_sees_no_future(
    simulated_market: Frames, assert_prefix_stable: Check
) -> None:
    """The next session's expiry is the calendar's, known at the close, not the next row's."""
    step = offer_steps(with_preset(TERMS, "one_dte"))[0]
    assert_prefix_stable(step, simulated_market, least=0, every=EVERY)


def test_check_finds_market_of_tomorrow(
    simulated_market: Frames, assert_prefix_stable: Check
) -> None:
    """The check fails where an offer is priced at the next close."""
    step = STEPS[0]
    place = [table.name for table in step.inputs].index("core_index_daily")

    def build(*frames: pl.LazyFrame) -> pl.LazyFrame:
        early = list(frames)
        early[place] = frames[place].sort("session").with_columns(pl.col("spx_close").shift(-1))
        made = step.build(*early)
        assert isinstance(made, pl.LazyFrame)
        return made

    with pytest.raises(AssertionError, match="as built on"):
        assert_prefix_stable(
            Step(step.outputs, step.inputs, build), simulated_market, least=0, every=EVERY
        )
