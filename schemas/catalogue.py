"""All declared tables, and the look-up by name."""

from schemas.core import CORE_TABLES
from schemas.mart import MART_TABLES
from schemas.model import SchemaError, Table
from schemas.ops import OPS_TABLES
from schemas.raw import RAW_TABLES

TABLES: dict[str, Table] = {
    table.name: table for table in (*RAW_TABLES, *CORE_TABLES, *MART_TABLES, *OPS_TABLES)
}


def table(name: str) -> Table:
    """One declared table.

    Raises:
        SchemaError: no such table; the message lists those there are.
    """
    if name not in TABLES:
        raise SchemaError(f"table {name!r} is not declared; there are {', '.join(sorted(TABLES))}")
    return TABLES[name]
