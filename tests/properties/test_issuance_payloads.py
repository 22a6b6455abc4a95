"""Whatever happens to the bytes of an issuance publisher, a parser refuses them or reads the rest.

An edit that turns one filing's form or one deal's amount into another plausible one cannot be seen
in one file; the checks across series are for that. What is held here: no exception but a refusal,
no figure out of its bounds, nothing read from a cut file but what the whole one says, and no count
moved but those that the edited line takes part in.
"""

import io
import os
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.edgar import left_out_of_daily_index, parse_daily_index, parse_quarter_index
from sources.errors import SourceError
from sources.midas import left_out_of_metrics, link_on_page, parse_metrics
from sources.nasdaq_ipo import parse_calendar

Parser = Callable[[bytes], pl.LazyFrame]
Rows = list[tuple[object, ...]]

DATA = Path(__file__).resolve().parents[1] / "data"
PAYLOADS = int(os.environ.get("PAYLOADS_PER_PARSER", "200"))
MANY = pytest.param(10 * PAYLOADS, marks=pytest.mark.slow)
DAY = date(2026, 9, 15)


def _zip_of(table: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as box:
        box.writestr("q2_2026_all.csv", table)
    return held.getvalue()


def _bytes(file: str) -> bytes:
    content = (DATA / file.removesuffix(".zip")).read_bytes()
    return _zip_of(content) if file.endswith(".zip") else content


def _metrics(table: bytes) -> pl.LazyFrame:
    return parse_metrics(_zip_of(table))


def _contradictions(table: bytes) -> pl.LazyFrame:
    return left_out_of_metrics(_zip_of(table))


def _link(page: bytes) -> pl.LazyFrame:
    return pl.LazyFrame({"path": [link_on_page(page).path]})


PARSERS: dict[str, tuple[str, Parser]] = {
    "day": ("sec/form.20260915.idx", partial(parse_daily_index, day=DAY)),
    "left out of day": ("sec/form.20260915.idx", partial(left_out_of_daily_index, day=DAY)),
    "quarter": ("sec/form.idx", parse_quarter_index),
    "calendar": ("nasdaq/calendar.json", parse_calendar),
    "calendar of month": (
        "nasdaq/calendar.json",
        partial(parse_calendar, month=date(2026, 8, 1)),
    ),
    "zip": ("sec/q2_2026_all.csv.zip", parse_metrics),
    "table": ("sec/q2_2026_all.csv", _metrics),
    "left out of table": ("sec/q2_2026_all.csv", _contradictions),
    "page": ("sec/marketstructuredata-security.html", _link),
}
FIGURES = ("day", "quarter", "calendar", "calendar of month", "zip", "table")
# A table is cut inside its zip, which has check sums; a page's links may come before the cut.
CUT = [name for name in PARSERS if name not in {"table", "left out of table", "page"}]
# A filing that changes its form or its day leaves one count and enters another; a day that no row
# had before has a count of each kind.
REACH = {"day": 2, "quarter": 6}
EDITS = st.tuples(st.sampled_from(["replace", "insert", "delete", "double"]), st.floats(0, 1),
                  st.one_of(st.binary(min_size=1, max_size=3),
                            st.sampled_from([b",", b"\n", b"-", b".", b'"', b"\x00", b"0", b"9"]),
                            ))  # fmt: skip

each_parser = pytest.mark.parametrize("name", PARSERS)
tried = settings(max_examples=PAYLOADS, deadline=None, database=None)


def _rows(parse: Parser, payload: bytes) -> Rows | None:
    """The rows, or nothing where the parser refused; any other exception fails the test."""
    try:
        return parse(payload).collect(engine="in-memory").rows()
    except SourceError:
        return None


def _edited(payload: bytes, edits: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, patch in edits:
        at = int(where * len(payload))
        tail = {"replace": at + len(patch), "insert": at, "delete": at + len(patch), "double": at}
        put = {"replace": patch, "insert": patch, "delete": b"", "double": payload[at : at + 9]}
        payload = payload[:at] + put[kind] + payload[tail[kind] :]
    return payload


def _by_key(rows: Rows) -> dict[tuple[object, ...], float]:
    return {row[:2]: float(str(row[2])) for row in rows}


def _hold_bounds(rows: Rows) -> None:
    """Each series has one value a day, finite and not negative; counts are whole."""
    keys = [row[:2] for row in rows]
    assert len(set(keys)) == len(keys)
    for series_id, _, value in rows:
        assert isinstance(value, float)
        assert 0 <= value < float("inf")
        whole = str(series_id).endswith(("_filings", "_amendments", "_count"))
        assert not whole or value == int(value)


@each_parser
def test_sample_is_read(name: str) -> None:
    """Each file of these tests is accepted while whole, so that a refusal means something."""
    file, parse = PARSERS[name]
    rows = _rows(parse, _bytes(file))
    assert rows == [] if name == "left out of table" else rows


@pytest.mark.parametrize("payloads", [PAYLOADS, MANY])
@each_parser
def test_malformed_payload_is_refused_or_read(name: str, payloads: int) -> None:
    """Bytes replaced, inserted, deleted, repeated: a refusal, or figures within their bounds."""
    file, parse = PARSERS[name]
    payload = _bytes(file)

    @given(st.lists(EDITS, min_size=1, max_size=4))
    @settings(tried, max_examples=payloads)
    def holds(edits: list[tuple[str, float, bytes]]) -> None:
        rows = _rows(parse, _edited(payload, edits))
        if rows is not None and name in FIGURES:
            _hold_bounds(rows)

    holds()


@each_parser
def test_foreign_payload_is_refused(name: str) -> None:
    """Bytes that are no such file at all are refused."""
    _, parse = PARSERS[name]

    @given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
    @tried
    def holds(foreign: bytes) -> None:
        assert _rows(parse, foreign) is None

    holds()


@pytest.mark.parametrize("name", CUT)
def test_fault_n09_cut_anywhere(name: str) -> None:
    """Cut at every byte: a refusal, or whole rows of the file as it was."""
    file, parse = PARSERS[name]
    payload = _bytes(file)
    whole = _rows(parse, payload) or []
    for cut in range(len(payload)):
        rows = _rows(parse, payload[:cut])
        assert rows is None or set(rows) <= set(whole), payload[:cut][-40:]


@pytest.mark.parametrize("name", REACH)
def test_edit_reaches_no_other_count(name: str) -> None:
    """One byte changed: a refusal, or no count moved but by one, and few of them."""
    file, parse = PARSERS[name]
    payload = _bytes(file)
    whole = _by_key(_rows(parse, payload) or [])

    @given(st.integers(0, len(payload) - 1), st.integers(32, 126))
    @tried
    def holds(at: int, byte: int) -> None:
        rows = _rows(parse, payload[:at] + bytes([byte]) + payload[at + 1 :])
        if rows is None:
            return
        found = _by_key(rows)
        moved = {key for key in whole.keys() | found.keys() if whole.get(key) != found.get(key)}
        assert len(moved) <= REACH[name]
        for key in moved & whole.keys() & found.keys():
            assert abs(whole[key] - found[key]) == 1.0

    holds()


@given(st.integers(0, 10**6), st.integers(1, 255))
@tried
def test_edit_of_a_zip_is_seen(at: int, flip: int) -> None:
    """One byte of the packed table changed: the zip's check sum refuses it, whatever it says."""
    payload = _bytes("sec/q2_2026_all.csv.zip")
    start = payload.index(b"Date,Security")
    length = len(_bytes("sec/q2_2026_all.csv"))
    at = start + at % length
    edited = payload[:at] + bytes([payload[at] ^ flip]) + payload[at + 1 :]
    assert _rows(parse_metrics, edited) is None
