"""The chain's tables and marks on the exchange's own quotes of 2024-01-05 and on published boards."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from pricing.black import black76_price
from pricing.priced_from import PricedFrom
from pricing.smile import CREDIT_TOLERANCE, IndexLevels, index_smile
from schemas.chain_tables import (
    MART_CHAIN_DAILY,
    MART_CHAIN_INDEX_DAILY,
    MART_PARITY_DAILY,
    MART_PARITY_STATE_DAILY,
)
from schemas.core import CORE_OPTION_QUOTE, CORE_SESSION
from schemas.raw import RAW_OPTION_QUOTE
from sources.cboe_chain import parse_quote_table
from sources.dataset import Provenance
from sources.knowledge import quotes as known_quotes
from transforms.book_quotes import QuoteMarks, quote_marks
from transforms.chain import option_quote
from transforms.chain_boards import quoted
from transforms.chain_index import chain_index_daily
from transforms.chain_parity import parity_daily, parity_state_daily
from transforms.chain_surface import chain_daily

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SESSION = date(2024, 1, 5)
NEW_YORK = ZoneInfo("America/New_York")
MONTHLY = date(2024, 2, 16)
# A par yield curve of about that week, percent. Typed in and not read from the Treasury's file, so no
# test here leans on its level by tens of basis points.
PAR_YIELDS = {"rf_30d": 5.54, "treasury_3m": 5.47, "treasury_6m": 5.24, "treasury_1y": 4.84,
              "treasury_2y": 4.40, "treasury_3y": 4.17, "treasury_5y": 4.02}  # fmt: skip
Frames = dict[str, pl.DataFrame]


def _sessions() -> pl.DataFrame:
    times = [datetime(2024, 1, 5, *clock, tzinfo=NEW_YORK) for clock in ((9, 30), (16, 0))]
    decision = datetime(2024, 1, 8, 7, 30, tzinfo=NEW_YORK)
    row = (SESSION, *times, False, date(2024, 1, 8), decision)
    names = ("session", "open_at", "close_at", "is_half_day", "next_session", "decision_at")
    return pl.DataFrame([dict(zip(names, row, strict=True))], schema=CORE_SESSION.schema)


@pytest.fixture(scope="module")
def market() -> Frames:
    """The chain as a run takes it in, with that day's Treasury yields and VIX."""
    file = SHARED / "option-chain-cboe-csv/spx_quotedata_2024-01-05.csv"
    if not file.is_file():
        pytest.skip(f"{file}: needs market files that are not ours to redistribute")
    seen = Provenance(datetime(2024, 1, 7, 16, tzinfo=UTC), "0" * 64)
    raw = known_quotes(parse_quote_table(file.read_bytes()), provenance=seen)
    made = option_quote(_sessions().lazy(), RAW_OPTION_QUOTE.conform(raw))
    day = pl.DataFrame({"session": [SESSION]})
    return {
        "core_session": _sessions(),
        "core_option_quote": CORE_OPTION_QUOTE.conform(made).collect(engine="in-memory"),
        "core_rate_daily": day.with_columns(
            pl.lit(value / 100.0).alias(name) for name, value in PAR_YIELDS.items()
        ),
        "core_index_daily": day.with_columns(vix_close=pl.lit(13.35)),
    }


@pytest.fixture(scope="module")
def inputs(market: Frames) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """What every mart step of the chain reads."""
    names = ("core_session", "core_option_quote", "core_rate_daily")
    session, quotes, rates = (market[name].lazy() for name in names)
    return session, quotes, rates


@pytest.fixture(scope="module")
def expiries(inputs: tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]) -> pl.DataFrame:
    """The table of expiries."""
    return MART_CHAIN_DAILY.conform(chain_daily(*inputs)).collect(engine="in-memory")


@pytest.mark.real_data
def test_quotes_taken_in(market: Frames) -> None:
    """A table saved on Sunday is Friday's; every contract has a row, and 1,576 say what is wrong."""
    quotes = market["core_option_quote"]
    assert quotes.get_column("session").unique().to_list() == [SESSION]
    assert quotes.height == 21_038
    faults = dict(quotes.get_column("quote_fault").drop_nulls().value_counts().iter_rows())
    assert faults == {
        "expired": 446, "zero_bid": 975, "empty": 130, "beyond_wings": 23, "no_ask": 2,
    }  # fmt: skip


