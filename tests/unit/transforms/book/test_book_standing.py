"""The standing book is the sum of what is on offer, and unknown where a part of it is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from schemas.book import BookTerms
from schemas.offer_tables import MART_STANDING_BOOK_DAILY
from transforms.book_market import BookMarket
from transforms.book_offer import offer_rows
from transforms.book_standing import base_counts, coverage_scale, standing_rows

Flat = Callable[..., BookMarket]

TERMS = BookTerms()
UNITS = {"IC": 10.0, "L1": 4.0, "L2": 4.0, "L3": 2.0}


def _days(market: BookMarket) -> pl.Series:
    return pl.Series("session", market.days).cast(pl.Int32).cast(pl.Date)


def _standing(market: BookMarket, terms: BookTerms = TERMS) -> pl.DataFrame:
    made = standing_rows(_days(market), market, terms)
    frame = made.select(list(MART_STANDING_BOOK_DAILY.schema)).lazy()
    return MART_STANDING_BOOK_DAILY.conform(frame).collect(engine="in-memory")


def _moving(market: BookMarket) -> BookMarket:
    """A market that is another at each session."""
    wave = np.sin(np.arange(market.days.size))
    return market._replace(
        spot=market.spot * (1.0 + 0.02 * wave), futures=market.futures + 2.0 * wave + 1.5,
        vix=market.vix + 3.0 * wave, indices=market.indices + 3.0 * wave[:, None],
    )  # fmt: skip


def test_standing_book_is_the_sum_of_offers(flat_market: Flat) -> None:
    """Theta, vega, carry, coverage and loss are those of ten condors and 4, 4, 2 contracts."""
    market = _moving(flat_market(sessions=12))
    book = _standing(market)
    units = pl.col("book_layer").replace_strict(UNITS, return_dtype=pl.Float64)
    is_layer = pl.col("book_layer") != "IC"
    sums = (
        offer_rows(_days(market), market, TERMS)
        .group_by("session")
        .agg(
            (units * pl.col("offer_theta_usd")).sum().alias("theta"),
            (units * pl.col("offer_vega_usd")).sum().alias("vega"),
            (units * pl.col("offer_carry_usd_year")).filter(is_layer).sum().alias("carry"),
            (units * pl.col("offer_stress_usd")).filter(is_layer).sum().alias("gain"),
            (units * pl.col("offer_loss_usd")).sum().alias("loss"),
        )
        .sort("session")
    )
    known = book["fault"].is_null()
    assert known.sum() >= 6
    pairs = {
        "standing_theta_usd": sums["theta"],
        "standing_vega_usd": sums["vega"],
        "standing_carry_usd_year": sums["carry"],
        "standing_carry_share": sums["carry"] / 1_000_000.0,
        "standing_coverage": sums["gain"] / sums["loss"],
        "standing_theta_per_vega": sums["theta"] / sums["vega"].abs(),
    }
    for name, expected in pairs.items():
        found = book[name].filter(known).to_numpy()
        assert found == pytest.approx(expected.filter(known).to_numpy(), rel=1e-11), name


def test_loss_share_is_the_wider_wing_less_credit(flat_market: Flat) -> None:
    """Ten condors lose at most ten times the wider wing less the credit, over the asset value."""
    market = flat_market(sessions=1)
    offer = offer_rows(_days(market), market, TERMS).filter(book_layer="IC").row(0, named=True)
    low, short_put, short_call, high = (float(one) for one in offer["offer_strikes"].split("/"))
    wing = 100.0 * max(short_put - low, high - short_call)
    share = 10.0 * (wing + offer["offer_debit_usd"]) / 1_000_000.0
    assert _standing(market)["standing_loss_share"][0] == pytest.approx(share, rel=1e-12)


def test_break_evens_hold_the_condors_credit(flat_market: Flat) -> None:
    """Without layers the position breaks even where its condors do: a short strike and the credit."""
    market = flat_market(sessions=1)
    bare = replace(TERMS, layers=tuple(replace(one, base_units=0) for one in TERMS.layers))
    row = _standing(market, bare).row(0, named=True)
    offer = offer_rows(_days(market), market, bare).filter(book_layer="IC").row(0, named=True)
    _, short_put, short_call, _ = (float(one) for one in offer["offer_strikes"].split("/"))
    credit = -offer["offer_debit_usd"] / 100.0
    assert row["standing_be_down"] == pytest.approx(short_put - credit, rel=1e-9)
    assert row["standing_be_up"] == pytest.approx(short_call + credit, rel=1e-9)
    assert row["standing_coverage"] == row["standing_carry_usd_year"] == 0.0
    assert (row["is_hedge_undersized"], row["coverage_scale"]) == (True, 2.0)


def test_corridor_by_the_cone(flat_market: Flat) -> None:
    """C-1 holds where the cone is narrow and fails where it is wide; C-2 the other way round."""
    market = flat_market(sessions=1)
    narrow = _standing(market._replace(sigma=np.full(market.sigma.shape, 0.05)))
    wide = _standing(market._replace(sigma=np.full(market.sigma.shape, 0.60)))
    unknown = _standing(market._replace(sigma=np.full(market.sigma.shape, np.nan)))
    found = [(one["is_inner_band_inside"][0], one["is_outer_band_outside"][0])
             for one in (narrow, wide, unknown)]  # fmt: skip
    assert found == [(True, False), (False, True), (None, None)]


def test_coverage_scale() -> None:
    """Target over coverage between 1 and 2; twice where nothing is gained; unknown stays so."""
    coverage = np.array([0.125, 0.2, 0.25, 0.5, 0.05, 0.0, -0.1, np.nan])
    found = coverage_scale(coverage, 0.25)
    assert found[:7].tolist() == [2.0, 1.25, 1.0, 1.0, 2.0, 2.0, 2.0]
    assert np.isnan(found[7])


@pytest.mark.parametrize(
    ("condors", "expected"), [(10, [4, 4, 2]), (5, [2, 2, 1]), (3, [1, 1, 1]), (1, [0, 0, 0])]
)
def test_layers_at_their_base(condors: int, expected: list[int]) -> None:
    """Base units are per ten condors, half a contract rounded up: 0.6 is 1 and 0.4 is none."""
    found = base_counts(replace(TERMS, condor_units=condors))
    assert found.tolist() == [condors, *expected]


def test_unknown_part_makes_the_book_unknown(flat_market: Flat) -> None:
    """Where one layer has no contract every number and flag is null, and the layer is named."""
    market = flat_market(sessions=2)
    short = market._replace(
        vix_expiries=market.vix_expiries[:4], futures=market.futures[:4],
        future_levels=market.future_levels[:4],
    )  # fmt: skip
    book = _standing(short)
    named = {"session", "priced_from", "fault"}
    numbers = book.select(pl.exclude(named))
    assert numbers.null_count().row(0) == (2,) * numbers.width
    assert book["fault"].unique().to_list() == ["l3_unlisted"]
    assert book["priced_from"].unique().to_list() == ["nothing"]


def test_layer_that_is_not_held_is_not_asked(flat_market: Flat) -> None:
    """A layer without base contracts may be unlisted: it takes no part."""
    market = flat_market(sessions=1)
    short = market._replace(
        vix_expiries=market.vix_expiries[:4], futures=market.futures[:4],
        future_levels=market.future_levels[:4],
    )  # fmt: skip
    first, second, third = TERMS.layers
    without = replace(TERMS, layers=(first, second, replace(third, base_units=0)))
    row = _standing(short, without).row(0, named=True)
    assert row["fault"] is None
    assert row["standing_theta_usd"] is not None


def test_credit_filter_is_named_and_numbers_stay(flat_market: Flat) -> None:
    """A standing book of condors that the filter would not sell keeps its numbers."""
    market = flat_market(sessions=1)
    dear = _standing(market, replace(TERMS, least_credit_share=0.9))
    assert dear["fault"].to_list() == ["ic_below_credit"]
    assert dear.drop("fault").equals(_standing(market).drop("fault"))


def test_book_without_condors_is_empty(flat_market: Flat) -> None:
    """Without condors there are no layers: nothing decays, nothing is covered, nothing is priced."""
    row = _standing(flat_market(sessions=1), replace(TERMS, condor_units=0)).row(0, named=True)
    assert row["standing_theta_usd"] == row["standing_carry_usd_year"] == 0.0
    assert row["standing_coverage"] is row["is_hedge_undersized"] is row["coverage_scale"] is None
    assert row["standing_be_down"] is row["is_inner_band_inside"] is None
    assert (row["priced_from"], row["fault"]) == ("nothing", None)


def test_market_without_schedules_is_unlisted(flat_market: Flat) -> None:
    """Where no expiry of any kind is known the condor is the first that is named."""
    market = flat_market(sessions=2)
    none = market._replace(
        index_expiries=market.index_expiries[:0], vix_expiries=market.vix_expiries[:0],
        futures=market.futures[:0], future_levels=market.future_levels[:0],
    )  # fmt: skip
    assert _standing(none)["fault"].to_list() == ["ic_unlisted"] * 2
    assert offer_rows(_days(none), none, TERMS)["fault"].unique().to_list() == ["unlisted"]
