"""A plan is checked before anything is touched."""

from datetime import date
from pathlib import Path

import pytest

from flows.outcome import ExitCode, Stop
from flows.plan import Plan, Wish, plan_of
from flows.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings into a folder of their own."""
    return Settings(
        source="simulated",
        policy="steward",
        out=tmp_path / "out",
        data=tmp_path / "var",
        simulated_sessions=1300,
    )


def test_empty_wish_takes_settings(settings: Settings) -> None:
    """What the user does not say is as set; each source has a folder of its own."""
    plan = plan_of(Wish(), settings)
    assert (plan.as_of, plan.source, plan.policy) == (None, "simulated", "steward")
    assert plan.warehouse == settings.data / "simulated-1300-2025-12-31-7" / "volbrief.duckdb"
    assert plan.staging("r") == settings.data / "simulated-1300-2025-12-31-7" / "staging" / "r"


def test_wish_over_settings(settings: Settings, tmp_path: Path) -> None:
    """What the user says wins."""
    wish = Wish(date(2018, 2, 6), "sample", "promoter", tmp_path / "o", want_pdf=False)
    plan = plan_of(wish, settings)
    said = (plan.as_of, plan.source, plan.policy, plan.out, plan.want_pdf)
    assert said == (date(2018, 2, 6), "sample", "promoter", tmp_path / "o", False)


def test_planning_touches_nothing(settings: Settings, tmp_path: Path) -> None:
    """A plan alone makes no folder."""
    plan_of(Wish(), settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(source="reuters"), "sample, simulated"),
        (Wish(policy="nobody"), "no-hedge, promoter, seed-literal, static-442, steward, vxth"),
        (Wish(date(2018, 2, 3)), "2018-02-02 and 2018-02-05"),
        (Wish(date(1700, 1, 2)), "1700"),
    ],
)
def test_wrong_wish_is_one_sentence(wish: Wish, words: str, settings: Settings) -> None:
    """An unknown source, policy or day is refused with what there is."""
    with pytest.raises(Stop, match=words) as caught:
        plan_of(wish, settings)
    assert caught.value.code is ExitCode.UNMET
    assert "\n" not in str(caught.value)


def test_impossible_simulation_is_refused(settings: Settings) -> None:
    """A simulated market of no length is a wrong setting."""
    with pytest.raises(Stop) as caught:
        plan_of(Wish(), settings.model_copy(update={"simulated_sessions": 0}))
    assert caught.value.code is ExitCode.CONFIG


def test_plan_can_be_compared(settings: Settings) -> None:
    """The same wish twice is the same plan."""
    first: Plan = plan_of(Wish(), settings)
    assert first == plan_of(Wish(), settings)