@pytest.mark.real_data
def test_index_of_the_chain(
    market: Frames, inputs: tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]
) -> None:
    """By Cboe's selection of expiries and quotes the chain gives the published 13.35 within 0.05."""
    made = chain_index_daily(*inputs, market["core_index_daily"].lazy())
    row = MART_CHAIN_INDEX_DAILY.conform(made).collect(engine="in-memory").row(0, named=True)
    assert (row["near_expiry"], row["next_expiry"]) == (date(2024, 2, 2), date(2024, 2, 9))
    assert row["chain_vix"] == pytest.approx(13.35, abs=0.05)
    assert row["chain_vix_gap"] == pytest.approx(row["chain_vix"] - 13.35)
    assert 0.9 < (row["chain_svix"] / row["chain_vix"]) ** 2 < 0.95
    assert row["erp_svix30_chain"] == pytest.approx((row["chain_svix"] / 100.0) ** 2, rel=0.006)
    assert row["chain_fault"] is None


@pytest.mark.real_data
def test_boxes_beside_treasuries(expiries: pl.DataFrame) -> None:
    """From two months to a year boxes pay 4.8 to 6 %, and stand beside the yield of that life."""
    months = expiries.filter(pl.col("days_to_expiry").is_between(60, 365))
    assert months.get_column("box_rate").is_between(0.048, 0.060).all()
    assert months.get_column("parity_fault").null_count() == months.height
    assert months.get_column("chain_treasury_rate").is_between(0.047, 0.055).all()
    gap = months.get_column("box_rate") - months.get_column("chain_treasury_rate")
    assert months.get_column("box_less_treasury").to_list() == pytest.approx(gap.to_list())


@pytest.mark.real_data
def test_forward_of_the_chain(expiries: pl.DataFrame) -> None:
    """Forwards rise with the expiry, and carry spot at the box rate less 0.8 to 2 % of dividends."""
    months = expiries.filter(
        pl.col("root") == "SPX", pl.col("days_to_expiry").is_between(40, 400)
    ).sort("expiry")  # fmt: skip
    forward = months.get_column("chain_forward").to_numpy()
    assert (np.diff(forward) > 0.0).all()
    years = months.get_column("days_to_expiry").to_numpy() / 365.0
    yield_ = months.get_column("box_rate").to_numpy() - np.log(forward / 4697.24) / years
    assert ((yield_ > 0.008) & (yield_ < 0.020)).all()


@pytest.mark.real_data
def test_chain_shows_no_arbitrage(expiries: pl.DataFrame) -> None:
    """The exchange's own quotes pay for no butterfly, vertical or calendar spread."""
    kinds = ("butterfly_breaches", "vertical_breaches", "calendar_breaches")
    assert expiries.select(pl.col(*kinds).sum()).row(0) == (0, 0, 0)


@pytest.mark.real_data
def test_smiles_of_the_chain(expiries: pl.DataFrame) -> None:
    """Four of the five fitted monthlies have a smile; the year's misses by more than one point."""
    fitted = expiries.filter(pl.col("svi_rmse").is_not_null())
    assert fitted.get_column("days_to_expiry").to_list() == [42, 70, 105, 196, 378]
    assert fitted.get_column("surface_fault").to_list() == [None] * 4 + ["poor_fit"]
    assert fitted.get_column("svi_a").null_count() == 1


@pytest.mark.real_data
def test_no_trade_is_listed(
    market: Frames, inputs: tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]
) -> None:
    """Of eleven thousand conversions and reversals none is worth twice its slippage at these yields."""
    trades = MART_PARITY_DAILY.conform(parity_daily(*inputs)).collect(engine="in-memory")
    assert trades.height > 10_000
    state = parity_state_daily(market["core_index_daily"].lazy(), trades.lazy())
    row = MART_PARITY_STATE_DAILY.conform(state).collect(engine="in-memory").row(0, named=True)
    assert row["parity_listed"] == 0
    assert (
        row["best_conversion_bp"]
        == trades.filter(pl.col("trade") == "conversion").get_column("edge_net_bp").max()
    )


def _condor(rows: pl.DataFrame, marks_of: Callable[[list[float]], QuoteMarks]) -> list[float]:
    """Strikes of 5, 16, 16 and 5 delta among the monthly's, by their own volatilities."""
    strikes = rows.filter(pl.col("root") == "SPX", pl.col("expiry") == MONTHLY)
    listed = strikes.get_column("strike").unique().sort().to_list()
    marks = marks_of(listed)
    strike, forward = np.array(listed), marks.forward[0]
    deviation = marks.vol * np.sqrt(marks.years)
    with np.errstate(invalid="ignore"):  # a strike without a volatility has no delta
        upper = np.log(forward / strike) / deviation + 0.5 * deviation
    # 5 and 16 delta of a lognormal price: d1 of 1.645 and 0.994, up for puts and down for calls.
    return [listed[int(np.nanargmin(np.abs(upper - d)))] for d in (1.645, 0.994, -0.994, -1.645)]


