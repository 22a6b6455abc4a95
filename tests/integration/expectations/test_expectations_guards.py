"""Great Expectations' success on nothing is a failure here, for every table there is."""

from collections.abc import Callable

import polars as pl
import pytest

from expectations import run as run_module
from expectations.check import CheckResult, CheckRun
from expectations.derive import OPTIONAL_TABLES, SPARSE_TABLES
from expectations.run import as_frame, judged, validate
from schemas.core import CORE_INDEX_DAILY, CORE_SESSION, CORE_TABLES, CORE_VX_CURVE_DAILY
from schemas.mart import MART_SIGNER_DAILY, MART_TABLES
from schemas.model import SchemaError, Table
from schemas.ops import OPS_CHECK_RESULT
from schemas.raw import RAW_SESSION, RAW_TABLES

pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning")

Make = Callable[..., pl.DataFrame]
Check = Callable[[Table, pl.DataFrame], list[CheckResult]]

TABLES = (*RAW_TABLES, *CORE_TABLES, *MART_TABLES)
each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@pytest.fixture
def check(make: Make, run: CheckRun) -> Check:
    """Validate against the sessions that the made rows have."""
    sessions = make(CORE_SESSION)
    return lambda table, frame: validate(table, frame, run=run, sessions=sessions)


def refusals(results: list[CheckResult]) -> set[str]:
    """What stops the run, as suite/check."""
    return {f"{result.suite}/{result.check_id}" for result in results if result.is_refusal}


@each_table
def test_plausible_rows_pass(table: Table, check: Check, make: Make) -> None:
    """Rows made within a declaration pass every check of both suites."""
    results = check(table, make(table))

    assert [(r.suite, r.check_id, r.observed) for r in results if r.check_outcome != "pass"] == []
    assert {result.suite for result in results} == {"history", "latest"}


@each_table
def test_no_rows_are_no_success(table: Table, check: Check) -> None:
    """A table without rows is a breach in both suites, of severity fail unless it is optional.

    The few that may be without rows pass, by a check that says so.
    """
    results = check(table, table.empty().collect(engine="in-memory"))
    rows = [result for result in results if result.check_id == "rows"]

    outcome = "pass" if table.name in SPARSE_TABLES else "breach"
    assert {(r.suite, r.check_outcome) for r in rows} == {("history", outcome), ("latest", outcome)}
    assert bool(refusals(results)) is (table.name not in OPTIONAL_TABLES | SPARSE_TABLES)


@each_table
def test_only_nulls_are_a_refusal(table: Table, check: Check, make: Make) -> None:
    """Rows that hold nothing but nulls fail."""
    nulls = make(table).select(pl.lit(None, dtype=t).alias(n) for n, t in table.schema.items())

    assert {f"history/filled.{name}" for name in table.key} <= refusals(check(table, nulls))


@pytest.mark.parametrize("table", [RAW_SESSION, CORE_INDEX_DAILY, MART_SIGNER_DAILY],
                         ids=lambda table: table.name)  # fmt: skip
def test_a_wrong_type_is_a_refusal(table: Table, check: Check, make: Make) -> None:
    """A column of another type fails and is named."""
    name = table.columns[-1].name
    results = check(table, make(table).with_columns(pl.lit(b"x").alias(name)))
    types = next(result for result in results if result.check_id == "types")

    assert types.is_refusal
    assert types.observed is not None
    assert types.observed.startswith(f"{name} is Binary, declared ")


@each_table
def test_a_missing_column_is_a_refusal(table: Table, check: Check, make: Make) -> None:
    """A missing column is named by the header check."""
    name = table.columns[-1].name
    results = check(table, make(table).drop(name))
    header = next(result for result in results if result.check_id == "columns")

    assert (header.is_refusal, header.observed) == (True, f"missing: {name}")


def test_an_undeclared_column_is_a_refusal(check: Check, make: Make) -> None:
    """A column that nobody declared is named, and the order of columns counts."""
    frame = make(CORE_INDEX_DAILY)
    more = check(CORE_INDEX_DAILY, frame.with_columns(extra=1.0))
    turned = check(CORE_INDEX_DAILY, frame.select(reversed(frame.columns)))

    observed = [next(r.observed for r in rs if r.check_id == "columns") for rs in (more, turned)]
    assert observed[0] == "undeclared: extra"
    assert observed[1] is not None
    assert observed[1].startswith(f"out of order: {frame.columns[-1]}, ")


def test_what_raised_is_an_error_and_no_breach(check: Check, make: Make) -> None:
    """A check that could not be made is told apart from data in breach, and stops as well."""
    results = check(CORE_INDEX_DAILY, make(CORE_INDEX_DAILY).drop("vix_close"))
    bounds = next(result for result in results if result.check_id == "bounds.vix_close")

    assert (bounds.check_outcome, bounds.is_refusal) == ("error", True)
    assert bounds.observed is not None
    assert "vix_close" in bounds.observed


def test_a_suite_without_checks_is_an_error(run: CheckRun, make: Make) -> None:
    """No checks, no success."""
    results = judged(CORE_INDEX_DAILY, "history", (), make(CORE_INDEX_DAILY), run=run)

    assert [(r.check_id, r.check_outcome, r.is_refusal) for r in results] == [
        ("suite", "error", True)
    ]


def test_a_check_without_a_verdict_is_an_error(
    check: Check, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer verdicts than checks are errors of those that are missing."""
    original = run_module.judge
    monkeypatch.setattr(run_module, "judge", lambda asked, rows: original(asked[1:], rows))
    results = check(CORE_INDEX_DAILY, make(CORE_INDEX_DAILY))

    assert {r.check_id for r in results if r.check_outcome == "error"} == {"columns", "rows"}


def test_an_optional_table_may_be_empty(check: Check) -> None:
    """A source without futures leaves the curve empty: a warning, an input taken out."""
    results = check(CORE_VX_CURVE_DAILY, CORE_VX_CURVE_DAILY.empty().collect(engine="in-memory"))

    assert [r.check_id for r in results if r.is_warning] == ["rows", "rows"]


def test_sessions_are_demanded(run: CheckRun, make: Make) -> None:
    """Continuity cannot be left out by leaving out the calendar."""
    with pytest.raises(SchemaError, match="core_index_daily: validate was given no sessions"):
        validate(CORE_INDEX_DAILY, make(CORE_INDEX_DAILY), run=run)


def test_results_are_rows_of_the_operations_table(check: Check, make: Make) -> None:
    """The results conform to ops_check_result, and the same input gives the same rows."""
    broken = make(CORE_INDEX_DAILY).with_columns(vix_close=-pl.col("vix_close"))
    first, second = (as_frame(check(CORE_INDEX_DAILY, broken)) for _ in range(2))
    stored = OPS_CHECK_RESULT.conform(first.lazy()).collect(engine="in-memory")

    assert first.equals(second)
    assert stored.equals(first)
    assert first.select("run_id", "table_name", "suite", "check_id").is_unique().all()
