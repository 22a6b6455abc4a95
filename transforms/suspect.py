"""Values that are well-formed and wrong, told by their own past or by a second publisher.

A figure can pass every check of its form and still be wrong: percent for decimal, one index under
another's name, yesterday's file again. The rules here and in ``suspect_across`` look at the
as-known panel and say which rows not to believe; their value is then taken out, never carried. A
row is judged by what was known at its own decision, in history as today.
"""

from itertools import pairwise

import polars as pl

from schemas.feed import Series
from schemas.frames import compare, join_one, known_by
from schemas.series import SERIES
from transforms.suspect_across import crossed
from transforms.suspect_limits import limits_of

_NEAR, _FAR = 21, 252  # events behind the usual level: ten bad ones, half a year's, do not move it


def slip(
    value: pl.Expr, near: pl.Expr, far: pl.Expr, step: pl.Expr, floor: pl.Expr
) -> pl.Expr:  # fmt: skip
    """Whether a value is off its own usual level by a factor, or a step, that never was (S1).

    The usual level is the median of the 21 events before, and of the 252: the first knows a market
    that moved, the second a unit that stays wrong.

    Args:
        value: the events of one series in the order they became known.
        near: largest change of the logarithm against the 21; null is no limit.
        far: the same against the 252.
        step: largest change of the level against the 21 [the series' unit].
        floor: changes of the level up to it are no slip [the series' unit].

    Returns:
        Boolean; null where nothing is known to compare with, or where no limit is given.

    Source:
        reliability.md S1: x100 and /100 on each of the last 250 rows are caught.
    """
    lately, ever = _usual(value, _NEAR, 3), _usual(value, _FAR, 20)
    by_ratio = compare(_distance(value, lately), ">", near) | compare(
        _distance(value, ever), ">", far
    )
    change = (value - lately).abs()
    return (by_ratio & compare(change, ">", floor)) | compare(change, ">", step)


def repeats(run: pl.Expr, most: pl.Expr) -> pl.Expr:
    """Whether a series has told the same value longer than it ever did (S2).

    Args:
        run: events in a row with one value, this one included [count].
        most: the longest run that is believed; null is no limit.

    Returns:
        Boolean, null without a limit.
    """
    return compare(run, ">", most)


def suspected(panel: pl.LazyFrame, comparisons: pl.LazyFrame | None) -> pl.LazyFrame:
    """The panel with ``suspicion``: why a row is not believed, null where it is.

    Args:
        panel: the as-known panel: session, decision_at, series_id, event_date, value, freshness.
        comparisons: what two publishers of one series said of one event, by ``publishers_apart``;
            none where no series has two.

    Returns:
        The panel's rows in the order of series and session, with a word of SUSPICIONS or null, and
        freshness ``suspect`` where there is one. What is stale already keeps ``fail``.
    """
    ordered = panel.sort("series_id", "session")
    alone = known_by(ordered, _by_event(ordered), left_on="session", right_on="session",
                     by="series_id")  # fmt: skip
    judged = join_one(alone, crossed(ordered), on=["session", "series_id"])
    reasons = ["alone", "crossed"]
    if comparisons is not None:
        judged = known_by(judged, comparisons, left_on="decision_at", right_on="compared_at",
                          by="series_id")  # fmt: skip
        is_held = (pl.col("compared_date") == pl.col("event_date")) & pl.col("is_apart")
        apart = pl.when(is_held | pl.col("is_apart_twice")).then(pl.lit("disagrees"))
        judged = judged.with_columns(disagrees=apart)
        reasons = ["disagrees", *reasons]
    reason = pl.when(pl.col("freshness") != "fail").then(pl.coalesce(reasons))
    return judged.with_columns(
        suspicion=reason,
        freshness=pl.when(reason.is_not_null()).then(pl.lit("suspect")).otherwise("freshness"),
    )


