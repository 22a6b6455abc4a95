"""Laws of the decision on drawn markets, and its multipliers told again from the audit tables alone.

A market is a row of spells: each some sessions in one cell with some of the plants below, so that
a counterexample shrinks to the few sessions that matter.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import ceil
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.conditions import READABLE
from policy.decide import decision_step
from policy.model import load
from schemas.offer_tables import MART_BOOK_OFFER_DAILY

Tables = dict[str, pl.DataFrame]
Row = dict[str, Any]
Market = list[dict[str, float | None]]

POLICIES = {name: load(name) for name in ("steward", "promoter")}
STEPS = {name: decision_step(policy) for name, policy in POLICIES.items()}
INPUTS = (*READABLE, MART_BOOK_OFFER_DAILY)
LAYERS = ("L1", "L2", "L3")
CONDORS = 10
REQUIRED = ("spx_close", "vix_close", "treasury_10y", "erp_damodaran_published")

# Cell B2 R1, no rule on, every input known.
CALM: dict[str, float | None] = {
    "vol_gap_z": 0.0, "realized_vol_21d": 0.10, "spx_close": 5000.0, "vix_close": 17.0,
    "vol_spread": 4.0, "term_ratio_3m": 1.10, "sessions_since_macd_up": 30,
    "sessions_since_macd_down": 30, "vix_rsi_14d": 50.0, "erp_svix30": 0.02,
    "erp_fcfe_marked": 0.045, "treasury_10y": 0.04, "erp_damodaran_published": 0.045,
    "sessions_to_fomc": 20, "sessions_to_cpi": 20, "is_inner_band_inside": True,
    "is_outer_band_outside": True, "is_hedge_undersized": False, "sessions_since_fomc": 10,
    "vix_sma_20d": 17.0, "is_divergence_on": False, "is_vol_proxy_hot": False,
    "cm_slope_30d": 0.04, "is_steepening": False, "sessions_inverted": 0,
    "is_sector_stress": False, "is_liquidity_declining": False, "is_macro_shift": False,
    "is_gdp_revision_large": False, "best_conversion_bp": 1.0, "best_reversal_bp": 1.0,
    "is_gauge_extreme": False, "is_cash_press_accelerating": False, "is_false_binary": False,
}  # fmt: skip
# One contract, in dollars, such that a step more or less decides a budget, a cap or the theta.
OFFERED = {
    "IC": {"theta": 9.0, "delta": 0.0, "vega": -100.0, "loss": 9_000.0},
    "L1": {"theta": -5.0, "carry": 3_500.0, "debit": 900.0, "stress": 3_000.0},
    "L2": {"theta": -3.0, "carry": 1_900.0, "debit": 2_100.0, "stress": 1_400.0},
    "L3": {"theta": -2.0, "carry": 1_600.0, "debit": 4_000.0, "stress": 2_900.0},
}
PLANTS: dict[str, dict[str, float | None]] = {
    "nothing": {},
    "up-cross": {"sessions_since_macd_up": 1},
    "down-cross": {"sessions_since_macd_down": 1, "vix_close": 22.0, "vix_sma_20d": 24.0},
    "steep": {"cm_slope_30d": 0.09},
    "inverted": {"sessions_inverted": 3, "term_ratio_3m": 0.95},
    "panic": {"vix_close": 60.0, "vix_sma_20d": 40.0},
    "low": {"vix_close": 13.0},
    "seed": {"vol_gap_z": 1.2, "realized_vol_21d": 0.16, "erp_svix30": 0.08},
    "stress": {"is_sector_stress": True, "is_liquidity_declining": True},
    "hot": {"is_divergence_on": True, "vix_rsi_14d": 75.0},
    "false binary": {"is_false_binary": True},
    "family unknown": {"is_false_binary": None},
    "signers unknown": {"term_ratio_3m": None, "vol_spread": None, "vix_rsi_14d": None},
    "band fails": {"is_inner_band_inside": False},
    "cheap": {"L1 carry": 100.0, "L2 carry": 100.0, "L3 carry": 100.0, "L2 debit": 50.0,
              "L3 debit": 50.0, "IC theta": 90.0},
    "bleeding": {"IC theta": 3.0, "L1 carry": 100.0, "L2 carry": 100.0, "L3 carry": 100.0},
    "no offer": {"L1 theta": None, "L2 debit": None, "L3 carry": None},
    "missing": {"treasury_10y": None},
}  # fmt: skip
GAPS = (-1.0, 0.0, 1.0, 2.0, None)
VOLS = (0.10, 0.16, 0.20, 0.30, None)
QUICK = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """From 40 to 120 sessions in spells of two to eight."""
    rows: Market = []
    while len(rows) < 40:
        for length, gap, vol, first, second in draw(
            st.lists(
                st.tuples(st.integers(2, 8), st.sampled_from(GAPS), st.sampled_from(VOLS),
                          st.sampled_from(sorted(PLANTS)), st.sampled_from(sorted(PLANTS))),
                min_size=10, max_size=15,
            )
        ):  # fmt: skip
            cell = {"vol_gap_z": gap, "realized_vol_21d": vol}
            rows.extend([{**cell, **PLANTS[first], **PLANTS[second]}] * length)
    return rows[:120]


profiles = st.sampled_from(sorted(POLICIES))


def _days(many: int) -> list[date]:
    return [date(2024, 1, 1) + timedelta(days=t) for t in range(many)]


def _offer(row: Mapping[str, float | None], layer: str) -> dict[str, float | None]:
    """One contract of a layer at a session."""
    one = {"delta": -1.0, "vega": 5.0} | OFFERED[layer]
    return {name: row.get(f"{layer} {name}", value) for name, value in one.items()}


def _inputs(rows: Market, days: list[date] | None = None) -> list[pl.DataFrame]:
    days = days or _days(len(rows))
    market, frames = [{**CALM, **row} for row in rows], []
    for table in READABLE:
        columns = {one.name: [row.get(one.name) for row in market] for one in table.columns}
        columns["session"] = days
        frames.append(pl.DataFrame(columns, schema=table.schema, strict=False))
    offers = [
        {"session": day, "book_layer": layer}
        | {
            "offer_carry_usd_year" if name == "carry" else f"offer_{name}_usd": value
            for name, value in _offer(row, layer).items()
        }
        for day, row in zip(days, rows, strict=True)
        for layer in OFFERED
    ]
    return [*frames, pl.DataFrame(offers, schema=MART_BOOK_OFFER_DAILY.schema)]


def _decide(profile: str, frames: list[pl.DataFrame]) -> Tables:
    step = STEPS[profile]
    built = step.build(*(frame.lazy() for frame in frames))
    plans = [table.conform(one) for table, one in zip(step.outputs, built, strict=True)]
    done = pl.collect_all(plans, engine="in-memory")
    return {table.name: one for table, one in zip(step.outputs, done, strict=True)}


def _sessions(tables: Tables) -> Iterator[dict[str, Row]]:
    """The layers' decisions, a dictionary by layer for every session."""
    rows = tables["mart_hedge_decision_daily"].sort("session", "layer_id").to_dicts()
    for at in range(0, len(rows), 4):
        yield {row["layer_id"]: row for row in rows[at : at + 4]}


