"""What only a whole policy can tell: every reference exists, every condition has sense where it is."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from policy.actions import LISTED, MOVING, BlockAdds, Monetise, Move, Refresh
from policy.conditions import (
    READABLE,
    AfterChange,
    All,
    BelowBase,
    BelowLastRaise,
    BucketIn,
    Condition,
    Driver,
    Entry,
    MatrixMoved,
    MissingInputs,
    NotEvaluated,
    SeedReading,
    leaves,
    parts,
)
from policy.entries import SIGNERS, UNIT_LAYERS, Rule
from schemas.document import At, nearest, refusal
from schemas.series import SERIES

if TYPE_CHECKING:
    from policy.model import Policy


def check_whole(policy: "Policy") -> None:
    """Refuse what contradicts itself across the parts of a policy.

    Raises:
        PydanticCustomError: the first contradiction found.
    """
    _check_inputs(policy)
    _check_matrix(policy)
    _check_steps(policy)
    _check_signers(policy)
    _check_seed(policy)
    _check_singles(policy)
    _check_hedge_gates(policy)
    _check_ids(policy)
    _check_stops(policy)
    _check_actions(policy)
    _check_conditions(policy)


def input_of(name: str) -> Driver:
    """The column that holds a required input.

    Raises:
        LookupError: no table that the decision reads has it.
    """
    for table in READABLE:
        for column in table.columns:
            if column.name == name:
                return Driver(table.name, column)
    raise LookupError(name)


def _check_inputs(policy: "Policy") -> None:
    offered = [
        entry.id for entry in SERIES
        if any(column.name == entry.id for table in READABLE for column in table.columns)
    ]  # fmt: skip
    for number, name in enumerate(policy.required_inputs):
        if name not in offered:
            raise refusal(f"a series that the decision reads: {', '.join(offered)}",
                          nearest(name, offered), found=repr(name),
                          at=("required_inputs", number))  # fmt: skip


def _check_keys(found: dict[str, Any], accepted: tuple[str, ...], at: At, what: str) -> None:
    for key in found:
        if key not in accepted:
            raise refusal(f"{what} {', '.join(accepted)}", nearest(key, accepted),
                          found=f"key {key!r}", at=(*at, key))  # fmt: skip
    for key in accepted:
        if key not in found:
            raise refusal(f"each of {what} {', '.join(accepted)} once", f"add {key!r}",
                          found=f"no {key!r}", at=at)  # fmt: skip


def _check_matrix(policy: "Policy") -> None:
    rows, columns = policy.axes.row.ids, policy.axes.column.ids
    _check_keys(policy.matrix, rows, ("matrix",), "the rows")
    seen: dict[str, str] = {}
    for row in rows:
        _check_keys(policy.matrix[row], columns, ("matrix", row), "the columns")
        for column, cell in policy.matrix[row].items():
            at: At = ("matrix", row, column, "rule_id")
            if cell.rule_id in seen:
                raise refusal("a rule_id of its own for each cell", "rename one of the two",
                              found=f"{cell.rule_id!r}, also that of {seen[cell.rule_id]}", at=at)  # fmt: skip
            seen[cell.rule_id] = f"{row} {column}"
    if policy.persistence.guarded_row not in rows:
        raise refusal(f"a row of the matrix: {', '.join(rows)}",
                      nearest(policy.persistence.guarded_row, rows),
                      found=repr(policy.persistence.guarded_row),
                      at=("persistence", "guarded_row"))  # fmt: skip


def _check_steps(policy: "Policy") -> None:
    step = Decimal(str(policy.sizing.step))
    if 1 % step:
        raise refusal("a step that divides 1.00 evenly, such as 0.25", "choose such a step",
                      found=str(step), at=("sizing", "step"))  # fmt: skip
    asked: list[tuple[float, At]] = [
        (cell.multiplier(layer), ("matrix", row, column, layer))
        for row, cells in policy.matrix.items()
        for column, cell in cells.items()
        for layer in UNIT_LAYERS
    ]
    for multiplier, at in [*asked, (policy.seed.lift_to, ("seed", "lift_to"))]:
        if Decimal(str(multiplier)) % step:
            raise refusal(f"a multiple of the step {step}, since layers move by steps",
                          "round it to a step", found=str(multiplier), at=at)  # fmt: skip


def _check_signers(policy: "Policy") -> None:
    _check_keys(policy.signers, SIGNERS, ("signers",), "the signers")
    groups = [
        (group, ("quorum", "mandatory", i)) for i, group in enumerate(policy.quorum.mandatory)
    ]
    for group, at in [*groups, (policy.quorum.never_false, ("quorum", "never_false"))]:
        for number, signer in enumerate(group):
            if signer not in SIGNERS:
                raise refusal(f"a signer: {', '.join(SIGNERS)}", nearest(signer, SIGNERS),
                              found=repr(signer), at=(*at, number))  # fmt: skip


def _check_seed(policy: "Policy") -> None:
    readings = policy.seed.readings
    if policy.seed.active not in readings:
        raise refusal(f"one of the readings {', '.join(readings)}",
                      nearest(policy.seed.active, readings), found=repr(policy.seed.active),
                      at=("seed", "active"))  # fmt: skip
    if not readings[policy.seed.active].enabled:
        raise refusal("an active reading that is enabled", "enable it or make another one active",
                      found="enabled: false",
                      at=("seed", "readings", policy.seed.active, "enabled"))  # fmt: skip


_APART: tuple[type[Entry], ...] = (BelowLastRaise, MissingInputs, MatrixMoved, BelowBase)
# Which of them have no sense in the rules of a family.
_ODD: dict[str, tuple[type[Entry], ...]] = {
    "gates": (BelowLastRaise, MatrixMoved, BelowBase),
    "drivers": (BelowLastRaise, MissingInputs),
    "modifiers": (BelowLastRaise, MissingInputs, MatrixMoved),
    "gauges": _APART,
    "tests": _APART,
}


def stated(policy: "Policy") -> Iterator[tuple[Condition, At, tuple[type[Entry], ...]]]:
    """Each condition of the file, where it stands, and the kinds that have no sense there."""
    for name, reading in policy.seed.readings.items():
        yield reading.when, ("seed", "readings", name, "when"), (*_APART, SeedReading, AfterChange)
    for family in _ODD:
        for rule_id, rule in getattr(policy, family).items():
            yield from _of_rule(family, rule_id, rule)
    for signer_id, signer in policy.signers.items():
        for direction in ("add", "reduce"):
            predicates = getattr(signer, direction)
            for key in predicates.model_fields_set:
                condition = getattr(predicates, key)
                whole = direction == "reduce" and isinstance(condition, BelowLastRaise)
                odd = _APART[1:] if whole else _APART
                yield condition, ("signers", signer_id, direction, key), odd


def _of_rule(
    family: str, rule_id: str, rule: Rule
) -> Iterator[tuple[Condition, At, tuple[type[Entry], ...]]]:
    """A rule's condition and the exceptions of its actions."""
    beyond = () if family == "gates" and rule.scope == "hedge" else (AfterChange,)
    yield rule.when, (family, rule_id, "when"), (*_ODD[family], *beyond)
    for number, action in enumerate(rule.then):
        if isinstance(action, BlockAdds) and action.unless is not None:
            at: At = (family, rule_id, "then", number, "unless")
            yield action.unless, at, (*_APART, AfterChange)


