"""Straight lines between nodes, row by row, where any node may be missing."""

import numpy as np

from pricing.board import Floats


def between(nodes: Floats, values: Floats, at: Floats) -> Floats:
    """Value on the straight line between the nearest known nodes on either side.

    Args:
        nodes: places of the nodes, last axis nodes, in any order; NaN where there is none.
        values: value at each; NaN where it is unknown.
        at: places asked for, without the last axis.

    Returns:
        The value; NaN beyond the known nodes.
    """
    low_x, low_y, high_x, high_y = neighbors(nodes, values, at)
    with np.errstate(invalid="ignore", divide="ignore"):  # unknown neighbors give NaN
        share = np.where(high_x > low_x, (at - low_x) / (high_x - low_x), 0.0)
        return np.where(np.isfinite(low_y + high_y), low_y + share * (high_y - low_y), np.nan)


def neighbors(nodes: Floats, values: Floats, at: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Place and value of the last known node at or before a place, and of the first at or after.

    Returns:
        Lower place, lower value, upper place, upper value; NaN where there is no such node.
    """
    shape = np.broadcast_shapes(nodes.shape[:-1], values.shape[:-1], at.shape)
    low_x, low_y, high_x, high_y = (np.full(shape, np.nan) for _ in range(4))
    count = max(nodes.shape[-1], values.shape[-1])
    spread = np.broadcast_to(nodes, (*nodes.shape[:-1], count))
    known = np.broadcast_to(values, (*values.shape[:-1], count))
    for place in range(count):
        x = np.broadcast_to(spread[..., place], shape)
        y = np.broadcast_to(known[..., place], shape)
        is_known = np.isfinite(x) & np.isfinite(y)
        is_lower = is_known & (x <= at) & ~(x <= low_x)
        is_upper = is_known & (x >= at) & ~(x >= high_x)
        low_x, low_y = np.where(is_lower, x, low_x), np.where(is_lower, y, low_y)
        high_x, high_y = np.where(is_upper, x, high_x), np.where(is_upper, y, high_y)
    return low_x, low_y, high_x, high_y
