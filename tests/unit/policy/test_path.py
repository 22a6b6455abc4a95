"""The path against a slow twin written from the rules' text, and the laws it keeps."""

from dataclasses import dataclass, field
from itertools import product
from math import isnan, nan

import numpy as np
import pytest

from policy.acting import acting
from policy.book_after import NO_DATA, NOT_EVALUATED, Offers
from policy.model import Policy
from policy.moves import add_is_signed
from policy.path import walk
from policy.path_values import REASONS, Limits, Market, Walk
from policy.programs import compiled
from policy.record import limits_of

SESSIONS = 400
LAYERS = ("L1", "L2", "L3")
STEPS = 10  # of a multiplier, 0 to 9
SUMS = ("theta", "delta", "vega", "carry", "stress", "price")
# What one contract is worth at most and at least, in the order of the sums; the condor's last is
# its largest loss. Bounds are such that every check sometimes holds and sometimes does not.
_CONDOR = [(2.0, 12.0), (-9.0, 9.0), (-90.0, 0.0), (0.0, 0.0), (0.0, 0.0), (3_000.0, 5_400.0)]
_LAYER = [
    (-8.0, -1.0),
    (-9.0, 0.0),
    (1.0, 9.0),
    (500.0, 2_000.0),
    (300.0, 1_500.0),
    (500.0, 5_500.0),
]


@pytest.fixture(scope="module")
def gated(steward: Policy) -> Policy:
    """The steward's policy with one more gate, which reads a column."""
    content = steward.model_dump(mode="json", by_alias=True, exclude_unset=True)
    when = {"column": "mart_vol_state_daily.vix_close", "op": ">", "value": "40 pts"}
    first = {**content["gates"]["G-2"], "when": when, "spares": []}
    content["gates"] = {"G-0": first, **content["gates"]}
    content["matrix"]["B1"]["R4"]["L3"] = 0.75  # so that R-12 has something to do
    return Policy.model_validate(content)


@dataclass
class _World:
    """A market, and one contract of each layer by session in words."""

    market: Market
    condor: list[dict[str, float]]
    layers: list[dict[str, dict[str, float]]]


def _world(seed: int, policy: Policy) -> _World:
    """Sticky random buckets with gaps, random signers, gates, readings and offers."""
    random = np.random.default_rng(seed)

    def sticky(bands: int) -> np.ndarray:
        path = np.zeros(SESSIONS, dtype=np.int64)
        for t in range(1, SESSIONS):
            step = random.integers(-1, 2) if random.random() < 0.25 else 0
            path[t] = np.clip(path[t - 1] + step, 0, bands - 1)
        path[random.random(SESSIONS) < 0.03] = -1
        return path

    def drawn(ranges: list[tuple[float, float]], many: int) -> np.ndarray:
        low, high = np.array(ranges).T
        values = random.uniform(low, high, (SESSIONS, many, len(SUMS)))
        values[random.random((SESSIONS, many)) < 0.02] = nan
        return values

    answers = [1, 0, NO_DATA, NOT_EVALUATED]
    condor, layers = drawn(_CONDOR, 1)[:, 0], drawn(_LAYER, len(LAYERS))
    condor[:, 3:5] = 0.0  # no hedge: neither carry nor stress gain
    units = np.array([[policy.units(one, k) for k in range(STEPS)] for one in LAYERS])
    market = Market(
        row=sticky(4),
        column=sticky(4),
        missing=(random.random(SESSIONS) < 0.03).astype(np.int8),
        # the gate on a column, and C-1 for each layer's add
        columns=random.choice([0, 0, 0, 0, 0, 1, -1], (SESSIONS, 5)).astype(np.int8),
        offers=Offers(
            condors=10 * condor,
            layers=np.where(
                units[:, :, None] == 0, 0.0, units[:, :, None] * layers[:, :, None, :]
            ),
            units=units,
        ),
        seed=random.choice([0, 0, 0, 1, -1], SESSIONS).astype(np.int8),
        **_standing(random, policy),
        signed=random.choice(answers, (SESSIONS, 4, 2, 5), p=[0.55, 0.25, 0.1, 0.1]).astype(
            np.int8
        ),
    )  # fmt: skip
    market.columns[:, 1:] = random.choice([1, 1, 1, 0, -1], (SESSIONS, 1))
    return _World(
        market,
        [dict(zip(SUMS, line, strict=True)) for line in condor.tolist()],
        [
            {
                layer: dict(zip(SUMS, values, strict=True))
                for layer, values in zip(LAYERS, line, strict=True)
            }
            for line in layers.tolist()
        ],
    )


