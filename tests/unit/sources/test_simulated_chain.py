"""The simulated option chain: two-sided, of one smile, and read back as strictly as any file."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from pricing.board import Board
from pricing.parity import parity_line
from pricing.variance import variance_index
from schemas.raw import RAW_OPTION_QUOTE
from sources.errors import SourceError
from sources.simulated import (
    Simulation,
    datasets,
    fetch_listed,
    fetch_observations,
    fetch_quotes,
    fetch_settlements,
    parse_observations,
    parse_quotes,
    parse_settlements,
)
from sources.simulated_chain import COLUMNS

SHORT = Simulation(sessions=320)
END = date(2025, 12, 31)
_EDGE = (
    ",".join(COLUMNS)
    + "\n2025-12-31T21:14:59Z,SPX,2026-01-16,6100,{right},{bid},12,0.1,0.5,1,1,6100\n"
)


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="in-memory")


def _chain(simulation: Simulation) -> pl.DataFrame:
    return _collect(parse_quotes(fetch_quotes(simulation)))


@pytest.fixture(scope="module")
def quotes() -> pl.DataFrame:
    """The chain of a short market."""
    return _chain(SHORT)


def _boards(quotes: pl.DataFrame, rate: float) -> list[Board]:
    """A board for each S&P 500 expiry, in order; SPX and SPXW never share one here."""
    wide = (
        quotes.filter(pl.col("root") != "VIX")
        .with_columns(pl.col("bid", "ask").cast(pl.Float64))
        .pivot("right", index=["expiry", "strike"], values=["bid", "ask"])
        .sort("expiry", "strike")
    )
    boards = []
    for (expiry,), rows in wide.group_by("expiry", maintain_order=True):
        assert isinstance(expiry, date)
        sides = rows.select("strike", "bid_C", "ask_C", "bid_P", "ask_P").fill_null(np.nan)
        boards.append(Board.of(sides.to_numpy(), rate, (expiry - END).days * 1440.0))
    return boards


def _last(simulation: Simulation, series_id: str) -> float:
    frame = _collect(parse_observations(fetch_observations(simulation)))
    return float(frame.filter(pl.col("series_id") == series_id)["value"][-1])


def test_file_is_a_dataset() -> None:
    """The chain is a dataset of its own, that feeds the quotes' table with all it needs."""
    dataset = next(one for one in datasets(SHORT) if one.table == RAW_OPTION_QUOTE)
    known = {"available_at", "retrieved_at", "raw_sha256"}
    assert (
        set(_collect(dataset.parse(dataset.fetch())).columns)
        == set(RAW_OPTION_QUOTE.schema) - known
    )


def test_quotes_are_of_last_session(quotes: pl.DataFrame) -> None:
    """All quotes are taken a quarter of an hour after the last session's close."""
    assert quotes["quote_at"].dt.strftime("%FT%T").unique().to_list() == ["2025-12-31T21:14:59"]


def test_half_day_is_quoted_early() -> None:
    """On a half day, the Friday after Thanksgiving, the snapshot is taken at 13:14:59 New York."""
    found = _chain(Simulation(sessions=300, end=date(2025, 11, 28)))["quote_at"]
    assert found.dt.strftime("%FT%T").unique().to_list() == ["2025-11-28T18:14:59"]


def test_expiries_are_listed_and_enclose_thirty_days(quotes: pl.DataFrame) -> None:
    """Three S&P 500 and three VIX expiries, all by the schedule; two Fridays enclose thirty days."""
    found = quotes.select("root", "expiry").unique().sort("expiry").rows()
    lines = fetch_listed(SHORT).decode().splitlines()[1:]
    listed = {tuple(line.split(",")[:2]) for line in lines}
    assert {(root, day.isoformat()) for root, day in found} <= listed
    assert [root for root, _ in found].count("VIX") == 3
    near, following, far = (day for root, day in found if root != "VIX")
    assert (near, following, far) == (date(2026, 1, 30), date(2026, 2, 6), date(2026, 3, 20))


