"""FRED's, the BLS's and the BIS's JSON bodies give published figures or are refused."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time

import polars as pl
import pytest

from sources import bis, bls, fred
from sources.bis import parse_exchange_rates
from sources.bls import parse_series
from sources.errors import SourceError
from sources.fred import parse_release_dates, parse_snapshot, parse_vintages

Parse = Callable[[bytes], pl.LazyFrame]
Body = Callable[[str], bytes]
Rowed = Callable[[pl.LazyFrame], list[tuple[object, ...]]]


def _vintages(payload: bytes) -> pl.LazyFrame:
    return parse_vintages(payload, series_id="GDPC1")


def _snapshot(payload: bytes) -> pl.LazyFrame:
    return parse_snapshot(payload, series_id="VIXCLS")


BODIES: list[tuple[Parse, str]] = [
    (_vintages, "fred/vintages.json"),
    (_snapshot, "fred/snapshot.json"),
    (parse_release_dates, "fred/release_dates.json"),
    (parse_series, "bls/timeseries.json"),
    (parse_exchange_rates, "bis/eer.json"),
]
each_body = pytest.mark.parametrize(("parse", "name"), BODIES)


def test_vintages_known_at_release(body: Body, rowed: Rowed) -> None:
    """Each version counts as known at 08:30 New York of the day its window starts."""
    assert rowed(_vintages(body("fred/vintages.json"))) == [
        ("GDPC1", date(2019, 10, 1), 100.5, datetime(2020, 2, 27, 13, 30, tzinfo=UTC)),
        ("GDPC1", date(2020, 1, 1), 98.0, datetime(2020, 4, 29, 12, 30, tzinfo=UTC)),
        ("GDPC1", date(2020, 1, 1), 97.9, datetime(2020, 5, 28, 12, 30, tzinfo=UTC)),
        ("GDPC1", date(2020, 1, 1), -0.293, datetime(2020, 6, 25, 12, 30, tzinfo=UTC)),
    ]


def test_vintages_by_the_publishers_hour(body: Body, rowed: Rowed) -> None:
    """A publisher that releases in the afternoon has its own hour."""
    payload = body("fred/vintages.json")
    rows = rowed(parse_vintages(payload, series_id="WALCL", at=time(16, 30)))
    assert rows[0][-1] == datetime(2020, 2, 27, 21, 30, tzinfo=UTC)


def test_narrow_window_refused(body: Body) -> None:
    """A window that cuts vintages to itself is refused: its dates are not publication dates."""
    with pytest.raises(SourceError, match="every vintage"):
        _vintages(body("fred/snapshot.json"))


def test_snapshot_has_no_stamps(body: Body, rowed: Rowed) -> None:
    """A series as known on one day: missing value left out, no time stated."""
    assert rowed(_snapshot(body("fred/snapshot.json"))) == [("VIXCLS", date(2020, 1, 2), 12.47)]


def test_vintages_are_no_snapshot(body: Body) -> None:
    """Several versions of one date contradict each other in a snapshot."""
    with pytest.raises(SourceError, match="two different rows"):
        _snapshot(body("fred/vintages.json"))


def test_release_dates_are_events(body: Body, rowed: Rowed) -> None:
    """CPI, PPI and GDP dates are events known a week before; other releases are left out."""
    assert rowed(parse_release_dates(body("fred/release_dates.json"))) == [
        ("cpi", date(2026, 7, 14), datetime(2026, 7, 7, 22, 0, tzinfo=UTC)),
        ("gdp", date(2026, 1, 29), datetime(2026, 1, 22, 23, 0, tzinfo=UTC)),
        ("ppi", date(2026, 7, 15), datetime(2026, 7, 8, 22, 0, tzinfo=UTC)),
    ]


def test_bls_months(body: Body, rowed: Rowed) -> None:
    """Months of two series, oldest first; no annual mean, and no row for the CPI never collected."""
    assert rowed(parse_series(body("bls/timeseries.json"))) == [
        ("CUSR0000SA0", date(2025, 9, 1), 324.5),
        ("CUSR0000SA0", date(2025, 11, 1), 325.031),
        ("WPSFD4", date(2025, 8, 1), 149.2),
    ]


def test_bis_months(body: Body, rowed: Rowed) -> None:
    """Positions become the key and the month; a null has no row."""
    assert rowed(parse_exchange_rates(body("bis/eer.json"))) == [
        ("WS_EER: M.R.B.US", date(2023, 1, 1), 102.35),
        ("WS_EER: M.R.B.US", date(2023, 3, 1), 101.9),
    ]


def test_fred_error_said_without_key() -> None:
    """FRED's error is passed on, the key in it is not."""
    key = "0123456789abcdef0123456789abcdef"
    said = {"error_code": 400, "error_message": f"Bad Request. The value {key} is not registered."}
    with pytest.raises(SourceError, match="error 400: 'Bad Request") as refusal:
        _vintages(json.dumps(said).encode())
    assert key not in str(refusal.value)


