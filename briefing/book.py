"""Block 5: the options book as the tables have it; every amount beside what it is priced from."""

from collections.abc import Iterator, Sequence
from typing import Literal

from briefing import formats
from briefing.labels import quantity
from briefing.model import Book, BookFigure, BookScenario, Quantity
from briefing.rows import Row, Rows, as_date, as_float, as_int, as_text

_BOOKS: tuple[Literal["desk", "model"], ...] = ("desk", "model")  # the user's own comes first
_NAMES = {"desk": "Your desk", "model": "The policy's model book"}
_DAY, _LEG, _SCENARIO = "mart_book_daily", "mart_book_leg_daily", "mart_book_scenario_daily"
_PROPOSAL = "mart_book_proposal_daily"
_ARRIVAL = "ops_arrival"
_EXPIRED = "expired"
_MOST_FAULTS = 4
_LONGEST = 240  # characters of a refusal's first line
_FAULTS = {
    "expired": "has expired and is worth what it settled at",
    "no_entry": "has no entry price, so its gain is not known",
    "no_volatility": "has no volatility known for its strike and expiry",
    "no_discount": "has no rate known to discount by",
    "no_spot": "has no price of its share known by then",
    "no_forward": "has no forward or future known for its expiry",
    "bad_strike": "has a strike that is none",
    "no_expiry": "has no expiry",
    "bad_size": "has no quantity or multiplier",
    "unknown_kind": "is of a kind that is not valued here",
    "se_on_watch": "is on watch and of no size until its own rule opens it",
}
_NOTES = {
    "scaled_to_cap": "fewer were bought than asked, by the cap on one purchase",
    "scaled_to_budget": "fewer were bought than asked, by the yearly carry budget",
    "scaled_to_loss": "fewer condors were sold than asked, by the largest loss allowed",
    "carry_unknown": "nothing was added, since the carry cannot be judged",
    "left_aside": "expired at a level that is not known and is in no total",
    "quote_implausible": "its quote is implausible",
    "quote_expired": "its quote is of a contract that has expired",
    "quote_empty": "its quote is empty",
    "quote_crossed": "its quote is crossed",
    "quote_zero_bid": "its quote has no bid",
    "quote_no_ask": "its quote has no ask",
    "quote_beyond_wings": "its quote lies beyond two strikes without a bid",
    "expiry_not_quoted": "its expiry is not in the chain",
    "strike_not_quoted": "its strike is not in the chain",
    "unknown_right": "it is neither call nor put",
    "expired": "its quotes have run out",
    "no_forward": "the chain gives no forward for its expiry",
    "no_quoted_vol": "no quote of its expiry gives a volatility",
    "no_implied_vol": "its mid gives no volatility",
    "vol_from_surface": "its mid gives no volatility",
    "surface_beyond_wings": "its strike is outside those quoted",
    "surface_too_few_quotes": "its expiry has too few quotes for a smile",
    "surface_no_time": "its expiry has no time left for a smile",
    "surface_not_solved": "the smile of its expiry has no fit",
    "surface_butterfly": "the smile of its expiry would pay for a butterfly",
    "surface_wing_slope": "the smile of its expiry is too steep at a wing",
    "surface_poor_fit": "the smile of its expiry fits poorly",
    "surface_calendar": "the smile of its expiry would pay for a calendar spread",
}
_LIMITS = ("scaled_to_", "carry_unknown", "left_aside")
_MARKED = {"quotes": "at its mid", "surface": "by the smile of its expiry",
           "model": "by the model", "indicative": "by the model, indicative"}  # fmt: skip
_AMOUNTS = (
    ("Gain since the last close", "day_pnl_usd"),
    ("Delta, 1% of the S&P 500", "delta_usd"),
    ("Gamma, 1% more", "gamma_usd"),
    ("Vega, a point of volatility", "vega_usd"),
    ("Theta, a calendar day", "theta_usd"),
    ("Largest loss at expiry", "max_loss_usd"),
)

_OF_CONDORS = ("Largest loss at expiry", "Break-evens, condors alone", "Break-evens, hedges marked",
               "Coverage under stress")  # fmt: skip