@QUICK
@given(profiles, markets(), st.sampled_from(REQUIRED), st.sets(st.integers(0, 39), min_size=1))
def test_missing_input_only_holds(profile: str, rows: Market, name: str, at: set[int]) -> None:
    """Whatever else is planted, a session without a required input says hold and moves nothing."""
    rows = [{**row, name: None} if t in at else row for t, row in enumerate(rows)]
    tables = _decide(profile, _inputs(rows))
    days = [_days(len(rows))[t] for t in sorted(at)]
    told = tables["mart_hedge_decision_daily"].filter(pl.col("session").is_in(days))
    assert set(told["action"]) == {"hold"}
    assert set(told["reason_code"]) == {"required_input_missing"}
    assert set(told["rule_id"]) == {"G-1"}
    assert told["units_before"].equals(told["units_after"])
    assert told["multiplier_before"].equals(told["multiplier_after"])
    assert tables["mart_rule_action_daily"].filter(pl.col("session").is_in(days)).is_empty()


def _votes(tables: Tables) -> dict[tuple[date, str, str], dict[str, str]]:
    found: dict[tuple[date, str, str], dict[str, str]] = {}
    for row in tables["mart_signer_daily"].to_dicts():
        key = (row["session"], row["layer_id"], row["direction"])
        found.setdefault(key, {})[row["signer_id"]] = row["outcome"]
    return found


