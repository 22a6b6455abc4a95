"""Every parser reads what the replay server answers for the folder of real files."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import polars as pl
import pytest

from replay.server import serving
from sources import bis, bls, breadth, cboe, cboe_chain, cfe, fred, shiller, treasury
from sources.damodaran_workbook import ANNUAL, MONTHLY, parse_monthly
from sources.dataset import Link
from sources.live import datasets
from sources.live_choices import EXTRA, Live
from sources.publishers import PUBLISHERS
from sources.remote import Remote

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"

pytestmark = pytest.mark.real_data
Get = Callable[..., bytes]


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """The server on the folder of real files, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED}: needs market files that are not ours to redistribute")
    with serving(SHARED) as url:
        yield url


def _body(url: str, posted: bytes | None = None, accept: str = "*/*") -> bytes:
    """What is answered; empty for a 404."""
    request = Request(url, posted, {"Accept": accept})  # noqa: S310  # our own server
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310
            return bytes(answer.read())
    except HTTPError as error:
        with error:
            if error.code != 404:
                raise
        return b""


@pytest.fixture(scope="module")
def get(base_url: str) -> Get:
    """The body that the server answers for a publisher's remote."""

    def of(
        publisher: str, remote: Remote, posted: bytes | None = None, accept: str = "*/*"
    ) -> bytes:
        query = f"?{urlencode(remote.params)}" if remote.params else ""
        return _body(f"{base_url}/{publisher}{remote.path}{query}", posted, accept)

    return of


def _values(frame: pl.LazyFrame, series_id: str | None = None) -> dict[date, float]:
    kept = frame if series_id is None else frame.filter(pl.col("series_id") == series_id)
    return dict(kept.select("event_date", "value").collect(engine="in-memory").rows())


@pytest.mark.parametrize(("symbol", "day", "close"), [
    ("VIX", date(2018, 2, 5), 37.32), ("VVIX", date(2018, 2, 5), 177.34),
    ("VIX9D", date(2018, 2, 5), 59.34), ("VIX3M", date(2018, 2, 5), 28.13),
    ("SPX", date(2018, 2, 5), 2648.94), ("SPX", date(1987, 10, 19), 224.84),
    ("SPX", date(2020, 3, 23), 2237.40), ("SPX", date(2022, 12, 30), 3839.50),
])  # fmt: skip
def test_index_closes(get: Get, symbol: str, day: date, close: float) -> None:
    """Closes that the exchange published on days that are remembered."""
    body = get("cboe", cboe.index_requests()[symbol])
    assert _values(cboe.parse_index(body, symbol=symbol))[day] == close


def test_spx_has_each_session_once(get: Get) -> None:
    """Bars and FRED's continuation leave neither a gap of a week nor a close beyond belief."""
    closes = _values(cboe.parse_index(get("cboe", cboe.index_requests()["SPX"]), symbol="SPX"))
    days = sorted(closes)
    gaps = [late - early for early, late in pairwise(days)]
    moves = [closes[late] / closes[early] for early, late in pairwise(days)]
    assert max(gaps) <= timedelta(days=7)  # September 2001
    assert min(moves) > 0.79  # 1987-10-19
    assert max(moves) < 1.13  # 2008-10-13


def test_par_yields_of_every_year(get: Get) -> None:
    """Each year since 1990 reads, and the ten-year is what the Treasury published."""
    tens: dict[date, float] = {}
    for year in range(1990, 2023):
        body = get("treasury", treasury.curve_requests(year)["yield_curve"])
        tens |= _values(treasury.parse_par_yields(body), "treasury_10y")
    assert tens[date(2022, 12, 30)] == 3.88
    assert tens[date(1990, 1, 2)] == 7.94
    assert tens[date(2018, 2, 5)] == 2.77
    assert {day.year for day in tens} == set(range(1990, 2023))


def test_real_yields_of_every_year(get: Get) -> None:
    """Each year since 2003 reads; the year after the files end is absent."""
    for year in range(2003, 2023):
        body = get("treasury", treasury.curve_requests(year)["real_yield_curve"])
        assert len(_values(treasury.parse_real_yields(body))) >= 249
    assert get("treasury", treasury.curve_requests(2099)["real_yield_curve"]) == b""


def test_graphs_equal_their_files(get: Get) -> None:
    """Each extract's figures come back under its own id, missing ones left out."""
    for file in sorted((SHARED / "fred-extracts").glob("*.csv")):
        body = get("fred", fred.graph_request(file.stem))
        found = _values(fred.parse_graph(body, series_id=file.stem))
        with file.open(newline="") as text:
            rows = list(csv.DictReader(text))
        expected = {
            date.fromisoformat(row["date"]): float(row["value"]) for row in rows if row["value"]
        }
        assert expected.items() <= found.items(), file.stem
        missing = {date.fromisoformat(row["date"]) for row in rows if not row["value"]}
        assert not missing & set(found), file.stem


def test_graphs_as_served(get: Get) -> None:
    """Bodies of the other header read too."""
    for series_id in ("CPIAUCNS", "PPIACO", "RBUSBIS", "VIXCLS"):
        body = get("fred", fred.graph_request(series_id))
        assert len(_values(fred.parse_graph(body, series_id=series_id))) > 300


