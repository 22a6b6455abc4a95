"""Smiles fitted to made-up quotes: what they give back, and what they refuse."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pricing.black import black76_price
from pricing.board import Board, QuoteReason
from pricing.errors import PricingError
from pricing.surface import (
    Smile,
    SmileQuotes,
    SmileReason,
    calendar_breach,
    density_factor,
    fit_smile,
    fit_surface,
    smile_quotes,
)

Floats = NDArray[np.float64]
BoardOf = Callable[..., Board]
K = np.linspace(-0.3, 0.15, 31)


def _quotes(vol: Floats, k: Floats = K) -> SmileQuotes:
    return SmileQuotes(k, vol, np.ones_like(vol), np.zeros(k.size, dtype=np.uint8))


def _svi_vol(years: float, scale: float = 1.0) -> Floats:
    total = scale * (0.001 + 0.03 * (-0.6 * (K + 0.02) + np.sqrt((K + 0.02) ** 2 + 0.08**2)))
    return np.sqrt(total / years)


@pytest.fixture(scope="module")
def sound() -> Smile:
    """A smile of one month that fits its quotes."""
    return fit_smile(_quotes(_svi_vol(0.1)), 100.0, 0.1)


def test_gives_back_its_quotes(sound: Smile) -> None:
    """Quotes of an SVI smile are found again to a hundredth of a volatility point."""
    assert sound.reason is SmileReason.OK
    assert np.abs(sound.vol(100.0 * np.exp(K)) - _svi_vol(0.1)).max() < 1e-4
    assert sound.error < 1e-4


def test_prices_without_butterflies(sound: Smile) -> None:
    """Call prices of the fitted smile fall and are convex in the strike."""
    strike = np.linspace(75.0, 116.0, 200)
    vol = sound.vol(strike)
    price = black76_price(100.0, strike, 0.1, vol, 1.0, np.ones(200, dtype=bool))
    slope = np.diff(price) / np.diff(strike)
    assert ((slope <= 0.0) & (slope >= -1.0)).all()
    assert (np.diff(slope) >= -1e-9).all()


def test_silent_beyond_its_quotes(sound: Smile) -> None:
    """Beyond the quoted strikes the smile has total variance but no volatility to trade on."""
    assert np.isnan(sound.vol(np.array([50.0, 130.0]))).all()
    assert np.isfinite(sound.total_variance(np.array([-0.7, 0.26]))).all()


def test_butterflies_are_mended() -> None:
    """A corner that a butterfly arbitrages is rounded off, near the quotes."""
    smile = fit_smile(_quotes(0.1 + 1.2 * np.abs(K + 0.05)), 100.0, 0.02)
    assert smile.reason is SmileReason.OK
    assert smile.error < 0.005
    assert density_factor(smile, np.linspace(-3.0, 3.0, 2001)).min() > 0.0


def test_arbitrage_beyond_mending_is_refused() -> None:
    """A step in the smile cannot be had without arbitrage: no smile, rather than a wrong one."""
    smile = fit_smile(_quotes(np.where(K < -0.1, 0.5, 0.15)), 100.0, 0.1)
    assert smile.reason is SmileReason.POOR_FIT
    assert smile.density_min > 0.0
    assert np.isnan(smile.vol(np.array([99.0]))).all()


def test_scattered_quotes_are_refused() -> None:
    """Quotes that no smooth smile passes near are a poor fit, and answer nothing."""
    vol = 0.2 + 0.08 * (-1.0) ** np.arange(K.size)
    smile = fit_smile(_quotes(vol), 100.0, 0.1)
    assert smile.reason is SmileReason.POOR_FIT
    assert np.isnan(smile.vol(np.array([100.0]))).all()


@pytest.mark.parametrize(
    ("count", "years", "reason"),
    [(7, 0.1, SmileReason.TOO_FEW_QUOTES), (0, 0.1, SmileReason.TOO_FEW_QUOTES),
     (31, 0.0, SmileReason.NO_TIME)],
)  # fmt: skip
def test_nothing_to_fit(count: int, years: float, reason: SmileReason) -> None:
    """Fewer than eight quotes, or no time, give no smile."""
    smile = fit_smile(_quotes(_svi_vol(0.1)[:count], K[:count]), 100.0, years)
    assert smile.reason is reason
    assert np.isnan(smile.vol(np.array([100.0]))).all()


def test_later_expiry_stays_above(sound: Smile) -> None:
    """A later expiry quoted below an earlier one is lifted to it, or refused."""
    surface = fit_surface(
        [_quotes(_svi_vol(0.1)), _quotes(_svi_vol(0.12, 0.985))], [100.0, 100.0], [0.1, 0.12]
    )
    later = surface.smiles[1]
    assert calendar_breach(sound, fit_smile(_quotes(_svi_vol(0.12, 0.985)), 100.0, 0.12)) > 1e-6
    assert later.reason is SmileReason.OK
    assert calendar_breach(surface.smiles[0], later) <= 1e-9


def test_between_expiries() -> None:
    """Between two expiries total variance is linear in time, and unknown outside them."""
    surface = fit_surface(
        [_quotes(_svi_vol(0.1)), _quotes(_svi_vol(0.2, 2.2))], [100.0, 101.0], [0.1, 0.2]
    )
    first, second = surface.smiles
    strike = np.array([95.0, 100.5])
    k = np.log(strike / 100.5)
    middle = 0.5 * (first.total_variance(k) + second.total_variance(k))
    assert surface.vol(strike, 100.5, 0.15) == pytest.approx(np.sqrt(middle / 0.15))
    assert surface.vol(strike, 100.0, 0.1) == pytest.approx(first.vol(strike))
    assert np.isnan(surface.vol(strike, 100.0, 0.05)).all()
    assert np.isnan(surface.vol(strike, 100.0, 0.25)).all()


def test_expiries_out_of_order() -> None:
    """Expiries that do not increase are refused."""
    quotes = _quotes(_svi_vol(0.1))
    with pytest.raises(PricingError, match="accepted are increasing times"):
        fit_surface([quotes, quotes], [100.0, 100.0], [0.1, 0.1])


def test_volatilities_of_a_board(board_of: BoardOf) -> None:
    """A flat board gives its volatility at every strike it uses, a reason at every other."""
    board = board_of(np.arange(60.0, 160.0, 2.5), 0.2, half_spread=0.0005)
    board.put_bid[14] = 0.0
    discount = float(np.exp(-0.04 * board.years))
    quotes = smile_quotes(board, 100.0, discount)
    assert quotes.reason.size == board.strike.size
    assert quotes.vol == pytest.approx(0.2, abs=1e-6)
    assert (np.abs(quotes.log_moneyness) <= 3.0 * 0.2 * np.sqrt(board.years) + 1e-6).all()
    assert QuoteReason(quotes.reason[14]) is QuoteReason.ZERO_BID
    assert set(quotes.reason.tolist()) >= {QuoteReason.USED, QuoteReason.OUTSIDE_BAND}
