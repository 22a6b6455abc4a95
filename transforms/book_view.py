"""A book of one session looked at from every side: legs, totals, scenarios, the weeks ahead, trades.

Nothing here is stored. Marks and sums are the tables'; what happens after a move is computed from
the stored forward and volatility of each leg.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pricing.curve import from_mean_reversion, reversion_speed
from pricing.legs import Legs, Market
from pricing.moves import VixCurve
from pricing.priced_from import PricedFrom
from pricing.smile import DAYS_PER_YEAR
from pricing.stress import coverage, scenario_grid
from pricing.time_shift import HORIZONS, expected_moves, time_shift
from schemas.book import BookTerms
from schemas.core import CORE_INDEX_DAILY, CORE_RATE_DAILY
from schemas.mart import (
    MART_BOOK_DAILY,
    MART_BOOK_LEG_DAILY,
    MART_FUTURES_CURVE_DAILY,
    MART_HEDGE_DECISION_DAILY,
    MART_RULE_EVALUATION_DAILY,
    MART_VOL_CONE_DAILY,
    MART_VOL_FORECAST_DAILY,
)
from schemas.offer_tables import MART_BOOK_OFFER_DAILY
from transforms.book_scenario import SPOT_CHANGES, VIX_POINTS
from transforms.book_trim import session_rows, trim
from transforms.book_view_delta import fine_tuning, second_engine
from transforms.book_view_legs import EXPIRED, held, places_of
from transforms.book_view_roll import rolls
from transforms.standing import BASELINE_SESSIONS

Floats = NDArray[np.float64]
Values = dict[str, Any]

TABLES = (
    MART_BOOK_LEG_DAILY, MART_BOOK_DAILY, CORE_INDEX_DAILY, CORE_RATE_DAILY,
    MART_VOL_FORECAST_DAILY, MART_FUTURES_CURVE_DAILY, MART_VOL_CONE_DAILY,
    MART_HEDGE_DECISION_DAILY, MART_BOOK_OFFER_DAILY, MART_RULE_EVALUATION_DAILY,
)  # fmt: skip
"""What ``book_view`` reads; rows after the session are left aside."""
PARITY = "mart_parity_state_daily"
"""What it reads too, where it is there."""

PATHS = ("forecast", "plus_sd", "minus_sd")
MOVES = ("down_em", "flat", "up_em")

_TRADE_TABLES = (
    "core_index_daily", "mart_vol_cone_daily", "mart_hedge_decision_daily",
    "mart_futures_curve_daily", "mart_book_offer_daily", "mart_rule_evaluation_daily",
)  # fmt: skip
_LEVELS = {level.name.lower(): level for level in PricedFrom}


@dataclass(frozen=True)
class BookView:
    """A book of a session as plain values, by the names that ``docs/how-to/read-the-book.md`` has.

    ``legs`` and ``total`` are rows of the two book tables, ``before`` is the total of the session
    before and ``changes`` the legs whose contracts are others since, ``scenarios`` and ``shifts`` what the
    book gains, ``stress`` the parts of its coverage, ``trim`` what nearer strikes would finance,
    ``fine_tuning`` the synthetic forwards against its delta; empty where a leg has no value, and
    ``unknown`` then says why. ``rolls`` sets holding each package against rolling it, ``engine``
    is the Second Engine's review.
    """

    session: date
    book: str
    market: Values
    legs: tuple[Values, ...]
    total: Values
    before: Values
    changes: tuple[Values, ...]
    scenarios: tuple[Values, ...]
    shifts: tuple[Values, ...]
    stress: Values
    trim: Values
    fine_tuning: Values
    rolls: tuple[Values, ...]
    engine: Values
    unknown: str

    def as_json(self) -> Values:
        """The view as nested plain values."""
        return {
            "session": self.session,
            "book": self.book,
            "market": self.market,
            "total": self.total,
            "before": self.before,
            "legs": list(self.legs),
            "changes": list(self.changes),
            "scenarios": list(self.scenarios),
            "time_shift": list(self.shifts),
            "stress": self.stress,
            "trim_to_finance": self.trim,
            "fine_tuning": self.fine_tuning,
            "roll_advice": list(self.rolls),
            "second_engine": self.engine,
            "unknown": self.unknown,
        }


@dataclass(frozen=True)
class _Day:
    """What of the session's market the book is moved by."""

    market: Market
    rate: float
    curve: VixCurve | None
    vix_paths: Floats
    spot_returns: Floats


