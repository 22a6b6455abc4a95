"""The matrix's axes are those of the policy in force, in its order, with its edges."""

from dataclasses import replace

import polars as pl
import pytest

from briefing.axes import Axis, axes_of
from briefing.context import briefing_of
from briefing.rows import BriefingError, Rows
from briefing.run import RunInfo

Frames = dict[str, pl.DataFrame]
RULES = "mart_rule_evaluation_daily"


def _on(frames: Frames, old: str, new: str, value: float) -> Frames:
    """The frames of a policy with another column on one axis."""
    is_axis = pl.col("condition_text").str.contains(f"({old},", literal=True)
    changed = frames[RULES].with_columns(
        condition_text=pl.col("condition_text").str.replace(f"({old},", f"({new},", literal=True),
        driver_column=pl.when(is_axis).then(pl.lit(new)).otherwise("driver_column"),
        driver_value=pl.when(is_axis).then(pl.lit(value)).otherwise("driver_value"),
    )
    return {**frames, RULES: changed}


def test_axes_are_the_matrix_rule_s(frames: Frames, run_info: RunInfo) -> None:
    """Columns, values and edges are those of the rule's own conditions, in the columns' units."""
    assert axes_of(Rows(frames, run_info)) == (
        Axis("row", "vol_gap_z", 0.61, (-0.5, 0.5, 1.5)),
        Axis("column", "realized_vol_21d", 0.118, (0.14, 0.18, 0.25)),
    )


def test_another_axis_is_printed(frames: Frames, run_info: RunInfo) -> None:
    """A policy on the 63-session window prints that window's value, and no band of the other's."""
    page = briefing_of(_on(frames, "realized_vol_21d", "realized_vol_63d", 0.134), run_info)
    assert "63-session realized volatility 13.40% is R1" in page.layers.rows[0].why
    matrix = next(rule for rule in page.gates.drivers if rule.rule_id == "R-01")
    assert matrix.clauses[1].text.startswith("63-session realized volatility 13.40% (31 Dec) lies")
    assert "21-session" not in matrix.sentence


def test_another_row_heads_the_matrix(frames: Frames, run_info: RunInfo) -> None:
    """The matrix is headed by the row's own column, and the gap's chart has no edges of it."""
    page = briefing_of(_on(frames, "vol_gap_z", "vol_gap_percentile", 71.0), run_info)
    assert page.gates.matrix.row_axis == "Vol-fundamental gap (percentile)"
    gap = next(figure for figure in page.figures if figure.figure_id == "gap")
    assert [line.value for line in gap.references] == [1.0]


def test_gap_chart_has_every_edge(frames: Frames, run_info: RunInfo) -> None:
    """Each edge of the gap's bands is a line, beside the thresholds that rules state on it."""
    gap = next(f for f in briefing_of(frames, run_info).figures if f.figure_id == "gap")
    assert [line.value for line in gap.references] == [-0.5, 0.5, 1.0, 1.5]


def test_bands_stand_in_the_policy_s_order(frames: Frames, run_info: RunInfo) -> None:
    """Rows and columns follow the policy, not the alphabet; what it does not name comes last."""
    text = replace(run_info.text, rows={"B3": "c", "B1": "a", "B2": "b"}, columns={"R4": "x"})
    matrix = briefing_of(frames, replace(run_info, text=text)).gates.matrix
    assert [row.label for row in matrix.rows] == ["B3 c", "B1 a", "B2 b", "B4"]
    assert matrix.columns == ("R4 x", "R1", "R2", "R3")


def test_edge_without_a_number_is_refused(frames: Frames, run_info: RunInfo) -> None:
    """An edge that is no number is an error, not a line somewhere."""
    broken = frames[RULES].with_columns(pl.col("condition_text").str.replace("-0.5 z", "low"))
    with pytest.raises(BriefingError, match="vol_gap_z: edge 'low'"):
        axes_of(Rows({**frames, RULES: broken}, run_info))
