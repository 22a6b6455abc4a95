"""Which rule acts on a layer at a session: the resolution of conflicts (methodology 12.5).

In its order: gates; what reduces risk before what adds it; a driver before a modifier; one step of
one rule a layer and session. A rule that sells a share (R-11) and the seed rule's lift (R-02) are
no steps. Of equals the matrix comes first, then the policy's own order.

A reduction of the hedge counts as reducing risk, as it does for the cooldown; so does a hold, which
keeps a hedge on. What a gate stops is dropped here; the hedge gates, which judge the book after the
move, come after, on the one claim that is left.

Arrays and scalars only, as the path over the sessions.
"""

import numpy as np

from policy.book_after import YES, Codes, Ints
from policy.path_values import (
    ADDS_BLOCKED,
    AT_TARGET,
    C_ADDS_BLOCKED,
    C_AXIS_UNKNOWN,
    C_DRIVER_FIRST,
    C_FAMILY_UNKNOWN,
    C_HELD,
    C_IN_FORCE,
    C_ONE_STEP,
    C_REDUCING_FIRST,
    C_SINGLE_FAMILY,
    C_STOPPED,
    COLUMN_UNKNOWN,
    FAMILY_UNKNOWN,
    HELD_BY_RULE,
    INPUT_MISSING,
    NOT_PERSISTED,
    OF_FAMILY_UNKNOWN,
    OF_ONE_FAMILY,
    OPEN,
    ROW_UNKNOWN,
    SINGLE_FAMILY,
    STOPPED,
    UNKNOWN,
    Asked,
    Today,
    Winner,
)


def contest(today: Today, layer: int, asked: Asked) -> Winner:
    """The rule to act on a layer, or the reason why none does; how each came out is filled in.

    Rules are numbered as the acting ones, then the matrix, then the seed rule.
    """
    many = today.fired.size
    own = many + 1 if asked.seeded else many
    idle = _idle(today, asked)
    if idle == INPUT_MISSING:
        return Winner(UNKNOWN, 0, asked.current, idle, own)
    if not today.is_busy:
        return _alone(today, layer, asked, idle, own)
    came = today.came[:, layer]
    claims = _claims(today, layer, asked.current, came)
    if idle == UNKNOWN:
        claims[own] = 1 if asked.wanted > asked.current else -1
    said = _gated(today, claims, came, is_blind=idle in {ROW_UNKNOWN, COLUMN_UNKNOWN})
    said = _kept(today, layer, claims, came, said)
    said = _reducing_first(today, layer, claims, came, said)
    winner = _first(today, layer, claims, came)
    if winner == UNKNOWN:
        reason, decider = said
        if reason == UNKNOWN:
            reason, decider = (AT_TARGET if idle == UNKNOWN else idle), own
        return Winner(UNKNOWN, 0, asked.current, reason, decider)
    direction = int(claims[winner])
    wanted = asked.wanted if winner == own else asked.current + direction
    if winner < many and today.limits.acts.share[winner, layer] > 0.0:
        wanted = left(asked.current, float(today.limits.acts.share[winner, layer]))
    return Winner(winner, direction, wanted, UNKNOWN, winner)


def _alone(today: Today, layer: int, asked: Asked, idle: int, own: int) -> Winner:
    """The same where no acting rule moves anything: the matrix or the seed rule, if it may."""
    if idle != UNKNOWN:
        return Winner(UNKNOWN, 0, asked.current, idle, own)
    direction = 1 if asked.wanted > asked.current else -1
    kept = today.market.hold if direction < 0 else today.market.block
    keeper = int(kept[today.t, layer])
    if keeper == UNKNOWN:
        return Winner(own, direction, asked.wanted, UNKNOWN, own)
    today.came[own, layer] = C_HELD if direction < 0 else C_ADDS_BLOCKED
    reason = HELD_BY_RULE if direction < 0 else ADDS_BLOCKED
    return Winner(UNKNOWN, 0, asked.current, reason, keeper)


def left(steps: int, share: float) -> int:
    """Steps left once a share is sold: never less than the share leaves."""
    return int(np.ceil(steps * (1.0 - share) - 1e-9))


def _idle(today: Today, asked: Asked) -> int:
    """Why the matrix and the seed rule ask for nothing; unknown where one does."""
    market, t = today.market, today.t
    if market.missing[t]:
        return INPUT_MISSING
    if market.row[t] == UNKNOWN:
        return ROW_UNKNOWN
    if market.column[t] == UNKNOWN:
        return COLUMN_UNKNOWN
    if asked.wanted == asked.current:
        return AT_TARGET
    return UNKNOWN if asked.persisted else NOT_PERSISTED


def _claims(today: Today, layer: int, current: int, came: Codes) -> Ints:
    """The direction in which each acting rule that fired would move the layer; 0 for none."""
    many = today.fired.size
    claims = np.zeros(many + 2, dtype=np.int64)
    for rule in range(many):
        if today.fired[rule] == YES and _touches(today, rule, layer):
            claims[rule] = _claim(today, rule, layer, current)
            memory = today.memory
            if claims[rule] == 0 and (memory.granted[rule, layer] or memory.sold[rule, layer]):
                came[rule] = C_IN_FORCE
    return claims


