"""Nasdaq's calendar of offerings gives deals and dollars by day, or is refused.

Layout of the fixtures: the body behind nasdaq.com/market-activity/ipos; the deals are invented.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from sources.errors import SourceError
from sources.nasdaq_ipo import calendar_request, parse_calendar

Body = Callable[[str], bytes]
Rowed = Callable[[pl.LazyFrame], list[tuple[object, ...]]]

MONTH = "nasdaq/calendar.json"


def _changed(payload: bytes, section: str, **members: object) -> bytes:
    held: dict[str, Any] = json.loads(payload)
    held["data"][section]["rows"][0].update(members)
    return json.dumps(held).encode()


def test_address() -> None:
    """One body a month."""
    request = calendar_request(date(2026, 8, 31))
    assert (request.path, request.params) == ("/api/ipo/calendar", (("date", "2026-08"),))
    assert request.expects == "json"


def test_deals_by_day(body: Body, rowed: Rowed) -> None:
    """Deals count once whatever their date's padding; one unknown amount leaves a day's unknown."""
    assert rowed(parse_calendar(body(MONTH), month=date(2026, 8, 15))) == [
        ("ipo_priced_count", date(2026, 8, 5), 1.0),
        ("ipo_priced_count", date(2026, 8, 12), 2.0),
        ("ipo_priced_count", date(2026, 8, 20), 2.0),
        ("ipo_priced_proceeds", date(2026, 8, 5), 900_000.0),
        ("ipo_priced_proceeds", date(2026, 8, 12), 175_793_100.0),
        ("ipo_withdrawn_count", date(2026, 8, 5), 1.0),
        ("ipo_withdrawn_count", date(2026, 8, 31), 1.0),
    ]


def test_deal_of_another_month(body: Body, rowed: Rowed) -> None:
    """A deal of the month before is counted only where no month was asked for."""
    stray = ("ipo_priced_count", date(2026, 7, 31), 1.0)
    assert stray in rowed(parse_calendar(body(MONTH)))
    assert stray not in rowed(parse_calendar(body(MONTH), month=date(2026, 8, 1)))


def test_empty_month(body: Body, rowed: Rowed) -> None:
    """Null rows are a month without deals, of the same columns."""
    frame = parse_calendar(body("nasdaq/empty.json"))
    assert rowed(frame) == []
    assert frame.collect_schema() == parse_calendar(body(MONTH)).collect_schema()


@pytest.mark.parametrize("withdrawn", [None, "missing"])
def test_nullable_section(body: Body, rowed: Rowed, withdrawn: str | None) -> None:
    """Without a section of withdrawn deals the priced ones are still read."""
    held = json.loads(body(MONTH))
    held["data"]["withdrawn"] = None
    if withdrawn == "missing":
        del held["data"]["withdrawn"]
    rows = rowed(parse_calendar(json.dumps(held).encode()))
    assert {row[0] for row in rows} == {"ipo_priced_count", "ipo_priced_proceeds"}


@pytest.mark.parametrize(("members", "message"), [
    ({"dealID": None}, "dealID"),
    ({"dealID": ""}, "a deal's number"),
    ({"pricedDate": "2026-08-12"}, "a date as"),
    ({"pricedDate": "2/30/2026"}, "a date as"),
    ({"pricedDate": None}, "pricedDate"),
    ({"dollarValueOfSharesOffered": "151,793,100.00"}, "dollars as"),
    ({"dollarValueOfSharesOffered": "$1,51,793,100"}, "dollars as"),
    ({"dollarValueOfSharesOffered": "$-5"}, "dollars as"),
    ({"dollarValueOfSharesOffered": "$1e9"}, "dollars as"),
    ({"dollarValueOfSharesOffered": 151793100}, "dollarValueOfSharesOffered"),
    ({"dealID": "1900005-1002"}, "two different rows"),
])  # fmt: skip
def test_strange_deal(body: Body, members: dict[str, object], message: str) -> None:
    """A deal without number or date, with another layout, or listed with two amounts: refused."""
    with pytest.raises(SourceError, match=message):
        parse_calendar(_changed(body(MONTH), "priced", **members))


@pytest.mark.parametrize(("payload", "message"), [
    (b'{"data": null, "status": {"rCode": 400}}', "status is 400"),
    (b'{"data": null, "status": {"rCode": 200}}', "'data'"),
    (b'{"data": {}, "status": {"rCode": 200}}', "'priced' among them"),
    (b'{"data": {"priced": {}}, "status": {"rCode": 200}}', "'rows'"),
    (b'{"data": {"priced": []}, "status": {"rCode": 200}}', "'priced'"),
    (b'{"data": {"priced": {"rows": [7]}}, "status": {"rCode": 200}}', "dealID"),
    (b"<html>Access denied</html>", "not a JSON body"),
])  # fmt: skip
def test_no_calendar(payload: bytes, message: str) -> None:
    """A body that is no calendar is refused, not read as an empty month."""
    with pytest.raises(SourceError, match=message):
        parse_calendar(payload)
