"""Each rule of methodology 12.4 on planted sessions: it fires, acts, and gives way as 12.5 says."""

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from policy.model import Policy

Market = list[dict[str, float | None]]
Decide = Callable[..., dict[str, pl.DataFrame]]
Told = Callable[..., dict[str, Any]]
Planted = dict[str, float | None]
CALM: Planted = {}
CROSS_UP = {"sessions_since_macd_up": 1}
CROSS_DOWN = {"sessions_since_macd_down": 1, "vix_close": 22.0, "vix_sma_20d": 24.0}
HOT = {"is_divergence_on": True, "vix_rsi_14d": 75.0}
STEEP = {"cm_slope_30d": 0.09}
INVERTED = {"sessions_inverted": 3, "term_ratio_3m": 0.95}
PANIC = {"vix_close": 60.0}
STRESS = {"is_sector_stress": True, "is_liquidity_declining": True}
FADE = {"vol_gap_z": 1.0, "realized_vol_21d": 0.20}  # B3 R3: L1 at 0.75
SEED = {"vol_gap_z": 1.2, "realized_vol_21d": 0.16, "erp_svix30": 0.08}


@pytest.fixture(scope="module")
def told(decide: Decide, steward: Policy) -> Callable[..., dict[str, Any]]:
    """The last session of a market: layers by id, actions by rule and number, outcomes by rule."""

    def run(market: Market, policy: Policy | None = None) -> dict[str, Any]:
        tables = decide(policy or steward, market)
        last = {name: frame.filter(pl.col("session") == pl.col("session").max())
                for name, frame in tables.items() if "session" in frame.columns}  # fmt: skip
        layers = last["mart_hedge_decision_daily"].to_dicts()
        session = layers[0]["session"]
        actions = tables["mart_rule_action_daily"].filter(pl.col("session") == session).to_dicts()
        rules = last["mart_rule_evaluation_daily"].filter(pl.col("condition_no") == 0).to_dicts()
        return {
            **{row["layer_id"]: row for row in layers},
            "came": {(row["rule_id"], row["action_no"]): row["action_result"] for row in actions},
            "fired": {row["rule_id"]: row["outcome"] for row in rules},
        }

    return run


def _is(row: dict[str, Any], *expected: object) -> None:
    names = ("action", "rule_id", "reason_code", "multiplier_before", "multiplier_after")
    assert tuple(row[name] for name in names[: len(expected)]) == expected


def _changed(policy: Policy, *keys: str, to: object) -> Policy:
    content = policy.model_dump(mode="json", by_alias=True, exclude_unset=True)
    at = content
    for key in keys[:-1]:
        at = at[key]
    at[keys[-1]] = to
    return Policy.model_validate(content)


def test_calm_market_moves_nothing(told: Told) -> None:
    """Where no rule fires none takes part, and the chain is empty."""
    found = told([CALM] * 4)
    assert found["came"] == {}
    assert [found[layer]["rule_chain"] for layer in ("L1", "L2", "L3", "SE")] == ["[]"] * 4


# --- R-03 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("hot", [{"vix_rsi_14d": 71.0}, {"is_vol_proxy_hot": True}])
def test_breadth_rule_restructures_once(told: Told, hot: dict[str, float]) -> None:
    """R-03: divergence and a hot RSI lower L2's short strike, once in an episode."""
    fired = HOT | {"vix_rsi_14d": 50.0} | hot
    first = told([CALM] * 3 + [fired])
    _is(first["L2"], "restructure", "R-03", "restructured", 1.0, 1.0)
    assert first["came"]["R-03", 1] == first["came"]["R-03", 2] == "acted"
    later = told([CALM] * 3 + [fired] * 2)
    _is(later["L2"], "hold", "R-01", "at_target")
    assert later["came"]["R-03", 1] == "in_force"


