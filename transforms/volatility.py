"""Realized volatility by window and by estimator, annualized with 252 sessions."""

import math

import polars as pl

from schemas.frames import compare
from transforms.returns import log_ratio, log_return

SESSIONS_PER_YEAR = 252
REALIZED_WINDOWS = (5, 10, 21, 42, 63, 126, 252)

_STALE_OPEN_POINTS = 0.005  # half of the smallest tick an index level is published with
_STALE_OPEN_SHARE = 0.05
_STALE_OPEN_WINDOW = 252
_STALE_OPEN_KNOWN = 126


def annualized(daily_variance: pl.Expr) -> pl.Expr:
    """``sqrt(252 v)`` [decimal]; null where the variance is null.

    A variance below zero is rounding noise of a running sum over unchanged prices: zero.
    """
    return (daily_variance.clip(lower_bound=0.0) * SESSIONS_PER_YEAR).sqrt()


def realized_vol(log_return: pl.Expr, window: int) -> pl.Expr:
    """Close-to-close volatility about zero: RV-CC0, the measure the rules read.

    ``sqrt(252 * mean(r_i^2))``

    Args:
        log_return: returns in session order [decimal].
        window: number of returns [sessions].

    Returns:
        Annualized volatility [decimal]; null where any of the window's returns is missing.

    Source:
        Methodology 4.1, RV-CC0.
    """
    return annualized((log_return * log_return).rolling_mean(window))


def realized_vol_cc(log_return: pl.Expr, window: int) -> pl.Expr:
    """Close-to-close volatility about the mean.

    ``sqrt(252 / (n - 1) * sum((r_i - mean(r))^2))``

    Args:
        log_return: returns in session order [decimal].
        window: number of returns n [sessions], at least 2.

    Returns:
        Annualized volatility [decimal]; null where any of the window's returns is missing.

    Source:
        Hull, Options, Futures and Other Derivatives, ch. 15.4.
    """
    return annualized(log_return.rolling_var(window))


def realized_vol_parkinson(high: pl.Expr, low: pl.Expr, window: int) -> pl.Expr:
    """Range volatility: no drift, no overnight gaps.

    ``sqrt(252 * mean(ln(H/L)^2) / (4 ln 2))``

    Args:
        high: session highs [index points].
        low: session lows [index points].
        window: number of bars [sessions].

    Returns:
        Annualized volatility [decimal]; null where any of the window's bars is incomplete.

    Source:
        Parkinson (1980), Journal of Business 53.
    """
    spread = log_ratio(high, low)
    return annualized((spread * spread / (4.0 * math.log(2.0))).rolling_mean(window))


def garman_klass_variance(open_: pl.Expr, high: pl.Expr, low: pl.Expr, close: pl.Expr) -> pl.Expr:
    """``0.5 ln(H/L)^2 - (2 ln 2 - 1) ln(C/O)^2`` of each session [decimal squared], without gaps."""
    spread, move = log_ratio(high, low), log_ratio(close, open_)
    return 0.5 * spread * spread - (2.0 * math.log(2.0) - 1.0) * move * move


def realized_vol_garman_klass(
    open_: pl.Expr, high: pl.Expr, low: pl.Expr, close: pl.Expr, window: int
) -> pl.Expr:
    """Open-high-low-close volatility without overnight gaps.

    ``sqrt(252 * mean(0.5 ln(H/L)^2 - (2 ln 2 - 1) ln(C/O)^2))``

    Args:
        open_: session opens [index points].
        high: session highs [index points].
        low: session lows [index points].
        close: session closes [index points].
        window: number of bars [sessions].

    Returns:
        Annualized volatility [decimal]; null where any of the window's bars is incomplete.

    Source:
        Garman and Klass (1980), Journal of Business 53.
    """
    return annualized(garman_klass_variance(open_, high, low, close).rolling_mean(window))


def realized_vol_gkyz(
    open_: pl.Expr, high: pl.Expr, low: pl.Expr, close: pl.Expr, window: int
) -> pl.Expr:
    """Garman-Klass volatility with the overnight gap added.

    ``sqrt(252 * mean(GK + ln(O_t/C_{t-1})^2))``

    Args:
        open_: session opens [index points].
        high: session highs [index points].
        low: session lows [index points].
        close: session closes [index points].
        window: number of bars [sessions]; the bar before them supplies the first gap.

    Returns:
        Annualized volatility [decimal]; null where any bar is incomplete.

    Source:
        Garman and Klass (1980) as extended by Yang and Zhang (2000), Journal of Business 73.
    """
    gap = log_ratio(open_, close.shift(1))
    variance = garman_klass_variance(open_, high, low, close) + gap * gap
    return annualized(variance.rolling_mean(window))


