"""What the model book does at which close: hand-made markets, each with one thing to see."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from schemas.book import BookTerms
from transforms.book_market import BookMarket
from transforms.book_path import CONDOR, Holding, Walked, walk

Flat = Callable[..., BookMarket]

TERMS = BookTerms()
CRASH = {"spot": {10: 2700.0 * 0.88}, "vix": {10: 35.0}, "future": {10: 26.0}}


def _of(walked: Walked, layer: int) -> list[Holding]:
    return [one for one in walked.holdings if one.layer == layer]


def _last(holding: Holding) -> int:
    """The last session after whose close it was held."""
    return holding.first + int(np.count_nonzero(holding.held)) - 1


def test_credit_decays_in_flat_market(flat_market: Flat) -> None:
    """While nothing moves, what a condor costs to buy back falls from session to session."""
    condor = _of(walk(flat_market(), TERMS), CONDOR)[0]
    debit = -np.array(condor.price)
    assert condor.first == 0
    assert (np.diff(debit[:20]) < 0.0).all()


def test_condor_bought_back_at_half_credit(flat_market: Flat) -> None:
    """The condor is held until the first close at which half of its credit is earned."""
    condor = _of(walk(flat_market(), replace(TERMS, exit_dte=0)), CONDOR)[0]
    debit = -np.array(condor.price)
    closed = _last(condor) + 1
    assert debit[closed] <= 0.5 * debit[0] < debit[closed - 1]


def test_condor_bought_back_by_days(flat_market: Flat) -> None:
    """Where the credit does not decay enough, the condor goes at the first close of 21 days."""
    market = flat_market()
    condor = _of(walk(market, replace(TERMS, take_profit=0.99)), CONDOR)[0]
    left = condor.expiry - market.days
    closed = _last(condor) + 1
    assert left[closed] <= 21 < left[closed - 1]


def test_condor_stopped_in_crash(flat_market: Flat) -> None:
    """At a loss of twice its credit the condor is bought back at that close, and not before."""
    condor = _of(walk(flat_market(**CRASH), TERMS), CONDOR)[0]
    debit = -np.array(condor.price)
    assert _last(condor) == 9
    assert debit[10] - debit[0] >= 2.0 * debit[0] > debit[9] - debit[0]


def test_no_condor_on_day_of_exit(flat_market: Flat) -> None:
    """The next condor is sold a session after the last one was bought back."""
    first, second, *_ = _of(walk(flat_market(), TERMS), CONDOR)
    assert second.first == _last(first) + 2


def test_gate_stops_new_condor_only(flat_market: Flat) -> None:
    """A closed gate lets no condor be sold and leaves the one that is open alone."""
    market = flat_market(sessions=12)
    market.is_gated[1:] = True
    assert [one.held.sum() > 0 for one in _of(walk(market, TERMS), CONDOR)] == [True]
    market.is_gated[0] = True
    assert not _of(walk(market, TERMS), CONDOR)


def test_strikes_by_delta_on_grid(flat_market: Flat) -> None:
    """Strikes lie on the listed grid, in order, wings 50 to 100 points but for the grid's half step."""
    condor = _of(walk(flat_market(), TERMS), CONDOR)[0]
    put_long, put_short, call_short, call_long = condor.strike
    assert put_long < put_short < 2700.0 < call_short < call_long
    assert (condor.strike % 5.0 == 0.0).all()
    assert 37.5 <= put_short - put_long <= 112.5
    assert 37.5 <= call_long - call_short <= 112.5


def test_layers_hold_what_is_asked(flat_market: Flat) -> None:
    """Each layer buys its units at the first close; L2's short strike is at most ten points up."""
    bought = [one for one in walk(flat_market(), TERMS).holdings if one.first == 0]
    assert [(one.layer, one.held[0]) for one in bought] == [(0, 10), (1, 4), (2, 4), (3, 2)]
    long, short = bought[2].strike
    assert long < short <= long + 10.0
    left = [one.expiry - 17_533 for one in bought[1:]]  # 2018-01-02
    assert all(low <= days <= high for days, (_, low, high) in
               zip(left, (layer.dte for layer in TERMS.layers), strict=True))  # fmt: skip


