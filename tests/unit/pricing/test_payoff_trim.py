"""Trim to finance: the exact answer, checked by trying every pair with other arithmetic."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from math import erf, exp, log, sqrt
from typing import NamedTuple

import numpy as np
import pytest

from pricing.legs import LegKind, Legs, Market, leg_price
from pricing.priced_from import PricedFrom
from pricing.trim import Hedge, Listed, Sold, Trim, TrimReason, TrimRules, trim_to_finance

SPOT, VIX, RATE, YIELD, VOL = 5000.0, 18.0, 0.04, 0.013, 0.16
CONDOR, LONG = 45.0 / 365.0, 110.0 / 365.0
PUTS, CALLS = np.arange(4700.0, 4901.0, 5.0), np.arange(5100.0, 5301.0, 5.0)
MARKET = Market(np.array(SPOT), np.array(VIX))


def _legs(kind: LegKind, rows: tuple[tuple[float, float, float], ...]) -> Legs:
    right, strike, quantity = (np.array(one) for one in zip(*rows, strict=True))
    is_index = kind == LegKind.INDEX_OPTION
    years = np.array(CONDOR if is_index else LONG)
    legs = Legs(
        kind=np.array(kind), right=right, strike=strike, years=years, quantity=quantity,
        multiplier=np.array(100.0),
        forward=np.array(SPOT * exp((RATE - YIELD) * CONDOR) if is_index else 19.5),
        discount=np.exp(-RATE * years), volatility=np.array(VOL if is_index else 0.75),
        entry_price=np.array(0.0), priced_from=np.array(PricedFrom.MODEL, dtype=np.uint8),
    )  # fmt: skip
    return replace(legs, entry_price=leg_price(legs), entry_extrinsic=None)


BOOK = _legs(
    LegKind.INDEX_OPTION,
    ((-1.0, 4600.0, 10.0), (-1.0, 4700.0, -10.0), (1.0, 5300.0, -10.0), (1.0, 5400.0, 10.0)),
)
SPREAD = _legs(LegKind.VIX_OPTION, ((1.0, 22.0, 1.0), (1.0, 32.0, -1.0)))
SOLD = Sold(1, 2, Listed(PUTS, np.full(PUTS.size, VOL)), Listed(CALLS, np.full(CALLS.size, VOL)))


def _normal(x: float) -> float:
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))


def _black(forward: float, strike: float, years: float, vol: float, right: float) -> float:
    if years <= 0.0:
        return max(right * (forward - strike), 0.0)
    up = log(forward / strike) / (vol * sqrt(years)) + 0.5 * vol * sqrt(years)
    down = up - vol * sqrt(years)
    worth = forward * _normal(right * up) - strike * _normal(right * down)
    return exp(-RATE * years) * right * worth


def _index(strike: float, right: float, passed: float = 0.0, spot: float = SPOT) -> float:
    left = CONDOR - passed
    return _black(spot * exp((RATE - YIELD) * left), strike, left, VOL, right)


def _spread(future: float, passed: float = 0.0) -> float:
    return sum(s * _black(future, k, LONG - passed, 0.75, 1.0) for s, k in ((1, 22.0), (-1, 32.0)))


class _Tried(NamedTuple):
    reduction: float
    uneven: float
    put_move: float
    put: float
    call: float
    units: int


def _profit(put: float, call: float, units: int, spot: float, future: float) -> float:
    credit = _index(put, -1.0) - _index(4600.0, -1.0) + _index(call, 1.0) - _index(5400.0, 1.0)
    paid = max(put - spot, 0.0) - max(4600.0 - spot, 0.0)
    paid += max(spot - call, 0.0) - max(spot - 5400.0, 0.0)
    hedge = _spread(future, CONDOR) - _spread(19.5)
    return 1000.0 * (credit - paid) + 100.0 * units * hedge


def _mapped(put: float, call: float, units: int, spot: float) -> float:
    share = exp(-3.5 * (LONG - CONDOR))
    return _profit(put, call, units, spot, 19.5 * (spot / SPOT) ** (-3.3 * share))


def _break_even(put: float, call: float, units: int, step: float) -> float:
    level = 0.5 * (4700.0 + 5300.0)
    while _mapped(put, call, units, level) > 0.0:
        level += step
    low, high = level - step, level
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _mapped(put, call, units, middle) > 0.0 else (low, middle)
    return low


def _theta(price: Callable[[float], float]) -> float:
    return (price(1e-6) - price(0.0)) / 1e-6 / 252.0


def _keeps(put: float, call: float, units: int, inner_vol: float) -> bool:
    credit = 1000.0 * (
        _index(put, -1.0) - _index(4700.0, -1.0) + _index(call, 1.0) - _index(5300.0, 1.0)
    )
    deltas = [
        (_index(k, r, spot=SPOT + 0.5) - _index(k, r, spot=SPOT - 0.5))
        for k, r in ((put, -1.0), (call, 1.0))
    ]
    condor = sum(
        s * 1000.0 * _theta(lambda t, k=k, r=r: _index(k, r, t))
        for s, k, r in ((1, 4600.0, -1.0), (-1, put, -1.0), (-1, call, 1.0), (1, 5400.0, 1.0))
    )
    whole = condor + 100.0 * units * _theta(lambda t: _spread(19.5, t))
    future = 19.5 * (38.0 / 18.0) ** exp(-3.5 * (LONG - CONDOR))
    stressed = [
        _profit(p, c, n, 0.92 * SPOT, future)
        for p, c, n in ((4700.0, 5300.0, 0), (put, call, units))
    ]
    band = inner_vol * sqrt(CONDOR)
    return (
        credit >= 100.0 * units * _spread(19.5) * 1.02
        and max(abs(one) for one in deltas) <= 0.20
        and (put - 4700.0) + (5300.0 - call) <= 0.20 * 600.0
        and whole >= max(0.0, 0.10 * condor)
        and stressed[1] >= stressed[0]
        and _mapped(put, call, units, 5000.0) > 0.0
        and _break_even(put, call, units, -1.0) <= SPOT * exp(-band)
        and _break_even(put, call, units, 1.0) >= SPOT * exp(band)
    )  # fmt: skip


def _by_force(units: int, inner_vol: float) -> _Tried | None:
    for count in range(units, 0, -1):
        tried = sorted(
            _Tried(put - 4700.0 + 5300.0 - call, abs(put - 4700.0 - 5300.0 + call), put - 4700.0, put, call, count)
            for put, call in product(PUTS.tolist(), CALLS.tolist())
            if put - 4700.0 + 5300.0 - call <= 121.0
        )  # fmt: skip
        for one in tried:
            if _keeps(one.put, one.call, count, inner_vol):
                return one
    return None


def _trim(units: int, inner_vol: float) -> Trim:
    return trim_to_finance(BOOK, MARKET, SOLD, Hedge(SPREAD, units), TrimRules(inner_vol))


@pytest.mark.parametrize(
    ("units", "inner_vol", "reason"),
    [
        (4, 0.12, TrimReason.FUNDED),
        (12, 0.12, TrimReason.FUNDED),
        (60, 0.12, TrimReason.REDUCED),
        (12, 0.175, TrimReason.REDUCED),
        (3, 0.19, TrimReason.UNFUNDED),
    ],
)
def test_least_trim(units: int, inner_vol: float, reason: TrimReason) -> None:
    """What is found is what trying every pair finds, however many hedges that leaves."""
    found, tried = _trim(units, inner_vol), _by_force(units, inner_vol)
    assert found.reason == reason
    if tried is None:
        assert found.units == 0
        assert (found.put_strike, found.call_strike) == (4700.0, 5300.0)
        assert found.passed[4] > 0  # only C-1 stands in the way
        return
    assert (found.units, found.put_strike, found.call_strike) == (
        tried.units,
        tried.put,
        tried.call,
    )
    assert found.reduction == tried.reduction
    assert found.credit >= found.cost == pytest.approx(102.0 * tried.units * _spread(19.5))
    assert found.stress_after >= found.stress_before


def test_worked_example() -> None:
    """Four spreads of 1.69 are paid for by selling the call 5 points lower."""
    found = _trim(4, 0.12)
    assert (found.put_strike, found.call_strike, found.reduction) == (4700.0, 5295.0, 5.0)
    # 4 x 100 x (2.2491 - 0.5586) x 1.02 = 689.7, within a cent a spread.
    assert found.cost == pytest.approx(689.7, abs=0.1)


def test_unfunded_says_what_blocks() -> None:
    """Where no pair keeps the delta limit, none is counted under it and nothing is traded."""
    rules = TrimRules(0.12, short_delta_max=0.05)
    found = trim_to_finance(BOOK, MARKET, SOLD, Hedge(SPREAD, 4), rules)
    assert found.reason == TrimReason.UNFUNDED
    assert found.passed[1] == found.passed[4] == 0
    assert found.passed[0] > 0
    assert (found.units, found.reduction, found.credit, found.cost) == (0, 0.0, 0.0, 0.0)


def test_unknown_inputs() -> None:
    """A book, hedge or VIX that cannot be valued gives no trade and says so, without exception."""
    nan = np.array(float("nan"))
    blind = replace(BOOK, volatility=np.array([nan, VOL, VOL, VOL]))
    unpriced = replace(SPREAD, volatility=nan)
    cases = (
        (blind, MARKET, SPREAD), (BOOK, MARKET, unpriced), (BOOK, Market(MARKET.spot, nan), SPREAD),
    )  # fmt: skip
    for book, market, spread in cases:
        found = trim_to_finance(book, market, SOLD, Hedge(spread, 4), TrimRules(0.12))
        assert found.reason == TrimReason.UNKNOWN_INPUT
        assert found.units == 0


def test_strike_without_volatility_is_passed_over() -> None:
    """A listed strike without volatility is no candidate; the next one is taken."""
    vol = np.where(CALLS == 5295.0, np.nan, VOL)
    sold = SOLD._replace(calls=Listed(CALLS, vol), puts=Listed(PUTS[:1], np.array([VOL])))
    found = trim_to_finance(BOOK, MARKET, sold, Hedge(SPREAD, 4), TrimRules(0.12))
    assert (found.put_strike, found.call_strike) == (4700.0, 5290.0)
