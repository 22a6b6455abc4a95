"""Returns of a price."""

import polars as pl

from transforms.finite import logarithm


def log_return(close: pl.Expr) -> pl.Expr:
    """Logarithmic return over one session.

    ``ln(C_t / C_{t-1})``

    Args:
        close: closes in session order [index points].

    Returns:
        Return [decimal]; null in the first session, and where this or the previous close is
        missing: a hole costs two returns, and no return ever spans it.
    """
    return log_ratio(close, close.shift(1))


def log_ratio(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """``ln(later / earlier)`` [decimal]; null where either is missing or not positive."""
    return logarithm(later / earlier)
