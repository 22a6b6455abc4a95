"""The command `policy` in words: findings, one policy, two policies beside each other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from policy.compare import (
    KINDS_OF_DIFFERENCE,
    Cause,
    Change,
    Kind,
    Parting,
    Side,
    causes,
    counted,
    partings,
)
from policy.model import Policy

if TYPE_CHECKING:
    from flows.policy import Compared, Linted

_MOST_CAUSES = 20
_MOST_PARTINGS = 30
_SHORT = 45  # characters of a value that has room in a table
_WIDE = 110
_ORDER: tuple[Kind, ...] = ("decision", "path", "size", "reason", "none")


def lint_lines(linted: "Sequence[Linted]") -> str:
    """A heading for each file, its findings under it, and a line that counts them all."""
    lines: list[str] = []
    for one in linted:
        policy = one.policy
        if policy is None:
            lines.append(f"{one.file}: cannot be used; more may come to light once this is mended")
        else:
            lines.append(
                f"{one.file}: {policy.name} {policy.version}, {policy.hash[:12]}, can be used"
            )
        lines += [f"  {finding.severity:<8}{finding}" for finding in one.findings]
    counts = Counter(finding.severity for one in linted for finding in one.findings)
    told = ", ".join(f"{counts[kind]} {kind}{'' if counts[kind] == 1 else 's'}"
                     for kind in ("error", "warning", "note"))  # fmt: skip
    files = f"{len(linted)} file{'' if len(linted) == 1 else 's'}"
    return "\n".join([*lines, f"{files}: {told}"])


def show_lines(told: dict[str, Any], width: int) -> str:
    """One policy, section after section, no line wider than ``width``."""
    policy = told["policy"]
    force = "in force" if told["is_in_force"] else "not in force"
    lines = [
        f"{policy['name']} {policy['version']}",
        *_field("says", policy["summary"], width),
        *_field(
            "effective", f"from {policy['effective_from']}; {force} on {told['asked_for']}", width
        ),
        *_field("hash", policy["hash"], width),
        *_field("timelock", policy["timelock"], width),
        *_field("required", ", ".join(policy["required_inputs"]), width),
        "",
        "MATRIX  L1 / L2 / L3 / Second Engine, multiples of the base",
        *_matrix_lines(policy),
        "",
        "CONTRACTS  at a multiplier",
        *_unit_lines(policy),
        "",
        "RULES",
    ]
    for rule in policy["rules"]:
        lines += _rule_lines(rule, width)
    lines += ["", "SIGNERS"]
    for signer in policy["signers"]:
        lines += _signer_lines(signer, width)
    return "\n".join([*lines, "", *_terms_lines(policy, width)])


def _field(name: str, text: str, width: int) -> list[str]:
    first, *rest = wrap(str(text), max(width - 14, 40)) or [""]
    return [f"  {name:<12}{first}", *(f"{'':14}{line}" for line in rest)]


def _matrix_lines(policy: dict[str, Any]) -> Iterator[str]:
    axes, cells = policy["axes"], policy["matrix"]
    for name in ("row", "column"):
        bands = ", ".join(f"{band['id']} {_extent(band)}" for band in axes[name]["bands"])
        yield f"  {name + 's':<9}{axes[name]['column']}: {bands}"
    columns = [band["id"] for band in axes["column"]["bands"]]
    table = [["", *columns]]
    for band in axes["row"]["bands"]:
        row = [cell for cell in cells if cell["row"] == band["id"]]
        table.append([f"{band['id']} {band['name']}", *(_cell(cell) for cell in row)])
    yield from (f"  {line}" for line in _columns(table))
    if any(cell["sparse"] for cell in cells):
        yield "  * hardly ever visited in 1999-2018; its values are judgment"


def _extent(band: dict[str, Any]) -> str:
    if band["from"] is None:
        return f"below {band['below']}"
    return (
        f"{band['from']} and above"
        if band["below"] is None
        else f"{band['from']} to {band['below']}"
    )


def _cell(cell: dict[str, Any]) -> str:
    sizes = " / ".join(f"{cell[layer]:.2f}" for layer in ("L1", "L2", "L3"))
    return f"{sizes} / {cell['SE']}{' *' if cell['sparse'] else ''}"


def _columns(table: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in table) for at in range(len(table[0]))]
    for row in table:
        cells = (text.ljust(wide) for text, wide in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _unit_lines(policy: dict[str, Any]) -> Iterator[str]:
    units = policy["units"]
    sizes = list(units["L1"])
    table = [
        ["", *sizes],
        *([layer, *(str(units[layer][size]) for size in sizes)] for layer in units),
    ]
    yield from (f"  {line}" for line in _columns(table))


def _rule_lines(rule: dict[str, Any], width: int) -> list[str]:
    state = "on" if rule["enabled"] else "OFF"
    return [
        f"{rule['id']}  {rule['role']}, grade {rule['grade']}, {state}",
        *_field("says", rule["says"], width),
        *_field("when", rule["when"], width),
        *_field("then", rule["then"], width),
        *_field("evidence", rule["evidence"], width),
    ]


def _signer_lines(signer: dict[str, Any], width: int) -> list[str]:
    lines = [f"{signer['id']}  {signer['name']}, grade {signer['grade']}"]
    for direction, title in (("add", "an add"), ("reduce", "a cut")):
        for layer, text in signer[direction].items():
            name = title if layer == "every_layer" else f"{title}, {layer}"
            lines += _field(name, text, width)
    return lines + _field("evidence", signer["evidence"], width)


def _terms_lines(policy: dict[str, Any], width: int) -> list[str]:
    groups = " and ".join(f"one of {', '.join(group)}" for group in policy["quorum"]["mandatory"])
    quorum = policy["quorum"]
    never = ", ".join(quorum["never_false"])
    persistence, cooldown, sizing = policy["persistence"], policy["cooldown"], policy["sizing"]
    told = {
        "quorum": f"{quorum['add']} of 5 above 1.00{', ' + groups if groups else ''}"
        f"{'; ' + never + ' never says no' if never else ''}; "
        f"{quorum['reduce']} of 5 back down from above 1.00; Second Engine {quorum['se']} of 5",
        "persistence": f"{persistence['closes']}; in {persistence['guarded_row']} "
        f"{persistence['guarded_add']} for an add, {persistence['guarded_reduce']} for a cut",
        "cooldown": f"{cooldown['sessions']}; exempt: {cooldown['exempt']}",
        "sizing": ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sizing.items()),
        "budget": _pairs(policy["budget"]),
        "condor": _pairs(policy["condor"]),
        **{name: _pairs(spec) for name, spec in policy["layers"].items()},
    }
    lines = ["TERMS"]
    for name, text in told.items():
        lines += _field(name, text, width)
    return lines


def _pairs(entries: dict[str, Any]) -> str:
    def value(one: object) -> str:
        if isinstance(one, dict):
            return " ".join(
                f"{name} {inside}" for name, inside in one.items() if inside is not None
            )
        return str(one)

    return "; ".join(f"{name.replace('_', ' ')} {value(one)}" for name, one in entries.items()
                     if one is not None)  # fmt: skip


def diff_lines(
    pair: tuple[Policy, Policy], changes: Sequence[Change], compared: "Compared | None"
) -> str:
    """What differs: the text key by key; then of the decisions how many, why, and when."""
    a, b = pair
    lines = [
        f"A  {a.name} {a.version}, {a.hash[:12]}, effective from {a.effective_from}",
        f"B  {b.name} {b.version}, {b.hash[:12]}, effective from {b.effective_from}",
        "",
        f"TEXT  {len(changes)} keys differ",
        *_text_lines(changes),
    ]
    if compared is None:
        return "\n".join([*lines, "", "Add --from YYYY-MM-DD to see which decisions differ."])
    return "\n".join([*lines, "", *_decision_lines(compared, pair)])


def _text_lines(changes: Sequence[Change]) -> Iterator[str]:
    """Short values in a table, then long ones each for itself, then what only one file has."""
    both = [one for one in changes if one.part is None]
    rows = [[one.key, str(one.a), str(one.b)] for one in both if _is_short(one)]
    if rows:
        yield from (f"  {line}" for line in _columns([["key", "A", "B"], *rows]))
    for change in both:
        if not _is_short(change):
            yield f"  {change.key}"
            yield f"      A  {change.a}"
            yield f"      B  {change.b}"
    for side, title in (("a", "only A has"), ("b", "only B has")):
        alone = [one for one in changes if one.part and getattr(one, side) is not None]
        names = dict.fromkeys(one.part for one in alone if one.part)
        parts = [_alone(part, alone, side) for part in names]
        if parts:
            yield from wrap(f"{title}: {', '.join(parts)}", _WIDE,
                            initial_indent="  ", subsequent_indent="      ")  # fmt: skip


def _alone(part: str, changes: Sequence[Change], side: str) -> str:
    """A part that only one file has; of a rule also when it does what, of a value the value."""
    inside = {one.key: getattr(one, side) for one in changes if one.part == part}
    if list(inside) == [part]:
        return f"{part} {inside[part]}"
    when = inside.get(f"{part}.when")
    then = "; ".join(text for key, text in inside.items() if key.startswith(f"{part}.then."))
    return part if when is None else f"{part} (when {when}: {then or 'is listed'})"


def _is_short(change: Change) -> bool:
    return max(len(str(change.a)), len(str(change.b))) <= _SHORT


def _decision_lines(compared: "Compared", pair: tuple[Policy, Policy]) -> Iterator[str]:
    found = compared.differences
    yield (f"DECISIONS  {compared.sessions:,} sessions of {compared.source}, "
           f"{compared.first} to {compared.last}")  # fmt: skip
    early = [one.name for one in pair if compared.first < one.effective_from]
    if early:
        yield f"  decided as if in force: {' and '.join(early)} took effect later than {compared.first}"
    counts = counted(found)
    table = [["", *counts]]
    for kind in _ORDER:
        row = [f"{counts[layer][kind]:,}" for layer in counts]
        table.append([KINDS_OF_DIFFERENCE[kind], *row])
    for side, policy in zip(("a", "b"), pair, strict=True):
        sizes = (_mean([getattr(one, side).units_after for one in found if one.layer == layer])
                 for layer in counts)  # fmt: skip
        table.append([f"contracts held on average, {side.upper()} ({policy.name})", *sizes])
    yield from (f"  {line}" for line in _columns(table))
    yield ""
    yield from _cause_lines(causes(found))
    yield ""
    yield from _parting_lines(partings(found))


def _mean(sizes: Sequence[int]) -> str:
    return f"{sum(sizes) / len(sizes):.2f}" if sizes else "-"


def _cause_lines(found: Sequence[Cause]) -> Iterator[str]:
    if not found:
        yield "WHY  from the same multipliers both decide alike on every session"
        return
    yield "WHY  the pairs of answers to the same multiplier, most frequent first"
    rows = [
        [
            f"{one.sessions:,}",
            one.layer,
            _answer(one.a),
            _answer(one.b),
            str(one.first),
            str(one.last),
        ]
        for one in found[:_MOST_CAUSES]
    ]
    head = ["sessions", "layer", "A", "B", "first", "last"]
    yield from (f"  {line}" for line in _columns([head, *rows]))
    if len(found) > _MOST_CAUSES:
        yield f"  and {len(found) - _MOST_CAUSES} more pairs: --json has them"


def _answer(answer: tuple[str, str, str]) -> str:
    action, rule, reason = answer
    return f"{action} by {rule} ({reason.replace('_', ' ')})"


def _parting_lines(found: Sequence[Parting]) -> Iterator[str]:
    if not found:
        yield "WHEN  the multipliers never part"
        return
    yield "WHEN  the multipliers part, until they meet again"
    rows = []
    for one in found[:_MOST_PARTINGS]:
        began = one.began
        bands = f"{began.a.row_bucket or '?'} {began.a.column_bucket or '?'}"
        last = "open" if one.is_open else str(one.until)
        rows.append([one.layer, str(one.since), last, str(one.sessions), bands,
                     _side(began.a), _side(began.b)])  # fmt: skip
    head = ["layer", "from", "to", "sessions", "cell", "A at first", "B at first"]
    yield from (f"  {line}" for line in _columns([head, *rows]))
    if len(found) > _MOST_PARTINGS:
        yield f"  and {len(found) - _MOST_PARTINGS} more stretches: --json has them, and every session"


def _side(side: Side) -> str:
    sizes = f"{_size(side.before)} to {_size(side.after)}"
    votes = f", {_votes(side)}" if side.quorum else ""
    return f"{side.action} {sizes} by {side.rule_id}: {side.reason_code.replace('_', ' ')}{votes}"


def _votes(side: Side) -> str:
    signed = f"{len(side.signed)} of {side.quorum} signed ({' '.join(side.signed) or 'nobody'})"
    return f"{signed}, {' '.join(side.refused)} refused" if side.refused else signed


def _size(multiplier: float | None) -> str:
    return "-" if multiplier is None else f"{multiplier:.2f}"
