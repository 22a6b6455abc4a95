"""The user's legs by the model: what expires, what holds VIX futures, and what totals hold."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.book import BookTerms
from sources.desk_dataset import parse_desk
from transforms.book_desk_rows import desk_rows
from transforms.book_market import BookMarket
from transforms.book_rows import LEGS

Flat = Callable[..., BookMarket]
Shown = Callable[..., tuple[pl.DataFrame, pl.DataFrame]]

TERMS = BookTerms()
_BLANK: dict[str, Any] = dict.fromkeys(
    ("right", "strike", "expiry", "entry_session", "entry_price", "spot_price", "spot_session")
)


def _leg(name: str, **changed: Any) -> dict[str, Any]:  # noqa: ANN401  # a row's values
    leg = {**_BLANK, "leg_id": name, "book_layer": "L1", "instrument": "option", "root": "VIX",
           "right": "C", "strike": 15.0, "expiry": date(2018, 1, 17), "quantity": 2.0,
           "multiplier": 100.0, "entry_price": 1.0, "entry_session": date(2018, 1, 2)}  # fmt: skip
    return {**leg, **changed}


SHARES = _leg("shares", book_layer="SE", instrument="etp", root="VIXY", right=None, strike=None,
              expiry=None, quantity=100.0, multiplier=1.0, entry_price=20.0)  # fmt: skip
UVXY = _leg("uvxy", book_layer="SE", instrument="etp", root="UVXY", strike=12.0,
            expiry=date(2018, 3, 16), entry_price=0.9)  # fmt: skip
LATER = _leg("later", expiry=date(2018, 4, 18))


@pytest.fixture
def shown(flat_market: Flat) -> Shown:
    """Totals and legs of a desk; the market stands still but for what a test changes."""

    def made(
        *positions: dict[str, Any], market: BookMarket | None = None
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        panel = flat_market(sessions=30) if market is None else market
        sessions = pl.Series("session", panel.days).cast(pl.Int32).cast(pl.Date)
        found = desk_rows(sessions, panel, TERMS, list(positions))
        return found, found.select("session", LEGS).explode(LEGS).unnest(LEGS)

    return made


def _of(frame: pl.DataFrame, day: date, **keys: str) -> dict[str, Any]:
    return frame.filter(session=day, **keys).row(0, named=True)


def test_expired_leg_is_worth_its_settlement(shown: Shown) -> None:
    """Two calls struck at 15 settle with the VIX at 18: 600 dollars, a gain of 400, no Greeks."""
    totals, legs = shown(_leg("old"), LATER)
    for day in (date(2018, 1, 18), date(2018, 2, 9)):
        old = _of(legs, day, leg_id="old")
        assert (old["fault"], old["days_to_expiry"], old["priced_from"]) == ("expired", 0, "indicative")  # fmt: skip
        assert (old["value_usd"], old["pnl_usd"], old["leg_price"]) == pytest.approx((600.0, 400.0, 3.0))  # fmt: skip
        assert old["delta_usd"] == old["theta_usd"] == old["vega_usd"] == 0.0
        total = _of(totals, day)
        assert total["fault"] is total["note"] is None
        assert total["value_usd"] == pytest.approx(600.0 + _of(legs, day, leg_id="later")["value_usd"])  # fmt: skip
        assert total["cash_usd"] == pytest.approx(-400.0)


def test_gain_of_a_day_is_change_of_worth(shown: Shown) -> None:
    """Value and cash change by the day's gain through the expiry, products and all."""
    totals, _ = shown(_leg("old"), LATER, SHARES, {**UVXY, "spot_price": 10.0, "spot_session": date(2018, 1, 2)})  # fmt: skip
    worth = (totals["value_usd"] + totals["cash_usd"]).to_numpy()
    assert np.abs(np.diff(worth, prepend=0.0) - totals["day_pnl_usd"].to_numpy()).max() < 1e-6


def test_settlement_that_is_not_known_leaves_the_leg_aside(shown: Shown, flat_market: Flat) -> None:
    """Without a VIX on the day of expiry the leg has no value; totals go on and name it."""
    market = flat_market(sessions=30)
    settled = int(np.flatnonzero(market.days == market.vix_expiries[0])[0])
    market.vix[settled] = np.nan
    totals, legs = shown(_leg("old"), LATER, market=market)
    day = date(2018, 1, 25)
    old, total = _of(legs, day, leg_id="old"), _of(totals, day)
    assert (old["fault"], old["value_usd"], old["priced_from"]) == ("expired", None, "nothing")
    assert total["note"] == "old left_aside"
    assert total["value_usd"] == pytest.approx(_of(legs, day, leg_id="later")["value_usd"])
    assert total["cash_usd"] == pytest.approx(-200.0)


def test_expired_desk_has_totals(shown: Shown) -> None:
    """A desk of nothing but expired legs is worth what they settled at."""
    totals, _ = shown(_leg("old"))
    last = _of(totals, date(2018, 2, 9))
    assert (last["value_usd"], last["delta_usd"], last["priced_from"]) == (600.0, 0.0, "indicative")


