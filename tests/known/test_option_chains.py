"""Real option chains and futures: what the market's own quotes say about the pricing room."""

import gzip
import struct
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from pricing.black import black76_price, implied_vol
from pricing.board import Board
from pricing.curve import from_family, from_mean_reversion, reversion_speed
from pricing.parity import ParityReason, Underlying, conversions, parity_line, reversals
from pricing.smile import (
    CREDIT_TOLERANCE,
    FOUR_DATES,
    THREE_TABLES,
    IndexLevels,
    SmileShape,
    index_smile,
    vix_option_vol,
)
from pricing.surface import (
    SmileReason,
    Surface,
    calendar_breach,
    density_factor,
    fit_surface,
    smile_quotes,
)
from pricing.variance import VarianceIndex, select_strip, variance_index
from sources.cboe_chain import parse_quote_table

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
# Friday's quotes as of the close of index options in Chicago; SPXW settles at 15:00, SPX at 08:30.
CLOSE = datetime(2024, 1, 5, 15, 15)  # noqa: DTZ001
BILL_RATE = 0.053  # three-month Treasury of the day, continuous

pytestmark = pytest.mark.real_data
Floats = NDArray[np.float64]
BoardOf = Callable[[date], Board]


def _present(name: str) -> Path:
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name}: needs market files that are not ours to redistribute")
    return SHARED / name


@pytest.fixture(scope="module")
def weekly() -> BoardOf:
    """SPXW boards of the chain of 2024-01-05, by expiry."""
    file = _present("option-chain-cboe-csv/spx_quotedata_2024-01-05.csv")
    chain = parse_quote_table(file.read_bytes()).filter(pl.col("root") == "SPXW")
    quotes = chain.collect(engine="in-memory")

    def of(expiry: date) -> Board:
        sides = quotes.filter(pl.col("expiry") == expiry).pivot(
            on="right", index="strike", values=["bid", "ask"]
        )
        rows = sides.select("strike", "bid_C", "ask_C", "bid_P", "ask_P").to_numpy()
        minutes = (datetime.combine(expiry, time(15)) - CLOSE).total_seconds() / 60.0
        return Board.of(rows, BILL_RATE, minutes)

    return of


@pytest.fixture(scope="module")
def index_of_the_day(weekly: BoardOf) -> VarianceIndex:
    """The two Friday expiries around 30 days."""
    return variance_index(weekly(date(2024, 2, 2)), weekly(date(2024, 2, 9)))


def test_vix_of_a_chain(index_of_the_day: VarianceIndex) -> None:
    """The chain of 2024-01-05 gives the published VIX close, 13.35, within 0.05 points."""
    assert index_of_the_day.vix == pytest.approx(13.35, abs=0.05)
    assert 0.9 < (index_of_the_day.svix / index_of_the_day.vix) ** 2 < 0.95
    assert 125.0 < index_of_the_day.skew < 145.0


@pytest.mark.parametrize(
    "expiry",
    [
        date(2024, 2, 16),
        date(2024, 3, 15),
        date(2024, 3, 28),
        date(2024, 6, 28),
        date(2024, 12, 31),
    ],
)
def test_forward_and_box_rate(weekly: BoardOf, expiry: date) -> None:
    """Box rates lie up to 0.6 points above bills of 4.8 to 5.4 %, forwards near cost of carry."""
    board = weekly(expiry)
    line, robust = parity_line(board), parity_line(board, "theil_sen")
    assert line.reason is ParityReason.OK
    assert 0.048 < line.box_rate < 0.060
    assert line.box_rate == pytest.approx(robust.box_rate, abs=0.001)
    assert line.box_rate_error < 0.0006
    # Spot 4697.24; dividends come in seasons, 0.8 to 2 % a year over parts of one.
    yield_ = line.box_rate - np.log(line.forward / 4697.24) / board.years
    assert 0.008 < yield_ < 0.020


def test_no_conversion_beats_its_costs(weekly: BoardOf) -> None:
    """At the box rate itself no conversion or reversal of a liquid expiry is worth listing."""
    board = weekly(date(2024, 3, 15))
    line = parity_line(board)
    prepaid = line.forward * line.discount
    underlying = Underlying(prepaid - 0.25, prepaid + 0.25)
    near = np.abs(board.strike / line.forward - 1.0) < 0.1
    for locked in (
        conversions(board, underlying, line.box_rate),
        reversals(board, underlying, line.box_rate),
    ):
        assert np.isfinite(locked.rate[near]).mean() > 0.95
        assert not locked.is_listed[near].any()


