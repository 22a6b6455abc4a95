"""Quantities that checks judge and no table holds: gaps, runs, jumps, group sizes.

Each is an expression over the whole table in key order. Judging them is Great Expectations' part.
"""

import polars as pl

UNSUSPECTED = "none"
"""What stands for no suspicion, since a null would not be judged."""


def session_gap(calendar: pl.Series) -> pl.Expr:
    """Sessions from the previous row's session to this one's [sessions]; -1 for no session at all.

    0 within a session, 1 from one session to the next; 2 or more says that sessions are missing
    just before this row.

    Args:
        calendar: every session, ascending, without repeats.
    """
    number = pl.col("session").replace_strict(
        calendar, pl.int_range(len(calendar), eager=True), default=None, return_dtype=pl.Int64
    )
    gap = (number - number.shift().forward_fill()).fill_null(0)
    return pl.when(number.is_null()).then(-1).otherwise(gap)


def unchanged_run(column: str) -> pl.Expr:
    """How many rows in a row, this one included, hold the same value [sessions]."""
    value = pl.col(column)
    return pl.when(value.is_not_null()).then(pl.int_range(1, pl.len() + 1).over(value.rle_id()))


def log_change(column: str) -> pl.Expr:
    """Size of the change of the logarithm since the previous row; null where either is not positive."""
    value = pl.col(column)
    positive = pl.when(value > 0).then(value)
    return (positive.log() - positive.shift().log()).abs()


def change(column: str) -> pl.Expr:
    """Size of the change since the previous row, in the column's unit."""
    return (pl.col(column) - pl.col(column).shift()).abs()


def high_clearance(index: str) -> pl.Expr:
    """How far the high stands above the higher of open and close [index points]; negative is impossible."""
    body = pl.max_horizontal(f"{index}_open", f"{index}_close")
    return pl.col(f"{index}_high") - body


def low_clearance(index: str) -> pl.Expr:
    """How far the low stands below the lower of open and close [index points]; negative is impossible."""
    body = pl.min_horizontal(f"{index}_open", f"{index}_close")
    return body - pl.col(f"{index}_low")


def rows_per_session() -> pl.Expr:
    """Rows that share this row's session [count]."""
    return pl.len().over("session").cast(pl.Int64)


def freshness_of(series_id: str) -> pl.Expr:
    """The freshness of one series' rows; null on the rows of the others."""
    return pl.when(pl.col("series_id") == series_id).then(pl.col("freshness"))


def suspicion_of(series_id: str) -> pl.Expr:
    """Why one series' rows are not believed, UNSUSPECTED where they are; null on the others' rows."""
    reason = pl.col("suspicion").fill_null(UNSUSPECTED)
    return pl.when(pl.col("series_id") == series_id).then(reason)


def room_in_range(ranges: dict[str, tuple[float, float | None, float | None]]) -> pl.Expr:
    """How far a raw value lies inside its series' plausible range [the column's unit].

    Args:
        ranges: scale, lowest and highest by series and publisher, with a space between.

    Returns:
        Negative outside; null where the series has no feed, or no bound.
    """
    feed = pl.concat_str("series_id", "publisher", separator=" ")
    scale, lowest, highest = (
        feed.replace_strict(
            list(ranges), [one[place] for one in ranges.values()], default=None,
            return_dtype=pl.Float64,
        )
        for place in range(3)
    )  # fmt: skip
    value = pl.col("value") * scale
    return pl.min_horizontal(value - lowest, highest - value)
