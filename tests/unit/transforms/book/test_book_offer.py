"""What is on offer at a close, against figures computed by hand."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.book import BookTerms
from schemas.offer_tables import MART_BOOK_OFFER_DAILY
from transforms.book_market import BookMarket
from transforms.book_offer import offer_rows
from transforms.book_path import walk
from transforms.book_value import booked

Flat = Callable[..., BookMarket]

TERMS = BookTerms()
_LAYERS = ("IC", "L1", "L2", "L3")


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _black(future: float, strike: float, years: float, vol: float, discount: float) -> float:
    """Black (1976), a call, written from the paper's formula."""
    spread = vol * math.sqrt(years)
    d1 = math.log(future / strike) / spread + 0.5 * spread
    return discount * (future * _normal(d1) - strike * _normal(d1 - spread))


def _offers(market: BookMarket, terms: BookTerms = TERMS) -> pl.DataFrame:
    days = pl.Series("session", market.days).cast(pl.Int32).cast(pl.Date)
    made = offer_rows(days, market, terms).select(list(MART_BOOK_OFFER_DAILY.schema))
    return MART_BOOK_OFFER_DAILY.conform(made.lazy()).collect(engine="in-memory")


def _first(found: pl.DataFrame, layer: str) -> dict[str, Any]:
    return found.filter(book_layer=layer).row(0, named=True)


def _sloped(market: BookMarket, points: float) -> BookMarket:
    """The market with futures that rise by so many points a day of life."""
    rise = points * (market.vix_expiries[:, None] - market.days)
    return market._replace(futures=market.futures + rise)


def test_every_session_has_every_package(flat_market: Flat) -> None:
    """One row a session and package, whatever is known."""
    found = _offers(flat_market(sessions=7))
    assert found.height == 28
    assert found["book_layer"].unique().sort().to_list() == list(_LAYERS)


def test_layer_measures_are_those_of_its_price(flat_market: Flat) -> None:
    """The volatility that L3's price implies by Black's formula gives its Greeks and stress gain.

    Theta and vega by differences, the stress of methodology 2.3 by pricing anew with the VIX 20
    points higher, its future by ``e^{-3.5 tau}`` of that.
    """
    market = flat_market(sessions=1)
    row = _first(_offers(market), "L3")
    strike, years = float(row["offer_strikes"]), row["days_to_expiry"] / 365.0
    discount = math.exp(-0.01 * years)
    low, high = 0.1, 3.0
    for _ in range(200):  # bisection: the volatility that the price implies
        vol = 0.5 * (low + high)
        is_under = 100.0 * _black(18.0, strike, years, vol, discount) < row["offer_debit_usd"]
        low, high = (vol, high) if is_under else (low, vol)
    d1 = math.log(18.0 / strike) / (vol * math.sqrt(years)) + 0.5 * vol * math.sqrt(years)
    assert _normal(d1) == pytest.approx(0.25, abs=0.03)  # the strike nearest to 25 delta

    later = math.exp(-0.01 * (years - 1.0 / 365.0))
    day = _black(18.0, strike, years - 1.0 / 365.0, vol, later)
    assert row["offer_theta_usd"] == pytest.approx(100.0 * day - row["offer_debit_usd"], rel=0.005)
    higher = _black(18.0, strike, years, vol + 0.005, discount)
    lower = _black(18.0, strike, years, vol - 0.005, discount)
    assert row["offer_vega_usd"] == pytest.approx(100.0 * (higher - lower), rel=1e-4)

    shocked = 18.0 * math.exp(math.exp(-3.5 * years) * math.log(38.0 / 18.0))
    gain = 100.0 * _black(shocked, strike, years, vol, discount) - row["offer_debit_usd"]
    assert row["offer_stress_usd"] == pytest.approx(gain, rel=1e-9)
    slope = discount * _normal(d1) * 18.0 * 4.2 * math.exp(-3.5 * years)
    assert row["offer_delta_usd"] == pytest.approx(-slope, rel=1e-9)  # 100 contracts' 1 %
    assert row["offer_loss_usd"] is None


def test_roll_down_is_slope_times_delta(flat_market: Flat) -> None:
    """On a straight curve 21 sessions of roll-down are the curve's fall over 30.42 days.

    ``-(F(tau) - F(tau - 21d)) / 21 delta 100``, methodology 2.3, with the VIX on the curve at 0.
    """
    slope = 0.02
    market = _sloped(flat_market(sessions=1), slope)
    row = _first(_offers(market), "L3")
    years = row["days_to_expiry"] / 365.0
    future = 18.0 + slope * row["days_to_expiry"]
    one_percent = 0.01 * 4.2 * math.exp(-3.5 * years) * future  # of the S&P 500, in VIX points
    delta = -row["offer_delta_usd"] / one_percent  # dollars a point of the future
    expected = -slope * (21.0 * 365.0 / 252.0) / 21.0 * delta
    assert row["offer_roll_down_usd"] == pytest.approx(expected, rel=1e-6)
    theta = row["offer_theta_usd"] * 365.0 / 252.0
    assert row["offer_carry_usd_year"] == pytest.approx(
        -(theta + row["offer_roll_down_usd"]) * 252.0, rel=1e-12
    )


