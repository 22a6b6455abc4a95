"""The market publishers' real files, with levels that the exchange published."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from sources.breadth import KINDS, parse_breadth
from sources.calendar import fetch_sessions, parse_sessions
from sources.cboe import broken_bars, parse_index, parse_vix_mirror
from sources.cboe_chain import CHAIN_SCHEMA, parse_quote_table
from sources.cfe import left_out_of_contract, parse_contract, vx_expiry
from sources.dataset import Provenance
from sources.errors import SourceError
from sources.knowledge import observations

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

pytestmark = pytest.mark.real_data
Reader = Callable[[str], bytes]


@pytest.fixture(scope="module")
def read() -> Reader:
    """A file of the folder of real files, which is not part of the project."""

    def of(name: str) -> bytes:
        if not (SHARED / name).is_file():
            pytest.skip(f"{SHARED / name}: needs market files that are not ours to redistribute")
        return (SHARED / name).read_bytes()

    return of


@pytest.fixture(scope="module")
def contracts() -> dict[str, pl.DataFrame]:
    """Every VX contract of the archive, by file name."""
    files = sorted((SHARED / "vx-futures-cfe").glob("CFE_*_VX.csv"))
    if not files:
        pytest.skip("needs market files that are not ours to redistribute")
    return {
        file.name: parse_contract(file.read_bytes()).collect(engine="in-memory") for file in files
    }


def _closes(read: Reader, symbol: str) -> dict[date, float]:
    payload = read(f"cboe-index-history/{symbol}_History.csv")
    frame = parse_index(payload, symbol=symbol).collect(engine="in-memory")
    return dict(frame.select("event_date", "value").rows())


@pytest.mark.parametrize(("symbol", "day", "close"), [
    ("VIX", date(2018, 2, 5), 37.32), ("VVIX", date(2018, 2, 5), 177.34),
    ("VIX9D", date(2018, 2, 5), 59.34), ("VIX3M", date(2018, 2, 5), 28.13),
    ("VIX", date(2020, 3, 16), 82.69), ("VVIX", date(2020, 3, 16), 207.59),
    ("VIX3M", date(2020, 3, 16), 67.70), ("VVIX", date(2006, 3, 15), 15.71),
])  # fmt: skip
def test_index_closes(read: Reader, symbol: str, day: date, close: float) -> None:
    """Closes that Cboe published on days that are remembered."""
    assert _closes(read, symbol)[day] == close


@pytest.mark.parametrize(("symbol", "rows", "first"), [
    ("VIX", 8317, date(1990, 1, 2)), ("VIX9D", 3019, date(2011, 1, 4)),
    ("VIX3M", 3345, date(2009, 9, 18)), ("VIX6M", 3777, date(2008, 1, 2)),
    ("VVIX", 4176, date(2006, 3, 6)), ("SKEW", 8300, date(1990, 1, 2)),
])  # fmt: skip
def test_index_extent(read: Reader, symbol: str, rows: int, first: date) -> None:
    """Every row is read, from the first day of each index."""
    closes = _closes(read, symbol)
    assert (len(closes), min(closes)) == (rows, first)


@pytest.mark.parametrize(("symbol", "count"), [("VIX", 47), ("VIX6M", 1), ("VIX9D", 0)])
def test_broken_bars_warn_only(read: Reader, symbol: str, count: int) -> None:
    """Highs and lows that do not bound their bar are listed, and stop nothing."""
    payload = read(f"cboe-index-history/{symbol}_History.csv")
    assert broken_bars(payload, symbol=symbol).collect(engine="in-memory").height == count


def test_mirror_equals_publisher(read: Reader) -> None:
    """The public mirror and the publisher agree on every date."""
    mirror = parse_vix_mirror(read("finance-vix/vix-daily.csv")).collect(engine="in-memory")
    assert dict(mirror.select("event_date", "value").rows()) == _closes(read, "VIX")


@pytest.mark.parametrize(("vintage", "close"), [
    ("2018-10-10_1030055-parent", 30.03), ("2018-10-26_459982e-parent", 30.30),
    ("2024-01-03_459982e", 31.54), ("2024-08-10_d1672d2-parent", 31.54),
    ("2024-08-13_d1672d2", 30.30),
])  # fmt: skip
def test_vix_vintages(read: Reader, vintage: str, close: float) -> None:
    """Five vintages, three headers, one close: first a slipped decimal, later another revision."""
    payload = read(f"finance-vix/vintages/vix-daily_asof_{vintage}.csv")
    frame = parse_vix_mirror(payload).collect(engine="in-memory")
    assert frame.height == 2265
    assert dict(frame.select("event_date", "value").rows())[date(2008, 9, 16)] == close


def test_vx_archive_is_read_whole(contracts: dict[str, pl.DataFrame], read: Reader) -> None:
    """112 files give 17,815 settlements; 338 zeros and two ones of listing days are left out."""
    left = [
        left_out_of_contract(read(f"vx-futures-cfe/{name}")).collect(engine="in-memory").height
        for name in contracts
    ]
    assert (len(contracts), sum(map(len, contracts.values())), sum(left)) == (112, 17_815, 340)


def test_vx_prices_are_rescaled(contracts: dict[str, pl.DataFrame]) -> None:
    """Old tenths become points: no settlement leaves the band of the index's history."""
    settles = pl.concat(contracts.values())
    before = settles.filter(pl.col("event_date") < date(2007, 3, 26)).get_column("settle")
    assert before.is_between(9.9, 22.0).all()
    assert settles.get_column("settle").is_between(9.9, 68.0).all()
    march = contracts["CFE_H07_VX.csv"].filter(pl.col("event_date") == date(2006, 10, 23))
    assert march.get_column("settle").to_list() == [15.03]


