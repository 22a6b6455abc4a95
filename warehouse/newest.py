"""The newest row of each group of a table's rows."""

from collections.abc import Sequence

import polars as pl


def newest(frame: pl.DataFrame, group: Sequence[str], by: Sequence[str]) -> pl.DataFrame:
    """Of each group the row that comes last by some columns, in the order of the groups.

    Args:
        frame: a table's rows.
        group: the columns that name a group; none for a single one.
        by: the columns that order it, the first counting most.
    """
    ordered = frame.sort(*group, *by)
    return ordered.unique(group, keep="last", maintain_order=True) if group else ordered.tail(1)