def test_condor_is_credit_and_loss(flat_market: Flat) -> None:
    """A condor's debit is its credit negated; it loses at most the put wing less the credit."""
    row = _first(_offers(flat_market(sessions=1)), "IC")
    strikes = [float(one) for one in row["offer_strikes"].split("/")]
    assert strikes == sorted(strikes)
    assert row["offer_debit_usd"] < 0.0
    wing = 100.0 * (strikes[1] - strikes[0])
    assert row["offer_loss_usd"] == pytest.approx(wing + row["offer_debit_usd"], rel=1e-12)
    assert row["offer_theta_usd"] > 0.0 > row["offer_stress_usd"]
    assert row["offer_roll_down_usd"] == 0.0
    assert (row["fault"], row["priced_from"]) == (None, "model")


def test_offers_are_the_legs_of_the_session_of_entry(flat_market: Flat) -> None:
    """What the book holds at its first close is, a contract, what was on offer there."""
    market = _sloped(flat_market(sessions=90), 0.01)
    offers = {
        (row["session"], row["book_layer"]): row for row in _offers(market).iter_rows(named=True)
    }
    days = pl.Series(market.days).cast(pl.Int32).cast(pl.Date)
    book = booked(market, TERMS, walk(market, TERMS))
    entered = 0
    for number, one in enumerate(book.walked.holdings):
        row = offers[days[one.first], _LAYERS[one.layer]]
        at = one.first
        slots = book.slots.holding[at] == number
        if not slots.any():
            continue
        entered += 1
        count = float(one.held[0])
        found, carry = book.valued.legs, book.valued.carry
        sums = {
            "offer_debit_usd": found.value, "offer_vega_usd": found.vega,
            "offer_delta_usd": found.index_delta, "offer_roll_down_usd": carry.roll_down,
            "offer_carry_usd_year": carry.cost,
        }  # fmt: skip
        for name, values in sums.items():
            assert row[name] == pytest.approx(values[at, slots].sum() / count, rel=1e-12, abs=1e-12)
        theta = found.theta[at, slots].sum() / count * 252.0 / 365.0
        assert row["offer_theta_usd"] == pytest.approx(theta, rel=1e-12)
    assert entered >= 8


def test_unknown_vix_is_unpriced(flat_market: Flat) -> None:
    """Where the VIX is unknown nothing has a price, and every number is null."""
    market = flat_market(sessions=3)
    for levels in (market.vix, market.indices, market.futures.T):
        levels[1] = np.nan
    found = _offers(market)
    day = found.filter(session=found["session"].unique().sort()[1])
    assert set(day["fault"]) == {"unpriced"}
    assert set(day["priced_from"]) == {"nothing"}
    numbers = day.select(pl.col("^offer_.*$"))
    assert numbers.null_count().row(0) == (4,) * numbers.width
    assert day["expiry"].null_count() == 0


def test_no_expiry_is_unlisted(flat_market: Flat) -> None:
    """Without an expiry in the window there is no contract, no strike and no number."""
    market = flat_market(sessions=2)
    short = market._replace(
        vix_expiries=market.vix_expiries[:4], futures=market.futures[:4],
        future_levels=market.future_levels[:4],
    )  # fmt: skip
    row = _first(_offers(short), "L3")
    assert row["fault"] == "unlisted"
    assert {row[name] for name in row if name not in {"session", "book_layer", "fault", "priced_from"}} == {None}  # fmt: skip


def test_gap_in_the_window_is_priced_not_offered(flat_market: Flat) -> None:
    """Where expiries 11 and 46 days away leave the window of 20 to 45 empty, the near one tells."""
    market = flat_market(sessions=1)
    expiries = market.days[0] + np.array([11, 46, 81, 109, 144, 172, 207, 235, 270, 298])
    found = _offers(market._replace(vix_expiries=expiries))
    row = _first(found, "L1")
    assert (row["fault"], row["days_to_expiry"]) == ("outside_window", 46)
    assert row["offer_debit_usd"] > 0.0


def test_no_vix_options_before_2006(flat_market: Flat) -> None:
    """Layers are unlisted before 2006-02-24, the first day of VIX options; a condor is not."""
    market = flat_market(sessions=1)
    shift = int(market.days[0]) - 13_202
    early = market._replace(
        days=market.days - shift, vix_expiries=market.vix_expiries - shift,
        index_expiries=market.index_expiries - shift,
    )  # fmt: skip
    assert _offers(early)["fault"].to_list() == [None, "unlisted", "unlisted", "unlisted"]


def test_credit_filter_is_named_and_numbers_stay(flat_market: Flat) -> None:
    """A condor that brings too little is not sold, and still says what it would bring."""
    market = flat_market(sessions=1)
    row = _first(_offers(market), "IC")
    dear = _first(_offers(market, replace(TERMS, least_credit_share=0.9)), "IC")
    assert dear == {**row, "fault": "below_credit"}


def test_gate_does_not_reach_the_offer(flat_market: Flat) -> None:
    """A gate closes what is sold, not what is on offer: the offer knows of no decision."""
    market = flat_market(sessions=2)
    gated = market._replace(is_gated=np.ones(2, dtype=bool))
    assert _offers(gated).equals(_offers(market))
