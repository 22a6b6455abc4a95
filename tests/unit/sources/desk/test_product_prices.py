"""The price of a product's share: with its day, once a day, and of products alone."""

from collections.abc import Callable
from datetime import date

import pytest

from schemas.book import BookTerms
from sources.desk import load_desk
from sources.desk_csv import parse_positions_csv
from sources.desk_dataset import parse_desk, with_desk

Refusal = Callable[[str, str], str]
HEAD = "version: 1\nname: small\nnav: 250_000\n"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("spot: 8.40, spot_on: 2024-01-05", "spot: 8.40", "spot_on beside spot"),
        ("spot: 8.40, spot_on: 2024-01-05", "spot_on: 2024-01-05", "spot beside spot_on"),
        ("spot: 8.40", "spot: 0.05", "0.5 to 10000, the price of one share of UVXY"),
        ("entry_price: 0.55, opened_on: 2024-01-05",
         "entry_price: 0.55, opened_on: 2024-01-05, spot: 9, spot_on: 2024-01-05",
         "one price of UVXY a day"),
        ("entry_price: 15.90, opened_on: 2024-01-05",
         "entry_price: 15.90, opened_on: 2024-01-05, spot: 15, spot_on: 2024-01-05",
         "no spot with VX 2024-03-20 future"),
    ],
)  # fmt: skip
def test_price_that_does_not_fit_is_refused(
    refusal: Refusal, before: str, after: str, words: str
) -> None:
    """A price without its day, out of range, twice a day or of no product is explained."""
    assert words in refusal(before, after)


def test_price_reaches_the_table(example_text: str) -> None:
    """The example's mark stands in the row of its leg, and in no other."""
    rows = parse_desk(example_text.encode()).collect(engine="in-memory")
    marked = rows.drop_nulls("spot_price").select("leg_id", "spot_price", "spot_session")
    assert marked.rows() == [("SE uvxy long", 8.4, date(2024, 1, 5))]


def test_price_from_a_statement() -> None:
    """A broker's file may have the two columns as well."""
    text = (
        "id,layer,root,quantity,entry price,open date,spot,spot on\n"
        "shares,SE,VIXY,100,15.20,2024-01-05,15.80,2024-01-09\n"
    )
    (leg,) = parse_positions_csv(text.encode())
    assert (leg.spot, leg.spot_on) == (15.8, date(2024, 1, 9))


@pytest.mark.parametrize(("profile", "delta"), [("steward", 0.18), ("promoter", 0.20)])
def test_trim_delta_follows_the_profile(profile: str, delta: float) -> None:
    """After a trim a steward's strike sold has at most 0.18, a promoter's 0.20: methodology 11.1."""
    desk = load_desk(f"{HEAD}profile: {profile}\n", file="desk.yaml")
    assert with_desk(BookTerms(), desk).trim_delta == delta
