"""The decision told as stories of a few sessions."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from policy.model import Policy

Market = list[dict[str, float | None]]
Rows = Callable[[Policy, Market, str], list[dict[str, object]]]
Decide = Callable[..., dict[str, pl.DataFrame]]

COMPRESSED = {"vol_gap_z": -1.0}
ELEVATED = {"vol_gap_z": 1.0, "realized_vol_21d": 0.16}
CRASH = {"vol_gap_z": 3.0, "realized_vol_21d": 0.60, "vix_close": 45.0, "term_ratio_3m": 0.8}
SEED = {"vol_gap_z": 1.2, "realized_vol_21d": 0.16, "erp_svix30": 0.08}


def _told(rows: list[dict[str, object]], *names: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_calm_market_holds_base(layer_rows: Rows, steward: Policy) -> None:
    """Every layer starts at its base and stays there while its cell asks for it."""
    rows = layer_rows(steward, [{}] * 4, "L1")
    assert _told(rows, "multiplier_after", "units_after", "action") == [(1.0, 5, "hold")] * 4


def test_add_above_base_needs_quorum(layer_rows: Rows, steward: Policy) -> None:
    """A compressed gap asks 1.25 of L3; two signatures of three leave it at 1.00, blocked.

    S1 and S3 sign; the risk budget does not know test C-1, which is no refusal but no signature.
    """
    blind = COMPRESSED | {"is_inner_band_inside": None}
    rows = layer_rows(steward, [{}] * 6 + [blind] * 3, "L3")
    assert _told(rows[6:], "action", "reason_code", "multiplier_target", "units_after") == [
        ("hold", "cell_not_persisted", 1.0, 3),
        ("blocked", "quorum_not_met", 1.0, 3),
        ("blocked", "quorum_not_met", 1.0, 3),
    ]
    assert _told(rows[7:8], "signers_signed", "quorum", "multiplier_cell") == [(2, 3, 1.25)]


def test_quorum_lifts_with_smaller_one(layer_rows: Rows, promoter: Policy) -> None:
    """The promoter's two signatures suffice for the same market."""
    blind = COMPRESSED | {"is_inner_band_inside": None}
    rows = layer_rows(promoter, [{}] * 6 + [blind] * 2, "L3")
    told = _told(rows[7:], "action", "reason_code", "multiplier_after", "signers_signed", "quorum")
    # 0.75 x 2 x 1.25 is 1.875, two contracts as before: the multiplier moves, the book does not.
    assert told == [("add", "less_than_one_contract", 1.25, 2, 2)]


def test_risk_budget_is_a_signature(layer_rows: Rows, steward: Policy) -> None:
    """With S1 and S3 the risk budget is the third that lifts L3, as an add and no review."""
    rows = layer_rows(steward, [{}] * 6 + [COMPRESSED] * 2, "L3")
    assert _told(rows[7:], "action", "multiplier_after", "signers_signed") == [("add", 1.25, 3)]


def test_risk_budget_refuses(layer_rows: Rows, steward: Policy) -> None:
    """C-1 false, or condors that can lose more than 5 %, break the quorum by themselves."""
    for broken in ({"is_inner_band_inside": False}, {"IC loss": 5_001.0}):
        rows = layer_rows(steward, [{}] * 6 + [SEED | broken], "L2")
        told = _told(rows[6:], "action", "reason_code", "signers_signed", "units_after")
        assert told == [("blocked", "quorum_not_met", 3, 5)]


def test_seed_lift_is_scaled_to_the_purchase_cap(layer_rows: Rows, steward: Policy) -> None:
    """Three contracts more for 6,000 exceed 0.5 % of a million; the one that fits is bought.

    L2 holds 5 at 1.00, 6 at 1.25 and 8 at 1.50; the rest is asked again at the next close.
    """
    rows = layer_rows(steward, [{}] * 6 + [SEED | {"L2 debit": 2_000.0}] * 2, "L2")
    told = _told(rows[6:], "action", "rule_id", "reason_code", "multiplier_target", "units_after")
    assert told == [
        ("review", "R-02V", "financing_untested", 1.5, 6),
        ("review", "R-02V", "financing_untested", 1.5, 8),
    ]


