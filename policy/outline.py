"""A policy as a reader meets it: its rules one after the other, its matrix, its limits."""

from typing import Any

from policy.actions import told
from policy.conditions import MatrixMoved, described
from policy.entries import DIRECTIONS, LAYERS, Predicates, Rule, Signer
from policy.model import Policy
from policy.units import Quantity

_SCOPES = {
    "all": "every layer holds",
    "hedge": "blocks adds",
    "condor": "keeps the model book from selling a new condor",
    "rules": "stops other rules",
    "single_family": "makes a review of what rests on one family of inputs",
}


def outline(policy: Policy) -> dict[str, Any]:
    """Everything a reader wants to know of a policy, as plain values in the order of reading."""
    return {
        "name": policy.name,
        "version": policy.version,
        "hash": policy.hash,
        "effective_from": policy.effective_from.isoformat(),
        "summary": policy.summary,
        "timelock": policy.timelock,
        "required_inputs": list(policy.required_inputs),
        "axes": {name: _axis(getattr(policy.axes, name)) for name in ("row", "column")},
        "matrix": _matrix(policy),
        "rules": [_rule(policy, rule_id, rule) for rule_id, rule in policy.rules.items()],
        "signers": [_signer(name, signer) for name, signer in policy.signers.items()],
        "quorum": policy.quorum.model_dump(mode="json"),
        "persistence": policy.persistence.model_dump(mode="json"),
        "cooldown": policy.cooldown.model_dump(mode="json"),
        "sizing": policy.sizing.model_dump(mode="json"),
        "units": _units(policy),
        "layers": {layer: getattr(policy.layers, layer).model_dump(mode="json", by_alias=True)
                   for layer in LAYERS},
        "condor": policy.condor.model_dump(mode="json", by_alias=True, exclude_none=True),
        "budget": policy.budget.model_dump(mode="json", exclude_none=True),
    }  # fmt: skip


def _axis(axis: Any) -> dict[str, Any]:  # noqa: ANN401  # policy.entries.Axis
    bands = []
    start: Quantity | None = None
    for band in axis.bands:
        bands.append({"id": band.id, "name": band.name, "from": _text(start),
                      "below": _text(band.below)})  # fmt: skip
        start = band.below
    return {"column": str(axis.column), "bands": bands}


def _text(value: Quantity | None) -> str | None:
    return None if value is None else str(value)


def _matrix(policy: Policy) -> list[dict[str, Any]]:
    return [
        {"row": row, "column": column, **cell.model_dump(mode="json")}
        for row, cells in policy.matrix.items()
        for column, cell in cells.items()
    ]


def _units(policy: Policy) -> dict[str, dict[str, int]]:
    """Contracts of each layer at each multiplier that the policy can reach."""
    highest = max(
        [policy.seed.lift_to, 1.0]
        + [cell.multiplier(layer) for cells in policy.matrix.values() for cell in cells.values()
           for layer in LAYERS[:3]]
    )  # fmt: skip
    steps = range(policy.steps(highest) + 1)
    return {
        layer: {f"{step * policy.sizing.step:.2f}": policy.units(layer, step) for step in steps}
        for layer in LAYERS[:3]
    }


def _rule(policy: Policy, rule_id: str, rule: Rule) -> dict[str, Any]:
    return {
        "id": rule_id,
        "says": rule.says,
        "when": described(rule.when),
        "then": consequence(policy, rule_id, rule),
        "role": rule.role,
        "grade": rule.grade,
        "enabled": rule.enabled,
        "evidence": rule.evidence,
    }


def consequence(policy: Policy, rule_id: str, rule: Rule) -> str:
    """What a rule does once its condition is true, in a few words."""
    if not rule.enabled:
        return "nothing: switched off"
    if isinstance(rule.when, MatrixMoved):
        return f"moves L1 to L3 to the cell, {policy.sizing.step:.2f} a session"
    if rule.then:
        return "; ".join(told(action) for action in rule.then)
    if rule_id == policy.seed_rule:
        return f"lifts {policy.seed.layer} to {policy.seed.lift_to:.2f} with a quorum"
    if rule.role == "gate":
        return _closes(rule)
    return {"test": "passes or fails"}.get(rule.role, "is reported")


def _closes(rule: Rule) -> str:
    text = "scales adds to fit, else blocks them" if rule.scales else _SCOPES[rule.scope]
    text = f"stops {', '.join(rule.stops)}" if rule.stops else text
    spared = f", but for {', '.join(rule.spares)} up to its base" if rule.spares else ""
    return f"{text}{spared}"


def _signer(name: str, signer: Signer) -> dict[str, Any]:
    return {
        "id": name,
        "name": signer.name,
        **{direction: _predicates(getattr(signer, direction)) for direction in DIRECTIONS},
        "grade": signer.grade,
        "evidence": signer.evidence,
    }


def _predicates(predicates: Predicates) -> dict[str, str]:
    found = {layer: getattr(predicates, layer) for layer in ("every_layer", *LAYERS)}
    return {layer: described(one) for layer, one in found.items() if one is not None}
