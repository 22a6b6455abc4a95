"""Planted defects are caught, named, and weighed as the suites say."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from expectations.check import CheckResult, CheckRun
from expectations.run import validate
from schemas.core import CORE_AS_KNOWN_DAILY, CORE_INDEX_DAILY, CORE_RATE_DAILY, CORE_SESSION
from schemas.mart import (
    MART_HEDGE_DECISION_DAILY,
    MART_SIGNER_DAILY,
    MART_VOL_CONE_DAILY,
    MART_VOL_STATE_DAILY,
)
from schemas.model import Table
from schemas.raw import RAW_OBSERVATION

pytestmark = pytest.mark.filterwarnings("ignore:module 'sre_.*' is deprecated:DeprecationWarning")

Make = Callable[..., pl.DataFrame]
Broken = Callable[..., dict[str, CheckResult]]

DAY, LAST = date(2018, 2, 5), date(2018, 3, 23)
on_day, on_last = pl.col("session") == DAY, pl.col("session") == LAST


@pytest.fixture
def broken(make: Make, run: CheckRun) -> Broken:
    """What does not pass once plausible rows are changed, by suite/check."""
    sessions = make(CORE_SESSION)

    def results(
        table: Table, change: Callable[[pl.DataFrame], pl.DataFrame], source: str = "simulated"
    ) -> dict[str, CheckResult]:
        found = validate(
            table, change(make(table)), run=replace(run, source=source), sessions=sessions
        )
        return {f"{r.suite}/{r.check_id}": r for r in found if r.check_outcome != "pass"}

    return results


def put(
    value: object, column: str, where: pl.Expr = on_day
) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """A change of one column on some rows."""
    return lambda frame: frame.with_columns(
        pl.when(where)
        .then(pl.lit(value))
        .otherwise(pl.col(column))
        .cast(frame.schema[column])
        .alias(column)
    )


def weights(results: dict[str, CheckResult]) -> dict[str, str]:
    """Severities by suite/check."""
    return {name: result.severity for name, result in results.items()}


def test_a_value_out_of_bounds_is_named(broken: Broken) -> None:
    """S4: a negative VIX fails; the row, its key and its value are in the result."""
    result = broken(CORE_INDEX_DAILY, put(-3.0, "vix_close"))["history/bounds.vix_close"]

    assert (result.is_refusal, result.checked_column, result.expected) == (
        True, "vix_close", "from 3 to 200 [volatility points]",
    )  # fmt: skip
    assert (result.observed, result.unexpected_count, result.row_count) == (
        "1 of 60 rows in breach", 1, 60,
    )  # fmt: skip
    assert json.loads(result.sample_rows or "") == [{"session": "2018-02-05", "vix_close": -3.0}]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_a_breach(broken: Broken, value: float) -> None:
    """NaN and both infinities break the bounds, though Great Expectations takes NaN for null."""
    result = broken(CORE_INDEX_DAILY, put(value, "vix_close"))
    sample = json.loads(result["history/bounds.vix_close"].sample_rows or "")

    assert sample == [{"session": "2018-02-05", "vix_close": str(value)}]


def test_a_value_without_declared_bounds_must_be_finite(broken: Broken) -> None:
    """Where no bounds are declared, finite is still asked."""
    results = broken(
        CORE_AS_KNOWN_DAILY,
        put(float("nan"), "value", on_day & (pl.col("series_id") == "vix_close")),
    )

    assert results["history/bounds.value"].expected == "finite"
    assert results["history/bounds.value"].unexpected_count == 1


def test_a_null_on_an_old_day_is_no_defect(broken: Broken) -> None:
    """A nullable column may lack a day in the past: null is unknown, not wrong."""
    assert broken(CORE_RATE_DAILY, put(None, "treasury_10y")) == {}


def test_a_missing_latest_value_weighs_as_its_series(broken: Broken) -> None:
    """Missing on the session: fail for a required series, a warning for any other."""
    vix = broken(CORE_INDEX_DAILY, put(None, "vix_close", on_last))
    vix3m = broken(CORE_INDEX_DAILY, put(None, "vix3m_close", on_last))
    vvix = broken(CORE_INDEX_DAILY, put(None, "vvix_close", on_last))

    assert weights(vix) == {"latest/complete.vix_close": "fail"}
    assert weights(vix3m) == {"latest/complete.vix3m_close": "warn"}
    assert weights(vvix) == {}  # no measure is made from it


def test_an_entirely_null_input_is_caught(broken: Broken) -> None:
    """A series that the source offers and that has no value at all is no success."""
    results = broken(CORE_INDEX_DAILY, put(None, "vix3m_close", pl.lit(value=True)))

    assert results["history/present.vix3m_close"].observed == "every value is null"


def test_a_series_not_offered_may_be_null(broken: Broken) -> None:
    """The sample has no VIX3M, so its absence is no finding."""
    change = put(None, "vix3m_close", pl.lit(value=True))

    assert broken(CORE_INDEX_DAILY, change, source="sample") == {}


def test_a_duplicate_session_is_a_refusal(broken: Broken) -> None:
    """A key that occurs twice is named with both rows."""
    results = broken(CORE_INDEX_DAILY, lambda f: pl.concat([f, f.filter(on_day)]).sort("session"))

    assert results["history/key"].is_refusal
    assert json.loads(results["history/key"].sample_rows or "") == [{"session": "2018-02-05"}] * 2


def test_a_duplicate_compound_key_is_a_refusal(broken: Broken) -> None:
    """The same for a key of several columns."""
    results = broken(
        MART_SIGNER_DAILY, lambda f: pl.concat([f, f.head(1)]).sort(MART_SIGNER_DAILY.key)
    )

    assert results["history/key"].unexpected_count == 2


@pytest.mark.parametrize("table", [CORE_SESSION, CORE_INDEX_DAILY, MART_VOL_STATE_DAILY, MART_SIGNER_DAILY],
                         ids=lambda table: table.name)  # fmt: skip
def test_a_missing_session_is_a_refusal(broken: Broken, table: Table) -> None:
    """The gap is shown at the session after it."""
    result = broken(table, lambda frame: frame.filter(~on_day))["history/continuity"]
    first = json.loads(result.sample_rows or "")[0]

    assert result.is_refusal
    assert (first["session"], first["sessions_since_previous_row"]) == ("2018-02-06", 2)


def test_a_day_that_is_no_session_is_a_refusal(broken: Broken) -> None:
    """A row on a Saturday is named, and only that row."""
    saturday = put(date(2018, 2, 3), "session", pl.col("session") == date(2018, 2, 2))
    result = broken(CORE_INDEX_DAILY, saturday)["history/continuity"]

    assert json.loads(result.sample_rows or "")[0] == {
        "session": "2018-02-03", "sessions_since_previous_row": -1,
    }  # fmt: skip


def test_the_latest_session_must_be_there(broken: Broken) -> None:
    """A table that ends a session early does not describe the run's session."""
    results = broken(MART_VOL_STATE_DAILY, lambda frame: frame.filter(~on_last))

    assert weights(results) == {"latest/rows": "fail"}


