"""Rows to briefing: the verdict, the changes, and every block's look without data."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from pydantic import ValidationError

from briefing.context import TABLES, briefing_of
from briefing.model import Briefing
from briefing.rows import BriefingError
from briefing.run import RunInfo
from schemas.catalogue import table

Frames = dict[str, pl.DataFrame]
DECISION = "mart_hedge_decision_daily"
RULES = "mart_rule_evaluation_daily"
LAST = date(2025, 12, 31)


def _set(frames: Frames, name: str, column: str, value: object, **where: object) -> Frames:
    """The frames with one column set on the last session's matching rows."""
    chosen = pl.col("session") == LAST
    for key, wanted in where.items():
        chosen &= pl.col(key) == wanted
    dtype = table(name).schema[column]
    cell = pl.when(chosen).then(pl.lit(value, dtype=dtype)).otherwise(pl.col(column))
    return {**frames, name: frames[name].with_columns(cell.alias(column))}


def _all_layers(frames: Frames, action: str) -> Frames:
    held = _set(frames, DECISION, "action", action)
    return {**held, DECISION: held[DECISION].with_columns(units_after=pl.col("units_before"))}


def test_tables_are_declared(frames: Frames) -> None:
    """Every table the page reads is declared, and the fixture has each."""
    assert set(TABLES) == set(frames)
    assert all(table(name).name == name for name in TABLES)


def test_verdict_names_the_move(frames: Frames, run_info: RunInfo) -> None:
    """A layer that changes leads the sentence, with its contracts; the rest holds."""
    verdict = briefing_of(frames, run_info).verdict.sentence
    assert verdict == "Overlay: ADD to L2 mid, 4 to 5 contracts; hold L1 and L3."


def test_verdict_of_a_quiet_day(frames: Frames, run_info: RunInfo) -> None:
    """Nothing to do is said in as many words."""
    verdict = briefing_of(_all_layers(frames, "hold"), run_info).verdict.sentence
    assert verdict == "Overlay: HOLD all layers (L1 4; L2 4; L3 2 contracts)."


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("review", "REVIEW L2 mid, 4 to 5 contracts"),
        ("blocked", "L2 mid BLOCKED by R-01, 4 contracts stand"),
        ("unknown", "L2 mid has NO DATA, 4 contracts stand"),
        ("reduce", "REDUCE L2 mid, 4 to 5 contracts"),
    ],
)
def test_verdict_words_each_action(
    frames: Frames, run_info: RunInfo, action: str, expected: str
) -> None:
    """Every action has its own clause, and what is blocked or unknown says what stands."""
    changed = _set(frames, DECISION, "action", action, layer_id="L2")
    assert expected in briefing_of(changed, run_info).verdict.sentence


def test_no_evaluable_layer_withholds(frames: Frames, run_info: RunInfo) -> None:
    """Where no layer could be evaluated the page is withheld and says to hold."""
    briefing = briefing_of(_all_layers(frames, "unknown"), run_info)
    assert briefing.status.state == "withheld"
    assert "WITHHELD" in briefing.verdict.sentence


def test_missing_required_input_withholds(frames: Frames, run_info: RunInfo) -> None:
    """A required input that is missing withholds the page though the action is to hold."""
    missing = _set(_all_layers(frames, "hold"), DECISION, "reason_code", "required_input_missing")
    assert briefing_of(missing, run_info).status.state == "withheld"


def test_late_input_degrades(frames: Frames, run_info: RunInfo) -> None:
    """A late input turns the banner amber, leads the strip and is named with its age."""
    name = "core_as_known_daily"
    late = _set(frames, name, "freshness", "warn", series_id="baa_yield")
    late = _set(late, name, "age_sessions", 3, series_id="baa_yield")
    briefing = briefing_of(late, run_info)
    assert briefing.status.state == "degraded"
    assert briefing.quality.cells[0].series_id == "baa_yield"
    assert "3 sessions old" in briefing.status.reasons[0]


def test_breached_check_degrades(frames: Frames, run_info: RunInfo) -> None:
    """A check that did not pass degrades the page and is printed with what was found."""
    checks = frames["ops_check_result"].with_row_index()
    broken = checks.with_columns(
        check_outcome=pl.when(pl.col("index") == 0)
        .then(pl.lit("breach"))
        .otherwise("check_outcome")
    ).drop("index")
    briefing = briefing_of({**frames, "ops_check_result": broken}, run_info)
    assert briefing.status.state == "degraded"
    assert "found 0, accepted no nulls" in briefing.quality.breaches[0]


