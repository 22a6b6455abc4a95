"""The commands of the sources: fetch, rebuild, list, look at a file, accept; and as it was known."""

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.outcome import ExitCode, Stop
from schemas.core import CORE_TABLES
from schemas.mart import MART_TABLES
from schemas.raw import RAW_TABLES
from sources.calendar import fetch_sessions
from sources.publishers import PUBLISHERS
from warehouse.fingerprint import content_hash
from warehouse.snapshots import Snapshots
from warehouse.store import Store

DATA = Path(__file__).parents[2] / "data"
EXAMPLE = Path(__file__).parents[3] / "docs" / "desk.example.yaml"
FIRST = datetime(2020, 7, 1, 12, tzinfo=UTC)  # when the archived files came
INDEX = "/api/global/us_indices/daily_prices"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of the live market in an empty folder, every publisher at a closed port."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOLBRIEF_DATA", str(tmp_path / "var"))
    monkeypatch.setenv("VOLBRIEF_OUT", str(tmp_path / "out"))
    monkeypatch.setenv("VOLBRIEF_SOURCE", "live")
    for key in PUBLISHERS:
        monkeypatch.setenv(f"VOLBRIEF_BASE_URLS__{key.upper()}", "http://127.0.0.1:9")
    return tmp_path


@pytest.fixture
def mirror(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """A mirror of every publisher: what is put in is served, everything else is not found."""
    bodies: dict[str, bytes] = {}

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body or b"no")))
            self.end_headers()
            self.wfile.write(body or b"no")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        for key in PUBLISHERS:
            monkeypatch.setenv(f"VOLBRIEF_BASE_URLS__{key.upper()}", base)
        yield bodies
        server.shutdown()
        thread.join()


@pytest.fixture
def archive(folder: Path) -> Snapshots:
    """An archive with the calendar of 2019 to 2020."""
    kept = Snapshots(folder / "var" / "live" / "raw")
    kept.put("raw_session", fetch_sessions(date(2019, 1, 1), date(2020, 12, 31)), FIRST, "library")
    return kept


def _said(*arguments: str, code: ExitCode = ExitCode.COMPLETE) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def _stopped(*arguments: str) -> Stop:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, Stop), (result.output, result.exception)
    return result.exception


def _sessions(start: date, end: date) -> list[date]:
    lines = fetch_sessions(start, end).decode().splitlines()[1:]
    return [date.fromisoformat(line[:10]) for line in lines]


def _closes(symbol: str, days: list[date], value: Callable[[int], float]) -> bytes:
    rows = [f"{day:%m/%d/%Y},{value(number):.2f}" for number, day in enumerate(days)]
    return "\n".join((f"DATE,{symbol}", *rows, "")).encode()


def _rebuilt() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_said("rebuild", "--json").stdout)
    return found


def _table(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_said("table", *arguments).stdout)))


def test_fetch_counts_and_tells(mirror: dict[str, bytes], folder: Path) -> None:
    """A publisher that has one file of many: it is archived, the others are told with what to do."""
    days = _sessions(date(2020, 1, 2), date(2020, 6, 30))
    mirror[f"{INDEX}/VVIX_History.csv"] = _closes("VVIX", days, lambda n: 90 + n % 7)
    told = json.loads(_said("fetch", "--json", code=ExitCode.DEGRADED).stdout)
    assert (told["failed"], told["exit_code"]) == (len(told["failures"]), 10)
    assert all("status 404" in one["message"] for one in told["failures"] if "_page" not in one)
    assert Snapshots(folder / "var" / "live" / "raw").newest("cboe_vvix") is not None
    assert not (folder / "var" / "live" / "volbrief.duckdb").exists()
    again = _said("fetch", code=ExitCode.DEGRADED).stdout
    assert again.startswith("0 new")
    assert len(again.splitlines()) <= 11
    assert f"{told['failed']} files are missing or were not read; volbrief sources shows" in again


@pytest.mark.usefixtures("mirror")
def test_fetch_of_nothing_is_bad_input() -> None:
    """Where no publisher gives a file, the exit code says so."""
    assert "failed" in _said("fetch", code=ExitCode.BAD_INPUT).stdout


