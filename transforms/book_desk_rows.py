"""The user's book as rows: its arrays into the columns of the two tables."""

import json
from collections.abc import Sequence

import numpy as np
import polars as pl

from pricing.board import Bools, Codes, Floats
from pricing.legs import LegReason
from pricing.priced_from import PricedFrom
from pricing.smile import DAYS_PER_YEAR
from schemas.book import BookTerms
from transforms.book_cells import DAYS_PER_SESSION, faults_of, flags_of, levels_of, numbers_of
from transforms.book_desk import (
    DeskBook,
    DeskTotals,
    Position,
    desk_book,
    desk_totals,
    worst_reason,
)
from transforms.book_desk_quotes import SessionChain
from transforms.book_engine import drift
from transforms.book_market import BookMarket, Ints
from transforms.book_rows import LEGS, MADE

BOOK = "desk"
LEFT_ASIDE = "left_aside"

_LEG_FIELDS = MADE[LEGS].inner.to_schema()  # type: ignore[attr-defined]  # a list of structs
_DECLARED = ("leg_id", "book_layer", "instrument", "root", "right", "strike", "expiry", "quantity",
             "multiplier", "entry_session", "entry_price")  # fmt: skip


def desk_rows(
    sessions: pl.Series,
    market: BookMarket,
    terms: BookTerms,
    positions: list[Position],
    chains: Sequence[SessionChain] = (),
) -> pl.DataFrame:
    """One row for each session on which the desk holds something; none without a desk."""
    if not positions or not sessions.len():
        return pl.DataFrame(schema=MADE)
    desk = desk_book(market, terms, positions, chains)
    legs = (
        _leg_rows(desk)
        .group_by("row", maintain_order=True)
        .agg(pl.struct(list(_LEG_FIELDS)).alias(LEGS))
    )
    every = _total_rows(sessions, market, terms, desk)
    held = np.flatnonzero(desk.is_held.any(-1))
    return every[held].with_columns(legs[LEGS]).select(list(MADE))


def _leg_rows(desk: DeskBook) -> pl.DataFrame:
    """By session and position, the places of a synthetic summed."""
    row, number = np.nonzero(desk.is_held)
    found, legs = desk.found, desk.legs
    first = np.array([int(np.argmax(desk.owner == n)) for n in range(len(desk.positions))])
    at, place = (row, first[number]), first[number]
    reason = _worst(desk, found.reason)[row, number]
    price = _summed(desk, found.price * np.sign(desk.size))[row, number]
    sign = np.sign([one["quantity"] for one in desk.positions])[number]
    is_sound = reason <= LegReason.NO_ENTRY
    value = _summed(desk, found.value)[row, number]
    is_known = is_sound | ((reason == LegReason.EXPIRED) & np.isfinite(value))
    floats = {
        "leg_price": price * sign,
        "leg_forward": np.where(desk.is_over[at], np.nan, legs.forward[at]),
        "leg_vol": np.where(
            _is_plain(desk)[number] & ~desk.is_over[at], legs.volatility[at], np.nan
        ),
        "leg_delta": _summed(desk, found.delta)[row, number] / _size(desk)[number],
        "value_usd": value,
        "delta_usd": _summed(desk, found.index_delta)[row, number],
        "gamma_usd": _summed(desk, found.index_gamma)[row, number],
        "vega_usd": _summed(desk, found.vega)[row, number],
        "theta_usd": _summed(desk, found.theta)[row, number] / DAYS_PER_SESSION,
        "roll_down_usd": _summed(desk, desk.carry.roll_down)[row, number],
        "carry_usd_year": _summed(desk, desk.carry.cost)[row, number],
        "extrinsic_usd": _summed(desk, found.extrinsic)[row, number],
        "capture": np.where(_is_plain(desk)[number], found.capture[at], np.nan),
        "pnl_usd": _summed(desk, desk.size * (found.price - legs.entry_price))[row, number],
    }
    level = _worst(desk, found.priced_from)[row, number]
    days = np.rint(legs.years[row, place] * DAYS_PER_YEAR)
    names = {name: MADE[LEGS].inner.to_schema()[name] for name in _DECLARED}  # type: ignore[attr-defined]
    known = pl.DataFrame([{name: one[name] for name in _DECLARED} for one in desk.positions],
                         schema=names, orient="row")[number]  # fmt: skip
    has_expiry = known["expiry"].is_not_null()
    return known.with_columns(
        *numbers_of(floats),
        row=pl.Series(row, dtype=pl.Int64),
        book=pl.lit(BOOK),
        days_to_expiry=pl.select(pl.when(has_expiry).then(np.maximum(days, 0.0))).to_series().cast(pl.Int32),
        priced_from=levels_of(np.where(is_known, level, PricedFrom.NOTHING)),
        fault=faults_of(~is_sound, reason),
        futures_needed=pl.lit(None, dtype=pl.Float64),
        margin_usd=pl.lit(None, dtype=pl.Float64),
        note=_noted(desk, row, number),
    ).select("row", *_LEG_FIELDS)  # fmt: skip


