"""The tables of what the book could trade at a close, and the standing book made of it, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Measure, Role
from schemas.model import Table

MART_BOOK_OFFER_DAILY = Table(
    "mart_book_offer_daily",
    "What one contract of each layer, or one condor, would cost at the close, and what it would do.",
    ("session", "book_layer"),
    columns("session", "book_layer", "expiry", "days_to_expiry", "offer_strikes",
            "offer_debit_usd", "offer_theta_usd", "offer_vega_usd", "offer_delta_usd",
            "offer_roll_down_usd", "offer_carry_usd_year", "offer_stress_usd", "offer_loss_usd",
            "priced_from", "fault"),
)  # fmt: skip

MART_STANDING_BOOK_DAILY = Table(
    "mart_standing_book_daily",
    "The policy's book as if it were opened at the close: its condors, each layer at its base.",
    ("session",),
    columns("session", "standing_theta_usd", "standing_vega_usd", "standing_carry_usd_year",
            "standing_carry_share", "standing_coverage", "standing_be_down", "standing_be_up",
            "is_inner_band_inside", "is_outer_band_outside", "standing_loss_share",
            "is_hedge_undersized", "coverage_scale", "standing_theta_per_vega", "priced_from",
            "fault"),
)  # fmt: skip

OFFER_TABLES: tuple[Table, ...] = (MART_BOOK_OFFER_DAILY, MART_STANDING_BOOK_DAILY)

_MARKS = ("spx_close", "vix_close", "vix9d_close", "vix3m_close", "vix6m_close", "vix1y_close",
          "vvix_close", "skew_close", "rf_30d")  # fmt: skip
_MODEL = "Where no quotes are, marks are of stated models: see priced_from"


def _standing(
    name: str, term: str, column: str, section: str, formula: str, role: Role
) -> Measure:  # fmt: skip
    return Measure(name, term, MART_STANDING_BOOK_DAILY.name, column, section, formula,
                   "Methodology 2.3 and 3.3, ours", "A", role, _MARKS, _MODEL)  # fmt: skip


OFFER_MEASURES: tuple[Measure, ...] = (
    _standing(
        "C-1",
        "Inner band inside the break-evens",
        "is_inner_band_inside",
        "12.4",
        "S exp(+-sigma_75 sqrt(h / 252)) inside [standing_be_down, standing_be_up]",
        "GATE",
    ),
    _standing(
        "C-2",
        "Break-evens inside the outer band",
        "is_outer_band_outside",
        "12.4",
        "S exp(+-2 sigma_95 sqrt(h / 252)) outside both standing break-evens",
        "GATE",
    ),
    _standing(
        "B-THETA",
        "Theta of the standing book",
        "standing_theta_usd",
        "12.4",
        "sum of contracts times offer_theta_usd",
        "GATE",
    ),
    _standing(
        "B-CARRY",
        "Carry of the hedge a year",
        "standing_carry_share",
        "2.3",
        "-(theta + roll-down) * 252 of the layers over net asset value",
        "GATE",
    ),
    _standing(
        "B-COVER",
        "Coverage of the condors' loss",
        "standing_coverage",
        "2.3",
        "gain of the hedge over loss of the condors, S -8 %, VIX +20",
        "GATE",
    ),
    _standing(
        "B-LOSS",
        "Largest loss of the condors",
        "standing_loss_share",
        "3.1",
        "largest loss at expiry over net asset value",
        "GATE",
    ),
    _standing(
        "B-SIZE",
        "Hedge undersized",
        "is_hedge_undersized",
        "2.3",
        "standing_coverage below the target",
        "GAUGE",
    ),
)
