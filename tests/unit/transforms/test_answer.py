"""The behavioral score by hand: what raises risk, what counts, and when it is known."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from schemas.core import CORE_ANSWER, CORE_SESSION
from schemas.mart import MART_BOOK_DAILY, MART_HEDGE_DECISION_DAILY
from schemas.state_tables import MART_ANSWER_SCORE_DAILY
from transforms.answer import answer, answer_score_daily, moves_of_risk, profile, risk_moved

COUNT = 40
DAYS = [date(2020, 1, 1) + timedelta(days=day) for day in range(COUNT)]
Given = tuple[int, str, str, int]  # session's number, layer, answer, days until it is known


def _frame(table: Any, rows: list[dict[str, object]]) -> pl.LazyFrame:  # noqa: ANN401
    """Rows of a table of which only some columns matter."""
    return pl.LazyFrame(
        [{name: row.get(name) for name in table.schema} for row in rows], schema=table.schema
    )


def _decision_at(number: int) -> datetime:
    return datetime.combine(DAYS[number] + timedelta(days=1), time(12, 30), tzinfo=UTC)


def _market(units: dict[tuple[int, str], tuple[int | None, int | None]],
            condors: list[int | None] | None = None) -> tuple[pl.LazyFrame, ...]:  # fmt: skip
    """Sessions, decisions that hold but those of ``units``, and the model's condors."""
    sessions = [{"session": day, "decision_at": _decision_at(n)} for n, day in enumerate(DAYS)]
    decisions = [
        {"session": day, "layer_id": layer, **dict(zip(
            ("units_before", "units_after"), units.get((n, layer), (4, 4)), strict=True))}
        for n, day in enumerate(DAYS) for layer in ("L1", "L2", "L3", "SE")
    ]  # fmt: skip
    books = [
        {"session": day, "book": book, "condor_units": one}
        for book, held in (("model", condors or [10] * COUNT), ("desk", list(range(COUNT))))
        for day, one in zip(DAYS, held, strict=True)
    ]
    return (
        _frame(CORE_SESSION, sessions),
        _frame(MART_HEDGE_DECISION_DAILY, decisions),
        _frame(MART_BOOK_DAILY, books),
    )


def _answers(given: list[Given]) -> pl.LazyFrame:
    rows = [
        {"session": DAYS[n], "layer_id": layer, "answer": word, "answered_on": DAYS[n],
         "available_at": _decision_at(n) + timedelta(days=later)}
        for n, layer, word, later in given
    ]  # fmt: skip
    return _frame(CORE_ANSWER, rows)


def _scores(given: list[Given], market: tuple[pl.LazyFrame, ...]) -> list[dict[str, Any]]:
    sessions, decisions, books = market
    made = answer_score_daily(sessions, _answers(given), decisions, books)
    return MART_ANSWER_SCORE_DAILY.conform(made).collect(engine="in-memory").to_dicts()


@pytest.mark.parametrize(("before", "after", "moved"), [
    (4, 3, 1), (3, 4, -1), (4, 4, None), (None, 4, None), (4, None, None),
])  # fmt: skip
def test_less_protection_raises_risk(before: int | None, after: int | None, moved: int) -> None:
    """A hedge given up raises risk, one bought lowers it; no change and the unknown are neither."""
    frame = pl.DataFrame({"a": [before], "b": [after]}, schema={"a": pl.Int32, "b": pl.Int32})
    assert frame.select(x=risk_moved(pl.col("a"), pl.col("b")))["x"][0] == moved


def test_condors_are_the_other_way_round() -> None:
    """Condors opened by the model raise risk, closed ones lower it; the user's own book is not asked."""
    _, decisions, books = _market({}, [0, 10, 10, 0, None, 10, *[10] * 34])
    found = moves_of_risk(decisions, books).filter(pl.col("layer_id") == "IC").sort("session")
    risk = found.collect(engine="in-memory")["risk"].to_list()
    assert risk[:8] == [None, 1, None, -1, None, None, None, None]
    assert len(risk) == COUNT


