"""The condor's presets: expiry, strikes, credit and exit by the methodology's table 3.1."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from schemas.book import TIERS, BookTerms, CondorTier, with_preset
from transforms.book_listing import OfferReason, condor_offer
from transforms.book_market import BookMarket, NextSession
from transforms.book_panel import PANEL_TABLES, market_of, panel
from transforms.book_path import CONDOR, walk

Flat = Callable[..., BookMarket]

TERMS = BookTerms()


def _ahead(market: BookMarket, expected_range: float) -> BookMarket:
    """The market where every next session has an expiry."""
    following = np.append(market.days[1:], market.days[-1] + 1)
    return market._replace(ahead=NextSession(following, np.full(following.size, expected_range)))


def _delta(spot: float, strike: float, days: float, vol: float) -> float:
    """Of a call to the forward, whose rate and dividend are next to nothing over a day."""
    spread = vol * math.sqrt(days / 365.0)
    d1 = math.log(spot / strike) / spread + 0.5 * spread
    return 0.5 * math.erfc(-d1 / math.sqrt(2.0))


def test_monthly_preset_is_the_default() -> None:
    """The default terms are those of the monthly preset, and a preset can be taken back."""
    assert with_preset(TERMS, "monthly") == TERMS
    assert with_preset(with_preset(TERMS, "one_dte"), "monthly") == TERMS


def test_preset_leaves_the_rest(flat_market: Flat) -> None:
    """A preset changes the condor's choice and exits, not its number, the layers or a limit."""
    terms = replace(TERMS, condor_units=7, carry_budget=0.02, condor_tier="balanced")
    found = with_preset(terms, "cndr")
    assert (found.condor_units, found.carry_budget, found.layers) == (7, 0.02, TERMS.layers)
    assert (found.condor_preset, found.condor_tier) == ("cndr", "balanced")
    assert flat_market(sessions=1).ahead is None


def test_cndr_takes_the_monthly_expiry_nearest_to_thirty_days(flat_market: Flat) -> None:
    """From 2018-01-02 the February expiry is 45 days away and January's 17: 13 days off 30 wins."""
    market = flat_market(sessions=12)
    offer = condor_offer(market, with_preset(TERMS, "cndr"))
    left = offer.expiry - market.days
    assert left[0] == 17
    assert (np.abs(left - 30) <= 18).all()
    assert (offer.reason == OfferReason.OK).all()


def test_cndr_takes_any_width_and_credit(flat_market: Flat) -> None:
    """Its short strikes lie nearer than the monthly preset's of that expiry, its wings are free."""
    market = flat_market(sessions=1)
    cndr = with_preset(TERMS, "cndr")
    capped = replace(cndr, condor_widths=(50.0, 60.0), short_delta=0.16)
    free, near = (condor_offer(market, one).strike[0] for one in (cndr, capped))
    assert free[1] > near[1]
    assert free[1] - free[0] > 60.0
    assert near[1] - near[0] in {50.0, 55.0, 60.0}


@pytest.mark.parametrize("tier", TIERS)
def test_one_dte_strikes(flat_market: Flat, tier: CondorTier) -> None:
    """Shorts lie at least the tier's ranges away and at most at 18 delta; wings are 5 to 10 points.

    2,700 less 0.95 ranges of 1 % is 2,674.35, so that the put is struck at 2,670 at the nearest.
    """
    market = _ahead(flat_market(sessions=3), 0.01)
    terms = with_preset(replace(TERMS, condor_tier=tier), "one_dte")
    offer = condor_offer(market, terms)
    assert (offer.expiry - market.days).tolist() == [1, 1, 1]
    away = TIERS[tier].range_multiple * 0.01 * 2700.0
    low, short_put, short_call, high = offer.strike[0]
    assert 2700.0 - away - 5.0 < short_put <= 2700.0 - away
    assert 2700.0 + away <= short_call < 2700.0 + away + 5.0
    assert {short_put - low, high - short_call} <= {5.0, 10.0}
    vol = offer.marks.vol[0]
    assert 1.0 - _delta(2700.0, short_put, 1.0, vol[1]) <= 0.18
    assert _delta(2700.0, short_call, 1.0, vol[2]) <= 0.18


