"""One layer's move at one session: gates, signatures and cooldown before an add or a reduction.

Arrays and scalars only, as the path over the sessions.
"""

from typing import NamedTuple

import numpy as np

from policy.book_after import (
    NO,
    NO_DATA,
    PRICE,
    YES,
    Codes,
    Floats,
    answered,
    checked,
    measured,
)
from policy.path_values import (
    ADD,
    AT_TARGET,
    C_ACTED,
    C_COOLDOWN,
    C_FINANCING_UNKNOWN,
    C_GATE_CLOSED,
    C_GATE_UNKNOWN,
    C_NOT_FINANCED,
    C_QUORUM,
    C_SILENT,
    CELL_ASKS_LESS,
    CELL_ASKS_MORE,
    COOLDOWN,
    FINANCING_UNKNOWN,
    GATE_CLOSED,
    GATE_UNKNOWN,
    MONETISED,
    NOT_FINANCED,
    QUORUM_NOT_MET,
    REDUCE,
    REDUCTION_QUORUM_NOT_MET,
    RETURN_TO_BASE,
    RULE_ASKS_LESS,
    RULE_ASKS_MORE,
    SCALED_TO_FIT,
    SEED_RULE,
    UNKNOWN,
    Asked,
    Last,
    Limits,
    Outcome,
    Today,
    Winner,
)


def decided(
    today: Today, layer: int, asked: Asked, winner: Winner, signed: Codes, last: Last
) -> Outcome:
    """Hold, or the one move that is left of the rules'; signers judge the book after the move."""
    current, rules = asked.current, today.fired.size
    if winner.rule == UNKNOWN:
        return Outcome(current, current, winner.reason, 0, UNKNOWN, current)
    is_own = winner.rule >= rules
    if winner.direction > 0:
        if not is_own and (reason := _unpaid(today, winner, layer, current)) != UNKNOWN:
            return Outcome(current, current, reason, 0, UNKNOWN, current)
        more = Asked(current, winner.wanted, seeded=is_own and asked.seeded, persisted=True)
        reason = CELL_ASKS_MORE if is_own else RULE_ASKS_MORE
        return _added(today, layer, more, signed, last, reason)
    sign_book(today, layer, REDUCE, checks_after(today, layer, current - 1), signed)
    if not is_own and today.limits.acts.share[winner.rule, layer] > 0.0:
        return Outcome(winner.wanted, winner.wanted, MONETISED, 0, REDUCE, winner.wanted)
    less = Asked(current, winner.wanted, asked.seeded, persisted=True)
    return _reduced(less, today.limits, signed, last, CELL_ASKS_LESS if is_own else RULE_ASKS_LESS)


def _unpaid(today: Today, winner: Winner, layer: int, current: int) -> int:
    """Why an add that another layer is to pay for is not made; unknown where it is, or needs none.

    It is paid where the same rule reduced that layer in this session, and the contracts bought cost
    no more than those sold; where it did not, there is nothing to ask.
    """
    payer = int(today.limits.acts.payer[winner.rule, layer])
    if payer == UNKNOWN:
        return UNKNOWN
    if today.came[winner.rule, payer] != C_ACTED:
        return AT_TARGET
    price = today.market.offers.layers[today.t, :, :, PRICE]
    held = today.steps[payer]  # after the reduction of one step
    sold = price[payer, held + 1] - price[payer, held]
    bought = price[layer, winner.wanted] - price[layer, current]
    if np.isnan(sold) or np.isnan(bought):
        return FINANCING_UNKNOWN
    return UNKNOWN if bought <= sold else NOT_FINANCED


def came_of(result: Outcome, before: int) -> int:
    """How the rule that was to act came out of the gates, the quorum and the cooldown."""
    if result.after != before:
        return C_ACTED
    for place in range(_CAME.shape[0]):
        if result.reason == _CAME[place, 0]:
            return int(_CAME[place, 1])
    return C_QUORUM


_CAME = np.array(
    [
        (AT_TARGET, C_SILENT),
        (GATE_CLOSED, C_GATE_CLOSED),
        (GATE_UNKNOWN, C_GATE_UNKNOWN),
        (COOLDOWN, C_COOLDOWN),
        (NOT_FINANCED, C_NOT_FINANCED),
        (FINANCING_UNKNOWN, C_FINANCING_UNKNOWN),
    ]
)


def sign_book(today: Today, layer: int, proposal: int, checks: Codes, signed: Codes) -> None:
    """Fill in the signers that judge the book, by what was checked of it after the change."""
    programs, columns = today.limits.programs, today.market.columns[today.t : today.t + 1]
    for signer in range(signed.shape[1]):
        start, end = programs.signers[layer, proposal, signer]
        if start != end:
            signed[proposal, signer] = answered(programs, start, end, columns, checks)[0]


def checks_after(today: Today, layer: int, steps: int) -> Codes:
    """The policy's checks of the book were a layer at so many steps."""
    return checked(book_after(today, layer, steps), today.limits.bounds)


def book_after(today: Today, layer: int, steps: int) -> Floats:
    """The measures of the book were a layer at so many steps."""
    at, wanted = np.array([today.t]), np.array([steps])
    return measured(today.market.offers, at, today.steps[None, :], layer, wanted)


