"""What the tests of the transforms share: evaluating one expression over one column."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest

Evaluate = Callable[[pl.Expr, Sequence[float | None]], list[Any]]


@pytest.fixture(scope="session")
def evaluated() -> Evaluate:
    """The values of an expression over a column named ``x``."""

    def evaluate(expression: pl.Expr, values: Sequence[float | None]) -> list[Any]:
        frame = pl.LazyFrame({"x": values}, schema={"x": pl.Float64()}).select(y=expression)
        return frame.collect(engine="in-memory")["y"].to_list()

    return evaluate
