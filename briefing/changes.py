"""Block 2: what differs from the session before. The differences shown are display only."""

from briefing import formats
from briefing.labels import OUTCOME_WORDS, label, outcome, quantity, unit_of
from briefing.model import Changes, Level
from briefing.rows import Row, Rows, as_float, as_int, as_text

# Table, column, and the column of the same table that holds its ten-year percentile.
_LEVELS = (
    ("mart_vol_state_daily", "spx_close", ""),
    ("mart_vol_state_daily", "vix_close", "vix_percentile"),
    ("mart_vol_state_daily", "realized_vol_21d", "realized_vol_percentile"),
    ("mart_vol_state_daily", "vol_spread", ""),
    ("mart_vol_state_daily", "term_ratio_3m", ""),
    ("mart_cost_of_equity_daily", "erp_fcfe_marked", ""),
    ("mart_cost_of_equity_daily", "erp_svix30", ""),
    ("mart_vol_gap_daily", "vol_gap_z", "vol_gap_percentile"),
    ("mart_cost_of_equity_daily", "coe_f", ""),
    ("mart_cost_of_equity_daily", "wacc_f", "wacc_f_percentile"),
    ("mart_cost_of_equity_daily", "wacc_v", "wacc_v_percentile"),
    ("mart_cost_of_equity_daily", "treasury_10y", ""),
)


def changes(rows: Rows) -> Changes:
    """Rules that turned, layers that moved, a new policy; then levels beside yesterday's."""
    previous = rows.previous
    sentences = (*_policy(rows), *_layers(rows), *_rules(rows), *_inputs(rows))
    if previous is None:
        sentences = ("First session of the history: there is nothing to compare with.",)
    elif not sentences:
        sentences = ("No rule, layer, input state or policy changed.",)
    return Changes(
        since="the start" if previous is None else formats.day(previous),
        sentences=sentences,
        levels=tuple(_level(rows, *entry) for entry in _LEVELS),
    )


def _level(rows: Rows, table: str, column: str, percentile: str) -> Level:
    today = rows.one(table, rows.session)
    before = as_float(rows.one(table, rows.previous)[column])
    value = as_float(today[column])
    rank = as_float(today[percentile]) if percentile else None
    return Level(
        label=label(column),
        column=column,
        today=quantity(value, column),
        before=quantity(before, column),
        change=formats.change(before, value, unit_of(column)),
        percentile=formats.ordinal(rank) if percentile else "\u2013",
    )


def _policy(rows: Rows) -> tuple[str, ...]:
    table = "mart_hedge_decision_daily"
    today, before = rows.at(table, rows.session), rows.at(table, rows.previous)
    if not today or not before or today[0]["policy_hash"] == before[0]["policy_hash"]:
        return ()
    return (
        (
            f"Policy changed from {before[0]['policy_name']} {before[0]['policy_version']} "
            f"to {today[0]['policy_name']} {today[0]['policy_version']}."
        ),
    )


def _layers(rows: Rows) -> tuple[str, ...]:
    table = "mart_hedge_decision_daily"
    before = {row["layer_id"]: row for row in rows.at(table, rows.previous)}
    sentences: list[str] = []
    for row in rows.at(table, rows.session):
        then = before.get(row["layer_id"])
        if then is not None:
            sentences.extend(_layer(row, then))
    return tuple(sentences)


def _layer(row: Row, then: Row) -> list[str]:
    name, found = as_text(row["layer_id"]), []
    if row["action"] != then["action"]:
        found.append(f"{name}: action {then['action']} yesterday, {row['action']} today.")
    cell, old = (row["row_bucket"], row["column_bucket"]), (then["row_bucket"], then["column_bucket"])  # fmt: skip
    if name == "L1" and cell != old:
        found.append(f"Matrix cell moved from {_cell(old)} to {_cell(cell)}.")
    if row["units_after"] != row["units_before"]:
        found.append(
            f"{name}: {formats.count(as_int(row['units_before']))} to "
            f"{formats.count(as_int(row['units_after']))} contracts."
        )
    return found


def _cell(cell: tuple[object, object]) -> str:
    return f"{cell[0]} by {cell[1]}" if all(cell) else formats.NO_DATA


def _rules(rows: Rows) -> tuple[str, ...]:
    table = "mart_rule_evaluation_daily"
    before = {
        row["rule_id"]: as_text(row["outcome"])
        for row in rows.at(table, rows.previous)
        if row["condition_no"] == 0
    }
    sentences = []
    for row in rows.at(table, rows.session):
        then = before.get(row["rule_id"])
        if row["condition_no"] == 0 and then is not None and then != row["outcome"]:
            was = OUTCOME_WORDS[outcome(then)]
            now = OUTCOME_WORDS[outcome(as_text(row["outcome"]))]
            sentences.append(f"{row['rule_id']}: {was} yesterday, {now} today.")
    return tuple(sentences)


def _inputs(rows: Rows) -> tuple[str, ...]:
    table = "core_as_known_daily"
    before = {row["series_id"]: row for row in rows.at(table, rows.previous)}
    sentences = []
    for row in rows.at(table, rows.session):
        then = before.get(row["series_id"])
        if then is not None and then["freshness"] != row["freshness"]:
            name = label(as_text(row["series_id"]))
            sentences.append(f"{name}: freshness {then['freshness']}, now {row['freshness']}.")
    return tuple(sentences)
