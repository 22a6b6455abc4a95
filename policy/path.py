"""The part of the decision that depends on its own past: persistence, steps, cooldown, quorum.

Arrays and scalars only, a forward pass over sessions, so that a compiler could take it as it is.
Multipliers are whole numbers of steps; unknown is -1; layers are 0..2 (L1, L2, L3) and 3 (SE).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

LAYERS = 3  # sized by the matrix; the fourth, SE, only has a state
SE = 3
UNKNOWN = -1

# Outcomes of conditions and signers.
YES, NO, NO_DATA, NOT_EVALUATED = 1, 0, -1, -2
ADD, REDUCE = 0, 1  # a signer's two proposals

# Reasons, in the order of REASONS.
REASONS = (
    "at_target",
    "required_input_missing",
    "row_unknown",
    "column_unknown",
    "cell_not_persisted",
    "gate_closed",
    "gate_unknown",
    "quorum_not_met",
    "reduction_quorum_not_met",
    "cooldown",
    "cell_asks_more",
    "return_to_base",
    "seed_rule",
    "cell_asks_less",
)
(
    AT_TARGET, INPUT_MISSING, ROW_UNKNOWN, COLUMN_UNKNOWN, NOT_PERSISTED, GATE_CLOSED,
    GATE_UNKNOWN, QUORUM_NOT_MET, REDUCTION_QUORUM_NOT_MET, COOLDOWN, CELL_ASKS_MORE,
    RETURN_TO_BASE, SEED_RULE, CELL_ASKS_LESS,
) = range(len(REASONS))  # fmt: skip


class Market(NamedTuple):
    """What each session shows, one element per session."""

    row: Ints  # band of the row axis, -1 unknown
    column: Ints  # band of the column axis, -1 unknown
    missing: Codes  # 1 where a required input is missing
    gate: Codes  # hedge gates: 0 all open, 1 one closed, -1 one unknown and none closed
    seed: Codes  # the active reading: outcome
    signed: Codes  # outcome by session, layer (with SE), proposal and signer


class Limits(NamedTuple):
    """What the policy fixes."""

    cell: Ints  # steps asked, by row, column and layer
    se: Ints  # the Second Engine's state, by row and column
    base: int  # 1.00 in steps
    closes: int
    guarded_row: int
    guarded_add: int
    guarded_reduce: int
    cooldown: int
    add_exempt: bool
    reduce_exempt: bool
    quorum_add: int
    quorum_reduce: int
    mandatory: Codes  # by group and signer: 1 where the signer is of the group
    never_false: Codes  # by signer
    relative: (
        Codes  # by layer (with SE) and signer: 1 where a reduction is judged by the last raise
    )
    seed_layer: int
    seed_lift: int  # steps


class Walk(NamedTuple):
    """What the pass decides: by session and layer, but for the last two by session."""

    before: Ints
    after: Ints
    target: Ints
    reason: Ints
    seeded: Codes  # 1 where the seed rule asks, not the cell
    quorum: Ints
    proposal: Ints  # ADD, REDUCE or -1: the move considered
    wait: Ints  # sessions until an opposite move is allowed
    signed: Codes  # as in Market, the relative reductions filled in
    se: Ints  # state in force, -1 before the first persisted cell
    run: Ints  # closes the cell has held, 0 where it is unknown


class Held(NamedTuple):
    """How many closes today's cell and today's row have held; 0 where unknown."""

    cell: int
    row: int


class Last(NamedTuple):
    """A layer's last move: 1 up, -1 down, 0 none yet, and how many sessions ago."""

    direction: int
    ago: int


class Asked(NamedTuple):
    """What is asked of a layer today, from where, and whether it has been asked long enough."""

    current: int
    wanted: int
    seeded: bool
    persisted: bool


class Outcome(NamedTuple):
    """What becomes of it."""

    target: int
    after: int
    reason: int
    quorum: int
    proposal: int


