"""The model book as rows: arrays of sessions and slots into the columns of the two tables."""

import json

import numpy as np
import polars as pl

from pricing.board import Bools, Floats
from pricing.legs import LegReason
from schemas.book import BookTerms
from schemas.mart import MART_BOOK_DAILY, MART_BOOK_LEG_DAILY
from transforms.book_cells import DAYS_PER_SESSION, faults_of, flags_of, levels_of, numbers_of
from transforms.book_engine import drift, engine
from transforms.book_market import BookMarket, Ints
from transforms.book_path import CONDOR, LAYERS, Holding, Walked
from transforms.book_value import Booked, book_level

BOOK = "model"
LEGS = "legs"
SE_REASON = "se_on_watch"  # sized only once four signatures open it
FUTURE_MULTIPLIER = 1000.0  # dollars a point

_LEG_FIELDS = {n: t for n, t in MART_BOOK_LEG_DAILY.schema.items() if n != "session"}
MADE = pl.Schema({**MART_BOOK_DAILY.schema, LEGS: pl.List(pl.Struct(_LEG_FIELDS))})
"""What the forward pass makes: the totals of each session, with its legs as a list."""

_LEAST_EXTRINSIC = 0.05  # points
_LEAST_CAPTURE = -100.0  # what the column takes as plausible


def book_rows(
    sessions: pl.Series, market: BookMarket, terms: BookTerms, booked: Booked
) -> pl.DataFrame:
    """One row a session: the book's totals, and its legs as a list of structs."""
    # One empty row a session keeps the sessions without legs; whoever reads the list drops it.
    empty = pl.DataFrame({"row": np.arange(sessions.len())}, schema={"row": pl.Int64()})
    made = _total_rows(sessions, terms, booked)
    parts = [_leg_rows(market, booked), _second_engine(market, terms, made), empty]
    listed = (
        pl.concat(parts, how="diagonal")
        .sort("row", maintain_order=True)
        .group_by("row", maintain_order=True)
        .agg(pl.struct(list(_LEG_FIELDS)).alias(LEGS))
    )
    return made.with_columns(listed[LEGS]).select(list(MADE))


def _leg_rows(market: BookMarket, booked: Booked) -> pl.DataFrame:
    walked, book, valued, _ = booked
    at = np.nonzero(book.is_shown)
    row, legs, found = at[0], book.legs, valued.legs
    contracts = _contracts(market, walked.holdings)
    names = contracts[_first_leg(walked.holdings)[book.holding[at]] + book.leg[at]]
    size, expiry = legs.size[at], names["expiry"].cast(pl.Int64).to_numpy()
    reason = found.reason[at]
    floats = {
        "quantity": legs.quantity[at],
        "multiplier": legs.multiplier[at],
        "entry_price": legs.entry_price[at],
        "leg_price": found.price[at],
        "leg_forward": legs.forward[at],
        "leg_vol": legs.volatility[at],
        "leg_delta": found.delta[at] / size,
        "value_usd": found.value[at],
        "delta_usd": found.index_delta[at],
        "gamma_usd": found.index_gamma[at],
        "vega_usd": found.vega[at],
        "theta_usd": found.theta[at] / DAYS_PER_SESSION,
        "roll_down_usd": valued.carry.roll_down[at],
        "carry_usd_year": valued.carry.cost[at],
        "extrinsic_usd": found.extrinsic[at],
        "capture": _plausible(np.asarray(legs.entry_extrinsic)[at], found.capture[at]),
        "pnl_usd": size * (found.price[at] - legs.entry_price[at]),
    }
    return names.with_columns(
        *numbers_of(floats),
        row=pl.Series(row, dtype=pl.Int64),
        book=pl.lit(BOOK),
        expiry=pl.col("expiry").cast(pl.Date),
        days_to_expiry=pl.Series(np.maximum(expiry - market.days[row], 0)).cast(pl.Int32),
        entry_session=pl.Series(market.days[names["first"].to_numpy()])
        .cast(pl.Int32)
        .cast(pl.Date),
        priced_from=levels_of(found.priced_from[at]),
        fault=faults_of(reason > LegReason.NO_ENTRY, reason),
        futures_needed=pl.lit(None, dtype=pl.Float64),
        margin_usd=pl.lit(None, dtype=pl.Float64),
    ).select("row", *_LEG_FIELDS)


def _plausible(at_entry: Floats, capture: Floats) -> Floats:
    """Capture where there was time value at entry to speak of, at least 0.05 points."""
    return np.where((at_entry >= _LEAST_EXTRINSIC) & (capture >= _LEAST_CAPTURE), capture, np.nan)