def test_add_too_dear_at_one_step_is_blocked(layer_rows: Rows, steward: Policy) -> None:
    """One contract for more than 0.5 % of the net asset value: G-3 blocks, naming itself."""
    rows = layer_rows(steward, [{}] * 6 + [SEED | {"L2 debit": 5_001.0}], "L2")
    told = _told(rows[6:], "action", "rule_id", "reason_code", "units_after")
    assert told == [("blocked", "G-3", "gate_closed", 5)]


def test_unpriced_offer_blocks_adds_only(layer_rows: Rows, steward: Policy) -> None:
    """Without a price of L1 nothing is added back, by G-2 unknown; a reduction goes on."""
    unpriced = {f"L1 {name}": None for name in ("theta", "carry", "debit", "stress")}
    rows = layer_rows(steward, [{}, CRASH | unpriced] + [unpriced] * 8, "L1")
    assert _told(rows[1:2], "action", "multiplier_after") == [("reduce", 0.75)]
    assert _told(rows[9:], "action", "rule_id", "reason_code", "multiplier_after") == [
        ("blocked", "G-2", "gate_unknown", 0.75)
    ]


def test_rules_show_the_book_after_the_change(decide: Decide, steward: Policy) -> None:
    """The rows of G-2, G-3 and S5 hold measure, comparison and threshold, in dollars or ratio.

    By hand: 10 condors, 5, 5 and 3 contracts; L2 goes to 8. Theta 700 - 25 - 24 - 6 = 645. Carry
    7,500 + 7,200 + 1,800 = 16,500. Three contracts at 180 cost 540. Of the way down, which nothing
    considers, the book after the add: (6,000 + 3,200 + 2,700) / 40,000 = 0.2975.
    """
    rules = decide(steward, [{}] * 6 + [SEED])["mart_rule_evaluation_daily"]
    last = rules.filter(pl.col("session") == pl.col("session").max())
    names = ("driver_column", "driver_value", "operator", "threshold", "outcome")

    def row(rule_id: str, number: int) -> tuple[object, ...]:
        one = (pl.col("rule_id") == rule_id) & (pl.col("condition_no") == number)
        return last.filter(one).select(names).row(0)

    carry, debit = "offer_carry_usd_year", "offer_debit_usd"
    assert row("G-2", 0) == ("offer_theta_usd", 645.0, "<", 0.0, "not_fired")
    assert row("G-3", 0)[-1] == "not_fired"
    assert row("G-3", 1) == (carry, 16_500.0, ">", 20_000.0, "not_fired")
    assert row("G-3", 2) == (debit, 540.0, ">", 5_000.0, "not_fired")
    assert row("C-1", 0) == ("is_inner_band_inside", 1.0, "=", 1.0, "fired")
    assert row("S5-add", 1) == (carry, 16_500.0, "<=", 20_000.0, "fired")
    assert row("S5-add", 5) == ("offer_loss_usd", 40_000.0, "<=", 50_000.0, "fired")
    assert row("S5-reduce", 0) == ("standing_coverage", 0.2975, ">=", 0.25, "fired")


def test_desk_stands_in_for_the_policy(steward: Policy, decide: Decide) -> None:
    """With a tenth of the policy's net asset value the same seed lift is blocked by G-3."""
    terms = replace(steward.book_terms, nav_usd=100_000.0)
    made = decide(steward, [{}] * 6 + [SEED], terms)["mart_hedge_decision_daily"]
    row = made.filter(pl.col("layer_id") == "L2").sort("session").row(-1, named=True)
    assert (row["action"], row["rule_id"]) == ("blocked", "G-3")


def test_elevated_gap_fades_short_layer(layer_rows: Rows, steward: Policy) -> None:
    """The fade of L1 below base needs no quorum, only two closes in the cell."""
    rows = layer_rows(steward, [{}] * 3 + [ELEVATED] * 3, "L1")
    assert _told(rows[3:], "action", "units_before", "units_after") == [
        ("hold", 5, 5), ("reduce", 5, 4), ("hold", 4, 4)
    ]  # fmt: skip


def test_crash_fades_one_step_a_session(layer_rows: Rows, steward: Policy) -> None:
    """In the distorted row a reduction starts at the first close and takes one step each."""
    rows = layer_rows(steward, [{}] * 2 + [CRASH] * 4, "L1")
    assert _told(rows, "multiplier_after") == [(1.0,), (1.0,), (0.75,), (0.5,), (0.25,), (0.25,)]


