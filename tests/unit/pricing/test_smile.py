"""Smiles without a chain: their inputs, their bounds, and the level each value declares."""

import numpy as np
import pytest

from pricing.black import black76_price
from pricing.priced_from import PricedFrom, labels
from pricing.smile import (
    FOUR_DATES,
    THREE_TABLES,
    IndexLevels,
    ModelReason,
    SmileShape,
    at_the_money_ratio,
    chain_vol,
    damped_vol,
    fair_vol,
    has_density,
    index_smile,
    tail_probability,
    vix_at_the_money,
    vix_option_vol,
    vvix_of_vix,
)

NAN = float("nan")
TENORS = np.array([9.0, 30.0, 91.0, 182.0, 365.0])


def test_fair_vol_between_indices() -> None:
    """Between two indices total variance is linear; outside them the nearest index is held."""
    indices = np.array([[12.0, 15.0, 18.0, NAN, NAN]])
    years = np.array([4.0, 30.0, 60.0, 200.0]) / 365.0
    vol, reason = fair_vol(TENORS, indices, years)
    middle = (30.0 * 225.0 * 31.0 + 91.0 * 324.0 * 30.0) / 61.0
    assert vol == pytest.approx([0.12, 0.15, np.sqrt(middle / 60.0) / 100.0, 0.18])
    assert not reason.any()


@pytest.mark.parametrize(
    ("indices", "days", "reason"),
    [
        ([NAN] * 5, 30.0, ModelReason.UNKNOWN_INPUT),
        ([NAN, 0.0, -3.0, NAN, NAN], 30.0, ModelReason.UNKNOWN_INPUT),
        ([NAN, 15.0, 18.0, NAN, NAN], 0.0, ModelReason.UNKNOWN_INPUT),
        ([NAN, 60.0, 20.0, NAN, NAN], 45.0, ModelReason.TERM_STRUCTURE_FALLS),
    ],
)
def test_no_fair_vol(indices: list[float], days: float, reason: ModelReason) -> None:
    """Unknown indices, no time, or total variance that falls give no volatility."""
    vol, found = fair_vol(TENORS, np.array([indices]), np.array([days]) / 365.0)
    assert np.isnan(vol).all()
    assert found.tolist() == [reason]


def test_tail_probabilities() -> None:
    """SKEW levels and the probabilities that Cboe's table gives for them (KAT-09)."""
    skew = np.arange(100.0, 150.0, 5.0)
    two = [2.30, 3.65, 5.00, 6.35, 7.70, 9.05, 10.40, 11.75, 13.10, 14.45]
    three = [0.15, 0.45, 0.74, 1.04, 1.33, 1.63, 1.92, 2.22, 2.51, 2.81]
    assert 100.0 * tail_probability(skew, 2) == pytest.approx(two, abs=0.03)
    assert 100.0 * tail_probability(skew, 3) == pytest.approx(three, abs=0.03)


@pytest.mark.parametrize(
    ("forward", "minutes", "levels", "strikes", "market"),
    [
        (1962.9, 34_484.0, (13.93, 137.0, 0.81), (1790, 1885, 2005, 2030), 7.67),
        (1962.4, 44_954.0, (13.93, 137.0, 0.81), (1765, 1875, 2015, 2040), 8.25),
        (921.0, 53_280.0, (61.2, 132.0, 0.87), (600, 760, 1060, 1125), 20.45),
    ],
    ids=["near", "next", "2009"],
)
def test_condors_of_three_tables(
    forward: float,
    minutes: float,
    levels: tuple[float, float, float],
    strikes: tuple[int, ...],
    market: float,
) -> None:
    """VIX, SKEW and the stated ratio give the published tables' condors to 5 % (KAT-18)."""
    vix, skew, ratio = levels
    years, strike = minutes / 525_600.0, np.array(strikes, dtype=np.float64)
    assert float(at_the_money_ratio(np.array(vix), THREE_TABLES)) == pytest.approx(ratio, abs=1e-9)
    d = np.log(forward / strike) / (ratio * vix / 100.0 * np.sqrt(years))
    vol = damped_vol(d, np.array(ratio * vix / 100.0), np.array(skew), THREE_TABLES)
    leg = black76_price(forward, strike, years, vol, 1.0, strike > forward)
    assert leg[1] - leg[0] + leg[2] - leg[3] == pytest.approx(market, rel=0.05)


def test_undamped_shape_of_small_skew() -> None:
    """A SKEW of 100 is no smile at all."""
    vol = damped_vol(np.array([-2.0, 0.0, 2.0]), np.array(0.16), np.array(100.0))
    assert vol.tolist() == [0.16] * 3


