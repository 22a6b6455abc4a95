"""The example desk is understood as its comments say, and so is the file that describes it."""

from datetime import date

import jsonschema
import pytest

from sources.desk import (
    EXPOSURES,
    Desk,
    Limits,
    described,
    desk_schema,
    expired_legs,
    load_desk,
    with_positions,
)
from sources.desk_document import parse_document
from sources.desk_positions import Position
from sources.errors import SourceError

HEAD = "version: 1\nname: small\nnav: 250_000\n"


def _json(value: object) -> object:
    if isinstance(value, dict):
        return {key: _json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_json(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def test_example_is_worth_what_it_says(example: Desk) -> None:
    """Credit 16.20 - 4.50 + 9.60 - 5.80 on ten condors 100 wide loses at most 84,500 dollars."""
    condor = example.books[0]
    assert condor.credit == pytest.approx(15.5)
    assert (condor.units, condor.width) == (10, 100.0)
    (line,) = [line for line in described(example) if line.startswith("condor ")]
    assert line.endswith("credit 15.5 = 15,500 USD, maximum loss 84,500 USD (5.6 % of NAV)")


def test_example_names_every_field(example_text: str) -> None:
    """No field is left for the reader to discover: each stands in the example with a comment."""
    lines = example_text.splitlines()
    for name in (*Desk.model_fields, *Limits.model_fields, *Position.model_fields):
        told = [line for line in lines if line.lstrip(" -").startswith(f"{name}:")]
        assert any("#" in line or name in ("limits", "positions") for line in told), name


def test_example_satisfies_the_schema(example_text: str) -> None:
    """An editor that checks by the schema accepts what the loader accepts."""
    values = _json(parse_document(example_text, file="desk.yaml").values)
    jsonschema.validate(values, desk_schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "extra",
    ["profil: steward", "limits: {max_margin: 0.4}", "profile: both", "nav_usd: 1", "positions: 3"],
)
def test_schema_refuses_what_the_loader_refuses(extra: str) -> None:
    """A misspelt key, a share without its sign and an unknown word are seen in the editor."""
    values = _json(parse_document(HEAD + extra, file="desk.yaml").values)
    assert not jsonschema.Draft202012Validator(desk_schema()).is_valid(values)
    with pytest.raises(SourceError):
        load_desk(HEAD + extra, file="desk.yaml")


@pytest.mark.parametrize(
    ("profile", "limits"), [("steward", (0.05, 0.02, 0.25)), ("promoter", (0.10, 0.01, 0.10))]
)
def test_limits_follow_the_profile(profile: str, limits: tuple[float, ...]) -> None:
    """Unwritten limits are those of methodology 11.1 for the profile."""
    desk = load_desk(f"{HEAD}profile: {profile}\n", file="desk.yaml")
    held = desk.limits
    assert (held.max_condor_loss, held.carry_budget, held.coverage_target) == limits
    assert held.max_margin is None


def test_written_limit_beats_the_profile() -> None:
    """A limit in the file holds, and the others stay the profile's."""
    text = f'{HEAD}profile: promoter\nlimits: {{carry_budget: "1.25 %"}}\n'
    limits = load_desk(text, file="desk.yaml").limits
    assert (limits.carry_budget, limits.max_condor_loss) == (0.0125, 0.10)


@pytest.mark.parametrize(
    ("declared", "kinds"), [("true", EXPOSURES), ("false", ()), ("[ipo]", ("ipo",)), ("[]", ())]
)
def test_cross_asset_exposure_is_a_list_of_kinds(declared: str, kinds: tuple[str, ...]) -> None:
    """True is every kind, false none."""
    desk = load_desk(f"{HEAD}cross_asset_exposure: {declared}", file="desk.yaml")
    assert desk.cross_asset_exposure == kinds


def test_fault_s11_expired_legs_are_named(example: Desk) -> None:
    """At the close of its expiry a leg is settled; the day before it is alive."""
    before = [leg.id for leg in expired_legs(example, date(2024, 2, 13))]
    after = [leg.id for leg in expired_legs(example, date(2024, 2, 14))]
    assert (before, after) == ([], ["L1 feb"])


def test_unknown_price_stays_unknown(example: Desk) -> None:
    """A leg without entry price has no credit, not one of zero."""
    (book,) = [book for book in example.books if book.name == "L3 aug"]
    assert book.credit is None


def test_positions_may_come_from_elsewhere(example: Desk) -> None:
    """Other positions take the place of the file's, and their books are checked too."""
    hedge = example.positions[4:]
    assert with_positions(example, hedge).positions == hedge
    with pytest.raises(SourceError, match="3 legs in condor 'condor feb'"):
        with_positions(example, example.positions[1:])