def _is_signed(votes: dict[str, str], quorum: int) -> bool:
    """Methodology 12.6: so many signatures, S1, one of S2 and S3, and S5 not against it."""
    signed = {name for name, outcome in votes.items() if outcome == "fired"}
    groups = "S1" in signed and bool(signed & {"S2", "S3"})
    return len(signed) >= quorum and groups and votes["S5"] != "not_fired"


@QUICK
@given(profiles, markets())
def test_unknown_is_no_signature(profile: str, rows: Market) -> None:
    """Without the inputs of S3 and S4 neither signs; above the base nothing rises unsigned."""
    unknown = ("term_ratio_3m", "is_divergence_on", "vix_rsi_14d", "sessions_since_macd_up",
               "sessions_since_macd_down")  # fmt: skip
    rows = [{**row, **dict.fromkeys(unknown)} if t >= 20 else row for t, row in enumerate(rows)]
    tables = _decide(profile, _inputs(rows))
    votes = _votes(tables)
    for (session, *_), outcomes in votes.items():
        if session >= _days(21)[20]:
            assert {outcomes["S3"], outcomes["S4"]} == {"no_data"}
    for layers in _sessions(tables):
        for layer in LAYERS:
            row = layers[layer]
            if row["multiplier_after"] > max(row["multiplier_before"], 1.0):
                quorum = POLICIES[profile].quorum.add
                assert _is_signed(votes[row["session"], layer, "add"], quorum)


def _book_by_move(layers: dict[str, Row], row: dict[str, float | None]) -> Iterator[Row]:
    """Each add of contracts in a session's order, with the book right after it."""
    units = {one: layers[one]["units_before"] for one in LAYERS}
    falls = [one for one in LAYERS if layers[one]["multiplier_after"] < layers[one]["multiplier_before"]]  # fmt: skip
    for layer in [*falls, *(one for one in LAYERS if one not in falls)]:
        bought = layers[layer]["units_after"] - units[layer]
        units[layer] += bought
        if bought > 0:
            each = {one: _offer(row, one) for one in LAYERS}
            sums = {name: sum(units[one] * (each[one][name] or 0.0) for one in LAYERS)
                    for name in ("theta", "carry")}  # fmt: skip
            known = all(each[one][name] is not None for one in LAYERS if units[one]
                        for name in ("carry", "theta"))  # fmt: skip
            condors = CONDORS * (_offer(row, "IC")["theta"] or 0.0)
            yield {"layer": layer, "carry": sums["carry"], "theta": sums["theta"] + condors,
                   "paid": bought * (each[layer]["debit"] or 0.0), "known": known,
                   "priced": each[layer]["debit"] is not None,
                   "multiplier": layers[layer]["multiplier_after"]}  # fmt: skip


@QUICK
@given(profiles, markets())
def test_adds_keep_budget_cap_and_theta(profile: str, rows: Market) -> None:
    """After every add: carry and price within their shares, theta not negative but for L3's floor."""
    terms = POLICIES[profile].book_terms
    for layers, row in zip(_sessions(_decide(profile, _inputs(rows))), rows, strict=True):
        for add in _book_by_move(layers, row):
            floor = add["layer"] == "L3" and add["multiplier"] <= 1.0
            assert add["known"] or floor
            assert add["priced"]
            assert add["carry"] <= terms.carry_budget * terms.nav_usd
            assert add["paid"] <= terms.purchase_cap * terms.nav_usd
            assert add["theta"] >= 0 or floor


