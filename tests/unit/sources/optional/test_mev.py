"""Builders' payments: exact wei, one row per block, whole days only."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import pytest

from sources.errors import SourceError
from sources.mev import (
    DELIVERED_SCHEMA,
    RELAYS,
    daily_payments,
    delivered_request,
    first_cursor,
    next_cursor,
    parse_delivered,
)

Sample = Callable[[str], bytes]
Changed = Callable[[str, str, str], bytes]
PAGE = "mev/delivered.json"
FIRST = 8_103_599  # the first slot of 2024-01-01: 1606824023 + 12 x 8103599 is 00:00:11 UTC
DAY = 7_200  # slots
ETHER = 10**18


def _page(*blocks: tuple[int, int]) -> pl.LazyFrame:
    """A page of blocks, each of a slot and a payment, whose hash is that of its slot."""
    listed = [{"slot": str(slot), "block_hash": f"0x{slot:064x}", "value": str(wei)}
              for slot, wei in blocks]  # fmt: skip
    return parse_delivered(json.dumps(listed).encode())


def _days(pages: dict[str, list[pl.LazyFrame]]) -> dict[tuple[str, date], float]:
    rows = daily_payments(pages).collect(engine="in-memory").rows()
    return {(series_id, day): value for series_id, day, value in rows}


def test_requests() -> None:
    """The newest page has no cursor; a further one asks from a slot on, at a relay's own base."""
    assert dict(delivered_request(None).params) == {"limit": "100"}
    further = delivered_request(FIRST, relay="titan")
    assert dict(further.params) == {"limit": "100", "cursor": "8103599"}
    assert (further.site, RELAYS["titan"]) == ("titan", "https://titanrelay.xyz")
    assert further.path == "/relay/v1/data/bidtraces/proposer_payload_delivered"


def test_page_is_read(published: Sample) -> None:
    """Payments beyond 2^53 wei keep every digit; slots become times."""
    frame = parse_delivered(published(PAGE)).collect(engine="in-memory")
    assert frame.schema == DELIVERED_SCHEMA
    assert frame.row(0) == ("0x" + "1" * 64, FIRST, datetime(2024, 1, 1, 0, 0, 11, tzinfo=UTC),
                            "40000000000000000")  # fmt: skip
    assert frame["value_wei"].to_list()[1:] == ["50000000000000001", "98765432109876543210"]


def test_slot_time_of_the_merge() -> None:
    """Slot 4700013 carried the first block after the merge, 2022-09-15 06:42:59 UTC."""
    frame = _page((4_700_013, 1)).collect(engine="in-memory")
    assert frame["slot_at"].to_list() == [datetime(2022, 9, 15, 6, 42, 59, tzinfo=UTC)]


def test_empty_page_is_no_blocks() -> None:
    """A relay without such blocks answers with an empty list."""
    assert parse_delivered(b"[]").collect(engine="in-memory").schema == DELIVERED_SCHEMA


@pytest.mark.parametrize(("old", "new", "named"), [
    ('"slot": "8103599"', '"slot": 8103599', "entry 3, member 'slot'"),
    ('"slot": "8103599"', '"slot": "-8103599"', "line 3, column slot"),
    ('"slot": "8103599"', '"slot": "810359900000"', "line 3, column slot"),
    ('"40000000000000000"', '"4e16"', "line 3, column value"),
    ('"40000000000000000"', '"0.04"', "line 3, column value"),
    ('"40000000000000000"', '"040000000000000000"', "line 3, column value"),
    ('"40000000000000000"', '""', "line 3, column value"),
    ('"40000000000000000"', "40000000000000000", "entry 3, member 'value'"),
    ("1" * 64, "1" * 63, "line 3, column block_hash"),
    ("1" * 64, "G" * 64, "line 3, column block_hash"),
    ("1" * 64, "2" * 64, "two different rows"),
])  # fmt: skip
def test_strange_page_refused(changed: Changed, old: str, new: str, named: str) -> None:
    """A slot, payment or hash that is none is named with its entry."""
    with pytest.raises(SourceError, match=f"proposer_payload_delivered: .*{named}"):
        parse_delivered(changed(PAGE, old, new))


def test_mean_of_a_whole_day() -> None:
    """Blocks of 1 and 2 ether from the first slot to the last: a mean of 1.5 ether, 2 blocks."""
    page = _page((FIRST + DAY - 1, 2 * ETHER), (FIRST, ETHER))
    assert _days({"titan": [page]}) == {
        ("mev_payment_mean", date(2024, 1, 1)): 1.5,
        ("mev_block_count", date(2024, 1, 1)): 2.0,
    }