def test_one_dte_delta_binds_where_the_range_is_small(flat_market: Flat) -> None:
    """Where the range is a tenth of what the VIX says, 18 delta keeps the strikes away."""
    market = _ahead(flat_market(sessions=1), 0.001)
    offer = condor_offer(market, with_preset(TERMS, "one_dte"))
    short_put, short_call = offer.strike[0, 1], offer.strike[0, 2]
    assert 2700.0 - short_put > 15.0 < short_call - 2700.0
    put_delta = 1.0 - _delta(2700.0, short_put, 1.0, offer.marks.vol[0, 1])
    call_delta = _delta(2700.0, short_call, 1.0, offer.marks.vol[0, 2])
    assert 0.13 < put_delta <= 0.18
    assert 0.13 < call_delta <= 0.18


def test_one_dte_credit_by_tier(flat_market: Flat) -> None:
    """What brings less than the tier asks is not sold; the tiers ask 0.70, 1.15 and 1.60."""
    assert [one.least_credit for one in TIERS.values()] == [0.70, 1.15, 1.60]
    for points in (0.004, 0.008, 0.012, 0.016):
        market = _ahead(flat_market(sessions=1), points)
        for tier, asked in TIERS.items():
            terms = with_preset(replace(TERMS, condor_tier=tier), "one_dte")
            offer = condor_offer(market, terms)
            is_enough = bool(-offer.price[0] >= asked.least_credit)
            assert offer.is_open[0] == is_enough
            assert offer.reason[0] == (OfferReason.OK if is_enough else OfferReason.BELOW_CREDIT)


def test_one_dte_is_unlisted_without_a_daily_expiry(flat_market: Flat) -> None:
    """Where only monthly expiries are known, or none on the next session, nothing is on offer."""
    market = flat_market(sessions=2)
    terms = with_preset(TERMS, "one_dte")
    none = NextSession(np.full(2, -1, dtype=np.int64), np.full(2, 0.01))
    for seen in (market, market._replace(ahead=none)):
        offer = condor_offer(seen, terms)
        assert (offer.reason == OfferReason.UNLISTED).all()
        assert not offer.is_open.any()


def test_one_dte_without_a_range_is_unpriced(flat_market: Flat) -> None:
    """No range, no strike."""
    offer = condor_offer(_ahead(flat_market(sessions=1), np.nan), with_preset(TERMS, "one_dte"))
    assert offer.reason.tolist() == [OfferReason.UNPRICED]


def test_presets_are_held_to_expiry(flat_market: Flat) -> None:
    """The one-day condor settles on its expiry, the benchmark's too, whatever it has earned."""
    one_day = _ahead(flat_market(sessions=6), 0.01)
    days = [
        (one.first, int(np.count_nonzero(one.held)))
        for one in walk(one_day, with_preset(TERMS, "one_dte")).holdings if one.layer == CONDOR
    ]  # fmt: skip
    assert days[0] == (0, 1)
    market = flat_market(sessions=40)
    condor = next(one for one in walk(market, with_preset(TERMS, "cndr")).holdings
                  if one.layer == CONDOR)  # fmt: skip
    last = condor.first + int(np.count_nonzero(condor.held))
    assert market.days[last - 1] < condor.expiry <= market.days[last]


def test_panel_knows_expiries_of_the_next_session() -> None:
    """SPXW of Mondays, Wednesdays and Fridays: Tuesday's close has one ahead, Monday's has none."""
    sessions = [date(2018, 1, day) for day in (8, 9, 10)]
    rows = {
        "core_session": pl.LazyFrame({
            "session": sessions, "next_session": [date(2018, 1, day) for day in (9, 10, 11)]
        }),
        "core_expiry": pl.LazyFrame({
            "root": ["SPXW", "SPXW", "SPX"],
            "expiry": [date(2018, 1, 10), date(2018, 1, 12), date(2018, 1, 19)],
        }),
        "core_index_daily": pl.LazyFrame({"session": sessions}),
        "mart_vol_state_daily": pl.LazyFrame(
            {"session": sessions, "expected_daily_range": [0.01, None, 0.02]}
        ),
    }  # fmt: skip
    frames = [
        pl.concat([table.empty(), rows.get(table.name, table.empty())], how="diagonal")
        for table in PANEL_TABLES
    ]
    market = market_of(panel(*frames).collect(engine="in-memory"))
    assert market.ahead is not None
    wednesday = (date(2018, 1, 10) - date(1970, 1, 1)).days
    assert market.ahead.expiry.tolist() == [-1, wednesday, -1]
    assert np.isnan(market.ahead.expected_range).tolist() == [False, True, False]
    assert market.index_expiries.tolist() == [wednesday + 9]
