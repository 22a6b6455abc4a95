"""The columns of market liquidity and the sectors that volatility hurts first."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import count, flag, percentile, rate, text, z

_FLOAT = pl.Float64()

SECTOR_BASKETS = ("reit", "growth", "banks")
"""Baskets of shares that volatility hurts first."""

LIQUIDITY_COLUMNS: tuple[Column, ...] = (
    Column("quick_ratio", _FLOAT, Unit.RATIO, "Liquid assets and receivables of nonfinancial "
           "corporations over what they owe soon", ge=0.05, le=10.0),
    Column("quick_ratio_cash", _FLOAT, Unit.RATIO, "Their liquid assets over paper, bank and other "
           "loans", ge=0.05, le=20.0),
    percentile("quick_ratio_percentile", "quick_ratio among its previous ten years"),
    Column("amihud_21d", _FLOAT, Unit.DECIMAL, "SPY: mean of 21 absolute returns, each per billion "
           "dollars traded", ge=0.0, le=10.0),
    z("liquidity_trading_z", "amihud_21d against ten years, sign turned: above 0 is more liquid"),
    z("liquidity_credit_z", "ig_oas against ten years, sign turned"),
    z("liquidity_funding_z", "Distance of SOFR from IORB against ten years, sign turned"),
    z("liquidity_reserves_z", "Bank reserves and reverse repos over GDP, against ten years"),
    z("market_liquidity", "Mean of the known components; null with fewer than three"),
    count("market_liquidity_count", "Components known"),
    z("market_liquidity_change_63d", "Mean change over 63 sessions of the components known at both ends"),
    flag("is_liquidity_declining", "Market liquidity fell by more than 1 in 63 sessions, or "
         "quick_ratio is below its 10th percentile"),
    flag("is_sector_stress", "Two baskets contract together, or REITs alone are 12 % below their peak"),
    text("basket", "Basket of volatility-sensitive shares: reit, growth or banks"),
    text("sector_fund", "Fund that stands for it", nullable=True),
    rate("sector_drawdown_21d", "Close over the highest of 21, less 1", ge=-1.0, le=0.0),
    rate("sector_change_10d", "Change over ten sessions", ge=-1.0, le=5.0),
    rate("sector_change_sd_252d", "Standard deviation of the year's ten-session changes", ge=0.0, le=2.0),
    flag("is_contracting", "8 % below the 21-session peak, or a change 1.65 deviations down"),
    flag("is_cap_proxy", "Whether a price stands for the market capitalization"),
)  # fmt: skip
