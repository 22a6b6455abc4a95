"""A decision beside the same decision with some measures other than they were, for a reader."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from briefing.decided import FIELDS, VERSION, Told, heading, said, shown, table, wrapped
from briefing.explain import Node, text, tree
from briefing.labels import label, outcome_word, unit_of
from briefing.rows import Row, as_text
from schemas.mart import (
    MART_HEDGE_DECISION_DAILY,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
)

Frames = Mapping[str, pl.DataFrame]

_ANEW = (
    "judged anew: the bands of the matrix, every rule, the signers, the path's answer and the "
    "distances of this session; what was decided before it stays"
)
_PRICES = (
    "what could be traded and its prices stay as they were, unless you change them, as by "
    "L1.offer_debit_usd=250"
)


class Asked(NamedTuple):
    """A column as it is and as it is asked to be, each in its own unit; null for unknown."""

    name: str
    column: str
    now: float | None
    asked: float | None


class Compared(NamedTuple):
    """Both decisions: tables by name with the rows of the session.

    Attributes:
        told: for whom.
        asked: what is changed.
        before: the decision's tables and the inputs as known, as they are.
        after: the same with the changes.
        kept: columns that stay as they were although they are made from the same inputs.
        idle: of what is asked, what the policy does not read.
    """

    told: Told
    asked: tuple[Asked, ...]
    before: Frames
    after: Frames
    kept: tuple[str, ...]
    idle: tuple[str, ...]


def what_if_text(given: Compared) -> str:
    """Both decisions for a reader: what is asked, what follows, what does not, the changed tree."""
    policy = _policy(given.before)
    lines = [f"What if on {given.told.session} ({given.told.source}, {policy})"]
    lines += table([[f"  {one.name}", label(one.column), shown(one.column, one.now), "->",
                      shown(one.column, one.asked)] for one in given.asked])  # fmt: skip
    lines += ["", f"matrix cell: {_arrow(*(_cell(side) for side in _sides(given)))}"]
    lines += [line for layer in _layers(given) for line in _layer_lines(given, layer)]
    rules, votes = list(_rules(given)), list(_votes(given))
    lines += ["", f"rules and gates: {'' if rules else 'as they were'}".rstrip()]
    lines += table([[f"  {name}", before, "->", after] for name, _, before, after in rules])
    lines += [f"signers: {'' if votes else 'as they were'}".rstrip()]
    lines += table([[f"  {name} on {move} of {', '.join(layers)}", before, "->", after]
                     for name, move, layers, before, after in votes])  # fmt: skip
    lines.append("")
    for prose in (*_caveats(given), *given.told.notes):
        lines += wrapped(prose)
    lines.append("")
    lines += ["The decision as asked:", text(_tree(given))]
    return "\n".join(lines)


def what_if_json(given: Compared) -> dict[str, Any]:
    """Both decisions for a machine; numbers in the columns' own units."""
    return {
        "version": VERSION,
        **heading(given.told),
        "policy": _policy_json(given.before),
        "asked": [{**one._asdict(), "unit": unit_of(one.column).value,
                   "now_text": shown(one.column, one.now),
                   "asked_text": shown(one.column, one.asked)} for one in given.asked],
        "layers": [_layer_json(given, layer) for layer in _layers(given)],
        "rules": [{"rule_id": name, "family": family, "before": before, "after": after}
                  for name, family, before, after in _rules(given)],
        "signers": [{"signer_id": name, "direction": move, "layers": layers, "before": before,
                     "after": after} for name, move, layers, before, after in _votes(given)],
        "not_recomputed": list(given.kept),
        "not_read": list(given.idle),
        "notes": list(given.told.notes),
        "tree": _tree(given).model_dump(mode="json"),
    }  # fmt: skip


def _sides(given: Compared) -> tuple[Frames, Frames]:
    return given.before, given.after


def _decisions(frames: Frames) -> dict[str, Row]:
    rows = frames[MART_HEDGE_DECISION_DAILY.name].iter_rows(named=True)
    return {as_text(row["layer_id"]): row for row in rows}