def _noted(desk: DeskBook, row: Ints, number: Ints) -> pl.Series:
    """What the quotes of each leg lack, in tokens; null where nothing does or there are none."""
    said: dict[tuple[int, int], list[str]] = {}
    for (session, place), words in desk.lacks.items():
        said.setdefault((session, int(desk.owner[place])), []).extend(words.split(", "))
    found = [said.get(pair) for pair in zip(row.tolist(), number.tolist(), strict=True)]
    return pl.Series(
        [None if words is None else ", ".join(dict.fromkeys(words)) for words in found],
        dtype=pl.String,
    )


def _is_plain(desk: DeskBook) -> Bools:
    """Options: a synthetic has no volatility or time value of its own, nor has a future or share."""
    return np.array([
        one["instrument"] in ("option", "etp") and one["strike"] is not None
        for one in desk.positions
    ])  # fmt: skip


def _size(desk: DeskBook) -> Floats:
    return np.array([one["quantity"] * one["multiplier"] for one in desk.positions])


def _summed(desk: DeskBook, places: Floats) -> Floats:
    found = np.zeros((places.shape[0], len(desk.positions)))
    for place, number in enumerate(desk.owner.tolist()):
        found[:, number] += places[:, place]
    return found


def _worst(desk: DeskBook, codes: Codes) -> Codes:
    found = np.zeros((codes.shape[0], len(desk.positions)), dtype=np.uint8)
    for place, number in enumerate(desk.owner.tolist()):
        found[:, number] = np.maximum(found[:, number], codes[:, place])
    return found


def _total_rows(
    sessions: pl.Series, market: BookMarket, terms: BookTerms, desk: DeskBook
) -> pl.DataFrame:
    whole = desk_totals(market, terms, desk)
    found, carry = desk.found, desk.carry
    is_leg = (desk.size != 0.0) & ~desk.is_aside
    hedges = np.where(desk.legs.is_index, 0.0, carry.cost).sum(-1)
    floats = _sums(whole) | {
        "value_usd": np.where(desk.is_aside, 0.0, found.value).sum(-1),
        "delta_usd": found.index_delta.sum(-1),
        "gamma_usd": found.index_gamma.sum(-1),
        "vega_usd": found.vega.sum(-1),
        "theta_usd": found.theta.sum(-1) / DAYS_PER_SESSION,
        "roll_down_usd": carry.roll_down.sum(-1),
        "carry_usd_year": carry.cost.sum(-1),
        "carry_share": hedges / terms.nav_usd,
        "nav_usd": np.full(sessions.len(), terms.nav_usd),
        **drift(found.index_delta.sum(-1), terms),
    }
    level = np.where(is_leg, found.priced_from, PricedFrom.QUOTES).max(-1)
    level = np.where(is_leg.any(-1), level, PricedFrom.NOTHING)
    worst = worst_reason(desk)
    return (
        pl.DataFrame({"session": sessions})
        .with_columns(*numbers_of(floats))
        .with_columns(
            pl.col("drift_closes").cast(pl.Int32),
            book=pl.lit(BOOK),
            condor_units=pl.Series(whole.units).cast(pl.Int32),
            break_evens=pl.Series(_listed(whole), dtype=pl.String),
            is_inner_band_inside=flags_of(whole.corridor.c1),
            is_outer_band_outside=flags_of(whole.corridor.c2),
            priced_from=levels_of(level),
            fault=faults_of(worst > LegReason.NO_ENTRY, worst),
            note=_left_aside(desk),
        )
    )


def _left_aside(desk: DeskBook) -> pl.Series:
    """Legs that have expired at an unknown level, which no total holds."""
    names = [desk.positions[number]["leg_id"] for number in desk.owner.tolist()]
    said = [
        ", ".join(dict.fromkeys(f"{names[place]} {LEFT_ASIDE}" for place in np.flatnonzero(row)))
        for row in desk.is_aside
    ]
    return pl.Series([words or None for words in said], dtype=pl.String)


def _sums(whole: DeskTotals) -> dict[str, Floats]:
    return {
        "credit": whole.credit,
        "max_loss_usd": whole.loss_max,
        "be_down": whole.alone.down,
        "be_up": whole.alone.up,
        "position_be_down": whole.evens.down,
        "position_be_up": whole.evens.up,
        "profit_probability": whole.probability,
        "coverage": whole.coverage,
        "cash_usd": whole.cash,
        "day_pnl_usd": whole.day_gain,
    }


def _listed(whole: DeskTotals) -> list[str | None]:
    """Every root as a JSON list; null without a condor, whose expiry they are for."""
    return [
        json.dumps([round(one, 2) for one in line if np.isfinite(one)]) if units > 0.0 else None
        for line, units in zip(whole.evens.roots.tolist(), whole.units.tolist(), strict=True)
    ]
