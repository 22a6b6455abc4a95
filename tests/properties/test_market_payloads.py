"""Whatever happens to a market publisher's bytes, a parser refuses them or reads untouched rows.

An edit that turns one plausible figure into another cannot be seen in one file; the checks across
series are for that. What is held here: no exception but a refusal, no row lost, no row invented,
and no row changed but those of the edited line.
"""

import os
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.breadth import parse_breadth, parse_own_breadth
from sources.cboe import broken_bars, parse_index, parse_vix_mirror
from sources.cboe_chain import parse_chain, parse_quote_table
from sources.cfe import left_out_of_contract, parse_contract, parse_settlements
from sources.errors import SourceError

Parser = Callable[[bytes], pl.LazyFrame]
Rows = list[tuple[object, ...]]

DATA = Path(__file__).resolve().parents[1] / "data"
PAYLOADS = int(os.environ.get("PAYLOADS_PER_PARSER", "200"))
MANY = pytest.param(10 * PAYLOADS, marks=pytest.mark.slow)
PARSERS: dict[str, tuple[str, Parser]] = {
    "bars": ("cboe/VIX_History.csv", partial(parse_index, symbol="VIX")),
    "closes": ("cboe/VVIX_History.csv", partial(parse_index, symbol="VVIX")),
    "mirror": ("cboe/VIX_History.csv", parse_vix_mirror),
    "broken bars": ("cboe/VIX_History.csv", partial(broken_bars, symbol="VIX")),
    "day": ("cfe/day.csv", partial(parse_settlements, day=date(2026, 9, 8))),
    "archive": ("cfe/archive.csv", parse_contract),
    "contract": ("cfe/contract.csv", parse_contract),
    "left out": ("cfe/archive.csv", left_out_of_contract),
    "chain": ("cboe/_SPX.json", partial(parse_chain, symbol="_SPX")),
    "English table": ("cboe/quote_table_english.csv", parse_quote_table),
    "Spanish table": ("cboe/quote_table_spanish.csv", parse_quote_table),
    "breadth": ("breadth/NYSE_advn.csv", partial(parse_breadth, kind="advn")),
    "own breadth": ("breadth/own.csv", parse_own_breadth),
}
# A damaged line may take this many rows with it: a table's line holds two contracts, a line of own
# counts three; the header lines of the chains stamp every row.
STAMPED = {"chain", "English table", "Spanish table"}
PER_LINE = {"own breadth": 3}
LINE_BY_LINE = [name for name in PARSERS if name not in STAMPED | {"broken bars", "left out"}]
FORMATS = ("bars", "day", "archive", "chain", "English table", "breadth", "own breadth")
# The user's own file may lack its last line's end, so there a cut figure cannot be told.
SERVED = [name for name in PARSERS if name != "own breadth"]
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


@each_parser
def test_sample_is_read(name: str) -> None:
    """Each file of these tests is accepted while whole, so that a refusal means something."""
    file, parse = PARSERS[name]
    assert _rows(parse, (DATA / file).read_bytes())


@pytest.mark.parametrize("payloads", [PAYLOADS, MANY])
@each_parser
def test_malformed_payload_is_refused_or_read(name: str, payloads: int) -> None:
    """Bytes replaced, inserted, deleted and repeated: a refusal, or rows; nothing else escapes."""
    file, parse = PARSERS[name]
    payload = (DATA / file).read_bytes()

    @given(st.lists(EDITS, min_size=1, max_size=4))
    @settings(tried, max_examples=payloads)
    def holds(edits: list[tuple[str, float, bytes]]) -> None:
        _rows(parse, _edited(payload, edits))

    holds()


@pytest.mark.parametrize("name", FORMATS)
def test_foreign_payload_is_refused(name: str) -> None:
    """Bytes that are no such file at all are refused."""
    file, parse = PARSERS[name]
    payload = (DATA / file).read_bytes()

    @given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
    @tried
    def holds(foreign: bytes) -> None:
        assert _rows(parse, foreign) is None
        assert _rows(parse, foreign + b"<" + payload) is None

    holds()


@pytest.mark.parametrize("name", SERVED)
def test_fault_n09_cut_anywhere(name: str) -> None:
    """Cut at every byte: a refusal, or whole rows of the file as it was."""
    file, parse = PARSERS[name]
    payload = (DATA / file).read_bytes()
    whole = _rows(parse, payload) or []
    for cut in range(len(payload)):
        rows = _rows(parse, payload[:cut])
        assert rows is None or set(rows) <= set(whole), payload[:cut][-40:]


@pytest.mark.parametrize("name", LINE_BY_LINE)
def test_edit_reaches_no_other_line(name: str) -> None:
    """One byte changed: a refusal, or every row of the other lines as it was, and none more."""
    file, parse = PARSERS[name]
    payload = (DATA / file).read_bytes()
    whole = _rows(parse, payload) or []
    reach = PER_LINE.get(name, 1)

    @given(st.integers(0, len(payload) - 1), st.integers(0, 255))
    @tried
    def holds(at: int, byte: int) -> None:
        rows = _rows(parse, payload[:at] + bytes([byte]) + payload[at + 1 :])
        if rows is None:
            return
        assert len(set(whole) - set(rows)) <= reach
        assert len(set(rows) - set(whole)) <= reach

    holds()
