"""The dividend sleeve: units, splits, delays, total return, drawdown and rates, by hand."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.optimize import brentq

from schemas.book import BookTerms
from schemas.core import CORE_AS_KNOWN_DAILY
from schemas.drip_tables import MART_DRIP_DAILY
from schemas.mart import MART_BOOK_DAILY, MART_COST_OF_EQUITY_DAILY, MART_VOL_GAP_DAILY
from schemas.model import Table
from transforms.drip import annualized, drip_step, worst_fall
from transforms.drip_path import Sleeve, SleeveMarket, VolTilt, hedge_share, walk_sleeve

NAN = float("nan")
FIRST = date(2020, 1, 1)
TERMS = BookTerms(nav_usd=100_000.0, carry_budget=0.015)
Rows = list[dict[str, Any]]


def _market(
    price: Sequence[float], months: Sequence[float], gap: Sequence[float] | float = 0.0,
    z: Sequence[float] | float = 0.0, dividend: Sequence[float] | float = 1.2,
) -> SleeveMarket:  # fmt: skip
    size = len(price)
    rest = (np.broadcast_to(np.asarray(one, dtype=float), size) for one in (gap, z))
    yearly = np.broadcast_to(np.asarray(dividend, dtype=float), size)
    return SleeveMarket(np.array(price, dtype=float), yearly, np.array(months, dtype=float), *rest)


def _walk(market: SleeveMarket, tilt: VolTilt | None = None) -> Sleeve:
    return walk_sleeve(market, 10_000.0, tilt)


def test_known_today_reinvested_at_next_close() -> None:
    """A month of 0.10 known at the second close buys at the third: 100 x (1 + 0.10 / 80)."""
    made = _walk(_market([100, 90, 80], [0, 1, 0]))
    assert made.units.tolist() == pytest.approx([100.0, 100.0, 100.125])
    assert made.overlay_units.tolist() == made.units.tolist()


def test_several_months_at_once_are_all_paid() -> None:
    """Three months that become known together are three months' cash."""
    made = _walk(_market([100, 100, 100], [0, 3, 0]))
    assert made.units[2] == pytest.approx(100.3)


def test_month_known_at_the_start_was_not_ours() -> None:
    """Nothing is paid on the first session, whatever became known before."""
    assert _walk(_market([100, 100], [0, 0])).units.tolist() == [100.0, 100.0]


def test_hedges_come_first() -> None:
    """A gap of 30 against dividends of 120 a year takes a quarter: 7.5 of 10 are reinvested."""
    made = _walk(_market([100, 100, 100], [0, 1, 0], gap=30.0))
    assert made.hedge_share[1] == pytest.approx(0.25)
    assert made.hedges_paid[2] == pytest.approx(2.5)
    assert made.overlay_units[2] == pytest.approx(100.075)
    assert made.units[2] == pytest.approx(100.1)


@pytest.mark.parametrize(
    ("gap", "income", "share"),
    [(0.0, 1.2, 0.0), (-5.0, 1.2, 0.0), (60.0, 1.2, 0.5), (1e9, 1.2, 0.5), (12.0, 1.2, 0.1),
     (12.0, 0.0, 0.5), (0.0, 0.0, 0.0)],
)  # fmt: skip
def test_at_most_half_goes_to_hedges(gap: float, income: float, share: float) -> None:
    """Never more than half a dividend, nothing where nothing is lacking."""
    assert hedge_share(gap, 100.0, income) == pytest.approx(share)


@pytest.mark.parametrize(("gap", "income"), [(NAN, 1.2), (10.0, NAN)])
def test_unknown_split_is_unknown(gap: float, income: float) -> None:
    """An unknown gap is no gap of zero."""
    assert np.isnan(hedge_share(gap, 100.0, income))


def test_cash_waits_while_the_split_is_unknown() -> None:
    """Cash whose split is unknown is not reinvested, and not lost; the plain sleeve goes on."""
    made = _walk(_market([100] * 5, [0, 1, 0, 0, 0], gap=[0, NAN, NAN, 0, 0]))
    assert made.waiting.tolist() == pytest.approx([0, 0, 10, 10, 0])
    assert made.overlay_units.tolist() == pytest.approx([100, 100, 100, 100, 100.1])
    assert made.units.tolist() == pytest.approx([100, 100, 100.1, 100.1, 100.1])


