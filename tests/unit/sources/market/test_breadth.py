"""Breadth: the frozen archive without its stubs, and counts that a user brings."""

from collections.abc import Callable
from datetime import date

import pytest

from sources.breadth import (
    KINDS,
    breadth_requests,
    left_out_of_breadth,
    parse_breadth,
    parse_own_breadth,
)
from sources.errors import SourceError

Sample = Callable[[str], bytes]


def _read(payload: bytes, kind: str = "advn") -> list[tuple[str, date, float]]:
    return parse_breadth(payload, kind=kind).collect(engine="in-memory").rows()


def test_requests_of_every_kind() -> None:
    """Each kind has its file in the archive."""
    assert {kind: remote.path for kind, remote in breadth_requests().items()} == {
        kind: f"/advdec/NYSE_{kind}.csv" for kind in KINDS}  # fmt: skip


def test_stubs_are_not_counts(published: Sample) -> None:
    """Zeros after the archive froze are left out with a reason, not read as a dead market."""
    payload = published("breadth/NYSE_advn.csv")
    assert _read(payload)[-1] == ("nyse_advances", date(2020, 2, 10), 1604.0)
    left = left_out_of_breadth(payload, kind="advn").collect(engine="in-memory")
    assert left.rows() == [
        (5, "20200211,0", "a stub after 2020-02-10, when the archive froze: not published"),
        (6, "20200212,0", "a stub after 2020-02-10, when the archive froze: not published"),
    ]


def test_zero_before_the_freeze_is_a_count() -> None:
    """No new highs on a day of panic is a fact."""
    assert _read(b"20081010, 0\n", "newhi") == [("nyse_new_highs", date(2008, 10, 10), 0.0)]


def test_count_after_the_freeze_refused() -> None:
    """An archive that lives again is something new."""
    with pytest.raises(SourceError, match="line 2, column count is '900'; accepted is 0"):
        _read(b"20200210, 900\n20200211, 900\n")


@pytest.mark.parametrize("row", [
    "20081010", "20081010, ", "20081010, 1.5", "20081010, -1", "20081010, 1,2", "2008-10-10, 1",
    "10/10/2008, 1", "20081310, 1", "20081010,  1", "20081010, 1_0",
])  # fmt: skip
def test_strange_row_refused(row: str) -> None:
    """What is not eight digits, a comma and a whole number is refused with its line."""
    with pytest.raises(SourceError, match=r"NYSE_advn\.csv: line 2"):
        _read(f"20081009, 5\n{row}\n".encode())


def test_own_counts(published: Sample) -> None:
    """A user's counts read under the catalogue's names; an unknown one is no row."""
    rows = parse_own_breadth(published("breadth/own.csv")).collect(engine="in-memory")
    assert sorted(rows.rows()) == [
        ("nyse_advances", date(2024, 1, 2), 1201.0), ("nyse_advances", date(2024, 1, 3), 902.0),
        ("nyse_declines", date(2024, 1, 2), 1502.0), ("nyse_declines", date(2024, 1, 3), 1853.0),
        ("nyse_unchanged", date(2024, 1, 2), 81.0)]  # fmt: skip


def test_own_counts_with_extremes() -> None:
    """New highs and lows may stand beside them, and the last line may lack its end."""
    payload = b"date,advances,declines,unchanged,new_highs,new_lows\n2024-01-02,1,2,3,4,5"
    rows = parse_own_breadth(payload).collect(engine="in-memory")
    assert rows.get_column("series_id").to_list()[-2:] == ["nyse_new_highs", "nyse_new_lows"]


@pytest.mark.parametrize(("text", "named"), [
    ("day,advances,declines,unchanged\n2024-01-02,1,2,3\n", "header is"),
    ("date,advances,declines,unchanged\n01/02/2024,1,2,3\n", "line 2, column date"),
    ('date,advances,declines,unchanged\n2024-01-02,"1,200",2,3\n', "line 2 is"),
    ("date,advances,declines,unchanged\n2024-01-02,1,2,n/a\n", "line 2, column unchanged"),
    ("date,advances,declines,unchanged\n2024-01-02,1,2,3\n2024-01-02,1,2,4\n", "two different"),
])  # fmt: skip
def test_strange_own_counts_refused(text: str, named: str) -> None:
    """A user's slip is answered with its line and what is accepted."""
    with pytest.raises(SourceError, match=f"own breadth counts: {named}"):
        parse_own_breadth(text.encode())
