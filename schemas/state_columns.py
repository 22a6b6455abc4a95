"""The columns of states: regimes, Cash Press, False Binary and the profile score."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import count, date, flag, percentile, text

VOL_REGIMES = ("R1 quiet", "R2 ordinary", "R3 raised", "R4 turbulent")

STATE_COLUMNS: tuple[Column, ...] = (
    text("vol_regime", "Matrix column of realized_vol_21d by name: below 14 %, 14 to 18, 18 to 25, "
         "25 and more", nullable=True),
    flag("is_press_near_high", "Cash Press (a): S&P 500 within 3 % of its 252-session high"),
    flag("is_press_stretched", "Cash Press (b): divergence on, or RSI of the S&P 500 at least 68"),
    flag("is_press_paid", "Cash Press (c): premium_percentile at least 60"),
    flag("is_press_carried", "Cash Press (d): cm_slope_30d at least 8 %, or five-session volatility "
         "below 0.8 of the quarter's"),
    flag("is_cash_press", "(a) and at least two of (b), (c), (d); null while an unknown could decide"),
    flag("is_cash_press_accelerating", "Whether standing_theta_per_vega rose by more than a fifth in "
         "five sessions, Cash Press on or not"),
    percentile("premium_percentile", "forecast_variance_premium of 21 sessions among its previous "
               "ten years"),
    Column("theta_pressure", pl.Float64(), Unit.RATIO, "What the standing book earns a day by time "
           "alone over the largest loss of its condors", ge=-1.0, le=1.0),
    count("loyalty", "1: cheap, both cash-flow premium and excess CAPE yield above ten years' mean; "
          "-1: dear, both below; 0: they differ", Unit.NONE, ge=-1),
    count("motion", "1: S&P 500 up and VIX down over 63 sessions; -1: the reverse; 0: neither",
          Unit.NONE, ge=-1),
    flag("is_false_binary", "Whether loyalty and motion are opposed with vol_gap_z at least 0.5 off 0"),
    text("answer", "What the user did with a recommendation: accepted or declined"),
    date("answered_on", "The day on which the user answered, by the user's own word"),
    text("answer_reason", "Why, in the user's words", nullable=True),
    count("answers_counted", "Accepted recommendations that moved risk, the last 20 known by then; "
          "null before the first answer"),
    Column("risk_raised_share", pl.Float64(), Unit.DECIMAL, "Share of them that raised risk: hedges "
           "reduced or condors opened; null below 5", ge=0.0, le=1.0),
    count("declined_count", "Declined recommendations that would have moved risk, all known by then"),
    text("profile_shown", "steward or promoter by risk_raised_share, beside the declared profile; "
         "null where that is", nullable=True),
)  # fmt: skip