def _silent(policy: Policy, sessions: int) -> dict[str, np.ndarray]:
    """No acting rule is on."""
    rules = len(acting(policy))
    kept = np.full((sessions, 3), -1, np.int64)
    off = np.zeros((sessions, rules), np.int8)
    return {"fired": off, "curb": off.copy(), "hold": kept, "block": kept.copy()}


def _standing(random: np.random.Generator, policy: Policy) -> dict[str, np.ndarray]:
    """Acting rules on and off in spells, some curbed; and spells in which R-06 keeps layers."""
    rules = list(acting(policy))
    found = _silent(policy, SESSIONS)

    def spells(answers: list[int]) -> np.ndarray:
        drawn, path = random.choice(answers, SESSIONS), np.zeros(SESSIONS, np.int64)
        for t in range(1, SESSIONS):
            path[t] = drawn[t] if random.random() < 0.3 else path[t - 1]
        return path

    for name in _MOVES:
        place = rules.index(name)
        found["fired"][:, place] = spells([0, 0, 0, 1, 1, NO_DATA, NOT_EVALUATED])
        found["curb"][:, place] = spells([0] * 9 + [1, 2, 3])
    for kept in ("hold", "block"):
        for layer in range(3):
            found[kept][:, layer] = np.where(spells([0] * 6 + [1]) == 1, rules.index("R-06"), -1)
    return found


@dataclass
class _Layer:
    """What a layer remembers."""

    steps: int = 4
    last_move: tuple[int, int] | None = None  # session and sign
    raised_in: int | None = None
    story: list[tuple[int, int, str]] = field(default_factory=list)


class _Book:
    """The book of a session were one layer at other steps, in words."""

    def __init__(self, world: _World, policy: Policy, t: int, steps: dict[str, int]) -> None:
        self.world, self.policy, self.t, self.steps = world, policy, t, steps

    def _sum(self, name: str, steps: dict[str, int]) -> float:
        total = 10 * self.world.condor[self.t][name] if name in {"theta", "price"} else 0.0
        for layer, asked in steps.items():
            units = self.policy.units(layer, asked)
            if name != "price" and units:
                total += units * self.world.layers[self.t][layer][name]
        return total

    def gate(self, layer: str, to: int) -> tuple[int, bool]:
        """Closed 1, unknown -1 or open 0; and whether it is a closed one that scales."""
        after = {**self.steps, layer: to}
        units = [self.policy.units(layer, one) for one in (to, self.steps[layer])]
        price = self.world.layers[self.t][layer]["price"]
        paid = 0.0 if units[0] == units[1] else (units[0] - units[1]) * price
        theta, carry = self._sum("theta", after), self._sum("carry", after)
        dear = [carry > 20_000, paid > 5_000]
        blind = [isnan(carry), isnan(paid)]
        scaling = 1 if any(dear) else -1 if any(blind) else 0
        spared = layer == "L3" and to <= 4
        found = [int(self.world.market.columns[self.t, 0]), scaling]
        if not spared:
            found.append(-1 if isnan(theta) else int(theta < 0))
        return (1 if 1 in found else min(found)), scaling == 1

    def signs(self, layer: str, to: int) -> tuple[int, int]:
        """The risk budget's word on an add to these steps, and on one step less."""
        after = {**self.steps, layer: to}
        theta, carry = self._sum("theta", after), self._sum("carry", after)
        loss = self._sum("price", after)
        parts = [
            NO_DATA if isnan(carry) else int(carry <= 20_000),
            NO_DATA if isnan(theta) else int(theta >= 0),
            int(self.world.market.columns[self.t, 1]),
            NO_DATA if isnan(loss) else int(loss <= 50_000),
        ]
        add = 0 if 0 in parts else min(parts)
        less = {**self.steps, layer: max(self.steps[layer] - 1, 0)}
        covered = self._sum("stress", less) / loss
        return add, NO_DATA if isnan(covered) else int(covered >= 0.25)


