"""The tables of the volatility term structure, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Measure
from schemas.model import Table

MART_TERM_STRUCTURE_DAILY = Table(
    "mart_term_structure_daily",
    "Slope, roll and states of the volatility term structure.",
    ("session",),
    columns("session", "vx1", "vx2", "cm_slope_30d", "vix_roll_day", "priced_from",
            "slope_factor", "slope_factor_z", "term_ratio_cut_steep", "term_ratio_cut_inverted",
            "term_state", "sessions_inverted", "is_event_stress", "is_steepening"),
)  # fmt: skip

TERM_TABLES: tuple[Table, ...] = (MART_TERM_STRUCTURE_DAILY,)

_TABLE = MART_TERM_STRUCTURE_DAILY.name
_FAMILY = ("vix9d_close", "vix_close", "vix3m_close", "vix6m_close", "vix1y_close")
_RATIO = ("vix3m_close", "vix_close")
_CURVE = (*_FAMILY, "vvix_close")
_PRICES = "The slope prices variance risk; it does not forecast the VIX (Johnson 2017)"

TERM_MEASURES: tuple[Measure, ...] = (
    Measure(
        "V-S21", "Slope of VIX futures", _TABLE, "cm_slope_30d", "10.4",
        "F60 / F30 - 1, each linear in days between monthly expiries",
        "Simon and Campasano 2014; Johnson 2017", "A", "DRIVER", _CURVE,
        _PRICES + "; settlements or the VIX family's forward volatility, never the two mixed",
    ),
    Measure(
        "V-ROLL", "Daily roll", _TABLE, "vix_roll_day", "10.4",
        "(vx1 - vix_close) / weekdays to settlement",
        "Simon and Campasano 2014, Journal of Derivatives 21(3)", "A", "GAUGE", _CURVE,
        "Forecasts returns of the futures, not the VIX; holidays count as weekdays, and the week of "
        "settlement is noise",
    ),
    Measure(
        "V-SLOPE", "Slope factor", _TABLE, "slope_factor_z", "10.4",
        "z of the second principal component of ln VIX9D, VIX, VIX3M, VIX6M, VIX1Y; loadings of the "
        "ten years before a yearly fit",
        "Johnson 2017, JFQA 52(6)", "A", "DRIVER", _FAMILY,
        _PRICES + "; the first component, the level, takes with it the inversion that high "
        "volatility brings, so that this is the slope at a given level",
    ),
    Measure(
        "V-STATE", "Term-structure state", _TABLE, "term_state", "10.4",
        "term_ratio_3m against its 90th and 10th percentile so far; 1.15 and 1.00 before 756 values",
        "Ours, on Johnson 2017", "B", "GAUGE", _RATIO,
        "The tenth percentile of 2009 to 2022 is 1.011: the lowest tenth need not be inverted yet; "
        "sessions_inverted counts the curve below 1 itself",
    ),
    Measure(
        "V-INV", "Closes inverted in a row", _TABLE, "sessions_inverted", "10.4",
        "closes in a row with VIX3M / VIX < 1", "Johnson 2017", "B", "DRIVER", _RATIO,
    ),
    Measure(
        "V-EVENT", "Event stress", _TABLE, "is_event_stress", "10.4", "VIX9D / VIX > 1", "Cboe",
        "B", "GAUGE", ("vix9d_close", "vix_close"),
    ),
    Measure(
        "V-STEEP", "Steepening", _TABLE, "is_steepening", "10.4",
        "5-session change of cm_slope_30d, else of term_ratio_3m, in the top tenth of 504 sessions",
        "Ours, from the article's wording", "D", "GAUGE", _CURVE,
        "The article expands hedges on it; the literature says the reverse: a steeper slope is "
        "followed by lower returns of variance, VIX futures and straddles",
    ),
)  # fmt: skip
