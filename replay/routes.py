"""Which file or builder answers which address of which publisher."""

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from replay import agencies, bodies, curves, futures, quotes, workbook
from replay.shelf import Reading, Shelf
from replay.tables import ReplayError

_NAME = re.compile(r"[A-Z0-9]{1,40}")  # as long as FRED's ids may be
_SECRETS = ("api_key", "registrationkey")
_LATEST = 2**40  # epoch seconds, far beyond any bar
_DAMAGE = (ValueError, ArithmeticError, LookupError)  # what the builders raise on damaged files


@dataclass(frozen=True)
class Asked:
    """One request, below its publisher's base URL."""

    publisher: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    accept: str = "*/*"
    posted: bytes | None = None

    def value(self, name: str) -> str | None:
        """A parameter's first value; null where it is not in the query."""
        return next((value for key, value in self.query if key == name), None)


@dataclass(frozen=True)
class Reply:
    """What is answered, and when the newest file it is made of changed [epoch seconds]."""

    status: int
    body: bytes
    changed: int = 0


_Found = bytes | Reply | None


class Replay:
    """Answers of all publishers from one folder; each is made once and kept.

    Args:
        folder: the folder of publishers' files.

    Raises:
        ReplayError: no such folder.
    """

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder)
        self.answer = functools.lru_cache(maxsize=2048)(self._answer)

    def _answer(self, asked: Asked) -> Reply:
        """The publisher's answer; 404 where the folder holds nothing for it.

        A file under ``as-served/<publisher>/<path>``, its query behind a ``?`` and without any
        key, is served as it is, before anything is built.

        Raises:
            ReplayError: a file of the folder that is not what its name says.
        """
        reading = Reading(self._shelf)
        builder = PUBLISHERS.get(asked.publisher)
        found: _Found = None if builder is None else _refused(asked)
        if builder is not None and found is None:
            try:
                found = _as_served(asked, reading) or builder(asked, reading)
            except _DAMAGE as error:
                raise ReplayError(f"{', '.join(reading.names[-3:])}: {error}") from error
        if isinstance(found, Reply):
            return found
        if found is None:
            return Reply(404, b"not found: the replayed folder holds no such file\n")
        return Reply(200, found, reading.changed)


def _refused(asked: Asked) -> Reply | None:
    """What FRED's API answers without a key, whatever is asked."""
    if asked.publisher != "fred_api":
        return None
    error = agencies.key_error(asked.value("api_key"))
    return None if error is None else Reply(400, error)


def _as_served(asked: Asked, reading: Reading) -> bytes | None:
    query = "&".join(f"{name}={value}" for name, value in asked.query if name not in _SECRETS)
    name = f"as-served/{asked.publisher}{asked.path}"
    return reading.file(f"{name}?{query}" if query else name)


def _nothing(_asked: Asked, _reading: Reading) -> _Found:
    """A publisher of whom the folder holds nothing but what lies under ``as-served``."""
    return None


def _cboe(asked: Asked, reading: Reading) -> _Found:
    folder, _, name = asked.path.rpartition("/")
    if folder == "/api/global/us_indices/daily_prices" and name.endswith("_History.csv"):
        served = reading.file(f"cboe-index-history/{name}")
        return served or (_spx(reading) if name == "SPX_History.csv" else None)
    if folder == "/api/global/delayed_quotes/options" and name in ("_SPX.json", "_VIX.json"):
        symbol = name.removesuffix(".json")
        dated = f"{symbol[1:].lower()}_quotedata_????-??-??.csv"
        names = reading.shelf.names("option-chain-cboe-csv", dated)
        table = reading.file(names[-1]) if names else None
        return None if table is None else quotes.option_chain(table, symbol)
    return None


def _spx(reading: Reading) -> bytes | None:
    bars = reading.files("spx-daily", "SPX_ohlc_*.csv")
    if not bars:
        return None
    return bodies.spx_history(list(bars.values())[-1], _graph("SP500", reading))