@pytest.fixture(scope="module")
def rows(inputs: tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]) -> pl.DataFrame:
    """The chain as marks read it."""
    return quoted(*inputs).collect(engine="in-memory")


def _otm(rows: pl.DataFrame, strike: list[float]) -> QuoteMarks:
    right = ["P" if one < 4722.7 else "C" for one in strike]  # the forward
    return quote_marks(
        rows, ["SPX"] * len(strike), [MONTHLY] * len(strike), np.array(strike), right
    )


def _credit(price: np.ndarray) -> float:
    return float(price[1] - price[0] + price[2] - price[3])


@pytest.mark.real_data
def test_condor_at_market(rows: pl.DataFrame) -> None:
    """A condor's legs are marked from their quotes; without them the smile is within 3 %."""
    strike = _condor(rows, lambda listed: _otm(rows, listed))
    market = _otm(rows, strike)
    assert market.priced_from.tolist() == [PricedFrom.QUOTES] * 4
    own = rows.filter(pl.col("root") == "SPX", pl.col("expiry") == MONTHLY)
    mids = {(k, side): (bid + ask) / 2 for k, side, bid, ask in
            own.select("strike", "right", "bid", "ask").drop_nulls().iter_rows()}  # fmt: skip
    wanted = [mids[k, side] for k, side in zip(strike, "PPCC", strict=True)]
    assert market.mid == pytest.approx(wanted)
    is_monthly = (pl.col("root") == "SPX") & (pl.col("expiry") == MONTHLY)
    hidden = _otm(rows.filter(~is_monthly | ~pl.col("strike").is_in(strike)), strike)
    assert hidden.priced_from.tolist() == [PricedFrom.SURFACE] * 4
    assert _credit(hidden.mid) == pytest.approx(_credit(market.mid), rel=0.03)


@pytest.mark.real_data
def test_smile_without_chain(rows: pl.DataFrame, expiries: pl.DataFrame) -> None:
    """From the expiry's index and SKEW alone the condor's credit is within 15 % of the market's."""
    strike = np.array(_condor(rows, lambda listed: _otm(rows, listed)))
    market = _otm(rows, strike.tolist())
    of = expiries.filter(pl.col("root") == "SPX", pl.col("expiry") == MONTHLY).row(0, named=True)
    levels = IndexLevels(np.array(of["variance_index"] / 100.0), np.array(13.35), np.array(134.5))
    years = market.years[0]
    found = index_smile(np.array(of["chain_forward"]), strike, np.array(years), levels)
    is_call = strike > of["chain_forward"]
    price = black76_price(
        of["chain_forward"], strike, years, found.vol, of["chain_discount"], is_call
    )
    assert _credit(price) == pytest.approx(_credit(market.mid), rel=CREDIT_TOLERANCE)


@pytest.mark.real_data
def test_own_volatility_is_the_exchanges(rows: pl.DataFrame) -> None:
    """Volatilities at the money agree with those the exchange states beside them, within a point."""
    file = SHARED / "option-chain-cboe-csv/spx_quotedata_2024-01-05.csv"
    stated = parse_quote_table(file.read_bytes()).filter(
        pl.col("root") == "SPX", pl.col("expiry") == MONTHLY, pl.col("right") == "C",
        pl.col("strike").is_between(4650.0, 4850.0),
    ).collect(engine="in-memory")  # fmt: skip
    strike = stated.get_column("strike").to_list()
    found = quote_marks(rows, ["SPX"] * len(strike), [MONTHLY] * len(strike), np.array(strike),
                        ["C"] * len(strike))  # fmt: skip
    assert len(strike) > 30
    assert np.abs(found.vol - stated.get_column("iv").to_numpy()).max() < 0.01


@pytest.mark.real_data
def test_day_is_measured_fast(inputs: tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]) -> None:
    """A chain of 21,000 quotes takes less than three seconds even on a busy machine."""
    started = time.perf_counter()
    chain_daily(*inputs).collect(engine="in-memory")
    parity_daily(*inputs).collect(engine="in-memory")
    assert time.perf_counter() - started < 3.0
