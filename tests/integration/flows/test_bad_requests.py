"""Each bad request ends with one sentence, the exit code that fits, and nothing half-written."""

from datetime import date
from pathlib import Path

import pytest

from flows.brief import brief
from flows.outcome import ExitCode, Stop
from flows.plan import Wish
from sources import simulated
from sources.simulated import Simulation
from warehouse.lock import run_lock

ROOT = Path(__file__).resolve().parents[3]


def _stop(wish: Wish) -> Stop:
    with pytest.raises(Stop) as caught:
        brief(wish, orchestrated=False)
    return caught.value


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for data and pages."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOLBRIEF_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("VOLBRIEF_OUT", str(tmp_path / "out"))
    monkeypatch.setenv("VOLBRIEF_SOURCE", "simulated")
    monkeypatch.setenv("VOLBRIEF_SIMULATED_SESSIONS", "300")
    return tmp_path


@pytest.mark.parametrize(
    ("day", "nearest"),
    [
        (date(2018, 2, 3), ("2018-02-02", "2018-02-05")),
        (date(2018, 12, 5), ("2018-12-04", "2018-12-06")),
    ],
)
def test_closed_day_names_neighbors(fresh: Path, day: date, nearest: tuple[str, str]) -> None:
    """A weekend and a day of mourning are refused, with the sessions around them."""
    stop = _stop(Wish(day))
    assert stop.code is ExitCode.UNMET
    assert all(session in str(stop) for session in nearest)


def test_unknown_source_lists_known(fresh: Path) -> None:
    """A source that is not there is refused with those that are."""
    stop = _stop(Wish(source="bloomberg"))
    assert (stop.code, "sample, simulated" in str(stop)) == (ExitCode.UNMET, True)


def test_unknown_policy_lists_known(fresh: Path) -> None:
    """A policy that is not there is refused with those that are."""
    stop = _stop(Wish(policy="stewart"))
    assert (
        stop.code,
        "no-hedge, promoter, seed-literal, static-442, steward, vxth" in str(stop),
    ) == (ExitCode.UNMET, True)


def test_malformed_policy_names_line(fresh: Path) -> None:
    """A misspelt key in a policy file is refused with its file and line."""
    text = (ROOT / "policy" / "steward.yaml").read_text().replace("quorum:", "quorrum:", 1)
    (fresh / "mine.yaml").write_text(text)
    stop = _stop(Wish(policy="mine.yaml"))
    assert stop.code is ExitCode.CONFIG
    assert "mine.yaml" in str(stop)
    assert "quorrum" in str(stop)


def test_folder_that_is_a_file(fresh: Path) -> None:
    """An output folder that cannot be one is refused before anything is touched."""
    (fresh / "page").write_text("not a folder")
    stop = _stop(Wish(out=fresh / "page"))
    assert stop.code is ExitCode.CONFIG
    assert str(fresh / "page") in str(stop)


def test_date_outside_data(fresh: Path) -> None:
    """A session the source does not cover is refused with the span it covers."""
    stop = _stop(Wish(date(2018, 2, 6)))
    assert stop.code is ExitCode.UNMET
    assert "outside the data" in str(stop)
    assert not (fresh / "out").exists() or not list((fresh / "out").rglob("briefing*"))


def test_second_run_is_told(fresh: Path) -> None:
    """While another run holds the lock, a second one ends at once and names its process."""
    with run_lock(fresh / "var" / "simulated-300-2025-12-31-7"):
        stop = _stop(Wish())
    assert stop.code is ExitCode.BUSY
    assert "PID" in str(stop)


def test_unknown_setting_is_refused(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt setting in the environment is refused with those there are."""
    monkeypatch.setenv("VOLBRIEF_POLICI", "steward")
    stop = _stop(Wish())
    assert (stop.code, "VOLBRIEF_POLICY" in str(stop)) == (ExitCode.CONFIG, True)


def _misprinted(patch: pytest.MonkeyPatch, fetch: str, printed: bytes, wrong: bytes) -> None:
    """Let a file of the market come with other bytes."""
    whole = getattr(simulated, fetch)

    def broken(simulation: Simulation) -> bytes:
        payload: bytes = whole(simulation)
        assert payload.count(printed) == 1
        return payload.replace(printed, wrong)

    patch.setattr(simulated, fetch, broken)


def test_refused_input_publishes_notice(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A settlement that cannot be refuses the run: a notice, no page, no new tables."""
    printed = b"\n2025-12-31,2026-08-19,"
    _misprinted(monkeypatch, "fetch_settlements", printed, printed + b"9")
    stop = _stop(Wish(date(2025, 12, 31)))
    assert stop.code is ExitCode.REFUSED
    assert "bounds.settle" in str(stop)
    assert (fresh / "out" / "refused" / "2025-12-31.html").exists()
    assert not (fresh / "out" / "2025-12-31").exists()


@pytest.mark.parametrize(
    ("series_id", "digit"), [("vix_close", b"9"), ("spx_close", b"1")], ids=["range", "unit"]
)
def test_implausible_input_was_never_known(
    series_id: str, digit: bytes, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A required input out of its range, or off by a factor, leaves its session undescribed."""
    printed = f"\n{series_id},2025-12-31,".encode()
    _misprinted(monkeypatch, "fetch_observations", printed, printed + digit)
    stop = _stop(Wish(date(2025, 12, 31)))
    assert stop.code is ExitCode.UNMET
    assert "to 2025-12-30" in str(stop)
    assert not (fresh / "out" / "2025-12-31").exists()
