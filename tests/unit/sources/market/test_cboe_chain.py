"""Option chains: one row per contract, roots apart, missing quotes null."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from sources.cboe_chain import CHAIN_SCHEMA, chain_requests, parse_chain, parse_quote_table
from sources.errors import SourceError

Sample = Callable[[str], bytes]
LEVEL = 6811.75


def _read(payload: bytes, symbol: str = "_SPX") -> pl.DataFrame:
    return parse_chain(payload, symbol=symbol).collect(engine="in-memory")


def _changed(published: Sample, change: Callable[[dict[str, Any]], object]) -> bytes:
    body = json.loads(published("cboe/_SPX.json"))
    change(body)
    return json.dumps(body).encode()


def test_requests() -> None:
    """Each index's chain has its address and answers with JSON."""
    requests = chain_requests()
    assert set(requests) == {"_SPX", "_VIX"}
    assert requests["_VIX"].path == "/api/global/delayed_quotes/options/_VIX.json"
    assert requests["_VIX"].expects == "json"


def test_chain_rows(published: Sample) -> None:
    """A contract's name is taken apart; its quote time is the index's last trade, in UTC."""
    frame = _read(published("cboe/_SPX.json"))
    assert frame.schema == CHAIN_SCHEMA
    at = datetime(2026, 8, 28, 20, 14, 59, tzinfo=UTC)
    assert frame.row(0) == ("SPX", date(2026, 9, 18), 6800.0, "C", 120.5, 122.1, 0.1525, 0.5125,
                            1510, 60, at, LEVEL)  # fmt: skip


def test_roots_stay_apart(published: Sample) -> None:
    """SPX and SPXW of one expiry, strike and right are two contracts."""
    same = _read(published("cboe/_SPX.json")).filter(pl.col("strike") == 6800)
    assert same.select("root", "bid").rows() == [("SPX", 120.5), ("SPXW", 121.5)]


def test_zero_quote_is_missing(published: Sample) -> None:
    """A bid and an implied volatility of zero are what Cboe writes for none."""
    unquoted = _read(published("cboe/_SPX.json")).filter(pl.col("strike") == 6790)
    assert unquoted.select("bid", "ask", "iv").rows() == [(None, 0.05, None)]


def test_repeated_hour_takes_later_instant(published: Sample) -> None:
    """In the hour that the clock goes through twice the later instant is taken."""
    payload = _changed(published, lambda body: body["data"].update(
        last_trade_time="2026-11-01T01:30:00"))  # fmt: skip
    quoted = _read(payload).get_column("quote_at")[0]
    assert quoted == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(("change", "named"), [
    (lambda b: b.update(symbol="_VIX"), "symbol is '_VIX'; accepted is '_SPX'"),
    (lambda b: b.pop("data"), "data is 'None'"),
    (lambda b: b["data"].pop("current_price"), "data.current_price is 'None'"),
    (lambda b: b["data"].update(current_price=True), "data.current_price is 'True'"),
    (lambda b: b["data"].update(options=[]), "data.options"),
    (lambda b: b["data"].update(options={}), "data.options"),
    (lambda b: b["data"]["options"].append(7), "a contract of data.options is '7'"),
    (lambda b: b["data"].update(last_trade_time=None), "data.last_trade_time"),
    (lambda b: b["data"].update(last_trade_time="2026-08-28 16:14:59"), "data.last_trade_time"),
    (lambda b: b["data"].update(last_trade_time="2026-02-30T16:14:59"), "data.last_trade_time"),
    (lambda b: b["data"]["options"][0].pop("bid"), r"SPX260918C06800000\.bid is 'None'"),
    (lambda b: b["data"]["options"][0].update(bid="120.5"), r"C06800000\.bid is '120.5'"),
    (lambda b: b["data"]["options"][0].update(bid=10**400), r"C06800000\.bid is '1000"),
    (lambda b: b["data"]["options"][0].update(ask=-1), "ask of at least 0"),
    (lambda b: b["data"]["options"][0].update(delta=1.5), "a delta within 1"),
    (lambda b: b["data"]["options"][0].update(volume=1.5), "a whole number as volume"),
    (lambda b: b["data"]["options"][0].update(option="SPXQ260918C06800000"), "root SPX or SPXW"),
    (lambda b: b["data"]["options"][0].update(option="SPX260931C06800000"), "column expiry"),
    (lambda b: b["data"]["options"][0].update(option="SPX\ud800"), "option of a contract"),
    (lambda b: b["data"]["options"].append(b["data"]["options"][0]), "each contract once"),
])  # fmt: skip
def test_strange_chain_refused(
    published: Sample, change: Callable[[dict[str, Any]], object], named: str
) -> None:
    """A body that is not this index's whole chain is refused by what is wrong with it."""
    with pytest.raises(SourceError, match=named):
        _read(_changed(published, change))


