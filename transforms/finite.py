"""Keeping NaN and infinities out: what has no value is null, in every column."""

import polars as pl


def finite(value: pl.Expr) -> pl.Expr:
    """The value where it is a number; null where it is null, NaN or infinite."""
    return pl.when(value.is_finite()).then(value)


def ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """Quotient; null where either side is null or the denominator is zero."""
    return finite(numerator / denominator)


def logarithm(value: pl.Expr) -> pl.Expr:
    """Natural logarithm; null where the value is null, zero or negative."""
    return finite(value.log())
