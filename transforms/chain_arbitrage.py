"""Quotes of one expiry that pay for what cannot lose: counted, so that a bad chain is seen.

A breach is one that bids and asks allow, not one of mids: whoever trades it receives money today.

Source:
    Merton (1973), Theory of rational option pricing; Gatheral and Jacquier (2014); methodology 14.3.
"""

import numpy as np

from pricing.board import Board, Bools, Floats, QuoteReason
from pricing.surface import SmileQuotes

_TOLERANCE = 1e-9  # index points, and total variance


def vertical_breaches(board: Board, discount: float) -> int:
    """Neighboring strikes whose quotes pay for a vertical spread.

    A call is worth no less than one of a higher strike, and no more than it by above the discounted
    distance; a put the other way round.

    Args:
        board: quotes of one expiry.
        discount: factor to it; without one (NaN) only the first is judged.
    """
    return sum(_verticals(*side, discount) for side in _sides(board))


def butterfly_breaches(board: Board) -> int:
    """Three neighboring strikes at which the wings' asks cost less than the middle's bid."""
    return sum(_butterflies(strike, bid, ask) for strike, bid, ask, _ in _sides(board))


def calendar_breaches(
    sooner: SmileQuotes, sooner_years: float, later: SmileQuotes, later_years: float
) -> int:
    """Strikes of the later expiry whose ask is below the sooner one's bid, at one ``ln(K / F)``.

    Compared is total variance, half a spread of volatility below and above the mid; the sooner
    expiry's is linear between its quotes and nothing beyond them.
    """
    if sooner.vol.size < 2 or not later.vol.size:  # noqa: PLR2004 -- a line has two ends
        return 0
    bid = np.maximum(sooner.vol - 0.5 / sooner.weight, 0.0) ** 2 * sooner_years
    ask = (later.vol + 0.5 / later.weight) ** 2 * later_years
    order = np.argsort(sooner.log_moneyness)
    floor = np.interp(
        later.log_moneyness, sooner.log_moneyness[order], bid[order], left=0.0, right=0.0
    )
    return int((ask < floor - _TOLERANCE).sum())


def _sides(board: Board) -> list[tuple[Floats, Floats, Floats, bool]]:
    """Strike, bid and ask of the sound quotes of calls and of puts."""
    used: tuple[Bools, Bools] = (
        board.call_fault == QuoteReason.USED,
        board.put_fault == QuoteReason.USED,
    )
    return [
        (board.strike[used[0]], board.call_bid[used[0]], board.call_ask[used[0]], True),
        (board.strike[used[1]], board.put_bid[used[1]], board.put_ask[used[1]], False),
    ]


def _verticals(strike: Floats, bid: Floats, ask: Floats, is_call: bool, discount: float) -> int:  # noqa: FBT001
    # From the dearer of two neighbors to the cheaper: upwards for calls, downwards for puts.
    if not is_call:
        strike, bid, ask = strike[::-1], bid[::-1], ask[::-1]
    distance = np.abs(np.diff(strike))
    rises = ask[:-1] < bid[1:] - _TOLERANCE
    falls = bid[:-1] - ask[1:] > discount * distance + _TOLERANCE
    return int(rises.sum() + falls.sum())


def _butterflies(strike: Floats, bid: Floats, ask: Floats) -> int:
    if strike.size < 3:  # noqa: PLR2004 -- a butterfly has three strikes
        return 0
    share = (strike[2:] - strike[1:-1]) / (strike[2:] - strike[:-2])
    cost = share * ask[:-2] + (1.0 - share) * ask[2:] - bid[1:-1]
    return int((cost < -_TOLERANCE).sum())
