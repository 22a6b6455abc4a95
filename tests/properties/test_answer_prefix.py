"""The behavioral score never looks ahead: an answer counts from when it was known, and not before."""

from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest

from schemas.core import CORE_ANSWER, CORE_SESSION
from schemas.mart import MART_BOOK_DAILY, MART_HEDGE_DECISION_DAILY
from schemas.state_tables import MART_ANSWER_SCORE_DAILY
from schemas.step import Step
from transforms.answer import answer_score_daily

Frames = dict[str, pl.DataFrame]
Check = Callable[..., None]

SESSIONS = 240
SCORE = Step(
    (MART_ANSWER_SCORE_DAILY,),
    (CORE_SESSION, CORE_ANSWER, MART_HEDGE_DECISION_DAILY, MART_BOOK_DAILY),
    answer_score_daily,
)


def _filled(table: object, frame: pl.DataFrame) -> pl.DataFrame:
    schema = table.schema  # type: ignore[attr-defined]
    missing = [
        pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in frame
    ]
    return frame.with_columns(missing).select(list(schema)).cast(schema)


@pytest.fixture(scope="module")
def answered(simulated_market: Frames) -> Frames:
    """Units that never rest, condors that come and go, and answers, some late, some taken back."""
    grid = simulated_market["core_session"].head(SESSIONS)
    number = pl.int_range(pl.len())
    layers = [
        grid.select("session", layer_id=pl.lit(layer), units_before=3 + (number + k) % 3,
                    units_after=3 + (number + k + 1 + number % 2) % 3)
        for k, layer in enumerate(("L1", "L2", "L3"))
    ]  # fmt: skip
    decisions = _filled(MART_HEDGE_DECISION_DAILY, pl.concat(layers))
    books = grid.select("session", book=pl.lit("model"), condor_units=number // 7 % 2 * 10)
    late = pl.duration(days=pl.col("place") % 5, hours=1)
    first = decisions.select("session", "layer_id", place=number).filter(pl.col("place") % 3 != 1)
    first = first.join(grid.select("session", "decision_at"), on="session").select(
        "session", "layer_id",
        answer=pl.when(pl.col("place") % 4 == 0).then(pl.lit("declined")).otherwise(pl.lit("accepted")),
        answered_on=pl.col("session"), available_at=pl.col("decision_at") + late,
    )  # fmt: skip
    again = first.gather_every(6).with_columns(
        answer=pl.lit("accepted"), available_at=pl.col("available_at") + timedelta(days=9)
    )
    return {
        "core_session": grid,
        "core_answer": pl.concat([first, again]),
        "mart_hedge_decision_daily": decisions,
        "mart_book_daily": _filled(MART_BOOK_DAILY, books),
    }


def test_score_sees_no_future(answered: Frames, assert_prefix_stable: Check) -> None:
    """Built on what was known at a session, every row up to it is that of the full history."""
    assert_prefix_stable(SCORE, answered)


def test_check_finds_answer_before_its_time(answered: Frames, assert_prefix_stable: Check) -> None:
    """The check fails where what is answered to a later session counts already."""

    def build(  # as the step, but with answers known a month before they were given
        core_session: pl.LazyFrame,
        core_answer: pl.LazyFrame,
        mart_hedge_decision_daily: pl.LazyFrame,
        mart_book_daily: pl.LazyFrame,
    ) -> pl.LazyFrame:
        early = core_answer.with_columns(pl.col("available_at") - timedelta(days=30))
        return answer_score_daily(core_session, early, mart_hedge_decision_daily, mart_book_daily)

    with pytest.raises(AssertionError, match="as built on"):
        assert_prefix_stable(Step(SCORE.outputs, SCORE.inputs, build), answered)
