"""The rules that act, as numbers for the path, and what becomes of each of their actions.

An action is a line: a rule, what it is done to, and how it came out of the conflict at a session,
one of ``CAME``. What moves a layer comes out of the path; the rest is settled here, session by
session, since it moves nothing that another session would remember.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from policy import path_values as path
from policy.actions import (
    MOVING,
    Action,
    Annotate,
    BlockAdds,
    Hold,
    Monetise,
    Move,
    Refresh,
    Restructure,
    Review,
    told,
)
from policy.book_after import NO_DATA, YES, Codes, Ints
from policy.conditions import All, BelowBase, Condition, parts
from policy.entries import UNIT_LAYERS, Rule
from policy.evaluate import outcome, truth
from policy.families import is_single_family
from policy.model import Policy
from schemas.model import Unit

_KEPT = (Hold, BlockAdds)


class Line(NamedTuple):
    """One action of one rule on one thing.

    ``target`` is a layer, IC, all, or empty for a note; ``action`` none for matrix and seed rule.
    """

    rule_id: str
    number: int
    verb: str
    target: str
    text: str
    action: Action | None


def acting(policy: Policy) -> dict[str, Rule]:
    """The enabled rules that do something, drivers first, in the policy's order."""
    both = {**policy.drivers, **policy.modifiers, **policy.gauges}
    return {name: rule for name, rule in both.items() if rule.enabled and rule.then}


def deciders(policy: Policy) -> tuple[str, ...]:
    """The ids that the path's deciders stand for: the acting rules, matrix, seed, family gate."""
    gates = _gates(policy, "single_family")
    return (*acting(policy), policy.matrix_rule, policy.seed_rule, next(iter(gates), ""))


def lines(policy: Policy) -> tuple[Line, ...]:
    """Every action that may come out of a session: matrix, seed rule, then the acting rules'."""
    own = [
        Line(policy.matrix_rule, number, "move", layer, f"{layer} toward its cell", None)
        for number, layer in enumerate(UNIT_LAYERS, start=1)
    ]
    seed, lifted = policy.seed, policy.seed.layer
    own.append(Line(policy.seed_rule, 1, "move", lifted, f"{lifted} to {seed.lift_to:.2f}", None))
    for name, rule in acting(policy).items():
        each = [(action, target) for action in rule.then for target in _targets(action)]
        own.extend(
            Line(name, number, _verb(action), target, told(action), action)
            for number, (action, target) in enumerate(each, start=1)
        )
    return tuple(own)


def _targets(action: Action) -> tuple[str, ...]:
    match action:
        case Hold(hold=layers) | BlockAdds(block_adds=layers) | Refresh(refresh=layers):
            return layers
        case Move(move=target) | Monetise(monetise=target):
            return (target,)
        case Restructure(restructure=target) | Review(review=target):
            return (target,)
        case Annotate():
            return ("",)


def _verb(action: Action) -> str:
    return next(iter(type(action).model_fields))


def acts_of(policy: Policy) -> path.Acts:
    """What the acting rules do to the layers, by rule and layer."""
    rules = acting(policy)
    shape = (len(rules), len(UNIT_LAYERS))
    steps, refresh = np.zeros(shape, np.int64), np.zeros(shape, np.int8)
    share, payer = np.zeros(shape), np.full(shape, path.UNKNOWN, np.int64)
    for place, rule in enumerate(rules.values()):
        for action in rule.then:
            match action:
                case Move(move=layer, steps=many, paid_by=paying):
                    at = UNIT_LAYERS.index(layer)
                    steps[place, at] = many
                    if paying is not None:
                        payer[place, at] = UNIT_LAYERS.index(paying)
                case Refresh(refresh=layers):
                    refresh[place, [UNIT_LAYERS.index(layer) for layer in layers]] = 1
                case Monetise(monetise=layer, share=part):
                    share[place, UNIT_LAYERS.index(layer)] = part.in_unit(Unit.DECIMAL)
                case _:
                    pass
    below = [
        UNIT_LAYERS.index(asked.below_base) if asked else path.UNKNOWN
        for asked in (_asks_standing(rule.when) for rule in rules.values())
    ]
    is_driver = [rule.role == "driver" for rule in rules.values()]
    moves = ((steps != 0) | (refresh == 1) | (share > 0.0)).any(axis=1)
    return path.Acts(
        steps=steps,
        refresh=refresh,
        share=share,
        payer=payer,
        below=np.array(below, np.int64),
        driver=np.array(is_driver, np.int8),
        moves=moves.astype(np.int8),
    )


def _asks_standing(condition: Condition) -> BelowBase | None:
    beside = parts(condition) if isinstance(condition, All) else (condition,)
    return next((part for part in beside if isinstance(part, BelowBase)), None)


def _without_standing(condition: Condition) -> Condition | None:
    """The condition less what it asks of a layer's own standing; none where it asks nothing else."""
    if isinstance(condition, BelowBase):
        return None
    if not isinstance(condition, All):
        return condition
    rest = tuple(part for part in condition.all if not isinstance(part, BelowBase))
    return All(all=rest) if rest else None


def _gates(policy: Policy, scope: str) -> dict[str, Rule]:
    return {name: rule for name, rule in policy.gates.items()
            if rule.enabled and rule.scope == scope}  # fmt: skip


