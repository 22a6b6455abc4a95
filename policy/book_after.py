"""What a change of one layer would make of the book, and what the policy's checks say of that.

Arrays and scalars only, so that a compiler could take it as it is. The book is what could be
traded at the close, so many contracts of each: its measures are sums over layers.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]

LAYERS = 3  # sized by the matrix; the fourth, SE, holds nothing

# Outcomes of conditions and signers.
YES, NO, NO_DATA, NOT_EVALUATED = 1, 0, -1, -2

# What is summed over the layers; of the condors the last is their largest loss, not a price.
THETA, DELTA, VEGA, CARRY, STRESS, PRICE = range(6)
SUMS = 6

# Measures of the book after a change: dollars, but the coverage, which is a ratio.
MEASURES = ("theta", "carry", "purchase", "coverage", "loss", "delta", "vega")
_LIMITED = MEASURES.index("loss")  # this and the rest are the book's limits, one check together

CHECKS = _LIMITED + 1

# Operations of a program: a judged column, a check of the book after, or so many of the last ones.
COLUMN, AFTER, AT_LEAST = 0, 1, 2


class Offers(NamedTuple):
    """What could be traded at each close, in dollars; NaN is unknown.

    Attributes:
        condors: of all condors together, by session and sum.
        layers: of a layer's contracts, by session, layer, steps of its multiplier and sum; zero
            where these steps are no contract.
        units: contracts, by layer and steps.
    """

    condors: Floats
    layers: Floats
    units: Ints


class Bounds(NamedTuple):
    """Between what each measure is to lie, both inclusive; infinite for no bound."""

    low: Floats
    high: Floats


class Programs(NamedTuple):
    """Conditions on the book after a change, each as operations in the order they are done.

    Attributes:
        code: operation and its two numbers: of a column its place and nothing, of a check its
            place and whether it is to hold, of ``AT_LEAST`` how many and of how many.
        gates: first operation of each gate and the one after its last.
        signers: the same by layer (with SE), proposal and signer; equal where columns judge it.
        scales: by gate: 1 where it lets through what fits.
        spares: by gate and layer: 1 where it never keeps the layer below its base.
    """

    code: Ints
    gates: Ints
    signers: Ints
    scales: Codes
    spares: Codes


@np.errstate(all="ignore")  # what nothing prices is answered with NaN
def measured(offers: Offers, at: Ints, steps: Ints, layer: int, wanted: Ints) -> Floats:
    """The book's measures were a layer at ``wanted`` steps and the others as they are.

    Args:
        offers: what could be traded.
        at: sessions.
        steps: of every layer before the change, by session.
        layer: that changes; from ``LAYERS`` on none does.
        wanted: its steps after the change, by session.

    Returns:
        By session one number for each of ``MEASURES``; NaN is unknown. A coverage is unknown, too,
        where the condors can lose nothing.
    """
    total = offers.condors[at]
    loss = total[:, PRICE].copy()
    for other in range(LAYERS):
        total = total + offers.layers[at, other, wanted if other == layer else steps[:, other]]
    bought = np.zeros(at.size)
    if layer < LAYERS:
        held, units = steps[:, layer], offers.units[layer]
        paid = offers.layers[at, layer, wanted, PRICE] - offers.layers[at, layer, held, PRICE]
        bought = np.where(units[wanted] == units[held], 0.0, paid)
    coverage = np.where(loss > 0.0, total[:, STRESS] / loss, np.nan)
    found = (total[:, THETA], total[:, CARRY], bought, coverage, loss, total[:, DELTA],
             total[:, VEGA])  # fmt: skip
    return np.stack(found, axis=-1)


def checked(values: Floats, bounds: Bounds) -> Codes:
    """The outcome of each check by session, in the order of the policy's ``CHECKS``.

    A measure without a bound holds whatever it is; unknown against a bound is no data.
    """
    is_within = (bounds.low <= values) & (values <= bounds.high)
    each = np.where(np.isnan(values), NO_DATA, np.where(is_within, YES, NO)).astype(np.int8)
    each = np.where(np.isinf(bounds.low) & np.isinf(bounds.high), np.int8(YES), each)
    limits = each[:, _LIMITED:]
    whole = np.where((limits == NO).any(axis=1), np.int8(NO), limits.min(axis=1))
    return np.column_stack([each[:, :_LIMITED], whole])


def answered(programs: Programs, start: int, end: int, columns: Codes, checks: Codes) -> Codes:
    """The outcome of one condition by session.

    Args:
        programs: where the condition stands.
        start: its first operation.
        end: the one after its last.
        columns: outcome of every judged column, by session.
        checks: outcome of every check of the book after the change, by session.
    """
    stack = np.empty((end - start, checks.shape[0]), dtype=np.int8)
    top = 0
    for operation in range(start, end):
        kind, first, second = programs.code[operation]
        if kind == COLUMN:
            stack[top] = columns[:, first]
        elif kind == AFTER:
            found = checks[:, first]
            stack[top] = found if second else np.where(found < 0, found, 1 - found)
        else:
            top -= second
            stack[top] = counted(first, stack[top : top + second])
        top += 1
    return np.asarray(stack[0])


def counted(count: int, outcomes: Codes) -> Codes:
    """At least ``count`` of these outcomes; unknown while the unknown ones could decide.

    Args:
        count: how many must be true.
        outcomes: by condition and session.
    """
    true, unknown = (outcomes == YES).sum(axis=0), (outcomes < 0).sum(axis=0)
    lacking = np.where(outcomes < 0, outcomes, NOT_EVALUATED).max(axis=0)
    undecided = np.where(true + unknown >= count, lacking, NO)
    return np.where(true >= count, YES, undecided).astype(np.int8)
