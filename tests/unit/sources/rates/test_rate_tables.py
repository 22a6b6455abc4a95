"""The Treasury's, FRED's and the mirror's text tables give published figures or are refused."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from sources.errors import SourceError
from sources.fred import graph_request, parse_graph
from sources.shiller import parse_mirror
from sources.treasury import curve_requests, parse_par_yields, parse_real_yields

Parse = Callable[[bytes], pl.LazyFrame]
Body = Callable[[str], bytes]
TABLES: list[tuple[Parse, str]] = [
    (parse_par_yields, "treasury/par_2025.csv"),
    (parse_real_yields, "treasury/real_2026.csv"),
    (parse_graph, "fred/graph_2024.csv"),
    (parse_mirror, "shiller/mirror.csv"),
]
each_table = pytest.mark.parametrize(("parse", "name"), TABLES)


def _by_series(frame: pl.LazyFrame) -> dict[tuple[str, date], float]:
    rows = frame.collect(engine="in-memory")
    assert rows.columns == ["series_id", "event_date", "value"]
    return {(series_id, day): value for series_id, day, value in rows.rows()}


def test_par_curve(body: Body) -> None:
    """Fourteen tenors in percent; one that was not issued yet has no row; negatives stay."""
    figures = _by_series(parse_par_yields(body("treasury/par_2025.csv")))
    assert len(figures) == 27
    assert figures["treasury_6w", date(2025, 2, 18)] == 3.73
    assert ("treasury_6w", date(2025, 2, 14)) not in figures
    assert figures["treasury_10y", date(2025, 2, 18)] == 4.49
    assert figures["treasury_30y", date(2025, 2, 14)] == -0.05


def test_older_par_curve(body: Body) -> None:
    """An older header has fewer tenors, and the 30-year of 2005 has no rows."""
    figures = _by_series(parse_par_yields(body("treasury/par_2005.csv")))
    assert figures["treasury_2y", date(2005, 1, 3)] == 3.10
    assert {series_id for series_id, _ in figures}.isdisjoint({"treasury_30y", "treasury_4m"})


def test_real_curve(body: Body) -> None:
    """The real curve has its own names."""
    figures = _by_series(parse_real_yields(body("treasury/real_2026.csv")))
    assert figures["treasury_real_10y", date(2026, 10, 2)] == 2.92
    assert len(figures) == 10


def test_new_tenor_left_out(body: Body) -> None:
    """A tenor that the Treasury adds changes no other figure."""
    wider = body("treasury/par_2025.csv").replace(b'"10 Yr"', b'"8 Yr","10 Yr"')
    wider = wider.replace(b"4.35,4.49", b"4.35,9.99,4.49").replace(b"4.36,4.50", b"4.36,9.99,4.50")
    expected = _by_series(parse_par_yields(body("treasury/par_2025.csv")))
    assert _by_series(parse_par_yields(wider)) == expected


@pytest.mark.parametrize("name", ["fred/graph_2024.csv", "fred/graph_2026.csv"])
def test_both_graph_headers(name: str, body: Body) -> None:
    """DATE and observation_date, a point and nothing: two figures and no third."""
    figures = _by_series(parse_graph(body(name)))
    assert list(figures.values()) == ([4.36, 4.28] if "2024" in name else [324.5, 325.0])


def test_missing_cpi_stays_missing(body: Body) -> None:
    """October 2025, never collected, has no row between September and November."""
    months = [day for _, day in _by_series(parse_graph(body("fred/graph_2026.csv")))]
    assert months == [date(2025, 9, 1), date(2025, 11, 1)]


def test_other_series_refused(body: Body) -> None:
    """A body of another series than was asked for is refused."""
    with pytest.raises(SourceError, match=r"header is 'DATE,DGS10'.*'observation_date,DGS2'"):
        parse_graph(body("fred/graph_2024.csv"), series_id="DGS2")


def test_zip_refused() -> None:
    """Several series of different frequency come as a zip, which is said."""
    with pytest.raises(SourceError, match="one id a request"):
        parse_graph(b"PK\x03\x04rest")


def test_mirror_zero_is_missing(body: Body) -> None:
    """The mirror's 0.0 is no dividend, yield or CAPE; its price remains."""
    figures = _by_series(parse_mirror(body("shiller/mirror.csv")))
    assert figures["shiller_price", date(2023, 7, 1)] == 4508.08
    assert [series_id for series_id, day in figures if day == date(2023, 7, 1)] == ["shiller_price"]
    assert ("shiller_cape", date(1871, 1, 1)) not in figures