def _contracts(market: BookMarket, holdings: list[Holding]) -> pl.DataFrame:
    """One row a leg of each holding, in order."""
    rows = [
        (_leg_id(one, leg, market.days[one.first]), LAYERS[one.layer], "option", "SPX" if one.layer == CONDOR else "VIX",
         _right(one, leg), float(one.strike[leg]), one.expiry, one.first, one.note)
        for one in holdings
        for leg in range(one.offer.sign.size)
    ]  # fmt: skip
    schema = {
        "leg_id": pl.String(), "book_layer": pl.String(), "instrument": pl.String(),
        "root": pl.String(), "right": pl.String(), "strike": pl.Float64(), "expiry": pl.Int32(),
        "first": pl.Int64(), "note": pl.String(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _leg_id(holding: Holding, leg: int, day: int) -> str:
    """Unique in a session: a layer is bought once a close, and recycled into once."""
    layer = LAYERS[holding.layer]
    entered = np.datetime64(int(day), "D")
    more = " recycled" if holding.is_recycled else ""
    return f"{layer} {entered}{more} {holding.strike[leg]:g}{_right(holding, leg)}"


def _right(holding: Holding, leg: int) -> str:
    return "C" if holding.offer.right[leg] > 0.0 else "P"


def _first_leg(holdings: list[Holding]) -> Ints:
    """Place of each holding's first leg among all legs."""
    sizes = [one.offer.sign.size for one in holdings]
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def _second_engine(market: BookMarket, terms: BookTerms, totals: pl.DataFrame) -> pl.DataFrame:
    """The dormant Second Engine's row where its state asks for one: the future it would buy.

    Of no size and so of no value, with how many would be bought and their margin.
    """
    delta, loss = (
        totals[name].fill_null(np.nan).to_numpy() for name in ("delta_usd", "max_loss_usd")
    )
    found = engine(market, terms, delta, loss)
    if found is None:
        return pl.DataFrame(schema={"row": pl.Int64(), **_LEG_FIELDS})
    row, future = found.row, found.future
    nothing = np.zeros(row.size)
    dollars = ("value_usd", "delta_usd", "gamma_usd", "vega_usd", "theta_usd", "roll_down_usd",
               "carry_usd_year", "extrinsic_usd")  # fmt: skip
    floats = {
        "quantity": nothing, "multiplier": nothing + FUTURE_MULTIPLIER, "leg_price": future,
        "leg_forward": future, "leg_delta": nothing + 1.0, **dict.fromkeys(dollars, nothing),
        "futures_needed": found.contracts, "margin_usd": found.margin,
    }  # fmt: skip
    texts = {"book": BOOK, "leg_id": "SE", "book_layer": "SE", "instrument": "future",
             "root": "VX", "fault": SE_REASON}  # fmt: skip
    known = pl.DataFrame(
        {
            "row": pl.Series(row, dtype=pl.Int64),
            "expiry": pl.Series(found.expiry).cast(pl.Int32).cast(pl.Date),
            "days_to_expiry": pl.Series(found.expiry - market.days[row]).cast(pl.Int32),
            "priced_from": levels_of(found.level),
        }
    ).with_columns(*numbers_of(floats), **{name: pl.lit(text) for name, text in texts.items()})
    rest = [
        pl.lit(None, dtype=t).alias(n) for n, t in _LEG_FIELDS.items() if n not in known.columns
    ]
    return known.with_columns(*rest).select("row", *_LEG_FIELDS)


def _total_rows(sessions: pl.Series, terms: BookTerms, booked: Booked) -> pl.DataFrame:
    walked, book, valued, whole = booked
    found, carry = valued.legs, valued.carry
    units = _units(walked, sessions.len())
    has_condor = units > 0
    floats = {
        "credit": whole.condor.credit,
        "max_loss_usd": whole.condor.loss_max * units * book.legs.multiplier[0, 0],
        "be_down": whole.condor.down,
        "be_up": whole.condor.up,
        "position_be_down": whole.evens.down,
        "position_be_up": whole.evens.up,
        "profit_probability": whole.probability,
        "coverage": whole.coverage,
        "value_usd": found.value.sum(-1),
        "delta_usd": found.index_delta.sum(-1),
        "gamma_usd": found.index_gamma.sum(-1),
        "vega_usd": found.vega.sum(-1),
        "theta_usd": found.theta.sum(-1) / DAYS_PER_SESSION,
        "roll_down_usd": carry.roll_down.sum(-1),
        "carry_usd_year": carry.cost.sum(-1),
        "carry_share": whole.hedge_carry / terms.nav_usd,
        "cash_usd": walked.cash,
        "day_pnl_usd": whole.day_pnl,
        "nav_usd": np.full(walked.cash.shape, terms.nav_usd),
        **drift(found.index_delta.sum(-1), terms),
    }
    worst = np.where(book.is_shown, found.reason, LegReason.OK).max(-1)
    level = book_level(book, found)
    return (
        pl.DataFrame({"session": sessions})
        .with_columns(*numbers_of(floats))
        .with_columns(
            pl.col("drift_closes").cast(pl.Int32),
            book=pl.lit(BOOK),
            condor_units=pl.Series(units).cast(pl.Int32),
            break_evens=pl.Series(_listed(whole.evens.roots, has_condor), dtype=pl.String),
            is_inner_band_inside=flags_of(whole.corridor.c1),
            is_outer_band_outside=flags_of(whole.corridor.c2),
            priced_from=levels_of(level),
            fault=faults_of(worst > LegReason.NO_ENTRY, worst),
            note=_noted(walked.notes, sessions.len()),
        )
    )


def _noted(notes: dict[int, tuple[str, ...]], count: int) -> pl.Series:
    """What limits scaled at each close, null where they scaled nothing."""
    said = [", ".join(notes[row]) if row in notes else None for row in range(count)]
    return pl.Series(said, dtype=pl.String)


def _units(walked: Walked, count: int) -> Ints:
    """Condors open after each close."""
    units = np.zeros(count, dtype=np.int64)
    for one in walked.holdings:
        if one.layer == CONDOR:
            units[one.first : one.first + one.held.size] += one.held
    return units


def _listed(roots: Floats, is_known: Bools) -> list[str | None]:
    """Every root as a JSON list; null without a condor, whose expiry they are for."""
    return [
        json.dumps([round(one, 2) for one in line if one == one]) if known else None  # noqa: PLR0124  # NaN
        for line, known in zip(roots.tolist(), is_known.tolist(), strict=True)
    ]
