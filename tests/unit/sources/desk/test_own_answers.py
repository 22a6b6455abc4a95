"""The user's answers: read to the letter, every slip answered, nothing counted twice."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.raw import RAW_ANSWER
from sources import market
from sources.dataset import Provenance
from sources.errors import SourceError
from sources.knowledge import Held
from sources.own_answers import LARGEST, answers_dataset, is_answers, parse_answers

DATA = Path(__file__).resolve().parents[3] / "data" / "answers" / "answers.csv"
HEADER = "session,layer_id,answer,answered_on,reason\n"
ROW = "2018-02-05,L1,accepted,2018-02-06,"
NOON = datetime(2018, 2, 6, 17, tzinfo=UTC)  # in New York
NEXT_NOON = datetime(2018, 2, 7, 17, tzinfo=UTC)


def _read(text: str | bytes) -> list[dict[str, object]]:
    payload = text if isinstance(text, bytes) else (HEADER + text).encode()
    return parse_answers(payload, file="mine/answers.csv").collect(engine="in-memory").to_dicts()


def test_answers_are_read_as_written() -> None:
    """Six rows, their reasons with comma and quotation mark whole, an empty one null."""
    rows = _read(DATA.read_bytes())
    assert len(rows) == 6
    assert [row["answer_reason"] for row in rows] == [
        None, "too late, the spike is over", None, "as asked", "nothing to do", 'he said "why not"',
    ]  # fmt: skip
    assert rows[1] == {
        "session": date(2018, 2, 6), "layer_id": "L1", "answer": "declined",
        "answered_on": date(2018, 2, 7), "answer_reason": "too late, the spike is over",
    }  # fmt: skip


def test_spreadsheet_habits_are_read() -> None:
    """A byte-order mark, CRLF and no last line end are no mistakes; a header alone is no answer."""
    assert len(_read(b"\xef\xbb\xbf" + (HEADER + ROW).replace("\n", "\r\n").encode())) == 1
    assert _read("") == []


@pytest.mark.parametrize(("row", "said"), [
    ("2018-02-05,L1,accepted,2018-02-06", "has 4 cells; accepted is 5 cells.*keep the comma"),
    (ROW + "late, as always", "has 6 cells.*in quotes"),
    (ROW + '"late', "is not well quoted.*twice"),
    ("\n" + ROW, "has 0 cells.*remove the line"),
    ("2018-02-04,L1,accepted,2018-02-06,", "a Sunday on which the exchange is closed.*2018-02-05"),
    ("02/05/2018,L1,accepted,2018-02-06,", "session is '02/05/2018'; accepted is a day as 2024"),
    ("20180205,L1,accepted,2018-02-06,", "session is '20180205'"),
    ("2018-02-30,L1,accepted,2018-03-06,", "session is '2018-02-30'"),
    ("2118-02-05,L1,accepted,2118-02-06,", "to 2100-01-01; correct the date"),
    ("2018-02-05,l1,accepted,2018-02-06,", "layer_id is 'l1'; accepted is L1 or L2 or L3 or SE"),
    ("2018-02-05,L1,Accepted,2018-02-06,", "answer is 'Accepted'; accepted is accepted or decl"),
    ("2018-02-05,L1, accepted,2018-02-06,", "answer is ' accepted'.*without blanks"),
    ("2018-02-05,L1,accepted,,", "answered_on is ''"),
    ("2018-02-05,L1,accepted,2018-02-02,", "answered_on is 2018-02-02, before the session"),
    (ROW + "x" * 501, "reason has 501 characters; accepted is at most 500"),
    (ROW + "\n" + ROW, "L1 of 2018-02-05 stands in line 2 already.*one row a session and layer"),
    (ROW + "\n" + ROW.replace("accepted", "declined"), "stands in line 2 already"),
])  # fmt: skip
def test_mistake_is_explained(row: str, said: str) -> None:
    """File, line, what was found, what is accepted and what to do, for each mistake."""
    with pytest.raises(SourceError, match=rf"^answers\.csv: line [23], (?s:.*){said}") as caught:
        _read(row + "\n")
    assert "; accepted is " in str(caught.value)


@pytest.mark.parametrize(("payload", "said"), [
    (b"", "empty"),
    (b"\xff\xfe", "not UTF-8"),
    (b"<html>", "a web page"),
    (b"session;layer_id;answer;answered_on;reason\n", "line 1, .*with commas, not semicolons"),
    (b"session,layer,answer,answered_on,reason\n", "line 1, the header is .*write the first line"),
    (b"#" * (LARGEST + 1), "more than 1,000,000 bytes"),
])  # fmt: skip
def test_what_is_no_such_file_is_refused(payload: bytes, said: str) -> None:
    """Another file altogether is refused as what it is."""
    with pytest.raises(SourceError, match=said):
        _read(payload)


def test_file_is_known_by_name_or_header() -> None:
    """The usual name or the header makes a file one of answers, right or wrong."""
    assert is_answers(b"nonsense", "Answers")
    assert is_answers(b"\xef\xbb\xbfsession,layer_id,x", "mine")
    assert not is_answers(b"session,open_at", "mine")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A file that has gone between plan and reading is named with its setting."""
    fetch = answers_dataset(tmp_path / "answers.csv").fetch
    assert fetch is not None
    with pytest.raises(SourceError, match="VOLBRIEF_ANSWERS"):
        fetch()


