"""What could not be had, told in a few lines."""

from flows.collect import Problem
from flows.troubles import lines


def test_nothing_is_no_line() -> None:
    """Without a problem there is nothing to say."""
    assert lines(()) == ()


def test_one_line_a_publisher() -> None:
    """Files of one publisher share a line with the first reason, without its address."""
    problems = [
        Problem("FRED", f"fred_{n}", "FRED: http://x.example/a?id=1 status 404; try later")
        for n in range(5)
    ]
    first, last = lines([*problems, "bls_prices: bls: data is empty; fetch it again"])[:2]
    assert first == "FRED (fred_0, fred_1, fred_2 and 2 more): status 404; try later"
    assert last == "not read (bls_prices): bls_prices: bls: data is empty; fetch it again"


def test_ten_lines_at_most() -> None:
    """However many publishers fail, ten lines, and where the rest stands."""
    found = lines([Problem(f"publisher {n}", f"file_{n}", "x" * 500) for n in range(30)])
    assert len(found) == 10
    assert found[-1].startswith("and 21 more publishers: 30 files")
    assert "volbrief sources" in found[-1]
    assert max(map(len, found)) <= 240