def acting_columns(policy: Policy) -> Iterator[pl.Expr]:
    """The market frame's columns that the acting rules are read from: outcomes and exceptions."""
    for name, rule in acting(policy).items():
        rest = _without_standing(rule.when)
        fired = pl.lit(YES, dtype=pl.Int8()) if rest is None else outcome(rest)
        yield fired.alias(f"acting {name}")
        for number, action in enumerate(rule.then):
            if isinstance(action, BlockAdds) and action.unless is not None:
                yield truth(action.unless).alias(f"acting {name} unless {number}")
    for name, rule in {**_gates(policy, "rules"), **_gates(policy, "single_family")}.items():
        yield outcome(rule.when).alias(f"acting gate {name}")


class Standing(NamedTuple):
    """What the acting rules are at each session, before the path: see ``Market``."""

    fired: Codes
    curb: Codes
    hold: Ints
    block: Ints


def standing_of(policy: Policy, frame: pl.DataFrame) -> Standing:
    """The acting rules' outcomes, what curbs them, and which of them keeps which layer."""
    rules = acting(policy)
    shape = (frame.height, len(rules))
    fired, curb = np.zeros(shape, np.int8), np.zeros(shape, np.int8)
    kept = np.full((2, frame.height, len(UNIT_LAYERS)), path.UNKNOWN, np.int64)
    for place, (name, rule) in enumerate(rules.items()):
        fired[:, place] = frame[f"acting {name}"].to_numpy()
        curb[:, place] = _curb(policy, name, rule, frame)
        is_on = (fired[:, place] == YES) & (curb[:, place] != path.STOPPED)
        for number, action in enumerate(rule.then):
            if not isinstance(action, _KEPT):
                continue
            is_kept = is_on & ~_excepted(name, number, action, frame)
            for layer in _targets(action):
                column = kept[int(isinstance(action, BlockAdds)), :, UNIT_LAYERS.index(layer)]
                column[is_kept & (column == path.UNKNOWN)] = place
    return Standing(fired, curb, kept[0], kept[1])


def _excepted(name: str, number: int, action: Action, frame: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Where an action's exception is known to hold."""
    if not isinstance(action, BlockAdds) or action.unless is None:
        return np.zeros(frame.height, dtype=bool)
    return frame[f"acting {name} unless {number}"].fill_null(value=False).to_numpy()


def _curb(policy: Policy, name: str, rule: Rule, frame: pl.DataFrame) -> Codes:
    """What keeps a rule from acting: a gate that stops it, or the one on rules of one family.

    A stopping gate that is unknown stops nothing, since it could only keep a reduction back.
    """
    found = np.full(frame.height, path.OPEN, np.int8)
    if is_single_family(rule.when):
        for gate in _gates(policy, "single_family"):
            told_by = frame[f"acting gate {gate}"].to_numpy()
            found[told_by == NO_DATA] = path.OF_FAMILY_UNKNOWN
            found[told_by == YES] = path.OF_ONE_FAMILY
    for gate, stopping in _gates(policy, "rules").items():
        if name in stopping.stops:
            found[frame[f"acting gate {gate}"].to_numpy() == YES] = path.STOPPED
    return found


def came_of(policy: Policy, market: path.Market, walked: path.Walk) -> Codes:
    """How every line came out, by session and line; silent while a required input is missing."""
    rules, numbers = list(acting(policy)), len(acting(policy))
    own = {policy.matrix_rule: numbers, policy.seed_rule: numbers + 1}
    out = []
    for line in lines(policy):
        place = own[line.rule_id] if line.action is None else rules.index(line.rule_id)
        if line.action is None or isinstance(line.action, MOVING):
            out.append(walked.came[:, place, UNIT_LAYERS.index(line.target)])
        else:
            out.append(_settled(line, place, market, walked))
    found = np.stack(out, axis=1).astype(np.int8)
    return np.where(market.missing[:, None] == 1, np.int8(path.C_SILENT), found)


def _settled(line: Line, place: int, market: path.Market, walked: path.Walk) -> Codes:
    """What moves no multiplier: a hold is in force, a restructuring done once in each episode."""
    is_on, curb = walked.fired[:, place] == YES, market.curb[:, place]
    found = np.where(is_on, path.C_ACTED, path.C_SILENT)
    if isinstance(line.action, _KEPT):
        kept = market.block if isinstance(line.action, BlockAdds) else market.hold
        is_kept = kept[:, UNIT_LAYERS.index(line.target)] == place
        found = np.where(is_on & is_kept, path.C_IN_FORCE, path.C_SILENT)
    elif isinstance(line.action, Restructure):
        may = is_on & (market.missing == 0) & np.isin(curb, (path.OPEN, path.OF_FAMILY_UNKNOWN))
        found = np.where(may & ~_first_of(may, walked.fired[:, place]), path.C_IN_FORCE, found)
        found = np.where(is_on & (curb == path.OF_ONE_FAMILY), path.C_SINGLE_FAMILY, found)
    return np.where(is_on & (curb == path.STOPPED), path.C_STOPPED, found).astype(np.int8)


def _first_of(may: npt.NDArray[np.bool_], fired: Codes) -> npt.NDArray[np.bool_]:
    """The first session of each episode at which the rule may act; an unknown close ends none."""
    episode = np.cumsum((fired != YES) & (fired != NO_DATA))
    done = np.cumsum(may)
    is_new = np.concatenate([[True], np.diff(episode) > 0])[: may.size]
    before = np.maximum.accumulate(np.where(is_new, done - may, 0)) if may.size else done
    first: npt.NDArray[np.bool_] = may & (done - before == 1)
    return first
