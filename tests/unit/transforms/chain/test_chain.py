"""The session's quotes: which snapshot counts, and what is said of a bad quote."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import polars as pl
import pytest

from schemas.chain_columns import QUOTE_FAULTS
from schemas.core import CORE_OPTION_QUOTE
from schemas.raw import RAW_OPTION_QUOTE
from transforms.chain import option_quote

Raw = Callable[..., pl.DataFrame]
FRIDAY, MONDAY = date(2024, 1, 5), date(2024, 1, 8)
EXPIRY = date(2024, 2, 16)
AT_CLOSE = datetime(2024, 1, 5, 21, 0, tzinfo=UTC)  # 16:00 New York


def _quotes(sessions: pl.DataFrame, raw: pl.DataFrame) -> pl.DataFrame:
    made = option_quote(sessions.lazy(), raw.lazy())
    return CORE_OPTION_QUOTE.conform(made).collect(engine="in-memory")


def _row(  # noqa: PLR0913 -- a quote
         at: datetime = AT_CLOSE, strike: float = 4000.0, bid: float | None = 10.0,
         ask: float | None = 11.0, *, right: str = "C", root: str = "SPX", expiry: date = EXPIRY,
         ) -> tuple[object, ...]:  # fmt: skip
    return at, root, expiry, strike, right, bid, ask


def test_newest_snapshot_whole(sessions: pl.DataFrame, raw: Raw) -> None:
    """A root's newest snapshot counts alone: a contract only an older one has is not there."""
    noon = datetime(2024, 1, 5, 17, 0, tzinfo=UTC)
    rows = raw(_row(noon, 4000.0, 9.0), _row(noon, 4100.0), _row(AT_CLOSE, 4000.0, 10.0))
    found = _quotes(sessions, rows)
    assert found.select("strike", "bid", "mid").rows() == [(4000.0, 10.0, 10.5)]


def test_roots_have_their_own_newest(sessions: pl.DataFrame, raw: Raw) -> None:
    """An older snapshot of the VIX chain stands beside a newer one of the S&P 500's."""
    noon = datetime(2024, 1, 5, 17, 0, tzinfo=UTC)
    found = _quotes(sessions, raw(_row(noon, 20.0, 1.0, 1.1, root="VIX"), _row()))
    assert found.get_column("root").to_list() == ["SPX", "VIX"]


@pytest.mark.parametrize(("at", "session"), [
    (datetime(2024, 1, 5, 14, 29, 59, tzinfo=UTC), None),  # before the open
    (datetime(2024, 1, 5, 14, 30, tzinfo=UTC), FRIDAY),
    (datetime(2024, 1, 7, 15, 52, tzinfo=UTC), FRIDAY),  # Sunday: Friday's quotes
    (datetime(2024, 1, 8, 4, 59, tzinfo=UTC), FRIDAY),  # 23:59 on Sunday
    (datetime(2024, 1, 8, 5, 0, tzinfo=UTC), None),  # Monday, before its open
    (datetime(2024, 1, 8, 20, 0, tzinfo=UTC), MONDAY),
    (datetime(2024, 1, 9, 12, 0, tzinfo=UTC), None),  # Tuesday: the calendar ends on Monday
])  # fmt: skip
def test_session_of_a_snapshot(
    sessions: pl.DataFrame, raw: Raw, at: datetime, session: date | None
) -> None:
    """A snapshot is of the session it was taken on, or of the one before a closed day."""
    found = _quotes(sessions, raw(_row(at)))
    assert found.get_column("session").to_list() == ([] if session is None else [session])


def test_late_snapshot_not_known(sessions: pl.DataFrame, raw: Raw) -> None:
    """What became known after the decision is as if never taken; the older snapshot counts."""
    noon = datetime(2024, 1, 5, 17, 0, tzinfo=UTC)
    late = pl.lit(datetime(2024, 1, 8, 12, 30, 1, tzinfo=UTC)).cast(pl.Datetime("us", "UTC"))
    rows = raw(_row(noon, bid=9.0), _row(AT_CLOSE, bid=10.0)).with_columns(
        available_at=pl.when(pl.col("quote_at") == AT_CLOSE).then(late).otherwise("available_at")
    )
    assert _quotes(sessions, rows).get_column("bid").to_list() == [9.0]