@pytest.fixture(scope="module")
def surface(weekly: BoardOf) -> Surface:
    """Fitted smiles of six expiries."""
    days = [date(2024, 1, 19), date(2024, 2, 2), date(2024, 2, 16), date(2024, 3, 15),
            date(2024, 3, 28), date(2024, 6, 28)]  # fmt: skip
    boards = [weekly(day) for day in days]
    lines = [parity_line(board) for board in boards]
    quotes = [
        smile_quotes(board, line.forward, line.discount)
        for board, line in zip(boards, lines, strict=True)
    ]
    return fit_surface(quotes, [line.forward for line in lines], [b.years for b in boards])


def test_surface_of_a_chain(surface: Surface) -> None:
    """Six expiries fit within 0.75 points, without butterflies, none below the one before."""
    assert all(smile.reason is SmileReason.OK for smile in surface.smiles)
    assert max(smile.error for smile in surface.smiles) < 0.0075
    for smile in surface.smiles:
        assert density_factor(smile, np.linspace(-2.0, 1.0, 3001)).min() > -1e-6
    pairs = zip(surface.smiles, surface.smiles[1:], strict=False)
    assert all(calendar_breach(sooner, later) <= 1e-9 for sooner, later in pairs)


def test_surface_prices_a_condor(surface: Surface, weekly: BoardOf) -> None:
    """The surface gives a condor's credit within 2 % of its mid."""
    board, smile = weekly(date(2024, 2, 16)), surface.smiles[2]
    strike, market = _condor(board, smile.forward)
    discount = parity_line(board).discount
    vol = smile.vol(strike)
    assert _credit(smile.forward, strike, board.years, vol, discount) == pytest.approx(
        market, rel=0.02
    )


@pytest.mark.parametrize(
    "expiry", [date(2024, 2, 2), date(2024, 2, 9), date(2024, 2, 16), date(2024, 2, 29),
               date(2024, 3, 15), date(2024, 3, 28)]
)  # fmt: skip
def test_smile_without_chain(
    weekly: BoardOf, index_of_the_day: VarianceIndex, expiry: date
) -> None:
    """From a volatility index and SKEW alone a 16 by 5 delta condor is within 15 % of market."""
    credit, market = _credit_without_chain(weekly(expiry), index_of_the_day, FOUR_DATES)
    assert credit == pytest.approx(market, rel=CREDIT_TOLERANCE)


def test_first_shape_misses(weekly: BoardOf, index_of_the_day: VarianceIndex) -> None:
    """The constants of three tables miss this date by a quarter, which is why they were replaced."""
    board = weekly(date(2024, 2, 2))
    credit, market = _credit_without_chain(board, index_of_the_day, THREE_TABLES)
    assert 0.70 < credit / market < 0.80


def _credit_without_chain(
    board: Board, index: VarianceIndex, shape: SmileShape
) -> tuple[float, float]:
    line, fair = parity_line(board), np.sqrt(select_strip(board).variance)
    strike, market = _condor(board, line.forward)
    levels = IndexLevels(fair, np.array(index.vix), np.array(index.skew))
    found = index_smile(np.array(line.forward), strike, np.array(board.years), levels, shape)
    return _credit(line.forward, strike, board.years, found.vol, line.discount), market


def _condor(board: Board, forward: float) -> tuple[Floats, float]:
    """Strikes of 5, 16, 16 and 5 delta by the market's own volatilities, and the mid credit."""
    is_call = board.strike >= forward
    mid = np.where(is_call, board.call_mid, board.put_mid)
    vol = implied_vol(mid, forward, board.strike, board.years, 1.0, is_call).volatility
    bump = 0.01
    high, low = (
        black76_price(forward + shift, board.strike, board.years, vol, 1.0, is_call)
        for shift in (bump, -bump)
    )
    delta = np.abs(high - low) / (2.0 * bump)
    places = [
        np.flatnonzero(side)[np.nanargmin(np.abs(delta[side] - target))]
        for side, target in ((~is_call, 0.05), (~is_call, 0.16), (is_call, 0.16), (is_call, 0.05))
    ]
    leg = mid[places]
    return board.strike[places], float(leg[1] - leg[0] + leg[2] - leg[3])


def _credit(forward: float, strike: Floats, years: float, vol: Floats, discount: float) -> float:
    leg = black76_price(forward, strike, years, vol, discount, strike >= forward)
    return float(leg[1] - leg[0] + leg[2] - leg[3])


@pytest.fixture(scope="module")
def vix_board() -> Board:
    """VIX options of 2013-06-25, 57 days to 2013-08-21."""
    raw = gzip.decompress(_present("option-chain-2013/vix.2013.06.25.rda").read_bytes())
    columns = _columns(raw)
    strike, call_bid, call_ask, put_bid, put_ask = (columns[k] for k in (6, 2, 3, 9, 10))
    return Board(strike, call_bid, call_ask, put_bid, put_ask, 0.001, 57.0 * 1440.0)


