"""The options book by a policy's terms, as one step: its legs and its totals at every close.

The model book is never priced from quotes; the user's own is, where a session's chain is kept. A leg that cannot be valued is null with its reason, and
so is what it takes part in; nothing unknown counts as zero.
"""

import polars as pl

from schemas.book import BookTerms
from schemas.core import CORE_OPTION_QUOTE, CORE_POSITION
from schemas.frames import each_with, join_one
from schemas.mart import (
    MART_BOOK_DAILY,
    MART_BOOK_LEG_DAILY,
    MART_HEDGE_DECISION_DAILY,
    MART_RULE_EVALUATION_DAILY,
)
from schemas.step import Step
from transforms.book_desk import declared
from transforms.book_desk_quotes import desk_chain, session_chains
from transforms.book_desk_rows import desk_rows
from transforms.book_panel import LAYERS, PANEL_TABLES, market_of, panel
from transforms.book_path import walk
from transforms.book_rows import LEGS, MADE, book_rows
from transforms.book_value import booked


def book_step(terms: BookTerms) -> Step:
    """The model book under a policy's terms and the user's own: legs and totals, as one step."""

    def build(  # noqa: PLR0913, PLR0917 -- a step's parameters are its inputs
        core_session: pl.LazyFrame,
        core_index_daily: pl.LazyFrame,
        core_rate_daily: pl.LazyFrame,
        core_expiry: pl.LazyFrame,
        mart_vol_cone_daily: pl.LazyFrame,
        mart_vol_state_daily: pl.LazyFrame,
        mart_futures_curve_daily: pl.LazyFrame,
        mart_rule_evaluation_daily: pl.LazyFrame,
        mart_hedge_decision_daily: pl.LazyFrame,
        core_position: pl.LazyFrame,
        core_option_quote: pl.LazyFrame,
    ) -> tuple[pl.LazyFrame, ...]:
        seen = panel(
            core_session, core_index_daily, core_rate_daily, core_expiry, mart_vol_cone_daily,
            mart_vol_state_daily, mart_futures_curve_daily,
        )  # fmt: skip
        seen = join_one(seen, _decided(mart_hedge_decision_daily), on="session")
        gated = _gated(mart_rule_evaluation_daily, terms.condor_gates)
        seen = join_one(seen, gated, on="session")
        chain = desk_chain(core_session, core_option_quote, core_rate_daily, core_position)
        seen = join_one(seen, chain, on="session")
        seen = each_with(seen, core_position.select(positions=pl.struct(pl.all()).implode()))
        # The path reads the whole history: no filter, limit or selection may be moved before it.
        made = seen.map_batches(
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
            *PANEL_TABLES,
            MART_RULE_EVALUATION_DAILY,
            MART_HEDGE_DECISION_DAILY,
            CORE_POSITION,
            CORE_OPTION_QUOTE,
        ),
        build=build,
    )


def _decided(decisions: pl.LazyFrame) -> pl.LazyFrame:
    """What each session's decision asks of the layers, side by side."""
    of = {layer: pl.col("layer_id") == layer for layer in (*LAYERS, "SE")}
    return decisions.group_by("session").agg(
        *(pl.col("units_after").filter(of[layer]).first().alias(layer) for layer in LAYERS),
        se_state=pl.col("se_state").filter(of["SE"]).first(),
    )


def _gated(evaluations: pl.LazyFrame, gates: tuple[str, ...]) -> pl.LazyFrame:
    """Whether a gate of the condors fired; one that cannot be judged closes nothing."""
    whole = (pl.col("condition_no") == 0) & pl.col("rule_id").is_in(list(gates))
    fired = (pl.col("outcome") == "fired").any()
    return evaluations.filter(whole).group_by("session").agg(is_gated=fired)


def _booked(frame: pl.DataFrame, terms: BookTerms) -> pl.DataFrame:
    if not frame.height:
        return pl.DataFrame(schema=MADE)
    market = market_of(frame)
    made = book_rows(frame["session"], market, terms, booked(market, terms, walk(market, terms)))
    own = desk_rows(
        frame["session"], market, terms, declared(frame), session_chains(frame)
    )  # fmt: skip
    return pl.concat([made, own])