def test_thursday_stands_for_good_friday() -> None:
    """Where a Friday is a holiday, the weekly options end on the Thursday before."""
    found = _chain(Simulation(sessions=300, end=date(2024, 3, 1)))
    days = found.filter(pl.col("root") != "VIX")["expiry"].unique().sort().to_list()
    assert days == [date(2024, 3, 28), date(2024, 4, 5), date(2024, 5, 17)]


def test_quotes_are_sound(quotes: pl.DataFrame) -> None:
    """No quote is crossed or below zero, and eight in ten have a bid."""
    assert (quotes["ask"] > quotes["bid"].fill_null(0.0)).all()
    assert quotes["bid"].drop_nulls().min() >= 0.05
    assert quotes["bid"].null_count() < 0.2 * quotes.height
    assert (
        quotes.select(pl.struct("root", "expiry", "strike", "right").is_duplicated().any()).item()
        is False
    )
    assert 400 < quotes.height < 900


def test_calls_and_puts_agree(quotes: pl.DataFrame) -> None:
    """By each expiry's parity line the chain lends at the bill's rate, and its forward carries it."""
    bill, spot = _last(SHORT, "rf_30d"), _last(SHORT, "spx_close")
    boards = _boards(quotes, bill)
    assert len(boards) == 3
    for board in boards:
        line = parity_line(board)
        assert line.r_squared > 0.99999
        assert line.box_rate == pytest.approx(bill, abs=0.001)
        carried = spot * np.exp((line.box_rate - 0.013) * board.years)
        assert line.forward == pytest.approx(carried, rel=1e-4)


@pytest.mark.parametrize("seed", [1, 2, 3, 7])
def test_variance_of_chain_is_the_vix(seed: int) -> None:
    """Cboe's replication over the near and next expiry gives the VIX within three tenths of a point."""
    simulation = Simulation(sessions=320, seed=seed)
    near, following, _ = _boards(_chain(simulation), _last(simulation, "rf_30d"))
    vix = _last(simulation, "vix_close")
    assert variance_index(near, following).vix == pytest.approx(vix, abs=0.3)


def test_vix_options_stand_on_their_future(quotes: pl.DataFrame) -> None:
    """Call less put at each strike is the discounted distance of the VX future from it."""
    vx = _collect(parse_settlements(fetch_settlements(SHORT))).filter(pl.col("event_date") == END)
    middle = (pl.col("bid").fill_null(0.0) + pl.col("ask")) / 2
    pairs = quotes.filter(pl.col("root") == "VIX").with_columns(middle=middle)
    wide = pairs.pivot("right", index=["expiry", "strike"], values="middle").join(vx, on="expiry")
    off = wide.select((pl.col("C") - pl.col("P") - (pl.col("settle") - pl.col("strike"))).abs())
    assert wide.height == pairs.height / 2 > 90
    assert off.to_series().max() < 0.6


def test_no_chain_before_there_were_options() -> None:
    """A market that ends before 1993, when no option settled as today's do, has no chain."""
    old = Simulation(sessions=300, end=date(1992, 12, 30))
    assert RAW_OPTION_QUOTE not in [one.table for one in datasets(old)]
    assert set(_chain(Simulation(sessions=300, end=date(1999, 5, 3)))["root"]) == {"SPX"}


def test_missing_bid_is_null() -> None:
    """A blank bid reads as null, never as zero."""
    assert _collect(parse_quotes(_EDGE.format(right="C", bid="").encode()))["bid"].to_list() == [
        None
    ]


@pytest.mark.parametrize(("right", "bid", "sentence"), [
    ("X", "11", "column right has .'X'.; accepted are C and P"), ("C", "many", "line 2, column bid"),
])  # fmt: skip
def test_strange_quote_is_refused(right: str, bid: str, sentence: str) -> None:
    """A right that there is not, or a bid that is no number, is refused."""
    with pytest.raises(SourceError, match=sentence):
        parse_quotes(_EDGE.format(right=right, bid=bid).encode())
