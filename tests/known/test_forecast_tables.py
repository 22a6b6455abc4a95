"""The forecast and futures tables on real markets: the pricing functions' values, and the files'."""

import csv
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from pricing.forecast import ForecastModel, VolatilityHistory, volatility_forecasts
from pricing.forecast_block import forecast_block
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import MART_FUTURES_CURVE_DAILY
from schemas.raw import RAW_TABLES
from schemas.step import Step
from sources import sample
from sources.cfe import parse_contract
from sources.dataset import Provenance
from sources.expiries import fetch_expiries, parse_expiries
from sources.market import raw_rows
from transforms.futures_curve import futures_curve_daily
from transforms.steps import steps

Floats = NDArray[np.float64]
Frames = dict[str, pl.DataFrame]
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SESSIONS = [date(2008, 10, 10), date(2014, 6, 30), date(2018, 2, 6)]
HORIZONS = (5, 10, 21, 42)
MADE = ("core_session", "core_as_known_daily", "core_index_daily", "mart_realized_vol_daily",
        "mart_vol_forecast_daily")  # fmt: skip


@pytest.fixture(scope="module")
def market() -> Frames:
    """The sample's closes, returns and forecasts, as a run makes them."""
    provenance = Provenance(datetime(2026, 1, 2, tzinfo=UTC), "ab" * 32)
    parts = {table.name: [table.empty().collect(engine="in-memory")] for table in RAW_TABLES}
    sessions = None
    for dataset in sample.datasets():
        assert dataset.fetch is not None
        rows = raw_rows(
            dataset, dataset.fetch(), source="sample", sessions=sessions, provenance=provenance
        ).rows.collect(engine="in-memory")
        sessions = rows.lazy() if sessions is None else sessions
        assert dataset.table is not None
        parts[dataset.table.name].append(
            dataset.table.conform(rows.lazy()).collect(engine="in-memory")
        )
    frames = {name: pl.concat(rows) for name, rows in parts.items()}
    for step in steps("sample"):
        if step.outputs[0].name in MADE:
            frames[step.outputs[0].name] = _made(step, frames)
    return frames


def _made(step: Step, frames: Frames) -> pl.DataFrame:
    built = step.build(*(frames[table.name].lazy() for table in step.inputs))
    assert isinstance(built, pl.LazyFrame)
    return step.outputs[0].conform(built).collect(engine="in-memory")


def _array(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].fill_null(math.nan).to_numpy()


def test_forecasts_are_those_of_pricing(market: Frames) -> None:
    """At three sessions the table has what the pricing functions give on plain arrays."""
    index = market["core_index_daily"]
    opened, high, low, close = (
        np.log(_array(index, f"spx_{name}")) for name in ("open", "high", "low", "close")
    )
    returns = _array(market["mart_realized_vol_daily"], "log_return")  # fits feel the last bit
    gap = np.concatenate(([math.nan], opened[1:] - close[:-1]))
    variance = 0.5 * (high - low) ** 2 - (2 * math.log(2) - 1) * (close - opened) ** 2 + gap**2
    names = [f"{name}_close" for name in ("vix9d", "vix", "vix3m", "vix6m", "vix1y")]
    family = np.column_stack([_array(index, name) for name in names])
    days = np.array([9.0, 30.0, 93.0, 184.0, 365.0])
    history = VolatilityHistory(returns, variance, family[:, 1], days, family)
    found = volatility_forecasts(history)
    har, term = (
        found.models[name].mean_variance
        for name in (ForecastModel.HAR, ForecastModel.TERM_STRUCTURE)
    )
    block = forecast_block(returns, har, term, HORIZONS)
    table = market["mart_vol_forecast_daily"]
    for session in SESSIONS:
        row = index["session"].index_of(session)
        assert row is not None
        at = table.filter(pl.col("session") == session)
        for model in ForecastModel:
            annual = np.sqrt(252.0 * found.models[model].mean_variance[row])
            np.testing.assert_allclose(_array(at, f"forecast_vol_{model}"), annual, rtol=1e-9)
            weight = found.weights[model][row]
            np.testing.assert_allclose(_array(at, f"forecast_weight_{model}"), weight, rtol=1e-7)
        np.testing.assert_allclose(_array(at, "forecast_vol"), np.sqrt(252.0 * har[row]), rtol=1e-9)
        for name in ("low_80", "low_50", "high_50", "high_80"):
            bound = block.interval[name][row]
            np.testing.assert_allclose(_array(at, f"forecast_{name}"), bound, rtol=1e-9)
        np.testing.assert_allclose(_array(at, "forecast_premium"), block.premium[row], rtol=1e-7)
        assert _array(at, "shock_half_life")[0] == pytest.approx(found.half_life[row], rel=1e-6)


