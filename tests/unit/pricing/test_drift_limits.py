"""Delta that drifts: how long it has, and how many futures the limits let through."""

import numpy as np
import pytest

from pricing.drift import FUTURE_MARGIN, drift_closes, futures_cap, futures_needed

NAN = float("nan")


@pytest.mark.parametrize(
    ("shares", "closes"),
    [([0.004, 0.006, 0.006], [0, 1, 2]), ([-0.006, 0.006, 0.005, -0.007], [1, 2, 0, 1]),
     ([0.006, NAN, 0.006], [1, NAN, 1]), ([], [])],
)  # fmt: skip
def test_closes_in_a_row(shares: list[float], closes: list[float]) -> None:
    """Beyond half a percent either way, that itself is within; an unknown close starts anew."""
    assert drift_closes(np.array(shares)).tolist() == pytest.approx(closes, nan_ok=True)


def test_cap_is_the_tighter_limit() -> None:
    """A quarter of a million is ten futures of 25; 50,000 of margin at half of 25,000 are four."""
    future, value = np.array([25.0, 25.0, NAN]), np.array(1e6)
    assert futures_cap(future, value, 0.25, FUTURE_MARGIN).tolist()[:2] == [10.0, 10.0]
    tight = futures_cap(future, value, 0.25, FUTURE_MARGIN, np.array([50_000.0, -1.0, 0.0]))
    assert tight.tolist() == pytest.approx([4.0, 0.0, NAN], nan_ok=True)


def test_margin_is_half_the_notional() -> None:
    """D$ of 500,000 over 1,000 x 20 x 4.2 e^{-3.5 x 0.2} is 11.99: twelve, margin 120,000."""
    found = futures_needed(np.array(500_000.0), np.array(20.0), np.array(0.2), np.array(99.0), FUTURE_MARGIN)  # fmt: skip
    assert float(found.unrounded) == pytest.approx(500_000.0 / (84_000.0 * np.exp(-0.7)))
    assert (float(found.contracts), float(found.margin)) == (12.0, 120_000.0)
    assert FUTURE_MARGIN.name.startswith("assumed")
