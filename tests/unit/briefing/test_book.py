"""Block 5: amounts beside what they are priced from, the desk before the model, refusals told."""

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import pytest

from briefing.book import leg_faults, note_words
from briefing.context import briefing_of
from briefing.model import Book
from briefing.render import html
from briefing.rows import Row
from briefing.run import RunInfo
from transforms.book_quotes import MARK_REASONS

Frames = dict[str, pl.DataFrame]
MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def book_of(run_info: RunInfo) -> Callable[[Frames], Book]:
    """The block of a set of tables."""
    return lambda frames: briefing_of(frames, run_info).book


def _as_desk(frames: Frames, **changed: pl.Expr) -> Frames:
    """The same tables with the desk's book beside the model's."""
    names = ("mart_book_daily", "mart_book_leg_daily", "mart_book_scenario_daily")
    desk = {name: frames[name].with_columns(book=pl.lit("desk")) for name in names}
    desk["mart_book_daily"] = desk["mart_book_daily"].with_columns(**changed)
    return {**frames, **{name: pl.concat([frames[name], desk[name]]) for name in names}}


def _arrival(refusal: str | None) -> pl.DataFrame:
    row = {"dataset": "desk", "retrieved_at": datetime(2025, 12, 31, 22, tzinfo=UTC),
           "raw_sha256": "0" * 64, "refusal": refusal}  # fmt: skip
    schema = {"dataset": pl.String(), "retrieved_at": pl.Datetime("us", "UTC"),
              "raw_sha256": pl.String(), "refusal": pl.String()}  # fmt: skip
    return pl.DataFrame([row], schema=schema)


def test_measures_are_the_tables_own(frames: Frames, book_of: Callable[[Frames], Book]) -> None:
    """Gain, Greeks, loss and break-evens are the stored ones, in dollars and index points."""
    told = {one.label: one.text for one in book_of(frames).figures}
    assert told["Gain since the last close"] == f"{MINUS}875 USD"
    assert told["Gain of the open legs since entry"] == "+1,170 USD"
    assert told["Largest loss at expiry"] == "84,735 USD"
    assert told["Break-evens, condors alone"] == "5,705 to 6,375"
    assert told["Break-evens, hedges marked"] == "5,698 to 6,372"
    assert told["The same after the proposal"] == "5,690 to 6,369"
    assert told["Coverage under stress"] == "5.1%"


def test_every_amount_says_its_source(frames: Frames, book_of: Callable[[Frames], Book]) -> None:
    """What has a value says what it is priced from; what has none says nothing."""
    block = book_of(frames)
    assert {one.priced_from for one in block.figures} == {"model"}
    cells = [(gain.value, by) for row in block.scenarios
             for gain, by in zip(row.gains, row.priced_from, strict=True)]  # fmt: skip
    assert cells[-1] == (None, "nothing")
    assert all(by == "model" for value, by in cells if value is not None)


def test_desk_comes_before_the_model(frames: Frames, book_of: Callable[[Frames], Book]) -> None:
    """Where the user holds a book it is the one shown."""
    block = book_of(_as_desk(frames))
    assert (block.name, block.notes) == ("desk", ())
    assert block.sentence.startswith("Your desk: 10 condors and 2 legs in all")


def test_refused_desk_is_told(
    frames: Frames, book_of: Callable[[Frames], Book], run_info: RunInfo
) -> None:
    """A desk that could not be read is named with its first mistake; the model's book is shown."""
    refused = {**frames, "ops_arrival": _arrival("desk, line 9, key nav: found 5\nand more")}
    block = book_of(refused)
    assert block.name == "model"
    assert block.notes == (
        "Your desk is refused, so it is not shown: desk, line 9, key nav: found 5",
    )
    assert "key nav: found 5" in html(briefing_of(refused, run_info))


