"""Parity lines, box rates, conversions and reversals on boards with a known rate."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pricing.board import Board, QuoteReason
from pricing.errors import PricingError
from pricing.parity import (
    Costs,
    ParityReason,
    Underlying,
    box_rate,
    conversions,
    parity_line,
    reversals,
    synthetic_forwards,
)

BoardOf = Callable[..., Board]
STRIKES = np.arange(80.0, 121.0, 1.0)
YEARS = 43_200.0 / 525_600.0


@pytest.mark.parametrize("method", ["ols", "theil_sen"])
def test_line_of_exact_board(board_of: BoardOf, method: str) -> None:
    """A board priced at one rate and forward gives both back."""
    line = parity_line(board_of(STRIKES, half_spread=0.001), method)
    assert line.discount == pytest.approx(np.exp(-0.04 * YEARS), abs=1e-12)
    assert line.forward == pytest.approx(100.0, abs=1e-9)
    assert line.box_rate == pytest.approx(0.04, abs=1e-9)
    assert line.reason is ParityReason.OK
    assert line.box_rate_error < 1e-9


def test_median_of_slopes_resists(board_of: BoardOf) -> None:
    """A few wrong quotes move the least-squares line, not Theil and Sen's."""
    board = board_of(STRIKES, half_spread=0.001)
    wrong = board.put_bid.copy(), board.put_ask.copy()
    for side in wrong:
        side[[18, 25, 30]] += 3.0
    board = replace(board, put_bid=wrong[0], put_ask=wrong[1])
    plain, robust = parity_line(board), parity_line(board, "theil_sen")
    assert plain.reason is ParityReason.POOR_FIT
    assert abs(plain.box_rate - 0.04) > 0.01
    assert robust.box_rate == pytest.approx(0.04, abs=1e-6)


def test_strikes_left_out(board_of: BoardOf) -> None:
    """Strikes beyond 15 % and strikes with one unusable side are named and do not count."""
    board = board_of(np.arange(70.0, 131.0, 1.0), half_spread=1e-6)
    board.put_bid[40] = 0.0
    board.call_ask[35] = np.nan
    line = parity_line(board)
    assert QuoteReason(line.quote_reason[40]) is QuoteReason.OTHER_SIDE_UNUSABLE
    assert QuoteReason(line.quote_reason[35]) is QuoteReason.NO_ASK
    used = board.strike[line.quote_reason == QuoteReason.USED]
    assert (used.min(), used.max()) == (87.0, 116.0)
    assert line.strikes == used.size == 28


@pytest.mark.parametrize(
    ("count", "reason"),
    [(9, ParityReason.TOO_FEW_STRIKES), (1, ParityReason.TOO_FEW_STRIKES),
     (10, ParityReason.OK)],
)  # fmt: skip
def test_too_few_strikes(board_of: BoardOf, count: int, reason: ParityReason) -> None:
    """Fewer than ten strikes make no line that may be used."""
    assert parity_line(board_of(95.0 + np.arange(float(count)))).reason is reason


def test_board_without_pairs(board_of: BoardOf) -> None:
    """A board on which no call and put are both quoted has no line."""
    board = board_of(STRIKES)
    line = parity_line(replace(board, put_bid=np.zeros(STRIKES.size)))
    assert line.reason is ParityReason.NO_FORWARD
    assert np.isnan(line.discount)


def test_sides_exchanged(board_of: BoardOf) -> None:
    """Calls and puts exchanged give a negative discount factor, which is named."""
    board = board_of(STRIKES)
    swapped = Board(STRIKES, board.put_bid, board.put_ask, board.call_bid, board.call_ask,
                    0.04, 43_200.0)  # fmt: skip
    line = parity_line(swapped)
    assert line.reason is ParityReason.NO_DISCOUNT
    assert np.isnan(line.forward)


def test_unknown_method(board_of: BoardOf) -> None:
    """A method of another name is refused."""
    with pytest.raises(PricingError, match="'ols' and 'theil_sen'"):
        parity_line(board_of(STRIKES), "ransac")  # type: ignore[arg-type]


