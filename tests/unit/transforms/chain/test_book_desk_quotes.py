"""The user's legs by the chain of a session: their mids, else what is named, else as before."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from pricing.black import black76_price
from schemas.book import BookTerms
from schemas.core import CORE_POSITION
from schemas.frames import join_one
from transforms.book_desk_quotes import SessionChain, desk_chain, session_chains
from transforms.book_desk_rows import desk_rows
from transforms.book_market import BookMarket
from transforms.book_rows import LEGS

Chain = Callable[..., pl.DataFrame]
RowsOf = Callable[[pl.DataFrame], pl.DataFrame]
PricedOn = Callable[[str, date], tuple[float, float, float]]

DAYS = (date(2024, 1, 4), date(2024, 1, 5), date(2024, 1, 8))
SESSION = DAYS[1]
EXPIRY, OTHER = date(2024, 2, 16), date(2024, 3, 15)


def _leg(name: str, strike: float, right: str | None, **changed: Any) -> dict[str, Any]:  # noqa: ANN401  # a row's values
    blank = dict.fromkeys(CORE_POSITION.schema)
    leg = {**blank, "leg_id": name, "book_layer": "IC", "instrument": "option", "root": "SPX",
           "right": right, "strike": strike, "expiry": EXPIRY, "quantity": 1.0,
           "multiplier": 100.0, "entry_price": 5.0, "entry_session": DAYS[0]}  # fmt: skip
    return {**leg, **changed}


PUT, CALL = _leg("put", 3800.0, "P"), _leg("call", 4200.0, "C", quantity=-2.0)
FORWARD = _leg("forward", 4000.0, None, instrument="synthetic", book_layer="SE")


@pytest.fixture
def market() -> BookMarket:
    """Three sessions at 4,000 and a VIX of 14, whose model smile is far from the quotes' 20 %."""
    three = {
        name: np.full(3, level)
        for name, level in (("spot", 4000.0), ("vix", 14.0), ("vvix", 90.0), ("skew", 120.0),
                            ("rate", 0.03))
    }  # fmt: skip
    days = np.array([np.datetime64(day).astype(int) for day in DAYS])
    none = np.full(3, np.nan)
    return BookMarket(
        days=days, **three, indices=np.column_stack([none, three["vix"], none, none, none]),
        index_expiries=np.array([np.datetime64(EXPIRY).astype(int)]),
        vix_expiries=np.array([np.datetime64("2024-02-14").astype(int)]),
        futures=np.full((1, 3), 15.0), future_levels=np.full((1, 3), 2, dtype=np.uint8),
        units=np.zeros((3, 3), dtype=np.int64), is_watched=np.zeros(3, dtype=bool),
        is_gated=np.zeros(3, dtype=bool), sigma=np.full((3, 7, 2), 0.2),
    )  # fmt: skip


@pytest.fixture
def legs_of(market: BookMarket, rows_of: RowsOf) -> Callable[..., pl.DataFrame]:
    """The desk's legs at every close, with these quotes on the second session or with none."""

    def made(quotes: pl.DataFrame | None, *positions: dict[str, Any]) -> pl.DataFrame:
        chains: tuple[SessionChain, ...] = ()
        if quotes is not None:
            chains = (SessionChain(1, rows_of(quotes), frozenset(quotes["root"].to_list())),)
        found = desk_rows(pl.Series("session", DAYS), market, BookTerms(), list(positions), chains)
        return found.select("session", LEGS).explode(LEGS).unnest(LEGS)

    return made


def _at(legs: pl.DataFrame, name: str) -> dict[str, Any]:
    return legs.filter(session=SESSION, leg_id=name).row(0, named=True)


def _spoiled(quotes: pl.DataFrame, leg: dict[str, Any], fault: str, **price: float | None) -> pl.DataFrame:  # fmt: skip
    here = (pl.col("strike") == leg["strike"]) & (pl.col("right") == leg["right"])
    return quotes.with_columns(
        quote_fault=pl.when(here).then(pl.lit(fault)).otherwise("quote_fault"),
        **{name: pl.when(here).then(pl.lit(value, pl.Float64)).otherwise(name)
           for name, value in price.items()},
    )  # fmt: skip