def _fill(archive: Snapshots) -> None:
    days = _sessions(date(2020, 4, 1), date(2020, 6, 30))
    archive.put("cboe_spx", _closes("SPX", days, lambda n: 2800 + 7 * (n % 5) + n), FIRST, "test")
    archive.put("cboe_vvix", _closes("VVIX", days, lambda n: 100 + n % 9), FIRST, "test")
    archive.put("alfred_gdpc1", (DATA / "fred" / "gdpc1.json").read_bytes(), FIRST, "test")


def test_gdp_as_first_released(archive: Snapshots) -> None:
    """On 1 May 2020 the first quarter's GDP is the advance estimate of 29 April.

    Source: Bureau of Economic Analysis, releases of 2020-04-29 and 2020-05-28, as ALFRED has them.
    """
    _fill(archive)
    _rebuilt()
    known = {}
    for day in ("2020-04-28", "2020-05-01", "2020-05-29"):
        rows = _table("core_as_known_daily", "--as-of", day)
        known[day] = [
            (row["event_date"], float(row["value"]), row["publisher"])
            for row in rows
            if row["series_id"] == "gdp_real"
        ]
        assert {row["session"] for row in rows} == {day}
    assert known == {
        "2020-04-28": [("2019-10-01", 19221.970, "ALFRED")],
        "2020-05-01": [("2020-01-01", 18987.877, "ALFRED")],
        "2020-05-29": [("2020-01-01", 18977.363, "ALFRED")],
    }


def test_raw_rows_known_by_a_session(archive: Snapshots) -> None:
    """Of a raw table those rows that were known when the session was decided, and no others."""
    _fill(archive)
    _rebuilt()
    rows = _table("raw_observation", "--as-of", "2020-05-01")
    first_release = [row["value"] for row in rows if row["event_date"] == "2020-01-01"]
    assert first_release == ["18987.877"]
    assert (
        max(row["event_date"] for row in rows if row["series_id"] == "vvix_close") == "2020-05-01"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("core_index_daily", "--as-of", "2020-05-02"), "not a session"),
        (("core_index_daily", "--as-of", "2018-05-01"), "2018-05-01"),
        (("ops_arrival", "--as-of", "2020-05-01"), "without --as-of"),
        (("core_index_daily", "--as-of", "2020-05-01", "--from", "2020-05-01"), "one session"),
    ],
)
def test_as_of_what_cannot_be(arguments: tuple[str, ...], words: str, archive: Snapshots) -> None:
    """A day without a session or outside the calendar, and a table without times, are refused."""
    _fill(archive)
    if words == "2018-05-01":
        _rebuilt()
        assert words in str(_stopped("table", "raw_observation", *arguments[1:]))
        return
    _rebuilt()
    stop = _stopped("table", *arguments)
    assert (stop.code, words in str(stop)) == (ExitCode.UNMET, True)


def test_rebuild_gives_the_same_hash(archive: Snapshots, folder: Path) -> None:
    """Twice, after deleting the database, beside a damaged one, and after a killed attempt."""
    _fill(archive)
    first = _rebuilt()
    database = folder / "var" / "live" / "volbrief.duckdb"
    assert first["rows"]["raw_observation"] > 100
    assert _rebuilt() == first
    database.unlink()
    assert _rebuilt() == first
    database.write_bytes(b"not a database")
    for name in ("volbrief.duckdb.new", "volbrief.duckdb.new.wal", "volbrief.duckdb.old"):
        (database.parent / name).write_bytes(b"what a killed rebuild left")
    assert _rebuilt() == first
    assert not list(database.parent.glob("volbrief.duckdb.*"))


def test_rebuild_of_other_bytes_has_another_hash(archive: Snapshots) -> None:
    """One value more in the archive, another hash."""
    _fill(archive)
    first = _rebuilt()["content_hash"]
    days = _sessions(date(2020, 4, 1), date(2020, 7, 1))
    archive.put("cboe_vvix", _closes("VVIX", days, lambda n: 100 + n % 9),
                FIRST + timedelta(days=1), "test")  # fmt: skip
    assert _rebuilt()["content_hash"] != first


