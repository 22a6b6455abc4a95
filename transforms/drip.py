"""The dividend sleeve, without the volatility overlay and with it: value, return, drawdown, cost.

The overlay is the policy's model book on the same net asset value. Its gain counts whole, and so do
the dividends that it was paid: they are in its cash as hedges bought.
"""

import numpy as np
import polars as pl

from pricing.board import Floats
from schemas.book import BookTerms
from schemas.core import CORE_AS_KNOWN_DAILY, UNFIT
from schemas.drip_tables import MART_DRIP_DAILY
from schemas.frames import join_one
from schemas.mart import MART_BOOK_DAILY, MART_COST_OF_EQUITY_DAILY, MART_VOL_GAP_DAILY
from schemas.step import Step
from transforms.drip_path import MONTHS, Sleeve, SleeveMarket, VolTilt, walk_sleeve
from transforms.vix_family import numbers

XIRR_DAYS = 365  # before a year is over an annual rate is mostly noise

_DAYS_PER_YEAR = 365.0
_BASIS_POINTS = 1e4
_BOOK = "model"
_DIVIDEND = "shiller_dividend"


def drip_step(terms: BookTerms, tilt: VolTilt | None = None) -> Step:
    """The sleeve under a policy's net asset value and carry budget, as one step.

    Args:
        terms: what the policy says of the book.
        tilt: delay of reinvestment by volatility; none by default.
    """

    def build(
        core_as_known_daily: pl.LazyFrame,
        mart_cost_of_equity_daily: pl.LazyFrame,
        mart_vol_gap_daily: pl.LazyFrame,
        mart_book_daily: pl.LazyFrame,
    ) -> pl.LazyFrame:
        panel = mart_cost_of_equity_daily.select("session", "spx_close", "coe_f")
        for more in (
            mart_vol_gap_daily.select("session", "vol_gap_z"),
            dividends(core_as_known_daily),
            _overlay(mart_book_daily),
        ):
            panel = join_one(panel, more, on="session")
        paid = panel.sort("session").with_columns(months=months_paid(pl.col("month")))
        # The path reads the whole history: no filter, limit or selection may be moved before it.
        return paid.map_batches(
            lambda frame: _sleeve(frame, terms, tilt),
            schema=MART_DRIP_DAILY.schema,
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
        )

    return Step(
        outputs=(MART_DRIP_DAILY,),
        inputs=(
            CORE_AS_KNOWN_DAILY,
            MART_COST_OF_EQUITY_DAILY,
            MART_VOL_GAP_DAILY,
            MART_BOOK_DAILY,
        ),
        build=build,
    )


