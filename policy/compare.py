"""Two policies beside each other: what differs in their text, and in what they decide."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from policy.actions import ACTION_KINDS, told
from policy.conditions import KINDS, Compared, Entry, Flagged, described
from policy.entries import LAYERS, Band
from policy.model import Policy
from policy.units import Quantity

_CONDITIONS: tuple[type[Entry], ...] = (*KINDS.values(), Flagged, Compared)
_ACTIONS: tuple[type[Entry], ...] = tuple(ACTION_KINDS.values())

Kind = Literal["decision", "path", "size", "reason", "none"]
KINDS_OF_DIFFERENCE: dict[Kind, str] = {
    "decision": "decided otherwise from the same multiplier",
    "path": "from multipliers that had parted before",
    "size": "the same decision in other numbers of contracts",
    "reason": "the same action and size for another rule or reason",
    "none": "the same",
}


class Change(NamedTuple):
    """A key of two files and what each says; null where a file has no such key.

    ``part`` is then the largest part of the file that the other has nothing of.
    """

    key: str
    a: str | None
    b: str | None
    part: str | None = None


class Side(NamedTuple):
    """What one policy decided of a layer at a session."""

    action: str
    before: float | None
    after: float | None
    units_before: int
    units_after: int
    se_state: str | None
    rule_id: str
    reason_code: str
    row_bucket: str | None
    column_bucket: str | None
    signed: tuple[str, ...]
    refused: tuple[str, ...]
    quorum: int


class Difference(NamedTuple):
    """A session and layer that two policies answer differently."""

    session: date
    layer: str
    kind: Kind
    a: Side
    b: Side


class Parting(NamedTuple):
    """A stretch of sessions on which a layer's multipliers differ, and the decision it began with.

    ``until`` is the last session of it; ``is_open`` where the span ends inside it.
    """

    layer: str
    since: date
    until: date
    sessions: int
    is_open: bool
    began: Difference


class Cause(NamedTuple):
    """How often one pair of answers to the same state came about, first and last when."""

    layer: str
    a: tuple[str, str, str]
    b: tuple[str, str, str]
    sessions: int
    first: date
    last: date


def text_changes(a: Policy, b: Policy) -> tuple[Change, ...]:
    """Every key at which two policies differ; a condition is one value, bands go by their id."""
    left, right = (dict(_flat(policy, "")) for policy in (a, b))
    parts = [{part for key in side for part in _parts(key)} for side in (left, right)]
    keys = list(dict.fromkeys([*left, *right]))
    return tuple(
        Change(key, left.get(key), right.get(key), _alone(key, *parts))
        for key in keys
        if left.get(key) != right.get(key)
    )


def _parts(key: str) -> list[str]:
    """A key and all that it lies in, the largest first: ``a``, ``a.b``, ``a.b.c``."""
    names = key.split(".")
    return [".".join(names[: count + 1]) for count in range(len(names))]


def _alone(key: str, left: set[str], right: set[str]) -> str | None:
    """The largest part around a key that only one file has."""
    return next((part for part in _parts(key) if (part in left) != (part in right)), None)


def _flat(value: Any, key: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  # any part of a file
    inside = _inside(value)
    if inside is not None:
        for name, one in inside:
            yield from _flat(one, f"{key}.{name}" if key else name)
    elif value is not None:
        yield key, _said(value)


def _inside(value: Any) -> Iterable[tuple[str, Any]] | None:  # noqa: ANN401  # any part of a file
    """The parts of a value with their keys; null for what is shown as one."""
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return [(one.id if isinstance(one, Band) else str(number), one)
                for number, one in enumerate(value, start=1)]  # fmt: skip
    if isinstance(value, BaseModel) and not isinstance(value, (*_CONDITIONS, *_ACTIONS)):
        fields = type(value).model_fields
        return [(field.alias or name, getattr(value, name)) for name, field in fields.items()]
    return None


def _said(value: Any) -> str:  # noqa: ANN401  # any value of a file
    if isinstance(value, _CONDITIONS):
        return described(value)  # type: ignore[arg-type]  # likewise
    if isinstance(value, _ACTIONS):
        return told(value)  # type: ignore[arg-type]  # the kinds are the union's members
    if isinstance(value, Quantity):
        return value.canonical()
    if isinstance(value, tuple | list):
        return f"[{', '.join(_said(one) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.2f}" if isinstance(value, float) else str(value)


Rows = Sequence[Mapping[str, Any]]


class Decided(NamedTuple):
    """What a policy decided: rows of ``mart_hedge_decision_daily`` and ``mart_signer_daily``."""

    policy: Policy
    decisions: Rows
    signers: Rows


def differences(a: Decided, b: Decided) -> tuple[Difference, ...]:
    """Every session and layer of which two policies say something, in the order of the sessions.

    Args:
        a: one policy's rows.
        b: the other's, of the same sessions.

    Returns:
        One entry per session and layer, those of kind ``none`` included.
    """
    left, right = _sides(a), _sides(b)
    return tuple(
        Difference(*key, _kind(left[key], right[key]), left[key], right[key])
        for key in sorted(left, key=lambda one: (one[0], LAYERS.index(one[1])))
        if key in right
    )


def _sides(decided: Decided) -> dict[tuple[date, Any], Side]:
    votes: dict[tuple[date, str, str], dict[str, str]] = {}
    for row in decided.signers:
        key = (row["session"], row["layer_id"], row["direction"])
        votes.setdefault(key, {})[row["signer_id"]] = row["outcome"]
    binding = decided.policy.quorum.never_false
    sides = {}
    for row in decided.decisions:
        direction = _direction(row)
        cast = votes.get((row["session"], row["layer_id"], direction), {})
        signed = tuple(name for name in sorted(cast) if cast[name] == "fired")
        refused = tuple(name for name in binding
                        if direction == "add" and cast.get(name) == "not_fired")  # fmt: skip
        sides[row["session"], row["layer_id"]] = _side(row, signed, refused)
    return sides


def _direction(row: Mapping[str, Any]) -> str:
    """Which proposal the signers were asked about."""
    if row["action"] in {"reduce", "monetise"} or row["reason_code"].startswith("reduction"):
        return "reduce"
    target, before = row["multiplier_target"], row["multiplier_before"]
    falls = target is not None and before is not None and target < before
    return "reduce" if falls else "add"


def _side(row: Mapping[str, Any], signed: tuple[str, ...], refused: tuple[str, ...]) -> Side:
    return Side(
        action=row["action"],
        before=row["multiplier_before"],
        after=row["multiplier_after"],
        units_before=row["units_before"],
        units_after=row["units_after"],
        se_state=row["se_state"],
        rule_id=row["rule_id"],
        reason_code=row["reason_code"],
        row_bucket=row["row_bucket"],
        column_bucket=row["column_bucket"],
        signed=signed,
        refused=refused,
        quorum=row["quorum"] or 0,
    )


def _kind(a: Side, b: Side) -> Kind:
    if a.before != b.before:
        return "path"
    if (a.action, a.after, a.se_state) != (b.action, b.after, b.se_state):
        return "decision"
    if (a.units_before, a.units_after) != (b.units_before, b.units_after):
        return "size"
    if (a.rule_id, a.reason_code) != (b.rule_id, b.reason_code):
        return "reason"
    return "none"


def counted(found: Sequence[Difference]) -> dict[str, Counter[Kind]]:
    """By layer how many sessions are of which kind."""
    counts: dict[str, Counter[Kind]] = {layer: Counter() for layer in LAYERS}
    for one in found:
        counts[one.layer][one.kind] += 1
    return counts


def causes(found: Sequence[Difference]) -> tuple[Cause, ...]:
    """What made two policies part, most frequent first: action, rule and reason of each side."""
    days: dict[tuple[str, tuple[str, str, str], tuple[str, str, str]], list[date]] = {}
    for one in found:
        if one.kind == "decision":
            days.setdefault((one.layer, _answer(one.a), _answer(one.b)), []).append(one.session)
    listed = [Cause(*key, len(held), held[0], held[-1]) for key, held in days.items()]
    return tuple(sorted(listed, key=lambda one: (-one.sessions, one.layer, one.first)))


def _answer(side: Side) -> tuple[str, str, str]:
    return side.action, side.rule_id, side.reason_code


def partings(found: Sequence[Difference]) -> tuple[Parting, ...]:
    """The stretches on which a layer's multipliers differ, in the order in which they began."""
    listed: list[Parting] = []
    for layer in LAYERS:
        stretch: list[Difference] = []
        mine = [one for one in found if one.layer == layer]
        for one in mine:
            if one.a.after != one.b.after:
                stretch.append(one)
            elif stretch:
                listed.append(_parting(stretch, is_open=False))
                stretch = []
        if stretch:
            listed.append(_parting(stretch, is_open=True))
    return tuple(sorted(listed, key=lambda one: (one.since, one.layer)))


def _parting(stretch: Sequence[Difference], *, is_open: bool) -> Parting:
    first, last = stretch[0], stretch[-1]
    return Parting(first.layer, first.session, last.session, len(stretch), is_open, first)
