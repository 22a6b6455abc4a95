"""The evidence as a page of Markdown: every figure with its sample, favorable or not."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from evidence.compare import RESAMPLES, Found, Signal
from evidence.facts import Cell, Fact
from schemas.claims import UNSUPPORTED
from schemas.measures import MEASURES
from schemas.model import SchemaError

_HEAD = (
    "| {first} | known | fired | episodes | ln VIX | spike | VIX less volatility | S&P 500 |",
    "| --- | ---: | ---: | ---: | --- | --- | --- | --- |",
)


class Sample(NamedTuple):
    """What the report was made from."""

    source: str
    first: str
    last: str
    sessions: int
    policy: str


class Study(NamedTuple):
    """Everything that a report says."""

    sample: Sample
    rules: list[Signal]
    flags: list[Signal]
    levels: list[Signal]
    cells: list[Cell]
    facts: list[Fact]
    texts: dict[str, str]


def markdown(study: Study) -> str:
    """The report."""
    lines = [
        "# Evidence", "",
        *_intro(study.sample), "",
        "## The rules of the policy", "", *_signals("rule", study.rules, study.texts), "",
        "## The flags among the measures", "", *_signals("flag", study.flags, _terms()), "",
        "## The VIX alone", "",
        "What its level says without any rule: a rule that says no more than its band adds nothing.",
        "", *_signals("band", study.levels, {}), "",
        "## The cells of the matrix", "", *_cells(study.cells), "",
        "## Levels and frequencies", "", *_facts(study.facts), "",
        "## Claims without support", "", *_claims(),
    ]  # fmt: skip
    return "\n".join([*lines, ""])


def _intro(sample: Sample) -> list[str]:
    made_from = (
        f"Source `{sample.source}`, {sample.sessions:,} sessions from {sample.first} to "
        f"{sample.last}, policy {sample.policy}. Made by `volbrief evidence`; nothing here was "
        "chosen by how it looks. In-sample, one history, no costs: direction at best."
    )
    counted = (
        "What is counted follows a close by 21 sessions: the change of ln VIX; whether the VIX "
        "closed at 1.25 times its level or more (spike); the VIX less the volatility that came "
        "[points], which is what a hedge was paid too much; the return of the S&P 500. Each cell "
        "has the mean after the signal, the mean over all sessions on which the signal is known, "
        "and in brackets the 90 % interval of their difference from "
        f"{RESAMPLES:,} stationary-bootstrap resamples with a mean block of 63 sessions, because "
        "windows overlap. An interval that holds 0 says nothing either way; among many signals one "
        "in ten will miss it by chance. Fewer than 20 fired sessions get no interval."
    )
    return [made_from, "", counted]


def _signals(first: str, signals: list[Signal], texts: dict[str, str]) -> list[str]:
    if not signals:
        return ["None is known in this history."]
    rows = [
        f"| {_named(one.name, texts)} | {one.judged:,} | {one.fired:,} | {one.episodes:,} | "
        + " | ".join(
            (
                _cell(one.found["vix_change"], 100, " %"),
                _cell(one.found["is_spike"], 100, " %"),
                _cell(one.found["vol_paid"], 1, ""),
                _cell(one.found["spx_return"], 100, " %"),
            )
        )
        + " |"
        for one in signals
    ]
    return [_HEAD[0].format(first=first), _HEAD[1], *rows]


def _named(name: str, texts: dict[str, str]) -> str:
    text = texts.get(name, "").replace("|", "or")
    return f"`{name}` {text}".strip()


def _cell(found: Found, scale: float, unit: str) -> str:
    if not math.isfinite(found.mean):
        return f"never; {scale * found.base:+.1f}{unit}"
    text = f"{scale * found.mean:+.1f}{unit}; {scale * found.base:+.1f}{unit}"
    if not math.isfinite(found.low):
        return text
    return f"{text} [{scale * found.low:+.1f}, {scale * found.high:+.1f}]"


def _cells(cells: list[Cell]) -> list[str]:
    if not cells:
        return ["No session of this history has a known cell."]
    rows = [
        f"| {one.name}{' (sparse)' if one.is_sparse else ''} | {one.sessions:,} | "
        f"{100 * one.share:.1f} % | {100 * one.means[0]:+.1f} % | {100 * one.means[1]:.0f} % | "
        f"{one.means[3]:+.1f} | {100 * one.means[4]:+.1f} % |"
        for one in cells
    ]
    return [
        "| cell | sessions | share | ln VIX | spike | VIX less volatility | S&P 500 |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *rows,
    ]


def _facts(facts: Iterable[Fact]) -> list[str]:
    return ["| fact | here |", "| --- | --- |", *(f"| {one.name} | {one.value} |" for one in facts)]


def _claims() -> list[str]:
    rows = (f"| {one.text} | {one.literature} | {one.behavior} |" for one in UNSUPPORTED)
    return ["| claim | literature | here |", "| --- | --- | --- |", *rows]


def _terms() -> dict[str, str]:
    """What readers call the flags."""
    found = {one.column: f"{one.term}, grade {one.grade}" for one in MEASURES}
    if not found:
        raise SchemaError("no measure is declared")
    return found
