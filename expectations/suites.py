"""The suites: what the declaration says, and what it cannot say, stated here.

A source offers some series and not others. What it offers must be there and fresh: ``fail`` for a
series the policy requires, else ``warn``, an input taken out whose rules are then unknown.
"""

import polars as pl

from expectations import measures
from expectations.check import Check, CheckRun, Severity, Suite
from expectations.derive import LARGEST, SPARSE_TABLES, derived, rows_severity
from schemas.chain_columns import TRADES
from schemas.core import SUSPICIONS
from schemas.forecast_columns import (
    CLUSTER_STATES,
    FORECAST_MODELS,
    PRICED_FROM,
    VARIANCE_SOURCES,
)
from schemas.liquidity_columns import SECTOR_BASKETS
from schemas.model import Table
from schemas.series import SERIES, series_of, watched
from schemas.state_columns import VOL_REGIMES
from schemas.term_columns import TERM_STATES

HORIZONS = (5, 10, 21, 42, 63, 126, 252)
FORECAST_HORIZONS = (5, 10, 21, 42)
LAYERS = ("L1", "L2", "L3", "SE")
BOOKS = ("model", "desk")

_OUTCOMES = ("fired", "not_fired", "no_data", "not_evaluated")
_ACTIONS = (
    "hold", "add", "reduce", "restructure", "monetise", "review", "blocked", "unfunded", "unknown",
)  # fmt: skip
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "raw_event": {"event_kind": ("fomc_decision", "cpi", "ppi", "gdp")},
    "core_as_known_daily": {
        "freshness": ("ok", "warn", "fail", "suspect"),
        "suspicion": SUSPICIONS,
    },
    "mart_vol_forecast_daily": {
        "variance_source": VARIANCE_SOURCES,
        "forecast_model": FORECAST_MODELS,
        "cluster_state": CLUSTER_STATES,
    },
    "mart_futures_curve_daily": {"priced_from": PRICED_FROM},
    "mart_term_structure_daily": {"priced_from": PRICED_FROM, "term_state": TERM_STATES},
    "mart_state_daily": {"vol_regime": VOL_REGIMES, "cluster_state": CLUSTER_STATES},
    "mart_book_offer_daily": {"book_layer": ("IC", *LAYERS[:3]), "priced_from": PRICED_FROM},
    "mart_standing_book_daily": {"priced_from": PRICED_FROM},
    "mart_parity_daily": {"trade": TRADES},
    "mart_sector_daily": {"basket": SECTOR_BASKETS},
    "mart_policy_cell": {"layer_id": LAYERS},
    "mart_book_leg_daily": {
        "book": BOOKS,
        "book_layer": ("IC", *LAYERS),
        "instrument": ("option", "future", "etp", "synthetic"),
        "right": ("C", "P"),
        "priced_from": PRICED_FROM,
    },
    "mart_book_daily": {"book": BOOKS, "priced_from": PRICED_FROM},
    "mart_rule_evaluation_daily": {"outcome": _OUTCOMES},
    "mart_signer_daily": {
        "layer_id": LAYERS,
        "direction": ("add", "reduce"),
        "outcome": _OUTCOMES,
    },
    "mart_hedge_decision_daily": {"layer_id": LAYERS, "action": _ACTIONS},
}

# Repeats of a close to the last digit: the VIX moves in hundredths and does repeat itself.
_MOST_REPEATS = {"spx_close": 2, "nasdaq_close": 2, "vix_close": 3}

# A decimal slip is ln 10 = 2.3. The worst real days stay inside: S&P 500 0.23 (1987-10-19), VIX
# 0.77 (2018-02-05); a check that stopped on them would be silent on the day it is read.
_LARGEST_LOG_CHANGE = {
    "spx_close": 0.25, "nasdaq_close": 0.25, "vix_close": 1.0, "vix9d_close": 1.3,
    "vix3m_close": 0.8, "vix6m_close": 0.8, "vix1y_close": 0.8, "vvix_close": 0.8,
    "skew_close": 0.4,
}  # fmt: skip
_LARGEST_CHANGE = {"treasury_10y": 0.02, "treasury_2y": 0.02, "rf_30d": 0.03, "baa_yield": 0.03, "aaa_yield": 0.03}  # fmt: skip

# What the closes of SPX and VIX alone give within 30 sessions: never wholly null, whatever the source.
_FROM_CLOSES = {
    "mart_realized_vol_daily": ("log_return", "realized_vol_5d", "realized_vol_21d",
                                "realized_vol_cc_21d"),
    "mart_vol_cone_daily": ("realized_vol_cc",),
    "mart_vol_state_daily": ("spx_close", "vix_close", "implied_vol", "realized_vol_21d",
                             "vol_spread", "variance_risk_premium"),
    "mart_technical_daily": ("vix_ema_12d", "vix_sma_20d", "vix_rsi_14d", "spx_rsi_14d"),
    "mart_cost_of_equity_daily": ("spx_close", "erp_svix30"),
}  # fmt: skip