def test_shares_follow_the_futures(shown: Shown) -> None:
    """On a flat curve a share earns the bill less the fee, 1 % - 0.85 % a year; a spike lifts it."""
    _, legs = shown(SHARES)
    at = _of(legs, date(2018, 1, 9))
    assert at["leg_price"] == pytest.approx(20.0 * (1.0 + 0.0015 * 7 / 365), rel=1e-6)
    assert (at["leg_delta"], at["priced_from"], at["leg_vol"]) == (1.0, "indicative", None)
    assert at["delta_usd"] == pytest.approx(-4.2 * np.exp(-3.5 * 30 / 365) * at["value_usd"] / 100)


def test_leverage_doubles_the_day(shown: Shown, flat_market: Flat) -> None:
    """All futures rise by a tenth: the 1x share by a tenth, UVXY of January 2018 by a fifth."""
    market = flat_market(sessions=10, future={4: 19.8})
    double = {**SHARES, "leg_id": "uvxy", "root": "UVXY"}
    _, legs = shown(SHARES, double, market=market)
    days = legs["session"].unique().sort()[3:5]
    grown = [
        _of(legs, days[1], leg_id=name)["leg_price"] / _of(legs, days[0], leg_id=name)["leg_price"]
        for name in ("shares", "uvxy")
    ]
    assert grown == pytest.approx([1.1, 1.2], abs=1e-4)


def test_option_on_a_product_needs_its_price(shown: Shown) -> None:
    """Without a price of the share the leg says so and the totals are unknown, not short of it."""
    totals, legs = shown(UVXY, LATER)
    leg, total = _of(legs, date(2018, 1, 9), leg_id="uvxy"), _of(totals, date(2018, 1, 9))
    assert (leg["fault"], leg["value_usd"], leg["priced_from"]) == ("no_spot", None, "nothing")
    assert (total["fault"], total["value_usd"], total["delta_usd"]) == ("no_spot", None, None)


def test_price_holds_from_its_day(shown: Shown) -> None:
    """Before the price is known there is none; after it the option is worth less than its share."""
    _, legs = shown({**UVXY, "spot_price": 11.0, "spot_session": date(2018, 1, 9)})
    assert _of(legs, date(2018, 1, 8))["fault"] == "no_spot"
    for day in (date(2018, 1, 9), date(2018, 2, 9)):
        leg = _of(legs, day)
        assert leg["fault"] is None
        assert 0.0 < leg["leg_price"] < 11.5
        assert (leg["priced_from"], leg["roll_down_usd"] <= 0.0) == ("indicative", True)


def test_shares_price_their_options(shown: Shown) -> None:
    """What was paid for shares prices the options of the product, and a newer mark takes over."""
    own = {**SHARES, "root": "UVXY"}
    _, legs = shown(own, UVXY, {**UVXY, "leg_id": "new", "spot_price": 8.0, "spot_session": date(2018, 1, 22)})  # fmt: skip
    before, after = (_of(legs, day, leg_id="shares") for day in (date(2018, 1, 19), date(2018, 1, 22)))  # fmt: skip
    assert before["leg_price"] == pytest.approx(20.0, rel=0.01)
    assert after["leg_price"] == pytest.approx(8.0)
    assert _of(legs, date(2018, 1, 9), leg_id="uvxy")["fault"] is None


def test_drift_is_counted(shown: Shown) -> None:
    """A future short of nothing drifts: its share of the net asset value, and closes in a row."""
    future = _leg("futures", book_layer="SE", instrument="future", root="VX", right=None, strike=None,
                  expiry=date(2018, 4, 18), quantity=20.0, multiplier=1000.0, entry_price=18.0)  # fmt: skip
    totals, legs = shown(future)
    assert totals["drift_share"][0] == pytest.approx(legs["delta_usd"][0] / 1e6)
    assert totals["drift_share"][0] < -0.005
    assert totals["drift_closes"][:3].to_list() == [1, 2, 3]


def test_example_desk_is_valued(flat_market: Flat) -> None:
    """Every leg of the documentation's example has a value, and so has the whole at every close."""
    desk = Path(__file__).resolve().parents[4] / "docs" / "desk.example.yaml"
    legs = parse_desk(desk.read_bytes()).collect(engine="in-memory").to_dicts()
    market = flat_market(sessions=30)
    listed = ("2024-01-17", "2024-02-14", "2024-03-20", "2024-04-17", "2024-05-22", "2024-06-18",
              "2024-07-17", "2024-08-21", "2024-09-18", "2024-10-16")  # fmt: skip
    expiries = np.array([np.datetime64(day).astype(int) for day in listed])
    days = np.busday_offset("2024-01-05", np.arange(30)).astype(int)
    futures = np.where(expiries[:, None] > days, 18.0, np.nan)
    moved = market._replace(
        days=days, vix_expiries=expiries, futures=futures,
        future_levels=np.full(futures.shape, 2, dtype=np.uint8),
    )  # fmt: skip
    sessions = pl.Series("session", days).cast(pl.Int32).cast(pl.Date)
    totals = desk_rows(sessions, moved, TERMS, legs)
    assert totals.height == 30
    assert totals["value_usd"].null_count() == totals["delta_usd"].null_count() == 0
    assert totals["fault"].null_count() == totals["note"].null_count() == 30
    shown = totals.select(LEGS).explode(LEGS).unnest(LEGS)
    assert shown["value_usd"].null_count() == 0
    assert set(shown["fault"].drop_nulls()) == {"expired"}
