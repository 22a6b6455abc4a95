"""Every plausible mistake in a desk file is refused in a sentence that says where and what."""

from collections.abc import Callable

import pytest

from sources.desk import load_desk
from sources.errors import SourceError

Refusal = Callable[[str, str], str]
SHORT_PUT = "strike: 4400, expiry: 2024-02-20, quantity: -10, multiplier: 100"
FUTURE = "expiry: 2024-03-20, quantity: 1, multiplier: 1000, entry_price: 15.90"
SPREAD = "expiry: 2024-04-17, quantity: -4"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("version: 1 ", "version: 2 ", "key version: found 2; accepted: input should be 1"),
        ("currency: USD", "currency: EUR", "key currency: found 'EUR'; accepted: input should be 'USD'"),
        ("nav: 1_500_000", "nav: 1.5", "key nav: found 1.5; accepted: 1,000 or more, in dollars"),
        ("nav: 1_500_000", "nav: -1_500_000", "found -1500000; accepted: 1,000 or more"),
        ("nav: 1_500_000", "nav: 15_00_000", "found '15_00_000'; accepted: input should be a valid num"),
        ("nav: 1_500_000", "nav: true", "key nav: found True; accepted: input should be a valid number"),
        ("nav: 1_500_000", "nav:", "key nav: found None"),
        ("nav: 1_500_000", "nav: .nan", "key nav: found '.nan'"),
        ("profile: steward", "profile: stewart", "did you mean 'steward'?"),
        ("profile: steward", "profil: steward", "found key 'profil'; accepted: positions, version"),
        ("condor_units: 10", "condor_units: 010", "found '010'; accepted: input should be a valid int"),
        ("condor_units: 10", "condor_units: 1:30", "found '1:30'"),
        ("condor_units: 10", "condor_units: 2.5", "key condor_units: found 2.5"),
        ("[defi]", "[defi, defi]", "accepted: each kind once"),
        ("[defi]", "[nft]", "key cross_asset_exposure[1]: found 'nft'"),
        ("[defi]", "yes", "found 'yes'; accepted: true, false or a list of defi and ipo"),
        ('"6 %"', "6", "key limits.max_condor_loss: found 6; accepted: a percentage in quotes"),
        ('"6 %"', "0.06", 'found 0.06; accepted: a percentage in quotes, such as "5 %"'),
        ('"6 %"', '"600 %"', "key limits.max_condor_loss: found '600 %'; accepted: "),
        ('"6 %"', "null", "key limits.max_condor_loss: found None"),
        ("max_vega_usd: 15_000", "max_vega_usd: 0", "key limits.max_vega_usd: found 0"),
        ("carry_budget", "cary_budget", "did you mean 'carry_budget'?"),
        ("root: SPXW ", "root: SPY ", "key positions[1].root: found 'SPY'"),
        ("root: SPXW ", "root: SPX ", "found Tuesday 2024-02-20 in book 'condor feb'; accepted: for SPX"),
        ("right: put  ", "right: sell  ", "did you mean"),
        ("right: put  ", "right: null  ", "found none as right of 'feb put wing'"),
        ("right: put  ", "right: call  ", "found 0 long and 1 short puts in condor"),
        ("strike: 4300 ", "strike: 4302 ", "found 4302 in book 'condor feb'; accepted: a listed strike"),
        ("strike: 4300 ", "strike: 43 ", "found 43 in book 'condor feb'; accepted: a listed strike of SPX"),
        ("strike: 4300 ", 'strike: "4300" ', "key positions[1].strike: found '4300'"),
        ("2024-02-20      #", "2024-02-30      #", "found '2024-02-30' (day is out of range for month)"),
        ("2024-02-20      #", "2024-02-24      #", "found Saturday 2024-02-24 in book 'condor feb'"),
        ("2024-02-20      #", "2024-02-21      #", "in book 'condor feb', whose leg 'feb put wing' has"),
        ("2024-02-20      #", "20240220      #", "found 20240220; accepted: a date as 2024-01-19"),
        ("2024-02-20      #", "1024-02-20      #", "accepted: a date from 1990-01-01 to 2099-12-31"),
        ("quantity: 10  ", "quantity: 0  ", "accepted: a quantity above or below zero"),
        ("quantity: 10  ", "quantity: 1.5  ", "key positions[1].quantity: found 1.5"),
        ("quantity: 10  ", "quantity: -10  ", "found 0 long and 2 short puts in condor 'condor feb'"),
        ("quantity: 10  ", "quantity: 9  ", "found -10 in condor 'condor feb'; accepted: 9 contracts"),
        ("multiplier: 100  ", "multiplier: 10  ", "found 10 in book 'condor feb'; accepted: 100, the mult"),
        ("multiplier: 1000,", "multiplier: 100,", "accepted: 1000, the multiplier of VX 2024-03-20 future"),
        ("entry_price: 5.80", "entry_price: 5800", "found 5800 in book 'condor feb'; accepted: 0 to 4300"),
        ("entry_price: 5.80", "entry_price: -5.80", "a sale has no minus sign"),
        ("entry_price: 9.60", "entry_price: 960", "a credit of 965.9 in condor 'condor feb'"),
        ("opened_on: 2024-01-05   ", "opened_on: 2025-01-05   ", "found 2025-01-05; accepted: a day up to"),
        ("id: feb short put", "id: feb put wing", "found 'feb put wing' a second time"),
        ("id: L1 feb", "id: L2 apr", "accepted: an id that is not the name of another leg's book"),
        ("book: condor feb, ", "", "found 3 legs in condor 'condor feb'; accepted: four"),
        ("layer: L1", "layer: L4", "key positions[5].layer: found 'L4'"),
        ("layer: L1", "layer: condor", "accepted: in layer condor options on SPX or SPXW"),
        ("strike: 18,", "strike: 4900,", "found 4900 in book 'L1 feb'; accepted: a listed strike of VIX"),
        ("2024-02-14, quantity: 4", "2024-02-16, quantity: 4", "found Friday 2024-02-16 in book 'L1 feb'"),
        ("2024-02-14, quantity: 4", "2024-02-14, quantity: -4", "accepted: short legs covered"),
        ("entry_price: 0.72", "entry_price: 288", "accepted: 0 to 100 for VIX 2024-02-14 18 call"),
        (SPREAD, SPREAD.replace("-4", "-5"), "found -5 of VIX 2024-04-17 30 call in book 'L2 apr'"),
        (FUTURE, FUTURE.replace("quantity: 1", "quantity: -1"), "short volatility is no hedge"),
        (FUTURE, FUTURE.replace("03-20", "03-27"), "found Wednesday 2024-03-27"),
        (FUTURE, FUTURE.replace("15.90", "15900"), "accepted: 5 to 200 for VX 2024-03-20 future"),
        (FUTURE, f"strike: 16, {FUTURE}", "accepted: no strike with VX"),
        ("root: UVXY", "root: SVXY", "found 'SVXY'"),
        ("root: UVXY", "root: VIX", "accepted: for etp: VXX, VIXY, UVXY, UVIX"),
        ("positions:\n", "positions: none\nrest:\n", "found key 'rest'"),
        ("name: Example desk", "name: &n Example desk", "found an anchor (&name)"),
        ("name: Example desk", "name: *n", "found an alias (*name)"),
        ("name: Example desk", "name: !!python/name:os.system ''", "found a tag (!name)"),
        ("name: Example desk", "name: a\nname: b", "found key 'name' a second time (first on line 7)"),
        ("name: Example desk", "name: " + "[" * 500, "found more than 12 levels"),
        ("name: Example desk", "name: \x07", "found the character '\\x07'"),
    ],
)  # fmt: skip
def test_mistake_is_refused(refusal: Refusal, before: str, after: str, said: str) -> None:
    """The message holds what was found and what is accepted."""
    assert said in refusal(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("strike: 4400,", "strike: 4300,"),
        ("strike: 4400,", "strike: 4250,"),
        ("strike: 4900,", "strike: 5000,"),
        ("strike: 4900,", "strike: 5100,"),
        ("strike: 4900,", "strike: 4400,"),
    ],
)
def test_fault_s11_short_strike_beyond_its_wing(refusal: Refusal, before: str, after: str) -> None:
    """A condor whose strikes are out of order is refused by its name."""
    message = refusal(before, after)
    assert "in condor 'condor feb'" in message
    assert "a short strike inside its wing" in message


