"""What the user answered to recommendations: one small CSV, kept by hand, read to the letter.

Nothing is guessed: an answer that is read as another one would turn the score around. A mistake
refuses the whole file, with its line, what was found and what to do; the run goes on without it.
"""

import csv
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path, PurePath
from typing import NoReturn

import polars as pl

from schemas.live_feeds import OWN
from schemas.raw import RAW_ANSWER
from sources.calendar import is_session, nearest_sessions
from sources.dataset import Dataset
from sources.errors import SourceError
from sources.own_file import bytes_of
from sources.sheet import lines

NAME = "answers"
LARGEST = 1_000_000  # bytes
HEADER = ("session", "layer_id", "answer", "answered_on", "reason")
LAYERS = ("L1", "L2", "L3", "SE", "IC")
ANSWERS = ("accepted", "declined")
LONGEST_REASON = 500  # characters
EARLIEST, LATEST = date(1990, 1, 2), date(2100, 1, 1)  # the VIX begins in 1990

_SCHEMA = pl.Schema(
    {
        name: RAW_ANSWER.schema[name]
        for name in ("session", "layer_id", "answer", "answered_on", "answer_reason")
    }
)
_MISSING = (
    "found no regular file, and the setting VOLBRIEF_ANSWERS names it; accepted is a CSV file; put "
    "your answers there or name another file"
)
_SHOWN = 60  # characters of a strange cell in a message


def answers_dataset(path: Path | None) -> Dataset:
    """The user's answers; what was read of an earlier copy stays, and a changed answer is news.

    Args:
        path: the file; null for archived copies alone.
    """
    fetch = None if path is None else partial(bytes_of, path, LARGEST, _MISSING)
    return Dataset(
        NAME, RAW_ANSWER, parse_answers, fetch, publisher=OWN, terms="Yours",
        refuses_itself_only=True,
    )  # fmt: skip


def is_answers(payload: bytes, stem: str) -> bool:
    """Whether a file means to hold answers, by its name without the ending or by its header."""
    start = payload.removeprefix(b"\xef\xbb\xbf")[:16].lower()
    return stem.lower() == NAME or start == b"session,layer_id"


def parse_answers(payload: bytes, *, file: str = NAME) -> pl.LazyFrame:
    """The user's answers: the columns of ``raw_answer`` but its times and provenance.

    The header is ``session,layer_id,answer,answered_on,reason``; dates as 2024-01-31; a row for
    each answered recommendation, in any order. A header alone is a file without answers yet.

    Args:
        payload: the file's bytes; its last line may lack its end.
        file: what messages call the file.

    Raises:
        SourceError: too large, no such header, a row wider or narrower than it, a cell that is not
            what its column takes, or a layer answered twice at a session.
    """
    file = PurePath(file).name if file.isprintable() else repr(file)[:_SHOWN]
    if len(payload) > LARGEST:
        raise SourceError(
            f"{file}: found more than {LARGEST:,} bytes; accepted are {LARGEST:,}; see whether "
            "VOLBRIEF_ANSWERS names the right file"
        )
    header, *rows = lines(payload, file=file, cut_is_fatal=False)
    if header != ",".join(HEADER):
        _refuse(
            file, 1, f"the header is {_shown(header)}", repr(",".join(HEADER)), _separator(header)
        )
    seen: dict[tuple[date, str], int] = {}
    read = []
    for line, row in enumerate(rows, 2):
        answer = _answer(row, file, line)
        key = answer[:2]
        if key in seen:
            _refuse(file, line, f"{key[1]} of {key[0]} stands in line {seen[key]} already",
                    "one row a session and layer", "remove one; a changed answer replaces the old row")  # fmt: skip
        seen[key] = line
        read.append(answer)
    return pl.LazyFrame(read, schema=_SCHEMA, orient="row")


def _separator(header: str) -> str:
    marks = {";": "semicolons", "\t": "tabs"}
    used = next((name for mark, name in marks.items() if mark in header), None)
    return f"save the table with commas, not {used}" if used else "write the first line so"


def _answer(row: str, file: str, line: int) -> tuple[date, str, str, date, str | None]:
    """A row's cells, judged in the order of the columns."""
    cells = dict(zip(HEADER, _cells(row, file, line), strict=True))
    session = _day(cells, "session", file, line)
    _refuse_closed(session, file, line)
    for name, words in (("layer_id", LAYERS), ("answer", ANSWERS)):
        if cells[name] not in words:
            _refuse(file, line, f"{name} is {_shown(cells[name])}", " or ".join(words),
                    "write it so, without blanks and in this case")  # fmt: skip
    answered_on = _day(cells, "answered_on", file, line)
    if answered_on < session:
        _refuse(file, line, f"answered_on is {answered_on}, before the session {session}",
                "the session's day or later", "see whether the two dates are exchanged")  # fmt: skip
    if len(cells["reason"]) > LONGEST_REASON:
        _refuse(file, line, f"reason has {len(cells['reason'])} characters",
                f"at most {LONGEST_REASON}", "shorten it")  # fmt: skip
    return session, cells["layer_id"], cells["answer"], answered_on, cells["reason"] or None


def _cells(row: str, file: str, line: int) -> list[str]:
    accepted = f"{len(HEADER)} cells, {','.join(HEADER)}"
    try:
        found = next(csv.reader([row], strict=True), [])
    except csv.Error as error:
        _refuse(file, line, f"{_shown(row)} is not well quoted ({error})", accepted,
                'write a quotation mark inside quotes twice, as "he said ""no"""')  # fmt: skip
    if len(found) != len(HEADER):
        hint = (
            "remove the line" if not row
            else 'put a reason that holds a comma in quotes, as "late, as always"'
            if len(found) > len(HEADER)
            else "keep the comma before an empty reason"
        )  # fmt: skip
        _refuse(file, line, f"{_shown(row)} has {len(found)} cells", accepted, hint)
    return found


def _day(cells: Mapping[str, str], name: str, file: str, line: int) -> date:
    text, day = cells[name], None
    with suppress(ValueError):
        day = date.fromisoformat(text)
    if day is None or day.isoformat() != text or not EARLIEST <= day <= LATEST:
        _refuse(file, line, f"{name} is {_shown(text)}",
                f"a day as 2024-01-31, from {EARLIEST} to {LATEST}", "correct the date")  # fmt: skip
    return day


def _refuse_closed(session: date, file: str, line: int) -> None:
    if not is_session(session):
        before, after = nearest_sessions(session)
        _refuse(file, line, f"session is {session}, a {session:%A} on which the exchange is closed",
                "the session that the page's head names",
                f"the nearest are {before} and {after}")  # fmt: skip


def _refuse(file: str, line: int, found: str, accepted: str, hint: str) -> NoReturn:
    raise SourceError(f"{file}: line {line}, {found}; accepted is {accepted}; {hint}")


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
