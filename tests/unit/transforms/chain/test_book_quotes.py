"""Marks of legs from the chain: their own quote, else the smile within its wings, else nothing."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from pricing.black import black76_price
from pricing.priced_from import PricedFrom
from transforms.book_quotes import MARK_REASONS, QuoteMarks, quote_marks

Chain = Callable[..., pl.DataFrame]
PricedOn = Callable[..., tuple[float, float, float]]
EXPIRY, VIX_EXPIRY = date(2024, 2, 16), date(2024, 2, 14)
Leg = tuple[str, date, float, str]
PUT: Leg = ("SPX", EXPIRY, 3800.0, "P")


def _marks(rows: pl.DataFrame, *legs: Leg) -> QuoteMarks:
    root, expiry, strike, right = (list(column) for column in zip(*legs, strict=True))
    return quote_marks(rows, root, expiry, np.array(strike), right)


def _levels(found: QuoteMarks) -> list[PricedFrom]:
    return [PricedFrom(level) for level in found.priced_from.tolist()]


def _without(quotes: pl.DataFrame, strike: float, right: str) -> pl.DataFrame:
    return quotes.filter((pl.col("strike") != strike) | (pl.col("right") != right))


def _spoiled(quotes: pl.DataFrame, leg: Leg, bid: float | None, ask: float | None,
             fault: str) -> pl.DataFrame:  # fmt: skip
    here = (pl.col("strike") == leg[2]) & (pl.col("right") == leg[3])
    return quotes.with_columns(
        bid=pl.when(here).then(pl.lit(bid, dtype=pl.Float64)).otherwise("bid"),
        ask=pl.when(here).then(pl.lit(ask, dtype=pl.Float64)).otherwise("ask"),
        quote_fault=pl.when(here).then(pl.lit(fault)).otherwise("quote_fault"),
    )


@pytest.mark.parametrize("right", ["C", "P"])
@pytest.mark.parametrize("strike", [3600.0, 3800.0, 4000.0, 4100.0])
def test_own_quote(
    chain: Chain, rows_of: Chain, priced_on: PricedOn, strike: float, right: str
) -> None:
    """A sound quote is the mark: its mid, and the volatility it was priced at."""
    quotes = chain(("SPX", EXPIRY))
    found = _marks(rows_of(quotes), ("SPX", EXPIRY, strike, right))
    own = quotes.filter(pl.col("strike") == strike, pl.col("right") == right)
    time, forward, discount = priced_on("SPX", EXPIRY)
    assert _levels(found) == [PricedFrom.QUOTES]
    assert found.mid.tolist() == own.get_column("mid").to_list()
    assert found.vol.tolist() == pytest.approx([0.20], abs=1e-6)
    assert found.reason == [None]
    assert found.forward.tolist() == pytest.approx([forward])
    assert found.discount.tolist() == pytest.approx([discount])
    assert found.years.tolist() == pytest.approx([time])


@pytest.mark.parametrize(("bid", "ask", "fault"), [
    (9.0, 8.0, "crossed"), (None, 8.0, "zero_bid"), (7.0, None, "no_ask"), (None, None, "empty"),
    (7.9, 8.1, "beyond_wings"), (9e3, 9.1e3, "implausible"),
])  # fmt: skip
def test_bad_quote_is_priced_from_the_smile(
    chain: Chain, rows_of: Chain, priced_on: PricedOn, bid: float | None, ask: float | None,
    fault: str,
) -> None:  # fmt: skip
    """A leg whose own quote is bad is priced from its neighbors, and the fault is named."""
    found = _marks(rows_of(_spoiled(chain(("SPX", EXPIRY)), PUT, bid, ask, fault)), PUT)
    time, forward, discount = priced_on("SPX", EXPIRY)
    fair = black76_price(forward, PUT[2], time, 0.20, discount, is_call=False)
    assert _levels(found) == [PricedFrom.SURFACE]
    assert found.mid[0] == pytest.approx(float(fair), rel=0.01)
    assert found.vol[0] == pytest.approx(0.20, abs=0.002)
    assert found.reason == [fault]
    assert fault in MARK_REASONS


def test_strike_between_quotes(chain: Chain, rows_of: Chain) -> None:
    """A strike that is not quoted, or of the other right alone, lies on the smile."""
    quotes = _without(chain(("SPX", EXPIRY)), 3800.0, "P")
    found = _marks(rows_of(quotes), PUT, ("SPX", EXPIRY, 3805.0, "P"))
    assert _levels(found) == [PricedFrom.SURFACE] * 2
    assert found.reason == ["strike_not_quoted"] * 2
    assert found.vol.tolist() == pytest.approx([0.20, 0.20], abs=0.002)


@pytest.mark.parametrize("strike", [1500.0, 9000.0])
def test_beyond_the_wings(chain: Chain, rows_of: Chain, strike: float) -> None:
    """Outside the quoted wings there is no mark: the smile is not stretched."""
    found = _marks(rows_of(chain(("SPX", EXPIRY))), ("SPX", EXPIRY, strike, "P"))
    assert _levels(found) == [PricedFrom.NOTHING]
    assert (np.isnan(found.mid[0]), np.isnan(found.vol[0])) == (True, True)
    assert found.reason == ["beyond_wings"]


@pytest.mark.parametrize(("leg", "reason"), [
    (("SPXW", EXPIRY, 4000.0, "C"), "expiry_not_quoted"),  # roots stay apart
    (("SPX", date(2024, 3, 15), 4000.0, "C"), "expiry_not_quoted"),
    (("SPX", EXPIRY, 4000.0, "X"), "unknown_right"),
])  # fmt: skip
def test_no_such_quote(chain: Chain, rows_of: Chain, leg: Leg, reason: str) -> None:
    """A leg of another root, expiry or kind has no mark, and says why."""
    found = _marks(rows_of(chain(("SPX", EXPIRY))), leg)
    assert (_levels(found), found.reason) == ([PricedFrom.NOTHING], [reason])


def test_no_chain(chain: Chain, rows_of: Chain) -> None:
    """A session without a chain marks nothing."""
    found = _marks(rows_of(chain(("SPX", EXPIRY)).clear()), PUT)
    assert (_levels(found), found.reason) == ([PricedFrom.NOTHING], ["no_chain"])


def test_expired_leg(chain: Chain, rows_of: Chain) -> None:
    """A leg that settled on the day has no mark from quotes that outlived it."""
    today = date(2024, 1, 5)
    quotes = chain(("SPXW", EXPIRY)).with_columns(
        expiry=pl.lit(today), quote_fault=pl.lit("expired")
    )
    found = _marks(rows_of(quotes), ("SPXW", today, 4000.0, "C"))
    assert (_levels(found), found.reason) == ([PricedFrom.NOTHING], ["expired"])


def test_thin_expiry(chain: Chain, rows_of: Chain) -> None:
    """Too few quotes for a smile: the quoted strike has its mid, another has nothing."""
    rows = rows_of(chain(("SPX", EXPIRY), low=3900.0, high=4100.0, step=100.0))
    found = _marks(rows, ("SPX", EXPIRY, 4000.0, "C"), ("SPX", EXPIRY, 4050.0, "C"))
    assert _levels(found) == [PricedFrom.QUOTES, PricedFrom.NOTHING]
    assert found.reason == [None, "surface_too_few_quotes"]
    assert found.reason[1] in MARK_REASONS


def test_one_sided_expiry(chain: Chain, rows_of: Chain) -> None:
    """Puts alone have no parity and so no volatility; their mids stand."""
    rows = rows_of(chain(("SPX", EXPIRY)).filter(pl.col("right") == "P"))
    found = _marks(rows, PUT, ("SPX", EXPIRY, 3805.0, "P"))
    assert _levels(found) == [PricedFrom.QUOTES, PricedFrom.NOTHING]
    assert found.reason == ["no_implied_vol", "no_forward"]
    assert np.isnan(found.vol).all()


def test_mid_below_intrinsic(chain: Chain, rows_of: Chain) -> None:
    """A sound quote below what exercise is worth keeps its mid; its volatility is the smile's."""
    deep: Leg = ("SPX", EXPIRY, 3800.0, "C")
    spoiled = _spoiled(chain(("SPX", EXPIRY)), deep, 150.0, 151.0, "")
    found = _marks(rows_of(spoiled.with_columns(quote_fault=pl.lit(None, dtype=pl.String))), deep)
    assert _levels(found) == [PricedFrom.QUOTES]
    assert found.mid.tolist() == [150.5]
    assert found.vol[0] == pytest.approx(0.20, abs=0.005)
    assert found.reason == ["vol_from_surface"]


