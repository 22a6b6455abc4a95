"""The decision: what the policy says about each layer at every session, and why."""

import polars as pl

from policy import book_after as after
from policy.acting import acting_columns, lines
from policy.conditions import READABLE, MissingInputs
from policy.entries import DIRECTIONS, LAYERS, SIGNERS
from policy.evaluate import judged_frame, market_frame, outcome, truth
from policy.evaluation import rule_evaluation
from policy.flips import flip_columns, flip_table
from policy.model import Policy
from policy.path_values import C_SILENT, CAME, SE, UNKNOWN
from policy.programs import compiled, offered, reads_book_after
from policy.record import (
    RECORDED,
    SE_STATES,
    judged_column,
    predicate_column,
    recorded,
    recorder,
)
from policy.wording import asked_columns, chains, worded
from schemas.book import BookTerms
from schemas.columns import COLUMNS
from schemas.frames import join_one
from schemas.mart import (
    MART_HEDGE_DECISION_DAILY,
    MART_POLICY_CELL,
    MART_RULE_ACTION_DAILY,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
)
from schemas.offer_tables import MART_BOOK_OFFER_DAILY
from schemas.step import Step

OUTCOMES = {
    after.YES: "fired",
    after.NO: "not_fired",
    after.NO_DATA: "no_data",
    after.NOT_EVALUATED: "not_evaluated",
}


def decision_step(policy: Policy, terms: BookTerms | None = None) -> Step:
    """The decision under a policy as one step: five tables in one forward pass.

    Conditions are evaluated on whole columns, three-valued; the path (persistence, steps,
    cooldown, quorum, the book after a change) is walked once over the sessions; the rest is
    assembly.

    Args:
        policy: the rules.
        terms: of the book, where a desk's net asset value and limits stand in for the policy's.
    """
    booked = policy.book_terms if terms is None else terms

    def build(  # noqa: PLR0913, PLR0917 -- a step's parameters are its inputs
        mart_vol_gap_daily: pl.LazyFrame,
        mart_realized_vol_daily: pl.LazyFrame,
        mart_vol_state_daily: pl.LazyFrame,
        mart_technical_daily: pl.LazyFrame,
        mart_cost_of_equity_daily: pl.LazyFrame,
        core_event_daily: pl.LazyFrame,
        mart_standing_book_daily: pl.LazyFrame,
        mart_term_structure_daily: pl.LazyFrame,
        mart_breadth_daily: pl.LazyFrame,
        mart_valuation_daily: pl.LazyFrame,
        mart_macro_daily: pl.LazyFrame,
        mart_gdp_revision_daily: pl.LazyFrame,
        mart_liquidity_daily: pl.LazyFrame,
        mart_parity_state_daily: pl.LazyFrame,
        mart_gauge_daily: pl.LazyFrame,
        mart_state_daily: pl.LazyFrame,
        mart_book_offer_daily: pl.LazyFrame,
    ) -> tuple[pl.LazyFrame, ...]:
        frames = (mart_vol_gap_daily, mart_realized_vol_daily, mart_vol_state_daily,
                  mart_technical_daily, mart_cost_of_equity_daily, core_event_daily,
                  mart_standing_book_daily, mart_term_structure_daily, mart_breadth_daily,
                  mart_valuation_daily, mart_macro_daily, mart_gdp_revision_daily,
                  mart_liquidity_daily, mart_parity_state_daily, mart_gauge_daily,
                  mart_state_daily)  # fmt: skip
        named = {table.name: frame for table, frame in zip(READABLE, frames, strict=True)}
        market = join_one(market_frame(policy, named), offered(mart_book_offer_daily), "session")
        walked = walked_market(policy, market, booked)
        return (
            policy_cell(policy),
            rule_evaluation(policy, walked, booked),
            signer_daily(walked),
            hedge_decision(policy, walked),
            rule_action(policy, walked),
        )

    return Step(
        outputs=(
            MART_POLICY_CELL,
            MART_RULE_EVALUATION_DAILY,
            MART_SIGNER_DAILY,
            MART_HEDGE_DECISION_DAILY,
            MART_RULE_ACTION_DAILY,
        ),
        inputs=(*READABLE, MART_BOOK_OFFER_DAILY),
        build=build,
    )


def walked_market(policy: Policy, market: pl.LazyFrame, terms: BookTerms) -> pl.LazyFrame:
    """The market frame with what gates and signers read and, beside it, what the path decided."""
    programs = compiled(policy)
    predicates = {
        predicate_column(policy, signer, direction, layer): condition
        for layer in LAYERS for direction in DIRECTIONS for signer in SIGNERS
        for condition in [getattr(policy.signers[signer], direction).of(layer)]
    }  # fmt: skip
    unjudged = pl.lit(after.NO_DATA, dtype=pl.Int8())  # the path fills it in
    judged = judged_frame(policy, market).with_columns(
        truth(MissingInputs(missing="required_inputs")).cast(pl.Int8).alias("missing"),
        *(
            outcome(condition).alias(judged_column(number))
            for number, condition in enumerate(programs.columns)
        ),
        *(
            (unjudged if reads_book_after(condition) else outcome(condition)).alias(name)
            for name, condition in predicates.items()
        ),
        *acting_columns(policy),
    )
    schema = pl.Schema({**judged.collect_schema(), **recorded(policy)})
    return judged.map_batches(recorder(policy, terms, programs), schema=schema)


