"""How far each series may be from its own usual level before it is not believed.

The limits are set outside what the series really did from 1986 to 2022, so that a crash passes.
What lies inside them cannot be told from a market. In the comments: the real extremes of the
logarithm against the median of 21 events, of 252 events, and the longest run of one value.
"""

from dataclasses import dataclass

from schemas.feed import Series


@dataclass(frozen=True)
class Limits:
    """How far a series may be from its usual level, and how often it may repeat itself.

    ``near`` and ``far``: largest change of the logarithm against the median of the 21 and of the
    252 events before. ``step``: largest change of the level against the first [the column's unit].
    ``floor``: changes of the level up to it are no slip, whatever the ratio. ``repeats``: longest
    run of events with one value. Null is no limit.
    """

    near: float | None = None
    far: float | None = None
    step: float | None = None
    floor: float = 0.0
    repeats: int | None = None


_EQUITY = Limits(0.6, 1.2, repeats=2)  # S&P 500: 0.35 (1987-10-19), 0.61, 2
_SHORT_VOL = Limits(2.1, 2.6, repeats=2)  # VIX9D: 1.68 (2018-02-05), 2.05, 2
_VIX = Limits(1.5, 2.2, repeats=3)  # VIX: 1.20 (2020-03-16), 1.73, 3
_LONG_VOL = Limits(1.15, 2.0, repeats=3)  # VIX3M, VIX6M: 0.89 (2020-03), 1.49, 2
_VVIX = Limits(1.1, 1.3, repeats=5)  # 0.78 (2020-03), 0.83, 4
_SKEW = Limits(0.35, 0.35, repeats=3)  # 0.25, 0.20, 2
_LONG_RATE = Limits(1.5, 3.2, 0.05, floor=0.003, repeats=10)  # 10-year: 0.99, 1.23, 5
# In September 2008 bills fell from 1.5 % to 0.03 % in four sessions: a ratio of 50, and true.
_SHORT_RATE = Limits(4.05, None, 0.06, floor=0.002, repeats=40)
_POLICY_RATE = Limits(4.05, None, 0.06, floor=0.002)  # unchanged between two meetings
_CROSSES_ZERO = Limits(step=0.03)  # real yields, breakevens: 0.015 (2008)
_SPREAD = Limits(1.5, 2.0, 0.06, floor=0.003, repeats=25)  # ICE: 1.05, 1.2, 0.055, 15
_PREMIUM = Limits(0.9, 1.2, repeats=4)  # 0.40 (2008-11), 0.39, 2
_MARK_RATE = Limits(2.0, 3.2)  # 1.26 (2020), 1.47
_MACRO = Limits(1.1, 1.6)  # the Fed's assets: 0.88 (2008), 1.0

_EXCEPTIONS: dict[str, Limits] = {
    "vix_close": _VIX, "vix9d_close": _SHORT_VOL, "vix3m_close": _LONG_VOL,
    "vix6m_close": _LONG_VOL, "vix1y_close": _LONG_VOL, "vvix_close": _VVIX, "skew_close": _SKEW,
    **dict.fromkeys(("rf_30d", "treasury_3m", "treasury_6m", "treasury_1y"), _SHORT_RATE),
    **dict.fromkeys(("fed_funds", "fed_funds_lower", "fed_funds_upper", "sofr", "iorb",
                     "interbank_3m_us"), _POLICY_RATE),
    **dict.fromkeys(("treasury_real_5y", "treasury_real_10y", "breakeven_5y", "breakeven_10y",
                     "growth_at_erp_mark", "ecb_deposit_rate", "bund_10y", "jgb_10y", "gilt_10y",
                     "interbank_3m_ea", "interbank_3m_jp"), _CROSSES_ZERO),
    **dict.fromkeys(("baa_spread", "aaa_spread", "ig_oas", "hy_oas"), _SPREAD),
    **dict.fromkeys(("treasury_10y_at_erp_mark", "riskfree_at_erp_mark", "shiller_gs10"),
                    _MARK_RATE),
    **dict.fromkeys(("shiller_price", "shiller_dividend", "shiller_cpi", "shiller_cape"),
                    Limits(0.9, 2.0)),  # months of 21 years: 0.58, 1.22
    "shiller_earnings": Limits(2.9, 2.9),  # 2.12 (2009)
    "jobless_claims": Limits(4.0, 4.0),  # 3.31 (2020-03-28)
    "unemployment": Limits(2.0, 2.0),  # 1.39 (2020-04)
    "expected_inflation": Limits(2.9, 2.9),  # 1.98 (2001-11)
    **dict.fromkeys(("nyse_advances", "nyse_declines", "nyse_unchanged"), Limits(3.5, 4.0)),
    # 4.6 (2001-04-11); 7.9 where the archive turns from thousands to single shares in June 2002.
    **dict.fromkeys(("nyse_advancing_volume", "nyse_declining_volume", "nyse_unchanged_volume"),
                    Limits(5.0)),
    # Flows, returns and scores pass zero, where a ratio says nothing: their range alone judges.
    **dict.fromkeys(("wti_close", "is_recession", "nfci", "anfci", "stlfsi", "mkt_excess_return",
                     "smb_return", "hml_return", "reverse_repo", "treasury_account",
                     "corporate_cash_flow"), Limits()),
}  # fmt: skip
_OF_TABLE: dict[str, Limits] = {
    "core_index_daily": _EQUITY, "core_rate_daily": _LONG_RATE, "core_valuation_daily": _PREMIUM,
    "core_macro_daily": _MACRO,
}  # fmt: skip


def limits_of(entry: Series) -> Limits:
    """The limits of a series; none for counts of a day, which are 0 one day and 50 the next."""
    return _EXCEPTIONS.get(entry.id) or _OF_TABLE.get(entry.table, Limits())
