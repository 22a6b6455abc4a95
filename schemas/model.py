"""What a column, a table and a unit are, and the one door through which a frame becomes a table."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import polars as pl

Layer = Literal["raw", "core", "mart", "ops"]


class SchemaError(ValueError):
    """A frame does not have the columns or types that its table declares."""


class Unit(StrEnum):
    """The unit a column is stored in. The page alone turns decimals into percent."""

    NONE = "-"
    DECIMAL = "decimal"  # rates, premia, returns, computed volatilities: 0.02 is two percent
    INDEX_PTS = "index points"
    VOL_PTS = "volatility points"  # as an exchange quotes the VIX family: 16.0
    PCT2_MONTH = "percent squared per month"
    PERCENT = "percent, as published"
    PERCENTILE = "percentile 0..100"
    Z = "standard deviations"
    RATIO = "ratio"
    COUNT = "count"
    CONTRACTS = "contracts"
    SESSIONS = "sessions"
    DAYS = "calendar days"
    USD = "US dollars"
    USD_MN = "millions of US dollars"
    USD_BN = "billions of US dollars"
    ETH = "ether"


@dataclass(frozen=True)
class Column:
    """One quantity: the same name means the same quantity and unit in every table.

    ``ge`` and ``le`` bound what is plausible, both inclusive; a key column is never null.
    """

    name: str
    dtype: pl.DataType
    unit: Unit
    doc: str
    nullable: bool = True
    ge: float | None = None
    le: float | None = None


@dataclass(frozen=True)
class Table:
    """The only declaration of a table: grain, key and columns in order.

    From it derive the frame check at every read and write, the DDL, the expectation suite, the
    data dictionary and the empty frames of the tests.
    """

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        """Refuse a table whose name, key or columns contradict each other."""
        names = [column.name for column in self.columns]
        if self.layer not in ("raw", "core", "mart", "ops"):
            raise SchemaError(f"table {self.name!r}: layer must be raw, core, mart or ops")
        if missing := [name for name in self.key if name not in names]:
            raise SchemaError(f"{self.name}: key columns not declared: {', '.join(missing)}")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise SchemaError(f"{self.name}: declared twice: {', '.join(twice)}")

    @property
    def layer(self) -> Layer:
        """The layer, read off the name's first word."""
        return self.name.split("_", 1)[0]  # type: ignore[return-value]  # checked at creation

    @property
    def subject(self) -> str:
        """The name less its layer: what the builder of the table is called."""
        return self.name.split("_", 1)[1]

    @property
    def schema(self) -> pl.Schema:
        """Column names and dtypes in declared order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def column(self, name: str) -> Column:
        """The declaration of one column.

        Raises:
            SchemaError: the table has no such column; the message lists those it has.
        """
        for column in self.columns:
            if column.name == name:
                return column
        has = ", ".join(column.name for column in self.columns)
        raise SchemaError(f"column {name!r} is not in {self.name}; it has {has}")

    def is_nullable(self, name: str) -> bool:
        """Whether the column may hold nulls in this table; key columns never may."""
        return name not in self.key and self.column(name).nullable

    def empty(self) -> pl.LazyFrame:
        """A frame of this table without rows."""
        return pl.LazyFrame(schema=self.schema)

    def conform(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with exactly the declared columns, in order, sorted by the key.

        The one door between a computation and a table. Values are not changed: a wrong type is
        an error, never a cast.

        Raises:
            SchemaError: columns missing, undeclared or of another type, each named.
        """
        found = frame.collect_schema()
        problems = []
        if missing := [name for name in self.schema if name not in found]:
            problems.append(f"missing: {', '.join(missing)}")
        if undeclared := [name for name in found if name not in self.schema]:
            problems.append(f"undeclared: {', '.join(undeclared)}")
        for name, dtype in self.schema.items():
            if name in found and found[name] != dtype:
                problems.append(f"{name} is {found[name]}, declared {dtype}")
        if problems:
            raise SchemaError(f"{self.name}: {'; '.join(problems)}")
        return frame.select(list(self.schema)).sort(list(self.key), maintain_order=True)
