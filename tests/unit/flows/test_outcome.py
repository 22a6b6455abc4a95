"""How a run ends, as values that survive being copied and printed."""

import json
import pickle
from datetime import date
from pathlib import Path

import pytest

from flows.outcome import STATE_CODES, ExitCode, Outcome, Stop


def test_stop_survives_pickling() -> None:
    """The orchestrator copies exceptions: sentence and code come out as they went in."""
    stop = pickle.loads(pickle.dumps(Stop("no such day", ExitCode.UNMET)))  # noqa: S301 - our own
    assert (str(stop), stop.code) == ("no such day", ExitCode.UNMET)


def test_outcome_is_plain_json() -> None:
    """Every field but the notes, dates and paths as text, and the exit code."""
    outcome = Outcome("degraded", "m", date(2018, 2, 6), "r", 2, {"html": Path("a/b")}, ("note",))
    assert json.loads(json.dumps(outcome.as_json())) == {
        "state": "degraded", "message": "m", "session": "2018-02-06", "run_id": "r",
        "revision": 2, "files": {"html": "a/b"}, "exit_code": 10,
    }  # fmt: skip


def test_closed_market_has_no_page() -> None:
    """A run on a closed market ends well, with nothing to point at."""
    outcome = Outcome("closed", "closed today")
    assert outcome.code is ExitCode.COMPLETE
    assert outcome.as_json() | {"message": ""} == {
        "state": "closed", "message": "", "session": None, "run_id": None, "revision": None,
        "files": {}, "exit_code": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("state", "number"), [("complete", 0), ("degraded", 10), ("withheld", 20), ("closed", 0)]
)
def test_state_has_its_code(state: str, number: int) -> None:
    """Each state of a page has the exit code that the README documents."""
    assert int(STATE_CODES[state]) == number


def test_exit_codes_are_documented() -> None:
    """Each exit code stands in the README, so that a caller can rely on it."""
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    assert all(f"\n| {int(code)} | " in readme for code in ExitCode)


@pytest.mark.parametrize(
    ("state", "number"), [("complete", 10), ("degraded", 10), ("withheld", 20), ("closed", 10)]
)
def test_page_behind_the_market_is_never_complete(state: str, number: int) -> None:
    """An outcome that is behind the market ends with at least the code of a degraded page."""
    assert int(Outcome(state, "m", is_behind=True).code) == number


def test_stop_keeps_its_notes() -> None:
    """What else the user should know comes through the orchestrator's copy too."""
    stop = pickle.loads(pickle.dumps(Stop("m", ExitCode.UNMET, ("a", "b"))))  # noqa: S301 - our own
    assert stop.notes == ("a", "b")
