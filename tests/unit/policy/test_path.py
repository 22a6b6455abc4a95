"""The path against a slow twin written from the rules' text, and the laws it keeps."""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pytest

from policy.model import Policy
from policy.path import NO_DATA, NOT_EVALUATED, REASONS, Limits, Market, Walk, add_is_signed, walk
from policy.record import limits_of

SESSIONS = 400


def _market(seed: int) -> Market:
    """Sticky random buckets with gaps, random signers, gates and readings."""
    random = np.random.default_rng(seed)

    def sticky(bands: int) -> np.ndarray:
        path = np.zeros(SESSIONS, dtype=np.int64)
        for t in range(1, SESSIONS):
            step = random.integers(-1, 2) if random.random() < 0.25 else 0
            path[t] = np.clip(path[t - 1] + step, 0, bands - 1)
        path[random.random(SESSIONS) < 0.03] = -1
        return path

    answers = [1, 0, NO_DATA, NOT_EVALUATED]
    return Market(
        row=sticky(4),
        column=sticky(4),
        missing=(random.random(SESSIONS) < 0.03).astype(np.int8),
        gate=random.choice([0, 0, 0, 0, 0, 1, -1], SESSIONS).astype(np.int8),
        seed=random.choice([0, 0, 0, 1, -1], SESSIONS).astype(np.int8),
        signed=random.choice(answers, (SESSIONS, 4, 2, 5), p=[0.55, 0.25, 0.1, 0.1]).astype(
            np.int8
        ),
    )


@dataclass
class _Layer:
    """What a layer remembers."""

    steps: int = 4
    last_move: tuple[int, int] | None = None  # session and sign
    raised_in: int | None = None
    story: list[tuple[int, int, str]] = field(default_factory=list)


def _twin(market: Market, policy: Policy) -> list[list[tuple[int, int, str]]]:
    """Target, multiplier after and reason, all in words, one session at a time."""
    layers = {name: _Layer() for name in ("L1", "L2", "L3")}
    for t in range(SESSIONS):
        for number, (name, layer) in enumerate(layers.items()):
            votes = market.signed[t, number].copy()
            row = int(market.row[t])
            if row < 0 or layer.raised_in is None:
                votes[1, 0] = NO_DATA
            else:
                votes[1, 0] = 1 if row < layer.raised_in else 0
            target, after, reason = _twin_decides(market, policy, t, name, layer, votes)
            if after != layer.steps:
                layer.last_move = (t, 1 if after > layer.steps else -1)
            if after > layer.steps:
                layer.raised_in = row
            layer.steps = after
            layer.story.append((target, after, reason))
    return [layer.story for layer in layers.values()]


def _twin_decides(market, policy, t, name, layer, votes):  # noqa: ANN001, ANN202, C901, PLR0911, PLR0912  # one long story is the point
    now = layer.steps
    if market.missing[t]:
        return now, now, "required_input_missing"
    if market.row[t] < 0:
        return now, now, "row_unknown"
    if market.column[t] < 0:
        return now, now, "column_unknown"
    row = policy.axes.row.ids[market.row[t]]
    cell = policy.matrix[row][policy.axes.column.ids[market.column[t]]]
    ask = round({"L1": cell.L1, "L2": cell.L2, "L3": cell.L3}[name] / 0.25)
    is_seed = name == "L2" and market.seed[t] == 1 and ask <= 6
    ask = 6 if is_seed else ask

    def held(closes: int, *, rows_only: bool) -> bool:
        past = range(t - closes + 1, t + 1)
        return past[0] >= 0 and all(
            market.row[u] == market.row[t] and (rows_only or market.column[u] == market.column[t])
            for u in past
        )

    if ask == now:
        return now, now, "at_target"
    ready = is_seed or held(2, rows_only=False)
    if row == "B4":
        ready = (ready and held(3, rows_only=True)) if ask > now else True
    if not ready:
        return now, now, "cell_not_persisted"
    cooling = layer.last_move is not None and t - layer.last_move[0] <= 5
    if ask < now:
        if now > 4 and list(votes[1]).count(1) < 2:
            return now, now, "reduction_quorum_not_met"
        return ask, now - 1, "cell_asks_less"
    if market.gate[t]:
        return now, now, "gate_closed" if market.gate[t] == 1 else "gate_unknown"
    signed = {f"S{i + 1}" for i in range(5) if votes[0, i] == 1}
    enough = len(signed) >= 3 and "S1" in signed and signed & {"S2", "S3"} and votes[0, 4] != 0
    if ask > 4 and not enough:
        if now >= 4:
            return now, now, "quorum_not_met"
        ask, is_seed = 4, False
    if cooling and layer.last_move[1] < 0:
        return ask, now, "cooldown"
    if ask <= 4:
        return ask, now + 1, "return_to_base"
    return (ask, ask, "seed_rule") if is_seed else (ask, now + 1, "cell_asks_more")