# What methodology 12.4 has the rules do, by hand; R-11 sells half of L1, R-12 goes up to the base.
_MOVES: dict[str, dict[str, int]] = {
    "R-05": {"L1": -1, "L3": 1},
    "R-11": {"L1": -1},
    "R-12": {"L1": 1, "L2": 1, "L3": 1},
    "R-04a": {"L1": 1},
    "R-04b": {"L1": -1},
}


class _Rules:
    """The acting rules of one session, in words, and what they did since they are on."""

    def __init__(self, policy: Policy) -> None:
        self.names = list(acting(policy))
        self.done: dict[str, dict[str, int]] = {name: {} for name in _MOVES}
        self.fired: set[str] = set()
        self.acted: set[tuple[str, str]] = set()
        self.curbs: dict[str, int] = {}
        self.kept: dict[str, tuple[bool, bool]] = {}

    def enter(self, market: Market, t: int, steps: dict[str, int]) -> None:
        """A new session: which rules are on; what went off forgets what it did."""
        self.acted, self.fired = set(), set()
        for name in _MOVES:
            place = self.names.index(name)
            answer = int(market.fired[t, place])
            if name == "R-12" and steps["L3"] >= 4:
                answer = 0
            if answer in {0, NOT_EVALUATED}:
                self.done[name] = {}
            elif answer == 1:
                self.fired.add(name)
            self.curbs[name] = int(market.curb[t, place])
        self.kept = {
            layer: (market.hold[t, k] >= 0, market.block[t, k] >= 0)
            for k, layer in enumerate(LAYERS)
        }

    def standing(self, layer: str) -> int:
        """The steps that rules that are on have moved a layer; a sale is no such step."""
        return sum(done.get(layer, 0) for name, done in self.done.items() if name != "R-11")

    def wants(self, name: str, layer: str, now: int) -> int:
        """The direction in which a rule that is on still wants a layer."""
        way = _MOVES[name].get(layer, 0)
        if name not in self.fired or way == 0:
            return 0
        if name == "R-12":
            return 1 if now < 4 else 0
        if name == "R-05" and layer == "L3" and self.done[name].get("L1", 0) == -1:
            return 0
        if name == "R-11" and (now + 1) // 2 == now:
            return 0
        spent = self.done[name].get(layer, 0) == way
        return 0 if spent or (way < 0 and now == 0) or (way > 0 and now == 8) else way


def _twin_winner(  # noqa: C901, PLR0912 -- one story
    rules: _Rules, layer: str, now: int, own: int, *, is_blind: bool
) -> tuple[str, int] | str | None:
    """Who moves a layer and which way, or the reason why nobody does, or nothing to say."""
    said, wants = None, {name: rules.wants(name, layer, now) for name in _MOVES}
    for name, way in wants.items():
        curb = rules.curbs[name]
        if not way or (curb == 0 and not (is_blind and way > 0)) or (curb == 3 and way < 0):
            continue
        if is_blind and way > 0:
            pass  # an unknown axis says itself why nothing moves
        elif curb == 2:
            said = "single_family"
        elif curb == 3 and said != "single_family":
            said = "family_unknown"
        wants[name] = 0
    wants["own"] = own
    is_held, is_blocked = rules.kept[layer]
    for name, way in wants.items():
        if is_held and way < 0 and name != "R-11":
            wants[name], said = 0, "held_by_rule"
    for name, way in wants.items():
        if is_blocked and way > 0:
            wants[name], said = 0, "adds_blocked_by_rule"
    on = {name for name in rules.fired if rules.curbs[name] == 0 and layer == "L1"}
    falls = min(wants.values()) < 0
    for name, way in wants.items():
        reducers = on & ({"R-11"} if name == "own" else {"R-11", "R-05", "R-04b"})
        if way > 0 and (falls or reducers):
            wants[name], said = 0, "adds_blocked_by_rule"
    for name in ("R-11", "own", "R-05", "R-12", "R-04a", "R-04b"):
        if wants[name]:
            return name, wants[name]
    return said