def test_cash_waits_for_a_price() -> None:
    """Without a close nothing is bought; the next one takes it all."""
    made = _walk(_market([100, 100, NAN, 50], [0, 1, 0, 0]))
    assert made.units.tolist() == pytest.approx([100, 100, 100, 100.2])
    assert made.cash.tolist() == pytest.approx([0, 0, 10, 0])
    assert made.waiting.tolist() == pytest.approx([0, 0, 10, 0])


def test_starts_with_price_and_dividend() -> None:
    """Before both are known there is no sleeve; its start buys for its worth."""
    made = _walk(_market([NAN, 100, 50, 50], [0, 0, 0, 0], dividend=[1.2, NAN, 1.2, 1.2]))
    assert np.isnan(made.units[:2]).all()
    assert made.units[2:].tolist() == [200.0, 200.0]


def test_never_known() -> None:
    """Without dividends there is no sleeve at all."""
    made = _walk(_market([100, 100], [0, 0], dividend=NAN))
    assert all(np.isnan(column).all() for column in made)


def test_tilt_is_off_by_default() -> None:
    """However large the gap, without the tilt everything is reinvested at once."""
    made = _walk(_market([100] * 3, [0, 1, 0], z=9.0))
    assert made.overlay_units[2] == pytest.approx(100.1)


def test_tilt_delays_half_for_21_sessions() -> None:
    """From z of 1.5 half waits, and is bought 21 sessions later at the price of then."""
    price = [100.0] * 23 + [50.0] * 3
    made = _walk(_market(price, [0, 1] + [0] * 24, z=1.5), VolTilt())
    assert made.overlay_units[2:23].tolist() == pytest.approx([100.05] * 21)
    assert made.waiting[2:23].tolist() == pytest.approx([5.0] * 21)
    assert made.overlay_units[23] == pytest.approx(100.15)
    assert made.waiting[23] == 0.0


def test_tilt_ends_when_the_gap_closes() -> None:
    """A z below 0.5, known the session before, releases what waits; 0.5 itself does not."""
    z = [2.0, 2.0, 0.5, 0.49, 0.0, 0.0]
    made = _walk(_market([100.0] * 6, [0, 1, 0, 0, 0, 0], z=z), VolTilt())
    assert made.waiting.tolist() == pytest.approx([0, 0, 5, 5, 0, 0])


def test_tilt_of_unknown_gap() -> None:
    """An unknown z neither delays nor releases."""
    made = _walk(_market([100.0] * 6, [0, 1, 0, 1, 0, 0], z=[2, 2, NAN, NAN, NAN, NAN]), VolTilt())
    assert made.waiting.tolist()[2:] == pytest.approx([5, 5, 5, 5])


def test_rate_is_xirrs_root() -> None:
    """The rate is the root of the dated cash flows: one payment in, the value out."""
    for growth, days in ((1.7, 3_000.0), (0.6, 400.0), (1.0, 365.0)):
        root = brentq(lambda r, g=growth, d=days: g * (1 + r) ** (-d / 365) - 1.0, -0.9, 5.0)
        found = annualized(np.array([growth]), np.array([days]))[0]
        assert found == pytest.approx(root, abs=1e-10)


def test_rate_needs_a_year_and_a_value() -> None:
    """No rate in the first 365 days, of nothing left, or of the unknown."""
    growth, days = np.array([1.1, 0.0, -0.2, NAN]), np.array([364.0, 800.0, 800.0, 800.0])
    assert np.isnan(annualized(growth, days)).all()


def test_worst_fall() -> None:
    """The largest fall so far stays; the unknown is skipped and stays unknown."""
    found = worst_fall(np.array([NAN, 100.0, 120.0, NAN, 90.0, 130.0, 117.0]))
    assert found[[1, 2, 4, 5, 6]].tolist() == pytest.approx([0.0, 0.0, 0.25, 0.25, 0.25])
    assert np.isnan(found[[0, 3]]).all()


def _table(table: Table, rows: Rows) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=table.schema)