def test_forecasts_around_the_spikes(market: Frames) -> None:
    """In October 2008 and on the day after 2018-02-05 volatility clusters; in June 2014 it does not.

    Realized volatility of the 21 sessions from 2008-10-10 on was 81 % a year, among the highest
    ever: a forecast that sees no more than the past is below it and far above the median.
    """
    at = market["mart_vol_forecast_daily"].filter(pl.col("horizon_sessions") == 21)
    rows = {session: at.row(by_predicate=pl.col("session") == session, named=True)
            for session in SESSIONS}  # fmt: skip
    states = [rows[session]["cluster_state"] for session in SESSIONS]
    assert states[0] == states[2] == "cluster_on"
    assert states[1] != "cluster_on"
    assert rows[SESSIONS[0]]["forecast_cone_percentile"] > 99.0
    assert 0.40 < rows[SESSIONS[0]]["forecast_vol"] < 0.81
    assert 0.05 < rows[SESSIONS[1]]["forecast_vol"] < 0.11


@pytest.fixture(scope="module")
def curve() -> pl.DataFrame:
    """Futures of 2004 to 2013 from the exchange's contract files."""
    files = sorted((SHARED / "vx-futures-cfe").glob("CFE_*_VX.csv"))
    if not files:
        pytest.skip(f"{SHARED}: needs market files that are not ours to redistribute")
    settles = pl.concat([parse_contract(file.read_bytes()) for file in files]).rename(
        {"event_date": "session"}
    )
    days = (pl.col("expiry") - pl.col("session")).dt.total_days().cast(pl.Int32)
    listed = settles.filter(pl.col("expiry") > pl.col("session")).with_columns(days_to_expiry=days)
    index = listed.select("session").unique().with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in CORE_INDEX_DAILY.schema.items() if name != "session"
    )  # fmt: skip
    expiries = parse_expiries(fetch_expiries(date(2004, 1, 1), date(2014, 12, 31)))
    made = futures_curve_daily(index, listed, expiries)
    return MART_FUTURES_CURVE_DAILY.conform(made).collect(engine="in-memory")


@pytest.fixture(scope="module")
def collected() -> Callable[[date], dict[str, float]]:
    """Closes of an independent collection by expiry, where it has one."""
    folder = SHARED / "vx-term-structure"
    if not folder.is_dir():
        pytest.skip(f"{folder}: needs market files that are not ours to redistribute")
    tables = {}
    for name in ("expirations", "8_m_settle"):
        lines = csv.reader((folder / f"{name}.csv").read_text().splitlines()[1:])
        tables[name] = {line[1]: line[2:] for line in lines}

    def of(session: date) -> dict[str, float]:
        pairs = zip(*(table[session.isoformat()] for table in tables.values()), strict=True)
        return {day: float(close) for day, close in pairs if close not in ("NA", "0")}

    return of


@pytest.mark.real_data
@pytest.mark.parametrize(("session", "within"), [
    (date(2004, 8, 3), 0.006), (date(2006, 10, 23), 0.005), (date(2008, 10, 24), 0.045),
    (date(2008, 11, 20), 0.045), (date(2010, 5, 20), 0.005), (date(2011, 8, 8), 0.005),
    (date(2012, 3, 16), 0.005), (date(2013, 6, 25), 0.005),
])  # fmt: skip
def test_curve_is_that_of_the_files(
    curve: pl.DataFrame,
    collected: Callable[[date], dict[str, float]],
    session: date,
    within: float,
) -> None:
    """On known days every month of the files has its future near the close: within .6 %.

    The collection has closes, which in the autumn of 2008 lay up to 4.1 % from settlements; the
    archive of settlements has the contracts to December 2013.
    """
    rows = curve.filter(pl.col("session") == session, pl.col("future").is_not_null())
    ours = {f"{day}": future for day, future in rows.select("expiry", "future").rows()}
    closes = collected(session)
    both = {day: close for day, close in closes.items() if close > 0.0 and day < "2014"}
    assert len(both) >= 4
    assert both.keys() <= ours.keys()
    assert set(rows["priced_from"]) == {"quotes"}
    assert max(abs(math.log(ours[day] / close)) for day, close in both.items()) < within