@each_table
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_fault_f01_marks_tolerated(
    parse: Parse, name: str, start: bytes, end: bytes, *, body: Body
) -> None:
    """A byte-order mark and CRLF change no figure."""
    altered = start + body(name).replace(b"\n", end)
    assert _by_series(parse(altered)) == _by_series(parse(body(name)))


@each_table
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_fault_f01_other_encodings_refused(
    parse: Parse, name: str, encoding: str, body: Body
) -> None:
    """Another encoding is refused."""
    with pytest.raises(SourceError):
        parse(body(name).decode().encode(encoding))


@each_table
@pytest.mark.parametrize("old_new", [(b"\n", b"\r"), (b",", b"\x00,"), (b"\n", b"\n\xe9")])
def test_fault_f01_bytes_refused(
    parse: Parse, name: str, old_new: tuple[bytes, bytes], body: Body
) -> None:
    """Lone carriage returns, NUL and Latin-1 are refused."""
    with pytest.raises(SourceError):
        parse(body(name).replace(*old_new))


@each_table
def test_fault_f02_columns_refused(parse: Parse, name: str, body: Body) -> None:
    """A column renamed, missing, doubled or unknown refuses the file."""
    header, rest = body(name).split(b"\n", 1)
    names = header.split(b",")
    lines = rest.rstrip(b"\n").split(b"\n")
    headers = [
        b",".join([*names[:-1], b"Other"]),
        b",".join(names[:-1]),
        b",".join([*names[:-1], names[-2]]),
        b",".join([b"When", *names[1:]]),
    ]
    for other in headers:
        with pytest.raises(SourceError):
            parse(other + b"\n" + rest)
    wider = [header + b",Note", *(line + b",1.0" for line in lines)]
    narrower = [b",".join(line.split(b",")[1:]) for line in (header, *lines)]
    for table in (wider, narrower):
        with pytest.raises(SourceError):
            parse(b"\n".join(table) + b"\n")


@pytest.mark.parametrize(("parse", "name"), [TABLES[0], TABLES[1], TABLES[3]])
def test_fault_f04_swapped_names_refused(parse: Parse, name: str, body: Body) -> None:
    """Two column names exchanged refuse the file: tenors ascend, other headers are exact."""
    header, rest = body(name).split(b"\n", 1)
    names = header.split(b",")
    names[2], names[4] = names[4], names[2]
    with pytest.raises(SourceError, match="header is"):
        parse(b",".join(names) + b"\n" + rest)


@each_table
def test_fault_f05_cut_anywhere_refused(parse: Parse, name: str, body: Body) -> None:
    """A body cut inside a line is refused; cut behind a line it holds fewer rows, none altered."""
    whole = body(name)
    figures = _by_series(parse(whole))
    for end in range(len(whole)):
        cut = whole[:end]
        if cut.endswith(b"\n") and cut.count(b"\n") > 1:
            assert _by_series(parse(cut)).items() < figures.items()
        else:
            with pytest.raises(SourceError):
                parse(cut)


def _with_cell(table: bytes, cell: str) -> bytes:
    head, first, rest = table.split(b"\n", 2)
    cells = first.split(b",")
    cells[1] = cell.encode()
    return b"\n".join([head, b",".join(cells), rest])


@each_table
@pytest.mark.parametrize("token", ["N/A", "#N/A", "-", "null", "NA", "ND", "..", " ", "n.a."])
def test_fault_f06_other_blanks_refused(parse: Parse, name: str, token: str, body: Body) -> None:
    """A missing mark that is not this publisher's is refused."""
    with pytest.raises(SourceError, match="line 2, column"):
        parse(_with_cell(body(name), token))


