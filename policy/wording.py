"""The decision in words: the verb, the rule and the reason of each layer, and every rule's part."""

import json

import polars as pl

from policy import book_after as after
from policy.acting import Line, deciders, lines
from policy.actions import Restructure, Review
from policy.conditions import MissingInputs, NotEvaluated, leaves
from policy.entries import LAYERS
from policy.model import Policy
from policy.path_values import C_ACTED, C_SILENT, C_SINGLE_FAMILY, CAME, SE, UNKNOWN
from policy.programs import hedge_gates
from policy.record import REASONS

_ACTIONS = {
    "row_unknown": "unknown",
    "column_unknown": "unknown",
    "gate_closed": "blocked",
    "gate_unknown": "blocked",
    "quorum_not_met": "blocked",
    "reduction_quorum_not_met": "blocked",
    "adds_blocked_by_rule": "blocked",
    "family_unknown": "blocked",
    "cell_asks_less": "reduce",
    "rule_asks_less": "reduce",
    "monetised": "monetise",
    "single_family": "review",
    "financing_unknown": "review",
    "not_financed": "unfunded",
    "se_review": "review",
    "review_asked": "review",
    "restructured": "restructure",
}  # what is not here holds; adds have a word of their own
_RISING = ("cell_asks_more", "return_to_base", "seed_rule", "scaled_to_fit", "rule_asks_more")
_SEEDED = ("seed_rule", "scaled_to_fit", "less_than_one_contract")
_CLOSED = ("gate_closed", "gate_unknown")
# What a restructuring or a review says instead, since nothing moves otherwise.
_QUIET = (
    "at_target", "row_unknown", "column_unknown", "cell_not_persisted", "cooldown", "quorum_not_met", "reduction_quorum_not_met",
    "gate_closed", "gate_unknown", "held_by_rule", "adds_blocked_by_rule", "se_off", "se_watch",
    "less_than_one_contract", "not_financed", "financing_unknown",
)  # fmt: skip


def _result(place: int) -> pl.Expr:
    return pl.col("came").arr.get(place)


def asked_columns(policy: Policy) -> list[pl.Expr]:
    """By layer the first line that restructures it or asks a review of it today; else unknown.

    A gauge's review is listed and asks nothing of a layer. A restructuring on inputs of one family
    is a review where a gate forbids it.
    """
    found = []
    for name, kind in (("restructuring", Restructure), ("reviewing", Review)):
        by_layer = []
        for layer in LAYERS:
            here = [
                pl.when(_result(place) == (C_ACTED if isinstance(line.action, kind) else
                                           C_SINGLE_FAMILY)).then(place)
                for place, line in enumerate(lines(policy))
                if isinstance(line.action, (kind, Restructure)) and line.target in {layer, "all"}
                and policy.rules[line.rule_id].role != "gauge"
            ]  # fmt: skip
            nothing = pl.lit(None, dtype=pl.Int64)
            by_layer.append(pl.coalesce(*here, nothing).cast(pl.Int64).fill_null(UNKNOWN))
        found.append(pl.concat_list(by_layer).alias(name))
    return found


def chains(policy: Policy) -> list[pl.Expr]:
    """For every layer the JSON list of the rules that took part, and how each came out."""
    listed = list(enumerate(lines(policy)))
    by_layer = []
    for layer in LAYERS:
        parts = [_part(place, line) for place, line in listed if line.target in {layer, "all"}]
        if not parts:  # no rule of this policy acts on the layer
            by_layer.append(pl.lit("[]"))
            continue
        joined = pl.concat_str(*parts, separator=", ", ignore_nulls=True)
        by_layer.append(pl.format("[{}]", joined))
    return by_layer


def _part(place: int, line: Line) -> pl.Expr:
    told = {
        code: json.dumps({"rule": line.rule_id, "does": line.text, "result": came})
        for code, came in enumerate(CAME) if code != C_SILENT
    }  # fmt: skip
    return _result(place).replace_strict(told, default=None, return_dtype=pl.String())