def _cfe(asked: Asked, reading: Reading) -> _Found:
    if asked.path != "/us/futures/market_statistics/settlement/csv":
        return None
    day = _day(asked.value("dt") or "")
    archives = tuple(reading.files("vx-futures-cfe", "CFE_*_VX.csv").values())
    return None if day is None else futures.settlements(archives).get(day)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cfe_files(asked: Asked, reading: Reading) -> _Found:
    folder, _, name = asked.path.rpartition("/")
    if folder == "/resources/futures/archive/volume-and-price":
        return reading.file(f"vx-futures-cfe/{name}") if name.startswith("CFE_") else None
    expiry = _day(name.removeprefix("VX_").removesuffix(".csv"))
    if folder != "/data/us/futures/market_statistics/historical_data/VX" or expiry is None:
        return None
    if expiry.year < 2013:  # noqa: PLR2004  # where that place begins
        return None
    code = "FGHJKMNQUVXZ"[expiry.month - 1]
    archive = reading.file(f"vx-futures-cfe/CFE_{code}{expiry:%y}_VX.csv")
    if archive is None or futures.contract(archive).expiry != expiry:
        return None
    return futures.by_expiry(archive)


def _treasury(asked: Asked, reading: Reading) -> _Found:
    folder = "/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"
    year = asked.path.removeprefix(f"{folder}/").removesuffix("/all")
    if asked.path != f"{folder}/{year}/all" or asked.value("field_tdr_date_value") != year:
        return None
    if not re.fullmatch("[0-9]{4}", year):
        return None
    kind = asked.value("type")
    if kind == "daily_treasury_yield_curve" and int(year) >= curves.PAR_FROM:
        extracts = reading.files("treasury-par-yields", "treasury_curves_*.csv")
        return curves.curve(
            int(year),
            extract=list(extracts.values())[-1] if extracts else None,
            resaved=reading.file(f"treasury-par-yields/{year}-daily-treasury-rates.csv"),
            copies=_graphs(curves.CONSTANT_MATURITY, reading),
        )
    if kind == "daily_treasury_real_yield_curve" and int(year) >= curves.REAL_FROM:
        return curves.curve(int(year), copies=_graphs(curves.REAL_MATURITY, reading))
    return None


def _fred(asked: Asked, reading: Reading) -> _Found:
    series_id = asked.value("id") or ""
    if asked.path != "/graph/fredgraph.csv" or asked.value("vintage_date") is not None:
        return None
    graph = _graph(series_id, reading)
    first, last = asked.value("cosd"), asked.value("coed")
    if graph is None or (first is None and last is None):
        return graph
    return bodies.graph_window(graph, first or "", last or "9999-12-31")


def _graph(series_id: str, reading: Reading) -> bytes | None:
    """The longest body of a series that the folder holds or gives, one as served if equally long."""
    if not _NAME.fullmatch(series_id):
        return None
    held = list(reading.files("fredgraph-raw", f"{series_id}_*.csv").values())
    if (served := reading.file(f"spx-daily/fredgraph_{series_id}.csv")) is not None:
        held.append(served)
    if (extract := reading.file(f"fred-extracts/{series_id}.csv")) is not None:
        held.append(bodies.fredgraph(series_id, extract))
    if series_id == "CPIAUCNS" and (package := reading.file("cpi-us/cpiai.csv")) is not None:
        held.append(bodies.price_index(series_id, package))
    return max(held, key=lambda graph: graph.count(b"\n"), default=None)


def _graphs(names: dict[str, str], reading: Reading) -> dict[str, bytes]:
    found = {name: _graph(series_id, reading) for name, series_id in names.items()}
    return {name: graph for name, graph in found.items() if graph is not None}


def _fred_api(asked: Asked, reading: Reading) -> _Found:
    series_id = asked.value("series_id") or ""
    if asked.path != "/fred/series/observations" or not _NAME.fullmatch(series_id):
        return None
    vintages = reading.file(f"fred-vintages/{series_id}.csv")
    first, last = asked.value("realtime_start"), asked.value("realtime_end")
    if vintages is None or first is None or last is None:
        return None  # without a window FRED takes today's, and here is no today
    page = agencies.Window(
        first, last, _number(asked.value("limit"), 100_000), _number(asked.value("offset"), 0)
    )
    return agencies.fred_observations(vintages, page)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and re.fullmatch("[0-9]{1,12}", text) else otherwise