def book_view(
    frames: Mapping[str, pl.DataFrame], session: date, book: str, terms: BookTerms | None = None
) -> BookView | None:
    """One book at one session; null where the tables have none.

    Args:
        frames: the tables of ``TABLES`` by name, and ``PARITY`` where it is there; what the book
            was before is read off the last session before that the two book tables have.
        session: the session described.
        book: ``model`` or ``desk``.
        terms: limits that the trades are held to; those of the methodology where none are given.
    """
    totals = _rows(frames, MART_BOOK_DAILY.name, session, book)
    if not totals:
        return None
    limits = BookTerms() if terms is None else terms
    legs = tuple(_rows(frames, MART_BOOK_LEG_DAILY.name, session, book))
    day, total = _day(frames, session), totals[0]
    tables = session_rows(frames, session, _TRADE_TABLES)
    seen = _Seen(
        session, book, {"spx_close": _plain(day.market.spot), "vix_close": _plain(day.market.vix)},
        legs, total, *_past(frames, session, book, legs),
    )  # fmt: skip
    advice = rolls(legs, total, tables, limits)
    review = second_engine(total, day.market, day.rate, tables, limits)
    unknown = _unknown(legs, day)
    if unknown:
        return BookView(*seen, (), (), {}, {}, {}, advice, review, unknown)
    rows = _leg_rows(frames, session, book).with_columns(rf_30d=pl.lit(day.rate))
    position, layers = held(rows)[1].rows(0), places_of(rows)
    level = _weakest(legs)
    trimmed = trim(rows, position, day.market, tables, day.curve, limits.trim_delta)
    parity = frames.get(PARITY, pl.DataFrame({"session": []}, schema={"session": pl.Date()}))
    tuned = fine_tuning(
        legs, total, day.market, day.rate, parity.filter(pl.col("session") == session), limits
    )
    return BookView(
        *seen, _scenarios(position, day, level), _shifts(position, day, level, layers),
        _stress(position, day, level), {**trimmed, "priced_from": level},
        {**tuned, "priced_from": level}, advice, review, "",
    )  # fmt: skip


class _Seen(NamedTuple):
    """What needs no value of any leg."""

    session: date
    book: str
    market: Values
    legs: tuple[Values, ...]
    total: Values
    before: Values
    changes: tuple[Values, ...]


def _leg_rows(frames: Mapping[str, pl.DataFrame], session: date, book: str) -> pl.DataFrame:
    is_asked = (pl.col("session") == session) & (pl.col("book") == book)
    return frames[MART_BOOK_LEG_DAILY.name].filter(is_asked)


def _rows(frames: Mapping[str, pl.DataFrame], name: str, session: date, book: str) -> list[Values]:
    frame = frames[name]
    is_asked = (pl.col("session") == session) & (pl.col("book") == book)
    return [
        {key: value for key, value in row.items() if key not in ("session", "book")}
        for row in frame.filter(is_asked).to_dicts()
    ]


def _past(
    frames: Mapping[str, pl.DataFrame], session: date, book: str, legs: tuple[Values, ...]
) -> tuple[Values, tuple[Values, ...]]:
    """The session before, and each leg that came, went or changed its contracts since."""
    earlier = frames[MART_BOOK_DAILY.name].filter(
        (pl.col("session") < session) & (pl.col("book") == book)
    )
    last: date | None = earlier["session"].max()  # type: ignore[assignment]  # a column of dates
    if last is None:
        return {}, ()
    before = _rows(frames, MART_BOOK_LEG_DAILY.name, last, book)
    was, now = ({leg["leg_id"]: leg for leg in one} for one in (before, legs))
    changes = []
    for name in sorted({*was, *now}):
        leg = now.get(name) or was[name]
        counts = [one[name]["quantity"] if name in one else 0.0 for one in (was, now)]
        if counts[0] != counts[1]:
            changes.append({
                "leg_id": name, "book_layer": leg["book_layer"],
                "quantity_before": counts[0], "quantity_after": counts[1],
            })  # fmt: skip
    (total,) = _rows(frames, MART_BOOK_DAILY.name, last, book)
    return {"session": last, **total}, tuple(changes)


def _unknown(legs: tuple[Values, ...], day: _Day) -> str:
    """Why nothing can be said of moves; empty where it can."""
    if not legs:
        return "no legs are held"
    if not np.isfinite([day.market.spot, day.market.vix]).all():
        return "the S&P 500 or the VIX of the session is not known"
    without = [
        leg["leg_id"] for leg in legs if leg["value_usd"] is None and leg["fault"] != EXPIRED
    ]
    return f"no value of {', '.join(without)}" if without else ""


def _weakest(legs: tuple[Values, ...]) -> str:
    """A move is a model's at best, and weaker where a leg is."""
    found = [
        _LEVELS.get(str(leg["priced_from"]), PricedFrom.NOTHING)
        for leg in legs
        if leg["quantity"] and leg["fault"] != EXPIRED
    ]
    return max(PricedFrom.MODEL, *found).name.lower()


def _day(frames: Mapping[str, pl.DataFrame], session: date) -> _Day:
    history = _until(frames[CORE_INDEX_DAILY.name], session)
    today = _one(history, session)
    rate = _one(frames[CORE_RATE_DAILY.name], session).get("rf_30d")
    spot, vix = (_float(today.get(name)) for name in ("spx_close", "vix_close"))
    market = Market(np.asarray(spot), np.asarray(vix))
    forecast = _forecast(frames[MART_VOL_FORECAST_DAILY.name], session)
    center = _expected_vix(history, vix)
    with np.errstate(divide="ignore", invalid="ignore"):  # no forecast: no path beside the center
        ratios = forecast / forecast[:, :1]
    ratios[:, 0] = 1.0
    return _Day(
        market=market,
        rate=0.0 if rate is None else float(rate),
        curve=_curve(frames[MART_FUTURES_CURVE_DAILY.name], session, vix),
        vix_paths=center[:, None] * ratios,
        spot_returns=expected_moves(forecast[:, 0]),
    )


