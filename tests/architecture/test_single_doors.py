"""What imports cannot say: each dangerous call has one door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "schemas", "pricing", "sources", "warehouse", "expectations", "transforms", "policy",
    "briefing", "flows",
)  # fmt: skip
NO_FRAMES = {"calls.collect(plan)"}  # the stage of a run, not a frame
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def _places(matches: str) -> Iterator[str]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == matches:
                yield path.relative_to(ROOT).as_posix()


def _calls(name: str) -> Iterator[str]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            is_named = isinstance(node, ast.Call) and getattr(node.func, "attr", None) == name
            if is_named and ast.unparse(node) not in NO_FRAMES:
                yield path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("call", ["collect", "collect_all"])
def test_frames_collected_in_store(call: str) -> None:
    """Frames are collected on one engine, in one file."""
    assert set(_calls(call)) <= {"warehouse/store.py"}


def test_steps_built_in_materialize() -> None:
    """Steps are built in one place, so that daily and history share one path."""
    assert set(_calls("build")) == {"flows/materialize.py"}


def test_environment_has_two_doors() -> None:
    """The environment is read by the settings and written before the orchestrator's import."""
    assert set(_places("environ")) == {"flows/settings.py", "flows/__init__.py"}


@pytest.mark.parametrize("call", ["join", "join_asof"])
def test_joins_go_through_frames(call: str) -> None:
    """A frame is joined only where row number and order are guarded."""
    joined = set(_frame_joins(call))
    assert joined <= {"schemas/frames.py"}


def _frame_joins(name: str) -> Iterator[str]:
    """Calls of ``.join`` with an ``on``, ``left_on`` or ``how``: those of frames, not of text."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == name:
                words = {word.arg for word in node.keywords}
                if words & {"on", "left_on", "how"}:
                    yield path.relative_to(ROOT).as_posix()


def test_files_stay_short() -> None:
    """No file is longer than 400 lines."""
    long = {path.name: n for path in FILES if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_root_stays_small() -> None:
    """At most twenty tracked entries stand in the root besides the rooms."""
    seen = {
        path.name
        for path in ROOT.iterdir()
        if path.name not in {".git", ".venv", "var", "out"} and not path.name.endswith("egg-info")
    }
    entries = {
        name for name in seen if not name.endswith("_cache") and not name.startswith(".setup")
    }
    assert len(entries - set(ROOMS)) <= 20