def test_rebuild_without_archive_is_unmet(folder: Path) -> None:
    """With nothing archived there is nothing to read: the command that fills it is named."""
    stop = _stopped("rebuild")
    assert (stop.code, "volbrief fetch" in str(stop)) == (ExitCode.UNMET, True)
    assert not (folder / "var" / "live" / "volbrief.duckdb").exists()


def test_interrupted_rebuild_changes_nothing(
    archive: Snapshots, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebuild that dies before its end leaves the old warehouse byte for byte."""
    _fill(archive)
    _rebuilt()
    database = folder / "var" / "live" / "volbrief.duckdb"
    before = database.read_bytes()

    def died(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("flows.archive.materialize", died)
        assert CliRunner().invoke(app, ["rebuild"]).exit_code == 130
    assert database.read_bytes() == before


def test_sources_without_warehouse(folder: Path) -> None:
    """Before any fetch every input is listed, with what it would need; nothing is made."""
    found = json.loads(_said("sources", "--json").stdout)
    states = {one["name"]: one for one in found["inputs"]}
    assert len(states) == len(found["inputs"])
    assert (states["vix_close"]["state"], states["vix_close"]["publishers"][0]) == (
        "no data",
        "Cboe",
    )
    assert states["spx_open"]["state"] == "own CSV accepted"
    assert states["edgar_s1_filings"]["state"] == "needs a key"
    assert states["xlre_close"]["state"] == "off"
    assert "VOLBRIEF_EXTRA_SOURCES" in states["xlre_close"]["why"]
    assert not (folder / "var" / "live" / "volbrief.duckdb").exists()


def test_sources_lists_problems_first(mirror: dict[str, bytes], folder: Path) -> None:
    """After a fetch that failed in parts: what failed and why, then what is old, then what waits."""
    days = _sessions(date(2020, 1, 2), date(2020, 6, 30))
    mirror[f"{INDEX}/VVIX_History.csv"] = _closes("VVIX", days, lambda n: 90 + n % 7)
    _said("fetch", code=ExitCode.DEGRADED)
    _rebuilt()
    found = json.loads(_said("sources", "--json").stdout)
    states = {one["name"]: one for one in found["inputs"]}
    assert (states["vix_close"]["state"], "404" in states["vix_close"]["why"]) == ("failed", True)
    vvix = states["vvix_close"]
    assert (vvix["state"], vvix["last_observation"]) == ("stale", "2020-06-30")
    assert vvix["known_at"] == "2020-06-30T20:20:00+00:00"
    assert vvix["age_sessions"] > 1000
    assert vvix["last_fetch"] is not None
    assert vvix["terms"].startswith("Personal")
    lines = _said("sources").stdout.splitlines()
    assert lines[-1].startswith(f"{len(found['inputs'])} inputs of live")
    assert lines[1].split()[1] == "failed"
    assert "VVIX" not in lines[0]
    assert found["inputs"][0]["state"] == "failed"


def test_sources_of_the_sample(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source without publishers lists what it offers, and what it does not, without a network."""
    monkeypatch.setenv("VOLBRIEF_SOURCE", "sample")
    found = json.loads(_said("sources", "--json").stdout)
    assert {one["state"] for one in found["inputs"]} <= {"no data", "not offered"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (DATA / "cboe" / "VIX_History.csv", "cboe_vix, for raw_observation"),
        (DATA / "fred" / "graph_2026.csv", "cpi: 2 rows, 2025-09-01 to 2025-11-01"),
        (DATA / "own" / "vvix_close.csv", "plausible 3 to 400"),
        (DATA / "cfe" / "contract.csv", "listed and not settled"),
        (DATA / "sec" / "form.20260915.idx", "edgar_2026-09-15"),
        (DATA / "desk" / "broker.csv", "positions of a broker, 5 legs"),
        (EXAMPLE, "NAV 1,500,000 USD"),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
@pytest.mark.usefixtures("folder")
def test_file_is_explained(path: Path, words: str) -> None:
    """A file of a publisher's or of the user's own is named, with what it holds, and accepted."""
    told = _said("sources", "check", str(path)).stdout
    assert words in told
    assert told.splitlines()[-1] == "accepted"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("noise.bin", bytes(range(256)) * 64, "no adapter reads it"),
        ("empty.csv", b"", "no adapter reads it"),
        ("page.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", "no adapter"),
        ("deep.json", b"[" * 100_000, "no adapter reads it"),
        ("vix_close.csv", b"date,value\n31.01.2024,14.2\n", "its parts are in another order"),
        ("mine.csv", b"date,value\n2024-01-31,14.2\n", "no series of the catalogue"),
        ("vix_close.csv", b"date,value\n2024-01-31,0.142\n", "outside the plausible range"),
        ("desk.yaml", b"version: 1\nname: x\nnav: 5\n", "1,000 or more"),
        ("desk.yaml", b"\xff\xfe\x00", "UTF-8"),
        ("bomb.yml", b"a: &a [1]\nb: *a\n", "anchor"),
    ],
)
def test_strange_file_is_refused(name: str, content: bytes, words: str, folder: Path) -> None:
    """Anything else is refused with its reason, and is never a traceback."""
    path = folder / name
    path.write_bytes(content)
    told = _said("sources", "check", str(path), code=ExitCode.BAD_INPUT).stdout
    assert words in told
    assert told.splitlines()[-1] == "refused"
    as_json = _said("sources", "check", str(path), "--json", code=ExitCode.BAD_INPUT).stdout
    assert json.loads(as_json)["accepted"] is False