def test_source_without_series_is_not_degraded(make_frames, run_info: RunInfo) -> None:  # noqa: ANN001 -- a fixture
    """What a source never offers is listed apart and degrades nothing."""
    briefing = briefing_of(make_frames("sample"), replace(run_info, source="sample"))
    assert briefing.status.state == "complete"
    assert "VIX3M" in briefing.quality.not_offered
    assert briefing.figures[-1].missing.startswith("NO DATA")


def test_rule_that_turned_is_a_change(frames: Frames, run_info: RunInfo) -> None:
    """A rule whose outcome differs from the session before is named with both words."""
    turned = _set(frames, "mart_rule_evaluation_daily", "outcome", "fired", rule_id="R-06")
    sentences = briefing_of(turned, run_info).changes.sentences
    assert "R-06: NOT FIRED before, FIRED today." in sentences


def test_levels_state_their_change(frames: Frames, run_info: RunInfo) -> None:
    """A level's change is the difference of the two stored values, in points for the VIX."""
    name = "mart_vol_state_daily"
    moved = _set(frames, name, "vix_close", 20.0)
    before = moved[name]["vix_close"][-2]
    level = next(x for x in briefing_of(moved, run_info).changes.levels if x.column == "vix_close")
    assert level.today.text == "20.00 pts"
    assert level.change == f"+{20.0 - before:.2f} pts"


def test_reason_states_value_comparator_threshold(frames: Frames, run_info: RunInfo) -> None:
    """A rule's reason holds value, date, comparison, threshold and outcome."""
    seeds = {rule.rule_id: rule for rule in briefing_of(frames, run_info).gates.seeds}
    assert "4.62% (31 Dec) is not above 6.50%" in seeds["SEED-F"].sentence
    assert "11.80% (31 Dec) is below 18.00%: NOT FIRED." in seeds["SEED-F"].sentence
    assert "133 sessions" in seeds["SEED-F"].evidence


def test_distance_is_in_units_and_moves(frames: Frames, run_info: RunInfo) -> None:
    """Each condition says how far it is from turning: points and typical daily moves."""
    seeds = {rule.rule_id: rule for rule in briefing_of(frames, run_info).gates.seeds}
    found = [clause.distance for clause in seeds["SEED-F"].clauses]
    assert found == ["1.88 pp, 4.2 daily moves", "6.20 pp, 4.2 daily moves"]


def test_open_gate_on_inputs_reads_as_a_sentence(frames: Frames, run_info: RunInfo) -> None:
    """The gate on the required inputs says that they are there, not that one is missing."""
    text = "a required input is missing or stale"
    named = _set(frames, "mart_rule_evaluation_daily", "condition_text", text, rule_id="G-1")
    gate = briefing_of(named, run_info).gates.gates[0]
    assert gate.sentence == "Every required input is known and current (31 Dec): NOT FIRED."


def test_policy_stands_in_the_changes(frames: Frames, run_info: RunInfo) -> None:
    """One policy judges both sessions, and an earlier page need not have known it."""
    assert briefing_of(frames, run_info).changes.sentences[-1] == (
        "Both sessions are judged under steward 1.0; a page published under another policy may "
        "have said otherwise. No published input was revised."
    )


def test_signer_that_turned_signs(frames: Frames, run_info: RunInfo) -> None:
    """A signer whose word differs from the session before signed or did not; it never fires."""
    signer = frames[RULES].with_columns(
        family=pl.when(pl.col("rule_id") == "R-06").then(pl.lit("signer")).otherwise("family")
    )
    turned = _set({**frames, RULES: signer}, RULES, "outcome", "fired", rule_id="R-06")
    sentences = briefing_of(turned, run_info).changes.sentences
    assert "R-06: NOT SIGNED before, SIGNED today." in sentences


