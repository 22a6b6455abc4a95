"""Whatever is wrong in a file of answers, it is refused at its line; nothing else escapes."""

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.errors import SourceError
from sources.own_answers import ANSWERS, HEADER, LAYERS, parse_answers

WHOLE = (Path(__file__).resolve().parents[1] / "data" / "answers" / "answers.csv").read_bytes()
PAYLOADS = int(os.environ.get("PAYLOADS_PER_PARSER", "200"))
MANY = pytest.param(10 * PAYLOADS, marks=pytest.mark.slow)
Row = tuple[date, str, str, date, str | None]

tried = settings(max_examples=PAYLOADS, deadline=None, database=None)
EDITS = st.tuples(st.sampled_from(["replace", "insert", "delete", "double"]), st.floats(0, 1),
                  st.one_of(st.binary(min_size=1, max_size=3),
                            st.sampled_from([b",", b"\n", b"-", b'"', b'""', b"\x00", b"0", b"9"]),
                            ))  # fmt: skip
# Values that no row may have in the column, whatever its other cells are.
WRONG = {
    "session": st.sampled_from(["", "2018-02-04", "2018-13-01", "2018-2-5", "05.02.2018", "43136",
                                "2018-02-05T00:00", "2018-W06-1", "1018-02-05", " 2018-02-05"]),
    "layer_id": st.sampled_from(["", "l1", "L4", "ic", "condor", "L1 ", "1"]),
    "answer": st.sampled_from(["", "yes", "ACCEPTED", "accept", "accepted.", "1", "true"]),
    "answered_on": st.sampled_from(["", "2018-02-02", "0001-01-01", "2101-01-01", "today", "tomorrow"]),
    "reason": st.sampled_from(['"', '"a"b', "a\tb", "a\x07b", "x" * 501, "a,b", "\u202eabc"]),
}  # fmt: skip


def _read(payload: bytes) -> list[Row] | None:
    """The rows, or nothing where they were refused; any other exception fails the test."""
    try:
        return parse_answers(payload).collect(engine="in-memory").rows()
    except SourceError:
        return None


def _edited(payload: bytes, edits: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, patch in edits:
        at = int(where * len(payload))
        tail = at if kind in {"insert", "double"} else at + len(patch)
        put = {"delete": b"", "double": payload[at : at + 9]}.get(kind, patch)
        payload = payload[:at] + put + payload[tail:]
    return payload


def test_file_is_read_while_whole() -> None:
    """The file of these tests is accepted, so that a refusal means something."""
    assert len(_read(WHOLE) or []) == WHOLE.count(b"\n") - 1


@pytest.mark.parametrize("payloads", [PAYLOADS, MANY])
def test_edited_answers_are_refused_or_read(payloads: int) -> None:
    """Bytes replaced, inserted, deleted and repeated: a refusal, or rows that say only what may be."""

    @given(st.lists(EDITS, min_size=1, max_size=4))
    @settings(tried, max_examples=payloads)
    def holds(edits: list[tuple[str, float, bytes]]) -> None:
        rows = _read(_edited(WHOLE, edits)) or []
        assert len({row[:2] for row in rows}) == len(rows)
        for session, layer, answer, answered_on, _ in rows:
            assert layer in LAYERS
            assert answer in ANSWERS
            assert answered_on >= session

    holds()


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@tried
def test_foreign_payload_is_refused(foreign: bytes) -> None:
    """Bytes that are no such file at all are refused, and so is the file behind a web page's mark."""
    assert _read(foreign) is None
    assert _read(foreign + b"<" + WHOLE) is None


@pytest.mark.parametrize("name", HEADER)
def test_wrong_cell_is_refused_at_its_line(name: str) -> None:
    """One cell wrong: refused, naming the line."""

    @given(WRONG[name], st.integers(0, 3))
    @tried
    def holds(wrong: str, before: int) -> None:
        good = ["2018-02-06,L1,accepted,2018-02-07,", "2018-02-07,L1,declined,2018-02-08,x",
                "2018-02-08,IC,accepted,2018-02-09,"][:before]  # fmt: skip
        cells = {"session": "2018-02-05", "layer_id": "L1", "answer": "accepted",
                 "answered_on": "2018-02-06", "reason": "", name: wrong}  # fmt: skip
        text = "\n".join([",".join(HEADER), *good, ",".join(cells.values())])
        with pytest.raises(SourceError, match=rf"line {2 + len(good)}\b"):
            parse_answers(text.encode())

    holds()


def test_cut_anywhere_is_refused_or_whole_rows() -> None:
    """Cut at every byte: a refusal, or the first rows of the file, the last one's reason aside."""
    whole = _read(WHOLE)
    assert whole is not None
    for end in range(len(WHOLE)):
        rows = _read(WHOLE[:end])
        if rows:
            assert [row[:4] for row in rows] == [row[:4] for row in whole[: len(rows)]]
