"""Great Expectations, called once for a suite, and once more for what did not pass.

Its traps and the answers to them: it takes no Polars frame, so one pandas copy is handed over; it
takes NaN for null, so what is not finite goes over as infinity and breaks every bound; an
expectation that raised comes back as an unsuccessful one with an empty result, so that is an error
and no breach; value checks on no rows or on nulls alone succeed, so they are not asked.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs

from expectations.check import TABLE_KINDS, Check, Kind, Verdict

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.expectations.expectation import Expectation

SAMPLE_ROWS = 5

_PASSED = Verdict("pass", "as expected")
_NOTHING = Verdict("breach", "no value to judge")


def preload() -> None:
    """Import Great Expectations (2 to 4 s) and open its context now instead of at the first table."""
    _frames()


def judge(checks: tuple[Check, ...], frame: pl.DataFrame) -> dict[str, Verdict]:
    """The verdicts by check id.

    Args:
        checks: one suite; ids are unique.
        frame: the rows to judge; measures are columns of it already.

    Returns:
        A verdict for each check that was evaluated; on a frame without rows only the checks of
        the table as a whole are.
    """
    asked = [check for check in checks if frame.height or check.kind in TABLE_KINDS]
    verdicts = {check.id: _NOTHING for check in asked if _is_idle(check, frame)}
    judged = [check for check in asked if check.id not in verdicts]
    if not judged:
        return verdicts
    added = list(dict.fromkeys(c.columns[0] for c in checks if c.measure is not None))
    batch = _frames().get_batch(batch_parameters={"dataframe": _handed_over(frame).to_pandas()})
    verdicts |= _verdicts(batch, judged, added, "BOOLEAN_ONLY")
    # what was found and where costs as much again, so it is asked for only where there is a fault
    if failed := [c for c in judged if c.id in verdicts and verdicts[c.id] != _PASSED]:
        verdicts |= _verdicts(batch, failed, added, "SUMMARY")
    return verdicts


def _is_idle(check: Check, frame: pl.DataFrame) -> bool:
    """Whether a check that needs values would find none."""
    return check.needs_values and not frame[check.columns[0]].count()


def _verdicts(
    batch: "Batch", checks: list[Check], added: list[str], result_format: str
) -> dict[str, Verdict]:
    """One call of Great Expectations; ``added`` are the measures that follow the declared columns."""
    from great_expectations import ExpectationSuite  # noqa: PLC0415  # 2 to 4 s

    by_id = {check.id: check for check in checks}
    found = batch.validate(
        ExpectationSuite("suite", expectations=[_expectation(check, added) for check in checks]),
        result_format={"result_format": result_format, "partial_unexpected_count": SAMPLE_ROWS},
    )
    verdicts = {}
    for result in found.results:
        configured: Any = result.expectation_config  # typed as possibly none; never is here
        check = by_id[configured.meta["check_id"]]
        verdicts[check.id] = _verdict(check, result)
    return verdicts


@cache
def _frames() -> "BatchDefinition[Any]":
    """The one frame asset of the one ephemeral context of the process."""
    import great_expectations as gx  # noqa: PLC0415  # 2 to 4 s
    from great_expectations.data_context.types.base import (  # noqa: PLC0415
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # without these defaults the context makes a folder for a site of its own in the temporary files
    nowhere = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(
        mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=nowhere)
    )
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.variables.analytics_enabled = False
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("rows")


def _handed_over(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with infinity for NaN, and in types that are compared whole, not value by value.

    Texts become categories; whole numbers get 64 bits, because narrower ones are looped over.
    """
    return frame.with_columns(
        cs.float().fill_nan(float("inf")),
        cs.integer().cast(pl.Int64),
        cs.string().cast(pl.Categorical),
    )


_EXPECTATIONS: dict[Kind, str] = {
    "columns": "ExpectTableColumnsToMatchOrderedList",
    "rows": "ExpectTableRowCountToBeBetween",
    "filled": "ExpectColumnValuesToNotBeNull",
    "bounds": "ExpectColumnValuesToBeBetween",
    "key": "ExpectCompoundColumnsToBeUnique",
    "within": "ExpectColumnValuesToBeInSet",
    "exactly": "ExpectColumnDistinctValuesToEqualSet",
    "present": "ExpectColumnProportionOfNonNullValuesToBeBetween",
}


def _expectation(check: Check, added: list[str]) -> "Expectation":
    """One check as an expectation."""
    from great_expectations import expectations as gxe  # noqa: PLC0415  # 2 to 4 s

    first = check.columns[0] if check.columns else ""
    arguments: dict[Kind, dict[str, Any]] = {
        "columns": {"column_list": [*check.columns, *added]},
        "rows": {"min_value": check.ge, "max_value": check.le},
        "filled": {"column": first},
        "bounds": {"column": first, "min_value": check.ge, "max_value": check.le},
        "key": {"column_list": list(check.columns)},
        "within": {"column": first, "value_set": list(check.values)},
        "exactly": {"column": first, "value_set": list(check.values)},
        "present": {"column": first, "min_value": 0, "strict_min": True},
    }
    name, asked = _EXPECTATIONS[check.kind], arguments[check.kind]
    if check.kind == "key" and len(check.columns) == 1:  # the compound one wants two columns
        name, asked = "ExpectColumnValuesToBeUnique", {"column": first}
    expectation: Expectation = getattr(gxe, name)(**asked, meta={"check_id": check.id})
    return expectation


def _verdict(check: Check, result: "ExpectationValidationResult") -> Verdict:
    if result.success:
        return _PASSED
    found = result.result
    if not found:
        return Verdict("error", _raised(result.exception_info))
    count = int(found.get("unexpected_count") or 0)
    rows = tuple(int(row) for row in found.get("partial_unexpected_index_list") or ())
    return Verdict("breach", _observed(check, found, count), count, rows[:SAMPLE_ROWS])


def _observed(check: Check, found: dict[str, Any], count: int) -> str:
    match check.kind:
        case "columns":
            return _header_difference(
                check.columns, [str(name) for name in found["observed_value"]]
            )
        case "rows":
            return f"{found['observed_value']} rows"
        case "present":
            return "every value is null"
        case "exactly":
            missing = ", ".join(map(str, found.get("partial_missing_list") or ()))
            return f"missing: {missing or 'none'}; others: {count}"
        case _:
            return f"{count} of {found['element_count']} rows in breach"


def _header_difference(declared: tuple[str, ...], names: list[str]) -> str:
    missing = [name for name in declared if name not in names]
    undeclared = [name for name in names if name not in declared]
    parts = [
        f"{problem}: {', '.join(found)}"
        for problem, found in (("missing", missing), ("undeclared", undeclared))
        if found
    ]
    return "; ".join(parts) or f"out of order: {', '.join(names)}"


def _raised(exception_info: dict[str, Any]) -> str:
    """The first line of what was raised; the rest names files and lines."""
    infos = [exception_info] if "exception_message" in exception_info else exception_info.values()
    messages = sorted({str(info.get("exception_message")) for info in infos})
    return "; ".join(message.splitlines()[0] for message in messages if message)
