"""The column dictionary: every quantity once, with dtype, unit, meaning and plausible bounds."""

import polars as pl

from schemas.book_columns import BOOK_COLUMNS
from schemas.breadth_columns import BREADTH_COLUMNS
from schemas.chain_columns import CHAIN_COLUMNS
from schemas.drip_columns import DRIP_COLUMNS
from schemas.event_columns import EVENT_COLUMNS
from schemas.forecast_columns import CURVE_COLUMNS, FIT_COLUMNS, FORECAST_COLUMNS
from schemas.gauge_columns import GAUGE_COLUMNS
from schemas.input_columns import INPUTS
from schemas.liquidity_columns import LIQUIDITY_COLUMNS
from schemas.model import Column, SchemaError, Unit
from schemas.offer_columns import OFFER_COLUMNS
from schemas.quantities import (
    at,
    count,
    date,
    flag,
    move,
    percentile,
    points,
    rate,
    text,
    vol,
    vol_index,
    z,
)  # fmt: skip
from schemas.state_columns import STATE_COLUMNS
from schemas.term_columns import TERM_COLUMNS
from schemas.valuation_columns import VALUATION_COLUMNS

_FLOAT = pl.Float64()

_TIME = (
    date("session", "Exchange date a row describes"),
    date("event_date", "Date the value describes"),
    at("available_at", "When the value could first be known, UTC"),
    at("retrieved_at", "When we fetched it, UTC"),
    at("open_at", "Regular open of the session, UTC"),
    at("close_at", "Close of the session, UTC; 13:00 New York on half days"),
    at("decision_at", "07:30 New York on the next session, UTC: what is known by then counts"),
    date("next_session", "The session that follows"),
    flag("is_half_day", "Whether the session closes early"),
    count("age_sessions", "Sessions from the value's event date to the row's", Unit.SESSIONS),
    count("horizon_sessions", "Window length or look-ahead h", Unit.SESSIONS, ge=1),
    date("expiry", "Date a contract settles"),
    date("last_trading_day", "Last session on which a contract trades"),
    count("days_to_expiry", "Calendar days from session to expiry", Unit.DAYS),
    date("erp_mark_date", "Month of the published premium that the daily mark starts from"),
)

_PROVENANCE = (
    text("series_id", "Input's name in the series catalogue"),
    Column("value", _FLOAT, Unit.NONE, "The value; its unit is the series' own", nullable=False),
    text("raw_sha256", "SHA-256 of the archived bytes the row was read from"),
    flag(
        "is_reconstructed",
        "Whether available_at follows from a stated rule, not from a stamp or "
        "from having been seen",
    ),
    text("publisher", "Who published the value"),
    text("dataset", "Name of a publisher's file in the archive"),
    text("refusal", "Why an archived file was not read; null where it was", nullable=True),
    text("freshness", "ok, warn or fail, by the feed's staleness limits; suspect: not believed"),
    text(
        "suspicion",
        "Why a value is not believed: unit_slip, repeats, spike, identity, shifted or disagrees; "
        "null where it is",
        nullable=True,
    ),
    text("source", "The market data chosen for the run: sample, simulated or live"),
)

_EVENTS = (
    text("root", "Contract family: SPX, SPXW, VIX, VIXW or VX"),
    text("settlement", "am: settles on an opening; pm: on a close"),
    text("event_kind", "fomc_decision, cpi, ppi or gdp"),
    count("sessions_to_fomc", "Sessions to the next FOMC decision then scheduled", Unit.SESSIONS),
    count("sessions_to_cpi", "Sessions to the next CPI release then scheduled", Unit.SESSIONS),
)

