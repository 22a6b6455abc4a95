"""How a condition on the book reads: its measure with unit and limit, or what has no price."""

from collections.abc import Sequence

from briefing import formats
from briefing.labels import label, unit_of
from briefing.model import Quantity
from briefing.rows import Row, Rows, as_float, as_text

TABLES = ("mart_standing_book_daily", "mart_book_offer_daily")

# In a rule's row these are sums over the book, not the one contract of their table.
_LABELS = {
    "offer_theta_usd": "Daily theta of the book after the change",
    "offer_carry_usd_year": "Yearly carry of the hedges after the change",
    "offer_debit_usd": "Premium of the purchase",
    "offer_loss_usd": "Largest loss of the condors",
    "offer_delta_usd": "Delta of the book after the change, for 1% of the S&P 500,",
    "offer_vega_usd": "Vega of the book after the change, for a point,",
    "standing_coverage": "Coverage under stress after the change",
    "is_inner_band_inside": "Inner band inside the break-evens",
    "is_outer_band_outside": "Break-evens inside the outer band",
}
# What is said of the standing book's break-evens where a test holds, and where it does not.
_TESTS = {
    "is_inner_band_inside": ("hold the inner band", "do not hold the inner band"),
    "is_outer_band_outside": ("lie inside the outer band", "reach beyond the outer band"),
}


def driver_label(row: Row) -> str:
    """What a reader calls the driver of a rule's condition."""
    column = as_text(row["driver_column"])
    return _LABELS[column] if is_on_book(row) and column in _LABELS else label(column)


def is_on_book(row: Row) -> bool:
    """Whether a condition reads the standing book, or the book after a change."""
    return as_text(row["driver_table"]) in TABLES


def is_test(row: Row) -> bool:
    """Whether a condition is yes or no, not a number against a limit."""
    return as_text(row["driver_column"]) in _TESTS


def test_text(rows: Rows, row: Row) -> str:
    """A corridor test in words, with the break-evens it is of."""
    found = rows.at("mart_standing_book_daily", rows.session)
    book: Row = found[0] if found else {}
    ends = [as_float(book.get(f"standing_be_{end}")) for end in ("down", "up")]
    down, up = (formats.quantity(end, unit_of("standing_be_down")) for end in ends)
    is_true = as_float(row["driver_value"]) == 1.0
    said = _TESTS[as_text(row["driver_column"])][0 if is_true else 1]
    date = formats.short_day(rows.session)
    return f"Break-evens of the standing book {down} to {up} ({date}) {said}"


def answer(row: Row) -> Quantity:
    """The answer of a condition that is yes or no, as a value of the page."""
    value = as_float(row["driver_value"])
    text = formats.NO_DATA if value is None else "yes" if value == 1.0 else "no"
    return Quantity(value=value, unit=unit_of(as_text(row["driver_column"])).value, text=text)


def unpriced(offers: Sequence[Row]) -> str:
    """What has no price at the close, and why; empty where everything has one.

    Args:
        offers: what could be traded at that close.
    """
    named = [
        f"{row['book_layer']} {as_text(row['fault']).replace('_', ' ') or 'unknown'}"
        for row in offers
        if row["offer_theta_usd"] is None
    ]
    return ", ".join(named) or ("" if offers else "nothing is on offer")
