"""`volbrief policy` on the sample market: files checked, shown, and compared by what they decide."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.outcome import ExitCode, Stop
from policy.lint import text_of
from policy.model import load
from schemas.mart import MART_HEDGE_DECISION_DAILY
from warehouse.store import Store

STEWARD = text_of("steward")[1]


def _policy(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", *arguments])


def _diff(a: str, b: str, *arguments: str) -> dict[str, Any]:
    result = _policy("diff", a, b, *arguments, "--source", "sample", "--json")
    assert result.exit_code == 0, result.exception
    told: dict[str, Any] = json.loads(result.stdout)
    return told


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The steward's policy with the column edge at 17 %, as the README has it."""
    path = tmp_path / "mine.yaml"
    path.write_text(STEWARD.replace('below: "18 %"', 'below: "17 %"', 1))
    return path


def test_lint_of_what_ships() -> None:
    """Every built-in policy can be used, and the command ends with 0."""
    result = _policy("lint")
    assert result.exit_code == ExitCode.COMPLETE
    assert "0 errors, 0 warnings" in result.stdout


def test_lint_of_a_broken_file(tmp_path: Path) -> None:
    """A file that cannot be used ends with 78, and JSON says where."""
    path = tmp_path / "mine.yaml"
    path.write_text(STEWARD.replace('below: "18 %"', "below: 0.18", 1))
    result = _policy("lint", str(path), "--json")
    assert result.exit_code == ExitCode.CONFIG
    told = json.loads(result.stdout)
    (finding,) = told["files"][0]["findings"]
    assert (finding["severity"], finding["found"]) == ("error", "0.18")
    assert (told["exit_code"], finding["key"]) == (78, "axes.column.bands[2].below")


def test_show_as_json() -> None:
    """The machine's form has the hash that decisions bear, and every rule."""
    result = _policy("show", "promoter", "--date", "2026-01-01", "--json")
    told = json.loads(result.stdout)
    assert told["is_in_force"] is True
    assert told["policy"]["hash"] == load("promoter").hash
    assert [rule["id"] for rule in told["policy"]["rules"]] == list(load("promoter").rules)


@pytest.mark.parametrize("command", ["show", "diff"])
def test_unknown_policy(command: str) -> None:
    """A name that is no policy is a request that cannot be met."""
    result = _policy(command, *(["nope"] if command == "show" else ["steward", "nope"]))
    assert isinstance(result.exception, Stop)
    assert result.exception.code == ExitCode.UNMET


@pytest.mark.usefixtures("sample")
def test_policy_against_itself() -> None:
    """A policy decides as it does: no change of text, no session that differs."""
    told = _diff("steward", "steward", "--from", "2018-01-01")
    assert told["text"] == []
    decisions = told["decisions"]
    assert decisions["differences"] == decisions["causes"] == decisions["partings"] == []


@pytest.mark.usefixtures("sample")
def test_recomputed_is_what_was_stored(place: Path, mine: Path) -> None:
    """What diff decides for the policy of the run is what the run stored, to the unit."""
    decisions = _diff("steward", str(mine), "--from", "2018-01-02")["decisions"]
    with Store.open(place / "var" / "sample" / "volbrief.duckdb", read_only=True) as store:
        rows = store.frame(MART_HEDGE_DECISION_DAILY, since=date(2018, 1, 2)).to_dicts()
    stored = {(row["session"].isoformat(), row["layer_id"]): row for row in rows}
    assert {row["policy_hash"] for row in rows} == {load("steward").hash}
    assert decisions["differences"], "the lower edge must change some decision"
    for one in decisions["differences"]:
        row = stored[one["session"], one["layer"]]
        for name, column in (("action", "action"), ("rule_id", "rule_id"),
                             ("reason_code", "reason_code"), ("after", "multiplier_after"),
                             ("units_after", "units_after")):  # fmt: skip
            assert one["a"][name] == row[column]


@pytest.mark.usefixtures("sample")
def test_only_the_edge_differs(mine: Path) -> None:
    """One edited edge: one change of text, and each first difference is a session at that edge."""
    told = _diff("steward", str(mine), "--from", "2014-01-01")
    assert [(one["key"], one["a"], one["b"]) for one in told["text"]] == [
        ("axes.column.bands.R2.below", "18 %", "17 %")
    ]
    first = told["decisions"]["differences"][0]
    assert first["a"]["column_bucket"] == "R2"
    assert first["b"]["column_bucket"] == "R3"


@pytest.mark.usefixtures("sample")
def test_profiles_in_words() -> None:
    """Steward and promoter: counts first, then the causes, then when the layers part."""
    result = _policy("diff", "steward", "promoter", "--from", "2014-01-01", "--source", "sample")
    text = result.stdout
    assert text.index("TEXT") < text.index("DECISIONS") < text.index("WHY") < text.index("WHEN")
    assert "decided as if in force" in text
    assert "less than one contract" in text


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("name", ["no-hedge", "static-442", "vxth", "seed-literal"])
def test_benchmarks_decide(name: str) -> None:
    """Each benchmark answers on every session; its contracts are those that it states."""
    decisions = _diff("steward", name, "--from", "2017-01-01")["decisions"]
    units = {(one["layer"], one["b"]["units_after"]) for one in decisions["differences"]}
    allowed = {
        "no-hedge": {("L1", 0), ("L2", 0), ("L3", 0), ("SE", 0)},
        "static-442": {("L1", 4), ("L2", 4), ("L3", 2), ("SE", 0)},
        "vxth": {("L1", 0), ("L1", 2), ("L1", 4), ("L2", 0), ("L3", 0), ("SE", 0)},
    }
    assert name not in allowed or units <= allowed[name]
    assert decisions["sessions"] > 250


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "2018-02-06", "--to", "2018-01-02"], "is after --to"),
        (["--from", "2030-01-01"], "no session from 2030-01-01"),
    ],
)
def test_spans_that_cannot_be(arguments: list[str], said: str) -> None:
    """A span without sessions is refused in a sentence."""
    result = _policy("diff", "steward", "promoter", *arguments, "--source", "sample")
    assert isinstance(result.exception, Stop)
    assert said in str(result.exception)