@pytest.mark.parametrize(
    ("change", "outcome"),
    [({"is_divergence_on": None}, "no_data"), ({"is_divergence_on": False}, "not_fired"),
     ({"vix_rsi_14d": 60.0}, "not_fired"), ({"vix_rsi_14d": None}, "no_data"),
     ({"vix_rsi_14d": 70.0}, "not_fired")],
)  # fmt: skip
def test_breadth_rule_is_three_valued(told: Told, change: Planted, outcome: str) -> None:
    """R-03 needs both; what is unknown is no data and restructures nothing."""
    found = told([CALM] * 3 + [HOT | change])
    assert found["fired"]["R-03"] == outcome
    _is(found["L2"], "hold", "R-01")


def test_breadth_rule_latches(told: Told) -> None:
    """Entered above 70 it stays on down to 66, 20 % of the way to 50, and no further."""
    assert told([HOT, HOT | {"vix_rsi_14d": 66.1}])["fired"]["R-03"] == "fired"
    assert told([HOT, HOT | {"vix_rsi_14d": 66.0}])["fired"]["R-03"] == "not_fired"
    assert told([HOT | {"vix_rsi_14d": 68.0}])["fired"]["R-03"] == "not_fired"
    gap = [HOT, HOT | {"vix_rsi_14d": None}, HOT | {"vix_rsi_14d": 68.0}]
    assert told(gap)["fired"]["R-03"] == "fired"


def test_breadth_rule_leaves_the_seed_rule_its_long_leg(told: Told) -> None:
    """R-03 and R-02 on one day: L2 is lifted by R-02, and R-03 moves the short leg beside it."""
    found = told([CALM] * 6 + [SEED | {"is_divergence_on": True, "is_vol_proxy_hot": True}])
    _is(found["L2"], "review", "R-02V", "financing_untested", 1.0, 1.5)
    assert (found["came"]["R-02V", 1], found["came"]["R-03", 1]) == ("acted", "acted")
    results = {part["rule"]: part["result"] for part in json.loads(found["L2"]["rule_chain"])}
    assert results == {"R-02V": "acted", "R-03": "acted"}


# --- R-04a, R-04b, R-04c ------------------------------------------------------------------------


def test_up_cross_adds_with_a_quorum(told: Told, steward: Policy) -> None:
    """R-04a: one step more of L1, above the base by quorum; the matrix does not take it back."""
    open_quorum = _changed(steward, "quorum", to={"add": 1, "reduce": 1, "se": 4, "mandatory": [],
                                                  "never_false": []})  # fmt: skip
    market = [CALM] * 3 + [CROSS_UP]
    _is(told(market, open_quorum)["L1"], "add", "R-04a", "rule_asks_more", 1.0, 1.25)
    again = told([*market, CROSS_UP], open_quorum)
    _is(again["L1"], "hold", "R-01", "at_target", 1.25, 1.25)
    assert again["came"]["R-04a", 1] == "in_force"
    over = told([*market, CROSS_UP, CALM], open_quorum)
    _is(over["L1"], "reduce", "R-01", "cell_asks_less", 1.25, 1.0)
    _is(told(market)["L1"], "blocked", "R-04a", "quorum_not_met", 1.0, 1.0)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [({"vix_close": 20.0}, "not_fired"), ({"term_ratio_3m": 0.99}, "not_fired"),
     ({"sessions_since_macd_up": 6}, "not_fired"), ({"term_ratio_3m": None}, "no_data"),
     ({}, "fired")],
)  # fmt: skip
def test_up_cross_needs_calm(told: Told, change: Planted, outcome: str) -> None:
    """R-04a asks for a fresh cross, a VIX below 20 and no inversion; unknown moves nothing."""
    found = told([CALM] * 3 + [CROSS_UP | change])
    assert found["fired"]["R-04a"] == outcome
    assert found["L1"]["multiplier_after"] == 1.0


def test_down_cross_reduces(told: Told) -> None:
    """R-04b takes one step from L1 while the VIX is above 20 and below its mean."""
    _is(told([CALM] * 3 + [CROSS_DOWN])["L1"], "reduce", "R-04b", "rule_asks_less", 1.0, 0.75)
    for silent in ({"vix_close": 25.0}, {"vix_close": 20.0}, {"vix_sma_20d": None}):
        _is(told([CALM] * 3 + [CROSS_DOWN | silent])["L1"], "hold", "R-01", "at_target")


