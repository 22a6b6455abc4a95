"""The tables of states: regimes, Cash Press, False Binary and the profile score, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Measure, NotUsed
from schemas.model import Table

MART_STATE_DAILY = Table(
    "mart_state_daily",
    "States of the market and of the standing book that rules and the page read.",
    ("session",),
    columns("session", "vol_regime", "cluster_state", "is_press_near_high", "is_press_stretched",
            "is_press_paid", "is_press_carried", "is_cash_press", "is_cash_press_accelerating",
            "premium_percentile", "theta_pressure", "loyalty", "motion", "is_false_binary"),
)  # fmt: skip

MART_ANSWER_SCORE_DAILY = Table(
    "mart_answer_score_daily",
    "Whether what the user accepts raises risk: the behavioral score, made after the decision.",
    ("session",),
    columns("session", "answers_counted", "risk_raised_share", "declined_count", "profile_shown"),
)

STATE_TABLES: tuple[Table, ...] = (MART_STATE_DAILY, MART_ANSWER_SCORE_DAILY)

_TABLE = MART_STATE_DAILY.name
_MARK = ("treasury_10y", "erp_damodaran_published", "spx_at_erp_mark", "treasury_10y_at_erp_mark")
_CAPE = ("shiller_price", "shiller_earnings", "shiller_cpi", "shiller_cape", "treasury_10y")
_BREADTH = ("nyse_advances", "nyse_declines")
_FAMILY = ("vix9d_close", "vix_close", "vix3m_close", "vix6m_close", "vix1y_close", "vvix_close")
_BARS = ("spx_open", "spx_high", "spx_low", "spx_close")
_BOOK = ("spx_close", "rf_30d", "skew_close", *_FAMILY)
_FRAMING = "A framing without support as a signal; it can only ask for a review"

STATE_MEASURES: tuple[Measure, ...] = (
    Measure(
        "S-REGIME", "Volatility regime", _TABLE, "vol_regime", "12.1",
        "realized_vol_21d below 14 %, 14 to 18, 18 to 25, 25 and more",
        "The matrix's columns; 18 % is the article's line", "C", "GAUGE", ("spx_close",),
    ),
    Measure(
        "S-CLUSTER", "Volatility cluster", _TABLE, "cluster_state", "5.3",
        "cluster_on: RV5 / RV63 > 1.25 and HAR above the cone's median; compressing: below 0.8 and "
        "HAR falling with the horizon", "Methodology 5.3, on Corsi 2009", "C", "GAUGE", _BARS,
    ),
    Measure(
        "S-CP", "Cash Press", _TABLE, "is_cash_press", "11.2",
        "is_press_near_high and two of is_press_stretched, is_press_paid, is_press_carried",
        "VixShield's term; conditions ours", "D", "GAUGE", (*_BARS, *_FAMILY, *_BREADTH), _FRAMING,
    ),
    Measure(
        "S-CP-ACC", "Cash Press accelerating", _TABLE, "is_cash_press_accelerating", "11.2",
        "standing_theta_per_vega up by more than 20 % in 5 sessions", "Methodology 11.2", "D",
        "GAUGE", _BOOK, _FRAMING,
    ),
    Measure(
        "S-THETA", "Theta pressure", _TABLE, "theta_pressure", "11.2",
        "standing_theta_usd over the largest loss of its condors", "Methodology 11.2", "C", "GAUGE",
        _BOOK, "Of the standing book by today's model prices, not of a book that is held",
    ),
    Measure(
        "S-LOYALTY", "Loyalty", _TABLE, "loyalty", "11.3",
        "common sign of the ten-year z of erp_fcfe_marked and of excess_cape_yield_cpi",
        "Methodology 11.3", "D", "GAUGE", ("spx_close", *_MARK, *_CAPE), _FRAMING,
    ),
    Measure(
        "S-MOTION", "Motion", _TABLE, "motion", "11.3",
        "common sign of the S&P 500's 63-session return and of the VIX's fall over it",
        "Methodology 11.3", "D", "GAUGE", ("spx_close", "vix_close"), _FRAMING,
    ),
    Measure(
        "S-FB", "False Binary", _TABLE, "is_false_binary", "11.3",
        "loyalty * motion = -1 and |vol_gap_z| >= 0.5", "Methodology 11.3", "D", "GATE",
        ("spx_close", "vix_close", *_MARK, *_CAPE), "It only asks for one input of each family",
    ),
    Measure(
        "S-SCORE", "Behavioral profile score", MART_ANSWER_SCORE_DAILY.name, "risk_raised_share",
        "11.1", "accepted that raised risk / the last 20 accepted that moved it; null below 5",
        "Methodology 11.1; what raises risk and the limit of one half are ours", "D", "GAUGE", (),
        "By the user's own record, against decisions as the policy in force makes them now",
    ),
)  # fmt: skip

STATE_NOT_USED: tuple[NotUsed, ...] = ()