def test_vix_options(chain: Chain, rows_of: Chain) -> None:
    """A VIX option has its own mid; one between two strikes their volatility on a straight line."""
    # The made chain stands at 4,000 where a VIX stands at 15: what holds for one holds for the other.
    quotes = _without(chain(("VIX", VIX_EXPIRY, 0.90), step=50.0), 4200.0, "C")
    found = _marks(
        rows_of(quotes), ("VIX", VIX_EXPIRY, 4300.0, "C"), ("VIX", VIX_EXPIRY, 4200.0, "C"),
        ("VIX", VIX_EXPIRY, 4225.0, "P"), ("VIX", VIX_EXPIRY, 9000.0, "C"),
    )  # fmt: skip
    level = PricedFrom
    assert _levels(found) == [level.QUOTES, level.SURFACE, level.SURFACE, level.NOTHING]
    assert found.vol[:3] == pytest.approx([0.90, 0.90, 0.90], abs=1e-5)
    assert found.reason == [None, "strike_not_quoted", "strike_not_quoted", "beyond_wings"]


def test_order_and_company_do_not_matter(chain: Chain, rows_of: Chain) -> None:
    """Each leg has the mark it has alone, in the order the legs were given."""
    rows = rows_of(chain(("SPX", EXPIRY), ("SPXW", EXPIRY), ("VIX", VIX_EXPIRY)))
    legs: list[Leg] = [
        PUT, ("VIX", VIX_EXPIRY, 4100.0, "C"), ("SPXW", EXPIRY, 3800.0, "P"), PUT,
        ("SPX", EXPIRY, 3805.0, "P"), ("SPX", date(2025, 1, 17), 4000.0, "C"),
    ]  # fmt: skip
    together = _marks(rows, *legs)
    for place, leg in enumerate(legs):
        alone = _marks(rows, leg)
        for whole, one in zip(together, alone, strict=True):
            np.testing.assert_equal(whole[place], one[0])


def test_no_legs(chain: Chain, rows_of: Chain) -> None:
    """Without legs there is nothing to mark."""
    rows = rows_of(chain(("SPX", EXPIRY)))
    assert quote_marks(rows, [], [], np.array([]), []).reason == []
