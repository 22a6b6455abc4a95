"""Block 2: what differs from the session before. The differences shown are display only."""

from collections.abc import Iterator
from typing import Literal

from briefing import formats
from briefing.labels import label, outcome_word, quantity, unit_of
from briefing.model import Changes, Level
from briefing.rows import Row, Rows, as_date, as_float, as_int, as_text
from briefing.verdict import ACTION_WORDS
from schemas.series import USED, series

_MARKET: tuple[tuple[str, str, str], ...] = (
    ("mart_vol_state_daily", "spx_close", ""),
    ("mart_vol_state_daily", "vix_close", "vix_percentile"),
    ("mart_vol_state_daily", "realized_vol_21d", "realized_vol_percentile"),
    ("mart_vol_state_daily", "vol_spread", ""),
    ("mart_vol_state_daily", "term_ratio_3m", ""),
    ("mart_technical_daily", "vix_macd_hist", ""),
    ("mart_cost_of_equity_daily", "treasury_10y", ""),
)
_PREMIUM: tuple[tuple[str, str, str], ...] = (
    ("mart_cost_of_equity_daily", "erp_damodaran_published", ""),
    ("mart_cost_of_equity_daily", "erp_fcfe_marked", ""),
    ("mart_cost_of_equity_daily", "erp_svix30", ""),
    ("mart_vol_gap_daily", "vol_gap_z", "vol_gap_percentile"),
    ("mart_cost_of_equity_daily", "coe_f", ""),
    ("mart_cost_of_equity_daily", "wacc_f", "wacc_f_percentile"),
    ("mart_cost_of_equity_daily", "wacc_v", "wacc_v_percentile"),
)
# Table, column, and the column of the same table that holds its ten-year percentile.
_LEVELS: dict[Literal["market", "premium"], tuple[tuple[str, str, str], ...]] = {
    "market": _MARKET,
    "premium": _PREMIUM,
}
_AGES = {"ok": "current", "warn": "late", "fail": "stale", "suspect": "suspect"}
_TEN_YEARS = 2_520  # [sessions]
_SHOWN = 6  # sentences that the first page holds beside all else


def changes(rows: Rows) -> Changes:
    """Layers that moved, rules that turned, inputs revised, the policy; then the levels."""
    previous = rows.previous
    found = (*_layers(rows), *_rules(rows), *_inputs(rows), *_revisions(rows))
    if len(found) > _SHOWN:
        found = (
            *found[: _SHOWN - 1],
            f"{len(found) - _SHOWN + 1} more; see the rules in block 10.",
        )
    sentences = (*(found or ("No rule, layer or input state changed.",)), *_same(rows))
    if previous is None:
        sentences = ("First session of the history: there is nothing to compare with.",)
    return Changes(
        since="the start" if previous is None else formats.day(previous),
        sentences=sentences,
        levels=tuple(
            _level(rows, group, *entry) for group, entries in _LEVELS.items() for entry in entries
        ),
        notes=_notes(rows),
    )


def _level(
    rows: Rows, group: Literal["market", "premium"], table: str, column: str, percentile: str
) -> Level:
    today = rows.one(table, rows.session)
    before = as_float(rows.one(table, rows.previous)[column])
    value = as_float(today[column])
    rank = as_float(today[percentile]) if percentile else None
    return Level(
        group=group,
        label=label(column),
        column=column,
        today=quantity(value, column),
        before=quantity(before, column),
        change=formats.change(before, value, unit_of(column)),
        percentile=formats.ordinal(rank) if percentile else "",
    )


def _same(rows: Rows) -> tuple[str, ...]:
    """What stands under both sessions: one policy, and values published before.

    A run judges its whole history with the policy in force, so a change of it never shows here.
    """
    table = "mart_hedge_decision_daily"
    today, before = rows.at(table, rows.session), rows.at(table, rows.previous)
    revised = "" if _revisions(rows) else " No published input was revised."
    if not today or not before:
        return (revised.strip(),) if revised else ()
    name = f"{today[0]['policy_name']} {today[0]['policy_version']}"
    text = (
        f"Both sessions are judged under {name}; "
        f"a page published under another policy may have said otherwise.{revised}"
    )
    return (text,)


