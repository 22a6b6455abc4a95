"""Every reason of a decision becomes a sentence with its numbers."""

import polars as pl
import pytest

from briefing.context import briefing_of
from briefing.layers import _REASONS
from briefing.run import RunInfo
from policy.record import REASONS

DECISION = "mart_hedge_decision_daily"
RULES = "mart_rule_evaluation_daily"


def _with_reason(frames: dict[str, pl.DataFrame], code: str) -> dict[str, pl.DataFrame]:
    changed = frames[DECISION].with_columns(reason_code=pl.lit(code))
    return {**frames, DECISION: changed}


def test_every_reason_of_a_decision_has_words() -> None:
    """No token that a decision can give is without its sentence, and no sentence is idle."""
    assert {*_REASONS} == {*REASONS}


@pytest.mark.parametrize("code", [*_REASONS, "a_code_without_words"])
def test_reason_is_a_finished_sentence(
    frames: dict[str, pl.DataFrame], run_info: RunInfo, code: str
) -> None:
    """No brace, no bare token: the sentence quotes the decision's own values."""
    for layer in briefing_of(_with_reason(frames, code), run_info).layers.rows:
        assert "{" not in layer.why
        assert "_" not in layer.why
        assert layer.why.endswith(".")


def test_matrix_reason_quotes_the_cell(frames: dict[str, pl.DataFrame], run_info: RunInfo) -> None:
    """What the cell asks and what was in force stand in the sentence."""
    why = briefing_of(_with_reason(frames, "cell_asks_more"), run_info).layers.rows[1].why
    assert why.startswith("The cell asks 1.25\u00d7, more than 1.00\u00d7 in force.")


def test_flip_says_where_and_how_far(frames: dict[str, pl.DataFrame], run_info: RunInfo) -> None:
    """The flip names the input, its threshold, its value, the distance and what follows."""
    assert briefing_of(frames, run_info).layers.rows[0].flip == (
        "Vol-fundamental gap (z) up to +1.50 sd "
        "(now +0.61 sd, 5.9 typical daily moves away): target 0.75\u00d7"
    )


def test_missing_axis_names_the_input(frames: dict[str, pl.DataFrame], run_info: RunInfo) -> None:
    """Where an axis is unknown the reason says which, and no number is made up."""
    is_axis = pl.col("driver_column") == "vol_gap_z"
    blank = frames[RULES].with_columns(driver_value=pl.when(~is_axis).then("driver_value"))
    page = briefing_of({**_with_reason(frames, "row_unknown"), RULES: blank}, run_info)
    layer = page.layers.rows[3]
    assert "Vol-fundamental gap (z): no data, its history of 600 sessions is too short" in layer.why


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("cooldown", "Seed rule SEED-V asks 1.25\u00d7; an opposite move waits 5 sessions more."),
        ("cell_asks_less", "Seed rule SEED-V asks 1.25\u00d7, less than 1.00\u00d7 in force."),
        ("cell_not_persisted", "Seed rule SEED-V fired; the matrix row has held too few closes"),
        ("reduction_quorum_not_met", "Seed rule SEED-V asks less than is in force; signed 3,"),
    ],
)
def test_seed_rule_asks_in_its_own_name(
    frames: dict[str, pl.DataFrame], run_info: RunInfo, code: str, expected: str
) -> None:
    """Where the seed rule decided, no reason says that the cell asks."""
    changed = _with_reason(frames, code)
    changed[DECISION] = changed[DECISION].with_columns(rule_id=pl.lit("SEED-V"))
    why = briefing_of(changed, run_info).layers.rows[1].why
    assert why.startswith(expected)
    assert "cell asks" not in why


def test_one_close_is_singular(frames: dict[str, pl.DataFrame], run_info: RunInfo) -> None:
    """A cell that is new today has held one close."""
    changed = _with_reason(frames, "cell_not_persisted")
    changed[DECISION] = changed[DECISION].with_columns(sessions_in_cell=pl.lit(1, pl.Int32))
    why = briefing_of(changed, run_info).layers.rows[0].why
    assert why.startswith("The matrix cell has held 1 close, too few to act on.")
