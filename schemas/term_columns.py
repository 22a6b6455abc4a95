"""The columns of the volatility term structure."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import count, flag, points, text, vol_index, z

TERM_STATES = ("steep", "normal", "inverted")

_FLOAT = pl.Float64()

TERM_COLUMNS: tuple[Column, ...] = (
    vol_index("vx1", "Nearest monthly VIX future; priced_from says by what"),
    vol_index("vx2", "The monthly VIX future after it, of the same level; else null"),
    Column("cm_slope_30d", _FLOAT, Unit.DECIMAL,
           "VIX future of 60 days over that of 30, less 1; above 0 is contango", ge=-0.6, le=1.0),
    points("vix_roll_day", "What vx1 falls a weekday to settle at today's VIX; above 0 is contango"),
    Column("slope_factor", _FLOAT, Unit.RATIO,
           "Second principal component of the VIX family's logarithms; up is steeper", ge=-5.0, le=5.0),
    z("slope_factor_z", "slope_factor against ten years at the same loadings"),
    Column("term_ratio_cut_steep", _FLOAT, Unit.RATIO,
           "From here term_ratio_3m is steep: its 90th percentile so far, 1.15 while that is short",
           ge=0.2, le=3.0),
    Column("term_ratio_cut_inverted", _FLOAT, Unit.RATIO,
           "Below here term_ratio_3m is inverted: its 10th percentile so far, 1.00 while that is short",
           ge=0.2, le=3.0),
    text("term_state", "steep, normal or inverted; null where term_ratio_3m is unknown",
         nullable=True),
    count("sessions_inverted", "Closes in a row with VIX3M below the VIX", Unit.SESSIONS),
    flag("is_event_stress", "Whether VIX9D is above the VIX"),
    flag("is_steepening", "Whether the slope's 5-session change is in the top tenth of two years"),
)  # fmt: skip
