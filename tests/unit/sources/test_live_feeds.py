"""Every live feed of the catalogue is read from some file of the live market."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pydantic import SecretStr

from schemas import live_feeds as feeds
from schemas.raw import RAW_OBSERVATION
from schemas.series import SERIES
from sources.dataset import Dataset
from sources.live import datasets
from sources.live_choices import EXTRA, Live

DATA = Path(__file__).resolve().parents[2] / "data"
NOT_FETCHED = {feeds.OWN, feeds.RELAYS}  # the user's own file, and relays, which the desk declares
TODAY = date(2026, 9, 16)


@pytest.fixture(scope="module")
def offered() -> dict[str, Dataset]:
    """Every file of the live market with everything turned on, by name."""
    choices = Live(TODAY, fred_key=SecretStr("k"), contact="me@host.org", extra=frozenset(EXTRA))
    return {one.name: one for one in datasets(choices)}


def _file(name: str) -> bytes:
    return (DATA / name).read_bytes()


def _workbook(sheet: str, rows: list[list[object]]) -> bytes:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    drawn = book.active
    drawn.title = sheet
    for row in rows:
        drawn.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _zipped(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr(name, content)
    return held.getvalue()


def _monthly() -> bytes:
    """ERPbymonth with every column that an edition has had."""
    header = ["Start of month", "S&P 500", "T.Bond Rate", "$ Riskfree Rate", "ERP (T12m)",
              "CF (Trailing 12 month)", "Expected growth rate", "ERP (T12m) with adj riskfree rate",
              "ERP (T12 m with sustainable payout)"]  # fmt: skip
    row = [38230.0, 1250.0, 0.0375, 0.03, 0.045, 60.0, 0.05, 0.046, 0.04]
    return _workbook("Historical ERP", [header, row])


def _annual() -> bytes:
    header = ["Year", "S&P 500", "T.Bond Rate", "Implied ERP (FCFE)"]
    rows = [[1960.0, 58.11, 0.0276, None], [1961.0, 71.55, 0.0235, 0.0292]]
    return _workbook("Historical Impl Premiums", [header, *rows])


def _shiller() -> bytes:
    header = ["Date", "P", "D", "E", "CPI", "Fraction", "Rate GS10", "Price", "Dividend", "Price",
              "Earnings", "Earnings", "CAPE", None, "TR CAPE", None, "Yield", "Returns", "Returns",
              "Real Return", "Real Return", "Returns"]  # fmt: skip
    cells = [6009.0, 84.0, 259.0, 324.0, 2025 + 8.5 / 12, 4.1, 6009.0, 84.0, 9e6, 259.0, 9e4, 39.0]
    return _workbook("Data", [header, [2025.09, *cells]])


def _bls() -> bytes:
    figure = {"year": "2025", "period": "M09", "periodName": "September", "value": "324.5",
              "footnotes": [{}]}  # fmt: skip
    series = [{"seriesID": name, "data": [figure]} for name in (
        "CUSR0000SA0", "CUSR0000SA0L1E", "WPSFD4")]  # fmt: skip
    return json.dumps({"status": "REQUEST_SUCCEEDED", "responseTime": 1, "message": [],
                       "Results": {"series": series}}).encode()  # fmt: skip


def _cboe(name: str) -> bytes:
    return f"DATE,{name.upper()}\n02/05/2018,100.5\n".encode()


def _fred(name: str) -> bytes:
    return f"observation_date,{name.upper()}\n2018-02-05,1.5\n".encode()


BODIES: dict[str, Callable[[str], bytes]] = {
    "cboe_": _cboe,
    "fred_": _fred,
    "alfred_": lambda _: _file("fred/vintages.json"),
    "treasury_yield_curve_": lambda _: _file("treasury/par_2025.csv"),
    "treasury_real_yield_curve_": lambda _: _file("treasury/real_2026.csv"),
    "damodaran_monthly": lambda _: _monthly(),
    "damodaran_annual": lambda _: _annual(),
    "shiller_workbook": lambda _: _shiller(),
    "shiller_mirror": lambda _: _file("shiller/mirror.csv"),
    "bls_prices_": lambda _: _bls(),
    "bis_exchange_rates": lambda _: _file("bis/eer.json"),
    "breadth_": lambda _: _file("breadth/NYSE_advn.csv"),
    "edgar_2026-09-15": lambda _: _file("sec/form.20260915.idx"),
    "edgar_": lambda _: b"",
    "midas_quarter": lambda _: _zipped("q2_2026_all.csv", _file("sec/q2_2026_all.csv")),
    "nasdaq_ipo_": lambda _: _file("nasdaq/calendar.json"),
    "defillama_volume": lambda _: _file("defillama/dexs.json"),
    "defillama_tvl": lambda _: _file("defillama/historicalChainTvl.json"),
    "wsj_diary": lambda _: _file("wsj/overview.json"),
    "yahoo_xlre": lambda _: _file("yahoo/XLRE.json"),
    "yahoo_": lambda name: _file("yahoo/XLRE.json").replace(b"XLRE", name.upper().encode()),
}
"""A body for each file, by the start of the file's name; of several the longest start counts."""


def _read(dataset: Dataset) -> set[tuple[str, str]]:
    """Publisher and series of the rows that a file's body gives."""
    start = max((one for one in BODIES if dataset.name.startswith(one)), key=len)
    if not (payload := BODIES[start](dataset.name.removeprefix(start))):
        return set()
    figures = dataset.parse(payload).select(pl.col("series_id").unique())
    return {(dataset.publisher, name) for (name,) in figures.collect(engine="in-memory").rows()}


def test_every_feed_is_fed(offered: dict[str, Dataset]) -> None:
    """Each series comes out of a file of the publisher that the catalogue names, and none besides."""
    observed = [one for one in offered.values() if one.table == RAW_OBSERVATION]
    found = {pair for one in observed for pair in _read(one)}
    stated = {
        (feed.publisher, entry.id)
        for entry in SERIES
        for feed in entry.feeds_of(feeds.LIVE)
        if feed.publisher not in NOT_FETCHED
    }
    assert found == stated