_VOLATILITY = (
    Column("log_return", _FLOAT, Unit.DECIMAL, "ln(close / previous close)", ge=-0.5, le=0.5),
    *(
        vol(f"realized_vol_{n}d", f"Zero-mean close-to-close volatility, {n} returns, annual")
        for n in (5, 10, 21, 42, 63, 126, 252)
    ),
    vol("realized_vol_cc_21d", "Close-to-close volatility about the mean, 21 returns, annual"),
    vol("realized_vol_parkinson_21d", "Parkinson volatility, 21 sessions, annual"),
    vol("realized_vol_garman_klass_21d", "Garman-Klass volatility, 21 sessions, annual"),
    vol("realized_vol_gkyz_21d", "Garman-Klass with overnight jumps, 21 sessions, annual"),
    vol("realized_vol_rogers_satchell_21d", "Rogers-Satchell volatility, 21 sessions, annual"),
    vol("realized_vol_yang_zhang_21d", "Yang-Zhang volatility, 21 sessions, annual"),
    flag("is_range_biased", "Whether stale opens bias the range estimators (cash S&P 500)"),
    vol("realized_vol_cc", "Close-to-close volatility about the mean over the horizon, annual"),
    *(
        vol(
            f"cone_p{q:02d}",
            f"{q}th percentile of the horizon's volatility over ten years, "
            "Hodges-Tompkins corrected",
        )
        for q in (0, 5, 25, 50, 75, 95)
    ),
    vol("cone_p100", "Largest volatility of the horizon over ten years, corrected"),
    Column(
        "hodges_tompkins_factor",
        _FLOAT,
        Unit.RATIO,
        "Variance correction for overlap",
        ge=1.0,
        le=5.0,
    ),
    count("window_count", "Overlapping windows behind the quantiles"),
    percentile("cone_percentile", "Where today's volatility stands among the earlier windows"),
    move("expected_move_cone", "One standard deviation over the horizon at the cone's median"),
    move("expected_move_implied", "One standard deviation over the horizon at the VIX"),
    vol("implied_vol", "VIX / 100", le=2.0),
    points("vol_spread", "VIX less 21-session realized volatility in points; positive is usual"),
    Column(
        "variance_risk_premium",
        _FLOAT,
        Unit.PCT2_MONTH,
        "VIX^2 / 12 less the month's squared returns in percent",
        ge=-5_000.0,
        le=2_000.0,
    ),
    percentile("vix_percentile", "VIX among its previous ten years"),
    percentile("realized_vol_percentile", "realized_vol_21d among its previous ten years"),
    Column(
        "expected_daily_range",
        _FLOAT,
        Unit.DECIMAL,
        "0.6 VIX9D + 0.4 RV20, one session",
        ge=0.0,
        le=0.5,
    ),
    Column("term_ratio_3m", _FLOAT, Unit.RATIO, "VIX3M / VIX; above 1 is contango", ge=0.2, le=3.0),
    Column(
        "term_ratio_9d", _FLOAT, Unit.RATIO, "VIX9D / VIX; above 1 is event stress", ge=0.2, le=4.0
    ),
)

_TECHNICAL = (
    vol_index("vix_ema_12d", "Exponential mean of the VIX, 12 sessions"),
    vol_index("vix_ema_26d", "Exponential mean of the VIX, 26 sessions"),
    vol_index("vix_sma_20d", "Simple mean of the VIX, 20 sessions"),
    points("vix_macd", "EMA12 less EMA26 of the VIX"),
    points("vix_macd_signal", "9-session exponential mean of the MACD"),
    points("vix_macd_hist", "MACD less its signal"),
    flag("is_macd_cross_up", "Histogram turned positive at this close"),
    flag("is_macd_cross_down", "Histogram turned negative at this close"),
    flag("is_macd_up_confirmed", "An up-cross held a second close with enough size, here"),
    flag("is_macd_down_confirmed", "A down-cross held a second close with enough size, here"),
    count("sessions_since_macd_up", "Sessions since the last confirmed up-cross", Unit.SESSIONS),
    count(
        "sessions_since_macd_down", "Sessions since the last confirmed down-cross", Unit.SESSIONS
    ),
    Column("vix_rsi_14d", _FLOAT, Unit.NONE, "Wilder's RSI of the VIX", ge=0.0, le=100.0),
    Column("spx_rsi_14d", _FLOAT, Unit.NONE, "Wilder's RSI of the S&P 500", ge=0.0, le=100.0),
)

