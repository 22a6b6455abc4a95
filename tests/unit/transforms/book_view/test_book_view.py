"""A book looked at: what it would gain, what is ahead, what a trim finances; unknown is said."""

from datetime import date

import polars as pl
import pytest

from transforms.book_proposal import proposals
from transforms.book_scenario import scenarios
from transforms.book_view import BookView, book_view
from transforms.book_view_legs import held

Frames = dict[str, pl.DataFrame]
SESSION = date(2024, 1, 5)
LEGS, TOTALS = "mart_book_leg_daily", "mart_book_daily"


@pytest.fixture
def view(frames: Frames) -> BookView:
    """The desk of the hand-made session."""
    found = book_view(frames, SESSION, "desk")
    assert found is not None
    return found


def _dated(frames: Frames, legs: pl.DataFrame | None = None) -> pl.DataFrame:
    rows = frames[LEGS] if legs is None else legs
    return rows.with_columns(spx_close=4697.24, vix_close=13.35, rf_30d=0.0)


def test_nothing_moved_is_nothing_gained(view: BookView) -> None:
    """Without a move of either the book gains exactly nothing."""
    still = [one for one in view.scenarios if (one["spx_move"], one["vix_move"]) == (0.0, 0.0)]
    assert [one["gain_usd"] for one in still] == [0.0]


def test_table_and_command_agree(frames: Frames, view: BookView) -> None:
    """The page's stored scenarios are the command's."""
    stored = scenarios(_dated(frames)).sort("spx_move", "vix_move")["scenario_usd"].to_list()
    shown = sorted(view.scenarios, key=lambda one: (one["spx_move"], one["vix_move"]))
    assert [one["gain_usd"] for one in shown] == pytest.approx(stored)


def test_losses_stay_within_the_contract(view: BookView) -> None:
    """A fall of a tenth loses less than the condors' largest loss, 10 (100 - 17.66) 100 dollars."""
    assert view.stress["loss_max_usd"] == pytest.approx(82_340.0)
    assert min(one["gain_usd"] for one in view.scenarios) > -82_340.0


def test_weeks_ahead_have_every_path(view: BookView) -> None:
    """Four horizons, three paths of volatility, three moves; after expiry no time value is left."""
    assert len(view.shifts) == 36
    assert {one["sessions"] for one in view.shifts} == {5, 10, 21, 42}
    last = [one for one in view.shifts if one["sessions"] == 42 and one["vol_path"] == "forecast"]
    assert all(one["vix_expected"] == pytest.approx(13.4, abs=0.1) for one in last)


def test_trim_pays_for_the_proposal(view: BookView) -> None:
    """One more call at 1.23 needs 123 dollars with the margin of 2 %: the least width that pays."""
    trim = view.trim
    assert (trim["outcome"], trim["units_wanted"], trim["units_financed"]) == ("funded", 1, 1)
    assert trim["cost_usd"] == pytest.approx(123.0 * 1.02, rel=1e-6)
    assert trim["credit_usd"] >= trim["cost_usd"]
    assert trim["width_reduction"] <= 0.2 * (4900 - 4400)


def test_unknown_leg_leaves_moves_unknown(frames: Frames) -> None:
    """Where a leg has no value nothing is said of moves, and the leg is named."""
    gone = pl.when(pl.col("leg_id") != "calls").then("value_usd")
    found = book_view({**frames, LEGS: frames[LEGS].with_columns(value_usd=gone)}, SESSION, "desk")
    assert found is not None
    assert (found.scenarios, found.shifts, found.unknown) == ((), (), "no value of calls")


def test_missing_book_is_none(frames: Frames) -> None:
    """A book that the tables do not have is no view."""
    assert book_view(frames, SESSION, "model") is None


def test_session_before_is_beside(frames: Frames) -> None:
    """What changed since the session before is listed leg by leg."""
    day = date(2024, 1, 4)
    was = {name: frames[name].with_columns(session=pl.lit(day)) for name in (LEGS, TOTALS)}
    was[LEGS] = was[LEGS].filter(pl.col("leg_id") != "calls")
    both = {**frames, **{name: pl.concat([was[name], frames[name]]) for name in was}}
    found = book_view(both, SESSION, "desk")
    assert found is not None
    assert found.before["session"] == day
    assert found.changes == (
        {"leg_id": "calls", "book_layer": "L2", "quantity_before": 0.0, "quantity_after": 4.0},
    )


def test_synthetic_is_a_call_less_a_put(frames: Frames) -> None:
    """A forward sold at 4700 gains a hundred dollars for each point the index falls."""
    one = frames[LEGS].head(1).with_columns(
        instrument=pl.lit("synthetic"), right=pl.lit(None, pl.String), strike=pl.lit(4700.0),
        quantity=pl.lit(-1.0), leg_price=pl.lit(-2.0), leg_forward=pl.lit(4697.24),
    )  # fmt: skip
    _, legs = held(_dated(frames, one))
    assert legs.quantity.tolist() == [[-1.0, 1.0]]
    fallen = scenarios(_dated(frames, one)).filter(
        (pl.col("spx_move") == -0.05) & (pl.col("vix_move") == 0.0)
    )
    assert fallen["scenario_usd"].to_list() == pytest.approx([100 * 0.05 * 4697.24])


def test_more_calls_move_the_break_evens(frames: Frames) -> None:
    """Calls that are added at the mark lower the lower break-even; nothing added, nothing moves."""
    is_calls = pl.col("book_layer") == "L2"
    more = pl.when(is_calls).then(40.0)
    rows = _dated(frames).with_columns(layers_changed=1)
    added = proposals(rows.with_columns(units_more=more))
    same = proposals(rows.with_columns(units_more=pl.lit(None, pl.Float64), layers_changed=0))
    assert added["after_be_down"][0] < same["after_be_down"][0]
    assert added["after_coverage"][0] == pytest.approx(11 * same["after_coverage"][0])


def test_layer_that_holds_nothing_is_unknown(frames: Frames) -> None:
    """Contracts of a layer without any are chosen at the next close: nothing is known before."""
    rows = _dated(frames).with_columns(units_more=pl.lit(None, pl.Float64), layers_changed=1)
    found = proposals(rows)
    assert found.select("after_be_down", "after_be_up", "priced_from").row(0) == (
        None, None, "nothing",
    )  # fmt: skip