@pytest.mark.parametrize("slots", [(FIRST + 1, FIRST + DAY - 1), (FIRST, FIRST + DAY - 2)])
def test_day_partly_covered_is_no_row(slots: tuple[int, int]) -> None:
    """One slot short at either end, and the day's mean is unknown."""
    assert _days({"titan": [_page(*((slot, ETHER) for slot in slots))]}) == {}


def test_days_beside_a_whole_one_are_no_rows() -> None:
    """Blocks of the day before and after cover the day between, and no other."""
    page = _page((FIRST - 5, ETHER), (FIRST + 9, 3 * ETHER), (FIRST + DAY + 5, ETHER))
    assert _days({"titan": [page]})["mev_payment_mean", date(2024, 1, 1)] == 3.0
    assert len(_days({"titan": [page]})) == 2


def test_missing_page_leaves_its_day_out() -> None:
    """Pages in any order that share a slot cover the day; without the shared slot none does."""
    low, middle = (FIRST, ETHER), (FIRST + 4_000, ETHER)
    high = (FIRST + DAY - 1, 4 * ETHER)
    chained = {"titan": [_page(low, middle), _page(high, middle)]}
    assert _days(chained)["mev_payment_mean", date(2024, 1, 1)] == 2.0
    assert _days({"titan": [_page(high), _page(low, middle)]}) == {}


def test_every_relay_must_cover_the_day() -> None:
    """A day that one relay covers and another does not is unknown, not the first one's mean."""
    whole = _page((FIRST, ETHER), (FIRST + DAY - 1, ETHER))
    assert _days({"titan": [whole], "aestus": [_page((FIRST + 50, ETHER))]}) == {}
    assert _days({"titan": [whole], "aestus": [parse_delivered(b"[]")]}) == {}


def test_block_of_two_relays_counts_once() -> None:
    """The same hash from two relays is one block; of two payments stated the lower counts."""
    one = _page((FIRST, ETHER), (FIRST + DAY - 1, ETHER))
    other = _page((FIRST, ETHER // 2), (FIRST + 7, 3 * ETHER), (FIRST + DAY - 1, ETHER))
    assert _days({"titan": [one], "aestus": [other]}) == {
        ("mev_payment_mean", date(2024, 1, 1)): 1.5,
        ("mev_block_count", date(2024, 1, 1)): 3.0,
    }


def test_nothing_asked_is_no_rows() -> None:
    """Without a relay, or with empty pages only, no day is known."""
    assert _days({}) == {}
    assert _days({"titan": [parse_delivered(b"[]")]}) == {}


def _body(*slots: int) -> bytes:
    listed = [{"slot": str(slot), "block_hash": f"0x{slot:064x}", "value": "1"} for slot in slots]
    return json.dumps(listed).encode()


def test_pages_lead_through_a_day() -> None:
    """From an hour past the day's end down to its first slot, each page from the last one's lowest."""
    day = date(2024, 1, 1)
    assert first_cursor(day) == FIRST + DAY + 299  # 2024-01-02 00:59:59
    assert next_cursor(_body(FIRST + 9, FIRST + 5), day=day) == FIRST + 5
    assert next_cursor(_body(FIRST + 5, FIRST + 1), day=day) == FIRST + 1
    assert next_cursor(_body(FIRST + 5, FIRST), day=day) is None
    assert next_cursor(_body(FIRST + 5, FIRST - 3), day=day) is None


def test_paging_ends() -> None:
    """No page, or one that its own cursor would give again, is not asked for for ever."""
    day = date(2024, 1, 1)
    assert next_cursor(b"[]", day=day) is None
    assert next_cursor(_body(FIRST + 5), day=day) is None


def test_page_within_another_is_no_hole() -> None:
    """A short page asked twice lies inside a long one; the one after still joins the long one."""
    pages = [
        _page((FIRST, ETHER), (FIRST + 5_000, ETHER)),
        _page((FIRST + 10, ETHER), (FIRST + 20, ETHER)),
        _page((FIRST + 5_000, ETHER), (FIRST + DAY, ETHER)),
    ]
    assert _days({"titan": pages})["mev_block_count", date(2024, 1, 1)] == 4.0
