"""The dividend sleeve's units, as they are known."""

from pathlib import Path

import numpy as np
import pytest

from sources.workbook import read_grid
from transforms.drip_path import SleeveMarket, walk_sleeve

WORKBOOK = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "shiller" / "ie_data_2023-09.xls"
)
_PRICE, _DIVIDEND, _REAL_PRICE, _REAL_TOTAL_RETURN = 1, 2, 7, 9  # columns of its sheet


def test_four_quarters_at_a_flat_price() -> None:
    """KAT-17: 100 units at 50 with 0.25 a quarter, all reinvested, are 102.0151 after a year."""
    months = np.array([0.0, 3.0, 3.0, 3.0, 3.0, 0.0])  # a quarter is three months of 1.00 a year
    flat = np.zeros(6)
    market = SleeveMarket(flat + 50.0, flat + 1.0, months, flat, flat)
    sleeve = walk_sleeve(market, 5_000.0)
    assert sleeve.units[0] == 100.0
    assert sleeve.units[-1] == pytest.approx(102.0151, abs=5e-5)
    assert sleeve.units[-1] == pytest.approx(100.0 * 1.005**4, abs=1e-10)
    assert sleeve.overlay_units[-1] == sleeve.units[-1]


@pytest.mark.real_data
def test_units_are_those_of_shillers_total_return() -> None:
    """Over 1,800 months the units are his real total return price over his real price.

    His month's dividend buys at the same month's price; ours, known in one row, buys in the next,
    so each month's dividend stands a row earlier here.
    """
    if not WORKBOOK.is_file():
        pytest.skip(f"{WORKBOOK}: needs files that are not ours to redistribute")
    grid = read_grid(WORKBOOK.read_bytes(), file="ie_data.xls", sheets=("Data",))
    wanted = (_PRICE, _DIVIDEND, _REAL_PRICE, _REAL_TOTAL_RETURN)
    cells = [[grid.cell(row, column) for column in wanted] for row in range(len(grid.rows))]
    months = np.array([row for row in cells if all(isinstance(one, float) for one in row)])
    price, dividend, real_price, total = months.T
    size = price.size
    market = SleeveMarket(
        price, np.append(dividend[1:], 0.0), np.ones(size), np.zeros(size), np.zeros(size)
    )
    sleeve = walk_sleeve(market, float(price[0]))
    expected = (total / real_price) / (total[0] / real_price[0])
    assert size > 1_800
    assert np.abs(sleeve.units / expected - 1.0).max() < 1e-9
