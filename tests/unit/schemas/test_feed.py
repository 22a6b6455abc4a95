"""What a feed may say, and how a series finds the feeds of a source."""

import pytest

from schemas.feed import Feed, Known, Series
from schemas.model import SchemaError


def _feed(source: str, publisher: str, warn: int = 1, fail: int = 5) -> Feed:
    known = Known("after_close", minutes=20)
    return Feed(source, publisher, "remote", "daily", known, warn, fail)


TWO = Series("vix_close", "core_index_daily", (
    _feed("sample", "Cboe"), _feed("live", "Cboe"), _feed("live", "FRED"),
))  # fmt: skip


@pytest.mark.parametrize(("warn", "fail"), [(0, 0), (0, 5), (5, 5)])
def test_limits_in_order(warn: int, fail: int) -> None:
    """A value may warn and fail at the same age, and at once."""
    feed = _feed("live", "Cboe", warn, fail)
    assert (feed.warn_after, feed.fail_after) == (warn, fail)


@pytest.mark.parametrize(("warn", "fail"), [(-1, 5), (6, 5), (0, -1)])
def test_limits_out_of_order_refused(warn: int, fail: int) -> None:
    """A value that failed before it warned would go unseen."""
    with pytest.raises(SchemaError, match=rf"warns after {warn} and fails after {fail} sessions"):
        _feed("live", "Cboe", warn, fail)


def test_feeds_of_a_source() -> None:
    """A source's feeds come in the order of preference; the first is its feed."""
    assert [feed.publisher for feed in TWO.feeds_of("live")] == ["Cboe", "FRED"]
    assert TWO.feed("live") == TWO.feeds[1]
    assert TWO.feed("sample") == TWO.feeds[0]


def test_source_without_feed() -> None:
    """A source that does not offer the series has no feed of it."""
    assert TWO.feeds_of("simulated") == ()
    assert TWO.feed("simulated") is None


def test_feed_by_publisher() -> None:
    """A publisher's feed is found within its source, and nowhere else."""
    assert TWO.feed_by("live", "FRED") == TWO.feeds[2]
    assert TWO.feed_by("live", "Cboe") == TWO.feeds[1]
    assert TWO.feed_by("sample", "FRED") is None


def test_column_is_the_dictionarys() -> None:
    """A series' unit and range are its column's."""
    assert TWO.column.name == "vix_close"
