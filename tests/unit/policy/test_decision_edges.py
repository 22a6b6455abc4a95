"""Edges of the decision that a mutant of its code once slipped through."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from policy.acting import acting
from policy.book_after import MEASURES, NO, NO_DATA, YES, Bounds, Offers, checked
from policy.evaluate import drivers, typical_move
from policy.model import Policy
from policy.path import walk
from policy.path_values import REASONS, UNKNOWN, Limits, Market
from policy.programs import compiled
from policy.record import limits_of

Decide = Callable[..., dict[str, pl.DataFrame]]


@pytest.mark.parametrize("unknown", ["vol_gap_z", "realized_vol_21d"])
def test_unknown_cell_is_the_matrix_word(decide: Decide, steward: Policy, unknown: str) -> None:
    """Where the cell is unknown the row names the matrix, not the seed rule, for every layer."""
    told = decide(steward, [{}, {}, {unknown: None}])["mart_hedge_decision_daily"]
    last = told.filter(
        (pl.col("session") == pl.col("session").max()) & (pl.col("layer_id") != "SE")
    )
    assert last["rule_id"].to_list() == ["R-01"] * 3


@pytest.mark.parametrize(
    ("offer", "result"),
    [({"IC theta": 0.0}, "gate_closed"), ({"IC theta": None}, "gate_unknown")],
)
def test_gate_is_told_of_the_rule_it_stopped(
    decide: Decide, steward: Policy, offer: dict[str, float | None], result: str
) -> None:
    """A rule that a gate kept from acting came out as closed or as unknown, in the same words."""
    signed = {"vol_gap_z": -1.0, "is_divergence_on": True, **offer}
    tables = decide(steward, [{}, signed, signed, signed])
    last = pl.col("session") == date(2024, 1, 4)
    came = tables["mart_rule_action_daily"].filter(last, pl.col("action_target") == "L3")
    assert came["action_result"].to_list() == [result]


def test_sale_asks_no_quorum(decide: Decide, steward: Policy) -> None:
    """R-11 sells without signatures, and the row says so."""
    told = decide(steward, [{}, {}, {"vix_close": 60.0}])["mart_hedge_decision_daily"]
    (row,) = told.filter(pl.col("reason_code") == "monetised").to_dicts()
    assert (row["layer_id"], row["rule_id"], row["quorum"]) == ("L1", "R-11", 0)


def test_bounds_are_inside_and_no_bound_holds() -> None:
    """A measure at either bound keeps it; beyond it does not; no bound at all is kept whatever."""
    wide = len(MEASURES)
    bounded = Bounds(np.full(wide, 2.0), np.full(wide, 3.0))
    values = np.array([[2.0] * wide, [3.0] * wide, [1.99] * wide, [3.01] * wide, [np.nan] * wide])
    expected = np.array([YES, YES, NO, NO, NO_DATA])
    assert (checked(values, bounded) == expected[:, None]).all()
    unbounded = Bounds(np.full(wide, -np.inf), np.full(wide, np.inf))
    assert (checked(values, unbounded) == YES).all()


def test_typical_move_needs_63_changes(steward: Policy) -> None:
    """A driver's typical move is known from the 64th close on, and not before."""
    driver = next(one for one in drivers(steward) if one.column.name == "vix_close")
    closes = [10.0 + t % 2 for t in range(65)]
    frame = pl.LazyFrame({str(driver): closes}).select(typical_move(driver).alias("move"))
    known = frame.collect(engine="in-memory")["move"].is_not_null().to_list()
    assert known == [False] * 63 + [True] * 2


def _market(policy: Policy, sessions: int, cell: tuple[int, int]) -> Market:
    """One cell throughout, all signed, with nothing to pay; no acting rule is on."""
    units = np.array([[2 * steps for steps in range(10)]] * 3)
    rules = len(acting(policy))
    kept = np.full((sessions, 3), UNKNOWN, np.int64)
    return Market(
        row=np.full(sessions, cell[0], np.int64), column=np.full(sessions, cell[1], np.int64),
        missing=np.zeros(sessions, np.int8),
        columns=np.ones((sessions, len(compiled(policy).columns)), np.int8),
        offers=Offers(np.tile([500.0, 0, 0, 0, 0, 40_000.0], (sessions, 1)),
                      np.zeros((sessions, 3, 10, 6)), units),
        seed=np.zeros(sessions, np.int8), signed=np.ones((sessions, 4, 2, 5), np.int8),
        fired=np.zeros((sessions, rules), np.int8), curb=np.zeros((sessions, rules), np.int8),
        hold=kept, block=kept.copy(),
    )  # fmt: skip


def _limits(policy: Policy) -> Limits:
    return limits_of(policy, policy.book_terms, compiled(policy))


def test_first_rule_of_one_family_is_named(steward: Policy) -> None:
    """Of two rules on one family that a review stands in for, the first in the policy decides."""
    rules, market = list(acting(steward)), _market(steward, 1, (1, 0))
    both = [rules.index(name) for name in ("R-05", "R-04b")]
    market.fired[:, both], market.curb[:, both] = 1, 2
    walked = walk(market, _limits(steward))
    assert REASONS[walked.reason[0, 0]] == "single_family"
    assert walked.decider[0, 0] == min(both)


def test_seed_rule_lifts_in_one_only_above_base(steward: Policy) -> None:
    """Were the seed rule's lift the base itself, it would come back a step a session."""
    market = _market(steward, 8, (3, 3))
    market.seed[4:] = 1
    limits = _limits(steward)
    limits.cell[3, 3, 1] = 1
    after = walk(market, limits._replace(seed_lift=4, cooldown=0)).after[:, 1].tolist()
    assert after == [3, 2, 1, 1, 2, 3, 4, 4]
