"""The numbers behind a check of the book after a change: what is measured, against which limit."""

from dataclasses import dataclass

import polars as pl

from policy.conditions import AfterChange, Driver, described
from policy.entries import Direction
from schemas.book import BookTerms
from schemas.frames import Operator
from schemas.model import Table
from schemas.offer_tables import MART_BOOK_OFFER_DAILY, MART_STANDING_BOOK_DAILY

_OPPOSITE: dict[Operator, Operator] = {">=": "<", "<=": ">"}


@dataclass(frozen=True)
class Limit:
    """One measure of the book after a change, and its limit.

    Attributes:
        measure: its name in the path.
        driver: the column that holds it of one contract, or of the standing book.
        op: how it compares where the condition holds.
        threshold: in the driver's unit.
        text: what it is, for a reader.
        is_either_side: whether its size counts, not its sign.
    """

    measure: str
    driver: Driver
    op: Operator
    threshold: float
    text: str
    is_either_side: bool = False

    def value(self, move: Direction) -> pl.Expr:
        """The measure after what a proposal considers, over the walked market; null unknown."""
        found = pl.col(f"{move} {self.measure}")
        return found.abs() if self.is_either_side else found


def _of(table: Table, column: str) -> Driver:
    return Driver(table.name, table.column(column))


def first_limit(condition: AfterChange, terms: BookTerms) -> Limit | None:
    """The measure that a check reads; none for the limits, which are several measures."""
    offer, nav = MART_BOOK_OFFER_DAILY, terms.nav_usd
    limits: dict[str, tuple[str, Driver, Operator, float]] = {
        "theta_not_negative": ("theta", _of(offer, "offer_theta_usd"), ">=", 0.0),
        "carry_within_budget": (
            "carry", _of(offer, "offer_carry_usd_year"), "<=", terms.carry_budget * nav,
        ),
        "purchase_within_cap": (
            "purchase", _of(offer, "offer_debit_usd"), "<=", terms.purchase_cap * nav,
        ),
        "coverage_at_target": (
            "coverage", _of(MART_STANDING_BOOK_DAILY, "standing_coverage"), ">=",
            terms.coverage_target,
        ),
    }  # fmt: skip
    if condition.after not in limits:
        return None
    measure, driver, op, threshold = limits[condition.after]
    text = described(condition)
    return Limit(measure, driver, op if condition.is_ else _OPPOSITE[op], threshold, text)


def every_limit(condition: AfterChange, terms: BookTerms) -> tuple[Limit, ...]:
    """Each of the book's limits that the terms state, for the check of them all; else none."""
    if condition.after != "limits_kept":
        return ()
    shares = (
        ("loss", "offer_loss_usd", terms.condor_loss_limit, "largest loss of the condors"),
        ("delta", "offer_delta_usd", terms.delta_limit, "delta of the book, either way"),
    )
    stated = [
        (name, column, share * terms.nav_usd, text)
        for name, column, share, text in shares
        if share is not None
    ]
    if terms.vega_limit_usd is not None:
        text = "vega of the book, either way"
        stated.append(("vega", "offer_vega_usd", terms.vega_limit_usd, text))
    return tuple(
        Limit(
            name, _of(MART_BOOK_OFFER_DAILY, column), "<=", threshold,
            f"{text} within its limit after the change", is_either_side=name != "loss",
        )
        for name, column, threshold, text in stated
    )  # fmt: skip
