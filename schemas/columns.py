"""The column dictionary: every quantity once, with dtype, unit, meaning and plausible bounds."""

import polars as pl

from schemas.model import Column, SchemaError, Unit

UTC = pl.Datetime("us", "UTC")
_DATE, _TEXT, _BOOL = pl.Date(), pl.String(), pl.Boolean()
_FLOAT, _INT = pl.Float64(), pl.Int32()


def _rate(name: str, doc: str, *, ge: float = -0.05, le: float = 0.5) -> Column:
    return Column(name, _FLOAT, Unit.DECIMAL, doc, ge=ge, le=le)


def _level(name: str, doc: str, *, ge: float = 1.0, le: float = 50_000.0) -> Column:
    return Column(name, _FLOAT, Unit.INDEX_PTS, doc, ge=ge, le=le)


def _vol_index(name: str, doc: str, *, le: float = 200.0) -> Column:
    return Column(name, _FLOAT, Unit.VOL_PTS, doc, ge=3.0, le=le)


def _vol(name: str, doc: str, *, le: float = 3.0) -> Column:
    return Column(name, _FLOAT, Unit.DECIMAL, doc, ge=0.0, le=le)


def _z(name: str, doc: str) -> Column:
    return Column(name, _FLOAT, Unit.Z, doc, ge=-50.0, le=50.0)


def _percentile(name: str, doc: str) -> Column:
    return Column(name, _FLOAT, Unit.PERCENTILE, doc, ge=0.0, le=100.0)


def _points(name: str, doc: str) -> Column:
    return Column(name, _FLOAT, Unit.VOL_PTS, doc, ge=-200.0, le=200.0)


def _text(name: str, doc: str, *, nullable: bool = False) -> Column:
    return Column(name, _TEXT, Unit.NONE, doc, nullable=nullable)


def _date(name: str, doc: str) -> Column:
    return Column(name, _DATE, Unit.NONE, doc)


def _at(name: str, doc: str) -> Column:
    return Column(name, UTC, Unit.NONE, doc, nullable=False)


def _flag(name: str, doc: str) -> Column:
    return Column(name, _BOOL, Unit.NONE, doc)


def _count(name: str, doc: str, unit: Unit = Unit.COUNT, *, ge: float = 0) -> Column:
    return Column(name, _INT, unit, doc, ge=ge)


def _move(name: str, doc: str) -> Column:
    return Column(name, _FLOAT, Unit.INDEX_PTS, doc, ge=0.0, le=50_000.0)


_TIME = (
    _date("session", "Exchange date a row describes"),
    _date("event_date", "Date the value describes"),
    _at("available_at", "When the value could first be known, UTC"),
    _at("retrieved_at", "When we fetched it, UTC"),
    _at("open_at", "Regular open of the session, UTC"),
    _at("close_at", "Close of the session, UTC; 13:00 New York on half days"),
    _at("decision_at", "07:30 New York on the next session, UTC: what is known by then counts"),
    _date("next_session", "The session that follows"),
    _flag("is_half_day", "Whether the session closes early"),
    _count("age_sessions", "Sessions from the value's event date to the row's", Unit.SESSIONS),
    _count("horizon_sessions", "Window length or look-ahead h", Unit.SESSIONS, ge=1),
    _date("expiry", "Date a contract settles"),
    _count("days_to_expiry", "Calendar days from session to expiry", Unit.DAYS),
    _date("erp_mark_date", "Month of the published premium that the daily mark starts from"),
)

_PROVENANCE = (
    _text("series_id", "Input's name in the series catalogue"),
    Column("value", _FLOAT, Unit.NONE, "The value; its unit is the series' own", nullable=False),
    _text("raw_sha256", "SHA-256 of the archived bytes the row was read from"),
    _flag("is_reconstructed", "Whether available_at follows from a stated rule, not from a stamp"),
    _text("freshness", "ok, warn or fail, by the feed's staleness limits"),
    _text("source", "The market data chosen for the run: sample or simulated"),
)