@pytest.mark.parametrize(("row", "fault", "mid"), [
    (_row(), None, 10.5),
    (_row(bid=10.0, ask=10.0), None, 10.0),  # locked, not crossed
    (_row(bid=11.0, ask=10.0), "crossed", None),
    (_row(bid=None), "zero_bid", None),
    (_row(bid=0.0), "zero_bid", None),
    (_row(ask=None), "no_ask", None),
    (_row(bid=None, ask=None), "empty", None),
    (_row(bid=0.0, ask=0.0), "empty", None),
    (_row(expiry=FRIDAY), "expired", 10.5),
    (_row(expiry=date(2023, 12, 15), bid=None), "expired", None),
    (_row(bid=-1.0), "implausible", None),
    (_row(ask=float("nan")), "implausible", None),
    (_row(ask=float("inf")), "implausible", None),
    (_row(ask=2e5), "implausible", None),
    (_row(bid=8000.5, ask=8001.0), "implausible", 8000.75),  # above twice the index
    (_row(bid=4001.0, ask=4002.0, right="P"), "implausible", 4001.5),  # above the strike
])  # fmt: skip
def test_fault(
    sessions: pl.DataFrame, raw: Raw, row: tuple[object, ...], fault: str | None, mid: float | None
) -> None:
    """A bad quote keeps its row and is named; only two uncrossed sides have a mid."""
    found = _quotes(sessions, raw(row))
    assert found.select("quote_fault", "mid").rows() == [(fault, mid)]
    assert fault is None or fault in QUOTE_FAULTS


def test_implausible_price_is_null(sessions: pl.DataFrame, raw: Raw) -> None:
    """A price that no quote can have is taken out; the other side stays."""
    found = _quotes(sessions, raw(_row(ask=2e5)))
    assert found.select("bid", "ask").rows() == [(10.0, None)]


@pytest.mark.parametrize(("right", "away"), [("C", 1.0), ("P", -1.0)])
def test_beyond_wings(sessions: pl.DataFrame, raw: Raw, right: str, away: float) -> None:
    """After two strikes in a row without a bid, seen from the index, a bid no longer counts."""
    bids = [5.0, None, 4.0, None, None, 3.0]  # a lone missing bid stops nothing
    rows = [
        _row(strike=4000.0 + away * 100.0 * (place + 1), bid=bid, ask=6.0, right=right)
        for place, bid in enumerate(bids)
    ]
    found = _quotes(sessions, raw(*rows)).sort("strike", descending=right == "P")
    wanted = [None, "zero_bid", None, "zero_bid", "zero_bid", "beyond_wings"]
    assert found.get_column("quote_fault").to_list() == wanted


def test_in_the_money_is_no_wing(sessions: pl.DataFrame, raw: Raw) -> None:
    """Missing bids deep in the money, at midday say, do not reach across the index."""
    rows = [_row(strike=3000.0 + 100.0 * place, bid=None if place < 3 else 5.0, ask=6.0)
            for place in range(12)]  # fmt: skip
    found = _quotes(sessions, raw(*rows))
    assert found.get_column("quote_fault").to_list() == ["zero_bid"] * 3 + [None] * 9


def test_impossible_strike_is_no_row(sessions: pl.DataFrame, raw: Raw) -> None:
    """A strike that none can be is left out."""
    assert _quotes(sessions, raw(_row(strike=0.1), _row())).height == 1


def test_no_chain(sessions: pl.DataFrame) -> None:
    """Without a chain there are no rows."""
    assert _quotes(sessions, RAW_OPTION_QUOTE.empty().collect(engine="in-memory")).is_empty()
