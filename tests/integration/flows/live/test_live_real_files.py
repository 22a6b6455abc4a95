"""A run on the publishers' real files ends in a page with the levels that were published."""

import json
from pathlib import Path

import pytest

from flows.brief import brief
from flows.outcome import ExitCode
from flows.plan import Wish
from replay.server import serving
from schemas.core import CORE_AS_KNOWN_DAILY, CORE_INDEX_DAILY, CORE_RATE_DAILY
from tests.integration.flows.live.conftest import SESSION, Finished, Place, environment

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The morning of 30 December 2022 on the files of the folder, as they are."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED}: needs market files that are not ours to redistribute")
    place = Place(tmp_path_factory.mktemp("live-real"))
    with pytest.MonkeyPatch.context() as patch, serving(SHARED) as base_url:
        patch.chdir(place.root)
        for name, value in environment(place, base_url).items():
            patch.setenv(name, value)
        return Finished(place, brief(Wish(SESSION, want_pdf=False), orchestrated=False))


def test_real_run_ends_in_a_page(real: Finished) -> None:
    """Of what the folder lacks the page says that it is missing; the rest is there."""
    assert real.outcome.code is ExitCode.DEGRADED
    assert real.outcome.files["html"].is_file()


def test_levels_are_the_published_ones(real: Finished) -> None:
    """S&P 500 3839.50, VIX 21.67 (Cboe) and a 10-year yield of 3.88 % (Treasury)."""
    index = real.place.rows(CORE_INDEX_DAILY).filter(session=SESSION)
    rates = real.place.rows(CORE_RATE_DAILY).filter(session=SESSION)
    assert (index["spx_close"].item(), index["vix_close"].item()) == (3839.50, 21.67)
    assert rates["treasury_10y"].item() == pytest.approx(0.0388, abs=1e-12)


def test_page_shows_the_levels(real: Finished) -> None:
    """The page prints them in its words."""
    html = real.outcome.files["html"].read_text()
    assert all(words in html for words in ("3,839.50", "21.67", "3.88"))


def test_required_inputs_name_their_publishers(real: Finished) -> None:
    """What the policy needs stands on the page with its publisher, and none is the sample's."""
    page = json.loads(real.outcome.files["json"].read_text())
    shown = {cell["series_id"]: cell["publisher"] for cell in page["quality"]["cells"]}
    assert (shown["spx_close"], shown["vix_close"]) == ("Cboe", "Cboe")
    assert shown["treasury_10y"] == "US Treasury"
    assert shown["erp_damodaran_published"] == "Aswath Damodaran, NYU Stern"
    panel = real.place.rows(CORE_AS_KNOWN_DAILY).filter(session=SESSION)
    sources = dict(panel.select("series_id", "publisher").iter_rows())
    assert all(shown[name] == sources[name] for name in shown.keys() & sources.keys())
