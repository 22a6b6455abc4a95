"""NYSE breadth: the frozen archive of one counts file per kind, and the user's own counts.

No free, official, live source of these counts is known: the archive stopped on 2020-02-10, and
from there to the first day a user brings his own there is none. The counts take in closed-end
funds, preferred shares and exchange-traded funds.

Source:
    unicorn.us.com/advdec, no licence text; frozen.
"""

from datetime import date

import polars as pl

from sources.remote import Remote
from sources.sheet import Sheet, headed, lines, once, sheet

BASE_URL = "http://unicorn.us.com"  # its certificate has expired
FROZEN = date(2020, 2, 10)
KINDS = {
    "advn": "nyse_advances", "decln": "nyse_declines", "unchn": "nyse_unchanged",
    "advv": "nyse_advancing_volume", "declv": "nyse_declining_volume",
    "unchv": "nyse_unchanged_volume", "newhi": "nyse_new_highs", "newlo": "nyse_new_lows",
}  # fmt: skip
_OWN = ("date", "advances", "declines", "unchanged")
_OWN_WITH_EXTREMES = (*_OWN, "new_highs", "new_lows")


def breadth_requests() -> dict[str, Remote]:
    """The archive's file of each kind."""
    return {kind: Remote(f"/advdec/NYSE_{kind}.csv") for kind in KINDS}


def parse_breadth(payload: bytes, *, kind: str) -> pl.LazyFrame:
    """One kind's counts, oldest first: series_id, event_date, value.

    Zeros after the archive froze are stubs, not counts, and are left out; a zero before it is a
    count. Rows on exchange holidays, of which the archive has some thirty between 2002 and 2010,
    are given as published; they belong to no session.

    Args:
        payload: the file as served.
        kind: one of ``KINDS``, as in the file's name.

    Raises:
        SourceError: another layout, a cell that does not read as stated, a date with two
            different counts, or a count after the archive froze.
    """
    table, days, counts = _archive(payload, kind)
    figures = pl.DataFrame({"event_date": days, "value": counts.cast(pl.Float64)})
    kept = figures.filter(days <= FROZEN).select(
        pl.lit(KINDS[kind]).alias("series_id"), "event_date", "value"
    )
    return once(kept, ["event_date"], file=table.file).lazy()


def left_out_of_breadth(payload: bytes, *, kind: str) -> pl.LazyFrame:
    """Rows of an archive file that are no counts: line, row, reason.

    Raises:
        SourceError: as ``parse_breadth``.
    """
    table, days, _ = _archive(payload, kind)
    reason = f"a stub after {FROZEN}, when the archive froze: not published"
    return table.cells.filter(days > FROZEN).lazy().select(
        "line", pl.concat_str("date", "count", separator=",").alias("row"),
        pl.lit(reason).alias("reason"),
    )  # fmt: skip


def parse_own_breadth(payload: bytes) -> pl.LazyFrame:
    """The user's own daily counts: series_id, event_date, value.

    The file has the columns date, advances, declines, unchanged, and new_highs and new_lows if
    known; dates as 2024-01-31; an empty cell where a count is unknown.

    Raises:
        SourceError: another layout, a cell that does not read as stated, or a date with two
            different rows.
    """
    file = "own breadth counts"
    header, table = headed(payload, _OWN, _OWN_WITH_EXTREMES, file=file, cut_is_fatal=False)
    counts = {name: table.counts(name, blanks=("",)).cast(pl.Float64) for name in header[1:]}
    days = table.dates("date", "%Y-%m-%d")
    rows = once(pl.DataFrame({"event_date": days, **counts}), ["event_date"], file=file)
    long = rows.unpivot(index="event_date", variable_name="series_id", value_name="value")
    named = pl.lit("nyse_") + pl.col("series_id")
    return long.lazy().drop_nulls("value").select(named.alias("series_id"), "event_date", "value")


def _archive(payload: bytes, kind: str) -> tuple[Sheet, pl.Series, pl.Series]:
    file = f"NYSE_{kind}.csv"
    rows = [line.replace(", ", ",", 1) for line in lines(payload, file=file)]
    table = sheet(rows, ("date", "count"), file=file, first_line=1)
    days = table.dates("date", "%Y%m%d")
    counts = table.counts("count")
    table.refuse((days > FROZEN) & (counts > 0), "count",
                 f"0: the archive froze on {FROZEN} and fills up with stubs")  # fmt: skip
    return table, days, counts