def test_vx_last_row_is_the_expiry(contracts: dict[str, pl.DataFrame]) -> None:
    """Each contract of 2004 to 2013 settled on the date that the rule gives."""
    for name, settles in contracts.items():
        last = settles.row(-1, named=True)
        assert last["event_date"] == last["expiry"], name


def test_vx_expiries_of_another_collection(read: Reader) -> None:
    """An independent list of expiries agrees, but for five months that were never listed."""
    lines = read("vx-term-structure/expirations.csv").decode().splitlines()[1:]
    stated = {cell for line in lines for cell in line.split(",")[2:] if cell != "NA"}
    ours = {f"{vx_expiry(date(year, month, 1))}" for year in range(2004, 2015)
            for month in range(1, 13)}  # fmt: skip
    assert len(stated) == 125
    assert sorted(stated - ours) == ["2004-04-19", "2004-12-20", "2005-04-18", "2005-07-18",
                                     "2005-09-19"]  # fmt: skip


def test_vx_derived_table_refused(read: Reader) -> None:
    """A table of closes that calls itself settlements is no file of the exchange."""
    with pytest.raises(SourceError, match="accepted is 'Trade Date"):
        parse_contract(read("vx-term-structure/8_m_settle.csv"))


@pytest.mark.parametrize(("name", "rows", "roots", "at"), [
    ("spx_quotedata_2024-01-05", 21_038, {"SPX": 6556, "SPXW": 14_482},
     datetime(2024, 1, 7, 15, 52, tzinfo=UTC)),
    ("spx_quotedata_2022-03-23_spanish-locale_head", 112, {"SPXW": 112},
     datetime(2022, 3, 23, 14, 11, tzinfo=UTC)),
])  # fmt: skip
def test_quote_tables(
    read: Reader, name: str, rows: int, roots: dict[str, int], at: datetime
) -> None:
    """Both languages read whole, morning- and afternoon-settled roots apart."""
    payload = read(f"option-chain-cboe-csv/{name}.csv")
    chain = parse_quote_table(payload).collect(engine="in-memory")
    assert chain.schema == CHAIN_SCHEMA
    assert (chain.height, dict(chain.get_column("root").value_counts().rows())) == (rows, roots)
    assert chain.get_column("quote_at").unique().to_list() == [at]
    both = chain.filter(pl.col("bid").is_not_null() & pl.col("ask").is_not_null())
    assert both.filter(pl.col("bid") > pl.col("ask")).height <= 2


@pytest.mark.parametrize("kind", KINDS)
def test_breadth_files(read: Reader, kind: str) -> None:
    """The archive's files are read whole; its first day had 550 advances and 561 declines."""
    frame = parse_breadth(read(f"nyse-breadth/NYSE_{kind}.csv"), kind=kind)
    values = dict(frame.collect(engine="in-memory").select("event_date", "value").rows())
    assert len(values) == (1330 if kind.startswith("new") else 11_571)
    first = {"advn": 550, "decln": 561, "unchn": 261, "newhi": 35, "newlo": 199}
    assert kind not in first or values[min(values)] == first[kind]


def test_vix_rows_of_holidays(read: Reader) -> None:
    """Six rows up to 2022 belong to no session; every other one does."""
    payload = read("cboe-index-history/VIX_History.csv")
    sessions = parse_sessions(fetch_sessions(date(1990, 1, 1), date(2022, 12, 31)))
    arrived = Provenance(datetime(2023, 1, 2, tzinfo=UTC), "0" * 64)
    timed = observations(parse_index(payload, symbol="VIX"), source="live", publisher="Cboe",
                         sessions=sessions, provenance=arrived)  # fmt: skip
    left = timed.left_out.sort("event_date").collect(engine="in-memory")
    assert left.get_column("event_date").to_list() == [
        date(2004, 6, 11), date(2022, 5, 30), date(2022, 6, 20), date(2022, 7, 4),
        date(2022, 9, 5), date(2022, 11, 24)]  # fmt: skip


def test_files_parse_fast(read: Reader) -> None:
    """The longest index history parses in well under a second."""
    payload = read("cboe-index-history/VIX_History.csv")
    start = time.perf_counter()
    parse_index(payload, symbol="VIX").collect(engine="in-memory")
    assert time.perf_counter() - start < 1.0