def _columns(raw: bytes) -> list[Floats]:
    """Columns of the one data frame of an R file: in format 2 each vector is type, length, cells."""
    assert raw.startswith(b"RDX2\nX\n")
    at, found = raw.index(b"vix.2013.06.25") + len("vix.2013.06.25"), []
    (width,) = struct.unpack_from(">i", raw, at + 4)
    at += 8
    for _ in range(width):
        kind, length = struct.unpack_from(">ii", raw, at)
        cells = np.frombuffer(raw, {13: ">i4", 14: ">f8"}[kind], length, at + 8)
        found.append(cells.astype(np.float64))
        at += 8 + cells.nbytes
    return found


def test_forward_of_a_vix_chain(vix_board: Board) -> None:
    """The VIX chain of 2013-06-25 implies a future of 20.00; the August contract settled 19.95."""
    assert vix_board.strike.size == 35
    assert vix_board.forward() == pytest.approx(20.00, abs=0.03)
    assert parity_line(vix_board, "theil_sen").forward == pytest.approx(19.95, abs=0.10)


def test_vix_smile_without_chain(vix_board: Board) -> None:
    """From the VVIX alone, 94.83, calls struck 20 to 55 are within 5 % of the chain's volatility."""
    future, years = 19.95, vix_board.years
    quotes = smile_quotes(vix_board, future, 1.0)
    strike = future * np.exp(quotes.log_moneyness)
    is_asked = strike > 19.99
    found = vix_option_vol(
        np.array(future), strike[is_asked], np.array(years), vvix=np.array(94.83),
        vix=np.array(18.47),
    )  # fmt: skip
    assert is_asked.sum() == 20
    assert found.vol == pytest.approx(quotes.vol[is_asked], rel=0.05)


@pytest.fixture(scope="module")
def futures() -> tuple[pl.DataFrame, Floats, Floats]:
    """Days with the VIX family and VVIX, days to each VX expiry, and VX closes."""
    closes = None
    for name in ("VIX", "VIX9D", "VIX3M", "VIX6M", "VVIX"):
        file = _present(f"cboe-index-history/{name}_History.csv")
        column = "VVIX" if name == "VVIX" else "CLOSE"
        level = pl.read_csv(file).select(
            pl.col("DATE").str.to_date("%m/%d/%Y").alias("date"),
            pl.col(column).cast(pl.Float64).alias(name),
        )
        closes = level if closes is None else closes.join(level, on="date", how="left")
    frames = [
        pl.read_csv(_present(f"vx-term-structure/{name}.csv"), null_values="NA").drop("")
        for name in ("8_m_settle", "expirations")
    ]
    dates = [frame.with_columns(pl.col("date").str.to_date()) for frame in frames]
    days = dates[0].join(dates[1], on="date").join(closes, on="date").sort("date")
    prices = days.select(pl.col("^M[1-8]$")).to_numpy().astype(np.float64)
    expiry = np.stack([
        (days.get_column(f"V{month}").str.to_date() - days.get_column("date")).dt.total_days()
        for month in range(1, 9)
    ], axis=1)  # fmt: skip
    return days, expiry.astype(np.float64), np.where(prices > 0.0, prices, np.nan)


@pytest.mark.parametrize("contract", [1, 2, 3, 4, 5])
def test_futures_from_the_family(
    futures: tuple[pl.DataFrame, Floats, Floats], contract: int
) -> None:
    """VX1 to VX5 from the VIX family alone: 3 % in the median, 10 % on 19 days of 20."""
    days, expiry, prices = futures
    indices = days.select("VIX9D", "VIX", "VIX3M", "VIX6M").to_numpy().astype(np.float64)
    vvix = days.get_column("VVIX").to_numpy().astype(np.float64)
    found = from_family(np.array([9.0, 30.0, 91.0, 182.0]), indices, vvix, expiry)
    error = np.abs(np.log(found / prices))[:, contract - 1]
    error = error[np.isfinite(error)]
    assert error.size > 1000
    assert np.median(error) < 0.03
    assert np.quantile(error, 0.95) < 0.10


def test_futures_from_mean_reversion(futures: tuple[pl.DataFrame, Floats, Floats]) -> None:
    """Mean reversion alone is worse at every contract and lies below the market: indicative."""
    days, expiry, prices = futures
    closes = pl.read_csv(_present("cboe-index-history/VIX_History.csv"))
    history = closes.get_column("CLOSE").cast(pl.Float64).to_numpy()[:3500]  # to the end of 2003
    speed = np.full(days.height, reversion_speed(history))
    median = np.full(days.height, np.median(history))
    found = from_mean_reversion(days.get_column("VIX").to_numpy(), median, speed, expiry)
    error = np.log(found / prices)
    assert 0.005 < speed[0] < 0.04
    assert np.nanmedian(np.abs(error[:, 0])) < 0.06
    assert np.nanmedian(error[:, 4]) < -0.05
