"""Effective exchange rates of the Bank for International Settlements, as SDMX JSON 1.0."""

import re

import polars as pl

from sources.errors import SourceError
from sources.json_body import Json, document, member
from sources.remote import Remote
from sources.sheet import Sheet, once

BASE_URL = "https://stats.bis.org"
ACCEPT = "application/vnd.sdmx.data+json;version=1.0.0"  # without it XML, with 2 or 3 status 406
BROAD_REAL = "M.R.B.US"

_FILE = "bis WS_EER"
_FLOW = re.compile(r"[^ ]{1,120}Dataflow=BIS:(WS_EER)\([0-9.]{1,8}\)")
_CODES = re.compile(r"[A-Z0-9]{1,6}(?:\.[A-Z0-9]{1,6}){1,9}")
_START = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})T00:00:00$"
_BLANKS = ("", "NaN")


def exchange_rate_request(key: str = BROAD_REAL) -> Remote:
    """The whole history of one key, since all of it changes with the trade weights."""
    return Remote(f"/api/v2/data/dataflow/BIS/WS_EER/1.0/{key}", (), "json")


def parse_exchange_rates(payload: bytes) -> pl.LazyFrame:
    """Index levels [2020 = 100] by series and month.

    Values are keyed by position; series and months are read off the structure beside them.

    Returns:
        series_id is dataflow and key, ``WS_EER: M.R.B.US``; event_date the period's first day. A
        value of null, nothing or ``NaN`` has no row.

    Raises:
        SourceError: another structure, a position outside it, or a value that is no number.

    Source:
        Bank for International Settlements, effective exchange rates.
    """
    data = member(document(payload, file=_FILE), "data", dict, file=_FILE)
    structure = member(data, "structure", dict, file=_FILE, where="data")
    dimensions = member(structure, "dimensions", dict, file=_FILE, where="structure")
    flow = _flow(structure)
    periods = _values(dimensions, "observation", 0)
    if len(member(dimensions, "observation", list, file=_FILE)) != 1:
        raise SourceError(f"{_FILE}: observations have several dimensions; accepted is time alone; "
                          "ask without dimensionAtObservation")  # fmt: skip
    keys = [_values(dimensions, "series", at)
            for at in range(len(member(dimensions, "series", list, file=_FILE)))]  # fmt: skip
    datasets = member(data, "dataSets", list, file=_FILE, where="data")
    series = member(_sole(datasets), "series", dict, file=_FILE, where="dataSets")
    rows = [
        (f"{flow}: {_key(place, keys)}", _position(at, periods, "start"), _value(held))
        for place, entry in series.items()
        for at, held in member(entry, "observations", dict, file=_FILE, where=place).items()
    ]
    return _figures(rows)


def _figures(rows: list[tuple[str, str, str]]) -> pl.LazyFrame:
    if not rows:
        raise SourceError(f"{_FILE}: no observations; accepted is at least one; the key or the "
                          "period holds nothing, ask for another")  # fmt: skip
    schema = dict.fromkeys(("series_id", "start", "value"), pl.String())
    cells = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("line", offset=1)
    told = Sheet(_FILE, cells)
    told.refuse(~cells["start"].str.contains(_START), "start", "a start as 2023-01-01T00:00:00")
    days = cells.with_columns(pl.col("start").str.extract(_START))
    figures = pl.DataFrame(
        {
            "series_id": cells["series_id"],
            "event_date": Sheet(_FILE, days).dates("start", "%Y-%m-%d"),
            "value": told.decimals("value", blanks=_BLANKS, negative=True),
        }
    )
    return once(figures, ["series_id", "event_date"], file=_FILE).drop_nulls("value").lazy()


def _flow(structure: Json) -> str:
    for link in member(structure, "links", list, file=_FILE, where="structure"):
        if member(link, "rel", str, file=_FILE, where="links") == "dataflow":
            named = _FLOW.fullmatch(member(link, "urn", str, file=_FILE, where="links"))
            if named:
                return named[1]
    raise SourceError(f"{_FILE}: no link says the dataflow; accepted is an urn as "
                      "'...Dataflow=BIS:WS_EER(1.0)'; compare with stats.bis.org")  # fmt: skip


def _values(dimensions: Json, kind: str, at: int) -> list[Json]:
    every = member(dimensions, kind, list, file=_FILE, where="dimensions")
    dimension = member(every, at, dict, file=_FILE, where=kind)
    return member(dimension, "values", list, file=_FILE, where=kind)


def _sole(datasets: list[Json]) -> Json:
    if len(datasets) != 1:
        raise SourceError(f"{_FILE}: {len(datasets)} data sets; accepted is one; fetch it again")
    return datasets[0]


def _key(place: str, keys: list[list[Json]]) -> str:
    """The key that a series' positions spell: ``0:0:0:0`` is ``M.R.B.US``."""
    parts = place.split(":")
    if len(parts) != len(keys):
        raise SourceError(f"{_FILE}: series {place[:40]!r} has {len(parts)} positions; accepted are "
                          f"{len(keys)}; compare with stats.bis.org")  # fmt: skip
    key = ".".join(_position(part, values, "id") for part, values in zip(parts, keys, strict=True))
    if not _CODES.fullmatch(key):
        raise SourceError(f"{_FILE}: key is {key[:40]!r}; accepted are codes as in {BROAD_REAL}; "
                          "compare with stats.bis.org")  # fmt: skip
    return key


def _position(at: str, values: list[Json], name: str) -> str:
    if not re.fullmatch("0|[1-9][0-9]{0,4}", at):
        raise SourceError(f"{_FILE}: position {at[:20]!r}; accepted is a whole number; fetch it "
                          "again")  # fmt: skip
    return member(member(values, int(at), dict, file=_FILE), name, str, file=_FILE)


def _value(held: Json) -> str:
    if not isinstance(held, list) or not held:
        raise SourceError(f"{_FILE}: an observation is {str(held)[:60]!r}; accepted is a list that "
                          "begins with the value; compare with stats.bis.org")  # fmt: skip
    return "" if held[0] is None else member(held, 0, str, file=_FILE, where="observation")
