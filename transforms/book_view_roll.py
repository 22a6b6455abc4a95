"""Hold or roll: each package of a book beside what the policy would buy or sell in its place.

A roll closes the package at its mark and opens as many of what is on offer at the same close. A
condor is rolled for a net credit and no larger loss, where no gate forbids it; a hedge once its
terms ask it, for a debit within its cap and a year's carry within its budget. Advice, never traded.

Source:
    Methodology 5.1 (b), 2.1, 2.3 and 2.4.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from schemas.book import BookTerms, LayerTerms
from transforms.book_limit import BUDGET, CAP

Values = dict[str, Any]

GATES = ("G-1", "G-2", "G-3", "G-4")
EXPIRED = "expired"
_OFFERED = {
    "roll_expiry": "expiry", "roll_strikes": "offer_strikes", "roll_days": "days_to_expiry",
}  # fmt: skip


def rolls(
    legs: tuple[Values, ...], total: Values, tables: Mapping[str, pl.DataFrame], terms: BookTerms
) -> tuple[Values, ...]:
    """One row a package: a condor or layer by expiry, held against rolled.

    Args:
        legs: rows of the book at the session.
        total: of the book, whose hedges' carry stands against the budget.
        tables: rows of the session, of the offers and the rules.
        terms: the policy's limits.
    """
    offers = {row["book_layer"]: row for row in tables["mart_book_offer_daily"].to_dicts()}
    blocked = _fired(tables["mart_rule_evaluation_daily"])
    found = []
    for package in _packages(legs):
        layer = package[0]["book_layer"]
        row = _compared(package, offers.get(layer, {}), terms)
        if layer == "IC":
            row |= _condor_advice(row, blocked)
        else:
            row |= _hedge_advice(row, _layer(terms, layer), package, total, terms)
        found.append(row)
    return tuple(found)


def _packages(legs: tuple[Values, ...]) -> Iterator[list[Values]]:
    """Options of one layer and expiry together; what has expired or has no size is none."""
    grouped: dict[tuple[str, object], list[Values]] = {}
    for leg in legs:
        is_option = leg["instrument"] == "option" and leg["book_layer"] in ("IC", "L1", "L2", "L3")
        if is_option and leg["quantity"] and leg["fault"] != EXPIRED:
            grouped.setdefault((leg["book_layer"], leg["expiry"]), []).append(leg)
    yield from (grouped[key] for key in sorted(grouped, key=str))


def _compared(package: list[Values], offer: Values, terms: BookTerms) -> Values:
    """Value, theta, carry and loss now, and of as many of what is on offer [dollars]."""
    count = _count(package)
    sides = len(str(offer.get("offer_strikes") or "").split("/"))
    fees = terms.commission_usd * count * (len({leg["strike"] for leg in package}) + sides)
    value, debit = _sum(package, "value_usd"), _times(count, offer.get("offer_debit_usd"))
    return {
        "book_layer": package[0]["book_layer"],
        "expiry": package[0]["expiry"],
        "days_to_expiry": package[0]["days_to_expiry"],
        "contracts": count,
        **{name: offer.get(column) for name, column in _OFFERED.items()},
        "net_usd": None if value is None or debit is None else value - debit - fees,
        "purchase_usd": None if debit is None else max(debit, 0.0),
        "hold_theta_usd": _sum(package, "theta_usd"),
        "roll_theta_usd": _times(count, offer.get("offer_theta_usd")),
        "hold_carry_usd_year": _sum(package, "carry_usd_year"),
        "roll_carry_usd_year": _times(count, offer.get("offer_carry_usd_year")),
        "hold_loss_usd": _loss(package),
        "roll_loss_usd": _times(count, offer.get("offer_loss_usd")),
        "offer_fault": offer.get("fault"),
        "priced_from": offer.get("priced_from") or "nothing",
    }


def _condor_advice(row: Values, blocked: list[str]) -> Values:
    """A net credit, a loss no larger, and no gate."""
    net, before, after = row["net_usd"], row["hold_loss_usd"], row["roll_loss_usd"]
    why = ""
    if net is None or after is None or before is None:
        why = "no_offer" if row["roll_expiry"] is None else "unknown"
    elif row["roll_expiry"] == row["expiry"]:
        why = "same_expiry"
    elif blocked:
        why = f"gate {blocked[0]}"
    elif row["offer_fault"]:
        why = str(row["offer_fault"])
    elif net <= 0.0:
        why = "net_debit"
    elif after > before:
        why = "larger_loss"
    return {"advice": "hold" if why else "roll", "why": why or "net_credit"}


def _hedge_advice(
    row: Values, layer: LayerTerms | None, package: list[Values], total: Values, terms: BookTerms
) -> Values:
    """Due by its terms, its price within the cap and the year's carry within the budget."""
    why = ""
    known = (row["net_usd"], row["roll_carry_usd_year"], total["carry_share"])
    if layer is None or None in known:
        why = "no_offer" if row["roll_expiry"] is None else "unknown"
    elif not _is_due(package, layer):
        why = "not_due"
    elif row["roll_expiry"] == row["expiry"]:
        why = "same_expiry"
    elif row["purchase_usd"] > terms.purchase_cap * terms.nav_usd:
        why = CAP
    elif _carry_after(row, total, terms) > terms.carry_budget * terms.nav_usd:
        why = BUDGET
    return {"advice": "hold" if why else "roll", "why": why or "due_within_budget"}