def test_return_to_base_waits_for_cooldown(layer_rows: Rows, steward: Policy) -> None:
    """After a fade an add waits five sessions, then comes back without a quorum."""
    rows = layer_rows(steward, [{}, CRASH] + [{}] * 8, "L1")
    assert _told(rows, "multiplier_after", "cooldown_sessions")[1:7] == [
        (0.75, 5), (0.75, 4), (0.75, 3), (0.75, 2), (0.75, 1), (0.75, 0)
    ]  # fmt: skip
    assert _told(rows[7:8], "action", "reason_code", "multiplier_after", "quorum") == [
        ("add", "return_to_base", 1.0, 0)
    ]


def test_seed_rule_lifts_mid_layer_at_once(layer_rows: Rows, steward: Policy) -> None:
    """With S1, S2 and S3 the active reading lifts L2 to 1.50 on its first close, in one move."""
    rows = layer_rows(steward, [{}] * 6 + [SEED], "L2")
    told = _told(rows[6:], "action", "rule_id", "reason_code", "multiplier_after", "units_after")
    assert told == [("review", "R-02V", "financing_untested", 1.5, 8)]


def test_seed_rule_waits_out_distortion(layer_rows: Rows, steward: Policy) -> None:
    """In the distorted row even the seed rule waits for the third close (methodology 12.5)."""
    rows = layer_rows(steward, [{}] * 6 + [SEED | {"vol_gap_z": 2.0}] * 3, "L2")
    assert _told(rows[6:], "multiplier_after") == [(1.0,), (1.0,), (1.5,)]


def test_way_down_needs_two_signatures(layer_rows: Rows, steward: Policy) -> None:
    """Above the base one signer of two does not bring L2 down; with two it takes its steps.

    Coverage stays below its target, so the risk budget signs no reduction.
    """
    raised = [{}] * 6 + [SEED] * 7
    inverted = {"IC loss": 4_900.0, "realized_vol_21d": 0.16, "term_ratio_3m": 0.95}
    normal = {"IC loss": 4_900.0, "realized_vol_21d": 0.16}
    rows = layer_rows(steward, [*raised, *[inverted] * 3, *[normal] * 3], "L2")
    assert _told(rows[14:], "action", "reason_code", "signers_signed", "multiplier_after") == [
        ("blocked", "reduction_quorum_not_met", 1, 1.5),
        ("blocked", "reduction_quorum_not_met", 1, 1.5),
        ("reduce", "cell_asks_less", 2, 1.25),
        ("reduce", "cell_asks_less", 2, 1.0),
        ("hold", "at_target", None, 1.0),
    ]


def test_missing_input_holds_everything(layer_rows: Rows, steward: Policy) -> None:
    """While a required input is missing nothing but hold is said, by gate G-1."""
    rows = layer_rows(steward, [CRASH, CRASH | {"treasury_10y": None}], "L1")
    told = _told(
        rows[1:], "action", "rule_id", "reason_code", "multiplier_before", "multiplier_after"
    )
    assert told == [("hold", "G-1", "required_input_missing", 0.75, 0.75)]


def test_unknown_axis_is_unknown(layer_rows: Rows, steward: Policy) -> None:
    """Without a gap's z-score a layer's action is unknown and its multiplier stays."""
    for gone in (None, float("nan")):
        rows = layer_rows(steward, [CRASH, CRASH | {"vol_gap_z": gone}], "L1")
        told = _told(rows[1:], "action", "reason_code", "row_bucket", "multiplier_cell")
        assert told == [("unknown", "row_unknown", None, None)]
        assert rows[1]["multiplier_after"] == 0.75


def test_second_engine_follows_persisted_cell(layer_rows: Rows, steward: Policy) -> None:
    """The state is unknown before a cell has held two closes, then the cell's, never active."""
    rows = layer_rows(steward, [{}, {}, CRASH, CRASH], "SE")
    assert _told(rows, "se_state") == [(None,), ("off",), ("off",), ("watch",)]
    assert _told(rows, "quorum", "units_after", "multiplier_after") == [(4, 0, None)] * 4


