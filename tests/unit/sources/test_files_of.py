"""Which files a feed is read from, and what one that is not asked would need."""

import pytest

from schemas import live_feeds as feeds
from schemas.raw import RAW_EVENT, RAW_OBSERVATION
from schemas.series import series
from sources.dataset import Dataset
from sources.files_of import files_of, missing_for


def _dataset(name: str, publisher: str) -> Dataset:
    table = RAW_EVENT if name == "events" else RAW_OBSERVATION
    return Dataset(name, table, lambda _: NotImplemented, publisher=publisher)


CBOE = (_dataset("cboe_vix", "Cboe"), _dataset("cboe_vix9d", "Cboe"))
CURVE = tuple(_dataset(f"treasury_yield_curve_{year}", "US Treasury") for year in (2024, 2025))
EVERY = (*CBOE, *CURVE, _dataset("events", ""))


@pytest.mark.parametrize(
    ("series_id", "publisher", "names"),
    [
        ("vix_close", feeds.CBOE, ["cboe_vix"]),
        (
            "treasury_10y",
            feeds.TREASURY,
            ["treasury_yield_curve_2025", "treasury_yield_curve_2024"],
        ),
        ("vix_close", feeds.FRED, []),
    ],
)
def test_files_of(series_id: str, publisher: str, names: list[str]) -> None:
    """The file named after the feed's id, or else those of its kind, the newest year first."""
    feed = series(series_id).feed_by("live", publisher)
    assert feed is not None
    assert [one.name for one in files_of(feed, EVERY)] == names


def test_source_with_one_publisher() -> None:
    """Where no dataset names its publisher, each may hold the series."""
    feed = series("vix_close").feed("sample")
    assert feed is not None
    only = (_dataset("arch", ""), _dataset("events", ""))
    assert [one.name for one in files_of(feed, only)] == ["arch"]


@pytest.mark.parametrize(
    ("series_id", "state", "words"),
    [
        ("edgar_s1_filings", "needs a key", "VOLBRIEF_CONTACT"),
        ("dex_volume", "off", '["defillama"]'),
        ("gdp_real", "needs a key", "VOLBRIEF_FRED_API_KEY"),
    ],
)
def test_missing_for(series_id: str, state: str, words: str) -> None:
    """A feed that is not asked says which setting turns it on."""
    feed = series(series_id).feed("live")
    assert feed is not None
    found, why = missing_for(feed)
    assert (found, words in why) == (state, True)
