"""Bodies that the replay server makes of extracts, in the publishers' formats."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from replay.bodies import spx_history
from replay.futures import contract, settlements
from replay.quotes import option_chain
from replay.tables import ReplayError
from replay.workbook import erp_by_month
from sources import bis, bls, cboe, cboe_chain, cfe, fred, treasury
from sources.damodaran_workbook import parse_monthly

Ask = Callable[..., Any]
_GRAPH = "/fred/graph/fredgraph.csv?id="
_CURVES = "/treasury/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"
_CHAINS = "/cboe/api/global/delayed_quotes/options"
_VX_HEADER = ("Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,"
              "Open Interest")  # fmt: skip
_KEY = "0123456789abcdef0123456789abcdef"


def _curve(year: int, kind: str = "yield_curve") -> str:
    told = f"type=daily_treasury_{kind}&field_tdr_date_value={year}&page=&_format=csv"
    return f"{_CURVES}/{year}/all?{told}"


def _rows(frame: pl.LazyFrame, *columns: str) -> list[tuple[object, ...]]:
    return frame.select(*columns).collect(engine="in-memory").rows()


def test_spx_history_goes_on_where_the_bars_end(ask: Ask) -> None:
    """Closes stand to the cent with six decimals; FRED's go on after the last bar, holidays not."""
    body = ask("/cboe/api/global/us_indices/daily_prices/SPX_History.csv").body
    assert body == (
        b"DATE,SPX\n02/02/2018,2762.130000\n02/05/2018,2648.940000\n"
        b"02/06/2018,2695.140000\n02/08/2018,2581.000000\n"
    )
    assert len(_rows(cboe.parse_index(body, symbol="SPX"), "value")) == 4


def test_the_longest_graph_is_served(ask: Ask) -> None:
    """A longer body as served wins over an extract, and an equally long one does."""
    assert ask(f"{_GRAPH}FEDFUNDS").body.startswith(b"DATE,FEDFUNDS\n2022-12-01,4.10\n2023")
    assert ask(f"{_GRAPH}VIXCLS").body == b"observation_date,VIXCLS\n2018-02-05,37.32\n"
    assert ask(f"{_GRAPH}CPIAUCNS").body.endswith(b"\n1913-02-01,9.8\n")


def test_an_extract_becomes_a_graph(ask: Ask) -> None:
    """The header is FRED's of today, a missing value is empty, and the window asked for is kept."""
    assert ask(f"{_GRAPH}SP500").body == (
        b"observation_date,SP500\n2018-02-05,2648.94\n2018-02-06,2695.14\n2018-02-07,\n"
        b"2018-02-08,2581\n"
    )
    part = ask(f"{_GRAPH}SP500&cosd=2018-02-06&coed=2018-02-07").body
    assert part == b"observation_date,SP500\n2018-02-06,2695.14\n2018-02-07,\n"


def test_a_resaved_year_reads_as_published(ask: Ask) -> None:
    """Dates are American, yields percent with two decimals, names quoted, the newest row first."""
    assert ask(_curve(2022)).body == (
        b'Date,"1 Mo","4 Mo","10 Yr"\n12/30/2022,4.12,4.69,3.88\n01/03/2022,0.05,,1.60\n'
    )


def test_decimals_become_percent_and_fred_fills_the_rest(ask: Ask) -> None:
    """FRED's copy stands on the days that the extract lacks, and never on those it has."""
    body = ask(_curve(2017)).body
    assert body == (
        b'Date,"1 Mo","3 Mo","10 Yr"\n03/30/2017,,,2.42\n03/29/2017,,0.78,2.39\n'
        b"03/28/2017,0.75,0.78,2.42\n"
    )
    assert ask(_curve(2018)).body == b'Date,"2 Yr","10 Yr"\n02/05/2018,2.08,2.77\n'
    assert len(_rows(treasury.parse_par_yields(body), "value")) == 6


def test_the_real_curve_is_freds_tenor(ask: Ask) -> None:
    """Only the ten-year real yield is known, so only it has a column."""
    body = ask(_curve(2018, "real_yield_curve")).body
    assert body == b'Date,"10 YR"\n02/05/2018,0.69\n'
    assert _rows(treasury.parse_real_yields(body), "value") == [(0.69,)]


def test_the_erp_workbook_reads_as_published(ask: Ask) -> None:
    """Rates are fractions, dates count from 1904, and a figure nobody kept is an empty cell."""
    body = ask("/damodaran/~adamodar/pc/implprem/ERPbymonth.xlsx").body
    with zipfile.ZipFile(io.BytesIO(body)) as box:
        assert b'date1904="1"' in box.read("xl/workbook.xml")
        assert b"<v>38230</v>" in box.read("xl/worksheets/sheet1.xml")  # 2008-09-01 since 1904
    found = _rows(parse_monthly(body), "series_id", "event_date", "value")
    assert ("erp_damodaran_published", date(2008, 9, 1), 0.0422) in found
    assert ("spx_at_erp_mark", date(2008, 10, 1), 1166.0) in found
    assert ("ERPbymonth: ERP (T12m) with adj riskfree rate", date(2008, 10, 1), 0.041) in found
    assert len(found) == 8


