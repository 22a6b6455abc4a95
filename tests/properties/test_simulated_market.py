"""The simulated market behaves as markets do: the facts of Cont (2001) and of the VIX family.

Cont, R., "Empirical properties of asset returns: stylized facts and statistical issues",
Quantitative Finance 1 (2001). Each figure is the mean over three seeds of 2,500 sessions, where
sampling alone moves a single market's figure a good way.
"""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from sources.simulated import Simulation, fetch_observations, parse_observations

Paths = dict[str, NDArray[np.float64]]


def _paths(simulation: Simulation) -> Paths:
    frame = parse_observations(fetch_observations(simulation)).collect(engine="in-memory")
    names = ("spx_close", "vix_close", "vix3m_close", "vvix_close", "skew_close",
             "baa_yield", "aaa_yield", "nyse_advances", "nyse_declines",
             "erp_damodaran_published", "spx_at_erp_mark")  # fmt: skip
    return {name: frame.filter(pl.col("series_id") == name)["value"].to_numpy() for name in names}


@pytest.fixture(scope="module")
def markets() -> list[Paths]:
    """Three markets of ten years."""
    return [_paths(Simulation(sessions=2500, seed=seed)) for seed in (1, 2, 3)]


def _mean(markets: list[Paths], measure: Callable[[Paths], float]) -> float:
    return float(np.mean([measure(market) for market in markets]))


def _returns(market: Paths) -> NDArray[np.float64]:
    returns: NDArray[np.float64] = np.diff(np.log(market["spx_close"]))
    return returns


def _autocorrelation(path: NDArray[np.float64], lag: int) -> float:
    return float(np.corrcoef(path[:-lag], path[lag:])[0, 1])


@pytest.mark.parametrize("lag", [1, 2, 5, 10, 20])
def test_volatility_clusters(lag: int, markets: list[Paths]) -> None:
    """Large moves follow large moves for weeks, while the moves' signs do not."""
    of_size = _mean(markets, lambda m: _autocorrelation(np.abs(_returns(m)), lag))
    of_move = _mean(markets, lambda m: _autocorrelation(_returns(m), lag))
    assert of_size > 0.05
    assert of_size > of_move
    assert abs(of_move) < 0.06


def test_tails_are_fat(markets: list[Paths]) -> None:
    """Extreme days are far commoner than a normal law allows."""

    def excess(market: Paths) -> float:
        returns = _returns(market)
        centred = returns - returns.mean()
        return float((centred**4).mean() / (centred**2).mean() ** 2 - 3)

    assert _mean(markets, excess) > 1


def test_falls_raise_volatility(markets: list[Paths]) -> None:
    """A fall is followed by larger moves than a rise: the leverage effect."""

    def leverage(market: Paths) -> float:
        returns = _returns(market)
        ahead = np.convolve(np.abs(returns), np.ones(5) / 5, "valid")[1:]
        return float(np.corrcoef(returns[: ahead.size], ahead)[0, 1])

    assert _mean(markets, leverage) < -0.05


def test_volatility_is_plausible(markets: list[Paths]) -> None:
    """Annual volatility is a share index's."""
    assert 0.10 < _mean(markets, lambda m: float(_returns(m).std() * np.sqrt(252))) < 0.25


def test_vix_falls_as_index_rises(markets: list[Paths]) -> None:
    """The VIX moves against the index, about four times as far in logs; -4.17 in 1999-2018."""

    def moves(market: Paths) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return _returns(market), np.diff(np.log(market["vix_close"]))

    assert -0.9 < _mean(markets, lambda m: float(np.corrcoef(*moves(m))[0, 1])) < -0.65
    assert -5.0 < _mean(markets, lambda m: float(np.polyfit(*moves(m), 1)[0])) < -3.3


def test_vix_exceeds_realized(markets: list[Paths]) -> None:
    """The VIX stands above realized volatility on average; 3.6 points in 1999-2018."""

    def spread(market: Paths) -> float:
        squares = np.convolve(_returns(market) ** 2, np.ones(21) / 21, "valid")
        return float((market["vix_close"][21:] - 100 * np.sqrt(252 * squares)).mean())

    assert 1.5 < _mean(markets, spread) < 6.0


def test_contango_is_usual(markets: list[Paths]) -> None:
    """The curve rises on most days, and falls when the VIX is high."""
    assert _mean(markets, lambda m: float((m["vix3m_close"] > m["vix_close"]).mean())) > 0.7
    for market in markets:
        stressed = market["vix_close"] > 32
        assert (market["vix3m_close"] < market["vix_close"])[stressed].mean() > 0.9


def test_vvix_and_skew_stay_in_range(markets: list[Paths]) -> None:
    """VVIX and SKEW stay where these indices live."""
    for market in markets:
        assert market["vvix_close"].min() >= 80
        assert market["vvix_close"].max() <= 180
        assert market["skew_close"].min() >= 115
        assert market["skew_close"].max() <= 150


def test_credit_widens_in_stress(markets: list[Paths]) -> None:
    """The Baa-Aaa spread is positive, and wider when the VIX is high."""
    for market in markets:
        spread = market["baa_yield"] - market["aaa_yield"]
        assert spread.min() > 0
        assert (
            spread[market["vix_close"] > 30].mean() > 1.5 * spread[market["vix_close"] < 15].mean()
        )


def test_breadth_follows_index(markets: list[Paths]) -> None:
    """More issues rise on days when the index rises."""

    def link(market: Paths) -> float:
        net = (market["nyse_advances"] - market["nyse_declines"])[1:]
        return float(np.corrcoef(net, _returns(market))[0, 1])

    assert 0.5 < _mean(markets, link) < 0.95


def test_premium_moves_against_price(markets: list[Paths]) -> None:
    """The published premium stays plausible and rises as the index falls."""
    for market in markets:
        premium = market["erp_damodaran_published"]
        moves = np.diff(np.log(market["spx_at_erp_mark"]))
        assert premium.min() >= 0.035
        assert premium.max() <= 0.075
        assert np.corrcoef(np.diff(premium), moves)[0, 1] < -0.7