def _forecast(frame: pl.DataFrame, session: date) -> Floats:
    """By horizon the forecast, and its bounds one deviation above and below [decimal]."""
    found = {
        row["horizon_sessions"]: row
        for row in frame.filter(pl.col("session") == session).to_dicts()
    }
    names = ("forecast_vol", "forecast_high_sd", "forecast_low_sd")
    return np.array([[_float(found.get(int(h), {}).get(name)) for name in names] for h in HORIZONS])


def _expected_vix(history: pl.DataFrame, vix: float) -> Floats:
    """VIX expected at each horizon: its logarithm returns to that of its ten-year median."""
    closes = history.get_column("vix_close").tail(BASELINE_SESSIONS).drop_nulls().to_numpy()
    median = float(np.median(closes)) if closes.size else np.nan
    at = HORIZONS * DAYS_PER_YEAR / 252.0
    speed = reversion_speed(closes)
    return from_mean_reversion(np.asarray(vix), np.asarray(median), np.asarray(speed), at)


def _curve(frame: pl.DataFrame, session: date, vix: float) -> VixCurve | None:
    """Today's futures behind the VIX itself; null where none is known."""
    rows = (
        frame.filter((pl.col("session") == session) & pl.col("future").is_not_null())
        .sort("days_to_expiry")
        .to_dicts()
    )
    ahead = [row for row in rows if row["days_to_expiry"] > 0]
    if not ahead:
        return None
    days = np.array([0.0, *(float(row["days_to_expiry"]) for row in ahead)])
    return VixCurve(days, np.array([vix, *(row["future"] for row in ahead)]))


def _scenarios(position: Legs, day: _Day, level: str) -> tuple[Values, ...]:
    vix = day.market.vix + np.array(VIX_POINTS)
    gains = scenario_grid(position, day.market, np.array(SPOT_CHANGES), vix)
    return tuple(
        {"spx_move": spot, "vix_move": points, "gain_usd": _plain(gains[i, j]),
         "priced_from": level}
        for i, spot in enumerate(SPOT_CHANGES)
        for j, points in enumerate(VIX_POINTS)
    )  # fmt: skip


def _shifts(
    position: Legs, day: _Day, level: str, layers: Sequence[str]
) -> tuple[Values, ...]:  # fmt: skip
    found = time_shift(position, day.market, day.vix_paths, day.spot_returns, curve=day.curve)
    return tuple(
        {
            "sessions": int(horizon), "vol_path": path, "spx_path": move,
            "spx_move": _plain(np.expm1(day.spot_returns[h, m])),
            "vix_expected": _plain(day.vix_paths[h, p]),
            "gain_usd": _plain(found.gain[h, p, m]),
            "theta_usd": _plain(found.theta[h, p, m]),
            "vega_index_usd": _plain(found.vega_index[h, p, m]),
            "vega_vix_usd": _plain(found.vega_vix[h, p, m]),
            "extrinsic_change": _plain(found.extrinsic_change[h, p, m]),
            "roll_down_usd": _plain(found.roll_down[h].sum()),
            "roll_down_by_layer": _by_layer(found.roll_down[h], layers),
            "priced_from": level,
        }
        for h, horizon in enumerate(HORIZONS)
        for p, path in enumerate(PATHS)
        for m, move in enumerate(MOVES)
    )  # fmt: skip


def _by_layer(roll_down: Floats, layers: Sequence[str]) -> list[Values]:
    """Of each layer that holds VIX futures or options on them [dollars]."""
    names = np.array(layers)
    return [
        {"book_layer": name, "roll_down_usd": _plain(roll_down[: names.size][names == name].sum())}
        for name in sorted({*layers} - {"IC"})
    ]


def _stress(position: Legs, day: _Day, level: str) -> Values:
    found = coverage(position, day.market)
    return {
        "hedge_gain_usd": _plain(found.hedge_gain),
        "index_gain_usd": _plain(found.index_gain),
        "loss_max_usd": _plain(found.loss_max),
        "coverage": _plain(found.ratio),
        "priced_from": level,
    }


def _until(frame: pl.DataFrame, session: date) -> pl.DataFrame:
    return frame.filter(pl.col("session") <= session).sort("session")


def _one(frame: pl.DataFrame, session: date) -> Values:
    found = frame.filter(pl.col("session") == session).to_dicts()
    return found[0] if found else {}


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _plain(value: Floats | float) -> float | None:
    """A number, or null where it is none."""
    number = float(value)
    return number if np.isfinite(number) else None
