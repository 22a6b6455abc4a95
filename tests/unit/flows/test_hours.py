"""C5: what a live run says of its page at each hour of the day; the stages are made up."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows import clock
from flows.collect import Collected
from flows.morning import Stages, morning
from flows.outcome import ExitCode, Outcome
from flows.plan import Wish, plan_of
from flows.settings import load_settings
from flows.stages import Built


@pytest.mark.parametrize(
    ("told", "has_until", "is_behind"),
    [
        ("2023-01-03 07:00", "2022-12-30", False),  # before the open: Friday is the last to know
        ("2023-01-02 12:00", "2022-12-30", False),  # New Year's Day, kept on Monday
        ("2023-01-03 10:00", "2022-12-30", False),  # after the open, the session is not over
        ("2023-01-03 15:59", "2022-12-30", False),
        ("2023-01-03 16:01", "2022-12-30", True),  # closed, and its data is not out
        ("2023-01-03 23:59", "2023-01-03", False),
        ("2023-01-04 00:01", "2023-01-03", False),
        ("2023-01-04 07:00", "2022-12-30", True),
        ("2022-11-25 12:59", "2022-11-23", False),  # a half day
        ("2022-11-25 13:01", "2022-11-23", True),
    ],
)
def test_fault_c05_page_of_the_hour(
    told: str,
    has_until: str,
    is_behind: bool,  # noqa: FBT001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """C5: a page is behind once a later session has closed, and never before."""
    moment = datetime.fromisoformat(told).replace(tzinfo=ZoneInfo("America/New_York"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOLBRIEF_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("VOLBRIEF_OUT", str(tmp_path / "out"))
    monkeypatch.setattr(clock, "now", lambda: moment)
    session = date.fromisoformat(has_until)
    stages = Stages(
        collect=lambda _: Collected(0, 0, ()),
        rebuild=lambda _: Built(session, "run", "hash"),
        render=lambda _, __: None,
        publish=lambda _, built: Outcome("complete", "published", built.session),
    )
    outcome = morning(plan_of(Wish(source="live"), load_settings()), stages)
    assert outcome.is_behind is is_behind
    assert outcome.code is (ExitCode.DEGRADED if is_behind else ExitCode.COMPLETE)
    assert any("behind the market" in note for note in outcome.notes) is is_behind
