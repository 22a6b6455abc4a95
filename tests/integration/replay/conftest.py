"""A small folder of publishers' files, and the server on it."""

import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from replay.server import serving

XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not really a workbook"
FILES: dict[str, str | bytes] = {
    "cboe-index-history/VIX_History.csv": "DATE,OPEN,HIGH,LOW,CLOSE\n"
    "02/05/2018,18.440000,38.800000,16.800000,37.320000\n",
    "spx-daily/SPX_ohlc_1985_2021.csv": "Date,Open,High,Low,Close\r\n"
    "2/2/2018,2808.92,2808.92,2759.97,2762.129883\r\n"
    "2/5/2018,2741.060059,2763.389893,2638.169922,2648.939941",
    "spx-daily/fredgraph_SP500.csv": "observation_date,SP500\n2018-02-05,2648.94\n",
    "fred-extracts/SP500.csv": "date,value\n2018-02-05,2648.94\n2018-02-06,2695.14\n"
    "2018-02-07,\n2018-02-08,2581\n",
    "fred-extracts/DGS10.csv": "date,value\n2018-02-05,2.77\n2018-02-06,\n2017-03-29,2.00\n2017-03-30,2.42\n",
    "fred-extracts/DGS2.csv": "date,value\n2018-02-05,2.08\n",
    "fred-extracts/DFII10.csv": "date,value\n2018-02-05,0.69\n",
    "fred-extracts/CPIAUCSL.csv": "date,value\n2025-09-01,324.368\n2025-10-01,\n2025-11-01,325.031\n",
    "fred-extracts/FEDFUNDS.csv": "date,value\n2022-12-01,4.10\n",
    "fredgraph-raw/FEDFUNDS_DATE-header_2024.csv": "DATE,FEDFUNDS\n2022-12-01,4.10\n2023-01-01,4.33\n",
    "fredgraph-raw/VIXCLS_observation_date-header.csv": "observation_date,VIXCLS\n2018-02-05,37.32\n",
    "fred-extracts/VIXCLS.csv": "date,value\n2018-02-05,37.3\n",
    "fredgraph-raw/RBUSBIS_DATE-header_2024.csv": "DATE,RBUSBIS\n2023-12-01,106.67\n"
    "2024-01-01,.\n2024-02-01,107.57\n",
    "cpi-us/cpiai.csv": "Date,Index,Inflation\n1913-01-01,9.8,\n1913-02-01,9.8,0.0\n",
    "fred-vintages/GDP.csv": "date,realtime_start,realtime_end,value\n"
    "2020-01-01,2020-05-28,9999-12-31,21534.907\n2020-01-01,2020-04-29,2020-05-27,21537.9\n",
    "treasury-par-yields/treasury_curves_1990_2017.csv": "Time Period,1month,3month,10year,30year\n"
    "2017-03-28 00:00:00+00:00,0.0075,0.0078,0.0242,\n"
    "2017-03-29 00:00:00+00:00,,0.0078,0.0239,\n",
    "treasury-par-yields/2022-daily-treasury-rates.csv": "Date,1 Mo,4 Mo,10 Yr\n"
    "2022-12-30,4.12,4.69,3.88\n2022-01-03,0.05,,1.6\n",
    "damodaran-erp-monthly/erp_monthly.csv": "date,erp_t12m,tbond_rate,expected_return,sp500,"
    "erp_sustainable_payout,erp_adj_rf\n2008-09-01,4.22,3.72,7.94,1252.0,,\n"
    "2008-10-01,4.51,3.83,8.34,1166.0,4.2,4.1\n",
    "shiller/ie_data_2023-09.xls": XLS,
    "shiller/data.csv": "Date,SP500,Dividend,Earnings,Consumer Price Index,Long Interest Rate,"
    "Real Price,Real Dividend,Real Earnings,PE10\n1871-01-01,4.44,0.26,0.4,12.46,5.32,1,1,1,0.0\n",
    "nyse-breadth/NYSE_advn.csv": "19650301, 550\n19650302, 650\n",
    "nyse-breadth/SOURCE.md": "where it is from\n",
    "sector-etf-close/XLK.csv": "date,close\n2022-12-30,124.44\n2022-12-29,124.65\n",
    "option-chain-cboe-csv/spx_quotedata_2022-03-23_spanish-locale_head.csv": "an excerpt\n",
    "option-chain-cboe-csv/spx_quotedata_2024-01-05.csv": "\n"
    "S&P 500 INDEX,Last: 4697.2402,Change:  8.5602\n"
    '"Date: January 7, 2024 at 10:52 AM EST",Bid: 4645.23,Ask: 4753.8999,Size: 1*1,Volume: 0\n'
    "Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,"
    "Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest\n"
    "Fri Jan 19 2024,SPX240119C04110000,231.64,0,589.4,603.6,0,0.2884,0.9921,0.0001,21,4110.00,"
    "SPX240119P04110000,0.7,-0.2,0.65,0.75,50,0.2922,-0.008,0.0001,4377\n",
    "as-served/fed/monetarypolicy/fomccalendars.htm": "<html>2022 FOMC Meetings</html>\n",
    "as-served/nasdaq/api/ipo/calendar?date=2022-12": '{"data": {}}\n',
    "as-served/fred_api/fred/release/dates?release_id=10": '{"release_dates": []}\n',
}  # fmt: skip
_VX_HEADER = ("Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,"
              "Open Interest")  # fmt: skip
_DISCLAIMER = "CFE data is compiled for the convenience of site visitors.\n"
# Six contracts, the first of them whole: it expired on 16 January 2013.
_CONTRACTS = {
    "F13": ("F (Jan 13)", "13.69", "01/16/2013"), "G13": ("G (Feb 13)", "15.05", "01/16/2013"),
    "H13": ("H (Mar 13)", "16.40", "01/16/2013"), "J13": ("J (Apr 13)", "17.3", "01/16/2013"),
    "K13": ("K (May 13)", "18.05", "01/16/2013"), "M13": ("M (Jun 13)", "18.8500", "01/16/2013"),
}  # fmt: skip
for _name, (_futures, _settle, _last) in _CONTRACTS.items():
    FILES[f"vx-futures-cfe/CFE_{_name}_VX.csv"] = (
        f"{_DISCLAIMER}{_VX_HEADER}\r\n1/15/2013,{_futures},0,0,0,0,0,0,0,0,0,,\r\n"
        f"{_last},{_futures},0.00,14.25,14.40,0.00,{_settle},-0.51,0,0,50051\r\n\r\n"
    )
FILES["vx-futures-cfe/CFE_N13_VX.csv"] = (
    f"{_VX_HEADER}\n1/14/2013,N (Jul 13),0,0,0,0,19.20,0,0,0,0\n"  # alone on its day
)


@dataclass(frozen=True)
class Heard:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes


Ask = Callable[..., Heard]


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publishers' files above, written by hand in their layouts."""
    root = tmp_path_factory.mktemp("publishers")
    for name, content in FILES.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@pytest.fixture(scope="session")
def base_url(small_folder: Path) -> Iterator[str]:
    """The server on them."""
    with serving(small_folder) as url:
        yield url


@pytest.fixture
def ask(base_url: str) -> Iterator[Ask]:
    """One connection to the server: path with publisher and query, method, headers, body."""
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)

    def of(path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Heard:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return Heard(answer.status, dict(answer.getheaders()), answer.read())

    yield of
    connection.close()
