"""The desk as a dataset: rows as typed, terms as declared, and nothing where there is none."""

from pathlib import Path

import polars as pl
import pytest

from schemas.book import BookTerms
from schemas.raw import RAW_POSITION
from sources.desk_dataset import LARGEST, asked_by, desk_dataset, desk_terms, parse_desk
from sources.errors import SourceError


def _rows(payload: bytes) -> list[dict[str, object]]:
    return parse_desk(payload).collect(engine="in-memory").to_dicts()


def test_legs_are_rows(example_text: str) -> None:
    """Each leg is a row in the tables' words: IC for the condor, C and P for the rights."""
    rows = {row["leg_id"]: row for row in _rows(example_text.encode())}
    assert len(rows) == 13
    wing = rows["feb put wing"]
    assert (wing["book_layer"], wing["right"], wing["strike"]) == ("IC", "P", 4300.0)
    assert (wing["quantity"], wing["multiplier"], wing["entry_price"]) == (10.0, 100.0, 5.8)
    assert rows["L3 aug"]["entry_session"] is None
    assert rows["SE shares"]["expiry"] is None


def test_rows_are_the_table_s(example_text: str) -> None:
    """The columns are those of the table, less what the archive adds."""
    names = parse_desk(example_text.encode()).collect_schema().names()
    assert [*names, "retrieved_at", "raw_sha256"] == list(RAW_POSITION.schema)


def test_no_desk_has_no_rows() -> None:
    """A desk that was taken away is empty bytes and holds nothing."""
    dataset = desk_dataset(None)
    assert dataset.fetch is not None
    assert _rows(dataset.fetch()) == []
    assert parse_desk(b"").collect_schema() == pl.Schema(
        {k: t for k, t in RAW_POSITION.schema.items() if k not in ("retrieved_at", "raw_sha256")}
    )


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\xff\xfe", "byte 0 is not UTF-8"),
        (b"#" * (LARGEST + 1), f"more than {LARGEST:,} bytes"),
        (b"version: 1\nname: x\nnav: 5\n", "line 3, key nav"),
    ],
)
def test_broken_desk_is_refused(payload: bytes, words: str) -> None:
    """What cannot be read is refused with its place."""
    with pytest.raises(SourceError, match=words):
        parse_desk(payload)


def test_terms_are_the_desk_s(tmp_path: Path, example_text: str) -> None:
    """Worth, condors and budgets come from the desk, all else stays the policy's."""
    path = tmp_path / "desk.yaml"
    path.write_text(example_text)
    terms = desk_terms(path, BookTerms(nav_usd=1.0, commission_usd=2.5))
    assert (terms.nav_usd, terms.condor_units) == (1_500_000.0, 10)
    assert (terms.carry_budget, terms.coverage_target) == (0.02, 0.25)
    assert terms.commission_usd == 2.5


def test_broken_desk_leaves_the_terms(tmp_path: Path) -> None:
    """A mistake in the desk changes no term: its book alone is refused, where its bytes are read."""
    path = tmp_path / "desk.yaml"
    path.write_text("nav: [")
    assert desk_terms(path, BookTerms()) == BookTerms()
    assert desk_terms(tmp_path / "none.yaml", BookTerms()) == BookTerms()


def test_exposure_asks_for_its_gauges(example_text: str, tmp_path: Path) -> None:
    """Chain data and new issues are asked for where the desk declares that it is exposed to them."""
    path = tmp_path / "desk.yaml"
    start = example_text.index("cross_asset_exposure:")
    end = example_text.index("\n", start)
    for declared, sources in (
        ("[]", set()),
        ("[defi]", {"defillama"}),
        ("[defi, ipo]", {"defillama", "nasdaq"}),
    ):
        path.write_text(
            f"{example_text[:start]}cross_asset_exposure: {declared}{example_text[end:]}"
        )
        assert asked_by(path) == sources
    path.write_text("version: ")
    assert asked_by(path) == set()
    assert asked_by(None) == set()
