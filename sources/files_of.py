"""Which files a feed is read from, and what a feed that is not asked would need."""

from collections.abc import Iterable

from schemas import live_feeds as feeds
from schemas.feed import Feed
from schemas.raw import RAW_OBSERVATION
from sources.dataset import Dataset

_TURNED_ON = {
    feeds.WSJ: "wsj", feeds.YAHOO: "yahoo", feeds.DEFILLAMA: "defillama", feeds.NASDAQ: "nasdaq",
    feeds.MIDAS: "midas",
}  # fmt: skip


def files_of(feed: Feed, datasets: Iterable[Dataset]) -> tuple[Dataset, ...]:
    """The datasets that may hold a feed's values, files by year with the newest first.

    The file named after it, else the files of its kind, else all its publisher's.

    A source with one feed a series names no publisher on its datasets; there any may hold it.
    """
    observed = tuple(one for one in datasets if one.table == RAW_OBSERVATION)
    if not any(one.publisher for one in observed):
        return observed
    theirs = tuple(one for one in observed if one.publisher == feed.publisher)
    named = tuple(one for one in theirs if one.name.endswith(f"_{feed.remote_id.lower()}"))
    parted = tuple(one for one in theirs if one.name.startswith(_part(feed)))
    return named or parted[::-1] or theirs


def _part(feed: Feed) -> str:
    """How the names of a feed's files begin, where a publisher has several kinds of files."""
    if feed.publisher == feeds.TREASURY:
        is_real = feed.remote_id.startswith("treasury_real")
        return "treasury_real_yield_curve_" if is_real else "treasury_yield_curve_"
    if feed.publisher == feeds.DAMODARAN:
        is_monthly = feed.remote_id.startswith("ERPbymonth")
        return "damodaran_monthly" if is_monthly else "damodaran_annual"
    return "/"  # which begins no name


def missing_for(feed: Feed) -> tuple[str, str]:
    """Why a live feed is not asked, in a word or two, and what turns it on."""
    if feed.publisher == feeds.ALFRED:
        return "needs a key", "set VOLBRIEF_FRED_API_KEY, which is free"
    if feed.publisher == feeds.EDGAR:
        return "needs a key", "set VOLBRIEF_CONTACT to your e-mail address, which the SEC asks for"
    if feed.publisher in _TURNED_ON:
        name = _TURNED_ON[feed.publisher]
        return "off", f"""set VOLBRIEF_EXTRA_SOURCES='["{name}"]' if its terms suit you"""
    return "off", "not asked with these settings"