def _raw(text: str, at: datetime, before: pl.DataFrame, seen_at: datetime | None) -> pl.DataFrame:
    """The table after a copy of the file that came at a time."""
    dataset, provenance = answers_dataset(None), Provenance(at, "0" * 64)
    timed = market.raw_rows(
        dataset, (HEADER + text).encode(), source="sample", sessions=None, provenance=provenance
    )
    news = market.news(dataset, timed.rows, Held(before.lazy(), seen_at), provenance)
    return pl.concat([before, news.collect(engine="in-memory")])


NOTHING = pl.DataFrame(schema=RAW_ANSWER.schema)


def _known(rows: pl.DataFrame) -> list[tuple[str, datetime]]:
    return [(row["answer"], row["available_at"]) for row in rows.to_dicts()]


def test_old_answer_is_known_at_its_day_s_end() -> None:
    """Of a first copy each answer counts from 23:59 New York of its day: 04:59 UTC in winter."""
    rows = _raw(ROW + "\n", datetime(2026, 1, 2, tzinfo=UTC), NOTHING, None)
    assert _known(rows) == [("accepted", datetime(2018, 2, 7, 4, 59, tzinfo=UTC))]


def test_answer_of_the_day_is_known_once_seen() -> None:
    """What the file shows at noon is known at noon."""
    assert _known(_raw(ROW + "\n", NOON, NOTHING, None)) == [("accepted", NOON)]


def test_backdated_answer_is_known_when_first_seen() -> None:
    """An answer that an earlier copy had not, though its day was over, counts from its arrival."""
    later = ROW.replace("02-05", "02-02").replace("02-06", "02-05")
    first = _raw(ROW + "\n", NOON, NOTHING, None)
    rows = _raw(f"{ROW}\n{later}\n", NEXT_NOON, first, NOON)
    assert _known(rows)[1:] == [("accepted", NEXT_NOON)]


def test_changed_answer_is_news() -> None:
    """A changed answer is a row of its own from when it was seen; an unchanged or lost one is none."""
    first = _raw(ROW + "\n", NOON, NOTHING, None)
    second = _raw(ROW.replace("accepted", "declined") + "\n", NEXT_NOON, first, NOON)
    assert _known(second) == [("accepted", NOON), ("declined", NEXT_NOON)]
    same = _raw(ROW.replace("accepted", "declined") + "\n", NEXT_NOON, second, NEXT_NOON)
    assert _known(same) == _known(second)
    assert _known(_raw("", NEXT_NOON, second, NEXT_NOON)) == _known(second)


def test_answer_of_tomorrow_is_left_out() -> None:
    """A day that had not come in New York when the file did is a slip and no row."""
    dataset = answers_dataset(None)
    timed = market.raw_rows(
        dataset, (HEADER + ROW.replace("02-06", "02-07") + "\n").encode(), source="sample",
        sessions=None, provenance=Provenance(NOON, ""),
    )  # fmt: skip
    assert timed.rows.collect(engine="in-memory").height == 0
    assert timed.left_out.collect(engine="in-memory").height == 1


def test_archived_copies_are_read_without_the_file() -> None:
    """Bytes of answers in the archive have a reader, whatever the market."""
    for source in ("sample", "simulated", "live"):
        found = market.archived(source, "answers")
        assert found is not None
        assert found.table == RAW_ANSWER