_COST_OF_EQUITY = (
    Column(
        "cash_flow0",
        _FLOAT,
        Unit.INDEX_PTS,
        "Trailing dividends and buybacks, calibrated to the published premium",
        ge=0.0,
        le=5_000.0,
    ),
    rate("erp_fcfe_marked", "Implied premium of the two-stage cash-flow model at today's price"),
    rate("erp_fcfe_mean_10y", "Mean of erp_fcfe_marked over the previous ten years"),
    rate("erp_fcfe_sd_10y", "Standard deviation of erp_fcfe_marked over the previous ten years"),
    rate("coe_f", "Cost of equity that cash flows imply: 10-year yield + beta x premium"),
    rate("coe_f_mean_10y", "Mean of coe_f over the previous ten years"),
    rate("coe_f_sd_10y", "Standard deviation of coe_f over the previous ten years"),
    rate("erp_svix30", "Premium that 30-day options imply, from the VIX (proxy)", le=4.0),
    rate("coe_v", "Cost of equity that 30-day options imply", le=4.0),
    rate("erp_svix365", "Premium that 1-year options imply, from VIX1Y (proxy)", le=4.0),
    rate("coe_v_365d", "Cost of equity that 1-year options imply", le=4.0),
    rate("cost_of_debt", "Pre-tax cost of debt: the Baa yield", ge=0.0, le=0.3),
    rate("weight_equity", "Equity share of capital", ge=0.0, le=1.0),
    rate("weight_debt", "Debt share of capital", ge=0.0, le=1.0),
    flag("is_weight_assumed", "Whether the capital weights are assumed constants"),
    rate("wacc_f", "Cost of capital at the fundamentals cost of equity"),
    rate("wacc_v", "Cost of capital at the volatility-implied cost of equity", le=4.0),
    rate("wacc_deviation", "wacc_v - wacc_f", ge=-1.0, le=4.0),
    z("wacc_f_z", "wacc_f against its previous ten years"),
    z("wacc_v_z", "wacc_v against its previous ten years"),
    percentile("wacc_f_percentile", "wacc_f among its previous ten years"),
    percentile("wacc_v_percentile", "wacc_v among its previous ten years"),
    rate("vol_gap_30d", "erp_svix30 - erp_fcfe_marked; 30-day against perpetual", ge=-1.0, le=4.0),
    rate("vol_gap_365d", "erp_svix365 - erp_fcfe_marked", ge=-1.0, le=4.0),
    Column(
        "vol_gap_log", _FLOAT, Unit.RATIO, "ln(erp_svix30) - ln(erp_fcfe_marked)", ge=-10.0, le=10.0
    ),
    z("vol_gap_z", "vol_gap_log against its previous ten years: the matrix's row"),
    z("vol_gap_z_robust", "The same by median and scaled median absolute deviation"),
    percentile("vol_gap_percentile", "vol_gap_log among its previous ten years"),
    count("vol_gap_window_sessions", "Sessions behind vol_gap_z; 2,520 when full", Unit.SESSIONS),
)

_DECISION = (
    text("layer_id", "L1, L2, L3 or SE"),
    text("row_bucket", "Matrix row, B1..B4", nullable=True),
    text("column_bucket", "Matrix column, R1..R4", nullable=True),
    Column("multiplier_cell", _FLOAT, Unit.RATIO, "What the matrix cell asks", ge=0.0, le=2.0),
    Column(
        "multiplier_target",
        _FLOAT,
        Unit.RATIO,
        "What the rules ask after gates and quorum",
        ge=0.0,
        le=2.0,
    ),
    Column(
        "multiplier_before",
        _FLOAT,
        Unit.RATIO,
        "In force before this session's decision",
        ge=0.0,
        le=2.0,
    ),
    Column("multiplier_after", _FLOAT, Unit.RATIO, "In force after it", ge=0.0, le=2.0),
    count("units_before", "Contracts before", Unit.CONTRACTS),
    count("units_after", "Contracts after", Unit.CONTRACTS),
    text("se_state", "Second Engine: off, watch or review", nullable=True),
    text(
        "action",
        "hold, add, reduce, restructure, monetise, review, blocked, unfunded or unknown",
    ),
    text("rule_id", "Rule that decided"),
    text("reason_code", "Why, in one token that the page turns into a sentence"),
    count("sessions_in_cell", "Closes the matrix cell has held", Unit.SESSIONS),
    count("cooldown_sessions", "Sessions until an opposite move is allowed", Unit.SESSIONS),
    count("signers_signed", "Signers that signed the move considered"),
    count("signers_known", "Signers that could be evaluated"),
    count("quorum", "Signatures the move considered needs; 0 when it needs none"),
    text("flip_column", "Driver whose nearest change alters the target", nullable=True),
    Column("flip_value", _FLOAT, Unit.NONE, "That driver's value today"),
    Column("flip_threshold", _FLOAT, Unit.NONE, "The value at which the target alters"),
    Column("flip_distance_moves", _FLOAT, Unit.RATIO, "Distance in typical daily moves", ge=0.0),
    Column("flip_multiplier", _FLOAT, Unit.RATIO, "The target beyond it", ge=0.0, le=2.0),
    text("policy_name", "Policy in force"),
    text("policy_version", "Its declared version"),
    text("policy_hash", "SHA-256 of its content"),
    text("evidence", "What is known for and against the rule that decided"),
    text(
        "rule_chain",
        "JSON list of the rules that took part, each with how it came out of the conflict",
    ),
    count("action_no", "1 for a rule's first action, then 2, …", ge=1),
    text(
        "action_verb",
        "move, refresh, hold, block_adds, restructure, monetise, review or annotate",
    ),
    text("action_target", "L1, L2, L3, SE, IC or all; null for a note", nullable=True),
    text("action_text", "The action as a reader would write it"),
    text("action_result", "How it came out: acted, in_force, or what stood in its way"),
    text("family", "gate, driver, modifier, gauge, seed, signer or test"),
    count("condition_no", "0 for the rule as a whole, then its conditions in order"),
    text("condition_text", "The condition as a reader would write it"),
    text("driver_column", "Column the condition reads", nullable=True),
    text("driver_table", "Table it is read from", nullable=True),
    Column("driver_value", _FLOAT, Unit.NONE, "Its value at this session"),
    text("operator", "Comparison", nullable=True),
    Column("threshold", _FLOAT, Unit.NONE, "What it is compared with, in the column's unit"),
    Column(
        "distance_moves",
        _FLOAT,
        Unit.RATIO,
        "Distance to the threshold in typical daily moves (63 sessions)",
        ge=0.0,
    ),
    text("outcome", "fired, not_fired, no_data or not_evaluated"),
    text("signer_id", "S1..S5"),
    text("direction", "add or reduce"),
    text("role", "driver, modifier, gate, gauge or test"),
    text("grade", "Evidence grade, A to D"),
)