@pytest.mark.parametrize(("parse", "name"), [TABLES[0], TABLES[1], TABLES[3]])
def test_fault_f06_point_is_freds_alone(parse: Parse, name: str, body: Body) -> None:
    """A point is a blank in FRED's files only."""
    with pytest.raises(SourceError, match="line 2, column"):
        parse(_with_cell(body(name), "."))


@each_table
@pytest.mark.parametrize(
    "cell", ["NaN", "inf", "1e308", "1e309", "1e2", "1_000", '"1,234.5"', "0x10", "+1", "1.", ".5",
             "\u0661.5", "1 000", "4,5", "=1+1", "--1", "1.2.3"],
)  # fmt: skip
def test_fault_f07_odd_numbers_refused(parse: Parse, name: str, cell: str, body: Body) -> None:
    """What a looser reader takes for a number is refused."""
    with pytest.raises(SourceError):
        parse(_with_cell(body(name), cell))


def _with_day(table: bytes, day: str) -> bytes:
    head, first, rest = table.split(b"\n", 2)
    return b"\n".join([head, day.encode() + b"," + first.split(b",", 1)[1], rest])


@each_table
@pytest.mark.parametrize(
    "day", ["45000", "1714521600", "1714521600000", "05/06/24", "24-05-06", "2024/05/06",
            "06.05.2024", "2024-13-01", "13/32/2024", "20240506", "2024-02-30", "May 6, 2024", ""],
)  # fmt: skip
def test_fault_f08_other_dates_refused(parse: Parse, name: str, day: str, body: Body) -> None:
    """One layout a publisher: serials, epochs and other layouts are refused."""
    with pytest.raises(SourceError):
        parse(_with_day(body(name), day))


def test_fault_f08_treasury_iso_refused(body: Body) -> None:
    """The Treasury writes month first; an ISO date is another file."""
    with pytest.raises(SourceError, match="accepted is a date as %m/%d/%Y"):
        parse_par_yields(_with_day(body("treasury/par_2025.csv"), "2025-02-18"))


@each_table
def test_fault_f09_repeated_days(parse: Parse, name: str, body: Body) -> None:
    """A row said twice counts once; said twice with another figure it refuses the file."""
    whole = body(name)
    last = whole.rstrip(b"\n").split(b"\n")[-1]
    assert _by_series(parse(whole + last + b"\n")) == _by_series(parse(whole))
    cells = last.split(b",")
    cells[1] = b"7.77"
    with pytest.raises(SourceError, match="accepted is one row each"):
        parse(whole + b",".join(cells) + b"\n")


@each_table
def test_fault_f10_order_is_ours(parse: Parse, name: str, body: Body) -> None:
    """Rows in another order give the same frame, in order of series and date."""
    head, *rows = body(name).rstrip(b"\n").split(b"\n")
    turned = parse(b"\n".join([head, *reversed(rows)]) + b"\n").collect(engine="in-memory")
    straight = parse(body(name)).collect(engine="in-memory")
    assert turned.equals(straight)
    assert straight.equals(straight.sort("series_id", "event_date"))


@pytest.mark.parametrize(("parse", "name"), TABLES[:2])
@pytest.mark.parametrize("day", ["02/15/2025", "02/16/2025", "12/31/1799", "01/01/2101"])
def test_fault_f11_impossible_days_refused(parse: Parse, name: str, day: str, body: Body) -> None:
    """The Treasury has no yields on weekends, nor before its time or long after ours."""
    with pytest.raises(SourceError, match="line 2, column Date"):
        parse(_with_day(body(name), day))


@each_table
@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html><body>Log in</body></html>\n", b"\n", b""])
def test_fault_n06_page_refused(parse: Parse, name: str, page: bytes, body: Body) -> None:
    """A web page, an empty body and a header alone are no table."""
    with pytest.raises(SourceError):
        parse(page)
    with pytest.raises(SourceError):
        parse(body(name).split(b"\n")[0] + b"\n")


def test_addresses() -> None:
    """Requests ask for a year's curve, and for one FRED series."""
    par, real = curve_requests(2026).values()
    assert par.path.endswith("/daily-treasury-rates.csv/2026/all")
    assert ("type", "daily_treasury_yield_curve") in par.params
    assert ("type", "daily_treasury_real_yield_curve") in real.params
    assert graph_request("DGS10").params == (("id", "DGS10"),)
