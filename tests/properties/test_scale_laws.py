"""What a change of scale or level does to each measure, and what it must not do."""

from collections.abc import Callable

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from transforms.cone import vol_cone_daily
from transforms.standing import percentile, z_score, z_score_robust
from transforms.technical import technical_daily
from transforms.volatility import realized_vol_daily

Frames = dict[str, pl.DataFrame]
PRICES = ("spx_open", "spx_high", "spx_low", "spx_close")


def _scaled(frame: pl.DataFrame, names: tuple[str, ...], factor: float) -> pl.DataFrame:
    return frame.with_columns(pl.col(name) * factor for name in names)


def test_volatility_ignores_price_level(simulated_market: Frames) -> None:
    """Prices ten times as high have the same volatilities by every estimator."""
    index = simulated_market["core_index_daily"]
    # A stale open is judged in index points, so that flag may depend on the level.
    before, after = (
        realized_vol_daily(frame.lazy()).drop("is_range_biased").collect(engine="in-memory")
        for frame in (index, _scaled(index, PRICES, 10.0))
    )
    assert_frame_equal(before, after, check_exact=False, rel_tol=1e-9, abs_tol=1e-12)


def test_expected_move_scales_with_price(simulated_market: Frames) -> None:
    """Prices ten times as high have expected moves ten times as large, in the same cone."""
    index, realized = (simulated_market[f"{name}_daily"].lazy()
                       for name in ("core_index", "mart_realized_vol"))  # fmt: skip
    moves = ("expected_move_cone", "expected_move_implied")
    scaled = index.with_columns(pl.col("spx_close") * 10.0)
    before = vol_cone_daily(index, realized).collect(engine="in-memory")
    after = vol_cone_daily(scaled, realized).collect(engine="in-memory")
    assert_frame_equal(_scaled(before, moves, 10.0), after, rel_tol=1e-12)


def test_oscillators_scale_with_vix(simulated_market: Frames) -> None:
    """A VIX twice as high doubles averages and MACD and leaves RSI and crosses as they were."""
    index = simulated_market["core_index_daily"]
    doubled = _scaled(index, ("vix_close",), 2.0)
    before, after = (technical_daily(frame.lazy()).collect(engine="in-memory")
                     for frame in (index, doubled))  # fmt: skip
    levels = ("vix_ema_12d", "vix_ema_26d", "vix_sma_20d", "vix_macd", "vix_macd_signal",
              "vix_macd_hist")  # fmt: skip
    assert_frame_equal(_scaled(before, levels, 2.0), after, rel_tol=1e-9)


@pytest.mark.parametrize("measure", [z_score, z_score_robust, percentile])
def test_standing_ignores_unit(
    simulated_market: Frames, measure: Callable[[pl.Expr], pl.Expr]
) -> None:
    """Where a value stands is the same in any unit and from any zero."""
    vix = simulated_market["core_index_daily"].lazy().select("vix_close")
    stood = vix.select(
        before=measure(pl.col("vix_close")), after=measure(pl.col("vix_close") * 8.0 + 16.0)
    ).collect(engine="in-memory")
    assert stood["before"].count() > 200
    apart = (stood["before"] - stood["after"]).abs()
    assert (apart.drop_nulls() < 1e-9).all()
