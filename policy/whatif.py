"""The decision of one session with some of its measures other than they were.

That session's row alone is changed, in every table that has the column; what came before stays, and
what comes after is not looked at. Measures made from a changed one keep their values: the rules, the
bands of the matrix, the signers, the path and its answer are what is judged anew.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from policy.asked import Change, Place
from policy.conditions import READABLE, Driver
from policy.decide import (
    hedge_decision,
    policy_cell,
    rule_action,
    signer_daily,
    walked_market,
)
from policy.errors import PolicyError
from policy.evaluate import market_frame
from policy.evaluation import rule_evaluation
from policy.model import Policy
from policy.programs import offered
from schemas.book import BookTerms
from schemas.frames import join_one
from schemas.lineage import LINEAGE
from schemas.mart import (
    MART_HEDGE_DECISION_DAILY,
    MART_POLICY_CELL,
    MART_RULE_ACTION_DAILY,
    MART_RULE_EVALUATION_DAILY,
    MART_SIGNER_DAILY,
)
from schemas.model import Table
from schemas.offer_tables import MART_BOOK_OFFER_DAILY

INPUTS: tuple[Table, ...] = (*READABLE, MART_BOOK_OFFER_DAILY)
_OFFERS = MART_BOOK_OFFER_DAILY.name

Frames = Mapping[str, pl.DataFrame]
Compute = Callable[..., list[pl.DataFrame]]


@dataclass(frozen=True)
class Judge:
    """Who decides: the policy and the terms of its book; and who turns a plan into rows."""

    policy: Policy
    terms: BookTerms
    compute: Compute


@dataclass(frozen=True)
class Morning:
    """A session and everything that its decision can read: the tables up to it, by name."""

    session: date
    frames: Frames

    @classmethod
    def of(cls, session: date, frames: Frames) -> "Morning":
        """A session, and the tables of ``INPUTS`` less what is later than it."""
        past = pl.col("session") <= session
        return cls(session, {table.name: frames[table.name].filter(past) for table in INPUTS})

    def value(self, place: Place) -> float | None:
        """What a column is at the session, in its own unit; a flag as 0 or 1, null where unknown."""
        found = self.frames[place.tables[0]].filter(_at(place, self.session))
        values: list[float | None] = found[place.column.name].cast(pl.Float64).to_list()
        return next((one for one in values if one is not None and math.isfinite(one)), None)

    def at(self, driver: Driver) -> float | None:
        """What a driver is at the session, in its own unit; null where unknown or not finite."""
        return self.value(Place(driver.column, (driver.table,)))

    def having(self, changes: Sequence[Change]) -> "Morning":
        """The same session with some columns as they are asked to be.

        Raises:
            PolicyError: a table has no row of the session, so that there is nothing to change.
        """
        frames = dict(self.frames)
        for change in changes:
            place = change.place
            for name in place.tables:
                at = _at(place, self.session)
                if frames[name].filter(at).is_empty():
                    raise PolicyError(
                        f"--what-if {place.name}: {name} has no row of {self.session}; accepted "
                        "is a column that has one; leave it away"
                    )
                wanted = pl.lit(change.value, dtype=pl.Float64).cast(place.column.dtype)
                column = pl.when(at).then(wanted).otherwise(place.column.name)
                frames[name] = frames[name].with_columns(column.alias(place.column.name))
        return Morning(self.session, frames)


def _at(place: Place, session: date) -> pl.Expr:
    own = pl.col("session") == session
    return own if place.layer is None else own & (pl.col("book_layer") == place.layer)


def walked_at(judge: Judge, morning: Morning) -> pl.DataFrame:
    """The walked market's row of the session: what is judged, and what the path decided.

    The path is walked from the first session on, because persistence, cooldowns and the layers'
    multipliers come from there.
    """
    named = {name: frame.lazy() for name, frame in morning.frames.items()}
    market = join_one(market_frame(judge.policy, named), offered(named[_OFFERS]), "session")
    # Not filtered before it is computed: a filter would slip in front of the path.
    (walked,) = judge.compute(walked_market(judge.policy, market, judge.terms))
    return walked.filter(pl.col("session") == morning.session)


def decided_at(judge: Judge, walked: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The decision's tables of a session, by name, written from its row of the walked market."""
    policy, row = judge.policy, walked.lazy()
    written = {
        MART_POLICY_CELL: policy_cell(policy),
        MART_RULE_EVALUATION_DAILY: rule_evaluation(policy, row, judge.terms),
        MART_SIGNER_DAILY: signer_daily(row),
        MART_HEDGE_DECISION_DAILY: hedge_decision(policy, row),
        MART_RULE_ACTION_DAILY: rule_action(policy, row),
    }
    rows = judge.compute(*(table.conform(frame) for table, frame in written.items()))
    return {table.name: frame for table, frame in zip(written, rows, strict=True)}


def kept_beside(changes: Sequence[Change], read: Sequence[str]) -> tuple[str, ...]:
    """The columns read that stay as they were although they are made from what a change is made of.

    Args:
        changes: what is asked for.
        read: columns that the policy reads.
    """
    asked = {change.place.column.name for change in changes}
    kept = [name for name in read if name not in asked
            and any(_made_from(one) <= _made_from(name) for one in asked)]  # fmt: skip
    return tuple(dict.fromkeys(kept))


def _made_from(column: str) -> frozenset[str]:
    return frozenset(LINEAGE.get(column) or (column,))
