"""The mart tables: measures, evaluations and decisions, one row per session."""

from schemas.breadth_tables import BREADTH_TABLES
from schemas.chain_tables import CHAIN_TABLES
from schemas.columns import columns
from schemas.drip_tables import DRIP_TABLES
from schemas.event_tables import EVENT_TABLES
from schemas.forecast_columns import FORECAST_MODELS
from schemas.gauge_tables import GAUGE_TABLES
from schemas.liquidity_tables import LIQUIDITY_TABLES
from schemas.model import Table
from schemas.offer_tables import OFFER_TABLES
from schemas.state_tables import STATE_TABLES
from schemas.term_tables import TERM_TABLES
from schemas.valuation_tables import VALUATION_TABLES

MART_REALIZED_VOL_DAILY = Table(
    "mart_realized_vol_daily",
    "Realized volatility of the S&P 500 by window and by estimator.",
    ("session",),
    columns("session", "log_return", *(f"realized_vol_{n}d" for n in (5, 10, 21, 42, 63, 126, 252)),
            "realized_vol_cc_21d", "realized_vol_parkinson_21d", "realized_vol_garman_klass_21d",
            "realized_vol_gkyz_21d", "realized_vol_rogers_satchell_21d",
            "realized_vol_yang_zhang_21d", "is_range_biased"),
)  # fmt: skip

MART_VOL_CONE_DAILY = Table(
    "mart_vol_cone_daily",
    "Volatility cone over the trailing ten years, and the expected move per horizon.",
    ("session", "horizon_sessions"),
    columns("session", "horizon_sessions", "realized_vol_cc", "cone_p00", "cone_p05", "cone_p25",
            "cone_p50", "cone_p75", "cone_p95", "cone_p100", "hodges_tompkins_factor",
            "window_count", "cone_percentile", "expected_move_cone", "expected_move_implied"),
)  # fmt: skip

MART_VOL_STATE_DAILY = Table(
    "mart_vol_state_daily",
    "Implied against realized volatility, term ratios, expected range.",
    ("session",),
    columns("session", "spx_close", "vix_close", "implied_vol", "realized_vol_21d", "vol_spread",
            "variance_risk_premium", "vix_percentile", "realized_vol_percentile",
            "expected_daily_range", "term_ratio_3m", "term_ratio_9d"),
)  # fmt: skip

MART_TECHNICAL_DAILY = Table(
    "mart_technical_daily",
    "Moving averages, MACD and RSI on the VIX, RSI on the S&P 500.",
    ("session",),
    columns("session", "vix_ema_12d", "vix_ema_26d", "vix_sma_20d", "vix_macd", "vix_macd_signal",
            "vix_macd_hist", "is_macd_cross_up", "is_macd_cross_down", "is_macd_up_confirmed",
            "is_macd_down_confirmed", "sessions_since_macd_up", "sessions_since_macd_down",
            "vix_rsi_14d", "spx_rsi_14d"),
)  # fmt: skip

MART_COST_OF_EQUITY_DAILY = Table(
    "mart_cost_of_equity_daily",
    "Cost of equity and of capital, by cash flows and by volatility.",
    ("session",),
    columns("session", "spx_close", "treasury_10y", "rf_30d", "cash_flow0", "erp_fcfe_marked",
            "erp_fcfe_mean_10y", "erp_fcfe_sd_10y", "erp_damodaran_published", "erp_mark_date",
            "coe_f", "coe_f_mean_10y", "coe_f_sd_10y", "erp_svix30", "coe_v", "erp_svix365",
            "coe_v_365d", "cost_of_debt", "weight_equity", "weight_debt", "is_weight_assumed",
            "wacc_f", "wacc_v", "wacc_deviation", "wacc_f_z", "wacc_v_z", "wacc_f_percentile",
            "wacc_v_percentile"),
)  # fmt: skip

MART_VOL_GAP_DAILY = Table(
    "mart_vol_gap_daily",
    "The vol-fundamental gap: the premium options imply against the one cash flows imply.",
    ("session",),
    columns("session", "vol_gap_30d", "vol_gap_365d", "vol_gap_log", "vol_gap_z",
            "vol_gap_z_robust", "vol_gap_percentile", "vol_gap_window_sessions"),
)  # fmt: skip

MART_VOL_FORECAST_DAILY = Table(
    "mart_vol_forecast_daily",
    "Volatility that each model expects over the next sessions, and what it says of the premium.",
    ("session", "horizon_sessions"),
    columns("session", "horizon_sessions", "variance_source", "forecast_model", "forecast_reason",
            "forecast_vol", "forecast_vol_combined",
            *(f"forecast_vol_{model}" for model in FORECAST_MODELS),
            *(f"forecast_weight_{model}" for model in FORECAST_MODELS),
            "forecast_low_80", "forecast_low_sd", "forecast_low_50", "forecast_high_50",
            "forecast_high_sd", "forecast_high_80", "forecast_cone_percentile", "forecast_premium",
            "forecast_variance_premium", "cluster_state", "shock_half_life"),
)  # fmt: skip

MART_FUTURES_CURVE_DAILY = Table(
    "mart_futures_curve_daily",
    "VIX futures at the monthly expiries of the next nine months, each with what it comes from.",
    ("session", "expiry"),
    columns("session", "expiry", "days_to_expiry", "future", "priced_from", "is_curve_mixed"),
)

