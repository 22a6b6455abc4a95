"""What follows from the decision: the books, what moves would do to them, what the proposal would."""

from schemas.book import BookTerms
from schemas.core import CORE_ANSWER, CORE_INDEX_DAILY, CORE_RATE_DAILY, CORE_SESSION
from schemas.mart import (
    MART_BOOK_DAILY,
    MART_BOOK_LEG_DAILY,
    MART_BOOK_PROPOSAL_DAILY,
    MART_BOOK_SCENARIO_DAILY,
    MART_HEDGE_DECISION_DAILY,
)
from schemas.state_tables import MART_ANSWER_SCORE_DAILY
from schemas.step import Step
from transforms.answer import answer_score_daily
from transforms.book import book_step
from transforms.book_proposal import book_proposal_daily
from transforms.book_scenario import book_scenario_daily
from transforms.drip import drip_step


def book_steps(terms: BookTerms) -> tuple[Step, ...]:
    """The derivations after the decision, each after what it reads."""
    market = (CORE_INDEX_DAILY, CORE_RATE_DAILY)
    return (
        book_step(terms),
        Step((MART_BOOK_SCENARIO_DAILY,), (MART_BOOK_LEG_DAILY, *market), book_scenario_daily),
        Step(
            (MART_BOOK_PROPOSAL_DAILY,),
            (MART_BOOK_LEG_DAILY, MART_HEDGE_DECISION_DAILY, *market),
            book_proposal_daily,
        ),
        drip_step(terms),
        Step(
            (MART_ANSWER_SCORE_DAILY,),
            (CORE_SESSION, CORE_ANSWER, MART_HEDGE_DECISION_DAILY, MART_BOOK_DAILY),
            answer_score_daily,
        ),
    )
