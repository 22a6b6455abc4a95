"""The options book by a policy's terms, as one step: its legs and its totals at every close.

The model book is never priced from quotes. A leg that cannot be valued is null with its reason, and
so is what it takes part in; nothing unknown counts as zero.
"""

import numpy as np
import polars as pl

from pricing.board import Floats
from pricing.priced_from import Levels, PricedFrom
from schemas.book import BookTerms
from schemas.core import CORE_EXPIRY, CORE_INDEX_DAILY, CORE_POSITION, CORE_RATE_DAILY
from schemas.frames import each_with, join_one
from schemas.mart import (
    MART_BOOK_DAILY,
    MART_BOOK_LEG_DAILY,
    MART_FUTURES_CURVE_DAILY,
    MART_HEDGE_DECISION_DAILY,
    MART_RULE_EVALUATION_DAILY,
    MART_VOL_CONE_DAILY,
)
from schemas.step import Step
from transforms.book_desk import declared
from transforms.book_desk_rows import desk_rows
from transforms.book_market import BookMarket, Ints
from transforms.book_path import walk
from transforms.book_rows import LEGS, MADE, book_rows
from transforms.book_value import HORIZONS, booked
from transforms.vix_family import FAMILY, family, numbers

_QUANTILES = ("cone_p75", "cone_p95")
_LAYERS = ("L1", "L2", "L3")
_LEVELS = {level.label or "nothing": level.value for level in PricedFrom}


def book_step(terms: BookTerms) -> Step:
    """The model book under a policy's terms and the user's own: legs and totals, as one step."""

    def build(  # noqa: PLR0913, PLR0917 -- a step's parameters are its inputs
        core_index_daily: pl.LazyFrame,
        core_rate_daily: pl.LazyFrame,
        core_expiry: pl.LazyFrame,
        mart_vol_cone_daily: pl.LazyFrame,
        mart_futures_curve_daily: pl.LazyFrame,
        mart_rule_evaluation_daily: pl.LazyFrame,
        mart_hedge_decision_daily: pl.LazyFrame,
        core_position: pl.LazyFrame,
    ) -> tuple[pl.LazyFrame, ...]:
        panel = core_index_daily.select("session", "spx_close", *FAMILY, "vvix_close", "skew_close")
        for more in (
            core_rate_daily.select("session", "rf_30d"),
            _decided(mart_hedge_decision_daily),
            _gated(mart_rule_evaluation_daily, terms.condor_gates),
            _sigmas(mart_vol_cone_daily),
            _futures(mart_futures_curve_daily),
        ):
            panel = join_one(panel, more, on="session")
        panel = each_with(panel.sort("session"), _expiries(core_expiry))
        panel = each_with(panel, core_position.select(positions=pl.struct(pl.all()).implode()))
        # The path reads the whole history: no filter, limit or selection may be moved before it.
        made = panel.map_batches(
            lambda frame: _booked(frame, terms),
            schema=MADE,
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
        )
        legs = made.select("session", LEGS).explode(LEGS).unnest(LEGS).drop_nulls("leg_id")
        return legs.select(list(MART_BOOK_LEG_DAILY.schema)), made.drop(LEGS)

    return Step(
        outputs=(MART_BOOK_LEG_DAILY, MART_BOOK_DAILY),
        inputs=(
            CORE_INDEX_DAILY,
            CORE_RATE_DAILY,
            CORE_EXPIRY,
            MART_VOL_CONE_DAILY,
            MART_FUTURES_CURVE_DAILY,
            MART_RULE_EVALUATION_DAILY,
            MART_HEDGE_DECISION_DAILY,
            CORE_POSITION,
        ),
        build=build,
    )


def _decided(decisions: pl.LazyFrame) -> pl.LazyFrame:
    """What each session's decision asks of the layers, side by side."""
    of = {layer: pl.col("layer_id") == layer for layer in (*_LAYERS, "SE")}
    return decisions.group_by("session").agg(
        *(pl.col("units_after").filter(of[layer]).first().alias(layer) for layer in _LAYERS),
        se_state=pl.col("se_state").filter(of["SE"]).first(),
    )


def _gated(evaluations: pl.LazyFrame, gates: tuple[str, ...]) -> pl.LazyFrame:
    """Whether a gate of the condors fired; one that cannot be judged closes nothing."""
    whole = (pl.col("condition_no") == 0) & pl.col("rule_id").is_in(list(gates))
    fired = (pl.col("outcome") == "fired").any()
    return evaluations.filter(whole).group_by("session").agg(is_gated=fired)


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
    """All monthly expiries of S&P 500 options as one list."""
    monthly = expiry.filter(pl.col("root") == "SPX")
    return monthly.select(spx_expiries=pl.col("expiry").cast(pl.Int32).sort().implode())


def _booked(frame: pl.DataFrame, terms: BookTerms) -> pl.DataFrame:
    if not frame.height:
        return pl.DataFrame(schema=MADE)
    market = _market(frame)
    made = book_rows(frame["session"], market, terms, booked(market, terms, walk(market, terms)))
    return pl.concat([made, desk_rows(frame["session"], market, terms, declared(frame))])


def _market(frame: pl.DataFrame) -> BookMarket:
    """The panel as arrays; what the session before decided stands at the session it holds for."""
    asked = frame.select(
        pl.col(*_LAYERS).cast(pl.Int64).shift(1).fill_null(-1),
        pl.col("se_state").eq("watch").shift(1).fill_null(value=False),
        pl.col("is_gated").shift(1).fill_null(value=False),
    )
    expiries, futures, levels = _curves(frame)
    names = [[f"{name} {horizon}" for name in _QUANTILES] for horizon in HORIZONS.tolist()]
    sigma = [np.column_stack([numbers(frame, name) for name in pair]) for pair in names]
    return BookMarket(
        days=frame["session"].cast(pl.Int32).cast(pl.Int64).to_numpy(),
        spot=numbers(frame, "spx_close"),
        vix=numbers(frame, "vix_close"),
        vvix=numbers(frame, "vvix_close"),
        skew=numbers(frame, "skew_close"),
        rate=numbers(frame, "rf_30d"),
        indices=family(frame),
        index_expiries=np.array(frame["spx_expiries"][0].to_list(), dtype=np.int64),
        vix_expiries=expiries,
        futures=futures,
        future_levels=levels,
        units=asked.select(_LAYERS).to_numpy(),
        is_watched=asked["se_state"].to_numpy(),
        is_gated=asked["is_gated"].to_numpy(),
        sigma=np.stack(sigma, axis=1),
    )


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
