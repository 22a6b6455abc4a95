"""Moving averages, MACD and RSI.

A session without a close is skipped: averages run over the closes that were observed, in order,
and their values are null on the skipped session itself. Nothing is filled in, and the state after
a hole is the state before it plus the closes after it. Only the simple mean counts sessions, so a
hole makes it null until the hole has left its window.
"""

import polars as pl

from schemas.frames import compare, join_one
from transforms.finite import finite

_CONFIRM_SHARE = 0.10
_CONFIRM_WINDOW = 63


def _seeded_mean(value: pl.Expr, window: int, weight: float) -> pl.Expr:
    """Exponential mean that starts, at the ``window``-th value, from their simple mean."""
    count = value.is_not_null().cum_sum()
    start = pl.when(count == window).then(value.cum_sum() / window)  # null where the value is
    steps = start.when(count > window).then(value)
    return steps.ewm_mean(alpha=weight, adjust=False, ignore_nulls=True)


def ema(value: pl.Expr, window: int) -> pl.Expr:
    """Exponential moving average.

    ``a x_t + (1 - a) EMA_{t-1}``, ``a = 2 / (n + 1)``, seeded with the simple mean of the first n.

    Args:
        value: values in session order, any unit; null where missing, never NaN.
        window: n [observed values].

    Returns:
        Average in the value's unit; null before the n-th value and where the value is null.

    Source:
        Methodology 6.1, T-EMA.
    """
    return _seeded_mean(value, window, 2.0 / (window + 1))


def macd(value: pl.Expr) -> pl.Expr:
    """``EMA12 - EMA26``, in the value's unit; first at the 26th value.

    Source:
        Appel; methodology 6.1, T-MACD.
    """
    return ema(value, 12) - ema(value, 26)


def macd_signal(macd: pl.Expr) -> pl.Expr:
    """``EMA9`` of the MACD, in its unit; first at the 34th value."""
    return ema(macd, 9)


def rsi(value: pl.Expr, window: int = 14) -> pl.Expr:
    """Relative strength index with Wilder's smoothing.

    ``100 - 100 / (1 + AG / AL)``; average gain AG and loss AL start from the simple mean of the
    first n changes, then ``((n - 1) avg + x) / n``. 100 where nothing fell, 50 where nothing moved.

    Args:
        value: values in session order, any unit; null where missing, never NaN.
        window: n [changes between observed values].

    Returns:
        0 to 100; null before n changes and where the value is null.

    Source:
        Wilder, New Concepts in Technical Trading Systems (1978).
    """
    change = value - previous(value)
    gain = _seeded_mean(change.clip(lower_bound=0.0), window, 1.0 / window)
    loss = _seeded_mean((-change).clip(lower_bound=0.0), window, 1.0 / window)
    # 0 / 0, nothing moved, is the only NaN there can be.
    return (100.0 * gain / (gain + loss)).fill_nan(50.0)


def previous(value: pl.Expr) -> pl.Expr:
    """The last value observed before this session, however long ago."""
    return value.forward_fill().shift(1)


def is_cross_up(histogram: pl.Expr) -> pl.Expr:
    """Whether the histogram went from zero or below to above zero at this close.

    Returns:
        Boolean; null where this or any earlier histogram is missing.
    """
    before = previous(histogram)
    crossed = compare(before, "<=", 0.0) & compare(histogram, ">", 0.0)
    return pl.when(before.is_not_null() & histogram.is_not_null()).then(crossed)


def is_cross_down(histogram: pl.Expr) -> pl.Expr:
    """Whether the histogram went from zero or above to below zero at this close.

    Returns:
        Boolean; null where this or any earlier histogram is missing.
    """
    return is_cross_up(-histogram)


def is_up_confirmed(histogram: pl.Expr) -> pl.Expr:
    """Whether an up-cross held its second close here, with enough size.

    The cross was at the close before; the histogram is still above zero, and by at least 0.10 of
    its standard deviation over the 63 values that end here. True on that one session only, which
    is when the confirmation is known.

    Args:
        histogram: MACD less its signal, without holes after its first value.

    Returns:
        Boolean; null until 63 values exist.

    Source:
        Methodology 6.1, T-XUP.
    """
    size = _CONFIRM_SHARE * histogram.rolling_std(_CONFIRM_WINDOW)
    held = compare(histogram, ">", 0.0) & compare(histogram, ">=", size)
    confirmed = is_cross_up(histogram).shift(1) & held
    return pl.when(size.is_not_null()).then(confirmed)


def is_down_confirmed(histogram: pl.Expr) -> pl.Expr:
    """Whether a down-cross held its second close here: ``is_up_confirmed`` of the negative."""
    return is_up_confirmed(-histogram)


def sessions_since(event: pl.Expr) -> pl.Expr:
    """Sessions since the event last held; 0 on its own session.

    Args:
        event: Boolean in session order, one row per session; null counts as not held.

    Returns:
        Count [sessions]; null before the first event.
    """
    position = pl.int_range(pl.len(), dtype=pl.Int32)
    return position - pl.when(event).then(position).forward_fill()


def _vix_measures(core_index_daily: pl.LazyFrame) -> pl.LazyFrame:
    vix, histogram = pl.col("vix_close"), pl.col("vix_macd_hist")
    observed = core_index_daily.select("session", finite(vix).alias("vix_close")).drop_nulls()
    averaged = observed.with_columns(
        vix_ema_12d=ema(vix, 12),
        vix_ema_26d=ema(vix, 26),
        vix_macd=macd(vix),
        vix_rsi_14d=rsi(vix),
    ).with_columns(vix_macd_signal=macd_signal(pl.col("vix_macd")))
    return (
        averaged.with_columns(vix_macd_hist=pl.col("vix_macd") - pl.col("vix_macd_signal"))
        .with_columns(
            is_macd_cross_up=is_cross_up(histogram),
            is_macd_cross_down=is_cross_down(histogram),
            is_macd_up_confirmed=is_up_confirmed(histogram),
            is_macd_down_confirmed=is_down_confirmed(histogram),
        )
        .drop("vix_close")
    )


def technical_daily(core_index_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Moving averages, MACD and RSI on the VIX, RSI on the S&P 500."""
    ordered = core_index_daily.select("session", "vix_close", "spx_close").sort("session")
    measured = join_one(ordered, _vix_measures(ordered), on="session").sort("session")
    return measured.with_columns(
        vix_sma_20d=finite(pl.col("vix_close").rolling_mean(20)),
        spx_rsi_14d=rsi(pl.col("spx_close")),
        sessions_since_macd_up=sessions_since(pl.col("is_macd_up_confirmed")),
        sessions_since_macd_down=sessions_since(pl.col("is_macd_down_confirmed")),
    ).drop("vix_close", "spx_close")
