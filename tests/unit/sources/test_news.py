"""What of a file is news: new events, revised values, and what a publisher took away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from sources.knowledge import Held, news, unseen

KEY = ["series_id", "publisher", "event_date"]
SCHEMA = pl.Schema({
    "series_id": pl.String(), "publisher": pl.String(), "event_date": pl.Date(),
    "value": pl.Float64(), "available_at": pl.Datetime("us", "UTC"),
    "is_reconstructed": pl.Boolean(),
})  # fmt: skip
EMPTY = pl.LazyFrame(schema=SCHEMA)
Row = tuple[str, str, date, float, datetime, bool]


def _day(day: int, hour: int = 22) -> datetime:
    return datetime(2024, 1, day, hour, tzinfo=UTC)


def _row(day: int, value: float, known: datetime | None = None, *, stamped: bool = False,
         publisher: str = "FRED") -> Row:  # fmt: skip
    """A value of a day of January 2024, by rule known that evening."""
    return ("x", publisher, date(2024, 1, day), value, known or _day(day), not stamped)


def _frame(*rows: Row) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=SCHEMA, orient="row")


def _news(rows: pl.LazyFrame, held: pl.LazyFrame, seen: datetime | None, at: datetime) -> list[Row]:
    fresh = news(rows, Held(held, seen), key=KEY, value="value", at=at)
    return fresh.sort("event_date", "available_at").collect(engine="in-memory").rows()


def _taken_in(*arrivals: tuple[datetime, pl.LazyFrame]) -> list[Row]:
    """What the warehouse holds after one arrival upon the other."""
    held, seen = EMPTY.collect(engine="in-memory"), None
    for at, rows in arrivals:
        fresh = news(rows, Held(held.lazy(), seen), key=KEY, value="value", at=at)
        held, seen = pl.concat([held, fresh.collect(engine="in-memory")]), at
    return held.sort("event_date", "available_at").rows()


def test_first_copy_keeps_rule_times() -> None:
    """Of the first copy every row counts from its rule, marked as reconstructed."""
    rows = [_row(2, 1.0), _row(3, 2.0)]
    assert _news(_frame(*rows), EMPTY, None, _day(20)) == rows


def test_equal_values_are_no_news() -> None:
    """A copy with nothing new, in whatever order, brings no row."""
    rows = [_row(2, 1.0), _row(3, 2.0)]
    assert _news(_frame(*rows[::-1]), _frame(*rows), _day(20), _day(21)) == []


def test_revised_value_counts_from_arrival() -> None:
    """A revised value is a new row, known from when it was seen, and that time is no reckoning."""
    held = [_row(2, 1.0), _row(3, 2.0)]
    found = _news(_frame(_row(2, 1.5), _row(3, 2.0)), _frame(*held), _day(20), _day(21))
    assert found == [("x", "FRED", date(2024, 1, 2), 1.5, _day(21), False)]


def test_smallest_revision_counts() -> None:
    """The smallest difference that a figure can have is a revision; none is rounded away."""
    value = 1.0 + 2**-52
    assert len(_news(_frame(_row(2, value)), _frame(_row(2, 1.0)), _day(20), _day(21))) == 1


def test_revision_taken_back_is_a_revision() -> None:
    """From A to B and back to A are three rows, each from when it was seen."""
    found = _taken_in(
        (_day(10), _frame(_row(2, 1.0))), (_day(11), _frame(_row(2, 1.5))),
        (_day(12), _frame(_row(2, 1.0))), (_day(13), _frame(_row(2, 1.0))),
    )  # fmt: skip
    assert [(row[3], row[4]) for row in found] == [
        (1.0, _day(2)), (1.5, _day(11)), (1.0, _day(12)),
    ]  # fmt: skip


def test_shortened_history_removes_nothing() -> None:
    """Rows that a publisher took away stay; when they come back they are no news."""
    rows = [_row(day, float(day)) for day in range(2, 9)]
    whole, short = _frame(*rows), _frame(*rows[4:])
    assert _taken_in((_day(10), whole), (_day(11), short)) == rows
    assert _taken_in((_day(10), whole), (_day(11), short), (_day(12), whole)) == rows


def test_next_event_keeps_its_rule() -> None:
    """An event that came out after the copy before counts from its rule, not from our fetch."""
    held = _frame(_row(2, 1.0))
    rows = _frame(_row(2, 1.0), _row(3, 2.0))
    assert _news(rows, held, _day(3, 12), _day(4, 12)) == [_row(3, 2.0)]


@pytest.mark.parametrize("rule", [_day(3, 10), _day(3, 12)])
def test_late_event_counts_from_first_seen(rule: datetime) -> None:
    """An event that the copy before lacked, though its rule's time had passed, came out later."""
    rows = _frame(_row(2, 1.0), _row(3, 2.0, rule))
    found = _news(rows, _frame(_row(2, 1.0)), _day(3, 12), _day(5, 12))
    assert found == [("x", "FRED", date(2024, 1, 3), 2.0, _day(5, 12), False)]


