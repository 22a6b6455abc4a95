"""S7: when a file restates history, and when it merely revises it."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from sources.knowledge import Held
from sources.restated import MOST_ROWS, restatement, revisions

KEY = ["series_id", "publisher", "event_date"]
AT = datetime(2024, 1, 1, tzinfo=UTC)


def _rows(count: int, changed: int = 0, *, series: str = "vix_close",
          publisher: str = "Cboe", by_rule: bool = True) -> pl.LazyFrame:  # fmt: skip
    days = [date(2000, 1, 1) + timedelta(days=n) for n in range(count)]
    return pl.LazyFrame(
        {
            "series_id": [series] * count, "publisher": [publisher] * count, "event_date": days,
            "value": [20.0 + (n < changed) for n in range(count)], "available_at": [AT] * count,
            "is_reconstructed": [by_rule] * count,
        }
    )  # fmt: skip


def _counts(rows: pl.LazyFrame, held: pl.LazyFrame) -> list[dict[str, object]]:
    found = revisions(rows, Held(held, AT), key=KEY, value="value")
    return found.collect(engine="in-memory").to_dicts()


@pytest.mark.parametrize(
    ("held", "changed", "is_restated"),
    [
        (100, MOST_ROWS, False),
        (100, MOST_ROWS + 1, True),
        (5000, 50, False),
        (5000, 51, True),
        (2100, 21, False),
    ],
)
def test_limits(held: int, changed: int, is_restated: bool) -> None:  # noqa: FBT001
    """More than 20 rows and more than a hundredth of the history; exactly that much is taken in."""
    assert bool(_counts(_rows(held, changed), _rows(held))) is is_restated


def test_shortened_history_is_no_restatement() -> None:
    """Rows that a file no longer has are no revision, and new ones are none."""
    assert _counts(_rows(10), _rows(3000)) == []
    assert _counts(_rows(3000, 0), _rows(10)) == []


def test_other_publishers_rows_do_not_count() -> None:
    """A file is held against its own publisher's values alone."""
    assert _counts(_rows(100, 100), _rows(100, publisher="FRED")) == []


def test_vintages_restate_nothing() -> None:
    """A stamped vintage stands beside the others."""
    assert _counts(_rows(100, 100, by_rule=False), _rows(100, by_rule=False)) == []


def test_sentence_names_the_series_and_the_command() -> None:
    """The refusal says how much of what, and how a person accepts it."""
    said = restatement("cboe_vix", _counts(_rows(100, 60), _rows(100)), "live")
    assert said is not None
    assert said.startswith("restated: cboe_vix gives 60 of the 100 values held of vix_close")
    assert said.endswith("volbrief sources accept cboe_vix")


def test_publisher_that_rewrites_as_a_rule_is_not_asked_about() -> None:
    """The catalogue says of the NFCI that its whole history is estimated anew each week."""
    counts = [{"series_id": "nfci", "publisher": "FRED", "held": 900, "revised": 900}]
    assert restatement("fred_nfci", counts, "live") is None