def test_short_history_of_percentiles_is_said(frames: Frames, run_info: RunInfo) -> None:
    """Under ten years the note gives the gap's window; with ten it says nothing."""
    name, column = "mart_vol_gap_daily", "vol_gap_window_sessions"
    notes = [
        briefing_of(_set(frames, name, column, sessions), run_info).changes.notes[-1]
        for sessions in (600, None, 2_520)
    ]
    assert notes[0].endswith("where history is shorter; the gap's is over 600 sessions.")
    assert notes[1] == "Percentiles: up to ten years, fewer where history is shorter."
    assert "ercentile" not in notes[2]


def test_sample_header_names_both_histories(frames: Frames, run_info: RunInfo) -> None:
    """The sample's span is that of what a briefing needs, the VIX apart."""
    header = briefing_of(frames, replace(run_info, source="sample")).header
    assert header.source_text == "Sample market: S&P 500 1999 to 2018, VIX from 2014"


def test_reading_that_is_off_may_fire(frames: Frames, run_info: RunInfo) -> None:
    """A reading that is off in the policy says how it came out, and that it moves nothing."""
    off = pl.col("rule_id").eq("SEED-Z") & pl.col("condition_no").ne(0)
    whole = {**frames, RULES: frames[RULES].filter(~off)}
    seeds = briefing_of(_set(whole, RULES, "outcome", "fired", rule_id="SEED-Z"), run_info).gates
    found = next(rule for rule in seeds.seeds if rule.rule_id == "SEED-Z")
    assert found.sentence == "FIRED; off in the policy, moves nothing (31 Dec)."
    assert found.reason == "Off in the policy, moves nothing (31 Dec)."


def test_revised_value_is_a_change(frames: Frames, run_info: RunInfo) -> None:
    """A published value that changes for the same event date is named with both values."""
    name, day = "core_as_known_daily", date(2025, 12, 1)
    dated = frames[name].with_columns(
        event_date=pl.when(pl.col("series_id") == "baa_yield")
        .then(pl.lit(day))
        .otherwise("event_date")
    )
    revised = _set({**frames, name: dated}, name, "value", 0.06, series_id="baa_yield")
    found = briefing_of(revised, run_info).changes.sentences
    assert "Baa corporate yield of Mon 1 Dec 2025 revised from 100.00% to 6.00%." in found
    assert not any("No published input" in sentence for sentence in found)


@pytest.mark.parametrize(
    ("code", "target", "expected"),
    [
        ("reduction_quorum_not_met", 1.0, "reduce"),
        ("cooldown", 0.75, "reduce"),
        ("cooldown", 1.25, "add"),
        ("cell_asks_more", 1.25, "add"),
    ],
)
def test_signers_are_counted_for_the_move_considered(
    frames: Frames, run_info: RunInfo, code: str, target: float, expected: str
) -> None:
    """A blocked or waiting reduction counts the votes on a reduction, not on an add."""
    changed = _set(frames, DECISION, "reason_code", code, layer_id="L2")
    changed = _set(changed, DECISION, "multiplier_target", target, layer_id="L2")
    assert f"L2 {expected}" in briefing_of(changed, run_info).gates.signers.asked


def test_review_says_who_cannot_judge(frames: Frames, run_info: RunInfo) -> None:
    """An increase that is put up for review names the gates that nothing can judge yet."""
    why = briefing_of(_set(frames, DECISION, "action", "review"), run_info).layers.rows[1].why
    assert "For review: G-2 cannot judge an add yet" in why


def test_missing_driver_names_the_input(make_frames, run_info: RunInfo) -> None:  # noqa: ANN001 -- a fixture
    """A rule without data says which input is missing and why."""
    name = "mart_rule_evaluation_daily"
    blank = _set(make_frames("sample"), name, "driver_value", None, rule_id="R-06")
    blank = _set(blank, name, "outcome", "no_data", rule_id="R-06")
    briefing = briefing_of(blank, replace(run_info, source="sample"))
    rule = next(rule for rule in briefing.gates.drivers if rule.rule_id == "R-06")
    assert rule.outcome == "no_data"
    assert "VIX3M: this source does not offer it" in rule.sentence


def test_signers_are_counted(frames: Frames, run_info: RunInfo) -> None:
    """Each layer says signed, quorum, NO DATA and NOT EVALUATED."""
    sentences = briefing_of(frames, run_info).gates.signers.sentences
    assert "L2 add: signed 3 of 5, quorum 3, NO DATA 1, NOT EVALUATED 1." in sentences