def test_down_cross_after_the_fed_is_ignored(told: Told) -> None:
    """R-04c stops R-04b for five sessions; unknown it stops no reduction."""
    for since, action in ((5, "hold"), (6, "reduce"), (None, "reduce")):
        found = told([CALM] * 3 + [CROSS_DOWN | {"sessions_since_fomc": since}])
        assert found["L1"]["action"] == action
        assert found["came"]["R-04b", 1] == ("stopped_by_gate" if action == "hold" else "acted")


def test_reducing_modifier_beats_adding_driver(told: Told) -> None:
    """The matrix asks L1 back up while R-04b asks it down: what reduces risk comes first."""
    market = [CALM, FADE, FADE, *[CALM] * 6]
    _is(told(market)["L1"], "add", "R-01", "return_to_base", 0.75, 1.0)
    found = told([*market[:-1], CROSS_DOWN])
    _is(found["L1"], "reduce", "R-04b", "rule_asks_less", 0.75, 0.5)
    assert found["came"]["R-01", 1] == "reducing_comes_first"


def test_driver_beats_modifier(told: Told) -> None:
    """Both ask L1 down: the matrix acts, one step, and the modifier gives way."""
    found = told([CALM, FADE, FADE | CROSS_DOWN])
    _is(found["L1"], "reduce", "R-01", "cell_asks_less", 1.0, 0.75)
    assert (found["came"]["R-01", 1], found["came"]["R-04b", 1]) == ("acted", "driver_comes_first")


# --- R-05, R-05s --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doubled(steward: Policy) -> Policy:
    """Twice the book, so that a step of L3 is a contract, and signatures that nobody lacks."""
    open_quorum = {"add": 1, "reduce": 1, "se": 4, "mandatory": [], "never_false": []}
    rich = _changed(steward, "budget", "nav", to="5000000 USD")
    return _changed(_changed(rich, "quorum", to=open_quorum), "sizing", "condor_units", to=20)


@pytest.mark.parametrize("steep", [STEEP, {"term_ratio_3m": 1.15}])
def test_steep_contango_shortens_and_lengthens(told: Told, doubled: Policy, steep: Planted) -> None:
    """R-05: spreads for outright L1 and a step less; two of it sold for 200 buy no L3 for 250."""
    found = told([CALM] * 3 + [steep], doubled)
    _is(found["L1"], "reduce", "R-05", "rule_asks_less", 1.0, 0.75)
    assert [found["came"]["R-05", n] for n in (1, 2, 3)] == ["acted", "acted", "not_financed"]
    _is(found["L3"], "unfunded", "R-05", "not_financed", 1.0, 1.0)
    later = told([CALM] * 3 + [steep] * 8, doubled)
    _is(later["L1"], "hold", "R-01", "at_target", 0.75, 0.75)


@pytest.mark.parametrize(
    ("prices", "told_of_it"),
    [({"L3 debit": 200.0}, ("add", "R-05", "rule_asks_more", 1.0, 1.25)),
     ({"L3 debit": 200.5}, ("unfunded", "R-05", "not_financed", 1.0, 1.0)),
     ({"L1 debit": None}, ("review", "R-05", "financing_unknown", 1.0, 1.0))],
)  # fmt: skip
def test_longer_layer_is_bought_with_what_is_sold(
    told: Told,
    doubled: Policy,
    prices: Planted,
    told_of_it: tuple[object, ...],
) -> None:
    """Where the L1 sold pays for the L3 bought R-05 lengthens; a price unknown makes a review."""
    _is(told([CALM] * 3 + [STEEP | prices], doubled)["L3"], *told_of_it)


def test_reducing_rule_that_is_on_lets_no_other_add(told: Told, doubled: Policy) -> None:
    """While R-05 keeps L1 a step lower, R-04a does not add what it took away."""
    found = told([CALM] * 3 + [STEEP] * 7 + [STEEP | CROSS_UP], doubled)
    _is(found["L1"], "blocked", "R-05", "adds_blocked_by_rule", 0.75, 0.75)
    assert found["came"]["R-04a", 1] == "reducing_comes_first"
    assert ("R-05", 3) not in found["came"]