def test_no_file_is_one_sentence(folder: Path) -> None:
    """A folder, a name without a file and a file beyond the cap stop with what to do."""
    (folder / "large.csv").write_bytes(b"")
    with (folder / "large.csv").open("r+b") as file:
        file.truncate(65 * 1024 * 1024)
    for name in (str(folder), str(folder / "none.csv"), str(folder / "large.csv"), "/dev/zero"):
        stop = _stopped("sources", "check", name)
        assert stop.code is ExitCode.BAD_INPUT
        assert "name" in str(stop)


def test_desk_is_described_or_explained(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk of the setting, or the one named; a mistake with its line, and 78."""
    assert "maximum loss 84,500 USD" in _said("desk", "check", str(EXAMPLE)).stdout
    monkeypatch.setenv("VOLBRIEF_DESK", str(EXAMPLE))
    assert json.loads(_said("desk", "check", "--json").stdout)["nav"] == 1_500_000
    monkeypatch.setenv("VOLBRIEF_DESK", str(folder / "none.yaml"))
    assert _stopped("desk", "check").code is ExitCode.CONFIG
    (folder / "wrong.yaml").write_text("version: 1\nname: x\nnav: 5\n")
    stop = _stopped("desk", "check", str(folder / "wrong.yaml"))
    assert (stop.code, "line 3" in str(stop)) == (ExitCode.CONFIG, True)


def _refusals() -> dict[str, str]:
    return {row["dataset"]: row["refusal"] for row in _table("ops_arrival") if row["refusal"]}


def _value(day: str) -> list[str]:
    rows = _table("raw_observation")
    return [row["value"] for row in rows
            if (row["series_id"], row["event_date"]) == ("vvix_close", day)]  # fmt: skip


def test_restated_history_waits_for_a_person(archive: Snapshots) -> None:
    """S7: a file that changes more than a hundredth of a history is refused until it is accepted.

    From then on it counts, with the time of the acceptance as the time it became known.
    """
    _fill(archive)
    _rebuilt()
    days = _sessions(date(2020, 4, 1), date(2020, 6, 30))
    second = FIRST + timedelta(days=1)
    archive.put("cboe_vvix", _closes("VVIX", days, lambda n: 10 * (100 + n % 9)), second, "test")
    first = _rebuilt()
    assert [one["dataset"] for one in first["refused"]] == ["cboe_vvix"]
    assert first["refused"][0]["why"].startswith("restated: cboe_vvix gives 63 of the 63")
    assert _value("2020-04-01") == ["100.0"]
    assert "waiting: cboe_vvix" in str(_stopped("sources", "accept", "cboe_vix"))
    assert "volbrief run takes it in" in _said("sources", "accept", "cboe_vvix").stdout
    after = _rebuilt()
    assert _value("2020-04-01") == ["100.0", "1000.0"]
    assert after["content_hash"] != first["content_hash"]
    assert _rebuilt() == after
    assert "waiting: none" in str(_stopped("sources", "accept", "cboe_vvix"))
    assert not _table("ops_arrival")[-1]["refusal"]
    assert list(_refusals()) == ["cboe_vvix"]  # the first look at it stays on record


def test_few_revisions_are_taken_in(archive: Snapshots) -> None:
    """S6: a handful of corrected values are revisions: new rows beside the old ones."""
    _fill(archive)
    days = _sessions(date(2020, 4, 1), date(2020, 6, 30))
    revised = _closes("VVIX", days, lambda n: 101.5 if n < 3 else 100 + n % 9)
    archive.put("cboe_vvix", revised, FIRST + timedelta(days=1), "test")
    assert _rebuilt()["refused"] == []
    assert _value("2020-04-01") == ["100.0", "101.5"]


def _own_market(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The four required inputs as the user's own files, to the end of June 2020."""
    days = _sessions(date(2019, 1, 2), date(2020, 6, 30))
    own = folder / "own"
    own.mkdir()
    rows = [
        f"{day},{3000 + 11 * (n % 7) + n},{15 + (n % 5) / 2},{0.02 + (n % 6) / 10000:.4f}"
        for n, day in enumerate(days)
    ]
    (own / "figures.csv").write_text(
        "\n".join(("date,spx_close,vix_close,treasury_10y", *rows, ""))
    )
    months = [date(2019 + n // 12, n % 12 + 1, 1) for n in range(18)]
    premia = [f"{month},{0.05 + n / 10000:.4f}" for n, month in enumerate(months)]
    (own / "erp_damodaran_published.csv").write_text("\n".join(("date,value", *premia, "")))
    monkeypatch.setenv("VOLBRIEF_OWN", str(own))
    return own


def test_page_behind_the_market_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live run without a date whose last whole session is old is never a silent success."""
    _own_market(folder, monkeypatch)
    result = CliRunner().invoke(
        app, ["run", "--offline", "--no-orchestrator", "--no-pdf", "--json"]
    )
    assert result.exit_code >= ExitCode.DEGRADED, result.output
    assert json.loads(result.stdout)["session"] == "2020-06-30"
    assert "behind the market" in result.stderr


def test_revised_input_of_a_page_is_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S6: a close that is corrected after its page was published is listed, and the page stays."""
    own = _own_market(folder, monkeypatch)
    page = ("run", "--offline", "--no-orchestrator", "--no-pdf", "--date", "2020-06-29")
    first = CliRunner().invoke(app, [*page, "--json"])
    published = Path(json.loads(first.stdout)["files"]["json"])
    before = published.read_bytes()
    assert json.loads(_said("status", "--json").stdout)["superseded_inputs"] == {}
    text = (own / "figures.csv").read_text()
    row = next(line for line in text.splitlines() if line.startswith("2020-06-29"))
    day, close, rest = row.split(",", 2)
    (own / "figures.csv").write_text(text.replace(row, f"{day},{float(close) + 3:g},{rest}"))
    CliRunner().invoke(app, [*page[:-1], "2020-06-30"])
    state = json.loads(_said("status", "--json").stdout)
    assert state["superseded_inputs"] == {"2020-06-29": ["spx_close"]}
    assert "before a revision of spx_close" in _said("status").stdout
    assert published.resolve().read_bytes() == before
    tables = (*RAW_TABLES, *CORE_TABLES, *MART_TABLES)
    with Store.open(folder / "var" / "live" / "volbrief.duckdb", read_only=True) as store:
        grown = content_hash((table.name, store.frame(table)) for table in tables)
    assert _rebuilt()["content_hash"] == grown  # day by day or at once, the same warehouse


@pytest.mark.usefixtures("mirror")
def test_run_without_data_tells_what_failed() -> None:
    """Where no publisher answers, the stop carries a line per publisher and where to see more."""
    stop = _stopped("run", "--no-orchestrator")
    assert stop.code is ExitCode.UNMET
    assert any(line.startswith("Cboe (") and "status 404" in line for line in stop.notes)
    assert len(stop.notes) <= 10
    assert "volbrief sources" in stop.notes[-1]
