"""What the suites state beside the declarations, as plain data."""

from datetime import date

import polars as pl
import pytest

from expectations.check import SUITES, Check, CheckRun, Suite
from expectations.suites import checks, needs_calendar
from schemas.core import CORE_AS_KNOWN_DAILY, CORE_INDEX_DAILY, CORE_TABLES, CORE_VX_CURVE_DAILY
from schemas.mart import MART_TABLES, MART_VOL_STATE_DAILY
from schemas.model import Table
from schemas.raw import RAW_OBSERVATION, RAW_TABLES

TABLES = (*RAW_TABLES, *CORE_TABLES, *MART_TABLES)
RUN = CheckRun("run", "sample", date(2018, 12, 31), frozenset({"spx_close", "vix_close"}))
CALENDAR = pl.Series("session", [date(2018, 12, 28), date(2018, 12, 31)])


def suite_of(table: Table, suite: Suite, run: CheckRun = RUN) -> dict[str, Check]:
    """One suite by check id."""
    calendar = CALENDAR if needs_calendar(table) else None
    return {check.id: check for check in checks(table, suite, run, calendar)}


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_both_suites(table: Table, suite: Suite) -> None:
    """No suite is empty, each counts rows, and ids are unique in it."""
    calendar = CALENDAR if needs_calendar(table) else None
    found = checks(table, suite, RUN, calendar)

    assert len({check.id for check in found}) == len(found)
    assert sum(check.kind == "rows" for check in found) == 1


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_checked_column_exists(table: Table) -> None:
    """A check that names no measure judges a column that the table declares."""
    for suite in SUITES:
        for check in suite_of(table, suite).values():
            assert check.measure is not None or set(check.columns) <= set(table.schema)


def test_freshness_covers_what_the_source_offers() -> None:
    """Each offered series must be fresh; only a required one refuses when it is not."""
    found = suite_of(CORE_AS_KNOWN_DAILY, "latest")
    weights = {name: check.severity for name, check in found.items() if "." in name}

    assert weights["fresh.rf_30d"] == "warn"
    assert weights["usable.vix_close"] == "fail"
    assert "fresh.vix3m_close" not in weights
    assert {name for name in weights if weights[name] == "fail"} == {
        "suspect.spx_close", "suspect.vix_close", "usable.spx_close", "usable.vix_close",
    }  # fmt: skip


def test_a_required_series_is_checked_though_not_offered() -> None:
    """What the policy requires and the source lacks is a refusal, not an omission."""
    run = CheckRun("run", "sample", RUN.session, frozenset({"vix3m_close"}))

    assert suite_of(CORE_AS_KNOWN_DAILY, "latest", run)["usable.vix3m_close"].severity == "fail"
    assert suite_of(CORE_INDEX_DAILY, "latest", run)["complete.vix3m_close"].severity == "fail"


def test_continuity_is_asked_of_grids_only() -> None:
    """Every core and mart table on the session grid, but not the futures, nor what is as published."""
    assert needs_calendar(MART_VOL_STATE_DAILY)
    assert not needs_calendar(CORE_VX_CURVE_DAILY)
    assert not needs_calendar(RAW_OBSERVATION)


def test_plausibility_never_stops_a_run() -> None:
    """Jumps, repeats and impossible ranges are warnings in both suites."""
    for suite in SUITES:
        plausible = [
            check for name, check in suite_of(CORE_INDEX_DAILY, suite).items()
            if name.startswith(("jump.", "unchanged.", "ohlc."))
        ]  # fmt: skip
        assert len(plausible) == 16
        assert {check.severity for check in plausible} == {"warn"}
