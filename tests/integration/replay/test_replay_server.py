"""The replay server over HTTP: addresses, versions, refusals, and our own client against it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replay.__main__ import settings
from replay.routes import Asked, Replay
from replay.server import serving
from replay.tables import ReplayError
from sources import shiller
from sources.errors import SourceError
from sources.http import Client
from sources.publishers import PUBLISHERS
from sources.request import Kind, Publisher, Request, Response, Unchanged

Ask = Callable[..., Any]
_VIX = "/cboe/api/global/us_indices/daily_prices/VIX_History.csv"
_AS_SERVED = {
    _VIX: "cboe-index-history/VIX_History.csv",
    "/cfe_files/resources/futures/archive/volume-and-price/CFE_F13_VX.csv": "vx-futures-cfe/CFE_F13_VX.csv",
    "/shiller_yale/~shiller/data/ie_data.xls": "shiller/ie_data_2023-09.xls",
    "/shiller_mirror/datasets/s-and-p-500/main/data/data.csv": "shiller/data.csv",
    "/breadth/advdec/NYSE_advn.csv": "nyse-breadth/NYSE_advn.csv",
    "/fed/monetarypolicy/fomccalendars.htm": "as-served/fed/monetarypolicy/fomccalendars.htm",
    "/nasdaq/api/ipo/calendar?date=2022-12": "as-served/nasdaq/api/ipo/calendar?date=2022-12",
}


@pytest.mark.parametrize("path", _AS_SERVED)
def test_files_as_served_are_not_touched(ask: Ask, small_folder: Path, path: str) -> None:
    """A file that somebody kept as it was served is served byte for byte, with its length."""
    answer = ask(path)
    content = (small_folder / _AS_SERVED[path]).read_bytes()
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize("path", [
    "/", "/cboe", "/nobody/file.csv", f"{_VIX}x", _VIX.replace("VIX_", "VXTH_"),
    "/cboe/api/global/us_indices/daily_prices/../../../../VIX_History.csv",
    "/fed/../../cboe-index-history/VIX_History.csv",
    "/fed/%2e%2e/%2e%2e/cboe-index-history/VIX_History.csv",
    "/fed//etc/passwd", "/fed/%00", "/fed/monetarypolicy", f"/fed/{'a' * 300}",
    "/breadth/advdec/SOURCE.md", "/breadth/advdec/..%2fSOURCE.md", "/nasdaq/api/ipo/calendar?date=2023-01",
    "/damodaran/~adamodar/pc/datasets/histimpl.xlsx", "/shiller/other", "/sec/Archives", "/wsj/", "/defillama/",
    "/fred/graph/fredgraph.csv?id=NONE", "/fred/graph/fredgraph.csv", "/fred/graph/fredgraph.csv?id=../x",
    "/fred/graph/fredgraph.csv?id=SP500&vintage_date=2018-02-06",
    "/yahoo/v8/finance/chart/%5EGSPC", "/cfe/us/futures/market_statistics/settlement/csv?dt=today",
    "/treasury/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv/1989/all?type=daily_treasury_yield_curve&field_tdr_date_value=1989",
    "/treasury/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv/2022/all?type=daily_treasury_yield_curve&field_tdr_date_value=2021",
])  # fmt: skip
def test_what_the_folder_lacks_is_not_found(ask: Ask, path: str) -> None:
    """An address without a file, or one that leads elsewhere, answers 404 in plain text."""
    answer = ask(path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/plain")


def test_a_held_version_is_not_sent_again(ask: Ask) -> None:
    """The entity tag or the date of a copy at hand gives 304 without a body; another tag does not."""
    first = ask(_VIX)
    tag, moment = first.headers["ETag"], first.headers["Last-Modified"]
    for held in ({"If_None_Match": tag}, {"If_None_Match": f'"x", W/{tag}'},
                 {"If_Modified_Since": moment}):  # fmt: skip
        again = ask(_VIX, **held)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    for other in ({"If_None_Match": '"x"', "If_Modified_Since": moment},
                  {"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
                  {"If_Modified_Since": "yesterday"}):  # fmt: skip
        assert ask(_VIX, **other).body == first.body


def test_nothing_outside_the_folder_is_served(tmp_path: Path) -> None:
    """A link that leads out of the folder is no file of it."""
    (tmp_path / "private.csv").write_text("a,b\n")
    place = tmp_path / "folder" / "nyse-breadth" / "NYSE_advn.csv"
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path / "private.csv")
    assert (
        Replay(tmp_path / "folder").answer(Asked("breadth", "/advdec/NYSE_advn.csv")).status == 404
    )


def test_a_head_has_no_body(ask: Ask) -> None:
    """HEAD tells length and version alone."""
    answer = ask(_VIX, "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


def test_a_post_is_bounded(ask: Ask) -> None:
    """A body that nobody would post is refused before it is read."""
    answer = ask("/bls/publicAPI/v2/timeseries/data/", "POST", Content_Length="9999999")
    assert answer.status == 413


def test_keys_do_not_choose_the_file(ask: Ask) -> None:
    """A body kept under its query is found whatever key is asked with."""
    path = f"/fred_api/fred/release/dates?release_id=10&api_key={'a' * 32}"
    assert ask(path).body == b'{"release_dates": []}\n'


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A file that is not what its name says answers 500 and says which it is."""
    place = tmp_path / "fred-extracts" / "SP500.csv"
    place.parent.mkdir()
    place.write_text("date,value\n2018-02-05,1,2\n")
    with serving(tmp_path) as url, pytest.raises(SourceError, match="500"):
        Client(sleep=lambda _: None).fetch(
            Request(
                Publisher("fred", f"{url}/fred", "t"),
                "/graph/fredgraph.csv",
                "csv",
                (("id", "SP500"),),
            )
        )


