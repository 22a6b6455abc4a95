"""The VIX futures curve on its three levels, and the map from the S&P 500 to it."""

import numpy as np
import pytest

from pricing.curve import (
    best_curve,
    from_family,
    from_mean_reversion,
    from_settlements,
    mapped_future,
    mapped_vix,
    reversion_speed,
    samuelson,
    spot_beta,
)
from pricing.interpolate import between
from pricing.priced_from import PricedFrom, labels, weakest

NAN = float("nan")
TENORS = np.array([9.0, 30.0, 91.0, 182.0, 365.0])


def test_settlements_between_expiries() -> None:
    """Between expiries the curve is straight, at one exact, and outside them unknown."""
    days = np.array([[20.0, 48.0, 83.0], [NAN, 48.0, 83.0]])
    settle = np.array([[15.0, 16.4, 17.1], [15.0, 16.4, 0.0]])
    found = from_settlements(days, settle, np.array([[10.0, 20.0, 34.0, 83.0, 84.0]]))
    assert found[0] == pytest.approx([NAN, 15.0, 15.7, 17.1, NAN], nan_ok=True)
    assert np.isnan(found[1]).all()


def test_missing_contract_is_bridged() -> None:
    """An unknown settlement leaves the line between its neighbors."""
    found = between(np.array([10.0, 20.0, 30.0]), np.array([1.0, NAN, 3.0]), np.array([20.0, 31.0]))
    assert found == pytest.approx([2.0, NAN], nan_ok=True)


def test_family_of_flat_indices() -> None:
    """With one level everywhere the future is that level less convexity, and the level at once."""
    level = np.full((1, 5), 20.0)
    found = from_family(TENORS, level, np.array([100.0]), np.array([0.0, 60.0, 335.0, 336.0]))
    assert found[0, 0] == pytest.approx(20.0)
    # v(60 d) = 0.9 sqrt(g(60 d) / g(30 d)), g(T) = (1 - e^(-7 T)) / (7 T).
    turn = 7.0 * np.array([30.0, 60.0]) / 365.0
    decay = (1.0 - np.exp(-turn)) / turn
    vol = 0.9 * np.sqrt(decay[1] / decay[0])
    assert found[0, 1] == pytest.approx(20.0 * np.exp(-0.5 * vol**2 * 60.0 / 365.0))
    assert np.isfinite(found[0, 2])
    assert np.isnan(found[0, 3])


def test_family_forward_variance() -> None:
    """From the 30th to the 60th day the future is what VIX and VIX3M leave for these days."""
    indices = np.array([[NAN, 16.0, 19.0, NAN, NAN]])
    found = from_family(TENORS, indices, np.array([1e-9]), np.array([30.0, 62.0]))
    between_them = (91.0 * 19.0**2 - 30.0 * 16.0**2) / 61.0
    assert found[0, 0] == pytest.approx(np.sqrt(between_them))
    assert np.isnan(found[0, 1])


@pytest.mark.parametrize(
    ("indices", "vvix"),
    [([NAN] * 5, 90.0), ([12.0, 16.0, 5.0, 5.0, 5.0], 90.0), ([15.0, 16.0, 18.0, 19.0, 20.0], NAN)],
    ids=["no index", "negative forward variance", "no VVIX"],
)
def test_family_that_cannot_answer(indices: list[float], vvix: float) -> None:
    """Without indices, forward variance or VVIX the family has no future of 40 days."""
    found = from_family(TENORS, np.array([indices]), np.array([vvix]), np.array([40.0]))
    assert np.isnan(found).all()


def test_mean_reversion() -> None:
    """The expected VIX starts at the VIX and ends at its median."""
    found = from_mean_reversion(
        np.array([40.0]), np.array([16.0]), np.array([0.02]), np.array([0.0, 73.0, 36_500.0])
    )
    # 73 days are 50.4 sessions.
    half_way = np.exp(np.log(16.0) + np.log(2.5) * np.exp(-0.02 * 50.4))
    assert found[0] == pytest.approx([40.0, half_way, 16.0])


@pytest.mark.parametrize("row", [(NAN, 16.0, 0.02), (40.0, 0.0, 0.02), (40.0, 16.0, -0.1)])
def test_mean_reversion_out_of_domain(row: tuple[float, float, float]) -> None:
    """An unknown VIX, no median or a negative speed has no expectation."""
    found = from_mean_reversion(*(np.array([item]) for item in row), np.array([30.0]))
    assert np.isnan(found).all()


def test_best_level_is_declared() -> None:
    """Each value is from the best level that answers; a row of two levels says that it is mixed."""
    settlements = np.array([[15.0, NAN, NAN], [15.0, 16.0, 17.0], [NAN, NAN, NAN]])
    family = np.array([[15.5, 16.5, NAN], [1.0, 1.0, 1.0], [NAN, NAN, NAN]])
    reversion = np.array([[9.0, 9.0, 18.0], [9.0, 9.0, 9.0], [NAN, 14.0, NAN]])
    curve = best_curve(settlements, family, reversion)
    assert curve.value[:2].tolist() == [[15.0, 16.5, 18.0], [15.0, 16.0, 17.0]]
    assert labels(curve.priced_from) == [
        "quotes", "model", "indicative", "quotes", "quotes", "quotes", None, "indicative", None,
    ]  # fmt: skip
    assert curve.is_mixed.tolist() == [True, False, False]


def test_weakest_part_counts() -> None:
    """A value of several parts is as good as its weakest."""
    found = weakest(
        np.array([PricedFrom.QUOTES, PricedFrom.SURFACE], dtype=np.uint8),
        np.array([PricedFrom.MODEL, PricedFrom.QUOTES], dtype=np.uint8),
    )
    assert labels(found) == ["model", "surface"]


def test_reversion_speed() -> None:
    """An autoregression of 0.98 a session is found again from a long path."""
    draw = np.random.default_rng(3)
    level = np.empty(20_000)
    level[0] = 0.0
    for place in range(1, level.size):
        level[place] = 0.98 * level[place - 1] + draw.normal(0.0, 0.06)
    assert reversion_speed(16.0 * np.exp(level)) == pytest.approx(-np.log(0.98), rel=0.1)
    assert np.isnan(reversion_speed(16.0 * np.exp(level[:200])))
    assert np.isnan(reversion_speed(np.exp(np.arange(400.0) / 100.0)))


def test_spot_map() -> None:
    """Betas at the measured horizons, held beyond; a future of 65 days moves by 0.53618 (KAT-16)."""
    assert spot_beta(np.array([0.5, 1.0, 5.0, 21.0, 60.0])).tolist() == [4.2, 4.2, 3.9, 3.3, 3.3]
    assert samuelson(np.array(65.0 / 365.0)) == pytest.approx(0.53618, abs=5e-6)
    fall = np.array(np.log(0.9))
    assert mapped_vix(20.0, fall, np.array(21.0)) == pytest.approx(20.0 * 0.9**-3.3)
    moved = mapped_future(np.array(19.5), fall, np.array(31.0), np.array(65.0 / 365.0))
    assert moved == pytest.approx(19.5 * 0.9 ** (-3.3 * 0.53618), rel=1e-5)
