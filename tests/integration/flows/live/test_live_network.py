"""No network, stale copies and publishers that contradict each other, up to the page."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows import clock
from flows.brief import brief
from flows.outcome import ExitCode, Outcome, Stop
from flows.plan import Wish
from schemas.core import CORE_AS_KNOWN_DAILY
from schemas.raw import RAW_OBSERVATION
from tests.integration.flows.live.conftest import SESSION, Finished, Place, environment, run
from tests.integration.flows.live.test_live_page import page_of

_HISTORY = "cboe-index-history/{}_History.csv"
_NOBODY = "http://127.0.0.1:1"  # no one listens there


def _without_last(rows: int) -> Callable[[str], str]:
    return lambda text: "".join(text.splitlines(keepends=True)[:-rows])


def _higher_at_the_end(text: str) -> str:
    header, *rows = text.splitlines()
    cells = [row.split(",") for row in rows[-5:]]
    moved = [",".join([day, *(f"{float(x) + 2:.6f}" for x in rest)]) for day, *rest in cells]
    return "".join(f"{line}\n" for line in (header, *rows[:-5], *moved))


@pytest.fixture(scope="module")
def troubled(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A copy of VIX9D that is ten sessions old, and a VIX3M two points above what FRED has."""
    place = Place(published).copied(tmp_path_factory.mktemp("live") / "troubled")
    place.rewrite(_HISTORY.format("VIX9D"), _without_last(10))
    place.rewrite(_HISTORY.format("VIX3M"), _higher_at_the_end)
    return Finished(place, run(place))


def _cells(finished: Finished) -> dict[str, dict[str, str]]:
    return {cell["series_id"]: cell for cell in page_of(finished)["quality"]["cells"]}


def test_fault_n14_stale_copy_is_stale_on_the_page(troubled: Finished) -> None:
    """N14: a file served as of today whose last row is ten sessions old is stale, and says so."""
    cell = _cells(troubled)["vix9d_close"]
    assert cell["state"] == "stale"
    assert troubled.outcome.code is ExitCode.DEGRADED


def test_fault_n16_publishers_that_disagree(troubled: Finished) -> None:
    """N16: a series of which two publishers say different things is taken out; both stay on record."""
    place = troubled.place
    cell = _cells(troubled)["vix3m_close"]
    assert (cell["state"], "second publisher" in cell["sentence"]) == ("suspect", True)
    (held,) = place.rows(CORE_AS_KNOWN_DAILY).filter(
        session=SESSION, series_id="vix3m_close"
    ).to_dicts()  # fmt: skip
    assert (held["freshness"], held["suspicion"]) == ("suspect", "disagrees")
    told = place.rows(RAW_OBSERVATION).filter(series_id="vix3m_close", event_date=SESSION)
    values = dict(told.select("publisher", "value").iter_rows())
    assert values["Cboe"] == pytest.approx(values["FRED"] + 2, abs=0.011)


@pytest.fixture(scope="module")
def cut_off(troubled: Finished, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The next run in the same folder, without a date and with no publisher within reach."""
    place = troubled.place.copied(tmp_path_factory.mktemp("live") / "cut_off")
    return Finished(place, _out_of_reach(place))


def _out_of_reach(place: Place) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place.root)
        for name, value in environment(place, _NOBODY).items():
            patch.setenv(name, value)
        return brief(Wish(want_pdf=False), orchestrated=False)


def test_fault_n15_page_from_the_archive(cut_off: Finished, troubled: Finished) -> None:
    """N15: without any network the page comes from the archive, with stale inputs still marked."""
    assert cut_off.outcome.session == SESSION
    assert cut_off.outcome.run_id == troubled.outcome.run_id
    assert _cells(cut_off)["vix9d_close"]["state"] == "stale"


def test_fault_n15_behind_is_said(cut_off: Finished) -> None:
    """N15: such a page is never complete, and tells that it is behind and whom it could not reach."""
    assert (cut_off.outcome.is_behind, cut_off.outcome.code) == (True, ExitCode.DEGRADED)
    notes = "\n".join(cut_off.outcome.notes)
    assert "this page is behind the market" in notes
    assert "the connection failed" in notes


def test_fault_n15_too_old_blocks(cut_off: Finished) -> None:
    """N15: a session on which the required inputs are past their limit gets no page at all."""
    with pytest.raises(Stop, match="vix_close") as caught:
        run(cut_off.place, offline=True, day=date(2023, 1, 9))
    assert caught.value.code is ExitCode.UNMET
    assert not (cut_off.place.out / "2023-01-09").exists()


def test_fault_c05_not_released_is_not_stale(finished: Finished) -> None:
    """C5: the month's figure that is not out yet makes last month's neither late nor stale."""
    rows = finished.place.rows(CORE_AS_KNOWN_DAILY).filter(session=SESSION).to_dicts()
    known = {row["series_id"]: row for row in rows}
    for name, newest in (("cpi", date(2022, 11, 1)), ("gdp_real", date(2022, 7, 1))):
        assert (known[name]["event_date"], known[name]["freshness"]) == (newest, "ok")
        assert known[name]["age_sessions"] > 20
    assert {cell["state"] for cell in _cells(finished).values()} == {"ok"}


def test_fault_c05_next_day_same_page(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: the same session described again after midnight is the same run: nothing is new."""
    place, real = finished.place.copied(tmp_path / "midnight"), clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=1))
    again = run(place, offline=True)
    assert (again.run_id, again.revision) == (finished.outcome.run_id, 1)