def _check_singles(policy: "Policy") -> None:
    """One gate for missing inputs and one rule for the matrix; neither can be switched off."""
    for family, kind, key in (
        ("gates", MissingInputs, "missing"),
        ("drivers", MatrixMoved, "matrix"),
    ):
        rules: dict[str, Rule] = getattr(policy, family)
        held = [name for name, rule in rules.items() if isinstance(rule.when, kind)]
        if len(held) != 1 or not rules[held[0]].enabled:
            raise refusal(f"exactly one enabled rule of {family} with {key!r}",
                          "keep one and leave it enabled", found=f"{', '.join(held) or 'none'}",
                          at=(family, *held[-1:], "enabled"))  # fmt: skip
    for name, rule in policy.gates.items():
        if (rule.scope == "all") != isinstance(rule.when, MissingInputs):
            raise refusal("scope 'all' for missing inputs, another one for other gates",
                          "say what the gate closes", found=repr(rule.scope),
                          at=("gates", name, "scope"))  # fmt: skip


def _check_hedge_gates(policy: "Policy") -> None:
    """Only a gate of the hedges spares a layer, and only one that judges the book after scales."""
    for name, rule in policy.gates.items():
        if rule.spares and rule.scope != "hedge":
            raise refusal("spares on a gate of scope 'hedge' only", "remove spares",
                          found=", ".join(rule.spares), at=("gates", name, "spares"))  # fmt: skip
        if rule.scales and not any(isinstance(leaf, AfterChange) for leaf in leaves(rule.when)):
            raise refusal("scales on a gate that judges the book after the change",
                          "remove scales, or state a condition with 'after'", found="true",
                          at=("gates", name, "scales"))  # fmt: skip
    for family in ("drivers", "modifiers", "gauges", "tests"):
        for name, rule in getattr(policy, family).items():
            if rule.scales or rule.spares or rule.stops:
                raise refusal("scales, spares and stops on gates only", "remove them",
                              found=f"one of them on {name}", at=(family, name))  # fmt: skip


