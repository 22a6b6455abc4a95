"""What a policy may read: columns of the tables that are made before the decision."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import polars as pl
from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, model_validator

from schemas.breadth_tables import MART_BREADTH_DAILY
from schemas.chain_tables import MART_PARITY_STATE_DAILY
from schemas.core import CORE_EVENT_DAILY
from schemas.document import nearest, refusal
from schemas.event_tables import MART_GDP_REVISION_DAILY, MART_MACRO_DAILY
from schemas.gauge_tables import MART_GAUGE_DAILY
from schemas.liquidity_tables import MART_LIQUIDITY_DAILY
from schemas.mart import (
    MART_COST_OF_EQUITY_DAILY,
    MART_REALIZED_VOL_DAILY,
    MART_TECHNICAL_DAILY,
    MART_VOL_GAP_DAILY,
    MART_VOL_STATE_DAILY,
)
from schemas.model import Column, Table
from schemas.offer_tables import MART_STANDING_BOOK_DAILY
from schemas.state_tables import MART_STATE_DAILY
from schemas.term_tables import MART_TERM_STRUCTURE_DAILY
from schemas.valuation_tables import MART_VALUATION_DAILY

# What a policy may read, in the order in which a bare column name is looked up.
READABLE: tuple[Table, ...] = (
    MART_VOL_GAP_DAILY,
    MART_REALIZED_VOL_DAILY,
    MART_VOL_STATE_DAILY,
    MART_TECHNICAL_DAILY,
    MART_COST_OF_EQUITY_DAILY,
    CORE_EVENT_DAILY,
    MART_STANDING_BOOK_DAILY,
    MART_TERM_STRUCTURE_DAILY,
    MART_BREADTH_DAILY,
    MART_VALUATION_DAILY,
    MART_MACRO_DAILY,
    MART_GDP_REVISION_DAILY,
    MART_LIQUIDITY_DAILY,
    MART_PARITY_STATE_DAILY,
    MART_GAUGE_DAILY,
    MART_STATE_DAILY,
)


class Entry(BaseModel):
    """A part of the policy file: frozen, and no key but the declared ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown_keys(cls, values: object) -> object:
        """Name a misspelt key and the one that was probably meant."""
        accepted = [field.alias or name for name, field in cls.model_fields.items()]
        for key in values if isinstance(values, dict) else ():
            if key not in accepted:
                raise refusal(", ".join(accepted), nearest(key, accepted),
                              found=f"key {key!r}", at=(key,))  # fmt: skip
        return values


@dataclass(frozen=True)
class Driver:
    """A column of a table that the decision reads."""

    table: str
    column: Column

    def __str__(self) -> str:
        """As the policy file writes it: ``table.column``."""
        return f"{self.table}.{self.column.name}"


def _numeric(text: object) -> Driver:
    return _driver(text, "a numeric column", lambda dtype: dtype.is_numeric())


def _yes_or_no(text: object) -> Driver:
    return _driver(text, "a yes-or-no column", lambda dtype: dtype == pl.Boolean())


def _driver(text: object, kind: str, is_of_kind: Callable[[pl.DataType], bool]) -> Driver:
    if isinstance(text, Driver):
        return text
    table_name, dot, column_name = str(text).partition(".")
    tables = {table.name: table for table in READABLE}
    if not dot or table_name not in tables:
        raise refusal(
            f"table.column of the tables {', '.join(tables)}", nearest(table_name, tables)
        )
    columns = {
        column.name: column
        for column in tables[table_name].columns
        if is_of_kind(column.dtype) and column.name not in tables[table_name].key
    }
    if column_name not in columns:
        raise refusal(f"{kind} of {table_name}: {', '.join(columns) or 'it has none'}",
                      nearest(column_name, columns))  # fmt: skip
    return Driver(table_name, columns[column_name])


DriverName = Annotated[Driver, PlainValidator(_numeric), PlainSerializer(str)]
FlagName = Annotated[Driver, PlainValidator(_yes_or_no), PlainSerializer(str)]