def walk(market: Market, limits: Limits) -> Walk:
    """Decide every session in turn; a session reads nothing later than itself.

    Every layer starts at the base, 1.00, on the first session.
    """
    out = _blank(market)
    current = np.full(LAYERS, limits.base, dtype=np.int64)
    direction = np.zeros(LAYERS, dtype=np.int64)
    moved_at = np.zeros(LAYERS, dtype=np.int64)
    raised_row = np.full(LAYERS + 1, UNKNOWN, dtype=np.int64)
    held, state = Held(0, 0), UNKNOWN
    for t in range(market.row.size):
        held = _held(market, t, held)
        out.run[t] = held.cell
        _sign_relative(out.signed[t], limits.relative, market.row[t], raised_row)
        entered = _second_engine(market, limits, t, held.cell, state)
        if entered != state:
            state, raised_row[SE] = entered, market.row[t]
        out.se[t] = state
        for layer in range(LAYERS):
            last = Last(int(direction[layer]), int(t - moved_at[layer]))
            before = int(current[layer])
            asked = _asked(market, limits, t, layer, held, before)
            result = _decided(market, limits, t, asked, out.signed[t, layer], last)
            if result.after != before:
                last = Last(1 if result.after > before else -1, 0)
                direction[layer], moved_at[layer] = last.direction, t
                current[layer] = result.after
                if result.after > before:
                    raised_row[layer] = market.row[t]
            out.wait[t, layer] = _wait(limits, last)
            _record(out, t, layer, asked, result)
    return out


def _blank(market: Market) -> Walk:
    shape = (market.row.size, LAYERS)
    zeros = [np.zeros(shape, dtype=np.int64) for _ in range(7)]
    before, after, target, reason, quorum, proposal, wait = zeros
    return Walk(
        before=before,
        after=after,
        target=target,
        reason=reason,
        seeded=np.zeros(shape, dtype=np.int8),
        quorum=quorum,
        proposal=proposal,
        wait=wait,
        signed=market.signed.copy(),
        se=np.zeros(market.row.size, dtype=np.int64),
        run=np.zeros(market.row.size, dtype=np.int64),
    )


def _record(out: Walk, t: int, layer: int, asked: Asked, result: Outcome) -> None:
    out.before[t, layer] = asked.current
    out.seeded[t, layer] = asked.seeded
    out.target[t, layer] = result.target
    out.after[t, layer] = result.after
    out.reason[t, layer] = result.reason
    out.quorum[t, layer] = result.quorum
    out.proposal[t, layer] = result.proposal


def _held(market: Market, t: int, before: Held) -> Held:
    """Closes held so far: an unknown close ends the count, the next known one starts at 1."""
    row, column = market.row[t], market.column[t]
    if row == UNKNOWN:
        return Held(0, 0)
    same_row = t > 0 and row == market.row[t - 1]
    row_run = before.row + 1 if same_row else 1
    if column == UNKNOWN:
        return Held(0, row_run)
    same_cell = same_row and column == market.column[t - 1]
    return Held(before.cell + 1 if same_cell else 1, row_run)


def _sign_relative(signed: Codes, relative: Codes, row: int, raised_row: Ints) -> None:
    """Fill in the reductions that are judged against the row of the layer's last raise."""
    for layer in range(LAYERS + 1):
        for signer in range(relative.shape[1]):
            if relative[layer, signer]:
                known = row != UNKNOWN and raised_row[layer] != UNKNOWN
                below = YES if row < raised_row[layer] else NO
                signed[layer, REDUCE, signer] = below if known else NO_DATA


def _second_engine(market: Market, limits: Limits, t: int, run: int, state: int) -> int:
    """The state of the cell once it has persisted; until then, and where unknown, as before."""
    if market.missing[t] or run < max(limits.closes, 1):
        return state
    return int(limits.se[market.row[t], market.column[t]])


def _unjudged(market: Market, t: int, current: int) -> Outcome:
    """A required input or an axis is unknown: nothing moves."""
    if market.missing[t]:
        reason = INPUT_MISSING
    elif market.row[t] == UNKNOWN:
        reason = ROW_UNKNOWN
    else:
        reason = COLUMN_UNKNOWN
    return Outcome(current, current, reason, 0, UNKNOWN)