def book(rows: Rows) -> Book:
    """The book of the session: the user's where it is held, else the policy's own."""
    refused = _refused(rows)
    notes: tuple[str, ...] = ()
    if refused:
        notes = (f"Your desk is refused, so it is not shown: {refused}",)
    for name in _BOOKS:
        found = [row for row in rows.at(_DAY, rows.session) if row["book"] == name]
        if not found:
            continue
        if name == "desk" and found[0]["fault"] is not None:
            why = tuple(leg_faults(_legs(rows, name)))
            notes = (f"Your desk is not shown, since a number would mislead: {' '.join(why)}",)
            continue
        return _held(rows, found[0], name, notes)
    return Book(
        name="", sentence="no book was valued for this session, so nothing of this is known.",
        priced_from="nothing", figures=(), columns=(), scenarios=(), notes=notes,
    )  # fmt: skip


def _held(rows: Rows, total: Row, name: Literal["desk", "model"], notes: tuple[str, ...]) -> Book:
    legs = _legs(rows, name)
    scenarios = [row for row in rows.at(_SCENARIO, rows.session) if row["book"] == name]
    points = dict.fromkeys(as_float(row["vix_move"]) for row in scenarios)
    return Book(
        name=name,
        sentence=_sentence(total, legs, name),
        priced_from=_level(total),
        figures=tuple(_figures(rows, total, legs, name)),
        columns=tuple(f"VIX {formats.number(one, 0, signed=True)}" for one in points),
        scenarios=tuple(_scenarios(scenarios)),
        notes=(*notes, *_faults(total, legs), *_noted(total, legs)),
    )


def _legs(rows: Rows, name: str) -> list[Row]:
    return [row for row in rows.at(_LEG, rows.session) if row["book"] == name]


def _refused(rows: Rows) -> str:
    """Why the newest desk was not read; empty where it was, or there is none."""
    mine = [row for row in rows.frame(_ARRIVAL).iter_rows(named=True) if row["dataset"] == "desk"]
    if not mine:
        return ""
    said = as_text(mine[-1]["refusal"]).partition("\n")[0]
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 3]}..."


def _sentence(total: Row, legs: Sequence[Row], name: str) -> str:
    condors = formats.count(as_int(total["condor_units"]), "condor")
    return (
        f"{_NAMES[name]}: {condors} and {formats.count(len(legs), 'leg')} in all, worth "
        f"{_dollars(as_float(total['value_usd']))} ({_level(total)}) at net asset value "
        f"{_dollars(as_float(total['nav_usd']))} (declared)."
    )


def _level(row: Row) -> str:
    return as_text(row["priced_from"]) or "nothing"


def _dollars(value: float | None) -> str:
    return formats.number(value, 0, after="" if value is None else " USD")


def _amount(value: float | None) -> Quantity:
    text = formats.number(value, 0, signed=True, after="" if value is None else " USD")
    return Quantity(value=value, unit=quantity(None, "value_usd").unit, text=text)


def _figures(rows: Rows, total: Row, legs: Sequence[Row], name: str) -> Iterator[BookFigure]:
    level, has_condor = _level(total), bool(as_int(total["condor_units"]))

    def figure(label: str, text: str, values: tuple[Quantity, ...]) -> BookFigure:
        known = any(one.value is not None for one in values)
        if not known and not has_condor and label in _OF_CONDORS:
            text = "no condor held"
        return BookFigure(
            label=label, text=text, values=values, priced_from=level if known else "nothing"
        )

    gains = [as_float(row["pnl_usd"]) for row in legs if row["quantity"]]
    known = [gain for gain in gains if gain is not None]
    since = _amount(sum(known) if gains and len(known) == len(gains) else None)
    for label, column in _AMOUNTS:
        amount = _amount(as_float(total[column]))
        text = amount.text.replace("+", "") if column == "max_loss_usd" else amount.text
        yield figure(label, text, (amount,))
        if column == "day_pnl_usd":
            yield figure("Gain of the open legs since entry", since.text, (since,))
    for label, row, prefix in (
        ("Break-evens, condors alone", total, "be"),
        ("Break-evens, hedges marked", total, "position_be"),
        ("The same after the proposal", _proposal(rows, name), "after_be"),
    ):
        ends = tuple(quantity(as_float(row.get(f"{prefix}_{end}")), "be_down") for end in
                     ("down", "up"))  # fmt: skip
        yield figure(label, _between(ends, row, prefix), ends)
    covered = quantity(as_float(total["coverage"]), "coverage")
    yield figure("Coverage under stress", formats.percent(covered.value, 1), (covered,))
    share = quantity(as_float(total["carry_share"]), "carry_share")
    cost = formats.percent(share.value, 1)
    yield figure(
        "Cost of hedges, a year", cost if share.value is None else f"{cost} of NAV", (share,)
    )