def _damodaran(asked: Asked, reading: Reading) -> _Found:
    if asked.path != "/~adamodar/pc/implprem/ERPbymonth.xlsx":
        return None
    extract = reading.file("damodaran-erp-monthly/erp_monthly.csv")
    return None if extract is None else workbook.erp_by_month(extract)


def _shiller_edition(reading: Reading) -> bytes | None:
    editions = list(reading.files("shiller", "ie_data*.xls").values())
    return editions[-1] if editions else None


def _shiller(asked: Asked, reading: Reading) -> _Found:
    edition = _shiller_edition(reading)
    return bodies.shiller_page(edition) if edition and asked.path == "/" else None


def _shiller_files(asked: Asked, reading: Reading) -> _Found:
    edition = _shiller_edition(reading)
    return edition if edition and asked.path == bodies.shiller_path(edition) else None


def _shiller_yale(asked: Asked, reading: Reading) -> _Found:
    return _shiller_edition(reading) if asked.path == "/~shiller/data/ie_data.xls" else None


def _shiller_mirror(asked: Asked, reading: Reading) -> _Found:
    path = "/datasets/s-and-p-500/main/data/data.csv"
    return reading.file("shiller/data.csv") if asked.path == path else None


def _breadth(asked: Asked, reading: Reading) -> _Found:
    folder, _, name = asked.path.rpartition("/")
    is_counts = folder == "/advdec" and name.startswith("NYSE_")
    return reading.file(f"nyse-breadth/{name}") if is_counts else None


def _bls(asked: Asked, reading: Reading) -> _Found:
    if asked.path != "/publicAPI/v2/timeseries/data/" or asked.posted is None:
        return None
    try:
        wanted = json.loads(asked.posted)
        ids, first, last = wanted["seriesid"], int(wanted["startyear"]), int(wanted["endyear"])
        known = {name: agencies.BLS_SERIES[name] for name in ids if name in agencies.BLS_SERIES}
    except (*_DAMAGE, TypeError, RecursionError):
        return Reply(400, agencies.encoded({"status": "REQUEST_NOT_PROCESSED"}))
    graphs = _graphs(known, reading)
    return agencies.bls_series(graphs, first, last) if graphs else None


def _bis(asked: Asked, reading: Reading) -> _Found:
    if asked.path != "/api/v2/data/dataflow/BIS/WS_EER/1.0/M.R.B.US":
        return None
    if "application/vnd.sdmx.data+json" not in asked.accept:
        return Reply(406, b"accepted is application/vnd.sdmx.data+json;version=1.0.0\n")
    graph = _graph("RBUSBIS", reading)
    first, last = asked.value("startPeriod") or "", asked.value("endPeriod") or "9999-12"
    return None if graph is None else agencies.bis_broad_real(graph, first, last)


def _yahoo(asked: Asked, reading: Reading) -> _Found:
    folder, _, symbol = asked.path.rpartition("/")
    if folder != "/v8/finance/chart" or not _NAME.fullmatch(symbol):
        return None
    closes = reading.file(f"sector-etf-close/{symbol}.csv")
    first = _number(asked.value("period1"), 0)
    last = _number(asked.value("period2"), _LATEST)
    return None if closes is None else quotes.chart(closes, symbol, first, last)


PUBLISHERS: dict[str, Callable[[Asked, Reading], _Found]] = {
    "cboe": _cboe, "cfe": _cfe, "cfe_files": _cfe_files, "treasury": _treasury, "fred": _fred,
    "fred_api": _fred_api, "damodaran": _damodaran, "shiller": _shiller,
    "shiller_files": _shiller_files, "shiller_yale": _shiller_yale,
    "shiller_mirror": _shiller_mirror, "breadth": _breadth, "fed": _nothing, "bls": _bls,
    "bis": _bis, "sec": _nothing, "nasdaq": _nothing, "defillama": _nothing, "wsj": _nothing,
    "yahoo": _yahoo,
}  # fmt: skip