def _added(
    today: Today, layer: int, asked: Asked, signed: Codes, last: Last, plain: int
) -> Outcome:
    """An add: gates, then the quorum for what is above the base, then the cooldown."""
    current, wanted, limits = asked.current, asked.wanted, today.limits
    quorum = limits.quorum_add if wanted > limits.base else 0
    step = wanted if asked.seeded and wanted > limits.base else current + 1
    passed = _gated(today, layer, step)
    sign_book(today, layer, ADD, passed.checks, signed)
    if passed.reason != UNKNOWN:
        return _blocked(passed, current, quorum)
    reason = SEED_RULE if asked.seeded else plain
    if quorum and not add_is_signed(signed[ADD], limits):
        if current >= limits.base:
            judged = passed.steps
            return Outcome(current, current, QUORUM_NOT_MET, quorum, ADD, judged, passed.gate)
        wanted, quorum, reason = limits.base, 0, RETURN_TO_BASE
        passed = _gated(today, layer, current + 1)
        if passed.reason != UNKNOWN:
            return _blocked(passed, current, quorum)
    if wanted <= limits.base and reason != RULE_ASKS_MORE:
        reason = RETURN_TO_BASE
    if last.direction < 0 and last.ago <= limits.cooldown and not limits.add_exempt:
        return Outcome(wanted, current, COOLDOWN, quorum, ADD, passed.steps)
    judged = passed.steps
    if reason == SEED_RULE and passed.steps < wanted:
        reason, judged = SCALED_TO_FIT, wanted
    return Outcome(wanted, passed.steps, reason, quorum, ADD, judged, passed.gate)


class Passed(NamedTuple):
    """How far the gates let an add go: its steps, and which gate scaled or stopped it, and why.

    ``checks`` are those of the book at these steps.
    """

    checks: Codes
    steps: int
    gate: int
    reason: int  # unknown where it may go on


def _gated(today: Today, layer: int, wanted: int) -> Passed:
    """The most steps, up to those wanted, at which no gate that scales is closed; then the others.

    The first gate that is closed stops it, else the first that is unknown.
    """
    steps, scaled = wanted, UNKNOWN
    while True:
        checks = checks_after(today, layer, steps)
        closed, unknown, too_much = _first_gates(today, layer, steps, checks)
        if too_much == UNKNOWN or steps == today.steps[layer] + 1:
            break
        steps, scaled = steps - 1, too_much
    if closed != UNKNOWN:
        return Passed(checks, steps, closed, GATE_CLOSED)
    if unknown != UNKNOWN:
        return Passed(checks, steps, unknown, GATE_UNKNOWN)
    return Passed(checks, steps, scaled, UNKNOWN)


def _first_gates(today: Today, layer: int, steps: int, checks: Codes) -> tuple[int, int, int]:
    """The first gate closed, the first unknown and the first closed that scales; -1 for none."""
    programs, limits = today.limits.programs, today.limits
    closed = unknown = too_much = UNKNOWN
    columns = today.market.columns[today.t : today.t + 1]
    for gate in range(programs.gates.shape[0]):
        if programs.spares[gate, layer] and steps <= limits.base:
            continue
        start, end = programs.gates[gate]
        found = answered(programs, start, end, columns, checks)[0]
        if found == YES and closed == UNKNOWN:
            closed = gate
        if found == YES and programs.scales[gate] and too_much == UNKNOWN:
            too_much = gate
        if found == NO_DATA and unknown == UNKNOWN:
            unknown = gate
    return closed, unknown, too_much


def _blocked(passed: Passed, current: int, quorum: int) -> Outcome:
    return Outcome(current, current, passed.reason, quorum, ADD, passed.steps, passed.gate)


def _reduced(asked: Asked, limits: Limits, signed: Codes, last: Last, reason: int) -> Outcome:
    """A reduction: signatures while above the base, then the cooldown; gates never stop it."""
    current, after = asked.current, asked.current - 1
    quorum = limits.quorum_reduce if current > limits.base else 0
    if quorum and (signed[REDUCE] == YES).sum() < quorum:
        return Outcome(current, current, REDUCTION_QUORUM_NOT_MET, quorum, REDUCE, after)
    if last.direction > 0 and last.ago <= limits.cooldown and not limits.reduce_exempt:
        return Outcome(asked.wanted, current, COOLDOWN, quorum, REDUCE, after)
    return Outcome(asked.wanted, after, reason, quorum, REDUCE, after)


def add_is_signed(signed: Codes, limits: Limits) -> bool:
    """Whether an add has its quorum: enough signatures, each mandatory group, no refusal that binds.

    Unknown and not evaluated count as not signed; neither is a refusal.
    """
    if (signed == YES).sum() < limits.quorum_add:
        return False
    for signer in range(signed.size):
        if limits.never_false[signer] and signed[signer] == NO:
            return False
    for group in range(limits.mandatory.shape[0]):
        if not ((signed == YES) & (limits.mandatory[group] == 1)).any():
            return False
    return True
