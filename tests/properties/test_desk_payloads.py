"""Whatever is wrong in a desk file, it is refused at its line; nothing else escapes the loader."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.desk import Desk, load_desk
from sources.desk_csv import parse_positions_csv
from sources.desk_document import parse_document
from sources.errors import SourceError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "docs" / "desk.example.yaml").read_text("utf-8")
BROKER = (ROOT / "tests" / "data" / "desk" / "broker.csv").read_bytes()
PAYLOADS = int(os.environ.get("PAYLOADS_PER_PARSER", "200"))
MANY = pytest.param(10 * PAYLOADS, marks=pytest.mark.slow)
tried = settings(max_examples=PAYLOADS, deadline=None, database=None)

_ODD = ("[]", "{}", "[1]", "{a: 1}", ".nan", ".inf", "1e999", "!!int 5",
        "&a 1", "*a", "2024-02-30")  # fmt: skip
# Values that no leg of the file may have in the field, whatever its other fields are.
WRONG = {
    "id": st.sampled_from(["", "~", "7", "' '", "'\\'", "true"]),
    "book": st.sampled_from(["''", "7", "2024-01-05", "- a"]),
    "layer": st.sampled_from(["", "L4", "l1", "se", "1"]),
    "instrument": st.sampled_from(["", "call", "futures", "Option", "0"]),
    "root": st.sampled_from(["", "SPY", "spx", "VXM", "SVXY", "100"]),
    "right": st.sampled_from(["C", "Put", "1", "true"]),
    "strike": st.one_of(
        st.sampled_from(["0", "-4300", "true", "0x10", "1:30", "4300.01", "4_30", "04300"]),
        st.floats(20_001, 1e12).map(str), st.floats(-1e12, -1).map(str),
    ),
    "expiry": st.sampled_from(["", "2024-02-24", "1924-02-20", "20240220", "'2024-02-20'",
                               "2024-02-20 10:00:00", "2024-13-01"]),
    "quantity": st.one_of(st.sampled_from(["", "0", "1.5", "0x10", "1:30", "true", "'10'", "010", "1e1"]),
                          st.integers(100_001).map(str), st.integers(max_value=-100_001).map(str)),
    "multiplier": st.one_of(
        st.integers(0, 2_000).filter(lambda m: m not in (1, 100, 1000)).map(str),
        st.sampled_from(["", "true", "100.5", "-100", "'100'"]),
    ),
    "entry_price": st.one_of(st.sampled_from(["true", "'1'", "1_0.5", "cheap"]),
                             st.floats(20_001, 1e12).map(str), st.floats(-1e12, -20_001).map(str)),
    "opened_on": st.sampled_from(["1024-01-05", "2024-01-05 10:30:00", "20240105", "yesterday", "1"]),
    "spot": st.one_of(st.sampled_from(["", "true", "'8'", "0", "-8.4", "cheap"]),
                      st.floats(10_001, 1e12).map(str), st.floats(-1e12, 0.49).map(str)),
    "spot_on": st.sampled_from(["", "1024-01-05", "2024-01-05 10:30:00", "20240105", "'2024-01-05'"]),
}  # fmt: skip


def _long_form() -> tuple[list[str], dict[tuple[int, str], int]]:
    """The example with a field a line, and the line of each field of each leg."""
    values = parse_document(EXAMPLE, file="example").values
    assert isinstance(values, dict)
    lines = ["version: 1", "name: x", "nav: 1_500_000", "positions:"]
    places: dict[tuple[int, str], int] = {}
    for number, leg in enumerate(values["positions"]):
        for mark, (name, value) in enumerate(leg.items()):
            if value is not None:
                places[number, name] = len(lines)
                lines.append(f"  {' ' if mark else '-'} {name}: {value}")
    return lines, places


LINES, PLACES = _long_form()


def _loaded(text: str) -> Desk | None:
    try:
        return load_desk(text, file="desk.yaml")
    except SourceError:
        return None


def test_long_form_is_accepted() -> None:
    """The file that the wrong values are put into is right without them."""
    desk, example = _loaded("\n".join(LINES)), _loaded(EXAMPLE)
    assert desk is not None
    assert example is not None
    assert desk.positions == example.positions


@pytest.mark.parametrize("desks", [PAYLOADS, MANY])
def test_wrong_field_is_refused_at_its_line(desks: int) -> None:
    """One field of one leg wrong: refused, naming the line of that field and what was found."""

    @given(st.data())
    @settings(tried, max_examples=desks)
    def holds(data: st.DataObject) -> None:
        number, name = data.draw(st.sampled_from(sorted(PLACES)))
        wrong = data.draw(st.one_of(WRONG[name], st.sampled_from(_ODD)))
        line = PLACES[number, name]
        text = [*LINES]
        text[line] = f"{text[line].partition(':')[0]}: {wrong}"
        with pytest.raises(SourceError) as caught:
            load_desk("\n".join(text), file="desk.yaml")
        told = str(caught.value)
        assert f"desk.yaml, line {line + 1}" in told, (text[line], told)
        assert "; accepted" in told

    holds()


@pytest.mark.parametrize("name", ["version", "name", "nav", "layer", "root", "quantity", "expiry"])
def test_missing_field_is_refused(name: str) -> None:
    """Any needed field left out of the desk or of the first leg is asked for by name."""
    text = [line for line in LINES if not line.strip(" -").startswith(f"{name}:")]
    with pytest.raises(SourceError, match=name):
        load_desk("\n".join(text), file="desk.yaml")


EDITS = st.lists(
    st.tuples(st.sampled_from(["replace", "insert", "delete"]), st.floats(0, 1),
              st.one_of(st.text(min_size=1, max_size=3),
                        st.sampled_from(["\n", ":", "-", ",", "[", "{", "&", "*", "!", '"', "0"]))),
    min_size=1, max_size=4,
)  # fmt: skip


def _edited(text: str, edits: list[tuple[str, float, str]]) -> str:
    for kind, where, patch in edits:
        at = int(where * len(text))
        tail = at if kind == "insert" else at + len(patch)
        text = text[:at] + ("" if kind == "delete" else patch) + text[tail:]
    return text


def _read(parse: Callable[[], object]) -> object:
    """What was read, or nothing where it was refused; any other exception fails the test."""
    try:
        return parse()
    except SourceError:
        return None


@pytest.mark.parametrize("payloads", [PAYLOADS, MANY])
def test_edited_desk_is_refused_or_read(payloads: int) -> None:
    """Characters replaced, inserted and deleted: a refusal, or a desk whose books are whole."""

    @given(EDITS)
    @settings(tried, max_examples=payloads)
    def holds(edits: list[tuple[str, float, str]]) -> None:
        desk = _loaded(_edited(EXAMPLE, edits))
        assert desk is None or all(book.width is None or book.width > 0 for book in desk.books)

    holds()


@pytest.mark.parametrize("payloads", [PAYLOADS, MANY])
def test_edited_statement_is_refused_or_read(payloads: int) -> None:
    """The same for a broker's CSV: a refusal, or positions whose contract agrees with itself."""

    @given(EDITS, st.binary(max_size=3))
    @settings(tried, max_examples=payloads)
    def holds(edits: list[tuple[str, float, str]], tail: bytes) -> None:
        payload = _edited(BROKER.decode(), edits).encode("utf-8", "surrogatepass") + tail
        _read(lambda: parse_positions_csv(payload))

    holds()


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
@tried
def test_foreign_text_is_refused(text: str) -> None:
    """A text that is no desk at all is refused by both readers."""
    assert _loaded(text) is None
    payload = text.encode("utf-8", "surrogatepass")
    assert _read(lambda: parse_positions_csv(payload)) is None
