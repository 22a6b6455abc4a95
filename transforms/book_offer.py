"""What one contract of each layer, and one condor, would cost and do at each close.

It depends on no decision and on nothing held, so that rules can judge what they ask for: what a
book of so many of each would do is a sum of these.

Source:
    Methodology 2.1 to 2.3 and 3.1.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from pricing.board import Floats
from pricing.budget import leg_carry
from pricing.legs import LegKind, Legs, Market, measure_legs
from pricing.moves import change
from pricing.priced_from import Levels, PricedFrom
from pricing.stress import Stress, index_loss_max, stress_move
from schemas.book import BookTerms
from transforms.book_cells import DAYS_PER_SESSION, levels_of, numbers_of
from transforms.book_limit import curve_ahead
from transforms.book_listing import Offer, OfferReason, condor_offer, layer_offer
from transforms.book_market import OPTION_MULTIPLIER, BookMarket
from transforms.book_value import Valued

CONDOR = "IC"
FAULTS = {
    OfferReason.OK: None,
    OfferReason.BELOW_CREDIT: "below_credit",
    OfferReason.OUTSIDE_WINDOW: "outside_window",
    OfferReason.UNPRICED: "unpriced",
    OfferReason.UNLISTED: "unlisted",
}


class Offered(NamedTuple):
    """One contract of each package on offer, side by side.

    Attributes:
        names: of the packages: IC, then the layers.
        offers: the packages, in that order.
        legs: of all packages, by session and leg, each entered at its own mark.
        valued: measures of ``legs``, and their carry.
    """

    names: tuple[str, ...]
    offers: tuple[Offer, ...]
    legs: Legs
    valued: Valued

    def part(self, place: int) -> slice:
        """Which of ``legs`` are those of a package."""
        sizes = [one.sign.size for one in self.offers]
        return slice(sum(sizes[:place]), sum(sizes[: place + 1]))

    def known(self, place: int, values: Floats) -> Floats:
        """The sum of a package's legs; NaN where it is not listed or has no price."""
        is_known = self.offers[place].reason < OfferReason.UNPRICED
        return np.where(is_known, values[:, self.part(place)].sum(-1), np.nan)

    def level(self, place: int) -> Levels:
        """The weakest level of a package's legs."""
        found = self.valued.legs.priced_from[:, self.part(place)].max(-1)
        is_known = self.offers[place].reason < OfferReason.UNPRICED
        return np.where(is_known, found, PricedFrom.NOTHING).astype(np.uint8)


def offered(market: BookMarket, terms: BookTerms) -> Offered:
    """What is on offer at each close, valued."""
    offers = (condor_offer(market, terms), *(layer_offer(market, one) for one in terms.layers))
    names = (CONDOR, *(one.layer_id for one in terms.layers))
    legs = _legs(offers)
    day = Market(market.spot, market.vix)
    valued = Valued(measure_legs(legs, day), leg_carry(legs, day, curve_ahead(market)))
    return Offered(names, offers, legs, valued)


def _legs(offers: tuple[Offer, ...]) -> Legs:
    """One contract of each package, legs side by side."""
    shape = (offers[0].expiry.size, sum(one.sign.size for one in offers))

    def beside(of: str) -> Floats:
        parts = [np.broadcast_to(getattr(one.marks, of), one.strike.shape) for one in offers]
        return np.concatenate(parts, axis=-1)

    kinds = [LegKind.INDEX_OPTION, *[LegKind.VIX_OPTION] * (len(offers) - 1)]
    kind = np.concatenate([np.full(one.sign.size, k) for one, k in zip(offers, kinds, strict=True)])
    price = beside("price")
    return Legs(
        kind=np.broadcast_to(kind, shape),
        right=np.concatenate([one.right for one in offers]),
        strike=np.concatenate([one.strike for one in offers], axis=-1),
        years=beside("years"),
        quantity=np.concatenate([one.sign for one in offers]),
        multiplier=np.array([OPTION_MULTIPLIER]),
        forward=beside("forward"),
        discount=beside("discount"),
        volatility=beside("vol"),
        entry_price=price,
        priced_from=beside("priced_from").astype(np.uint8),
        entry_extrinsic=beside("extrinsic"),
    )


def offer_rows(sessions: pl.Series, market: BookMarket, terms: BookTerms) -> pl.DataFrame:
    """One row a session and package."""
    found = offered(market, terms)
    day = Market(market.spot, market.vix)
    gain = change(found.legs, day, stress_move(Stress(), day))
    loss = index_loss_max(found.legs, day, is_down=True)
    legs, carry = found.valued
    parts = []
    for place, name in enumerate(found.names):
        offer = found.offers[place]
        is_known = offer.reason < OfferReason.UNPRICED
        dollars = {
            "offer_debit_usd": found.known(place, legs.value),
            "offer_theta_usd": found.known(place, legs.theta) / DAYS_PER_SESSION,
            "offer_vega_usd": found.known(place, legs.vega),
            "offer_delta_usd": found.known(place, legs.index_delta),
            "offer_roll_down_usd": found.known(place, carry.roll_down),
            "offer_carry_usd_year": found.known(place, carry.cost),
            "offer_stress_usd": found.known(place, gain),
            "offer_loss_usd": np.where(is_known & (name == CONDOR), loss, np.nan),
        }
        parts.append(_dated(sessions, market, offer).with_columns(
            *numbers_of(dollars),
            book_layer=pl.lit(name),
            priced_from=levels_of(found.level(place)),
            fault=pl.Series(offer.reason).replace_strict(FAULTS, return_dtype=pl.String),
        ))  # fmt: skip
    return pl.concat(parts)


def _dated(sessions: pl.Series, market: BookMarket, offer: Offer) -> pl.DataFrame:
    """Sessions with expiry and strikes, null where nothing is listed or no strike is known."""
    is_listed = offer.reason < OfferReason.UNLISTED
    days = pl.Series(offer.expiry - market.days).cast(pl.Int32)
    expiry = pl.Series(offer.expiry).cast(pl.Int32).cast(pl.Date)
    is_struck = offer.reason < OfferReason.UNPRICED
    strikes = [
        "/".join(f"{one:g}" for one in line) if known else None
        for line, known in zip(offer.strike.tolist(), is_struck.tolist(), strict=True)
    ]
    listed = pl.Series(is_listed)
    return pl.DataFrame({"session": sessions}).with_columns(
        expiry=pl.when(listed).then(expiry),
        days_to_expiry=pl.when(listed).then(days),
        offer_strikes=pl.Series(strikes, dtype=pl.String),
    )
