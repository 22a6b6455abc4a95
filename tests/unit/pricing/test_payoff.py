"""Weighted break-evens: every root, the two around the center, and why there is none."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pricing.legs import LegKind, Legs, Market, leg_price
from pricing.moves import VixCurve
from pricing.payoff import BreakEvenReason, break_evens, nearest_expiry, profit_at_expiry
from pricing.priced_from import PricedFrom

NAN = float("nan")
BookOf = Callable[..., Legs]
MARKET = Market(np.array(5000.0), np.array(18.0))
BUTTERFLY = ((-1, 4900.0, 1), (-1, 5000.0, -1), (1, 5000.0, -1), (1, 5100.0, 1))


@pytest.fixture(scope="module")
def book_of() -> BookOf:
    """Index options ``(right, strike, quantity)`` of 42 sessions, entered at a given price."""

    def make(options: tuple[tuple[int, float, float], ...], entry: float = 0.0) -> Legs:
        right, strike, quantity = (np.array(one, dtype=float) for one in zip(*options, strict=True))
        return Legs(
            kind=np.array(LegKind.INDEX_OPTION), right=right, strike=strike,
            years=np.array(42.0 / 252.0), quantity=quantity, multiplier=np.array(100.0),
            forward=np.array(5000.0), discount=np.array(1.0), volatility=np.array(0.16),
            entry_price=np.array(entry), priced_from=np.array(PricedFrom.QUOTES, dtype=np.uint8),
        )  # fmt: skip

    return make


def _with_future(condor: Legs) -> Legs:
    """The condors for 60 with a VIX future of 84 sessions bought at 20."""
    names = ("kind", "right", "strike", "years", "quantity", "multiplier", "forward", "volatility")
    future = (LegKind.VIX_FUTURE, 1.0, 1.0, 84.0 / 252.0, 1.0, 1000.0, 20.0, NAN)
    columns = {
        name: np.append(getattr(condor, name), one) for name, one in zip(names, future, strict=True)
    }
    return Legs(
        **columns, discount=np.array(1.0), entry_price=np.array([20.0, 50.0, 50.0, 20.0, 20.0]),
        priced_from=np.array(PricedFrom.QUOTES, dtype=np.uint8),
    )  # fmt: skip


def test_known_roots(book_of: BookOf) -> None:
    """A butterfly for 60 breaks even 60 on either side of its middle."""
    legs = replace(book_of(BUTTERFLY), entry_price=np.array([20.0, 50.0, 50.0, 20.0]))
    found = break_evens(legs, MARKET)
    assert found.roots == pytest.approx([4940.0, 5060.0], abs=1e-8)
    assert [found.down, found.up, found.center] == pytest.approx([4940.0, 5060.0, 5000.0])
    assert found.at_center == pytest.approx(6000.0)
    assert found.sessions == pytest.approx(42.0)


def test_spot_outside_the_wings(book_of: BookOf) -> None:
    """After a fall below the lower break-even both roots are still those of the position."""
    legs = replace(book_of(BUTTERFLY), entry_price=np.array([20.0, 50.0, 50.0, 20.0]))
    found = break_evens(legs, Market(np.array(4700.0), np.array(30.0)))
    assert [found.down, found.up] == pytest.approx([4940.0, 5060.0])


def test_four_roots(book_of: BookOf) -> None:
    """Bought options far out add two roots; all four are published, the inner two reported."""
    options = (*BUTTERFLY, (-1, 4000.0, 1), (1, 6000.0, 1))
    legs = replace(book_of(options), entry_price=np.array([20.0, 50.0, 50.0, 20.0, 1.0, 1.0]))
    found = break_evens(legs, MARKET)
    # Inside the wings 58 are taken in, beyond 42 are lost until 42 past the outer strikes.
    assert found.roots == pytest.approx([3958.0, 4942.0, 5058.0, 6042.0])
    assert [found.down, found.up] == pytest.approx([4942.0, 5058.0])


def test_narrow_pair_of_roots() -> None:
    """Two roots a point apart, between two levels of the scan, are both found."""
    legs = Legs(
        kind=np.array([LegKind.INDEX_OPTION, LegKind.VIX_OPTION, LegKind.VIX_OPTION]),
        right=np.array([1.0, 1.0, 1.0]), strike=np.array([9000.0, 19.0, 22.0]),
        years=np.array([42.0, 84.0, 84.0]) / 252.0, quantity=np.array([1.0, 4.0, -6.0]),
        multiplier=np.array(100.0), forward=np.array([5000.0, 20.0, 20.0]), discount=np.array(1.0),
        volatility=np.array([0.16, 0.7, 0.7]), entry_price=np.array(0.0),
        priced_from=np.array(PricedFrom.MODEL, dtype=np.uint8),
    )  # fmt: skip
    levels = np.linspace(4900.0, 5200.0, 30_001)
    values = profit_at_expiry(legs.rows(np.newaxis), MARKET, levels)
    place = 1 + int(np.argmax(values[1:-1]))
    assert 0 < place < levels.size - 1  # a smooth top inside the range, no strike near
    just_below = values[place] - 2e-4
    shifted = replace(legs, entry_price=np.array([just_below / 100.0, 0.0, 0.0]))
    roots = break_evens(shifted, MARKET).roots
    near = roots[np.abs(roots - levels[place]) < 20.0]
    assert near.size == 2
    assert near[0] < levels[place] < near[1]


def test_sessions_at_once(book_of: BookOf) -> None:
    """Many sessions together give what each gives alone."""
    whole = replace(book_of(BUTTERFLY), entry_price=np.array([20.0, 50.0, 50.0, 20.0]))
    shift = np.linspace(-100.0, 100.0, 150)
    many = replace(
        whole,
        strike=whole.strike + shift[:, None],
        quantity=np.repeat(whole.quantity[None], 150, axis=0),
    )
    day = Market(np.linspace(4800.0, 5200.0, 150), np.full(150, 18.0))
    found = break_evens(many, day)
    assert found.down == pytest.approx(4940.0 + shift)
    assert found.up == pytest.approx(5060.0 + shift)
    alone = break_evens(many.rows(7), Market(day.spot[7], day.vix[7]))
    assert alone.roots == pytest.approx(found.roots[7], abs=1e-9)


def test_reasons(book_of: BookOf) -> None:
    """A position without break-evens says why, and is never an exception."""
    short_put = replace(book_of(((-1, 4900.0, -1),)), entry_price=np.array([10.0]))
    one = break_evens(short_put, MARKET)
    assert one.reason == BreakEvenReason.ONE_SIDED
    assert one.down == pytest.approx(4890.0)
    assert np.isnan(one.up)
    paid = replace(book_of(BUTTERFLY), entry_price=np.array([20.0, 10.0, 10.0, 20.0]))
    assert break_evens(paid, MARKET).reason == BreakEvenReason.LOSES_AT_CENTER
    sure = replace(paid, entry_price=np.array([0.0, 101.0, 101.0, 0.0]))
    assert break_evens(sure, MARKET).reason == BreakEvenReason.NO_ROOT
    unknown = replace(paid, entry_price=np.array([20.0, NAN, 10.0, 20.0]))
    assert break_evens(unknown, MARKET).reason == BreakEvenReason.UNKNOWN_LEG
    expired = replace(paid, years=np.array([-0.1]))
    assert break_evens(expired, MARKET).reason == BreakEvenReason.NO_EXPIRY
    assert break_evens(expired, MARKET).roots.size == 0
    empty = replace(paid, quantity=np.array(0.0))
    assert break_evens(empty, MARKET).reason == BreakEvenReason.NO_EXPIRY


def test_nothing_to_gain_is_no_root(book_of: BookOf) -> None:
    """A position that is square everywhere, a box for its price, has no break-even."""
    box = ((-1, 4900.0, -1), (1, 4900.0, 1), (-1, 5100.0, 1), (1, 5100.0, -1))
    legs = replace(book_of(box), entry_price=np.array([0.0, 200.0, 0.0, 0.0]))
    assert not np.isfinite(break_evens(legs, MARKET).roots).any()


def test_volatility_is_not_needed_at_expiry(book_of: BookOf) -> None:
    """Condors without volatility still have break-evens, which only need what they pay."""
    legs = replace(
        book_of(BUTTERFLY), entry_price=np.array([20.0, 50.0, 50.0, 20.0]),
        volatility=np.array(NAN),
    )  # fmt: skip
    assert np.isnan(leg_price(legs)).all()
    assert break_evens(legs, MARKET).down == pytest.approx(4940.0)


def test_roll_down_moves_the_break_evens(book_of: BookOf) -> None:
    """A hedge that rolls down a rising curve leaves less, so both break-evens lie farther in."""
    legs = _with_future(book_of(BUTTERFLY))
    curve = VixCurve(np.array([0.0, 200.0]), np.array([17.0, 22.0]))
    still, rolling = break_evens(legs, MARKET), break_evens(legs, MARKET, curve)
    assert rolling.at_center < still.at_center
    assert rolling.up < still.up
    short = VixCurve(np.array([100.0, 200.0]), np.array([19.0, 22.0]))
    assert break_evens(legs, MARKET, short).reason == BreakEvenReason.UNKNOWN_LEG


def test_curve_of_each_session(book_of: BookOf) -> None:
    """Sessions with curves of their own give what each gives alone with its own."""
    one = _with_future(book_of(BUTTERFLY))
    legs = one.rows(np.newaxis).rows([0, 0, 0])
    day = Market(np.array([4950.0, 5000.0, 5050.0]), np.array([20.0, 18.0, 16.0]))
    levels = np.array([[17.0, 22.0], [19.0, 21.0], [20.0, 20.0]])
    curve = VixCurve(np.repeat([[0.0, 200.0]], 3, axis=0), levels)
    found = break_evens(legs, day, curve)
    for n in range(3):
        alone = break_evens(
            one, Market(day.spot[n], day.vix[n]), VixCurve(curve.days[n], curve.value[n])
        )
        assert [found.down[n], found.up[n]] == pytest.approx([alone.down, alone.up], abs=1e-8)
        assert np.isfinite(alone.up)
    assert np.unique(found.up).size == 3


def test_nearest_expiry(book_of: BookOf) -> None:
    """What is not held or over does not make the nearest expiry."""
    legs = replace(
        book_of(BUTTERFLY), years=np.array([-0.1, 0.1, 0.2, 0.3]),
        quantity=np.array([1.0, 0.0, -1.0, 1.0]),
    )  # fmt: skip
    assert nearest_expiry(legs) == pytest.approx(0.2 * 252.0)