_OPTIONS = (
    at("quote_at", "When the index last traded before the quote, UTC"),
    Column(
        "strike", _FLOAT, Unit.INDEX_PTS, "Strike, in the underlying's points", ge=0.5, le=100_000.0
    ),
    text("right", "call or put, as C or P; null for what is no option", nullable=True),
    Column("bid", _FLOAT, Unit.INDEX_PTS, "Bid; null where there is none", ge=0.0, le=100_000.0),
    Column("ask", _FLOAT, Unit.INDEX_PTS, "Ask; null where there is none", ge=0.0, le=100_000.0),
    vol("iv", "Implied volatility as the exchange states it; null where it states none", le=50.0),
    Column("delta", _FLOAT, Unit.RATIO, "Delta as the exchange states it", ge=-1.0, le=1.0),
    count("open_interest", "Open interest of the day before", Unit.CONTRACTS),
    count("volume", "Contracts traded on the day", Unit.CONTRACTS),
    Column(
        "underlying",
        _FLOAT,
        Unit.INDEX_PTS,
        "Level of the index at the quote",
        ge=1.0,
        le=100_000.0,
    ),
)

_OPERATIONS = (
    text("run_id", "Name of a run: session and content hash"),
    text("table_name", "Table checked"),
    text("check_id", "Name of the check, unique in its table and suite"),
    text("suite", "history or latest"),
    text("severity", "fail or warn"),
    text("check_outcome", "pass, breach or error"),
    text("checked_column", "Column judged", nullable=True),
    text("observed", "What was found", nullable=True),
    text("expected", "What was accepted"),
    count("unexpected_count", "Rows in breach"),
    text("sample_rows", "The first rows in breach, as JSON", nullable=True),
    count("row_count", "Rows checked"),
    text("state", "complete, degraded, withheld or refused"),
    text("data_hash", "SHA-256 over what was known by the decision time"),
    text("code_hash", "SHA-256 over the program's own files"),
    count("revision", "1 for the first page of a session, then 2, …", ge=1),
)

COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        *_TIME, *_PROVENANCE, *INPUTS, *_EVENTS, *_VOLATILITY, *_TECHNICAL,
        *_COST_OF_EQUITY, *FORECAST_COLUMNS, *CURVE_COLUMNS, *FIT_COLUMNS, *_DECISION, *_OPTIONS, *BOOK_COLUMNS,
        *BREADTH_COLUMNS, *CHAIN_COLUMNS, *DRIP_COLUMNS, *EVENT_COLUMNS, *GAUGE_COLUMNS,
        *LIQUIDITY_COLUMNS, *OFFER_COLUMNS, *STATE_COLUMNS, *TERM_COLUMNS, *VALUATION_COLUMNS,
        *_OPERATIONS,
    )
}  # fmt: skip


def columns(*names: str) -> tuple[Column, ...]:
    """The declared columns of these names, in this order.

    Raises:
        SchemaError: a name that the dictionary does not have.
    """
    if unknown := [name for name in names if name not in COLUMNS]:
        raise SchemaError(f"not in the column dictionary: {', '.join(unknown)}")
    return tuple(COLUMNS[name] for name in names)