_ROWS_PER_SESSION = {
    "mart_vol_cone_daily": len(HORIZONS),
    "mart_vol_forecast_daily": len(FORECAST_HORIZONS),
    "mart_hedge_decision_daily": len(LAYERS),
}


def checks(
    table: Table, suite: Suite, run: CheckRun, calendar: pl.Series | None
) -> tuple[Check, ...]:
    """One suite of a table: derived checks first, then the stated ones.

    Args:
        table: the table's declaration.
        suite: history or latest.
        run: source and required series decide which inputs must be there.
        calendar: every session, ascending; none for tables without sessions in a row.
    """
    stated = _history(table, run, calendar) if suite == "history" else _latest(table, run)
    missing = frozenset(entry.id for entry in SERIES if not entry.feeds_of(run.source))
    return (*derived(table, suite, missing - run.required), *stated)


def needs_calendar(table: Table) -> bool:
    """Whether each session between the first and the last must be in the table."""
    if table.name in ("core_vx_curve_daily", "mart_book_leg_daily"):
        return False  # a futures file may lack a day, and a book may hold nothing on one
    has_sessions = table.layer in ("core", "mart") and table.key[0] == "session"
    return has_sessions and table.name not in SPARSE_TABLES


def _history(table: Table, run: CheckRun, calendar: pl.Series | None) -> tuple[Check, ...]:
    return (
        *_continuity(calendar),
        *_words(table),
        *_present(table, run),
        *_grain(table),
        *_plausible(table),
        *_in_range(table, run),
    )


def _latest(table: Table, run: CheckRun) -> tuple[Check, ...]:
    return (
        _latest_rows(table),
        *_members(table),
        *_complete(table, run),
        *_freshness(table, run),
        *_plausible(table),
    )


def _continuity(calendar: pl.Series | None) -> tuple[Check, ...]:
    if calendar is None:
        return ()
    check = Check(
        "continuity", "bounds", "fail", "every session from the first to the last, and no other day",
        ("sessions_since_previous_row",), ge=0, le=1, measure=measures.session_gap(calendar),
        needs_values=True,
    )  # fmt: skip
    return (check,)


def _words(table: Table) -> tuple[Check, ...]:
    return tuple(
        Check(f"words.{name}", "within", "fail", ", ".join(words), (name,), values=words)
        for name, words in _WORDS.get(table.name, {}).items()
    )


def _present(table: Table, run: CheckRun) -> tuple[Check, ...]:
    wanted = (*_inputs(table, run), *_measures(table, "fail"))
    return tuple(
        Check(f"present.{name}", "present", severity, "at least one value", (name,))
        for name, severity in wanted
    )


def _complete(table: Table, run: CheckRun) -> tuple[Check, ...]:
    # in the cone each horizon warms up for its own length
    measured = () if table.name == "mart_vol_cone_daily" else _measures(table, "warn")
    return tuple(
        Check(f"complete.{name}", "filled", severity, "a value for the session", (name,))
        for name, severity in (*_inputs(table, run), *measured)
    )


def _measures(table: Table, severity: Severity) -> tuple[tuple[str, Severity], ...]:
    return tuple((name, severity) for name in _FROM_CLOSES.get(table.name, ()))


def _inputs(table: Table, run: CheckRun) -> tuple[tuple[str, Severity], ...]:
    expected = {entry.id for entry in watched(run.source)} | run.required
    held = (entry.id for entry in series_of(table.name))
    return tuple((name, _severity(name, run)) for name in held if name in expected)


def _severity(series_id: str, run: CheckRun) -> Severity:
    return "fail" if series_id in run.required else "warn"


def _grain(table: Table) -> tuple[Check, ...]:
    if table.name not in _ROWS_PER_SESSION:
        return ()
    count = _ROWS_PER_SESSION[table.name]
    check = Check(
        "grain", "bounds", "fail", f"{count} rows in each session", ("rows_per_session",),
        ge=count, le=count, measure=measures.rows_per_session(), needs_values=True,
    )  # fmt: skip
    return (check,)


def _latest_rows(table: Table) -> Check:
    if table.name in SPARSE_TABLES:
        return Check("rows", "rows", "warn", "any number of rows for the session", ge=0)
    if table.key == ("session",):
        return Check("rows", "rows", rows_severity(table), "1 row for the session", ge=1, le=1)
    if count := _ROWS_PER_SESSION.get(table.name):
        return Check("rows", "rows", "fail", f"{count} rows for the session", ge=count, le=count)
    # what of a publisher is missing today is judged by the freshness of its series, not here
    severity = "warn" if table.layer == "raw" else rows_severity(table)
    return Check("rows", "rows", severity, "at least 1 row for the session", ge=1)


