"""The vol-fundamental gap: the premium options imply against the one cash flows imply."""

import polars as pl

from transforms.finite import finite, logarithm
from transforms.standing import baseline_sessions, percentile, z_score, z_score_robust


def vol_gap_log(erp_svix: pl.Expr, erp_fcfe: pl.Expr) -> pl.Expr:
    """Logarithmic gap: above zero where options imply the larger premium.

    ``ln(erp_svix30) - ln(erp_fcfe_marked)``; logarithms because the option-implied premium is
    right-skewed.

    Args:
        erp_svix: premium that options imply [decimal].
        erp_fcfe: premium that cash flows imply [decimal].

    Returns:
        Gap [ratio]; null where either is null, zero or negative.

    Source:
        Methodology 1.6, M-ZGAP.
    """
    return finite(logarithm(erp_svix) - logarithm(erp_fcfe))


def vol_gap_daily(mart_cost_of_equity_daily: pl.LazyFrame) -> pl.LazyFrame:
    """The vol-fundamental gap: level, log, and standing among its previous ten years."""
    short, long, cash_flows = (
        pl.col(name) for name in ("erp_svix30", "erp_svix365", "erp_fcfe_marked")
    )
    gap = pl.col("vol_gap_log")
    return (
        mart_cost_of_equity_daily.select("session", "erp_svix30", "erp_svix365", "erp_fcfe_marked")
        .sort("session")
        .with_columns(vol_gap_log=vol_gap_log(short, cash_flows))
        .select(
            "session",
            "vol_gap_log",
            vol_gap_30d=finite(short - cash_flows),
            vol_gap_365d=finite(long - cash_flows),
            vol_gap_z=z_score(gap),
            vol_gap_z_robust=z_score_robust(gap),
            vol_gap_percentile=percentile(gap),
            vol_gap_window_sessions=baseline_sessions(gap),
        )
    )
