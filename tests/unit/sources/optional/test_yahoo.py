"""Yahoo's chart: closes of whole days on New York dates."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from sources.errors import SourceError
from sources.yahoo import chart_request, parse_chart

Sample = Callable[[str], bytes]
BODY = "yahoo/XLRE.json"


def _read(payload: bytes) -> list[tuple[str, date, float]]:
    frame = parse_chart(payload, symbol="XLRE", series_id="xlre_close")
    return frame.collect(engine="in-memory").rows()


@pytest.fixture
def body(published: Sample) -> dict[str, Any]:
    """The first result of the hand-written chart, to be changed."""
    return json.loads(published(BODY))["chart"]["result"][0]


def _packed(result: dict[str, Any]) -> bytes:
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()


def test_request() -> None:
    """The symbol is escaped into the path; daily bars are asked for by name."""
    remote = chart_request("^GSPC", "1y")
    assert remote.path == "/v8/finance/chart/%5EGSPC"
    assert dict(remote.params) == {"range": "1y", "interval": "1d"}


@pytest.mark.parametrize("symbol", ["", "xlre", "../XLRE", "XLRE?x=1", "X" * 20])
def test_strange_symbol_refused(symbol: str) -> None:
    """What is no symbol never becomes part of an address."""
    with pytest.raises(SourceError, match="yahoo symbol"):
        chart_request(symbol)


def test_closes_of_whole_days(published: Sample) -> None:
    """38.41999816894531 is 38.42; a null has no row, nor has today's bar of 11:02:07.

    The days lie on both sides of the clock change of 2024-03-10.
    """
    assert _read(published(BODY)) == [
        ("xlre_close", date(2024, 3, 7), 38.42), ("xlre_close", date(2024, 3, 8), 38.5)]  # fmt: skip


def test_last_bar_of_a_whole_day_stays(body: dict[str, Any]) -> None:
    """A last bar of its session's open is whole once the last trade was at or after 16:00."""
    body["timestamp"].pop()
    body["indicators"]["quote"][0]["close"] = [38.4, 38.5, 38.6]
    body["meta"]["regularMarketTime"] = 1710187200  # 2024-03-11 16:00 in New York
    assert _read(_packed(body))[-1] == ("xlre_close", date(2024, 3, 11), 38.6)
    body["meta"]["regularMarketTime"] = 1710187199
    assert _read(_packed(body))[-1] == ("xlre_close", date(2024, 3, 8), 38.5)
    del body["meta"]["regularMarketTime"]
    assert _read(_packed(body))[-1] == ("xlre_close", date(2024, 3, 11), 38.6)


def test_volumes_where_asked(body: dict[str, Any]) -> None:
    """Shares traded follow the closes, day by day; a null or a 0 has no row."""
    body["indicators"]["quote"][0]["volume"] = [81_234_500, 0, None, 12]
    frame = parse_chart(_packed(body), symbol="XLRE", series_id="c", volume_id="v")
    rows = frame.collect(engine="in-memory").rows()
    assert [row for row in rows if row[0] == "v"] == [("v", date(2024, 3, 7), 81_234_500.0)]
    assert [row for row in rows if row[0] == "c"] == [
        ("c", *row[1:]) for row in _read(_packed(body))]  # fmt: skip


def test_volumes_of_another_length_refused(body: dict[str, Any]) -> None:
    """As many volumes as times, or none is believed."""
    body["indicators"]["quote"][0]["volume"] = [1, 2]
    with pytest.raises(SourceError, match=r"4 times and 2 volumes; accepted are as many"):
        parse_chart(_packed(body), symbol="XLRE", series_id="c", volume_id="v")


def test_stated_error_refused_with_its_message() -> None:
    """What the publisher says is passed on, without anything like a key."""
    payload = (
        b'{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol '
        b'may be delisted 0123456789abcdef0123456789abcdef"}}}'
    )
    with pytest.raises(SourceError, match="No data found, symbol may be delisted <key>"):
        _read(payload)


@pytest.mark.parametrize(("name", "value"), [
    ("symbol", "XLU"), ("exchangeTimezoneName", "Europe/London"), ("gmtoffset", 0),
    ("dataGranularity", "1wk"), ("regularMarketTime", "16:00"), ("regularMarketTime", 10**12),
])  # fmt: skip
def test_another_chart_refused(body: dict[str, Any], name: str, value: object) -> None:
    """Another symbol, exchange or interval than asked for is named."""
    body["timestamp"].pop()
    body["indicators"]["quote"][0]["close"].pop()
    body["meta"][name] = value
    with pytest.raises(SourceError, match=f"yahoo XLRE: meta.{name} is"):
        _read(_packed(body))


@pytest.mark.parametrize(("place", "stamp", "named"), [
    (0, 1709821801, "bar 1 is of 2024-03-07 09:30:01"), (1, 1709821800, "2024-03-07 follows"),
    (0, 1709908200 + 259_200 - 3600, "2024-03-08 follows 2024-03-11"), (0, None, "time 1 is"),
    (0, 0, "time 1 is"), (0, 10**13, "time 1 is"), (0, 1709821800.0, "time 1 is"),
])  # fmt: skip
def test_strange_times_refused(body: dict[str, Any], place: int, stamp: object, named: str) -> None:
    """A bar that is not of a session's open, or days out of order, put closes on wrong dates."""
    body["timestamp"][place] = stamp
    with pytest.raises(SourceError, match=f"yahoo XLRE: {named}"):
        _read(_packed(body))


@pytest.mark.parametrize("close", ["38.4", True, -1, 0, {}])
def test_strange_close_refused(body: dict[str, Any], close: object) -> None:
    """A close is a price or null."""
    body["indicators"]["quote"][0]["close"][0] = close
    with pytest.raises(SourceError, match="yahoo XLRE: close 1 is"):
        _read(_packed(body))


def test_lists_of_different_lengths_refused(body: dict[str, Any]) -> None:
    """A missing close would shift all that follow it by a day."""
    body["indicators"]["quote"][0]["close"].pop()
    with pytest.raises(SourceError, match="4 times and 3 closes"):
        _read(_packed(body))


def test_bar_stamped_with_the_last_trade_is_left_out(body: dict[str, Any]) -> None:
    """After the close today's bar still bears its last trade's time: it is read a session later."""
    body["timestamp"][-1] = body["meta"]["regularMarketTime"] = 1710273601  # 2024-03-12 16:00:01
    assert _read(_packed(body))[-1] == ("xlre_close", date(2024, 3, 8), 38.5)
