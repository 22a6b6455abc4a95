"""The policy's book as if it were opened at each close: its condors, each layer at its base.

Contracts are those on offer, so it holds no history: nothing that was decided or traded enters, and
whatever reads it before the decision closes no circle.

Source:
    Methodology 2.2, 2.3, 3.3 and 11.2.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl

from pricing.board import Codes, Floats
from pricing.budget import Carry, layer_units
from pricing.condor import CondorTerms, Wings, condor_terms
from pricing.priced_from import Levels, PricedFrom
from pricing.verdict import Verdict, verdict
from schemas.book import BookTerms
from transforms.book_cells import DAYS_PER_SESSION, flags_of, levels_of, numbers_of
from transforms.book_listing import Offer, OfferReason
from transforms.book_market import OPTION_MULTIPLIER, BookMarket, Ints
from transforms.book_offer import FAULTS, Offered, offered
from transforms.book_value import Position, position

SCALES = (1.0, 2.0)
"""How many times its base a layer may be."""


class Standing(NamedTuple):
    """The standing book, one element a session; NaN is unknown.

    Attributes:
        theta: per calendar day [dollars].
        vega: for one point of each leg's volatility [dollars].
        carry: of the layers a year [dollars].
        loss: largest of the condors at expiry [dollars].
        whole: break-evens, coverage and corridor of all legs together.
        reason: an ``OfferReason`` each, the highest of what it takes.
        place: which package that reason is of.
        level: the weakest level of what it takes.
    """

    theta: Floats
    vega: Floats
    carry: Floats
    loss: Floats
    whole: Position
    reason: Codes
    place: Ints
    level: Levels


def base_counts(terms: BookTerms) -> Floats:
    """Contracts of each package: the condors, then each layer at its base, half rounded up."""
    bases = np.array([one.base_units for one in terms.layers], dtype=np.float64)
    one, condors = np.ones(1), float(terms.condor_units)
    return np.concatenate(([condors], layer_units(bases, one, one, np.array([condors]))))


def standing(market: BookMarket, terms: BookTerms) -> Standing:
    """The standing book of each session."""
    found = offered(market, terms)
    counts = base_counts(terms)
    each = np.concatenate(
        [np.full(one.sign.size, n) for one, n in zip(found.offers, counts, strict=True)]
    )
    legs = replace(found.legs, quantity=found.legs.quantity * each)
    carry = Carry(*(np.where(each == 0.0, 0.0, one * each) for one in found.valued.carry))
    whole = position(market, legs, carry)
    is_held = counts > 0.0
    reasons = np.column_stack([one.reason for one in found.offers])
    reasons = np.where(is_held, reasons, OfferReason.OK).astype(np.uint8)
    reason = reasons.max(-1)
    levels = np.column_stack([found.level(place) for place in range(len(found.offers))])
    level = np.where(is_held, levels, PricedFrom.QUOTES).max(-1)
    level = level if is_held.any() else np.full(level.shape, PricedFrom.NOTHING)
    is_known = reason < OfferReason.UNPRICED

    def summed(values: Floats) -> Floats:
        return _summed(found, counts, values)

    return Standing(
        theta=summed(found.valued.legs.theta) / DAYS_PER_SESSION,
        vega=summed(found.valued.legs.vega),
        carry=np.where(is_known, whole.hedge_carry, np.nan),
        loss=np.where(
            is_known, _condor(found.offers[0]).loss_max * counts[0] * OPTION_MULTIPLIER, np.nan
        ),
        whole=whole,
        reason=reason,
        place=reasons.argmax(-1),
        level=np.where(is_known, level, PricedFrom.NOTHING).astype(np.uint8),
    )


def _summed(found: Offered, counts: Floats, values: Floats) -> Floats:
    """So many of each package; what is not taken adds nothing, known or not."""
    parts = [
        count * found.known(place, values) for place, count in enumerate(counts.tolist()) if count
    ]
    return np.asarray(np.sum(parts, axis=0)) if parts else np.zeros(values.shape[0])


def _condor(offer: Offer) -> CondorTerms:
    """Terms of the condor on offer."""
    return condor_terms(Wings(*offer.strike.T), Wings(*offer.marks.price.T))


def coverage_scale(coverage: Floats, target: float) -> Floats:
    """How many times the layers would have to be to reach the target, between 1 and 2.

    Twice where no number of them would, for they gain nothing under stress; NaN where unknown.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(coverage > 0.0, target / coverage, np.inf)
    return np.where(np.isnan(coverage), np.nan, np.clip(times, *SCALES))


def standing_rows(sessions: pl.Series, market: BookMarket, terms: BookTerms) -> pl.DataFrame:
    """One row a session."""
    found = standing(market, terms)
    is_known = found.reason < OfferReason.UNPRICED
    whole = found.whole
    covered = np.where(is_known, whole.coverage, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):  # no vega: no ratio
        per_vega = found.theta / np.abs(found.vega)
    numbers = {
        "standing_theta_usd": found.theta,
        "standing_vega_usd": found.vega,
        "standing_carry_usd_year": found.carry,
        "standing_carry_share": found.carry / terms.nav_usd,
        "standing_coverage": covered,
        "standing_be_down": np.where(is_known, whole.evens.down, np.nan),
        "standing_be_up": np.where(is_known, whole.evens.up, np.nan),
        "standing_loss_share": found.loss / terms.nav_usd,
        "coverage_scale": coverage_scale(covered, terms.coverage_target),
        "standing_theta_per_vega": per_vega,
    }
    flags = {
        "is_inner_band_inside": np.where(is_known, whole.corridor.c1, Verdict.UNKNOWN),
        "is_outer_band_outside": np.where(is_known, whole.corridor.c2, Verdict.UNKNOWN),
        "is_hedge_undersized": verdict(covered < terms.coverage_target, covered),
    }
    return pl.DataFrame({"session": sessions}).with_columns(
        *numbers_of(numbers),
        **{name: flags_of(values) for name, values in flags.items()},
        priced_from=levels_of(found.level),
        fault=_fault(found, ["ic", *(one.layer_id.lower() for one in terms.layers)]),
    )


def _fault(found: Standing, names: list[str]) -> pl.Series:
    """The first package of the highest reason, and that reason, as ``l3_unlisted``."""
    said = [
        None if reason == OfferReason.OK else f"{names[place]}_{FAULTS[OfferReason(reason)]}"
        for reason, place in zip(found.reason.tolist(), found.place.tolist(), strict=True)
    ]
    return pl.Series(said, dtype=pl.String)
