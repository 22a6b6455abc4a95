"""The option quotes of one expiry, side by side, and why a quote is left out."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pricing.errors import PricingError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]

MINUTES_PER_YEAR = 525_600.0


class QuoteReason(IntEnum):
    """Why a quote does not count; ``USED`` where it does."""

    USED = 0
    IN_THE_MONEY = 1
    AFTER_TWO_ZERO_BIDS = 2
    ZERO_BID = 3
    NO_ASK = 4
    CROSSED = 5
    OUTSIDE_BAND = 6
    OTHER_SIDE_UNUSABLE = 7
    NO_IMPLIED_VOL = 8


@dataclass(frozen=True, slots=True)
class Board:
    """Calls and puts of one expiry.

    Attributes:
        strike: strictly increasing [index points].
        call_bid: NaN or zero where there is no bid [index points].
        call_ask: NaN or zero where there is no ask [index points].
        put_bid: as ``call_bid``.
        put_ask: as ``call_ask``.
        rate: continuously compounded risk-free rate to expiry [decimal a year].
        minutes: calendar minutes to expiry [minutes].
    """

    strike: Floats
    call_bid: Floats
    call_ask: Floats
    put_bid: Floats
    put_ask: Floats
    rate: float
    minutes: float

    def __post_init__(self) -> None:
        """Hold the arrays to one length and the strikes to one order.

        Raises:
            PricingError: lengths that differ, or strikes not strictly increasing and positive.
        """
        sides = (self.call_bid, self.call_ask, self.put_bid, self.put_ask)
        if any(side.shape != self.strike.shape or side.ndim != 1 for side in sides):
            shapes = [side.shape for side in (self.strike, *sides)]
            raise PricingError(
                f"board: shapes of strike, call bid and ask, put bid and ask are {shapes}; accepted "
                "are five arrays of one dimension and one length; join the sides by strike first"
            )
        is_finite = bool(np.isfinite(self.strike).all())
        if not is_finite or (self.strike <= 0.0).any() or (np.diff(self.strike) <= 0.0).any():
            place = int(np.argmax(~(np.diff(self.strike, prepend=0.0) > 0.0)))
            raise PricingError(
                f"board: strike {place + 1} of {self.strike.size} is {self.strike[place]}; accepted "
                "are finite strikes above zero, each above the one before; sort them and keep one "
                "root (SPX and SPXW share strikes)"
            )

    @classmethod
    def of(cls, quotes: Floats, rate: float, minutes: float) -> Self:
        """Board from rows of strike, call bid, call ask, put bid, put ask, in any order."""
        rows = np.asarray(quotes, dtype=np.float64)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        return cls(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4], rate, minutes)

    @property
    def years(self) -> float:
        """Time to expiry by calendar minutes [years]."""
        return self.minutes / MINUTES_PER_YEAR

    @property
    def call_mid(self) -> Floats:
        """Mean of call bid and ask, a missing bid counting as zero [index points]."""
        return _mid(self.call_bid, self.call_ask)

    @property
    def put_mid(self) -> Floats:
        """Mean of put bid and ask, a missing bid counting as zero [index points]."""
        return _mid(self.put_bid, self.put_ask)

    @property
    def call_fault(self) -> Codes:
        """What is wrong with each call's quote by itself."""
        return _fault(self.call_bid, self.call_ask)

    @property
    def put_fault(self) -> Codes:
        """What is wrong with each put's quote by itself."""
        return _fault(self.put_bid, self.put_ask)

    @property
    def is_paired(self) -> Bools:
        """Strikes at which call and put both have a sound two-sided quote."""
        return np.asarray(
            (self.call_fault == QuoteReason.USED) & (self.put_fault == QuoteReason.USED)
        )

    def forward(self) -> float:
        """Forward by put-call parity where call and put are closest.

        Of several strikes with the same smallest difference the lowest counts.

        Returns:
            ``K + e^{rT} (C - P)`` [index points]; NaN without a strike quoted on all four sides.

        Source:
            Cboe Volatility Index methodology, step 1; methodology 14.1.
        """
        paired = np.flatnonzero(self.is_paired)
        if not paired.size or not np.isfinite(self.rate) or not self.years > 0.0:
            return float("nan")
        gap = (self.call_mid - self.put_mid)[paired]
        nearest = int(np.argmin(np.abs(gap)))
        growth = float(np.exp(self.rate * self.years))
        return float(self.strike[paired[nearest]] + growth * gap[nearest])


def _mid(bid: Floats, ask: Floats) -> Floats:
    # A missing value of R is a NaN that signals; adding to it would warn.
    known = np.where(np.isfinite(ask), ask, np.nan)
    return 0.5 * (np.where(np.isfinite(bid), bid, 0.0) + known)


def _fault(bid: Floats, ask: Floats) -> Codes:
    """The first fault of each quote; a bid that is unknown is no bid."""
    has_bid, has_ask = np.isfinite(bid) & (bid > 0.0), np.isfinite(ask) & (ask > 0.0)
    found = np.full(bid.shape, QuoteReason.USED, dtype=np.uint8)
    found[has_bid & has_ask & (ask < bid)] = QuoteReason.CROSSED
    found[~has_ask] = QuoteReason.NO_ASK
    found[~has_bid] = QuoteReason.ZERO_BID
    return found