def _layers(given: Compared) -> list[str]:
    """Every layer, the one asked for first."""
    return sorted(_decisions(given.before), key=lambda layer: (layer != given.told.layer, layer))


def _policy(frames: Frames) -> str:
    row = next(iter(_decisions(frames).values()))
    return f"policy {row['policy_name']} {row['policy_version']}"


def _policy_json(frames: Frames) -> dict[str, Any]:
    row = next(iter(_decisions(frames).values()))
    return {name: row[f"policy_{name}"] for name in ("name", "version", "hash")}


def _cell(frames: Frames) -> str:
    row = next(iter(_decisions(frames).values()))
    return " x ".join(as_text(row[name]) or "unknown" for name in ("row_bucket", "column_bucket"))


def _arrow(before: str, after: str) -> str:
    return f"{before}, as it was" if before == after else f"{before} -> {after}"


def _layer_lines(given: Compared, layer: str) -> Iterator[str]:
    before, after = (said(_decisions(side)[layer]) for side in _sides(given))
    yield f"{layer}  {before}"
    yield "    as it was" if before == after else f" -> {after}"


def _layer_json(given: Compared, layer: str) -> dict[str, Any]:
    before, after = (_decisions(side)[layer] for side in _sides(given))
    return {
        "layer_id": layer,
        "is_changed": said(before) != said(after),
        "before": {name: before[name] for name in FIELDS},
        "after": {name: after[name] for name in FIELDS},
    }


def _rules(given: Compared) -> Iterator[tuple[str, str, str, str]]:
    """Rules whose outcome changes: id, family, before and after, in the order of the table."""
    before, after = (_whole(side) for side in _sides(given))
    for name, row in before.items():
        if row["outcome"] != after[name]["outcome"]:
            family = as_text(row["family"])
            was, becomes = (
                outcome_word(family, as_text(one["outcome"])) for one in (row, after[name])
            )
            yield name, family, was, becomes


def _whole(frames: Frames) -> dict[str, Row]:
    rows = frames[MART_RULE_EVALUATION_DAILY.name].iter_rows(named=True)
    return {
        as_text(row["rule_id"]): row
        for row in rows
        if row["condition_no"] == 0 and row["family"] != "signer"
    }


def _votes(given: Compared) -> Iterator[tuple[str, str, list[str], str, str]]:
    """Signers whose answer changes: id, direction, for which layers, before and after."""
    before, after = (_answers(side) for side in _sides(given))
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for (layer, move, signer), answer in before.items():
        other = after[layer, move, signer]
        if answer != other:
            was, becomes = (outcome_word("signer", one) for one in (answer, other))
            found.setdefault((signer, move, was, becomes), []).append(layer)
    for (signer, move, was, becomes), layers in sorted(found.items()):
        yield signer, move, layers, was, becomes


def _answers(frames: Frames) -> dict[tuple[str, str, str], str]:
    rows = frames[MART_SIGNER_DAILY.name].iter_rows(named=True)
    return {
        (as_text(row["layer_id"]), as_text(row["direction"]), as_text(row["signer_id"])):
        as_text(row["outcome"]) for row in rows
    }  # fmt: skip


def _caveats(given: Compared) -> Iterator[str]:
    yield _ANEW
    if given.kept:
        named = ", ".join(label(name) for name in given.kept)
        yield f"NOT recomputed, although of the same inputs: {named}"
    yield _PRICES
    if given.idle:
        yield f"the policy reads no {', '.join(given.idle)}: nothing can follow from it"


def _tree(given: Compared) -> Node:
    """The changed decision, with no archived bytes under what is only asked for."""
    made = {f".{one.column})": one for one in given.asked}
    return _asked_for(tree(given.after, given.told.layer, given.told.session), made)


def _asked_for(node: Node, made: Mapping[str, Asked]) -> Node:
    own = next((one for end, one in made.items() if node.text.endswith(end)), None)
    if own is not None:
        said = Node(text=f"asked for by --what-if; it is {shown(own.column, own.now)}")
        return node.model_copy(update={"children": (said,)})
    children = tuple(_asked_for(child, made) for child in node.children)
    return node.model_copy(update={"children": children})