def test_new_keys_pass(published: Sample) -> None:
    """Keys that nobody reads may come and go: the publisher documents none of them."""
    payload = _changed(published, lambda b: b["data"]["options"][0].update(charm=0.1))
    assert _read(payload).equals(_read(published("cboe/_SPX.json")))


@pytest.mark.parametrize("payload", [
    b"", b"<html></html>", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000, b"[]", b"null",
    b'{"symbol": "_SPX", "symbol": "_SPX"}', b'{"symbol": NaN}', b"\xff\xfe{}",
])  # fmt: skip
def test_fault_f16_hostile_json_refused(payload: bytes) -> None:
    """Depth bombs, doubled keys, huge integers and what JSON does not have are refused."""
    with pytest.raises(SourceError):
        _read(payload)


def test_quote_table_english(published: Sample) -> None:
    """Calls and puts of one row become two contracts, stamped with the time that is stated."""
    rows = parse_quote_table(published("cboe/quote_table_english.csv")).collect(engine="in-memory")
    assert rows.schema == CHAIN_SCHEMA
    at = datetime(2024, 1, 7, 15, 52, tzinfo=UTC)
    assert rows.height == 6
    assert rows.row(1) == ("SPX", date(2024, 1, 19), 4700.0, "P", 37.9, 38.4, 0.1095, -0.4895,
                           4300, 7, at, 4697.25)  # fmt: skip
    deep = rows.filter(pl.col("strike") == 7000).select("right", "bid", "ask", "iv", "delta")
    assert deep.rows() == [("C", None, 0.05, None, 0.0), ("P", 2290.1, 2299.9, None, -1.0)]


def test_quote_table_spanish(published: Sample) -> None:
    """A Spanish date line reads the same, with the offset it states."""
    rows = parse_quote_table(published("cboe/quote_table_spanish.csv")).collect(engine="in-memory")
    assert rows.get_column("quote_at").unique().to_list() == [
        datetime(2022, 3, 23, 14, 11, tzinfo=UTC)]  # fmt: skip
    assert rows.get_column("underlying").unique().to_list() == [4479.25]


@pytest.mark.parametrize(("old", "new", "named"), [
    ("January 7, 2024 at", "7. Januar 2024 um", "line 3"),
    ("January 7", "Enero 7", "line 3"),
    ("January 7", "January 32", "line 3"),
    ("10:52 AM", "10:62 AM", "line 3"),
    ("10:52 AM EST", "10:52 AM XYZ", "line 3"),
    ("Last: 4697.2500", "Last: n/a", "line 2"),
    ("IV,Delta", "Delta,IV", "line 4"),
    ("Fri Jan 19 2024,SPX", "Fri Jan 26 2024,SPX", "line 5, column Calls"),
    ("4700.00", "4800.00", "line 5, column Calls"),
    ("SPX240119P0470", "SPX240119C0470", "line 5, column Puts is .*a put"),
    ("SPX240119P0700", "SPXW240119P0700", "line 7, column Puts is .*root of the row's call"),
    ("SPX240119P0470", "VIX240119P0470", "line 5, column Puts is .*root SPX or SPXW"),
    ("SPXW240119C0470", "SPX240119C0470", "line 5, column Calls is .*each contract once"),
    (",4300\n", ",4300.5\n", "line 5, column P Open Interest"),
    (",38.4,", ",,", "line 5, column P Ask"),
    (",4300\n", "\n", "line 5 is"),
    ("\nS&P", "S&P", "line 1"),
])  # fmt: skip
def test_strange_quote_table_refused(published: Sample, old: str, new: str, named: str) -> None:
    """A table that contradicts itself or states an unknown date names its line."""
    payload = published("cboe/quote_table_english.csv").replace(old.encode(), new.encode(), 1)
    with pytest.raises(SourceError, match=f"quote table: {named}"):
        parse_quote_table(payload)
