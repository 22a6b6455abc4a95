"""What is said of a policy file: where, what was found, what is accepted, what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from policy.actions import ACTION_KINDS
from policy.conditions import KINDS
from policy.errors import PolicyError
from schemas.document import REFUSED, At, Document, dotted, line_of, nearest

Severity = Literal["error", "warning", "note"]
_LONGEST_SHOWN = 80  # characters of a value that is repeated to the reader


@dataclass(frozen=True)
class Finding:
    """One thing to know about a policy file.

    An error keeps the policy from being used; a warning is a policy that can be used and hardly
    means what it says; a note is what a reader may not expect.
    """

    severity: Severity
    file: str
    line: int
    key: str
    found: str
    accepted: str
    advice: str

    def __str__(self) -> str:
        """One sentence: where, found, accepted, what to do."""
        key = f", key {self.key}" if self.key else ""
        accepted = f"; accepted: {self.accepted}" if self.accepted else ""
        stop = "" if self.advice.endswith("?") else "."
        return (
            f"{self.file}, line {self.line}{key}: found {self.found}{accepted}; {self.advice}{stop}"
        )


def placed(document: Document, severity: Severity, path: At, said: tuple[str, str, str]) -> Finding:
    """A finding at a part of a file; ``said`` is found, accepted and advice."""
    at, line = document.located(path)
    return Finding(severity, document.name, line, dotted(at), *said)


def of_errors(document: Document, error: ValidationError) -> Iterator[Finding]:
    """Every mistake that validation found, once each, in the order of the file's lines."""
    found = dict.fromkeys(_of_error(document, detail) for detail in error.errors())
    yield from sorted(found, key=lambda one: one.line)


def of_refusal(name: str, error: PolicyError) -> Finding:
    """A file that is no plain YAML."""
    cause = error.__cause__
    line = line_of(cause) if isinstance(cause, yaml.MarkedYAMLError) else 1
    problem = getattr(cause, "problem", None) or getattr(cause, "context", None) or cause
    return Finding("error", name, line, "", str(problem),
                   "plain YAML of keys, lists, texts and numbers", "correct the line")  # fmt: skip


def _of_error(document: Document, detail: ErrorDetails) -> Finding:
    context: dict[str, Any] = detail.get("ctx", {})
    path: At = (*detail["loc"], *context.get("at", ()))
    return placed(document, "error", path, _said(detail, context))


def _said(detail: ErrorDetails, context: dict[str, Any]) -> tuple[str, str, str]:
    """What was found, what is accepted and what to do."""
    value = detail["input"]
    if detail["type"] == REFUSED:
        found = context["found"] if context["found"] is not None else _shown(value)
        return str(found), context["accepted"], context["advice"]
    if detail["type"] == "missing":
        key = detail["loc"][-1]
        return f"no key {key!r}", "an entry with it", f"add {key!r}"
    if detail["type"] == "condition":
        first = next(iter(value), None) if isinstance(value, dict) else None
        accepted = f"a condition with one of the keys {', '.join(KINDS)}"
        return _shown(value), accepted, nearest(first, KINDS)
    if detail["type"] == "action":
        first = next(iter(value), None) if isinstance(value, dict) else None
        accepted = f"an action with one of the keys {', '.join(ACTION_KINDS)}"
        return _shown(value), accepted, nearest(first, ACTION_KINDS)
    advice = "correct the value"
    if detail["type"] == "literal_error":
        listed = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        advice = nearest(value, listed)
    message = detail["msg"]
    return _shown(value), message[:1].lower() + message[1:], advice


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
