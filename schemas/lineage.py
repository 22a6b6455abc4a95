"""Which inputs a measure is computed from, so that a figure can be traced to its raw bytes.

A property test moves each input of the simulated market and demands that exactly the measures
named here move with it.
"""

from schemas.measures import MEASURES

_VIX = ("vix_close",)
_SPX = ("spx_close",)
_PREMIUM = (
    "spx_close",
    "treasury_10y",
    "erp_damodaran_published",
    "spx_at_erp_mark",
    "treasury_10y_at_erp_mark",
)

SHOWN: dict[str, tuple[str, ...]] = {
    "realized_vol_21d": _SPX,
    "vix_close": _VIX,
    "spx_close": _SPX,
    "implied_vol": _VIX,
    "vol_spread": (*_VIX, *_SPX),
    "variance_risk_premium": (*_VIX, *_SPX),
    "term_ratio_3m": ("vix3m_close", *_VIX),
    "term_ratio_9d": ("vix9d_close", *_VIX),
    "vix_macd_hist": _VIX,
    "is_macd_up_confirmed": _VIX,
    "is_macd_down_confirmed": _VIX,
    "sessions_since_macd_up": _VIX,
    "sessions_since_macd_down": _VIX,
    "vix_rsi_14d": _VIX,
    "spx_rsi_14d": _SPX,
    "vix_macd": _VIX,
    "vix_sma_20d": _VIX,
    "treasury_10y": ("treasury_10y",),
    "erp_damodaran_published": ("erp_damodaran_published",),
    "erp_fcfe_marked": _PREMIUM,
    "erp_svix30": _VIX,
    "erp_svix365": ("vix1y_close",),
    "coe_f": _PREMIUM,
    "coe_v": (*_VIX, "rf_30d"),
    "coe_v_365d": ("vix1y_close", "treasury_2y"),
    "wacc_f": (*_PREMIUM, "baa_yield", "baa_spread"),
    "wacc_v": (*_VIX, "rf_30d", "baa_yield", "baa_spread"),
    "vol_gap_30d": (*_VIX, *_PREMIUM),
    "vol_gap_log": (*_VIX, *_PREMIUM),
    "vol_gap_z": (*_VIX, *_PREMIUM),
    "vol_gap_percentile": (*_VIX, *_PREMIUM),
    "sessions_to_fomc": (),
    "sessions_to_cpi": (),
    "sessions_since_fomc": (),
}
"""What the page and the policies are made of: an input of these that is late degrades the page."""


def _of_every() -> dict[str, tuple[str, ...]]:
    found = dict(SHOWN)
    for one in MEASURES:
        found[one.column] = tuple(dict.fromkeys((*found.get(one.column, ()), *one.inputs)))
    return found


LINEAGE: dict[str, tuple[str, ...]] = _of_every()
"""The same of every measure, with the inputs that have a stated substitute."""
