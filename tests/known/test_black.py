"""Option prices and sensitivities that textbooks and the methodology print."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from pricing.black import (
    Carry,
    Reason,
    black76_greeks,
    black76_price,
    bsm_greeks,
    bsm_price,
    implied_vol,
)

CONDOR_YEARS = 45 / 365
CONDOR_STRIKES = np.array([4600.0, 4700.0, 5300.0, 5400.0])
CONDOR_CALLS = np.array([False, False, True, True])
CONDOR_CARRY = Carry(0.04, 0.013)


def test_stock_option() -> None:
    """KAT-15, Hull: stock 42, strike 40, 10 %, 20 %, half a year: call 4.7594, put 0.8086."""
    found = bsm_price(42.0, 40.0, 0.5, 0.20, Carry(0.10), [True, False])
    assert found == pytest.approx([4.7594, 0.8086], abs=5e-5)


def test_index_option() -> None:
    """KAT-15, Hull: index 930, strike 900, 8 % less 3 %, 20 %, two months: call 51.83."""
    found = bsm_price(930.0, 900.0, 2 / 12, 0.20, Carry(0.08, 0.03), is_call=True)
    assert found == pytest.approx(51.833, abs=5e-4)


def test_futures_put() -> None:
    """KAT-15, Hull: futures and strike 20, 9 %, 25 %, four months: put 1.1166."""
    found = black76_price(20.0, 20.0, 4 / 12, 0.25, math.exp(-0.09 * 4 / 12), is_call=False)
    assert found == pytest.approx(1.1166, abs=5e-5)


def test_futures_at_the_money() -> None:
    """KAT-15, Haug: futures and strike 19, 10 %, 28 %, nine months: call and put 1.7011."""
    found = black76_price(19.0, 19.0, 0.75, 0.28, math.exp(-0.075), [True, False])
    assert found == pytest.approx([1.7011, 1.7011], abs=5e-5)


def test_condor_legs() -> None:
    """KAT-16: the four legs of a condor at a flat 16 % and their spot deltas."""
    found = bsm_greeks(5000.0, CONDOR_STRIKES, CONDOR_YEARS, 0.16, CONDOR_CARRY, CONDOR_CALLS)
    assert found.price == pytest.approx([7.1209, 16.4959, 25.0365, 12.9463], abs=5e-5)
    assert found.delta_spot == pytest.approx([-0.0579, -0.1171, 0.1708, 0.0997], abs=5e-5)


def test_condor_credit_and_probability() -> None:
    """KAT-16: credit 21.4652, break-evens 4678.535 and 5321.465, lognormal probability 0.7471."""
    legs = bsm_price(5000.0, CONDOR_STRIKES, CONDOR_YEARS, 0.16, CONDOR_CARRY, CONDOR_CALLS)
    credit = float(legs @ np.array([-1.0, 1.0, 1.0, -1.0]))
    assert credit == pytest.approx(21.4652, abs=1e-4)
    forward = 5000.0 * math.exp((0.04 - 0.013) * CONDOR_YEARS)
    assert forward == pytest.approx(5016.67, abs=5e-3)
    bounds = np.array([4700.0 - credit, 5300.0 + credit])
    assert bounds == pytest.approx([4678.535, 5321.465], abs=5e-4)
    deviation = 0.16 * math.sqrt(CONDOR_YEARS)
    low, high = ndtr((np.log(bounds / forward) + 0.5 * deviation**2) / deviation)
    assert high - low == pytest.approx(0.7471, abs=5e-5)


def test_condor_volatility_returns() -> None:
    """KAT-16: each printed leg price, to its four decimals, implies 16 %."""
    forward = 5000.0 * math.exp((0.04 - 0.013) * CONDOR_YEARS)
    prices = [7.1209, 16.4959, 25.0365, 12.9463]
    found = implied_vol(
        prices, forward, CONDOR_STRIKES, CONDOR_YEARS, math.exp(-0.04 * CONDOR_YEARS), CONDOR_CALLS
    )
    assert found.reason.tolist() == [Reason.OK] * 4
    assert found.volatility == pytest.approx([0.16] * 4, abs=1e-6)


def test_vix_call_spread() -> None:
    """KAT-16: VIX calls 22 and 32 on a future of 19.5, 110 days, 75 %, are 2.2491 and 0.5586."""
    years = 110 / 365
    found = black76_price(19.5, [22.0, 32.0], years, 0.75, math.exp(-0.04 * years), is_call=True)
    assert found == pytest.approx([2.2491, 0.5586], abs=1e-4)  # 0.55853: its last digit is cut up


def test_hull_greeks() -> None:
    """Hull, example of the Greeks: stock 49, strike 50, 5 %, 20 %, 20 weeks.

    Options, Futures, and Other Derivatives, chapter The Greek Letters: delta 0.522, gamma 0.066,
    vega 12.1 per unit of volatility, theta -4.31 a year, rho 8.91 per unit of rate.
    """
    found = bsm_greeks(49.0, 50.0, 20 / 52, 0.20, Carry(0.05), is_call=True)
    assert found.delta_spot == pytest.approx(0.522, abs=5e-4)
    assert found.gamma == pytest.approx(0.066, abs=5e-4)
    assert found.vega * 100 == pytest.approx(12.1, abs=5e-2)
    assert found.theta * 365 == pytest.approx(-4.31, abs=5e-3)
    assert found.rho * 100 == pytest.approx(8.91, abs=5e-3)


def test_black76_delta() -> None:
    """KAT-15's at-the-money future: discounted delta is D times N(s/2), rho is minus T times price.

    N(0.5 * 0.28 * sqrt(0.75)) = N(0.121244) = 0.548251 by tables of the normal distribution.
    """
    found = black76_greeks(19.0, 19.0, 0.75, 0.28, math.exp(-0.075), is_call=True)
    assert found.delta_forward == pytest.approx(math.exp(-0.075) * 0.548251, abs=1e-6)
    assert found.delta_spot == found.delta_forward
    assert found.rho == pytest.approx(-0.01 * 0.75 * 1.7011, abs=1e-6)
