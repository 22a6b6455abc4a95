"""Legs of a book: dollars, Greeks against bumped prices, reasons, and moves."""

from dataclasses import replace

import numpy as np
import pytest

from pricing.curve import mapped_future
from pricing.errors import PricingError
from pricing.legs import (
    LegKind,
    LegReason,
    Legs,
    Market,
    joined,
    leg_price,
    leg_reasons,
    measure_book,
    measure_legs,
)
from pricing.moves import Move, VixCurve, change, mapped_move, moved
from pricing.priced_from import PricedFrom

NAN = float("nan")
MARKET = Market(np.array(5000.0), np.array(18.0))
ZERO = np.array(0.0)


@pytest.fixture
def book() -> Legs:
    """An index put sold, a VIX call, a VIX future and an ETP call bought."""
    years = np.array([0.15, 0.3, 0.2, 0.25])
    return Legs(
        kind=np.array(list(LegKind)), right=np.array([-1.0, 1.0, 0.0, 1.0]),
        strike=np.array([4800.0, 22.0, NAN, 30.0]), years=years,
        quantity=np.array([-10.0, 4.0, 2.0, 5.0]),
        multiplier=np.array([100.0, 100.0, 1000.0, 100.0]),
        forward=np.array([5020.0, 19.5, 19.0, 25.0]), discount=np.exp(-0.04 * years),
        volatility=np.array([0.18, 0.75, NAN, 0.8]),
        entry_price=np.array([60.0, 2.0, 18.5, 1.5]),
        priced_from=np.array([PricedFrom.QUOTES, PricedFrom.MODEL, PricedFrom.QUOTES, PricedFrom.INDICATIVE]),
    )  # fmt: skip


def test_dollars(book: Legs) -> None:
    """Options are worth price times size, a future what it has gained since entry."""
    found = measure_legs(book, MARKET)
    assert found.value[2] == 2_000.0 * 0.5
    assert found.value[[0, 1, 3]] == pytest.approx((found.price * book.size)[[0, 1, 3]])
    assert found.delta[2] == 2_000.0
    assert [found.vega[2], found.theta[2], found.extrinsic[2]] == [0.0, 0.0, 0.0]
    assert np.isnan(found.capture[2])
    assert found.extrinsic[0] == found.value[0]  # out of the money all is time value
    assert found.capture[0] == pytest.approx(1.0 - found.price[0] / 60.0)


def test_greeks_are_those_of_the_dollars(book: Legs) -> None:
    """Delta, vega and theta are what bumps of spot, future, volatility and time change."""
    found = measure_legs(book, MARKET)
    bump = np.array([1e-3, 1e-5, 1e-5, 1e-5])
    is_index = book.is_index
    up, down = (
        leg_price(replace(book, forward=book.forward * np.where(is_index, 1 + s * bump / 5000.0, 1.0) + np.where(is_index, 0.0, s * bump)))
        for s in (1.0, -1.0)
    )  # fmt: skip
    assert found.delta == pytest.approx(book.size * (up - down) / (2.0 * bump), rel=1e-5)
    up, down = (leg_price(replace(book, volatility=book.volatility + s)) for s in (1e-5, -1e-5))
    vega = np.where(book.is_future, 0.0, book.size * (up - down) / 2e-3)
    assert found.vega == pytest.approx(vega, rel=1e-6)
    # With unmoved spot an index forward loses its carry as time passes, a VIX future nothing.
    later = leg_price(moved(book, MARKET, Move(ZERO, ZERO, np.array(1e-4)))[0])
    theta = book.size * (later - leg_price(book)) / 1e-4
    options = ~book.is_future
    assert found.theta[options] == pytest.approx(theta[options], rel=1e-3)


def test_book_sums(book: Legs) -> None:
    """Sums are those of the legs, vegas of index and VIX options apart, the level the weakest."""
    legs, whole = measure_legs(book, MARKET), measure_book(book, MARKET)
    assert whole.value == pytest.approx(legs.value.sum())
    assert whole.theta == pytest.approx(legs.theta.sum())
    assert whole.vega_index == legs.vega[0]
    assert whole.vega_vix == pytest.approx(legs.vega[1] + legs.vega[3])
    assert whole.priced_from == PricedFrom.INDICATIVE
    assert whole.unknown == 0
    entry = -1000.0 * 60.0 + 400.0 * 2.0 + 500.0 * 1.5
    assert whole.capture == pytest.approx(1.0 - legs.extrinsic.sum() / entry)
    index = measure_book(book.part(book.is_index), MARKET)
    assert index.value == legs.value[0]
    assert index.priced_from == PricedFrom.QUOTES