def test_price_is_the_mid(legs_of: Callable[..., pl.DataFrame], chain: Chain) -> None:
    """A leg with a sound quote is worth its mid within a millionth, and says quotes."""
    quotes = chain(("SPX", EXPIRY))
    legs = legs_of(quotes, PUT, CALL)
    for one in (PUT, CALL):
        found = _at(legs, one["leg_id"])
        own = quotes.filter(strike=one["strike"], right=one["right"])["mid"][0]
        assert found["leg_price"] == pytest.approx(own, abs=1e-6)
        assert found["value_usd"] == pytest.approx(one["quantity"] * 100.0 * own, abs=1e-3)
        assert (found["priced_from"], found["fault"], found["note"]) == ("quotes", None, None)


def test_volatility_is_on_the_legs_own_clock(
    legs_of: Callable[..., pl.DataFrame], chain: Chain, priced_on: PricedOn
) -> None:
    """Days to expiry stay; the 20 % of the quotes' clock becomes what gives the same price."""
    found = _at(legs_of(chain(("SPX", EXPIRY)), PUT), "put")
    time, forward, _ = priced_on("SPX", EXPIRY)
    assert found["days_to_expiry"] == 42
    assert found["leg_forward"] == pytest.approx(forward)
    assert found["leg_vol"] == pytest.approx(0.20 * (time / (42 / 365)) ** 0.5, abs=1e-6)


def test_only_the_session_of_the_chain_changes(
    legs_of: Callable[..., pl.DataFrame], chain: Chain
) -> None:
    """Quotes are not carried: the days before and after are the model's, bit for bit."""
    legs, plain = (legs_of(quotes, PUT, CALL) for quotes in (chain(("SPX", EXPIRY)), None))
    others = pl.col("session") != SESSION
    assert legs.filter(others).drop("pnl_usd").equals(plain.filter(others).drop("pnl_usd"))
    assert set(plain["priced_from"]) == {"model"}
    assert plain["note"].null_count() == plain.height


def test_synthetic_is_call_less_put(legs_of: Callable[..., pl.DataFrame], chain: Chain) -> None:
    """A synthetic is worth the mid of the call less that of the put."""
    quotes = chain(("SPX", EXPIRY))
    found = _at(legs_of(quotes, FORWARD), "forward")
    call, put = (quotes.filter(strike=4000.0, right=right)["mid"][0] for right in "CP")
    assert found["leg_price"] == pytest.approx(call - put, abs=1e-6)
    assert (found["priced_from"], found["leg_vol"]) == ("quotes", None)


def test_synthetic_is_marked_whole_or_not(
    legs_of: Callable[..., pl.DataFrame], chain: Chain
) -> None:
    """With one of its options unmarked the other is not taken either, and the row says why."""
    kept = (pl.col("strike") != 4000.0) | (pl.col("right") != "P")
    few = pl.col("strike").is_in([3990.0, 4000.0, 4010.0])  # too few for a smile
    quotes = chain(("SPX", EXPIRY)).filter(kept, few)
    found, plain = (_at(legs_of(one, FORWARD), "forward") for one in (quotes, None))
    assert found["value_usd"] == plain["value_usd"]
    assert found["priced_from"] == "model"
    assert "strike_not_quoted" in found["note"] or "surface_" in found["note"]


@pytest.mark.parametrize(("fault", "bid", "ask"), [
    ("crossed", 9.0, 8.0), ("zero_bid", None, 8.0), ("no_ask", 7.0, None), ("empty", None, None),
])  # fmt: skip
def test_refused_quote_is_named(
    legs_of: Callable[..., pl.DataFrame], chain: Chain, priced_on: PricedOn, fault: str,
    bid: float | None, ask: float | None,
) -> None:  # fmt: skip
    """A leg whose quote is refused is priced by its expiry's smile and says which quote failed."""
    quotes = _spoiled(chain(("SPX", EXPIRY)), PUT, fault, bid=bid, ask=ask, mid=None)
    found = _at(legs_of(quotes, PUT, CALL), "put")
    time, forward, discount = priced_on("SPX", EXPIRY)
    fair = float(black76_price(forward, 3800.0, time, 0.20, discount, is_call=False))
    assert found["leg_price"] == pytest.approx(fair, rel=0.01)
    assert (found["priced_from"], found["note"]) == ("surface", f"quote_{fault}")


