"""The publishers' real files, where they are here: known values, and publishers that agree."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sources.damodaran_workbook import parse_monthly
from sources.fred import parse_graph
from sources.shiller import parse_ie_data, parse_mirror
from sources.treasury import parse_par_yields

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.real_data


def _bytes(name: str) -> bytes:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{path.name} is not here: not ours to redistribute")
    return path.read_bytes()


def _series(frame: pl.LazyFrame, series_id: str) -> dict[date, float]:
    rows = frame.collect(engine="in-memory").filter(pl.col("series_id") == series_id)
    return dict(rows.select("event_date", "value").rows())


def _graph(series_id: str) -> dict[date, float]:
    """An extract under FRED's own header, which its collector had renamed."""
    extract = _bytes(f"fred-extracts/{series_id}.csv")
    body = extract.replace(b"date,value", f"observation_date,{series_id}".encode(), 1)
    return _series(parse_graph(body, series_id=series_id), series_id)


def _curve(year: int) -> pl.LazyFrame:
    """A year as the Treasury writes it: quoted names and months first, which pandas had undone."""
    text = _bytes(f"treasury-par-yields/{year}-daily-treasury-rates.csv").decode()
    head, rows = text.split("\n", 1)
    names = ",".join(["Date", *(f'"{name}"' for name in head.split(",")[1:])])
    rows = re.sub(r"(?m)^(\d{4})-(\d\d)-(\d\d),", r"\2/\3/\1,", rows)
    return parse_par_yields(f"{names}\n{rows}".encode())


@pytest.mark.parametrize(("year", "sessions"), [(2021, 251), (2022, 249)])
@pytest.mark.parametrize(
    ("ours", "freds"),
    [("treasury_2y", "DGS2"), ("treasury_10y", "DGS10"), ("treasury_30y", "DGS30")],
)
def test_treasury_equals_fred(year: int, sessions: int, ours: str, freds: str) -> None:
    """Two publishers of one yield agree on every day of a year, to the last digit."""
    own = _series(_curve(year), ours)
    theirs = {day: value for day, value in _graph(freds).items() if day.year == year}
    assert len(own) == sessions
    assert own == {day: theirs[day] for day in own}
    assert set(theirs) - set(own) == set()


def test_four_month_bill_begins() -> None:
    """The 4-month tenor stands in the whole year's header and has rows from 19 October 2022."""
    own = _series(_curve(2022), "treasury_4m")
    assert min(own) == date(2022, 10, 19)
    assert own[date(2022, 12, 30)] == 4.69


def test_older_curve_equals_fred() -> None:
    """FRED's ten-year yield equals the Treasury's from 1990 to 2017, but for one day of 1991."""
    rows = csv.DictReader(io.StringIO(_bytes(
        "treasury-par-yields/treasury_curves_1990_2017.csv").decode()))  # fmt: skip
    theirs = {date.fromisoformat(row["Time Period"][:10]): float(row["10year"]) * 100
              for row in rows if row["10year"]}  # fmt: skip
    fred = _graph("DGS10")
    shared = sorted(set(fred) & set(theirs))
    assert len(shared) > 6_800
    differing = [day for day in shared if abs(fred[day] - theirs[day]) > 1e-9]
    assert differing == [date(1991, 1, 29)]  # 8.03 at FRED, 8.05 at the Treasury


@pytest.mark.parametrize(
    ("name", "series_id", "rows", "first", "last"),
    [
        ("CPIAUCNS_DATE-header_2024", "CPIAUCNS", 1334, 9.8, 310.326),
        ("FEDFUNDS_DATE-header_2024", "FEDFUNDS", 836, 0.8, 5.33),
        ("PPIACO_DATE-header_2024", "PPIACO", 1333, 12.1, 250.698),
        ("RBUSBIS_DATE-header_2024", "RBUSBIS", 361, 88.69, 107.57),
        ("VIXCLS_observation_date-header", "VIXCLS", 8318, 17.24, 21.67),
    ],
)
def test_graph_bodies(name: str, series_id: str, rows: int, first: float, last: float) -> None:
    """Bodies of both header styles are read untouched."""
    values = list(_series(parse_graph(_bytes(f"fredgraph-raw/{name}.csv"), series_id=series_id),
                          series_id).values())  # fmt: skip
    assert (len(values), values[0], values[-1]) == (rows, first, last)


def test_every_extract_is_read() -> None:
    """All FRED extracts pass the parser; each blank is left out and nothing else."""
    _bytes("fred-extracts/DGS10.csv")
    for path in sorted((SHARED / "fred-extracts").glob("*.csv")):
        filled = [line for line in path.read_text().splitlines()[1:] if not line.endswith(",")]
        assert len(_graph(path.stem)) == len(filled), path.stem


def test_graph_equals_extract() -> None:
    """FRED's keyless body and its API's extract of the same VIX closes are equal."""
    body = _bytes("fredgraph-raw/VIXCLS_observation_date-header.csv")
    assert _series(parse_graph(body), "VIXCLS") == _graph("VIXCLS")


