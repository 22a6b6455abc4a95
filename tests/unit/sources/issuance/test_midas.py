"""MIDAS zips give market-wide rates by day, or are refused.

Layout of the fixtures: sec.gov, metrics by individual security; the counts are invented.
"""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from sources.errors import SourceError
from sources.midas import PAGE, left_out_of_metrics, link_on_page, parse_metrics

Body = Callable[[str], bytes]
Rowed = Callable[[pl.LazyFrame], list[tuple[object, ...]]]
Zipped = Callable[..., bytes]

TABLE, README, LINKS = (
    "sec/q2_2026_all.csv", "sec/README.txt", "sec/marketstructuredata-security.html",
)  # fmt: skip
FOLDER = "/files/opa/data/market-structure/metrics-individual-security"


@pytest.fixture
def quarter(body: Body, zipped: Zipped) -> Callable[[bytes], bytes]:
    """A quarter's zip around a table, as the publisher packs it."""
    return lambda table: zipped(README__txt=body(README), q2_2026_all__csv=table)


def test_rates_by_day(body: Body, rowed: Rowed, quarter: Callable[[bytes], bytes]) -> None:
    """Counts of all securities are summed before they are divided; repeated rows count once.

    On 1 April 60,000 cancels meet 3,000 trades, 1,000 hidden 4,000, 1,500 odd lots 4,000; on 2
    April one security states no odd lots; on 6 April nothing traded.
    """
    first, second = date(2026, 4, 1), date(2026, 4, 2)
    assert rowed(parse_metrics(quarter(body(TABLE)))) == [
        ("midas_cancel_to_trade", first, 20.0),
        ("midas_cancel_to_trade", second, 20.0),
        ("midas_hidden_rate", first, 0.25),
        ("midas_hidden_rate", second, 0.2),
        ("midas_odd_lot_rate", first, 0.375),
        ("midas_odd_lot_rate", second, 0.25),
    ]


def test_columns_by_name(body: Body, rowed: Rowed, quarter: Callable[[bytes], bytes]) -> None:
    """Columns in another order, and 2016's dates with a decimal point, give the same rates."""
    rows = [line.split(",") for line in body(TABLE).decode().splitlines()]
    turned = "\n".join(",".join(reversed(row)) for row in rows)
    dotted = turned.replace(",Stock,20260401", ",Stock,20260401.0")
    assert rowed(parse_metrics(quarter(dotted.encode()))) == rowed(
        parse_metrics(quarter(body(TABLE)))
    )


def test_contradicting_rows(body: Body, rowed: Rowed, quarter: Callable[[bytes], bytes]) -> None:
    """Two different counts of one security and day are both left out, and named."""
    table = body(TABLE).replace(b",100.0,1000.0,9.5", b",101.0,1000.0,9.5", 1)
    assert [row[0] for row in rowed(left_out_of_metrics(quarter(table)))] == [3, 4]
    rates = {row[:2]: row[2] for row in rowed(parse_metrics(quarter(table)))}
    assert rates["midas_hidden_rate", date(2026, 4, 1)] == 0.3
    assert rowed(left_out_of_metrics(quarter(body(TABLE)))) == []


def test_many_contradictions(body: Body, quarter: Callable[[bytes], bytes]) -> None:
    """More contradictions than an accident explains refuse the quarter."""
    rows = body(TABLE).splitlines(keepends=True)
    doubled = [row.replace(b"1000.0", b"1001.0") for row in rows[1:]]
    with pytest.raises(SourceError, match="contradict another"):
        parse_metrics(quarter(b"".join([*rows, *doubled])))


