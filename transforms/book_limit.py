"""How many contracts of a purchase the policy's limits let through, and which one scaled it.

What fits is bought whole: the largest number of contracts that keeps every limit. Each limit is a
share of the net asset value.

Source:
    Methodology 2.3 and 3.1, gate G-3.
"""

from typing import NamedTuple

import numpy as np

from pricing.board import Floats
from pricing.budget import leg_carry
from pricing.legs import LegKind, Legs, Market
from pricing.moves import VixCurve
from schemas.book import BookTerms
from transforms.book_market import OPTION_MULTIPLIER, BookMarket, Ints, Marks

CAP = "scaled_to_cap"
BUDGET = "scaled_to_budget"
LOSS = "scaled_to_loss"
UNKNOWN = "carry_unknown"
TOKENS = (CAP, BUDGET, LOSS, UNKNOWN)

_NODES = 9  # futures ahead


class Allowed(NamedTuple):
    """Contracts that a purchase may have, and what made them fewer than asked; null for nothing."""

    contracts: int
    token: str | None


def curve_ahead(market: BookMarket) -> VixCurve:
    """VIX futures of each session along which nothing but time moves, the VIX itself at no days."""
    days = (market.vix_expiries[:, None] - market.days).astype(np.float64)
    is_ahead = (days > 0.0) & np.isfinite(market.futures)
    nearest = np.argsort(np.where(is_ahead, days, np.inf), axis=0, kind="stable")[:_NODES]
    nodes, values = (
        np.take_along_axis(np.where(is_ahead, one, np.nan), nearest, axis=0).T
        for one in (days, market.futures)
    )
    zero = np.zeros((market.days.size, 1))
    return VixCurve(np.hstack([zero, nodes]), np.hstack([market.vix[:, None], values]))


def package_carry(
    market: BookMarket, curve: VixCurve, rows: Ints, marks: Marks, contract: tuple[Floats, Floats, Floats]
) -> Floats:  # fmt: skip
    """What one package of VIX options costs to hold a year, at each session [dollars].

    Args:
        market: the market.
        curve: of every session, see ``curve_ahead``.
        rows: sessions of the marks, by place.
        marks: of the package's legs.
        contract: strikes, rights (1 call, -1 put) and signs (1 held, -1 sold) of the legs.
    """
    strike, right, sign = contract
    legs = Legs(
        np.full(marks.price.shape, LegKind.VIX_OPTION, np.uint8), right, strike, marks.years, sign,
        np.array([OPTION_MULTIPLIER]), marks.forward, marks.discount, marks.vol, np.zeros(1),
        marks.priced_from,
    )  # fmt: skip
    day = Market(market.spot[rows], market.vix[rows])
    ahead = VixCurve(curve.days[rows], curve.value[rows])
    return np.asarray(leg_carry(legs, day, ahead).cost.sum(-1))


def hedges_allowed(
    terms: BookTerms, wanted: int, cost: float, carry: float, held: float
) -> Allowed:
    """As many of a hedge as one purchase and a year's carry may cost.

    A contract whose carry is a gain lifts no budget and is let through by it; where the carry of
    what is held or bought is not known, nothing is added.

    Args:
        terms: the policy's limits.
        wanted: contracts asked for.
        cost: of one contract, commission included [dollars].
        carry: of one contract a year [dollars].
        held: carry of the layers as they stand a year [dollars].
    """
    if not np.isfinite(carry + held):
        return Allowed(0, UNKNOWN)
    room = terms.carry_budget * terms.nav_usd - held
    by_cap = _whole(terms.purchase_cap * terms.nav_usd, cost)
    by_budget = _whole(room, carry) if carry > 0.0 else wanted
    least = min(by_cap, by_budget)
    if least >= wanted:
        return Allowed(wanted, None)
    return Allowed(least, CAP if by_cap <= by_budget else BUDGET)


def condors_allowed(terms: BookTerms, wanted: int, loss: float) -> Allowed:
    """As many condors as keep the largest loss of the cycle within its limit.

    Args:
        terms: the policy's limit.
        wanted: condors asked for.
        loss: largest of one condor at expiry, its credit kept [dollars].
    """
    fits = _whole(terms.condor_loss_limit * terms.nav_usd, loss) if loss > 0.0 else wanted
    return Allowed(wanted, None) if fits >= wanted else Allowed(fits, LOSS)


def _whole(limit: float, each: float) -> int:
    return max(int(limit // each), 0)
