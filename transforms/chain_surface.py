"""Each expiry of the session's chains: parity, variance, smile, and what arbitrage it shows.

A session's rows depend on its own quotes and yields alone.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from pricing.parity import ParityReason
from pricing.surface import Smile, SmileQuotes, SmileReason, fit_smile, smile_quotes
from pricing.variance import StripReason, select_strip
from schemas.chain_tables import MART_CHAIN_DAILY
from schemas.model import Table
from transforms.chain_arbitrage import butterfly_breaches, calendar_breaches, vertical_breaches
from transforms.chain_boards import INDEX_ROOTS, Expiry, expiries_of, quoted

# A fit takes a twelfth of a second, so not each of sixty expiries has one: those nearest to these.
FITTED_DAYS = (30, 60, 91, 182, 365)

_FARTHEST = np.log(1.5)  # a fitted expiry's life is within a half of what it stands for
_EXPIRED = "expired"
_SVI = ("a", "b", "rho", "m", "sigma")


class _Smiled(NamedTuple):
    """An expiry with its out-of-the-money volatilities; null where it has no forward."""

    expiry: Expiry
    quotes: SmileQuotes | None


class _Before(NamedTuple):
    """The volatilities of the expiry before, and its life in years."""

    quotes: SmileQuotes
    years: float


def chain_daily(
    core_session: pl.LazyFrame, core_option_quote: pl.LazyFrame, core_rate_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """One row a session, root and expiry that is quoted, those that settle on the day included.

    A figure that is implausible is null: what follows from broken quotes reaches no rule. SVI smiles
    are fitted to the monthly S&P 500 expiries nearest to 30, 60, 91, 182 and 365 days (weekly ones
    where no monthly is quoted); others say ``not_fitted``.
    """
    made = quoted(core_session, core_option_quote, core_rate_daily).map_batches(
        _measured,
        schema=MART_CHAIN_DAILY.schema,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )
    return made.with_columns(plausible(MART_CHAIN_DAILY))


def plausible(table: Table) -> list[pl.Expr]:
    """The decimals of a table, null where they are NaN or outside what their columns declare."""
    return [
        pl.when(pl.col(column.name).is_between(column.ge, column.le)).then(pl.col(column.name))
        .alias(column.name)
        for column in table.columns
        if column.dtype.is_float() and column.ge is not None and column.le is not None
    ]  # fmt: skip


def fitted_places(roots: list[str], days: list[int]) -> set[int]:
    """Which of a session's expiries a smile is fitted to.

    Args:
        roots: of each expiry.
        days: to each [days].

    Returns:
        Their places.
    """
    monthly = [place for place, root in enumerate(roots) if root == "SPX"]
    weekly = [place for place, root in enumerate(roots) if root == "SPXW"]
    offered = [place for place in monthly or weekly if days[place] > 0]
    found = set()
    for tenor in FITTED_DAYS:
        far = {place: abs(float(np.log(days[place] / tenor))) for place in offered}
        nearest = min(far, key=lambda place: far[place], default=None)
        if nearest is not None and far[nearest] <= _FARTHEST:
            found.add(nearest)
    return found


def _measured(frame: pl.DataFrame) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for _, day in groupby(expiries_of(frame), key=lambda one: one.session):
        rows.extend(_day(list(day)))
    return pl.DataFrame(rows, schema=MART_CHAIN_DAILY.schema)


def _day(day: list[Expiry]) -> Iterator[dict[str, Any]]:
    """The rows of one session."""
    fitted = fitted_places([one.root for one in day], [one.days for one in day])
    before: dict[str, _Before] = {}
    earlier: Smile | None = None
    for place, expiry in enumerate(day):
        now = _Smiled(expiry, _quotes(expiry))
        smile = None
        if place in fitted and now.quotes is not None:
            smile = fit_smile(now.quotes, expiry.carry[0], expiry.board.years, earlier)
            earlier = smile if smile.reason is SmileReason.OK else earlier
        yield {
            **_named(expiry),
            **_parity(expiry),
            **_variance(expiry),
            **_surface(now, smile),
            **_breaches(now, before.get(expiry.root)),
        }
        if now.quotes is not None:
            before[expiry.root] = _Before(now.quotes, expiry.board.years)


def _quotes(expiry: Expiry) -> SmileQuotes | None:
    forward, discount = expiry.carry
    if not (forward > 0.0 and discount > 0.0):
        return None
    return smile_quotes(expiry.board, forward, discount)


def _named(expiry: Expiry) -> dict[str, Any]:
    return {
        "session": expiry.session, "root": expiry.root, "expiry": expiry.expiry,
        "days_to_expiry": expiry.days, "chain_treasury_rate": expiry.treasury,
    }  # fmt: skip


def _parity(expiry: Expiry) -> dict[str, Any]:
    line = expiry.line
    if expiry.is_over:
        return {"parity_fault": _EXPIRED}
    forward, discount = expiry.carry
    is_sound = line.reason is ParityReason.OK
    box = line.box_rate if is_sound else float("nan")
    return {
        "chain_forward": forward,
        "chain_discount": discount,
        "box_rate": box,
        "parity_r2": line.r_squared,
        "parity_strikes": line.strikes,
        "parity_fault": None if is_sound else line.reason.name.lower(),
        "box_less_treasury": box - expiry.treasury,
    }


def _variance(expiry: Expiry) -> dict[str, Any]:
    if expiry.is_over:
        return {"variance_fault": _EXPIRED}
    strip = select_strip(expiry.board)
    if strip.reason is not StripReason.OK:
        return {"variance_fault": strip.reason.name.lower()}
    return {
        "variance_index": 100.0 * float(np.sqrt(strip.variance)),
        "svix": 100.0 * float(np.sqrt(strip.svix_squared)),
    }


def _surface(now: _Smiled, smile: Smile | None) -> dict[str, Any]:
    if now.quotes is None:
        return {"surface_fault": _EXPIRED if now.expiry.is_over else "no_forward"}
    found: dict[str, Any] = {"chain_atm_vol": _at_the_money(now.quotes)}
    if smile is None:
        return {**found, "surface_fault": "not_fitted"}
    found["svi_rmse"] = smile.error
    if smile.reason is not SmileReason.OK:
        return {**found, "surface_fault": smile.reason.name.lower()}
    return {**found, **{f"svi_{name}": getattr(smile, name) for name in _SVI}}


def _at_the_money(quotes: SmileQuotes) -> float:
    """Volatility at the forward, on the line between its two neighbors; NaN without both."""
    if not quotes.vol.size:
        return float("nan")
    found = np.interp(0.0, quotes.log_moneyness, quotes.vol, left=np.nan, right=np.nan)
    return float(found)


def _breaches(now: _Smiled, before: _Before | None) -> dict[str, Any]:
    if now.expiry.is_over:
        return {}
    found: dict[str, Any] = {
        "butterfly_breaches": butterfly_breaches(now.expiry.board),
        "vertical_breaches": vertical_breaches(now.expiry.board, now.expiry.carry[1]),
    }
    # A VIX option's underlying is the future of its own expiry: two expiries say nothing together.
    if now.expiry.root in INDEX_ROOTS and before is not None and now.quotes is not None:
        found["calendar_breaches"] = calendar_breaches(
            before.quotes, before.years, now.quotes, now.expiry.board.years
        )
    return found
