"""Publishers that fail, rewrite or shorten: the others go on, and what was known stays known."""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from flows.outcome import ExitCode
from schemas.core import CORE_AS_KNOWN_DAILY
from schemas.ops import OPS_ARRIVAL
from schemas.raw import RAW_OBSERVATION, RAW_TABLES
from tests.integration.flows.live.conftest import SESSION, Finished, Place, run
from tests.integration.flows.live.test_live_page import page_of

_HISTORY = "cboe-index-history/{}_History.csv"
_FAILING = {"baa_yield", "vix9d_close", "vix1y_close"}


@pytest.fixture(scope="module")
def failing(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A first run on which one file is not found, one is a web page and one has a new column."""
    place = Place(published).copied(tmp_path_factory.mktemp("live") / "failing")
    (place.files / "fred-extracts/DBAA.csv").unlink()
    place.rewrite(_HISTORY.format("VIX9D"), lambda _: "<!DOCTYPE html>\n<html>Sorry</html>\n")
    place.rewrite(_HISTORY.format("VIX1Y"), _with_volume)
    return Finished(place, run(place))


def _with_volume(text: str) -> str:
    header, *rows = text.splitlines()
    return "".join(f"{line}\n" for line in (f"{header},VOLUME", *(f"{row},0" for row in rows)))


def _today(place: Place) -> dict[str, str]:
    panel = place.rows(CORE_AS_KNOWN_DAILY).filter(session=SESSION)
    return dict(panel.select("series_id", "freshness").iter_rows())


def test_others_go_on(failing: Finished, finished: Finished) -> None:
    """Every input but the three of the failing publishers is there as on a good day."""
    whole, left = _today(finished.place), _today(failing.place)
    assert {name for name in whole if name not in left} == _FAILING
    assert {name: whole[name] for name in left} == left


def test_exit_code_says_degraded(failing: Finished, finished: Finished) -> None:
    """The page is published as degraded, where the whole market's is complete."""
    assert (failing.outcome.code, finished.outcome.code) == (ExitCode.DEGRADED, ExitCode.COMPLETE)


def test_page_names_what_is_missing(failing: Finished) -> None:
    """Each missing input stands on the page as missing."""
    cells = {cell["series_id"]: cell["state"] for cell in page_of(failing)["quality"]["cells"]}
    assert {name for name, state in cells.items() if state != "ok"} == _FAILING


def test_refusal_names_the_file(failing: Finished) -> None:
    """The archived file with a new column is noted as refused: file, found and accepted."""
    refused = failing.place.rows(OPS_ARRIVAL).filter(pl.col("dataset") == "cboe_vix1y")
    (refusal,) = refused["refusal"].to_list()
    assert "VIX1Y_History.csv" in refusal
    assert "VOLUME" in refusal
    assert "accepted" in refusal


def test_web_page_is_not_archived(failing: Finished) -> None:
    """N6: a web page with status 200 is no arrival of a file; nor is a file that is not there."""
    arrived = set(failing.place.rows(OPS_ARRIVAL)["dataset"])
    assert not arrived & {"cboe_vix9d", "fred_dbaa"}
    assert "cboe_vix" in arrived


@dataclass(frozen=True)
class Rewritten:
    """A second run after a publisher rewrote its file, and what it rewrote."""

    place: Place
    run_id: str | None
    day: str
    value: float


@pytest.fixture(scope="module")
def rewritten(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Rewritten:
    """The VIX file of the next day: thirty rows of its history are left, and one close is another."""
    place = finished.place.copied(tmp_path_factory.mktemp("live") / "rewritten")
    header, *rows = (place.files / _HISTORY.format("VIX")).read_text().splitlines()
    day, *_ = rows[-3].split(",")
    revised = [*rows[-30:-3], f"{day},18.000000,19.000000,17.000000,18.500000", *rows[-2:]]
    place.rewrite(_HISTORY.format("VIX"), lambda _: "".join(f"{x}\n" for x in (header, *revised)))
    return Rewritten(place, run(place).run_id, day, 18.5)


def _vix(place: Place) -> pl.DataFrame:
    mine = (pl.col("series_id") == "vix_close") & (pl.col("publisher") == "Cboe")
    return place.rows(RAW_OBSERVATION).filter(mine)


def test_shortened_history_stays(rewritten: Rewritten, finished: Finished) -> None:
    """F12: no row of ours goes when a publisher drops its own, and only the revision is added."""
    before, after = _vix(finished.place), _vix(rewritten.place)
    assert before.join(after, on=before.columns, how="anti").is_empty()
    assert after.height == before.height + 1


def test_revision_is_known_from_when_it_was_seen(rewritten: Rewritten, finished: Finished) -> None:
    """A revised close is a new row, known when its file came, and never reconstructed."""
    before, after = _vix(finished.place), _vix(rewritten.place)
    (new,) = after.join(before, on=before.columns, how="anti").to_dicts()
    assert (f"{new['event_date']:%m/%d/%Y}", new["value"]) == (rewritten.day, rewritten.value)
    assert new["available_at"] == new["retrieved_at"]
    assert new["is_reconstructed"] is False


def test_past_page_stays(rewritten: Rewritten, finished: Finished) -> None:
    """C7: the page of a session decided before the revision bears the same run id."""
    assert rewritten.run_id == finished.outcome.run_id


def test_warehouse_comes_back_without_network(rewritten: Rewritten, tmp_path: Path) -> None:
    """After deleting the database an offline run makes it again, to the same rows and data hash.

    The archive holds two arrivals of the file that was rewritten, so times of first sight count.
    """
    place = rewritten.place.copied(tmp_path / "offline")
    (place.data / "volbrief.duckdb").unlink()
    outcome = run(place, offline=True)
    before, after = (
        json.loads((one.out / str(SESSION) / "briefing.json").read_text())["appendix"]["hashes"]
        for one in (rewritten.place, place)
    )
    assert dict(after)["Data"] == dict(before)["Data"]
    assert outcome.run_id == rewritten.run_id
    for table in (*RAW_TABLES, OPS_ARRIVAL):
        assert place.rows(table).equals(rewritten.place.rows(table)), table.name
