"""Chain data: days in order, the running day never read."""

from collections.abc import Callable
from datetime import date

import pytest

from sources.defillama import parse_chain_tvl, parse_dex_volume, tvl_request, volume_request
from sources.errors import SourceError

Sample = Callable[[str], bytes]
Changed = Callable[[str, str, str], bytes]
DEXS, TVL = "defillama/dexs.json", "defillama/historicalChainTvl.json"


def test_requests() -> None:
    """Each history has its address, the volume's with the chart and without its breakdown."""
    assert volume_request().path == "/overview/dexs"
    assert dict(volume_request().params) == {
        "excludeTotalDataChart": "false", "excludeTotalDataChartBreakdown": "true",
        "dataType": "dailyVolume"}  # fmt: skip
    assert (tvl_request().path, tvl_request().expects) == ("/v2/historicalChainTvl", "json")


def test_volume_without_the_running_day(published: Sample) -> None:
    """1704067200 is 2024-01-01 00:00 UTC; a null is no row, and the last point is left out."""
    rows = parse_dex_volume(published(DEXS)).collect(engine="in-memory").rows()
    assert rows == [
        ("dex_volume", date(2024, 1, 1), 5123456789.25),
        ("dex_volume", date(2024, 1, 2), 6234567890.0),
        ("dex_volume", date(2024, 1, 4), 4012345678.5),
    ]


def test_value_locked_without_the_running_day(published: Sample) -> None:
    """The value locked reads the same way."""
    rows = parse_chain_tvl(published(TVL)).collect(engine="in-memory").rows()
    assert rows[1:] == [
        ("defi_tvl", date(2024, 1, 2), 52500000000.75),
        ("defi_tvl", date(2024, 1, 3), 51000000000.0),
    ]


@pytest.mark.parametrize(("old", "new", "named"), [
    ("1704153600", "1704153601", "point 2 is at 1704153601"),
    ("1704153600", "1704067200", "2024-01-01 follows 2024-01-01"),
    ("1704153600", "1703980800", "2023-12-31 follows 2024-01-01"),
    ("1704153600", "86400000000000", "point 2 is at"),
    ("1704153600", "-86400", "point 2 is at"),
    ("1704153600", "1704153600.0", "time of point 2"),
    ("6234567890", '"6234567890"', "value of point 2"),
    ("6234567890", "-6234567890", "value of point 2"),
    ("6234567890", "1e400", "value of point 2"),
    (", 6234567890]", "]", "point 2 is"),
    ("totalDataChart", "totalDataCharts", "member 'totalDataChart'"),
])  # fmt: skip
def test_strange_volume_refused(changed: Changed, old: str, new: str, named: str) -> None:
    """A time that is no midnight, days out of order and figures that are none are named."""
    with pytest.raises(SourceError, match=f"defillama dexs.*{named}"):
        parse_dex_volume(changed(DEXS, old, new))


@pytest.mark.parametrize(("old", "new", "named"), [
    ('"tvl": 52000000000', '"value": 1', "point 1 has no tvl"),
    ('"date": 1704067200', '"date": "1704067200"', "point 1, member 'date'"),
    ('{"date": 1704067200, "tvl": 52000000000}', "5", "point 1, member 'date'"),
])  # fmt: skip
def test_strange_value_locked_refused(changed: Changed, old: str, new: str, named: str) -> None:
    """A point of another shape is something new, never an unknown value."""
    with pytest.raises(SourceError, match=f"historicalChainTvl: {named}"):
        parse_chain_tvl(changed(TVL, old, new))


def test_one_point_refused() -> None:
    """A chart with the running day alone holds no complete day."""
    with pytest.raises(SourceError, match="1 points"):
        parse_dex_volume(b'{"totalDataChart": [[1704067200, 1.0]]}')
