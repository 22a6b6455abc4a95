"""What a check is before Great Expectations judges it, and what its verdict is after."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

Severity = Literal["fail", "warn"]
Outcome = Literal["pass", "breach", "error"]
Suite = Literal["history", "latest"]
Kind = Literal["columns", "rows", "filled", "bounds", "key", "within", "exactly", "present"]

SUITES: tuple[Suite, ...] = ("history", "latest")
TABLE_KINDS: tuple[Kind, ...] = ("columns", "rows")
"""The kinds that judge a table as a whole; all others judge values and need rows to judge."""


@dataclass(frozen=True)
class CheckRun:
    """What the checks of one run need to know of it.

    ``required`` names the series without which the policy gives no page; their freshness and
    presence are severity ``fail``, those of all other series ``warn``.
    """

    run_id: str
    source: str
    session: date
    required: frozenset[str]


@dataclass(frozen=True)
class Check:
    """One thing a table must satisfy; plain data, judged later and elsewhere.

    ``columns``: the header in order. ``rows``: row count from ``ge`` to ``le``. ``filled``: no
    null. ``bounds``: finite and from ``ge`` to ``le``; nulls are not judged. ``key``: the columns
    together are unique. ``within``: values are among ``values``. ``exactly``: the distinct values
    are ``values``, none missing. ``present``: at least one value is not null.

    A ``measure`` is the quantity judged where it is no column of the table; ``columns`` then
    holds the name it is reported under. ``needs_values`` makes a check that judged nothing a
    breach: Great Expectations calls that a success.
    """

    id: str
    kind: Kind
    severity: Severity
    expected: str
    columns: tuple[str, ...] = ()
    ge: float | None = None
    le: float | None = None
    values: tuple[str | int, ...] = ()
    measure: pl.Expr | None = field(default=None, compare=False, repr=False)
    needs_values: bool = False


@dataclass(frozen=True)
class Verdict:
    """What Great Expectations said of one check: ``rows`` are the first positions in breach."""

    outcome: Outcome
    observed: str
    unexpected_count: int = 0
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """One row of ops_check_result, whose columns these fields are."""

    run_id: str
    table_name: str
    suite: Suite
    check_id: str
    severity: Severity
    check_outcome: Outcome
    checked_column: str | None
    observed: str | None
    expected: str
    unexpected_count: int
    row_count: int
    sample_rows: str | None

    @property
    def is_refusal(self) -> bool:
        """Whether the run must stop before the next layer: an error stops as a breach does."""
        return self.severity == "fail" and self.check_outcome != "pass"

    @property
    def is_warning(self) -> bool:
        """Whether the page must say so and go on."""
        return self.severity == "warn" and self.check_outcome != "pass"
