"""Four decisions on the sample explained in full, word for word as a person last read them."""

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl
import pytest

from briefing import explain, why
from briefing.explain import Node
from schemas.core import CORE_TABLES
from schemas.series import series_of

Frames = Mapping[str, pl.LazyFrame]
FIRST = date(2015, 8, 21)
DAYS = (FIRST, date(2018, 2, 5), date(2018, 2, 6), date(2018, 12, 24))
LAYERS = ("L1", "L2", "L3", "SE")


def _of(decided: Frames, names: list[str], until: date, since: date) -> dict[str, pl.DataFrame]:
    """The named tables' rows of the sessions; whole where they have no session."""
    found = {}
    for name in names:
        frame = decided[name]
        if "session" in frame.collect_schema():
            frame = frame.filter(pl.col("session").is_between(since, until))
        found[name] = frame.collect(engine="in-memory")
    return found


@pytest.fixture(scope="module")
def explained(decided_sample: Frames) -> Callable[[str, date], Node]:
    """A layer's decision of a day as the tree that `volbrief explain` prints."""

    def run(layer: str, day: date) -> Node:
        frames = _of(decided_sample, [table.name for table in explain.TABLES], day, day)
        return explain.tree(frames, layer, day)

    return run


def _lines(node: Node) -> list[str]:
    return [node.text, *(line for child in node.children for line in _lines(child))]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_decision_is_explained_the_same(
    explained: Callable[[str, date], Node], assert_golden: Callable[[str, str], None], day: date
) -> None:
    """Every layer's decision of the day, from what is asked down to the archived bytes."""
    trees = [explain.text(explained(layer, day)) for layer in LAYERS]
    assert_golden(f"decisions/{day}.txt", "\n\n".join(trees) + "\n")


@pytest.mark.parametrize("layer", LAYERS)
def test_first_day_says_why_the_gap_is_unknown(
    explained: Callable[[str, date], Node], layer: str
) -> None:
    """In August 2015 the sample knows the gap on 411 sessions; a z needs 756, and the text says so."""
    said = "\n".join(_lines(explained(layer, FIRST)))
    assert "matrix cell unknown: no band for its row, whose value is unknown" in said
    assert "(2,520 sessions, at least 756)" in said
    assert "of that window 411 sessions are known" in said


def test_causes_of_the_unknown_gap(
    decided_sample: Frames, assert_golden: Callable[[str, str], None]
) -> None:
    """`explain --why-unknown` blames no input that is there: the VIX of the sample begins in 2014."""
    daily = [table.name for table in why.DAILY if table.name in decided_sample]
    wide = [table.name for table in CORE_TABLES if series_of(table.name)]
    history = why.history_of(_of(decided_sample, wide, FIRST, date.min))
    rows = _of(decided_sample, daily, FIRST, FIRST)
    known = why.Known("sample", FIRST, rows, history, {})
    text = explain.text(why.why_unknown(known, "vol_gap_z"))
    assert "vix_close known on 412 sessions, since 2014-01-03" in text
    assert_golden(f"decisions/{FIRST}-why-vol-gap-z.txt", text + "\n")


def test_no_sentence_shows_python(explained: Callable[[str, date], Node]) -> None:
    """Nowhere does a reader meet None, nan, True or an empty pair of brackets."""
    for day in DAYS:
        for layer in LAYERS:
            for line in _lines(explained(layer, day)):
                assert not {"None", "nan", "True", "()"} & set(line.split()), line
