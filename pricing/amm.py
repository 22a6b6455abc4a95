"""Constant-product pools: what their liquidity providers lose, and how deep they are.

Gauges of crypto markets; no study links them to the S&P 500 or the VIX.
"""

from math import isfinite, sqrt

from pricing.errors import PricingError


def impermanent_loss(price_ratio: float) -> float:
    """What a pool's share is worth against holding its two assets, less 1.

    ``2 sqrt(r) / (1 + r) - 1``, r the price now over the price at the start; the same for r and
    1 / r.

    Args:
        price_ratio: r, above zero.

    Returns:
        0 or below [decimal].

    Raises:
        PricingError: a ratio that is not a number above zero.

    Source:
        Pintail (2019), "Uniswap: a good deal for liquidity providers?"; methodology 10.1, KAT-14.
    """
    _require_positive("price ratio", price_ratio)
    return 2.0 * sqrt(price_ratio) / (1.0 + price_ratio) - 1.0


def loss_versus_rebalancing(vol: float) -> float:
    """What arbitrage takes from a constant-product pool, as a share of it per unit of time.

    ``sigma^2 / 8``, in the time unit of sigma: a volatility per day gives a loss per day.

    Args:
        vol: sigma of the relative price, 0 or above [decimal].

    Returns:
        0 or above [decimal].

    Raises:
        PricingError: a volatility that is negative or no number.

    Source:
        Milionis, Moallemi, Roughgarden and Zhang (2022), "Automated market making and
        loss-versus-rebalancing", constant-product case; methodology 10.1, KAT-14.
    """
    if not isfinite(vol) or vol < 0.0:
        raise PricingError(f"volatility {vol!r}: accepted is a number from 0; correct it")
    return vol * vol / 8.0


def depth_usd(pool_usd: float, move: float = 0.01) -> float:
    """Dollars that raise the price in a constant-product pool by a share.

    ``V / 2 (sqrt(1 + m) - 1)``: half of the pool's value is its dollar side, and the price is the
    square of that side over the product.

    Args:
        pool_usd: V, both sides together [US dollars].
        move: m, above -1 [decimal]; below zero gives the dollars taken out, negative.

    Raises:
        PricingError: a pool or a move that is no such number.

    Source:
        Adams, Zinsmeister and Robinson (2020), Uniswap v2 Core, constant-product rule; methodology
        10.1, D-DEPTH.
    """
    _require_positive("pool", pool_usd)
    _require_positive("1 + move", 1.0 + move)
    return pool_usd / 2.0 * (sqrt(1.0 + move) - 1.0)


def _require_positive(what: str, found: float) -> None:
    if not isfinite(found) or found <= 0.0:
        raise PricingError(f"{what} {found!r}: accepted is a number above zero; correct it")
