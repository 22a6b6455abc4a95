"""The part of the decision that depends on its own past: persistence, steps, cooldown, quorum.

Arrays and scalars only, a forward pass over sessions, so that a compiler could take it as it is.
"""

import numpy as np

from policy.book_after import (
    CHECKS,
    LAYERS,
    MEASURES,
    NO,
    NO_DATA,
    NOT_EVALUATED,
    YES,
    Codes,
    Ints,
    answered,
    checked,
    measured,
)
from policy.contest import contest
from policy.moves import book_after, came_of, decided
from policy.path_values import (
    ADD,
    GATE_CLOSED,
    GATE_UNKNOWN,
    REDUCE,
    SCALED_TO_FIT,
    SE,
    UNKNOWN,
    Asked,
    Held,
    Last,
    Limits,
    Market,
    Memory,
    Outcome,
    Past,
    Today,
    Walk,
    Winner,
)


def walk(market: Market, limits: Limits) -> Walk:
    """Decide every session in turn; a session reads nothing later than itself.

    Every layer starts at the base, 1.00, on the first session. Reductions of a session come before
    its adds, which are judged on the book that is left.
    """
    out = _blank(market)
    current = np.full(LAYERS, limits.base, dtype=np.int64)
    past = Past(np.zeros(LAYERS, np.int64), np.zeros(LAYERS, np.int64),
                np.full(LAYERS + 1, UNKNOWN, dtype=np.int64))  # fmt: skip
    held, state = Held(0, 0), UNKNOWN
    rules = (market.fired.shape[1], LAYERS)
    memory = Memory(np.zeros(rules, np.int64), np.zeros(rules, np.int8), np.zeros(LAYERS, np.int64))
    for t in range(market.row.size):
        held = _held(market, t, held)
        out.run[t] = held.cell
        _sign_relative(out.signed[t], limits.relative, market.row[t], past.raised_row)
        entered = _second_engine(market, limits, t, held.cell, state)
        if entered != state:
            state, past.raised_row[SE] = entered, market.row[t]
        out.se[t] = state
        is_busy = _fire(out.fired[t], market.fired[t], limits, current, memory)
        today = Today(market, limits, t, current, memory, out.fired[t], out.came[t], is_busy)
        _decide_session(out, today, held, past)
    _sign_rest(out, market, limits)
    return out


def _decide_session(out: Walk, today: Today, held: Held, past: Past) -> None:
    """One session: what is left of the rules' claims on each layer, and what becomes of it."""
    asked = [_asked(today, layer, held) for layer in range(LAYERS)]
    winners = [contest(today, layer, asked[layer]) for layer in range(LAYERS)]
    is_kept = np.zeros(2, dtype=np.int8)
    t, steps = today.t, today.steps
    for layer in _in_order(winners):
        last = Last(int(past.direction[layer]), int(t - past.moved_at[layer]))
        before, signed = int(steps[layer]), out.signed[t, layer]
        result = decided(today, layer, asked[layer], winners[layer], signed, last)
        _keep_book(out, today, layer, result, is_kept)
        if result.after != before:
            last = Last(1 if result.after > before else -1, 0)
            past.direction[layer], past.moved_at[layer] = last.direction, t
            steps[layer] = result.after
            if result.after > before:
                past.raised_row[layer] = today.market.row[t]
        _remember(today, layer, winners[layer], result, before)
        out.wait[t, layer] = _wait(today.limits, last)
        out.decider[t, layer] = winners[layer].decider
        _record(out, t, layer, asked[layer], result)


def _fire(now: Codes, fired: Codes, limits: Limits, current: Ints, memory: Memory) -> bool:
    """The acting rules' outcomes, those that ask a layer to stand below its base included.

    With a rule that is off goes what it moved; an unknown one keeps it. Says whether any rule that
    moves something is on.
    """
    now[:] = fired
    for rule in np.flatnonzero(limits.acts.below != UNKNOWN):
        if current[limits.acts.below[rule]] >= limits.base and now[rule] != NO:
            now[rule] = NO
    if memory.granted.any() or memory.sold.any():
        is_off = (now == NO) | (now == NOT_EVALUATED)
        memory.granted[is_off] = 0
        memory.sold[is_off] = 0
        memory.offset[:] = memory.granted.sum(axis=0)
    return bool(((now == YES) & (limits.acts.moves == 1)).any())


def _remember(today: Today, layer: int, winner: Winner, result: Outcome, before: int) -> None:
    """What became of the rule that was to act, and what it moved in its episode."""
    rule = winner.rule
    if rule == UNKNOWN:
        return
    today.came[rule, layer] = came_of(result, before)
    if rule < today.fired.size and result.after != before:
        if today.limits.acts.share[rule, layer] > 0.0:
            today.memory.sold[rule, layer] = 1
        else:
            today.memory.granted[rule, layer] += winner.direction
            today.memory.offset[layer] += winner.direction


def _in_order(winners: list[Winner]) -> list[int]:
    """The layers, those that are reduced first."""
    less = [layer for layer in range(LAYERS) if winners[layer].direction < 0]
    return less + [layer for layer in range(LAYERS) if layer not in less]


