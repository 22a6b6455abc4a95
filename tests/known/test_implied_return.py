"""Implied returns that Damodaran published for the S&P 500."""

import numpy as np
import pytest

from pricing.discount import implied_return, implied_return_of_flows


def test_january_2005() -> None:
    """KAT-01, Damodaran's lecture notes for 1 January 2005: r 7.87 %, premium 3.65 %."""
    flows = [np.array([flow]) for flow in (38.13, 41.37, 44.89, 48.71, 52.85)]
    found = implied_return_of_flows(np.array([1211.92]), flows, np.array([0.0422]))
    assert found[0] == pytest.approx(0.078704, abs=5e-7)
    assert found[0] - 0.0422 == pytest.approx(0.0365, abs=5e-5)


def test_january_2006() -> None:
    """KAT-02, Damodaran on Valuation, table 2.3: premium 4.08 %."""
    flows = [np.array([flow]) for flow in (44.96, 48.56, 52.44, 56.64, 61.17)]
    found = implied_return_of_flows(np.array([1248.29]), flows, np.array([0.0439]))
    assert found[0] == pytest.approx(0.08468, abs=5e-6)
    assert found[0] - 0.0439 == pytest.approx(0.0408, abs=5e-5)


@pytest.mark.parametrize(
    ("cash_yield", "expected", "premium"), [(0.0469, 0.07877, 0.0601), (0.0554, 0.08938, 0.0707)]
)
def test_january_2012(cash_yield: float, expected: float, premium: float) -> None:
    """KAT-03, Damodaran, Equity Risk Premiums (2012): 6.01 %, or 7.07 % at the trailing yield."""
    price, rate = np.array([1257.60]), np.array([0.0187])
    found = implied_return(price, cash_yield * price, 0.0718, rate)
    assert found[0] == pytest.approx(expected, abs=5e-6)
    assert found[0] - 0.0187 == pytest.approx(premium, abs=5e-5)
