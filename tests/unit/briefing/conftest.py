"""A plausible market in the declared tables, made from a seed, without any other room."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from briefing.run import LayerText, PolicyText, RunInfo
from schemas.catalogue import table
from schemas.series import SERIES, offered_by, series

SESSIONS = 600
RUN_ID = "2025-12-31-0123456789ab"
Frames = dict[str, pl.DataFrame]


def _conformed(name: str, columns: Mapping[str, object]) -> pl.DataFrame:
    """The declared frame: given columns, the rest null."""
    declared = table(name).schema
    height = max(len(values) for values in columns.values())  # type: ignore[arg-type]
    data = {
        column: pl.Series(column, columns.get(column, [None] * height), dtype=dtype, strict=False)
        for column, dtype in declared.items()
    }
    return pl.DataFrame(data)


def _sessions() -> list[date]:
    end, found = date(2025, 12, 31), []
    while len(found) < SESSIONS:
        if end.weekday() < 5:
            found.append(end)
        end -= timedelta(days=1)
    return found[::-1]


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def _core(days: list[date], source: str, market: dict[str, np.ndarray]) -> Frames:
    following = [*days[1:], date(2026, 1, 2)]
    offered = [entry.id for entry in offered_by(source)]
    index = {
        entry.id: market.get(entry.id, market["vix_close"])
        for entry in SERIES
        if entry.table == "core_index_daily" and entry.id in offered
    }
    last = days[-2:]
    publishers = [series(name).feeds_of(source)[0].publisher for name in offered]
    return {
        "core_session": _conformed("core_session", {
            "session": days, "open_at": [_at(d, 14, 30) for d in days],
            "close_at": [_at(d, 21) for d in days], "is_half_day": [False] * len(days),
            "next_session": following, "decision_at": [_at(d, 12, 30) for d in following],
        }),
        "core_index_daily": _conformed("core_index_daily", {"session": days, **index}),
        "core_event_daily": _conformed("core_event_daily", {
            "session": days, "sessions_to_fomc": [(7 - i) % 30 for i in range(len(days))],
            "sessions_to_cpi": [None] * len(days),
        }),
        "core_as_known_daily": _conformed("core_as_known_daily", {
            "session": [d for d in last for _ in offered],
            "series_id": [name for _ in last for name in offered],
            "event_date": [d for d in last for _ in offered],
            "publisher": publishers * 2,
            "value": [1.0] * (2 * len(offered)),
            "available_at": [_at(d, 21, 20) for d in last for _ in offered],
            "age_sessions": [0] * (2 * len(offered)),
            "freshness": ["ok"] * (2 * len(offered)),
            "raw_sha256": ["0" * 64] * (2 * len(offered)),
        }),
    }  # fmt: skip


def _market(random: np.random.Generator) -> dict[str, np.ndarray]:
    n = SESSIONS
    log_vix = np.empty(n)
    log_vix[0] = np.log(16.0)
    for t in range(1, n):
        log_vix[t] = (
            log_vix[t - 1] + 0.04 * (np.log(17.0) - log_vix[t - 1]) + random.normal(0, 0.06)
        )
    vix = np.exp(log_vix)
    moves = random.normal(0.0004, 1.0, n) * vix / 100 / 16 / 1.25
    moves[0] = 0.0
    spx = 5000.0 * np.exp(np.cumsum(moves))
    realized = np.array([
        np.sqrt(252 * np.mean(moves[t - 20 : t + 1] ** 2)) if t >= 21 else np.nan for t in range(n)
    ])  # fmt: skip
    return {
        "spx_close": spx, "vix_close": vix, "vix9d_close": vix * 0.95, "vix3m_close": 17 + (vix - 17) * 0.7 + 1.2,
        "vix6m_close": 17 + (vix - 17) * 0.5 + 2.3, "vix1y_close": 17 + (vix - 17) * 0.4 + 3.4,
        "vvix_close": vix * 2 + 55, "skew_close": vix * 0 + 140, "realized": realized,
        "moves": moves,
    }  # fmt: skip


def _ema(values: np.ndarray, span: int) -> np.ndarray:
    out = values.copy()
    for t in range(1, len(values)):
        out[t] = out[t - 1] + 2 / (span + 1) * (values[t] - out[t - 1])
    return out


def _null(values: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _marts(days: list[date], market: dict[str, np.ndarray], *, has_term: bool) -> Frames:
    vix, spx, realized = market["vix_close"], market["spx_close"], market["realized"]
    macd = _ema(vix, 12) - _ema(vix, 26)
    signal = _ema(macd, 9)
    svix, marked = (vix / 100) ** 2 * 1.04, 0.047 - (spx / spx[0] - 1) * 0.02
    rate = np.full(len(days), 0.0417)
    gap = np.log(svix / marked)
    z = (gap - gap.mean()) / gap.std()
    rank = np.argsort(np.argsort(vix)) / len(vix) * 100
    ratio = market["vix3m_close"] / vix if has_term else np.full(len(vix), np.nan)
    horizons = (5, 10, 21, 42, 63, 126, 252)
    cone = {"session": [days[-1]] * 7, "horizon_sessions": list(horizons)}
    for quantile, level in (
        (0, 0.05),
        (5, 0.075),
        (25, 0.105),
        (50, 0.14),
        (75, 0.19),
        (95, 0.32),
        (100, 0.7),
    ):
        shrink = np.array([1.15, 1.1, 1.0, 0.95, 0.92, 0.88, 0.85])
        side = shrink if quantile > 50 else 1 / shrink if quantile < 50 else np.ones(7)
        cone[f"cone_p{quantile:02d}"] = list(level * side)
    cone["realized_vol_cc"] = [0.09, 0.1, 0.118, 0.124, 0.13, 0.135, 0.142]
    cone["cone_percentile"] = [22.0, 28.0, 34.0, 36.0, 40.0, 42.0, 47.0]
    cone["window_count"] = [2500] * 7
    return {
        "mart_vol_cone_daily": _conformed("mart_vol_cone_daily", cone),
        "mart_vol_state_daily": _conformed("mart_vol_state_daily", {
            "session": days, "spx_close": spx, "vix_close": vix, "implied_vol": vix / 100,
            "realized_vol_21d": _null(realized), "vol_spread": _null(vix - realized * 100),
            "vix_percentile": rank, "realized_vol_percentile": _null(rank * realized / realized),
            "term_ratio_3m": _null(ratio),
        }),
        "mart_technical_daily": _conformed("mart_technical_daily", {
            "session": days, "vix_macd": macd, "vix_macd_signal": signal,
            "vix_macd_hist": macd - signal, "vix_sma_20d": _ema(vix, 20),
            "vix_rsi_14d": rank, "spx_rsi_14d": rank,
        }),
        "mart_cost_of_equity_daily": _conformed("mart_cost_of_equity_daily", {
            "session": days, "treasury_10y": rate, "rf_30d": rate, "erp_fcfe_marked": marked,
            "erp_fcfe_mean_10y": marked * 0 + 0.051, "erp_fcfe_sd_10y": marked * 0 + 0.005,
            "coe_f": rate + marked, "coe_f_mean_10y": marked * 0 + 0.082,
            "coe_f_sd_10y": marked * 0 + 0.006, "erp_svix30": svix, "coe_v": rate + svix,
            "wacc_f": marked + 0.03, "wacc_v": svix + 0.03, "wacc_f_percentile": rank,
            "wacc_v_percentile": rank, "weight_equity": rate * 0 + 0.8, "weight_debt": rate * 0 + 0.2,
            "is_weight_assumed": [True] * len(days), "erp_mark_date": [date(2025, 12, 1)] * len(days),
        }),
        "mart_vol_gap_daily": _conformed("mart_vol_gap_daily", {
            "session": days, "vol_gap_z": z, "vol_gap_percentile": rank, "vol_gap_log": gap,
            "vol_gap_z_robust": z * 1.1, "vol_gap_window_sessions": [600] * len(days),
        }),
    }  # fmt: skip


_RULES = (
    ("G-1", 0, "gate", "gate", "A", "any required input is stale", None, None, None, None, "not_fired"),
    ("G-2", 0, "gate", "gate", "A", "theta of the book below 0 after the change", None, None, None, None, "not_evaluated"),
    ("G-4", 0, "gate", "gate", "B", "FOMC or CPI within 2 sessions", None, None, None, None, "not_fired"),
    ("G-4", 1, "gate", "gate", "B", "sessions to FOMC <= 2", "sessions_to_fomc", 7.0, "<=", 2.0, "not_fired"),
    ("R-01", 0, "driver", "driver", "C", "matrix cell changed and persisted 2 closes", None, None, None, None, "fired"),
    ("R-01", 1, "driver", "driver", "C", "matrix row (vol_gap_z, bands meet at -0.5 z / 0.5 z / 1.5 z) held 2 closes", "vol_gap_z", 0.61, None, None, "fired"),
    ("R-01", 2, "driver", "driver", "C", "matrix column (realized_vol_21d, bands meet at 14 % / 18 % / 25 %) held 2 closes", "realized_vol_21d", 0.118, None, None, "fired"),
    ("R-06", 0, "driver", "driver", "B", "VIX3M / VIX < 1.00 for 3 closes", "term_ratio_3m", 1.083, "<", 1.0, "not_fired"),
    ("R-07", 0, "driver", "driver", "C", "sector stress and quick-ratio decline", None, None, None, None, "no_data"),
    ("SEED-F", 0, "seed", "driver", "C", "ERP by cash flows > 6.5% and RV21 < 18%", None, None, None, None, "not_fired"),
    ("SEED-F", 1, "seed", "driver", "C", "ERP by cash flows > 6.5%", "erp_fcfe_marked", 0.0462, ">", 0.065, "not_fired"),
    ("SEED-F", 2, "seed", "driver", "C", "RV21 < 18%", "realized_vol_21d", 0.118, "<", 0.18, "fired"),
    ("SEED-V", 0, "seed", "driver", "C", "ERP by options > 6.5% and RV21 < 18%", None, None, None, None, "not_fired"),
    ("SEED-V", 1, "seed", "driver", "C", "ERP by options > 6.5%", "erp_svix30", 0.0297, ">", 0.065, "not_fired"),
    ("SEED-V", 2, "seed", "driver", "C", "RV21 < 18%", "realized_vol_21d", 0.118, "<", 0.18, "fired"),
    ("SEED-Z", 0, "seed", "driver", "C", "gap z >= 1.0 and RV21 < 18%", None, None, None, None, "not_fired"),
    ("SEED-Z", 1, "seed", "driver", "C", "gap z >= 1.0", "vol_gap_z", 0.61, ">=", 1.0, "not_fired"),
    ("C-1", 0, "test", "test", "A", "inner band inside the break-evens", None, None, None, None, "not_evaluated"),
)  # fmt: skip


def _rule_rows(session: date) -> pl.DataFrame:
    names = ("rule_id", "condition_no", "family", "role", "grade", "condition_text",
             "driver_column", "driver_value", "operator", "threshold", "outcome")  # fmt: skip
    columns: dict[str, list[object]] = {
        name: [row[i] for row in _RULES] for i, name in enumerate(names)
    }
    columns["session"] = [session] * len(_RULES)
    columns["distance_moves"] = [None if row[7] is None else 4.2 for row in _RULES]
    return _conformed("mart_rule_evaluation_daily", columns)


def _decisions(session: date) -> pl.DataFrame:
    layers = ("L1", "L2", "L3", "SE")
    return _conformed("mart_hedge_decision_daily", {
        "session": [session] * 4, "layer_id": layers, "row_bucket": ["B3"] * 4,
        "column_bucket": ["R1"] * 4, "multiplier_cell": [1.0, 1.25, 1.0, None],
        "multiplier_target": [1.0, 1.25, 1.0, None], "multiplier_before": [1.0, 1.0, 1.0, None],
        "multiplier_after": [1.0, 1.25, 1.0, None], "units_before": [4, 4, 2, 0],
        "units_after": [4, 5, 2, 0], "se_state": [None, None, None, "off"],
        "action": ["hold", "add", "hold", "hold"], "rule_id": ["R-01", "R-01", "R-01", "R-07"],
        "reason_code": ["at_target", "cell_asks_more", "at_target", "se_off"], "sessions_in_cell": [3] * 4,
        "cooldown_sessions": [0, 5, 0, 0], "signers_signed": [0, 3, 0, 0],
        "signers_known": [4, 4, 4, 4], "quorum": [0, 3, 0, 4],
        "flip_column": ["vol_gap_z", "vol_gap_z", None, None], "flip_value": [0.61, 0.61, None, None],
        "flip_threshold": [1.5, 0.5, None, None], "flip_distance_moves": [5.9, 0.7, None, None],
        "flip_multiplier": [0.75, 1.0, None, None], "policy_name": ["steward"] * 4,
        "policy_version": ["1.0"] * 4, "policy_hash": ["ab" * 32] * 4,
    })  # fmt: skip


def _signers(session: date) -> pl.DataFrame:
    rows = [
        (session, layer, direction, f"S{n}", outcome)
        for layer in ("L1", "L2", "L3")
        for direction in ("add", "reduce")
        for n, outcome in enumerate(("fired", "fired", "not_fired" if layer == "L1" else "fired", "no_data", "not_evaluated"), 1)
    ]  # fmt: skip
    names = ("session", "layer_id", "direction", "signer_id", "outcome")
    return _conformed(
        "mart_signer_daily", {name: [r[i] for r in rows] for i, name in enumerate(names)}
    )


def _cells() -> pl.DataFrame:
    rows = [
        (f"B{b}", f"R{r}", layer, "R-01", {"L1": 1.0, "L2": 1.25 if b > 2 else 1.0, "L3": 1.0}.get(layer), "watch" if r == 4 else "off")
        for b in range(1, 5) for r in range(1, 5) for layer in ("L1", "L2", "L3", "SE")
    ]  # fmt: skip
    names = ("row_bucket", "column_bucket", "layer_id", "rule_id", "multiplier_cell", "se_state")
    return _conformed(
        "mart_policy_cell", {name: [r[i] for r in rows] for i, name in enumerate(names)}
    )


def _book(last: date) -> Frames:
    """The model book of the last session: a condor, calls, and what two moves would do."""
    legs = {"session": [last] * 2, "book": ["model"] * 2, "leg_id": ["IC put", "L1 call"],
            "quantity": [-10.0, 4.0], "pnl_usd": [1_250.0, -80.0], "priced_from": ["model"] * 2}  # fmt: skip
    total = {
        "session": [last], "book": ["model"], "condor_units": [10], "max_loss_usd": [84_735.0],
        "be_down": [5_704.7], "be_up": [6_375.3], "position_be_down": [5_698.2],
        "position_be_up": [6_371.9], "coverage": [0.051], "value_usd": [-24_406.0],
        "delta_usd": [559.0], "gamma_usd": [-1_159.0], "vega_usd": [-1_694.0],
        "theta_usd": [238.0], "carry_usd_year": [9_398.0], "carry_share": [0.009],
        "day_pnl_usd": [-875.0], "nav_usd": [1_000_000.0], "priced_from": ["model"],
    }  # fmt: skip
    moves = {"session": [last] * 4, "book": ["model"] * 4, "spx_move": [-0.1, -0.1, 0.05, 0.05],
             "vix_move": [0.0, 10.0] * 2, "scenario_usd": [-70_891.0, -59_876.0, 836.0, None],
             "priced_from": ["model"] * 3 + ["nothing"]}  # fmt: skip
    proposal = {"session": [last], "book": ["model"], "after_be_down": [5_690.0],
                "after_be_up": [6_369.0], "priced_from": ["model"]}  # fmt: skip
    standing = {"session": [last], "standing_be_down": [5_700.0], "standing_be_up": [6_370.0],
                "is_inner_band_inside": [False], "priced_from": ["model"]}  # fmt: skip
    offers = {"session": [last] * 2, "book_layer": ["IC", "L1"], "offer_theta_usd": [30.0, None],
              "priced_from": ["model", "nothing"], "fault": ["below_credit", "unpriced"]}  # fmt: skip
    return {
        "mart_standing_book_daily": _conformed("mart_standing_book_daily", standing),
        "mart_book_offer_daily": _conformed("mart_book_offer_daily", offers),
        "mart_book_daily": _conformed("mart_book_daily", total),
        "mart_book_leg_daily": _conformed("mart_book_leg_daily", legs),
        "mart_book_scenario_daily": _conformed("mart_book_scenario_daily", moves),
        "mart_book_proposal_daily": _conformed("mart_book_proposal_daily", proposal),
        "ops_arrival": _conformed("ops_arrival", {"dataset": []}),
    }


def _checks() -> pl.DataFrame:
    tables = ("core_index_daily", "core_rate_daily", "mart_vol_state_daily")
    rows = [(RUN_ID, name, "latest", f"not_null_{n}", "fail", "pass", None, "0", "no nulls", 0, 600, None)
            for name in tables for n in range(4)]  # fmt: skip
    return _conformed(
        "ops_check_result",
        {name: [r[i] for r in rows] for i, name in enumerate(table("ops_check_result").schema)},
    )


def market_frames(source: str = "simulated") -> Frames:
    """Frames of all tables the page reads, for a source: 600 sessions, seed 11."""
    market, days = _market(np.random.default_rng(11)), _sessions()
    last, before = days[-1], days[-2]
    history = {
        "mart_rule_evaluation_daily": pl.concat([_rule_rows(before), _rule_rows(last)]),
        "mart_hedge_decision_daily": pl.concat([_decisions(before), _decisions(last)]),
        "mart_signer_daily": _signers(last),
    }
    return {
        **_core(days, source, market),
        **_marts(days, market, has_term=source == "simulated"),
        **history,
        **_book(last),
        "mart_policy_cell": _cells(),
        "ops_check_result": _checks(),
    }


def words() -> PolicyText:
    """The policy's own words, as the flow would pass them."""
    return PolicyText(
        layers=(
            LayerText("L1", "short", "long VIX call", "30 days (20 to 45)", "0.30 delta"),
            LayerText("L2", "mid", "long VIX call spread", "110 days (80 to 140)", "0.30 delta"),
            LayerText("L3", "long", "long VIX call", "220 days (170 to 260)", "0.25 delta"),
            LayerText("SE", "Second Engine", "deferred VIX futures or calls", "45 to 120 days", "0.25 delta"),
        ),
        evidence={
            "SEED-F": "On 133 sessions in 8 episodes, all in 2012; the VIX fell 4.3% on average over the next 21 sessions.",
            "SEED-V": "35 days in 20 episodes 1999 to 2018; the VIX fell 9.6% on average over the next 21 sessions, so the hedge was bought dear.",
            "SEED-Z": "1.7% of days, 32 episodes; the VIX fell 2.3% on average.",
        },
        rules={"G-1": "Data quality", "G-4": "Announcement window", "R-01": "Matrix", "R-06": "Inversion", "SEED-V": "Options reading (active)", "SEED-F": "Cash-flow reading", "SEED-Z": "Relative reading"},
        signers={"S1": "Fundamental gap", "S2": "Volatility regime", "S3": "Term structure", "S4": "Breadth and technical", "S5": "Risk budget"},
        rows={"B1": "compressed", "B2": "neutral", "B3": "elevated", "B4": "distorted"},
        columns={"R1": "RV < 14%", "R2": "14 to 18%", "R3": "18 to 25%", "R4": "RV \u2265 25%"},
    )  # fmt: skip


def run_of(source: str = "simulated") -> RunInfo:
    """The run that the frames belong to."""
    return RunInfo(
        RUN_ID, date(2025, 12, 31), source, "steward", "1.0", "ab" * 32, "cd" * 32, "ef" * 32,
        "0.1.0", 1, words(),
    )  # fmt: skip


@pytest.fixture(scope="session")
def make_frames() -> Callable[[str], Frames]:
    """Frames of all tables for a source, made once."""
    return cache(market_frames)


@pytest.fixture
def frames(make_frames: Callable[[str], Frames]) -> Frames:
    """The frames of the simulated source."""
    return make_frames("simulated")


@pytest.fixture
def run_info() -> RunInfo:
    """The run that the frames belong to."""
    return run_of()
