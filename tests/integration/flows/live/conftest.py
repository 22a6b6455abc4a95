"""A small market of made-up numbers in the publishers' own formats, and a finished run on it."""

import hashlib
import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.brief import brief
from flows.outcome import Outcome
from flows.plan import Wish
from replay.__main__ import settings
from replay.server import serving
from schemas.model import Table
from schemas.series import SERIES
from sources.calendar import fetch_sessions
from sources.publishers import PUBLISHERS
from warehouse.store import Store

SESSION = date(2022, 12, 30)
_FIRST = date(2019, 1, 2)
_BASE_URL = "VOLBRIEF_BASE_URLS__"

# FRED's series that come seldom, at about the level they had; the others follow below, a day each.
_SELDOM = {
    "CPILFESL": 270.0, "CPIAUCSL": 265.0, "PPIFIS": 125.0, "GDPC1": 19_500.0, "GDP": 22_000.0,
    "NFCI": -0.4, "ANFCI": -0.4, "STLFSI4": -0.3, "ICSA": 220_000.0, "UNRATE": 4.0, "MICH": 3.0,
    "USREC": 0.0, "RBUSBIS": 105.0, "RTWEXBGS": 108.0, "WALCL": 7e6, "WRESBAL": 3e6,
    "WTREGEN": 5e5, "NCBEILQ027S": 4e7, "BCNSDODNS": 1.2e7, "BOGZ1FL104001005Q": 3e6,
    "BOGZ1FL103070005Q": 4e6, "BOGZ1FL103169100Q": 2e5, "BLNECLBSNNCB": 1e6,
    "BOGZ1FL103169005Q": 2e6, "BOGZ1FL103170005Q": 3e6, "BOGZ1FL103178000Q": 1e5, "CNCF": 3_000.0,
    "IRLTLT01DEM156N": 0.8, "IRLTLT01JPM156N": 0.1, "IRLTLT01GBM156N": 1.2,
    "A191RL1Q225SBEA": 2.5,
    "IR3TIB01USM156N": 1.5, "IR3TIB01EZM156N": 0.4, "IR3TIB01JPM156N": 0.1,
}  # fmt: skip
_VOLATILITY = {"VIX": (20.0, 1.0), "VIX9D": (19.5, 1.2), "VIX3M": (21.0, 0.75),
               "VIX6M": (21.7, 0.6), "VIX1Y": (22.3, 0.5)}  # fmt: skip
_STRATEGIES = {"VXTH": 200.0, "CNDR": 480.0, "PUT": 1_600.0, "BXM": 1_500.0}
_TENORS = {"1 Mo": 0.3, "3 Mo": 0.5, "6 Mo": 0.7, "1 Yr": 0.9, "2 Yr": 1.1, "3 Yr": 1.3,
           "5 Yr": 1.5, "7 Yr": 1.6, "10 Yr": 1.7, "20 Yr": 2.0, "30 Yr": 2.1}  # fmt: skip
_ON_FRED = {"DGS1MO": "1 Mo", "DGS3MO": "3 Mo", "DGS6MO": "6 Mo", "DGS1": "1 Yr", "DGS2": "2 Yr",
            "DGS3": "3 Yr", "DGS5": "5 Yr", "DGS7": "7 Yr", "DGS10": "10 Yr", "DGS20": "20 Yr",
            "DGS30": "30 Yr"}  # fmt: skip
_MEETINGS = {
    2021: ("January 26-27", "March 16-17*", "April 27-28", "June 15-16*", "July 27-28",
           "September 21-22*", "November 2-3", "December 14-15*"),
    2022: ("January 25-26", "March 15-16*", "May 3-4", "June 14-15*", "July 26-27",
           "September 20-21*", "November 1-2", "December 13-14*"),
    2023: ("Jan/Feb 31-1", "March 21-22*", "May 2-3", "June 13-14*", "July 25-26",
           "September 19-20*", "Oct/Nov 31-1", "December 12-13*"),
}  # fmt: skip
_CONTRACTS = ("Z22", "F23", "G23", "H23", "J23", "K23", "M23", "N23", "Q23", "U23")
_VX_HEADER = ("Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,"
              "Open Interest")  # fmt: skip