def test_layer_rolled_by_days(flat_market: Flat) -> None:
    """L1 goes at the first close of 14 days or fewer at which the next expiry is within 45."""
    layers = (replace(TERMS.layers[0], roll_extrinsic=0.0), *TERMS.layers[1:])
    market = flat_market()
    first, second, *_ = _of(walk(market, replace(TERMS, layers=layers)), 1)
    left = first.expiry - market.days
    due = (left <= 14) & (second.expiry - market.days <= 45)
    rolled = _last(first) + 1
    assert rolled == int(np.argmax(due))
    assert (second.first, second.held[0]) == (rolled, 4)
    assert second.expiry > first.expiry


def test_layer_rolled_by_time_value(flat_market: Flat) -> None:
    """L1 goes sooner once its time value is down to 30 % of the entry's."""
    market = flat_market(future={8: 14.0}, vix={8: 13.0})
    first = _of(walk(market, TERMS), 1)[0]
    rolled = _last(first) + 1
    assert first.extrinsic[rolled] <= 0.3 * first.extrinsic[0] < first.extrinsic[rolled - 1]
    assert first.expiry - market.days[rolled] > 14


def test_crash_monetized_and_recycled(flat_market: Flat) -> None:
    """At 2.5 times its cost half of L1 is sold, and half of that gain buys what it can of L2."""
    walked = walk(flat_market(**CRASH), TERMS)
    first = _of(walked, 1)[0]
    assert first.price[10] >= 2.5 * first.price[0]
    assert (first.held[9], first.held[10]) == (4, 2)
    gain = (first.price[10] - first.price[0]) * 100.0 * 2
    recycled = next(one for one in walked.holdings if one.is_recycled)
    cost = recycled.price[0] * 100.0 + 2.0
    held = [one for one in _of(walked, 2) if one is not recycled and one.first <= 10]
    room = 8 - sum(one.held[10 - one.first] for one in held if _last(one) >= 10)
    assert (recycled.layer, recycled.first) == (2, 10)
    assert recycled.held[0] == min(int(0.5 * gain // cost), room)


def test_monetized_half_is_not_bought_back(flat_market: Flat) -> None:
    """What was sold at its multiple counts as held until the contract's own roll."""
    walked = walk(flat_market(**CRASH), TERMS)
    first = _of(walked, 1)[0]
    assert not [one for one in _of(walked, 1)[1:] if one.first <= _last(first)]


@pytest.mark.parametrize(("asked", "held"), [(6, [4, 2]), (1, [1]), (-1, [4])])
def test_units_follow_decision(flat_market: Flat, asked: int, held: list[int]) -> None:
    """More is bought, less is sold from the oldest, and an unknown decision changes nothing."""
    market = flat_market(sessions=5)
    market.units[3:, 0] = asked
    assert [int(one.held[3 - one.first]) for one in _of(walk(market, TERMS), 1)] == held


def test_unknown_vix_trades_nothing(flat_market: Flat) -> None:
    """Where the VIX is unknown no contract changes hands, whatever the terms would ask."""
    market = flat_market(**CRASH)
    for levels in (market.vix, market.indices, market.futures.T):
        levels[10] = np.nan
    walked = walk(market, TERMS)
    assert walked.cash[10] == walked.cash[9]
    assert all(one.first != 10 for one in walked.holdings)
    assert _last(_of(walked, CONDOR)[0]) == 10


def test_nothing_is_bought_before_listing(flat_market: Flat) -> None:
    """There is no VIX option before February 2006, and none is made up."""
    market = flat_market(sessions=5)
    shift = 12 * 365 + 3
    early = market._replace(days=market.days - shift, vix_expiries=market.vix_expiries - shift)
    assert {one.layer for one in walk(early, TERMS).holdings} <= {CONDOR}


@pytest.mark.parametrize("changed", [{}, CRASH])
def test_cash_reconciles(flat_market: Flat, changed: dict[str, dict[int, float]]) -> None:
    """Value and cash change by what was held overnight times its move, less commissions: to the cent."""
    market = flat_market(**changed)
    walked = walk(market, TERMS)
    worth, gained = walked.cash.copy(), np.zeros(market.days.size)
    for one in walked.holdings:
        size = min(len(one.price), market.days.size - one.first)
        held, price = one.held[:size], np.array(one.price[:size])
        rows = slice(one.first, one.first + size)
        worth[rows] += 100.0 * held * price
        before = np.concatenate(([0], held[:-1]))
        gained[rows] += 100.0 * before * np.diff(price, prepend=price[0])
        settled = one.expiry <= market.days[rows]
        traded = np.abs(held - before) * ~settled
        gained[rows] -= TERMS.commission_usd * one.offer.sign.size * traded
    assert np.abs(np.diff(worth, prepend=0.0) - gained).max() < 0.005
