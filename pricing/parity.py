"""What put-call parity says: discount factor and forward, box rates, conversions, reversals.

Source:
    van Binsbergen, Diamond and Grotteria (2022), Journal of Financial Economics 143; methodology 9.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np

from pricing.board import Board, Bools, Codes, Floats, QuoteReason
from pricing.errors import PricingError

BAND = 0.15  # largest |ln(K / F)|
STRIKES_MIN = 10
R_SQUARED_MIN = 0.99999
EDGE_MIN_BP = 10.0
SLIPPAGE_MULTIPLE = 2.0
FEE_PER_CONTRACT = 1.0
MULTIPLIER = 100.0

_BP = 1e4
_PAIRED = 2


class ParityReason(IntEnum):
    """Why an expiry's parity line is not to be used; ``OK`` where it is."""

    OK = 0
    NO_FORWARD = 1
    TOO_FEW_STRIKES = 2
    POOR_FIT = 3
    NO_DISCOUNT = 4


@dataclass(frozen=True, slots=True)
class ParityLine:
    """The line of put minus call over strike: slope D, intercept minus D F.

    Attributes:
        discount: discount factor D to expiry; NaN where there are fewer than two strikes.
        forward: F [index points].
        box_rate: ``-ln D / T``, continuously compounded [decimal a year].
        box_rate_error: one standard error of it, from the residuals of the line [decimal a year].
        r_squared: of the line over the strikes that count.
        strikes: how many count.
        quote_reason: per strike of the board, a ``QuoteReason``.
        reason: why the line is not to be used, or OK; figures stand beside it all the same.
    """

    discount: float
    forward: float
    box_rate: float
    box_rate_error: float
    r_squared: float
    strikes: int
    quote_reason: Codes
    reason: ParityReason


@dataclass(frozen=True, slots=True)
class BoxRate:
    """One rate of a box spread in three conventions [decimal a year]."""

    continuous: Floats
    annual: Floats
    simple: Floats


