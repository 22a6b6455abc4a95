"""The market that ships in the wheel of the ``arch`` package, with two tables typed in here.

Real figures, 1999 to 2018, that need no network. The package is located and never imported, since
that takes two seconds and parses the Fama-French months as nanoseconds of 1970. Its files are read
where they are installed: their publishers' terms do not let us ship copies.
"""

import importlib.util
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from schemas.raw import RAW_EXPIRY, RAW_OBSERVATION, RAW_SESSION
from schemas.series import offered_by
from sources.calendar import fetch_sessions, parse_sessions
from sources.damodaran import ERP
from sources.dataset import Dataset
from sources.delimited import dates, inflated, observed, text_table
from sources.errors import SourceError
from sources.expiries import fetch_expiries, parse_expiries
from sources.fomc import DECISIONS

FIRST_DAY, LAST_DAY = date(1999, 1, 1), date(2019, 12, 31)
_LARGEST = 8_000_000  # bytes inflated; the largest file of arch 8.0.0 has 403,487
_DAY, _MONTH = "%m/%d/%Y", "%Y%m"


@dataclass(frozen=True)
class _File:
    """One file of ``arch.data``: its folder, its name, its header and how it writes dates."""

    folder: str
    name: str
    header: tuple[str, ...]
    layout: str = _DAY


_OHLC = ("Date", "Open", "High", "Low", "Close", "Adj Close", "Volume")
_FILES = (
    _File("sp500", "sp500.csv.gz", _OHLC),
    _File("nasdaq", "nasdaq.csv.gz", _OHLC),
    _File("vix", "vix.csv.gz", ("Date", "vix")),
    _File("default", "default.csv.gz", ("Date", "AAA", "BAA")),
    _File("core_cpi", "core-cpi.csv.gz", ("Date", "CPILFESL")),
    _File("wti", "wti.csv.gz", ("Date", "DCOILWTICO")),
    _File("frenchdata", "frenchdata.csv.gz", ("Date", "Mkt-RF", "SMB", "HML", "RF"), _MONTH),
)


def datasets() -> tuple[Dataset, ...]:
    """The sample's datasets, the calendar first."""
    return (
        Dataset("raw_session", RAW_SESSION, parse_sessions,
                partial(fetch_sessions, FIRST_DAY, LAST_DAY)),
        Dataset("raw_expiry", RAW_EXPIRY, parse_expiries,
                partial(fetch_expiries, FIRST_DAY, LAST_DAY)),
        *(Dataset(f"arch_{file.folder}", RAW_OBSERVATION, partial(_parse, file),
                  partial(_fetch, file)) for file in _FILES),
        ERP,
        DECISIONS,
    )  # fmt: skip


def _fetch(file: _File) -> bytes:
    """The packed bytes as installed.

    Raises:
        SourceError: the arch package, or the file in it, is not installed.
    """
    found = importlib.util.find_spec("arch")
    if found is None or not found.submodule_search_locations:
        raise SourceError(
            f"arch/data/{file.folder}/{file.name}: the arch package is not installed, and the "
            "sample market is read from it; install the packages of requirements.lock"
        )
    path = Path(found.submodule_search_locations[0]) / "data" / file.folder / file.name
    if not path.is_file():
        raise SourceError(
            f"{path}: not in the installed arch package, and the sample market is read from it; "
            "install the version that requirements.lock names"
        )
    return path.read_bytes()


def _parse(file: _File, payload: bytes) -> pl.LazyFrame:
    """Every series of the sample that the catalogue reads from this file.

    Monthly files date their rows by the first of the month.

    Raises:
        SourceError: not gzip, another header, or a cell that does not read as stated.
    """
    label = f"arch/data/{file.folder}/{file.name}"
    content = inflated(payload, file=label, limit=_LARGEST)
    table = text_table(content, file=label, header=file.header)
    prefix = f"arch.data.{file.folder}: "
    columns = {
        entry.id: feed.remote_id.removeprefix(prefix)
        for entry in offered_by("sample")
        if (feed := entry.feed("sample")) and feed.remote_id.startswith(prefix)
    }
    event_dates = dates(table, "Date", file=label, layout=file.layout)
    return observed(table, event_dates, columns, file=label)