@pytest.mark.parametrize(
    ("fomc", "cpi", "outcome"),
    [(2, None, "fired"), (9, None, "no_data"), (9, 9, "not_fired"), (9, 1, "fired")],
)
def test_event_gate_is_three_valued(
    decide: Decide, steward: Policy, fomc: int, cpi: int | None, outcome: str
) -> None:
    """An unknown CPI date decides only where the FOMC date does not; the layers never care."""
    tables = decide(steward, [{"sessions_to_fomc": fomc, "sessions_to_cpi": cpi}])
    rules = tables["mart_rule_evaluation_daily"]
    gate = rules.filter((pl.col("rule_id") == "G-4") & (pl.col("condition_no") == 0))
    assert gate["outcome"].to_list() == [outcome]
    actions = tables["mart_hedge_decision_daily"]["action"].unique().to_list()
    assert actions == ["hold"]


def test_what_is_not_known_before_is_not_evaluated(decide: Decide, steward: Policy) -> None:
    """What follows from the decision is listed as not evaluated, not as false."""
    rules = decide(steward, [{}])["mart_rule_evaluation_daily"]
    listed = rules.filter(pl.col("outcome") == "not_evaluated")["rule_id"].to_list()
    assert set(listed) == {"P-1", "R-08", "R-11"}


def test_book_that_nothing_prices_is_no_data(
    decide: Decide, steward: Policy, offered: dict[str, dict[str, float]]
) -> None:
    """Without any price the gates, tests and the signer on the book are no data, none is false."""
    unpriced = {f"{layer} {name}": None for layer, one in offered.items() for name in one}
    bands = {"is_inner_band_inside": None, "is_outer_band_outside": None}
    rules = decide(steward, [unpriced | bands] * 7)["mart_rule_evaluation_daily"]
    is_last = pl.col("session") == pl.col("session").max()
    whole = rules.filter(is_last, pl.col("condition_no") == 0)
    listed = whole.filter(pl.col("outcome") == "no_data")["rule_id"].to_list()
    # S1's reduction looks at a last raise, and there was none.
    assert set(listed) == {
        "C-1", "C-2", "G-2", "G-3", "R-10", "S5-add", "S5-reduce", "S1-reduce",
    }  # fmt: skip


def test_unknown_evidence_is_no_data(decide: Decide, steward: Policy) -> None:
    """An input that is not there makes its conditions no data, a NaN too."""
    for gone in (None, float("nan")):
        rules = decide(steward, [{"erp_svix30": gone}])["mart_rule_evaluation_daily"]
        seed = rules.filter((pl.col("rule_id") == "R-02V") & (pl.col("condition_no") < 2))
        assert seed["outcome"].to_list() == ["no_data", "no_data"]


def test_disabled_reading_is_reported(decide: Decide, steward: Policy) -> None:
    """The relative reading is off, yet its outcome is listed."""
    rules = decide(steward, [{"vol_gap_z": 1.2}])["mart_rule_evaluation_daily"]
    reading = rules.filter(pl.col("rule_id") == "R-02Z")
    assert reading.select("condition_no", "outcome").rows() == [(0, "fired")]


def test_rows_per_session_stay_moderate(decide: Decide, steward: Policy) -> None:
    """A session takes 76 rule rows, forty signer rows and four decisions; the matrix 64.

    A calm one has no rule that acts, hence no row of an action.
    """
    heights = {name: frame.height for name, frame in decide(steward, [{}] * 2).items()}
    assert list(heights.values()) == [64, 152, 80, 8, 0]


def test_flip_names_nearest_edge(layer_rows: Rows, steward: Policy) -> None:
    """Where volatility moves and the gap does not, the nearest flip is the 25 % edge."""
    market = [{"realized_vol_21d": 0.10 + 0.01 * (t % 2)} for t in range(70)]
    row = layer_rows(steward, market, "L1")[-1]
    assert (row["flip_column"], row["flip_threshold"]) == ("realized_vol_21d", 0.25)
    # Changes alternate +-0.01: standard deviation 0.01 (63 of them, sample), value 0.11.
    assert row["flip_distance_moves"] == pytest.approx(14.0, rel=0.02)
    assert row["flip_multiplier"] == 0.75


def test_flip_is_unknown_without_history(layer_rows: Rows, steward: Policy) -> None:
    """Before 63 daily changes no distance is known and no flip is named."""
    row = layer_rows(steward, [{}] * 10, "L1")[-1]
    assert row["flip_column"] is None
    assert row["flip_distance_moves"] is None
