"""What a policy says of the options book, as values that any room may read."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

CondorPreset = Literal["monthly", "cndr", "one_dte"]
CondorTier = Literal["conservative", "balanced", "aggressive"]


class Tier(NamedTuple):
    """What a tier of the one-day condor asks: methodology 3.1.

    Attributes:
        range_multiple: expected daily ranges from spot to a short strike.
        least_credit: of a condor [index points].
    """

    range_multiple: float
    least_credit: float


TIERS: dict[CondorTier, Tier] = {
    "conservative": Tier(0.95, 0.70),
    "balanced": Tier(1.2, 1.15),
    "aggressive": Tier(1.6, 1.60),
}
"""The tiers in the order of the methodology's table."""


@dataclass(frozen=True)
class LayerTerms:
    """One hedge layer's contract terms: methodology 2.1.

    ``dte`` is target, shortest and longest [calendar days]; ``delta`` of the long strike; ``short``
    the points above it and the delta of the short strike, null for none; ``roll_dte`` the days at
    which it is rolled; ``monetize_at`` the multiple of cost at which half is sold, of a spread the
    share of its width; ``roll_extrinsic`` the share of the entry's time value at which it is rolled
    too, 0 for never.
    """

    layer_id: str
    base_units: int
    dte: tuple[int, int, int]
    delta: float
    short: tuple[float, float] | None
    roll_dte: int
    monetize_at: float
    roll_extrinsic: float = 0.0


@dataclass(frozen=True)
class BookTerms:
    """What a policy says of the book: methodology 2 and 3.

    ``condor_dte`` is target, shortest and longest [calendar days]; deltas are absolute; shares of
    credit and net asset value are decimals. ``condor_gates`` are the rules that, once fired, let no
    new condor be sold. ``condor_widths`` are the least and most points between short and long
    strikes. ``condor_preset`` is how strikes and expiry are chosen, ``condor_tier`` which of
    ``TIERS`` the one-day preset takes. Limits, as shares of the net asset value: ``carry_budget`` a year, ``purchase_cap`` of
    one purchase or roll, ``condor_loss_limit`` of the condors of one cycle,
    ``second_engine_cost`` of its options, ``second_engine_leverage`` of its futures' notional,
    ``margin_limit`` of margin in use, ``delta_limit`` for one percent of the index either way; and
    ``vega_limit_usd`` [US dollars a volatility point, either sign]. Null is no limit.
    ``trim_delta`` is the most that a strike sold may have after a trim, absolute.
    """

    condor_units: int = 10
    condor_preset: CondorPreset = "monthly"
    condor_tier: CondorTier = "conservative"
    condor_dte: tuple[int, int, int] = (45, 30, 60)
    short_delta: float = 0.16
    long_delta: float = 0.05
    condor_widths: tuple[float, float] = (50.0, 100.0)
    least_credit_share: float = 0.15
    take_profit: float = 0.5
    exit_dte: int = 21
    stop_loss: float = 2.0
    nav_usd: float = 1_000_000.0
    carry_budget: float = 0.015
    coverage_target: float = 0.25
    purchase_cap: float = 0.005
    condor_loss_limit: float = 0.10
    second_engine_cost: float = 0.0025
    second_engine_leverage: float = 0.25
    margin_limit: float | None = None
    delta_limit: float | None = None
    trim_delta: float = 0.20
    vega_limit_usd: float | None = None
    dividend_yield: float = 0.013
    commission_usd: float = 1.0
    condor_gates: tuple[str, ...] = ()
    layers: tuple[LayerTerms, ...] = field(default=(
        LayerTerms("L1", 4, (30, 20, 45), 0.30, None, 14, 2.5, 0.30),
        LayerTerms("L2", 4, (110, 80, 140), 0.30, (10.0, 0.10), 60, 0.8),
        LayerTerms("L3", 2, (220, 170, 260), 0.25, None, 150, 3.0),
    ))  # fmt: skip


_HELD: dict[str, Any] = {"take_profit": math.inf, "exit_dte": 0, "stop_loss": math.inf}
_PRESETS: Mapping[CondorPreset, Mapping[str, Any]] = {
    "monthly": {
        name: getattr(BookTerms, name)
        for name in ("condor_dte", "short_delta", "long_delta", "condor_widths",
                     "least_credit_share", "take_profit", "exit_dte", "stop_loss")
    },
    # Monthly expiries are 28 or 35 days apart, so that one lies in the window of every session.
    "cndr": {
        "condor_dte": (30, 12, 48), "short_delta": 0.20, "long_delta": 0.05,
        "condor_widths": (0.0, math.inf), "least_credit_share": 0.0, **_HELD,
    },
    # The delta is a cap here; where strikes stand, and the least credit, the tier says.
    "one_dte": {
        "condor_dte": (1, 1, 5), "short_delta": 0.18, "long_delta": 0.05,
        "condor_widths": (5.0, 10.0), "least_credit_share": 0.0, **_HELD,
    },
}  # fmt: skip


def with_preset(terms: BookTerms, preset: CondorPreset) -> BookTerms:
    """The terms with the condor of a preset; all that is no condor's choice or exit stays.

    ``monthly``: 45 days, 16 and 5 delta, wings of 50 to 100 points, closed early. ``cndr``: the
    monthly expiry nearest to 30 days, 20 and 5 delta, any width and credit. ``one_dte``: the next
    session's expiry, strikes and least credit by ``condor_tier``, wings of 5 to 10 points. The
    last two are held to expiry, their exits at infinity.

    Args:
        terms: of a policy.
        preset: whose condor to take.

    Source:
        Methodology 3.1; ``cndr`` after Cboe's S&P 500 Iron Condor Index.
    """
    return replace(terms, condor_preset=preset, **_PRESETS[preset])