@pytest.mark.parametrize("seed", range(6))
def test_path_equals_its_twin(steward: Policy, seed: int) -> None:
    """Target, multiplier and reason agree at every session of random markets."""
    market = _market(seed)
    walked = walk(market, limits_of(steward))
    for number, story in enumerate(_twin(market, steward)):
        told = [
            (int(walked.target[t, number]), int(walked.after[t, number]), REASONS[reason])
            for t, reason in enumerate(walked.reason[:, number])
        ]
        assert told == story


def test_random_markets_reach_every_reason(steward: Policy) -> None:
    """The comparison above proves something about each reason."""
    seen = {reason for seed in range(6) for reason in _walked(seed, steward).reason.ravel()}
    assert {REASONS[reason] for reason in seen} == set(REASONS)


def _walked(seed: int, policy: Policy, **changed: int) -> Walk:
    limits: Limits = limits_of(policy)._replace(**changed)
    return walk(_market(seed), limits)


@pytest.mark.parametrize("seed", range(6))
def test_higher_quorum_never_adds(steward: Policy, seed: int) -> None:
    """Where two quorums first part, the higher one has the smaller multiplier.

    Later they may cross, since what was never raised has nothing to wait for.
    """
    low, high = (_walked(seed, steward, quorum_add=k).after for k in (2, 4))
    for layer in range(3):
        parted = np.flatnonzero(low[:, layer] != high[:, layer])
        if parted.size:
            assert high[parted[0], layer] < low[parted[0], layer]
    assert (low != high).any()


def test_quorum_is_monotone_in_votes(steward: Policy) -> None:
    """One more signature, or a lower quorum, never takes a quorum away."""
    limits = limits_of(steward)
    for votes in product((0, 1), repeat=5):
        signed = np.array(votes, dtype=np.int8)
        granted = [add_is_signed(signed, limits._replace(quorum_add=k)) for k in range(1, 6)]
        assert granted == sorted(granted, reverse=True)
        for signer in range(5):
            more = signed.copy()
            more[signer] = 1
            assert add_is_signed(more, limits) >= add_is_signed(signed, limits)


@pytest.mark.parametrize("seed", range(6))
def test_unknown_never_moves(steward: Policy, seed: int) -> None:
    """Where an axis is unknown or a required input missing, every multiplier stays."""
    market, walked = _market(seed), _walked(seed, steward)
    blind = (market.row < 0) | (market.column < 0) | (market.missing == 1)
    assert (walked.after[blind] == walked.before[blind]).all()
    assert blind.any()


@pytest.mark.parametrize("seed", range(6))
def test_one_step_a_session(steward: Policy, seed: int) -> None:
    """A move is one step; only the seed rule's lift is more, and only on L2."""
    walked = _walked(seed, steward)
    jump = np.abs(walked.after - walked.before) > 1
    assert (walked.seeded[jump] == 1).all()
    assert not jump[:, [0, 2]].any()


def test_cooldown_can_exempt_adds_instead(steward: Policy) -> None:
    """With the exemption turned round a reduction waits after an add, an add never waits."""
    turned = [_walked(seed, steward, add_exempt=True, reduce_exempt=False) for seed in range(6)]
    cooled = [walk.proposal[walk.reason == REASONS.index("cooldown")] for walk in turned]
    assert set(np.concatenate(cooled)) == {1}


def test_no_refusal_binds_but_a_false_one(steward: Policy) -> None:
    """S5 not evaluated lets a quorum stand; S5 false breaks it; a missing S1 breaks it too."""
    signed = np.zeros((4, 4, 2, 5), dtype=np.int8)
    signed[:, :, 0] = [1, 1, 1, 0, NOT_EVALUATED]
    compressed = Market(
        row=np.zeros(4, np.int64), column=np.zeros(4, np.int64), missing=np.zeros(4, np.int8),
        gate=np.zeros(4, np.int8), seed=np.zeros(4, np.int8), signed=signed,
    )  # fmt: skip
    limits = limits_of(steward)
    assert walk(compressed, limits).after[-1, 2] == 5
    for votes in ([1, 1, 1, 1, 0], [0, 1, 1, 1, NOT_EVALUATED], [1, 0, 0, 1, 1]):
        signed[:, :, 0] = votes
        assert walk(compressed, limits).after[-1, 2] == 4
