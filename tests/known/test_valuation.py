"""Valuation on the publishers' real files: Shiller's own column, and scipy's betas of real sectors."""

import io
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import linregress

from pricing.discount import Floats
from sources.shiller import parse_ie_data
from sources.workbook import read_grid
from transforms.valuation import excess_cape_yield, inflation_10y
from transforms.valuation_beta import WINDOW_WEEKS, slopes
from transforms.valuation_return import unit_value, value_duration

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
Reader = Callable[[str], bytes]
_EXCESS_YIELD = 16  # column of the workbook's sheet
Closes = dict[date, float]


@pytest.fixture(scope="module")
def read() -> Reader:
    """A file of the folder of real files, which is not part of the project."""

    def of(name: str) -> bytes:
        if not (SHARED / name).is_file():
            pytest.skip(f"{SHARED / name}: needs files that are not ours to redistribute")
        return (SHARED / name).read_bytes()

    return of


def test_price_sensitivity_of_2005() -> None:
    """KAT-01's inputs: duration 27.7, and a point more of return takes 22 % of value."""
    rate, terminal = np.array([0.078704]), np.array([0.0422])
    assert value_duration(rate, 0.085, terminal)[0] == pytest.approx(27.7, abs=0.05)
    dearer = unit_value(rate + 0.01, terminal, 0.085) / unit_value(rate, terminal, 0.085) - 1.0
    assert dearer[0] == pytest.approx(-0.22, abs=0.005)


def _months(payload: bytes) -> pl.DataFrame:
    frame = parse_ie_data(payload).collect(engine="in-memory")
    wide = frame.pivot("series_id", index="event_date", values="value").sort("event_date")
    before = wide.select(
        event_date=pl.col("event_date").dt.offset_by("10y"), cpi_before="shiller_cpi"
    )
    return wide.join(before, on="event_date", how="left", validate="1:1", maintain_order="left")


def _stated(payload: bytes) -> dict[date, float]:
    """The workbook's own column of excess CAPE yields, which our parser does not read."""
    grid = read_grid(payload, file="ie_data.xls", sheets=("Data",))
    stated = {}
    for row in range(len(grid.rows)):
        month, value = grid.cell(row, 0), grid.cell(row, _EXCESS_YIELD)
        if isinstance(month, float) and isinstance(value, float):
            stated[date(int(month), round(month % 1 * 100), 1)] = value
    return stated


@pytest.mark.real_data
def test_excess_cape_yield_is_shillers_own(read: Reader) -> None:
    """Every month that the workbook states a figure for, from 1881 on, is ours too."""
    payload = read("shiller/ie_data_2023-09.xls")
    inflation = inflation_10y(pl.col("shiller_cpi"), pl.col("cpi_before"))
    real = pl.col("shiller_gs10") / 100.0 - inflation
    ours = _months(payload).select(
        "event_date", found=excess_cape_yield(pl.col("shiller_cape"), real)
    )
    stated, found = _stated(payload), dict(ours.drop_nulls().rows())
    assert len(stated) > 1_700
    assert [month for month in stated if month not in found] == []
    assert [month for month in stated if abs(stated[month] - found[month]) > 1e-9] == []


@pytest.mark.real_data
@pytest.mark.parametrize(("month", "is_cpi_larger"), [
    (date(2012, 1, 1), True), (date(2021, 12, 1), False), (date(2022, 11, 1), True),
])  # fmt: skip
def test_conventions_differ(read: Reader, month: date, *, is_cpi_larger: bool) -> None:
    """By CPI and by linked bonds the premium differs by 0.2 to 0.5 points, either way round.

    The first is the workbook's own cell; of the second no publisher's figure is at hand, so it is
    the workbook's CAPE less FRED's mean real yield of the month.
    """
    payload = read("shiller/ie_data_2023-09.xls")
    cape = _months(payload).filter(event_date=month)["shiller_cape"].item()
    yields = _closes(read("fred-extracts/DFII10.csv"))
    mean = np.mean([value for day, value in yields.items() if day.replace(day=1) == month]) / 100
    linked = pl.select(excess_cape_yield(pl.lit(cape), pl.lit(mean))).item()
    difference = _stated(payload)[month] - linked
    assert 0.002 < abs(difference) < 0.005
    assert (difference > 0) is is_cpi_larger


@pytest.mark.real_data
def test_marked_cape_is_near_the_published_one(read: Reader) -> None:
    """Moved by price over two months, CAPE is within 3.6 % of what Shiller published, 1 % above."""
    cape, price = pl.col("shiller_cape"), pl.col("shiller_price")
    marked = cape.shift(2) * price / price.shift(2)
    months = _months(read("shiller/ie_data_2023-09.xls")).with_columns(error=marked / cape - 1.0)
    errors = months.filter(pl.col("event_date") >= date(1990, 1, 1))["error"]
    assert errors.len() > 400
    assert errors.abs().max() == pytest.approx(0.0359, abs=5e-4)
    assert errors.mean() == pytest.approx(0.010, abs=5e-4)


def _closes(payload: bytes) -> Closes:
    frame = pl.read_csv(io.BytesIO(payload), new_columns=["day", "close"], try_parse_dates=True)
    return dict(frame.drop_nulls().rows())


def _week_ends(days: list[date]) -> list[date]:
    return [a for a, b in pairwise(days) if a.isocalendar()[:2] != b.isocalendar()[:2]]


def _weekly(closes: Closes, days: list[date]) -> Floats:
    return np.diff(np.log([closes[day] for day in days]))


@pytest.mark.real_data
@pytest.mark.parametrize("symbol", ["XLK", "XLU", "XLY", "XLRE"])
def test_beta_of_real_sectors(read: Reader, symbol: str) -> None:
    """At every week the slope is that of linregress over the 104 weeks up to it."""
    index = _closes(read("spx-daily/fredgraph_SP500.csv"))
    sector = _closes(read(f"sector-etf-close/{symbol}.csv"))
    shared = sorted(set(index) & set(sector))
    ends = _week_ends(shared)
    market, own = _weekly(index, ends), _weekly(sector, ends)
    found, count = slopes(own, market)
    assert len(ends) > 350
    for week in range(WINDOW_WEEKS, len(market), 7):
        window = slice(week + 1 - WINDOW_WEEKS, week + 1)
        assert found[week] == pytest.approx(
            linregress(market[window], own[window]).slope, abs=1e-10
        )
        assert count[week] == WINDOW_WEEKS


@pytest.mark.real_data
def test_utilities_move_less_than_technology(read: Reader) -> None:
    """In the two years to December 2019 technology's beta is above 1 and utilities' below 0.5."""
    index = _closes(read("spx-daily/fredgraph_SP500.csv"))
    betas = {}
    for symbol in ("XLK", "XLU"):
        sector = _closes(read(f"sector-etf-close/{symbol}.csv"))
        days = [day for day in sorted(set(index) & set(sector)) if day < date(2020, 1, 1)]
        ends = _week_ends(days)
        betas[symbol] = slopes(_weekly(sector, ends), _weekly(index, ends))[0][-1]
    assert betas["XLK"] > 1.0
    assert betas["XLU"] < 0.5
