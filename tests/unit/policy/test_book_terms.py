"""What a policy says of the options book reaches the book."""

import pytest

from policy.model import load
from schemas.book import BookTerms


@pytest.mark.parametrize("name", ["steward", "promoter"])
def test_built_in_terms_are_those_of_the_methodology(name: str) -> None:
    """Ten condors, and 4, 4 and 2 units at 30, 110 and 220 days, deltas 0.30, 0.30 and 0.25."""
    terms = load(name).book_terms
    assert terms.condor_units == 10
    assert [(one.base_units, one.dte, one.delta) for one in terms.layers] == [
        (4, (30, 20, 45), 0.30), (4, (110, 80, 140), 0.30), (2, (220, 170, 260), 0.25),
    ]  # fmt: skip
    assert [(one.roll_dte, one.monetize_at) for one in terms.layers] == [
        (14, 2.5), (60, 0.8), (150, 3.0),
    ]  # fmt: skip


def test_gates_are_the_enabled_ones_of_condors() -> None:
    """Gates of the hedges stop no condor; the steward's condor gates do."""
    assert load("steward").book_terms.condor_gates == ("G-4", "G-5")
    assert BookTerms().condor_gates == ()
