"""What a change of the cost of equity does to value, cash flows held: the two-stage model, again.

All by ``pricing.discount``'s value of growing flows; only sums, products and quotients, so that a
row's value does not depend on how many rows there are.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from pricing.discount import Floats, grown_cash_flows, present_value
from transforms.cost_of_equity import GROWTH
from transforms.finite import finite

_GAP_MIN = 1e-4  # a rate this close to terminal growth is a division by nearly nothing
_STEPS = 64  # Newton's; a dozen suffice
_ERROR_MAX = 1e-9  # of the price
_YEARS = 5

Solver = Callable[[dict[str, Floats]], Floats]


def repriced(to_rate: pl.Expr, from_rate: pl.Expr, terminal_growth: pl.Expr) -> pl.Expr:
    """Change of value when the same cash flows are discounted at another rate.

    ``V(to) / V(from) - 1`` of the two-stage model at growth of 5 %. The model is linear in the
    flow that is held, so the change is the same for earnings, cash flow and dividends.

    Args:
        to_rate: the other cost of equity [decimal].
        from_rate: the cost of equity now [decimal].
        terminal_growth: yearly growth after five years, the 10-year yield [decimal].

    Returns:
        Share of value [decimal]; null where an input is, or a rate is not above terminal growth
        by more than 0.0001.

    Source:
        Methodology 1.6, M-PEDIST; 1.2, price sensitivity.
    """
    return solved(
        {"to": to_rate, "from": from_rate, "gn": terminal_growth},
        lambda one: unit_value(one["to"], one["gn"]) / unit_value(one["from"], one["gn"]) - 1.0,
    )


def duration(cost_of_equity: pl.Expr, terminal_growth: pl.Expr) -> pl.Expr:
    """Duration of equity: ``-d ln V / d r`` of the two-stage model at growth of 5 %.

    Args:
        cost_of_equity: r [decimal].
        terminal_growth: yearly growth after five years, the 10-year yield [decimal].

    Returns:
        Share of value for one of rate [ratio]: 27.7 is 0.277 % for a basis point; null as in
        ``repriced``.

    Source:
        Methodology 1.2, price sensitivity.
    """
    return solved(
        {"r": cost_of_equity, "gn": terminal_growth},
        lambda one: value_duration(one["r"], GROWTH, one["gn"]),
    )


def holding_return(
    price: pl.Expr, cash_flow0: pl.Expr, exit_rate: pl.Expr, terminal_growth: pl.Expr
) -> pl.Expr:
    """Internal rate of return of the index bought now and sold in five years.

    ``P = sum(CF_t / (1 + i)^t) + P_5 / (1 + i)^5``, ``CF_t = CF0 1.05^t``,
    ``P_5 = CF_5 (1 + gn) / (r_exit - gn)``

    Args:
        price: index level P [index points].
        cash_flow0: trailing cash flow CF0 [index points].
        exit_rate: cost of equity at which the buyer of year five values it [decimal].
        terminal_growth: yearly growth gn after that, the 10-year yield [decimal].

    Returns:
        Yearly return [decimal]; null where an input is, a price or cash flow is not positive, or
        the exit rate is not above terminal growth by more than 0.0001.

    Source:
        Methodology 1.6, M-IRR.
    """
    return solved(
        {"price": price, "flow": cash_flow0, "exit": exit_rate, "gn": terminal_growth},
        lambda one: return_of_holding(one["price"], one["flow"], one["exit"], one["gn"]),
    )


def unit_value(rate: Floats, terminal_growth: Floats, growth: float = GROWTH) -> Floats:
    """Value of one trailing point of cash flow [ratio]; NaN outside the model's domain."""
    is_fit = (rate - terminal_growth > _GAP_MIN) & (terminal_growth > -1.0)
    with np.errstate(all="ignore"):  # out of domain is answered with NaN below
        value = present_value(rate, grown_cash_flows(np.ones_like(rate), _of(growth, rate)),
                              terminal_growth)  # fmt: skip
    return np.where(is_fit, value, np.nan)


def value_duration(rate: Floats, growth: float, terminal_growth: Floats) -> Floats:
    """``-d ln V / d r``, by the derivative of each term [ratio]; NaN outside the model's domain."""
    value = unit_value(rate, terminal_growth, growth)
    with np.errstate(all="ignore"):  # out of domain is NaN by value
        one_year = 1.0 / (1.0 + rate)
        fall, weight = np.zeros_like(rate), np.ones_like(rate)
        flows = grown_cash_flows(np.ones_like(rate), _of(growth, rate))
        for year, flow in enumerate(flows, start=1):
            weight = weight * one_year
            fall += year * flow * weight * one_year
        terminal = flows[-1] * (1.0 + terminal_growth) / (rate - terminal_growth) * weight
        fall += terminal * (_YEARS * one_year + 1.0 / (rate - terminal_growth))
        return np.where(np.isfinite(value), fall / value, np.nan)


def return_of_holding(
    price: Floats, cash_flow0: Floats, exit_rate: Floats, terminal_growth: Floats
) -> Floats:
    """Return of five years' holding [decimal], see ``holding_return``; NaN where there is none."""
    is_fit = (price > 0.0) & (cash_flow0 > 0.0) & (terminal_growth > -1.0)
    is_fit &= exit_rate - terminal_growth > _GAP_MIN
    with np.errstate(all="ignore"):  # out of domain is answered with NaN below
        flows = grown_cash_flows(cash_flow0, _of(GROWTH, price))
        sale = flows[-1] * (1.0 + terminal_growth) / (exit_rate - terminal_growth)
        # The value is convex and rising in the factor: from any side Newton's steps arrive.
        factor = np.ones_like(price)
        for _ in range(_STEPS):
            value, slope = _worth(factor, flows, sale)
            factor = factor - (value - price) / slope
        value, _ = _worth(factor, flows, sale)
        is_fit &= (factor > 0.0) & (np.abs(value - price) < _ERROR_MAX * price)
        return np.where(is_fit, 1.0 / factor - 1.0, np.nan)


def solved(inputs: dict[str, pl.Expr], solve: Solver) -> pl.Expr:
    """An expression by a function of arrays; what is null goes in as NaN, and NaN comes out null."""

    def solve_batch(batch: pl.Series) -> pl.Series:
        columns = batch.struct.unnest().fill_null(float("nan"))
        found = solve({name: columns[name].to_numpy() for name in inputs})
        return pl.Series(batch.name, found, dtype=pl.Float64).fill_nan(None)

    fields = pl.struct([finite(value).alias(name) for name, value in inputs.items()])
    return finite(fields.map_batches(solve_batch, return_dtype=pl.Float64))


def _of(number: float, like: Floats) -> Floats:
    return np.full(like.shape, number)


def _worth(factor: Floats, flows: tuple[Floats, ...], sale: Floats) -> tuple[Floats, Floats]:
    """Value and its slope in the one-year factor, by Horner's scheme."""
    value, slope = sale, np.zeros_like(factor)
    for flow in reversed(flows):
        slope = factor * slope + (flow + value)
        value = factor * (flow + value)
    return value, slope
