"""Everything made from the raw tables, in order: the one place where rooms' steps come together."""

from policy.decide import decision_step
from policy.model import Policy
from schemas.book import BookTerms
from schemas.step import Step
from transforms.book_steps import book_steps
from transforms.offer_steps import offer_steps
from transforms.steps import steps


def every_step(source: str, rules: Policy, terms: BookTerms) -> tuple[Step, ...]:
    """Measures, what could be traded, the decision, the books: each after what it reads.

    Args:
        source: sample, simulated or live.
        rules: the policy.
        terms: what policy and desk say of the book.
    """
    before = (*steps(source), *offer_steps(terms))
    return (*before, decision_step(rules, terms), *book_steps(terms))
