"""The command `policy`: is a file sound, what does it say, and where would another one differ."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flows import clock
from flows.faults import as_stops
from flows.inspect import warehouse_of
from flows.outcome import ExitCode, Stop
from flows.policy_lines import diff_lines, lint_lines, show_lines
from flows.progress import report
from flows.settings import known_source, load_settings
from policy.compare import (
    Decided,
    Difference,
    causes,
    counted,
    differences,
    partings,
    text_changes,
)
from policy.findings import Finding
from policy.lint import lint, text_of
from policy.model import Policy, load, names
from policy.outline import outline
from schemas.mart import MART_HEDGE_DECISION_DAILY, MART_SIGNER_DAILY
from sources.desk_dataset import desk_terms
from warehouse.store import Store

if TYPE_CHECKING:
    from polars import DataFrame  # passed on, never looked into here

VERSION = "1.0"
"""Of the JSON; a key that is taken away or changes its meaning changes the first number."""
_WANTED = (MART_HEDGE_DECISION_DAILY, MART_SIGNER_DAILY)


class Linted(NamedTuple):
    """One file: the policy, null where it cannot be used, and what there is to say of it."""

    file: str
    policy: Policy | None
    findings: tuple[Finding, ...]


class Span(NamedTuple):
    """The sessions compared, both included; null for no bound."""

    since: date | None
    until: date | None


class Compared(NamedTuple):
    """Two policies over the same sessions of a market."""

    source: str
    first: date
    last: date
    sessions: int
    differences: tuple[Difference, ...]


def lint_report(files: list[str], *, as_json: bool) -> tuple[str, ExitCode]:
    """What is wrong with policy files, and how the command ends.

    Args:
        files: names or paths; none for every built-in policy.
        as_json: every finding, for a machine.

    Raises:
        Stop: no such file.
    """
    linted = [_linted(name) for name in files or names()]
    code = ExitCode.COMPLETE if all(one.policy for one in linted) else ExitCode.CONFIG
    if not as_json:
        return lint_lines(linted), code
    told = {
        "version": VERSION,
        "exit_code": int(code),
        "files": [_lint_json(one) for one in linted],
    }
    return json.dumps(told, indent=2, ensure_ascii=False), code


def _linted(name: str) -> Linted:
    _refuse_unknown(name)
    try:
        shown, text = text_of(name)
    except UnicodeDecodeError as error:
        found = Finding("error", name, 1, "", f"a byte that is not UTF-8 at {error.start}",
                        "text in UTF-8", "save the file so")  # fmt: skip
        return Linted(name, None, (found,))
    except OSError as error:
        raise Stop(f"policy {name!r} cannot be read: {error.strerror}", ExitCode.UNMET) from error
    return Linted(shown, *lint(shown, text, clock.new_york_day()))


def _refuse_unknown(name: str) -> None:
    if name not in names() and not Path(name).is_file():
        raise Stop(
            f"policy {name!r} is unknown; there are {', '.join(names())}, or give the path of a "
            "policy file",
            ExitCode.UNMET,
        )


def _lint_json(one: Linted) -> dict[str, Any]:
    policy = one.policy
    return {
        "file": one.file,
        "is_usable": policy is not None,
        "name": policy and policy.name,
        "policy_version": policy and policy.version,
        "hash": policy and policy.hash,
        "findings": [asdict(finding) for finding in one.findings],
    }


def show_report(name: str | None, day: date | None, width: int, *, as_json: bool) -> str:
    """A policy for a reader or a machine, and whether it is in force.

    Args:
        name: or path; null for the setting.
        day: on which it is asked to be in force; null for today.
        width: of the lines [characters].
        as_json: everything, for a machine.

    Raises:
        Stop: no such policy, or one that cannot be used.
    """
    policy = _loaded(name or load_settings().policy)
    asked = day or clock.new_york_day()
    told = {"version": VERSION, "asked_for": asked.isoformat(),
            "is_in_force": policy.effective_from <= asked}  # fmt: skip
    whole = {**told, "policy": outline(policy)}
    return json.dumps(whole, indent=2, ensure_ascii=False) if as_json else show_lines(whole, width)


def _loaded(name: str) -> Policy:
    _refuse_unknown(name)
    with as_stops():
        return load(name)


def diff_report(
    pair: tuple[str, str], span: Span | None, source: str | None, *, as_json: bool
) -> str:
    """What differs between two policies: in the text, and over a span in what they decide.

    Args:
        pair: their names or paths.
        span: the sessions; null for the text alone.
        source: whose warehouse; null for the setting.
        as_json: every session, for a machine.

    Raises:
        Stop: no such policy, no warehouse yet, or a span without sessions.
    """
    a, b = (_loaded(name) for name in pair)
    if span and span.since and span.until and span.since > span.until:
        raise Stop(f"--from {span.since} is after --to {span.until}: give the earlier first",
                   ExitCode.UNMET)  # fmt: skip
    compared = None if span is None else _compared(a, b, span, source)
    changes = text_changes(a, b)
    if not as_json:
        return diff_lines((a, b), changes, compared)
    told = {
        "version": VERSION,
        "a": _identity(a),
        "b": _identity(b),
        "text": [change._asdict() for change in changes],
        "decisions": None if compared is None else _compared_json(compared),
    }
    return json.dumps(told, indent=2, default=str, ensure_ascii=False)


def _identity(policy: Policy) -> dict[str, str]:
    return {"name": policy.name, "policy_version": policy.version, "hash": policy.hash,
            "effective_from": policy.effective_from.isoformat()}  # fmt: skip


def _compared_json(compared: Compared) -> dict[str, Any]:
    found = compared.differences
    return {
        "source": compared.source,
        "first": compared.first,
        "last": compared.last,
        "sessions": compared.sessions,
        "counts": counted(found),
        "causes": [one._asdict() for one in causes(found)],
        "partings": [{**one._asdict(), "began": _difference(one.began)} for one in partings(found)],
        "differences": [_difference(one) for one in found if one.kind != "none"],
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {**one._asdict(), "a": one.a._asdict(), "b": one.b._asdict()}


def _compared(a: Policy, b: Policy, span: Span, source: str | None) -> Compared:
    """Both policies over the whole history in memory, and what differs within the span."""
    name = known_source(source or load_settings().source)
    with as_stops(), warehouse_of(source) as store:
        bounds = store.bounds(MART_HEDGE_DECISION_DAILY)
        decided = [_rows(store, policy, span) for policy in (a, b)]
    report("compare the decisions")
    found = differences(decided[0], decided[1])
    days = sorted({one.session for one in found})
    if not days:
        held = "none" if bounds is None else f"{bounds[0]} to {bounds[1]}"
        raise Stop(f"no session from {span.since} to {span.until}; the warehouse of {name} has {held}",
                   ExitCode.UNMET)  # fmt: skip
    return Compared(name, days[0], days[-1], len(days), found)


def _rows(store: Store, policy: Policy, span: Span) -> Decided:
    report(f"decide under {policy.name}")
    frames = _decided(store, policy)
    decisions, signers = (list(_within(frame, span)) for frame in frames)
    return Decided(policy, decisions, signers)


def _within(frame: "DataFrame", span: Span) -> Iterator[dict[str, Any]]:
    for row in frame.iter_rows(named=True):
        day = row["session"]
        if (span.since is None or day >= span.since) and (span.until is None or day <= span.until):
            yield row


def _decided(store: Store, policy: Policy) -> "list[DataFrame]":
    """Decisions and signatures under a policy, from the measures that the warehouse has.

    What could be traded is priced anew, because a policy says of which contracts.
    """
    from flows.materialize import in_memory
    from policy.decide import decision_step
    from transforms.offer_steps import offer_steps

    settings = load_settings()
    desk = settings.desk if settings.desk.is_file() else None
    terms = desk_terms(desk, policy.book_terms)
    steps = (*offer_steps(terms), decision_step(policy, terms))
    made = in_memory(store, steps, _WANTED)
    return [made[table.name] for table in _WANTED]
