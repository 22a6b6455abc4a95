"""Whether rows may be stored: what columns and types alone do not say."""

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.model import Table
from warehouse.errors import StoreError


def refuse_unfit(table: Table, frame: pl.DataFrame) -> None:
    """Raise on the first key that repeats, null that may not be, or number that is none."""
    key = pl.struct(*table.key)
    faults = {f"the key {', '.join(table.key)}, which is there twice": key == key.shift()}
    for column in table.columns:
        if not table.is_nullable(column.name):
            faults[f"a null in {column.name}"] = pl.col(column.name).is_null()
        if column.dtype == pl.Float64():
            faults[f"a number that is not finite in {column.name}"] = ~pl.col(
                column.name
            ).is_finite()
    is_faulty = frame.select(
        expression.fill_null(value=False).any().alias(fault) for fault, expression in faults.items()
    )
    for fault, found in is_faulty.row(0, named=True).items():
        if found:
            row = frame.filter(faults[fault]).select(table.key).row(0)
            raise StoreError(f"{table.name}: {key_text(table, row)} has {fault}")


def key_text(table: Table, values: Sequence[object]) -> str:
    """A key for a reader: each column's name and value."""
    return ", ".join(f"{name} {value}" for name, value in zip(table.key, values, strict=True))


def conflict(table: Table, values: Sequence[str], row: Sequence[object]) -> StoreError:
    """The error for a key that came back with other values.

    Args:
        table: which table.
        values: the columns compared.
        row: the key, then for each of them the value there and the value that came.
    """
    key, found = row[: len(table.key)], row[len(table.key) :]
    pairs = zip(values, found[::2], found[1::2], strict=True)
    changed = [f"{name} was {old}, now {new}" for name, old, new in pairs if old != new]
    return StoreError(
        f"{table.name}: {key_text(table, key)} is there with other values: {'; '.join(changed)};"
        " a revision needs its own available_at"
    )


def one_row(table: Table, row: Mapping[str, object]) -> pl.DataFrame:
    """A row as a frame of the columns it has, typed as declared.

    Raises:
        StoreError: a value of another type, or a column that is not declared.
    """
    try:
        return pl.DataFrame([dict(row)], schema={name: table.column(name).dtype for name in row})
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise StoreError(f"{table.name}: a row cannot be written: {error}") from error
