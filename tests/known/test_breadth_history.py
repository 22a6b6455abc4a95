"""The divergence on NYSE breadth and the S&P 500 of 1986 to 2010."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.frames import join_one
from transforms.breadth import ad_line, net_breadth
from transforms.divergence import divergence

SHARED = Path(__file__).resolve().parents[3] / "shared/data"

pytestmark = pytest.mark.real_data


def _counts(name: str) -> pl.LazyFrame:
    file = SHARED / f"nyse-breadth/NYSE_{name}.csv"
    if not file.is_file():
        pytest.skip(f"{file}: needs market files that are not ours to redistribute")
    text = pl.scan_csv(file, has_header=False, new_columns=["day", name], infer_schema=False)
    return text.select(
        pl.col("day").str.to_date("%Y%m%d"), pl.col(name).str.strip_chars().cast(pl.Float64)
    )


@pytest.fixture(scope="module")
def market() -> pl.DataFrame:
    """Day, close, advances and declines of every S&P 500 session to the end of 2010."""
    file = SHARED / "spx-daily/SPX_ohlc_1985_2021.csv"
    breadth = join_one(_counts("advn"), _counts("decln"), on="day")
    closes = pl.scan_csv(file, infer_schema=False).select(
        day=pl.col("Date").str.to_date("%m/%d/%Y"), close=pl.col("Close").cast(pl.Float64)
    )
    panel = join_one(closes.filter(pl.col("day") <= date(2010, 12, 31)), breadth, on="day")
    rises, falls = pl.col("advn"), pl.col("decln")
    return (
        panel.sort("day")
        .with_columns(net=rises - falls, net_breadth=net_breadth(rises, falls))
        .with_columns(ad_line=ad_line(pl.col("net")))
        .collect(engine="in-memory")
    )


def _states(market: pl.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    net = market["net"].fill_null(np.nan).to_numpy()
    return divergence(market["close"].to_numpy(), net)


def test_the_crash_of_1987(market: pl.DataFrame) -> None:
    """On 1987-10-19 52 issues rose and 1,973 fell, as reported at the time."""
    row = market.row(by_predicate=pl.col("day") == date(1987, 10, 19), named=True)
    assert (row["advn"], row["decln"]) == (52.0, 1_973.0)
    assert row["net_breadth"] == pytest.approx(-1_921 / 2_025)


def test_line_ended_its_rise_before_the_index(market: pl.DataFrame) -> None:
    """The NYSE line made its high in April 1998, two years before the S&P 500's in March 2000."""
    late = market.filter(pl.col("day").is_between(date(1996, 1, 1), date(2000, 12, 31)))
    top = late.sort("ad_line", descending=True, nulls_last=True)["day"][0]
    assert (top.year, top.month) == (1998, 4)
    assert late.sort("close", descending=True)["day"][0] == date(2000, 3, 24)


def test_divergences_of_a_quarter_century(market: pl.DataFrame) -> None:
    """Around one a year, on a tenth of the sessions, several of them in the two years to 2000."""
    on, _, since = _states(market)
    days = market["day"].filter(pl.Series(since == 0.0)).to_list()
    assert 20 <= len(days) <= 40
    assert 0.05 <= np.nanmean(on) <= 0.15
    assert sum(date(1998, 4, 1) <= day <= date(2000, 3, 24) for day in days) >= 5


def test_missing_sessions_are_unknown(market: pl.DataFrame) -> None:
    """The two sessions that the files lack are unknown; the days around them are not."""
    on, _, _ = _states(market)
    missing = market["net"].is_null().to_numpy()
    assert market["day"].filter(missing).to_list() == [date(1999, 11, 26), date(2002, 6, 20)]
    assert np.isnan(on[missing]).all()
    assert np.isfinite(on[60:][~missing[60:]]).all()


@pytest.mark.parametrize("end", [date(1990, 6, 1), date(1999, 12, 10), date(2007, 2, 1)])
def test_history_as_seen_then(market: pl.DataFrame, end: date) -> None:
    """Cut off at a day, the history up to it is the same."""
    early = market.filter(pl.col("day") <= end)
    for whole, part in zip(_states(market), _states(early), strict=True):
        assert np.array_equal(whole[: early.height], part, equal_nan=True)