_INDICES = (
    _level("spx_open", "S&P 500 open; the published cash open is often the prior close"),
    _level("spx_high", "S&P 500 high"),
    _level("spx_low", "S&P 500 low"),
    _level("spx_close", "S&P 500 close"),
    _level("nasdaq_open", "NASDAQ Composite open"),
    _level("nasdaq_high", "NASDAQ Composite high"),
    _level("nasdaq_low", "NASDAQ Composite low"),
    _level("nasdaq_close", "NASDAQ Composite close"),
    _vol_index("vix_close", "Cboe VIX: 30-day implied volatility of the S&P 500"),
    _vol_index("vix9d_close", "Cboe VIX9D: 9-day implied volatility"),
    _vol_index("vix3m_close", "Cboe VIX3M: 3-month implied volatility"),
    _vol_index("vix6m_close", "Cboe VIX6M: 6-month implied volatility"),
    _vol_index("vix1y_close", "Cboe VIX1Y: 1-year implied volatility"),
    _vol_index("vvix_close", "Cboe VVIX: implied volatility of the VIX", le=400.0),
    _level("skew_close", "Cboe SKEW: 100 is a symmetric S&P 500 smile", ge=90.0, le=200.0),
    Column("settle", _FLOAT, Unit.VOL_PTS, "VX futures settlement price", ge=5.0, le=200.0),
)

_INPUTS = (
    _rate("treasury_10y", "10-year Treasury par yield", le=0.2),
    _rate("treasury_2y", "2-year Treasury par yield", le=0.2),
    _rate("rf_30d", "30-day risk-free rate, annual", le=0.2),
    _rate("baa_yield", "Moody's seasoned Baa corporate yield", ge=0.0, le=0.3),
    _rate("aaa_yield", "Moody's seasoned Aaa corporate yield", ge=0.0, le=0.3),
    _rate(
        "erp_damodaran_published",
        "Damodaran's implied premium, ERP (T12m), as published",
        ge=0.0,
        le=0.2,
    ),
    _level("spx_at_erp_mark", "S&P 500 level that the published premium was solved at"),
    _rate("treasury_10y_at_erp_mark", "T-bond rate that the published premium was solved at"),
    Column("wti_close", _FLOAT, Unit.USD, "WTI crude oil, Cushing spot", ge=-50.0, le=300.0),
    _level("core_cpi", "CPI less food and energy, seasonally adjusted, 1982-84 = 100", le=2_000.0),
    _level("gdp_real", "Real GDP, billions of chained dollars", ge=100.0),
    _rate("mkt_excess_return", "Fama-French market return less the bill, month", ge=-0.6, le=0.6),
    _rate("smb_return", "Fama-French small minus big, month", ge=-0.6, le=0.6),
    _rate("hml_return", "Fama-French high minus low, month", ge=-0.6, le=0.6),
    Column("nyse_advances", _FLOAT, Unit.COUNT, "NYSE issues that rose", ge=0, le=10_000),
    Column("nyse_declines", _FLOAT, Unit.COUNT, "NYSE issues that fell", ge=0, le=10_000),
    Column("nyse_unchanged", _FLOAT, Unit.COUNT, "NYSE issues unchanged", ge=0, le=10_000),
)

_EVENTS = (
    _text("event_kind", "fomc_decision, cpi, ppi or gdp"),
    _count("sessions_to_fomc", "Sessions to the next FOMC decision then scheduled", Unit.SESSIONS),
    _count("sessions_to_cpi", "Sessions to the next CPI release then scheduled", Unit.SESSIONS),
)

