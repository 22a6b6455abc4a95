"""What a policy file is worth: every mistake in it, and what is legal but hardly meant."""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from policy.conditions import Condition, NotEvaluated, leaves
from policy.document import parse
from policy.entries import SIGNERS, UNIT_LAYERS, Predicates
from policy.errors import PolicyError
from policy.findings import Finding, Severity, of_errors, of_refusal, placed
from policy.model import Policy, names
from policy.reach import Reach, bands_met, reach
from schemas.book import BookTerms
from schemas.document import At

_REVIEW = timedelta(days=366)  # a policy is looked at again once a year
_POINT_USD = 100.0  # what an index point of one condor is worth
_FAMILIES = ("gates", "drivers", "modifiers", "gauges", "tests")


class _Doubt(NamedTuple):
    """What is said of a part of a policy that can be used."""

    severity: Severity
    at: At
    found: str
    accepted: str
    advice: str


def text_of(name_or_path: str) -> tuple[str, str]:
    """The name under which a policy file is spoken of, and its text.

    Raises:
        OSError: no such file.
        UnicodeDecodeError: not UTF-8.
    """
    if name_or_path in names():
        text = files("policy").joinpath(f"{name_or_path}.yaml").read_text("utf-8")
        return f"policy/{name_or_path}.yaml", text
    return name_or_path, Path(name_or_path).read_text("utf-8")


def lint(name: str, text: str, today: date) -> tuple[Policy | None, tuple[Finding, ...]]:
    """The policy, null where it cannot be used, and all there is to say of its file.

    Every mistake within the parts of a file is found at once. Whether the parts agree is asked of
    sound ones only, and answered with the first contradiction; what is hardly meant is looked for
    in a policy that can be used.

    Args:
        name: of the file, for the reader.
        text: of the file.
        today: decides whether the policy is in force and due for review.
    """
    try:
        document = parse(name, text)
    except PolicyError as error:
        return None, (of_refusal(name, error),)
    try:
        policy = Policy.model_validate(document.values)
    except ValidationError as error:
        return None, tuple(of_errors(document, error))
    said = [
        placed(document, one.severity, one.at, (one.found, one.accepted, one.advice))
        for one in _doubts(policy, today)
    ]
    ordered = sorted(dict.fromkeys(said), key=lambda one: (one.severity == "note", one.line))
    return policy, tuple(ordered)


def reviewed_on(policy: Policy) -> date:
    """When somebody last looked at the policy: its ``reviewed``, else when it took effect."""
    reviewed: date | None = getattr(policy, "reviewed", None)
    return reviewed or policy.effective_from


def _doubts(policy: Policy, today: date) -> Iterator[_Doubt]:
    yield from _dates(policy, today)
    yield from _bands(policy)
    yield from _conditions(policy)
    yield from _standing(policy)
    yield from _limits(policy)
    yield from _unreachable_sizes(policy)
    yield from _same_contracts(policy)


def _dates(policy: Policy, today: date) -> Iterator[_Doubt]:
    if policy.effective_from > today:
        yield _Doubt(
            "warning",
            ("effective_from",),
            f"{policy.effective_from}, after {today}",
            "a day that has come",
            "until then another policy is in force; decisions made under this one are a rehearsal",
        )
    looked = reviewed_on(policy)
    if today - looked > _REVIEW:
        key = "reviewed" if looked != policy.effective_from else "effective_from"
        yield _Doubt(
            "warning",
            (key,),
            f"{looked}, more than a year before {today}",
            "a review within twelve months",
            "read the evidence of each rule again, then write the day of the review",
        )


def _bands(policy: Policy) -> Iterator[_Doubt]:
    """Cells that no state of the market falls in."""
    met = set(bands_met(policy.axes))
    for row in policy.axes.row.ids:
        for column in policy.axes.column.ids:
            if (row, column) not in met:
                yield _Doubt(
                    "warning",
                    ("matrix", row, column),
                    "a cell that the columns' ranges never reach",
                    "bands within what the column of the axis can take",
                    "move the edge of the band, or put another column on the axis",
                )


def _conditions(policy: Policy) -> Iterator[_Doubt]:
    waiting: dict[str, list[At]] = {}
    for condition, at, is_enabled in _stated(policy):
        found = reach(condition, policy.axes)
        if not found.can_hold:
            yield _Doubt(
                "warning",
                at,
                "a condition that can never be true",
                "one that some state of the market fulfils",
                "look at the thresholds: two exclude each other, or one lies at the column's end",
            )
        elif not reach(condition, policy.axes, wait=False).can_fail:
            yield _Doubt(
                "warning",
                at,
                "a condition that is always true",
                "one that some state of the market does not fulfil",
                "look at the thresholds: together they leave nothing out",
            )
        elif is_enabled and not reach(condition, policy.axes, wait=False).can_hold:
            waiting.setdefault(_reasons(condition), []).append(at)
    for reasons, places in waiting.items():
        others = f", here and at {len(places) - 1} more places" if places[1:] else ""
        yield _Doubt(
            "note",
            places[0],
            f"what cannot come true yet ({reasons}){others}",
            "",
            "it is listed as not evaluated and moves nothing",
        )


def _stated(policy: Policy) -> Iterator[tuple[Condition, At, bool]]:
    """Every condition, where it stands, and whether what it belongs to is enabled."""
    for name, reading in policy.seed.readings.items():
        yield reading.when, ("seed", "readings", name, "when"), reading.enabled
    for family in _FAMILIES:
        for name, rule in getattr(policy, family).items():
            yield rule.when, (family, name, "when"), rule.enabled
    for name, signer in policy.signers.items():
        for direction in ("add", "reduce"):
            predicates: Predicates = getattr(signer, direction)
            for layer in sorted(predicates.model_fields_set):
                yield getattr(predicates, layer), ("signers", name, direction, layer), True