def test_freshness_weighs_as_its_series(broken: Broken) -> None:
    """Stale and required refuses; stale and not required warns; late warns."""

    def stale(series_id: str, state: str) -> dict[str, str]:
        where = on_last & (pl.col("series_id") == series_id)
        return weights(broken(CORE_AS_KNOWN_DAILY, put(state, "freshness", where)))

    assert stale("vix_close", "fail") == {
        "latest/fresh.vix_close": "warn",
        "latest/usable.vix_close": "fail",
    }
    assert stale("vix_close", "warn") == {"latest/fresh.vix_close": "warn"}
    assert stale("baa_yield", "fail") == {"latest/fresh.baa_yield": "warn"}
    assert stale("core_cpi", "fail") == {}  # no measure is made from it


def test_suspicion_weighs_as_its_series(broken: Broken) -> None:
    """A value that is not believed refuses where it is required, else warns, and says why."""

    def doubted(series_id: str) -> dict[str, CheckResult]:
        where = on_last & (pl.col("series_id") == series_id)
        return broken(CORE_AS_KNOWN_DAILY, put("unit_slip", "suspicion", where))

    required = doubted("vix_close")
    assert weights(required) == {"latest/suspect.vix_close": "fail"}
    assert "unit_slip" in (required["latest/suspect.vix_close"].sample_rows or "")
    assert weights(doubted("baa_yield")) == {"latest/suspect.baa_yield": "warn"}
    assert weights(doubted("core_cpi")) == {}


def test_a_raw_value_out_of_range_is_named(broken: Broken) -> None:
    """A close of 2,000 volatility points is dropped by the core layer, and reported here."""

    def closes(frame: pl.DataFrame) -> pl.DataFrame:
        vix = put(15.0, "value", pl.lit(value=True))(frame.filter(series_id="vix_close"))
        return put(2_000.0, "value", pl.col("event_date") == LAST)(vix)

    result = broken(RAW_OBSERVATION, closes, source="live")["history/range.value"]
    assert (result.severity, result.unexpected_count) == ("warn", 1)
    assert '"vix_close"' in (result.sample_rows or "")


