"""The forecast table: what HAR reads, the shape of the table, and fits that are kept."""

import math
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pricing.forecast_garch import GarchFit, window_key
from pricing.forecast_schedule import ForecastReason
from schemas.mart import MART_VOL_FORECAST_DAILY
from schemas.ops import OPS_GARCH_FIT
from transforms import kept_fits
from transforms.forecast import daily_variance, vol_forecast_daily
from transforms.vix_family import FAMILY

HORIZONS = [5, 10, 21, 42]


def _index(count: int) -> pl.DataFrame:
    """Sessions of a level that rises by 1 % and falls by 1 % in turn, closes only."""
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(count)]
    closes = [100.0 * 1.01 ** (number % 2) for number in range(count)]
    missing = pl.lit(None, dtype=pl.Float64)
    schema = {"session": pl.Date(), "spx_close": pl.Float64()}
    return pl.DataFrame({"session": days, "spx_close": closes}, schema=schema).with_columns(
        *(missing.alias(f"spx_{name}") for name in ("open", "high", "low")),
        *(missing.alias(name) for name in FAMILY),
    )


def _built(index: pl.DataFrame) -> pl.DataFrame:
    close = pl.col("spx_close")
    returns = index.select("session", log_return=(close / close.shift(1)).log())
    made = vol_forecast_daily(index.lazy(), returns.lazy())
    return MART_VOL_FORECAST_DAILY.conform(made).collect(engine="in-memory")


@pytest.fixture
def no_fits_kept() -> Iterator[None]:
    """A process that has fitted nothing, before and after."""
    kept_fits.give(OPS_GARCH_FIT.empty().collect(engine="in-memory"))
    yield
    kept_fits.give(OPS_GARCH_FIT.empty().collect(engine="in-memory"))


def test_variance_is_of_the_bar_where_it_is_whole() -> None:
    """Garman-Klass and the squared gap by hand; without a high the squared return; else nothing."""
    bars = pl.DataFrame(
        {
            "open": [100.0, 101.0, 101.0, 101.0],
            "high": [101.0, 103.0, None, 103.0],
            "low": [99.0, 100.0, 100.0, 100.0],
            "close": [100.0, 102.0, 103.0, None],
        }
    )
    variance, source = daily_variance(*(pl.col(name) for name in bars.columns))
    found = bars.select(variance=variance, source=source)
    gap, spread, move = math.log(101 / 100), math.log(103 / 100), math.log(102 / 101)
    by_hand = gap**2 + 0.5 * spread**2 - (2 * math.log(2) - 1) * move**2
    assert found["source"].to_list() == [None, "garman_klass", "squared_return", None]
    assert found["variance"].to_list() == [
        None, pytest.approx(by_hand, rel=1e-12), pytest.approx(math.log(103 / 102) ** 2), None,
    ]  # fmt: skip


def test_short_history_has_rows_and_says_why_it_has_no_forecast() -> None:
    """Before the first fit every horizon has its row, null and with its reason; nothing is zero."""
    found = _built(_index(30))
    assert found.height == 30 * len(HORIZONS)
    assert found["horizon_sessions"].to_list() == HORIZONS * 30
    assert found["forecast_reason"].unique().to_list() == ["no_fit_yet"]
    assert found["variance_source"].to_list()[:5] == [None] * 4 + ["squared_return"]
    assert found["forecast_vol"].null_count() == found.height
    assert found["cluster_state"].null_count() == found.height


def test_empty_history_is_an_empty_table() -> None:
    """Without a session there is no row, and nothing is raised."""
    assert _built(_index(0)).is_empty()


def test_filter_after_the_pass_stays_after_it() -> None:
    """A later filter on sessions does not shorten the history that forecasts are made from."""
    index = _index(300).with_columns(vix_close=pl.lit(20.0))
    whole = _built(index)
    close = pl.col("spx_close")
    returns = index.select("session", log_return=(close / close.shift(1)).log())
    last = index["session"][-1]
    made = vol_forecast_daily(index.lazy(), returns.lazy()).filter(pl.col("session") == last)
    assert made.collect(engine="in-memory").equals(whole.filter(pl.col("session") == last))
    expected = pytest.approx(0.20)  # one tenor of 30 days holds before itself
    assert whole["forecast_vol_term_structure"].to_list()[-4:-1] == [expected] * 3


def test_fits_come_back_from_their_rows(no_fits_kept: None) -> None:  # noqa: ARG001
    """A fit written as a row is the same fit when read; a failed one keeps its reason."""
    nan = math.nan
    failed = GarchFit(nan, nan, nan, nan, ForecastReason.FIT_FAILED)
    kept_fits.remember({"a": GarchFit(2e-6, 0.08, 0.0, 0.9), "b": failed})
    rows = OPS_GARCH_FIT.conform(kept_fits.kept().lazy()).collect(engine="in-memory")
    assert rows["garch_omega"].to_list() == [2e-6, None]
    kept_fits.give(rows)
    found = kept_fits.known_fits()
    assert found["a"] == GarchFit(2e-6, 0.08, 0.0, 0.9)
    assert found["b"].reason is ForecastReason.FIT_FAILED
    assert math.isnan(found["b"].omega)


def test_fits_of_another_package_version_are_not_used(no_fits_kept: None) -> None:  # noqa: ARG001
    """What another version of arch fitted is fitted again."""
    kept_fits.remember({"a": GarchFit(2e-6, 0.08, 0.0, 0.9)})
    kept_fits.give(kept_fits.kept().with_columns(arch_version=pl.lit("0.0")))
    assert kept_fits.known_fits() == {}


def test_kept_fit_serves_the_table(no_fits_kept: None) -> None:  # noqa: ARG001
    """A fit kept under its window is taken, not made again: its half-life is on the page."""
    index = _index(1_001)  # as many as have 1,000 sessions by the first fit
    close = pl.col("spx_close")
    returns = index.select((close / close.shift(1)).log()).to_series().to_numpy()[1:1_000]
    fit = GarchFit(2e-6, 0.08, 0.0, 0.9)
    kept_fits.remember(
        {window_key(np.array(returns), is_asymmetric=is_gjr): fit for is_gjr in (False, True)}
    )
    last = _built(index).tail(4)
    half_life = last["shock_half_life"].to_list()
    assert half_life == [pytest.approx(math.log(0.5) / math.log(0.98), rel=1e-12)] * 4
    assert last["forecast_vol_garch"].to_list() == last["forecast_vol_gjr"].to_list()
