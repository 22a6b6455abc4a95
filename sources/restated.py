"""Whether a file restates what is held: a publisher that rewrites its history is asked about first.

A rebasing, a split or a new method changes thousands of old values at once, and so does a file
with its columns swapped. Neither may move a percentile before a person has looked.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.frames import join_one
from schemas.series import series
from sources.knowledge import Held

LARGEST_PERCENT = 1  # of the values held of a series
MOST_ROWS = 20  # as many of a short series may be revised, whatever share that is
PREFIX = "restated: "
"""How the refusal of a restating file begins."""

_REWRITES = "whole history"  # as a feed says that its publisher revises all of it, as a rule


def revisions(rows: pl.LazyFrame, held: Held, *, key: Sequence[str], value: str) -> pl.LazyFrame:
    """How many of the values held a file gives otherwise, where these are too many for revisions.

    Args:
        rows: a file's rows of a raw table.
        held: what is there of their series.
        key: what names an event, less its knowledge time.
        value: the column that may be revised.

    Returns:
        The key's columns but the event's own, held and revised: a row per series beyond the
        limits. A stamped vintage revises nothing, since it stands beside the others.
    """
    is_stamped = "is_reconstructed" in rows.collect_schema()
    by_rule = rows.filter("is_reconstructed") if is_stamped else rows
    newest = held.rows.sort(*key, "available_at").unique(key, keep="last", maintain_order=True)
    told = by_rule.select(*key, pl.col(value).alias("told"))
    owner = [name for name in key if name in ("series_id", "publisher")]
    changed = (pl.col("told") != pl.col(value)).sum().alias("revised")
    counts = (
        join_one(newest.select(*key, value), told, list(key))
        .with_columns(pl.lit(0).alias("all"))
        .group_by(*owner, "all")
        .agg(pl.len().cast(pl.Int64).alias("held"), changed.cast(pl.Int64))
    )
    beyond = (pl.col("revised") > MOST_ROWS) & (
        pl.col("revised") * 100 > pl.col("held") * LARGEST_PERCENT
    )
    return counts.filter(beyond).select(*owner, "held", "revised").sort(*owner, "held")


def restatement(name: str, counts: Sequence[Mapping[str, object]], source: str) -> str | None:
    """The sentence that refuses a file which restates history; null where it may be taken in.

    Args:
        name: the file's dataset.
        counts: rows of ``revisions``.
        source: whose feeds say which publishers rewrite their history as a rule.
    """
    for row in counts:
        if not _is_rewritten(row, source):
            what = row.get("series_id", "VX settlements")
            return (
                f"{PREFIX}{name} gives {row['revised']:,} of the {row['held']:,} values held of "
                f"{what} otherwise; accepted are {MOST_ROWS} or {LARGEST_PERCENT} %; compare with "
                f"the publisher, then volbrief sources accept {name}"
            )
    return None


def _is_rewritten(row: Mapping[str, object], source: str) -> bool:
    if "series_id" not in row:
        return False
    feed = series(str(row["series_id"])).feed_by(source, str(row["publisher"]))
    return feed is not None and feed.revised.startswith(_REWRITES)
