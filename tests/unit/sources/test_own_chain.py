"""A user's own option chain: a plain table or Cboe's, and every mistake in it is explained."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.raw import RAW_OPTION_QUOTE
from schemas.series import SERIES
from sources.cboe_chain import CHAIN_SCHEMA
from sources.errors import SourceError
from sources.live import archived, datasets
from sources.live_choices import Live
from sources.own_chain import PREFIX, parse_own_chain

DATA = Path(__file__).resolve().parents[2] / "data"
HEADER = "quote_at,root,expiry,strike,right,bid,ask,underlying\n"
ROW = "2024-01-05T21:14:59Z,SPX,2024-02-16,4700,P,52.4,53.1,4697.24\n"


def _read(text: str) -> pl.DataFrame:
    return parse_own_chain(text.encode(), file="chain_spx.csv").collect(engine="in-memory")


def test_plain_table() -> None:
    """A row is a contract; what the table does not state is null."""
    rows = _read(HEADER + ROW)
    assert rows.schema == CHAIN_SCHEMA
    at = datetime(2024, 1, 5, 21, 14, 59, tzinfo=UTC)
    assert rows.row(0) == (
        "SPX", date(2024, 2, 16), 4700.0, "P", 52.4, 53.1, None, None, None, None, at, 4697.24,
    )  # fmt: skip


def test_nothing_bid() -> None:
    """Zero and an empty cell are no bid and no ask; the row stays."""
    found = _read(HEADER + ROW.replace("52.4,53.1", "0,"))
    assert found.select("bid", "ask").rows() == [(None, None)]


def test_last_line_may_lack_its_end() -> None:
    """A table that an editor saved without a last line end is read."""
    assert _read((HEADER + ROW).rstrip("\n")).height == 1


def test_cboe_table() -> None:
    """Cboe's own table is known by its blank first line."""
    payload = (DATA / "cboe" / "quote_table_english.csv").read_bytes()
    assert parse_own_chain(payload, file="chain.csv").collect(engine="in-memory").height == 6


@pytest.mark.parametrize(("row", "named"), [
    (ROW.replace("T21:14:59Z", " 16:14"), "line 2, column quote_at"),
    (ROW.replace("2024-01-05T", "2024-02-30T"), "column quote_at"),
    (ROW.replace("SPX", "SPY"), "column root is 'SPY'; accepted is SPX or SPXW or VIX or VIXW"),
    (ROW.replace("2024-02-16", "16.02.2024"), "column expiry"),
    (ROW.replace("4700,P", "0,P"), "column strike is '0'"),
    (ROW.replace(",P,", ",put,"), "column right is 'put'; accepted is C or P"),
    (ROW.replace("52.4", "-1"), "column bid"),
    (ROW.replace("52.4", "52,4"), "accepted are 8 unquoted cells"),
    (ROW.replace("53.1", "nan"), "column ask"),
    (ROW.replace("4697.24", ""), "column underlying"),
    (ROW.replace("4697.24", "0"), "column underlying"),
    (ROW + ROW, "each contract once"),
    ("", "no rows"),
])  # fmt: skip
def test_mistake_is_named(row: str, named: str) -> None:
    """A mistake is refused by its line and column, with what is accepted."""
    with pytest.raises(SourceError, match=named):
        _read(HEADER + row)


@pytest.mark.parametrize(
    "text", ["", "date,value\n2024-01-05,1\n", "<html>\n", HEADER.upper() + ROW]
)
def test_another_file_refused(text: str) -> None:
    """What is no chain at all is refused."""
    with pytest.raises(SourceError):
        _read(text)


def test_own_folder(tmp_path: Path) -> None:
    """A file named ``chain...`` in the own folder feeds the chain, now and from the archive."""
    (tmp_path / "Chain_spx.csv").write_text(HEADER + ROW)
    own = next(one for one in datasets(Live(date(2024, 1, 5), own=tmp_path))
               if one.name == "own_chain_spx")  # fmt: skip
    assert own.table == RAW_OPTION_QUOTE
    assert own.fetch is not None
    again = archived("own_chain_spx")
    assert again is not None
    assert again.table == RAW_OPTION_QUOTE
    assert again.parse(own.fetch()).collect(engine="in-memory").height == 1


def test_no_series_is_taken_for_a_chain() -> None:
    """No series of the catalogue has a name that reads as a chain's file."""
    assert not [entry.id for entry in SERIES if entry.id.startswith(PREFIX)]
