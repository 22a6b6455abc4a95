"""Laws of whole books: parity, additivity, roots, coverage, and trims that keep their limits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.budget import leg_carry
from pricing.legs import LegKind, Legs, Market, joined, leg_price, measure_book, measure_legs
from pricing.moves import VixCurve, mapped_move, profit
from pricing.payoff import HIGHEST, LOWEST, BreakEvenReason, break_evens, profit_at_expiry
from pricing.priced_from import PricedFrom
from pricing.stress import coverage, index_loss_max, scenario_grid
from pricing.time_shift import expected_moves, time_shift
from pricing.trim import Hedge, Listed, Sold, TrimReason, TrimRules, trim_to_finance

SPOT = 5000.0
MARKET = Market(np.array(SPOT), np.array(18.0))
SEEDS = st.integers(0, 2**32 - 1)
ANY = st.one_of(st.floats(), st.sampled_from([0.0, -1.0, 1.0, 1e-300, 1e300]))


def _book(seed: int, size: int = 8) -> Legs:
    """Random legs of every kind, a condor's worth of index options among them."""
    draw = np.random.default_rng(seed)
    kind = np.append([1, 1, 1, 1], draw.integers(1, 5, size - 4))
    forward = np.where(kind == LegKind.INDEX_OPTION, SPOT * 1.003, draw.uniform(14.0, 30.0, size))
    years = draw.uniform(0.02, 0.9, size)
    years[:4] = years[0]
    return Legs(
        kind=kind, right=draw.choice([-1.0, 1.0], size),
        strike=forward * np.exp(draw.normal(0.0, 0.1, size)), years=years,
        quantity=draw.integers(-10, 11, size), multiplier=np.array(100.0), forward=forward,
        discount=np.exp(-0.04 * years), volatility=draw.uniform(0.1, 0.9, size),
        entry_price=draw.uniform(0.5, 60.0, size),
        priced_from=np.array(PricedFrom.MODEL, dtype=np.uint8),
    )  # fmt: skip


def _condor(draw: np.random.Generator) -> Legs:
    years = draw.uniform(0.05, 0.2)
    vol = draw.uniform(0.12, 0.3)
    put, call = (SPOT * np.exp(s * vol * np.sqrt(years) * draw.uniform(0.9, 1.5)) for s in (-1, 1))
    width = draw.uniform(25.0, 120.0, 2)
    legs = Legs(
        kind=np.array(LegKind.INDEX_OPTION), right=np.array([-1.0, -1.0, 1.0, 1.0]),
        strike=np.round(np.array([put - width[0], put, call, call + width[1]]) / 5.0) * 5.0,
        years=np.array(years), quantity=np.array([10.0, -10.0, -10.0, 10.0]),
        multiplier=np.array(100.0), forward=np.array(SPOT * 1.002),
        discount=np.array(np.exp(-0.04 * years)), volatility=np.array(vol),
        entry_price=np.array(0.0), priced_from=np.array(PricedFrom.MODEL, dtype=np.uint8),
    )  # fmt: skip
    return replace(legs, entry_price=leg_price(legs), entry_extrinsic=None)


def _calls(draw: np.random.Generator) -> Legs:
    future = draw.uniform(15.0, 25.0)
    legs = Legs(
        kind=np.array(LegKind.VIX_OPTION), right=np.array(1.0),
        strike=future + np.array([draw.uniform(0.0, 6.0), draw.uniform(8.0, 20.0)]),
        years=np.array(draw.uniform(0.25, 0.6)), quantity=np.array([1.0, -1.0]),
        multiplier=np.array(100.0), forward=np.array(future), discount=np.array(0.98),
        volatility=np.array(draw.uniform(0.5, 1.1)), entry_price=np.array(0.0),
        priced_from=np.array(PricedFrom.MODEL, dtype=np.uint8),
    )  # fmt: skip
    return replace(legs, entry_price=leg_price(legs), entry_extrinsic=None)


@given(SEEDS)
@settings(max_examples=50, deadline=None)
def test_parity_of_whole_books(seed: int) -> None:
    """A book of calls less the same book of puts is worth ``D (F - K)`` a contract, today and moved."""
    book = _book(seed)
    book = book.part(~book.is_future)
    calls, puts = (replace(book, right=np.array(right)) for right in (1.0, -1.0))
    straight = book.size * book.discount * (book.forward - book.strike)
    synthetic = joined(calls, replace(puts, quantity=-puts.quantity))
    found = measure_book(synthetic, MARKET)
    assert found.value == pytest.approx(straight.sum(), abs=1e-6)
    assert [found.vega_index, found.vega_vix] == pytest.approx([0.0, 0.0], abs=1e-7)
    assert found.gamma == pytest.approx(0.0, abs=1e-6)


@given(SEEDS, SEEDS)
@settings(max_examples=50, deadline=None)
def test_additivity(one: int, two: int) -> None:
    """Two books together are worth, move and gain what each does alone; twice is twice."""
    first, second = _book(one), _book(two, 6)
    apart = [np.array(measure_book(book, MARKET)) for book in (first, second)]
    whole = np.array(measure_book(joined(first, second), MARKET))
    assert whole[:7] == pytest.approx(apart[0][:7] + apart[1][:7], rel=1e-9, abs=1e-6)
    double = measure_book(replace(first, quantity=2.0 * first.quantity), MARKET)
    assert np.array(double)[:7] == pytest.approx(2.0 * apart[0][:7])
    move = mapped_move(np.array([-0.1, 0.02]), np.array([3.0, 30.0]))
    gains = [profit(book, MARKET, move).sum(-1) for book in (first, second, joined(first, second))]
    assert gains[2] == pytest.approx(gains[0] + gains[1], rel=1e-9, abs=1e-6)


