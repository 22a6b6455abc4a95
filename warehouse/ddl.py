"""What a declared table is in DuckDB: the statements, derived and never written by hand."""

import polars as pl

from schemas.model import Table
from warehouse.errors import StoreError

_TYPES = (
    (pl.Date(), "DATE"),
    (pl.Datetime("us", "UTC"), "TIMESTAMP WITH TIME ZONE"),
    (pl.Float64(), "DOUBLE"),
    (pl.Int32(), "INTEGER"),
    (pl.Boolean(), "BOOLEAN"),
    (pl.String(), "VARCHAR"),
)


def quoted(*names: str) -> str:
    """The identifiers, quoted and separated by commas."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def shape(table: Table) -> list[tuple[str, str, bool]]:
    """Name, SQL type and nullability of each column, in declared order."""
    return [
        (column.name, _sql_type(table, column.name), table.is_nullable(column.name))
        for column in table.columns
    ]


def create_statement(table: Table) -> str:
    """The statement that makes the table, with everything DuckDB can hold rows to.

    Non-finite floats are refused, because DuckDB and Polars answer ``NaN > 1`` with true. Only
    the small operations tables get a primary key: on two million vintages its index made the
    file four times larger and the load seven times slower.
    """
    lines = []
    for name, sql_type, nullable in shape(table):
        null = "" if nullable else " NOT NULL"
        check = f" CHECK (isfinite({quoted(name)}))" if sql_type == "DOUBLE" else ""
        lines.append(f"{quoted(name)} {sql_type}{null}{check}")
    if table.layer == "ops":
        lines.append(f"PRIMARY KEY ({quoted(*table.key)})")
    return f"CREATE TABLE {quoted(table.name)} ({', '.join(lines)})"


def _sql_type(table: Table, name: str) -> str:
    dtype = table.column(name).dtype
    for declared, sql_type in _TYPES:
        if dtype == declared:
            return sql_type
    accepted = ", ".join(str(declared) for declared, _ in _TYPES)
    raise StoreError(f"{table.name}.{name} is {dtype}, which cannot be stored; use {accepted}")


def difference(found: list[tuple[str, str, bool]], declared: list[tuple[str, str, bool]]) -> str:
    """What sets a stored table's shape apart from the declared one, as a predicate."""
    lacks = [name for name, *_ in declared if name not in {one for one, *_ in found}]
    more = [name for name, *_ in found if name not in {one for one, *_ in declared}]
    if lacks or more:
        return f"lacks {', '.join(lacks) or 'nothing'} and has {', '.join(more) or 'nothing'} more"
    for one, other in zip(found, declared, strict=True):
        if one != other:
            return f"has {one[0]} as {one[1:]} where {other} is declared"
    return "has its columns in another order"