def test_erp_months_equal_the_extract(get: Get) -> None:
    """Every month's premium, rate and index level survive the workbook."""
    found = parse_monthly(get("damodaran", MONTHLY))
    with (SHARED / "damodaran-erp-monthly" / "erp_monthly.csv").open(newline="") as text:
        rows = list(csv.DictReader(text))
    columns = {"erp_damodaran_published": ("erp_t12m", 100), "spx_at_erp_mark": ("sp500", 1),
               "treasury_10y_at_erp_mark": ("tbond_rate", 100)}  # fmt: skip
    for series_id, (column, scale) in columns.items():
        expected = {date.fromisoformat(row["date"]): float(row[column]) / scale for row in rows}
        assert _values(found, series_id) == pytest.approx(expected, rel=1e-12)
    assert get("damodaran", ANNUAL) == b""


def test_shiller_from_page_to_figures(get: Get) -> None:
    """The page's link leads to the workbook; Yale's copy and the mirror read as well."""
    linked = get("shiller_files", shiller.workbook_request(get("shiller", shiller.PAGE)))
    assert get("shiller_yale", shiller.YALE) == linked
    assert _values(shiller.parse_ie_data(linked), "shiller_price")[date(1871, 1, 1)] == 4.44
    mirrored = shiller.parse_mirror(get("shiller_mirror", shiller.MIRROR))
    assert _values(mirrored, "shiller_price")[date(1871, 1, 1)] == 4.44


def test_breadth_counts(get: Get) -> None:
    """All eight files of the archive read."""
    for kind, remote in breadth.breadth_requests().items():
        assert len(_values(breadth.parse_breadth(get("breadth", remote), kind=kind))) >= 1330


def test_contracts_in_all_three_places(get: Get) -> None:
    """A contract's archive file, its file by expiry and its days' files settle alike."""
    by_expiry, archive = cfe.contract_requests(date(2013, 3, 1))
    lives = [cfe.parse_contract(get("cfe_files", remote)) for remote in (by_expiry, archive)]
    first, second = (life.collect(engine="in-memory") for life in lives)
    assert first.equals(second)
    day = date(2013, 1, 16)
    settled = cfe.parse_settlements(get("cfe", cfe.settlement_request(day)), day=day)
    on_day = settled.collect(engine="in-memory")
    assert set(first.filter(pl.col("event_date") == day).rows()) <= set(on_day.rows())
    assert on_day.filter(pl.col("expiry") == day).item(0, "settle") == 13.69


def test_settlement_days_read(get: Get) -> None:
    """Days of every year in which enough contracts were listed read as the day's file."""
    for year in range(2006, 2014):
        for month in (3, 6, 12) if year < 2013 else (3,):
            day = date(year, month, 13)
            body = get("cfe", cfe.settlement_request(day))
            if body:
                cfe.parse_settlements(body, day=day).collect(engine="in-memory")
            assert body or day.weekday() > 4 or year == 2006


def test_chain_of_the_newest_quote_table(get: Get) -> None:
    """Every contract of the quote table is in the chain, quoted at the last session's close."""
    body = get("cboe", cboe_chain.chain_requests()["_SPX"])
    table = max((SHARED / "option-chain-cboe-csv").glob("spx_quotedata_????-??-??.csv"))
    chain = cboe_chain.parse_chain(body, symbol="_SPX").collect(engine="in-memory")
    quoted = cboe_chain.parse_quote_table(table.read_bytes()).collect(engine="in-memory")
    key = ["root", "expiry", "strike", "right"]
    same = [*key, "bid", "ask", "iv", "delta", "open_interest", "volume", "underlying"]
    assert chain.select(same).sort(key).equals(quoted.select(same).sort(key))
    assert (chain["quote_at"] <= quoted["quote_at"]).all()


def test_agencies_second_sources(get: Get) -> None:
    """BLS and BIS bodies read to FRED's figures."""
    posted = json.dumps(bls.body(2020, 2022)).encode()
    prices = bls.parse_series(get("bls", bls.REQUEST, posted))
    graph = fred.parse_graph(get("fred", fred.graph_request("CPIAUCSL")))
    assert _values(prices, "CUSR0000SA0").items() <= _values(graph).items()
    body = get("bis", bis.exchange_rate_request(), accept=bis.ACCEPT)
    rates = fred.parse_graph(get("fred", fred.graph_request("RBUSBIS")))
    assert _values(bis.parse_exchange_rates(body)) == _values(rates)


@pytest.mark.parametrize(("today", "fewest"), [(date(2022, 12, 30), 50), (date(2013, 3, 1), 50)])
def test_a_live_run_reads_all_it_finds(base_url: str, today: date, fewest: int) -> None:
    """Each file that a live run asks for is absent or accepted by its own parser."""
    base_urls = {name: f"{base_url}/{name}" for name in PUBLISHERS}
    live = Live(today, base_urls=base_urls, contact="a@example.org", extra=frozenset(EXTRA))
    bodies: dict[str, bytes] = {}
    for dataset in datasets(live):
        where = dataset.where
        if isinstance(where, Link):
            page = bodies.get(where.page)
            where = where.find(page) if page else None
        if where is None:
            continue
        body = _body(where.url(), where.posted(), dict(where.headers).get("Accept", "*/*"))
        if body:
            dataset.parse(body).collect(engine="in-memory")
            bodies[dataset.name] = body
    assert len(bodies) >= fewest
    assert {"cboe_spx", "cboe_vix", "damodaran_monthly", "shiller_workbook"} <= set(bodies)