def _twin(world: _World, policy: Policy) -> list[list[tuple[int, int, str]]]:  # noqa: C901, PLR0915 -- one story
    """Target, multiplier after and reason, all in words, one session at a time."""
    market, layers, rules = world.market, {name: _Layer() for name in LAYERS}, _Rules(policy)
    for t in range(SESSIONS):
        rules.enter(market, t, {name: layers[name].steps for name in LAYERS})
        plans = {name: _twin_plan(market, policy, t, name, layers[name], rules) for name in LAYERS}
        less = [
            name for name in LAYERS if isinstance(plans[name][1], tuple) and plans[name][1][1] < 0
        ]
        for name in [*less, *(name for name in LAYERS if name not in less)]:
            layer, now = layers[name], layers[name].steps
            book = _Book(world, policy, t, {one: layers[one].steps for one in LAYERS})
            votes = market.signed[t, LAYERS.index(name)].copy()
            row = int(market.row[t])
            if row < 0 or layer.raised_in is None:
                votes[1, 0] = NO_DATA
            else:
                votes[1, 0] = 1 if row < layer.raised_in else 0
            ask, plan = plans[name]
            if isinstance(plan, str):
                target, after, reason = now, now, plan
            elif plan[0] == "own":
                is_seed = name == "L2" and market.seed[t] == 1 and ask == 6
                target, after, reason = _twin_own(t, name, layer, ask, votes, book, is_seed=is_seed)
            else:
                target, after, reason = _twin_rule(t, name, layer, plan, votes, book, rules)
            if after != now:
                layer.last_move = (t, 1 if after > now else -1)
                if not isinstance(plan, str) and plan[0] != "own":
                    done = rules.done[plan[0]]
                    done[name] = done.get(name, 0) + plan[1]
                    rules.acted.add((plan[0], name))
            if after > now:
                layer.raised_in = row
            layer.steps = after
            layer.story.append((target, after, reason))
    return [layer.story for layer in layers.values()]


def _twin_plan(
    market: Market, policy: Policy, t: int, name: str, layer: _Layer, rules: _Rules
) -> tuple[float, tuple[str, int] | str]:
    """What the cell or the seed rule asks; and who moves the layer, or why nobody does."""
    if market.missing[t]:
        return layer.steps, "required_input_missing"
    now, own, idle = layer.steps, 0, "at_target"
    ask = _asks(market, policy, t, name)
    if market.row[t] < 0 or market.column[t] < 0:
        ask, idle = now, "row_unknown" if market.row[t] < 0 else "column_unknown"
    else:
        is_seed = name == "L2" and market.seed[t] == 1 and ask == 6
        ask = ask if is_seed else min(max(ask + rules.standing(name), 0), 8)
        if ask != now:
            ready = _ready(market, policy, t, is_seed=is_seed, is_add=ask > now)
            idle, own = ("", 1 if ask > now else -1) if ready else ("cell_not_persisted", 0)
    plan = _twin_winner(rules, name, now, own, is_blind=idle in {"row_unknown", "column_unknown"})
    return ask, plan or idle


def _asks(market: Market, policy: Policy, t: int, name: str) -> float:
    """The steps that cell or seed rule ask; more than anything where nothing is known."""
    if market.missing[t] or market.row[t] < 0 or market.column[t] < 0:
        return 99
    row = policy.axes.row.ids[market.row[t]]
    cell = policy.matrix[row][policy.axes.column.ids[market.column[t]]]
    ask = round({"L1": cell.L1, "L2": cell.L2, "L3": cell.L3}[name] / 0.25)
    return 6 if name == "L2" and market.seed[t] == 1 and ask <= 6 else ask


