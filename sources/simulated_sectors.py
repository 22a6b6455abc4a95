"""Simulated sector funds, order flow, offerings and chains: what hangs on the same tape."""

from dataclasses import dataclass

import numpy as np

from sources.simulated_equity import SESSIONS_PER_YEAR, Tape, levels
from sources.simulated_noise import Path, reverting, ripple, smoothed, stream

_GROWTH = 0.045  # a year; a fund's dividends are paid out
_ESTATE = 0.5  # of the index's deviation: what real estate has in common


@dataclass(frozen=True)
class _Fund:
    """A fund's last close [dollars], market beta, own deviation and sensitivity to the 10-year.

    ``own`` is in deviations of the index, ``duration`` in percent of price for a point of yield.
    """

    last: float
    beta: float
    own: float
    duration: float
    is_estate: bool = False


_FUNDS = {
    "vnq": _Fund(89.0, 0.95, 0.25, 5.0, is_estate=True),
    "xlre": _Fund(41.0, 0.90, 0.25, 5.0, is_estate=True),
    "arkk": _Fund(76.0, 1.60, 1.10, 3.0),
    "iwo": _Fund(310.0, 1.20, 0.55, 1.0),
    "kre": _Fund(63.0, 1.10, 0.80, -3.0),
    "xlk": _Fund(245.0, 1.20, 0.45, 0.0),
    "xlu": _Fund(80.0, 0.50, 0.65, 4.0),
    "xly": _Fund(210.0, 1.15, 0.45, 0.0),
}


def sectors(market: Tape, ten_year: Path, seed: int) -> dict[str, Path]:
    """Closes of sector funds [dollars]: the market's moves by beta, rates, and each its own."""
    count = market.log_return.size
    deviation = np.sqrt(market.variance)
    estate = _ESTATE * stream(seed, "real estate").standard_normal(count)
    rise = np.diff(ten_year, prepend=ten_year[0])
    found = {}
    for name, fund in _FUNDS.items():
        own = fund.own * stream(seed, f"{name} return").standard_normal(count)
        returns = fund.beta * market.log_return + deviation * (own + estate * fund.is_estate)
        returns -= fund.duration * rise
        returns += _GROWTH / SESSIONS_PER_YEAR - returns.mean()
        found[f"{name}_close"] = np.round(
            levels(returns, fund.last, stream(seed, f"{name} level")), 2
        )
    return found


def index_fund(close: Path, vix: Path, seed: int) -> dict[str, Path]:
    """SPY: a tenth of the index [dollars], and shares traded, more when the market is afraid."""
    own = ripple(seed, "spy", close.size, 0.9, 0.0004)
    moved = np.abs(np.diff(np.log(close), prepend=np.log(close[0])))
    busy = ripple(seed, "spy volume", close.size, 0.85, 0.18)
    busy += 0.8 * np.log(smoothed(vix, 5.0) / 16.0) + 10.0 * moved
    return {
        "spy_close": np.round(close / 10.0 * np.exp(own), 2),
        "spy_volume": np.round(6.8e7 * np.exp(busy)),
    }


def ether(market: Tape, seed: int) -> dict[str, Path]:
    """Ether [dollars]: twice the index's moves, and most of its volatility its own."""
    own = 0.038 * stream(seed, "ether return").standard_normal(market.log_return.size)
    path = reverting(2.0 * (market.log_return - market.log_return.mean()) + own, 0.997)
    return {"eth_close": np.round(2_600.0 * np.exp(path), 2)}


def gauges(vix: Path, seed: int) -> dict[str, Path]:
    """Order flow, priced offerings and what decentralized exchanges and block builders report."""
    count = vix.size
    stress = np.log(smoothed(vix, 10.0) / 16.0)
    odd = 1.1 + ripple(seed, "odd lots", count, 0.995, 0.12) - 0.2 * stress
    hidden = -1.9 + ripple(seed, "hidden", count, 0.99, 0.06) + 0.1 * stress
    cancels = 22.0 * np.exp(ripple(seed, "cancels", count, 0.98, 0.12) - 0.25 * stress)
    pace = np.clip(1.3 * np.exp(-1.4 * stress + ripple(seed, "issuance", count, 0.99, 0.3)), 0, 8)
    volume = 7e9 * np.exp(ripple(seed, "dex", count, 0.985, 0.45) + 0.4 * stress)
    volume *= np.exp(0.15 * stream(seed, "dex day").standard_normal(count))
    payment = 0.055 * np.exp(ripple(seed, "mev", count, 0.9, 0.25) + 0.5 * stress)
    payment *= np.exp(0.2 * stream(seed, "mev day").standard_normal(count))
    blocks: Path = np.clip(6_550 + ripple(seed, "mev blocks", count, 0.98, 80.0), 0.0, 7_200.0)
    return {
        "midas_cancel_to_trade": np.round(cancels, 4),
        "midas_odd_lot_rate": np.round(1.0 / (1.0 + np.exp(-odd)), 6),
        "midas_hidden_rate": np.round(1.0 / (1.0 + np.exp(-hidden)), 6),
        "ipo_priced_count": stream(seed, "offerings").poisson(pace).astype(np.float64),
        "dex_volume": np.round(volume),
        "mev_payment_mean": np.round(payment, 6),
        "mev_block_count": np.round(blocks),
    }