def test_bls_refusal_said_without_key() -> None:
    """The BLS answers 200 with a status: it is passed on, the key in it is not."""
    key = "0123456789abcdef0123456789abcdef"
    said = {"status": "REQUEST_NOT_PROCESSED", "message": [f"The key:{key} is invalid"]}
    with pytest.raises(SourceError, match="status is 'REQUEST_NOT_PROCESSED'") as refusal:
        parse_series(json.dumps(said).encode())
    assert key not in str(refusal.value)


@pytest.mark.parametrize("parse", [parse for parse, _ in BODIES])
@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b"null", b"<html></html>", b"\xff\xfe{}", b"{}", b'{"a": NaN}',
     b'{"a": 1, "a": 2}', b"[" * 100_000, b'{"a":' * 100_000, b'{"a": ' + b"9" * 5_000 + b"}"],
    ids=["empty", "open", "list", "null", "page", "utf-16", "nothing", "nan", "twice", "deep list",
         "deep object", "big integer"],
)  # fmt: skip
def test_fault_f16_other_json_refused(parse: Parse, payload: bytes) -> None:
    """Depth bombs, doubled names, numbers that JSON does not have, other bodies: refused."""
    with pytest.raises(SourceError):
        parse(payload)


@each_body
def test_fault_f05_cut_anywhere_refused(parse: Parse, name: str, body: Body) -> None:
    """A body cut at any byte is refused."""
    whole = body(name).rstrip()
    for end in range(0, len(whole), 7):
        with pytest.raises(SourceError):
            parse(whole[:end])


@pytest.mark.parametrize(
    ("at", "old", "new"),
    [
        (0, b'"97.90"', b'"97,90"'),
        (0, b'"97.90"', b'"NaN"'),
        (0, b'"97.90"', b'"9.79e1"'),
        (0, b'"97.90"', b"97.90"),
        (0, b'"97.90"', b'"-"'),
        (0, b'"2020-05-28"', b'"05/28/2020"'),
        (0, b'"2020-05-28"', b'"2020-04-29"'),
        (0, b'"2020-06-24"', b'"2020-05-27"'),
        (0, b'"count": 5', b'"count": 6'),
        (0, b'"limit": 100000', b'"limit": 4'),
        (0, b'"units": "lin"', b'"units": "pch"'),
        (2, b'"release_id": 10', b'"release_id": "10"'),
        (2, b'"date": "2026-07-14"', b'"date": "2026-7-14"'),
        (2, b'"count": 4', b'"count": 400'),
        (3, b'"324.5"', b'"1,324.5"'),
        (3, b'"WPSFD4"', b'"WPSFD49"'),
        (4, b'"id": "US"', b'"id": "<b>"'),
        (3, b'"M09"', b'"M08"'),
        (3, b'"M09"', b'"Q03"'),
        (3, b'"2025", "period": "M09"', b'"25", "period": "M09"'),
        (3, b'"M09", "periodName": "September"', b'"M11", "periodName": "November"'),
        (4, b'"0": ["102.35"', b'"9": ["102.35"'),
        (4, b'"0": ["102.35"', b'"0": [102.35'),
        (4, b'"0": ["102.35"', b'"2": ["102.35"'),
        (4, b'"0:0:0:0"', b'"0:0:0"'),
        (4, b'"0:0:0:0"', b'"0:0:0:1"'),
        (4, b"2023-02-01T00:00:00", b"2023-02"),
        (4, b"2023-03-01T00:00:00", b"2023-01-01T00:00:00"),
        (4, b"BIS:WS_EER", b"ECB:WS_EER"),
        (4, b"BIS:WS_EER(1.0)", b"BIS:WS_SPP(1.0)"),
    ],
)
def test_altered_body_refused(at: int, old: bytes, new: bytes, body: Body) -> None:
    """Other numerals, dates, names, positions, a short page or two values for one month: refused."""
    parse, name = BODIES[at]
    assert old in body(name)
    with pytest.raises(SourceError):
        parse(body(name).replace(old, new, 1))


def test_addresses() -> None:
    """Requests state what decides how the answer reads, and hold no key."""
    vintages = fred.vintages_request("GDPC1", offset=100_000)
    assert ("realtime_start", "1776-07-04") in vintages.params
    assert ("offset", "100000") in vintages.params
    assert "api_key" not in dict(vintages.params)
    assert dict(fred.release_dates_request(10).params)["release_id"] == "10"
    assert bis.exchange_rate_request().path.endswith("/WS_EER/1.0/M.R.B.US")
    assert bls.body(2024, 2026)["seriesid"] == ["CUSR0000SA0", "CUSR0000SA0L1E", "WPSFD4"]
