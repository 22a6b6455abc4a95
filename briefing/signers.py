"""Block 4's signers: who signs which move of which layer, and the count against the quorum."""

from collections import Counter
from collections.abc import Mapping

from briefing import formats
from briefing.labels import outcome, readable
from briefing.model import Signers, SignerVote, Tally
from briefing.rows import Row, Rows, as_float, as_int, as_text

_REDUCTIONS = {"cell_asks_less", "reduction_quorum_not_met"}
# Either move may wait, or be too small to trade: there the multipliers tell which it is.
_EITHER = {"cooldown", "less_than_one_contract"}


def direction(decision: Row) -> str | None:
    """The move that a layer's rules consider, add or reduce; none where they consider none."""
    if decision["signers_signed"] is None:
        return None
    code = as_text(decision["reason_code"])
    if code in _REDUCTIONS:
        return "reduce"
    target = as_float(decision["multiplier_target"])
    before = as_float(decision["multiplier_before"])
    is_lower = target is not None and before is not None and target < before
    return "reduce" if code in _EITHER and is_lower else "add"


def tally(rows: Rows, decision: Row) -> Tally | None:
    """How many signers sign the move that a layer considers; none where it considers none."""
    move = direction(decision)
    if move is None:
        return None
    said = Counter(
        outcome(as_text(vote["outcome"]))
        for vote in rows.at("mart_signer_daily", rows.session)
        if vote["layer_id"] == decision["layer_id"] and vote["direction"] == move
    )
    return Tally(
        asked=f"Signers, {move} ({_need(decision)})",
        fired=said["fired"],
        not_fired=said["not_fired"],
        no_data=said["no_data"],
        not_evaluated=said["not_evaluated"],
    )


def _need(decision: Row) -> str:
    quorum = as_int(decision["quorum"])
    return f"quorum {quorum}" if quorum else "no quorum"


def signers(rows: Rows, found: Mapping[str, str]) -> Signers:
    """Every signer's word on both moves of every layer; the moves considered stand out.

    Args:
        rows: the tables.
        found: by rule, what a signer that judges the book found, in words; the others' conditions
            stand as they are.
    """
    votes = rows.at("mart_signer_daily", rows.session)
    columns = sorted({(as_text(row["layer_id"]), as_text(row["direction"])) for row in votes})
    by_key = {
        (as_text(row["signer_id"]), as_text(row["layer_id"]), as_text(row["direction"])): row
        for row in votes
    }
    stated = {
        as_text(row["rule_id"]): readable(as_text(row["condition_text"]))
        for row in rows.at("mart_rule_evaluation_daily", rows.session)
        if row["family"] == "signer" and row["condition_no"] == 0
    }
    stated |= found
    table = []
    for signer_id in sorted({as_text(row["signer_id"]) for row in votes}):
        cells = []
        for layer_id, side in columns:
            vote = by_key.get((signer_id, layer_id, side))
            code = "not_evaluated" if vote is None else as_text(vote["outcome"])
            cells.append((f"{layer_id} {side}", outcome(code)))
        text = rows.run.text
        table.append(SignerVote(
            signer_id=signer_id,
            title=formats.spelled(text.signers.get(signer_id, "")),
            votes=tuple(cells),
            add_when=stated.get(f"{signer_id}-add", ""),
            reduce_when=stated.get(f"{signer_id}-reduce", ""),
            evidence=formats.spelled(text.evidence.get(signer_id, "")),
        ))  # fmt: skip
    decisions = rows.at("mart_hedge_decision_daily", rows.session)
    return Signers(
        columns=tuple(f"{layer} {side}" for layer, side in columns),
        asked=tuple(
            f"{row['layer_id']} {move}" for row in decisions if (move := direction(row)) is not None
        ),
        rows=tuple(table),
        sentences=tuple(_count(rows, row) for row in decisions),
    )


def _count(rows: Rows, decision: Row) -> str:
    """A layer's count: signed, quorum, and the signers that could not be asked."""
    layer_id, said = as_text(decision["layer_id"]), tally(rows, decision)
    if said is None:
        return f"{layer_id}: no move is considered, so none needs a signature."
    asked = said.fired + said.not_fired + said.no_data + said.not_evaluated
    signed = formats.count(as_int(decision["signers_signed"]))
    return (
        f"{layer_id} {direction(decision)}: signed {signed} of {asked}, {_need(decision)}, "
        f"NO DATA {said.no_data}, NOT EVALUATED {said.not_evaluated}."
    )