_VOLATILITY = (
    Column("log_return", _FLOAT, Unit.DECIMAL, "ln(close / previous close)", ge=-0.5, le=0.5),
    *(
        _vol(f"realized_vol_{n}d", f"Zero-mean close-to-close volatility, {n} returns, annual")
        for n in (5, 10, 21, 42, 63, 126, 252)
    ),
    _vol("realized_vol_cc_21d", "Close-to-close volatility about the mean, 21 returns, annual"),
    _vol("realized_vol_parkinson_21d", "Parkinson volatility, 21 sessions, annual"),
    _vol("realized_vol_garman_klass_21d", "Garman-Klass volatility, 21 sessions, annual"),
    _vol("realized_vol_gkyz_21d", "Garman-Klass with overnight jumps, 21 sessions, annual"),
    _vol("realized_vol_rogers_satchell_21d", "Rogers-Satchell volatility, 21 sessions, annual"),
    _vol("realized_vol_yang_zhang_21d", "Yang-Zhang volatility, 21 sessions, annual"),
    _flag("is_range_biased", "Whether stale opens bias the range estimators (cash S&P 500)"),
    _vol("realized_vol_cc", "Close-to-close volatility about the mean over the horizon, annual"),
    *(
        _vol(
            f"cone_p{q:02d}",
            f"{q}th percentile of the horizon's volatility over ten years, "
            "Hodges-Tompkins corrected",
        )
        for q in (0, 5, 25, 50, 75, 95)
    ),
    _vol("cone_p100", "Largest volatility of the horizon over ten years, corrected"),
    Column(
        "hodges_tompkins_factor",
        _FLOAT,
        Unit.RATIO,
        "Variance correction for overlap",
        ge=1.0,
        le=5.0,
    ),
    _count("window_count", "Overlapping windows behind the quantiles"),
    _percentile("cone_percentile", "Where today's volatility stands among the earlier windows"),
    _move("expected_move_cone", "One standard deviation over the horizon at the cone's median"),
    _move("expected_move_implied", "One standard deviation over the horizon at the VIX"),
    _vol("implied_vol", "VIX / 100", le=2.0),
    _points("vol_spread", "VIX less 21-session realized volatility in points; positive is usual"),
    Column(
        "variance_risk_premium",
        _FLOAT,
        Unit.PCT2_MONTH,
        "VIX^2 / 12 less the month's squared returns in percent",
        ge=-5_000.0,
        le=2_000.0,
    ),
    _percentile("vix_percentile", "VIX among its previous ten years"),
    _percentile("realized_vol_percentile", "realized_vol_21d among its previous ten years"),
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
    _vol_index("vix_ema_12d", "Exponential mean of the VIX, 12 sessions"),
    _vol_index("vix_ema_26d", "Exponential mean of the VIX, 26 sessions"),
    _vol_index("vix_sma_20d", "Simple mean of the VIX, 20 sessions"),
    _points("vix_macd", "EMA12 less EMA26 of the VIX"),
    _points("vix_macd_signal", "9-session exponential mean of the MACD"),
    _points("vix_macd_hist", "MACD less its signal"),
    _flag("is_macd_cross_up", "Histogram turned positive at this close"),
    _flag("is_macd_cross_down", "Histogram turned negative at this close"),
    _flag("is_macd_up_confirmed", "An up-cross held a second close with enough size, here"),
    _flag("is_macd_down_confirmed", "A down-cross held a second close with enough size, here"),
    _count("sessions_since_macd_up", "Sessions since the last confirmed up-cross", Unit.SESSIONS),
    _count(
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
    _rate("erp_fcfe_marked", "Implied premium of the two-stage cash-flow model at today's price"),
    _rate("erp_fcfe_mean_10y", "Mean of erp_fcfe_marked over the previous ten years"),
    _rate("erp_fcfe_sd_10y", "Standard deviation of erp_fcfe_marked over the previous ten years"),
    _rate("coe_f", "Cost of equity that cash flows imply: 10-year yield + beta x premium"),
    _rate("coe_f_mean_10y", "Mean of coe_f over the previous ten years"),
    _rate("coe_f_sd_10y", "Standard deviation of coe_f over the previous ten years"),
    _rate("erp_svix30", "Premium that 30-day options imply, from the VIX (proxy)", le=4.0),
    _rate("coe_v", "Cost of equity that 30-day options imply", le=4.0),
    _rate("erp_svix365", "Premium that 1-year options imply, from VIX1Y (proxy)", le=4.0),
    _rate("coe_v_365d", "Cost of equity that 1-year options imply", le=4.0),
    _rate("cost_of_debt", "Pre-tax cost of debt: the Baa yield", ge=0.0, le=0.3),
    _rate("weight_equity", "Equity share of capital", ge=0.0, le=1.0),
    _rate("weight_debt", "Debt share of capital", ge=0.0, le=1.0),
    _flag("is_weight_assumed", "Whether the capital weights are assumed constants"),
    _rate("wacc_f", "Cost of capital at the fundamentals cost of equity"),
    _rate("wacc_v", "Cost of capital at the volatility-implied cost of equity", le=4.0),
    _rate("wacc_deviation", "wacc_v - wacc_f", ge=-1.0, le=4.0),
    _z("wacc_f_z", "wacc_f against its previous ten years"),
    _z("wacc_v_z", "wacc_v against its previous ten years"),
    _percentile("wacc_f_percentile", "wacc_f among its previous ten years"),
    _percentile("wacc_v_percentile", "wacc_v among its previous ten years"),
    _rate("vol_gap_30d", "erp_svix30 - erp_fcfe_marked; 30-day against perpetual", ge=-1.0, le=4.0),
    _rate("vol_gap_365d", "erp_svix365 - erp_fcfe_marked", ge=-1.0, le=4.0),
    Column(
        "vol_gap_log", _FLOAT, Unit.RATIO, "ln(erp_svix30) - ln(erp_fcfe_marked)", ge=-10.0, le=10.0
    ),
    _z("vol_gap_z", "vol_gap_log against its previous ten years: the matrix's row"),
    _z("vol_gap_z_robust", "The same by median and scaled median absolute deviation"),
    _percentile("vol_gap_percentile", "vol_gap_log among its previous ten years"),
    _count("vol_gap_window_sessions", "Sessions behind vol_gap_z; 2,520 when full", Unit.SESSIONS),
)

_DECISION = (
    _text("layer_id", "L1, L2, L3 or SE"),
    _text("row_bucket", "Matrix row, B1..B4", nullable=True),
    _text("column_bucket", "Matrix column, R1..R4", nullable=True),
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
    _count("units_before", "Contracts before", Unit.CONTRACTS),
    _count("units_after", "Contracts after", Unit.CONTRACTS),
    _text("se_state", "Second Engine: off, watch or review", nullable=True),
    _text("action", "hold, add, reduce, review, blocked or unknown"),
    _text("rule_id", "Rule that decided"),
    _text("reason_code", "Why, in one token that the page turns into a sentence"),
    _count("sessions_in_cell", "Closes the matrix cell has held", Unit.SESSIONS),
    _count("cooldown_sessions", "Sessions until an opposite move is allowed", Unit.SESSIONS),
    _count("signers_signed", "Signers that signed the move considered"),
    _count("signers_known", "Signers that could be evaluated"),
    _count("quorum", "Signatures the move considered needs; 0 when it needs none"),
    _text("flip_column", "Driver whose nearest change alters the target", nullable=True),
    Column("flip_value", _FLOAT, Unit.NONE, "That driver's value today"),
    Column("flip_threshold", _FLOAT, Unit.NONE, "The value at which the target alters"),
    Column("flip_distance_moves", _FLOAT, Unit.RATIO, "Distance in typical daily moves", ge=0.0),
    Column("flip_multiplier", _FLOAT, Unit.RATIO, "The target beyond it", ge=0.0, le=2.0),
    _text("policy_name", "Policy in force"),
    _text("policy_version", "Its declared version"),
    _text("policy_hash", "SHA-256 of its content"),
    _text("family", "gate, driver, seed, signer or test"),
    _count("condition_no", "0 for the rule as a whole, then its conditions in order"),
    _text("condition_text", "The condition as a reader would write it"),
    _text("driver_column", "Column the condition reads", nullable=True),
    _text("driver_table", "Table it is read from", nullable=True),
    Column("driver_value", _FLOAT, Unit.NONE, "Its value at this session"),
    _text("operator", "Comparison", nullable=True),
    Column("threshold", _FLOAT, Unit.NONE, "What it is compared with, in the column's unit"),
    Column(
        "distance_moves",
        _FLOAT,
        Unit.RATIO,
        "Distance to the threshold in typical daily moves (63 sessions)",
        ge=0.0,
    ),
    _text("outcome", "fired, not_fired, no_data or not_evaluated"),
    _text("signer_id", "S1..S5"),
    _text("direction", "add or reduce"),
    _text("role", "driver, modifier, gate, gauge or test"),
    _text("grade", "Evidence grade, A to D"),
)

_OPERATIONS = (
    _text("run_id", "Name of a run: session and content hash"),
    _text("table_name", "Table checked"),
    _text("check_id", "Name of the check, unique in its table and suite"),
    _text("suite", "history or latest"),
    _text("severity", "fail or warn"),
    _text("check_outcome", "pass, breach or error"),
    _text("checked_column", "Column judged", nullable=True),
    _text("observed", "What was found", nullable=True),
    _text("expected", "What was accepted"),
    _count("unexpected_count", "Rows in breach"),
    _text("sample_rows", "The first rows in breach, as JSON", nullable=True),
    _count("row_count", "Rows checked"),
    _text("state", "complete, degraded, withheld or refused"),
    _text("data_hash", "SHA-256 over what was known by the decision time"),
    _text("code_hash", "SHA-256 over the program's own files"),
    _count("revision", "1 for the first page of a session, then 2, …", ge=1),
)

COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        *_TIME, *_PROVENANCE, *_INDICES, *_INPUTS, *_EVENTS, *_VOLATILITY, *_TECHNICAL,
        *_COST_OF_EQUITY, *_DECISION, *_OPERATIONS,
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
