"""The tables of market liquidity and the sectors that volatility hurts first, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Measure, NotUsed
from schemas.model import Table

MART_SECTOR_DAILY = Table(
    "mart_sector_daily",
    "Whether baskets of volatility-sensitive shares contract, by the prices of their funds.",
    ("session", "basket"),
    columns("session", "basket", "sector_fund", "sector_drawdown_21d", "sector_change_10d",
            "sector_change_sd_252d", "is_contracting", "is_cap_proxy"),
)  # fmt: skip

MART_LIQUIDITY_DAILY = Table(
    "mart_liquidity_daily",
    "Quick ratios of corporations and of the market, their decline, stress of the sectors.",
    ("session",),
    columns("session", "quick_ratio", "quick_ratio_cash", "quick_ratio_percentile", "amihud_21d",
            "liquidity_trading_z", "liquidity_credit_z", "liquidity_funding_z",
            "liquidity_reserves_z", "market_liquidity", "market_liquidity_count",
            "market_liquidity_change_63d", "is_liquidity_declining", "is_sector_stress"),
)  # fmt: skip

LIQUIDITY_TABLES: tuple[Table, ...] = (MART_SECTOR_DAILY, MART_LIQUIDITY_DAILY)

_LIQUIDITY, _SECTOR = MART_LIQUIDITY_DAILY.name, MART_SECTOR_DAILY.name
_LOANS = ("corporate_liquid_assets", "corporate_paper", "corporate_bank_loans",
          "corporate_other_loans")  # fmt: skip
_TEST = (*_LOANS, "corporate_receivables", "corporate_payables", "corporate_taxes")
_SPY = ("spy_close", "spy_volume")
_MARKET = (*_SPY, "ig_oas", "sofr", "iorb", "bank_reserves", "reverse_repo", "gdp_nominal")
_FUNDS = tuple(f"{name}_close" for name in ("vnq", "xlre", "arkk", "iwo", "kre"))
_Z1 = "Federal Reserve, Financial Accounts (Z.1), B.103"
_CORPORATE = "Nothing supports a corporate quick ratio that predicts the VIX over weeks"
_PRICED = "Amihud 2002, JFM 5; Acharya and Pedersen 2005, JFE 77"
_PRICED_ONLY = "The literature supports that illiquidity is priced, not that it times the VIX"

LIQUIDITY_MEASURES: tuple[Measure, ...] = (
    Measure("L-QR1", "Corporate quick ratio", _LIQUIDITY, "quick_ratio", "8.1",
            "(liquid assets + receivables) / (paper + bank loans + other loans + payables + taxes)",
            _Z1, "B", "GAUGE", _TEST, _CORPORATE),
    Measure("L-QR2", "Corporate cash ratio", _LIQUIDITY, "quick_ratio_cash", "8.1",
            "liquid assets / (paper + bank loans + other loans)", _Z1, "B", "GAUGE", _LOANS,
            _CORPORATE),
    Measure("L-AMIHUD", "Price impact of trading", _LIQUIDITY, "amihud_21d", "8.1",
            "mean_21(abs(return) / billions of dollars traded) of SPY", "Amihud 2002, JFM 5", "A",
            "GAUGE", _SPY, _PRICED_ONLY),
    Measure("L-QR3", "Market liquidity", _LIQUIDITY, "market_liquidity", "8.1",
            "mean of -z(amihud_21d), -z(ig_oas), -z(abs(sofr - iorb)), z((bank_reserves + "
            "reverse_repo) / gdp_nominal); at least three", _PRICED, "B", "DRIVER", _MARKET,
            f"A driver of reviews only. {_PRICED_ONLY}"),
    Measure("L-DECLINE", "Decline of liquidity", _LIQUIDITY, "is_liquidity_declining", "8.1",
            "63-session change of market_liquidity < -1, or quick_ratio below its 10th percentile",
            _PRICED, "B", "DRIVER", (*_MARKET, *_TEST), f"A driver of reviews only. {_CORPORATE}"),
    Measure("L-SECTOR", "Contraction of a sector", _SECTOR, "is_contracting", "8.2",
            "sector_drawdown_21d <= -8 %, or sector_change_10d <= -1.65 sector_change_sd_252d",
            "methodology 8.2", "C", "GAUGE", _FUNDS,
            "The price of a fund stands for market capitalization"),
    Measure("L-STRESS", "Stress of the sectors", _LIQUIDITY, "is_sector_stress", "8.2",
            "two of reit, growth and banks contract, or reit alone <= -12 %", "methodology 8.2", "C",
            "DRIVER", _FUNDS, "A driver of reviews only, and only together with a decline of liquidity"),
)  # fmt: skip

LIQUIDITY_NOT_USED: tuple[NotUsed, ...] = (
    NotUsed("L-SPREAD", "Quoted spread of the S&P 500 or of VIX options", "8.1",
            "No history of quotes is free; a chain of today alone has no ten-year baseline."),
    NotUsed("L-CAP", "Market capitalization of the baskets", "8.2",
            "Shares outstanding of the funds are not published daily and free; price stands in, "
            "marked by is_cap_proxy."),
)  # fmt: skip
