"""A policy as a validated value: read from YAML, total and unambiguous, or refused."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from policy.conditions import (
    KINDS,
    READABLE,
    BelowLastRaise,
    BucketIn,
    Condition,
    Driver,
    Entry,
    MatrixMoved,
    MissingInputs,
    SeedReading,
    Sentence,
    leaves,
)
from policy.document import parse
from policy.entries import (
    SIGNERS,
    UNIT_LAYERS,
    Axes,
    Cell,
    Cooldown,
    LayerSpecs,
    Persistence,
    Quorum,
    Rule,
    Seed,
    Signer,
    Sizing,
)
from policy.errors import PolicyError
from schemas.book import BookTerms
from schemas.document import REFUSED, At, Document, dotted, nearest, refusal
from schemas.series import SERIES

__all__ = ["Policy", "PolicyError", "load", "names"]


class Policy(Entry):
    """A whole policy: what every market state asks of every layer, and who must agree.

    Total: every pair of finite drivers falls in exactly one cell, and every cell says what it
    asks of every layer. Unambiguous: every reference exists, every key is written once.
    """

    name: Annotated[str, Field(min_length=1, pattern=r"^[a-z][a-z0-9_-]*$")]
    version: Annotated[str, Field(min_length=1)]
    effective_from: date
    summary: Sentence
    timelock: Sentence
    required_inputs: Annotated[tuple[str, ...], Field(min_length=1)]
    sizing: Sizing
    axes: Axes
    matrix: dict[str, dict[str, Cell]]
    persistence: Persistence
    cooldown: Cooldown
    quorum: Quorum
    layers: LayerSpecs
    seed: Seed
    gates: dict[str, Rule]
    drivers: dict[str, Rule]
    tests: dict[str, Rule]
    signers: dict[str, Signer]

    @model_validator(mode="after")
    def refuse_contradictions(self) -> Self:
        """Check what only the whole file can tell."""
        _check_inputs(self)
        _check_matrix(self)
        _check_steps(self)
        _check_signers(self)
        _check_seed(self)
        _check_singles(self)
        _check_conditions(self)
        return self

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content: comments, key order and spacing do not count."""
        content = self.model_dump(mode="json", by_alias=True)
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def required(self) -> tuple[Driver, ...]:
        """The column that holds each required input."""
        return tuple(_input(name) for name in self.required_inputs)

    @property
    def rules(self) -> dict[str, Rule]:
        """Every rule by its id, the seed rule's readings as ``R-02`` and the reading's letter."""
        readings = {f"{self.seed.rule_id}{name}": rule for name, rule in self.seed.readings.items()}
        return {**self.gates, **self.drivers, **readings, **self.tests}

    @property
    def matrix_rule(self) -> str:
        """The id of the rule that moves the layers by the matrix."""
        return next(name for name, rule in self.drivers.items()
                    if isinstance(rule.when, MatrixMoved))  # fmt: skip

    @property
    def seed_rule(self) -> str:
        """The id of the seed rule's active reading."""
        return f"{self.seed.rule_id}{self.seed.active}"

    @property
    def book_terms(self) -> BookTerms:
        """What the policy says of the options book; methodology 2 and 3 where it says nothing."""
        usual = BookTerms()
        named = ((terms, getattr(self.layers, terms.layer_id)) for terms in usual.layers)
        layers = tuple(
            replace(
                terms,
                base_units=spec.base_units,
                dte=spec.days_to_expiry.window or terms.dte,
                delta=spec.long_delta,
            )
            for terms, spec in named
        )
        gates = (name for name, rule in self.gates.items()
                 if rule.enabled and rule.scope == "condor")  # fmt: skip
        return replace(usual, condor_units=self.sizing.condor_units, layers=layers,
                       condor_gates=tuple(gates))  # fmt: skip

    def conditions(self) -> Iterator[Condition]:
        """Every condition that the policy states, signers' included."""
        for condition, _, _ in _stated(self):
            yield condition

    def steps(self, multiplier: float) -> int:
        """A multiplier as a whole number of steps."""
        return int(Decimal(str(multiplier)) / Decimal(str(self.sizing.step)))

    def units(self, layer: str, steps: int) -> int:
        """Contracts of a layer at a multiplier of so many steps.

        ``base x m x profile x condor units / 10``, rounded half up, at most twice the base.
        """
        base = Decimal(getattr(self.layers, layer).base_units * self.sizing.condor_units) / 10
        multiplier = steps * Decimal(str(self.sizing.step))
        exact = base * multiplier * Decimal(str(self.sizing.profile_multiplier))
        return int(min(exact, 2 * base) + Decimal("0.5"))


