"""The market that books and offers see, as one row a session and then as arrays.

What a decision asks of the layers may stand beside it; where it does not, nothing is asked.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from pricing.board import Floats
from pricing.priced_from import Levels, PricedFrom
from schemas.core import CORE_EXPIRY, CORE_INDEX_DAILY, CORE_RATE_DAILY, CORE_SESSION
from schemas.frames import each_with, join_one
from schemas.mart import MART_FUTURES_CURVE_DAILY, MART_VOL_CONE_DAILY, MART_VOL_STATE_DAILY
from schemas.model import Table
from schemas.step import Step
from transforms.book_market import BookMarket, Ints, NextSession
from transforms.book_value import HORIZONS
from transforms.vix_family import FAMILY, family, numbers

PANEL_TABLES = (
    CORE_SESSION, CORE_INDEX_DAILY, CORE_RATE_DAILY, CORE_EXPIRY, MART_VOL_CONE_DAILY,
    MART_VOL_STATE_DAILY, MART_FUTURES_CURVE_DAILY,
)  # fmt: skip
"""What ``panel`` is made from, in its order."""

LAYERS = ("L1", "L2", "L3")
DECIDED = (*LAYERS, "se_state", "is_gated")
"""Columns of what was decided, if a panel has them."""

_QUANTILES = ("cone_p75", "cone_p95")
_LEVELS = {level.label or "nothing": level.value for level in PricedFrom}


def panel(*tables: pl.LazyFrame) -> pl.LazyFrame:
    """One row a session: what ``market_of`` reads.

    Args:
        tables: frames of ``PANEL_TABLES``, in that order.
    """
    calendar, index, rates, expiry, cone, state, curve = tables
    found = index.select("session", "spx_close", *FAMILY, "vvix_close", "skew_close")
    for more in (
        calendar.select("session", pl.col("next_session").cast(pl.Int32)),
        rates.select("session", "rf_30d"),
        state.select("session", "expected_daily_range"),
        _sigmas(cone),
        _futures(curve),
    ):
        found = join_one(found, more, on="session")
    return each_with(found.sort("session"), _expiries(expiry))


def panel_step(table: Table, rows: Callable[[pl.Series, BookMarket], pl.DataFrame]) -> Step:
    """A table made of the market alone, before anything is decided.

    Args:
        table: what is made.
        rows: its rows from the sessions and their market.
    """

    def build(  # noqa: PLR0913, PLR0917 -- a step's parameters are its inputs
        core_session: pl.LazyFrame,
        core_index_daily: pl.LazyFrame,
        core_rate_daily: pl.LazyFrame,
        core_expiry: pl.LazyFrame,
        mart_vol_cone_daily: pl.LazyFrame,
        mart_vol_state_daily: pl.LazyFrame,
        mart_futures_curve_daily: pl.LazyFrame,
    ) -> pl.LazyFrame:
        seen = panel(
            core_session, core_index_daily, core_rate_daily, core_expiry, mart_vol_cone_daily,
            mart_vol_state_daily, mart_futures_curve_daily,
        )  # fmt: skip
        # Arrays are made of all sessions at once: nothing may be moved before them.
        return seen.map_batches(
            lambda frame: _made(frame, table, rows),
            schema=table.schema,
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
        )

    return Step((table,), PANEL_TABLES, build)


def _made(
    frame: pl.DataFrame, table: Table, rows: Callable[[pl.Series, BookMarket], pl.DataFrame]
) -> pl.DataFrame:
    if not frame.height:
        return pl.DataFrame(schema=table.schema)
    return rows(frame["session"], market_of(frame)).select(list(table.schema))


def _sigmas(cone: pl.LazyFrame) -> pl.LazyFrame:
    """The cone's quantiles that the corridor reads, by horizon."""
    return cone.group_by("session").agg(
        pl.col(name).filter(pl.col("horizon_sessions") == horizon).first().alias(f"{name} {horizon}")
        for horizon in HORIZONS.tolist() for name in _QUANTILES
    )  # fmt: skip


