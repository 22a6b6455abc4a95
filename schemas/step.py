"""What a derivation is: input tables, output tables and the pure function between them."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from schemas.model import Table


@dataclass(frozen=True)
class Step:
    """A pure function from tables to tables; its parameters are named as its input tables.

    All steps have one output but the decision, which makes several tables in one forward pass.
    ``build`` returns one frame per output, in the order of ``outputs``; a single output needs no
    tuple. Frames are conformed where they are stored, not here.
    """

    outputs: tuple[Table, ...]
    inputs: tuple[Table, ...]
    build: Callable[..., pl.LazyFrame | tuple[pl.LazyFrame, ...]]
