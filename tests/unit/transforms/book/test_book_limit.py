"""What the policy's limits let through: purchases, a year's carry, a cycle's largest loss."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from schemas.book import BookTerms
from transforms.book_limit import (
    BUDGET,
    CAP,
    LOSS,
    UNKNOWN,
    Allowed,
    condors_allowed,
    hedges_allowed,
)
from transforms.book_market import BookMarket
from transforms.book_path import CONDOR, Holding, Walked, walk

Flat = Callable[..., BookMarket]

TERMS = BookTerms()
MILLION = replace(TERMS, nav_usd=1e6, purchase_cap=0.005, carry_budget=0.015)


def _of(walked: Walked, layer: int) -> list[Holding]:
    return [one for one in walked.holdings if one.layer == layer]


def _cost(walked: Walked, layer: int) -> float:
    """Of the first contract, with its commission [dollars]."""
    first = _of(walked, layer)[0]
    return first.price[0] * 100.0 + first.offer.sign.size


@pytest.mark.parametrize(
    ("cost", "carry", "held", "allowed"),
    [
        (1000.0, 100.0, 0.0, Allowed(4, None)),  # 5,000 pay five
        (1250.0, 100.0, 0.0, Allowed(4, None)),  # just four
        (1250.5, 100.0, 0.0, Allowed(3, CAP)),
        (6000.0, 100.0, 0.0, Allowed(0, CAP)),
        (100.0, 4000.0, 0.0, Allowed(3, BUDGET)),  # 15,000 a year carry three
        (100.0, 4000.0, 9000.0, Allowed(1, BUDGET)),
        (100.0, 4000.0, 16_000.0, Allowed(0, BUDGET)),
        (100.0, -50.0, 16_000.0, Allowed(4, None)),  # lifts nothing
        (2000.0, 7000.0, 0.0, Allowed(2, CAP)),  # both bind alike: the purchase is named
        (100.0, float("nan"), 0.0, Allowed(0, UNKNOWN)),
        (100.0, 10.0, float("nan"), Allowed(0, UNKNOWN)),
    ],
)
def test_largest_whole_number_that_fits(
    cost: float, carry: float, held: float, allowed: Allowed
) -> None:
    """Of a million, half a percent a purchase and one and a half a year, four wanted."""
    assert hedges_allowed(MILLION, 4, cost, carry, held) == allowed


@pytest.mark.parametrize(
    ("loss", "allowed"),
    [(9_000.0, Allowed(10, None)), (10_000.0, Allowed(10, None)), (10_001.0, Allowed(9, LOSS)),
     (200_000.0, Allowed(0, LOSS)), (-5.0, Allowed(10, None))],
)  # fmt: skip
def test_condors_within_their_loss(loss: float, allowed: Allowed) -> None:
    """A tenth of a million is lost by ten condors of 10,000 dollars."""
    assert condors_allowed(replace(TERMS, condor_loss_limit=0.1), 10, loss) == allowed


def test_limits_that_do_not_bind_change_nothing(flat_market: Flat) -> None:
    """The usual limits leave the path of a calm market as it is without any."""
    market = flat_market()
    endless = replace(TERMS, purchase_cap=1e9, carry_budget=1e9, condor_loss_limit=1e9)
    usual, free = walk(market, TERMS), walk(market, endless)
    assert (usual.notes, free.notes) == ({}, {})
    assert np.array_equal(usual.cash, free.cash)
    assert [one.held.tolist() for one in usual.holdings] == [one.held.tolist() for one in free.holdings]  # fmt: skip


def test_purchase_is_scaled_and_the_rest_tried_again(flat_market: Flat) -> None:
    """A cap of three contracts of L1 buys three of four, and the fourth at the next close."""
    market = flat_market(sessions=5)
    cap = 3.0 * _cost(walk(market, TERMS), 1) / TERMS.nav_usd
    walked = walk(market, replace(TERMS, purchase_cap=cap * 1.001))
    bought = [(one.first, int(one.held[0]), one.note) for one in _of(walked, 1)]
    assert bought[:2] == [(0, 3, CAP), (1, 1, None)]
    assert "L1 scaled_to_cap" in walked.notes[0]
    assert "L1 scaled_to_cap" not in walked.notes.get(1, ())


def test_no_purchase_spends_more_than_its_cap(flat_market: Flat) -> None:
    """Whatever is bought in a crash and after it, recycled gains included, costs at most the cap."""
    crash = {"spot": {10: 2700.0 * 0.88}, "vix": {10: 35.0}, "future": {10: 26.0}}
    terms = replace(TERMS, purchase_cap=0.0002)
    walked = walk(flat_market(**crash), terms)
    spent = [one.held[0] * (one.price[0] * 100.0 + one.offer.sign.size)
             for one in walked.holdings if one.layer != CONDOR]  # fmt: skip
    assert 0.0 < max(spent) <= 200.0
    assert walked.notes


def test_carry_stays_within_its_budget(flat_market: Flat) -> None:
    """At each purchase the layers' carry a year is within the budget; what does not fit is noted."""
    terms = replace(TERMS, carry_budget=0.004)
    walked = walk(flat_market(sessions=20), terms)
    for t in {one.first for one in walked.holdings if one.layer != CONDOR}:
        held = [one for one in walked.holdings if one.layer != CONDOR
                and 0 <= t - one.first < one.held.size]  # fmt: skip
        assert sum(one.held[t - one.first] * one.carry[t - one.first] for one in held) <= 4000.0
    assert any("scaled_to_budget" in note for notes in walked.notes.values() for note in notes)


def test_condors_are_scaled_to_their_loss(flat_market: Flat) -> None:
    """Half of what ten would lose lets five be sold, and the leg says why."""
    market = flat_market(sessions=3)
    condor = _of(walk(market, TERMS), CONDOR)[0]
    low, short_put, short_call, high = condor.strike
    each = (max(short_put - low, high - short_call) + condor.price[0]) * 100.0
    limit = 5.5 * each / TERMS.nav_usd
    scaled = _of(walk(market, replace(TERMS, condor_loss_limit=limit)), CONDOR)[0]
    assert (int(scaled.held[0]), scaled.note) == (5, LOSS)


def test_limits_look_at_no_later_session(flat_market: Flat) -> None:
    """The first sessions are the same whether or not later ones are known."""
    terms = replace(TERMS, purchase_cap=0.0002, carry_budget=0.004)
    market = flat_market(sessions=30, vix={12: 26.0}, future={12: 22.0})
    per_session = {"days", "spot", "vix", "vvix", "skew", "rate", "indices", "units", "is_watched",
                   "is_gated", "sigma"}  # fmt: skip
    short = market._replace(
        **{name: getattr(market, name)[:20] for name in per_session},
        futures=market.futures[:, :20], future_levels=market.future_levels[:, :20],
    )  # fmt: skip
    whole, part = walk(market, terms), walk(short, terms)
    assert np.array_equal(whole.cash[:20], part.cash)
    assert {t: said for t, said in whole.notes.items() if t < 20} == part.notes
