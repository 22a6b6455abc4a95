"""Whether what the user accepts raises risk: the behavioral score of methodology 11.1.

A recommendation moves risk where it changes what is held. Fewer hedge contracts (L1, L2, L3 from
``units_before`` to ``units_after``) and more condors of the model book (IC, from one close to the
next) raise it; more hedges and fewer condors lower it. A hold, a blocked move, a change of less than
one contract and the Second Engine, which is reviewed and never sized, move none: an answer to them
is kept and not counted.

What was recommended is read off the session's decision as the policy in force makes it now; a page
made under another policy may have said something else. No rule reads the score.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from schemas.frames import join_one
from schemas.state_tables import MART_ANSWER_SCORE_DAILY

WINDOW = 20  # accepted recommendations
FEWEST = 5  # of them, below which there is no share
PROMOTER_ABOVE = 0.5  # share

RAISES, LOWERS = 1, -1

_KEY = ["session", "layer_id"]
_BOOK = "model"  # the user's own book is what was done, not what was recommended


def answer(raw_answer: pl.LazyFrame) -> pl.LazyFrame:
    """Every answer with when it was known, less reason and provenance."""
    return raw_answer.select("session", "layer_id", "answer", "answered_on", "available_at")


def risk_moved(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """What a change of protection does to risk.

    Args:
        before: contracts that protect; of contracts that endanger, those after the change.
        after: contracts that protect; of contracts that endanger, those before the change.

    Returns:
        1 where risk is raised, -1 where it is lowered; null where nothing changes or an end is
        unknown.

    Source:
        Methodology 11.1; which change counts as risk is ours.
    """
    moved = pl.when(after < before).then(RAISES).when(after > before).then(LOWERS)
    return moved.cast(pl.Int8)


def moves_of_risk(
    mart_hedge_decision_daily: pl.LazyFrame, mart_book_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """The columns session, layer_id and risk: 1, -1 or null for each thing that can be answered."""
    hedges = mart_hedge_decision_daily.select(
        *_KEY, risk=risk_moved(pl.col("units_before"), pl.col("units_after"))
    )
    units = pl.col("condor_units")
    condors = mart_book_daily.filter(pl.col("book") == _BOOK).sort("session")
    condors = condors.select(
        "session", pl.lit("IC").alias("layer_id"), risk=risk_moved(units, units.shift())
    )
    return pl.concat([hedges, condors])


def answer_score_daily(
    core_session: pl.LazyFrame,
    core_answer: pl.LazyFrame,
    mart_hedge_decision_daily: pl.LazyFrame,
    mart_book_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """The score at every decided session, of the answers known by its decision time.

    Of several answers to one recommendation the newest known counts. Everything is null before the
    first answer is known: that nothing was recorded does not say that nothing was accepted.

    ``risk_raised_share`` = accepted that raised risk / accepted that moved it, over the last 20 of
    these by session; null below 5. ``profile_shown`` is promoter where it exceeds one half.

    Source:
        Methodology 11.1; the window is its, limits and direction are ours (grade D).
    """
    moves = moves_of_risk(mart_hedge_decision_daily, mart_book_daily)
    answers = join_one(core_answer, moves, on=_KEY, many=True).select(
        *_KEY,
        "risk",
        at=pl.col("available_at"),
        is_accepted=pl.col("answer") == "accepted",
        is_decision=pl.lit(value=False),
    )
    decided = mart_hedge_decision_daily.select("session").unique()
    decisions = join_one(
        decided, core_session.select("session", "decision_at"), on="session"
    ).select("session", at=pl.col("decision_at"), is_decision=pl.lit(value=True))
    told = pl.concat([answers, decisions], how="diagonal")
    # The record is kept in the order of knowledge: no filter or selection may be moved before it.
    return told.sort("at", "is_decision", *_KEY, maintain_order=True).map_batches(
        _scored,
        schema=MART_ANSWER_SCORE_DAILY.schema,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )


@dataclass
class _Record:
    """What was answered so far, recommendations that moved risk in the order of their sessions."""

    risk: dict[tuple[date, str], int] = field(default_factory=dict)
    accepted: list[tuple[date, str]] = field(default_factory=list)
    declined: set[tuple[date, str]] = field(default_factory=set)
    is_empty: bool = True

    def take(self, key: tuple[date, str], risk: int | None, *, is_accepted: bool) -> None:
        """Note an answer, in place of an earlier one to the same recommendation."""
        self.is_empty = False
        if risk is None:
            return
        self.declined.discard(key)
        place = bisect_left(self.accepted, key)
        was_accepted = self.accepted[place : place + 1] == [key]
        if was_accepted and not is_accepted:
            del self.accepted[place]
        if is_accepted and not was_accepted:
            insort(self.accepted, key)
        if not is_accepted:
            self.declined.add(key)
        self.risk[key] = risk

    def score(self) -> tuple[int | None, float | None, int | None, str | None]:
        """The table's columns after the session."""
        if self.is_empty:
            return None, None, None, None
        last = self.accepted[-WINDOW:]
        raised = sum(self.risk[key] == RAISES for key in last)
        share = raised / len(last) if len(last) >= FEWEST else None
        return len(last), share, len(self.declined), profile(share)


def profile(share: float | None) -> str | None:
    """The profile that a share of raised risk looks like; null where it is.

    Source:
        Ours: methodology 11.1 names the score and no limit.
    """
    if share is None:
        return None
    return "promoter" if share > PROMOTER_ABOVE else "steward"


def _scored(told: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(list(_rows(told)), schema=MART_ANSWER_SCORE_DAILY.schema, orient="row")


def _rows(told: pl.DataFrame) -> Iterator[tuple[object, ...]]:
    record = _Record()
    for row in told.iter_rows(named=True):
        if row["is_decision"]:
            yield row["session"], *record.score()
        else:
            key = (row["session"], row["layer_id"])
            record.take(key, row["risk"], is_accepted=row["is_accepted"])