def _members(table: Table) -> tuple[Check, ...]:
    members: dict[str, tuple[str, tuple[str | int, ...]]] = {
        "mart_vol_cone_daily": ("horizon_sessions", HORIZONS),
        "mart_vol_forecast_daily": ("horizon_sessions", FORECAST_HORIZONS),
        "mart_hedge_decision_daily": ("layer_id", LAYERS),
    }
    if table.name not in members:
        return ()
    name, values = members[table.name]
    expected = f"exactly {', '.join(map(str, values))}"
    return (Check(f"members.{name}", "exactly", "fail", expected, (name,), values=values),)


def _freshness(table: Table, run: CheckRun) -> tuple[Check, ...]:
    if table.name != "core_as_known_daily":
        return ()
    names = sorted({entry.id for entry in watched(run.source)} | run.required)
    return (
        *(_fresh(name, "fresh", "warn", ("ok",)) for name in names),
        *(_fresh(name, "usable", "fail", ("ok", "warn")) for name in sorted(run.required)),
        *(_believed(name, _severity(name, run)) for name in names),
    )


def _believed(series_id: str, severity: Severity) -> Check:
    return Check(
        f"suspect.{series_id}", "within", severity,
        f"a {series_id} that its own past, the other series and other publishers let stand",
        (f"suspicion of {series_id}",), values=(measures.UNSUSPECTED,),
        measure=measures.suspicion_of(series_id),
    )  # fmt: skip


def _fresh(series_id: str, prefix: str, severity: Severity, accepted: tuple[str, ...]) -> Check:
    return Check(
        f"{prefix}.{series_id}", "within", severity,
        f"freshness of {series_id}: {' or '.join(accepted)}", (f"freshness of {series_id}",),
        values=accepted, measure=measures.freshness_of(series_id), needs_values=True,
    )  # fmt: skip


def _in_range(table: Table, run: CheckRun) -> tuple[Check, ...]:
    """Raw values that the core layer takes as never published; here it is said which."""
    if table.name != "raw_observation":
        return ()
    ranges = {
        f"{entry.id} {feed.publisher}": (feed.scale, entry.column.ge, entry.column.le)
        for entry in SERIES
        for feed in entry.feeds_of(run.source)
    }
    check = Check(
        "range.value", "bounds", "warn", "every value inside its series' plausible range",
        ("room inside the plausible range",), ge=0, le=LARGEST,
        measure=measures.room_in_range(ranges),
    )  # fmt: skip
    return (check,)


def _plausible(table: Table) -> tuple[Check, ...]:
    """What may be true and should be looked at: never severity fail."""
    names = tuple(table.schema) if table.layer == "core" else ()
    indices = [name.removesuffix("_high") for name in names if name.endswith("_high")]
    return (
        *(_repeat(name, most) for name, most in _MOST_REPEATS.items() if name in names),
        *(_jump(name, most) for name, most in _LARGEST_LOG_CHANGE.items() if name in names),
        *(_step(name, most) for name, most in _LARGEST_CHANGE.items() if name in names),
        *(check for index in indices for check in _range_holds_body(index)),
    )


def _repeat(name: str, most: int) -> Check:
    return Check(
        f"unchanged.{name}", "bounds", "warn", f"the same close for at most {most} sessions",
        (f"sessions with the same {name}",), ge=1, le=most, measure=measures.unchanged_run(name),
    )  # fmt: skip


def _jump(name: str, most: float) -> Check:
    return Check(
        f"jump.{name}", "bounds", "warn", f"a change of its logarithm of at most {most:g}",
        (f"change of ln {name}",), ge=0, le=most, measure=measures.log_change(name),
    )  # fmt: skip


def _step(name: str, most: float) -> Check:
    return Check(
        f"jump.{name}", "bounds", "warn", f"a change of at most {most:g} [decimal]",
        (f"change of {name}",), ge=0, le=most, measure=measures.change(name),
    )  # fmt: skip


def _range_holds_body(index: str) -> tuple[Check, Check]:
    # half a hundredth of a point of room: prices are published in hundredths
    high = Check(
        f"ohlc.{index}_high", "bounds", "warn", "high at or above open and close",
        (f"{index}_high above open and close",), ge=-0.005, le=50_000.0,
        measure=measures.high_clearance(index),
    )  # fmt: skip
    low = Check(
        f"ohlc.{index}_low", "bounds", "warn", "low at or below open and close",
        (f"{index}_low below open and close",), ge=-0.005, le=50_000.0,
        measure=measures.low_clearance(index),
    )  # fmt: skip
    return high, low
