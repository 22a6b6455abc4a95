"""Products that hold VIX futures: weights of the roll, their way, their forward and volatility."""

from datetime import date

import numpy as np
import pytest

from pricing.errors import PricingError
from pricing.etp import (
    futures_return,
    leverage,
    product,
    product_forward,
    product_growth,
    product_vol,
    roll_weights,
    roll_yield,
)
from pricing.moves import VixCurve
from pricing.smile import VIX_CALL_SKEW


def _days(*texts: str) -> np.ndarray:
    return np.array([(date.fromisoformat(text) - date(1970, 1, 1)).days for text in texts])


# VIX settlements of early 2018: Wednesdays 30 days before the month's third Friday after them.
SETTLED = _days("2018-01-17", "2018-02-14", "2018-03-21", "2018-04-18")


def test_weights_are_business_days_left() -> None:
    """From 14 February to 21 March are 25 weekdays: on the 14th 24 remain, at the end none."""
    at = _days("2018-02-14", "2018-02-15", "2018-03-06", "2018-03-19", "2018-03-20")
    roll = roll_weights(at, SETTLED)
    assert roll.first.tolist() == [2] * 5
    assert roll.weight.tolist() == [24 / 25, 23 / 25, 10 / 25, 1 / 25, 0.0]


def test_unknown_second_contract_has_no_weight() -> None:
    """With fewer than two contracts ahead nothing can be said."""
    assert np.isnan(roll_weights(_days("2018-04-02"), SETTLED).weight).all()
    assert roll_weights(_days("2018-04-02"), SETTLED[:0]).first.tolist() == [-1]


def test_return_is_of_what_is_held() -> None:
    """Half in 15 to 16 and half in 17 to 17.5 earns 1.5 on 32; a contract of no weight is not read."""
    found = futures_return(
        np.array([0.5, 0.0]), np.array([[15.0, 17.0], [np.nan, 20.0]]),
        np.array([[16.0, 17.5], [np.nan, 21.0]]),
    )  # fmt: skip
    assert found == pytest.approx([1.5 / 32.0, 0.05])


@pytest.mark.parametrize(
    ("symbol", "day", "factor"),
    [("UVXY", "2018-02-27", 2.0), ("UVXY", "2018-02-28", 1.5), ("SVXY", "2018-02-05", -1.0),
     ("SVXY", "2018-02-28", -0.5), ("VIXY", "2018-02-05", 1.0), ("VXX", "2024-01-05", 1.0)],
)  # fmt: skip
def test_leverage_is_of_its_day(symbol: str, day: str, factor: float) -> None:
    """ProShares halved SVXY and took UVXY from 2 to 1.5 on 2018-02-28."""
    assert leverage(symbol, _days(day)).tolist() == [factor]


def test_february_5_took_svxy_s_price() -> None:
    """Its futures rose by 96.1 % that day: one short is left with 3.9 %, UVXY of then has 192 % more."""
    earned, none = np.array([0.961]), np.zeros(1)
    growth = [product_growth(earned, np.array([one]), none, 0.0, none)[0] for one in (-1.0, 2.0)]
    assert growth == pytest.approx([0.039, 2.922])
    assert product_growth(np.array([1.2]), np.array([-1.0]), none, 0.0, none).tolist() == [0.0]


def test_interest_less_fee() -> None:
    """A year without a move earns the bill less the fee: 5 % less 0.89 %."""
    grown = product_growth(np.zeros(1), np.ones(1), np.array([0.05]), product("VXX").fee, np.array([365.0]))  # fmt: skip
    assert grown == pytest.approx([1.0411])


def test_contango_costs_the_holder() -> None:
    """On a straight curve of 2 points in 28 days a session loses 365 / 252 days of it.

    On 2018-02-14 the first contract has 35 days, the second 63: 17.5 and 19.5, weights 24 and 1.
    """
    day = _days("2018-02-14")
    curve = VixCurve(np.array([[0.0, 280.0]]), np.array([[15.0, 35.0]]))
    slope = 20.0 / 280.0 * 365.0 / 252.0
    held = 0.96 * (15.0 + 2.5) + 0.04 * (15.0 + 4.5)
    assert roll_yield(day, SETTLED, curve) == pytest.approx([-slope / held])


def test_forward_pays_the_fee() -> None:
    """S e^{(r - fee) T}; none without a price."""
    found = product_forward(np.array([20.0, np.nan, 0.0]), np.array(0.05), 0.01, np.array(0.5))
    assert found[0] == pytest.approx(20.0 * np.exp(0.02))
    assert np.isnan(found[1:]).all()


def test_volatility_follows_leverage_and_skew() -> None:
    """At the money 1.01 VVIX e^{-0.2877} / sqrt(g), g = (1 - e^{-0.5753}) / 0.5753; calls above dearer."""
    turn = 3.5 * 30.0 / 365.0
    g = (1.0 - np.exp(-2.0 * turn)) / (2.0 * turn)
    expected = 1.01 * 0.90 * np.exp(-turn) / np.sqrt(g)
    at = {"vvix": np.array(90.0), "vix": np.array(15.0)}
    strikes = np.array([80.0, 100.0, 130.0])
    once = product_vol(np.array(1.0), np.array(100.0), strikes, **at)
    assert once[:2] == pytest.approx([expected, expected], rel=1e-5)
    assert once[2] == pytest.approx(expected * (1.0 + VIX_CALL_SKEW * np.log(1.3)), rel=1e-5)
    lever = product_vol(np.array(-0.5), np.array(100.0), strikes[:2], **at)
    assert lever == pytest.approx(0.5 * once[:2])


def test_unknown_vvix_is_guessed_from_the_vix() -> None:
    """53.70 VIX^0.183 stands for the VVIX; without either there is none."""
    guess = 53.70 * 15.0**0.183
    one = product_vol(np.array(1.0), np.array(100.0), np.array(100.0), vvix=np.array(np.nan), vix=np.array(15.0))  # fmt: skip
    two = product_vol(np.array(1.0), np.array(100.0), np.array(100.0), vvix=np.array(guess), vix=np.array(15.0))  # fmt: skip
    assert one == pytest.approx(two, rel=1e-3)
    assert np.isnan(product_vol(np.array(1.0), np.array(1.0), np.array(1.0), vvix=np.array(np.nan), vix=np.array(np.nan)))  # fmt: skip


def test_unknown_product_is_refused() -> None:
    """What is no product of VIX futures here is named, with those that are."""
    with pytest.raises(PricingError, match="found 'SPY'; accepted are VXX"):
        product("SPY")
