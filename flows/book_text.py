"""A book as plain aligned text; every amount stands beside what it is priced from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from briefing.book import leg_note, note_words
from flows.book_trades import engine_lines, roll_lines, tuning_lines

if TYPE_CHECKING:
    from transforms.book_view import BookView

Row = Mapping[str, Any]

NONE = "-"
_FAULTS = {
    "expired": "expired by this session, worth what it settled at where that is known: take it out "
    "of the desk",
    "no_entry": "its entry price is not known, so nor is its gain",
    "no_volatility": "no volatility is known for its strike and expiry",
    "no_discount": "no rate is known to discount by",
    "no_forward": "no forward or future is known for its expiry",
    "no_spot": "no price of its share is known by then: write spot and spot_on beside it",
    "bad_strike": "its strike is no strike",
    "no_expiry": "it has no expiry",
    "bad_size": "its quantity or multiplier is none",
    "unknown_kind": "no such instrument is valued here",
    "se_on_watch": "on watch and of no size until its own rule opens it",
}
_PATHS = {"forecast": "as expected", "plus_sd": "VIX +1 sd", "minus_sd": "VIX -1 sd"}
_LAYERS = ("IC", "L1", "L2", "L3", "SE")
_MOVES = ("down_em", "flat", "up_em")


def text(view: "BookView", source: str, notes: Sequence[str] = ()) -> str:
    """The whole view.

    Args:
        view: what to print.
        source: whose market it is.
        notes: lines put before everything.
    """
    blocks = [
        list(notes),
        [_title(view, source)],
        _table(_legs(view.legs)) if view.legs else ["no legs are held"],
        list(_changes(view)),
        list(_faults(view)),
        list(_total(view)),
        list(_scenarios(view)),
        list(_shifts(view)),
        list(_trim(view)),
        list(roll_lines(view.rolls)),
        list(tuning_lines(view.fine_tuning)),
        list(engine_lines(view.engine)),
    ]  # fmt: skip
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _title(view: "BookView", source: str) -> str:
    levels = [_points(view.market[name]) for name in ("spx_close", "vix_close")]
    return (
        f"{view.book.capitalize()} book at the close of {view.session}, source {source}; "
        f"S&P 500 {levels[0]}, VIX {levels[1]}"
    )


def _legs(legs: Sequence[Row]) -> list[tuple[str, ...]]:
    """A line a leg: condors first, then the layers, those of one expiry side by side."""
    legs = sorted(legs, key=_place)
    head = ("leg", "layer", "contract", "quantity", "entry", "mark", "value USD", "P&L USD",
            "delta USD", "gamma USD", "vega USD", "theta USD", "priced from")  # fmt: skip
    return [head, *(
        (leg["leg_id"], leg["book_layer"], _contract(leg), f"{leg['quantity']:+,.0f}",
         _points(leg["entry_price"]), _points(leg["leg_price"]),
         *(_usd(leg[name]) for name in
           ("value_usd", "pnl_usd", "delta_usd", "gamma_usd", "vega_usd", "theta_usd")),
         leg["priced_from"] or NONE)
        for leg in legs
    )]  # fmt: skip


def _place(leg: Row) -> tuple[object, ...]:
    """Where a leg stands: its layer, then as contracts are listed."""
    expiry = "" if leg["expiry"] is None else str(leg["expiry"])
    return (_LAYERS.index(leg["book_layer"]) if leg["book_layer"] in _LAYERS else len(_LAYERS),
            expiry, leg["root"], leg["strike"] or 0.0, leg["right"] or "", leg["leg_id"])  # fmt: skip


def _contract(leg: Row) -> str:
    right = {"C": "call", "P": "put"}.get(leg["right"] or "", "")
    kind = right or ("shares" if leg["expiry"] is None else leg["instrument"])
    strike = "" if leg["strike"] is None else f"{leg['strike']:g}"
    parts = (leg["root"], leg["expiry"], strike, kind)
    return " ".join(str(part) for part in parts if part)


def _faults(view: "BookView") -> Iterator[str]:
    for leg in view.legs:
        if leg["fault"]:
            yield f"{leg['leg_id']}: {_fault(leg['fault'])}"
    if view.total["fault"]:
        yield f"The book is refused where a number would mislead: {_fault(view.total['fault'])}."
    yield from (leg_note(leg) for leg in view.legs if leg["note"])
    if view.total["note"]:
        yield f"Of this close: {note_words(view.total['note'])}."


def _fault(token: str) -> str:
    return _FAULTS.get(token, token.replace("_", " "))


def _total(view: "BookView") -> Iterator[str]:
    """Each measure now and at the session before, each with what it was priced from."""
    gains = [leg["pnl_usd"] for leg in view.legs if leg["quantity"]]
    known = None if not gains or None in gains else sum(gains)
    columns = [_measures(view.total)] + ([_measures(view.before)] if view.before else [])
    rows = [
        ("", str(view.session), *([f"before, {view.before['session']}"] if view.before else []))
    ]
    rows += [(name, *(one[name] for one in columns)) for name in columns[0]]
    yield from _table(rows, left=len(rows[0]))
    by = view.total["priced_from"]
    yield f"Gain of the open legs since entry: {_money(known, by)}"
    if known is None and gains:
        lost = [leg["leg_id"] for leg in view.legs if leg["quantity"] and leg["pnl_usd"] is None]
        yield f"  not known, since these have no entry price or no mark: {', '.join(lost)}"


def _measures(total: Row) -> dict[str, str]:
    by = total["priced_from"]
    money = {
        "value": "value_usd",
        "cash": "cash_usd",
        "gain since the close before": "day_pnl_usd",
        "delta, 1 % of the S&P 500": "delta_usd",
        "gamma, 1 % more": "gamma_usd",
        "vega, 1 point of each leg's volatility": "vega_usd",
        "theta, a calendar day": "theta_usd",
        "roll-down, a session": "roll_down_usd",
        "cost of carry, a year": "carry_usd_year",
        "largest loss at expiry": "max_loss_usd",
    }
    return {
        **{name: _money(total[column], by) for name, column in money.items()},
        "carry of the hedges, of NAV": _percent(total["carry_share"]),
        "net asset value": f"{_usd(total['nav_usd'])} USD (declared)",
        "condors": f"{total['condor_units'] or 0:,}",
        "credit of one, points": _priced(total["credit"], by),
        "break-evens, condor alone": _between(total, "be"),
        "break-evens, whole position": _between(total, "position_be"),
        "every root of the position": _roots(total["break_evens"]),
        "probability of profit": _percent(total["profit_probability"]),
        "coverage under stress": _percent(total["coverage"]),
        "C-1, expected range inside": _flag(total["is_inner_band_inside"]),
        "C-2, inside the wide range": _flag(total["is_outer_band_outside"]),
    }


def _changes(view: "BookView") -> Iterator[str]:
    if not view.changes:
        return
    yield f"Contracts changed since {view.before['session']}"
    for one in view.changes:
        was, now = one["quantity_before"], one["quantity_after"]
        yield f"  {one['leg_id']}: {was:+,.0f} to {now:+,.0f}"


def _scenarios(view: "BookView") -> Iterator[str]:
    if not view.scenarios:
        if view.unknown:
            yield f"Scenarios and the weeks ahead: not known, {view.unknown}."
        return
    yield f"Gain from the mark at once [USD], priced from {view.scenarios[0]['priced_from']}"
    points = list(dict.fromkeys(one["vix_move"] for one in view.scenarios))
    rows = [("S&P 500", *(f"VIX {point:+g}" for point in points))]
    for move in dict.fromkeys(one["spx_move"] for one in view.scenarios):
        gains = [one["gain_usd"] for one in view.scenarios if one["spx_move"] == move]
        rows.append((f"{move:+.0%}", *(_usd(gain) for gain in gains)))
    yield from _table(rows, left=1)


def _shifts(view: "BookView") -> Iterator[str]:
    if not view.shifts:
        return
    by = view.shifts[0]["priced_from"]
    yield f"The book ahead: gain from the mark and theta then [USD], priced from {by}"
    head = ("sessions", "volatility", "VIX", "1 sd down", "S&P 500 flat", "1 sd up",
            "theta then", "vega SPX", "vega VIX", "time value", "roll-down")  # fmt: skip
    rows: list[tuple[str, ...]] = [head]
    for sessions in dict.fromkeys(one["sessions"] for one in view.shifts):
        for path, words in _PATHS.items():
            mine = {one["spx_path"]: one for one in view.shifts
                    if one["sessions"] == sessions and one["vol_path"] == path}  # fmt: skip
            flat = mine["flat"]
            rows.append((
                str(sessions), words, _points(flat["vix_expected"]),
                *(_usd(mine[move]["gain_usd"]) for move in _MOVES), _usd(flat["theta_usd"]),
                _usd(flat["vega_index_usd"]), _usd(flat["vega_vix_usd"]),
                _percent(flat["extrinsic_change"]), _usd(flat["roll_down_usd"]),
            ))  # fmt: skip
    yield from _table(rows, left=2)
    yield from _layers_roll(view.shifts)


def _layers_roll(shifts: Sequence[Row]) -> Iterator[str]:
    """Roll-down of each layer by each horizon."""
    by_horizon = {
        one["sessions"]: {
            row["book_layer"]: row["roll_down_usd"] for row in one["roll_down_by_layer"]
        }
        for one in shifts
    }
    for layer in sorted({name for found in by_horizon.values() for name in found}):
        said = ", ".join(f"{_usd(found.get(layer))} by {n}" for n, found in by_horizon.items())
        yield f"Roll-down of {layer} [USD], sessions ahead: {said} ({shifts[0]['priced_from']})"


def _trim(view: "BookView") -> Iterator[str]:
    found = view.trim
    if not found:
        return
    by = f"({found['priced_from']})"
    if found["outcome"] == "not_asked":
        yield f"Trim to finance: not asked, {found['why']}"
        return
    yield f"Trim to finance {found['units_wanted']} of {found['layer']}: {found['outcome']}"
    if found["outcome"] in ("funded", "reduced"):
        yield (
            f"  sell {found['put_strike']:g} put and {found['call_strike']:g} call in place of "
            f"{found['put_strike_before']:g} and {found['call_strike_before']:g}, "
            f"{found['units_financed']} financed"
        )
        yield (
            f"  credit {_usd(found['credit_usd'])} USD {by} for a cost of "
            f"{_usd(found['cost_usd'])} USD {by}; theta then {_usd(found['theta_usd'])} USD {by}"
        )
        yield (
            f"  in the shock {_usd(found['stress_after_usd'])} USD {by}, before "
            f"{_usd(found['stress_before_usd'])} USD {by}"
        )
    pairs = ", ".join(
        f"{name.replace('_', ' ')} {n:,}" for name, n in found["strike_pairs"].items()
    )
    yield f"  pairs of strikes that keep each constraint: {pairs}"


def _table(rows: Sequence[Sequence[str]], left: int = 3) -> list[str]:
    """Columns two blanks apart: the first ``left`` and a last one of words flush left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    last = len(widths) if rows[0][-1] != "priced from" else len(widths) - 1
    return [
        "  ".join(
            cell.ljust(width) if number < left or number >= last else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _between(total: Row, prefix: str) -> str:
    ends = [total[f"{prefix}_down"], total[f"{prefix}_up"]]
    if ends == [None, None]:
        return NONE
    return f"{_points(ends[0])} to {_points(ends[1])} ({total['priced_from']})"


def _roots(stored: str | None) -> str:
    levels = json.loads(stored) if stored else []
    return ", ".join(_points(level) for level in levels) or NONE


def _priced(points: float | None, by: str) -> str:
    return NONE if points is None else f"{_points(points)} ({by})"


def _money(value: float | None, by: str) -> str:
    return NONE if value is None else f"{_usd(value)} USD ({by})"


def _usd(value: float | None) -> str:
    return NONE if value is None else f"{round(value) + 0:,}"


def _points(value: float | None) -> str:
    return NONE if value is None else f"{value:,.2f}"


def _percent(value: float | None) -> str:
    return NONE if value is None else f"{100 * value:.1f} %"


def _flag(value: bool | None) -> str:  # noqa: FBT001  # a cell
    return {True: "yes", False: "no", None: "not known"}[value]