def _daily(
    count: int, *, hole: tuple[int, ...] = (), stale: tuple[int, ...] = (), carry: float = 0.02,
    books: bool = True,
) -> pl.DataFrame:  # fmt: skip
    """A sleeve at 100 with monthly dividends of 0.1, and a book that gains 5 a session."""
    days = [FIRST + timedelta(days=place) for place in range(count)]
    cost = [{"session": day, "spx_close": None if place in hole else 100.0, "coe_f": 0.08}
            for place, day in enumerate(days)]  # fmt: skip
    known = [
        {"session": day, "series_id": "shiller_dividend", "value": 1.2,
         "event_date": day.replace(day=1) - timedelta(days=150), "freshness": "fail" if place in stale else "ok"}
        for place, day in enumerate(days)
    ]  # fmt: skip
    known = [{**row, "event_date": row["event_date"].replace(day=1)} for row in known]
    book = [
        {"session": day, "book": name, "value_usd": -50.0, "cash_usd": 50.0 + 5.0 * place * sign,
         "carry_share": carry, "nav_usd": 100_000.0}
        for place, day in enumerate(days) for name, sign in (("model", 1), ("desk", -9))
    ]  # fmt: skip
    step = drip_step(TERMS)
    made = step.build(
        _table(CORE_AS_KNOWN_DAILY, known), _table(MART_COST_OF_EQUITY_DAILY, cost),
        MART_VOL_GAP_DAILY.empty(), _table(MART_BOOK_DAILY, book if books else []),
    )  # fmt: skip
    assert isinstance(made, pl.LazyFrame)
    return MART_DRIP_DAILY.conform(made).collect(engine="in-memory")


def test_row_adds_up() -> None:
    """The sleeve with the overlay is its units, what hedges were paid, and the model book's gain."""
    found = _daily(40)
    paid = found.filter(pl.col("dividend_cash") > 0)
    assert paid["session"].to_list() == [date(2020, 2, 1)]
    assert paid["dividend_cash"].item() == pytest.approx(0.1)
    last = found.row(-1, named=True)
    # The carry of 2,000 a year is 500 over its budget; dividends are 1,200 a year.
    assert last["hedge_budget_gap_usd"] == pytest.approx(500.0)
    assert last["drip_hedges_paid_usd"] == pytest.approx(100.0 * 500 / 1_200)
    assert last["drip_usd"] == pytest.approx(100_100.0)
    assert last["drip_overlay_usd"] == pytest.approx(100_100.0 + 5.0 * 39)
    assert last["drip_overlay_return"] == pytest.approx(0.00295)
    assert last["hedge_cost_bp"] == pytest.approx(2_000 / 100_295 * 1e4)
    assert last["share_reinvest"] == 1.0 - last["dividend_hedge_share"]
    assert (last["drip_drawdown"], last["drip_overlay_drawdown"]) == (0.0, 0.0)
    assert (last["drip_xirr"], last["coe_f"]) == (None, 0.08)


def test_rates_both_ways() -> None:
    """After a year both rates stand beside each other, and their difference."""
    last = _daily(400, carry=0.0).row(-1, named=True)
    growth, more = 1.001**13, 5.0 * 399 / 100_000
    assert last["drip_units"] == pytest.approx(1_000 * growth)
    assert last["drip_xirr"] == pytest.approx(growth ** (365 / 399) - 1)
    assert last["drip_overlay_xirr"] == pytest.approx((growth + more) ** (365 / 399) - 1)
    assert last["drip_xirr_difference"] == pytest.approx(
        last["drip_overlay_xirr"] - last["drip_xirr"]
    )


def test_missing_price_or_dividend_is_unknown() -> None:
    """Where the close is missing or the dividend stale the value is unknown, and comes back."""
    found = _daily(40, hole=(10,), stale=(20,))
    unknown = found.with_row_index().filter(pl.col("drip_usd").is_null())["index"].to_list()
    assert unknown == [10, 20]
    assert found["drip_usd"][-1] == pytest.approx(100_100.0)


def test_dividend_that_came_in_a_hole_is_paid_after_it() -> None:
    """A month that became known while dividends were unknown is paid once they are known again."""
    changes = [29, 30, 31, 32]
    found = _daily(45, stale=tuple(changes))
    assert found["drip_units"][-1] == pytest.approx(1_001.0)


def test_without_a_book_only_the_plain_sleeve_is_known() -> None:
    """No book: the overlay is unknown, not free; the cash of its sleeve waits."""
    last = _daily(40, books=False).row(-1, named=True)
    assert last["drip_usd"] == pytest.approx(100_100.0)
    for name in ("drip_overlay_usd", "share_reinvest", "hedge_budget_gap_usd", "hedge_cost_bp"):
        assert last[name] is None
    assert last["drip_waiting_usd"] == pytest.approx(100.0)
