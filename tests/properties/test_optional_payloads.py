"""Whatever happens to an optional publisher's or a user's bytes: a refusal, or untouched rows.

An edit that turns one plausible figure into another cannot be seen in one file; the checks across
series are for that. What is held here: no exception but a refusal, no row lost, no row invented,
and no row changed but those of the edited line.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.defillama import parse_chain_tvl, parse_dex_volume
from sources.errors import SourceError
from sources.mev import parse_delivered
from sources.own_csv import parse_own, parse_own_close
from sources.wsj import parse_diary
from sources.yahoo import parse_chart

Parser = Callable[[bytes], pl.LazyFrame]
Rows = list[tuple[object, ...]]

DATA = Path(__file__).resolve().parents[1] / "data"
PAYLOADS = int(os.environ.get("PAYLOADS_PER_PARSER", "200"))
MANY = pytest.param(10 * PAYLOADS, marks=pytest.mark.slow)
SERIES = ("vvix_close", "skew_close")
PARSERS: dict[str, tuple[str, Parser]] = {
    "volume": ("defillama/dexs.json", parse_dex_volume),
    "locked": ("defillama/historicalChainTvl.json", parse_chain_tvl),
    "delivered": ("mev/delivered.json", parse_delivered),
    "diary": ("wsj/overview.json", parse_diary),
    "chart": ("yahoo/XLRE.json", partial(parse_chart, symbol="XLRE", series_id="xlre_close")),
    "own": ("own/figures.csv", partial(parse_own, series_ids=SERIES, file="own.csv")),
    "own series": (
        "own/vvix_close.csv",
        partial(parse_own, series_ids=SERIES, file="vvix_close.csv"),
    ),
    "own close": (
        "own/XLRE.csv",
        partial(parse_own_close, series_id="xlre_close", file="XLRE.csv"),
    ),
}
# A line of own figures holds two series; the diary's one date stands on all its rows.
PER_LINE = {"own": 2}
LINE_BY_LINE = [name for name in PARSERS if name != "diary"]
# The user's own file may lack its last line's end, so there a cut figure cannot be told.
SERVED = [name for name in PARSERS if not name.startswith("own")]
EDITS = st.tuples(st.sampled_from(["replace", "insert", "delete", "double"]), st.floats(0, 1),
                  st.one_of(st.binary(min_size=1, max_size=3),
                            st.sampled_from([b",", b"\n", b"-", b".", b'"', b"\x00", b"0", b"9",
                                             b"null", b"1e999", b"[", b"}", b"true"]),
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
    """Bytes replaced, inserted, deleted and repeated: a refusal, or rows without a null."""
    file, parse = PARSERS[name]
    payload = (DATA / file).read_bytes()

    @given(st.lists(EDITS, min_size=1, max_size=4))
    @settings(tried, max_examples=payloads)
    def holds(edits: list[tuple[str, float, bytes]]) -> None:
        rows = _rows(parse, _edited(payload, edits))
        assert rows is None or all(cell is not None for row in rows for cell in row)

    holds()


@each_parser
def test_foreign_payload_is_refused(name: str) -> None:
    """Bytes that are no such file at all are refused."""
    file, parse = PARSERS[name]
    payload = (DATA / file).read_bytes()

    @given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
    @tried
    def holds(foreign: bytes) -> None:
        assert foreign.strip() == b"[]" or _rows(parse, foreign) is None
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