def _ready(market: Market, policy: Policy, t: int, *, is_seed: bool, is_add: bool) -> bool:
    """Whether the cell, or the guarded row, has held long enough for what it asks."""

    def held(closes: int, *, rows_only: bool) -> bool:
        past = range(t - closes + 1, t + 1)
        return past[0] >= 0 and all(
            market.row[u] == market.row[t] and (rows_only or market.column[u] == market.column[t])
            for u in past
        )

    ready = is_seed or held(2, rows_only=False)
    if policy.axes.row.ids[market.row[t]] == "B4":
        return (ready and held(3, rows_only=True)) if is_add else True
    return ready


def _is_signed(votes: np.ndarray) -> bool:
    signed = {f"S{i + 1}" for i in range(5) if votes[0, i] == 1}
    return bool(len(signed) >= 3 and "S1" in signed and signed & {"S2", "S3"} and votes[0, 4] != 0)


def _twin_own(t, name, layer, ask, votes, book, *, is_seed):  # noqa: ANN001, ANN202, C901, PLR0911, PLR0913  # one story
    now = layer.steps
    cooling = layer.last_move is not None and t - layer.last_move[0] <= 5
    votes[1, 4] = book.signs(name, now)[1]
    if ask < now:
        if now > 4 and list(votes[1]).count(1) < 2:
            return now, now, "reduction_quorum_not_met"
        return ask, now - 1, "cell_asks_less"
    to = ask if is_seed else now + 1
    while book.gate(name, to)[1] and to > now + 1:
        to -= 1
    closed = book.gate(name, to)[0]
    if closed:
        return now, now, "gate_closed" if closed == 1 else "gate_unknown"
    votes[0, 4] = book.signs(name, to)[0]
    if ask > 4 and not _is_signed(votes):
        if now >= 4:
            return now, now, "quorum_not_met"
        ask, is_seed, to = 4, False, now + 1
        closed = book.gate(name, to)[0]
        if closed:
            return now, now, "gate_closed" if closed == 1 else "gate_unknown"
    if cooling and layer.last_move[1] < 0:
        return ask, now, "cooldown"
    if ask <= 4:
        return ask, now + 1, "return_to_base"
    if is_seed:
        return ask, to, "seed_rule" if to == ask else "scaled_to_fit"
    return ask, now + 1, "cell_asks_more"


def _twin_rule(t, name, layer, plan, votes, book, rules):  # noqa: ANN001, ANN202, C901, PLR0911, PLR0913, PLR0917  # one story
    rule, way = plan
    now, to = layer.steps, layer.steps + way
    if rule == "R-11":
        half = (now + 1) // 2
        return half, half, "monetised"
    if way < 0:
        votes[1, 4] = book.signs(name, now)[1]
        if now > 4 and list(votes[1]).count(1) < 2:
            return now, now, "reduction_quorum_not_met"
        return to, to, "rule_asks_less"
    if rule == "R-05":
        if ("R-05", "L1") not in rules.acted:
            return now, now, "at_target"
        prices = book.world.layers[t]
        sold = [book.policy.units("L1", book.steps["L1"] + more) for more in (1, 0)]
        bought = [book.policy.units("L3", one) for one in (to, now)]
        got, paid = (
            0.0
            if pair[0] == pair[1] == 0
            else (
                pair[0] * prices[one]["price"]
                - (pair[1] * prices[one]["price"] if pair[1] else 0.0)
            )
            for one, pair in (("L1", sold), ("L3", bought))
        )
        if isnan(got) or isnan(paid):
            return now, now, "financing_unknown"
        if paid > got:
            return now, now, "not_financed"
    closed = book.gate(name, to)[0]
    if closed:
        return now, now, "gate_closed" if closed == 1 else "gate_unknown"
    votes[0, 4] = book.signs(name, to)[0]
    if to > 4 and not _is_signed(votes):
        return now, now, "quorum_not_met"
    if layer.last_move is not None and t - layer.last_move[0] <= 5 and layer.last_move[1] < 0:
        return to, now, "cooldown"
    return to, to, "rule_asks_more"


