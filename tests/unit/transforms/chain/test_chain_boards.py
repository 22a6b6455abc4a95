"""Boards of the session's chain: the clock, the yield of a life, and calls beside puts."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from pricing.parity import ParityReason
from transforms.chain_boards import expiries_of, treasury_rates

Chain = Callable[..., pl.DataFrame]
RowsOf = Callable[[pl.DataFrame], pl.DataFrame]
EXPIRY = date(2024, 2, 16)


@pytest.mark.parametrize(("root", "expiry", "minutes"), [
    ("SPX", date(2024, 2, 16), 42 * 1440 - 390),  # from 16:00 to 09:30
    ("SPXW", date(2024, 2, 16), 42 * 1440),
    ("VIX", date(2024, 2, 14), 40 * 1440 - 390),
    ("SPXW", date(2024, 3, 15), 70 * 1440 - 60),  # an hour is lost in March
    ("SPXW", date(2024, 1, 5), 0),
])  # fmt: skip
def test_minutes(chain: Chain, rows_of: RowsOf, root: str, expiry: date, minutes: int) -> None:
    """Life runs to the opening for what settles in the morning, to the close for SPXW."""
    quotes = chain(("SPXW", EXPIRY)).with_columns(root=pl.lit(root), expiry=pl.lit(expiry))
    (found,) = expiries_of(rows_of(quotes))
    assert found.board.minutes == minutes
    assert found.is_over == (minutes == 0)


def test_weekend_quotes_are_of_the_close(chain: Chain, rows_of: RowsOf) -> None:
    """A table saved on Sunday holds Friday's last quotes: a quarter past the close."""
    sunday = pl.lit(datetime(2024, 1, 7, 15, 52, tzinfo=UTC)).cast(pl.Datetime("us", "UTC"))
    (found,) = expiries_of(rows_of(chain(("SPXW", EXPIRY)).with_columns(quote_at=sunday)))
    assert found.board.minutes == 42 * 1440 - 15


def test_parity_of_made_quotes(
    chain: Chain, rows_of: RowsOf, priced_on: Callable[..., tuple[float, float, float]]
) -> None:
    """Forward and discount factor are those that the quotes were priced on."""
    (found,) = expiries_of(rows_of(chain(("SPX", EXPIRY))))
    time, forward, discount = priced_on("SPX", EXPIRY)
    assert found.board.years == pytest.approx(time, rel=1e-12)
    assert found.line.reason is ParityReason.OK
    assert found.carry == pytest.approx((forward, discount), rel=1e-9)


def test_calls_beside_puts(chain: Chain, rows_of: RowsOf) -> None:
    """A strike with a call alone has no put, and expiries and roots stay apart."""
    quotes = chain(("SPX", EXPIRY), ("SPXW", EXPIRY), low=3900.0, high=4100.0, step=100.0)
    lone = ~((pl.col("strike") == 4000.0) & (pl.col("right") == "P") & (pl.col("root") == "SPX"))
    first, second = expiries_of(
        rows_of(quotes.filter(lone).sample(fraction=1.0, shuffle=True, seed=1))
    )
    assert (first.root, second.root) == ("SPX", "SPXW")
    assert first.board.strike.tolist() == [3900.0, 4000.0, 4100.0]
    assert np.isnan(first.board.put_ask).tolist() == [False, True, False]
    assert not np.isnan(second.board.put_ask).any()


def test_implausible_prices_are_none(chain: Chain, rows_of: RowsOf) -> None:
    """A quote that cannot be takes no part in any figure."""
    bad = pl.when(pl.col("strike") == 4000.0).then(pl.lit("implausible"))
    (found,) = expiries_of(rows_of(chain(("SPX", EXPIRY)).with_columns(quote_fault=bad)))
    assert not found.board.is_paired[found.board.strike == 4000.0].any()


def test_boxes_stand_in_for_treasuries(chain: Chain, rows_of: RowsOf, rates: pl.DataFrame) -> None:
    """Without a yield the board's rate is that of the boxes, and the Treasury's stays unknown."""
    unknown = rows_of(chain(("SPX", EXPIRY))).with_columns(
        pl.lit(None, dtype=pl.Float64).alias(name) for name in rates.columns if name != "session"
    )
    (found,) = expiries_of(unknown)
    assert np.isnan(found.treasury)
    assert found.board.rate == pytest.approx(0.05, abs=1e-6)


def test_treasury_rates() -> None:
    """Yields compounded twice a year become continuous, linear in days, flat below a month."""
    yields = np.array([[0.05, 0.04, np.nan, 0.03, np.nan, np.nan, np.nan]] * 5)
    found = treasury_rates(yields, np.array([7.0, 30.0, 91.0, 228.0, 366.0]))
    month, quarter, year = (2.0 * np.log(1.0 + y / 2.0) for y in (0.05, 0.04, 0.03))
    assert month == pytest.approx(0.0493852, abs=5e-8)
    middle = 0.5 * (quarter + year)  # 228 days are halfway from 91 to 365
    assert found[:4] == pytest.approx([month, month, quarter, middle])
    assert np.isnan(found[4])


def test_no_rows() -> None:
    """Without quotes there are no expiries."""
    assert not list(expiries_of(pl.DataFrame()))
