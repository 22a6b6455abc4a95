"""The page of a live run, and that running again, or without database or network, changes nothing."""

import hashlib
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.catalogue import TABLES
from schemas.core import CORE_AS_KNOWN_DAILY, CORE_INDEX_DAILY, CORE_SESSION
from schemas.live_feeds import LIVE, OWN
from schemas.model import Table
from schemas.ops import OPS_ARRIVAL
from schemas.series import SERIES, watched
from sources.sample import datasets as sample_datasets
from tests.integration.flows.live.conftest import SESSION, Finished, Place, run
from warehouse.snapshots import Snapshots


def page_of(finished: Finished) -> dict[str, Any]:
    """The machine-readable page."""
    page: dict[str, Any] = json.loads(finished.outcome.files["json"].read_text())
    return page


def _files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_run_ends_in_a_page(finished: Finished) -> None:
    """Against servers in the publishers' layout a run ends in a page of the session asked for."""
    assert finished.outcome.session == SESSION
    assert {"html", "json"} <= set(finished.outcome.files)
    assert all(path.is_file() for path in finished.outcome.files.values())


def test_closes_are_as_served(finished: Finished) -> None:
    """The last closes in the warehouse are those in the publishers' files."""
    served = {
        symbol: (finished.place.files / "cboe-index-history" / f"{symbol}_History.csv").read_text()
        for symbol in ("SPX", "VIX")
    }
    rows = finished.place.rows(CORE_INDEX_DAILY).filter(session=SESSION)
    for symbol, text in served.items():
        day, *_, close = text.splitlines()[-1].split(",")
        assert (day, rows[f"{symbol.lower()}_close"].item()) == ("12/30/2022", float(close))


def test_every_input_names_its_source(finished: Finished) -> None:
    """Each input that a measure uses shows publisher, observation date, knowledge time and age."""
    cells = {cell["series_id"]: cell for cell in page_of(finished)["quality"]["cells"]}
    known = {
        row["series_id"]: row
        for row in finished.place.rows(CORE_AS_KNOWN_DAILY).filter(session=SESSION).to_dicts()
    }
    assert {entry.id for entry in watched(LIVE)} == set(cells)
    for name, cell in cells.items():
        row = known[name]
        assert cell["publisher"] == row["publisher"]
        assert cell["event_date"] == row["event_date"].isoformat()
        assert f"{row['age_sessions']:,}" in cell["age"]
        assert cell["state"] == "ok", cell["sentence"]


def test_knowledge_times_come_before_decision(finished: Finished) -> None:
    """The page prints when each input was known, in New York time, and none after the decision."""
    place = finished.place
    panel = place.rows(CORE_AS_KNOWN_DAILY).filter(session=SESSION)
    decided = place.rows(CORE_SESSION).filter(session=SESSION)["decision_at"].item()
    times = dict(panel.select("series_id", "available_at").iter_rows())
    for cell in page_of(finished)["quality"]["cells"]:
        at = times[cell["series_id"]]
        local = at.astimezone(ZoneInfo("America/New_York"))
        assert at <= decided
        assert cell["known_at"] == f"{local:%a} {local.day} {local:%b %Y %H:%M} ET"


def test_collected_inputs_name_their_source(finished: Finished) -> None:
    """Inputs that no measure uses show their publisher, dates and age too, or that they are missing."""
    groups = page_of(finished)["quality"]["collected"]
    shown = {name for group in groups for name in group["series"]}
    offered = {
        entry.id for entry in SERIES if any(feed.publisher != OWN for feed in entry.feeds_of(LIVE))
    }
    assert shown == offered - {entry.id for entry in watched(LIVE)}
    for group in groups:
        assert group["publisher"]
        assert all(group[name] for name in ("event_date", "known_at", "age", "word"))


def test_nothing_is_from_the_sample(finished: Finished) -> None:
    """No file, publisher or wording of the sample or the simulated market is in a live run."""
    offline = {
        feed.publisher
        for entry in SERIES
        for source in ("sample", "simulated")
        for feed in entry.feeds_of(source)
    } - {feed.publisher for entry in SERIES for feed in entry.feeds_of(LIVE)}
    panel = finished.place.rows(CORE_AS_KNOWN_DAILY)
    arrived = set(finished.place.rows(OPS_ARRIVAL)["dataset"])
    html = finished.outcome.files["html"].read_text()
    assert page_of(finished)["header"]["source"] == "live"
    assert not offline & set(panel["publisher"])
    assert not arrived & {dataset.name for dataset in sample_datasets()} - {
        "raw_session",
        "raw_expiry",
    }
    assert "SIMULATED" not in html
    assert "arch.data" not in html


@pytest.fixture(scope="module")
def again(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The same morning a second time, on the same files."""
    place = finished.place.copied(tmp_path_factory.mktemp("live") / "again")
    return Finished(place, run(place))


def _same(one: Place, other: Place, tables: tuple[Table, ...]) -> bool:
    return all(one.rows(table).equals(other.rows(table)) for table in tables)


def test_second_run_changes_nothing(finished: Finished, again: Finished) -> None:
    """Publishers that say the same bring no arrival, no row, no run id, no byte of the page."""
    assert again.outcome.run_id == finished.outcome.run_id
    assert again.outcome.revision == finished.outcome.revision
    assert _same(again.place, finished.place, tuple(TABLES.values()))
    assert Snapshots(again.place.data / "raw").arrivals() == tuple(
        type(one)(one.dataset_name, one.sha256, again.place.data / "raw" / "objects"
                  / one.sha256[:2] / one.sha256, one.is_new, one.retrieved_at)
        for one in Snapshots(finished.place.data / "raw").arrivals()
    )  # fmt: skip
    assert _files(again.place.out) == _files(finished.place.out)
