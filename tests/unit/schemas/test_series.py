"""The catalogue as a whole: no series twice, no feed that could be taken for another."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from schemas.catalogue import TABLES
from schemas.columns import COLUMNS
from schemas.feed import Feed
from schemas.live_feeds import ALFRED, CBOE, FRED, LIVE, OWN, TREASURY
from schemas.model import SchemaError
from schemas.series import SERIES, SOURCES, USED, offered_by, series, series_of, watched

FEEDS = [(entry, feed) for entry in SERIES for feed in entry.feeds]


def test_series_are_unique() -> None:
    """A name is one series."""
    names = [entry.id for entry in SERIES]
    assert len(set(names)) == len(names)


def test_series_has_column_and_table() -> None:
    """Each series has a column with meaning and plausible range, in the core table it names."""
    for entry in SERIES:
        column, table = COLUMNS[entry.id], TABLES[entry.table]
        assert column.doc, entry.id
        assert column.ge is not None, entry.id
        assert column.le is not None, entry.id
        assert column.ge < column.le, entry.id
        assert entry.table.startswith("core_"), entry.id
        assert entry.id in table.schema, entry.id
        assert table.is_nullable(entry.id), entry.id


def test_feeds_name_their_source() -> None:
    """Every feed is of a source there is, and every source offers the index the grid runs on."""
    assert {feed.source for _, feed in FEEDS} == set(SOURCES)
    assert all(series("spx_close").feed(source) for source in SOURCES)


def test_publishers_are_unique_per_source() -> None:
    """Within a source a publisher has one feed of a series: rows are told apart by publisher."""
    counted = Counter((entry.id, feed.source, feed.publisher) for entry, feed in FEEDS)
    assert [key for key, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("source", ["simulated", LIVE])
def test_remote_ids_are_unique_per_publisher(source: str) -> None:
    """A publisher's id means one series, the user's own file aside, which names its series itself."""
    counted = Counter((feed.publisher, feed.remote_id) for _, feed in FEEDS
                      if feed.source == source and feed.publisher != OWN)  # fmt: skip
    assert [key for key, count in counted.items() if count > 1] == []


def test_feeds_are_whole() -> None:
    """A feed states publisher, id, terms, a scale and limits, and a rule that its fields complete."""
    complete: dict[str, Callable[[Feed], bool]] = {
        "after_close": lambda feed: feed.known.minutes > 0 and feed.frequency == "daily",
        "days_later": lambda feed: feed.known.days >= 0,
        "sessions_later": lambda feed: feed.known.days >= 1,
        "months_later": lambda feed: feed.known.months >= 0 and 1 <= feed.known.day <= 31,
        "stamped": lambda _: True,
    }
    for entry, feed in FEEDS:
        what = f"{entry.id} of {feed.publisher}"
        assert all((feed.publisher, feed.remote_id, feed.terms)), what
        assert feed.scale > 0, what
        assert 0 <= feed.warn_after <= feed.fail_after, what
        assert complete[feed.known.rule](feed), what


def test_delays_are_delays() -> None:
    """A late release came after its rule's day, or the rule alone would have let it in early."""
    for entry, feed in FEEDS:
        known = feed.known
        events = [event for event, _ in known.delayed]
        assert len(set(events)) == len(events), entry.id
        for event, came in known.delayed:
            month = event.year * 12 + event.month - 1 + known.months
            due = {
                "months_later": date(month // 12, month % 12 + 1, known.day),
                "days_later": event + timedelta(days=known.days),
            }[known.rule]
            assert came > due, f"{entry.id} of {event}"


def test_value_does_not_fail_before_the_next() -> None:
    """A value of a slow series does not age out before its successor's event has come."""
    least = {"daily": 0, "weekly": 5, "monthly": 21, "quarterly": 63, "yearly": 252}
    for entry, feed in FEEDS:
        assert feed.fail_after >= least[feed.frequency], f"{entry.id} of {feed.publisher}"


def test_live_order_of_preference() -> None:
    """The publisher before the copy, the vintages before the newest figure, the own file last."""
    publishers = {
        name: [feed.publisher for feed in series(name).feeds_of(LIVE)]
        for name in ("vix_close", "treasury_10y", "gdp_real")
    }
    assert publishers == {
        "vix_close": [CBOE, FRED, OWN],
        "treasury_10y": [TREASURY, FRED, OWN],
        "gdp_real": [ALFRED, FRED, OWN],
    }


def test_own_file_for_every_series() -> None:
    """Every series takes the user's own file, last, in its own unit and by a rule, not a stamp."""
    for entry in SERIES:
        last = entry.feeds_of(LIVE)[-1]
        assert (last.publisher, last.scale) == (OWN, 1.0), entry.id
        assert last.known.rule != "stamped", entry.id


def test_offered_without_own_files() -> None:
    """What only the user could bring is offered by nobody; the sample and simulator offer theirs."""
    only_own = {entry.id for entry in SERIES if len(entry.feeds_of(LIVE)) == 1}
    assert only_own
    assert not only_own & {entry.id for entry in offered_by(LIVE)}
    for source in ("sample", "simulated"):
        assert all(entry.feed(source) is not None for entry in offered_by(source))


@pytest.mark.parametrize("source", SOURCES)
def test_watched_is_offered_and_used(source: str) -> None:
    """Watched are the offered series that a measure is made from, no more and no fewer."""
    names = {entry.id for entry in watched(source)}
    assert names == {entry.id for entry in offered_by(source)} & USED


def test_used_series_exist() -> None:
    """What measures are made from is in the catalogue, settlements aside, which have a table."""
    assert USED - {entry.id for entry in SERIES} <= {"settle"}


def test_series_by_name() -> None:
    """A series is found by its name; another name is answered with those there are."""
    assert series("vix_close").id == "vix_close"
    with pytest.raises(SchemaError, match="series 'vix': not in the catalogue; it has spx_open, "):
        series("vix")


def test_series_of_table() -> None:
    """A table's series come in catalogue order, and every series is in one table's."""
    found = [entry.id for name in TABLES for entry in series_of(name)]
    assert sorted(found) == sorted(entry.id for entry in SERIES)
