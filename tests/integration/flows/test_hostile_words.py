"""F14 and F15: words of a file, a name or a publisher on the page and on the terminal."""

from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from briefing import render
from briefing.context import briefing_of
from briefing.model import Briefing
from briefing.run import Refusal
from flows import troubles
from flows.cli import app
from flows.collect import Problem
from flows.outcome import ExitCode, Stop
from sources.desk import load_desk
from sources.errors import SourceError
from tests.unit.briefing.conftest import market_frames, run_of

EXAMPLE = Path(__file__).parents[3] / "docs" / "desk.example.yaml"
MARKUP = "<img src=x onerror=alert(1)></script></style>'\"><svg/onload=alert(2)>{{7*7}}{% x %}"
TERMINAL = (
    "\x1b]0;owned\x07\x1b[2J",
    "\u202egpj.exe",
    "vix\u200b\ufeff",
    "a\u2028b\x85c",
    "x" * 9_000,
)


class _Elements(HTMLParser):
    """Every element and the names of its attributes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))


def _elements(page: str) -> list[tuple[str, ...]]:
    parser = _Elements()
    parser.feed(page)
    return parser.found


def _with_markup(value: object) -> object:
    """The same values, markup behind every text of several words."""
    if isinstance(value, dict):
        return {key: _with_markup(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_markup(one) for one in value]
    return value + MARKUP if isinstance(value, str) and " " in value else value


def test_fault_f14_markup_in_every_text_of_the_page() -> None:
    """F14: markup and templates in each text of a page, its drawings included, stay text."""
    plain = briefing_of(market_frames("simulated"), run_of())
    hostile = Briefing.model_validate(_with_markup(plain.model_dump(mode="json")))
    page = render.html(hostile)
    assert page.count("{{7*7}}") > 100
    assert _elements(page) == _elements(render.html(plain))


def test_fault_f14_markup_in_a_notice() -> None:
    """F14: what a refusal says of a publisher's file adds no element to the notice."""

    def notice(words: str) -> str:
        return render.refusal_html(
            Refusal(date(2022, 12, 30), words, words, words, (words,), (words,), (words,))
        )

    assert _elements(notice(MARKUP)) == _elements(notice("plain"))


def _named_desk(name: str) -> str:
    text = EXAMPLE.read_text()
    assert "name: Example desk" in text
    return text.replace("Example desk", f'"{name}"')


@pytest.mark.parametrize("words", [MARKUP, *TERMINAL], ids=range(6))
def test_fault_f15_desk_name(words: str) -> None:
    """F15: a desk's name with signs that cannot be seen, or too many, is refused in visible ones."""
    with pytest.raises(SourceError, match=r"^desk\.yaml, line") as refusal:
        load_desk(_named_desk(words), file="desk.yaml")
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 1_000


def test_fault_f14_desk_name() -> None:
    """F14: markup is a name like any other, which the page escapes."""
    name = "<b>Desk</b> & {{7*7}}"
    assert load_desk(_named_desk(name), file="desk.yaml").name == name


@pytest.mark.parametrize("words", TERMINAL, ids=range(5))
def test_fault_f15_own_file_name(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F15: an own CSV whose name could move the terminal stops the run in visible words."""
    if len(words) > 200:
        words = words[:200]
    own = tmp_path / "own"
    own.mkdir()
    (own / f"{words}.csv").write_text("date,value\n2024-01-02,1\n")
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATA": "var", "OUT": "out", "SOURCE": "live", "OWN": "own"}.items():
        monkeypatch.setenv(f"VOLBRIEF_{name}", value)
    stop = CliRunner().invoke(app, ["run", "--offline", "--no-orchestrator", "--no-pdf"]).exception
    assert isinstance(stop, Stop), stop
    assert stop.code in {ExitCode.BAD_INPUT, ExitCode.CONFIG}
    assert str(stop).isprintable()


@pytest.mark.parametrize("words", [MARKUP, *TERMINAL], ids=range(6))
def test_fault_f15_strange_file_is_told_visibly(words: str, tmp_path: Path) -> None:
    """F15: what ``volbrief sources check`` says of a file never repeats its signs unseen."""
    path = tmp_path / "strange.csv"
    for body in (words, f"date,{words}\n2024-01-02,1\n", f"date,value\n{words},1\n"):
        path.write_text(body)
        result = CliRunner().invoke(app, ["sources", "check", str(path)])
        assert result.exit_code == ExitCode.BAD_INPUT, result.output
        assert all(line.isprintable() for line in result.output.splitlines()), ascii(result.output)


def test_fault_f15_told_problems_are_short() -> None:
    """F15: however long a publisher's words are, a run tells a line of each, and ten at most."""
    problems = [Problem(f"publisher {n}", f"file_{n}", "x" * 9_000) for n in range(30)]
    told = troubles.lines(problems)
    assert len(told) == 10
    assert max(map(len, told)) <= 240