def test_the_erp_workbook_tells_no_time(small_folder: Path) -> None:
    """The same extract gives the same bytes: neither the zip nor the properties hold a clock."""
    extract = (small_folder / "damodaran-erp-monthly/erp_monthly.csv").read_bytes()
    made = erp_by_month(extract)
    assert erp_by_month(extract) == made
    with zipfile.ZipFile(io.BytesIO(made)) as box:
        assert {entry.date_time for entry in box.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        times = re.findall(rb">([0-9T:-]{19}Z)</dcterms:", box.read("docProps/core.xml"))
    assert times == [b"2009-01-01T00:00:00Z"] * 2


def test_a_trade_dates_settlements_come_from_the_contracts(ask: Ask) -> None:
    """Each contract's settle of that day stands under its symbol and its own expiry."""
    answer = ask("/cfe/us/futures/market_statistics/settlement/csv?dt=2013-01-16")
    assert answer.body.startswith(
        b"Product,Symbol,Expiration Date,Price\nVX,VX/F3,2013-01-16,13.6900\n"
        b"VX,VX/G3,2013-02-13,15.0500\n"
    )
    day = date(2013, 1, 16)
    assert len(_rows(cfe.parse_settlements(answer.body, day=day), "settle")) == 6


def test_a_trade_date_without_enough_contracts_is_absent(ask: Ask) -> None:
    """Zeros of a listing day are no settlements; a day of fewer than six contracts is no answer."""
    for day in ("2013-01-14", "2013-01-15"):
        assert ask(f"/cfe/us/futures/market_statistics/settlement/csv?dt={day}").status == 404


def test_a_contract_is_also_served_by_its_expiry(ask: Ask) -> None:
    """Dates are ISO and the disclaimer is gone; a day that is not the expiry has no file."""
    folder = "/cfe_files/data/us/futures/market_statistics/historical_data/VX"
    body = ask(f"{folder}/VX_2013-01-16.csv").body
    assert body.splitlines()[1:] == [
        b"2013-01-15,F (Jan 13),0,0,0,0,0,0,0,0,0",
        b"2013-01-16,F (Jan 13),0.00,14.25,14.40,0.00,13.69,-0.51,0,0,50051",
    ]
    assert _rows(cfe.parse_contract(body, expiry=date(2013, 1, 16)), "settle") == [(13.69,)]
    assert ask(f"{folder}/VX_2013-01-15.csv").status == 404


def _contract_file(*rows: str) -> bytes:
    return "\n".join([_VX_HEADER, *rows, ""]).encode()


def test_a_contract_ends_on_its_last_row_or_when_due() -> None:
    """A holiday's contract ends a day early, as its last row says; a cut file ends when due."""
    last = _contract_file("03/18/2014,H (Mar 14),0,0,0,0,15.72,0,0,0,0")
    assert contract(last).expiry == date(2014, 3, 18)  # 18 April 2014 was Good Friday
    cut = _contract_file("8/14/2014,Q (Aug 14),0,0,0,0,13.05,0,0,0,0")
    assert contract(cut).expiry == date(2014, 8, 20)


def test_old_settlements_are_in_index_points() -> None:
    """The archive quotes ten times the index before 26 March 2007; a day's file never did."""
    named = zip("JKMNQU", ("Apr", "May", "Jun", "Jul", "Aug", "Sep"), strict=True)
    files = tuple(
        _contract_file(f"03/23/2007,{code} ({month} 07),0,0,0,0,150.30,0,0,0,0",
                       f"03/26/2007,{code} ({month} 07),0,0,0,0,15.05,0,0,0,0")
        for code, month in named
    )  # fmt: skip
    days = settlements(files)
    assert b"VX,VX/J7,2007-04-18,15.0300\n" in days[date(2007, 3, 23)]
    assert b"VX,VX/J7,2007-04-18,15.0500\n" in days[date(2007, 3, 26)]


def test_the_newest_quote_table_becomes_a_chain(ask: Ask) -> None:
    """A table taken on a Sunday quotes Friday's close; excerpts are no tables."""
    body = ask(f"{_CHAINS}/_SPX.json").body
    held = json.loads(body)
    assert held["timestamp"] == "2024-01-07 15:52:00"
    assert held["data"]["last_trade_time"] == "2024-01-05T16:14:59"
    rows = _rows(cboe_chain.parse_chain(body, symbol="_SPX"), "right", "bid", "open_interest")
    assert rows == [("C", 589.4, 21), ("P", 0.65, 4377)]
    assert ask(f"{_CHAINS}/_VIX.json").status == 404


@pytest.mark.parametrize(("stated", "traded"), [
    ("January 5, 2024 at 10:52 AM EST", "2024-01-05T10:52:00"),
    ("January 5, 2024 at 6:01 PM EST", "2024-01-05T16:14:59"),
    ("January 8, 2024 at 7:00 AM EST", "2024-01-05T16:14:59"),
    ("23 de marzo de 2022, 10:11 GMT-4", "2022-03-23T10:11:00"),
    ("23 de marzo de 2022, 16:11 GMT+1", "2022-03-23T11:11:00"),
])  # fmt: skip
def test_a_chain_is_quoted_in_trading_hours(small_folder: Path, stated: str, traded: str) -> None:
    """Within hours at the time the table states, in either language; else at the close before."""
    table = (small_folder / "option-chain-cboe-csv/spx_quotedata_2024-01-05.csv").read_text()
    told = table.replace("January 7, 2024 at 10:52 AM EST", stated)
    assert json.loads(option_chain(told.encode(), "_SPX"))["data"]["last_trade_time"] == traded


@pytest.mark.parametrize(("build", "payload"), [
    (erp_by_month, b"date,erp_t12m\n2008-09-01,4.22\n"),
    (spx_history, b"Date,Close\n2/5/2018\n"),
    (spx_history, b""),
    (spx_history, b"\xff\xfe"),
    (contract, b"Trade Date,Futures\n"),
    (contract, f"{_VX_HEADER}\n01/16/2013,VX36,0,0,0,0,13.69,0,0,0,0\n".encode()),
    (partial(option_chain, symbol="_SPX"), b"\nS&P 500 INDEX\n"),
])  # fmt: skip
def test_builders_refuse_other_files(build: Callable[[bytes], object], payload: bytes) -> None:
    """A file of another layout stops the builder, which says what is accepted."""
    with pytest.raises(ReplayError, match="accepted"):
        build(payload)


def test_bls_answers_the_years_posted(ask: Ask) -> None:
    """Newest first; a month that was never collected is a dash; series nobody holds are left out."""
    path = "/bls/publicAPI/v2/timeseries/data/"
    answer = ask(path, "POST", json.dumps(bls.body(2025, 2025)).encode())
    (series,) = json.loads(answer.body)["Results"]["series"]
    assert [entry["value"] for entry in series["data"]] == ["325.031", "-", "324.368"]
    assert _rows(bls.parse_series(answer.body), "event_date", "value") == [
        (date(2025, 9, 1), 324.368), (date(2025, 11, 1), 325.031),
    ]  # fmt: skip
    assert ask(path, "POST", b"[]").status == 400
    assert ask(path).status == 404


def test_bis_wants_its_own_accept(ask: Ask) -> None:
    """Without the header there is no JSON; with it values stand at their months' positions."""
    path = f"/bis{bis.exchange_rate_request().path}"
    assert ask(path).status == 406
    body = ask(path, Accept=bis.ACCEPT).body
    assert _rows(bis.parse_exchange_rates(body), "event_date", "value") == [
        (date(2023, 12, 1), 106.67), (date(2024, 2, 1), 107.57),
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["", f"&api_key={_KEY.upper()}"])
def test_fred_refuses_without_a_key(ask: Ask, key: str) -> None:
    """FRED's own error, status 400, whether the key is missing or no key."""
    answer = ask(f"/fred_api/fred/series/observations?series_id=GDP&file_type=json{key}")
    assert answer.status == 400
    error = json.loads(answer.body)
    assert error["error_code"] == 400
    assert "api_key" in error["error_message"]


def test_every_vintage_is_served(ask: Ask) -> None:
    """2020Q1 as first released and as revised, each with the days on which it stood."""
    window = "realtime_start=1776-07-04&realtime_end=9999-12-31&limit=100000&offset=0"
    path = f"/fred_api/fred/series/observations?series_id=GDP&api_key={_KEY}"
    parsed = fred.parse_vintages(ask(f"{path}&{window}").body, series_id="GDP")
    assert _rows(parsed, "value") == [(21537.9,), (21534.907,)]
    then = json.loads(ask(f"{path}&realtime_start=2020-05-01&realtime_end=2020-05-01").body)
    assert then["observations"] == [
        {"realtime_start": "2020-05-01", "realtime_end": "2020-05-01", "date": "2020-01-01",
         "value": "21537.9"},
    ]  # fmt: skip
    second = json.loads(
        ask(f"{path}&{window.replace('limit=100000&offset=0', 'limit=1&offset=1')}").body
    )
    assert (second["count"], [entry["value"] for entry in second["observations"]]) == (
        2,
        ["21534.907"],
    )
    assert ask(f"{path.replace('GDP', 'UNRATE')}&{window}").status == 404


def test_yahoo_charts_know_closes_alone(ask: Ask) -> None:
    """Bars stand at the session's opening; open, high, low and volume are unknown, not zero."""
    held = json.loads(ask("/yahoo/v8/finance/chart/XLK?period1=1672324200&interval=1d").body)
    (result,) = held["chart"]["result"]
    assert result["timestamp"] == [1672324200, 1672410600]  # 14:30 UTC on 29 and 30 December 2022
    (quote,) = result["indicators"]["quote"]
    assert (quote["close"], quote["open"]) == ([124.65, 124.44], [None, None])