@pytest.mark.parametrize(("publisher", "path", "kind", "query"), [
    ("cboe", "/api/global/us_indices/daily_prices/VIX_History.csv", "csv", ()),
    ("cboe", "/api/global/delayed_quotes/options/_SPX.json", "json", ()),
    ("fred", "/graph/fredgraph.csv", "csv", (("id", "SP500"),)),
    ("damodaran", "/~adamodar/pc/implprem/ERPbymonth.xlsx", "xlsx", ()),
    ("shiller", "/", "html", ()),
    ("shiller_yale", "/~shiller/data/ie_data.xls", "xls", ()),
])  # fmt: skip
def test_our_client_takes_every_kind(
    base_url: str, publisher: str, path: str, kind: Kind, query: tuple[tuple[str, str], ...]
) -> None:
    """The transport accepts each kind of body, and hears that the copy it holds is current."""
    there = Publisher(publisher, f"{base_url}/{publisher}", "volbrief/0.1 test")
    client = Client()
    answer = client.fetch(Request(there, path, kind, query))
    assert isinstance(answer, Response)
    tag = dict(answer.headers_kept)["etag"]
    assert isinstance(client.fetch(Request(there, path, kind, query, etag=tag)), Unchanged)


def test_shillers_page_leads_to_his_workbook(ask: Ask) -> None:
    """The link on the page, below the file host's base URL, is the workbook."""
    remote = shiller.workbook_request(ask("/shiller/").body)
    query = "&".join(f"{name}={value}" for name, value in remote.params)
    assert ask(f"/shiller_files{remote.path}?{query}").body.startswith(b"\xd0\xcf\x11\xe0")


def test_each_publisher_has_a_setting() -> None:
    """One line per publisher that a live run asks, as an env file takes it, and none besides."""
    lines = settings("http://127.0.0.1:8000")
    assert lines[0] == "VOLBRIEF_BASE_URLS__CBOE=http://127.0.0.1:8000/cboe"
    named = {line.partition("=")[0].removeprefix("VOLBRIEF_BASE_URLS__").lower() for line in lines}
    assert named == set(PUBLISHERS)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """A name that leads nowhere stops the start, saying what is accepted."""
    with (
        pytest.raises(ReplayError, match="no such folder; accepted is"),
        serving(tmp_path / "none"),
    ):
        pass


def test_the_command_prints_the_settings(small_folder: Path) -> None:
    """The process says where each publisher is before it is asked for anything, and serves."""
    command = [sys.executable, "-m", "replay", str(small_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        name, _, url = process.stdout.readline().strip().partition("=")
        path = f"{_VIX.removeprefix('/cboe')}"
        answer = Client().fetch(Request(Publisher("cboe", url, "volbrief/0.1 test"), path, "csv"))
        process.terminate()
    assert name == "VOLBRIEF_BASE_URLS__CBOE"
    assert isinstance(answer, Response)


def test_starting_waits_for_no_library() -> None:
    """What takes long to import is imported with the first body that needs it, not before."""
    told = "import replay.__main__, sys; sys.stdout.write(str({'polars', 'openpyxl'} & {*sys.modules}))"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout == "set()"
