"""docs/faults.md and the tests agree on which test holds which fault."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "faults.md").read_text()
IDS = [f"{group}{number}" for group, last in (("N", 16), ("F", 16), ("S", 7), ("C", 7))
       for number in range(1, last + 1)]  # fmt: skip
ROWS = {
    cells[1].strip(): re.findall(r"`([\w/]+\.py)::(\w+)`", cells[-2])
    for line in PAGE.splitlines()
    if len(cells := line.split("|")) == 6 and re.fullmatch(r"[NFSC]\d+", cells[1].strip())
}


@cache
def _tests(path: str) -> dict[str, str]:
    """The first sentence of each test of a file, by its name."""
    tree = ast.parse((ROOT / path).read_text())
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {node.name: ast.get_docstring(node) or "" for node in found}


def _bears(name: str, docstring: str, fault: str) -> bool:
    group, number = fault[0], fault[1:]
    in_name = re.search(rf"_{group.lower()}0?{number}(_|$)", name)
    return bool(in_name or re.search(rf"\b{fault}\b", docstring))


def test_every_fault_has_one_row() -> None:
    """Each of the 46 faults of network, payload, semantics and time has a row, and none two."""
    assert sorted(ROWS) == sorted(IDS)
    assert sum(len(re.findall(rf"^\| {fault} \|", PAGE, re.MULTILINE)) for fault in IDS) == len(IDS)


@pytest.mark.parametrize("fault", IDS)
def test_row_names_tests_that_bear_its_id(fault: str) -> None:
    """Every test in a fault's row exists and can be found by the fault's id."""
    assert ROWS[fault], f"{fault}: no test"
    for path, name in ROWS[fault]:
        tests = _tests(path)
        assert name in tests, f"{fault}: {path} has no {name}"
        assert _bears(name, tests[name], fault), f"{fault}: {path}::{name} does not bear the id"


def test_other_tests_of_the_page_exist() -> None:
    """What the page names outside its tables exists too."""
    for path, name in re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE):
        assert name in _tests(path), f"{path}::{name}"
