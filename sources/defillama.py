"""Chain data of DefiLlama: volume of decentralized exchanges and value locked, all chains together.

Both are context for users who declare cross-asset exposure, nothing else. The last point of a chart
is always the running day: its figure grows until midnight UTC. Which day that is cannot be told
from a body, so the last point is never read; a complete day is one more day late at worst.

Source:
    api.llama.fi, free and without a key; attribution asked. History is re-stated when adapters
    change: a re-stated figure is a new row, never a correction of the old one.
"""

from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from sources.errors import SourceError
from sources.json_body import Json, document, member
from sources.json_rows import entries, number, whole
from sources.remote import Remote
from sources.sheet import LATEST

BASE_URL = "https://api.llama.fi"

_VOLUME, _TVL = "defillama dexs", "defillama historicalChainTvl"
_EPOCH = date(1970, 1, 1)
_DAY = 86_400  # seconds
_PAIR = 2  # of a chart's point: when, how much
_FEWEST = 2  # a complete day and the running one


def volume_request() -> Remote:
    """The whole history of daily volume, without its breakdown by protocol."""
    params = (
        ("excludeTotalDataChart", "false"),
        ("excludeTotalDataChartBreakdown", "true"),
        ("dataType", "dailyVolume"),
    )
    return Remote("/overview/dexs", params, "json")


def tvl_request() -> Remote:
    """The whole history of the value locked."""
    return Remote("/v2/historicalChainTvl", (), "json")


def parse_dex_volume(payload: bytes) -> pl.LazyFrame:
    """Daily volume of decentralized exchanges [US dollars] by UTC date, oldest first.

    Returns:
        series_id ``dex_volume``, event_date, value. The chart's last point, the running day, is
        left out; a null has no row.

    Raises:
        SourceError: no chart, a point that is not a midnight UTC and a number, or points out of
            order.
    """
    body = document(payload, file=_VOLUME)
    chart = member(body, "totalDataChart", list, file=_VOLUME)
    points = [_pair(point, place) for place, point in enumerate(chart, 1)]
    return _figures("dex_volume", points, file=_VOLUME)


def parse_chain_tvl(payload: bytes) -> pl.LazyFrame:
    """Value locked on all chains [US dollars] by UTC date, oldest first.

    Returns:
        series_id ``defi_tvl``, event_date, value. The last point, the running day, is left out; a
        null has no row.

    Raises:
        SourceError: no list, a point that is not a midnight UTC and a number, or points out of
            order.
    """
    points = []
    for place, entry in enumerate(entries(payload, file=_TVL), 1):
        when = member(entry, "date", int, file=_TVL, where=f"point {place}")
        if not isinstance(entry, dict) or "tvl" not in entry:
            raise SourceError(
                f"{_TVL}: point {place} has no tvl; accepted are date and tvl; compare with the "
                "publisher's page before changing the adapter"
            )
        points.append((when, entry["tvl"]))
    return _figures("defi_tvl", points, file=_TVL)


def _pair(point: Json, place: int) -> tuple[int, Json]:
    if not isinstance(point, list) or len(point) != _PAIR:
        raise SourceError(
            f"{_VOLUME}: totalDataChart point {place} is {str(point)[:60]!r}; accepted is a list of "
            "seconds and dollars; compare with the publisher's page before changing the adapter"
        )
    return whole(point[0], file=_VOLUME, where=f"time of point {place}"), point[1]


def _figures(series_id: str, points: list[tuple[int, Json]], *, file: str) -> pl.LazyFrame:
    if len(points) < _FEWEST:
        raise SourceError(
            f"{file}: {len(points)} points; accepted are at least {_FEWEST}, of which the last is "
            "the running day; fetch it again"
        )
    days = [_day(when, place, file) for place, (when, _) in enumerate(points, 1)]
    values = [
        number(held, file=file, where=f"value of point {place}")
        for place, (_, held) in enumerate(points, 1)
    ]
    for earlier, later in pairwise(days):
        if later <= earlier:
            raise SourceError(
                f"{file}: {later} follows {earlier}; accepted are days in ascending order, since "
                "the last one is taken for the running day; fetch it again"
            )
    schema = {"event_date": pl.Date(), "value": pl.Float64()}
    figures = pl.LazyFrame({"event_date": days[:-1], "value": values[:-1]}, schema=schema)
    named = pl.lit(series_id).alias("series_id")
    return figures.drop_nulls("value").select(named, "event_date", "value")


def _day(when: int, place: int, file: str) -> date:
    days, rest = divmod(when, _DAY)
    if rest or not 0 < days < (LATEST - _EPOCH).days:
        raise SourceError(
            f"{file}: point {place} is at {when}; accepted are seconds of a midnight UTC after "
            "1970, as 1704153600; compare with the publisher's page before changing the adapter"
        )
    return _EPOCH + timedelta(days=days)
