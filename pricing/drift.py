"""Delta that drifts: when it counts, and what takes it out.

Source:
    Methodology 2.5 and 9, hedge-ratio fine-tuning.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from pricing.board import Codes, Floats
from pricing.curve import samuelson, spot_beta
from pricing.verdict import Verdicts, verdict

INDEX_MULTIPLIER = 100.0
FUTURE_MULTIPLIER = 1000.0
DRIFT_SHARE = 0.005  # of the net asset value per 1 % of the S&P 500
EDGE_MIN_BP = -5.0

_ONE_DAY = np.ones(1)


class MarginRule(NamedTuple):
    """How margin is estimated; an assumption, and named wherever the estimate is shown.

    Attributes:
        name: whose rule and which, in words.
        share_of_notional: held per contract [decimal].
        per_contract: held besides [dollars].
    """

    name: str
    share_of_notional: float
    per_contract: float = 0.0


FUTURE_MARGIN = MarginRule("assumed: 50 % of the future's notional", 0.50)
SYNTHETIC_MARGIN = MarginRule("assumed: 15 % of the index's notional", 0.15)
"""Assumptions, round and on the careful side: what is asked is the clearing member's to say."""


class SyntheticReason(IntEnum):
    """Why no synthetic forward is traded; where several hold, the highest."""

    OK = 0
    LESS_THAN_ONE = 1
    EDGE_TOO_LOW = 2
    UNKNOWN_INPUT = 3


class Neutral(NamedTuple):
    """Contracts that take delta out, and what they tie up.

    Attributes:
        contracts: whole, positive bought; NaN where unknown.
        unrounded: before rounding and limits.
        delta_left: dollar delta that remains, per 100 % of the S&P 500 [dollars].
        margin: estimated by ``rule`` [dollars].
        rule: the margin rule's name.
        reason: a ``SyntheticReason`` each.
    """

    contracts: Floats
    unrounded: Floats
    delta_left: Floats
    margin: Floats
    rule: str
    reason: Codes


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def drifts(index_delta: Floats, net_asset_value: Floats, share: float = DRIFT_SHARE) -> Verdicts:
    """Whether delta has drifted too far on both of two consecutive closes; a ``Verdict``.

    One close within the limit settles it, even where the other is unknown.

    Args:
        index_delta: per 1 % of the S&P 500, last axis the close before and the last [dollars].
        net_asset_value: [dollars].
        share: of it that a move of 1 % may make [decimal].
    """
    value = np.where(np.asarray(net_asset_value) > 0.0, net_asset_value, np.nan)
    share_found = np.abs(index_delta) / value[..., None]
    is_within = (share_found <= share).any(-1)
    least = np.where(is_within, 0.0, share_found.min(-1))
    return verdict(least > share, least)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def drift_closes(share: Floats, limit: float = DRIFT_SHARE) -> Floats:
    """How many closes in a row, this one included, delta has been beyond its limit.

    An unknown close is NaN and ends the row: what follows it counts anew.

    Args:
        share: of the net asset value that one percent of the S&P 500 makes, by close [decimal].
        limit: beyond which delta has drifted, either way [decimal].
    """
    place = np.arange(np.size(share))
    is_within = ~(np.abs(share) > limit)
    last = np.maximum.accumulate(np.where(is_within, place, -1)) if place.size else place
    return np.where(np.isfinite(share), (place - last).astype(np.float64), np.nan)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def futures_cap(
    future: Floats, net_asset_value: Floats, leverage: float, rule: MarginRule,
    margin_free: Floats | float = np.inf,
) -> Floats:  # fmt: skip
    """Most futures that a limit on notional and the margin still free let through [contracts].

    Args:
        future: the VIX future bought [volatility points].
        net_asset_value: [dollars].
        leverage: notional as a share of it [decimal].
        rule: how their margin is estimated.
        margin_free: what may still be tied up; infinite without a limit [dollars].
    """
    notional = FUTURE_MULTIPLIER * np.where(np.asarray(future) > 0.0, future, np.nan)
    each = rule.share_of_notional * notional + rule.per_contract
    by_margin = np.maximum(np.asarray(margin_free), 0.0) / each
    return np.asarray(np.floor(np.minimum(leverage * net_asset_value / notional, by_margin)))


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def futures_needed(
    dollar_delta: Floats, future: Floats, years: Floats, cap: Floats, rule: MarginRule
) -> Neutral:
    """VIX futures bought against a book that is long the S&P 500; never sold.

    ``N = clamp(D$ / (1000 F b_1d gamma(tau)), 0, cap)``, to whole contracts, half up.

    Args:
        dollar_delta: of the book per 100 % of the S&P 500 [dollars].
        future: the VIX future bought [volatility points].
        years: its life [years].
        cap: most that the desk allows [contracts].
        rule: how their margin is estimated.
    """
    delta, price = (np.asarray(one, dtype=np.float64) for one in (dollar_delta, future))
    price = np.where(price > 0.0, price, np.nan)
    each = FUTURE_MULTIPLIER * price * spot_beta(_ONE_DAY)[0] * samuelson(years)
    wanted = delta / each
    contracts = np.minimum(np.floor(np.clip(wanted, 0.0, cap) + 0.5), np.floor(cap))
    margin = contracts * (rule.share_of_notional * FUTURE_MULTIPLIER * price + rule.per_contract)
    reason = np.where(contracts == 0.0, SyntheticReason.LESS_THAN_ONE, SyntheticReason.OK)
    reason = np.where(np.isnan(contracts), SyntheticReason.UNKNOWN_INPUT, reason).astype(np.uint8)
    return Neutral(contracts, wanted, delta - contracts * each, margin, rule.name, reason)


