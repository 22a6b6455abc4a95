"""What each book would gain at once from stated moves of the S&P 500 and the VIX."""

import numpy as np
import polars as pl

from pricing.legs import Market
from pricing.moves import Move, change
from pricing.priced_from import PricedFrom
from schemas.frames import join_one
from schemas.mart import MART_BOOK_SCENARIO_DAILY
from transforms.book_view_legs import held

SPOT_CHANGES = (-0.10, -0.05, 0.0, 0.05)
VIX_POINTS = (0.0, 10.0, 25.0)

_LEVELS = {level.value: level.name.lower() for level in PricedFrom}


def book_scenario_daily(
    mart_book_leg_daily: pl.LazyFrame,
    core_index_daily: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """A row a session, book and pair of moves; null where a leg or the market is unknown.

    A scenario is a model's at best, and weaker where a leg of the book is.

    Source:
        Methodology 3.3 and 3.4; the law of the moves is that of ``pricing.moves``.
    """
    closes = core_index_daily.select("session", "spx_close", "vix_close")
    rates = core_rate_daily.select("session", "rf_30d")
    dated = join_one(mart_book_leg_daily, closes, on="session", many=True)
    return join_one(dated, rates, on="session", many=True).map_batches(
        scenarios,
        schema=MART_BOOK_SCENARIO_DAILY.schema,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )


def scenarios(rows: pl.DataFrame) -> pl.DataFrame:
    """The table's rows from legs with ``spx_close``, ``vix_close`` and ``rf_30d`` beside them."""
    if rows.is_empty():
        return pl.DataFrame(schema=MART_BOOK_SCENARIO_DAILY.schema)
    books, legs = held(rows)
    levels = rows.unique(["session", "book"]).sort("session", "book")
    spot, vix = (
        levels[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("spx_close", "vix_close")
    )
    is_leg = legs.quantity != 0.0
    weakest = np.where(is_leg, legs.priced_from, PricedFrom.MODEL).max(-1)
    words = [_LEVELS[code] for code in np.maximum(weakest, PricedFrom.MODEL).tolist()]
    parts = []
    for spx_move in SPOT_CHANGES:
        for vix_move in VIX_POINTS:
            with np.errstate(divide="ignore", invalid="ignore"):  # no VIX: no scenario
                vix_return = np.log((vix + vix_move) / vix)
            move = Move(np.full(vix.shape, np.log1p(spx_move)), vix_return, np.zeros(vix.shape))
            gain = change(legs, Market(spot, vix), move).sum(-1)
            parts.append(books.with_columns(
                spx_move=pl.lit(spx_move), vix_move=pl.lit(vix_move),
                scenario_usd=pl.Series(gain).fill_nan(None), priced_from=pl.Series(words),
            ))  # fmt: skip
    return pl.concat(parts).with_columns(
        priced_from=pl.when(pl.col("scenario_usd").is_null())
        .then(pl.lit("nothing"))
        .otherwise("priced_from")
    )