@pytest.mark.parametrize("seed", range(6))
def test_path_equals_its_twin(gated: Policy, seed: int) -> None:
    """Target, multiplier and reason agree at every session of random markets."""
    world = _world(seed, gated)
    walked = walk(world.market, _limits(gated))
    for number, story in enumerate(_twin(world, gated)):
        told = [
            (int(walked.target[t, number]), int(walked.after[t, number]), REASONS[reason])
            for t, reason in enumerate(walked.reason[:, number])
        ]
        assert told == story


def test_random_markets_reach_every_reason(gated: Policy) -> None:
    """The comparison above proves something about each reason."""
    seen = {reason for seed in range(6) for reason in _walked(seed, gated).reason.ravel()}
    assert {REASONS[reason] for reason in seen} == set(REASONS)


def _walked(seed: int, policy: Policy, **changed: int) -> Walk:
    limits = _limits(policy)._replace(**changed)
    return walk(_world(seed, policy).market, limits)


def _limits(policy: Policy) -> Limits:
    return limits_of(policy, policy.book_terms, compiled(policy))


@pytest.mark.parametrize("seed", range(6))
def test_higher_quorum_never_adds(gated: Policy, seed: int) -> None:
    """Where two quorums first part, the higher one has the smaller multiplier.

    Later they may cross, since what was never raised has nothing to wait for.
    """
    low, high = (_walked(seed, gated, quorum_add=k).after for k in (2, 4))
    for layer in range(3):
        parted = np.flatnonzero(low[:, layer] != high[:, layer])
        if parted.size:
            assert high[parted[0], layer] < low[parted[0], layer]
    assert (low != high).any()


def test_quorum_is_monotone_in_votes(gated: Policy) -> None:
    """One more signature, or a lower quorum, never takes a quorum away."""
    limits = _limits(gated)
    for votes in product((0, 1), repeat=5):
        signed = np.array(votes, dtype=np.int8)
        granted = [add_is_signed(signed, limits._replace(quorum_add=k)) for k in range(1, 6)]
        assert granted == sorted(granted, reverse=True)
        for signer in range(5):
            more = signed.copy()
            more[signer] = 1
            assert add_is_signed(more, limits) >= add_is_signed(signed, limits)


@pytest.mark.parametrize("seed", range(6))
def test_unknown_never_adds(gated: Policy, seed: int) -> None:
    """With a required input missing every multiplier stays; with an axis unknown none rises."""
    market, walked = _world(seed, gated).market, _walked(seed, gated)
    moved = walked.after - walked.before
    missing, blind = market.missing == 1, (market.row < 0) | (market.column < 0)
    assert (moved[missing] == 0).all()
    assert (moved[blind] <= 0).all()
    rules = {REASONS.index(one) for one in ("rule_asks_less", "monetised")}
    assert {*walked.reason[blind][moved[blind] < 0].tolist()} <= rules
    assert missing.any()
    assert blind.any()


@pytest.mark.parametrize("seed", range(6))
def test_one_step_a_session(gated: Policy, seed: int) -> None:
    """A move is one step; only the seed rule's lift of L2 and a sale of L1 are more."""
    walked = _walked(seed, gated)
    jump = np.abs(walked.after - walked.before) > 1
    is_sale = walked.reason == REASONS.index("monetised")
    assert ((walked.seeded == 1) | is_sale)[jump].all()
    assert not jump[:, 2].any()
    assert not (jump & ~is_sale)[:, 0].any()


def test_cooldown_can_exempt_adds_instead(gated: Policy) -> None:
    """With the exemption turned round a reduction waits after an add, an add never waits."""
    turned = [_walked(seed, gated, add_exempt=True, reduce_exempt=False) for seed in range(6)]
    cooled = [walk.proposal[walk.reason == REASONS.index("cooldown")] for walk in turned]
    assert set(np.concatenate(cooled)) == {1}


