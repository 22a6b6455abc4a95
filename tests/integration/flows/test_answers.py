"""A file of answers through a run: scored as known, explained, and alone refused when it is wrong."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.brief import brief
from flows.cli import app
from flows.outcome import ExitCode, Outcome, Stop
from flows.plan import Wish, plan_of
from flows.settings import load_settings
from schemas.mart import MART_HEDGE_DECISION_DAILY
from schemas.model import Table
from schemas.raw import RAW_ANSWER
from schemas.state_tables import MART_ANSWER_SCORE_DAILY
from sources.calendar import is_session
from warehouse.store import Store

HEADER = "session,layer_id,answer,answered_on,reason"
LAST = date(2018, 12, 31)
YEAR = [date(2018, 1, 1) + timedelta(days=day) for day in range(330)]
GIVEN = [
    (day, layer, "declined" if number % 4 == 3 else "accepted")
    for layer in ("L1", "L2")
    for number, day in enumerate(one for one in YEAR if is_session(one))
]
TEXT = "\n".join([HEADER, *(f"{day},{layer},{word},{day}," for day, layer, word in GIVEN)]) + "\n"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file of answers, and settings that name it."""
    folder = tmp_path_factory.mktemp("answers")
    path = folder / "mine.csv"
    path.write_text(TEXT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOLBRIEF_DATA", str(folder / "var"))
        patch.setenv("VOLBRIEF_OUT", str(folder / "out"))
        patch.setenv("VOLBRIEF_SOURCE", "sample")
        patch.setenv("VOLBRIEF_ANSWERS", str(path))
        yield path


def _run() -> Outcome:
    return brief(Wish(LAST, want_pdf=False), orchestrated=False)


def _rows(answers: Path, table: Table) -> list[dict[str, Any]]:
    warehouse = answers.parent / "var" / "sample" / "volbrief.duckdb"
    with Store.open(warehouse, read_only=True) as store:
        return store.frame(table).to_dicts()


@pytest.fixture(scope="module")
def first(answers: Path) -> Outcome:
    """A run with the answers as they should be."""
    assert answers.is_file()
    return _run()


def _expected(answers: Path) -> list[tuple[date, str, bool, bool]]:
    """Of each answer to a change of contracts: session, layer, whether accepted, whether it was less."""
    decisions = {(row["session"], row["layer_id"]): row["units_after"] - row["units_before"]
                 for row in _rows(answers, MART_HEDGE_DECISION_DAILY)}  # fmt: skip
    return sorted(
        (day, layer, word == "accepted", decisions[day, layer] < 0)
        for day, layer, word in GIVEN
        if decisions[day, layer]
    )


@pytest.mark.usefixtures("first")
def test_score_is_that_of_the_decisions(answers: Path) -> None:
    """At the year's end: the last 20 accepted changes, the share that gave hedges up, the declined."""
    moved = _expected(answers)
    taken = [is_less for _, _, is_accepted, is_less in moved if is_accepted][-20:]
    assert len(taken) >= 5
    last = _rows(answers, MART_ANSWER_SCORE_DAILY)[-1]
    share = sum(taken) / len(taken)
    assert last == {
        "session": LAST, "answers_counted": len(taken), "risk_raised_share": pytest.approx(share),
        "declined_count": len(moved) - sum(one[2] for one in moved),
        "profile_shown": "promoter" if share > 0.5 else "steward",
    }  # fmt: skip


@pytest.mark.usefixtures("first")
def test_score_begins_with_the_record(answers: Path) -> None:
    """Before the first answer was known the score is unknown, and from then on it is not."""
    rows = _rows(answers, MART_ANSWER_SCORE_DAILY)
    begun = [row["session"] for row in rows if row["answers_counted"] is not None]
    assert begun[0] == date(2018, 1, 2)
    assert len(begun) == sum(row["session"] >= begun[0] for row in rows)


def test_wrong_file_is_refused_alone(first: Outcome, answers: Path) -> None:
    """The run goes on and says which line is wrong; what was read before stays, and so does the page."""
    before = _rows(answers, MART_ANSWER_SCORE_DAILY)
    answers.write_text(TEXT.replace("2018-01-03,L1,", "2018-01-03,L9,"))
    again = _run()
    assert again.code == first.code
    assert "line 3, layer_id is 'L9'" in " ".join(again.notes)
    assert "layer_id" not in " ".join(first.notes)
    assert len(_rows(answers, RAW_ANSWER)) == len(GIVEN)
    assert _rows(answers, MART_ANSWER_SCORE_DAILY) == before
    answers.write_text(TEXT)


def _checked(path: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["sources", "check", str(path), *words])


def test_file_is_explained(tmp_path: Path) -> None:
    """The command says what the file holds, and of a row of tomorrow that it does not count."""
    path = tmp_path / "answers.csv"
    path.write_text(
        f"{HEADER}\n2018-02-05,L1,accepted,2018-02-06,\n2018-02-05,IC,declined,2099-01-05,\n"
    )
    result = _checked(path)
    assert result.exit_code == ExitCode.COMPLETE
    for words in (
        "your answers, 2",
        "L1 accepted: 1",
        "IC declined: 1",
        "left out, 1 rows",
        "accepted\n",
    ):
        assert words in result.stdout
    told = json.loads(_checked(path, "--json").stdout)
    assert told["answers"] == {"L1 accepted": 1, "IC declined": 1}
    assert (told["accepted"], told["left_out"]) == (True, 1)
    path.write_text(HEADER)
    assert _checked(path).exit_code == ExitCode.COMPLETE


def test_mistake_is_explained(tmp_path: Path) -> None:
    """By header or by name the file is known for one of answers, and its mistake told."""
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEADER}\n2018-02-05,L1,perhaps,2018-02-06,\n")
    result = _checked(path)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert (
        "mine.csv: line 2, answer is 'perhaps'; accepted is accepted or declined" in result.stdout
    )


def test_named_file_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that a setting names and that is not there stops the run before anything is touched."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOLBRIEF_ANSWERS", "none.csv")
    with pytest.raises(Stop, match=r"VOLBRIEF_ANSWERS is 'none\.csv'") as caught:
        plan_of(Wish(), load_settings())
    assert caught.value.code is ExitCode.CONFIG


def test_usual_file_lies_beside_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is named, answers.csv beside the desk is read; where none is there, none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VOLBRIEF_ANSWERS", raising=False)
    assert plan_of(Wish(), load_settings()).answers is None
    (tmp_path / "answers.csv").write_text(HEADER)
    assert plan_of(Wish(), load_settings()).answers == Path("answers.csv")
