"""`explain --what-if` and `--flip` on the sample's morning after the spike."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.outcome import ExitCode, Stop
from tests.integration.flows.conftest import Morning

SPIKE = ("--source", "sample", "--date", "2018-02-05")


@pytest.fixture(autouse=True)
def _published(sample: Morning) -> None:
    """The sample's market is decided, all of it."""


def _asked(*words: str) -> Result:
    return CliRunner().invoke(app, ["explain", *words, *SPIKE])


def _said(*words: str) -> str:
    result = _asked(*words)
    assert result.exit_code == ExitCode.COMPLETE, result.exception
    return result.stdout


def _told(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_said(*words, "--json"))
    return found


def test_what_is_asked_is_decided() -> None:
    """With volatility at 30 percent the cell is R4: L2 is asked for less, and stays for a close."""
    told = _told("L2", "--what-if", "rv=30")
    first = told["layers"][0]
    assert (first["layer_id"], first["after"]["column_bucket"]) == ("L2", "R4")
    assert first["after"]["multiplier_cell"] < first["before"]["multiplier_cell"]
    assert told["asked"][0]["now"] == pytest.approx(0.1851, abs=5e-5)
    assert "vol_spread" in told["not_recomputed"]


def test_missing_input_holds_every_layer() -> None:
    """Without the VIX no layer does anything but hold, by the gate that says so."""
    told = _told("L1", "--what-if", "vix=unknown")
    for layer in told["layers"]:
        assert layer["after"]["action"] == "hold"
        assert layer["after"]["reason_code"] == "required_input_missing"
    assert {"rule_id": "G-1", "family": "gate", "before": "NOT FIRED", "after": "FIRED"} in told[
        "rules"
    ]


def test_present_decision_is_the_warehouse_s(sample: Morning) -> None:
    """What stands on the left is what the warehouse holds of that session."""
    told = _told("L1", "--what-if", "rv=15")
    stored = CliRunner().invoke(
        app,
        ["table", "mart_hedge_decision_daily", "--format", "json", "--from", "2018-02-05", "--to",
         "2018-02-05", "--source", "sample"],
    )  # fmt: skip
    rows = {row["layer_id"]: row for row in json.loads(stored.stdout)}
    for layer in told["layers"]:
        own = rows[layer["layer_id"]]
        assert {name: own[name] for name in layer["before"]} == layer["before"]
    assert told["policy"]["hash"] == rows["L1"]["policy_hash"]
    assert told["notes"] == []


def test_flip_keeps_its_word() -> None:
    """Each flip, asked for as it is shown, gives what it says it becomes."""
    told = _told("L1", "--flip")
    assert told["flips"]
    for flip in told["flips"]:
        text = f"{flip['column']}={flip['what_if']}"
        after = _told("L1", "--what-if", text)["layers"][0]["after"]
        assert after == flip["becomes"]
        assert (after["action"], after["units_after"]) != (
            told["now"]["action"],
            told["now"]["units_after"],
        )
    moves = [one["distance_moves"] for one in told["flips"] if one["distance_moves"] is not None]
    assert moves == sorted(moves)


def test_text_names_the_session_and_both_sides() -> None:
    """A reader sees the session, the value as it is and as asked, and the changed tree."""
    text = _said("mid", "--what-if", "rv=15")
    assert text.startswith("What if on 2018-02-05 (sample, policy steward")
    assert "18.51%  ->  15.00%" in text
    assert "asked for by --what-if; it is 18.51%" in text
    assert _said("short", "--flip").startswith("What would flip L1 on 2018-02-05")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("L2", "--what-if", "erp_svix31=6.4"), "did you mean 'erp_svix30'"),
        (("L2", "--what-if", "rv=high"), "found 'high'"),
        (("L2", "--what-if", "rv=400"), "0 % to 300 %"),
        (("L9", "--what-if", "rv=15"), "L1 (short)"),
        (("L9", "--flip"), "L1 (short)"),
    ],
)
def test_what_cannot_be_asked_stops(words: tuple[str, ...], reason: str) -> None:
    """A name, value or layer that is not there stops with 64 and what would do."""
    result = _asked(*words)
    assert isinstance(result.exception, Stop)
    assert result.exception.code is ExitCode.UNMET
    assert reason in str(result.exception)
    assert result.stdout == ""


def test_one_question_at_a_time() -> None:
    """Two of the three questions at once are a usage error."""
    assert _asked("L2", "--flip", "--what-if", "rv=15").exit_code == ExitCode.USAGE
    assert _asked("L2", "--flip", "--why-unknown").exit_code == ExitCode.USAGE


@pytest.mark.parametrize("words", [("--flip",), ("--what-if", "rv=15")])
def test_no_decision_stops(words: tuple[str, ...]) -> None:
    """A session that is not decided is refused with those that are."""
    result = CliRunner().invoke(
        app, ["explain", "L1", *words, "--source", "sample", "--date", "2019-01-02"]
    )
    assert isinstance(result.exception, Stop)
    assert "to 2018-12-31" in str(result.exception)


def test_edited_policy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the deciding policy is gone, both sides are another's, and the text says so."""
    source = Path(__file__).parents[3] / "policy" / "steward.yaml"
    mine = tmp_path / "mine.yaml"
    text = source.read_text(encoding="utf-8")
    mine.write_text(text.replace("name: steward", "name: other", 1), encoding="utf-8")
    monkeypatch.setenv("VOLBRIEF_POLICY", str(mine))
    assert (
        _told("L1", "--what-if", "rv=15")["notes"] == []
    )  # the built-in one decided, and is there
    monkeypatch.setattr("flows.whatif.names", tuple)
    assert "which is not there any more" in _told("L1", "--what-if", "rv=15")["notes"][0]