def test_mended_desk_is_not_told(frames: Frames, book_of: Callable[[Frames], Book]) -> None:
    """Once a newer file is read, the older refusal is no news."""
    assert book_of({**frames, "ops_arrival": _arrival(None)}).notes == ()


def test_book_with_an_expired_leg_is_refused(
    frames: Frames, book_of: Callable[[Frames], Book]
) -> None:
    """A desk without totals is told and the model's book stands in its place."""
    none = pl.lit(None, dtype=pl.Float64)
    desk = _as_desk(frames, value_usd=none, fault=pl.lit("expired"))
    legs = desk["mart_book_leg_daily"]
    is_call = (pl.col("book") == "desk") & (pl.col("leg_id") == "L1 call")
    fault = pl.when(is_call).then(pl.lit("expired")).otherwise("fault")
    block = book_of({**desk, "mart_book_leg_daily": legs.with_columns(fault=fault)})
    assert block.name == "model"
    (note,) = block.notes
    assert note.startswith("Your desk is not shown, since a number would mislead: ")
    assert note.endswith("L1 call has expired and is worth what it settled at.")


@pytest.mark.parametrize(("token", "by", "words"), [
    ("quote_crossed", "model", "L1 call: its quote is crossed: marked by the model."),
    ("quote_zero_bid", "surface",
     "L1 call: its quote has no bid: marked by the smile of its expiry."),
    ("scaled_to_cap", "model",
     "L1 call: fewer were bought than asked, by the cap on one purchase."),
])  # fmt: skip
def test_note_of_a_leg_is_told(
    frames: Frames, book_of: Callable[[Frames], Book], token: str, by: str, words: str
) -> None:
    """What a limit scaled and what a quote lacks stand on the page in words."""
    desk = _as_desk(frames)
    name = "mart_book_leg_daily"
    is_call = (pl.col("book") == "desk") & (pl.col("leg_id") == "L1 call")
    legs = desk[name].with_columns(
        note=pl.when(is_call).then(pl.lit(token)),
        priced_from=pl.when(is_call).then(pl.lit(by)).otherwise("priced_from"),
    )
    assert book_of({**desk, name: legs}).notes == (words,)


def test_note_of_a_book_is_told(frames: Frames, book_of: Callable[[Frames], Book]) -> None:
    """So does the note of the totals, the leg's name before the words."""
    desk = _as_desk(frames, note=pl.lit("old left_aside, carry_unknown"))
    (note,) = book_of(desk).notes
    assert note == (
        "Of this close: old expired at a level that is not known and is in no total, nothing was "
        "added, since the carry cannot be judged."
    )


def test_every_reason_has_words() -> None:
    """Each token that a leg's quote can be refused by is written out."""
    own = ("implausible", "empty", "crossed", "zero_bid", "no_ask", "beyond_wings")
    tokens = {*MARK_REASONS, *(f"quote_{one}" for one in own), "surface_beyond_wings"}
    tokens -= {*own, "no_chain"}  # these stand behind a prefix or as expiry_not_quoted
    assert [one for one in sorted(tokens) if note_words(one) == one.replace("_", " ")] == []


def test_no_book_is_said(frames: Frames, book_of: Callable[[Frames], Book]) -> None:
    """Without rows the block stays in its place and says so."""
    empty = {name: frame.clear() if name.startswith("mart_book") else frame
             for name, frame in frames.items()}  # fmt: skip
    block = book_of(empty)
    assert (block.name, block.figures) == ("", ())
    assert "no book was valued for this session" in block.sentence


def test_expired_legs_beyond_the_shown_are_no_failures() -> None:
    """Of many faults the rest is counted by kind: what expired has its settlement's value."""
    legs: list[Row] = [
        {"leg_id": f"{n}", "fault": fault, "expiry": None, "root": "VIX"}
        for n, fault in enumerate(["no_price"] * 5 + ["expired"] * 8)
    ]
    assert list(leg_faults(legs))[4:] == ["8 more legs expired.", "1 more leg cannot be valued."]
