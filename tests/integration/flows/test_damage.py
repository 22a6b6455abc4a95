"""Stored files that were damaged or deleted: one sentence and a code, or the same thing made again."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows import stages
from flows.brief import brief
from flows.doctor import examine
from flows.inspect import Rows, exported, status_text
from flows.morning import PLAIN, morning
from flows.outcome import ExitCode, Outcome, Stop
from flows.plan import Wish, plan_of
from flows.settings import load_settings
from schemas.raw import RAW_OBSERVATION
from warehouse.snapshots import Snapshots
from warehouse.store import Store

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings of a short simulated market of its own."""
    made = tmp_path_factory.mktemp("damage")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOLBRIEF_DATA", str(made / "var"))
        patch.setenv("VOLBRIEF_OUT", str(made / "out"))
        patch.setenv("VOLBRIEF_SOURCE", "simulated")
        patch.setenv("VOLBRIEF_SIMULATED_SESSIONS", "300")
        yield made


@pytest.fixture(scope="module")
def whole(folder: Path) -> Outcome:
    """A run before anything is damaged; its gap has too short a past to judge."""
    return brief(Wish(want_pdf=False), orchestrated=False)


def test_deleted_warehouse_is_rebuilt(whole: Outcome) -> None:
    """Without its database a run reads all that ever arrived, a vintage no longer served too."""
    plan = plan_of(Wish(want_pdf=False), load_settings())
    with Store.open(plan.warehouse, read_only=True) as store:
        before = store.frame(RAW_OBSERVATION)
    name = next(name for name in stages.datasets(plan) if "observations" in name)
    archive = Snapshots(plan.archive)
    newest = archive.newest(name)
    assert newest is not None
    header, *rows = archive.get(newest.sha256).splitlines(keepends=True)
    stamped = next(row for row in rows if row.startswith(b"core_cpi,2025-01-01,"))
    vintage = b"core_cpi,2025-01-01,1.5," + stamped.split(b",")[3].replace(b"-02-", b"-01-")
    archive.put(name, header + vintage, newest.retrieved_at, origin="a vintage no longer served")
    plan.warehouse.unlink()
    again = brief(Wish(want_pdf=False), orchestrated=False)
    with Store.open(plan.warehouse, read_only=True) as store:
        after = store.frame(RAW_OBSERVATION)
    known = before.columns
    new = after.join(before, on=known, how="anti")
    assert again.session == whole.session
    assert new.select("series_id", "value").rows() == [("core_cpi", 1.5)]
    assert after.height == before.height + 1


def test_altered_ledger_is_refused(folder: Path, whole: Outcome) -> None:
    """A ledger line that was changed stops status and the next run, and doctor finds it."""
    path = next((folder / "var").glob("*/ledger.jsonl"))
    kept = path.read_bytes()
    path.write_bytes(kept.replace(b"withheld", b"complete"))
    try:
        with pytest.raises(Stop) as caught:
            status_text(None, as_json=False)
        assert caught.value.code is ExitCode.BAD_INPUT
        assert any(f.name == "kept files" and f.is_failure for f in examine())
    finally:
        path.write_bytes(kept)


def test_dates_of_tables_are_checked(whole: Outcome) -> None:
    """Reversed dates, and dates on a table without sessions, are requests that cannot be met."""
    late, early = date(2025, 12, 30), date(2025, 12, 1)
    for name, since, until in (
        ("core_index_daily", late, early),
        ("raw_observation", early, late),
    ):
        with pytest.raises(Stop) as caught:
            exported(name, Rows(since, until), None, "csv")
        assert caught.value.code is ExitCode.UNMET


def test_short_past_is_withheld(whole: Outcome) -> None:
    """A market too young for a z-score publishes a page that withholds every layer."""
    assert (whole.state, whole.code) == ("withheld", ExitCode.WITHHELD)


def test_policy_edited_meanwhile(folder: Path, whole: Outcome) -> None:
    """A policy file that is emptied after the plan was made changes neither decision nor page."""
    mine = folder / "mine.yaml"
    mine.write_text((ROOT / "policy" / "promoter.yaml").read_text())
    plan = plan_of(Wish(policy=str(mine), want_pdf=False), load_settings())
    mine.write_text("")
    outcome = morning(plan, PLAIN)
    page = json.loads(outcome.files["json"].read_text())
    assert plan.rules.hash in json.dumps(page["appendix"]["hashes"])
    assert outcome.state == whole.state