def _asked(market: Market, limits: Limits, t: int, layer: int, held: Held, current: int) -> Asked:
    """The cell's multiplier, or the seed rule's where that fired and asks for no less.

    The guarded row has counts of its own; the seed rule waits for no cell, but for that guard.
    Where the cell is unknown nothing is asked.
    """
    if market.missing[t] or held.cell == 0:
        return Asked(current, current, seeded=False, persisted=False)
    wanted = int(limits.cell[market.row[t], market.column[t], layer])
    seeded = layer == limits.seed_layer and market.seed[t] == YES and limits.seed_lift >= wanted
    if seeded:
        wanted = limits.seed_lift
    guarded = market.row[t] == limits.guarded_row
    cell_held = seeded or held.cell >= limits.closes
    if wanted > current:
        persisted = cell_held and (not guarded or held.row >= limits.guarded_add)
    else:
        persisted = held.row >= limits.guarded_reduce if guarded else cell_held
    return Asked(current, wanted, seeded, persisted)


def _decided(
    market: Market, limits: Limits, t: int, asked: Asked, signed: Codes, last: Last
) -> Outcome:
    """Hold, or one move toward what is asked."""
    current = asked.current
    if market.missing[t] or market.row[t] == UNKNOWN or market.column[t] == UNKNOWN:
        return _unjudged(market, t, current)
    if asked.wanted == current:
        return Outcome(current, current, AT_TARGET, 0, UNKNOWN)
    if not asked.persisted:
        return Outcome(current, current, NOT_PERSISTED, 0, UNKNOWN)
    if asked.wanted > current:
        return _added(asked, limits, int(market.gate[t]), signed, last)
    return _reduced(asked, limits, signed, last)


def _added(asked: Asked, limits: Limits, gate: int, signed: Codes, last: Last) -> Outcome:
    """An add: gates, then the quorum for what is above the base, then the cooldown."""
    current, wanted = asked.current, asked.wanted
    quorum = limits.quorum_add if wanted > limits.base else 0
    if gate != NO:
        reason = GATE_CLOSED if gate == YES else GATE_UNKNOWN
        return Outcome(current, current, reason, quorum, ADD)
    reason = SEED_RULE if asked.seeded else CELL_ASKS_MORE
    if quorum and not add_is_signed(signed[ADD], limits):
        if current >= limits.base:
            return Outcome(current, current, QUORUM_NOT_MET, quorum, ADD)
        wanted, quorum, reason = limits.base, 0, RETURN_TO_BASE
    if wanted <= limits.base:
        reason = RETURN_TO_BASE
    if last.direction < 0 and last.ago <= limits.cooldown and not limits.add_exempt:
        return Outcome(wanted, current, COOLDOWN, quorum, ADD)
    after = wanted if reason == SEED_RULE else current + 1
    return Outcome(wanted, after, reason, quorum, ADD)


def _reduced(asked: Asked, limits: Limits, signed: Codes, last: Last) -> Outcome:
    """A reduction: signatures while above the base, then the cooldown; gates never stop it."""
    current = asked.current
    quorum = limits.quorum_reduce if current > limits.base else 0
    if quorum and (signed[REDUCE] == YES).sum() < quorum:
        return Outcome(current, current, REDUCTION_QUORUM_NOT_MET, quorum, REDUCE)
    if last.direction > 0 and last.ago <= limits.cooldown and not limits.reduce_exempt:
        return Outcome(asked.wanted, current, COOLDOWN, quorum, REDUCE)
    return Outcome(asked.wanted, current - 1, CELL_ASKS_LESS, quorum, REDUCE)


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


def _wait(limits: Limits, last: Last) -> int:
    """Sessions until a move against the last one is allowed; 0 where that is exempt."""
    exempt = limits.reduce_exempt if last.direction > 0 else limits.add_exempt
    if last.direction == 0 or exempt:
        return 0
    return max(limits.cooldown - last.ago, 0)