def worded(policy: Policy, long: pl.LazyFrame) -> pl.LazyFrame:
    """The layers' rows with ``action``, ``rule_id`` and ``reason_code``."""
    named = pl.col("reason").replace_strict(dict(enumerate(REASONS)), return_dtype=pl.String())
    is_seed = (
        (pl.col("seeded") == 1) & (pl.col("rises") == 1) & (_decider(policy) == policy.seed_rule)
    )
    untested = is_seed & pl.lit(policy.seed.financed_by is not None)
    quiet = (pl.col("missing") != after.YES) & named.is_in(_QUIET) & (pl.col("rises") == 0)
    is_review = quiet & (pl.col("reviewing") != UNKNOWN)
    reason = (
        pl.when(untested)
        .then(pl.lit("financing_untested"))
        .when(quiet & (pl.col("restructuring") != UNKNOWN))
        .then(pl.lit("restructured"))
        .when(is_review & pl.col("reviewing").is_in(_restructuring(policy)))
        .then(pl.lit("single_family"))
        .when(is_review & (pl.col("layer") == SE))
        .then(pl.lit("se_review"))
        .when(is_review)
        .then(pl.lit("review_asked"))
        .otherwise(named)
    )
    return long.with_columns(reason.alias("reason_code")).with_columns(
        _action(policy).alias("action"), _rule_id(policy).alias("rule_id")
    )


def _restructuring(policy: Policy) -> list[int]:
    return [
        place for place, line in enumerate(lines(policy)) if isinstance(line.action, Restructure)
    ]


def _decider(policy: Policy) -> pl.Expr:
    names = {UNKNOWN: None, **dict(enumerate(deciders(policy)))}
    return pl.col("decider").replace_strict(names, default=None, return_dtype=pl.String())


def _action(policy: Policy) -> pl.Expr:
    """The verb; a rising multiplier is a review while something that would judge it is missing."""
    verb = "review" if adds_are_unjudged(policy) else "add"
    words = {**_ACTIONS, **dict.fromkeys(_RISING, verb)}
    plain = pl.col("reason_code").replace_strict(words, default="hold", return_dtype=pl.String())
    untested = pl.col("reason_code") == "financing_untested"
    rising = pl.when(untested).then(pl.lit("review")).otherwise(pl.lit(verb))
    return pl.when(pl.col("rises") == 1).then(rising).otherwise(plain)


def adds_are_unjudged(policy: Policy) -> bool:
    """Whether a gate or a binding signer that judges adds cannot be evaluated yet."""
    gates = [rule.when for rule in hedge_gates(policy).values()]
    signers = [policy.signers[name].add.every_layer for name in policy.quorum.never_false]
    return any(isinstance(leaf, NotEvaluated) for one in (*gates, *signers) for leaf in leaves(one))


def _rule_id(policy: Policy) -> pl.Expr:
    """The rule that decided: a gate, the rule that restructures or moves, or else the matrix."""
    gates = {UNKNOWN: None, **dict(enumerate(hedge_gates(policy)))}
    listed = {UNKNOWN: None, **{place: line.rule_id for place, line in enumerate(lines(policy))}}
    closed = next(name for name, rule in policy.gates.items()
                  if isinstance(rule.when, MissingInputs))  # fmt: skip

    def by_line(column: str) -> pl.Expr:
        return pl.col(column).replace_strict(listed, return_dtype=pl.String())

    reason = pl.col("reason_code")
    return (
        pl.when(pl.col("missing") == after.YES)
        .then(pl.lit(closed))
        .when(reason == "restructured")
        .then(by_line("restructuring"))
        .when((reason == "single_family") & (pl.col("reviewing") != UNKNOWN))
        .then(by_line("reviewing"))
        .when(reason.is_in(["se_review", "review_asked"]))
        .then(by_line("reviewing"))
        .when(reason.is_in(_CLOSED))
        .then(pl.col("gate").replace_strict(gates, return_dtype=pl.String()))
        .otherwise(pl.coalesce(_decider(policy), pl.lit(policy.matrix_rule)))
    )