@pytest.mark.parametrize(("old", "new", "message"), [
    (b"Cancels", b"Cancelled", "header is"),
    (b"McapRank", b"Exchange", "by exchange"),
    (b"OddLots", b"Hidden", "header is"),
    (b",29960.0,", b",29960.5,", "column Cancels"),
    (b",29960.0,", b",-29960.0,", "column Cancels"),
    (b",29960.0,", b",2.9e4,", "column Cancels"),
    (b"20260402,", b"20260702,", "the quarter of"),
    (b"20260402,", b"20260404,", "Monday to Friday"),
    (b"20260402,", b"2026-04-02,", "column Date"),
    (b",ETF,", b",Bond,", "Stock or ETF"),
    (b"Stock,AKL", b"Stock,", "ticker"),
    (b"500.0,2000.0", b"9500.0,2000.0", "shares up to 1"),
    (b"20260406,", b'"20260406",', "unquoted"),
])  # fmt: skip
def test_changed_table(
    body: Body, quarter: Callable[[bytes], bytes], old: bytes, new: bytes, message: str
) -> None:
    """Another header, a strange cell, another quarter or an impossible rate: refused."""
    assert old in body(TABLE)
    with pytest.raises(SourceError, match=message):
        parse_metrics(quarter(body(TABLE).replace(old, new)))


def test_blank_and_zero_differ(body: Body, rowed: Rowed, quarter: Callable[[bytes], bytes]) -> None:
    """A security that states one count of a rate's two enters neither sum."""
    table = body(TABLE).replace(b"300.0,1000.0,51.2", b",1000.0,51.2")
    rates = {row[:2]: row[2] for row in rowed(parse_metrics(quarter(table)))}
    assert rates["midas_hidden_rate", date(2026, 4, 2)] == 0.1


@pytest.mark.parametrize(("names", "message"), [
    (("README__txt",), "holds 0 tables"),
    (("a__csv", "b__csv"), "holds 2 tables"),
    (("individual_security_2014_q2__zip",), "itself packed"),
    (("../a__csv",), "inside one folder"),
])  # fmt: skip
def test_strange_zip(body: Body, zipped: Zipped, names: tuple[str, ...], message: str) -> None:
    """Not one table, a zip inside the zip, or a name that climbs: refused."""
    packed = zipped(q__csv=body(TABLE))
    contents = {name: packed if name.endswith("zip") else body(TABLE) for name in names}
    with pytest.raises(SourceError, match=message):
        parse_metrics(zipped(**contents))


def test_no_zip(body: Body) -> None:
    """A page or a bare table is no zip."""
    with pytest.raises(SourceError, match="not a whole zip"):
        parse_metrics(body(TABLE))


def test_link_on_page(body: Body) -> None:
    """The newest quarter by individual security is found; files by exchange are not."""
    found = link_on_page(body(LINKS))
    assert found.path == f"{FOLDER}/individual_security_2026_q2.zip"
    assert found.expects == "zip"
    assert PAGE.expects == "html"


@pytest.mark.parametrize(("link", "path"), [
    (b"https://www.sec.gov/files/node/add/individual_security_2027_q1.zip",
     "/files/node/add/individual_security_2027_q1.zip"),
    (b"/files/indivual_security_2026_Q4.zip", "/files/indivual_security_2026_Q4.zip"),
    (b"/files/individual_security_2027_q10.zip", "/files/individual_security_2027_q10.zip"),
])  # fmt: skip
def test_link_spellings(body: Body, link: bytes, path: str) -> None:
    """Links to other folders and with the publisher's slips are read for what they are."""
    assert link_on_page(body(LINKS) + b'<a href="' + link + b'">').path == path


@pytest.mark.parametrize("link", [
    b"https://example.com/files/individual_security_2027_q1.zip",
    b"//example.com/files/individual_security_2027_q1.zip",
    b"/files/../individual_security_2027_q1.zip",
    b"/files/individual_security_2027_q1.zip?x=1",
    b"/files/individual_security_exchange_2027_q1.zip",
    b"/files/individual_security_2027_q5.zip",
])  # fmt: skip
def test_link_elsewhere_is_none(body: Body, link: bytes) -> None:
    """Links off the publisher's files, or to other files, are not followed."""
    found = link_on_page(body(LINKS) + b'<a href="' + link + b'">')
    assert found.path == f"{FOLDER}/individual_security_2026_q2.zip"


def test_page_without_link(body: Body) -> None:
    """No link, or two files of the newest quarter, is refused."""
    with pytest.raises(SourceError, match="0 links"):
        link_on_page(b"<html></html>")
    with pytest.raises(SourceError, match="of the newest quarter"):
        link_on_page(body(LINKS) + b'<a href="/files/individual_security_2026_q2.zip">')
