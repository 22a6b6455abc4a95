"""What readers call the columns and codes, and which inputs a measure is made from."""

import re

import polars as pl

from briefing import formats
from briefing.input_labels import INPUT_LABELS
from briefing.model import Outcome, Quantity
from briefing.rows import BriefingError
from schemas.columns import COLUMNS
from schemas.lineage import LINEAGE
from schemas.measures import MEASURES
from schemas.model import Unit

_LABELS = {
    **{one.column: one.term for one in MEASURES},
    **INPUT_LABELS,
    **{
        f"realized_vol_{days}d": f"{days}-session realized volatility"
        for days in (5, 10, 21, 42, 63, 126, 252)
    },
    "realized_vol_cc_21d": "21-session volatility about the mean",
    "implied_vol": "Implied volatility (VIX)",
    "vol_spread": "VIX less realized volatility",
    "variance_risk_premium": "Variance risk premium",
    "term_ratio_3m": "VIX3M / VIX",
    "term_ratio_9d": "VIX9D / VIX",
    "erp_fcfe_marked": "Cash-flow equity premium",
    "erp_svix30": "30-day options premium",
    "erp_svix365": "1-year options premium",
    "coe_f": "Cost of equity by cash flows",
    "coe_v": "Cost of equity by 30-day options",
    "wacc_f": "Cost of capital by cash flows",
    "wacc_v": "Cost of capital by 30-day options",
    "wacc_deviation": "Cost-of-capital deviation",
    "vol_gap_30d": "Gap of the two premia",
    "vol_gap_z": "Vol-fundamental gap (z)",
    "vol_gap_log": "Vol-fundamental gap (log)",
    "vol_gap_percentile": "Vol-fundamental gap (percentile)",
    "erp_fcfe_mean_10y": "Ten-year mean of the cash-flow premium",
    "erp_fcfe_sd_10y": "Standard deviation of the cash-flow premium",
    "coe_f_mean_10y": "Ten-year mean of the cost of equity",
    "coe_f_sd_10y": "Standard deviation of the cost of equity",
    "vol_gap_z_robust": "Vol-fundamental gap (robust z)",
    "realized_vol_cc": "Realized volatility today",
    "cone_percentile": "Percentile today",
    "vix_macd_signal": "Signal of the MACD",
    "vix_macd": "MACD of the VIX",
    "vix_macd_hist": "MACD histogram of the VIX",
    "vix_sma_20d": "20-session mean of the VIX",
    "vix_rsi_14d": "RSI of the VIX",
    "spx_rsi_14d": "RSI of the S&P 500",
    "sessions_since_macd_up": "Sessions since a confirmed MACD up-cross",
    "sessions_since_macd_down": "Sessions since a confirmed MACD down-cross",
    "sessions_to_fomc": "Distance to the FOMC decision",
    "sessions_to_cpi": "Distance to the CPI release",
    "sessions_since_fomc": "Sessions since the FOMC decision",
    "sessions_in_cell": "Closes in the matrix cell",
}

_OUTCOMES: dict[str, Outcome] = {
    "fired": "fired",
    "not_fired": "not_fired",
    "no_data": "no_data",
    "not_evaluated": "not_evaluated",
}
OUTCOME_WORDS: dict[Outcome, str] = {
    "fired": "FIRED",
    "not_fired": "NOT FIRED",
    "no_data": "NO DATA",
    "not_evaluated": "NOT EVALUATED",
}

SIGNER_WORDS: dict[Outcome, str] = {
    "fired": "SIGNED",
    "not_fired": "NOT SIGNED",
    "no_data": "NO DATA",
    "not_evaluated": "NOT EVALUATED",
}


def outcome_word(family: str, code: str) -> str:
    """An outcome as a reader says it: a signer signs, a rule fires."""
    words = SIGNER_WORDS if family == "signer" else OUTCOME_WORDS
    return words[outcome(code)]


def label(column: str) -> str:
    """What a reader calls a column; its bare name where it has no better one."""
    if column in _LABELS:
        return _LABELS[column]
    words = column.replace("_", " ")
    return words[:1].upper() + words[1:]


def readable(condition: str) -> str:
    """A condition with its column names replaced by what readers call them."""
    named = re.sub(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", lambda found: label(found.group()), condition)
    return formats.spelled(named)


def made_from(column: str) -> tuple[str, ...]:
    """The inputs whose absence explains a missing value."""
    return LINEAGE.get(column) or (column,)


def unit_of(column: str) -> Unit:
    """The declared unit of a column; none where it is not in the dictionary."""
    return COLUMNS[column].unit if column in COLUMNS else Unit.NONE


def is_flag(column: str) -> bool:
    """Whether a column says yes or no."""
    return column in COLUMNS and COLUMNS[column].dtype == pl.Boolean


def quantity(value: float | None, column: str) -> Quantity:
    """A column's value with its unit and its text."""
    unit = unit_of(column)
    text = formats.multiplier(value) if "multiplier" in column else formats.quantity(value, unit)
    return Quantity(value=value, unit=unit.value, text=text)


def outcome(code: str) -> Outcome:
    """A stored outcome as the page's own type.

    Raises:
        BriefingError: a code that no rule may have.
    """
    if code not in _OUTCOMES:
        raise BriefingError(f"outcome {code!r}: accepted are {', '.join(_OUTCOMES)}")
    return _OUTCOMES[code]