def test_steep_contango_latches_and_ends(told: Told) -> None:
    """On from 8 % down to 6.4 %; once it is off the matrix takes L1 back."""
    market = [CALM] * 3 + [STEEP] + [{"cm_slope_30d": 0.065}] * 6
    assert told(market)["L1"]["multiplier_after"] == 0.75
    _is(told([*market, {"cm_slope_30d": 0.063}])["L1"], "add", "R-01", "return_to_base", 0.75, 1.0)
    assert told([CALM, {"cm_slope_30d": None}])["fired"]["R-05"] == "no_data"


def test_literal_steepening_is_off(told: Told, steward: Policy) -> None:
    """R-05s is listed and moves nothing; enabled it adds to every layer by quorum."""
    found = told([CALM] * 3 + [{"is_steepening": True}])
    assert found["fired"]["R-05s"] == "fired"
    assert found["came"] == {}
    literal = _changed(steward, "drivers", "R-05s", "enabled", to=True)
    on = told([CALM] * 3 + [{"is_steepening": True}], literal)
    assert [on["came"]["R-05s", n] for n in (1, 2, 3)] == ["quorum_not_met"] * 3


# --- R-06 ---------------------------------------------------------------------------------------


def test_inversion_holds(told: Told) -> None:
    """R-06: after three inverted closes the matrix reduces nothing; two are too few."""
    found = told([CALM, FADE, FADE | INVERTED])
    _is(found["L1"], "hold", "R-06", "held_by_rule", 1.0, 1.0)
    assert found["came"]["R-01", 1] == "held_by_rule"
    assert found["came"]["R-06", 1] == "in_force"
    for free in (INVERTED | {"sessions_inverted": 2}, INVERTED | {"sessions_inverted": None}):
        _is(told([CALM, FADE, FADE | free])["L1"], "reduce", "R-01", "cell_asks_less")


def test_inversion_blocks_short_layer_unless_coverage_is_short(told: Told) -> None:
    """R-06 lets L1 be bought only where coverage is known to be below its target."""
    market = [CALM, FADE, FADE, *[CALM] * 5]
    for short, action, rule in ((False, "blocked", "R-06"), (None, "blocked", "R-06"),
                                (True, "add", "R-01")):  # fmt: skip
        found = told([*market, INVERTED | {"is_hedge_undersized": short}])
        _is(found["L1"], action, rule)


def test_sale_passes_the_hold(told: Told) -> None:
    """What R-11 sells is sold while R-06 holds everything else."""
    found = told([CALM] * 3 + [PANIC | INVERTED])
    _is(found["L1"], "monetise", "R-11", "monetised", 1.0, 0.5)


# --- R-07 to R-10 -------------------------------------------------------------------------------


def test_stress_asks_review_of_second_engine(told: Told) -> None:
    """R-07: both together ask for a review of SE, with four signatures; nothing is held."""
    found = told([CALM] * 3 + [STRESS])
    _is(found["SE"], "review", "R-07", "se_review", None, None)
    assert (found["SE"]["se_state"], found["SE"]["quorum"], found["SE"]["units_after"]) == (
        "review", 4, 0,
    )  # fmt: skip
    for lacking, outcome in (({"is_sector_stress": None}, "no_data"),
                             ({"is_liquidity_declining": False}, "not_fired")):  # fmt: skip
        found = told([CALM] * 3 + [STRESS | lacking])
        assert (found["fired"]["R-07"], found["SE"]["action"]) == (outcome, "hold")


def test_drift_and_sleeve_are_not_evaluated(told: Told) -> None:
    """R-08 and P-1 read what follows from the decision, and are neither true nor false."""
    fired = told([CALM])["fired"]
    assert (fired["R-08"], fired["P-1"]) == ("not_evaluated", "not_evaluated")