def _reasons(condition: Condition) -> str:
    reasons = [leaf.not_evaluated for leaf in leaves(condition) if isinstance(leaf, NotEvaluated)]
    return "; ".join(dict.fromkeys(reasons))


def _standing(policy: Policy) -> Iterator[_Doubt]:
    """Rules that are switched off: there to be read, and never evaluated into an action."""
    for name, rule in policy.rules.items():
        if not rule.enabled:
            at: At = ("seed", "readings", name.removeprefix(policy.seed.rule_id), "enabled")
            for family in _FAMILIES:
                if name in getattr(policy, family):
                    at = (family, name, "enabled")
            yield _Doubt("note", at, f"{name} switched off", "", "it is listed and moves nothing")


def _limits(policy: Policy) -> Iterator[_Doubt]:
    """Limits of which one can never be reached, or never be kept, because of another."""
    terms, budget = policy.book_terms, policy.budget
    holds = any(getattr(policy.layers, layer).base_units for layer in UNIT_LAYERS)
    if terms.purchase_cap > terms.carry_budget:
        yield _Doubt(
            "warning",
            ("budget", "purchase"),
            f"{budget.purchase}, above the carry of a whole year ({budget.carry})",
            "a cap of one purchase below what a year may cost",
            "lower purchase or raise carry",
        )
    if holds and not terms.carry_budget:
        yield _Doubt(
            "warning",
            ("budget", "carry"),
            f"{budget.carry} beside layers that hold contracts",
            "a carry that they can cost",
            "raise carry, or set base_units of L1 to L3 to 0",
        )
    if terms.coverage_target and not holds:
        yield _Doubt(
            "warning",
            ("budget", "coverage"),
            f"{budget.coverage} beside layers that hold nothing",
            "0 % where nothing is held",
            "set coverage to '0 %', or give a layer base_units",
        )
    least, most = (_loss_share(terms, width) for width in terms.condor_widths)
    loss = terms.condor_loss_limit
    if least > loss:
        yield _Doubt(
            "warning",
            ("budget", "condor_loss"),
            f"{budget.condor_loss}, though {terms.condor_units} of the narrowest condors can lose "
            f"{least:.1%} of nav",
            "a limit that some condor keeps",
            "raise condor_loss or nav, or lower condor_units or width",
        )
    elif isfinite(most) and most > loss:
        yield _Doubt(
            "warning",
            ("condor", "width", "to"),
            f"{terms.condor_widths[1]:g} pts: {terms.condor_units} condors so wide can lose "
            f"{most:.1%} of nav, above condor_loss ({budget.condor_loss})",
            "widths at which the limit is kept",
            "lower to, condor_units, or raise condor_loss",
        )


def _loss_share(terms: BookTerms, width: float) -> float:
    """What all condors of a width can lose, less the least credit, as a share of the value."""
    lost = width * (1.0 - terms.least_credit_share) * _POINT_USD * terms.condor_units
    return lost / terms.nav_usd


def _unreachable_sizes(policy: Policy) -> Iterator[_Doubt]:
    """Multipliers above 1.00 that no quorum can ever allow."""
    asked: list[tuple[str, float, At]] = [
        (layer, cell.multiplier(layer), ("matrix", row, column, layer))
        for row, cells in policy.matrix.items()
        for column, cell in cells.items()
        for layer in UNIT_LAYERS
    ]
    asked.append((policy.seed.layer, policy.seed.lift_to, ("seed", "lift_to")))
    above = [(layer, at, size) for layer, size, at in asked if size > 1.0]
    can = {layer: _can_sign(policy, layer) for layer, _, _ in above}
    for layer, at, size in above:
        signers = can[layer]
        if len(signers) < policy.quorum.add or not all(
            set(group) & signers for group in policy.quorum.mandatory
        ):
            yield _Doubt(
                "warning",
                at,
                f"{size:.2f}, which needs {policy.quorum.add} signatures, though only "
                f"{', '.join(sorted(signers)) or 'nobody'} can sign an add of {layer}",
                "at most 1.00 where no quorum can come together",
                "lower it, lower quorum add, or give the signers conditions that can come true",
            )


def _can_sign(policy: Policy, layer: str) -> set[str]:
    return {name for name in SIGNERS if _reach_of(policy, policy.signers[name].add, layer).can_hold}


def _reach_of(policy: Policy, predicates: Predicates, layer: str) -> Reach:
    condition = getattr(predicates, layer) or predicates.every_layer
    return reach(condition, policy.axes, wait=False)


def _same_contracts(policy: Policy) -> Iterator[_Doubt]:
    """Cells whose multiplier is another, though the contracts are those of 1.00."""
    for row, cells in policy.matrix.items():
        for column, cell in cells.items():
            for layer in UNIT_LAYERS:
                asked = cell.multiplier(layer)
                base = policy.units(layer, policy.steps(1.0))
                if asked != 1.0 and base and policy.units(layer, policy.steps(asked)) == base:
                    yield _Doubt(
                        "note",
                        ("matrix", row, column, layer),
                        f"{asked:.2f}, which is {base} contracts as 1.00 is",
                        "",
                        "the layer holds at this size: less than one contract",
                    )