def _compressed(policy: Policy, *, votes: list[int], inner_band: int = 1, **dollars: float) -> Walk:
    """Four closes that ask 1.25 of L3, in one book throughout.

    Ten condors earn 500 a day and can lose 40,000; a contract of a layer costs 50, and nothing to
    hold; ``dollars`` says otherwise of them.
    """
    one = {"theta": -1.0, "price": 50.0} | dollars
    units = np.array([[2 * k for k in range(STEPS)]] * 3)
    contract = np.array([one.get(name, 0.0) for name in SUMS])
    condors = np.array([500.0, 0.0, 0.0, 0.0, 0.0, 40_000.0])
    signed = np.zeros((4, 4, 2, 5), dtype=np.int8)
    signed[:, :, 0] = votes
    market = Market(
        row=np.zeros(4, np.int64), column=np.zeros(4, np.int64), missing=np.zeros(4, np.int8),
        columns=np.array([[0, *[inner_band] * 4]] * 4, dtype=np.int8), seed=np.zeros(4, np.int8),
        offers=Offers(np.tile(condors, (4, 1)),
                      np.tile(units[:, :, None] * contract, (4, 1, 1, 1)), units),
        signed=signed, **_silent(policy, 4),
    )  # fmt: skip
    return walk(market, _limits(policy))


@pytest.mark.parametrize(
    ("votes", "inner_band", "steps"),
    [
        ([1, 1, 1, 0, 1], 1, 5),
        ([1, 1, 0, 0, 1], 1, 5),  # the risk budget is the third signature
        ([1, 1, 1, 0, 1], NOT_EVALUATED, 5),
        ([1, 1, 1, 0, 1], NO_DATA, 5),
        ([1, 1, 0, 0, 1], NO_DATA, 4),
        ([1, 1, 1, 1, 1], 0, 4),
        ([0, 1, 1, 1, 1], 1, 4),
        ([1, 0, 0, 1, 1], 1, 4),
    ],
)
def test_no_refusal_binds_but_a_false_one(
    gated: Policy, votes: list[int], inner_band: int, steps: int
) -> None:
    """S5 unknown lets a quorum stand without it; S5 false breaks it; a missing S1 breaks it too."""
    assert _compressed(gated, votes=votes, inner_band=inner_band).after[-1, 2] == steps


@pytest.mark.parametrize(
    ("dollars", "reason"),
    [
        ({"theta": -19.23}, "cell_asks_more"),  # 24 contracts before, 26 after: 500.00 less 499.98
        ({"theta": -19.24}, "gate_closed"),
        ({"theta": nan}, "gate_unknown"),
        ({"carry": 770.0}, "gate_closed"),  # 26 of them cost 20,020 a year, above 2 % of a million
        ({"carry": 769.0}, "cell_asks_more"),
        ({"price": 2_501.0}, "gate_closed"),  # two more for 5,002, above 0.5 %
        ({"price": 2_500.0}, "cell_asks_more"),
        ({"price": nan}, "gate_unknown"),
    ],
)
def test_gates_judge_the_book_after_the_step(
    gated: Policy, dollars: dict[str, float], reason: str
) -> None:
    """G-2 and G-3 by arithmetic: theta of all legs, carry of all hedges, price of two contracts."""
    walked = _compressed(gated, votes=[1, 1, 1, 0, 1], **dollars)
    assert REASONS[walked.reason[1, 2]] == reason


def test_floor_of_long_layer_is_spared(gated: Policy) -> None:
    """Back up to its base L3 passes G-2 whatever theta becomes; L1 and L2 do not."""
    world = _world(0, gated)
    market = world.market._replace(
        row=np.array([3, 3, *[1] * 10]), column=np.array([3, 3, *[0] * 10]),
        missing=np.zeros(12, np.int8), columns=np.zeros((12, 5), np.int8),
        offers=world.market.offers._replace(
            condors=np.zeros((12, 6)), layers=np.full((12, 3, STEPS, 6), -1.0)
        ),
        seed=np.zeros(12, np.int8), signed=np.zeros((12, 4, 2, 5), np.int8), **_silent(gated, 12),
    )  # fmt: skip
    limits = _limits(gated)
    limits.cell[3, 3] = 3  # every layer fades to 0.75 in the first closes, and is asked back
    walked = walk(market, limits)
    assert walked.after[-1].tolist() == [3, 3, 4]
    assert [REASONS[one] for one in walked.reason[-1]] == [
        "gate_closed",
        "gate_closed",
        "at_target",
    ]