def test_gauges_move_nothing(told: Told) -> None:
    """R-09 and R-13 to R-15 are listed with what they say, and no layer's action changes."""
    every = {"is_cash_press_accelerating": True, "is_macro_shift": True, "best_reversal_bp": 11.0,
             "is_gauge_extreme": True}  # fmt: skip
    found = told([CALM] * 3 + [every])
    assert {rule for rule, _ in found["came"]} == {"R-09", "R-13", "R-14", "R-15"}
    assert [found[layer]["action"] for layer in ("L1", "L2", "L3", "SE")] == ["hold"] * 4
    blind = told([CALM] * 3 + [dict.fromkeys(every)])
    assert {blind["fired"][name] for name in ("R-09", "R-13", "R-14", "R-15")} == {"no_data"}
    assert blind["came"] == {}


@pytest.mark.parametrize("band", ["is_inner_band_inside", "is_outer_band_outside"])
def test_broken_corridor_restructures_the_condor(told: Told, band: str) -> None:
    """R-10: either test failing asks to widen or roll the condor; unknown asks nothing."""
    found = told([CALM] * 3 + [{band: False}])
    assert (found["came"]["R-10", 1], found["came"]["R-10", 2]) == ("acted", "acted")
    assert told([CALM] * 3 + [{band: None}])["fired"]["R-10"] == "no_data"


# --- R-11, R-12 ---------------------------------------------------------------------------------


def test_panic_sells_half_once(told: Told) -> None:
    """R-11 halves L1 at the first close above 50, without quorum, and adds nothing while it is on."""
    market = [CALM] * 3 + [PANIC]
    _is(told(market)["L1"], "monetise", "R-11", "monetised", 1.0, 0.5)
    later = told([*market, *[{"vix_close": 44.0}] * 8])
    _is(later["L1"], "blocked", "R-11", "adds_blocked_by_rule", 0.5, 0.5)
    assert later["came"]["R-01", 1] == "reducing_comes_first"
    over = told([*market, *[{"vix_close": 44.0}] * 8, {"vix_close": 43.0}])
    _is(over["L1"], "add", "R-01", "return_to_base", 0.5, 0.75)


def test_sale_beats_the_fade(told: Told) -> None:
    """R-11 and the matrix both take L1 down: the sale acts, and only it."""
    found = told([CALM, FADE, FADE | PANIC])
    _is(found["L1"], "monetise", "R-11", "monetised", 1.0, 0.5)
    assert found["came"]["R-01", 1] == "one_step_a_session"


def test_mark_of_the_layer_is_not_evaluated(told: Told) -> None:
    """Below 50 R-11 waits for what only the book knows; without a VIX it is no data."""
    assert told([CALM])["fired"]["R-11"] == "not_evaluated"


def test_missing_input_sells_nothing(told: Told) -> None:
    """G-1 comes first: a panic on a stale input is hold, and the next close sells."""
    stale = PANIC | {"treasury_10y": None}
    found = told([CALM] * 3 + [stale])
    _is(found["L1"], "hold", "G-1", "required_input_missing", 1.0, 1.0)
    assert found["came"] == {}
    _is(told([CALM] * 3 + [stale, PANIC])["L1"], "monetise", "R-11", "monetised", 1.0, 0.5)


def test_unknown_axis_sells_and_adds_nothing(told: Told) -> None:
    """Without a gap the sale goes on and a modifier's add does not."""
    blind = {"vol_gap_z": None}
    _is(told([CALM] * 3 + [PANIC | blind])["L1"], "monetise", "R-11")
    found = told([CALM] * 3 + [CROSS_UP | blind])
    _is(found["L1"], "unknown", "R-01", "row_unknown", 1.0, 1.0)
    assert found["came"]["R-04a", 1] == "axis_unknown"


