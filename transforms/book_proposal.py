"""Where each book would break even, were the session's proposal made at the close's marks."""

import numpy as np
import polars as pl

from pricing.legs import Market
from pricing.payoff import break_evens
from pricing.stress import coverage
from schemas.frames import join_one
from schemas.mart import MART_BOOK_PROPOSAL_DAILY
from transforms.book_view_legs import held

_LAYERS = ("L1", "L2", "L3")
_BOOK = ["session", "book"]


def book_proposal_daily(
    mart_book_leg_daily: pl.LazyFrame,
    mart_hedge_decision_daily: pl.LazyFrame,
    core_index_daily: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """A row a book and session on which the proposal changes the contracts of a layer.

    What is added or given up is shared among the layer's legs as they stand, at the close's marks:
    what is given up keeps what it has gained. Null where a layer that is to be added to holds
    nothing, since its contract is chosen at the next close, and where a leg or the market is
    unknown.

    Source:
        Methodology 3.3, before and after a change.
    """
    change = mart_hedge_decision_daily.filter(pl.col("layer_id").is_in(_LAYERS)).select(
        "session",
        pl.col("layer_id").alias("book_layer"),
        (pl.col("units_after") - pl.col("units_before")).cast(pl.Float64).alias("units_more"),
    )
    wanted = (
        change.group_by("session")
        .agg(layers_changed=(pl.col("units_more").fill_null(0.0) != 0.0).sum())
        .filter(pl.col("layers_changed") > 0)
    )
    closes = core_index_daily.select("session", "spx_close", "vix_close")
    rates = core_rate_daily.select("session", "rf_30d")
    rows = join_one(mart_book_leg_daily, change, on=["session", "book_layer"], many=True)
    for other in (wanted, closes, rates):
        rows = join_one(rows, other, on="session", many=True)
    return rows.filter(pl.col("layers_changed") > 0).map_batches(
        proposals,
        schema=MART_BOOK_PROPOSAL_DAILY.schema,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )


def proposals(rows: pl.DataFrame) -> pl.DataFrame:
    """The table's rows from the legs of the books that change."""
    if rows.is_empty():
        return pl.DataFrame(schema=MART_BOOK_PROPOSAL_DAILY.schema)
    books, legs = held(pl.concat([rows, _more(rows)]))
    keyed = rows.group_by(_BOOK).agg(
        pl.col("spx_close", "vix_close").first(), _is_known().alias("is_known")
    )
    levels = keyed.sort(_BOOK)
    spot, vix = (
        levels[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("spx_close", "vix_close")
    )
    market = Market(spot, vix)
    evens = break_evens(legs, market)
    made = books.with_columns(
        levels["is_known"],
        after_be_down=pl.Series(evens.down).fill_nan(None),
        after_be_up=pl.Series(evens.up).fill_nan(None),
        after_coverage=pl.Series(coverage(legs, market).ratio).fill_nan(None),
    )
    found = ("after_be_down", "after_be_up", "after_coverage")
    known = made.with_columns(pl.when("is_known").then(pl.col(name)).alias(name) for name in found)
    worst = rows.sort(*_BOOK).group_by(_BOOK, maintain_order=True).agg(_weakest())
    is_some = pl.any_horizontal(pl.col(name).is_not_null() for name in found)
    return known.with_columns(worst["priced_from"]).select(
        *_BOOK,
        *found,
        priced_from=pl.when(is_some).then("priced_from").otherwise(pl.lit("nothing")),
    )


def _more(rows: pl.DataFrame) -> pl.DataFrame:
    """The contracts that come or go, as legs entered at today's mark."""
    share = pl.col("units_more") / _held_long()
    return (
        rows.with_columns(
            quantity=pl.col("quantity") * share.clip(lower_bound=-1.0),
            entry_price=pl.col("leg_price"),
            leg_id=pl.col("leg_id") + " more",
        )
        .filter(pl.col("quantity").is_finite() & (pl.col("quantity") != 0.0))
        .select(rows.columns)
    )


def _held_long() -> pl.Expr:
    is_long = pl.when(pl.col("quantity") > 0.0).then("quantity").otherwise(0.0)
    return is_long.sum().over([*_BOOK, "book_layer"])


def _is_known() -> pl.Expr:
    """Every layer that changes has a leg to change."""
    is_changed = pl.col("units_more").fill_null(0.0) != 0.0
    layers = pl.col("book_layer").filter(is_changed & (pl.col("quantity") > 0.0)).n_unique()
    return layers >= pl.col("layers_changed").first()


def _weakest() -> pl.Expr:
    order = pl.col("priced_from").replace_strict(
        {"quotes": 0, "surface": 1, "model": 2, "indicative": 3}, default=4, return_dtype=pl.Int8
    )
    return pl.col("priced_from").sort_by(order).last()