def _carry_after(row: Values, total: Values, terms: BookTerms) -> float:
    held = row["hold_carry_usd_year"] or 0.0
    return float(total["carry_share"] * terms.nav_usd - held + row["roll_carry_usd_year"])


def _is_due(package: list[Values], layer: LayerTerms) -> bool:
    if package[0]["days_to_expiry"] <= layer.roll_dte:
        return True
    left = [leg["capture"] for leg in package if leg["quantity"] > 0.0]
    if layer.roll_extrinsic <= 0.0 or not left or None in left:
        return False
    return bool(1.0 - min(left) <= layer.roll_extrinsic)


def _layer(terms: BookTerms, name: str) -> LayerTerms | None:
    return next((one for one in terms.layers if one.layer_id == name), None)


def _count(package: list[Values]) -> int:
    """Condors or hedges: contracts of the puts sold, else of what is held."""
    sold = [-leg["quantity"] for leg in package if leg["right"] == "P" and leg["quantity"] < 0.0]
    held = [leg["quantity"] for leg in package if leg["quantity"] > 0.0]
    return round(float(sum(sold if package[0]["book_layer"] == "IC" else held)))


def _loss(package: list[Values]) -> float | None:
    """Most that a condor's legs lose at expiry from now on, against their entry [dollars]."""
    if package[0]["book_layer"] != "IC" or any(leg["entry_price"] is None for leg in package):
        return None
    ends = [0.0, *(leg["strike"] for leg in package)]
    return max(0.0, *(-sum(_gain(leg, level) for leg in package) for level in ends))


def _gain(leg: Values, level: float) -> float:
    sign = -1.0 if leg["right"] == "P" else 1.0
    paid = max(sign * (level - leg["strike"]), 0.0) - leg["entry_price"]
    return float(leg["quantity"] * leg["multiplier"] * paid)


def _fired(rules: pl.DataFrame) -> list[str]:
    is_gate = (pl.col("condition_no") == 0) & pl.col("rule_id").is_in(GATES)
    return sorted(rules.filter(is_gate & (pl.col("outcome") == "fired"))["rule_id"].to_list())


def _sum(package: list[Values], name: str) -> float | None:
    values = [leg[name] for leg in package]
    return None if None in values else float(sum(values))


def _times(count: int, value: float | None) -> float | None:
    return None if value is None else count * value
