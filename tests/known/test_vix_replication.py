"""Model-free variance against the exchange's published boards and worked example."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pricing.board import Board, Floats, QuoteReason
from pricing.variance import (
    Strip,
    VarianceIndex,
    strip_skew,
    strip_svix_squared,
    strip_variance,
    variance_index,
)

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "vix-whitepaper-chain"
YEAR = 525_600.0
# Cboe Volatility Index methodology, worked example: strike and mid of every quote that counts.
NEAR_STRIP = """
1370:0.2 1375:0.125 1380:0.15 1385:0.225 1390:0.225 1395:0.125 1400:0.125 1410:0.225 1420:0.225
1425:0.175 1430:0.225 1435:0.275 1440:0.175 1445:0.225 1450:0.2 1455:0.25 1460:0.25 1465:0.25
1470:0.25 1475:0.2 1480:0.25 1485:0.35 1490:0.175 1495:0.275 1500:0.325 1505:0.325 1510:0.3
1515:0.3 1520:0.35 1525:0.35 1530:0.325 1535:0.375 1540:0.375 1545:0.375 1550:0.5 1555:0.425
1560:0.425 1565:0.425 1570:0.475 1575:0.55 1580:0.525 1585:0.525 1590:0.525 1595:0.525 1600:0.675
1605:0.575 1610:0.625 1615:0.625 1620:0.625 1625:0.675 1630:0.675 1635:0.725 1640:0.725 1645:0.775
1650:0.675 1655:0.825 1660:0.825 1665:0.875 1670:0.875 1675:0.925 1680:0.975 1685:1.025 1690:1.025
1695:1.075 1700:1.125 1705:1.125 1710:1.175 1715:1.225 1720:1.275 1725:1.325 1730:1.375 1735:1.425
1740:1.475 1745:1.55 1750:1.6 1755:1.675 1760:1.75 1765:1.825 1770:1.9 1775:2 1780:2.075
1785:2.175 1790:2.25 1795:2.375 1800:2.525 1805:2.625 1810:2.775 1815:2.95 1820:3.075 1825:3.3
1830:3.45 1835:3.65 1840:3.9 1845:4.1 1850:4.35 1855:4.65 1860:4.95 1865:5.25 1870:5.6 1875:6
1880:6.4 1885:6.85 1890:7.35 1895:7.9 1900:8.3 1905:9 1910:9.65 1915:10.6 1920:11.4 1925:12.1
1930:13.25 1935:14.15 1940:15.25 1945:16.55 1950:18.25 1955:19.75 1960:22.775 1965:21.05 1970:18.1
1975:15.25 1980:12.75 1985:10.45 1990:8.45 1995:6.65 2000:4.95 2005:3.8 2010:2.875 2015:2.025
2020:1.45 2025:1.125 2030:0.725 2035:0.525 2040:0.5 2045:0.4 2050:0.25 2055:0.325 2060:0.225
2065:0.175 2070:0.15 2075:0.15 2080:0.25 2085:0.225 2090:0.1 2095:0.2 2100:0.1 2125:0.1
"""
NEXT_STRIP = """
1275:0.075 1325:0.15 1350:0.15 1375:0.175 1400:0.2 1425:0.25 1450:0.3 1475:0.35 1500:0.4
1510:0.425 1520:0.45 1525:0.475 1530:0.5 1540:0.525 1550:0.55 1555:0.575 1560:0.6 1565:0.625
1570:0.65 1575:0.675 1580:0.675 1585:0.7 1590:0.725 1595:0.75 1600:0.775 1605:0.8 1610:0.825
1615:0.85 1620:0.875 1625:0.9 1630:0.95 1635:0.975 1640:1 1645:1.025 1650:1.075 1655:1.1 1660:1.15
1665:1.2 1670:1.225 1675:1.275 1680:1.325 1685:1.375 1690:1.425 1695:1.475 1700:1.525 1705:1.6
1710:1.675 1715:1.725 1720:1.8 1725:1.85 1730:1.925 1735:2 1740:2.1 1745:2.175 1750:2.275
1755:2.375 1760:2.475 1765:2.575 1770:2.725 1775:2.825 1780:3 1785:3.1 1790:3.25 1795:3.45
1800:3.6 1805:3.8 1810:3.95 1815:4.2 1820:4.4 1825:4.65 1830:4.9 1835:5.15 1840:5.45 1845:5.75
1850:6.05 1855:6.45 1860:6.75 1865:7.15 1870:7.65 1875:8.15 1880:8.6 1885:9.2 1890:9.75 1895:10.4
1900:11.1 1905:11.8 1910:12.6 1915:13.45 1920:14.4 1925:15.4 1930:16.4 1935:17.6 1940:18.8
1945:20.2 1950:21.6 1955:23.2 1960:26.1 1965:24.15 1970:21.1 1975:18.3 1980:15.7 1985:13.3
1990:11.1 1995:9.15 2000:7.4 2005:5.85 2010:4.65 2015:3.55 2020:2.7 2025:2.05 2030:1.55 2035:1.15
2040:0.875 2045:0.675 2050:0.575 2060:0.35 2070:0.25 2075:0.2 2100:0.15 2125:0.1 2150:0.1
2200:0.075
"""
Boards = Callable[[str], Floats]


def _strip(text: str) -> tuple[Floats, Floats]:
    pairs = [pair.split(":") for pair in text.split()]
    return np.array([float(k) for k, _ in pairs]), np.array([float(q) for _, q in pairs])


@pytest.fixture(scope="module")
def read() -> Boards:
    """Rows of strike, call bid, call ask, put bid, put ask of a published board."""

    def of(name: str) -> Floats:
        file, _, days = name.partition("@")
        if not (SHARED / file).is_file():
            pytest.skip(f"{SHARED / file}: needs market files that are not ours to redistribute")
        if not days:
            return np.loadtxt(SHARED / file)
        rows = np.loadtxt(SHARED / file, delimiter=",", skiprows=1)
        return rows[rows[:, 1] == float(days)][:, 2:]

    return of


@pytest.fixture(scope="module")
def edition_2014(read: Boards) -> VarianceIndex:
    """The white paper's board with its own clock and rates."""
    return variance_index(
        Board.of(read("vixnearterm.dat"), 0.000305, 35_924.0),
        Board.of(read("vixnextterm.dat"), 0.000286, 46_394.0),
    )