def test_nothing_recorded_is_unknown() -> None:
    """Without an answer every column is null, never zero, at each decided session."""
    rows = _scores([], _market({}))
    assert [row["session"] for row in rows] == DAYS
    assert {value for row in rows for name, value in row.items() if name != "session"} == {None}


def test_share_of_risk_raised() -> None:
    """3 reductions and 2 adds accepted: 3/5 = 0.6, a promoter; with four there is no share yet."""
    units = {(0, "L1"): (5, 4), (1, "L1"): (4, 5), (2, "L1"): (5, 3), (2, "L2"): (2, 3),
             (3, "L3"): (2, 0), (4, "L1"): (3, 4)}  # fmt: skip
    given = [(n, layer, "accepted", 0) for n, layer in list(units)[:5]]
    rows = _scores([*given, (4, "L1", "declined", 0)], _market(units))
    assert [row["answers_counted"] for row in rows[:5]] == [1, 2, 4, 5, 5]
    assert [row["risk_raised_share"] for row in rows[:5]] == [None, None, None, 0.6, 0.6]
    assert [row["declined_count"] for row in rows[:5]] == [0, 0, 0, 0, 1]
    assert [row["profile_shown"] for row in rows[:4]] == [None, None, None, "promoter"]
    assert {**rows[4], "session": None} == {**rows[-1], "session": None}


def test_one_half_is_a_steward() -> None:
    """The limit itself is not exceeded."""
    assert [profile(share) for share in (None, 0.0, 0.5, 0.55, 1.0)] == [
        None, "steward", "steward", "promoter", "promoter"]  # fmt: skip


def test_last_twenty_count() -> None:
    """Of 25 accepted, five adds and then 20 reductions, only the reductions are left."""
    units = {(n, "L1"): (4, 5) if n < 5 else (5, 4) for n in range(25)}
    rows = _scores([(n, "L1", "accepted", 0) for n in range(25)], _market(units))
    assert (rows[9]["answers_counted"], rows[9]["risk_raised_share"]) == (10, 0.5)
    assert (rows[19]["answers_counted"], rows[19]["risk_raised_share"]) == (20, 0.75)
    assert (rows[24]["answers_counted"], rows[24]["risk_raised_share"]) == (20, 1.0)


def test_hold_and_second_engine_move_nothing() -> None:
    """Answers to what moves no risk are not counted, but say that a record is kept."""
    given = [(1, "L1", "accepted", 0), (1, "SE", "accepted", 0), (1, "L2", "declined", 0),
             (1, "IC", "accepted", 0)]  # fmt: skip
    rows = _scores(given, _market({}))
    assert rows[0]["answers_counted"] is None
    assert (rows[1]["answers_counted"], rows[1]["declined_count"]) == (0, 0)
    assert rows[1]["risk_raised_share"] is None


def test_answer_counts_once_it_is_known() -> None:
    """An answer known three days later, to the minute of a decision, counts from that one on."""
    rows = _scores([(2, "L1", "accepted", 3)], _market({(2, "L1"): (5, 4)}))
    assert [row["answers_counted"] for row in rows[:7]] == [None, None, None, None, None, 1, 1]


def test_newest_answer_counts() -> None:
    """A change of mind counts from when it is known, in both directions and once."""
    given = [(2, "L1", "accepted", 0), (2, "L1", "declined", 2), (2, "L1", "accepted", 4)]
    rows = _scores(given, _market({(2, "L1"): (5, 4)}))
    assert [(row["answers_counted"], row["declined_count"]) for row in rows[2:8]] == [
        (1, 0), (1, 0), (0, 1), (0, 1), (1, 0), (1, 0)]  # fmt: skip


def test_reason_stays_behind() -> None:
    """What the user wrote as a reason goes no further than the raw table."""
    raw = pl.LazyFrame(
        schema={**CORE_ANSWER.schema, "answer_reason": pl.String(), "raw_sha256": pl.String()}
    )
    assert answer(raw).collect_schema() == CORE_ANSWER.schema