def test_refusal_names_file_and_line(refusal: Refusal, example_text: str) -> None:
    """The line is the field's own, so that an editor can jump to it."""
    line = example_text[: example_text.index("multiplier: 100  ")].count("\n") + 1
    assert refusal("multiplier: 100  ", "multiplier: 50  ").startswith(
        f"desk.yaml, line {line}, key positions[1].multiplier: found 50 "
    )


def test_every_mistake_is_told_in_order() -> None:
    """Three mistakes make three sentences, by line."""
    text = "version: 1\nname: x\nnav: none\nprofile: y\ncurrency: z\n"
    with pytest.raises(SourceError) as caught:
        load_desk(text, file="desk.yaml")
    lines = [sentence.split(",")[1] for sentence in str(caught.value).splitlines()]
    assert lines == [" line 3", " line 4", " line 5"]


@pytest.mark.parametrize("text", ["", "[]", "a", "--- a\n--- b", "x" * 300_000, "? [a]: b"])
def test_other_files_are_refused(text: str) -> None:
    """Nothing, a list, a word, two documents, a huge text and an odd key are no desk."""
    with pytest.raises(SourceError, match=r"^desk\.yaml"):
        load_desk(text, file="desk.yaml")


@pytest.mark.parametrize(
    ("root", "expiry"),
    [
        ("VX", "2024-01-17"),  # a Wednesday as usual
        ("VX", "2019-03-19"),  # Good Friday 2019-04-19 moved it to the Tuesday
        ("VX", "2025-06-18"),
    ],
)
def test_listed_expiry_is_accepted(root: str, expiry: str) -> None:
    """Settlement dates of the CFE calendar, a holiday's shift included."""
    leg = (
        f"{{id: a, layer: SE, instrument: future, root: {root}, expiry: {expiry}, quantity: 1, "
        "multiplier: 1000}"
    )
    desk = load_desk(f"version: 1\nname: x\nnav: 1e6\npositions: [{leg}]", file="desk.yaml")
    assert str(desk.positions[0].expiry) == expiry
