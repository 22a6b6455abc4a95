"""What a policy says of the options book reaches the book."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from policy.model import load
from schemas.book import BookTerms, CondorPreset, with_preset


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


@pytest.mark.parametrize(
    ("name", "short_delta", "carry", "coverage", "loss"),
    [("steward", 0.16, 0.02, 0.25, 0.05), ("promoter", 0.20, 0.01, 0.10, 0.10)],
)
def test_profiles_are_those_of_the_methodology(
    name: str, short_delta: float, carry: float, coverage: float, loss: float
) -> None:
    """Methodology 11.1: short delta, carry budget, coverage target and largest condor loss."""
    terms = load(name).book_terms
    assert (terms.short_delta, terms.carry_budget) == (short_delta, carry)
    assert (terms.coverage_target, terms.condor_loss_limit) == (coverage, loss)
    assert (terms.purchase_cap, terms.nav_usd) == (0.005, 2_000_000.0)
    assert (terms.second_engine_cost, terms.second_engine_leverage) == (0.0025, 0.25)
    assert terms.layers[0].roll_extrinsic == 0.30
    assert (terms.margin_limit, terms.delta_limit, terms.vega_limit_usd) == (None, None, None)


def test_condor_of_the_file_is_the_usual_one() -> None:
    """The monthly condor of methodology 3.1 is written out in the file, number by number."""
    usual, terms = BookTerms(), load("steward").book_terms
    for name in ("condor_preset", "condor_dte", "long_delta", "condor_widths", "take_profit",
                 "least_credit_share", "exit_dte", "stop_loss"):  # fmt: skip
        assert getattr(terms, name) == getattr(usual, name)


_LIMITS = """
  margin: "40 %"
  delta: "1.5 %"
  vega: "2500 USD"
axes:
"""


def test_numbers_of_the_file_reach_the_terms(tmp_path: Path) -> None:
    """What is written with a unit becomes the number that the book reads."""
    text = files("policy").joinpath("steward.yaml").read_text("utf-8")
    for before, after in (
        ("\naxes:\n", _LIMITS), ("target: 45, from: 30, to: 60", "target: 40, from: 35, to: 50"),
        ('{from: "50 pts", to: "100 pts"}', '{from: "25 pts", to: "75 pts"}'),
        ('least_credit: "15 %"', 'least_credit: "20 %"'), ('"21 days"', '"14 days"'),
        ('stop_loss: "2 ratio"', 'stop_loss: "1.5 ratio"'), ('"2.5 ratio"', '"2 ratio"'),
        ('nav: "2000000 USD"', 'nav: "2500000 USD"'), ('roll_dte: "60 days"', 'roll_dte: "50 days"'),
    ):  # fmt: skip
        assert before in text
        text = text.replace(before, after, 1)
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    terms = load(str(path)).book_terms
    assert (terms.margin_limit, terms.delta_limit, terms.vega_limit_usd) == (0.4, 0.015, 2500.0)
    assert (terms.condor_dte, terms.condor_widths) == ((40, 35, 50), (25.0, 75.0))
    assert (terms.least_credit_share, terms.exit_dte, terms.stop_loss) == (0.2, 14, 1.5)
    assert (terms.nav_usd, terms.layers[0].monetize_at, terms.layers[1].roll_dte) == (
        2.5e6,
        2.0,
        50,
    )


@pytest.mark.parametrize(
    ("preset", "stated"),
    [("cndr", "preset: cndr"), ("one_dte", "preset: one_dte"),
     ("one_dte", "preset: one_dte, tier: aggressive")],
)  # fmt: skip
def test_preset_alone_is_accepted(preset: CondorPreset, stated: str, tmp_path: Path) -> None:
    """A published construction stands without numbers, and brings its own to the book."""
    text = files("policy").joinpath("steward.yaml").read_text("utf-8")
    start, end = text.index("condor:\n"), text.index("# A desk's own value")
    path = tmp_path / "mine.yaml"
    path.write_text(f"{text[:start]}condor: {{{stated}}}\n{text[end:]}")
    terms = load(str(path)).book_terms
    tier = "aggressive" if "tier" in stated else "conservative"
    assert terms == replace(with_preset(terms, preset), condor_tier=tier)


def test_gates_are_the_enabled_ones_of_condors() -> None:
    """Gates of the hedges stop no condor; the steward's condor gates do."""
    assert load("steward").book_terms.condor_gates == ("G-4", "G-5")
    assert BookTerms().condor_gates == ()