@given(SEEDS)
@settings(max_examples=50, deadline=None)
def test_break_evens_are_roots(seed: int) -> None:
    """At every root the profit changes sign within a thousandth of a point, and nowhere else."""
    book = _book(seed)
    found = break_evens(book, MARKET)
    if found.reason == BreakEvenReason.NO_EXPIRY:
        return
    rows = book.rows(np.newaxis)
    roots = found.roots[np.isfinite(found.roots)]
    beside = profit_at_expiry(rows, MARKET, np.concatenate((roots - 1e-3, roots + 1e-3)))
    assert (beside[: roots.size] * beside[roots.size :] <= 0.0).all()
    levels = SPOT * np.linspace(LOWEST, HIGHEST, 3_001)
    sign = np.sign(profit_at_expiry(rows, MARKET, levels))
    changes = np.flatnonzero(sign[:-1] * sign[1:] < 0.0)
    inside = [((roots >= levels[n]) & (roots <= levels[n + 1])).any() for n in changes]
    assert all(inside)
    if found.reason == BreakEvenReason.OK:
        assert found.down < found.center < found.up
        between = np.linspace(found.down + 1e-3, found.up - 1e-3, 101)
        assert (profit_at_expiry(rows, MARKET, between) >= 0.0).all()


@given(SEEDS)
@settings(max_examples=50, deadline=None)
def test_coverage_rises_with_hedges(seed: int) -> None:
    """More long VIX spreads never cover less, and none cover nothing."""
    draw = np.random.default_rng(seed)
    condor, calls = _condor(draw), _calls(draw)
    units = np.arange(12.0)[:, None]
    legs = joined(
        Legs(*(np.repeat(getattr(condor, name)[None], 12, axis=0) for name in Legs.__slots__)),
        replace(calls, quantity=units * calls.quantity),
    )
    found = coverage(legs, Market(np.full(12, SPOT), np.full(12, 18.0)))
    assert found.hedge_gain[0] == 0.0
    assert (np.diff(found.ratio) > 0.0).all()
    assert np.ptp(found.loss_max) == 0.0


@given(SEEDS, st.integers(1, 12), st.floats(0.05, 0.25))
@settings(max_examples=40, deadline=None)
def test_trim_keeps_its_limits(seed: int, units: int, inner_vol: float) -> None:
    """Whatever the book, what is traded keeps all five constraints, judged on the book afterwards."""
    draw = np.random.default_rng(seed)
    condor, calls = _condor(draw), _calls(draw)
    strikes = np.arange(4000.0, 6001.0, 5.0)
    listed = Listed(strikes, np.full(strikes.size, condor.volatility[0]))
    rules = TrimRules(inner_vol)
    found = trim_to_finance(condor, MARKET, Sold(1, 2, listed, listed), Hedge(calls, units), rules)
    if found.reason == TrimReason.UNFUNDED:
        assert (found.units, found.reduction) == (0, 0.0)
        return
    assert (found.reason == TrimReason.FUNDED) == (found.units == units)
    strike = condor.strike.copy()
    strike[1:3] = found.put_strike, found.call_strike
    sold = replace(condor, strike=strike)
    sold = replace(sold, entry_price=leg_price(sold), entry_extrinsic=None)
    hedges = replace(calls, quantity=found.units * calls.quantity)
    after = joined(sold, hedges)
    credit = (sold.size * leg_price(sold) - condor.size * leg_price(condor)).sum()
    assert -credit >= 1.02 * measure_book(hedges, MARKET).value - 1e-6
    legs = measure_legs(sold, MARKET)
    assert np.abs(legs.delta / sold.size)[1:3].max() <= 0.20
    assert found.reduction <= 0.20 * (condor.strike[2] - condor.strike[1])
    assert measure_book(after, MARKET).theta >= max(0.0, 0.1 * legs.theta.sum()) - 1e-9
    around = break_evens(after, MARKET)
    band = SPOT * np.exp(np.array([-1.0, 1.0]) * inner_vol * np.sqrt(condor.years[0]))
    assert around.down <= band[0] + 1e-6
    assert around.up >= band[1] - 1e-6
    shock = mapped_move(np.log(0.92), condor.years[0] * 252.0)._replace(vix_return=np.log(38 / 18))
    before_after = [profit(one, MARKET, shock).sum() for one in (condor, after)]
    assert before_after[1] >= before_after[0] - 1e-6


@given(st.lists(ANY, min_size=11, max_size=11), ANY, ANY, st.integers(0, 255))
@settings(max_examples=150, deadline=None)
def test_no_input_is_an_exception(values: list[float], spot: float, vix: float, kind: int) -> None:
    """Whatever a leg or the market holds, every measure answers, if only with NaN."""
    fields = ("right", "strike", "years", "quantity", "multiplier", "forward", "discount")
    given_fields = dict(zip((*fields, "volatility", "entry_price"), values, strict=False))
    bad = Legs(
        kind=np.array(kind, dtype=np.uint8), priced_from=np.array(2, dtype=np.uint8),
        **{name: np.array(value) for name, value in given_fields.items()},
    )  # fmt: skip
    book, market = joined(_book(1), bad), Market(np.array(spot), np.array(vix))
    curve = VixCurve(np.array([0.0, values[9]]), np.array([18.0, values[10]]))
    for day in (market, MARKET):
        measure_book(book, day)
        coverage(book, day)
        index_loss_max(book, day, is_down=False)
        leg_carry(book, day, curve)
        break_evens(book, day, curve)
        scenario_grid(book, day, np.array([-0.1, 0.1]), np.array([10.0, 40.0]))
        paths, moves = np.full((4, 3), 18.0), expected_moves(np.full(4, 0.16))
        time_shift(book, day, paths, moves, curve=curve)
