"""The few frame operations that must never be written by hand twice.

Polars answers ``NaN > 0.065`` with true, multiplies rows on duplicate join keys and leaves a
join's row order open. Each is a silent wrong number, so each has one guarded form here, and a test
bans the raw forms elsewhere.
"""

from typing import Literal

import polars as pl

from schemas.model import SchemaError

Operator = Literal[">", ">=", "<", "<=", "=", "!="]


def join_one(
    left: pl.LazyFrame,
    right: pl.LazyFrame,
    on: str | list[str],
    *,
    many: bool = False,
) -> pl.LazyFrame:
    """Left join that keeps the left rows, their number and their order.

    Args:
        left: the frame whose rows stay.
        right: at most one row per key.
        on: the key.
        many: whether several left rows may share a key.

    Returns:
        The left rows with the right columns; null where the right has no such key. Collecting
        raises when the right side holds a key twice.
    """
    validate: Literal["m:1", "1:1"] = "m:1" if many else "1:1"
    return left.join(right, on=on, how="left", validate=validate, maintain_order="left")


def each_with(left: pl.LazyFrame, right: pl.LazyFrame) -> pl.LazyFrame:
    """Every left row with every right row, the left order first: the one wanted product.

    Raises:
        SchemaError: a column that both have; it would be kept under another name.
    """
    both = sorted({*left.collect_schema()} & {*right.collect_schema()})
    if both:
        raise SchemaError(
            f"each_with: both frames have {', '.join(both)}; accepted are frames without a column "
            "in common; select or rename first"
        )
    return left.join(right, how="cross", maintain_order="left_right")


def known_by(
    left: pl.LazyFrame,
    right: pl.LazyFrame,
    *,
    left_on: str,
    right_on: str,
    by: str | None = None,
) -> pl.LazyFrame:
    """The newest right row at or before each left time: a backward as-of join, sorted first.

    Where several right rows bear the same time, the last one in ``right``'s order counts.
    """
    ordered = [left_on] if by is None else [by, left_on]
    ordered_right = [right_on] if by is None else [by, right_on]
    return left.sort(ordered, maintain_order=True).join_asof(
        right.sort(ordered_right, maintain_order=True),
        left_on=left_on,
        right_on=right_on,
        by=by,
        strategy="backward",
        check_sortedness=by is None,
    )


def compare(value: pl.Expr, operator: Operator, threshold: pl.Expr | float) -> pl.Expr:
    """Three-valued comparison: null where either side is null or not finite.

    Returns:
        Boolean; null means unknown. Never true on NaN, as a bare comparison is.
    """
    limit = threshold if isinstance(threshold, pl.Expr) else pl.lit(threshold, dtype=pl.Float64)
    left, right = _finite(value), _finite(limit)
    outcomes = {
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
        "=": left == right,
        "!=": left != right,
    }
    return outcomes[operator]


def _finite(value: pl.Expr) -> pl.Expr:
    as_float = value.cast(pl.Float64)
    return pl.when(as_float.is_finite()).then(as_float)


def at_least(count: int, outcomes: list[pl.Expr]) -> pl.Expr:
    """Three-valued "at least ``count`` of these": null while the unknown ones could decide.

    Args:
        count: how many must be true.
        outcomes: Boolean expressions, null for unknown.
    """
    true = pl.sum_horizontal(
        [outcome.fill_null(value=False).cast(pl.Int32) for outcome in outcomes]
    )
    unknown = pl.sum_horizontal([outcome.is_null().cast(pl.Int32) for outcome in outcomes])
    return (
        pl.when(true >= count)
        .then(statement=True)
        .when(true + unknown < count)
        .then(statement=False)
    )
