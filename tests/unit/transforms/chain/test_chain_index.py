"""The chain's own 30-day index: which expiries it is made from, and what it says without them."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from schemas.chain_tables import MART_CHAIN_INDEX_DAILY
from transforms.chain_boards import expiries_of
from transforms.chain_index import chain_index_daily, index_pair

Chain = Callable[..., pl.DataFrame]
NEAR, LATER = date(2024, 2, 2), date(2024, 2, 9)  # Fridays, 28 and 35 days


@pytest.fixture
def indexed(sessions: pl.DataFrame, rates: pl.DataFrame) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """The table, with a published VIX of 19 on both sessions."""
    index = sessions.select("session", vix_close=pl.lit(19.0))

    def of(quotes: pl.DataFrame) -> pl.DataFrame:
        made = chain_index_daily(sessions.lazy(), quotes.lazy(), rates.lazy(), index.lazy())
        return MART_CHAIN_INDEX_DAILY.conform(made).collect(engine="in-memory")

    return of


def test_flat_volatility_is_the_index(chain: Chain, indexed: Chain) -> None:
    """Expiries priced at 20 % give an index of 20, and Martin's SVIX of a lognormal price."""
    row = indexed(chain(("SPXW", NEAR), ("SPXW", LATER))).row(0, named=True)
    month = 30.0 / 365.0
    simple = np.expm1(0.04 * month) / month
    assert row["chain_vix"] == pytest.approx(20.0, abs=0.02)
    assert row["chain_svix"] == pytest.approx(100.0 * np.sqrt(simple), abs=0.02)
    assert row["chain_skew"] == pytest.approx(100.0, abs=1.0)
    assert row["chain_vix_gap"] == pytest.approx(1.0, abs=0.02)
    gross = np.exp(2.0 * np.log(1.025) * month)
    assert row["erp_svix30_chain"] == pytest.approx(gross * simple, abs=1e-4)
    assert (row["near_expiry"], row["next_expiry"], row["chain_fault"]) == (NEAR, LATER, None)


def test_session_without_chain_is_null(chain: Chain, indexed: Chain) -> None:
    """The session after has no quotes: nothing is carried over, and no fault is claimed."""
    row = indexed(chain(("SPXW", NEAR), ("SPXW", LATER))).row(1, named=True)
    assert row.pop("vix_close") == 19.0
    assert row.pop("session") == date(2024, 1, 8)
    assert set(row.values()) == {None}


@pytest.mark.parametrize(("listed", "fault"), [
    ([("SPXW", NEAR)], "no_pair"),
    ([("SPX", date(2024, 3, 15))], "no_pair"),  # 70 days: a chain, but not of these lives
    ([("VIX", NEAR), ("VIX", LATER)], None),  # no chain of the S&P 500
])  # fmt: skip
def test_no_pair_is_named(
    chain: Chain, indexed: Chain, listed: list[tuple[str, date]], fault: str | None
) -> None:
    """Without two expiries around 30 days there is no index, and the row says why."""
    row = indexed(chain(*listed)).row(0, named=True)
    assert (row["chain_vix"], row["chain_fault"]) == (None, fault)


def test_strip_fault_is_named(chain: Chain, indexed: Chain) -> None:
    """An expiry whose quotes make no strip takes the index away and is named."""
    quotes = chain(("SPXW", NEAR), ("SPXW", LATER)).filter(
        (pl.col("expiry") == NEAR) | (pl.col("strike") >= 4000.0)
    )
    row = indexed(quotes.filter((pl.col("expiry") == NEAR) | (pl.col("strike") >= 4050.0))).row(
        0, named=True
    )
    assert (row["chain_vix"], row["chain_fault"]) == (None, "no_strike_below_forward")
    assert (row["near_expiry"], row["next_expiry"]) == (NEAR, LATER)


@pytest.mark.parametrize(("listed", "pair"), [
    ([("SPXW", date(2024, 2, 1)), ("SPXW", NEAR), ("SPXW", date(2024, 2, 5)), ("SPXW", LATER)],
     (("SPXW", NEAR), ("SPXW", LATER))),  # Fridays alone
    ([("SPXW", date(2024, 1, 31)), ("SPXW", date(2024, 2, 1)), ("SPXW", LATER)],
     (("SPXW", date(2024, 2, 1)), ("SPXW", LATER))),  # a Thursday whose Friday is not listed
    ([("SPX", date(2024, 2, 16)), ("SPXW", date(2024, 2, 16)), ("SPXW", NEAR)],
     (("SPXW", NEAR), ("SPX", date(2024, 2, 16)))),  # the monthly of a third Friday
    ([("SPXW", NEAR), ("SPXW", date(2024, 1, 26))], None),
])  # fmt: skip
def test_pair(
    chain: Chain, rows_of: Chain, listed: list[tuple[str, date]],
    pair: tuple[tuple[str, date], tuple[str, date]] | None,
) -> None:  # fmt: skip
    """Cboe's rules take the Fridays on both sides of 30 days."""
    found = index_pair(list(expiries_of(rows_of(chain(*listed, low=3900.0, high=4100.0)))))
    assert (found and tuple((one.root, one.expiry) for one in found)) == pair