@dataclass(frozen=True, slots=True)
class Underlying:
    """What receiving or delivering the underlying at expiry costs today.

    Attributes:
        bid: prepaid forward at which it is sold: spot less the present value of dividends
            [index points].
        ask: prepaid forward at which it is bought [index points].
    """

    bid: float
    ask: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What a conversion costs beyond its bids and asks.

    Attributes:
        fee: per contract [dollars].
        multiplier: of the contract [dollars per index point].
        financing: of margin over the life of the trade [index points].
    """

    fee: float = FEE_PER_CONTRACT
    multiplier: float = MULTIPLIER
    financing: float = 0.0

    @property
    def points(self) -> float:
        """Fees of one call and one put, and financing [index points]."""
        return _PAIRED * self.fee / self.multiplier + self.financing


@dataclass(frozen=True, slots=True)
class LockedRates:
    """Rates that each strike of a board locks in, net of bid, ask and costs.

    Attributes:
        strike: the board's strikes [index points].
        rate: lent by a conversion, borrowed by a reversal [decimal a year]; NaN without quotes.
        edge_bp: advantage over the benchmark after costs [basis points a year].
        slippage_bp: half-spreads of the three legs [basis points a year].
        is_listed: edge above 10 bp and above twice the slippage.
    """

    strike: Floats
    rate: Floats
    edge_bp: Floats
    slippage_bp: Floats
    is_listed: Bools


def parity_line(board: Board, method: Literal["ols", "theil_sen"] = "ols") -> ParityLine:
    """Discount factor and forward that a board's calls and puts agree on.

    Strikes count when call and put are quoted on both sides, uncrossed, and within 15 % of the
    forward in logarithm. The board's own rate only centers that band.

    Args:
        board: quotes of one expiry.
        method: least squares, or Theil and Sen's median of slopes, which a third of wrong quotes
            does not move.

    Returns:
        The line; not to be used where ``reason`` is not OK: fewer than 10 strikes, R squared at or
        below 0.99999, or no positive discount factor.

    Raises:
        PricingError: a method of another name.
    """
    if method not in {"ols", "theil_sen"}:
        raise PricingError(
            f"parity: method is {method!r}; accepted are 'ols' and 'theil_sen'; name one of them"
        )
    reasons = _parity_reasons(board)
    is_used = reasons == QuoteReason.USED
    count = int(is_used.sum())
    if count < _PAIRED:
        missing = ParityReason.TOO_FEW_STRIKES if board.is_paired.any() else ParityReason.NO_FORWARD
        return ParityLine(np.nan, np.nan, np.nan, np.nan, np.nan, count, reasons, missing)
    strike, gap = board.strike[is_used], (board.put_mid - board.call_mid)[is_used]
    slope, intercept = _ols(strike, gap) if method == "ols" else _theil_sen(strike, gap)
    residual = gap - slope * strike - intercept
    r_squared = _r_squared(gap, residual)
    is_discount = slope > 0.0
    return ParityLine(
        discount=slope,
        forward=-intercept / slope if is_discount else np.nan,
        box_rate=float(-np.log(slope) / board.years) if is_discount else np.nan,
        box_rate_error=_slope_error(strike, residual) / slope / board.years
        if is_discount
        else np.nan,
        r_squared=r_squared,
        strikes=count,
        quote_reason=reasons,
        reason=_line_reason(count, r_squared, is_discount=is_discount),
    )


def box_rate(
    low: Floats | float, high: Floats | float, cost: Floats | float, years: Floats | float
) -> BoxRate:
    """Rate earned by a long box: bought today, worth the distance of its strikes at expiry.

    Args:
        low: lower strike [index points].
        high: upper strike [index points].
        cost: ``(C1 - P1) - (C2 - P2)``, paid today [index points].
        years: to expiry [years].

    Returns:
        The rate in three conventions; NaN where cost, time or the distance is not positive.
    """
    bottom, top, paid, time = np.broadcast_arrays(
        *(np.asarray(item, dtype=np.float64) for item in (low, high, cost, years))
    )
    with np.errstate(all="ignore"):  # out of domain is answered with NaN
        is_sound = (top > bottom) & (paid > 0.0) & (time > 0.0)
        gross = np.where(is_sound, (top - bottom) / paid, np.nan)
        log_rate = np.log(gross) / time
        return BoxRate(log_rate, np.expm1(log_rate), (gross - 1.0) / time)


def conversions(
    board: Board, underlying: Underlying, benchmark: float, costs: Costs | None = None
) -> LockedRates:
    """Rates lent by conversions: call sold at bid, put and underlying bought at ask.

    Whoever holds all three gets the strike at expiry. The rate itself is before costs, the edge
    after them.

    Args:
        board: quotes of one expiry.
        underlying: prepaid forward [index points].
        benchmark: continuously compounded rate to compare with [decimal a year].
        costs: fees and financing; the defaults where not given.

    Returns:
        One rate a strike; NaN where a quote that is needed is unusable.
    """
    paid = underlying.ask + board.put_ask - _offered(board.call_bid, board)
    return _locked(board, underlying, paid, benchmark, (costs or Costs()).points)


def reversals(
    board: Board, underlying: Underlying, benchmark: float, costs: Costs | None = None
) -> LockedRates:
    """Rates borrowed by reversals: call bought at ask, put and underlying sold at bid.

    Args:
        board: quotes of one expiry.
        underlying: prepaid forward [index points].
        benchmark: continuously compounded rate to compare with [decimal a year].
        costs: fees and financing; the defaults where not given.

    Returns:
        One rate a strike; an edge is positive where borrowing is cheaper than the benchmark.
    """
    received = underlying.bid + _offered(board.put_bid, board) - board.call_ask
    locked = _locked(board, underlying, received, benchmark, -(costs or Costs()).points)
    edge = -locked.edge_bp
    is_listed = _is_listed(edge, locked.slippage_bp)
    return LockedRates(locked.strike, locked.rate, edge, locked.slippage_bp, is_listed)


def synthetic_forwards(delta_excess: float, discount: float) -> float:
    """How many synthetic forwards (long call, short put) take a delta back, whole contracts.

    Args:
        delta_excess: delta beyond its target [index units: contracts x 100 x delta].
        discount: factor to the forwards' expiry.

    Returns:
        Signed contracts; zero within one contract; NaN where an input is not finite or the factor
        is not positive.
    """
    if not (np.isfinite(delta_excess) and np.isfinite(discount) and discount > 0.0):
        return float("nan")
    contract = MULTIPLIER * discount
    if abs(delta_excess) <= contract:
        return 0.0
    return float(-np.rint(delta_excess / contract))


def _parity_reasons(board: Board) -> Codes:
    reasons = board.call_fault
    is_sound = reasons == QuoteReason.USED
    reasons[is_sound & (board.put_fault != QuoteReason.USED)] = QuoteReason.OTHER_SIDE_UNUSABLE
    forward = board.forward()
    if not (np.isfinite(forward) and forward > 0.0):
        reasons[reasons == QuoteReason.USED] = QuoteReason.OUTSIDE_BAND
        return reasons
    is_far = np.abs(np.log(board.strike / forward)) > BAND
    reasons[(reasons == QuoteReason.USED) & is_far] = QuoteReason.OUTSIDE_BAND
    return reasons


def _line_reason(count: int, r_squared: float, *, is_discount: bool) -> ParityReason:
    if not is_discount:
        return ParityReason.NO_DISCOUNT
    if count < STRIKES_MIN:
        return ParityReason.TOO_FEW_STRIKES
    return ParityReason.OK if r_squared > R_SQUARED_MIN else ParityReason.POOR_FIT


def _ols(strike: Floats, gap: Floats) -> tuple[float, float]:
    middle = strike.mean()
    centered = strike - middle
    slope = float((centered * gap).sum() / (centered * centered).sum())
    return slope, float(gap.mean() - slope * middle)


def _theil_sen(strike: Floats, gap: Floats) -> tuple[float, float]:
    first, second = np.triu_indices(strike.size, k=1)
    slope = float(np.median((gap[second] - gap[first]) / (strike[second] - strike[first])))
    return slope, float(np.median(gap - slope * strike))


def _r_squared(gap: Floats, residual: Floats) -> float:
    spread = float(((gap - gap.mean()) ** 2).sum())
    return 1.0 - float((residual * residual).sum()) / spread if spread > 0.0 else float("nan")


def _slope_error(strike: Floats, residual: Floats) -> float:
    free = strike.size - _PAIRED
    if free < 1:
        return float("nan")
    spread = float(((strike - strike.mean()) ** 2).sum())
    return float(np.sqrt((residual * residual).sum() / free / spread))


def _offered(bid: Floats, board: Board) -> Floats:
    """A bid where all four quotes of the strike are sound, else NaN."""
    return np.where(board.is_paired, bid, np.nan)


def _locked(
    board: Board, underlying: Underlying, today: Floats, benchmark: float, cost: float
) -> LockedRates:
    years = board.years if board.years > 0.0 else np.nan
    with np.errstate(all="ignore"):  # out of domain is answered with NaN
        rate = np.where(today > 0.0, np.log(board.strike / today) / years, np.nan)
        net = np.where(today + cost > 0.0, np.log(board.strike / (today + cost)) / years, np.nan)
        spreads = (board.call_ask - board.call_bid) + (board.put_ask - board.put_bid)
        half = 0.5 * (spreads + underlying.ask - underlying.bid)
        slippage = np.where(np.isfinite(rate), half / board.strike / years * _BP, np.nan)
        edge = (net - benchmark) * _BP
    return LockedRates(board.strike, rate, edge, slippage, _is_listed(edge, slippage))


def _is_listed(edge: Floats, slippage: Floats) -> Bools:
    return (edge > EDGE_MIN_BP) & (edge > SLIPPAGE_MULTIPLE * slippage)
