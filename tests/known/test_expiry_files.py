"""The table of expiries against the contracts and option chains that really were listed."""

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from sources.cboe_chain import parse_quote_table
from sources.expiries import fetch_expiries, parse_expiries

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def expiries() -> pl.DataFrame:
    """Every expiry of 2004 to 2029."""
    payload = fetch_expiries(date(2004, 1, 1), date(2029, 12, 31))
    return parse_expiries(payload).collect(engine="in-memory")


@pytest.fixture(scope="module")
def read() -> Callable[[str], bytes]:
    """A file of the folder of real files, which is not part of the project."""

    def of(name: str) -> bytes:
        if not (SHARED / name).is_file():
            pytest.skip(f"{SHARED / name}: needs market files that are not ours to redistribute")
        return (SHARED / name).read_bytes()

    return of


def _days(table: pl.DataFrame, root: str, first: date, last: date) -> set[date]:
    inside = pl.col("expiry").is_between(first, last)
    return set(table.filter((pl.col("root") == root) & inside)["expiry"])


def _us(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007  # a date without a time


def test_vx_contracts(expiries: pl.DataFrame) -> None:
    """The 112 archived VX contracts end on their expiry and last traded on the day stated."""
    files = sorted((SHARED / "vx-futures-cfe").glob("CFE_*_VX.csv"))
    if not files:
        pytest.skip("needs market files that are not ours to redistribute")
    found = {}
    for file in files:
        rows = [
            row for row in csv.reader(file.read_text().splitlines()) if row and row[0][0].isdigit()
        ]
        traded = [_us(row[0]) for row in rows if int(row[8]) > 0]
        found[_us(rows[-1][0])] = max(traded)
    table = expiries.filter((pl.col("root") == "VX") & (pl.col("expiry") <= max(found)))
    assert found == dict(table.select("expiry", "last_trading_day").rows())
    assert len(found) == 112


def test_vx_term_structure(expiries: pl.DataFrame, read: Callable[[str], bytes]) -> None:
    """An independent list has the same expiries, but for five months that CFE never listed."""
    rows = list(csv.reader(read("vx-term-structure/expirations.csv").decode().splitlines()))[1:]
    named = {date.fromisoformat(cell) for row in rows for cell in row[2:] if cell != "NA"}
    assert named - _days(expiries, "VX", min(named), max(named)) == {
        date(2004, 4, 19), date(2004, 12, 20), date(2005, 4, 18), date(2005, 7, 18),
        date(2005, 9, 19),
    }  # fmt: skip
    assert _days(expiries, "VX", min(named), max(named)) <= named


def test_chain_of_2024(expiries: pl.DataFrame, read: Callable[[str], bytes]) -> None:
    """The chain of 2024-01-05 has exactly the table's next expiries, and no other later ones."""
    chain = parse_quote_table(read("option-chain-cboe-csv/spx_quotedata_2024-01-05.csv"))
    pairs = chain.select("root", "expiry").unique().collect(engine="in-memory").rows()
    listed = {root: {day for name, day in pairs if name == root} for root in ("SPX", "SPXW")}
    today = date(2024, 1, 5)
    for root, until in (("SPX", date(2024, 12, 31)), ("SPXW", date(2024, 2, 16))):
        near = {day for day in listed[root] if day <= until}
        # Of SPXW five weeks were open, and the third Friday beyond; the days between were not.
        scheduled = _days(expiries, root, today, until) - {date(2024, 2, 14), date(2024, 2, 15)}
        assert near == scheduled
    for root in ("SPX", "SPXW"):
        assert listed[root] <= _days(expiries, root, today, date(2029, 12, 31))
    assert (len(listed["SPX"]), len(listed["SPXW"])) == (20, 40)


def test_chain_of_2022(expiries: pl.DataFrame, read: Callable[[str], bytes]) -> None:
    """The chain of 2022-03-23, a Wednesday, begins with the options that expired that day."""
    name = "option-chain-cboe-csv/spx_quotedata_2022-03-23_spanish-locale_head.csv"
    chain = parse_quote_table(read(name)).select("root", "expiry").unique()
    day = date(2022, 3, 23)
    assert chain.collect(engine="in-memory").rows() == [("SPXW", day)]
    assert _days(expiries, "SPXW", day, day) == {day}


def test_chains_of_2013(expiries: pl.DataFrame) -> None:
    """The chains of 2013 expire the stated number of days ahead: VIX in 57, S&P 500 in 53."""
    vix, spx = date(2013, 6, 25) + timedelta(57), date(2013, 6, 24) + timedelta(53)
    assert _days(expiries, "VIX", vix, vix) == {date(2013, 8, 21)}
    assert _days(expiries, "SPX", spx, spx) == {date(2013, 8, 16)}