@settings(QUICK, max_examples=3)
@given(profiles, markets(), st.randoms(use_true_random=False))
def test_order_and_names_of_days_do_not_matter(profile: str, rows: Market, random: Any) -> None:  # noqa: ANN401 -- hypothesis' own
    """Shuffled rows and columns decide the same; so do the same sessions on other dates."""
    frames = _inputs(rows)
    plain = _decide(profile, frames)
    shuffled = []
    for frame in frames:
        places, names = list(range(frame.height)), list(frame.columns)
        random.shuffle(places)
        random.shuffle(names)
        shuffled.append(frame[places].select(names))
    assert all(plain[name].equals(one) for name, one in _decide(profile, shuffled).items())
    days, day = [], date(1999, 3, 1)
    for _ in rows:
        day += timedelta(days=random.randint(1, 5))
        days.append(day)
    renamed = dict(zip(_days(len(rows)), days, strict=True))
    for name, one in _decide(profile, _inputs(rows, days)).items():
        told = plain[name]
        if "session" in told.columns:
            told = told.with_columns(pl.col("session").replace_strict(renamed))
        assert told.equals(one)


@settings(QUICK, max_examples=6)
@given(profiles, st.tuples(*[st.sampled_from(GAPS[:4])] * 2), st.tuples(*[st.sampled_from(VOLS[:4])] * 2))  # fmt: skip
def test_short_layer_never_grows_with_gap_or_volatility(
    profile: str, gaps: tuple[float, float], vols: tuple[float, float]
) -> None:
    """The matrix' L1 falls in the gap and in volatility, so from the base a dearer market holds less.

    The pair is L1 against either axis: of two markets that enter a cell and stay, the one whose gap
    and volatility are no lower has no more of L1 at any session.
    """
    found = []
    for gap, vol in ((min(gaps), min(vols)), (max(gaps), max(vols))):
        tables = _decide(profile, _inputs([{"vol_gap_z": gap, "realized_vol_21d": vol}] * 15))
        found.append([layers["L1"]["multiplier_after"] for layers in _sessions(tables)])
    assert all(low >= high for low, high in zip(*found, strict=True))


@QUICK
@given(profiles, markets())
def test_one_step_but_for_lift_and_sale(profile: str, rows: Market) -> None:
    """A layer moves one step a day; R-02 may lift L2 to 1.50, R-11 may sell half of L1."""
    before = dict.fromkeys(LAYERS, 1.0)
    for layers in _sessions(_decide(profile, _inputs(rows))):
        for layer in LAYERS:
            row = layers[layer]
            assert row["multiplier_before"] == before[layer]
            before[layer] = row["multiplier_after"]
            move = row["multiplier_after"] - row["multiplier_before"]
            if abs(move) > 0.25:
                lift = layer == "L2" and row["rule_id"] == POLICIES[profile].seed_rule and move > 0
                sale = layer == "L1" and row["rule_id"] == "R-11" and move < 0
                assert lift or sale, row
                assert row["multiplier_after"] <= 1.5
                assert not sale or 2 * row["multiplier_after"] >= row["multiplier_before"]


# --- the decision told again ----------------------------------------------------------------------


