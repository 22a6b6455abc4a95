"""What follows from a declaration, as plain data."""

import sys
from collections import Counter

import pytest

from expectations.derive import LARGEST, derived
from schemas.columns import columns
from schemas.core import CORE_INDEX_DAILY, CORE_TABLES
from schemas.mart import MART_HEDGE_DECISION_DAILY, MART_TABLES, MART_VOL_STATE_DAILY
from schemas.model import Table
from schemas.raw import RAW_TABLES, RAW_VX_SETTLEMENT

TABLES = (*RAW_TABLES, *CORE_TABLES, *MART_TABLES)
SMALL = Table(
    "core_small_daily", "A table.", ("session",), columns("session", "vix_close", "value")
)


def test_a_declaration_gives_its_checks() -> None:
    """Header, rows, nulls, key and bounds, each with the severity of its kind."""
    found = [(check.id, check.kind, check.severity) for check in derived(SMALL, "history")]

    assert found == [
        ("columns", "columns", "fail"),
        ("rows", "rows", "fail"),
        ("filled.session", "filled", "fail"),
        ("filled.value", "filled", "fail"),
        ("key", "key", "fail"),
        ("bounds.vix_close", "bounds", "fail"),
        ("bounds.value", "bounds", "fail"),
    ]


def test_bounds_are_the_declared_ones() -> None:
    """The bounds are the column's; where it has none, every finite number is accepted."""
    vix, value = derived(SMALL, "history")[-2:]

    assert (vix.ge, vix.le, vix.expected) == (3.0, 200.0, "from 3 to 200 [volatility points]")
    assert (value.ge, value.le, value.expected) == (-LARGEST, LARGEST, "finite")
    assert sys.float_info.max == LARGEST


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_declared_column_is_covered(table: Table) -> None:
    """Each column that may not be null is checked for nulls, and each number for its bounds."""
    found = derived(table, "history")
    filled = {check.columns[0] for check in found if check.kind == "filled"}
    bounded = {check.columns[0] for check in found if check.kind == "bounds"}

    assert filled == {name for name in table.schema if not table.is_nullable(name)}
    assert bounded >= {name for name, dtype in table.schema.items() if dtype.is_float()}
    assert next(check.columns for check in found if check.kind == "key") == table.key


@pytest.mark.parametrize(
    ("table", "history", "latest"),
    [
        (RAW_VX_SETTLEMENT, "warn", None),
        (CORE_INDEX_DAILY, "fail", None),
        (MART_VOL_STATE_DAILY, "warn", "fail"),
        (MART_HEDGE_DECISION_DAILY, "fail", "fail"),
    ],
    ids=lambda value: value.name if isinstance(value, Table) else None,
)
def test_bounds_weigh_by_layer(table: Table, history: str, latest: str | None) -> None:
    """Inputs and decisions out of bounds stop the run; an old measure out of bounds does not."""
    weights = [
        Counter(check.severity for check in derived(table, suite) if check.kind == "bounds")
        for suite in ("history", "latest")
    ]

    assert set(weights[0]) == {history}
    assert set(weights[1]) == ({latest} if latest else set())