def _proposal(rows: Rows, name: str) -> Row:
    """What the proposal changes; without a row it changes nothing."""
    found = [row for row in rows.at(_PROPOSAL, rows.session) if row["book"] == name]
    return found[0] if found else {}


def _between(ends: tuple[Quantity, ...], row: Row, prefix: str) -> str:
    if not row and prefix == "after_be":
        return "unchanged"
    down, up = (formats.number(one.value, 0) for one in ends)
    return f"{down} to {up}" if any(one.value is not None for one in ends) else formats.NO_DATA


def _scenarios(found: Sequence[Row]) -> Iterator[BookScenario]:
    for move in dict.fromkeys(as_float(row["spx_move"]) for row in found):
        mine = [row for row in found if as_float(row["spx_move"]) == move]
        yield BookScenario(
            label=f"S&P 500 {formats.percent(move, 0, signed=True)}",
            gains=tuple(_amount(as_float(row["scenario_usd"])) for row in mine),
            priced_from=tuple(_level(row) for row in mine),
        )


def _faults(total: Row, legs: Sequence[Row]) -> Iterator[str]:
    if total["fault"] is not None:
        yield f"Refused where a number would mislead: {as_text(total['fault']).replace('_', ' ')}."
    yield from leg_faults(legs)


def _noted(total: Row, legs: Sequence[Row]) -> Iterator[str]:
    """What limits scaled, what no total holds, and legs that are not marked by their own quote."""
    if total["note"] is not None:
        yield f"Of this close: {note_words(as_text(total['note']))}."
    named = [row for row in legs if row["note"] is not None]
    for row in named[:_MOST_FAULTS]:
        yield leg_note(row)
    if len(named) > _MOST_FAULTS:
        yield f"{formats.count(len(named) - _MOST_FAULTS, 'more leg')} with a note of that kind."


def leg_note(row: Row) -> str:
    """A leg's note as a sentence, and by what it is marked instead where its quote does not do."""
    tokens = as_text(row["note"])
    marked = _MARKED.get(as_text(row["priced_from"]), "by nothing")
    by = "" if tokens.startswith(_LIMITS) else f": marked {marked}"
    return f"{as_text(row['leg_id'])}: {note_words(tokens)}{by}."


def note_words(tokens: str) -> str:
    """The tokens of a note in words; a name before a token stays before its words."""
    found = []
    for part in tokens.split(", "):
        name, _, token = part.rpartition(" ")
        words = _NOTES.get(token, token.replace("_", " "))
        found.append(f"{name} {words}" if name else words)
    return ", ".join(found)


def leg_faults(legs: Sequence[Row]) -> Iterator[str]:
    """Each leg with a fault, expired or without a value; of many the first, and counts of the rest."""
    named = [row for row in legs if row["fault"] is not None]
    for row in named[:_MOST_FAULTS]:
        token = as_text(row["fault"])
        words = _FAULTS.get(token, f"cannot be valued: {token.replace('_', ' ')}")
        expiry = as_date(row["expiry"])
        when = "" if expiry is None else f" ({as_text(row['root'])} {formats.day(expiry)})"
        yield f"{as_text(row['leg_id'])}{when} {words}."
    rest = [as_text(row["fault"]) for row in named[_MOST_FAULTS:]]
    expired = rest.count(_EXPIRED)
    if expired:
        yield f"{formats.count(expired, 'more leg')} expired."
    if len(rest) > expired:
        yield f"{formats.count(len(rest) - expired, 'more leg')} cannot be valued."
