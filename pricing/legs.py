"""A book of legs: options and futures side by side, valued, with Greeks in dollars.

Last axis legs, sessions or scenarios before it. A leg that lacks something is NaN and says why;
what has quantity 0 is no leg, and adds exactly nothing whatever else it lacks.

Source:
    Methodology 2.5, 3.2 and 14.2.
"""

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, NamedTuple, Self

import numpy as np

from pricing.black import Greeks, black76_greeks, black76_price
from pricing.board import Bools, Codes, Floats
from pricing.curve import SESSIONS_PER_YEAR, WINDOW, samuelson, spot_beta
from pricing.errors import PricingError
from pricing.priced_from import Levels, PricedFrom
from pricing.smile import DAYS_PER_YEAR

_DAYS_PER_SESSION = DAYS_PER_YEAR / SESSIONS_PER_YEAR
_PERCENT = 0.01
_WHOLE = ("kind", "priced_from")


class LegKind(IntEnum):
    """What a leg is. An ETP spread is two legs of options on the product's forward."""

    INDEX_OPTION = 1
    VIX_OPTION = 2
    VIX_FUTURE = 3
    ETP_OPTION = 4


class LegReason(IntEnum):
    """Why a leg has no value; where several hold, the highest.

    ``NO_SPOT`` is a product without a price of its share. With ``NO_ENTRY`` an option's value stands, its gain and capture are unknown; a future's value
    is its gain.
    """

    OK = 0
    NO_ENTRY = 1
    NO_VOLATILITY = 2
    NO_DISCOUNT = 3
    NO_FORWARD = 4
    NO_SPOT = 5
    BAD_STRIKE = 6
    NO_EXPIRY = 7
    EXPIRED = 8
    BAD_SIZE = 9
    UNKNOWN_KIND = 10


@dataclass(frozen=True, slots=True)
class Legs:
    """Legs as arrays of one shape; what is given smaller is repeated.

    Attributes:
        kind: a ``LegKind`` each.
        right: 1 for a call, -1 for a put; not read of a future.
        strike: not read of a future [as forward].
        years: to expiry; 0 at settlement, negative once it is over [years].
        quantity: contracts, negative when sold.
        multiplier: dollars per point of a contract.
        forward: of the index or product to that expiry, or the VIX future of that expiry [points].
        discount: factor from expiry to now.
        volatility: of the forward; not read of a future or at settlement [decimal].
        entry_price: at which it was opened [points].
        priced_from: a ``PricedFrom`` each, of the volatility or of the future.
        entry_extrinsic: time value when it was opened; the entry price, as for what was out of the
            money then, where none is given [points].
        leverage: of a product on the VIX futures it holds; not read of others. One where none is
            given.
        roll_yield: what a session earns such a product while the curve stands still; not read of
            others. None where none is given [decimal].
    """

    kind: Codes
    right: Floats
    strike: Floats
    years: Floats
    quantity: Floats
    multiplier: Floats
    forward: Floats
    discount: Floats
    volatility: Floats
    entry_price: Floats
    priced_from: Levels
    entry_extrinsic: Floats | None = None
    leverage: Floats | None = None
    roll_yield: Floats | None = None

    def __post_init__(self) -> None:
        """Bring every array to one shape.

        Raises:
            PricingError: shapes that do not go together.
        """
        if self.entry_extrinsic is None:
            object.__setattr__(self, "entry_extrinsic", self.entry_price)
        for name, usual in (("leverage", 1.0), ("roll_yield", 0.0)):
            if getattr(self, name) is None:
                object.__setattr__(self, name, np.array(usual))
        given = {
            one.name: np.asarray(
                getattr(self, one.name), dtype=np.uint8 if one.name in _WHOLE else np.float64
            )
            for one in fields(self)
        }
        try:
            shape = np.broadcast_shapes((1,), *(array.shape for array in given.values()))
        except ValueError as error:
            found = ", ".join(f"{name} {array.shape}" for name, array in given.items())
            message = f"legs: arrays of shapes {found}; one shape is accepted: give one value a leg"
            raise PricingError(message) from error
        for name, array in given.items():
            object.__setattr__(self, name, np.broadcast_to(array, shape))

    @property
    def is_index(self) -> Bools:
        """Options on the S&P 500."""
        return np.asarray(self.kind == LegKind.INDEX_OPTION)

    @property
    def is_future(self) -> Bools:
        """VIX futures."""
        return np.asarray(self.kind == LegKind.VIX_FUTURE)

    @property
    def rolls(self) -> Bools:
        """Whether the way of VIX futures along their curve moves the leg."""
        return np.asarray(~self.is_index)

    @property
    def size(self) -> Floats:
        """Dollars per point of the whole leg."""
        return self.quantity * self.multiplier

    def rows(self, index: Any) -> Self:  # noqa: ANN401
        """The legs at an index of the first axes, of any form that NumPy takes."""
        return type(self)(**{one.name: getattr(self, one.name)[index] for one in fields(self)})

    def part(self, is_in: Bools) -> Self:
        """The book with the other legs' quantities at zero."""
        return replace(self, quantity=np.where(is_in, self.quantity, 0.0))