class _Reader:
    """Reads the audit tables as an auditor would: what came of each rule says what each layer did."""

    def __init__(self, tables: Tables, quorum_add: int) -> None:
        self.tables, self.quorum_add, self.votes = tables, quorum_add, _votes(tables)
        self.cells = {
            (row["row_bucket"], row["column_bucket"], row["layer_id"]): row["multiplier_cell"]
            for row in tables["mart_policy_cell"].to_dicts()
        }
        self.came: dict[date, list[Row]] = {}
        for row in tables["mart_rule_action_daily"].to_dicts():
            self.came.setdefault(row["session"], []).append(row)
        whole = tables["mart_rule_evaluation_daily"].filter(pl.col("condition_no") == 0)
        self.fired: dict[date, dict[str, str]] = {}
        for row in whole.to_dicts():
            self.fired.setdefault(row["session"], {})[row["rule_id"]] = row["outcome"]
        self.now = dict.fromkeys(LAYERS, 1.0)
        self.last: dict[str, tuple[int, int]] = dict.fromkeys(LAYERS, (0, -99))
        self.granted: dict[tuple[str, str], float] = {}
        self.buckets: list[str | None] = []

    def check(self) -> int:
        """Tells every session again; how many moves were told."""
        moves = 0
        for t, layers in enumerate(_sessions(self.tables)):
            self.buckets.append(layers["L1"]["row_bucket"])
            session = layers["L1"]["session"]
            for rule, layer in list(self.granted):
                if self.fired[session][rule] in {"not_fired", "not_evaluated"}:
                    del self.granted[rule, layer]
            for layer in LAYERS:
                self._check_cell(layer, layers[layer])
            offsets = {one: sum(v for (_, of), v in self.granted.items() if of == one)
                       for one in LAYERS}  # fmt: skip
            for layer in LAYERS:
                moves += self._check_layer(t, layer, layers[layer], offsets[layer])
        return moves

    def _check_cell(self, layer: str, row: Row) -> None:
        cell = self.cells.get((row["row_bucket"], row["column_bucket"], layer))
        if row["sessions_in_cell"] is not None:
            assert row["multiplier_cell"] == cell

    def _check_layer(self, t: int, layer: str, row: Row, offset: float) -> int:
        """What acted on the layer, applied to where it stood, is where it stands."""
        moving = [one for one in self.came.get(row["session"], []) if one["action_target"] == layer
                  and one["action_verb"] in {"move", "refresh", "monetise"}]  # fmt: skip
        acted = [one for one in moving if one["action_result"] == "acted"]
        assert len(acted) <= 1
        assert row["multiplier_before"] == self.now[layer]
        wanted, ready = self._own(row, layer, offset)
        after = self._after(acted[0], row, wanted, ready=ready) if acted else self.now[layer]
        assert row["multiplier_after"] == after
        if not moving and self.fired[row["session"]]["G-1"] != "fired":
            assert wanted == self.now[layer] or not ready
        self._check_reasons(t, layer, row, {one["action_result"] for one in moving})
        if after != self.now[layer]:
            if (
                acted[0]["rule_id"] not in {"R-01", "R-02V"}
                and acted[0]["action_verb"] != "monetise"
            ):
                key = (acted[0]["rule_id"], layer)
                step = 0.25 if after > self.now[layer] else -0.25
                self.granted[key] = self.granted.get(key, 0.0) + step
            self.last[layer] = (1 if after > self.now[layer] else -1, t)
        self.now[layer] = after
        return len(acted)

    def _own(self, row: Row, layer: str, offset: float) -> tuple[float, bool]:
        """What matrix or seed rule ask, and whether their cell has held long enough."""
        now, held = self.now[layer], row["sessions_in_cell"]
        if held is None or self.fired[row["session"]]["G-1"] == "fired":
            return now, False
        cell = row["multiplier_cell"]
        seeded = layer == "L2" and self.fired[row["session"]]["R-02V"] == "fired" and cell <= 1.5
        wanted = 1.5 if seeded else min(max(cell + offset, 0.0), 2.0)
        if row["row_bucket"] != "B4":
            return wanted, seeded or held >= 2
        stay = self.buckets[-3:] == ["B4"] * 3
        return wanted, (stay and (seeded or held >= 2)) if wanted > now else True

    def _after(self, acted: Row, row: Row, wanted: float, *, ready: bool) -> float:
        now, rule = row["multiplier_before"], acted["rule_id"]
        if acted["action_verb"] == "monetise":
            return ceil(now / 0.25 / 2) * 0.25
        if rule in {"R-01", "R-02V"}:
            assert ready
            assert wanted != now
            if rule == "R-02V" and wanted > max(now, 1.0) and row["multiplier_after"] > 1.0:
                assert now < row["multiplier_after"] <= 1.5  # the budget scales the lift
                return float(row["multiplier_after"])
            return float(now + (0.25 if wanted > now else -0.25))
        assert self.fired[row["session"]][rule] == "fired"
        return float(now + {"R-05": {"L1": -0.25, "L3": 0.25}.get(acted["action_target"], 0.0),
                            "R-12": 0.25, "R-04a": 0.25, "R-04b": -0.25}[rule])  # fmt: skip

    def _check_reasons(self, t: int, layer: str, row: Row, results: set[str]) -> None:
        """Quorum and cooldown follow from the signers' table and the layer's own moves."""
        now, after = row["multiplier_before"], row["multiplier_after"]
        votes, quorum = self.votes[row["session"], layer, "add"], self.quorum_add
        back = self.votes[row["session"], layer, "reduce"]
        agree = list(back.values()).count("fired")
        direction, moved_at = self.last[layer]
        cooling = direction < 0 and t - moved_at <= 5
        if after > now:
            assert not cooling
            is_above = row["multiplier_target"] > 1.0  # asked for before this step gets there
            assert not is_above or _is_signed(votes, quorum)
            assert row["quorum"] == (quorum if is_above else 0)
        if after < now and row["rule_id"] != "R-11" and now > 1.0:
            assert agree >= 2
        if "cooldown" in results:
            assert cooling
        if "quorum_not_met" in results:
            unsigned = not _is_signed(votes, quorum) and row["quorum"] == quorum
            assert unsigned or (now > 1.0 and agree < 2 and row["quorum"] == 2)
        if row["signers_signed"] is not None:
            counted = {list(one.values()).count("fired") for one in (votes, back)}
            assert row["signers_signed"] in counted


