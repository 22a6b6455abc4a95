"""Conversions and reversals: edges by hand, what is listed, and what is unknown."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from schemas.chain_tables import MART_PARITY_DAILY, MART_PARITY_STATE_DAILY
from transforms.chain_parity import parity_daily, parity_state_daily

Chain = Callable[..., pl.DataFrame]
EXPIRY = date(2024, 6, 21)  # 168 days
TREASURY = 2.0 * np.log(1.025)


@pytest.fixture
def traded(sessions: pl.DataFrame, rates: pl.DataFrame) -> Callable[..., pl.DataFrame]:
    """The table from quotes, and from yields where they are not those of every test."""

    def of(quotes: pl.DataFrame, yields: pl.DataFrame = rates) -> pl.DataFrame:
        made = parity_daily(sessions.lazy(), quotes.lazy(), yields.lazy())
        return MART_PARITY_DAILY.conform(made).collect(engine="in-memory")

    return of


def _state(sessions: pl.DataFrame, trades: pl.DataFrame) -> pl.DataFrame:
    made = parity_state_daily(sessions.lazy(), trades.lazy())
    return MART_PARITY_STATE_DAILY.conform(made).collect(engine="in-memory")


def _at(found: pl.DataFrame, strike: float, trade: str) -> dict[str, float]:
    return found.filter(pl.col("strike") == strike, pl.col("trade") == trade).row(0, named=True)


def test_edges_by_hand(
    chain: Chain, traded: Chain, priced_on: Callable[..., tuple[float, float, float]]
) -> None:
    """At 4000, a spread of a tenth a leg: gross is boxes less Treasuries, net pays the spreads."""
    found = traded(chain(("SPX", EXPIRY)))
    time, forward, discount = priced_on("SPX", EXPIRY)
    lend, borrow = _at(found, 4000.0, "conversion"), _at(found, 4000.0, "reversal")
    gross = (0.05 - TREASURY) * 1e4
    assert lend["edge_gross_bp"] == pytest.approx(gross, abs=0.02)
    assert borrow["edge_gross_bp"] == pytest.approx(-gross, abs=0.02)
    # Half-spreads: 0.05 of call and put, 0.10 of the synthetic; fees of two contracts 0.02 points;
    # a tenth of the forward for margin at half a percent a year.
    fees = 0.02 + 0.10 * forward * 0.005 * time
    value = 4000.0 * discount
    assert lend["locked_rate"] == pytest.approx(np.log(4000.0 / (value + 0.20)) / time, abs=1e-7)
    lent = np.log(4000.0 / (value + 0.20 + fees)) / time
    assert lend["edge_net_bp"] == pytest.approx((lent - TREASURY) * 1e4, abs=0.02)
    borrowed = np.log(4000.0 / (value - 0.20 - fees)) / time
    assert borrow["edge_net_bp"] == pytest.approx((TREASURY - borrowed) * 1e4, abs=0.02)
    assert lend["slippage_bp"] == pytest.approx(0.20 / 4000.0 / time * 1e4, rel=1e-6)


def test_planted_edge_is_listed(chain: Chain, traded: Chain, sessions: pl.DataFrame) -> None:
    """A call bid six points too high is worth a conversion, there and nowhere else."""
    is_here = (pl.col("strike") == 4000.0) & (pl.col("right") == "C")
    price = pl.when(is_here).then(pl.col("bid", "ask") + 6.0).otherwise(pl.col("bid", "ask"))
    found = traded(chain(("SPX", EXPIRY)).with_columns(price))
    listed = found.filter("is_listed").select("strike", "trade").rows()
    assert listed == [(4000.0, "conversion")]
    state = _state(sessions, found).row(0, named=True)
    assert state["parity_listed"] == 1
    assert state["best_conversion_bp"] == _at(found, 4000.0, "conversion")["edge_net_bp"]
    assert state["best_conversion_bp"] > 25.0


def test_quiet_chain_lists_nothing(chain: Chain, traded: Chain, sessions: pl.DataFrame) -> None:
    """Boxes 6 bp over Treasuries are below the 10 bp that a listing asks: a count of zero."""
    state = _state(sessions, traded(chain(("SPX", EXPIRY)))).row(0, named=True)
    assert state["parity_listed"] == 0
    assert 0.0 < state["best_conversion_bp"] < 2.0
    assert state["best_reversal_bp"] < -6.0


def test_session_without_chain_is_null(chain: Chain, traded: Chain, sessions: pl.DataFrame) -> None:
    """No chain, no count: null, not zero."""
    row = _state(sessions, traded(chain(("SPX", EXPIRY)))).row(1)
    assert row == (date(2024, 1, 8), None, None, None)


def test_only_two_sided_strikes_near_the_forward(chain: Chain, traded: Chain) -> None:
    """A strike without all four quotes, or beyond 15 % of the forward, has no row."""
    gone = (pl.col("strike") == 4000.0) & (pl.col("right") == "P")
    quotes = chain(("SPX", EXPIRY)).with_columns(bid=pl.when(~gone).then("bid"))
    strikes = traded(quotes).get_column("strike")
    assert 4000.0 not in strikes.to_list()
    assert (strikes.min(), strikes.max()) == (3500.0, 4720.0)  # forward 4064.6


@pytest.mark.parametrize("listed", [("SPX", date(2024, 1, 11)), ("VIX", EXPIRY)])
def test_left_out(chain: Chain, traded: Chain, listed: tuple[str, date]) -> None:
    """Lives below a week, and VIX options, whose underlying is a future, have no rows."""
    assert traded(chain(listed)).is_empty()


def test_poor_line_is_left_out(chain: Chain, traded: Chain) -> None:
    """Without a sound parity line there is no underlying to trade against."""
    assert traded(chain(("SPX", EXPIRY), low=3900.0, high=4100.0, step=100.0)).is_empty()


def test_unknown_yield(
    chain: Chain, traded: Chain, rates: pl.DataFrame, sessions: pl.DataFrame
) -> None:
    """Without a Treasury of that life the locked rate stands; edges and listing are unknown."""
    names = [name for name in rates.columns if name != "session"]
    unknown = rates.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in names)
    found = traded(chain(("SPX", EXPIRY)), unknown)
    assert found.get_column("locked_rate").null_count() == 0
    for name in ("edge_gross_bp", "edge_net_bp", "is_listed"):
        assert found.get_column(name).null_count() == found.height
    assert _state(sessions, found).row(0)[1:] == (None, None, None)
