"""The dividend sleeve's way through time: units, cash that waits, and what hedges were paid.

A session's figures decide what happens to the cash that is paid at the next close, as in the book.
Whatever is unknown is NaN; cash waits while the way it should be split is unknown.

Source:
    Methodology 13.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from pricing.board import Floats

SHARE_MIN = 0.5  # of a dividend, always reinvested
MONTHS = 12.0


@dataclass(frozen=True)
class VolTilt:
    """Delay of reinvestment while options imply much more than cash flows do: off by default.

    ``share`` of a dividend waits from ``enter`` on, a z of the vol-fundamental gap, until it is
    below ``release`` or for ``sessions``. An unknown z neither starts a delay nor ends it.
    """

    share: float = 0.5
    sessions: int = 21
    enter: float = 1.5
    release: float = 0.5


class SleeveMarket(NamedTuple):
    """What the sleeve sees, one entry a session.

    Attributes:
        price: close of the index [index points].
        dividend: trailing dividends a unit and year [index points].
        months: months of dividends that became known at the session.
        gap: yearly carry of hedges beyond their budget [dollars].
        gap_z: z of the vol-fundamental gap.
    """

    price: Floats
    dividend: Floats
    months: Floats
    gap: Floats
    gap_z: Floats


class Sleeve(NamedTuple):
    """The sleeve after each close; NaN before it starts.

    Attributes:
        units: held without the overlay.
        cash: that waits without the overlay, for want of a price [dollars].
        overlay_units: held with it.
        waiting: cash that waits with it [dollars].
        hedges_paid: dividends that funded hedges so far [dollars].
        hedge_share: of the next dividend that would fund hedges [decimal].
    """

    units: Floats
    cash: Floats
    overlay_units: Floats
    waiting: Floats
    hedges_paid: Floats
    hedge_share: Floats


@dataclass
class _Held:
    """The sleeve with the overlay while it is walked."""

    units: float
    unsplit: float = 0.0
    ready: float = 0.0
    paid: float = 0.0
    delayed: list[tuple[int, float]] = field(default_factory=list)

    def waiting(self) -> float:
        return self.unsplit + self.ready + sum(cash for _, cash in self.delayed)


def hedge_share(gap: float, units: float, dividend: float) -> float:
    """Share of a dividend that funds hedges: ``min(0.5, gap / (units dividend))``.

    Args:
        gap: yearly carry beyond the budget [dollars].
        units: held.
        dividend: a unit and year [index points].

    Returns:
        Share [decimal]; NaN where an input is, 0 where nothing is lacking, 0.5 where something is
        and there is no dividend.
    """
    income = units * dividend
    if np.isnan(gap) or np.isnan(income):
        return float("nan")
    if gap <= 0.0:
        return 0.0
    return min(1.0 - SHARE_MIN, gap / income) if income > 0.0 else 1.0 - SHARE_MIN


def walk_sleeve(market: SleeveMarket, worth: float, tilt: VolTilt | None = None) -> Sleeve:
    """The sleeve from the first session with a price and a dividend on.

    ``units_t = units_{t-1} (1 + share DPS_t / P_t)``

    Args:
        market: what is seen; see ``SleeveMarket``.
        worth: of the sleeve at its start [dollars].
        tilt: delay by volatility; none unless given.
    """
    size = market.price.size
    made = Sleeve(*(np.full(size, np.nan) for _ in Sleeve._fields))
    starts = np.flatnonzero(np.isfinite(market.price) & np.isfinite(market.dividend))
    if not starts.size:
        return made
    first = int(starts[0])
    units, cash = worth / float(market.price[first]), 0.0
    held = _Held(units)
    for place in range(first, size):
        price = float(market.price[place])
        if place > first:
            per_unit = _paid(market, place - 1)
            cash += units * per_unit
            held.unsplit += held.units * per_unit
            _split(held, place, float(made.hedge_share[place - 1]), market, tilt)
            _release(held, place, float(market.gap_z[place - 1]), tilt)
        if np.isfinite(price):
            units, cash = units + cash / price, 0.0
            held.units, held.ready = held.units + held.ready / price, 0.0
        share = hedge_share(float(market.gap[place]), held.units, float(market.dividend[place]))
        for column, value in zip(
            made, (units, cash, held.units, held.waiting(), held.paid, share), strict=True
        ):
            column[place] = value
    return made


def _paid(market: SleeveMarket, known: int) -> float:
    """Cash a unit of the months that became known [index points]."""
    months = float(market.months[known])
    return float(market.dividend[known]) / MONTHS * months if months > 0.0 else 0.0


def _split(
    held: _Held, place: int, share: float, market: SleeveMarket, tilt: VolTilt | None
) -> None:
    """Cash that was paid goes to hedges, to wait, or to be reinvested, once the share is known."""
    if held.unsplit <= 0.0 or np.isnan(share):
        return
    hedges = share * held.unsplit
    rest, held.unsplit = held.unsplit - hedges, 0.0
    held.paid += hedges
    if tilt is not None and market.gap_z[place - 1] >= tilt.enter:
        held.delayed.append((place, tilt.share * rest))
        rest -= tilt.share * rest
    held.ready += rest


def _release(held: _Held, place: int, gap_z: float, tilt: VolTilt | None) -> None:
    """Cash that waited long enough, or whose reason is gone, is reinvested."""
    if tilt is None:
        return
    is_over = gap_z < tilt.release
    for since, cash in held.delayed:
        if is_over or place - since >= tilt.sessions:
            held.ready += cash
    held.delayed = [] if is_over else [
        (since, cash) for since, cash in held.delayed if place - since < tilt.sessions
    ]  # fmt: skip
