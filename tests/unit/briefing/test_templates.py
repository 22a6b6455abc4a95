"""The templates and the schema: strict, escaped, without script or address, in plain words."""

import json
import re
from pathlib import Path

import jsonschema
import polars as pl
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
from jinja2.nodes import Filter, Name

from briefing.context import briefing_of
from briefing.render import json_text, refusal_html
from briefing.run import Refusal, RunInfo
from briefing.schema import json_schema

TEMPLATES = Path(__file__).parents[3] / "templates"
BANNED = ("buy", "recommended for you", "safe", "guaranteed", "protects")
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}</script>"


def _refusal(words: str = "vix_close is missing") -> Refusal:
    from datetime import date  # noqa: PLC0415 -- used here alone

    return Refusal(date(2025, 12, 31), "simulated", "run-1", words, (words,), (words,), ())


def test_refusal_says_nothing_was_published() -> None:
    """The notice names the failure, says that nothing new was published, and what to do."""
    page = refusal_html(_refusal())
    assert "Nothing new was published" in page
    assert "vix_close is missing" in page
    assert "Hold what is in place" in page


def test_hostile_words_stay_words() -> None:
    """Markup and template code in a value are shown, never obeyed."""
    page = refusal_html(_refusal(HOSTILE))
    assert "<img" not in page
    assert "&lt;img" in page
    assert "{{7*7}}" in page


def test_missing_field_is_an_error() -> None:
    """A template that names a field that is not there fails."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)  # fmt: skip
    with pytest.raises(UndefinedError):
        environment.get_template("refusal.html.j2").render(css="", css_digest="")


@pytest.mark.parametrize("name", ["briefing.html.j2", "_macros.html.j2", "refusal.html.j2"])
def test_templates_hold_no_script_and_no_address(name: str) -> None:
    """No script, no style attribute, no remote address, no switched-off escaping."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    for banned in ("<script", "http:", "https:", " style=", "|safe", "| safe", "onclick", "onload"):
        assert banned not in text.replace("http-equiv", "")


@pytest.mark.parametrize("name", ["briefing.html.j2", "_macros.html.j2", "refusal.html.j2"])
def test_templates_do_no_arithmetic(name: str) -> None:
    """Loops and ifs only: no filter computes a number."""
    tree = Environment(autoescape=True).parse((TEMPLATES / name).read_text(encoding="utf-8"))
    assert {found.name for found in tree.find_all(Filter)} <= {"upper", "join", "length", "batch"}
    assert list(tree.find_all(Name))


def test_json_matches_its_schema(frames: dict[str, pl.DataFrame], run_info: RunInfo) -> None:
    """The machine-readable page is valid against the schema derived from the model."""
    text = json_text(briefing_of(frames, run_info))
    jsonschema.validate(json.loads(text), json.loads(json_schema()))
    assert text == json_text(briefing_of(frames, run_info))


@pytest.mark.parametrize("source", ["simulated", "sample"])
def test_page_uses_no_banned_words(make_frames, run_info: RunInfo, source: str) -> None:  # noqa: ANN001 -- a fixture
    """No word that advises, promises or soothes appears anywhere in the briefing."""
    from dataclasses import replace  # noqa: PLC0415 -- used here alone

    text = json_text(briefing_of(make_frames(source), replace(run_info, source=source))).lower()
    assert not [word for word in BANNED if re.search(rf"\b{re.escape(word)}\b", text)]


def test_texts_need_only_the_bundled_typeface() -> None:
    """The templates' own words use signs of the bundled Latin subset alone."""
    for path in TEMPLATES.glob("*.j2"):
        assert path.read_text(encoding="utf-8").isascii()
