"""Settings: the environment over the file over the default, and nothing misspelt."""

import os
from datetime import date
from pathlib import Path

import pytest

from flows.outcome import ExitCode, Stop
from flows.settings import PREFIX, load_settings


@pytest.fixture(autouse=True)
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a .env, and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def test_defaults_need_nothing() -> None:
    """Without anything set, the sample market under the steward's policy."""
    settings = load_settings()
    assert (settings.source, settings.policy, settings.out) == ("sample", "steward", Path("out"))


def test_environment_over_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable wins over the line of .env, which wins over the default."""
    Path(".env").write_text("VOLBRIEF_SOURCE=simulated\nVOLBRIEF_POLICY=promoter\n")
    monkeypatch.setenv("VOLBRIEF_POLICY", "mine.yaml")
    settings = load_settings()
    assert (settings.source, settings.policy) == ("simulated", "mine.yaml")


def test_values_are_read_as_their_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and dates are numbers and dates."""
    monkeypatch.setenv("VOLBRIEF_SIMULATED_SESSIONS", "900")
    monkeypatch.setenv("VOLBRIEF_SIMULATED_END", "2024-06-28")
    settings = load_settings()
    assert (settings.simulated_sessions, settings.simulated_end) == (900, date(2024, 6, 28))


@pytest.mark.parametrize(
    ("name", "value"),
    [("SIMULATED_SESSIONS", "many"), ("SIMULATED_END", "2024-13-01"), ("LOCK_WAIT", "-1")],
)
def test_bad_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value that does not fit is refused by its name and itself."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(Stop, match=rf"{PREFIX}{name} is '{value}'") as caught:
        load_settings()
    assert caught.value.code is ExitCode.CONFIG


def test_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable is refused with those there are."""
    monkeypatch.setenv("VOLBRIEF_SUORCE", "sample")
    with pytest.raises(Stop, match=r"VOLBRIEF_SUORCE is no setting; .*VOLBRIEF_SOURCE"):
        load_settings()


def test_unknown_line_of_file_is_refused() -> None:
    """A misspelt line of .env is refused too."""
    Path(".env").write_text("VOLBRIEF_SUORCE=sample\n")
    with pytest.raises(Stop, match="SUORCE") as caught:
        load_settings()
    assert caught.value.code is ExitCode.CONFIG
