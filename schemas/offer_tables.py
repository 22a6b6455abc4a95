"""The tables of what the book could trade at a close, and the standing book made of it, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Measure
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

OFFER_MEASURES: tuple[Measure, ...] = ()