MART_POLICY_CELL = Table(
    "mart_policy_cell",
    "The policy's matrix, so that the page can show it with today's cell marked.",
    ("row_bucket", "column_bucket", "layer_id"),
    columns("row_bucket", "column_bucket", "layer_id", "rule_id", "multiplier_cell", "se_state"),
)

MART_RULE_EVALUATION_DAILY = Table(
    "mart_rule_evaluation_daily",
    "Each rule and condition at each session: value, threshold, outcome, distance.",
    ("session", "rule_id", "condition_no"),
    columns("session", "rule_id", "condition_no", "family", "role", "grade", "condition_text",
            "driver_table", "driver_column", "driver_value", "operator", "threshold",
            "distance_moves", "outcome"),
)  # fmt: skip

MART_SIGNER_DAILY = Table(
    "mart_signer_daily",
    "Whether each signer signs an add or a reduction of each layer.",
    ("session", "layer_id", "direction", "signer_id"),
    columns("session", "layer_id", "direction", "signer_id", "outcome"),
)

MART_HEDGE_DECISION_DAILY = Table(
    "mart_hedge_decision_daily",
    "What the rules say about each layer, from what to what, and what would flip it.",
    ("session", "layer_id"),
    columns("session", "layer_id", "row_bucket", "column_bucket", "multiplier_cell",
            "multiplier_target", "multiplier_before", "multiplier_after", "units_before",
            "units_after", "se_state", "action", "rule_id", "reason_code", "grade", "evidence",
            "rule_chain", "sessions_in_cell",
            "cooldown_sessions", "signers_signed", "signers_known", "quorum", "flip_column",
            "flip_value", "flip_threshold", "flip_distance_moves", "flip_multiplier",
            "policy_name", "policy_version", "policy_hash"),
)  # fmt: skip

MART_RULE_ACTION_DAILY = Table(
    "mart_rule_action_daily",
    "What each rule that fired would do, to what, and how it came out of the conflict of rules.",
    ("session", "rule_id", "action_no"),
    columns(
        "session",
        "rule_id",
        "action_no",
        "role",
        "grade",
        "action_verb",
        "action_target",
        "action_text",
        "action_result",
    ),
)

MART_BOOK_LEG_DAILY = Table(
    "mart_book_leg_daily",
    "Each leg of each book at the close, valued, and from what.",
    ("session", "book", "leg_id"),
    columns("session", "book", "leg_id", "book_layer", "instrument", "root", "right", "strike", "expiry",
        "days_to_expiry", "quantity", "multiplier", "entry_session", "entry_price", "leg_price",
        "leg_forward", "leg_vol", "leg_delta", "value_usd", "delta_usd", "gamma_usd", "vega_usd",
        "theta_usd", "roll_down_usd", "carry_usd_year", "extrinsic_usd", "capture", "pnl_usd",
        "futures_needed", "margin_usd", "priced_from", "fault", "note"),
)  # fmt: skip

MART_BOOK_DAILY = Table(
    "mart_book_daily",
    "Each book as a whole: value, Greeks, break-evens, coverage, carry.",
    ("session", "book"),
    columns("session", "book", "condor_units", "credit", "max_loss_usd", "be_down", "be_up",
         "position_be_down", "position_be_up", "break_evens", "profit_probability", "coverage",
         "value_usd", "delta_usd", "gamma_usd", "vega_usd", "theta_usd", "roll_down_usd",
         "carry_usd_year", "carry_share", "is_inner_band_inside", "is_outer_band_outside",
         "cash_usd", "day_pnl_usd", "nav_usd", "drift_share", "drift_closes", "priced_from",
         "fault", "note"),
)  # fmt: skip

MART_BOOK_SCENARIO_DAILY = Table(
    "mart_book_scenario_daily",
    "What each book would gain at once from stated moves of the S&P 500 and the VIX.",
    ("session", "book", "spx_move", "vix_move"),
    columns("session", "book", "spx_move", "vix_move", "scenario_usd", "priced_from"),
)

MART_BOOK_PROPOSAL_DAILY = Table(
    "mart_book_proposal_daily",
    "Where each book would break even after the proposal, on sessions that change its contracts.",
    ("session", "book"),
    columns("session", "book", "after_be_down", "after_be_up", "after_coverage", "priced_from"),
)

MART_TABLES = (
    MART_REALIZED_VOL_DAILY, MART_VOL_CONE_DAILY, MART_VOL_STATE_DAILY, MART_TECHNICAL_DAILY,
    MART_COST_OF_EQUITY_DAILY, MART_VOL_GAP_DAILY, MART_VOL_FORECAST_DAILY,
    MART_FUTURES_CURVE_DAILY, *TERM_TABLES, *BREADTH_TABLES, *VALUATION_TABLES, *EVENT_TABLES,
    *LIQUIDITY_TABLES, *GAUGE_TABLES, *CHAIN_TABLES, *OFFER_TABLES, *STATE_TABLES,
    MART_POLICY_CELL, MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY, MART_HEDGE_DECISION_DAILY, MART_RULE_ACTION_DAILY, MART_BOOK_LEG_DAILY, MART_BOOK_DAILY,
    MART_BOOK_SCENARIO_DAILY, MART_BOOK_PROPOSAL_DAILY, *DRIP_TABLES,
)  # fmt: skip
