"""Discounting: the return that a price implies for a stream of cash flows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_YEARS = 5
_GAP_MIN = 1e-6  # lower end of the bracket above terminal growth
_GAP_REFUSED = 1e-4  # a return this close to terminal growth is a division by nearly nothing
_RETURN_MAX = 0.50
_PRICE_ERROR_MAX = 1e-8
_GROWTH_MIN = -0.5


def present_value(
    implied_return: Floats, flows: Sequence[Floats], terminal_growth: Floats
) -> Floats:
    """Value of explicit yearly flows and of what grows for ever after the last of them.

    ``sum(CF_t / (1 + r)^t) + CF_n (1 + gn) / ((r - gn) (1 + r)^n)``, by Horner's scheme: only
    sums, products and quotients, so that a row's value does not depend on how many rows there are.

    Args:
        implied_return: yearly return r [decimal].
        flows: cash flow of year 1, 2, …, n [index points].
        terminal_growth: yearly growth gn after year n [decimal].

    Returns:
        The value [index points].
    """
    one_year = 1.0 / (1.0 + implied_return)
    value = flows[-1] * (1.0 + terminal_growth) / (implied_return - terminal_growth)
    for flow in reversed(flows):
        value = one_year * (flow + value)
    return value


def grown_cash_flows(cash_flow0: Floats, growth: Floats) -> tuple[Floats, ...]:
    """Cash flows of the five explicit years: ``CF0 (1 + g)^t`` [index points]."""
    flows = [cash_flow0 * (1.0 + growth)]
    for _ in range(_YEARS - 1):
        flows.append(flows[-1] * (1.0 + growth))
    return tuple(flows)


def implied_return(
    price: Floats, cash_flow0: Floats, growth: Floats | float, terminal_growth: Floats
) -> Floats:
    """Return at which the two-stage cash-flow model gives the price.

    Args:
        price: index level P [index points].
        cash_flow0: trailing dividends and buybacks CF0 [index points].
        growth: yearly growth g of the five explicit years [decimal].
        terminal_growth: yearly growth after them, the risk-free rate [decimal].

    Returns:
        Yearly return [decimal]; NaN where there is none: CF0 or P not positive, g at or below
        -50 %, an input not finite, no root between terminal growth and 50 %, a root within 1e-4
        of terminal growth, or a price error above 1e-8.

    Source:
        Damodaran, Equity Risk Premiums (2012 edition), implied premium; methodology 1.2.
    """
    level, flow0, grows, terminal = np.broadcast_arrays(
        *(
            np.asarray(item, dtype=np.float64)
            for item in (price, cash_flow0, growth, terminal_growth)
        )
    )
    in_domain = np.isfinite(grows) & (grows > _GROWTH_MIN) & np.isfinite(flow0) & (flow0 > 0.0)
    flows = grown_cash_flows(np.where(in_domain, flow0, 1.0), np.where(in_domain, grows, 0.0))
    found = implied_return_of_flows(level, flows, terminal)
    return np.where(in_domain, found, np.nan)


def implied_return_of_flows(
    price: Floats, flows: Sequence[Floats], terminal_growth: Floats
) -> Floats:
    """Return at which explicit cash flows, growing for ever after, are worth the price.

    Args:
        price: index level [index points].
        flows: cash flow of year 1, 2, …, n, each positive [index points].
        terminal_growth: yearly growth after year n [decimal].

    Returns:
        Yearly return [decimal]; NaN where there is none, as in ``implied_return``.
    """
    level, terminal, *yearly = np.broadcast_arrays(
        *(np.asarray(item, dtype=np.float64) for item in (price, terminal_growth, *flows))
    )
    in_domain = np.isfinite(level) & (level > 0.0) & np.isfinite(terminal)
    in_domain &= (terminal > -1.0) & (terminal + _GAP_MIN < _RETURN_MAX)
    for flow in yearly:
        in_domain &= np.isfinite(flow) & (flow > 0.0)
    found = np.full(level.shape, np.nan)
    if in_domain.any():
        found[in_domain] = _root(
            level[in_domain], [flow[in_domain] for flow in yearly], terminal[in_domain]
        )
    return found


def _root(price: Floats, flows: Sequence[Floats], terminal_growth: Floats) -> Floats:
    # SciPy takes 0.3 s to import; whoever lists the steps without running them does not pay it.
    from scipy.optimize import elementwise  # noqa: PLC0415

    def mispricing(candidate: Floats, level: Floats, terminal: Floats, *yearly: Floats) -> Floats:
        return present_value(candidate, yearly, terminal) - level

    with np.errstate(all="ignore"):  # out of domain is answered with NaN below
        solved = elementwise.find_root(
            mispricing,
            (terminal_growth + _GAP_MIN, np.full_like(price, _RETURN_MAX)),
            args=(price, terminal_growth, *flows),
        )
        error = np.abs(mispricing(solved.x, price, terminal_growth, *flows))
        is_found = solved.success & (error < _PRICE_ERROR_MAX)
        is_found &= solved.x - terminal_growth > _GAP_REFUSED
    return np.where(is_found, solved.x, np.nan)


def calibrated_cash_flow0(
    price: Floats, implied_return: Floats, growth: Floats | float, terminal_growth: Floats
) -> Floats:
    """Trailing cash flow at which the two-stage model returns a published premium.

    The model is linear in CF0, so this is the price over the value of one point of cash flow.

    Args:
        price: level that the premium was published at [index points].
        implied_return: published premium plus the risk-free rate it was solved at [decimal].
        growth: yearly growth of the five explicit years [decimal].
        terminal_growth: yearly growth after them [decimal].

    Returns:
        CF0 [index points]; NaN where the inputs are not finite, P is not positive, g is at or
        below -50 %, or the return is not above terminal growth by more than 1e-4 or exceeds 50 %.
    """
    level, rate, grows, terminal = np.broadcast_arrays(
        *(np.asarray(item, dtype=np.float64)
          for item in (price, implied_return, growth, terminal_growth))
    )  # fmt: skip
    with np.errstate(all="ignore"):  # out of domain is answered with NaN below
        in_domain = np.isfinite(level) & np.isfinite(rate) & np.isfinite(grows)
        in_domain &= (level > 0.0) & (grows > _GROWTH_MIN) & (terminal > -1.0)
        in_domain &= (rate - terminal > _GAP_REFUSED) & (rate < _RETURN_MAX)
        per_point = present_value(rate, grown_cash_flows(np.ones_like(level), grows), terminal)
        return np.where(in_domain, level / per_point, np.nan)
