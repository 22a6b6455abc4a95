"""An editor that reads the JSON Schema accepts what the loader accepts, and helps with the rest."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policy.document import parse
from policy.lint import text_of
from policy.model import names
from policy.schema import MEANINGS, policy_schema

SCHEMA = policy_schema()
STEWARD = text_of("steward")[1]


def _mistakes(text: str) -> list[str]:
    values: Any = json.loads(json.dumps(parse("mine.yaml", text).values, default=str))
    return [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(values)]


def _described() -> list[tuple[str, str, dict[str, Any]]]:
    models = [("Policy", SCHEMA), *SCHEMA["$defs"].items()]
    return [
        (name, key, entry)
        for name, model in models
        for key, entry in model.get("properties", {}).items()
    ]


def test_schema_is_one() -> None:
    """The schema itself is valid."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", names())
def test_built_in_policies_fit(name: str) -> None:
    """Every built-in policy is what the schema describes."""
    assert _mistakes(text_of(name)[1]) == []


@pytest.mark.parametrize(
    ("before", "after", "at"),
    [
        ('below: "18 %"', "below: 0.18", "$.axes.column.bands[1].below"),
        ("SE: watch", "SE: wach", "$.matrix.B1.R4.SE"),
        ("vol_gap_daily.vol_gap_z", "vol_gap_daily.vol_gap_zz", "$.axes.row.column"),
        ('sessions: "5 sessions"', 'sessions: "5 days"', "$.cooldown.sessions"),
        ('carry: "2 %"', 'carry: "2 USD"', "$.budget.carry"),
        ("exempt: reduce", "exempt: reduced", "$.cooldown.exempt"),
        ("  add: 3 ", "  add: 6 ", "$.quorum.add"),
    ],
)
def test_mistakes_are_shown(before: str, after: str, at: str) -> None:
    """A wrong unit, word, column or number is marked where it stands."""
    assert before in STEWARD
    assert _mistakes(STEWARD.replace(before, after, 1)) == [at]


def test_every_key_has_a_meaning() -> None:
    """An editor shows a meaning beside each key, and no meaning is left without its key."""
    assert [
        f"{name}.{key}" for name, key, entry in _described() if "description" not in entry
    ] == []
    used = {word for name, key, _ in _described() for word in (key, f"{name}.{key}")}
    assert set(MEANINGS) - used <= {"reviewed"}


@pytest.mark.parametrize("name", ["no-hedge", "seed-literal", "static-442", "vxth"])
def test_files_name_the_schema(name: str) -> None:
    """Editors find the schema by the file's first line, and it is there."""
    first = text_of(name)[1].splitlines()[0]
    assert first == "# yaml-language-server: $schema=../docs/policy.schema.json"
    assert Path("docs/policy.schema.json").is_file()
