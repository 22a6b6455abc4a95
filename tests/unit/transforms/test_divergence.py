"""The divergence on planted tops, its end, what holes hide, and a twin that starts anew each day."""

import numpy as np
import pytest

from transforms.divergence import divergence

Walk = list[float]
NAN = float("nan")


def _closes(spacing: int = 20, second: float = 101.0, after: int = 60) -> Walk:
    """Two tops, the first of 100 at bar 10, then a quiet slope 1 % below the second."""
    dip = 96.0
    rise = np.linspace(90, 100, 11).tolist()
    fall = np.linspace(99, dip, spacing // 2).tolist()
    again = np.linspace(dip, second, spacing - spacing // 2 + 1)[1:].tolist()
    rest = (second * 0.99 - 0.001 * np.arange(after)).tolist()
    return [*rise, *fall, *again, *rest]


def _net(count: int, falls_until: int) -> Walk:
    """Breadth that falls after the first top up to a bar, then stands nearly still."""
    return [100.0 if bar <= 10 else -50.0 if bar <= falls_until else 1.0 for bar in range(count)]


def _found(closes: Walk, net: Walk) -> tuple[Walk, Walk]:
    on, _, since = divergence(np.array(closes), np.array(net))
    return on.tolist(), since.tolist()


def test_begins_five_bars_after_the_top() -> None:
    """A higher top on lower breadth is known, and on, five bars later: not a bar before."""
    closes = _closes()
    on, since = _found(closes, _net(len(closes), 30))
    assert np.isnan(on[:35]).all()  # before there are two tops nothing is known
    assert (on[35], since[35]) == (1.0, 0.0)


def test_lasts_42_bars() -> None:
    """Without a new high it ends after 42 bars, and the same two tops do not begin it again."""
    closes = _closes()
    on, since = _found(closes, _net(len(closes), 30))
    assert on[35:77] == [1.0] * 42
    assert on[77:] == [0.0] * len(on[77:])
    assert since[80] == 45.0


CONTROLS = {
    "breadth confirms": (_closes(), 11),
    "second top lower": (_closes(second=99.9), 30),
    "nine bars apart": (_closes(spacing=9), 30),
    "64 bars apart": (_closes(spacing=64), 74),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_control_never_begins(name: str) -> None:
    """What lacks one of its conditions is known to be off."""
    closes, falls_until = CONTROLS[name]
    net = _net(len(closes), falls_until)
    if name == "breadth confirms":
        net[12:30] = [60.0] * 18
    on, _ = _found(closes, net)
    assert 1.0 not in on
    assert 0.0 in on


@pytest.mark.parametrize("spacing", [10, 63])
def test_spacing_limits_count(spacing: int) -> None:
    """Ten and 63 bars apart are still a pair."""
    closes = _closes(spacing=spacing)
    on, _ = _found(closes, _net(len(closes), 10 + spacing))
    assert on[10 + spacing + 5] == 1.0


def test_waits_for_a_close_near_the_top() -> None:
    """Farther than 3 % from the top it waits, and begins when the close is back."""
    closes = _closes()
    closes[31:40] = [97.9] * 9  # 3.07 % below 101
    on, since = _found(closes, _net(len(closes), 30))
    assert on[35:40] == [0.0] * 5
    assert (on[40], since[40]) == (1.0, 0.0)


def test_new_high_with_breadth_ends_it() -> None:
    """A close above the top ends it only once the line is above its own at both tops."""
    closes = _closes()
    closes[45:] = [102.0] * len(closes[45:])
    net = _net(len(closes), 30)  # 1,000 issues lower at the second top
    net[50] = 2_000.0
    on, _ = _found(closes, net)
    assert on[45:50] == [1.0] * 5
    assert on[50:55] == [0.0] * 5


def test_missing_session_is_unknown_alone() -> None:
    """A session without breadth is unknown, and the state goes on after it."""
    closes = _closes()
    net = _net(len(closes), 30)
    net[40] = NAN
    on, _ = _found(closes, net)
    assert np.isnan(on[40])
    assert (on[39], on[41]) == (1.0, 1.0)


def test_hole_that_could_reverse_the_tops() -> None:
    """Between the tops, a hole as large as their difference leaves it unknown, a small one not."""
    closes = _closes()
    small, large = _net(len(closes), 30), _net(len(closes), 30)
    small[20] = NAN
    large[20], large[25] = NAN, 900.0  # the line falls by 0, and 900 could be missing
    assert _found(closes, small)[0][35] == 1.0
    assert np.isnan(_found(closes, large)[0][35])


def test_top_without_breadth_is_unknown() -> None:
    """Where the line at a top is unknown, so is the state."""
    closes = _closes()
    net = _net(len(closes), 30)
    net[30] = NAN
    on, since = _found(closes, net)
    assert np.isnan(on[35])
    assert np.isnan(since[35])


def test_unknown_beginning_stays_unknown_past_a_hidden_end() -> None:
    """Whether it began is unknown, and so is whether a new high without breadth ended it."""
    closes = _closes()
    closes[45:] = [102.0] * len(closes[45:])
    net = _net(len(closes), 30)
    net[30] = net[45] = NAN
    on, _ = _found(closes, net)
    assert np.isnan(on[46:70]).all()


def test_no_breadth_at_all() -> None:
    """Without any breadth nothing is known."""
    on, fall, since = divergence(np.array(_closes()), np.full(len(_closes()), NAN))
    assert np.isnan([on, fall, since]).all()


def test_fall_over_range() -> None:
    """The tops' fall, 20 times 50 issues, is measured by what the line moved in its last 63 bars."""
    closes = _closes()
    _, fall, _ = divergence(np.array(closes), np.array(_net(len(closes), 30)))
    assert fall[35] == pytest.approx(-1_000 / (1_100 - 100))


def _twin(closes: Walk, net: Walk) -> list[float]:
    """The state of each day from what was seen up to it, by the rule's words; no holes."""
    line = np.cumsum(net)
    begun: list[tuple[int, int, int]] = []
    states = []
    standing = None
    for today in range(len(closes)):
        seen = closes[: today + 1]
        tops = [
            t for t in range(5, today - 4)
            if all(seen[t] > v for v in seen[t - 5 : t]) and all(seen[t] >= v for v in seen[t + 1 : t + 6])
        ]  # fmt: skip
        if len(tops) < 2:
            states.append(NAN)
            continue
        p1, p2 = tops[-2:]
        is_shape = seen[p2] >= seen[p1] and line[p2] < line[p1] and 10 <= p2 - p1 <= 63
        is_near = abs(seen[today] / seen[p2] - 1) <= 0.03 and today - p2 <= 63
        if is_shape and is_near and (p1, p2) not in [one[:2] for one in begun]:
            standing = (p1, p2, today)
            begun.append(standing)
        if standing is not None:
            q1, q2, start = standing
            is_confirmed = seen[today] > seen[q2] and line[today] > max(line[q1], line[q2])
            if today - start >= 42 or is_confirmed:
                standing = None
        states.append(float(standing is not None))
    return states


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_twin(seed: int) -> None:
    """On a random market the path says each day what the rule says of the days up to it."""
    draw = np.random.default_rng(seed)
    moves = 0.01 * draw.normal(size=700)
    closes = (100 * np.exp(np.cumsum(moves + 0.0003))).tolist()
    net = (20_000 * moves + 250 * draw.normal(size=700)).round().tolist()
    on, _ = _found(closes, net)
    expected = _twin(closes, net)
    assert 1.0 in expected
    assert np.array_equal(on, expected, equal_nan=True)


@pytest.mark.parametrize("end", [36, 41, 60, 80])
def test_prefix(end: int) -> None:
    """What comes later changes nothing, holes or not."""
    closes = _closes()
    net = _net(len(closes), 30)
    net[22] = net[38] = closes[50] = NAN
    full = divergence(np.array(closes), np.array(net))
    early = divergence(np.array(closes[:end]), np.array(net[:end]))
    for whole, part in zip(full, early, strict=True):
        assert np.array_equal(whole[:end], part, equal_nan=True)
