"""Rules that read the book say measure, comparison, limit and unit."""

import polars as pl
import pytest

from briefing.context import briefing_of
from briefing.run import RunInfo
from briefing.why import DAILY, Known, why_layer

Frames = dict[str, pl.DataFrame]
RULES = "mart_rule_evaluation_daily"
OFFER, STANDING = "mart_book_offer_daily", "mart_standing_book_daily"
_NAMES = ("rule_id", "condition_no", "family", "outcome", "driver_table", "driver_column",
          "driver_value", "operator", "threshold")  # fmt: skip


def _with(frames: Frames, *lines: tuple[object, ...]) -> Frames:
    """The frames with these rules in place of those of their names."""
    old, last = frames[RULES], frames[RULES]["session"].max()
    new = pl.DataFrame(
        [
            {"session": last, "role": "gate", "grade": "A", "condition_text": "on the book",
             **dict(zip(_NAMES, line, strict=True))}
            for line in lines
        ],
        schema=old.schema,
    )  # fmt: skip
    kept = old.join(new.select("session", "rule_id"), on=["session", "rule_id"], how="anti")
    return {**frames, RULES: pl.concat([kept, new])}


@pytest.mark.parametrize(
    ("outcome", "driver", "said"),
    [
        ("fired", ("offer_theta_usd", -12.5, "<", 0.0),
         "Daily theta of the book after the change \u221212.50 USD (31 Dec) is below 0.00 USD"),
        ("not_fired", ("offer_debit_usd", 540.0, ">", 5000.0),
         "Premium of the purchase 540.00 USD (31 Dec) is not above 5,000.00 USD"),
        ("no_data", ("offer_theta_usd", None, "<", 0.0),
         "Daily theta of the book after the change is missing (L1 unpriced)"),
    ],
)  # fmt: skip
def test_gate_on_the_book_quotes_its_limit(
    frames: Frames, run_info: RunInfo, outcome: str, driver: tuple[object, ...], said: str
) -> None:
    """A gate says dollars beside dollars, or which layer has no price."""
    line = ("G-2", 0, "gate", outcome, OFFER, *driver)
    gates = briefing_of(_with(frames, line), run_info).gates.gates
    rule = next(rule for rule in gates if rule.rule_id == "G-2")
    assert said in rule.sentence


@pytest.mark.parametrize(
    ("value", "outcome", "said"),
    [
        (0.0, "not_fired", "5,700.00 to 6,370.00 (31 Dec) do not hold the inner band: NOT FIRED"),
        (1.0, "fired", "5,700.00 to 6,370.00 (31 Dec) hold the inner band: FIRED"),
        (None, "no_data", "Inner band inside the break-evens is missing (L1 unpriced): NO DATA"),
    ],
)
def test_corridor_test_quotes_the_break_evens(
    frames: Frames, run_info: RunInfo, value: float | None, outcome: str, said: str
) -> None:
    """C-1 names the standing book's break-evens and what they do, not a one or a zero."""
    line = ("C-1", 0, "test", outcome, STANDING, "is_inner_band_inside", value, "=", 1.0)
    rule = briefing_of(_with(frames, line), run_info).gates.tests[0]
    assert said in rule.sentence
    assert rule.value.text in {"yes", "no", "no data"}
    assert all(not clause.distance for clause in rule.clauses)


def test_signer_on_the_book_is_quoted(frames: Frames, run_info: RunInfo) -> None:
    """S5's words hold what it found, and a layer that it blocks says so."""
    lines = (
        ("S5-add", 0, "signer", "not_fired", None, None, None, None, None),
        ("S5-add", 1, "signer", "fired", OFFER, "offer_carry_usd_year", 9_000.0, "<=", 20_000.0),
        ("S5-add", 5, "signer", "not_fired", OFFER, "offer_loss_usd", 72_000.0, "<=", 50_000.0),
    )
    decisions, votes = frames["mart_hedge_decision_daily"], frames["mart_signer_daily"]
    is_s5 = pl.col("signer_id") == "S5"
    blocked = {
        **_with(frames, *lines),
        "mart_hedge_decision_daily": decisions.with_columns(reason_code=pl.lit("quorum_not_met")),
        "mart_signer_daily": votes.with_columns(
            outcome=pl.when(is_s5).then(pl.lit("not_fired")).otherwise("outcome")
        ),
    }
    briefing = briefing_of(blocked, run_info)
    signer = next(one for one in briefing.gates.signers.rows if one.signer_id == "S5")
    loss = "Largest loss of the condors 72,000.00 USD (31 Dec) is above 50,000.00 USD"
    assert loss in signer.add_when
    assert "9,000.00 USD (31 Dec) is at or below 20,000.00 USD" in signer.add_when
    assert f"S5 refuses: {loss}." in briefing.layers.rows[1].why


def test_unknown_gate_names_what_has_no_price(frames: Frames) -> None:
    """Asked why, a rule on the book answers with the layer that nothing prices."""
    empty = {one.name: pl.DataFrame(schema=one.schema) for one in DAILY}
    line = ("G-2", 0, "gate", "no_data", OFFER, "offer_theta_usd", None, "<", 0.0)
    rules = _with(frames, line)[RULES].filter(pl.col("rule_id") == "G-2").tail(1)
    last = rules["session"].item()
    known = Known("live", last, {**empty, RULES: rules, OFFER: frames[OFFER]}, {}, {})
    said = why_layer(known).children[0].children[0].text
    assert said == "Daily theta of the book after the change: L1 unpriced"