def test_today_is_marked_in_the_matrix(frames: Frames, run_info: RunInfo) -> None:
    """Exactly one cell of the matrix is today's."""
    rows = briefing_of(frames, run_info).gates.matrix.rows
    marked = [(r.label, c.text) for r in rows for c in r.cells if c.is_today]
    assert marked == [("B3 elevated", "1.00 / 1.25 / 1.00 / off")]


@pytest.mark.parametrize("name", [name for name in TABLES if name != "core_session"])
def test_block_without_rows_still_stands(frames: Frames, run_info: RunInfo, name: str) -> None:
    """Any one table may be empty; the page is made, and no block vanishes."""
    briefing = briefing_of(
        {**frames, name: table(name).empty().collect(engine="in-memory")}, run_info
    )
    assert set(briefing.model_dump()) == set(Briefing.model_fields)


def test_first_session_has_nothing_before(frames: Frames, run_info: RunInfo) -> None:
    """On the first session of a history there is nothing to compare with, and it says so."""
    first = frames["core_session"]["session"][0]
    briefing = briefing_of(frames, replace(run_info, session=first))
    assert briefing.changes.since == "the start"
    assert "First session" in briefing.changes.sentences[0]


def test_later_rows_are_not_read(frames: Frames, run_info: RunInfo) -> None:
    """The page of an earlier session is the same with and without the rows after it."""
    run = replace(run_info, session=frames["core_session"]["session"][-2])
    cut = {
        name: frame.filter(pl.col("session") <= run.session)
        if "session" in frame.columns
        else frame
        for name, frame in frames.items()
    }
    assert briefing_of(frames, run) == briefing_of(cut, run)


def test_unknown_session_is_refused(frames: Frames, run_info: RunInfo) -> None:
    """A day that is no session makes no page."""
    with pytest.raises(BriefingError, match="2025-12-28 is not among its sessions"):
        briefing_of(frames, replace(run_info, session=date(2025, 12, 28)))


def test_briefing_takes_no_unknown_field(frames: Frames, run_info: RunInfo) -> None:
    """A field that the model does not know is an error."""
    content = briefing_of(frames, run_info).model_dump()
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Briefing.model_validate({**content, "headline": "x"})


def test_figures_stay_small(frames: Frames, run_info: RunInfo) -> None:
    """No figure holds more points than a page draws quickly."""
    figures = briefing_of(frames, run_info).figures
    assert max(sum(len(line.points) for line in figure.lines) for figure in figures) <= 2_500


def test_lines_have_no_more_points_than_the_eye(frames: Frames, run_info: RunInfo) -> None:
    """No line has more points than half a printed page shows."""
    lines = [line for f in briefing_of(frames, run_info).figures for line in f.lines]
    assert max(len(line.points) for line in lines) <= 260


def test_figures_tables_hold_what_is_drawn(frames: Frames, run_info: RunInfo) -> None:
    """The table behind a chart over time has a row for every point."""
    for figure in briefing_of(frames, run_info).figures:
        if figure.kind in {"spread", "macd", "gap", "premium"}:
            assert len(figure.table) - 1 == max(len(line.points) for line in figure.lines)


def test_term_structure_has_a_year_behind_it(frames: Frames, run_info: RunInfo) -> None:
    """Today is solid, the previous session dashed, a week ago dotted, over a year's band."""
    figure = briefing_of(frames, run_info).figures[-1]
    assert [(line.name, line.style) for line in figure.lines] == [
        ("10th to 90th", "outer_band"),
        ("Week ago", "dotted"),
        ("Previous", "dashed"),
        ("Today", "solid"),
    ]
    year = frames["core_index_daily"]["vix3m_close"].tail(252)
    band = next(point for point in figure.lines[0].points if point.x == 93)
    assert (band.y, band.high) == (year.quantile(0.1, "linear"), year.quantile(0.9, "linear"))


def test_gaps_stay_gaps(frames: Frames, run_info: RunInfo) -> None:
    """A null in the table is a null in the figure."""
    gap = _set(frames, "mart_vol_state_daily", "implied_vol", None)
    figure = next(f for f in briefing_of(gap, run_info).figures if f.figure_id == "spread")
    implied = next(line for line in figure.lines if line.name == "Implied")
    assert implied.points[-1].y is None
    assert implied.points[-2].y is not None