@np.errstate(all="ignore")  # what no market could have is answered with NaN
def synthetic_forwards(
    index_delta: Floats, discount: Floats, edge_bp: Floats, spot: Floats, rule: MarginRule
) -> Neutral:
    """Synthetic forwards, a call and a put of one strike near the forward, against excess delta.

    ``q = -Delta / (100 D)`` in whole contracts, half away from zero; none where the excess is not
    more than one contract or the net edge of conversions is below -5 bp. Premium is about nothing,
    margin is not.

    Args:
        index_delta: excess, in units of the index: contracts times 100 times delta.
        discount: factor to the expiry used.
        edge_bp: net of costs of the conversion or reversal traded, a year [basis points].
        spot: S&P 500 [index points].
        rule: how their margin is estimated.
    """
    excess, factor, edge = (
        np.asarray(one, dtype=np.float64) for one in (index_delta, discount, edge_bp)
    )
    each = INDEX_MULTIPLIER * np.where(factor > 0.0, factor, np.nan)
    wanted = -excess / each + 0.0 * spot
    rounded = np.sign(wanted) * np.floor(np.abs(wanted) + 0.5)
    reason = np.where(edge >= EDGE_MIN_BP, SyntheticReason.OK, SyntheticReason.EDGE_TOO_LOW)
    reason = np.where(np.abs(wanted) <= 1.0, SyntheticReason.LESS_THAN_ONE, reason)
    is_unknown = np.isnan(wanted) | (np.isnan(edge) & (np.abs(wanted) > 1.0))
    reason = np.where(is_unknown, SyntheticReason.UNKNOWN_INPUT, reason).astype(np.uint8)
    contracts = np.where(reason == SyntheticReason.OK, rounded, 0.0)
    contracts = np.where(is_unknown, np.nan, contracts)
    notional = INDEX_MULTIPLIER * np.asarray(spot, dtype=np.float64)
    margin = np.abs(contracts) * (rule.share_of_notional * notional + rule.per_contract)
    left = (excess + contracts * each) * spot
    return Neutral(contracts, wanted, left, margin, rule.name, reason)