def test_index_delta(book: Legs) -> None:
    """Per 1 % of the index a VIX future falls by 4.2 gamma(tau) percent of itself."""
    found = measure_legs(book, MARKET)
    assert found.index_delta[0] == pytest.approx(found.delta[0] * 50.0)
    share = 4.2 * np.exp(-3.5 * 0.2)
    assert found.index_delta[2] == pytest.approx(-2_000.0 * 19.0 * 0.01 * share)
    # A product that rolls a 30-day position moves as the future of 30 days does.
    month = 4.2 * np.exp(-3.5 * 30.0 / 365.0)
    assert found.index_delta[3] == pytest.approx(-found.delta[3] * 0.25 * month)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("entry_price", NAN, LegReason.NO_ENTRY),
        ("volatility", NAN, LegReason.NO_VOLATILITY),
        ("volatility", -0.1, LegReason.NO_VOLATILITY),
        ("discount", 0.0, LegReason.NO_DISCOUNT),
        ("forward", NAN, LegReason.NO_FORWARD),
        ("strike", 0.0, LegReason.BAD_STRIKE),
        ("years", NAN, LegReason.NO_EXPIRY),
        ("years", -0.01, LegReason.EXPIRED),
        ("multiplier", 0.0, LegReason.BAD_SIZE),
        ("quantity", np.inf, LegReason.BAD_SIZE),
        ("kind", 9, LegReason.UNKNOWN_KIND),
        ("right", 0.0, LegReason.UNKNOWN_KIND),
    ],
)
def test_reasons(book: Legs, name: str, value: float, reason: LegReason) -> None:
    """What a leg lacks is named, its value is unknown, the others keep theirs."""
    given = getattr(book, name).copy()
    given[0] = value
    found = measure_legs(replace(book, **{name: given}), MARKET)
    assert found.reason[0] == reason
    assert list(found.reason[1:]) == [LegReason.OK] * 3
    has_value = reason == LegReason.NO_ENTRY
    assert np.isfinite(found.value[0]) == has_value
    assert (found.priced_from[0] == PricedFrom.NOTHING) != has_value
    assert np.isfinite(found.value[1:]).all()
    whole = measure_book(replace(book, **{name: given}), MARKET)
    assert np.isfinite(whole.value) == has_value
    assert whole.unknown == (not has_value)


def test_no_contracts_no_leg(book: Legs) -> None:
    """Quantity 0 adds exactly nothing, whatever else is unknown."""
    ghost = replace(
        book, quantity=np.zeros(4), strike=np.full(4, NAN), forward=np.full(4, NAN),
        volatility=np.full(4, NAN), entry_price=np.full(4, NAN), entry_extrinsic=None,
    )  # fmt: skip
    alone, together = measure_book(book, MARKET), measure_book(joined(book, ghost), MARKET)
    assert np.array_equal(np.array(alone), np.array(together))
    assert measure_book(ghost, MARKET).priced_from == PricedFrom.NOTHING
    assert change(ghost, MARKET, mapped_move(np.array(-0.1), np.array(5.0))).sum() == 0.0


def test_without_spot(book: Legs) -> None:
    """Without a spot index options keep their values and lose their deltas."""
    found = measure_legs(book, Market(np.array(NAN), np.array(18.0)))
    assert np.isfinite(found.value).all()
    assert np.isnan(found.delta[0])
    assert np.isfinite(found.delta[1:]).all()


def test_shapes_that_do_not_fit(book: Legs) -> None:
    """Arrays of different lengths are refused with their shapes."""
    with pytest.raises(PricingError, match=r"strike \(3,\)"):
        replace(book, strike=np.ones(3))


def test_moved_by_the_map(book: Legs) -> None:
    """Futures go where ``mapped_future`` says, the index where it is sent, strikes keep their vol."""
    sessions, fall = np.array(21.0), np.log(np.array(0.9))
    after, day = moved(book, MARKET, mapped_move(fall, sessions))
    left = 0.3 - 21.0 / 252.0
    want = mapped_future(np.array(19.5), fall, sessions, np.array(left))
    assert after.forward[1] == pytest.approx(want)
    assert after.years[1] == pytest.approx(left)
    assert day.spot == pytest.approx(4500.0)
    assert day.vix == pytest.approx(18.0 * 0.9**-3.3)
    assert after.volatility[0] == pytest.approx(0.18)
    assert after.forward[0] / 4500.0 == pytest.approx((5020.0 / 5000.0) ** (after.years[0] / 0.15))


def test_volatility_beyond_the_map(book: Legs) -> None:
    """What the VIX moves beyond the map moves an index option's volatility, less if it is long."""
    jump = Move(ZERO, np.log(np.array(2.0)), ZERO)
    month = replace(book, years=np.array([30.0 / 365.0, 0.3, 0.2, 0.25]))
    assert moved(month, MARKET, jump)[0].volatility[0] == pytest.approx(0.36)
    year = replace(book, years=np.array([1.0, 0.3, 0.2, 0.25]))
    assert 0.18 < moved(year, MARKET, jump)[0].volatility[0] < 0.36


def test_futures_roll(book: Legs) -> None:
    """Along a curve a future comes to what its remaining life has; beyond the nodes is unknown."""
    curve = VixCurve(np.array([30.0, 130.0]), np.array([17.0, 20.0]))
    after, _ = moved(book, MARKET, Move(ZERO, ZERO, np.array([10.0, 42.0])), curve)
    days = (0.2 - 10.0 / 252.0) * 365.0
    assert after.forward[0, 2] == pytest.approx(17.0 + 3.0 * (days - 30.0) / 100.0)
    assert np.isnan(after.forward[1, 2])
    assert leg_reasons(after)[1, 2] == LegReason.NO_FORWARD
    assert after.forward[:, 3] == pytest.approx([25.0, 25.0])


def test_future_without_entry(book: Legs) -> None:
    """A future's value is its gain, unknown without an entry price; its delta is not."""
    found = measure_legs(replace(book, entry_price=np.full(4, NAN)), MARKET)
    assert np.isnan(found.value[2])
    assert found.delta[2] == 2_000.0
    assert found.reason[2] == LegReason.NO_ENTRY
    assert np.isfinite(found.value[[0, 1, 3]]).all()