@pytest.mark.parametrize("shape", [FOUR_DATES, THREE_TABLES])
def test_convex_wherever_markets_were(shape: SmileShape) -> None:
    """For VIX 9 to 83, SKEW 100 to 160 and up to three months call prices are convex to 3 sd."""
    vix = np.array([9.0, 14.0, 25.0, 45.0, 83.0])[:, None, None]
    skew = np.arange(100.0, 161.0, 5.0)[None, :, None]
    years = np.array([1.0, 7.0, 30.0, 60.0, 91.0]) / 365.0
    assert has_density(vix / 100.0 * np.sqrt(years), skew, shape).all()


def test_smile_that_is_not_convex_is_refused() -> None:
    """Where prices are not convex in the strike there is no volatility, and the reason says so."""
    found = index_smile(
        np.array(5000.0), np.array([4000.0, 5000.0]), np.array(2.0),
        IndexLevels(np.array(0.9), np.array(83.0), np.array(240.0)),
    )  # fmt: skip
    assert found.reason.tolist() == [ModelReason.NOT_CONVEX] * 2
    assert np.isnan(found.vol).all()
    assert labels(found.priced_from) == [None, None]


def test_index_smile_levels_and_reasons() -> None:
    """Known strikes are of level model; beyond three deviations the volatility is marked."""
    forward = np.array([[5000.0], [5000.0], [5000.0]])
    strike = np.array([[4300.0, 4700.0, 5200.0]])
    levels = IndexLevels(
        np.array([[0.14], [NAN], [0.14]]), np.array([[14.0], [14.0], [14.0]]),
        np.array([[135.0], [135.0], [NAN]]),
    )  # fmt: skip
    found = index_smile(forward, strike, np.array(30.0 / 365.0), levels)
    assert found.reason[0].tolist() == [ModelReason.BEYOND_WING, ModelReason.OK, ModelReason.OK]
    assert (found.reason[1:] == ModelReason.UNKNOWN_INPUT).all()
    assert labels(found.priced_from[0]) == ["model"] * 3
    assert np.isnan(found.vol[1:]).all()
    assert found.vol[0, 0] > found.vol[0, 1] > found.vol[0, 2]


def test_chain_speaks_first() -> None:
    """At a quoted strike a chain's own volatility, between two a line, beyond them nothing."""
    found = chain_vol(
        np.array([15.0, 20.0, 25.0]), np.array([0.8, NAN, 1.0]), np.array([15.0, 20.0, 25.0, 30.0])
    )
    share = np.log(20.0 / 15.0) / np.log(25.0 / 15.0)
    assert found.vol == pytest.approx([0.8, 0.8 + 0.2 * share, 1.0, NAN], nan_ok=True)
    assert labels(found.priced_from) == ["quotes", "surface", "quotes", None]
    nothing = chain_vol(np.array([15.0]), np.array([NAN]), np.array([15.0]))
    assert labels(nothing.priced_from) == [None]


def test_vix_smile_declares_its_level() -> None:
    """From the chain quotes, from the VVIX a model, from the VIX alone indicative, else nothing."""
    quoted = chain_vol(np.array([20.0, 30.0]), np.array([0.9, 1.1]), np.array([20.0, 40.0, 40.0]))
    found = vix_option_vol(
        np.array(20.0), np.array([20.0, 40.0, 40.0]), np.array(30.0 / 365.0), quoted=quoted,
        vvix=np.array([90.0, 90.0, NAN]), vix=np.array([18.0, 18.0, 18.0]),
    )  # fmt: skip
    assert labels(found.priced_from) == ["quotes", "model", "indicative"]
    raised = 1.0 + 0.5 * np.log(2.0)
    assert found.vol[:2] == pytest.approx([0.9, 0.909 * raised])
    assert found.vol[2] == pytest.approx(1.01 * float(vvix_of_vix(np.array(18.0))) / 100.0 * raised)
    blind = vix_option_vol(
        np.array(20.0), np.array(20.0), np.array(0.1), vvix=np.array(NAN), vix=np.array(NAN)
    )
    assert blind.priced_from == PricedFrom.NOTHING
    assert np.isnan(blind.vol)


def test_vix_volatility_falls_with_time() -> None:
    """At 30 days the level is 1.01 VVIX, later less; without time there is none."""
    vol = vix_at_the_money(np.array(100.0), np.array([30.0, 110.0, 220.0, 0.0]) / 365.0)
    assert vol[0] == pytest.approx(1.01)
    assert vol[0] > vol[1] > vol[2] > 0.0
    assert np.isnan(vol[3])