class Market(NamedTuple):
    """Levels of the day, without the last axis: S&P 500 [points], VIX [volatility points]."""

    spot: Floats
    vix: Floats


class LegMeasures(NamedTuple):
    """What each leg is worth and moves by; NaN with a reason where that is unknown.

    Attributes:
        price: of one contract [points].
        value: of the leg; of a future the gain since entry [dollars].
        delta: per point of its own underlying: spot for index options, else the future [dollars].
        gamma: of ``delta`` per such point [dollars].
        vega: per volatility point of its own underlying [dollars].
        theta: per session that passes, underlying unmoved [dollars].
        extrinsic: time value [dollars].
        capture: 1 - time value / time value at entry; NaN for a future.
        index_delta: per 1 % of the S&P 500, VIX legs by the map of one day [dollars].
        index_gamma: of the option alone, change of ``index_delta`` per further 1 % [dollars].
        priced_from: a ``PricedFrom`` each; ``NOTHING`` where the value is unknown.
        reason: a ``LegReason`` each.
    """

    price: Floats
    value: Floats
    delta: Floats
    gamma: Floats
    vega: Floats
    theta: Floats
    extrinsic: Floats
    capture: Floats
    index_delta: Floats
    index_gamma: Floats
    priced_from: Levels
    reason: Codes


class BookMeasures(NamedTuple):
    """Sums over the legs, without the last axis; NaN where a leg's part is unknown [dollars].

    Attributes:
        value: see ``LegMeasures``.
        delta: per 1 % of the S&P 500.
        gamma: change of ``delta`` per further 1 %.
        vega_index: per volatility point of S&P 500 options.
        vega_vix: per volatility point of VIX and ETP options.
        theta: per session.
        extrinsic: time value, negative when sold.
        capture: 1 - time value / time value at entry, of all options together.
        priced_from: the weakest level of any leg.
        unknown: legs without a value [count].
    """

    value: Floats
    delta: Floats
    gamma: Floats
    vega_index: Floats
    vega_vix: Floats
    theta: Floats
    extrinsic: Floats
    capture: Floats
    priced_from: Levels
    unknown: Floats


def joined(first: Legs, second: Legs) -> Legs:
    """Legs of two books side by side, of one shape but for the last axis."""
    names = [one.name for one in fields(first)]
    return Legs(
        **{
            name: np.concatenate((getattr(first, name), getattr(second, name)), axis=-1)
            for name in names
        }
    )


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def leg_reasons(legs: Legs) -> Codes:
    """Why each leg has no value; a ``LegReason`` each."""
    is_option, is_over = ~legs.is_future, legs.years == 0.0
    size, sound = legs.size, np.isfinite
    checks = {
        LegReason.NO_ENTRY: ~sound(legs.entry_price),
        LegReason.NO_VOLATILITY: is_option & ~is_over & ~(sound(legs.volatility) & (legs.volatility >= 0.0)),
        LegReason.NO_DISCOUNT: is_option & ~(sound(legs.discount) & (legs.discount > 0.0)),
        LegReason.NO_FORWARD: ~(sound(legs.forward) & (legs.forward > 0.0)),
        LegReason.NO_SPOT: (legs.kind == LegKind.ETP_OPTION) & ~(sound(legs.forward) & (legs.forward > 0.0)),
        LegReason.BAD_STRIKE: is_option & ~(sound(legs.strike) & (legs.strike > 0.0)),
        LegReason.NO_EXPIRY: ~sound(legs.years),
        LegReason.EXPIRED: legs.years < 0.0,
        LegReason.BAD_SIZE: ~(sound(size) & (legs.multiplier > 0.0)),
        LegReason.UNKNOWN_KIND: ~np.isin(legs.kind, list(LegKind)) | (is_option & (np.abs(legs.right) != 1.0)),
    }  # fmt: skip
    reason = np.full(legs.kind.shape, LegReason.OK, dtype=np.uint8)
    for code, is_so in checks.items():
        reason[is_so] = code
    return reason


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def leg_price(legs: Legs) -> Floats:
    """Price of one contract of each leg by Black-76 on its forward [points]; NaN with a reason."""
    settled = legs.discount * np.maximum(legs.right * (legs.forward - legs.strike), 0.0)
    price = np.where(legs.is_future, legs.forward, settled)
    lives = ~legs.is_future & (legs.years != 0.0)
    market = (legs.forward, legs.strike, legs.years, legs.volatility, legs.discount, legs.right)
    price[lives] = black76_price(*(one[lives] for one in market))
    return np.where(leg_reasons(legs) <= LegReason.NO_ENTRY, price, np.nan)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def leg_extrinsic(legs: Legs, price: Floats) -> Floats:
    """Time value, ``price - D max(0, +-(F - K))``; nothing for a future [points]."""
    intrinsic = legs.discount * np.maximum(legs.right * (legs.forward - legs.strike), 0.0)
    return np.where(legs.is_future, 0.0 * price, price - intrinsic)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def sized(legs: Legs, points: Floats) -> Floats:
    """Dollars of a leg from points of one contract; 0 where there is no contract."""
    return np.where(legs.quantity == 0.0, 0.0, legs.size * points)