def test_leg_without_any_mark_is_the_models(
    legs_of: Callable[..., pl.DataFrame], chain: Chain
) -> None:
    """Where the smile does not do either the leg is as before, and both reasons are told."""
    few = chain(("SPX", EXPIRY), low=3780.0, high=3820.0)
    quotes = _spoiled(few, PUT, "crossed", bid=9.0, ask=8.0, mid=None)
    found, plain = (_at(legs_of(one, PUT), "put") for one in (quotes, None))
    assert found["note"].startswith("quote_crossed")
    assert {**found, "note": None} == plain


def test_expiry_that_is_not_quoted(legs_of: Callable[..., pl.DataFrame], chain: Chain) -> None:
    """Of a quoted root an expiry that is missing is told; a root without quotes is not."""
    vix = _leg("vix", 18.0, "C", root="VIX", expiry=date(2024, 2, 14))
    legs = legs_of(chain(("SPX", OTHER)), PUT, vix)
    assert (_at(legs, "put")["note"], _at(legs, "put")["priced_from"]) == ("expiry_not_quoted", "model")  # fmt: skip
    assert _at(legs, "vix")["note"] is None


def test_last_day_stays_as_it_is(legs_of: Callable[..., pl.DataFrame], chain: Chain) -> None:
    """On the day of its expiry a leg is worth what it settles at, whatever is quoted."""
    last = _leg("last", 3800.0, "C", root="SPXW", expiry=SESSION)
    legs, plain = (legs_of(quotes, last) for quotes in (chain(("SPXW", SESSION)), None))
    assert _at(legs, "last") == _at(plain, "last")


def test_panel_keeps_the_desks_expiries(
    chain: Chain, sessions: pl.DataFrame, rates: pl.DataFrame
) -> None:
    """Of a chain only the desk's expiries are kept, for their session; roots quoted are told."""
    desk = pl.DataFrame([PUT, CALL], schema=CORE_POSITION.schema)
    quotes = chain(("SPX", EXPIRY), ("SPX", OTHER), ("SPXW", EXPIRY))
    lazy = (one.lazy() for one in (sessions, quotes, rates, desk))
    made = desk_chain(*lazy).collect(engine="in-memory")
    days = sessions.lazy().select("session")
    panel = join_one(days, made.lazy(), "session").collect(engine="in-memory")
    (found,) = session_chains(panel)
    assert (found.row, found.roots) == (0, {"SPX", "SPXW"})
    assert found.quotes.select("root", "expiry").unique().rows() == [("SPX", EXPIRY)]


def test_session_without_the_desks_expiries(
    chain: Chain, sessions: pl.DataFrame, rates: pl.DataFrame
) -> None:
    """A session's chain without an expiry of the desk is a chain still, of no quotes."""
    desk = pl.DataFrame([PUT], schema=CORE_POSITION.schema)
    lazy = (one.lazy() for one in (sessions, chain(("SPX", OTHER)), rates, desk))
    (found,) = session_chains(desk_chain(*lazy).collect(engine="in-memory"))
    assert (found.roots, found.quotes.height) == ({"SPX"}, 0)


def test_no_chain_is_no_change(chain: Chain, sessions: pl.DataFrame, rates: pl.DataFrame) -> None:
    """Without a quote there is no session with a chain."""
    desk = pl.DataFrame([PUT], schema=CORE_POSITION.schema)
    lazy = (one.lazy() for one in (sessions, chain(("SPX", EXPIRY)).clear(), rates, desk))
    assert desk_chain(*lazy).collect(engine="in-memory").is_empty()
