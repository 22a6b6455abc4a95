"""Bodies damaged at random are refused, or give exactly the figures that they gave undamaged."""

import os
from collections.abc import Callable
from functools import partial

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.bis import parse_exchange_rates
from sources.bls import parse_series
from sources.damodaran_workbook import parse_annual, parse_monthly
from sources.errors import SourceError
from sources.fomc_calendar import parse_calendar, parse_past_year
from sources.fred import parse_graph, parse_release_dates, parse_snapshot, parse_vintages
from sources.shiller import parse_ie_data, parse_mirror
from sources.treasury import parse_par_yields, parse_real_yields

Parse = Callable[[bytes], pl.LazyFrame]
Build = Callable[..., bytes]
PAYLOADS = int(os.environ.get("PAYLOADS_PER_PARSER", "200"))
MANY = pytest.param(10 * PAYLOADS, marks=pytest.mark.slow)
tried = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS: dict[str, Parse] = {
    "treasury/par_2025.csv": parse_par_yields,
    "treasury/real_2026.csv": parse_real_yields,
    "fred/graph_2024.csv": parse_graph,
    "shiller/mirror.csv": parse_mirror,
    "fred/vintages.json": partial(parse_vintages, series_id="GDPC1"),
    "fred/snapshot.json": partial(parse_snapshot, series_id="VIXCLS"),
    "fred/release_dates.json": parse_release_dates,
    "bls/timeseries.json": parse_series,
    "bis/eer.json": parse_exchange_rates,
    "fomc/calendar.html": parse_calendar,
    "fomc/historical_2017.html": parse_past_year,
}
# Damage that no reader could take for another body, so that a figure must not survive it altered.
# No digit, sign or point: one figure in place of another is no malformed body, and no reader could
# tell; no letter, which can make one name of another; no blank, which HTML skips.
DAMAGE = st.sampled_from([b"\x00", b"\xff", b"<", b";", b"|", b"{", b"]", b"\x1b", b"\xc3("])


@st.composite
def edits(draw: st.DrawFn, whole: bytes) -> bytes:
    """The body with a byte overwritten or put in up to three times, or cut."""
    body = whole
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(body) - 1))
        kind = draw(st.sampled_from(["overwrite", "insert", "cut"]))
        if kind == "overwrite":
            body = body[:at] + draw(DAMAGE) + body[at + 1 :]
        elif kind == "insert":
            body = body[:at] + draw(DAMAGE) + body[at:]
        elif at > 0:
            body = body[:at]
    return body


def _figures(parse: Parse, payload: bytes) -> set[tuple[object, ...]] | None:
    """The rows that a body gives; none where it is refused."""
    try:
        return set(parse(payload).collect(engine="in-memory").rows())
    except SourceError:
        return None


each_size = pytest.mark.parametrize("payloads", [PAYLOADS, MANY])


@each_size
@pytest.mark.parametrize("name", TEXTS)
def test_damaged_text(name: str, payloads: int, body: Build) -> None:
    """A damaged text body is refused, or holds no figure that the whole one does not."""
    whole, parse = body(name), TEXTS[name]
    before = _figures(parse, whole)
    assert before

    @given(edits(whole))
    @settings(tried, max_examples=payloads)
    def holds(damaged: bytes) -> None:
        got = _figures(parse, damaged)
        assert got is None or got <= before

    holds()


@each_size
@pytest.mark.parametrize("name", TEXTS)
def test_foreign_text(name: str, payloads: int, body: Build) -> None:
    """Whatever bytes stand in whatever place, nothing but a refusal escapes."""
    whole, parse = body(name), TEXTS[name]

    @given(
        st.integers(0, len(whole)), st.integers(0, 9), st.binary(max_size=4) | st.text(max_size=3)
    )
    @settings(tried, max_examples=payloads)
    def holds(at: int, less: int, patch: bytes | str) -> None:
        put = patch if isinstance(patch, bytes) else patch.encode()
        _figures(parse, whole[:at] + put + whole[at + less :])

    holds()


def _annual_rows() -> list[list[object]]:
    header: list[object] = ["Year", "S&P 500", "T.Bond Rate", "Implied ERP (FCFE)"]
    return [header, *([1960 + n, 58.0 + n, 0.03, 0.04] for n in range(9))]


@each_size
@pytest.mark.parametrize("sheet", ["Historical ERP", "Historical Impl Premiums"])
def test_damaged_new_workbook(
    sheet: str, payloads: int, new_workbook: Build, erp_rows: list[list[object]]
) -> None:
    """A damaged .xlsx is refused or unchanged: its parts carry checksums."""
    monthly = sheet == "Historical ERP"
    parse: Parse = parse_monthly if monthly else parse_annual
    whole = new_workbook(sheet, erp_rows if monthly else _annual_rows())
    before = _figures(parse, whole)
    assert before

    @given(binary_damage(whole))
    @settings(tried, max_examples=payloads)
    def holds(damaged: bytes) -> None:
        assert _figures(parse, damaged) in (None, before)

    holds()


@each_size
def test_damaged_old_workbook(
    payloads: int, old_workbook: Build, shiller_rows: list[list[str | float | None]]
) -> None:
    """A damaged .xls is refused, or each figure that can be checked is what it was.

    An .xls has no checksum: figures are held against the real columns, to a millionth. Yield and
    CAPE can be held against nothing in the sheet.
    """
    whole = old_workbook("Data", shiller_rows)
    before = {row[:2]: row[2] for row in _figures(parse_ie_data, whole) or ()}
    assert before

    @given(binary_damage(whole))
    @settings(tried, max_examples=payloads)
    def holds(damaged: bytes) -> None:
        for series_id, month, value in _figures(parse_ie_data, damaged) or ():
            if series_id not in ("shiller_gs10", "shiller_cape"):
                assert value == pytest.approx(before[series_id, month], rel=3e-6)

    holds()


@st.composite
def binary_damage(draw: st.DrawFn, whole: bytes) -> bytes:
    """Up to six bytes overwritten anywhere, or a cut."""
    if draw(st.booleans()):
        return whole[: draw(st.integers(0, len(whole) - 1))]
    damaged = bytearray(whole)
    for at in draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=6)):
        damaged[at] = draw(st.integers(0, 255))
    return bytes(damaged)
