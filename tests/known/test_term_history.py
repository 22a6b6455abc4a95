"""The slope of VIX futures from 2004 to 2013 and the VIX family's own to 2022."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.frames import join_one
from schemas.mart import MART_FUTURES_CURVE_DAILY
from transforms.slope_factor import slope_factors
from transforms.term_structure import cut_off, sessions_inverted, term_structure_daily
from transforms.vix_family import FAMILY

SHARED = Path(__file__).resolve().parents[3] / "shared/data"
MONTHS = range(1, 9)

pytestmark = pytest.mark.real_data


def _text(name: str) -> pl.LazyFrame:
    if not (SHARED / name).is_file():
        pytest.skip(f"{SHARED / name}: needs market files that are not ours to redistribute")
    return pl.scan_csv(SHARED / name, infer_schema=False, null_values=["NA"])


def _close(symbol: str) -> pl.LazyFrame:
    return _text(f"cboe-index-history/{symbol}_History.csv").select(
        session=pl.col("DATE").str.to_date("%m/%d/%Y"), **{symbol: pl.col("CLOSE").cast(pl.Float64)}
    )


@pytest.fixture(scope="module")
def curve() -> pl.DataFrame:
    """Closes of the first eight months, as the curve table has them."""
    closes, expiries = (
        _text(f"vx-term-structure/{name}.csv") for name in ("8_m_settle", "expirations")
    )
    both = join_one(closes, expiries.drop(""), on="date").collect(engine="in-memory")
    months = [
        both.select(
            session=pl.col("date").str.to_date(),
            expiry=pl.col(f"V{month}").str.to_date(),
            future=pl.col(f"M{month}").cast(pl.Float64),
        )
        for month in MONTHS
    ]
    stacked = pl.concat(months).filter(pl.col("expiry") > pl.col("session"))
    future = pl.col("future")
    return stacked.select(
        "session",
        "expiry",
        days_to_expiry=(pl.col("expiry") - pl.col("session")).dt.total_days().cast(pl.Int32),
        future=pl.when(future > 0.0).then(future),  # 0.0 is missing in this file
        priced_from=pl.lit("quotes"),
        is_curve_mixed=pl.lit(value=False),
    ).select(list(MART_FUTURES_CURVE_DAILY.schema))


@pytest.fixture(scope="module")
def table(curve: pl.DataFrame) -> pl.DataFrame:
    """The term-structure table on these closes and the VIX."""
    sessions = curve.select("session").unique().sort("session").lazy()
    index = join_one(sessions, _close("VIX"), on="session").rename({"VIX": "vix_close"})
    unknown = [pl.lit(None, pl.Float64).alias(name) for name in FAMILY if name != "vix_close"]
    ratios = sessions.with_columns(
        term_ratio_3m=pl.lit(None, pl.Float64), term_ratio_9d=pl.lit(None, pl.Float64)
    )
    made = term_structure_daily(index.with_columns(unknown), curve.lazy(), ratios)
    return made.collect(engine="in-memory")


def _interpolated(rows: list[tuple[int, float | None]]) -> float | None:
    """The slope by NumPy's own interpolation of the first four contracts, where 30 is inside."""
    days, futures = zip(*rows[:4], strict=True)
    if None in futures or days[0] > 30:
        return None
    near, far = np.interp([30.0, 60.0], days, np.array(futures, dtype=float))
    return float(far / near - 1.0)


def test_slope_is_numpys_interpolation(curve: pl.DataFrame, table: pl.DataFrame) -> None:
    """On every session with four contracts around both maturities."""
    ordered = curve.sort("session", "expiry").group_by("session", maintain_order=True)
    rows = ordered.agg(rows=pl.struct("days_to_expiry", "future"))["rows"].to_list()
    expected = [_interpolated([tuple(one.values()) for one in row]) for row in rows]
    pairs = [
        (found, wanted)
        for found, wanted in zip(table["cm_slope_30d"], expected, strict=True)
        if wanted is not None
    ]
    assert len(pairs) > 1_500
    np.testing.assert_allclose(*zip(*pairs, strict=True), rtol=0, atol=1e-12)


def test_contango_was_usual(table: pl.DataFrame) -> None:
    """From 2006 on the slope is upward on four sessions in five, and the roll costs the holder."""
    late = table.filter(pl.col("session") >= date(2006, 10, 23))
    slope = late["cm_slope_30d"].drop_nulls()
    assert 0.70 <= (slope > 0.0).mean() <= 0.90
    assert late["vix_roll_day"].median() > 0.0


def test_the_autumn_of_2008_was_inverted(table: pl.DataFrame) -> None:
    """In October 2008 every close had the later future below the nearer one."""
    month = table.filter(pl.col("session").is_between(date(2008, 10, 1), date(2008, 10, 31)))
    assert month["cm_slope_30d"].max() < 0.0
    assert (month["vx2"] < month["vx1"]).all()


@pytest.fixture(scope="module")
def family() -> pl.DataFrame:
    """Closes of VIX9D, VIX, VIX3M and VIX6M from 2011 to 2022."""
    panel = _close("VIX9D")
    for symbol in ("VIX", "VIX3M", "VIX6M"):
        panel = join_one(panel, _close(symbol), on="session")
    return panel.sort("session").collect(engine="in-memory")


def test_recalibrated_cut_offs() -> None:
    """At the end of 2022 the tenth and ninetieth percentile of VIX3M / VIX are NumPy's."""
    panel = join_one(_close("VIX3M"), _close("VIX"), on="session").sort("session")
    ratio = pl.col("VIX3M") / pl.col("VIX")
    found = panel.select(
        ratio=ratio, steep=cut_off(ratio, 0.9, 1.15), inverted=cut_off(ratio, 0.1, 1.0)
    ).collect(engine="in-memory")
    expected = np.quantile(found["ratio"][:-1].drop_nulls().to_numpy(), [0.9, 0.1])
    assert found.select("steep", "inverted").row(-1) == pytest.approx(expected, abs=1e-12)
    assert expected == pytest.approx([1.239, 1.011], abs=5e-4)


def test_longest_inversion_of_2020(family: pl.DataFrame) -> None:
    """VIX3M stayed below the VIX from 24 February to early April 2020."""
    runs = family.select("session", run=sessions_inverted(pl.col("VIX3M") / pl.col("VIX")))
    year = runs.filter(pl.col("session").dt.year() == 2020)
    longest = year.sort("run", descending=True).row(0, named=True)
    begun = year.filter(pl.col("run") == 1)["session"].to_list()
    assert date(2020, 2, 24) in begun
    assert longest["run"] >= 25


def test_slope_factor_is_the_slope_at_a_level(family: pl.DataFrame) -> None:
    """At a given mean level the second component of the real family moves with VIX6M over VIX9D.

    At a given level only: the first component falls towards the long end, so that it takes with it
    the inversion that high volatility brings.
    """
    logs = np.log(family.drop("session").to_numpy())
    factor, _ = slope_factors(logs)
    known = np.isfinite(factor)
    level = np.column_stack([np.ones(known.sum()), logs[known].mean(axis=1)])
    spread = (logs[:, 3] - logs[:, 0])[known]
    apart = [
        values - level @ np.linalg.lstsq(level, values, rcond=None)[0]
        for values in (factor[known], spread)
    ]
    assert known.sum() > 2_000
    assert np.corrcoef(*apart)[0, 1] > 0.95
