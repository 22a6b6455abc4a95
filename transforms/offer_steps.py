"""What stands between the measures and the decision: offers, the standing book, the states."""

from functools import partial

from schemas.book import BookTerms
from schemas.offer_tables import MART_BOOK_OFFER_DAILY, MART_STANDING_BOOK_DAILY
from schemas.step import Step
from transforms.book_offer import offer_rows
from transforms.book_panel import panel_step
from transforms.book_standing import standing_rows
from transforms.state_steps import STATE_STEPS


def offer_steps(terms: BookTerms) -> tuple[Step, ...]:
    """The derivations before the decision that a policy's terms of the book enter."""
    return (
        panel_step(MART_BOOK_OFFER_DAILY, partial(offer_rows, terms=terms)),
        panel_step(MART_STANDING_BOOK_DAILY, partial(standing_rows, terms=terms)),
        *STATE_STEPS,
    )