def test_uncollected_cpi_stays_missing() -> None:
    """CPI of October 2025 has no row between its neighbours."""
    text = _bytes("cpi-us/cpiai.csv").decode()
    two = ["observation_date,CPIAUCNS", *(",".join(line.split(",")[:2])
           for line in text.splitlines()[1:])]  # fmt: skip
    cpi = _series(parse_graph(("\n".join(two) + "\n").encode()), "CPIAUCNS")
    assert date(2025, 10, 1) not in cpi
    assert {date(2025, 9, 1), date(2025, 11, 1)} < set(cpi)
    assert cpi[date(2026, 5, 1)] == 335.123


def test_erp_workbook_of_1904() -> None:
    """The extract put back into a 1904 workbook, fractions and serials, gives its own figures."""
    from openpyxl import Workbook  # noqa: PLC0415  # 0.2 s
    from openpyxl.utils.datetime import CALENDAR_MAC_1904  # noqa: PLC0415

    rows = list(csv.DictReader(io.StringIO(
        _bytes("damodaran-erp-monthly/erp_monthly.csv").decode())))  # fmt: skip
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "Historical ERP"
    sheet.append(["Start of month", "S&P 500", "T.Bond Rate", "ERP (T12m)", "Expected Return"])
    for row in rows:
        serial = (date.fromisoformat(row["date"]) - date(1904, 1, 1)).days
        shares = [float(row[name]) / 100 for name in ("tbond_rate", "erp_t12m", "expected_return")]
        sheet.append([serial, float(row["sp500"]), *shares])
    held = io.BytesIO()
    book.save(held)
    premium = _series(parse_monthly(held.getvalue()), "erp_damodaran_published")
    told = {date.fromisoformat(row["date"]): float(row["erp_t12m"]) for row in rows}
    assert premium == pytest.approx({day: value / 100 for day, value in told.items()}, abs=1e-12)
    assert len(premium) == 172
    above = [day for day, value in premium.items() if value > 0.065]
    assert [day.isoformat()[:7] for day in above] == [
        "2008-12", "2009-02", "2009-03", "2009-04", "2011-10", "2011-12", "2012-01", "2012-02",
        "2012-03", "2012-04", "2012-05", "2012-06", "2012-07", "2012-08", "2015-10", "2016-03",
    ]  # fmt: skip


def test_shiller_workbook() -> None:
    """1,833 months of the Yale edition, its tail without dividends and its head without CAPE."""
    frame = parse_ie_data(_bytes("shiller/ie_data_2023-09.xls"))
    price, paid = _series(frame, "shiller_price"), _series(frame, "shiller_dividend")
    cape = _series(frame, "shiller_cape")
    assert (len(price), min(price), max(price)) == (1833, date(1871, 1, 1), date(2023, 9, 1))
    assert price[date(1871, 1, 1)] == 4.44
    assert price[date(2023, 9, 1)] == 4515.77
    assert max(paid) == date(2023, 6, 1)
    assert min(cape) == date(1881, 1, 1)
    assert {day.month for day in price if day.year == 2022} == set(range(1, 13))


def test_shiller_mirror() -> None:
    """The mirror carries the price on; dividends end in June 2023, all else in September."""
    frame = parse_mirror(_bytes("shiller/data.csv"))
    price, cpi = _series(frame, "shiller_price"), _series(frame, "shiller_cpi")
    assert (len(price), max(price)) == (1866, date(2026, 6, 1))
    assert max(_series(frame, "shiller_dividend")) == date(2023, 6, 1)
    assert max(cpi) == date(2023, 9, 1)
    assert price[date(2025, 10, 1)] > 0


def test_mirror_equals_workbook() -> None:
    """Price, dividend, earnings and yield of mirror and workbook agree to the mirror's digits."""
    workbook, mirror = (_bytes("shiller/ie_data_2023-09.xls"), _bytes("shiller/data.csv"))
    for name in ("shiller_price", "shiller_dividend", "shiller_earnings", "shiller_gs10"):
        own, theirs = _series(parse_ie_data(workbook), name), _series(parse_mirror(mirror), name)
        shared = [day for day in own if day in theirs and day < date(2023, 1, 1)]
        assert len(shared) == 1824
        assert [day for day in shared if abs(own[day] - theirs[day]) > 0.0051] == []


def test_shiller_yield_is_freds() -> None:
    """Shiller's ten-year yield is the month's mean of FRED's daily one."""
    shiller = _series(parse_ie_data(_bytes("shiller/ie_data_2023-09.xls")), "shiller_gs10")
    daily = _graph("DGS10")
    for month in (date(1987, 10, 1), date(2008, 10, 1), date(2020, 3, 1), date(2022, 6, 1)):
        held = [value for day, value in daily.items() if day.replace(day=1) == month]
        assert shiller[month] == pytest.approx(sum(held) / len(held), abs=0.006)