@pytest.fixture(scope="module")
def edition_2019(read: Boards) -> VarianceIndex:
    """The same board with the clock and rates of the later methodology."""
    return variance_index(
        Board.of(read("vixnearterm.dat"), 0.00031664, 34_484.0),
        Board.of(read("vixnextterm.dat"), 0.00028797, 44_954.0),
    )


@pytest.fixture(scope="module")
def edition_2009(read: Boards) -> VarianceIndex:
    """The board of the 2009 white paper."""
    return variance_index(
        Board.of(read("options_2009.csv@9"), 0.0038, 12_960.0),
        Board.of(read("options_2009.csv@37"), 0.0038, 53_280.0),
    )


@pytest.mark.parametrize(
    ("text", "forward", "rate", "minutes", "count", "variance"),
    [
        (NEAR_STRIP, 1962.89996, 0.00031664, 34_484.0, 146, 0.019233906),
        (NEXT_STRIP, 1962.40006, 0.00028797, 44_954.0, 122, 0.019423884),
    ],
    ids=["near", "next"],
)
def test_worked_example_variance(
    text: str, forward: float, rate: float, minutes: float, count: int, variance: float
) -> None:
    """The worked example's strip gives its published variance (KAT-04)."""
    strike, quote = _strip(text)
    found = strip_variance(strike, quote, forward, 1960.0, rate, minutes / YEAR)
    assert strike.size == count
    assert found == pytest.approx(variance, abs=5e-10)


def test_worked_example_svix() -> None:
    """The worked example's strips give an SVIX of 13.3391 (KAT-19)."""
    times = 34_484.0 / YEAR, 44_954.0 / YEAR
    near = strip_svix_squared(*_strip(NEAR_STRIP), 1962.89996, 0.00031664, times[0])
    next_ = strip_svix_squared(*_strip(NEXT_STRIP), 1962.40006, 0.00028797, times[1])
    weight = (44_954.0 - 43_200.0) / (44_954.0 - 34_484.0)
    total = (near * times[0] * weight + next_ * times[1] * (1.0 - weight)) * YEAR / 43_200.0
    assert 100.0 * np.sqrt(total) == pytest.approx(13.3391, abs=5e-5)


@pytest.mark.real_data
def test_vix_of_2014_edition(edition_2014: VarianceIndex) -> None:
    """The white paper's board gives VIX 13.69, its variances and its forwards (KAT-05)."""
    assert round(edition_2014.vix, 2) == 13.69
    assert edition_2014.vix == pytest.approx(13.685821, abs=1e-6)
    assert edition_2014.near.variance == pytest.approx(0.01846292, abs=5e-9)
    assert edition_2014.next_.variance == pytest.approx(0.01882101, abs=5e-9)
    assert round(edition_2014.near.forward, 2) == 1962.90
    assert round(edition_2014.next_.forward, 2) == 1962.40


@pytest.mark.real_data
def test_vix_of_2019_edition(edition_2019: VarianceIndex) -> None:
    """The same board with the later clock gives VIX 13.93 (KAT-04)."""
    assert round(edition_2019.vix, 2) == 13.93
    assert edition_2019.vix == pytest.approx(13.927842, abs=1e-6)
    assert edition_2019.near.center == edition_2019.next_.center == 1960.0