def publishers_apart(raw_observation: pl.LazyFrame, source: str) -> pl.LazyFrame | None:
    """Where two publishers of one series have told a value of the same event: do they agree (N16)?

    Returns:
        One row per series and time at which a comparison became possible, or changed:
        ``compared_at``, ``compared_date``, ``is_apart``, and ``is_apart_twice`` where the event
        compared before it was apart as well; none where the source has no such pair.
    """
    pairs = [pair for entry in SERIES for pair in _pairs_of(entry, source)]
    if not pairs:
        return None
    schema = {"series_id": pl.String, "publisher": pl.String, "is_first": pl.Boolean,
              "within": pl.Float64}  # fmt: skip
    told = join_one(
        raw_observation, pl.LazyFrame(pairs, schema=schema, orient="row"),
        ["series_id", "publisher"], many=True,
    ).filter(pl.col("is_first").is_not_null()).sort("series_id", "event_date", "available_at")  # fmt: skip
    event = ["series_id", "event_date"]
    both = told.with_columns(
        one=pl.when("is_first").then("value").forward_fill().over(event),
        other=pl.when(~pl.col("is_first")).then("value").forward_fill().over(event),
    ).filter(pl.col("one").is_not_null() & pl.col("other").is_not_null())
    apart = compare((pl.col("one") - pl.col("other")).abs(), ">", pl.col("within"))
    ordered = both.with_columns(is_apart=apart).sort("series_id", "available_at", "event_date")
    newest = ordered.filter(
        pl.col("event_date") == pl.col("event_date").cum_max().over("series_id")
    )
    before = pl.col("is_apart").shift().over("series_id")
    is_other_event = pl.col("event_date") != pl.col("event_date").shift().over("series_id")
    return newest.select(
        "series_id",
        "is_apart",
        compared_at="available_at",
        compared_date="event_date",
        is_apart_twice=pl.col("is_apart") & before & is_other_event,
    )


def _pairs_of(entry: Series, source: str) -> list[tuple[str, str, bool, float]]:
    """The first pair of feeds that are to agree, each with the tolerance [published unit]."""
    feeds = entry.feeds_of(source)
    for one, other in pairwise(feeds):
        if other.agrees_within is not None:
            within = other.agrees_within
            return [
                (entry.id, one.publisher, True, within),
                (entry.id, other.publisher, False, within),
            ]
    return []


def _limits() -> pl.LazyFrame:
    rows = [
        (entry.id, found.near, found.far, found.step, found.floor, found.repeats)
        for entry in SERIES
        for found in [limits_of(entry)]
    ]
    schema = {"series_id": pl.String(), "near": pl.Float64(), "far": pl.Float64(),
              "step": pl.Float64(), "floor": pl.Float64(), "most": pl.Float64()}  # fmt: skip
    return pl.LazyFrame(rows, schema=schema, orient="row")


def _by_event(ordered: pl.LazyFrame) -> pl.LazyFrame:
    """The reason that a series' own past gives, at the session each event became the newest."""
    held = pl.struct("series_id", "event_date", "value")
    events = ordered.filter(held.ne_missing(held.shift()))
    ruled = join_one(events, _limits(), "series_id", many=True)
    runs = pl.struct("series_id", "value").rle_id()
    run = pl.int_range(1, pl.len() + 1).over("run")
    limits = (pl.col(name) for name in ("near", "far", "step", "floor"))
    is_slip = slip(pl.col("value"), *limits).over("series_id")
    reason = (
        pl.when(is_slip)
        .then(pl.lit("unit_slip"))
        .when(repeats(run, pl.col("most")))
        .then(pl.lit("repeats"))
    )
    return ruled.with_columns(run=runs).select("session", "series_id", alone=reason)


def _usual(value: pl.Expr, events: int, least: int) -> pl.Expr:
    """The median of the values before this one."""
    return value.shift().rolling_median(events, min_samples=least)


def _distance(value: pl.Expr, usual: pl.Expr) -> pl.Expr:
    """Size of the change of the logarithm; null where either is not positive."""
    ratio = pl.when((value > 0) & (usual > 0)).then(value / usual)
    return ratio.log().abs()