@QUICK
@given(profiles, markets())
def test_audit_tables_tell_the_decision_again(profile: str, rows: Market) -> None:
    """Cells, actions, outcomes and signers alone give every multiplier, quorum and wait."""
    _Reader(_decide(profile, _inputs(rows)), POLICIES[profile].quorum.add).check()


@pytest.fixture(scope="module")
def eventful() -> Tables:
    """A market with a fade, a lift, a sale and a return."""
    stay: Market = [{}] * 4
    cheap = PLANTS["cheap"]
    fade: Market = [{"vol_gap_z": 1.0, "realized_vol_21d": 0.20}] * 6
    lift: Market = [{**PLANTS["seed"], **cheap, "is_divergence_on": True,
                     "sessions_since_macd_up": 3}] * 6  # fmt: skip
    return _decide("steward", _inputs([*stay, *fade, *stay, *stay, *lift, *[PLANTS["panic"]] * 6]))


@pytest.mark.parametrize(
    ("table", "column", "was", "becomes"),
    [
        ("mart_rule_action_daily", "action_result", "acted", "quorum_not_met"),
        ("mart_signer_daily", "outcome", "fired", "not_fired"),
        ("mart_policy_cell", "multiplier_cell", 0.75, 0.5),
        ("mart_hedge_decision_daily", "multiplier_after", 0.75, 1.0),
        ("mart_rule_evaluation_daily", "outcome", "not_fired", "fired"),
    ],
)
def test_reader_finds_a_changed_table(
    eventful: Tables, table: str, column: str, was: object, becomes: object
) -> None:
    """The reader accepts the tables as decided, with moves in them, and none of them changed."""
    assert _Reader(eventful, 3).check() >= 5
    changed = eventful[table].with_columns(pl.col(column).replace(was, becomes))
    with pytest.raises(AssertionError):
        _Reader({**eventful, table: changed}, 3).check()
