"""KAT-14: what providers of liquidity to constant-product pools lose."""

from math import sqrt

import polars as pl
import pytest

from pricing.amm import depth_usd, impermanent_loss, loss_versus_rebalancing
from pricing.errors import PricingError
from transforms import gauge

LOSSES = {1.25: -0.6192, 1.5: -2.0204, 2.0: -5.7191, 3.0: -13.3975, 4.0: -20.0, 5.0: -25.4644}


@pytest.mark.parametrize(("price_ratio", "percent"), LOSSES.items())
def test_impermanent_loss(price_ratio: float, percent: float) -> None:
    """KAT-14: the published losses in percent, the same for a fall as for the rise that undoes it."""
    assert 100 * impermanent_loss(price_ratio) == pytest.approx(percent, abs=5e-5)
    assert 100 * impermanent_loss(1 / price_ratio) == pytest.approx(percent, abs=5e-5)


def test_column_is_the_function() -> None:
    """The gauge's column is the same formula."""
    frame = pl.LazyFrame({"r": list(LOSSES)}).select(y=gauge.impermanent_loss(pl.col("r")))
    found = frame.collect(engine="in-memory")["y"].to_list()
    assert found == pytest.approx([impermanent_loss(ratio) for ratio in LOSSES], abs=1e-15)


def test_loss_versus_rebalancing() -> None:
    """KAT-14: 5 % a day costs 3.125 basis points a day, 11.41 % a year."""
    assert loss_versus_rebalancing(0.05) == pytest.approx(3.125e-4)
    assert 365 * loss_versus_rebalancing(0.05) == pytest.approx(0.1141, abs=5e-5)
    assert loss_versus_rebalancing(0.05 * sqrt(365)) == pytest.approx(0.1141, abs=5e-5)


def test_depth_by_reserves() -> None:
    """A pool of 100 ether at 10,000 dollars: the dollars put in leave a price one percent higher."""
    ether, dollars = 100.0, 1_000_000.0
    paid = depth_usd(ether * 10_000.0 + dollars)
    after = dollars + paid
    assert after / (ether * dollars / after) == pytest.approx(10_100.0)
    assert depth_usd(2.0 * dollars, -0.01) < 0.0


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_refusals(bad: float) -> None:
    """What is no price ratio, volatility or pool is refused with the value found."""
    for call in (impermanent_loss, depth_usd):
        with pytest.raises(PricingError, match="accepted is a number above zero"):
            call(bad)
    if bad != 0.0:
        with pytest.raises(PricingError, match="accepted is a number from 0"):
            loss_versus_rebalancing(bad)