def names() -> tuple[str, ...]:
    """The built-in policies."""
    found = (entry.name for entry in files("policy").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def load(name_or_path: str) -> Policy:
    """A built-in policy by name, or any policy by the path of its file.

    Raises:
        PolicyError: no such policy, or a file that is not one; a sentence for each mistake.
    """
    if name_or_path in names():
        text = files("policy").joinpath(f"{name_or_path}.yaml").read_text("utf-8")
        return _validated(parse(f"policy/{name_or_path}.yaml", text))
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml") or not path.is_file():
        raise PolicyError(
            f"policy {name_or_path!r}: found neither a built-in policy nor a YAML file of this "
            f"name; accepted are {', '.join(names())} or the path of a .yaml file; "
            f"{nearest(name_or_path, names())}."
        )
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}, byte {error.start}: found a byte that is not UTF-8; accepted "
                          "is text in UTF-8; save the file so.") from error  # fmt: skip
    return _validated(parse(str(path), text))


def _validated(document: Document) -> Policy:
    try:
        return Policy.model_validate(document.values)
    except ValidationError as error:
        sentences = [_sentence(document, detail) for detail in error.errors()]
        raise PolicyError("\n".join(dict.fromkeys(sentences))) from None


def _sentence(document: Document, detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    wanted: At = (*detail["loc"], *context.get("at", ()))
    path, line = document.located(wanted)
    where = f"{document.name}, line {line}, key {dotted(path)}"
    if detail["type"] == REFUSED:
        found = context["found"] if context["found"] is not None else _shown(detail["input"])
        return f"{where}: found {found}; accepted: {context['accepted']}; {context['advice']}."
    if detail["type"] == "missing":
        key = detail["loc"][-1]
        return f"{where}: found no key {key!r}; accepted: an entry with it; add {key!r}."
    if detail["type"] == "condition":
        first = next(iter(detail["input"]), None) if isinstance(detail["input"], dict) else None
        return (f"{where}: found {_shown(detail['input'])}; accepted: a condition with one of the "
                f"keys {', '.join(KINDS)}; {nearest(first, KINDS)}.")  # fmt: skip
    advice = "correct the value"
    if detail["type"] == "literal_error":
        accepted = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        advice = nearest(detail["input"], accepted)
    return f"{where}: found {_shown(detail['input'])}; accepted: {_lower(detail['msg'])}; {advice}."


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


_LONGEST_SHOWN = 80


def _input(name: str) -> Driver:
    for table in READABLE:
        for column in table.columns:
            if column.name == name:
                return Driver(table.name, column)
    raise LookupError(name)


def _check_inputs(policy: Policy) -> None:
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


def _check_matrix(policy: Policy) -> None:
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


def _check_steps(policy: Policy) -> None:
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


def _check_signers(policy: Policy) -> None:
    _check_keys(policy.signers, SIGNERS, ("signers",), "the signers")
    groups = [
        (group, ("quorum", "mandatory", i)) for i, group in enumerate(policy.quorum.mandatory)
    ]
    for group, at in [*groups, (policy.quorum.never_false, ("quorum", "never_false"))]:
        for number, signer in enumerate(group):
            if signer not in SIGNERS:
                raise refusal(f"a signer: {', '.join(SIGNERS)}", nearest(signer, SIGNERS),
                              found=repr(signer), at=(*at, number))  # fmt: skip


def _check_seed(policy: Policy) -> None:
    readings = policy.seed.readings
    if policy.seed.active not in readings:
        raise refusal(f"one of the readings {', '.join(readings)}",
                      nearest(policy.seed.active, readings), found=repr(policy.seed.active),
                      at=("seed", "active"))  # fmt: skip
    if not readings[policy.seed.active].enabled:
        raise refusal("an active reading that is enabled", "enable it or make another one active",
                      found="enabled: false",
                      at=("seed", "readings", policy.seed.active, "enabled"))  # fmt: skip


def _stated(policy: Policy) -> Iterator[tuple[Condition, At, tuple[type[Entry], ...]]]:
    """Each condition of the file, where it stands, and the kinds that have no sense there."""
    apart: tuple[type[Entry], ...] = (BelowLastRaise, MissingInputs, MatrixMoved)
    odd: tuple[type[Entry], ...]
    for name, reading in policy.seed.readings.items():
        yield reading.when, ("seed", "readings", name, "when"), (*apart, SeedReading)
    for family, odd in (("gates", apart[::2]), ("drivers", apart[:2]), ("tests", apart)):
        for rule_id, rule in getattr(policy, family).items():
            yield rule.when, (family, rule_id, "when"), odd
    for signer_id, signer in policy.signers.items():
        for direction in ("add", "reduce"):
            predicates = getattr(signer, direction)
            for key in predicates.model_fields_set:
                condition = getattr(predicates, key)
                whole = direction == "reduce" and isinstance(condition, BelowLastRaise)
                odd = apart[1:] if whole else apart
                yield condition, ("signers", signer_id, direction, key), odd


def _check_singles(policy: Policy) -> None:
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
            raise refusal("scope 'all' for missing inputs, 'hedge' or 'condor' for other gates",
                          "say what the gate closes", found=repr(rule.scope),
                          at=("gates", name, "scope"))  # fmt: skip


def _check_conditions(policy: Policy) -> None:
    axes = {"row": policy.axes.row.ids, "column": policy.axes.column.ids}
    for condition, at, senseless in _stated(policy):
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