def policy_cell(policy: Policy) -> pl.LazyFrame:
    """The matrix as a table: what each cell asks of each layer, SE's state on its own row."""
    rows = [
        (row, column, layer, cell.rule_id,
         None if layer == "SE" else cell.multiplier(layer), cell.SE if layer == "SE" else None)
        for row, cells in policy.matrix.items()
        for column, cell in cells.items()
        for layer in LAYERS
    ]  # fmt: skip
    return pl.LazyFrame(rows, schema=MART_POLICY_CELL.schema, orient="row")


def signer_daily(walked: pl.LazyFrame) -> pl.LazyFrame:
    """Every signer's answer to an add and to a reduction of every layer."""
    keys = [(layer, direction, signer) for layer in LAYERS for direction in DIRECTIONS
            for signer in SIGNERS]  # fmt: skip
    names = pl.LazyFrame(
        [(number, *key) for number, key in enumerate(keys)],
        schema={"place": pl.Int64(), "layer_id": pl.String(), "direction": pl.String(),
                "signer_id": pl.String()}, orient="row",
    )  # fmt: skip
    votes = walked.select("session", "votes", place=pl.lit(list(range(len(keys))))).explode(
        "votes", "place"
    )
    answers = pl.col("votes").replace_strict(OUTCOMES, return_dtype=pl.String()).alias("outcome")
    return join_one(votes.with_columns(answers), names, "place", many=True).drop("place", "votes")


def hedge_decision(policy: Policy, walked: pl.LazyFrame) -> pl.LazyFrame:
    """One row per session and layer: from what to what, by which rule, and what would flip it."""
    arrays = [name for name, dtype in RECORDED.items() if dtype == RECORDED["reason"]]
    told = walked.with_columns(
        *asked_columns(policy), pl.concat_list(chains(policy)).alias("chain")
    )
    long = told.drop("votes", "came").with_columns(layer=pl.lit(list(range(len(LAYERS)))))
    long = long.explode("layer", "chain", "restructuring", "reviewing", *arrays)
    long = join_one(long, flip_table(policy), ["row", "column", "layer"], many=True)
    long = worded(policy, long)
    return long.select(
        "session",
        _named("layer", dict(enumerate(LAYERS))).alias("layer_id"),
        _named("row", dict(enumerate(policy.axes.row.ids))).alias("row_bucket"),
        _named("column", dict(enumerate(policy.axes.column.ids))).alias("column_bucket"),
        *(_multiplier(policy, name) for name in ("cell", "target", "before", "after")),
        *(pl.col(f"units_{name}").cast(pl.Int32) for name in ("before", "after")),
        _se_state(),
        "action",
        "rule_id",
        "reason_code",
        *_standing(policy),
        pl.col("chain").alias("rule_chain"),
        *_counts(),
        *flip_columns(policy),
        pl.lit(policy.name).alias("policy_name"),
        pl.lit(policy.version).alias("policy_version"),
        pl.lit(policy.hash).alias("policy_hash"),
    )


def rule_action(policy: Policy, walked: pl.LazyFrame) -> pl.LazyFrame:
    """What each rule that took part would do, to what, and how it came out; nothing of the others."""
    told = lines(policy)
    stated = pl.LazyFrame(
        [(place, line.rule_id, line.number, policy.rules[line.rule_id].role,
          policy.rules[line.rule_id].grade, line.verb, line.target or None, line.text)
         for place, line in enumerate(told)],
        schema={"place": pl.Int64(), "rule_id": pl.String(), "action_no": pl.Int32(),
                "role": pl.String(), "grade": pl.String(), "action_verb": pl.String(),
                "action_target": pl.String(), "action_text": pl.String()}, orient="row",
    )  # fmt: skip
    places = pl.lit(list(range(len(told))))
    long = walked.select("session", "came", place=places).explode("came", "place")
    result = pl.col("came").replace_strict(dict(enumerate(CAME)), return_dtype=pl.String())
    fired = long.filter(pl.col("came") != C_SILENT).with_columns(result.alias("action_result"))
    return join_one(fired, stated, "place", many=True).drop("place", "came")


def _standing(policy: Policy) -> list[pl.Expr]:
    """Grade and evidence of the rule that decided."""
    rules = policy.rules
    return [
        pl.col("rule_id").replace_strict(
            {name: getattr(rule, key) for name, rule in rules.items()}, return_dtype=pl.String()
        ).alias(key)
        for key in ("grade", "evidence")
    ]  # fmt: skip


def _named(column: str, names: dict[int, str]) -> pl.Expr:
    return pl.col(column).replace_strict(names, return_dtype=pl.String())


def _known(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != UNKNOWN).then(pl.col(column))


def _multiplier(policy: Policy, name: str) -> pl.Expr:
    return (_known(f"steps_{name}") * policy.sizing.step).alias(f"multiplier_{name}")


def _se_state() -> pl.Expr:
    """The Second Engine's state, on its own row; null before a cell has ever persisted."""
    state = pl.when(pl.col("se") >= 0).then(pl.col("se"))
    names = state.replace_strict(dict(enumerate(SE_STATES)), return_dtype=pl.String())
    is_review = pl.col("reason_code") == "se_review"
    shown = pl.when(is_review).then(pl.lit("review")).otherwise(names)
    return pl.when(pl.col("layer") == SE).then(shown).alias("se_state")


def _counts() -> list[pl.Expr]:
    held = pl.when(pl.col("held") > 0).then(pl.col("held"))
    counts = {
        "sessions_in_cell": held,
        "cooldown_sessions": pl.col("wait"),
        "signers_signed": _known("votes_signed"),
        "signers_known": _known("votes_known"),
        "quorum": pl.col("quorum"),
    }
    return [count.cast(COLUMNS[name].dtype).alias(name) for name, count in counts.items()]
