"""The mart tables: measures, evaluations and decisions, one row per session."""

from schemas.columns import columns
from schemas.model import Table

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
            "units_after", "se_state", "action", "rule_id", "reason_code", "sessions_in_cell",
            "cooldown_sessions", "signers_signed", "signers_known", "quorum", "flip_column",
            "flip_value", "flip_threshold", "flip_distance_moves", "flip_multiplier",
            "policy_name", "policy_version", "policy_hash"),
)  # fmt: skip

MART_TABLES = (
    MART_REALIZED_VOL_DAILY, MART_VOL_CONE_DAILY, MART_VOL_STATE_DAILY, MART_TECHNICAL_DAILY,
    MART_COST_OF_EQUITY_DAILY, MART_VOL_GAP_DAILY, MART_POLICY_CELL, MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY, MART_HEDGE_DECISION_DAILY,
)  # fmt: skip
