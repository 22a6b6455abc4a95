"""Blocks 0 and 1: whether the page can be trusted, and what it says, each in one sentence."""

from briefing import breaches, formats, freshness
from briefing.labels import label
from briefing.model import Header, PageState, Status, Verdict
from briefing.rows import Row, Rows, as_date, as_int, as_text

HEDGE_LAYERS = ("L1", "L2", "L3")
ACTION_WORDS = {
    "hold": "HOLD",
    "add": "ADD",
    "reduce": "REDUCE",
    "restructure": "RESTRUCTURE",
    "monetise": "MONETIZE",
    "review": "REVIEW",
    "unfunded": "UNFUNDED",
    "blocked": "BLOCKED",
    "unknown": "NO DATA",
}
_CLAUSES = {
    "add": "ADD to {layer}, {move}",
    "reduce": "REDUCE {layer}, {move}",
    "restructure": "RESTRUCTURE {layer}, {still}",
    "monetise": "MONETIZE {layer}, {move}",
    "review": "REVIEW {layer}, {still}",
    "blocked": "{layer} BLOCKED {by}, {kept} stand",
    "unfunded": "{layer} UNFUNDED, {kept} stand",
    "unknown": "{layer} has NO DATA, {kept} stand",
}
"""What the verdict says of a layer by its action; nothing of one that holds."""

_BLOCKED_BY = {
    "quorum_not_met": "for want of a quorum",
    "reduction_quorum_not_met": "for want of a quorum",
    "cooldown": "by the cooldown",
}
_STATE_WORDS: dict[PageState, str] = {
    "complete": "Complete",
    "degraded": "Degraded",
    "withheld": "Withheld",
}
_SOURCES = {
    "simulated": "Simulated market: made by a seeded generator, no market data",
    "sample": "Sample market: S&P 500 1999 to 2018, VIX from 2014",
    "live": "Live market: each input as its publisher served it, known when it was known",
}


def header(rows: Rows) -> Header:
    """When the page's knowledge ends and which open it is meant for."""
    run = rows.run
    calendar = rows.one("core_session", run.session)
    known, close = calendar["decision_at"], calendar["close_at"]
    return Header(
        policy_text=f"{run.policy_name} {run.policy_version}",
        title=f"VolBrief {run.session.isoformat()}",
        session=run.session,
        session_text=formats.day(run.session),
        close_text=formats.instant(close),
        known_by_et=formats.instant(known),
        known_by_utc=formats.instant_utc(known),
        open_text=formats.day(as_date(calendar["next_session"])),
        source=run.source,
        source_text=_SOURCES.get(run.source, run.source),
        is_simulated=run.source == "simulated",
        run_id=run.run_id,
        revision=run.revision,
    )


def status(rows: Rows) -> Status:
    """Complete, degraded or withheld, and why.

    Withheld: no hedge layer could be evaluated. Degraded: an input that a measure uses and the
    source offers is late, stale, suspect or missing, or one of its checks was breached. What the
    source never offers, and what no measure uses, degrades nothing.
    """
    reasons = (*_input_reasons(rows), *freshness.check_breaches(rows))
    decisions = hedge_decisions(rows)
    if is_withheld(decisions):
        state: PageState = "withheld"
        sentence = "Withheld: no layer could be evaluated. Hold, and review the data."
    elif reasons:
        state, sentence = "degraded", f"Degraded: {_summary(rows)}."
    else:
        state = "complete"
        sentence = "Complete: every used input is current and passed its checks."
    detail = sentence.partition(": ")[2]
    return Status(
        state=state,
        word=_STATE_WORDS[state],
        sentence=sentence,
        detail=f"{detail[:1].upper()}{detail[1:]}",
        reasons=reasons,
    )


def hedge_decisions(rows: Rows) -> list[Row]:
    """Today's decisions on the three hedge layers."""
    today = rows.at("mart_hedge_decision_daily", rows.session)
    return [row for row in today if row["layer_id"] in HEDGE_LAYERS]


def is_withheld(decisions: list[Row]) -> bool:
    """Whether no layer could be evaluated: an axis unknown, or a required input missing."""
    return all(
        row["action"] == "unknown" or row["reason_code"] == "required_input_missing"
        for row in decisions
    )


def _input_reasons(rows: Rows) -> tuple[str, ...]:
    return tuple(cell.sentence for cell in freshness.failing(rows))


def _summary(rows: Rows) -> str:
    faults, broken = freshness.failing(rows), freshness.check_breaches(rows)
    parts = []
    if faults:
        names = breaches.named([cell.label for cell in faults])
        parts.append(f"{formats.count(len(faults), 'used input')} not current ({names})")
    if broken == (breaches.UNCHECKED,):
        parts.append("no check results recorded")
    elif broken:
        parts.append(formats.count(len(broken), "check") + " breached")
    return " and ".join(parts)


def verdict(rows: Rows) -> Verdict:
    """The policy's answer: moves first, then what needs a person, then what stands."""
    decisions = hedge_decisions(rows)
    if is_withheld(decisions):
        return Verdict(
            sentence="Overlay: WITHHELD. No layer could be evaluated; hold what is in place.",
            evaluable=_evaluable(rows),
        )
    clauses = [clause for row in decisions if (clause := _clause(rows, row))]
    holds = [as_text(row["layer_id"]) for row in decisions if row["action"] == "hold"]
    if not clauses:
        units = "; ".join(
            f"{row['layer_id']} {formats.count(as_int(row['units_after']))}" for row in decisions
        )
        clauses = [f"HOLD all layers ({units} contracts)"]
    elif holds:
        clauses.append(f"hold {' and '.join(holds)}")
    clauses.extend(_second_engine(rows))
    return Verdict(sentence=f"Overlay: {'; '.join(clauses)}.", evaluable=_evaluable(rows))


def _clause(rows: Rows, row: Row) -> str:
    name = f"{row['layer_id']} {rows.run.text.layer(as_text(row['layer_id'])).name}"
    layer = name if not name.startswith(f"{row['layer_id']} {row['layer_id']}") else name[:2]
    before, after = as_int(row["units_before"]), as_int(row["units_after"])
    move = f"{formats.count(before)} to {formats.count(after)} contracts"
    return _CLAUSES.get(as_text(row["action"]), "").format(
        layer=layer,
        move=move,
        kept=formats.count(before, "contract"),
        still=move if before != after else f"still {formats.count(after, 'contract')}",
        by=_BLOCKED_BY.get(as_text(row["reason_code"]), f"by {row['rule_id']}"),
    )


def _second_engine(rows: Rows) -> list[str]:
    today = rows.at("mart_hedge_decision_daily", rows.session)
    states = [row["se_state"] for row in today if row["layer_id"] == "SE"]
    if not states or states[0] in {None, "off"}:
        return []
    return [f"Second Engine on {as_text(states[0])}"]


def _evaluable(rows: Rows) -> str:
    rules = [
        row
        for row in rows.at("mart_rule_evaluation_daily", rows.session)
        if row["condition_no"] == 0 and row["family"] != "signer"
    ]
    known = [row for row in rules if row["outcome"] in {"fired", "not_fired"}]
    stale = [label(cell.series_id) for cell in freshness.failing(rows)]
    text = f"{len(known)} of {formats.count(len(rules), 'rule')} could be evaluated"
    return f"{text}; watch {', '.join(stale[:3])}." if stale else f"{text}."