def _rogers_satchell_variance(
    open_: pl.Expr, high: pl.Expr, low: pl.Expr, close: pl.Expr
) -> pl.Expr:
    above = log_ratio(high, close) * log_ratio(high, open_)
    return above + log_ratio(low, close) * log_ratio(low, open_)


def realized_vol_rogers_satchell(
    open_: pl.Expr, high: pl.Expr, low: pl.Expr, close: pl.Expr, window: int
) -> pl.Expr:
    """Open-high-low-close volatility free of drift, without overnight gaps.

    ``sqrt(252 * mean(ln(H/C) ln(H/O) + ln(L/C) ln(L/O)))``

    Args:
        open_: session opens [index points].
        high: session highs [index points].
        low: session lows [index points].
        close: session closes [index points].
        window: number of bars [sessions].

    Returns:
        Annualized volatility [decimal]; null where any of the window's bars is incomplete.

    Source:
        Rogers and Satchell (1991), Annals of Applied Probability 1.
    """
    return annualized(_rogers_satchell_variance(open_, high, low, close).rolling_mean(window))


def realized_vol_yang_zhang(
    open_: pl.Expr, high: pl.Expr, low: pl.Expr, close: pl.Expr, window: int
) -> pl.Expr:
    """Volatility from bars and overnight gaps, free of drift.

    ``sqrt(252 * (Var(o) + k Var(c) + (1 - k) RS))``, ``k = 0.34 / (1.34 + (n + 1) / (n - 1))``,
    sample variances of the gap o = ln(O_t/C_{t-1}) and of the session's move c = ln(C/O).

    Args:
        open_: session opens [index points].
        high: session highs [index points].
        low: session lows [index points].
        close: session closes [index points].
        window: number of bars n [sessions], at least 2; the bar before supplies the first gap.

    Returns:
        Annualized volatility [decimal]; null where any bar is incomplete.

    Source:
        Yang and Zhang (2000), Journal of Business 73.
    """
    weight = 0.34 / (1.34 + (window + 1) / (window - 1))
    gap = log_ratio(open_, close.shift(1)).rolling_var(window)
    move = log_ratio(close, open_).rolling_var(window)
    within = _rogers_satchell_variance(open_, high, low, close).rolling_mean(window)
    return annualized(gap + weight * move + (1.0 - weight) * within)


def is_range_biased(open_: pl.Expr, close: pl.Expr) -> pl.Expr:
    """Whether stale opens bias the range estimators of a cash index.

    True where the open equals the previous close, to 0.005 index points, on more than 5 % of the
    last 252 sessions. A traded price repeats its prior close on about 1 % of days; the published
    cash S&P 500 did so on 40 % of days in 1999-2018, because constituents had not opened yet.

    Args:
        open_: session opens [index points].
        close: session closes [index points].

    Returns:
        Boolean; null until 126 of the last 252 opens can be judged, holes not counted.

    Source:
        Methodology 4.1, data trap. The 5 % line and the window are this project's.
    """
    is_stale = compare((open_ - close.shift(1)).abs(), "<=", _STALE_OPEN_POINTS)
    share = is_stale.cast(pl.Float64).rolling_mean(
        _STALE_OPEN_WINDOW, min_samples=_STALE_OPEN_KNOWN
    )
    return compare(share, ">", _STALE_OPEN_SHARE)


def realized_vol_daily(core_index_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Realized volatility of the S&P 500 by window and by estimator."""
    open_, high, low, close = (pl.col(f"spx_{f}") for f in ("open", "high", "low", "close"))
    returns = core_index_daily.sort("session").with_columns(log_return=log_return(close))
    bars = (open_, high, low, close, 21)
    return returns.select(
        "session",
        "log_return",
        *(
            realized_vol(pl.col("log_return"), n).alias(f"realized_vol_{n}d")
            for n in REALIZED_WINDOWS
        ),
        realized_vol_cc_21d=realized_vol_cc(pl.col("log_return"), 21),
        realized_vol_parkinson_21d=realized_vol_parkinson(high, low, 21),
        realized_vol_garman_klass_21d=realized_vol_garman_klass(*bars),
        realized_vol_gkyz_21d=realized_vol_gkyz(*bars),
        realized_vol_rogers_satchell_21d=realized_vol_rogers_satchell(*bars),
        realized_vol_yang_zhang_21d=realized_vol_yang_zhang(*bars),
        is_range_biased=is_range_biased(open_, close),
    )