def dividends(core_as_known_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Trailing dividends of each session, and the month they are of, counted from year 0."""
    is_fit = ~pl.col("freshness").is_in(UNFIT)
    event_date = pl.col("event_date")
    return core_as_known_daily.filter(pl.col("series_id") == _DIVIDEND, is_fit).select(
        "session",
        dividend="value",
        month=event_date.dt.year().cast(pl.Int32) * 12 + event_date.dt.month().cast(pl.Int32),
    )


def months_paid(month: pl.Expr) -> pl.Expr:
    """Months of dividends that became known at a session [count].

    One as each month comes; several where they come together, or after a hole in what was known;
    none for the first month there is: who starts then was not paid it.
    """
    earlier = month.forward_fill().shift(1)
    return (month - earlier).fill_null(0).cast(pl.Float64)


def annualized(growth: Floats, days: Floats) -> Floats:
    """Internal rate of return by dates, of one payment in and the value now.

    ``growth^(365 / days) - 1``: between them nothing is paid in or out, so the root that XIRR looks
    for is known.

    Args:
        growth: value over what was paid in [ratio].
        days: calendar days between.

    Returns:
        Yearly return [decimal]; NaN where the growth is unknown or not positive, and in the first
        365 days.
    """
    is_fit = (growth > 0.0) & (days >= XIRR_DAYS)
    with np.errstate(all="ignore"):  # what has no root is answered with NaN
        found = np.exp(np.log(growth) * (_DAYS_PER_YEAR / days)) - 1.0
        return np.where(is_fit, found, np.nan)


def worst_fall(value: Floats) -> Floats:
    """Largest fall from a high so far, as a share of it [decimal]; NaN where the value is."""
    is_known = np.isfinite(value)
    high = np.maximum.accumulate(np.where(is_known, value, -np.inf))
    with np.errstate(all="ignore"):  # before the first value there is no high
        fall = np.where(is_known, 1.0 - value / high, 0.0)
    return np.where(is_known, np.maximum.accumulate(fall), np.nan)


def _overlay(mart_book_daily: pl.LazyFrame) -> pl.LazyFrame:
    """Level of the model book's gain, and its hedges' carry a year."""
    return mart_book_daily.filter(pl.col("book") == _BOOK).select(
        "session",
        book_usd=pl.col("value_usd") + pl.col("cash_usd"),
        hedge_carry=pl.col("carry_share") * pl.col("nav_usd"),
    )


def _sleeve(frame: pl.DataFrame, terms: BookTerms, tilt: VolTilt | None) -> pl.DataFrame:
    carry = numbers(frame, "hedge_carry")
    gap = np.maximum(carry - terms.carry_budget * terms.nav_usd, 0.0)  # NaN stays NaN
    market = SleeveMarket(
        price=numbers(frame, "spx_close"),
        dividend=numbers(frame, "dividend"),
        months=numbers(frame, "months"),
        gap=gap,
        gap_z=numbers(frame, "vol_gap_z"),
    )
    walked = walk_sleeve(market, terms.nav_usd, tilt)
    plain, overlay = _values(market, walked, numbers(frame, "book_usd"))
    days = frame["session"].cast(pl.Int32).cast(pl.Float64).to_numpy()
    age = days - _first(days, walked.units)
    rates = [annualized(value / terms.nav_usd, age) for value in (plain, overlay)]
    with np.errstate(all="ignore"):  # a sleeve worth nothing has no cost per dollar
        cost = np.where(overlay > 0.0, carry / overlay * _BASIS_POINTS, np.nan)
    found = {
        "dividend_cash": market.dividend / MONTHS * market.months,
        "drip_units": walked.units,
        "drip_overlay_units": walked.overlay_units,
        "share_reinvest": 1.0 - walked.hedge_share,
        "dividend_hedge_share": walked.hedge_share,
        "hedge_budget_gap_usd": gap,
        "drip_hedges_paid_usd": walked.hedges_paid,
        "drip_waiting_usd": walked.waiting,
        "drip_usd": plain,
        "drip_overlay_usd": overlay,
        "drip_return": plain / terms.nav_usd - 1.0,
        "drip_overlay_return": overlay / terms.nav_usd - 1.0,
        "drip_drawdown": worst_fall(plain),
        "drip_overlay_drawdown": worst_fall(overlay),
        "hedge_cost_bp": cost,
        "drip_xirr": rates[0],
        "drip_overlay_xirr": rates[1],
        "drip_xirr_difference": rates[1] - rates[0],
    }
    columns = [pl.Series(name, value).fill_nan(None) for name, value in found.items()]
    return frame.select("session", "coe_f").with_columns(columns).select(
        list(MART_DRIP_DAILY.schema)
    )  # fmt: skip


def _values(market: SleeveMarket, walked: Sleeve, book: Floats) -> tuple[Floats, Floats]:
    """Value without and with the overlay [dollars]; unknown while price or dividends are.

    The book's gain counts from its first known level since the sleeve's start.
    """
    price = np.where(np.isfinite(market.dividend), market.price, np.nan)
    plain = walked.units * price + walked.cash
    since = np.where(np.isfinite(walked.units), book, np.nan)
    gain = book - _first(book, since)
    overlay = walked.overlay_units * price + walked.waiting + walked.hedges_paid + gain
    return plain, overlay


def _first(values: Floats, known: Floats) -> float:
    """The value where something is first known; NaN where it never is."""
    places = np.flatnonzero(np.isfinite(known))
    return float(values[places[0]]) if places.size else float("nan")