def test_back_filled_history_counts_from_first_seen() -> None:
    """Old events that a publisher adds were not known in their day: no backtest may see them."""
    found = _taken_in((_day(20), _frame(_row(9, 9.0))),
                      (_day(21), _frame(*(_row(day, float(day)) for day in range(2, 10)))))  # fmt: skip
    assert [row[4] for row in found] == [*[_day(21)] * 7, _day(9)]


def test_publishers_are_apart() -> None:
    """Another publisher's value of the same event is no revision of the first one's."""
    other = _row(2, 1.5, publisher="Cboe")
    assert _news(_frame(other), _frame(_row(2, 1.0)), None, _day(21)) == [other]


def test_stamped_vintages_are_kept() -> None:
    """Each vintage is a row with the publisher's stamp, however late we see it."""
    vintages = [
        _row(2, 1.0, _day(5), stamped=True), _row(2, 1.1, _day(8), stamped=True),
        _row(2, 1.0, _day(9), stamped=True),
    ]  # fmt: skip
    assert _news(_frame(*vintages), EMPTY, _day(20), _day(21)) == vintages
    more = _row(2, 1.2, _day(12), stamped=True)
    assert _news(_frame(*vintages, more), _frame(*vintages), _day(20), _day(21)) == [more]


def test_restated_last_vintage_counts_from_arrival() -> None:
    """A last vintage that says something else under its old stamp counts from when it was seen."""
    first = _frame(_row(2, 1.0, _day(5), stamped=True))
    other = _frame(_row(2, 1.1, _day(5), stamped=True))
    found = _taken_in((_day(10), first), (_day(11), other), (_day(12), other.with_columns()))
    assert [(row[3], row[4]) for row in found] == [(1.0, _day(5)), (1.1, _day(11))]


def test_restated_older_vintage_displaces_nothing() -> None:
    """An older vintage that is put otherwise afterwards does not become the newest figure."""
    last = _row(2, 1.2, _day(8), stamped=True)
    found = _taken_in((_day(10), _frame(_row(2, 1.0, _day(5), stamped=True), last)),
                      (_day(11), _frame(_row(2, 1.1, _day(5), stamped=True), last)))  # fmt: skip
    assert found[-1] == last


def test_restated_twice() -> None:
    """A last vintage that is changed and changed back ends with what it says now."""
    one, two = (_frame(_row(2, value, _day(5), stamped=True)) for value in (1.0, 1.1))
    found = _taken_in((_day(10), one), (_day(11), two), (_day(12), one), (_day(13), one))
    assert [(row[3], row[4]) for row in found] == [
        (1.0, _day(5)), (1.1, _day(11)), (1.0, _day(12)),
    ]  # fmt: skip


def test_stamped_and_ruled_in_one_file() -> None:
    """A file may hold both: the stamps stay, the others count from their rule."""
    rows = [_row(2, 1.0), _row(3, 2.0, _day(4), stamped=True)]
    assert _news(_frame(*rows), EMPTY, None, _day(21)) == rows


def test_table_without_mark() -> None:
    """Settlements are compared the same way, and gain no column."""
    settles = pl.LazyFrame({
        "event_date": [date(2024, 1, 2)] * 2,
        "expiry": [date(2024, 1, 17), date(2024, 2, 14)],
        "settle": [14.5, 15.5],
        "available_at": [_day(2)] * 2,
    }, schema_overrides={"available_at": pl.Datetime("us", "UTC")})  # fmt: skip
    held = settles.with_columns(settle=pl.Series([14.5, 15.0]))
    fresh = news(settles, Held(held, _day(3)), key=["event_date", "expiry"], value="settle",
                 at=_day(4))  # fmt: skip
    found = fresh.collect(engine="in-memory").rows()
    assert found == [(date(2024, 1, 2), date(2024, 2, 14), 15.5, _day(4))]


def test_known_times_never_precede_rule_or_are_lost() -> None:
    """Whatever the order of copies, an event's first row is never known before its rule's time."""
    rows = [_row(day, float(day)) for day in range(2, 9)]
    arrivals = [(_day(3) + timedelta(days=3 * k), _frame(*rows[: 1 + 2 * k])) for k in range(4)]
    found = _taken_in(*arrivals)
    first: dict[Any, datetime] = {}
    for row in found:
        first.setdefault(row[2], row[4])
    assert all(first[row[2]] >= row[4] for row in rows)
    assert len(first) == len(rows)


def test_quotes_of_held_instants_are_no_news() -> None:
    """A quote is of its instant: one that is held is never revised, another instant's is new."""
    quotes = pl.LazyFrame({"symbol": ["a", "a", "b"], "quote_at": [_day(2), _day(3), _day(2)],
                           "bid": [1.0, 2.0, 3.0]})  # fmt: skip
    held = quotes.head(1).with_columns(bid=pl.lit(9.0))
    fresh = unseen(quotes, Held(held, None), key=["symbol", "quote_at"])
    found = fresh.sort("bid").collect(engine="in-memory")
    assert (found.columns, found["bid"].to_list()) == (["symbol", "quote_at", "bid"], [2.0, 3.0])
