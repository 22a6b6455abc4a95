"""VX futures: three files, one settlement each, and nothing that is no settlement."""

from collections.abc import Callable
from datetime import date

import pytest

from sources.cfe import (
    contract_requests,
    left_out_of_contract,
    left_out_settlements,
    parse_contract,
    parse_settlements,
    settlement_request,
    vx_expiry,
)
from sources.errors import SourceError

DAY = date(2026, 9, 8)
HEADER = "Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,Open Interest\n"
Sample = Callable[[str], bytes]


def _contract(*rows: str) -> list[tuple[date, date, float]]:
    payload = (HEADER + "".join(f"{row}\n" for row in rows)).encode()
    return parse_contract(payload).collect(engine="in-memory").rows()


def _row(day: str, settle: str, futures: str = "J (Apr 07)") -> str:
    return f"{day},{futures},0,0,0,0,{settle},0,0,0,0"


def test_request_of_a_day() -> None:
    """The day's file is asked for by its trade date."""
    remote = settlement_request(DAY)
    assert (remote.path, remote.params) == (
        "/us/futures/market_statistics/settlement/csv", (("dt", "2026-09-08"),))  # fmt: skip


@pytest.mark.parametrize(("month", "ends"), [
    (date(2004, 4, 1), []),
    (date(2005, 7, 1), []),
    (date(2007, 4, 1), ["CFE_J07_VX.csv"]),
    (date(2015, 10, 1), ["VX_2015-10-21.csv", "CFE_V15_VX.csv"]),
    (date(2026, 1, 1), ["VX_2026-01-21.csv"]),
])  # fmt: skip
def test_requests_of_a_contract(month: date, ends: list[str]) -> None:
    """By expiry where offered, the archive behind it or alone, nothing for unlisted months."""
    assert [remote.path.rsplit("/", 1)[1] for remote in contract_requests(month)] == ends


@pytest.mark.parametrize(("month", "expiry"), [
    pytest.param(date(2004, 7, 1), date(2004, 7, 14), id="earlier rule, July 2004"),
    pytest.param(date(2004, 10, 1), date(2004, 10, 13), id="earlier rule, October 2004"),
    pytest.param(date(2018, 2, 1), date(2018, 2, 14), id="ordinary"),
    pytest.param(date(2024, 6, 1), date(2024, 6, 18), id="the Wednesday is Juneteenth"),
    pytest.param(date(2025, 3, 9), date(2025, 3, 18), id="the Friday is Good Friday"),
])  # fmt: skip
def test_expiry_is_published_date(month: date, expiry: date) -> None:
    """A month's contract settles on the date in the exchange's calendar, holidays included."""
    assert vx_expiry(month) == expiry


def test_day_gives_monthly_contracts(published: Sample) -> None:
    """Of a day's file the monthly VX contracts are read, under their published expiries."""
    rows = parse_settlements(published("cfe/day.csv"), day=DAY).collect(engine="in-memory").rows()
    assert [row[1] for row in rows] == [
        date(2026, 9, 16), date(2026, 10, 21), date(2026, 11, 18), date(2026, 12, 16),
        date(2027, 1, 20), date(2027, 2, 17)]  # fmt: skip
    assert rows[0] == (DAY, date(2026, 9, 16), 17.15)


def test_day_names_what_it_leaves_out(published: Sample) -> None:
    """Weeklies and other products are recognized and left out with a reason and a line."""
    left = left_out_settlements(published("cfe/day.csv")).collect(engine="in-memory")
    assert left.get_column("line").to_list() == [2, 9, 10]
    assert left.row(0)[1:] == (
        "VX,VX36/U6,2026-09-09,16.05",
        "a weekly contract: untraded ones repeat one reference price",
    )
    assert left.get_column("reason").to_list()[1:] == ["another product, VXM",
                                                       "another product, VA"]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "named"), [
    ("VX/U6,2026-09-16", "VX/U6,2026-09-15", "line 3, column Expiration Date"),
    ("VX/U6,2026-09-16", "VX/V6,2026-09-16", "line 3, column Expiration Date"),
    ("VX/U6,2026-09-16", "VX/U7,2026-09-16", "line 3, column Expiration Date"),
    ("VX/U6,", "VX-U6,", "line 3, column Symbol"),
    (",17.1500", ",0", "line 3, column Price"),
    (",17.1500", ",1.7150", "line 3, column Price"),
    (",17.1500", ",", "line 3, column Price"),
    ("VXM,VXM", "vxm,VXM", "line 9, column Product"),
    ("Product,Symbol", "Symbol,Product", "header is"),
])  # fmt: skip
def test_day_contradiction_refused(published: Sample, old: str, new: str, named: str) -> None:
    """A symbol that contradicts its expiry, or a price that is none, names its line."""
    payload = published("cfe/day.csv").replace(old.encode(), new.encode(), 1)
    with pytest.raises(SourceError, match=named):
        parse_settlements(payload, day=DAY)


def test_day_of_one_row_refused() -> None:
    """The lone row that the undated address gives on settlement days is not a day."""
    payload = b"Product,Symbol,Expiration Date,Price\nVX,VX/U6,2026-09-16,17.15\n"
    with pytest.raises(SourceError, match="1 monthly VX contracts; a day has at least 6"):
        parse_settlements(payload, day=DAY)