def _futures(curve: pl.LazyFrame) -> pl.LazyFrame:
    """The curve of each session as lists."""
    level = pl.col("priced_from").replace_strict(_LEVELS, return_dtype=pl.Int64())
    return (
        curve.sort("session", "expiry")
        .group_by("session", maintain_order=True)
        .agg(vix_expiry=pl.col("expiry").cast(pl.Int32), future="future", level=level)
    )


def _expiries(expiry: pl.LazyFrame) -> pl.LazyFrame:
    """All expiries of S&P 500 options as two lists: the monthly ones, and those of any kind."""
    days = pl.col("expiry").cast(pl.Int32)
    is_monthly = pl.col("root") == "SPX"
    return expiry.filter(pl.col("root").is_in(["SPX", "SPXW"])).select(
        spx_expiries=days.filter(is_monthly).sort().implode(),
        spxw_expiries=days.filter(~is_monthly).sort().implode(),
    )


def market_of(frame: pl.DataFrame) -> BookMarket:
    """The panel as arrays; what the session before decided stands at the session it holds for."""
    expiries, futures, levels = _curves(frame)
    names = [[f"{name} {horizon}" for name in _QUANTILES] for horizon in HORIZONS.tolist()]
    sigma = [np.column_stack([numbers(frame, name) for name in pair]) for pair in names]
    asked = _asked(frame)
    return BookMarket(
        days=frame["session"].cast(pl.Int32).cast(pl.Int64).to_numpy(),
        spot=numbers(frame, "spx_close"),
        vix=numbers(frame, "vix_close"),
        vvix=numbers(frame, "vvix_close"),
        skew=numbers(frame, "skew_close"),
        rate=numbers(frame, "rf_30d"),
        indices=family(frame),
        index_expiries=_listed(frame, "spx_expiries"),
        vix_expiries=expiries,
        futures=futures,
        future_levels=levels,
        units=asked.select(LAYERS).to_numpy(),
        is_watched=asked["se_state"].to_numpy(),
        is_gated=asked["is_gated"].to_numpy(),
        sigma=np.stack(sigma, axis=1),
        ahead=_ahead(frame),
    )


def _asked(frame: pl.DataFrame) -> pl.DataFrame:
    """What the decision of the session before asks: -1 and no where there is none."""
    missing = [pl.lit(None).alias(name) for name in DECIDED if name not in frame.columns]
    return frame.with_columns(missing).select(
        pl.col(*LAYERS).cast(pl.Int64).shift(1).fill_null(-1),
        pl.col("se_state").cast(pl.String).eq("watch").shift(1).fill_null(value=False),
        pl.col("is_gated").cast(pl.Boolean).shift(1).fill_null(value=False),
    )


def _ahead(frame: pl.DataFrame) -> NextSession:
    """The next session where a contract that settles on its close is listed for it."""
    following = frame["next_session"].cast(pl.Int64).fill_null(-1).to_numpy()
    is_listed = np.isin(following, _listed(frame, "spxw_expiries"))
    return NextSession(np.where(is_listed, following, -1), numbers(frame, "expected_daily_range"))


def _listed(frame: pl.DataFrame, name: str) -> Ints:
    return np.array(frame[name][0].to_list(), dtype=np.int64)


def _curves(frame: pl.DataFrame) -> tuple[Ints, Floats, Levels]:
    """Expiries, and futures and their levels by expiry and session."""
    flat = (
        frame.select("vix_expiry", "future", "level")
        .with_row_index("row")
        .explode("vix_expiry", "future", "level")
        .drop_nulls("vix_expiry")
    )
    found = flat["vix_expiry"].cast(pl.Int64).to_numpy()
    expiries, places = np.unique(found, return_inverse=True)
    shape = (expiries.size, frame.height)
    value, level = np.full(shape, np.nan), np.full(shape, PricedFrom.NOTHING, dtype=np.uint8)
    at = (places, flat["row"].cast(pl.Int64).to_numpy())
    value[at], level[at] = numbers(flat, "future"), flat["level"].to_numpy()
    return expiries, value, level