@pytest.mark.real_data
def test_vix_of_2009_edition(edition_2009: VarianceIndex) -> None:
    """The board of 2009 gives VIX 61.22 (KAT-06)."""
    assert round(edition_2009.vix, 2) == 61.22
    assert edition_2009.near.variance == pytest.approx(0.47277, abs=5e-6)
    assert edition_2009.next_.variance == pytest.approx(0.36682, abs=5e-6)
    assert round(edition_2009.near.forward, 2) == 920.50
    assert round(edition_2009.next_.forward, 2) == 921.00
    assert edition_2009.near.center == 920.0


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("edition", "svix", "ratio"),
    [
        ("edition_2014", 13.1133, 0.9181),
        ("edition_2019", 13.3391, 0.9172),
        ("edition_2009", 54.609, 0.7957),
    ],
)
def test_svix(edition: str, svix: float, ratio: float, request: pytest.FixtureRequest) -> None:
    """SVIX of each board, and its share of the VIX's variance (KAT-19)."""
    index: VarianceIndex = request.getfixturevalue(edition)
    assert index.svix == pytest.approx(svix, abs=1e-3)
    assert (index.svix / index.vix) ** 2 == pytest.approx(ratio, abs=1e-4)


@pytest.mark.real_data
def test_skew(edition_2014: VarianceIndex, edition_2009: VarianceIndex) -> None:
    """SKEW of the boards: 137, and 132 for the later expiry of 2009 (inputs of KAT-18)."""
    assert round(edition_2014.skew) == 137
    assert round(100.0 - 10.0 * strip_skew(edition_2009.next_)) == 132


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("term", "text"), [("near", NEAR_STRIP), ("next_", NEXT_STRIP)], ids=["near", "next"]
)
def test_selected_quotes(edition_2019: VarianceIndex, term: str, text: str) -> None:
    """The board's selection is the published strip, strike by strike and mid by mid."""
    strip: Strip = getattr(edition_2019, term)
    strike, quote = _strip(text)
    assert strip.strike.tolist() == strike.tolist()
    assert strip.quote == pytest.approx(quote, abs=1e-9)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("term", "strike", "width"),
    [("near", 1400, 7.5), ("near", 1410, 10.0), ("near", 1420, 7.5), ("near", 2100, 15.0),
     ("next_", 1275, 50.0), ("next_", 1325, 37.5)],
)  # fmt: skip
def test_widths(edition_2014: VarianceIndex, term: str, strike: float, width: float) -> None:
    """Widths come from the strikes that survive."""
    strip: Strip = getattr(edition_2014, term)
    assert strip.delta_strike[strip.strike == strike].tolist() == [width]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("term", "file", "side", "strike", "reason"),
    [
        ("near", "vixnearterm.dat", "put", 1365, QuoteReason.ZERO_BID),
        ("near", "vixnearterm.dat", "put", 1360, QuoteReason.ZERO_BID),
        ("near", "vixnearterm.dat", "put", 1355, QuoteReason.AFTER_TWO_ZERO_BIDS),
        ("near", "vixnearterm.dat", "put", 1350, QuoteReason.AFTER_TWO_ZERO_BIDS),
        ("near", "vixnearterm.dat", "put", 1345, QuoteReason.AFTER_TWO_ZERO_BIDS),
        ("near", "vixnearterm.dat", "put", 1405, QuoteReason.ZERO_BID),
        ("near", "vixnearterm.dat", "put", 1415, QuoteReason.ZERO_BID),
        ("near", "vixnearterm.dat", "call", 2120, QuoteReason.ZERO_BID),
        ("near", "vixnearterm.dat", "call", 2125, QuoteReason.USED),
        ("near", "vixnearterm.dat", "call", 2150, QuoteReason.ZERO_BID),
        ("near", "vixnearterm.dat", "call", 2225, QuoteReason.AFTER_TWO_ZERO_BIDS),
        ("near", "vixnearterm.dat", "call", 1955, QuoteReason.IN_THE_MONEY),
        ("next_", "vixnextterm.dat", "put", 1250, QuoteReason.ZERO_BID),
        ("next_", "vixnextterm.dat", "put", 1300, QuoteReason.ZERO_BID),
    ],
)
def test_reasons(  # noqa: PLR0913, PLR0917
    edition_2014: VarianceIndex, read: Boards, term: str, file: str, side: str, strike: float,
    reason: QuoteReason,
) -> None:  # fmt: skip
    """Each quote that the published example leaves out says why."""
    strip: Strip = getattr(edition_2014, term)
    place = int(np.searchsorted(read(file)[:, 0], strike))
    codes = strip.put_reason if side == "put" else strip.call_reason
    assert QuoteReason(codes[place]) is reason
