"""The columns of valuation under two costs of equity, and sector betas."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import count, rate, text

_FLOAT = pl.Float64()


def _ratio(name: str, doc: str, *, ge: float, le: float) -> Column:
    return Column(name, _FLOAT, Unit.RATIO, doc, ge=ge, le=le)


_MULTIPLES = (
    _ratio("price_earnings", "S&P 500 over trailing as-reported earnings", ge=1.0, le=1_000.0),
    rate("earnings_yield", "Trailing as-reported earnings over the S&P 500"),
    rate("dividend_yield", "Trailing dividends over the S&P 500", ge=0.0),
    _ratio("price_cash_flow", "Market value of corporate equity over net cash flow, as last known",
           ge=0.0, le=1_000.0),
    _ratio("cape_marked", "Cyclically adjusted P/E, moved from its month's mean price to today's",
           ge=1.0, le=200.0),
)  # fmt: skip

_PREMIA = (
    rate("inflation_10y", "Yearly CPI inflation over the ten years to the newest CPI", ge=-0.1),
    rate("gordon_return", "Next year's dividend yield + the 10-year yield as growth", ge=0.0),
    rate("erp_gordon", "gordon_return - 10-year yield"),
    rate("ddm_premium", "Premium of the two-stage model with dividends as its only cash flow"),
    rate("excess_cape_yield_cpi", "1 / CAPE - 10-year yield less ten years' CPI inflation", ge=-0.2),
    rate("excess_cape_yield_tips", "1 / CAPE - 10-year real yield of inflation-linked Treasuries",
         ge=-0.2),
    rate("fed_gap", "earnings_yield - 10-year yield: a real yield less a nominal one", ge=-0.2),
    rate("premium_min", "Smallest of the premium estimates known", ge=-0.2, le=4.0),
    rate("premium_median", "Median of the premium estimates known", ge=-0.2, le=4.0),
    rate("premium_max", "Largest of the premium estimates known", ge=-0.2, le=4.0),
    count("premium_count", "Premium estimates known, of five"),
)  # fmt: skip

# A rate as near to terminal growth as the model still accepts multiplies value some 5,000 times.
_DISTORTION = tuple(
    rate(f"{name}_distortion", f"Change of the fair {words} from coe_f to coe_v_365d", ge=-1.0,
         le=5_000.0)
    for name, words in (
        ("pe", "P/E, earnings held"), ("pcf", "P/CF, cash flow held"),
        ("ddm", "price by dividends, dividends held"),
    )
)  # fmt: skip

_RETURNS = (
    rate("irr_f", "Return of five years' holding, sold at a value by coe_f", ge=-1.0, le=20.0),
    rate("irr_v", "Return of five years' holding, sold at a value by coe_v_365d", ge=-1.0, le=20.0),
    rate("irr_distortion", "irr_v - irr_f", ge=-20.0, le=20.0),
    rate("rate_shift_1sd", "Standard deviation of the 10-year yield's 5-session change, 252 sessions",
         ge=0.0, le=0.1),
    rate("irr_distortion_shocked", "irr_distortion with growth and rates up by rate_shift_1sd",
         ge=-20.0, le=20.0),
    _ratio("equity_duration", "Fall of fair value, as a share, for one of coe_f, cash flows held",
           ge=0.0, le=10_000.0),
    *(
        rate(f"value_change_{points}bp", f"Change of fair value if coe_f rises by {points} bp",
             ge=-1.0, le=0.0)
        for points in (50, 100, 200)
    ),
)  # fmt: skip

_BETAS = (
    text("sector", "Symbol of the fund that stands for a sector"),
    _ratio("beta_ols", "Slope of weekly excess returns on the S&P 500's, 104 weeks",
           ge=-20.0, le=20.0),
    _ratio("beta_blume", "0.67 beta_ols + 0.33", ge=-20.0, le=20.0),
    count("beta_weeks", "Weeks behind the beta; 104 when full"),
    rate("coe_sector", "10-year yield + beta_blume x erp_fcfe_marked", ge=-1.0, le=2.0),
)  # fmt: skip

VALUATION_COLUMNS: tuple[Column, ...] = (
    *_MULTIPLES, *_PREMIA, *_DISTORTION, *_RETURNS, *_BETAS,
)  # fmt: skip