def test_box_rate() -> None:
    """Strikes 4000 and 5000, half a year, 975 paid: three conventions (KAT-13)."""
    rate = box_rate(4000.0, 5000.0, 975.0, 0.5)
    assert float(rate.continuous) == pytest.approx(0.0506356, abs=5e-8)
    assert float(rate.annual) == pytest.approx(0.0519395, abs=5e-8)
    assert float(rate.simple) == pytest.approx(0.0512821, abs=5e-8)


@pytest.mark.parametrize(
    "box", [(5000.0, 4000.0, 975.0, 0.5), (4000.0, 5000.0, 0.0, 0.5), (4000.0, 5000.0, 975.0, 0.0),
            (np.nan, 5000.0, 975.0, 0.5)]
)  # fmt: skip
def test_no_box_rate(box: tuple[float, float, float, float]) -> None:
    """A box without a distance, a price or time has no rate."""
    assert np.isnan(box_rate(*box).continuous)


def test_fair_board_lists_nothing(board_of: BoardOf) -> None:
    """At fair prices conversions lend below the benchmark and reversals borrow above it."""
    board = board_of(STRIKES, half_spread=0.01)
    prepaid = 100.0 * np.exp(-0.04 * YEARS)
    underlying = Underlying(prepaid - 0.01, prepaid + 0.01)
    lent = conversions(board, underlying, 0.04)
    borrowed = reversals(board, underlying, 0.04)
    sound = board.is_paired
    assert (lent.rate[sound] < 0.04).all()
    assert (borrowed.rate[sound] > 0.04).all()
    assert not lent.is_listed.any()
    assert not borrowed.is_listed.any()
    assert np.isnan(lent.rate[~sound]).all()


def test_conversion_by_hand() -> None:
    """One conversion and one reversal, each figure worked out by hand."""
    side = np.array
    board = Board(side([100.0]), side([3.0]), side([3.2]), side([2.0]), side([2.1]), 0.0, 525_600.0)
    underlying = Underlying(97.0, 97.1)
    costs = Costs(fee=1.0, multiplier=100.0, financing=0.01)
    lent = conversions(board, underlying, 0.03, costs)
    # Paid 97.1 + 2.1 - 3.0 = 96.2; with costs 96.23.
    assert lent.rate[0] == pytest.approx(np.log(100.0 / 96.2))
    assert lent.edge_bp[0] == pytest.approx((np.log(100.0 / 96.23) - 0.03) * 1e4)
    assert lent.slippage_bp[0] == pytest.approx(0.5 * (0.2 + 0.1 + 0.1) / 100.0 * 1e4)
    assert lent.is_listed.tolist() == [True]
    borrowed = reversals(board, underlying, 0.05, costs)
    # Received 97.0 + 2.0 - 3.2 = 95.8; after costs 95.77.
    assert borrowed.rate[0] == pytest.approx(np.log(100.0 / 95.8))
    assert borrowed.edge_bp[0] == pytest.approx((0.05 - np.log(100.0 / 95.77)) * 1e4)
    assert borrowed.is_listed.tolist() == [True]


def test_slippage_keeps_off_the_list() -> None:
    """An edge that is less than twice the slippage is not listed."""
    side = np.array
    board = Board(side([100.0]), side([2.0]), side([4.0]), side([2.0]), side([3.0]), 0.0, 525_600.0)
    lent = conversions(board, Underlying(95.0, 95.2), 0.02)
    assert lent.edge_bp[0] > 10.0
    assert not lent.is_listed[0]


@pytest.mark.parametrize(
    ("excess", "contracts"), [(250.0, -3.0), (-330.0, 3.0), (99.0, 0.0), (np.nan, np.nan)]
)
def test_synthetic_forwards(excess: float, contracts: float) -> None:
    """Whole synthetic forwards against a delta, none within one contract."""
    found = synthetic_forwards(excess, 0.99)
    assert found == pytest.approx(contracts, nan_ok=True)