def _revisions(rows: Rows) -> tuple[str, ...]:
    """Values of used inputs that changed after they were known: same event date, other value."""
    sentences = []
    for row, then in _used(rows):
        if then["event_date"] != row["event_date"] or then["value"] == row["value"]:
            continue
        column = as_text(row["series_id"])
        was, now = (quantity(as_float(one["value"]), column).text for one in (then, row))
        of = f"{label(column)} of {formats.day(as_date(row['event_date']))}"
        if then["publisher"] != row["publisher"]:
            sentences.append(
                f"{of}: {now} by {row['publisher']} in place of {was} by {then['publisher']}."
            )
        else:
            sentences.append(f"{of} revised from {was} to {now}.")
    return tuple(sentences)


def _notes(rows: Rows) -> tuple[str, ...]:
    """What the levels' numbers rest on, beside them: marks, proxies and assumed weights."""
    cost = rows.one("mart_cost_of_equity_daily", rows.session)
    known = {row["series_id"]: row for row in rows.at("core_as_known_daily", rows.session)}
    notes = []
    if (marked := as_date(cost["erp_mark_date"])) is not None:
        notes.append(
            f"The cash-flow premium is calibrated to the published one of {formats.month(marked)} "
            "(its trailing cash flows, CF0, are solved for) and marked again at each close."
        )
    notes.append("The options premium uses the VIX in place of a strip of option prices.")
    yields = known.get("treasury_10y")
    if yields is not None and (as_int(yields["age_sessions"]) or 0) > 0:
        held = formats.day(as_date(yields["event_date"]))
        notes.append(f"The 10-year yield is of {held}, held until the next mark.")
    by = as_text(known["rf_30d"]["publisher"]) if "rf_30d" in known else ""
    bill = series("rf_30d").feed_by(rows.run.source, by)
    if bill is not None and bill.note:
        notes.append(f"30-day rate: {bill.publisher}, {bill.note}.")
    if cost["is_weight_assumed"]:
        equity = formats.percent(as_float(cost["weight_equity"]), 0)
        debt = formats.percent(as_float(cost["weight_debt"]), 0)
        notes.append(f"Capital weights are assumed: {equity} equity, {debt} debt.")
    notes.extend(_window(rows))
    return tuple(notes)


def _window(rows: Rows) -> tuple[str, ...]:
    """How short the history behind the percentiles still is; nothing once it is ten years."""
    sessions = as_int(rows.one("mart_vol_gap_daily", rows.session)["vol_gap_window_sessions"])
    if sessions is not None and sessions >= _TEN_YEARS:
        return ()
    text = "Percentiles: up to ten years, fewer where history is shorter"
    if sessions is None:
        return (f"{text}.",)
    return (f"{text}; the gap's is over {formats.count(sessions, 'session')}.",)


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
    before, after = as_int(row["units_before"]), as_int(row["units_after"])
    moved = f", {formats.count(before)} to {formats.count(after)} contracts"
    if row["action"] != then["action"] or before != after:
        was, now = (_stance(one["action"]) for one in (then, row))
        same = f"{name}: {now} again" if was == now else f"{name}: {was} before, {now} today"
        found.append(f"{same}{moved if before != after else ''}.")
    cell, old = (row["row_bucket"], row["column_bucket"]), (then["row_bucket"], then["column_bucket"])  # fmt: skip
    if name == "L1" and cell != old:
        found.append(f"Matrix cell moved from {_cell(old)} to {_cell(cell)}.")
    if row["se_state"] != then["se_state"]:
        was, now = (as_text(one["se_state"]) or formats.NO_DATA for one in (then, row))
        found.append(f"{name}: {was} before, {now} today.")
    return found


def _stance(action: object) -> str:
    return ACTION_WORDS.get(str(action), str(action).upper())


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
            family = as_text(row["family"])
            was, now = (outcome_word(family, code) for code in (then, as_text(row["outcome"])))
            sentences.append(f"{row['rule_id']}: {was} before, {now} today.")
    return tuple(sentences)


def _used(rows: Rows) -> Iterator[tuple[Row, Row]]:
    """The used inputs that were known at both sessions, today's row first."""
    table = "core_as_known_daily"
    before = {row["series_id"]: row for row in rows.at(table, rows.previous)}
    for row in rows.at(table, rows.session):
        if row["series_id"] in before and row["series_id"] in USED:
            yield row, before[row["series_id"]]


def _inputs(rows: Rows) -> tuple[str, ...]:
    sentences = []
    for row, then in _used(rows):
        if then["freshness"] != row["freshness"]:
            name = label(as_text(row["series_id"]))
            was, now = (
                _AGES.get(as_text(one["freshness"]), formats.NO_DATA) for one in (then, row)
            )
            sentences.append(f"{name}: {was} before, {now} today.")
    return tuple(sentences)