def test_day_after_expiry_refused(published: Sample) -> None:
    """A contract that had expired by the trade date shows another day's file."""
    with pytest.raises(SourceError, match="no contract expired by 2026-09-17"):
        parse_settlements(published("cfe/day.csv"), day=date(2026, 9, 17))


def test_archive_file(published: Sample) -> None:
    """Disclaimer, mixed dates, trailing commas, blanks, tenths: one settlement per date."""
    payload = published("cfe/archive.csv")
    expiry = date(2007, 4, 18)
    assert parse_contract(payload).collect(engine="in-memory").rows() == [
        (date(2007, 3, 23), expiry, 15.03), (date(2007, 3, 26), expiry, 15.05),
        (date(2007, 3, 27), expiry, 15.15), (expiry, expiry, 12.62)]  # fmt: skip
    left = left_out_of_contract(payload).collect(engine="in-memory")
    assert left.rows() == [
        (3, "3/22/2007,J (Apr 07),0.00,0.00,0.00,0.00,0.00,0.00,0,0,0",
         "listed and not settled: a placeholder of 0 or 1")]  # fmt: skip


def test_contract_file(published: Sample) -> None:
    """The files of today: ISO dates, a four-digit year, whole numbers beside decimals."""
    rows = parse_contract(published("cfe/contract.csv")).collect(engine="in-memory").rows()
    expiry = date(2016, 1, 20)
    assert rows == [(date(2015, 4, 21), expiry, 18.9525), (expiry, expiry, 26.6625)]


def test_weekly_contract_left_out(published: Sample) -> None:
    """A file named by an expiry that is not the month's is a weekly's: no row, with a reason."""
    payload, weekly = published("cfe/contract.csv"), date(2016, 1, 27)
    assert parse_contract(payload, expiry=weekly).collect(engine="in-memory").is_empty()
    left = left_out_of_contract(payload, expiry=weekly).collect(engine="in-memory")
    assert left.get_column("reason").to_list() == ["a weekly contract"] * 3


def test_rescaling_starts_before_march_2007() -> None:
    """The last tenths are of 2007-03-23; from the 26th prices are the index's own."""
    rows = _contract(_row("03/23/2007", "150.30"), _row("03/26/2007", "15.05"))
    assert [settle for _, _, settle in rows] == [15.03, 15.05]


def test_already_rescaled_file_refused() -> None:
    """Had the exchange restated its old prices, dividing them again would go unseen."""
    with pytest.raises(SourceError, match=r"line 2, column Settle is '15\.03'.*ten times"):
        _contract(_row("03/23/2007", "15.03"))


@pytest.mark.parametrize("settle", ["0", "0.00", "1.00", "1"])
def test_listing_day_is_no_settlement(settle: str) -> None:
    """Zero, and the one that two contracts of 2008 began with, are placeholders."""
    rows = _contract(_row("03/26/2007", settle), _row("03/27/2007", "15.15"))
    assert [day for day, _, _ in rows] == [date(2007, 3, 27)]


@pytest.mark.parametrize(("row", "named"), [
    (_row("04/19/2007", "13"), "line 3, column Trade Date is .*up to the expiry, 2007-04-18"),
    (_row("03/27/2007", "15", "K (May 07)"), r"line 3, column Futures is 'K \(May 07\)'"),
    (_row("2007-03-27", "15"), "line 3, column Trade Date"),
    (_row("27/03/2007", "15"), "line 3, column Trade Date"),
    (_row("3/27/07", "15"), "line 3, column Trade Date"),
    (_row("03/27/2007", ""), "line 3, column Settle"),
    (_row("03/27/2007", "NaN"), "line 3, column Settle"),
    (_row("03/27/2007", "1.5"), "line 3, column Settle is '1.5'.*0, 1 or at least 5"),
    (_row("03/27/2007", "15") + ",7", "line 3 is"),
    (_row("03/27/2007", "15") + ",,,,", "line 3 is"),
    ("03/27/2007,J (Apr 07),0,0,0,0,15,0,0,0", "line 3 is"),
    ("03/27/2007,J (Apr 07),x,0,0,0,15,0,0,0,0", "line 3, column Open"),
    (_row("03/26/2007", "15.06"), "two different rows for 2007-03-26"),
])  # fmt: skip
def test_contract_contradiction_refused(row: str, named: str) -> None:
    """What a contract file cannot hold is refused with its line."""
    with pytest.raises(SourceError, match=named):
        _contract(_row("03/26/2007", "15.05"), row)


@pytest.mark.parametrize("futures", ["", "A (Apr 07)", "J (May 07)", "J (apr 07)", "J Apr 07"])
def test_unknown_contract_refused(futures: str) -> None:
    """A contract whose code and month do not agree has no expiry to be read."""
    with pytest.raises(SourceError, match="column Futures"):
        _contract(_row("03/26/2007", "15.05", futures))


def test_lines_count_from_the_top(published: Sample) -> None:
    """Below a disclaimer the line in a message is still the file's own."""
    payload = published("cfe/archive.csv").replace(b"15.15", b"15,15")
    with pytest.raises(SourceError, match="line 6 is"):
        parse_contract(payload)


def test_disclaimer_alone_refused() -> None:
    """A disclaimer with nothing below it is not a contract."""
    with pytest.raises(SourceError, match="line 2 is ''; accepted is 'Trade Date"):
        parse_contract(b"CFE data is compiled for the convenience of nobody.\n")
