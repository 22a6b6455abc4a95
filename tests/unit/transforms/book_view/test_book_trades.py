"""What could be done to a book: roll or hold, delta taken out, the Second Engine's review."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.book import BookTerms
from transforms.book_view import PARITY, BookView, book_view

Frames = dict[str, pl.DataFrame]
SESSION = date(2024, 1, 5)
LEGS, TOTALS, OFFERS = "mart_book_leg_daily", "mart_book_daily", "mart_book_offer_daily"
TERMS = BookTerms()


def _view(frames: Frames, terms: BookTerms = TERMS) -> BookView:
    found = book_view(frames, SESSION, "desk", terms)
    assert found is not None
    return found


def _roll(view: BookView, layer: str) -> dict[str, Any]:
    (found,) = [one for one in view.rolls if one["book_layer"] == layer]
    return found


def _with(frames: Frames, name: str, **changed: pl.Expr | float | None) -> Frames:
    return {**frames, name: frames[name].with_columns(
        **{column: value if isinstance(value, pl.Expr) else pl.lit(value, frames[name][column].dtype)
           for column, value in changed.items()}
    )}  # fmt: skip


def _in(layer: str, column: str, value: float | None) -> pl.Expr:
    return (
        pl.when(pl.col("book_layer") == layer).then(value).otherwise(pl.col(column)).alias(column)
    )


def test_condor_rolls_for_a_credit(frames: Frames) -> None:
    """Buying back costs 17,660, the new ten bring 21,000 less 80 of commissions; loss 79,000 of 82,340."""
    found = _roll(_view(frames), "IC")
    assert found["net_usd"] == pytest.approx(21_000.0 - 17_660.0 - 80.0)
    assert (found["hold_loss_usd"], found["roll_loss_usd"]) == pytest.approx((82_340.0, 79_000.0))
    assert (found["advice"], found["why"], found["roll_days"]) == ("roll", "net_credit", 70)


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [("offer_debit_usd", -1_700.0, "net_debit"), ("offer_loss_usd", 8_300.0, "larger_loss"),
     ("offer_debit_usd", None, "unknown")],
)  # fmt: skip
def test_condor_is_held_otherwise(
    frames: Frames, column: str, value: float | None, why: str
) -> None:
    """A net debit, a larger loss or an unknown price leaves the condor where it is."""
    changed = _with(frames, OFFERS, **{column: _in("IC", column, value)})
    found = _roll(_view(changed), "IC")
    assert (found["advice"], found["why"]) == ("hold", why)


def test_gate_holds_the_condor(frames: Frames) -> None:
    """With an announcement near no condor is rolled."""
    fired = _with(frames, "mart_rule_evaluation_daily", outcome=pl.lit("fired"))
    assert _roll(_view(fired), "IC")["why"] == "gate G-4"


@pytest.mark.parametrize(
    ("days", "changed", "why"),
    [(103, {}, "not_due"), (60, {}, "due_within_budget"),
     (60, {"purchase_cap": 0.0005}, "scaled_to_cap"),
     (60, {"carry_budget": 0.006}, "scaled_to_budget")],
)  # fmt: skip
def test_hedge_rolls_when_due_and_paid_for(
    frames: Frames, days: int, changed: dict[str, float], why: str
) -> None:
    """L2 is due at 60 days; four at 150 are 600 dollars, carry then 5,500 - 500 + 1,600 a year."""
    is_calls = pl.col("book_layer") == "L2"
    aged = _with(frames, LEGS, days_to_expiry=pl.when(is_calls).then(days).otherwise("days_to_expiry").cast(pl.Int32))  # fmt: skip
    found = _roll(_view(aged, replace(TERMS, **changed)), "L2")
    assert found["why"] == why
    assert found["net_usd"] == pytest.approx(4 * 123.0 - 600.0 - 8.0)


def test_expired_leg_takes_no_part(frames: Frames) -> None:
    """What has expired is in no scenario, no roll and no reason to say nothing."""
    is_calls = pl.col("leg_id") == "calls"
    gone = _with(frames, LEGS, fault=pl.when(is_calls).then(pl.lit("expired")), value_usd=pl.when(~is_calls).then("value_usd"))  # fmt: skip
    without = {**frames, LEGS: frames[LEGS].filter(~is_calls)}
    first, second = _view(gone), _view(without)
    assert first.unknown == ""
    assert [one["gain_usd"] for one in first.scenarios] == pytest.approx(
        [one["gain_usd"] for one in second.scenarios]
    )
    assert [one["book_layer"] for one in first.rolls] == ["IC"]


def test_steward_trims_less(frames: Frames) -> None:
    """With strikes sold of at most 0.18 no more pairs are near enough than with 0.20."""
    wide, tight = (_view(frames, replace(TERMS, trim_delta=one)).trim for one in (0.20, 0.18))
    assert tight["short_delta_limit"] == 0.18
    assert tight["strike_pairs"]["delta_and_width"] < wide["strike_pairs"]["delta_and_width"]


def test_roll_down_by_layer_is_the_whole(frames: Frames) -> None:
    """What the layers gain along the curve is what the book does; condors have none."""
    for one in _view(frames).shifts:
        (layer,) = one["roll_down_by_layer"]
        assert layer["book_layer"] == "L2"
        assert layer["roll_down_usd"] == pytest.approx(one["roll_down_usd"])


def test_fine_tuning_needs_more_than_a_contract(frames: Frames) -> None:
    """Fifty dollars for one percent are 1.06 of the index: less than one forward of 100."""
    found = _view(frames).fine_tuning
    assert found["forwards_unrounded"] == pytest.approx(-50.0 / (0.01 * 4697.24) / 100.0)
    assert (found["outcome"], found["forwards"], found["margin_usd"]) == ("less_than_one", 0.0, 0.0)


@pytest.mark.parametrize(
    ("edge", "outcome"), [(None, "edge_unknown"), (-4.0, "ok"), (-6.0, "edge_too_low")]
)
def test_fine_tuning_sells_forwards(frames: Frames, edge: float | None, outcome: str) -> None:
    """12,000 dollars for one percent are 255.5 of the index: three forwards sold, 15 % of each held."""
    long = _with(frames, TOTALS, delta_usd=12_000.0)
    schema = {"session": pl.Date(), "best_conversion_bp": pl.Float64(), "best_reversal_bp": pl.Float64()}  # fmt: skip
    row = {"session": SESSION, "best_conversion_bp": edge, "best_reversal_bp": 99.0}
    found = _view({**long, PARITY: pl.DataFrame([row], schema=schema)}).fine_tuning
    assert (found["outcome"], found["forwards"]) == (outcome, -3.0)
    assert found["margin_usd"] == pytest.approx(3 * 0.15 * 100 * 4697.24)


def test_fine_tuning_leaves_what_the_limit_lets(frames: Frames) -> None:
    """Of 12,000 the desk lets 10,000 be: the rest is less than one contract."""
    long = _with(frames, TOTALS, delta_usd=12_000.0)
    found = _view(long, replace(TERMS, delta_limit=0.01)).fine_tuning
    assert found["excess_delta_usd"] == pytest.approx(2_000.0)
    assert found["outcome"] == "less_than_one"


def test_second_engine_counts_futures(frames: Frames) -> None:
    """6,000 dollars over 1,000 x 15.6 x 4.2 e^{-3.5 x 75/365} a percent; leverage lets 16 be."""
    long = _with(frames, TOTALS, delta_usd=6_000.0, drift_share=0.006, drift_closes=2)
    found = _view(long).engine
    wanted = 600_000.0 / (15_600.0 * 4.2 * np.exp(-3.5 * 75 / 365))
    assert (found["outcome"], found["se_state"], found["is_drifted"]) == ("review", "watch", True)
    assert found["futures_unlimited"] == pytest.approx(wanted)
    assert (found["futures_needed"], found["futures_cap"]) == (16.0, 16.0)
    assert wanted > 16.5
    assert found["margin_usd"] == pytest.approx(16 * 15_600.0 * 0.5)
    assert "assumed" in found["margin_rule"]


def test_alternatives_stay_within_their_limit(frames: Frames) -> None:
    """Calls near a delta of 0.25 and a spread of a product: neither for more than 2,500 dollars."""
    long = _with(frames, TOTALS, delta_usd=6_000.0)
    calls, spread = _view(long).engine["alternatives"]
    assert (calls["kind"], spread["kind"]) == ("vix_calls", "etp_call_spread")
    assert calls["option_delta"] == pytest.approx(0.25, abs=0.03)
    for one in (calls, spread):
        assert 0.0 < one["debit_usd"] <= 2_500.0
        assert one["contracts"] <= one["wanted"] + 0.5
    assert spread["priced_from"] == "indicative"


def test_second_engine_buys_nothing_against_a_short_book(frames: Frames) -> None:
    """Futures are never sold: a book that gains from a fall needs none."""
    found = _view(_with(frames, TOTALS, delta_usd=-6_000.0)).engine
    assert (found["outcome"], "futures_needed" in found) == ("not_needed", False)
