"""What a policy says of the options book, as values that any room may read."""

from dataclasses import dataclass, field


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
    new condor be sold.
    """

    condor_units: int = 10
    condor_dte: tuple[int, int, int] = (45, 30, 60)
    short_delta: float = 0.16
    long_delta: float = 0.05
    least_credit_share: float = 0.15
    take_profit: float = 0.5
    exit_dte: int = 21
    stop_loss: float = 2.0
    nav_usd: float = 1_000_000.0
    carry_budget: float = 0.015
    coverage_target: float = 0.25
    dividend_yield: float = 0.013
    commission_usd: float = 1.0
    condor_gates: tuple[str, ...] = ()
    layers: tuple[LayerTerms, ...] = field(default=(
        LayerTerms("L1", 4, (30, 20, 45), 0.30, None, 14, 2.5, 0.30),
        LayerTerms("L2", 4, (110, 80, 140), 0.30, (10.0, 0.10), 60, 0.8),
        LayerTerms("L3", 2, (220, 170, 260), 0.25, None, 150, 3.0),
    ))  # fmt: skip
