"""Each expiry of the chain: what quotes priced on known terms give back, and what is named."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from schemas.chain_tables import MART_CHAIN_DAILY
from transforms.chain_surface import chain_daily, fitted_places

Chain = Callable[..., pl.DataFrame]
EXPIRY, LATER = date(2024, 2, 16), date(2024, 3, 15)


@pytest.fixture
def measured(sessions: pl.DataFrame, rates: pl.DataFrame) -> Callable[..., pl.DataFrame]:
    """The table from quotes, and from yields where they are not those of every test."""

    def of(quotes: pl.DataFrame, yields: pl.DataFrame = rates) -> pl.DataFrame:
        made = chain_daily(sessions.lazy(), quotes.lazy(), yields.lazy())
        return MART_CHAIN_DAILY.conform(made).collect(engine="in-memory")

    return of


def test_known_terms_come_back(
    chain: Chain, measured: Chain, priced_on: Callable[..., tuple[float, float, float]]
) -> None:
    """Quotes of 20 % volatility at a rate of 5 % give forward, box rate and both indices back."""
    (row,) = measured(chain(("SPX", EXPIRY))).to_dicts()
    time, forward, discount = priced_on("SPX", EXPIRY)
    assert row["days_to_expiry"] == 42
    assert (row["chain_forward"], row["chain_discount"]) == pytest.approx((forward, discount))
    assert row["box_rate"] == pytest.approx(0.05, abs=1e-6)
    assert row["chain_treasury_rate"] == pytest.approx(2.0 * np.log(1.025))
    assert row["box_less_treasury"] == pytest.approx(0.05 - 2.0 * np.log(1.025), abs=1e-6)
    assert row["chain_atm_vol"] == pytest.approx(0.20, abs=1e-5)
    # Of a lognormal price the VIX is the volatility, and SVIX^2 = (e^(vol^2 T) - 1) / T (Martin).
    assert row["variance_index"] == pytest.approx(20.0, abs=0.02)
    assert row["svix"] == pytest.approx(100.0 * np.sqrt(np.expm1(0.04 * time) / time), abs=0.02)
    assert (row["parity_fault"], row["variance_fault"], row["surface_fault"]) == (None, None, None)
    assert row["svi_rmse"] < 0.001
    total = row["svi_a"] + row["svi_b"] * (
        -row["svi_rho"] * row["svi_m"] + np.hypot(row["svi_m"], row["svi_sigma"])
    )
    assert np.sqrt(total / time) == pytest.approx(0.20, abs=1e-3)


def test_no_arbitrage_in_priced_quotes(chain: Chain, measured: Chain) -> None:
    """Quotes of one model show no arbitrage of any kind; the first expiry has none before it."""
    found = measured(chain(("SPX", EXPIRY), ("SPX", LATER)))
    kinds = ("butterfly_breaches", "vertical_breaches", "calendar_breaches")
    assert found.select(kinds).rows() == [(0, 0, None), (0, 0, 0)]


def test_planted_arbitrage_is_counted(chain: Chain, measured: Chain) -> None:
    """A later expiry at half the volatility, and a call bid ten points too high, are seen."""
    quotes = chain(("SPX", EXPIRY), ("SPX", LATER, 0.10)).with_columns(
        pl.when((pl.col("strike") == 4200.0) & (pl.col("right") == "C") & (pl.col("expiry") == EXPIRY))
        .then(pl.col("bid", "ask") + 10.0)
        .otherwise(pl.col("bid", "ask"))
    )  # fmt: skip
    found = measured(quotes)
    # A call falls by 3 points a strike here: bid 10 too high it is worth more than the one below,
    # and 13 more than the one above, which is 10 away.
    assert found.get_column("butterfly_breaches").to_list() == [1, 0]
    assert found.get_column("vertical_breaches").to_list() == [2, 0]
    assert found.get_column("calendar_breaches")[1] > 50


def test_expired_row_is_named(chain: Chain, measured: Chain, sessions: pl.DataFrame) -> None:
    """What settled on the day keeps a row that says so and holds no figure."""
    today = sessions.get_column("session")[0]
    quotes = chain(("SPXW", EXPIRY)).with_columns(expiry=pl.lit(today))
    (row,) = measured(quotes).to_dicts()
    faults = (row["parity_fault"], row["variance_fault"], row["surface_fault"])
    assert faults == ("expired",) * 3
    assert row["chain_forward"] is None
    assert row["butterfly_breaches"] is None


def test_thin_expiry_is_named(chain: Chain, measured: Chain) -> None:
    """Three strikes make no parity line and no smile, and both say so."""
    found = measured(chain(("SPX", EXPIRY), low=3900.0, high=4100.0, step=100.0))
    row = found.row(0, named=True)
    assert (row["parity_fault"], row["surface_fault"]) == ("too_few_strikes", "too_few_quotes")
    assert row["parity_strikes"] == 3
    assert row["box_rate"] is None
    assert row["box_less_treasury"] is None
    # The forward then stands on the nearest strike and the Treasury's yield.
    assert row["chain_discount"] == pytest.approx(np.exp(-2.0 * np.log(1.025) * 60_090 / 525_600))


def test_unquoted_expiry_is_named(chain: Chain, measured: Chain) -> None:
    """Without two sides there is no forward, no variance and no smile."""
    quotes = chain(("SPX", EXPIRY)).with_columns(bid=pl.lit(None, dtype=pl.Float64))
    (row,) = measured(quotes).to_dicts()
    faults = (row["parity_fault"], row["variance_fault"], row["surface_fault"])
    assert faults == ("no_forward", "no_forward", "no_forward")


def test_yields_unknown(chain: Chain, measured: Chain, rates: pl.DataFrame) -> None:
    """Without Treasuries the comparison is null; the boxes themselves stand."""
    names = [name for name in rates.columns if name != "session"]
    unknown = rates.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in names)
    (row,) = measured(chain(("SPX", EXPIRY)), unknown).to_dicts()
    assert (row["chain_treasury_rate"], row["box_less_treasury"]) == (None, None)
    assert row["box_rate"] == pytest.approx(0.05, abs=1e-6)
    assert row["variance_index"] == pytest.approx(20.0, abs=0.02)


def test_vix_has_no_svi(chain: Chain, measured: Chain) -> None:
    """VIX options have a forward and an index of their own, no SVI and no calendar."""
    quotes = chain(("VIX", date(2024, 2, 14)), ("VIX", date(2024, 3, 20)))
    found = measured(quotes)
    assert found.get_column("surface_fault").to_list() == ["not_fitted"] * 2
    assert found.get_column("calendar_breaches").to_list() == [None, None]
    assert found.get_column("chain_forward").null_count() == 0


@pytest.mark.parametrize(("roots", "days", "places"), [
    (["SPX"] * 4, [14, 42, 70, 105], {1, 2, 3}),  # 30 -> 42, 60 -> 70, 91 -> 105
    (["SPX", "SPXW"], [42, 30], {0}),  # monthlies where there are any
    (["SPXW", "SPXW", "SPXW"], [28, 31, 400], {1, 2}),
    (["VIX"], [30], set()),
    (["SPX"], [15], set()),  # half of 30 days is too far
    (["SPX"], [0], set()),
    ([], [], set()),
])  # fmt: skip
def test_which_expiries_are_fitted(roots: list[str], days: list[int], places: set[int]) -> None:
    """The monthlies nearest to five lives, none that is half as long or twice."""
    assert fitted_places(roots, days) == places


def test_no_chain(measured: Chain, chain: Chain) -> None:
    """Without quotes there are no rows."""
    assert measured(chain(("SPX", EXPIRY)).clear()).is_empty()