def _touches(today: Today, rule: int, layer: int) -> bool:
    acts = today.limits.acts
    return bool(
        acts.steps[rule, layer] != 0 or acts.refresh[rule, layer] or acts.share[rule, layer] > 0.0
    )


def _claim(today: Today, rule: int, layer: int, current: int) -> int:
    """Up, down or, where the rule has done what it does, nothing."""
    acts, memory, limits = today.limits.acts, today.memory, today.limits
    share, steps = float(acts.share[rule, layer]), int(acts.steps[rule, layer])
    if share > 0.0:
        return -1 if not memory.sold[rule, layer] and left(current, share) < current else 0
    if acts.refresh[rule, layer]:
        return 1 if current < limits.base else 0
    payer = int(acts.payer[rule, layer])
    if payer != UNKNOWN and memory.granted[rule, payer] <= acts.steps[rule, payer]:
        return 0  # what was to pay for it was sold in an earlier session
    if steps > 0:
        return 1 if memory.granted[rule, layer] < steps and current < limits.most else 0
    return -1 if memory.granted[rule, layer] > steps and current > 0 else 0


def _gated(today: Today, claims: Ints, came: Codes, *, is_blind: bool) -> tuple[int, int]:
    """First: what a gate on rules stops, and adds of rules while an axis is unknown."""
    said, many = (UNKNOWN, UNKNOWN), today.fired.size
    for rule in range(many):
        curb = today.market.curb[today.t, rule]
        if claims[rule] == 0 or (curb == OPEN and not is_blind):
            continue
        if is_blind and claims[rule] > 0:
            came[rule], claims[rule] = C_AXIS_UNKNOWN, 0
        elif curb == STOPPED:
            came[rule], claims[rule] = C_STOPPED, 0
        elif curb == OF_ONE_FAMILY:
            came[rule], claims[rule] = C_SINGLE_FAMILY, 0
            said = (SINGLE_FAMILY, rule) if said[0] != SINGLE_FAMILY else said
        elif curb == OF_FAMILY_UNKNOWN and claims[rule] > 0:
            came[rule], claims[rule] = C_FAMILY_UNKNOWN, 0
            said = (FAMILY_UNKNOWN, many + 2) if said[0] == UNKNOWN else said
    return said


def _kept(
    today: Today, layer: int, claims: Ints, came: Codes, said: tuple[int, int]
) -> tuple[int, int]:
    """Rules that keep a layer: reductions of a held one, but for sales, and adds to a blocked one."""
    many = today.fired.size
    hold, block = int(today.market.hold[today.t, layer]), int(today.market.block[today.t, layer])
    for rule in range(many + 2):
        is_sale = rule < many and today.limits.acts.share[rule, layer] > 0.0
        if hold != UNKNOWN and claims[rule] < 0 and not is_sale:
            came[rule], claims[rule] = C_HELD, 0
            said = (HELD_BY_RULE, hold)
        elif block != UNKNOWN and claims[rule] > 0:
            came[rule], claims[rule] = C_ADDS_BLOCKED, 0
            said = (ADDS_BLOCKED, block)
    return said


def _reducing_first(
    today: Today, layer: int, claims: Ints, came: Codes, said: tuple[int, int]
) -> tuple[int, int]:
    """Second: where something reduces, or a rule that sells is on, nothing adds.

    Nor does another acting rule while one that reduces by steps is on; the matrix, whose answer
    counts those steps, does.
    """
    many, seller, reducer = today.fired.size, UNKNOWN, UNKNOWN
    acts = today.limits.acts
    for rule in range(many):
        if today.fired[rule] == YES and today.market.curb[today.t, rule] == OPEN:
            seller = rule if acts.share[rule, layer] > 0.0 else seller
            reducer = rule if acts.steps[rule, layer] < 0 else reducer
    is_reduced = (claims < 0).any()
    for rule in range(many + 2):
        keeper = seller if seller != UNKNOWN or rule >= many else reducer
        if claims[rule] > 0 and (is_reduced or keeper != UNKNOWN):
            came[rule], claims[rule] = C_REDUCING_FIRST, 0
            said = (ADDS_BLOCKED, keeper) if keeper != UNKNOWN else said
    return said


def _first(today: Today, layer: int, claims: Ints, came: Codes) -> int:
    """Third and fourth: a sale, then the first driver, then the first modifier; one of them only."""
    many, winner, best = today.fired.size, UNKNOWN, 9
    for place in range(many + 2):
        rule = (many + place) % (many + 2)  # matrix and seed rule, then the others in order
        if claims[rule] != 0 and _rank(today, rule, layer) < best:
            winner, best = rule, _rank(today, rule, layer)
    for rule in range(many + 2):
        if claims[rule] != 0 and rule != winner:
            is_lower = best <= _DRIVER < _rank(today, rule, layer)
            came[rule] = C_DRIVER_FIRST if is_lower else C_ONE_STEP
    return winner


_SALE, _DRIVER, _MODIFIER = range(3)


def _rank(today: Today, rule: int, layer: int) -> int:
    if rule >= today.fired.size:
        return _DRIVER
    if today.limits.acts.share[rule, layer] > 0.0:
        return _SALE
    return _DRIVER if today.limits.acts.driver[rule] else _MODIFIER