def test_a_series_without_a_row_is_not_fresh(broken: Broken) -> None:
    """A required series of which nothing is known is a refusal, not a success on nothing."""
    gone = on_last & (pl.col("series_id") == "spx_close")
    results = broken(CORE_AS_KNOWN_DAILY, lambda frame: frame.filter(~gone))

    assert weights(results) == {"latest/fresh.spx_close": "warn", "latest/usable.spx_close": "fail"}
    assert results["latest/usable.spx_close"].observed == "no value to judge"


def test_a_real_spike_does_not_stop_the_run(broken: Broken) -> None:
    """2018-02-05: VIX 17.31 to 37.32 (Cboe); a jump stays within bounds, a tenfold one warns."""

    def closes(last: float) -> Callable[[pl.DataFrame], pl.DataFrame]:
        return lambda frame: put(last, "vix_close", on_last)(
            put(17.31, "vix_close", ~on_last)(frame)
        )

    def jumps(last: float) -> dict[str, str]:
        found = weights(broken(CORE_INDEX_DAILY, closes(last)))
        return {name: weight for name, weight in found.items() if "unchanged" not in name}

    assert jumps(37.32) == {}
    assert jumps(173.1) == {"history/jump.vix_close": "warn", "latest/jump.vix_close": "warn"}


def test_a_repeated_close_warns(broken: Broken) -> None:
    """The VIX four times the same warns and does not stop; three times is not rare."""

    def repeated(first: date) -> dict[str, str]:
        return weights(broken(CORE_INDEX_DAILY, put(60.0, "vix_close", pl.col("session") >= first)))

    assert repeated(date(2018, 3, 21)) == {}
    assert repeated(date(2018, 3, 20)) == {
        "history/unchanged.vix_close": "warn", "latest/unchanged.vix_close": "warn",
    }  # fmt: skip


def test_an_impossible_range_warns(broken: Broken) -> None:
    """A high below the open is in real files, so it warns and never stops."""
    results = broken(CORE_INDEX_DAILY, lambda f: f.with_columns(spx_high=pl.col("spx_open") - 1.0))

    assert weights(results) == {"history/ohlc.spx_high": "warn", "latest/ohlc.spx_high": "warn"}


def test_an_old_outlier_of_a_measure_warns(broken: Broken) -> None:
    """A measure out of bounds stops the run on the latest session only."""
    old = broken(MART_VOL_STATE_DAILY, put(9.0, "term_ratio_9d"))
    latest = broken(MART_VOL_STATE_DAILY, put(9.0, "term_ratio_9d", on_last))

    assert weights(old) == {"history/bounds.term_ratio_9d": "warn"}
    assert weights(latest)["latest/bounds.term_ratio_9d"] == "fail"


def test_every_layer_must_be_decided(broken: Broken) -> None:
    """A decision without one of its layers is a refusal that names the layer."""
    gone = on_last & (pl.col("layer_id") == "L2")
    results = broken(MART_HEDGE_DECISION_DAILY, lambda frame: frame.filter(~gone))

    assert weights(results) == {
        "history/grain": "fail", "latest/members.layer_id": "fail", "latest/rows": "fail",
    }  # fmt: skip
    assert results["latest/members.layer_id"].observed == "missing: L2; others: 0"


def test_a_decision_stays_within_its_words_and_sizes(broken: Broken) -> None:
    """Unknown actions, multipliers over two and negative contracts are refusals."""
    for column, value in (("action", "sell"), ("multiplier_after", 2.5), ("units_after", -1)):
        results = broken(MART_HEDGE_DECISION_DAILY, put(value, column))
        assert [result.checked_column for result in results.values()] == [column]
        assert all(result.is_refusal for result in results.values())


def test_every_horizon_must_be_in_the_cone(broken: Broken) -> None:
    """Six horizons of seven are a refusal."""
    gone = on_last & (pl.col("horizon_sessions") == 63)
    results = broken(MART_VOL_CONE_DAILY, lambda frame: frame.filter(~gone))

    assert results["latest/members.horizon_sessions"].observed == "missing: 63; others: 0"


def test_only_the_first_rows_are_shown(broken: Broken) -> None:
    """Of many rows in breach the first five are shown, in key order."""
    result = broken(CORE_INDEX_DAILY, put(1.0, "vix_close", pl.lit(value=True)))[
        "history/bounds.vix_close"
    ]
    shown = [row["session"] for row in json.loads(result.sample_rows or "")]

    assert result.unexpected_count == 60
    assert shown == ["2018-01-01", "2018-01-02", "2018-01-03", "2018-01-04", "2018-01-05"]