def _keep_book(out: Walk, today: Today, layer: int, result: Outcome, is_kept: Codes) -> None:
    """Keep the book of the first move considered, or of the first add that a gate stopped."""
    if result.proposal == UNKNOWN:
        return
    is_stopped = result.reason in {GATE_CLOSED, GATE_UNKNOWN, SCALED_TO_FIT}
    if is_kept[result.proposal] <= is_stopped:
        is_kept[result.proposal] = 1 + is_stopped
        values = book_after(today, layer, result.judged)
        out.book[today.t, result.proposal] = values[0]
        out.checks[today.t, result.proposal] = checked(values, today.limits.bounds)[0]
        out.is_considered[today.t, result.proposal] = 1


def _sign_rest(out: Walk, market: Market, limits: Limits) -> None:
    """What no layer considered is judged on the book after the session's moves.

    Signers judge one step of each layer up and one down, and for SE, which holds nothing, the book
    as it is; that is also the book kept where nothing was considered.
    """
    every, none = np.arange(market.row.size), np.zeros(market.row.size, dtype=np.int64)
    values = measured(market.offers, every, out.after, SE, none)
    checks = checked(values, limits.bounds)
    most = market.offers.units.shape[1] - 1
    for proposal in (ADD, REDUCE):
        rest = out.is_considered[:, proposal] == 0
        out.book[rest, proposal], out.checks[rest, proposal] = values[rest], checks[rest]
        _sign_sessions(out, market, limits, SE, proposal, every, checks)
        for layer in range(LAYERS):
            at = np.flatnonzero(out.proposal[:, layer] != proposal)
            wanted = np.clip(out.after[at, layer] + (1 if proposal == ADD else -1), 0, most)
            book = measured(market.offers, at, out.after[at], layer, wanted)
            judged = checked(book, limits.bounds)
            _sign_sessions(out, market, limits, layer, proposal, at, judged)


def _sign_sessions(  # noqa: PLR0913, PLR0917 -- one call of a compiled kernel
    out: Walk, market: Market, limits: Limits, layer: int, proposal: int, at: Ints, checks: Codes
) -> None:
    for signer in range(out.signed.shape[-1]):
        start, end = limits.programs.signers[layer, proposal, signer]
        if start != end:
            found = answered(limits.programs, start, end, market.columns[at], checks)
            out.signed[at, layer, proposal, signer] = found


def _blank(market: Market) -> Walk:
    shape = (market.row.size, LAYERS)
    zeros = [np.zeros(shape, dtype=np.int64) for _ in range(7)]
    proposals = (market.row.size, 2)
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
        gate=np.full(shape, UNKNOWN, dtype=np.int64),
        book=np.full((*proposals, len(MEASURES)), np.nan),
        checks=np.full((*proposals, CHECKS), NO_DATA, dtype=np.int8),
        is_considered=np.zeros(proposals, dtype=np.int8),
        se=np.zeros(market.row.size, dtype=np.int64),
        run=np.zeros(market.row.size, dtype=np.int64),
        came=np.zeros((market.row.size, market.fired.shape[1] + 2, LAYERS), dtype=np.int8),
        decider=np.zeros(shape, dtype=np.int64),
        fired=np.zeros(market.fired.shape, dtype=np.int8),
    )


def _record(out: Walk, t: int, layer: int, asked: Asked, result: Outcome) -> None:
    out.before[t, layer] = asked.current
    out.seeded[t, layer] = asked.seeded
    out.target[t, layer] = result.target
    out.after[t, layer] = result.after
    out.reason[t, layer] = result.reason
    out.quorum[t, layer] = result.quorum
    out.proposal[t, layer] = result.proposal
    out.gate[t, layer] = result.gate


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


def _asked(today: Today, layer: int, held: Held) -> Asked:
    """The cell's multiplier, or the seed rule's where that fired and asks for no less.

    To the cell's comes what rules that are on have moved. The guarded row has counts of its own;
    the seed rule waits for no cell, but for that guard. Where the cell is unknown nothing is asked.
    """
    market, limits, t, current = today.market, today.limits, today.t, int(today.steps[layer])
    if market.missing[t] or held.cell == 0:
        return Asked(current, current, seeded=False, persisted=False)
    wanted = int(limits.cell[market.row[t], market.column[t], layer])
    seeded = layer == limits.seed_layer and market.seed[t] == YES and limits.seed_lift >= wanted
    wanted = limits.seed_lift if seeded else wanted + int(today.memory.offset[layer])
    wanted = min(max(wanted, 0), limits.most)
    guarded = market.row[t] == limits.guarded_row
    cell_held = seeded or held.cell >= limits.closes
    if wanted > current:
        persisted = cell_held and (not guarded or held.row >= limits.guarded_add)
    else:
        persisted = held.row >= limits.guarded_reduce if guarded else cell_held
    return Asked(current, wanted, seeded, persisted)


def _wait(limits: Limits, last: Last) -> int:
    """Sessions until a move against the last one is allowed; 0 where that is exempt."""
    exempt = limits.reduce_exempt if last.direction > 0 else limits.add_exempt
    if last.direction == 0 or exempt:
        return 0
    return max(limits.cooldown - last.ago, 0)