def _check_ids(policy: "Policy") -> None:
    """No two rules share an id, whatever their family."""
    seen: dict[str, str] = {}
    for family in ("gates", "drivers", "modifiers", "gauges", "tests"):
        for name in getattr(policy, family):
            if name in seen:
                raise refusal("an id used once among all rules", "rename one of the two",
                              found=f"{name!r}, also under {seen[name]}", at=(family, name))  # fmt: skip
            seen[name] = family


def _check_stops(policy: "Policy") -> None:
    """A gate of scope 'rules' names rules that there are; no other gate names any."""
    rules = (*policy.drivers, *policy.modifiers)
    for name, rule in policy.gates.items():
        if (rule.scope == "rules") != bool(rule.stops):
            raise refusal("stops on a gate of scope 'rules', and on no other",
                          "name the rules it stops, or change its scope",
                          found=repr(rule.scope), at=("gates", name, "scope"))  # fmt: skip
        for number, one in enumerate(rule.stops):
            if one not in rules or one == policy.matrix_rule:
                accepted = [rule for rule in rules if rule != policy.matrix_rule]
                raise refusal(f"a driver or modifier with 'then': {', '.join(accepted)}",
                              nearest(one, accepted), found=repr(one),
                              at=("gates", name, "stops", number))  # fmt: skip


def _check_actions(policy: "Policy") -> None:
    """Who may act, and that what acts says how."""
    for family in _ODD:
        for name, rule in getattr(policy, family).items():
            _check_then(family, rule, (family, name, "then"))
            _check_role(family, name, rule)
            _check_below_base(rule, (family, name, "when"))


def _check_then(family: str, rule: Rule, at: At) -> None:
    is_silent = family in {"gates", "tests"} or isinstance(rule.when, MatrixMoved)
    if rule.then and is_silent:
        raise refusal("then on drivers, modifiers and gauges only, and not on the matrix's rule",
                      "remove then", found=f"{len(rule.then)} actions", at=at)  # fmt: skip
    if not rule.then and not is_silent and not isinstance(rule.when, NotEvaluated):
        raise refusal("at least one action in then", "say what the rule does", found="none", at=at)
    if family == "gauges" and not all(isinstance(one, LISTED) for one in rule.then):
        raise refusal("review and annotate only, since a gauge moves nothing",
                      "make it a driver or a modifier", found="another action", at=at)  # fmt: skip
    moved = [layer for one in rule.then if isinstance(one, MOVING) for layer in _moved(one)]
    if len(moved) > len(set(moved)):
        raise refusal("each layer moved, refreshed or monetised once in a rule",
                      "keep one of them", found=", ".join(moved), at=at)  # fmt: skip


def _moved(action: Move | Refresh | Monetise) -> tuple[str, ...]:
    match action:
        case Move(move=layer) | Monetise(monetise=layer):
            return (layer,)
        case Refresh(refresh=layers):
            return layers


_ROLES = {"modifiers": ("modifier",), "gauges": ("gauge",), "drivers": ("driver",)}


def _check_role(family: str, name: str, rule: Rule) -> None:
    """A rule stands with those of its role."""
    if rule.role not in _ROLES.get(family, (rule.role,)):
        raise refusal(f"role {_ROLES[family][0]!r} under {family}", "move the rule or change its role",
                      found=repr(rule.role), at=(family, name, "role"))  # fmt: skip


def _check_below_base(rule: Rule, at: At) -> None:
    """A layer's own standing is asked beside the rest of the condition, not inside of it."""
    asked = [leaf for leaf in leaves(rule.when) if isinstance(leaf, BelowBase)]
    beside = parts(rule.when) if isinstance(rule.when, All) else (rule.when,)
    if (
        len(asked) != len([part for part in beside if isinstance(part, BelowBase)])
        or len(asked) > 1
    ):
        raise refusal("below_base once, alone or directly inside 'all'", "move it there",
                      found="it elsewhere", at=at)  # fmt: skip


def _check_conditions(policy: "Policy") -> None:
    axes = {"row": policy.axes.row.ids, "column": policy.axes.column.ids}
    for condition, at, senseless in stated(policy):
        for leaf in leaves(condition):
            if isinstance(leaf, senseless):
                raise refusal("conditions that can be judged at this place",
                              "see policy/README.md for where each kind may stand",
                              found=next(iter(type(leaf).model_fields)), at=at)  # fmt: skip
            if isinstance(leaf, BucketIn):
                _check_bands(leaf, axes[leaf.axis], at)


def _check_bands(condition: BucketIn, accepted: tuple[str, ...], at: At) -> None:
    for band in condition.bands:
        if band not in accepted:
            raise refusal(
                f"bands of the matrix {condition.axis}: {', '.join(accepted)}",
                nearest(band, accepted),
                found=repr(band),
                at=at,
            )