def _shake(number: int, seed: int = 1) -> float:
    """A number between -0.5 and 0.5 that looks drawn and is the same every time."""
    digest = hashlib.sha256(f"{seed} {number}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32 - 0.5


@dataclass(frozen=True)
class _Market:
    """The made-up market: a figure per session."""

    days: tuple[date, ...]
    spx: tuple[float, ...]
    fear: tuple[float, ...]  # logarithm of the VIX over 20; falls where the index rises

    @classmethod
    def made(cls) -> "_Market":
        lines = fetch_sessions(_FIRST, SESSION).decode().splitlines()[1:]
        days = tuple(date.fromisoformat(line[:10]) for line in lines)
        level, fear, levels, fears = 2_500.0, 0.0, [], []
        for number in range(len(days)):
            move = 0.0004 + 0.035 * _shake(number)
            level *= math.exp(move)
            fear = 0.97 * fear - 4.0 * move + 0.01 * _shake(number, 2)
            levels.append(level)
            fears.append(fear)
        return cls(days, tuple(levels), tuple(fears))

    def vix(self, number: int, symbol: str = "VIX") -> float:
        """A volatility index; the longer ones move less."""
        level, share = _VOLATILITY[symbol]
        return level * math.exp(share * self.fear[number])

    def tenor(self, number: int, base: float) -> float:
        """A yield of the curve [percent]."""
        return base + 0.6 * math.sin(number / 150) + 0.05 * _shake(number, 3)

    def index_file(self, symbol: str) -> str:
        """A history of Cboe's, with bars or of closes only."""
        if symbol in _VOLATILITY:
            closes = [round(self.vix(n, symbol), 2) for n in range(len(self.days))]
            rows = [f"{c:.6f},{c + 0.5:.6f},{c - 0.5:.6f},{c:.6f}" for c in closes]
            return _lines("DATE,OPEN,HIGH,LOW,CLOSE", self._american(rows))
        level = {"VVIX": 95.0, "SKEW": 130.0, **_STRATEGIES}
        closes = [
            spx if symbol == "SPX" else level[symbol] * (1 + 0.05 * _shake(number, 4))
            for number, spx in enumerate(self.spx)
        ]
        return _lines(f"DATE,{symbol}", self._american([f"{c:.2f}0000" for c in closes]))

    def _american(self, rows: list[str]) -> list[str]:
        return [f"{day:%m/%d/%Y},{row}" for day, row in zip(self.days, rows, strict=True)]

    def daily_on_fred(self, remote_id: str, number: int) -> float:
        """A daily series of FRED's, in its published unit."""
        ten = self.tenor(number, _TENORS["10 Yr"])
        real = 0.2 + 0.3 * math.sin(number / 150)
        drawn = {
            "SP500": self.spx[number], "NASDAQCOM": 2.7 * self.spx[number],
            "VIXCLS": self.vix(number), "VXVCLS": self.vix(number, "VIX3M"),
            "DFII5": real - 0.1, "DFII10": real, "T5YIE": ten - real, "T10YIE": ten - real,
            "DBAA": ten + 2.0, "DAAA": ten + 1.0, "BAA10Y": 2.0, "AAA10Y": 1.0,
            "BAMLC0A0CM": 1.2, "BAMLH0A0HYM2": 4.0, "BAMLC0A4CBBEY": ten + 1.6,
            "DFF": 0.58, "DFEDTARL": 0.5, "DFEDTARU": 0.75, "SOFR": 0.55, "IORB": 0.65,
            "ECBDFR": 0.25, "DCOILWTICO": 70.0, "DTWEXBGS": 118.0, "RRPONTSYD": 1_500.0,
            "CBETHUSD": 1_200.0,
        }  # fmt: skip
        if remote_id in _ON_FRED:
            return self.tenor(number, _TENORS[_ON_FRED[remote_id]])
        return drawn[remote_id] + (0.02 * _shake(number, 5) if remote_id[0] in "ABDT" else 0.0)

    def fred_file(self, remote_id: str, frequency: str) -> str:
        """A series as ``date,value``."""
        if frequency == "daily":
            rows = [
                f"{day},{self.daily_on_fred(remote_id, n):.2f}" for n, day in enumerate(self.days)
            ]
            return _lines("date,value", rows)
        apart = {"weekly": 0, "monthly": 1, "quarterly": 3}[frequency]
        days = list(_months(_FIRST, apart)) if apart else self._weekly(remote_id)
        level = _SELDOM[remote_id]
        rows = [
            f"{day},{level * (1 + 0.01 * _shake(n, 6)):.3f}"
            for n, day in enumerate(days) if day <= SESSION
        ]  # fmt: skip
        return _lines("date,value", rows)

    def _weekly(self, remote_id: str) -> list[date]:
        weekday = {"ICSA": 5, "WALCL": 2, "WRESBAL": 2, "WTREGEN": 2}.get(remote_id, 4)
        first = _FIRST + timedelta(days=(weekday - _FIRST.weekday()) % 7)
        return [first + timedelta(days=7 * n) for n in range(210)]

    def curve_file(self, year: int) -> str:
        """One year's par yields as the Treasury's file was saved again."""
        rows = [
            ",".join([str(day), *(f"{self.tenor(n, base):.2f}" for base in _TENORS.values())])
            for n, day in enumerate(self.days) if day.year == year
        ]  # fmt: skip
        return _lines(",".join(["Date", *_TENORS]), rows)

    def contract_file(self, name: str, place: int) -> str:
        """A VX contract's settlements in the exchange's archive."""
        code, month = name[0], "FGHJKMNQUVXZ".index(name[0]) + 1
        futures = f"{code} ({date(2000, month, 1):%b} {name[1:]})"
        last = date(2022, 12, 21) if name == "Z22" else SESSION
        rows = [
            f"{day:%m/%d/%Y},{futures},0,0,0,0,{self.vix(n) + 0.6 * place:.2f},0,0,0,100"
            for n, day in enumerate(self.days) if day > date(2022, 9, 1) and day <= last
        ]  # fmt: skip
        return _lines(_VX_HEADER, rows)

    def breadth_file(self, place: int) -> str:
        """One count of the frozen archive."""
        return "".join(
            f"{day:%Y%m%d}, {1_500 + int(800 * _shake(n, 7 + place))}\n"
            for n, day in enumerate(self.days) if day <= date(2020, 2, 10)
        )  # fmt: skip


def _lines(header: str, rows: list[str]) -> str:
    return "".join(f"{line}\n" for line in (header, *rows))


def _months(first: date, apart: int) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= SESSION:
        yield month
        ahead = month.month - 1 + apart
        month = date(month.year + ahead // 12, ahead % 12 + 1, 1)


def _premia() -> str:
    rows = [
        f"{month},{5.0 + _shake(n, 8):.2f},{2.5 + _shake(n, 9):.2f},8.00,{1_000 + 20 * n:.2f},"
        f"{4.9 + _shake(n, 8):.2f},{4.6 + _shake(n, 8):.2f}"
        for n, month in enumerate(_months(date(2008, 9, 1), 1))
    ]
    return _lines("date,erp_t12m,tbond_rate,expected_return,sp500,erp_sustainable_payout,erp_adj_rf",
                  rows)  # fmt: skip


def _composite() -> str:
    rows = [
        f"{month},{3_000 + 10 * n}.00,{60 + n}.00,{150 + n}.00,{260 + n}.00,2.{n % 9}0,"
        f"3100.00,62.00,155.00,{30 + _shake(n, 10):.2f}"
        for n, month in enumerate(_months(date(2019, 1, 1), 1))
    ]
    return _lines("Date,SP500,Dividend,Earnings,Consumer Price Index,Long Interest Rate,"
                  "Real Price,Real Dividend,Real Earnings,PE10", rows)  # fmt: skip


def _meetings() -> str:
    pieces = [
        f'<h4><a id="1">{year} FOMC Meetings</a></h4>\n'
        + "".join(
            f'<div class="fomc-meeting__month"><strong>{words.split(" ")[0]}</strong></div>'
            f'<div class="fomc-meeting__date">{words.split(" ")[1]}</div>\n'
            for words in meetings
        )
        for year, meetings in _MEETINGS.items()
    ]
    return f"<!DOCTYPE html>\n<html><body>{''.join(pieces)}</body></html>\n"


def _quotes(index: str, symbol: str, last: float, step: int) -> str:
    """A table of option quotes as the publisher's page offers it, taken after the last close."""
    header = ("Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,"
              "Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest")  # fmt: skip
    rows = []
    for expiry in (date(2023, 1, 20), date(2023, 2, 17)):
        for place in range(-10, 11):
            strike = round(last / step) * step + place * step
            call, put = (f"{symbol}{expiry:%y%m%d}{side}{strike * 1000:08d}" for side in "CP")
            call_cells = f"{call},10.0,0,9.5,10.5,100,0.2,0.5,0.001,1000"
            put_cells = f"{put},10.0,0,9.5,10.5,100,0.2,-0.5,0.001,1000"
            rows.append(f"{expiry:%a %b %d %Y},{call_cells},{strike}.00,{put_cells}")
    return _lines("", [
        f"{index},Last: {last:.2f},Change:  1.00",
        '"Date: December 30, 2022 at 4:30 PM EST",Bid: 1.00,Ask: 1.00,Size: 1*1,Volume: 0',
        f"Expiration Date,{header}", *rows,
    ])  # fmt: skip


def _files() -> dict[str, str]:
    market = _Market.made()
    symbols = ("SPX", *_VOLATILITY, "VVIX", "SKEW", *_STRATEGIES)
    feeds = {
        feed.remote_id: feed.frequency
        for entry in SERIES for feed in entry.feeds_of("live") if feed.publisher == "FRED"
    }  # fmt: skip
    kinds = ("advn", "decln", "unchn", "advv", "declv", "unchv", "newhi", "newlo")
    return {
        **{f"cboe-index-history/{name}_History.csv": market.index_file(name) for name in symbols},
        **{f"fred-extracts/{name}.csv": market.fred_file(name, often) for name, often in feeds.items()},
        **{f"treasury-par-yields/{year}-daily-treasury-rates.csv": market.curve_file(year)
           for year in (2021, 2022)},
        **{f"vx-futures-cfe/CFE_{name}_VX.csv": market.contract_file(name, place)
           for place, name in enumerate(_CONTRACTS)},
        **{f"nyse-breadth/NYSE_{kind}.csv": market.breadth_file(place)
           for place, kind in enumerate(kinds)},
        "damodaran-erp-monthly/erp_monthly.csv": _premia(),
        "shiller/data.csv": _composite(),
        "option-chain-cboe-csv/spx_quotedata_2022-12-30.csv": _quotes(
            "S&P 500 INDEX", "SPX", market.spx[-1], 25),
        "option-chain-cboe-csv/vix_quotedata_2022-12-30.csv": _quotes(
            "CBOE VOLATILITY INDEX", "VIX", market.vix(len(market.days) - 1), 1),
        "as-served/fed/monetarypolicy/fomccalendars.htm": _meetings(),
    }  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A run's folders, and the publishers' files it asks for."""

    root: Path

    @property
    def data(self) -> Path:
        """Folder of the warehouse and the archive."""
        return self.root / "var" / "live"

    @property
    def out(self) -> Path:
        """Folder of the pages."""
        return self.root / "out"

    @property
    def files(self) -> Path:
        """Folder of the publishers' files."""
        return self.root / "publishers"

    def rows(self, table: Table) -> pl.DataFrame:
        """What the warehouse holds."""
        with Store.open(self.data / "volbrief.duckdb", read_only=True) as store:
            return store.frame(table)

    def rewrite(self, name: str, change: Callable[[str], str]) -> None:
        """Let a publisher serve something else from now on."""
        path = self.files / name
        path.write_text(change(path.read_text()))

    def copied(self, root: Path) -> "Place":
        """The same state in a folder of its own."""
        shutil.copytree(self.root, root, symlinks=True)
        return Place(root)


def environment(place: Place, base_url: str) -> dict[str, str]:
    """The settings of a run that can reach nobody but one server."""
    addresses = dict(line.split("=", 1) for line in settings(base_url))
    assert {f"{_BASE_URL}{name.upper()}" for name in PUBLISHERS} <= set(addresses)
    return {
        **addresses,
        "VOLBRIEF_DATA": str(place.root / "var"),
        "VOLBRIEF_OUT": str(place.out),
        "VOLBRIEF_SOURCE": "live",
    }


def run(
    place: Place,
    *,
    offline: bool = False,
    day: date = SESSION,
    more: Mapping[str, str] | None = None,
) -> Outcome:
    """One morning against a server of the folder's files; offline there is no server at all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place.root)  # no .env of the checkout
        wish = Wish(day, want_pdf=False, is_offline=offline)
        if offline:
            _set(patch, environment(place, "http://127.0.0.1:1") | dict(more or {}))
            return brief(wish, orchestrated=False)
        with serving(place.files) as base_url:
            _set(patch, environment(place, base_url) | dict(more or {}))
            return brief(wish, orchestrated=False)


def _set(patch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        patch.setenv(name, value)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publishers' files."""
    root = tmp_path_factory.mktemp("live") / "made"
    for name, content in _files().items():
        path = root / "publishers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


@dataclass(frozen=True)
class Finished:
    """A run that ended with a page."""

    place: Place
    outcome: Outcome


@pytest.fixture(scope="session")
def finished(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The run of the session on files as they should be; tests copy it before they change it."""
    place = Place(published).copied(tmp_path_factory.mktemp("live") / "finished")
    return Finished(place, run(place))
