"""What could be done to a book, as text: roll or hold, delta taken out, the Second Engine's review."""

from collections.abc import Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]

NONE = "-"
_WHY = {
    "not_due": "its terms do not ask for it yet",
    "due_within_budget": "due, and within cap and budget",
    "net_credit": "for a net credit and no larger loss",
    "net_debit": "it would cost a net debit",
    "larger_loss": "the new condor could lose more",
    "same_expiry": "nothing later is on offer",
    "no_offer": "nothing is on offer",
    "scaled_to_cap": "the purchase exceeds its cap",
    "scaled_to_budget": "carry would exceed its budget",
    "unknown": "not known",
}
_TUNED = {
    "ok": "the edge allows it",
    "less_than_one": "none, the excess is not more than one contract",
    "edge_too_low": "not now, the net edge is below -5 bp",
    "edge_unknown": "for review, no quotes are there to judge the edge",
}


def roll_lines(rolls: tuple[Row, ...]) -> Iterator[str]:
    """Each package held against rolled."""
    if not rolls:
        return
    yield "Roll or hold, dollars a package: roll is net of closing, opening and commissions"
    for one in rolls:
        by = one["priced_from"]
        target = f"{one['roll_expiry']} {one['roll_strikes']}" if one["roll_expiry"] else NONE
        why = _WHY.get(one["why"], str(one["why"]).replace("_", " "))
        yield (
            f"  {one['book_layer']} {one['expiry']}, {one['contracts']}: {one['advice']}, {why}; "
            f"to {target}: {_money(one['net_usd'], by)}; theta a day "
            f"{usd(one['hold_theta_usd'])} held, {usd(one['roll_theta_usd'])} rolled; carry a year "
            f"{usd(one['hold_carry_usd_year'])} held, {usd(one['roll_carry_usd_year'])} rolled ({by})"
        )


def tuning_lines(found: Row) -> Iterator[str]:
    """Synthetic forwards against the delta that is too much."""
    if not found:
        return
    words = _TUNED.get(found["outcome"], found.get("why", found["outcome"]))
    yield f"Delta fine-tuning with synthetic forwards: {words}"
    if found.get("forwards"):
        by = found["priced_from"]
        side = "buy" if found["forwards"] > 0.0 else "sell"
        yield (
            f"  {side} {abs(found['forwards']):,.0f} of {found['forward_days']} days against "
            f"{_money(found['excess_delta_usd'], by)} for 1 %; premium about nothing, margin "
            f"{usd(found['margin_usd'])} USD ({found['margin_rule']})"
        )


def engine_lines(found: Row) -> Iterator[str]:
    """The Second Engine's review."""
    if not found:
        return
    share, closes = found["drift_share"], found["drift_closes"]
    drift = NONE if share is None else f"{100 * share:+.2f} % of NAV for 1 % of the S&P 500"
    yield (
        f"Second Engine, {found['se_state'] or 'state not known'}: delta drift {drift}, "
        f"{NONE if closes is None else closes} closes in a row beyond 0.5 %"
    )
    if found["outcome"] != "review":
        yield f"  no futures: {found['why']}"
        return
    by = found["priced_from"]
    yield (
        f"  for review, {found['why']}: {found['futures_needed']:,.0f} futures of "
        f"{found['future_expiry']} at {found['future']:,.2f} ({by}); {found['futures_unlimited']:,.1f} "
        f"without limits, at most {found['futures_cap']:,.0f}"
    )
    yield (
        f"  notional {_money(found['notional_usd'], by)}, margin {usd(found['margin_usd'])} USD "
        f"({found['margin_rule']}), financing {usd(found['financing_usd_year'])} USD a year at the "
        "bill rate"
    )
    for one in found["alternatives"]:
        yield f"  or {_alternative(one)}"


def _alternative(one: Row) -> str:
    name = f"{one['root']} call spread" if "root" in one else f"VIX calls {one['expiry']}"
    unit = f" {one['unit']}" if "unit" in one else ""
    if one["contracts"] is None:
        return f"{name}: not known"
    return (
        f"{name} {one['strikes']}: {one['contracts']:,.0f}{unit} of {one['wanted']:,.1f} wanted for "
        f"{_money(one['debit_usd'], one['priced_from'])}, the most its limit pays"
        if one["contracts"] < round(one["wanted"])
        else f"{name} {one['strikes']}: {one['contracts']:,.0f}{unit} for "
        f"{_money(one['debit_usd'], one['priced_from'])}"
    )


def usd(value: float | None) -> str:
    """Whole dollars; a dash for what is not known."""
    return NONE if value is None else f"{value:,.0f}"


def _money(value: float | None, by: str) -> str:
    return NONE if value is None else f"{usd(value)} USD ({by})"
