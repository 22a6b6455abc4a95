"""The tables of option chains: quotes, parity, surfaces and what an arbitrage would earn, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Measure
from schemas.model import Table

MART_CHAIN_DAILY = Table(
    "mart_chain_daily",
    "Each expiry of the session's chains: parity, variance, smile, and what arbitrage it shows.",
    ("session", "root", "expiry"),
    columns("session", "root", "expiry", "days_to_expiry", "chain_forward", "chain_discount",
            "box_rate", "parity_r2", "parity_strikes", "parity_fault", "chain_treasury_rate",
            "box_less_treasury", "variance_index", "svix", "variance_fault", "chain_atm_vol",
            "svi_a", "svi_b", "svi_rho", "svi_m", "svi_sigma", "svi_rmse", "surface_fault",
            "butterfly_breaches", "vertical_breaches", "calendar_breaches"),
)  # fmt: skip

MART_CHAIN_INDEX_DAILY = Table(
    "mart_chain_index_daily",
    "The 30-day indices that the session's S&P 500 chain gives, beside the published VIX.",
    ("session",),
    columns("session", "vix_close", "near_expiry", "next_expiry", "chain_vix", "chain_vix_gap",
            "chain_svix", "chain_skew", "erp_svix30_chain", "chain_fault"),
)  # fmt: skip

MART_PARITY_DAILY = Table(
    "mart_parity_daily",
    "Conversions and reversals at each strike of the S&P 500 chain, against Treasuries.",
    ("session", "root", "expiry", "strike", "trade"),
    columns("session", "root", "expiry", "strike", "trade", "locked_rate", "edge_gross_bp",
            "edge_net_bp", "slippage_bp", "is_listed"),
)  # fmt: skip

MART_PARITY_STATE_DAILY = Table(
    "mart_parity_state_daily",
    "The best conversion and reversal of the session, and how many are worth listing.",
    ("session",),
    columns("session", "best_conversion_bp", "best_reversal_bp", "parity_listed"),
)

CHAIN_TABLES: tuple[Table, ...] = (
    MART_CHAIN_DAILY, MART_CHAIN_INDEX_DAILY, MART_PARITY_DAILY, MART_PARITY_STATE_DAILY,
)  # fmt: skip

_YIELDS = ("rf_30d", "treasury_3m", "treasury_6m", "treasury_1y", "treasury_2y", "treasury_3y",
           "treasury_5y")  # fmt: skip
_BOXES = "van Binsbergen, Diamond and Grotteria (2022), Journal of Financial Economics 143"

CHAIN_MEASURES: tuple[Measure, ...] = (
    Measure(
        "O-PCP", "Forward by put-call parity", "mart_chain_daily", "chain_forward", "9",
        "C - P = D (F - K) over the strikes of an expiry", _BOXES, "A", "GAUGE", _YIELDS,
    ),
    Measure(
        "O-REG", "Discount factor by put-call parity", "mart_chain_daily", "chain_discount", "9",
        "slope of (P - C) on K, least squares", _BOXES, "A", "GAUGE", _YIELDS,
        "two-sided quotes within 15 % of the forward, 10 strikes, R squared above 0.99999",
    ),
    Measure(
        "O-BOX", "Box rate", "mart_chain_daily", "box_rate", "9", "-ln(chain_discount) / T",
        _BOXES, "A", "GAUGE", (),
        "stands 35 to 40 basis points above Treasuries: their convenience, no free money",
    ),
    Measure(
        "O-CONV", "Best conversion", "mart_parity_state_daily", "best_conversion_bp", "9",
        "largest (locked_rate - chain_treasury_rate) 10^4 less fees and margin, at bids and asks",
        _BOXES, "B", "GAUGE", _YIELDS,
        "the best of thousands of strikes; quotes of one instant may not be traded together",
    ),
    Measure(
        "O-REV", "Best reversal", "mart_parity_state_daily", "best_reversal_bp", "9",
        "largest (chain_treasury_rate - locked_rate) 10^4 less fees and margin, at bids and asks",
        _BOXES, "B", "GAUGE", _YIELDS,
        "near expiries borrow below Treasuries by stale quotes of a few hundredths of a point",
    ),
    Measure(
        "O-COST", "Slippage of a conversion or reversal", "mart_parity_daily", "slippage_bp", "9",
        "half-spreads of call, put and synthetic forward over strike and life, 10^4 a year",
        _BOXES, "C", "GAUGE", (),
        "fees of a dollar a contract and the margin's financing are assumptions beside it",
    ),
    Measure(
        "M-ERP-V-CHAIN", "Premium by the option strip", "mart_chain_index_daily", "erp_svix30_chain",
        "1.4", "R_f chain_svix^2 / 10^4, from the strip of both expiries around 30 days",
        "Martin (2017), Quarterly Journal of Economics 132", "B", "GAUGE", _YIELDS,
        "a lower bound under an assumption on risk aversion, of 30 days annualized",
    ),
)  # fmt: skip