def future_life(legs: Legs) -> Floats:
    """Life of the VIX future behind each leg: its own, 30 days for a product that rolls [years]."""
    return np.where(legs.kind == LegKind.ETP_OPTION, WINDOW / DAYS_PER_YEAR, legs.years)


def _lever(legs: Legs) -> Floats:
    """Leverage of products; one of everything else."""
    return np.where(legs.kind == LegKind.ETP_OPTION, np.asarray(legs.leverage), 1.0)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def measure_legs(legs: Legs, market: Market) -> LegMeasures:
    """Value and Greeks of each leg.

    An index option's Greeks hold its spot, others' their future. Without a spot those of index
    options are unknown, their values are not.

    Args:
        legs: the book.
        market: levels of the day.
    """
    reason = leg_reasons(legs)
    is_known = reason <= LegReason.NO_ENTRY
    greeks = _greeks(legs, np.asarray(market.spot, dtype=np.float64)[..., None])
    price = np.where(is_known, greeks.price, np.nan)
    extrinsic = leg_extrinsic(legs, price)
    paid = np.where(legs.is_future, legs.entry_price, 0.0)
    worth = [price - paid, greeks.delta_spot, greeks.gamma, greeks.vega]
    value, delta, gamma, vega = (sized(legs, np.where(is_known, one, np.nan)) for one in worth)
    theta = sized(legs, np.where(is_known, greeks.theta * _DAYS_PER_SESSION, np.nan))
    spot = np.broadcast_to(np.asarray(market.spot, dtype=np.float64)[..., None], price.shape)
    by_map = -spot_beta(np.ones(1)) * samuelson(future_life(legs)) * legs.forward * _lever(legs)
    one_percent = _PERCENT * np.where(legs.is_index, spot, by_map)
    share = 1.0 - extrinsic / np.asarray(legs.entry_extrinsic)
    capture = np.where(legs.is_future | ~np.isfinite(share), np.nan, share)
    none = legs.quantity == 0.0
    level = np.where(np.isfinite(value), legs.priced_from, PricedFrom.NOTHING).astype(np.uint8)
    return LegMeasures(
        price, value, delta, gamma, vega, theta, sized(legs, extrinsic), capture,
        np.where(none, 0.0, delta * one_percent), np.where(none, 0.0, gamma * one_percent**2),
        level, reason,
    )  # fmt: skip


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def measure_book(legs: Legs, market: Market) -> BookMeasures:
    """Sums over the legs of a book.

    Args:
        legs: the book; ``Legs.part`` leaves some of it.
        market: levels of the day.
    """
    found = measure_legs(legs, market)
    is_leg = legs.quantity != 0.0
    at_entry = np.where(legs.is_future, 0.0, sized(legs, np.asarray(legs.entry_extrinsic))).sum(-1)
    extrinsic = found.extrinsic.sum(-1)
    share = 1.0 - extrinsic / at_entry
    level = np.where(is_leg, found.priced_from, PricedFrom.QUOTES).max(-1)
    level = np.where(is_leg.any(-1), level, PricedFrom.NOTHING)
    return BookMeasures(
        found.value.sum(-1),
        found.index_delta.sum(-1),
        found.index_gamma.sum(-1),
        np.where(legs.is_index, found.vega, 0.0).sum(-1),
        np.where(legs.is_index, 0.0, found.vega).sum(-1),
        found.theta.sum(-1),
        extrinsic,
        np.where(np.isfinite(share), share, np.nan),
        level.astype(np.uint8),
        np.asarray((is_leg & ~np.isfinite(found.value)).sum(-1), dtype=np.float64),
    )


def _volatility(legs: Legs) -> Floats:
    """At settlement no volatility is needed, so none may be missing."""
    return np.where(legs.years == 0.0, 0.0, legs.volatility)


def _greeks(legs: Legs, spot: Floats) -> Greeks:
    """Of one contract; theta per calendar day; those of index options by their spot."""
    found = black76_greeks(
        legs.forward, legs.strike, legs.years, _volatility(legs), legs.discount, legs.right
    )
    lift = np.where(legs.is_index, legs.forward / spot, 1.0)
    drift = np.where(legs.is_index & (legs.years > 0.0), np.log(lift) / legs.years, 0.0)
    theta = found.theta - found.delta_forward * drift * legs.forward / DAYS_PER_YEAR
    option = Greeks(
        found.price,
        found.delta_forward * lift,
        found.delta_forward,
        found.gamma * lift * lift,
        found.vega,
        theta,
        found.rho,
    )
    own = Greeks(legs.forward, *(np.full(legs.kind.shape, one) for one in (1.0, 1.0, 0, 0, 0, 0)))
    return Greeks(
        *(np.where(legs.is_future, one, two) for one, two in zip(own, option, strict=True))
    )
