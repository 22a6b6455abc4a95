"""A policy as a validated value: read from YAML, total and unambiguous, or refused."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from policy import checks
from policy.actions import ACTION_KINDS
from policy.book_entries import Budget, Condor
from policy.conditions import KINDS, Condition, Driver, Entry, MatrixMoved, Sentence
from policy.document import parse
from policy.entries import (
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
from policy.terms import book_terms
from schemas.book import BookTerms
from schemas.document import REFUSED, At, Document, dotted, nearest

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
    condor: Condor
    budget: Budget
    axes: Axes
    matrix: dict[str, dict[str, Cell]]
    persistence: Persistence
    cooldown: Cooldown
    quorum: Quorum
    layers: LayerSpecs
    seed: Seed
    gates: dict[str, Rule]
    drivers: dict[str, Rule]
    modifiers: dict[str, Rule] = Field(default_factory=dict)
    gauges: dict[str, Rule] = Field(default_factory=dict)
    tests: dict[str, Rule]
    signers: dict[str, Signer]

    @model_validator(mode="after")
    def refuse_contradictions(self) -> Self:
        """Check what only the whole file can tell."""
        checks.check_whole(self)
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
        return tuple(checks.input_of(name) for name in self.required_inputs)

    @property
    def rules(self) -> dict[str, Rule]:
        """Every rule by its id, the seed rule's readings as ``R-02`` and the reading's letter."""
        readings = {f"{self.seed.rule_id}{name}": rule for name, rule in self.seed.readings.items()}
        moving = {**self.drivers, **readings, **self.modifiers}
        return {**self.gates, **moving, **self.gauges, **self.tests}

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
        """What the policy says of the options book."""
        gates = (name for name, rule in self.gates.items()
                 if rule.enabled and rule.scope == "condor")  # fmt: skip
        units = self.sizing.condor_units
        return book_terms(self.condor, self.budget, self.layers, units, tuple(gates))

    def conditions(self) -> Iterator[Condition]:
        """Every condition that the policy states, signers' included."""
        for condition, _, _ in checks.stated(self):
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
    if detail["type"] in _KINDS:
        what, kinds = _KINDS[detail["type"]]
        first = next(iter(detail["input"]), None) if isinstance(detail["input"], dict) else None
        return (f"{where}: found {_shown(detail['input'])}; accepted: {what} with one of the "
                f"keys {', '.join(kinds)}; {nearest(first, kinds)}.")  # fmt: skip
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
_KINDS = {"condition": ("a condition", tuple(KINDS)), "action": ("an action", tuple(ACTION_KINDS))}
