"""The methodology's own calibration facts, found again on the exchange's and the index's files."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from evidence.compare import Floats, Signal, compare
from evidence.facts import facts
from evidence.outcomes import OUTCOMES, outcomes
from evidence.signals import levels

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
VIX, SPX = "cboe-index-history/VIX_History.csv", "spx-daily/SPX_ohlc_1985_2021.csv"

pytestmark = pytest.mark.real_data


def _file(name: str, column: str, value: str) -> pl.DataFrame:
    if not (SHARED / name).is_file():
        pytest.skip(f"{SHARED / name}: needs market files that are not ours to redistribute")
    frame = pl.read_csv(SHARED / name)
    dates = pl.col(frame.columns[0]).str.to_date("%m/%d/%Y")
    return frame.select(session=dates, **{value: pl.col(column).cast(pl.Float64)})


@pytest.fixture(scope="module")
def index() -> pl.DataFrame:
    """Closes of the VIX and the S&P 500, a row a session of the VIX."""
    vix, spx = _file(VIX, "CLOSE", "vix_close"), _file(SPX, "Close", "spx_close")
    return vix.join(spx, on="session", how="left").sort("session")


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].fill_null(np.nan).to_numpy()


def _facts(index: pl.DataFrame) -> dict[str, str]:
    nothing = np.full(index.height, np.nan)
    vix, spx = _numbers(index, "vix_close"), _numbers(index, "spx_close")
    return dict(facts(vix, nothing, nothing, spx))


def test_vix_quantiles(index: pl.DataFrame) -> None:
    """Appendix C has 11.4/12.2/14.0/17.6/22.7/28.6/32.9/46.7 on 1990 to July 2026; the file ends in 2022."""
    found = _facts(index)["VIX, quantiles 5/10/25/50/75/90/95/99"]
    wanted = [11.4, 12.2, 14.0, 17.6, 22.7, 28.6, 32.9, 46.7]
    assert [float(one) for one in found.split(" / ")] == pytest.approx(wanted, rel=0.03)


def test_slope_of_vix_on_index(index: pl.DataFrame) -> None:
    """Appendix C has -4.17, -3.9 and -3.3 over 1, 5 and 21 sessions of 1999 to 2018."""
    span = index.filter(pl.col("session").dt.year().is_between(1999, 2018))
    found = _facts(span)["Change of ln VIX on ln SPX over 1, 5, 21 sessions"]
    assert [float(one) for one in found.split(", ")] == pytest.approx([-4.17, -3.9, -3.3], abs=0.06)


def test_vix_reverts_by_level(index: pl.DataFrame) -> None:
    """6.3 has +6.5 %, +1.2, -4.2, -15.2 and -24.6 as mean changes by band, to July 2026; the file ends in 2022."""
    vix_only = index.with_columns(pl.lit(100.0).alias("spx_close"))
    followed = outcomes(vix_only)
    arrays = np.column_stack([_numbers(followed, name) for name in OUTCOMES])
    found: list[Signal] = compare(levels(_numbers(vix_only, "vix_close")), arrays)
    changes = [100.0 * one.found["vix_change"].mean for one in found]
    assert changes == pytest.approx([6.5, 1.2, -4.2, -15.2, -24.6], abs=1.0)