def test_calm_refreshes_to_base(told: Told, steward: Policy) -> None:
    """R-12 takes every layer back to base below a VIX of 15 while L3 is below its own."""
    cell = steward.matrix["B3"]["R3"].model_dump(mode="json") | {"L3": 0.75}
    faded = _changed(steward, "matrix", "B3", "R3", to=cell)
    high = FADE | {"vix_close": 18.0}
    market = [CALM, *[high] * 8]
    _is(told(market, faded)["L3"], "hold", "R-01", "at_target", 0.75, 0.75)
    found = told([*market, FADE], faded)
    _is(found["L1"], "add", "R-12", "rule_asks_more", 0.75, 1.0)
    _is(found["L3"], "add", "R-12", "rule_asks_more", 0.75, 1.0)
    assert found["fired"]["R-12"] == "fired"
    assert told([CALM] * 3)["fired"]["R-12"] == "not_fired"
    assert told([*market, high], faded)["fired"]["R-12"] == "not_fired"
    assert told([*market, FADE | {"is_false_binary": None}], faded)["came"]["R-12", 3] == (
        "family_unknown"
    )


# --- False Binary -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fired", "layer", "rule"),
    [
        (CROSS_DOWN, "L1", "R-04b"),
        (PANIC, "L1", "R-11"),
        (HOT, "L2", "R-03"),
        (STEEP, "L1", "R-05"),
    ],
)
def test_false_binary_asks_for_a_review(told: Told, fired: Planted, layer: str, rule: str) -> None:
    """A rule on volatility alone is a review while it is on; unknown it lets reductions go on."""
    found = told([CALM] * 3 + [fired | {"is_false_binary": True}])
    _is(found[layer], "review", rule, "single_family", 1.0, 1.0)
    unknown = told([CALM] * 3 + [fired | {"is_false_binary": None}])
    assert unknown[layer]["action"] in {"reduce", "monetise", "restructure"}


def test_false_binary_unknown_blocks_adds(told: Told) -> None:
    """An unknown gate blocks what adds: R-04a is stopped by it, and by its name."""
    found = told([CALM] * 3 + [CROSS_UP | {"is_false_binary": None}])
    _is(found["L1"], "blocked", "S-FB", "family_unknown", 1.0, 1.0)


def test_false_binary_spares_rules_of_both_families(told: Told) -> None:
    """The matrix and the seed rule read both families and act all the same."""
    found = told([CALM] * 6 + [SEED | {"is_false_binary": True}])
    assert found["L2"]["multiplier_after"] == 1.5
    faded = told([CALM, FADE, FADE | {"is_false_binary": True}])
    _is(faded["L1"], "reduce", "R-01", "cell_asks_less")


# --- what every row says ------------------------------------------------------------------------


def test_row_carries_grade_and_evidence(told: Told, steward: Policy) -> None:
    """The deciding rule's grade and evidence stand on the row, also where it speaks against it."""
    row = told([CALM] * 3 + [CROSS_DOWN])["L1"]
    assert (row["grade"], row["evidence"]) == ("C", steward.rules["R-04b"].evidence)


def test_financing_is_asked_only_where_the_policy_says(told: Told, steward: Policy) -> None:
    """Without ``financed_by`` the seed rule's lift is an add."""
    plain = _changed(steward, "seed", "financed_by", to=None)
    _is(told([CALM] * 6 + [SEED], plain)["L2"], "add", "R-02V", "seed_rule", 1.0, 1.5)


def test_divergence_signs(decide: Decide, steward: Policy) -> None:
    """S4 counts a divergence that is on for an add, and one that is off for a reduction."""

    def signed(on: object) -> dict[str, str]:
        market = [{"is_divergence_on": on, "vix_rsi_14d": 80.0, "sessions_since_macd_up": 1,
                   "sessions_since_macd_down": 9}]  # fmt: skip
        votes = decide(steward, market)["mart_signer_daily"]
        mine = votes.filter(pl.col("signer_id") == "S4", pl.col("layer_id") == "L2")
        return dict(mine.select("direction", "outcome").iter_rows())

    assert signed(on=True) == {"add": "fired", "reduce": "not_fired"}
    assert signed(on=False) == {"add": "not_fired", "reduce": "fired"}
    assert signed(on=None) == {"add": "no_data", "reduce": "no_data"}
